/*
 * The rows of Arrow data, and the texts of each: a column is found by its name,
 * through structs ("meta.text") and at most one list.
 *
 *	string				one text a row
 *	struct<text: string>		the same, as "meta.text"
 *	list<string>			several: the parts of one document
 *	list<struct<content: string>>	the same, as "messages.content"
 */
#ifndef RECORDS_H
#define RECORDS_H

#include "column.h"
#include "core.h"

#define RECORDS_DEPTH 16	/* structs and lists around a text, at most */

/* From an array to one of its children. */
struct step {
	bool is_list;		/* of which the child holds the items */
	char kind;		/* of lists: 'l', 'L', or 'w', a fixed size */
	int64_t size;		/* of 'w' */
	size_t child;
};

/* What a name means in a schema. */
struct choice {
	struct step step[RECORDS_DEPTH];
	size_t depth;			/* 0: the data itself is the column */
	struct column_type type;
	const struct ArrowSchema *schema;	/* of the texts */
};

/* 0, or -1 with a KeyError, a TypeError, or a ValueError: there are several. */
int records_choose(struct choice *c, const struct ArrowSchema *s,
		   const char *name);

/* The schema of cleaned data: 0, or -1 if memory runs out. */
int records_schema(struct ArrowSchema *to, const struct choice *c,
		   const struct ArrowSchema *from);

/* An array whose nulls hide what is below; row 0 is its place 'base'. */
struct level {
	const struct ArrowArray *array;
	int64_t base;
};

struct records {
	int64_t n;			/* rows */
	struct column texts;		/* all that they have, in order */
	/* Around a row, and around each of the texts of a list. */
	struct level above[RECORDS_DEPTH], inside[RECORDS_DEPTH];
	size_t nabove, ninside;
	const struct step *list;	/* NULL: a row has one text */
	struct level lists;
	int64_t first;			/* place of the first text in it */
};

/* 0, or -1 with a ValueError: the data is malformed. */
int records_open(struct records *r, const struct choice *c,
		 const struct ArrowArray *a);

/* The texts of a row, by number: *begin to *end.  False: it is null. */
bool records_row(const struct records *r, int64_t row, int64_t *begin,
		 int64_t *end);

/* A text, valid as long as the data; false: null. */
bool records_text(const struct records *r, int64_t i, struct dedup_text *text);

#endif
