/* What most documents have, and the texts of single rows. */
#include "deduper.h"
#include "records.h"

#include <stdlib.h>

/* A list of (documents, row, offset): the most frequent first. */
PyObject *
deduper_top(struct deduper *self, PyObject *args)
{
	struct dedup_common *common;
	PyObject *list = NULL;
	Py_ssize_t n;
	size_t found;

	if (!PyArg_ParseTuple(args, "n", &n) || deduper_enter(self) != 0)
		return NULL;
	common = calloc((size_t)n + 1, sizeof(*common));
	found = common != NULL ? dedup_top(self->d, common, (size_t)n) :
				 SIZE_MAX;
	if (found == SIZE_MAX)
		PyErr_NoMemory();
	else
		list = PyList_New((Py_ssize_t)found);
	for (size_t i = 0; list != NULL && i < found; i++) {
		PyObject *one = Py_BuildValue("(KKK)",
			(unsigned long long)common[i].documents,
			(unsigned long long)rows_of(&self->rows,
				common[i].first.document),
			(unsigned long long)common[i].first.offset);

		if (one == NULL || PyList_SetItem(list, (Py_ssize_t)i, one) != 0)
			Py_CLEAR(list);
	}
	free(common);
	deduper_leave(self);
	return list;
}

/* The parts of a row that have a text, as a list of bytes. */
static PyObject *
parts_of(const struct records *r, int64_t row)
{
	PyObject *list = PyList_New(0);
	int64_t begin = 0, end = 0;

	if (list == NULL || !records_row(r, row, &begin, &end))
		return list;
	for (int64_t i = begin; list != NULL && i < end; i++) {
		struct dedup_text text;
		PyObject *part;

		if (!records_text(r, i, &text))
			continue;
		part = PyBytes_FromStringAndSize(text.text,
						 (Py_ssize_t)text.len);
		if (part == NULL || PyList_Append(list, part) != 0)
			Py_CLEAR(list);
		Py_XDECREF(part);
	}
	return list;
}

/* Rows of one array, which begins with row 'from': 0, or -1. */
static int
fetch_rows(PyObject *dict, PyObject *rows, const struct choice *c,
	   const struct ArrowArray *a, int64_t from)
{
	struct records r;
	Py_ssize_t n = PyTuple_Size(rows);

	if (records_open(&r, c, a) != 0)
		return -1;
	for (Py_ssize_t i = 0; i < n; i++) {
		PyObject *row = PyTuple_GetItem(rows, i), *parts;
		int64_t at = PyLong_AsLongLong(row) - from;
		int got;

		if (PyErr_Occurred())
			return -1;
		if (at < 0 || at >= r.n)
			continue;
		parts = parts_of(&r, at);
		got = parts != NULL ? PyDict_SetItem(dict, row, parts) : -1;
		Py_XDECREF(parts);
		if (got != 0)
			return -1;
	}
	return 0;
}

/* fetch(data, column, rows): {row: its parts, as bytes}, and how many rows. */
PyObject *
top_fetch(PyObject *module, PyObject *args)
{
	PyObject *object, *rows, *dict;
	const char *name;
	struct source s;
	struct choice c;
	struct ArrowArray array;
	int64_t from = 0;
	int got;

	(void)module;
	if (!PyArg_ParseTuple(args, "OsO!", &object, &name, &PyTuple_Type,
			      &rows) || source_open(&s, object) != 0)
		return NULL;
	dict = PyDict_New();
	got = dict != NULL && records_choose(&c, &s.schema, name) == 0 ? 1 : -1;
	while (got > 0 && (got = source_next(&s, &array)) > 0) {
		if (fetch_rows(dict, rows, &c, &array, from) != 0)
			got = -1;
		from += array.length;
		array.release(&array);
	}
	source_close(&s);
	if (got < 0)
		Py_CLEAR(dict);
	return dict != NULL ? Py_BuildValue("(NL)", dict, (long long)from) :
			      NULL;
}
