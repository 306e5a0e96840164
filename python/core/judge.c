/* What calls for columns and for lists share. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

int
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

char *
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

PyObject *
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
