/*
 * The engine: three stages, of which only the second is done in order.
 *
 *	split	text -> pieces: units with their words and hashes	pure
 *	judge	pieces in order -> which go, each with its witness	the table
 *	cut	pieces and verdicts -> spans to drop			pure
 *
 *	split.c		lines, blocks, units; rule 3, what says again what
 *			stands directly before
 *	soon.c		rule 4, what is said in full soon after
 *	seam.c		where a long text may be split apart, and how the
 *			stretches are joined again
 *	judge.c		rules 1 and 2, and the order of things
 *	beside.c	what is short goes along with what it stands beside
 *	boilerplate.c	rule 5, what stands in many documents
 *	listed.c	rule 6, what a reference text says
 *	keep_none.c	no copy stays: what the last reading is to drop
 *	cut.c		spans, and the blank lines that go with them
 *
 *	crew.c batch.c	several threads; documents by the batch, and long texts
 *	load_save.c	saved tables
 *
 * What a document's units are depends on its bytes and the options alone.
 * Nothing in split.c, soon.c and cut.c knows the table, and the judge sees no
 * text.
 *
 * What a unit is compared with is what was said before it, never what became of
 * that: a unit that went is known too, and leads to what it went for.  "Says
 * all" is transitive, so at the end stands a text that stays.  Four things do
 * read verdicts, and these alone: options.threshold, by which one that is like
 * another need not be like a third; options.memory, which ends what is known;
 * dedup_forget(); and DEDUP_KEEP_NONE in its last reading.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "array.h"
#include "counts.h"
#include "dedup.h"
#include "ending.h"
#include "line.h"
#include "loose.h"
#include "shingle.h"
#include "table.h"
#include "unit.h"
#include "words.h"

#include <assert.h>

#define BATCH 32		/* pieces whose look-ups are begun together */
#define SOON_UNITS 8		/* units after one that may say it in full */
#define SOON_BYTES ((size_t)64 << 10)	/* from its end to their begin */
#define SOON_NEXT 2		/* ... of these, what need not be cut off */
#define CHAIN_BYTES ((size_t)512 << 10)	/* of units, each of which the next
				 * says in full: what waits has a bound */
#define HEADLINE 12		/* words: what has fewer and ends no sentence */
#define HEADINGS 16		/* short units in a row that go along */

/* Why a piece goes. */
struct finding {
	enum dedup_reason reason;
	unsigned table;		/* of the witness: as in struct dedup_place */
	double resemblance;
	struct place witness;
	uint64_t ref;		/* the record of what says it; 0: none */
	uint64_t documents;	/* DEDUP_BOILERPLATE */
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
 * Where each line of a run is looked at by itself (split.by_line), a RUN has no
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

/* What there is to say of a piece with words, or of a rule without. */
struct unit {
	const struct scan *scan;	/* that has its words, */
	size_t norm;		/* ... here in scan->norm; SHINGLE_SLACK bytes */
	uint32_t norm_len;	/* may be read behind them */
	struct words w;
	uint32_t length;	/* in words, as rules count them */
	uint32_t nlines;	/* with words; of those, that are no unit */
	uint32_t short_lines;	/* by themselves */
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
	uint64_t root_off, root_line;	/* repeats: what they say again;
				 * recorded: what it was to lead to */
	bool linked;		/* 'completers' is known */
	uint8_t completers;	/* bit i: the unit i + 1 units further on is
				 * one of those that say it in full */
	bool said;		/* a completer says all of it, word for word */
	uint32_t rank;		/* in split.listed */

	bool broken;		/* a part of it goes by rule 5 */
	bool recorded;		/* as a text that went: see cut_decided() */
	bool doomed;		/* goes for a copy that comes later, if for
				 * nothing before it; then 'why' says so */
	struct finding why;	/* its piece goes */
	struct proposal *proposal;	/* what was found early, one of
					 * split.proposals; NULL: nothing was */
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
 * units.c: the units of a split.  They do not move, and one that was given back
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

/* Words, where they stand in split.scan.norm, and whose they are. */
struct said {
	size_t norm;
	uint32_t norm_len, nwords;	/* 0 where nothing may repeat it */
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

/* A document, or a stretch of one, that was read ahead. */
struct reading {
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

/*
 * A document, or a stretch of one that is cut where seam_find() says: what can
 * be read by itself.
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

/*
 * What is asked of each unit by those before it, side by side: pieces are large.
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

/*
 * Text on its way to the judge.  Nothing here hangs on what was kept, so that
 * several threads may split several texts at a time.
 */
struct split {
	struct dedup_options opt;
	struct words_reader *reader;
	struct shingler *shingler;
	size_t block_limit;	/* bytes beyond which no block is waited for */
	bool by_line;		/* each line of a run is a piece */
	bool hash_lines;	/* ... and has a fingerprint */
	struct scratch *scratch;	/* for looking up early; or NULL */
	struct proposal *proposals;	/* of the pieces */
	size_t proposals_room;

	/* The text at hand: 'text' is the document from byte 'base' on. */
	const char *text;
	uint64_t base;
	uint64_t end;		/* of the text at hand, in the document */
	uint64_t scanned;	/* lines of the document before are in scan */
	uint64_t looked;	/* no newline between scanned and this */
	bool in_long;		/* in a line longer than DEDUP_UNIT_MAX */
	bool long_begins;	/* ... of which nothing is in scan yet */
	struct scan scan;

	/* The lines that are in no piece yet. */
	size_t cursor;		/* the first of them */
	uint64_t line;		/* its number */
	uint64_t sep_off, sep_len;	/* blank lines before it */
	size_t probed;		/* lines from cursor known to be one block */
	size_t probed_bytes;
	bool fresh;		/* nothing but blank lines is before it */
	bool goes_on;		/* the document does, beyond 'end' */
	bool alone;		/* the block at the cursor is all of its
				 * document, or a chunk of a giant one */
	bool in_fence;		/* ... and inside a fenced listing */
	bool no_fence;		/* the fence at the cursor never closes */
	bool inside;		/* the cursor stands inside a giant block */
	bool flushing;		/* lines are taken as far as they have come */

	struct before before;	/* the cursor */
	struct piece *pieces;
	size_t npieces, pieces_room;
	struct unit_pool pool;	/* their units */
	struct units units;	/* scratch */
	struct ending_filter filter;
	struct loose *loose;	/* for what is said in full soon after */
	char *folded;		/* scratch for that */
	size_t folded_room;
	bool wide;		/* the machine has vectors for it */

	struct reading *readings;
	size_t nreadings, readings_room;
	size_t next;		/* reading to be judged */

	/* Units that are no repeats, and what passes, of the pieces at hand. */
	struct listed_unit *listed;
	size_t nlisted, listed_room;
};

/*
 * Rule 3: does a line or unit of these words and this text say again what stands
 * directly before it?
 */
bool split_says_again(const struct said *before, const char *before_words,
		      const struct said *again, const char *words,
		      const char *text, size_t len);

/* split.c: -1 with ENOMEM, and the split of no further use but to free it. */
int split_init(struct split *s, const struct dedup_options *opt,
	       const unsigned char *secret);
void split_free(struct split *s);
void split_reset(struct split *s);	/* a document begins */
void split_begin_at(struct split *s, uint64_t off);	/* of a document */
int split_scan(struct split *s, bool final);	/* lines: 1, 0 at the end */
int split_plan(struct split *s, size_t most, bool final);
int split_end(struct split *s);		/* the document ends here */
void split_drop_pieces(struct split *s, size_t n);	/* the first n */
void split_drop_words(struct split *s);	/* of those, and lines in pieces */
int split_read(struct split *s, const struct stretch *stretch);
void split_clear(struct split *s);
size_t split_memory(const struct split *s);
unsigned split_window(const struct dedup_options *opt);	/* of winnowing */
bool split_wants_words(const struct split *s, const struct unit *u);
bool split_wants_identity(const struct split *s, const struct unit *u);
int split_sketch(struct split *s, struct unit *u);
int split_sketch_all(struct split *s);	/* that may be asked for */

/*
 * soon.c: list the units among the pieces from 'from' on, -1 with ENOMEM; then,
 * which of those that follow say piece i in full?  1 with its completers; 0: more
 * units have to come first; -1 with ENOMEM.  'final': there are no more.
 */
int soon_list(struct split *s, size_t from);
int soon_link(struct split *s, size_t i, bool final);

/* The piece that bit 'bit' of piece i's completers stands for. */
static inline size_t
soon_piece(const struct split *s, size_t i, unsigned bit)
{
	return s->listed[s->pieces[i].unit->rank + 1 + bit].piece;
}

/*
 * seam.c: the last place where text[0..len) may be cut, so that both sides can
 * be read apart.  'text' begins where the document does, or at an earlier cut.
 * False: there is none, or none in so little text.
 */
bool seam_find(const struct dedup_options *opt, const char *text, size_t len,
	       struct cut *cut);

/*
 * The pieces of a reading follow those of 'own'; 'line' lines of the document
 * are before it.  When it has been judged, the units of pieces that are still
 * there are taken over, since 'ahead' will be cleared.  0, or -1 with ENOMEM.
 */
int seam_join(struct split *own, const struct split *ahead,
	      const struct reading *r, uint64_t line);
int seam_leave(struct split *own, const struct split *ahead);

/* Spans to drop, in order of the document. */
struct cutter {
	struct dedup_removal *removals;
	size_t n, given, room;
	uint64_t begin, decided;	/* as of struct dedup_verdict */
	uint64_t words;		/* kept */
	uint64_t block_end;	/* of what was seen of the block in hand */
	uint64_t blank_begin, blank_end;	/* blank lines right before it
					 * that no removal has */
	bool block_kept, block_gone, document_kept;
	bool open;		/* the last removal is of the run in hand */
	size_t block_first;	/* the block's first removal */
};

/* What became of a unit, or line, that was cut. */
struct fate {
	uint64_t off;
	uint32_t len;
	bool goes;
	struct finding why;
};

/* A unit that says others in full, and where the first of these begins. */
struct chain {
	size_t piece;		/* number of its piece */
	uint64_t from;
};

/*
 * What is short is told from the company it is in: identities of texts (see
 * table_identity()) stand for what is beside it.
 */
struct beside {
	bool any;		/* a unit of this block was judged last: */
	bool goes;		/* as a copy of what 'theirs' stands for, */
	bool exact;		/* ... word for word */
	uint64_t mine, theirs;
};

/* Short units that wait for the next unit, the nearest last. */
struct heading {
	size_t piece;		/* number of its piece */
	bool behind;		/* a unit of its block, which 'mine' stands */
	uint64_t mine;		/* for */
	uint64_t block;		/* as dedup.block */
	unsigned passed;	/* what came since and says nothing to it */
};

struct doomed;			/* keep_none.c */
struct crew;			/* crew.c */

struct dedup {
	struct dedup_options opt;
	struct split own;	/* all pieces of the document at hand: of what is
				 * fed as text, and of stretches read ahead */
	size_t linked, judged, cut;	/* pieces that are */
	struct chain chain[SOON_UNITS];
	size_t nchain;
	struct beside beside;
	struct heading heading[HEADINGS];
	size_t nheadings;
	size_t bare;		/* the block's first unit without words, ... */
	size_t nbare;		/* ... and how many */
	uint64_t block;		/* its number, and its units with words */
	uint64_t words_left;	/* that do not go, as far as is known */
	struct finding words_why;	/* what went last of them */
	struct fate last_unit, last_line;	/* before the next piece to cut */
	struct cutter out;

	struct table *table;
	struct table *listed;	/* of reference texts; or NULL */
	struct loaded {
		struct saved *file;
		enum dedup_load kind;
	} *loaded;
	unsigned nloaded;
	bool places;		/* records have them */
	struct crew *crew;	/* to work with, or NULL */
	bool alone;		/* one is not wanted, or cannot be had */
	size_t stretch;		/* bytes that a thread reads ahead at a time */
	uint64_t aside;		/* bytes of memory that the caller holds */

	struct counts counts;	/* in how many documents what stands */
	bool counting;		/* what is read votes */
	bool judging;		/* ... and is judged, too */
	bool table_counts;	/* boilerplate is what loaded tables say */
	uint64_t counted;	/* documents that have voted */
	uint64_t least;		/* that make boilerplate; 0: none does yet */

	bool reference;		/* what is read is for d->listed */
	bool was_counting;	/* before that */
	uint64_t references;	/* documents read so, the first ones */
	uint64_t bytes_before, units_before;	/* in 'stats', before those */

	struct doomed *doomed;
	size_t ndoomed, doomed_room;
	size_t undoomed;	/* ndoomed when the document began */
	bool second;		/* this is the last reading of two or three */
	bool was_full;		/* memory, in an earlier one */

	bool ended;		/* a document that dedup_forget() may be of */
	struct dedup_stats stats;
	bool open;
	bool broken;		/* out of memory inside of a call */
	bool damaged;		/* a loaded table turned out to be */
	uint64_t document;	/* number of the open one */
	uint64_t given;		/* bytes of it that the caller has shown, ... */
	uint64_t end;		/* and that were read; up to 'given', but for
				 * what is gathered for several threads */
	size_t enough;		/* so much of that is looked at again */
	bool ahead;		/* what was read was read ahead, in stretches;
				 * then also known are: */
	uint64_t line;		/* lines of it before 'end' */
	bool inside;		/* 'end' is inside of a giant block */
};

static inline struct place
engine_place(const struct dedup *d, uint64_t off, uint64_t line)
{
	return (struct place){ d->document, off, line };
}

/*
 * dedup.c: a public call begins, and ends with what came of it; a stretch that
 * was read ahead; an empty table of these options and secret, NULL with ENOMEM
 */
void engine_begin_call(struct dedup *d, struct dedup_verdict *v);
enum dedup_status engine_end_call(struct dedup *d, int result, bool ends,
				  struct dedup_verdict *v);
int engine_feed(struct dedup *d, struct split *s);

/*
 * batch.c: does the open document's text go to several threads?  Then, what of
 * it is not read yet, all of it or up to the last cut, by these: 0, or -1 with
 * errno.
 */
bool engine_has_threads(struct dedup *d);
int engine_feed_threads(struct dedup *d, const char *text, size_t len,
			bool ends);

struct table *engine_new_table(const struct dedup *d);

/* ... a struct of which the caller knows 'size' bytes, and we 'known' */
void engine_fill(void *to, size_t size, const void *from, size_t known);

/*
 * options.c: options of a caller that may know fewer, or more, but asks for none
 * of these.  False: that is not so, or one is out of range.
 */
bool options_take(struct dedup_options *to, const struct dedup_options *from);
void engine_share_memory(struct dedup *d);

/*
 * judge.c: -1 with ENOMEM or EBADMSG, and the engine of no further use.  'final':
 * no piece follows those at hand.
 */
void judge_reset(struct dedup *d);		/* a document begins */
void judge_dropped(struct dedup *d, size_t n);	/* the first n pieces are */
int judge_linked(struct dedup *d, bool final);	/* all that is linked */
int judge_goes(struct dedup *d, size_t i);	/* for its 'why' */
int judge_stays(struct dedup *d, size_t i);

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

/* listed.c: 1 with 'f' set, 0, -1 */
int listed_find(struct dedup *d, struct unit *u, struct finding *f);

/* keep_none.c */
int keep_none_doom(struct dedup *d, const struct piece *p);
bool keep_none_dooms(const struct dedup *d, struct piece *p);
void keep_none_sort(struct dedup *d);
size_t keep_none_memory(const struct dedup *d);

/* cut.c */
void cut_reset(struct cutter *out);
int cut_piece(struct dedup *d, const struct piece *p);

#endif
