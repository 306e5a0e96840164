/* What is removed from each row: collected, and as an Arrow list<struct>. */
#ifndef SPANS_H
#define SPANS_H

#include "arrow.h"
#include "dedup.h"

struct spans {
	struct dedup_removal *removal;	/* of all rows, in order */
	size_t n, room;
	int64_t *end;			/* per row: removals up to its end */
	size_t nrows, rows_room;
};

/* 0, or -1 if memory runs out. */
int spans_add_row(struct spans *s, const struct dedup_removal *r, size_t n);
void spans_free(struct spans *s);

/* Blank lines that are removed with a unit; 0 and 0: none. */
struct blank {
	uint64_t offset, length;
};
struct blank spans_blank(const struct dedup_removal *r);

/* The type, and the array of it. */
int spans_schema(struct ArrowSchema *to, const char *name);
int spans_array(struct ArrowArray *to, const struct spans *s);

#endif
