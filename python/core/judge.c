/* The method judge(): what all calls over texts have in common. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

char *
made_rows(struct made *m, size_t n)
{
	char *rows;

	/* One more: NULL is for failure alone. */
	if (array_room(&m->gone, &m->room, m->n + n + 1, 1) != 0) {
		PyErr_NoMemory();
		return NULL;
	}
	rows = m->gone + m->n;
	memset(rows, 0, n);
	m->n += n;
	return rows;
}

/* 0, or -1 with an exception. */
static int
begin_reference(struct deduper *self)
{
	enum dedup_status st = dedup_reference(self->d, true);

	if (st == DEDUP_OK)
		return 0;
	if (st == DEDUP_ESTATE)
		PyErr_SetString(PyExc_RuntimeError, "reference() comes before "
				"all other columns");
	else
		raise_status(st);
	return -1;
}

/* 0, or -1 with an exception.  Nobody else uses 'self' meanwhile. */
static int
judge(struct deduper *self, PyObject *object, const char *name, struct made *m)
{
	uint64_t before = self->rows.documents;
	bool reference = m->what & JUDGE_REFERENCE;
	int got;

	if (reference && begin_reference(self) != 0)
		return -1;
	got = PyList_Check(object) ? lists_judge(self, object, name, m)
				   : columns_judge(self, object, name, m);
	if (got != 0 && self->rows.documents != before)
		deduper_spoil(self, "a call failed before all was returned");
	/* An object of no use stays as it is. */
	if (reference && self->spoiled == NULL)
		dedup_reference(self->d, false);
	return got;
}

PyObject *
deduper_judge(struct deduper *self, PyObject *args)
{
	PyObject *object, *out = NULL;
	const char *name;
	struct made m = { .what = 0 };

	if (!PyArg_ParseTuple(args, "OsI", &object, &name, &m.what) ||
	    deduper_enter(self) != 0)
		return NULL;
	if (judge(self, object, name, &m) == 0)
		out = Py_BuildValue("OOy#", m.clean != NULL ? m.clean : Py_None,
				    m.spans != NULL ? m.spans : Py_None,
				    m.gone != NULL ? m.gone : "",
				    (Py_ssize_t)m.n);
	deduper_leave(self);
	Py_XDECREF(m.clean);
	Py_XDECREF(m.spans);
	free(m.gone);
	return out;
}
