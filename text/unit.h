/*
 * Document to units: which lines of a block are one.
 *
 * Blank lines separate blocks.  In a block a line is a unit, or a run of short
 * lines; or lines that belong together are one: text wrapped by hand, a
 * labelled field, a drawn table, a listing of code.  Nothing of this depends
 * on how the text came in.
 */
#ifndef UNIT_H
#define UNIT_H

#include "line.h"

/*
 * A block longer than this many bytes is cut at the ends of lines, whatever
 * they say: what is read ahead has a bound.
 */
#define UNIT_BLOCK_MAX ((size_t)64 << 10)

/* Does this line open (or close) a fenced listing: ``` or ~~~? */
bool unit_is_fence(const char *text, size_t len);

/*
 * What is judged as one.  None begins or ends in the middle of a sentence, as
 * far as the shape of the lines gives that away.
 */
enum unit_kind {
	UNIT_LINE,		/* one line of min_words words or more */
	UNIT_RUN,		/* consecutive shorter lines */
	UNIT_WRAPPED,		/* lines wrapped by hand, a field, a table */
	UNIT_LISTING,		/* code: its lines repeat by nature */
};

struct unit_span {
	uint32_t nlines;
	enum unit_kind kind;
};

/*
 * The units of one block of n lines, in order; each line is in one of them.
 * Line i is text[lines[i].off - base] and what follows; its words are
 * norm[lines[i].norm] and what follows.  span[] has room for n.  Returns how
 * many it holds.
 */
size_t unit_split(const struct line *lines, size_t n, const char *text,
		  uint64_t base, const char *norm, unsigned min_words,
		  struct unit_span *span);

#endif
