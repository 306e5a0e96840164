/*
 * Splits a block into units: decides which lines are judged together.
 *
 * A line is a unit of its own only if it can stand alone: it is long enough,
 * and not part of something else.  The lines between such lines are one unit,
 * and a block without such lines is one unit.  The result does not depend on
 * how the text was fed, or on what was read before.
 */
#ifndef UNIT_H
#define UNIT_H

#include "block.h"

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
 * Is this text, which has no words, a rule, bullets or brackets?  If not, it
 * has control characters, and is not text at all.
 */
bool unit_is_rule(const char *text, size_t len);

/* Is it a cell of a table: has every second of these words a digit? */
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

/* Working memory of unit_split(); all zero at the beginning. */
struct units {
	struct unit_span *span;	/* the result */
	size_t nspans, spans_room;
	struct shape *shape;	/* of each line; scratch */
	size_t shapes_room;
};

void unit_free(struct units *u);
size_t unit_memory(const struct units *u);

/*
 * Set u->span[0..u->nspans) to the units of the block, in order; each line is
 * in one of them.  Returns 0, or -1 with ENOMEM.
 */
int unit_split(struct units *u, const struct unit_block *b);

#endif
