/* What a text is split into, and what becomes of it. */
#ifndef PIECE_H
#define PIECE_H

#include "dedup.h"
#include "ending.h"
#include "line.h"
#include "shingle.h"
#include "table.h"

/* Why a piece goes. */
struct finding {
	enum dedup_reason reason;
	unsigned table;		/* of the witness: as in struct dedup_place */
	double resemblance;
	struct place witness;
	uint64_t ref;		/* the record of what says it; 0: none */
	uint64_t documents;	/* DEDUP_BOILERPLATE */
	bool last;		/* DEDUP_KEEP_LAST: the witness is a last copy,
				 * which stays */
};

/*
 * A document is a list of pieces without a gap.  A unit is one piece, but for
 * a run of short lines in which a line repeats the one before it:
 *
 *	Share		RUN	the run's first piece has its words:
 *	Tweet			share, tweet, print
 *	Tweet		REPEAT	says again what stands before it
 *	Print		REST	of the run
 *			SEPARATOR
 *	The storm ...	UNIT
 *
 * If each line of a run is looked at by itself (split.by_line), a RUN has no
 * bytes, and each of its lines is a REST.
 */
enum piece_kind {
	PIECE_SEPARATOR,	/* blank lines, or none; a block begins */
	PIECE_UNIT,		/* a line, a paragraph, a listing, a document */
	PIECE_RUN,
	PIECE_REST,
	PIECE_REPEAT,
	PIECE_PASS,		/* stays whatever it says: it is too long */
};

enum verdict { UNDECIDED, STAYS, GOES };

/*
 * What there is to say of a piece with words, or of a rule without.  What is
 * from 'norm_len' to 'has_copy' is 0 at first.
 */
struct unit {
	const struct scan *scan;	/* that has its words, */
	size_t norm;		/* ... here in scan->norm */
	struct words w;
	struct finding why;	/* its piece goes */
	struct proposal *proposal;	/* what was found early, in
					 * split.early; NULL: nothing */
	uint64_t root_off, root_line;	/* repeats: what they say again;
				 * recorded: what it was to lead to */

	uint32_t norm_len;	/* SHINGLE_SLACK bytes may be read behind it */
	uint32_t length;	/* in words, as rules count them */
	uint32_t nlines;	/* with words; of those, that are no unit */
	uint32_t short_lines;	/* by themselves */
	uint32_t rank;		/* in split.lookahead */
	uint32_t mark;		/* see listed.c; 0: none */
	uint8_t asks;		/* words at its end that ask to read on */
	uint8_t quote;		/* marks of quoted mail before it */
	enum ending ending : 8;	/* does it end as a cut-off lead? */
	bool compared;		/* with earlier texts: it has min_words words */
	bool part;		/* ... but is known by its company alone */
	bool listing;		/* of code: only exact copies go */
	bool headline;		/* short, and no sentence: the same of it */
	bool rule;		/* no words, but something that can be seen */
	bool digits, ascii;	/* some word has a digit; no byte over 0x7f */
	bool sketched;		/* w holds the words, not just fp and n */
	bool repeats;		/* REPEAT; or a short unit that is one */
	bool linked;		/* 'completers' is known */
	uint8_t completers;	/* bit i: the unit i + 1 units further on is
				 * one of those that say it in full */
	bool said;		/* a completer says all of it, word for word */
	bool broken;		/* a part of it goes by rule 5 */
	bool recorded;		/* as a text that went: see resolve.c */
	bool has_copy;		/* that comes later: it goes for that, if for
				 * nothing before it; then 'why' says so */
};

struct piece {
	uint64_t off, line;	/* where it begins in the document */
	uint32_t len;		/* bytes */
	uint32_t nwords;	/* of these bytes */
	enum piece_kind kind : 8;
	enum verdict verdict : 8;
	bool stays;		/* SEPARATOR: it does, whatever follows */
	bool begins;		/* PASS: it does not go on with one */
	struct unit *unit;	/* NULL: SEPARATOR or PASS */
};

/* Is it judged, and may it complete others?  All of a unit's words are here. */
static inline bool
piece_is_unit(const struct piece *p)
{
	return p->kind == PIECE_UNIT || p->kind == PIECE_RUN;
}

/* Is it a line of a run that stands before it? */
static inline bool
piece_is_of_run(const struct piece *p)
{
	return p->kind == PIECE_REST || p->kind == PIECE_REPEAT;
}

static inline const char *
unit_words(const struct unit *u)
{
	return u->scan->norm + u->norm;
}

/*
 * The units of a split.  They do not move, and one that was given back
 * is the next to be taken.
 */
struct unit_pool {
	struct unit **block;	/* of UNITS each */
	size_t nblocks, room;
	size_t used;		/* units that were ever taken */
	struct unit **spare;	/* of these, given back */
	size_t nspare, spare_room;
};

/* A unit of which nothing is set; NULL with ENOMEM. */
struct unit *unit_take(struct unit_pool *pool);
void unit_give_back(struct unit_pool *pool, struct unit *u);
void unit_give_back_all(struct unit_pool *pool);
size_t unit_pool_memory(const struct unit_pool *pool);
void unit_pool_free(struct unit_pool *pool);

#endif
