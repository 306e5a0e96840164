/* What calls for columns and for lists share. */
#ifndef JUDGE_H
#define JUDGE_H

#include "deduper.h"

/* Begin or end reading reference texts: 0, or -1 with an exception. */
int set_reference(struct deduper *self, bool on);

/* Bytes per row, over all chunks. */
struct marks {
	char *p;		/* NULL: not wanted */
	size_t n;
};

/* Room for 'n' more, all 0, or NULL. */
char *more_marks(struct marks *m, size_t n);

/* 'out' with the marks, if wanted; both are taken. */
PyObject *with_marks(PyObject *out, struct marks *m, bool wanted);

#endif
