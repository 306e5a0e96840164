/*
 * One call over texts: judge(data, column, what), for Arrow data (columns.c)
 * and lists of str (lists.c).
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "job.h"

/* What to make of the texts; nothing: they are only read. */
enum {
	JUDGE_CLEAN = 1,	/* the texts without what is removed */
	JUDGE_SPANS = 2,	/* what is removed, and why */
	JUDGE_REFERENCE = 4,	/* they are reference texts; nothing is made */
	JUDGE_MARKS = 8,	/* is nothing left of a row? CLEAN makes it, too */
	JUDGE_GROUPS = 16,	/* for each row, the row that stays */
	JUDGE_TABLE = 32,	/* instead of spans: a row for each removal */
};

/* What a call has made so far. */
struct made {
	unsigned what;
	PyObject *clean, *spans;	/* NULL: not wanted */
	char *gone;			/* per row: 1, nothing is left of it */
	int64_t *group;			/* per row: the row that stays */
	size_t n, gone_room, group_room;
};

/* Room for what is wanted of each of a job's rows: 0, or -1. */
int made_rows(struct made *m, struct job *j);

/*
 * Judge all of 'object'.  'name' is that of its column.  0, or -1 with an
 * exception; what was made until then is the caller's.
 */
int columns_judge(struct deduper *self, PyObject *object, const char *name,
		  struct made *m);
int lists_judge(struct deduper *self, PyObject *list, const char *name,
		struct made *m);

#endif
