/*
 * Records of JSONL: where their texts are, and records without what is removed
 * of these, by the command's own reader (io/json.h).  No other byte changes.
 */
#include "core.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

/* (offset, length, text) of a record's field; None: no text; or a message. */
static PyObject *
find(PyObject *line, const struct json_path *path)
{
	const char *p = PyBytes_AsString(line), *why;
	size_t len, at;
	struct json_value v;
	PyObject *text;
	char *decoded;

	if (p == NULL)
		return NULL;
	len = (size_t)PyBytes_Size(line);
	if (json_scan(p, len, path, 1, &v, &why, &at) != 0)
		return PyUnicode_FromFormat("%s, at byte %zu", why, at);
	if (v.kind != JSON_STRING)
		return Py_NewRef(Py_None);
	decoded = malloc(v.len + 1);
	if (decoded == NULL)
		return PyErr_NoMemory();
	text = PyBytes_FromStringAndSize(decoded, (Py_ssize_t)
		json_decode(p + v.off, v.len, decoded));
	free(decoded);
	return text == NULL ? NULL :
	       Py_BuildValue("(nnN)", (Py_ssize_t)v.off, (Py_ssize_t)v.len,
			     text);
}

/* json_find(lines, field): a list, as find() has it. */
PyObject *
json_find(PyObject *module, PyObject *args)
{
	PyObject *lines, *made;
	const char *field;
	struct json_path path;

	(void)module;
	if (!PyArg_ParseTuple(args, "O!s", &PyList_Type, &lines, &field))
		return NULL;
	if (json_path_parse(&path, field) != 0)
		return PyErr_Format(PyExc_ValueError, "no name of a field: "
				    "'%s'", field);
	made = PyList_New(PyList_Size(lines));
	for (Py_ssize_t i = 0; made != NULL && i < PyList_Size(lines); i++) {
		PyObject *one = find(PyList_GetItem(lines, i), &path);

		if (one == NULL || PyList_SetItem(made, i, one) != 0)
			Py_CLEAR(made);
	}
	return made;
}

/* The record without the ranges [(begin, end), ...] of its text: 0, or -1. */
static int
cut(char *out, size_t *n, const char *p, size_t len, size_t off, size_t size,
    PyObject *ranges)
{
	struct json_cursor c = { 0, 0 };
	size_t from = 0;

	for (Py_ssize_t i = 0; i < PyList_Size(ranges); i++) {
		Py_ssize_t begin, end;

		if (!PyArg_ParseTuple(PyList_GetItem(ranges, i), "nn", &begin,
				      &end))
			return -1;
		json_seek(p + off, size, &c, (size_t)begin);
		memcpy(out + *n, p + from, off + c.raw - from);
		*n += off + c.raw - from;
		json_seek(p + off, size, &c, (size_t)end);
		from = off + c.raw;
	}
	memcpy(out + *n, p + from, len - from);
	*n += len - from;
	return 0;
}

/* json_cut(line, offset, length, ranges) */
PyObject *
json_cut(PyObject *module, PyObject *args)
{
	const char *p;
	Py_ssize_t len, off, size;
	size_t n = 0;
	PyObject *ranges, *made = NULL;
	char *out;

	(void)module;
	if (!PyArg_ParseTuple(args, "y#nnO!", &p, &len, &off, &size,
			      &PyList_Type, &ranges))
		return NULL;
	out = malloc((size_t)len + 1);
	if (out == NULL)
		return PyErr_NoMemory();
	if (cut(out, &n, p, (size_t)len, (size_t)off, (size_t)size, ranges) == 0)
		made = PyBytes_FromStringAndSize(out, (Py_ssize_t)n);
	free(out);
	return made;
}
