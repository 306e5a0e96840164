/*
 * The output of one call that reads text: the words and lines so far, and
 * where reading may have to go back to.
 */
#ifndef SINK_H
#define SINK_H

#include "address.h"
#include "blank.h"
#include "chunk.h"
#include "scan.h"
#include "words.h"

/*
 * A place in the text, right after an address, and the state of the output
 * there.  An address is recognised at its '@' or "://", which is in its middle.
 * Then reading goes back to the last mark, or to the line's beginning, and
 * stops again where the address begins.
 */
struct mark {
	size_t p, norm_len;
	struct put put;
	uint32_t extra;
	bool high;
};

/* One call's output. */
struct sink {
	struct put put;
	struct reading r;
	uint64_t off;		/* of text in the document */
	size_t line;		/* where the current line starts in text */
	size_t norm_start;	/* where its words start in out->norm */
	bool high;		/* it has a byte over 0x7f */
	size_t bad, bad_norm;	/* after the last BYTE: in the text, in
				 * out->norm */
	bool skips;		/* the next white space separates nothing */
	uint32_t extra;		/* of the line's addresses */
	struct address address;	/* the last that was found */
	size_t stop;		/* where the fast path ends */
	struct mark mark;
	struct word_spans *spans;	/* to be filled, or NULL */
	uint32_t noted;		/* of the line's words, in 'spans' */
};

/* The line that ends before text[end] is complete, its words up to 'norm'. */
static inline int
sink_line(struct sink *k, size_t end, size_t norm, uint32_t nwords, bool digits)
{
	struct line *l;
	char first;

	if (scan_reserve_line(k->put.out) != 0)
		return -1;
	l = &k->put.out->lines[k->put.out->nlines++];
	*l = (struct line){
		.off = k->off + k->line,
		.len = (uint32_t)(end - k->line),
		.nwords = nwords,
		.solo2 = k->put.solo2,
		.solo4 = k->put.solo4,
		.extra = k->extra,
		.norm = (uint32_t)k->norm_start,
		.norm_len = (uint32_t)(norm - k->norm_start),
		.digits = digits,
		.ascii = !k->high,
		.begins = true,
	};
	first = k->r.text[k->line];
	if (first == '\n')
		l->blank = true;
	else if (nwords == 0 || first == '>' || first == ' ')
		blank_mark(&k->r, k->line, l);
	k->put.solo2 = 0;
	k->put.solo4 = 0;
	k->extra = 0;
	k->line = end;
	k->norm_start = norm;
	k->high = false;
	return 0;
}

/* Room that any text of 'len' bytes needs, not counting clusters. */
static inline size_t
room_for(size_t len)
{
	return 2 * len + 2 * CHUNK;
}

/*
 * Write the byte at text[p], which is not UTF-8.  Two such bytes may be in one
 * word only if they are side by side in the text too.  With a character between
 * them that folds to nothing, they could else become UTF-8.
 */
void sink_byte(struct sink *k, size_t p);

/* Remember the state here, to return to it. */
void sink_set_mark(struct sink *k, size_t p);

/*
 * Go back to the last mark, or to the line's beginning; returns where that is.
 */
size_t sink_go_back(struct sink *k);

/*
 * Is text[p], an '@' or '/', in an address that is not known yet?  Each stretch
 * is looked at only once.
 */
static inline bool
sink_finds_address(struct sink *k, size_t p)
{
	if (p < k->address.end || !address_may_be(&k->r, p))
		return false;
	address_find(&k->r, p, &k->address);
	return k->address.from < k->address.to;
}

/* For words_read_spans(): words begin or continue at text[from..to). */
void sink_add_words(struct sink *k, size_t from, size_t to);

static inline void
sink_note_words(struct sink *k, size_t from, size_t to)
{
	if (k->spans != NULL)
		sink_add_words(k, from, to);
}

/* Reading continues from an earlier place on the line. */
void sink_forget_words(struct sink *k);

#endif
