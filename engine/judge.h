/*
 * Judge: which pieces go, and for which text.  The parts of the engine's state
 * that it works with; and its functions, file by file.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "counts.h"
#include "dedup.h"
#include "ngram_table.h"
#include "piece.h"
#include "split.h"
#include "table.h"

#define PREFETCH_GROUP 32	/* pieces whose look-ups are begun together */
#define CHAIN_BYTES ((size_t)512 << 10)	/* of units, each of which the next
				 * says in full: what waits has a bound */
#define HEADINGS 16		/* short units in a row that go along */

struct dedup;
struct saved;

/* How far the current pieces have come. */
struct reached {
	size_t linked, judged, cut;
};

/* What became of a unit, or line, that was cut. */
struct fate {
	uint64_t off;
	uint32_t len;
	bool goes;
	struct finding why;
};

/* ... before the next piece to cut. */
struct last_fates {
	struct fate unit, line;
};

/* A unit that says others in full, and where the first of these begins. */
struct chain {
	size_t piece;		/* number of its piece */
	uint64_t from;
};

struct chains {
	struct chain chain[LOOKAHEAD_UNITS];
	size_t n;
};

/*
 * A short unit is judged by the company it is in: identities of texts (see
 * table_identity()) stand for what is beside it.
 */
struct beside {
	bool any;		/* a unit of this block was judged last: */
	bool goes;		/* as a copy of what 'theirs' stands for, */
	bool exact;		/* ... word for word */
	uint64_t mine, theirs;
	uint64_t off;		/* where it is, and what it is a copy of */
	struct place witness;
};

/* Short units that wait for the next unit, the nearest last. */
struct heading {
	size_t piece;		/* number of its piece */
	bool behind;		/* a unit of its block, which 'mine' stands */
	uint64_t mine;		/* for */
	uint64_t block;		/* as block.number */
	unsigned passed;	/* what came since and says nothing to it */
};

struct headings {
	struct heading heading[HEADINGS];
	size_t n;
};

/* The current block. */
struct block {
	uint64_t number;
	size_t bare;		/* its first unit without words, ... */
	size_t nbare;		/* ... and how many */
	uint64_t words_left;	/* units with words that do not go, as far as is
				 * known */
	struct finding words_why;	/* why the last of them went */
};

/* What texts are compared with. */
struct known {
	struct table *table;
	struct table *listed;	/* of reference texts; or NULL */
	struct table *parts;	/* of parts of these; or NULL */
	struct ngram_table *ngrams;	/* options.against_ngram; or NULL */
	struct loaded {
		struct saved *file;
		enum dedup_load kind;
	} *loaded;
	unsigned nloaded;
	bool places;		/* records have them */
	bool was_full;		/* memory, in an earlier pass */
	bool damaged;		/* a loaded table turned out to be */
	uint64_t aside;		/* bytes of memory that the caller holds */
};

/* What of reference texts stands in several units of a block. */
struct marks {
	struct match *match;	/* unit.mark is the number of one, from 1 */
	size_t n, room;
	size_t looked;		/* pieces that were looked at */
	char *words;		/* of a block; scratch */
	size_t words_room;
};

/* In how many documents a text stands. */
struct counting {
	struct counts counts;
	bool on;		/* what is read votes */
	bool from_tables;	/* boilerplate is what loaded tables say */
	uint64_t documents;	/* that have voted */
	uint64_t least;		/* that make boilerplate; 0: none does yet */
};

/* The current pass. */
struct pass {
	bool judges;		/* it does not only count */
	bool last;		/* of two or three */
};

/* Texts that have copies, to be removed in the last pass. */
struct copies {
	struct copy *copy;	/* see keep_none.c */
	size_t n, room;
	size_t before;		/* n when the document began */
};

/*
 * judge.c: -1 with ENOMEM or EBADMSG, and the engine of no further use.
 * 'final': no piece follows the current ones.
 */
void judge_reset(struct dedup *d);		/* a document begins */
void judge_dropped(struct dedup *d, size_t n);	/* the first n pieces are */
int judge_linked(struct dedup *d, bool final);	/* all that is linked */
int judge_goes(struct dedup *d, size_t i);	/* for its 'why' */
int judge_stays(struct dedup *d, size_t i);

/* resolve.c: cut what is decided.  0, or -1 with ENOMEM. */
int resolve_decided(struct dedup *d);

/*
 * resembling.c: rule 2, --threshold and --contained against a table: 1 with 'm'
 * and 'reason', 0, or -1.  What a match is as a reason to go.
 */
int resembling_find(const struct dedup *d, struct table *t, struct unit *u,
		    struct match *m, enum dedup_reason *reason);
struct finding finding_of(const struct dedup *d, enum dedup_reason reason,
			  const struct match *m);

/*
 * ahead.c: fetch what judging pieces 'from' to 'to' will read; look up, before
 * they are judged, what is split.  0, or -1 with ENOMEM or EBADMSG.
 */
int ahead_fetch(struct dedup *d, size_t from, size_t to);
int ahead_propose(const struct dedup *d, struct split *s);

/*
 * beside.c: a short unit comes; a compared one was judged; a block, or all that
 * there is, ends.  0, or -1.
 */
int beside_short(struct dedup *d, size_t i);
bool beside_wants_identity(const struct dedup *d, size_t i);
int beside_judged(struct dedup *d, size_t i);
int beside_settle(struct dedup *d);
int beside_passed(struct dedup *d);	/* a repeat, or what has no words */

/* boilerplate.c */
bool boilerplate_wanted(const struct dedup *d);
uint64_t boilerplate_least(const struct dedup *d, uint64_t counted);
void boilerplate_vote(struct dedup *d, const struct piece *p);
int boilerplate_find(struct dedup *d, const struct piece *p,
		     struct finding *f);	/* 1, 0, -1 */

/*
 * listed.c: 1 with 'f' set, 0, -1.  Before that, look at new pieces, all of a
 * block or of a chunk of one: 0, -1.
 */
int listed_find(struct dedup *d, struct unit *u, struct finding *f);
int listed_mark(struct dedup *d);
void listed_free(struct marks *m);

/* keep_none.c */
int keep_none_note(struct dedup *d, const struct piece *p);
bool keep_none_removes(const struct dedup *d, struct piece *p);
bool keep_none_is_last(const struct dedup *d, const struct unit *u,
		       uint64_t off);
void keep_none_lead(const struct dedup *d, struct piece *p);
void keep_none_sort(struct copies *c, bool last);
size_t keep_none_memory(const struct copies *c);

#endif
