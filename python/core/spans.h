/*
 * What is removed from each row: collected, as an Arrow list<struct> with a
 * list for each row, and as a table with a row for each removal.
 */
#ifndef SPANS_H
#define SPANS_H

#include "arrow.h"
#include "dedup.h"

struct spans {
	bool with_texts;		/* a table is wanted: collect these */
	struct dedup_removal *removal;	/* of all rows, in order */
	size_t n, room;
	int64_t *end;			/* per row: removals up to its end */
	size_t nrows, rows_room;
	/* With texts, for each removal: */
	uint64_t *row;
	int64_t *text_end;		/* its text ends there in 'text' */
	char *text;
	size_t row_room, text_end_room, text_len, text_room;
};

/* All: 0, or -1 if memory runs out. */

/* Row 'row', whose document is 'text', and what is removed from it. */
int spans_add_row(struct spans *s, uint64_t row, const char *text,
		  const struct dedup_removal *r, size_t n);
int spans_add_null(struct spans *s);
void spans_free(struct spans *s);

/* Blank lines that are removed with a unit; 0 and 0: none. */
struct blank {
	uint64_t offset, length;
};
struct blank spans_blank(const struct dedup_removal *r);

/* The types, and arrays of them; a table's array moves the texts. */
int spans_schema(struct ArrowSchema *to, const char *name);
int spans_array(struct ArrowArray *to, struct spans *s);
int spans_table_schema(struct ArrowSchema *to, bool binary);
int spans_table(struct ArrowArray *to, struct spans *s);

#endif
