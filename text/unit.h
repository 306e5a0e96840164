/*
 * Block to units: which of its lines are judged together.
 *
 * A line is a unit of its own only if it can stand alone: it is long enough,
 * and no part of something.  What stands between such lines is one unit, and a
 * block without such lines is one unit.  Nothing of this depends on how the
 * text came in, or on what was read before.
 */
#ifndef UNIT_H
#define UNIT_H

#include "line.h"

/*
 * A block longer than this many bytes is cut at the ends of lines, whatever
 * they say: what is read ahead has a bound.
 */
#define UNIT_BLOCK_MAX ((size_t)64 << 10)

#define UNIT_PARAGRAPH 20	/* words: a line so long is in no list of lines */

/* For unit_is_fence(): a line that may be one. */
bool unit_begins_fence(const char *text, size_t len);

/* Does this line open (or close) a fenced listing: ``` or ~~~? */
static inline bool
unit_is_fence(const char *text, size_t len)
{
	return (*text == ' ' || *text == '`' || *text == '~') &&
	       unit_begins_fence(text, len);
}

/*
 * Of a text without words: is it a rule, bullets, brackets?  Else it has control
 * characters, and is no text at all.
 */
bool unit_is_rule(const char *text, size_t len);

/* Is it a cell of a table: of these words, has every second one a digit? */
bool unit_is_cell(const char *norm, size_t len, uint32_t nwords);

enum unit_kind {
	UNIT_LINE,		/* a line that stands alone */
	UNIT_RUN,		/* lines that belong together */
	UNIT_LISTING,		/* code: its lines repeat by nature */
};

struct unit_span {
	uint32_t nlines;
	enum unit_kind kind;
};

struct shape;

/* What unit_split() works with; all zero at the beginning. */
struct units {
	struct unit_span *span;	/* the result */
	size_t nspans, spans_room;
	struct shape *shape;	/* of each line; scratch */
	size_t shapes_room;
};

void unit_free(struct units *u);
size_t unit_memory(const struct units *u);

/* A block, and how it is to be taken. */
struct unit_block {
	struct line *lines;	/* line i is text[lines[i].off - base] and */
	size_t n;		/* what follows; its words are */
	const char *text;	/* norm[lines[i].norm] and what follows */
	uint64_t base;
	const char *norm;
	unsigned min_words;
	bool alone;		/* it is all of its document, or a chunk of a
				 * giant block: it may be a list of lines */
	bool marks;		/* line.joined is wanted for all lines, not just
				 * where units depend on it; or */
	bool by_line;		/* in all blocks in which a line is so long that
				 * it may stand alone */
};

/*
 * The units of the block, in order, to u->span[0..u->nspans); each line is in
 * one of them.  0, or -1 with ENOMEM.
 */
int unit_split(struct units *u, const struct unit_block *b);

#endif
