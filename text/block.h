/* The lines of a block, which unit.c splits into units. */
#ifndef BLOCK_H
#define BLOCK_H

#include "line.h"

/*
 * A block longer than this many bytes is cut at the ends of lines, whatever is
 * on them, so that lookahead has a bound.
 */
#define UNIT_BLOCK_MAX ((size_t)64 << 10)

#define UNIT_PARAGRAPH 20	/* words: a list of lines has no longer line */

/* A block, and how to split it. */
struct unit_block {
	struct line *lines;	/* line i is text[lines[i].off - base] and */
	size_t n;		/* what follows; its words are */
	const char *text;	/* norm[lines[i].norm] and what follows */
	uint64_t base;
	const char *norm;
	unsigned min_words;
	bool alone;		/* it is all of its document, or a chunk of a
				 * giant block: it may be a list of lines */
	bool marks;		/* line.joined is needed for all lines, not only
				 * if units depend on it; or */
	bool by_line;		/* for all lines of blocks in which a line is so
				 * long that it may stand alone */
};

/* Line i of the block. */
static inline const char *
block_text(const struct unit_block *b, size_t i)
{
	return b->text + (b->lines[i].off - b->base);
}

#endif
