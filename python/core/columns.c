/*
 * Columns of Arrow data through a Deduper, chunk by chunk: which column is meant,
 * and the new data, which shares all other columns with the old.
 */
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

/* The column that is meant. */
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

/* Room for the new column of a chunk: 0, or -1 with an exception. */
static int
begin_clean(struct job *j, struct made *m)
{
	j->gone = made_rows(m, (size_t)j->n);
	if (j->gone == NULL)
		return -1;
	/* Of nulls alone nothing is removed. */
	if (j->column->type.layout == LAYOUT_NULL)
		return 0;
	j->builder = builder_new(j->column->type, j->column->begin, j->n);
	return j->builder != NULL ? 0 : core_no_memory();
}

/* A chunk with what was built, or as it was: 0, or -1 with an exception. */
static int
add_clean(struct arrow *to, struct builder *b, const struct choice *c,
	  struct shared *chunk)
{
	struct ArrowArray column, array;

	if (b == NULL)
		return arrow_export(&array, chunk) != 0 ? core_no_memory() :
		       arrow_append(to, &array);
	if (builder_finish(b, &column) != 0)
		return core_no_memory();
	if (!c->is_child)
		return arrow_append(to, &column);
	if (arrow_replace_child(&array, chunk, c->child, &column) != 0)
		return core_no_memory();
	return arrow_append(to, &array);
}

/* 0, or -1 with an exception. */
static int
add_spans(struct arrow *to, const struct spans *spans)
{
	struct ArrowArray array;

	if (spans_array(&array, spans) != 0)
		return core_no_memory();
	return arrow_append(to, &array);
}

/* A chunk: what is made of it is appended.  0, or -1 with an exception. */
static int
judge_chunk(struct deduper *self, const struct choice *c, struct shared *chunk,
	    struct made *m)
{
	struct arrow *clean = (struct arrow *)m->clean;
	struct arrow *removed = (struct arrow *)m->spans;
	struct column column;
	struct spans spans = { .n = 0 };
	struct job j = {
		.self = self, .column = &column,
		.reference = m->what & JUDGE_REFERENCE,
		.spans = removed != NULL ? &spans : NULL,
	};
	int got = -1;

	if (column_of(&column, c, arrow_array(chunk)) != 0)
		return -1;
	j.n = column.n;
	if (clean != NULL && begin_clean(&j, m) != 0)
		goto done;
	if (job_run(&j) != 0)
		goto done;
	if (clean != NULL) {
		struct builder *b = j.builder;

		j.builder = NULL;
		if (add_clean(clean, b, c, chunk) != 0)
			goto done;
	}
	if (removed != NULL && add_spans(removed, &spans) != 0)
		goto done;
	got = 0;
done:
	builder_free(j.builder);
	spans_free(&spans);
	return got;
}

/* What is to be made, still empty: 0, or -1 with an exception. */
static int
begin_made(struct deduper *self, struct made *m, const struct choice *c,
	   const struct ArrowSchema *from)
{
	struct state *state = deduper_state(self);
	struct ArrowSchema schema;

	if (m->what & JUDGE_CLEAN) {
		if (schema_of(&schema, c, from) != 0)
			return core_no_memory();
		m->clean = (PyObject *)arrow_new(state, &schema);
		if (m->clean == NULL)
			return -1;
	}
	if (m->what & JUDGE_SPANS) {
		if (spans_schema(&schema, "spans") != 0)
			return core_no_memory();
		m->spans = (PyObject *)arrow_new(state, &schema);
		if (m->spans == NULL)
			return -1;
	}
	return 0;
}

/* All chunks of a source, one after another: 0, or -1 with an exception. */
static int
judge_source(struct deduper *self, struct source *s, const char *name,
	     struct made *m)
{
	struct choice c;
	struct ArrowArray array;
	int got;

	if (choose(&c, &s->schema, name) != 0 ||
	    begin_made(self, m, &c, &s->schema) != 0)
		return -1;
	while ((got = source_next(s, &array)) > 0) {
		struct shared *chunk = arrow_share(&array);

		if (chunk == NULL)
			return core_no_memory();
		got = judge_chunk(self, &c, chunk, m);
		arrow_drop(chunk);
		if (got != 0)
			return -1;
	}
	return got;
}

int
columns_judge(struct deduper *self, PyObject *object, const char *name,
	      struct made *m)
{
	struct source s;
	int got;

	if (source_open(&s, object) != 0)
		return -1;
	got = judge_source(self, &s, name, m);
	source_close(&s);
	return got;
}
