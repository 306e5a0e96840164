/*
 * Columns of strings, or of binary, that others made.
 *
 *	utf8, large_utf8	validity, offsets, bytes
 *	string_view		validity, views, bytes..., sizes of these
 *	a dictionary		validity, indices; the texts in one of the above
 */
#ifndef COLUMN_H
#define COLUMN_H

#include "arrow.h"
#include "dedup.h"

enum layout {
	LAYOUT_NONE,		/* no column of texts */
	LAYOUT_NULL,		/* nothing but nulls */
	LAYOUT_UTF8,		/* offsets of 32 bits; so binary */
	LAYOUT_LARGE_UTF8,	/* of 64 bits */
	LAYOUT_VIEW,		/* string_view */
};

/*
 * A view is 16 bytes: the length; then up to 12 bytes of text, or the first
 * four, the number of the buffer with the text, and where in it that begins.
 */
struct view {
	int32_t len;
	char head[4];
	int32_t buffer, offset;
};

#define VIEW_INLINE 12

/* What a schema says of a column. */
struct column_type {
	enum layout layout;	/* of the texts, or of the dictionary's */
	char index;		/* format of a dictionary's indices, or 0 */
};

struct column_type column_type_of(const struct ArrowSchema *s);
bool column_is_binary(const struct ArrowSchema *s);

/*
 * The format that a cleaned column has, or NULL: as it was.  A dictionary whose
 * indices have 8 or 16 bits gets indices of 32: there may be more texts in it.
 */
const char *column_new_format(struct column_type type);

/* Rows 'begin' to 'begin' + 'n' of an array: those of a struct may be fewer. */
struct column {
	struct column_type type;
	const struct ArrowArray *array;
	int64_t begin, n;
};

/*
 * What is wrong with these rows, or NULL: offsets that decrease, a view past its
 * buffer, an index past its dictionary.  Arrow does not say how long the bytes behind
 * offsets are.  All below is for rows that have no fault.
 */
const char *column_fault(const struct column *c);

/* Is the i-th place of an array's buffers null? */
bool column_is_null(const struct ArrowArray *a, int64_t i);

/* The text of a row, valid as long as the array; false: null. */
bool column_text(const struct column *c, int64_t row, struct dedup_text *text);

#endif
