/*
 * The object that holds a struct dedup: options, columns and lists through it,
 * saved tables, counts.
 *
 * It is used by one thread at a time and in the process that made it: anything
 * else is an error.  A call that fails when some of its texts were judged
 * leaves the object unusable: their copies would go from what comes next, and
 * nobody has them.
 *
 * Rows are counted over all columns, from 0 in each pass, those of reference
 * columns apart.  A null is a row and no document.
 */
#include "core.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH 65536		/* documents in a call of the library */
#define SIGNALS_EVERY 0.1	/* seconds */

/* Documents from here on, up to the next of these, are rows from here on. */
struct place {
	uint64_t document, row;
};

struct deduper {
	PyObject_HEAD
	struct dedup *d;		/* NULL: closed */
	struct dedup_options opt;
	unsigned min_doc_words;		/* 0: any document stays */
	atomic_flag busy;
	long pid;
	const char *spoiled;		/* why it is of no use any more */
	uint64_t documents;		/* fed, reference ones first */
	uint64_t references;		/* of them */
	uint64_t rows, reference_rows;
	struct place *place;		/* ascending */
	size_t nplaces, room;
};

static struct state *
state_of(struct deduper *self)
{
	return PyType_GetModuleState(Py_TYPE((PyObject *)self));
}

/* Who may use it. */

#define OTHER_PROCESS "this Deduper was made in another process (a fork): each " \
	"would miss what the others see, and keep their copies. Use one " \
	"process, with threads=N, or make a Deduper in each process and give " \
	"it what came before: save() and load()"

/* 0, and nobody else may until leave(); or -1 with an exception. */
static int
enter(struct deduper *self)
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

static void
leave(struct deduper *self)
{
	atomic_flag_clear(&self->busy);
}

static PyObject *
raise_status(enum dedup_status st)
{
	if (st == DEDUP_ENOMEM)
		return PyErr_NoMemory();
	PyErr_SetString(st == DEDUP_EINVAL ? PyExc_ValueError :
			st == DEDUP_ERANDOM ? PyExc_OSError :
			PyExc_RuntimeError, dedup_strerror(st));
	return NULL;
}

/* Rows and documents. */

static uint64_t
row_of(const struct deduper *self, uint64_t document)
{
	size_t low = 0, high = self->nplaces;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (self->place[middle].document <= document)
			low = middle;
		else
			high = middle;
	}
	return self->place[low].row + (document - self->place[low].document);
}

/* Document number 'document' is this row. */
static int
note_row(struct deduper *self, uint64_t document, uint64_t row)
{
	if (self->nplaces > 0 && row_of(self, document) == row)
		return 0;
	if (self->nplaces == self->room) {
		size_t room = 2 * self->room + 4;
		struct place *more = realloc(self->place,
					     room * sizeof(*more));

		if (more == NULL)
			return -1;
		self->place = more;
		self->room = room;
	}
	self->place[self->nplaces++] = (struct place){ document, row };
	return 0;
}

/* Rows through the library. */

struct job {
	struct deduper *self;
	bool reference;
	/* Rows: of a column, or of a list, whose nulls have no text. */
	const struct column *column;
	const struct dedup_text *list;
	int64_t n;
	/* What is made of them: one of these, or nothing. */
	struct builder *builder;
	struct spans *spans;
	char *gone;		/* or NULL; per row: 1, all of it went */
	unsigned min_words;	/* a document of fewer goes whole */
	/* Documents that are in the library's hands. */
	struct dedup_text *text;
	int64_t *row;
	int64_t done;		/* rows that are made */
	/* To look at signals. */
	PyThreadState *thread;
	struct timespec last;
	bool interrupted, failed;
};

static bool
job_text(const struct job *j, int64_t row, struct dedup_text *text)
{
	if (j->column != NULL)
		return column_text(j->column, row, text);
	*text = j->list[row];
	return text->text != NULL;
}

/* Has somebody pressed Ctrl-C? */
static bool
is_interrupted(struct job *j)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((double)(now.tv_sec - j->last.tv_sec) +
	    (double)(now.tv_nsec - j->last.tv_nsec) / 1e9 < SIGNALS_EVERY)
		return false;
	j->last = now;
	PyEval_RestoreThread(j->thread);
	j->interrupted = PyErr_CheckSignals() != 0;
	j->thread = PyEval_SaveThread();
	return j->interrupted;
}

/* Nulls before a row. */
static int
add_nulls(struct job *j, int64_t row)
{
	for (; j->done < row; j->done++)
		if ((j->builder != NULL && builder_add_null(j->builder) != 0) ||
		    (j->spans != NULL && spans_add_row(j->spans, NULL, 0) != 0))
			return -1;
	return 0;
}

static bool
all_goes(const struct dedup_verdict *v)
{
	uint64_t kept = v->decided;

	for (size_t i = 0; i < v->nremovals; i++)
		kept -= v->removals[i].end - v->removals[i].begin;
	return kept == 0 && v->nremovals > 0;
}

/* What is kept of a text: 0, or -1. */
static int
add_kept(struct job *j, int64_t row, const struct dedup_text *t,
	 const struct dedup_verdict *v)
{
	static const struct dedup_verdict nothing;
	bool is_short = v->words < j->min_words;

	/* Nobody's witness, then. */
	if (is_short)
		dedup_forget(j->self->d);
	if (j->gone != NULL)
		j->gone[row] = is_short || all_goes(v);
	return j->builder == NULL ? 0 :
	       builder_add_kept(j->builder, t, is_short ? &nothing : v);
}

static int
add_spans(struct job *j, const struct dedup_verdict *v)
{
	struct spans *s = j->spans;

	if (spans_add_row(s, v->removals, v->nremovals) != 0)
		return -1;
	for (size_t i = s->n - v->nremovals; i < s->n; i++) {
		struct dedup_place *w = &s->removal[i].witness;

		if (w->table == 0 && w->document != UINT64_MAX)
			w->document = row_of(j->self, w->document);
	}
	return 0;
}

static int
each(void *arg, size_t i, const struct dedup_verdict *v)
{
	struct job *j = arg;
	int64_t row = j->row[i];

	j->failed = add_nulls(j, row) != 0 ||
		    add_kept(j, row, &j->text[i], v) != 0 ||
		    (j->spans != NULL && add_spans(j, v) != 0);
	j->done = row + 1;
	return j->failed || is_interrupted(j);
}

/* Documents from row *row on, as many as a batch has room for. */
static int
fill_batch(struct job *j, int64_t *row, size_t *n)
{
	struct deduper *self = j->self;
	uint64_t *rows = j->reference ? &self->reference_rows : &self->rows;

	for (*n = 0; *n < BATCH && *row < j->n; ++*row, ++*rows) {
		if (!job_text(j, *row, &j->text[*n]))
			continue;
		if (note_row(self, self->documents, *rows) != 0)
			return -1;
		self->documents++;
		self->references += j->reference;
		j->row[(*n)++] = *row;
	}
	return 0;
}

static enum dedup_status
feed_rows(struct job *j)
{
	enum dedup_status st = DEDUP_OK;
	int64_t row = 0;

	while (st == DEDUP_OK && row < j->n) {
		size_t n;

		if (fill_batch(j, &row, &n) != 0)
			return DEDUP_ENOMEM;
		st = dedup_documents(j->self->d, j->text, n, NULL, each, j);
	}
	if (st == DEDUP_OK && add_nulls(j, j->n) != 0)
		st = DEDUP_ENOMEM;
	return j->failed ? DEDUP_ENOMEM : st;
}

/* Do it, without the GIL: 0, or -1 with an exception. */
static int
job_run(struct job *j)
{
	struct deduper *self = j->self;
	size_t room = j->n < BATCH ? (size_t)j->n + 1 : BATCH;
	enum dedup_status st = DEDUP_ENOMEM;

	j->text = malloc(room * sizeof(*j->text));
	j->row = malloc(room * sizeof(*j->row));
	j->done = 0;
	if (!j->reference && dedup_passes_left(self->d) == 0)
		j->min_words = self->min_doc_words;
	clock_gettime(CLOCK_MONOTONIC, &j->last);
	if (j->text != NULL && j->row != NULL) {
		j->thread = PyEval_SaveThread();
		st = feed_rows(j);
		PyEval_RestoreThread(j->thread);
	}
	free(j->text);
	free(j->row);
	if (st == DEDUP_OK)
		return 0;
	self->spoiled = st == DEDUP_ESTOP ? "a call was interrupted" :
			st == DEDUP_ENOMEM ? "a call ran out of memory" :
			"a call failed";
	if (!j->interrupted)
		raise_status(st);
	return -1;
}

/* Begin or end reading reference texts: 0, or -1 with an exception. */
static int
set_reference(struct deduper *self, bool on)
{
	enum dedup_status st = dedup_reference(self->d, on);

	if (st == DEDUP_OK)
		return 0;
	if (st == DEDUP_ESTATE)
		PyErr_SetString(PyExc_RuntimeError, "reference() comes before "
				"all other columns");
	else
		raise_status(st);
	return -1;
}

/* Columns. */

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

/* Bytes per row, over all chunks. */
struct marks {
	char *p;		/* NULL: not wanted */
	size_t n;
};

static char *
more_marks(struct marks *m, size_t n)
{
	char *more = realloc(m->p, m->n + n + 1);

	if (more == NULL)
		return NULL;
	m->p = more;
	memset(more + m->n, 0, n);
	m->n += n;
	return more + m->n - n;
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
		m->column = arrow_new(state_of(self), &schema);
		if (m->column == NULL)
			return -1;
	}
	if (m->making & MAKE_SPANS) {
		if (spans_schema(&schema, "spans") != 0)
			goto no_memory;
		m->spans = arrow_new(state_of(self), &schema);
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
	uint64_t before = self->documents;
	int got;

	if (choose(&c, &s->schema, name) != 0 ||
	    begin_made(self, m, &c, &s->schema) != 0 ||
	    (reference && set_reference(self, true) != 0))
		return -1;
	got = judge_chunks(self, s, &c, reference, m);
	if (reference && set_reference(self, false) != 0)
		got = -1;
	if (got != 0 && self->spoiled == NULL && self->documents != before)
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

	if (enter(self) != 0)
		return NULL;
	got = source_open(&s, object);
	if (got == 0) {
		got = judge_source(self, &s, name, reference, &m);
		source_close(&s);
	}
	leave(self);
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

static PyObject *
with_marks(PyObject *out, struct marks *m, bool wanted)
{
	PyObject *bytes;

	if (!wanted || out == NULL) {
		free(m->p);
		return out;
	}
	bytes = PyBytes_FromStringAndSize(m->p != NULL ? m->p : "",
					  (Py_ssize_t)m->n);
	free(m->p);
	if (bytes == NULL) {
		Py_DECREF(out);
		return NULL;
	}
	return Py_BuildValue("(NN)", out, bytes);
}

static PyObject *
clean(struct deduper *self, PyObject *args)
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

static PyObject *
find(struct deduper *self, PyObject *args)
{
	PyObject *object;
	const char *name;

	if (!PyArg_ParseTuple(args, "Os", &object, &name))
		return NULL;
	return judge_object(self, object, name, MAKE_SPANS, false, NULL);
}

static PyObject *
clean_and_find(struct deduper *self, PyObject *args)
{
	PyObject *object;
	const char *name;

	if (!PyArg_ParseTuple(args, "Os", &object, &name))
		return NULL;
	return judge_object(self, object, name, MAKE_COLUMN | MAKE_SPANS,
			    false, NULL);
}

static PyObject *
feed(struct deduper *self, PyObject *args)
{
	PyObject *object;
	const char *name;
	int reference;

	if (!PyArg_ParseTuple(args, "Osp", &object, &name, &reference))
		return NULL;
	return judge_object(self, object, name, MAKE_NOTHING, reference, NULL);
}

/* Lists of str. */

struct strings {
	PyObject *tuple;	/* holds them */
	PyObject *bytes;	/* list: of those that UTF-8 cannot say */
	struct dedup_text *text;
	Py_ssize_t n;
};

static void
strings_free(struct strings *s)
{
	Py_CLEAR(s->tuple);
	Py_CLEAR(s->bytes);
	free(s->text);
	s->text = NULL;
}

/* The UTF-8 of one, with lone surrogates as three bytes. */
static int
string_text(struct strings *s, PyObject *string, struct dedup_text *t)
{
	Py_ssize_t len;
	const char *p = PyUnicode_AsUTF8AndSize(string, &len);
	PyObject *bytes;

	if (p == NULL) {
		if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
			return -1;
		PyErr_Clear();
		bytes = PyUnicode_AsEncodedString(string, "utf-8",
						  "surrogatepass");
		if (bytes == NULL)
			return -1;
		p = PyBytes_AsString(bytes);
		len = PyBytes_Size(bytes);
		if (PyList_Append(s->bytes, bytes) != 0)
			p = NULL;
		Py_DECREF(bytes);
		if (p == NULL)
			return -1;
	}
	*t = (struct dedup_text){ p, (size_t)len };
	return 0;
}

static int
strings_read(struct strings *s, PyObject *list, const char *name)
{
	*s = (struct strings){ .tuple = PySequence_Tuple(list) };
	s->bytes = PyList_New(0);
	if (s->tuple == NULL || s->bytes == NULL)
		goto fail;
	s->n = PyTuple_Size(s->tuple);
	s->text = calloc((size_t)s->n + 1, sizeof(*s->text));
	if (s->text == NULL) {
		PyErr_NoMemory();
		goto fail;
	}
	for (Py_ssize_t i = 0; i < s->n; i++) {
		PyObject *string = PyTuple_GetItem(s->tuple, i);

		if (string == Py_None)
			continue;
		if (!PyUnicode_Check(string)) {
			PyErr_Format(PyExc_TypeError, "column '%s': row %zd is "
				     "%R: it has to be a str or None", name, i,
				     (PyObject *)Py_TYPE(string));
			goto fail;
		}
		if (string_text(s, string, &s->text[i]) != 0)
			goto fail;
	}
	return 0;
fail:
	strings_free(s);
	return -1;
}

static PyObject *
cut_string(const struct dedup_text *t, const struct dedup_removal *r, size_t n)
{
	struct dedup_verdict v = {
		.removals = r, .nremovals = n, .decided = t->len,
	};
	char *kept = malloc(t->len + 1);
	PyObject *string;

	if (kept == NULL)
		return PyErr_NoMemory();
	string = PyUnicode_DecodeUTF8(kept, (Py_ssize_t)
		dedup_apply(t->text, t->len, &v, kept), "surrogatepass");
	free(kept);
	return string;
}

/* What is made of row i; 'gone': all of it goes, also what no removal names. */
typedef PyObject *row_maker(const struct strings *s, Py_ssize_t i, bool gone,
			    const struct dedup_removal *r, size_t n);

static PyObject *
kept_of_row(const struct strings *s, Py_ssize_t i, bool gone,
	    const struct dedup_removal *r, size_t n)
{
	PyObject *string;

	if (gone)
		return PyUnicode_FromStringAndSize("", 0);
	if (n > 0)
		return cut_string(&s->text[i], r, n);
	string = PyTuple_GetItem(s->tuple, i);
	Py_INCREF(string);
	return string;
}

static PyObject *
number_or_none(uint64_t n, bool known)
{
	if (known)
		return PyLong_FromUnsignedLongLong(n);
	Py_INCREF(Py_None);
	return Py_None;
}

static PyObject *
span_of(const struct dedup_removal *r)
{
	const struct dedup_place *w = &r->witness;
	struct blank blank = spans_blank(r);
	bool known = w->document != UINT64_MAX;

	return Py_BuildValue("(KKKsd(NNNI)KKK)",
		(unsigned long long)r->unit_begin,
		(unsigned long long)(r->unit_end - r->unit_begin),
		(unsigned long long)r->line, dedup_reason_name(r->reason),
		r->resemblance, number_or_none(w->document, known),
		number_or_none(w->offset, known),
		number_or_none(w->line, known), w->table,
		(unsigned long long)r->documents,
		(unsigned long long)blank.offset,
		(unsigned long long)blank.length);
}

static PyObject *
spans_of_row(const struct strings *s, Py_ssize_t i, bool gone,
	     const struct dedup_removal *r, size_t n)
{
	PyObject *list = PyList_New((Py_ssize_t)n);

	(void)s;
	(void)i;
	(void)gone;
	for (size_t k = 0; list != NULL && k < n; k++) {
		PyObject *span = span_of(&r[k]);

		if (span == NULL || PyList_SetItem(list, (Py_ssize_t)k,
						   span) != 0)
			Py_CLEAR(list);
	}
	return list;
}

static PyObject *
make_rows(const struct strings *s, const struct spans *spans,
	  const char *gone, row_maker *make)
{
	PyObject *list = PyList_New(s->n);
	int64_t from = 0;

	for (Py_ssize_t i = 0; list != NULL && i < s->n; i++) {
		int64_t to = spans->end[i];
		PyObject *row = make(s, i, gone[i] != 0, spans->removal + from,
				     (size_t)(to - from));

		from = to;
		if (row == NULL || PyList_SetItem(list, i, row) != 0)
			Py_CLEAR(list);
	}
	return list;
}

static PyObject *
judge_strings(struct deduper *self, const struct strings *s, bool reference,
	      row_maker *make, struct marks *gone)
{
	struct spans spans = { .n = 0 };
	struct job j = {
		.self = self, .list = s->text, .n = s->n,
		.reference = reference, .spans = make != NULL ? &spans : NULL,
	};
	struct marks own = { NULL, 0 };
	PyObject *out = NULL;

	j.gone = more_marks(gone != NULL ? gone : &own, (size_t)s->n);
	if (j.gone == NULL)
		return PyErr_NoMemory();
	if (job_run(&j) != 0)
		;
	else if (make != NULL)
		out = make_rows(s, &spans, j.gone, make);
	else
		Py_INCREF(out = Py_None);
	spans_free(&spans);
	free(own.p);
	if (out == NULL && self->spoiled == NULL)
		self->spoiled = "a list could not be returned";
	return out;
}

static PyObject *
judge_list(struct deduper *self, PyObject *list, const char *name,
	   bool reference, row_maker *make, struct marks *gone)
{
	struct strings s;
	PyObject *out = NULL;

	if (enter(self) != 0)
		return NULL;
	if (strings_read(&s, list, name) == 0) {
		if (!reference || set_reference(self, true) == 0)
			out = judge_strings(self, &s, reference, make, gone);
		if (reference && out != NULL && set_reference(self, false) != 0)
			Py_CLEAR(out);
		strings_free(&s);
	}
	leave(self);
	return out;
}

static PyObject *
clean_list(struct deduper *self, PyObject *args)
{
	PyObject *list;
	const char *name;
	struct marks gone = { NULL, 0 };
	int marks;

	if (!PyArg_ParseTuple(args, "Osp", &list, &name, &marks))
		return NULL;
	return with_marks(judge_list(self, list, name, false, kept_of_row,
				     marks ? &gone : NULL), &gone, marks);
}

static PyObject *
find_list(struct deduper *self, PyObject *args)
{
	PyObject *list;
	const char *name;

	if (!PyArg_ParseTuple(args, "Os", &list, &name))
		return NULL;
	return judge_list(self, list, name, false, spans_of_row, NULL);
}

static PyObject *
feed_list(struct deduper *self, PyObject *args)
{
	PyObject *list;
	const char *name;
	int reference;

	if (!PyArg_ParseTuple(args, "Osp", &list, &name, &reference))
		return NULL;
	return judge_list(self, list, name, reference, NULL, NULL);
}

/* Passes. */

static PyObject *
passes_left(struct deduper *self, PyObject *unused)
{
	unsigned n;

	(void)unused;
	if (enter(self) != 0)
		return NULL;
	n = dedup_passes_left(self->d);
	leave(self);
	return PyLong_FromUnsignedLong(n);
}

static PyObject *
again(struct deduper *self, PyObject *unused)
{
	enum dedup_status st = DEDUP_OK;

	(void)unused;
	if (enter(self) != 0)
		return NULL;
	Py_BEGIN_ALLOW_THREADS
	st = dedup_again(self->d);
	Py_END_ALLOW_THREADS
	if (st == DEDUP_OK) {
		self->documents = self->references;
		self->rows = 0;
		while (self->nplaces > 0 &&
		       self->place[self->nplaces - 1].document >=
		       self->references)
			self->nplaces--;
	}
	leave(self);
	if (st == DEDUP_ESTATE) {
		PyErr_SetString(PyExc_RuntimeError, "again(): these options "
				"take no other pass");
		return NULL;
	}
	if (st != DEDUP_OK)
		return raise_status(st);
	Py_INCREF(Py_None);
	return Py_None;
}

/* Tables. */

static PyObject *
raise_table(struct state *s, PyObject *path, const char *why)
{
	PyErr_Format(s->table_error, "%s: %s", PyBytes_AsString(path), why);
	return NULL;
}

static PyObject *
load(struct deduper *self, PyObject *args)
{
	PyObject *path;
	char why[DEDUP_WHY];
	enum dedup_status st;
	int listed;

	if (!PyArg_ParseTuple(args, "O&p", PyUnicode_FSConverter, &path,
			      &listed))
		return NULL;
	if (enter(self) != 0) {
		Py_DECREF(path);
		return NULL;
	}
	st = dedup_load(self->d, PyBytes_AsString(path), listed ?
			DEDUP_LOAD_LISTED : DEDUP_LOAD_KNOWN, why);
	leave(self);
	if (st == DEDUP_ETABLE)
		raise_table(state_of(self), path, why);
	else if (st == DEDUP_ESTATE)
		PyErr_SetString(PyExc_RuntimeError,
				"load() comes before all columns");
	else if (st != DEDUP_OK)
		raise_status(st);
	Py_DECREF(path);
	if (st != DEDUP_OK)
		return NULL;
	Py_INCREF(Py_None);
	return Py_None;
}

/* Names of rows, or None: bytes in a list. */
struct labels {
	const struct deduper *self;
	PyObject *list;
};

static int
label_of(void *arg, uint64_t document, const char **p, size_t *len)
{
	const struct labels *l = arg;
	uint64_t row = row_of(l->self, document);
	PyObject *name = row < (uint64_t)PyList_Size(l->list) ?
			 PyList_GetItem(l->list, (Py_ssize_t)row) : NULL;

	*p = "";
	*len = 0;
	if (name == NULL || !PyBytes_Check(name))
		return 0;
	*p = PyBytes_AsString(name);
	*len = (size_t)PyBytes_Size(name);
	return 0;
}

static PyObject *
save(struct deduper *self, PyObject *args)
{
	PyObject *path, *names;
	char why[DEDUP_WHY];
	enum dedup_status st;
	struct labels labels;

	if (!PyArg_ParseTuple(args, "O&O", PyUnicode_FSConverter, &path,
			      &names))
		return NULL;
	if (enter(self) != 0) {
		Py_DECREF(path);
		return NULL;
	}
	labels = (struct labels){ self, names };
	if (PyList_Check(names)) {
		st = dedup_save(self->d, PyBytes_AsString(path), label_of,
				&labels, why);
	} else {
		const char *name = PyBytes_AsString(path);

		Py_BEGIN_ALLOW_THREADS
		st = dedup_save(self->d, name, NULL, NULL, why);
		Py_END_ALLOW_THREADS
	}
	leave(self);
	if (st == DEDUP_ETABLE)
		raise_table(state_of(self), path, why);
	else if (st != DEDUP_OK)
		raise_status(st);
	Py_DECREF(path);
	if (st != DEDUP_OK)
		return NULL;
	Py_INCREF(Py_None);
	return Py_None;
}

static PyObject *
label(struct deduper *self, PyObject *args)
{
	unsigned int table;
	unsigned long long document;
	const char *p;
	size_t len;
	enum dedup_status st;
	PyObject *name = NULL;

	if (!PyArg_ParseTuple(args, "IK", &table, &document) ||
	    enter(self) != 0)
		return NULL;
	st = dedup_get_label(self->d, table, document, &p, &len);
	if (st == DEDUP_OK)
		name = PyBytes_FromStringAndSize(p, (Py_ssize_t)len);
	else
		raise_status(st);
	leave(self);
	return name;
}

/* Counts. */

static int
put_number(PyObject *dict, const char *name, uint64_t value)
{
	PyObject *number = PyLong_FromUnsignedLongLong(value);
	int got = number != NULL ? PyDict_SetItemString(dict, name, number) :
				   -1;

	Py_XDECREF(number);
	return got;
}

static PyObject *
removed_of(const struct dedup_stats *s)
{
	PyObject *dict = PyDict_New();

	for (int i = 0; dict != NULL && i < DEDUP_NREASONS; i++)
		if (put_number(dict, dedup_reason_name((unsigned)i),
			       s->removed[i]) != 0)
			Py_CLEAR(dict);
	return dict;
}

static PyObject *
stats(struct deduper *self, PyObject *unused)
{
	struct dedup_stats s;
	uint64_t rows;
	PyObject *dict, *removed;

	(void)unused;
	if (enter(self) != 0)
		return NULL;
	dedup_get_stats(self->d, &s);
	rows = self->rows;
	leave(self);
	dict = PyDict_New();
	removed = removed_of(&s);
	if (dict == NULL || removed == NULL ||
	    put_number(dict, "rows", rows) != 0 ||
	    put_number(dict, "documents", s.documents) != 0 ||
	    put_number(dict, "bytes", s.bytes) != 0 ||
	    put_number(dict, "units", s.units) != 0 ||
	    PyDict_SetItemString(dict, "removed", removed) != 0 ||
	    put_number(dict, "removed_bytes", s.removed_bytes) != 0 ||
	    put_number(dict, "oversize", s.oversize) != 0 ||
	    put_number(dict, "unrecorded", s.unrecorded) != 0 ||
	    PyDict_SetItemString(dict, "full",
				 s.full ? Py_True : Py_False) != 0 ||
	    put_number(dict, "memory", s.memory) != 0 ||
	    put_number(dict, "lines", s.lines) != 0 ||
	    put_number(dict, "short_lines", s.short_lines) != 0 ||
	    put_number(dict, "given_up", s.given_up) != 0)
		Py_CLEAR(dict);
	Py_XDECREF(removed);
	return dict;
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
	double share;		/* of boilerplate, where it is a float */
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
		leave(self);
	}
	Py_INCREF(Py_None);
	return Py_None;
}

static PyObject *
spoil(struct deduper *self, PyObject *unused)
{
	(void)unused;
	if (self->spoiled == NULL)
		self->spoiled = "a call failed before all was returned";
	Py_INCREF(Py_None);
	return Py_None;
}

/* How many were fed, in any state: to know whether a call that failed did. */
static PyObject *
get_fed(struct deduper *self, void *unused)
{
	(void)unused;
	return PyLong_FromUnsignedLongLong(self->documents);
}

static void
dealloc(struct deduper *self)
{
	PyTypeObject *type = Py_TYPE((PyObject *)self);

	dedup_free(self->d);
	free(self->place);
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

static PyMethodDef methods[] = {
	{ "clean", (PyCFunction)clean, METH_VARARGS, NULL },
	{ "find", (PyCFunction)find, METH_VARARGS, NULL },
	{ "clean_and_find", (PyCFunction)clean_and_find, METH_VARARGS, NULL },
	{ "feed", (PyCFunction)feed, METH_VARARGS, NULL },
	{ "clean_list", (PyCFunction)clean_list, METH_VARARGS, NULL },
	{ "find_list", (PyCFunction)find_list, METH_VARARGS, NULL },
	{ "feed_list", (PyCFunction)feed_list, METH_VARARGS, NULL },
	{ "passes_left", (PyCFunction)passes_left, METH_NOARGS, NULL },
	{ "again", (PyCFunction)again, METH_NOARGS, NULL },
	{ "load", (PyCFunction)load, METH_VARARGS, NULL },
	{ "save", (PyCFunction)save, METH_VARARGS, NULL },
	{ "label", (PyCFunction)label, METH_VARARGS, NULL },
	{ "stats", (PyCFunction)stats, METH_NOARGS, NULL },
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
