/* Columns of strings: their texts, and new ones of the same type. */
#ifndef COLUMN_H
#define COLUMN_H

#include "arrow.h"
#include "dedup.h"

enum layout {
	LAYOUT_NONE,		/* no column of strings */
	LAYOUT_NULL,		/* nothing but nulls */
	LAYOUT_UTF8,		/* offsets of 32 bits */
	LAYOUT_LARGE_UTF8,	/* of 64 bits */
	LAYOUT_VIEW,		/* string_view */
};

/* What a schema says of a column. */
struct column_type {
	enum layout layout;	/* of the texts, or of the dictionary's */
	char index;		/* format of a dictionary's indices, or 0 */
};

struct column_type column_type_of(const struct ArrowSchema *s);

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
 * buffer, an index past its dictionary.  How long the bytes behind offsets are
 * nobody tells.  All below is for rows that have no fault.
 */
const char *column_fault(const struct column *c);

/* The text of a row, valid as long as the array; false: null. */
bool column_text(const struct column *c, int64_t row, struct dedup_text *text);

/* A column that is made row by row, of one type. */
struct builder;

/*
 * 'pad' empty rows come first: those of a struct before its offset.  Functions
 * that return int: 0, or -1 for want of memory, or of room in
 * 32-bit offsets, which a column made of one that fits does not want.
 */
struct builder *builder_new(struct column_type type, int64_t pad, int64_t n);
void builder_free(struct builder *b);	/* NULL is fine */
int builder_add_null(struct builder *b);

/* A row: what a verdict keeps of a text. */
int builder_add_kept(struct builder *b, const struct dedup_text *t,
		     const struct dedup_verdict *v);

/* The array, when all rows are there.  Frees the builder. */
int builder_finish(struct builder *b, struct ArrowArray *to);

#endif
