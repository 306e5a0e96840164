/* Lists of str. */
#include "job.h"
#include "judge.h"

#include <stdlib.h>

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

	if (deduper_enter(self) != 0)
		return NULL;
	if (strings_read(&s, list, name) == 0) {
		if (!reference || set_reference(self, true) == 0)
			out = judge_strings(self, &s, reference, make, gone);
		if (reference && out != NULL && set_reference(self, false) != 0)
			Py_CLEAR(out);
		strings_free(&s);
	}
	deduper_leave(self);
	return out;
}

PyObject *
deduper_clean_list(struct deduper *self, PyObject *args)
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

PyObject *
deduper_find_list(struct deduper *self, PyObject *args)
{
	PyObject *list;
	const char *name;

	if (!PyArg_ParseTuple(args, "Os", &list, &name))
		return NULL;
	return judge_list(self, list, name, false, spans_of_row, NULL);
}

PyObject *
deduper_feed_list(struct deduper *self, PyObject *args)
{
	PyObject *list;
	const char *name;
	int reference;

	if (!PyArg_ParseTuple(args, "Osp", &list, &name, &reference))
		return NULL;
	return judge_list(self, list, name, reference, NULL, NULL);
}
