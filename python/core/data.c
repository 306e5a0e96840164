/* Arrow data in and out of Python, by PyCapsules. */
#include "core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

/* In. */

static int
open_array(struct source *s, PyObject *object)
{
	PyObject *pair = PyObject_CallMethod(object, "__arrow_c_array__", NULL);
	PyObject *first, *second;
	struct ArrowSchema *schema = NULL;
	struct ArrowArray *array = NULL;

	if (pair == NULL)
		return -1;
	first = PyTuple_Check(pair) ? PyTuple_GetItem(pair, 0) : NULL;
	second = first != NULL ? PyTuple_GetItem(pair, 1) : NULL;
	if (second != NULL)
		schema = PyCapsule_GetPointer(first, "arrow_schema");
	if (schema != NULL)
		array = PyCapsule_GetPointer(second, "arrow_array");
	if (array != NULL) {
		s->schema = *schema;
		s->array = *array;
		schema->release = NULL;
		array->release = NULL;
	} else if (!PyErr_Occurred()) {
		PyErr_SetString(PyExc_TypeError,
				"__arrow_c_array__() gives no pair of capsules");
	}
	Py_DECREF(pair);
	return array != NULL ? 0 : -1;
}

/* What a stream says of its failure. */
static void
raise_stream_error(struct source *s, int error)
{
	const char *why = s->stream->get_last_error(s->stream);

	if (PyErr_Occurred())
		return;
	if (error == ENOMEM)
		PyErr_NoMemory();
	else
		PyErr_Format(PyExc_OSError, "cannot read the Arrow stream: %s",
			     why != NULL ? why : strerror(error));
}

static int
open_stream(struct source *s, PyObject *object)
{
	int got;

	s->capsule = PyObject_CallMethod(object, "__arrow_c_stream__", NULL);
	if (s->capsule == NULL)
		return -1;
	s->stream = PyCapsule_GetPointer(s->capsule, "arrow_array_stream");
	if (s->stream == NULL)
		return -1;
	Py_BEGIN_ALLOW_THREADS
	got = s->stream->get_schema(s->stream, &s->schema);
	Py_END_ALLOW_THREADS
	if (got == 0)
		return 0;
	s->schema.release = NULL;
	raise_stream_error(s, got);
	return -1;
}

int
source_open(struct source *s, PyObject *object)
{
	int got;

	*s = (struct source){ .capsule = NULL };
	if (PyObject_HasAttrString(object, "__arrow_c_stream__")) {
		got = open_stream(s, object);
	} else if (PyObject_HasAttrString(object, "__arrow_c_array__")) {
		got = open_array(s, object);
	} else {
		PyErr_SetString(PyExc_TypeError, "it has neither "
				"__arrow_c_stream__ nor __arrow_c_array__");
		got = -1;
	}
	if (got != 0)
		source_close(s);
	return got;
}

void
source_close(struct source *s)
{
	if (s->stream != NULL && s->stream->release != NULL)
		s->stream->release(s->stream);
	Py_CLEAR(s->capsule);
	if (s->schema.release != NULL)
		s->schema.release(&s->schema);
	if (s->array.release != NULL)
		s->array.release(&s->array);
}

int
source_next(struct source *s, struct ArrowArray *to)
{
	int got;

	if (s->stream == NULL) {
		*to = s->array;
		s->array.release = NULL;
		return to->release != NULL;
	}
	/* It may run a query, with threads that want the GIL. */
	Py_BEGIN_ALLOW_THREADS
	got = s->stream->get_next(s->stream, to);
	Py_END_ALLOW_THREADS
	if (got == 0)
		return to->release != NULL;
	raise_stream_error(s, got);
	return -1;
}

PyObject *
arrow_read(struct state *state, PyObject *object)
{
	struct source s;
	struct ArrowSchema schema;
	struct ArrowArray array;
	struct arrow *a = NULL;
	int got;

	if (source_open(&s, object) != 0)
		return NULL;
	if (arrow_copy_schema(&schema, &s.schema, NULL) != 0)
		PyErr_NoMemory();
	else
		a = arrow_new(state, &schema);
	while (a != NULL && (got = source_next(&s, &array)) != 0)
		if (got < 0 || arrow_append(a, &array) != 0)
			Py_CLEAR(a);
	source_close(&s);
	return (PyObject *)a;
}

/* The object. */

struct arrow *
arrow_new(struct state *s, struct ArrowSchema *schema)
{
	allocfunc alloc = PyType_GetSlot(s->arrow_type, Py_tp_alloc);
	struct arrow *a = (struct arrow *)alloc(s->arrow_type, 0);

	if (a == NULL)
		schema->release(schema);
	else
		a->schema = *schema;
	return a;
}

int
arrow_append(struct arrow *a, struct ArrowArray *array)
{
	struct shared *s = arrow_share(array);

	if (s == NULL)
		return core_no_memory();
	if (array_room(&a->chunk, &a->room, a->n + 1,
		       sizeof(struct shared *)) != 0) {
		arrow_drop(s);
		return core_no_memory();
	}
	a->chunk[a->n++] = s;
	return 0;
}

PyObject *
arrow_join(struct state *state, PyObject *list)
{
	struct ArrowSchema schema;
	struct arrow *a = NULL, *first;

	first = (struct arrow *)PyList_GetItem(list, 0);
	if (first == NULL)
		return NULL;
	if (arrow_copy_schema(&schema, &first->schema, NULL) != 0)
		return PyErr_NoMemory();
	a = arrow_new(state, &schema);
	for (Py_ssize_t i = 0; a != NULL && i < PyList_Size(list); i++) {
		struct arrow *one = (struct arrow *)PyList_GetItem(list, i);

		if (array_room(&a->chunk, &a->room, a->n + one->n,
			       sizeof(struct shared *)) != 0) {
			Py_DECREF((PyObject *)a);
			return PyErr_NoMemory();
		}
		for (size_t k = 0; k < one->n; k++)
			a->chunk[a->n++] = arrow_hold(one->chunk[k]);
	}
	return (PyObject *)a;
}

static void
dealloc(struct arrow *a)
{
	PyTypeObject *type = Py_TYPE((PyObject *)a);

	for (size_t i = 0; i < a->n; i++)
		arrow_drop(a->chunk[i]);
	free(a->chunk);
	if (a->schema.release != NULL)
		a->schema.release(&a->schema);
	((freefunc)PyType_GetSlot(type, Py_tp_free))(a);
	Py_DECREF(type);
}

static Py_ssize_t
length(struct arrow *a)
{
	int64_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		n += arrow_array(a->chunk[i])->length;
	return (Py_ssize_t)n;
}

/* Out. */

static void
free_schema(PyObject *capsule)
{
	struct ArrowSchema *s = PyCapsule_GetPointer(capsule, "arrow_schema");

	if (s->release != NULL)
		s->release(s);
	free(s);
}

static void
free_array(PyObject *capsule)
{
	struct ArrowArray *a = PyCapsule_GetPointer(capsule, "arrow_array");

	if (a->release != NULL)
		a->release(a);
	free(a);
}

static void
free_stream(PyObject *capsule)
{
	struct ArrowArrayStream *s = PyCapsule_GetPointer(capsule,
		"arrow_array_stream");

	if (s->release != NULL)
		s->release(s);
	free(s);
}

static PyObject *
c_schema(struct arrow *a, PyObject *unused)
{
	struct ArrowSchema *s = calloc(1, sizeof(*s));
	PyObject *capsule;

	(void)unused;
	if (s == NULL || arrow_copy_schema(s, &a->schema, NULL) != 0) {
		free(s);
		return PyErr_NoMemory();
	}
	capsule = PyCapsule_New(s, "arrow_schema", free_schema);
	if (capsule == NULL) {
		s->release(s);
		free(s);
	}
	return capsule;
}

static PyObject *
c_array(struct arrow *a, PyObject *args, PyObject *kwargs)
{
	static char *names[] = { "requested_schema", NULL };
	PyObject *requested, *schema, *capsule;
	struct ArrowArray *array;

	if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O", names, &requested))
		return NULL;
	if (a->n != 1)
		return PyErr_Format(PyExc_ValueError, "this has %zu chunks: "
				    "use __arrow_c_stream__", a->n);
	schema = c_schema(a, NULL);
	if (schema == NULL)
		return NULL;
	array = calloc(1, sizeof(*array));
	if (array == NULL || arrow_export(array, a->chunk[0]) != 0) {
		free(array);
		Py_DECREF(schema);
		return PyErr_NoMemory();
	}
	capsule = PyCapsule_New(array, "arrow_array", free_array);
	if (capsule == NULL) {
		array->release(array);
		free(array);
		Py_DECREF(schema);
		return NULL;
	}
	return Py_BuildValue("(NN)", schema, capsule);
}

/* A stream of what an object had when the stream was made. */
struct stream {
	struct ArrowSchema schema;
	size_t n, at;
	struct shared *chunk[];
};

static int
stream_schema(struct ArrowArrayStream *to, struct ArrowSchema *schema)
{
	struct stream *s = to->private_data;

	return arrow_copy_schema(schema, &s->schema, NULL) == 0 ? 0 : ENOMEM;
}

static int
stream_next(struct ArrowArrayStream *to, struct ArrowArray *array)
{
	struct stream *s = to->private_data;

	array->release = NULL;
	if (s->at == s->n)
		return 0;
	if (arrow_export(array, s->chunk[s->at]) != 0)
		return ENOMEM;
	arrow_drop(s->chunk[s->at]);
	s->chunk[s->at++] = NULL;
	return 0;
}

static const char *
stream_error(struct ArrowArrayStream *to)
{
	(void)to;
	return "out of memory";
}

static void
stream_release(struct ArrowArrayStream *to)
{
	struct stream *s = to->private_data;

	while (s->at < s->n)
		arrow_drop(s->chunk[s->at++]);
	s->schema.release(&s->schema);
	free(s);
	to->release = NULL;
}

static struct stream *
new_stream(const struct arrow *a)
{
	struct stream *s = malloc(sizeof(*s) + a->n * sizeof(struct shared *));

	if (s == NULL || arrow_copy_schema(&s->schema, &a->schema, NULL) != 0) {
		free(s);
		return NULL;
	}
	s->at = 0;
	s->n = a->n;
	for (size_t i = 0; i < a->n; i++)
		s->chunk[i] = arrow_hold(a->chunk[i]);
	return s;
}

static PyObject *
c_stream(struct arrow *a, PyObject *args, PyObject *kwargs)
{
	static char *names[] = { "requested_schema", NULL };
	struct ArrowArrayStream *to;
	struct stream *s;
	PyObject *requested, *capsule;

	if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O", names, &requested))
		return NULL;
	to = calloc(1, sizeof(*to));
	s = to != NULL ? new_stream(a) : NULL;
	if (s == NULL) {
		free(to);
		return PyErr_NoMemory();
	}
	*to = (struct ArrowArrayStream){
		.get_schema = stream_schema, .get_next = stream_next,
		.get_last_error = stream_error, .release = stream_release,
		.private_data = s,
	};
	capsule = PyCapsule_New(to, "arrow_array_stream", free_stream);
	if (capsule == NULL) {
		stream_release(to);
		free(to);
	}
	return capsule;
}

static PyObject *
get_chunks(struct arrow *a, void *unused)
{
	(void)unused;
	return PyLong_FromSize_t(a->n);
}

static PyObject *
repr(struct arrow *a)
{
	return PyUnicode_FromFormat("<libdedup.Arrow: %zd rows in %zu chunks>",
				    length(a), a->n);
}

static PyMethodDef methods[] = {
	{ "__arrow_c_schema__", (PyCFunction)c_schema, METH_NOARGS,
	  "A capsule with an ArrowSchema." },
	{ "__arrow_c_array__", (PyCFunction)(void (*)(void))c_array,
	  METH_VARARGS | METH_KEYWORDS,
	  "Capsules with an ArrowSchema and an ArrowArray. ValueError unless "
	  "there is one chunk." },
	{ "__arrow_c_stream__", (PyCFunction)(void (*)(void))c_stream,
	  METH_VARARGS | METH_KEYWORDS,
	  "A capsule with an ArrowArrayStream. It may be taken again." },
	{ NULL, NULL, 0, NULL },
};

static PyGetSetDef getset[] = {
	{ "chunks", (getter)get_chunks, NULL, "Number of chunks.", NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static PyType_Slot slots[] = {
	{ Py_tp_doc, "Arrow data that libdedup holds.\n\n"
	  "It has the methods of the Arrow PyCapsule protocol: give it to\n"
	  "pyarrow.table(), polars.DataFrame(), nanoarrow.ArrayStream() or "
	  "others." },
	{ Py_tp_dealloc, dealloc }, { Py_tp_methods, methods },
	{ Py_tp_getset, getset }, { Py_tp_repr, repr },
	{ Py_sq_length, length },
	{ 0, NULL },
};

PyType_Spec arrow_spec = {
	.name = "libdedup._core.Arrow", .basicsize = sizeof(struct arrow),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = slots,
};
