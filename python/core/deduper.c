/*
 * The object that holds a struct dedup: its life, who may use it, and passes.
 * Its other methods are in the files that deduper.h names.
 */
#include "deduper.h"

#include <unistd.h>

struct state *
deduper_state(struct deduper *self)
{
	return PyType_GetModuleState(Py_TYPE((PyObject *)self));
}

/* Who may use it. */

#define OTHER_PROCESS "this Deduper was made in another process (a fork): each " \
	"would miss what the others see, and keep their copies. Use one " \
	"process, with threads=N, or make a Deduper in each process and give " \
	"it what came before: save() and load()"

int
deduper_enter(struct deduper *self)
{
	if (self->pid != (long)getpid()) {
		PyErr_SetString(PyExc_RuntimeError, OTHER_PROCESS);
		return -1;
	}
	if (atomic_flag_test_and_set(&self->busy)) {
		PyErr_SetString(PyExc_RuntimeError, "this Deduper is in use by "
			"another thread: the order of documents matters, so "
			"give it one call at a time (it has threads of its "
			"own: threads=N)");
		return -1;
	}
	if (self->d != NULL && self->spoiled == NULL)
		return 0;
	if (self->d == NULL)
		PyErr_SetString(PyExc_ValueError, "this Deduper is closed");
	else
		PyErr_Format(PyExc_RuntimeError, "this Deduper cannot go on: "
			     "%s; texts that it has seen there were never "
			     "returned, and their copies would go now. Make a "
			     "new one", self->spoiled);
	atomic_flag_clear(&self->busy);
	return -1;
}

void
deduper_leave(struct deduper *self)
{
	atomic_flag_clear(&self->busy);
}

PyObject *
raise_status(enum dedup_status st)
{
	if (st == DEDUP_ENOMEM)
		return PyErr_NoMemory();
	PyErr_SetString(st == DEDUP_EINVAL ? PyExc_ValueError :
			st == DEDUP_ERANDOM ? PyExc_OSError :
			PyExc_RuntimeError, dedup_strerror(st));
	return NULL;
}

/* Its life. */

static PyObject *
new_deduper(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
	allocfunc alloc = PyType_GetSlot(type, Py_tp_alloc);
	struct deduper *self = (struct deduper *)alloc(type, 0);

	(void)args;
	(void)kwargs;
	if (self != NULL) {
		atomic_flag_clear(&self->busy);
		self->pid = (long)getpid();
	}
	return (PyObject *)self;
}

static int
init(struct deduper *self, PyObject *args, PyObject *kwargs)
{
	PyObject *options;
	struct dedup_options *o = &self->opt;
	double share;		/* of boilerplate, if it is a float */
	int places;
	unsigned min_doc_words;
	enum dedup_status st;

	if (!PyArg_ParseTuple(args, "OdpI", &options, &share, &places,
			      &min_doc_words))
		return -1;
	if (self->d != NULL || !PyDict_Check(options) || kwargs != NULL) {
		PyErr_SetString(PyExc_TypeError, "one dict of options, once");
		return -1;
	}
	dedup_options_init(o);
	if (options_set(o, options) != 0)
		return -1;
	if (share > 0)
		o->boilerplate_share = share;
	o->count = o->boilerplate > 0 || o->boilerplate_share > 0;
	o->places = places;
	o->can_forget = min_doc_words > 0;
	self->min_doc_words = min_doc_words;
	st = dedup_new(&self->opt, &self->d);
	if (st == DEDUP_OK)
		return 0;
	raise_status(st);
	return -1;
}

static PyObject *
close_deduper(struct deduper *self, PyObject *unused)
{
	(void)unused;
	if (self->pid == (long)getpid()) {
		if (atomic_flag_test_and_set(&self->busy)) {
			PyErr_SetString(PyExc_RuntimeError, "this Deduper is "
					"in use by another thread");
			return NULL;
		}
		dedup_free(self->d);
		self->d = NULL;
		deduper_leave(self);
	}
	return Py_NewRef(Py_None);
}

void
deduper_spoil(struct deduper *self, const char *why)
{
	/* The first reason is the one to tell. */
	if (self->spoiled == NULL)
		self->spoiled = why;
}

static PyObject *
spoil(struct deduper *self, PyObject *unused)
{
	(void)unused;
	deduper_spoil(self, "a call failed before all was returned");
	return Py_NewRef(Py_None);
}

/* Documents fed so far, in any state: did a call that failed feed some? */
static PyObject *
get_fed(struct deduper *self, void *unused)
{
	(void)unused;
	return PyLong_FromUnsignedLongLong(self->rows.documents);
}

/* Call this now and then with the rows read in this pass; None: do not. */
static PyObject *
watch(struct deduper *self, PyObject *function)
{
	PyObject *old = self->watch;

	self->watch = function != Py_None ? Py_NewRef(function) : NULL;
	Py_XDECREF(old);
	return Py_NewRef(Py_None);
}

static void
dealloc(struct deduper *self)
{
	PyTypeObject *type = Py_TYPE((PyObject *)self);

	Py_XDECREF(self->watch);
	dedup_free(self->d);
	rows_free(&self->rows);
	((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
	Py_DECREF(type);
}

static PyObject *
refuse_pickle(struct deduper *self, PyObject *unused)
{
	(void)self;
	(void)unused;
	PyErr_SetString(PyExc_TypeError, "a Deduper cannot be pickled or "
		"copied: it holds what it has seen, and each copy would miss "
		"what the others see. Use one process, with threads=N, or "
		"make a Deduper in each process and give it what came before: "
		"save() and load()");
	return NULL;
}

/* Passes. */

static PyObject *
passes_left(struct deduper *self, PyObject *unused)
{
	unsigned n;

	(void)unused;
	if (deduper_enter(self) != 0)
		return NULL;
	n = dedup_passes_left(self->d);
	deduper_leave(self);
	return PyLong_FromUnsignedLong(n);
}

static PyObject *
again(struct deduper *self, PyObject *unused)
{
	enum dedup_status st = DEDUP_OK;

	(void)unused;
	if (deduper_enter(self) != 0)
		return NULL;
	Py_BEGIN_ALLOW_THREADS
	st = dedup_again(self->d);
	Py_END_ALLOW_THREADS
	if (st == DEDUP_OK)
		rows_again(&self->rows);
	deduper_leave(self);
	if (st == DEDUP_ESTATE) {
		PyErr_SetString(PyExc_RuntimeError, "again(): these options "
				"take no other pass");
		return NULL;
	}
	if (st != DEDUP_OK)
		return raise_status(st);
	return Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {
	{ "judge", (PyCFunction)deduper_judge, METH_VARARGS, NULL },
	{ "passes_left", (PyCFunction)passes_left, METH_NOARGS, NULL },
	{ "again", (PyCFunction)again, METH_NOARGS, NULL },
	{ "load", (PyCFunction)deduper_load, METH_VARARGS, NULL },
	{ "save", (PyCFunction)deduper_save, METH_VARARGS, NULL },
	{ "label", (PyCFunction)deduper_label, METH_VARARGS, NULL },
	{ "top", (PyCFunction)deduper_top, METH_VARARGS, NULL },
	{ "watch", (PyCFunction)watch, METH_O, NULL },
	{ "stats", (PyCFunction)deduper_stats, METH_NOARGS, NULL },
	{ "close", (PyCFunction)close_deduper, METH_NOARGS, NULL },
	{ "spoil", (PyCFunction)spoil, METH_NOARGS, NULL },
	{ "__reduce__", (PyCFunction)refuse_pickle, METH_NOARGS, NULL },
	{ NULL, NULL, 0, NULL },
};

static PyGetSetDef getset[] = {
	{ "fed", (getter)get_fed, NULL, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static PyType_Slot slots[] = {
	{ Py_tp_new, new_deduper }, { Py_tp_init, init },
	{ Py_tp_dealloc, dealloc }, { Py_tp_methods, methods },
	{ Py_tp_getset, getset },
	{ 0, NULL },
};

PyType_Spec deduper_spec = {
	.name = "libdedup._core.Deduper", .basicsize = sizeof(struct deduper),
	.flags = Py_TPFLAGS_DEFAULT, .slots = slots,
};
