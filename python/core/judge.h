/*
 * One call over texts: judge(data, column, what), for Arrow data (columns.c)
 * and lists of str (lists.c).
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "deduper.h"

/* What to make of the texts; nothing: they are only read. */
enum {
	JUDGE_CLEAN = 1,	/* the texts without what is removed */
	JUDGE_SPANS = 2,	/* what is removed, and why */
	JUDGE_REFERENCE = 4,	/* they are reference texts; nothing is made */
};

/* What a call has made so far. */
struct made {
	unsigned what;
	PyObject *clean, *spans;	/* NULL: not wanted */
	char *gone;			/* per row: 1, all of it is removed */
	size_t n, room;
};

/* Room in 'gone' for n more rows, all 0; or NULL with an exception. */
char *made_rows(struct made *m, size_t n);

/*
 * Judge all of 'object'.  'name' is that of its column.  0, or -1 with an
 * exception; what was made until then is the caller's.
 */
int columns_judge(struct deduper *self, PyObject *object, const char *name,
		  struct made *m);
int lists_judge(struct deduper *self, PyObject *list, const char *name,
		struct made *m);

#endif
