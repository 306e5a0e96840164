/* New columns of strings, of the type of an old one. */
#ifndef BUILDER_H
#define BUILDER_H

#include "column.h"

/* A column that is made row by row, of one type. */
struct builder;

/*
 * 'pad' empty rows come first: those of a struct before its offset.  Functions
 * that return int: 0, or -1 if memory runs out, or 32-bit offsets do; these are
 * enough for a column that is made of one that has them.
 */
struct builder *builder_new(struct column_type type, int64_t pad, int64_t n);
void builder_free(struct builder *b);	/* NULL is fine */
int builder_add_null(struct builder *b);
int builder_add_empty(struct builder *b);

/* A row: what a verdict keeps of a text. */
int builder_add_kept(struct builder *b, const struct dedup_text *t,
		     const struct dedup_verdict *v);

/* The array, when all rows are there.  Frees the builder. */
int builder_finish(struct builder *b, struct ArrowArray *to);

#endif
