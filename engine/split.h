/*
 * Split: from text to pieces.  Nothing here depends on what was kept, so that
 * several threads may split several texts at a time.
 */
#ifndef SPLIT_H
#define SPLIT_H

#include "dedup.h"
#include "familiar.h"
#include "loose.h"
#include "piece.h"
#include "shingle.h"
#include "unit.h"
#include "words.h"

#define LOOKAHEAD_UNITS 8	/* units after one that may say it in full */
#define LOOKAHEAD_BYTES ((size_t)64 << 10)	/* from its end on */
#define LOOKAHEAD_NEXT 2	/* ... of these, what need not be cut off */
#define HEADLINE 12		/* words: what has fewer and ends no sentence */

/* Words, where they stand in split.scan.norm, and whose they are. */
struct said {
	size_t norm;
	uint32_t norm_len, nwords;	/* 0 if nothing may repeat it */
	uint64_t off, line;
};

/*
 * What stands directly before: a unit, and of a run its last line.  Only short
 * ones matter.
 */
struct before {
	struct said line, unit;
	bool any;		/* something was read */
};

/*
 * A document, or a stretch of one that is cut where boundary_find() says: what
 * can be read by itself.
 */
struct stretch {
	const char *text;	/* stays until the stretch has been judged */
	size_t len;
	uint64_t offset;	/* bytes of the document before it */
	bool inside;		/* cut.inside of the cut before it; false: the
				 * document begins with it */
	bool goes_on;		/* ... of the cut behind it; false: it ends */
	bool ends;		/* the document ends with it */
};

struct cut {
	size_t at;		/* bytes before it */
	bool inside;		/* it is within a giant block */
};

/* A stretch that was split ahead of the judge. */
struct prepared {
	const char *text;	/* the caller's, until it has been judged */
	uint64_t off, len;	/* where it is in the document */
	bool inside, goes_on;	/* a giant block goes on into it, or on from
				 * it */
	bool ends;		/* the document ends with it */
	size_t piece, npieces;	/* its first one in the split, and how many */
	size_t head;		/* its first line that is not blank */
	uint64_t nlines;
	struct before before;	/* at its end */
	uint64_t sep_off, sep_len;	/* blank lines at its end */
};

/* The current text: 'text' is the document from byte 'base' on. */
struct feed {
	const char *text;
	uint64_t base;
	uint64_t end;		/* of the text, in the document */
	uint64_t scanned;	/* lines before it are in the scan */
	uint64_t looked;	/* no newline between scanned and this */
	bool in_long;		/* in a line longer than DEDUP_UNIT_MAX */
	bool long_begins;	/* ... of which nothing is in the scan yet */
};

/* Where the lines begin that are in no piece yet. */
struct cursor {
	size_t at;		/* the first of them, in the scan */
	uint64_t line;		/* its number */
	uint64_t sep_off, sep_len;	/* blank lines before it */
	size_t probed;		/* lines from it on, known to be one block */
	size_t probed_bytes;
	bool fresh;		/* nothing but blank lines is before it */
	bool goes_on;		/* the document does, beyond the text */
	bool alone;		/* the block is all of its document, or a chunk
				 * of a giant one */
	bool in_fence;		/* ... and inside a fenced listing */
	bool no_fence;		/* the fence here never closes */
	bool inside;		/* this is inside a giant block */
	bool flushing;		/* lines are taken as far as they have come */
};

/*
 * What is asked of each unit by those before it, side by side: units are
 * large.
 */
struct listed_unit {
	size_t piece;		/* its number */
	uint64_t off;
	const struct unit *unit;	/* NULL: PIECE_PASS */
	uint32_t norm_len, nwords;
	uint8_t quote;
	bool passes;		/* PIECE_PASS */
	bool completes;		/* it may complete others: no code, no lead */
};

struct split {
	struct dedup_options opt;
	size_t block_limit;	/* bytes beyond which no block is waited for */
	bool by_line;		/* each line of a run is a piece */
	bool hash_lines;	/* ... and has a fingerprint */

	struct words_reader *reader;
	struct shingler *shingler;
	struct ending_filter filter;
	struct units units;	/* working memory of unit_split() */

	struct feed feed;
	struct scan scan;
	struct cursor cursor;
	struct before before;	/* the cursor */

	struct piece *pieces;
	size_t npieces, pieces_room;
	struct unit_pool pool;	/* their units */

	struct {
		struct prepared *prepared;
		size_t n, room;
		size_t next;	/* the one to be judged */
	} ahead;

	/* Units that are no repeats, and what passes, of the current pieces. */
	struct {
		bool wanted;	/* false: no unit of the text is a teaser, and
				 * only exact copies are looked for */
		struct listed_unit *listed;
		size_t n, room;
		struct loose *loose;
		char *folded;	/* words in loose form */
		size_t folded_room;
		bool wide;	/* the machine has wide vectors */
	} lookahead;

	/* What was looked up before it is judged, for each piece; or NULL. */
	struct {
		struct scratch *scratch;
		struct proposal *proposals;
		size_t room;
	} early;
};

/* The text of a line of the scan. */
static inline const char *
split_text_of(const struct split *s, const struct line *l)
{
	return s->feed.text + (l->off - s->feed.base);
}

/* split.c: -1 with ENOMEM, and the split of no further use but to free it. */
int split_init(struct split *s, const struct dedup_options *opt,
	       const unsigned char *secret);
void split_free(struct split *s);
size_t split_memory(const struct split *s);
unsigned split_window(const struct dedup_options *opt);	/* of winnowing */

void split_reset(struct split *s);	/* a document begins */
void split_begin_at(struct split *s, uint64_t off);	/* of a document */
int split_scan(struct split *s, bool final);	/* lines: 1, 0 at the end */
int split_plan(struct split *s, size_t most, bool final);
int split_end(struct split *s);		/* the document ends here */
void split_drop_pieces(struct split *s, size_t n);	/* the first n */
void split_drop_words(struct split *s);	/* of those, and lines in pieces */

int split_read(struct split *s, const struct stretch *stretch);
void split_clear(struct split *s);

bool split_wants_words(const struct split *s, const struct unit *u);
bool split_wants_identity(const struct split *s, const struct unit *u);
int split_sketch(struct split *s, struct unit *u);
/* Sketch the units that are no copies, as far as is known. */
int split_sketch_new(struct split *s, const struct familiar *f);

/*
 * block.c: how many lines from the cursor on are a block, or a chunk of one
 * that is too long to wait for: cursor.probed.
 */
enum extent { EXTENT_MORE, EXTENT_WHOLE, EXTENT_GIANT };
enum extent block_find(struct split *s, bool final);

/* Blank lines at the cursor.  True: they are too many to wait for, and stay. */
bool block_take_blanks(struct split *s);

/*
 * plan.c: pieces of n lines at the cursor, which moves behind them.  -1 with
 * ENOMEM.
 */
int plan_separator(struct split *s, uint64_t off, uint64_t len, bool stays);
int plan_passing(struct split *s, size_t n);	/* they stay unjudged */
int plan_block(struct split *s, size_t n);

/*
 * Rule 3: does a line or unit of these words and this text say again what
 * stands directly before it?
 */
bool plan_says_again(const struct said *before, const char *before_words,
		      const struct said *again, const char *words,
		      const char *text, size_t len);

/*
 * lookahead.c: list the units among the pieces from 'from' on, -1 with ENOMEM;
 * then, which of those that follow say piece i in full?  1 with its completers;
 * 0: more pieces have to come first; -1 with ENOMEM.  'final': there are no
 * more.
 */
int lookahead_list(struct split *s, size_t from);
int lookahead_link(struct split *s, size_t i, bool final);

/* The piece that bit 'bit' of piece i's completers stands for. */
static inline size_t
lookahead_piece(const struct split *s, size_t i, unsigned bit)
{
	return s->lookahead.listed[s->pieces[i].unit->rank + 1 + bit].piece;
}

/*
 * boundary.c: the last place where text[0..len) may be cut, so that both sides
 * can be read apart.  'text' begins where the document does, or at an earlier
 * cut.  False: there is none, or none in so little text.
 */
bool boundary_find(const struct dedup_options *opt, const char *text,
		   size_t len, struct cut *cut);

/*
 * The pieces of a stretch follow those of 'own'; 'line' lines of the document
 * are before it.  When it has been judged, the units of pieces that are still
 * there are taken over, since 'ahead' will be cleared.  0, or -1 with ENOMEM.
 */
int boundary_join(struct split *own, const struct split *ahead,
		  const struct prepared *r, uint64_t line);
int boundary_leave(struct split *own, const struct split *ahead);

#endif
