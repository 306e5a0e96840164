/* What was read and removed so far, as a dict. */
#include "deduper.h"

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

PyObject *
deduper_stats(struct deduper *self, PyObject *unused)
{
	struct dedup_stats s;
	uint64_t rows;
	PyObject *dict, *removed;

	(void)unused;
	if (deduper_enter(self) != 0)
		return NULL;
	dedup_get_stats(self->d, &s);
	rows = self->rows.rows;
	deduper_leave(self);
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
