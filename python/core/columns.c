/* Columns of Arrow data. */
#include "builder.h"
#include "job.h"
#include "judge.h"

#include <string.h>

static const char *
type_name(const struct ArrowSchema *s)
{
	static const struct {
		const char *format, *name;
	} types[] = {
		{ "n", "null" }, { "b", "bool" }, { "c", "int8" },
		{ "C", "uint8" }, { "s", "int16" }, { "S", "uint16" },
		{ "i", "int32" }, { "I", "uint32" }, { "l", "int64" },
		{ "L", "uint64" }, { "e", "halffloat" }, { "f", "float" },
		{ "g", "double" }, { "z", "binary" }, { "Z", "large_binary" },
		{ "vz", "binary_view" }, { "u", "string" },
		{ "U", "large_string" }, { "vu", "string_view" },
		{ "+l", "list" }, { "+L", "large_list" },
		{ "+vl", "list_view" }, { "+s", "struct" }, { "+m", "map" },
		{ "+r", "run_end_encoded" }, { "tdD", "date32" },
		{ "tdm", "date64" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].format, s->format) == 0)
			return types[i].name;
	return s->format[0] == 'd' ? "decimal" :
	       strncmp(s->format, "ts", 2) == 0 ? "timestamp" :
	       strncmp(s->format, "+w", 2) == 0 ? "fixed_size_list" : s->format;
}

/* Which column is meant. */
struct choice {
	bool is_child;		/* of a struct, else the array itself */
	size_t child;
	struct column_type type;
	const struct ArrowSchema *schema;
};

static void
raise_no_column(const struct ArrowSchema *s, const char *name)
{
	PyObject *list = PyList_New(0), *comma = PyUnicode_FromString(", ");
	PyObject *all = NULL;

	for (int64_t i = 0; list != NULL && i < s->n_children; i++) {
		PyObject *one = PyUnicode_FromString(s->children[i]->name);

		if (one != NULL)
			PyList_Append(list, one);
		Py_XDECREF(one);
	}
	if (list != NULL && comma != NULL)
		all = PyUnicode_Join(comma, list);
	if (all != NULL)
		PyErr_Format(PyExc_KeyError, "no column '%s'; there are: %U",
			     name, all);
	Py_XDECREF(list);
	Py_XDECREF(comma);
	Py_XDECREF(all);
}

static int
choose(struct choice *c, const struct ArrowSchema *s, const char *name)
{
	size_t found = 0;

	*c = (struct choice){ .schema = s };
	c->is_child = strcmp(s->format, "+s") == 0;
	for (int64_t i = 0; c->is_child && i < s->n_children; i++) {
		if (strcmp(s->children[i]->name, name) != 0)
			continue;
		found++;
		c->child = (size_t)i;
		c->schema = s->children[i];
	}
	if (c->is_child && found == 0) {
		raise_no_column(s, name);
		return -1;
	}
	if (found > 1) {
		PyErr_Format(PyExc_ValueError, "there are %zu columns '%s'",
			     found, name);
		return -1;
	}
	c->type = column_type_of(c->schema);
	if (c->type.layout != LAYOUT_NONE)
		return 0;
	PyErr_Format(PyExc_TypeError, "column '%s' is %s%s: it has to be string, "
		     "large_string or string_view, or a dictionary of these",
		     c->schema->name != NULL && c->schema->name[0] != '\0' ?
		     c->schema->name : name,
		     c->schema->dictionary != NULL ? "a dictionary of " : "",
		     type_name(c->schema->dictionary != NULL ?
			       c->schema->dictionary : c->schema));
	return -1;
}

/* The column of a chunk: 0, or -1 with an exception. */
static int
column_of(struct column *column, const struct choice *c,
	  const struct ArrowArray *a)
{
	const char *fault = NULL;

	if (a->length < 0 || a->offset < 0)
		fault = "it has no extent";
	else if (c->is_child && (a->n_children <= (int64_t)c->child ||
				 a->children == NULL ||
				 a->children[c->child] == NULL))
		fault = "it has too few columns";
	if (fault == NULL) {
		*column = (struct column){
			.type = c->type, .n = a->length,
			.array = c->is_child ? a->children[c->child] : a,
			.begin = c->is_child ? a->offset : 0,
		};
		fault = column_fault(column);
	}
	if (fault == NULL)
		return 0;
	PyErr_Format(PyExc_ValueError, "malformed Arrow data: %s", fault);
	return -1;
}

/* What is to be made of a column. */
enum making { MAKE_NOTHING = 0, MAKE_COLUMN = 1, MAKE_SPANS = 2 };

struct made {
	enum making making;		/* one of them, or both */
	struct arrow *column, *spans;	/* NULL: not wanted */
	struct marks *gone;		/* the same */
};

static int
schema_of(struct ArrowSchema *to, const struct choice *c,
	  const struct ArrowSchema *from)
{
	const char *format = column_new_format(c->type);
	struct ArrowSchema column;

	if (format == NULL || !c->is_child)
		return arrow_copy_schema(to, from, format);
	if (arrow_copy_schema(to, from, NULL) != 0)
		return -1;
	if (arrow_copy_schema(&column, c->schema, format) != 0) {
		to->release(to);
		return -1;
	}
	to->children[c->child]->release(to->children[c->child]);
	*to->children[c->child] = column;
	return 0;
}

/* The new column, into 'to': 0, or -1 with an exception. */
static int
clean_chunk(struct job *j, const struct choice *c, struct shared *chunk,
	    struct ArrowArray *to)
{
	struct ArrowArray made;
	int64_t pad = j->column->begin;
	int got;

	if (c->type.layout == LAYOUT_NULL) {
		if (job_run(j) != 0)
			return -1;
		got = arrow_export(to, chunk);
	} else {
		j->builder = builder_new(c->type, pad, j->n);
		if (j->builder == NULL) {
			PyErr_NoMemory();
			return -1;
		}
		if (job_run(j) != 0) {
			builder_free(j->builder);
			return -1;
		}
		got = builder_finish(j->builder, &made);
		if (got == 0 && c->is_child)
			got = arrow_replace_child(to, chunk, c->child, &made);
		else if (got == 0)
			*to = made;
	}
	if (got != 0)
		PyErr_NoMemory();
	return got;
}

/* A chunk: what is made of it is appended. */
static int
judge_chunk(struct deduper *self, const struct choice *c, struct shared *chunk,
	    bool reference, struct made *m)
{
	struct column column;
	struct spans spans = { .n = 0 };
	struct ArrowArray array;
	struct job j = {
		.self = self, .column = &column, .reference = reference,
		.spans = m->spans != NULL ? &spans : NULL,
	};
	int got;

	if (column_of(&column, c, arrow_array(chunk)) != 0)
		return -1;
	j.n = column.n;
	if (m->gone != NULL) {
		j.gone = more_marks(m->gone, (size_t)column.n);
		if (j.gone == NULL) {
			PyErr_NoMemory();
			return -1;
		}
	}
	if (m->column == NULL)
		got = job_run(&j);
	else if ((got = clean_chunk(&j, c, chunk, &array)) == 0)
		got = arrow_append(m->column, &array);
	if (got == 0 && m->spans != NULL) {
		got = spans_array(&array, &spans);
		if (got != 0)
			PyErr_NoMemory();
		else
			got = arrow_append(m->spans, &array);
	}
	spans_free(&spans);
	return got;
}

/* All chunks of a source, one after another: 0, or -1 with an exception. */
static int
judge_chunks(struct deduper *self, struct source *s, const struct choice *c,
	     bool reference, struct made *m)
{
	struct ArrowArray array;
	int got;

	while ((got = source_next(s, &array)) > 0) {
		struct shared *chunk = arrow_share(&array);

		if (chunk == NULL) {
			PyErr_NoMemory();
			return -1;
		}
		got = judge_chunk(self, c, chunk, reference, m);
		arrow_drop(chunk);
		if (got != 0)
			return -1;
	}
	return got;
}

/* What is to be made, still empty: 0, or -1 with an exception. */
static int
begin_made(struct deduper *self, struct made *m, const struct choice *c,
	   const struct ArrowSchema *from)
{
	struct ArrowSchema schema;

	if (m->making & MAKE_COLUMN) {
		if (schema_of(&schema, c, from) != 0)
			goto no_memory;
		m->column = arrow_new(deduper_state(self), &schema);
		if (m->column == NULL)
			return -1;
	}
	if (m->making & MAKE_SPANS) {
		if (spans_schema(&schema, "spans") != 0)
			goto no_memory;
		m->spans = arrow_new(deduper_state(self), &schema);
		if (m->spans == NULL)
			return -1;
	}
	return 0;
no_memory:
	PyErr_NoMemory();
	return -1;
}

/* 0, or -1 with an exception. */
static int
judge_source(struct deduper *self, struct source *s, const char *name,
	     bool reference, struct made *m)
{
	struct choice c;
	uint64_t before = self->rows.documents;
	int got;

	if (choose(&c, &s->schema, name) != 0 ||
	    begin_made(self, m, &c, &s->schema) != 0 ||
	    (reference && set_reference(self, true) != 0))
		return -1;
	got = judge_chunks(self, s, &c, reference, m);
	if (reference && set_reference(self, false) != 0)
		got = -1;
	if (got != 0 && self->spoiled == NULL && self->rows.documents != before)
		self->spoiled = "a column could not be read to its end";
	return got;
}

/* What was made, None if nothing was to be, or NULL with an exception. */
static PyObject *
judge_object(struct deduper *self, PyObject *object, const char *name,
	     enum making making, bool reference, struct marks *gone)
{
	struct made m = { .making = making, .gone = gone };
	struct source s;
	int got;

	if (deduper_enter(self) != 0)
		return NULL;
	got = source_open(&s, object);
	if (got == 0) {
		got = judge_source(self, &s, name, reference, &m);
		source_close(&s);
	}
	deduper_leave(self);
	if (got != 0) {
		Py_XDECREF((PyObject *)m.column);
		Py_XDECREF((PyObject *)m.spans);
		return NULL;
	}
	if (m.column != NULL && m.spans != NULL)
		return Py_BuildValue("(NN)", m.column, m.spans);
	if (m.column != NULL || m.spans != NULL)
		return (PyObject *)(m.column != NULL ? m.column : m.spans);
	Py_INCREF(Py_None);
	return Py_None;
}

PyObject *
deduper_clean(struct deduper *self, PyObject *args)
{
	PyObject *object;
	const char *name;
	struct marks gone = { NULL, 0 };
	int marks;

	if (!PyArg_ParseTuple(args, "Osp", &object, &name, &marks))
		return NULL;
	return with_marks(judge_object(self, object, name, MAKE_COLUMN, false,
				       marks ? &gone : NULL),
			  &gone, marks);
}

PyObject *
deduper_find(struct deduper *self, PyObject *args)
{
	PyObject *object;
	const char *name;

	if (!PyArg_ParseTuple(args, "Os", &object, &name))
		return NULL;
	return judge_object(self, object, name, MAKE_SPANS, false, NULL);
}

PyObject *
deduper_clean_and_find(struct deduper *self, PyObject *args)
{
	PyObject *object;
	const char *name;

	if (!PyArg_ParseTuple(args, "Os", &object, &name))
		return NULL;
	return judge_object(self, object, name, MAKE_COLUMN | MAKE_SPANS,
			    false, NULL);
}

PyObject *
deduper_feed(struct deduper *self, PyObject *args)
{
	PyObject *object;
	const char *name;
	int reference;

	if (!PyArg_ParseTuple(args, "Osp", &object, &name, &reference))
		return NULL;
	return judge_object(self, object, name, MAKE_NOTHING, reference, NULL);
}
