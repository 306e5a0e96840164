/*
 * What a line looks like: how it is indented, how wide it is, how it begins and
 * how it ends.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include "block.h"

/* What a line looks like. */
struct shape {
	const char *s;
	uint32_t len;		/* bytes, without white space at the end */
	uint32_t words;		/* bytes before its text, behind a leader */
	uint32_t indent, col;	/* columns before a leader, before its text */
	uint32_t width;		/* columns, of all of it */
	uint32_t next;		/* columns of its first word */
	char leader;		/* of a comment, quoted mail: its first byte */
	unsigned char first;	/* enum letter, behind brackets and quotes */
	char sign;		/* the first of those, if it is ASCII; or 0 */
	bool quoted;		/* those stand before it */
	bool wide;		/* too wide to be wrapped */
	bool spaced;		/* it has gaps at which it could be broken */
	bool closed;		/* ends a sentence */
	bool open;		/* something has to follow it */
	bool colon;		/* announces what follows */
	bool bullet, number;	/* an item of a list */
	bool label;		/* "word: text", "\"key\": value" */
};

/* The shape of line i of the block. */
void shape_of(struct shape *p, const struct unit_block *b, size_t i);

#endif
