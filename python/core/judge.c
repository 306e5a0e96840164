/* The method judge(): what all calls over texts have in common. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

int
made_rows(struct made *m, struct job *j)
{
	size_t n = (size_t)j->n;

	/* One more: an empty array is none. */
	if (m->what & (JUDGE_CLEAN | JUDGE_MARKS)) {
		if (array_room(&m->gone, &m->gone_room, m->n + n + 1, 1) != 0)
			return core_no_memory();
		j->gone = memset(m->gone + m->n, 0, n);
	}
	if (m->what & JUDGE_GROUPS) {
		int64_t row = (int64_t)j->self->rows.rows;

		if (array_room(&m->group, &m->group_room, m->n + n + 1,
			       sizeof(*m->group)) != 0)
			return core_no_memory();
		j->group = m->group + m->n;
		for (size_t i = 0; i < n; i++)
			j->group[i] = row + (int64_t)i;
	}
	m->n += n;
	return 0;
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
		out = Py_BuildValue("OOy#y#",
			m.clean != NULL ? m.clean : Py_None,
			m.spans != NULL ? m.spans : Py_None,
			m.gone != NULL ? m.gone : "",
			(Py_ssize_t)(m.gone != NULL ? m.n : 0),
			m.group != NULL ? (char *)m.group : "",
			(Py_ssize_t)(m.group != NULL ?
				     m.n * sizeof(*m.group) : 0));
	deduper_leave(self);
	Py_XDECREF(m.clean);
	Py_XDECREF(m.spans);
	free(m.gone);
	free(m.group);
	return out;
}
