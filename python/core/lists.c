/* Lists of str, bytes and None through a Deduper: new lists come out. */
#include "job.h"
#include "judge.h"

#include <stdlib.h>

struct strings {
	PyObject *tuple;	/* holds them */
	PyObject *bytes;	/* list: UTF-8 of those with lone surrogates */
	struct dedup_text *text;
	Py_ssize_t n;
	bool binary;		/* there is one of bytes */
};

static void
strings_free(struct strings *s)
{
	Py_CLEAR(s->tuple);
	Py_CLEAR(s->bytes);
	free(s->text);
	s->text = NULL;
}

/* The bytes of one; UTF-8 has lone surrogates as three bytes. */
static int
string_text(struct strings *s, PyObject *string, struct dedup_text *t)
{
	Py_ssize_t len;
	const char *p;
	PyObject *bytes;

	if (PyBytes_Check(string)) {
		s->binary = true;
		*t = (struct dedup_text){ PyBytes_AsString(string),
					  (size_t)PyBytes_Size(string) };
		return 0;
	}
	p = PyUnicode_AsUTF8AndSize(string, &len);
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
		if (!PyUnicode_Check(string) && !PyBytes_Check(string)) {
			PyErr_Format(PyExc_TypeError, "column '%s': row %zd is "
				     "%R: it has to be a str, bytes or None",
				     name, i, (PyObject *)Py_TYPE(string));
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

/* A str or bytes, as it was. */
static PyObject *
cut_string(bool bytes, const struct dedup_text *t,
	   const struct dedup_removal *r, size_t n)
{
	struct dedup_verdict v = {
		.removals = r, .nremovals = n, .decided = t->len,
	};
	char *kept = malloc(t->len + 1);
	PyObject *string;
	Py_ssize_t len;

	if (kept == NULL)
		return PyErr_NoMemory();
	len = (Py_ssize_t)dedup_apply(t->text, t->len, &v, kept);
	string = bytes ? PyBytes_FromStringAndSize(kept, len) :
		 PyUnicode_DecodeUTF8(kept, len, "surrogatepass");
	free(kept);
	return string;
}

/* Row i; 'gone': all of it is removed, also what no removal names. */
static PyObject *
kept_of_row(const struct strings *s, Py_ssize_t i, bool gone,
	    const struct dedup_removal *r, size_t n)
{
	PyObject *old = PyTuple_GetItem(s->tuple, i);
	bool bytes = PyBytes_Check(old);

	if (gone)
		return bytes ? PyBytes_FromStringAndSize("", 0) :
		       PyUnicode_FromStringAndSize("", 0);
	return n > 0 ? cut_string(bytes, &s->text[i], r, n) : Py_NewRef(old);
}

/* Moves 'item', unless it is NULL: 0, or -1 with an exception. */
static int
put(PyObject *list, Py_ssize_t i, PyObject *item)
{
	return item != NULL ? PyList_SetItem(list, i, item) : -1;
}

static PyObject *
number_or_none(uint64_t n, bool known)
{
	return known ? PyLong_FromUnsignedLongLong(n) : Py_NewRef(Py_None);
}

static PyObject *
number(uint64_t n)
{
	return PyLong_FromUnsignedLongLong(n);
}

/* A named tuple of _spans.py: the items are moved; NULL among them fails. */
static PyObject *
named(PyTypeObject *type, PyObject **item, Py_ssize_t n)
{
	allocfunc alloc = PyType_GetSlot(type, Py_tp_alloc);
	PyObject *made = alloc(type, n);

	for (Py_ssize_t i = 0; i < n; i++) {
		if (made == NULL || item[i] == NULL) {
			Py_XDECREF(item[i]);
			Py_CLEAR(made);
		} else if (PyTuple_SetItem(made, i, item[i]) != 0) {
			Py_CLEAR(made);
		}
	}
	return made;
}

static PyObject *
span_of(struct state *state, const struct dedup_removal *r)
{
	const struct dedup_place *w = &r->witness;
	struct blank blank = spans_blank(r);
	bool known = w->document != UINT64_MAX;
	PyObject *witness[] = {
		number_or_none(w->document, known),
		number_or_none(w->offset, known),
		number_or_none(w->line, known), number(w->table),
	};
	PyObject *span[] = {
		number(r->unit_begin), number(r->unit_end - r->unit_begin),
		number(r->line), Py_NewRef(PyTuple_GetItem(state->reasons,
							   r->reason)),
		PyFloat_FromDouble(r->resemblance),
		named(state->witness_type, witness, 4),
		number(r->documents), number(blank.offset),
		number(blank.length),
	};

	return named(state->span_type, span, 9);
}

static PyObject *
spans_of_row(struct state *state, const struct dedup_removal *r, size_t n)
{
	PyObject *list = PyList_New((Py_ssize_t)n);

	for (size_t k = 0; list != NULL && k < n; k++)
		if (put(list, (Py_ssize_t)k, span_of(state, &r[k])) != 0)
			Py_CLEAR(list);
	return list;
}

/* Lists of what is wanted of each row: 0, or -1 with an exception. */
static int
make_rows(struct state *state, struct made *m, const struct strings *s, const struct spans *spans)
{
	const struct dedup_removal *r = spans->removal;

	if (m->what & JUDGE_CLEAN && (m->clean = PyList_New(s->n)) == NULL)
		return -1;
	if (m->what & JUDGE_SPANS && (m->spans = PyList_New(s->n)) == NULL)
		return -1;
	for (Py_ssize_t i = 0; i < s->n; i++) {
		const struct dedup_removal *end = spans->removal +
						  spans->end[i];
		size_t n = (size_t)(end - r);

		if (m->clean != NULL &&
		    put(m->clean, i, kept_of_row(s, i, m->gone[i] != 0, r,
						 n)) != 0)
			return -1;
		if (m->spans != NULL &&
		    put(m->spans, i, spans_of_row(state, r, n)) != 0)
			return -1;
		r = end;
	}
	return 0;
}

/* A table of what is removed: 0, or -1 with an exception. */
static int
make_table(struct deduper *self, struct made *m, const struct strings *s,
	   struct spans *spans)
{
	struct ArrowSchema schema;
	struct ArrowArray array;

	if (spans_table_schema(&schema, s->binary) != 0)
		return core_no_memory();
	m->spans = (PyObject *)arrow_new(deduper_state(self), &schema);
	if (m->spans == NULL)
		return -1;
	if (spans_table(&array, spans) != 0)
		return core_no_memory();
	return arrow_append((struct arrow *)m->spans, &array);
}

int
lists_judge(struct deduper *self, PyObject *list, const char *name,
	    struct made *m)
{
	bool makes = m->what & (JUDGE_CLEAN | JUDGE_SPANS | JUDGE_TABLE);
	struct strings s;
	struct spans spans = { .with_texts = m->what & JUDGE_TABLE };
	struct job j = {
		.self = self, .reference = m->what & JUDGE_REFERENCE,
		.spans = makes ? &spans : NULL,
	};
	int got = -1;

	if (strings_read(&s, list, name) != 0)
		return -1;
	j.list = s.text;
	j.n = s.n;
	if (made_rows(m, &j) != 0 || job_run(&j) != 0)
		goto done;
	if (makes && make_rows(deduper_state(self), m, &s, &spans) != 0)
		goto done;
	if (m->what & JUDGE_TABLE && make_table(self, m, &s, &spans) != 0)
		goto done;
	got = 0;
done:
	spans_free(&spans);
	strings_free(&s);
	return got;
}
