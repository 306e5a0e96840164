/*
 * The engine's parts and what they share.
 *
 *	part.c		bytes to lines, lines to blocks and their units
 *	judge.c		a block's units: which go (rules 1 to 4 of dedup(1))
 *	settle.c	decisions in order, separators, removals for the caller
 *	dedup.c		the public functions, which take text through these
 *
 *	dedup.c -> part.c
 *	        -> judge.c -> settle.c
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "counts.h"
#include "dedup.h"
#include "line.h"
#include "shingle.h"
#include "table.h"
#include "unit.h"
#include "words.h"

#define BATCH_UNITS 32		/* units whose look-ups are begun together */
#define LEAD_UNITS 8		/* kept units after a lead that may complete it */
#define LEAD_BYTES ((size_t)64 << 10)	/* and what they may come to */
#define WAIT_BYTES ((size_t)512 << 10)	/* text that goes while others wait */

/* What is judged as one. */
struct unit {
	uint64_t off, line;	/* where it begins in the document */
	size_t len;		/* bytes, where its lines follow each other */
	const char *norm;	/* its words; SHINGLE_SLACK bytes follow */
	size_t norm_at;		/* where they are in the part's scan */
	size_t norm_len;
	bool digits;
	bool sketched;		/* w holds the words, not just fp and n */
	enum cut cut;		/* read ahead: does it end as a cut-off lead? */
	struct words w;
	struct proposal proposal;	/* what was found when looked up early */
};

/* The outcome of judging one. */
struct finding {
	bool found;		/* it goes */
	enum dedup_reason reason;
	double resemblance;
	struct place witness;
	unsigned table;		/* of the witness: as in struct dedup_place */
	uint64_t documents;	/* DEDUP_BOILERPLATE */
};

/* A step of the output, in order of the document. */
enum entry_kind {
	ENTRY_BLOCK,		/* a block begins; off, len: separator before */
	ENTRY_HOLD,		/* the separator stays, whatever comes */
	ENTRY_KEPT,		/* bytes stay */
	ENTRY_GONE,		/* bytes go */
	ENTRY_LEAD,		/* not known yet: may be a cut-off lead */
	ENTRY_WAIT,		/* not known yet: its run is not complete */
	ENTRY_END,		/* the block ends */
};

struct entry {
	enum entry_kind kind;
	bool first;		/* of its unit's entries */
	uint64_t off, len, line;
	uint32_t nwords;
	uint64_t unit;		/* offset of its unit */
	struct finding why;	/* of ENTRY_GONE */
	bool line_witness;	/* why.witness is a line, not a unit */
};

/* A cut-off lead whose completion is looked for. */
struct lead {
	size_t entry;		/* its number */
	struct unit unit;	/* with norm of its own: */
	char *norm;
	size_t body_len;	/* bytes of norm that are to be found again */
	bool partial;		/* the last word may be cut too */
	size_t found;		/* bytes of the body found so far */
	struct place witness;	/* where they begin */
	unsigned units;		/* kept units seen since */
	size_t bytes;		/* and theirs */
};

/* A copy to drop in the last reading (DEDUP_KEEP_NONE). */
struct doomed {
	uint64_t document, offset;
	bool line;		/* a line of a run, else a unit */
	struct finding why;	/* witness: the copy that doomed it */
};

/* What stands directly before, in the output. */
struct before {
	bool line_set, unit_set;
	struct fingerprint line_fp, unit_fp;
	struct place line, unit;
	size_t entry;		/* number of the last one of it */
};

/* Short lines that are one unit, as far as read. */
struct run {
	bool open;
	bool oversize;		/* too long to judge */
	bool pinned;		/* leads were settled for its sake: it stays */
	bool digits;
	uint64_t off, line;	/* of its first line */
	size_t entry;		/* number of its first entry */
	size_t bytes;
	char *norm;		/* words of the lines that stay */
	size_t norm_len, norm_room;
	uint32_t nwords;
	struct fingerprint last_fp;	/* of the last line that stays */
	struct place last;
	size_t last_entry;
};

/* A block that is being judged. */
struct block {
	size_t first, n;	/* its lines in the scan */
	uint64_t line;		/* number of the first one */
	size_t unit;		/* its first unit in the batch */
	uint64_t sep_off, sep_len;	/* blank lines before it */
	uint64_t end;		/* where it ends in the document */
	enum block_kind kind;
	bool begins, ends;	/* a long block comes in pieces */
	bool giant;
	bool cut;		/* a flush ends it: more of it may come */
	bool blank;		/* only a separator, too long to wait with */
};

struct settled {
	struct dedup_removal *removals;
	size_t n, told, room;
	uint64_t decided;
	uint64_t words;		/* kept */
	uint64_t sep_off, sep_len;	/* of the block in hand */
	bool block_kept, block_gone, document_kept;
	uint64_t last_unit;	/* unit of the last removal */
	size_t block_first;	/* the block's first removal */
	bool take_next;		/* the last removal gets the next separator */
};

/* A document, or a stretch of one, that was read ahead. */
struct reading {
	const char *text;	/* the caller's, until it has been judged */
	uint64_t off;		/* where it begins in the document */
	size_t len;
	bool inside, goes_on;	/* a giant block goes on into it, or on from
				 * it */
	bool ends;		/* the document ends with it */
	size_t line, unit, block;	/* its first ones in the part, */
	size_t nlines, nunits, nblocks;	/* and how many */
	size_t tails;		/* of its lines: those that begin none */
	uint64_t sep_off, sep_len;	/* blank lines at its end */
};

/*
 * Fingerprints that were recorded lately, some bits of each: whoever reads
 * ahead can leave out the sketch of what is likely to go anyway.  The judge
 * writes and others read meanwhile; a wrong answer costs time, no more.
 */
struct hints {
	uint16_t tag[1 << 21];
};

static inline uint16_t *
hint_of(const struct hints *h, const struct fingerprint *fp)
{
	return (uint16_t *)&h->tag[fp->lo % (sizeof(h->tag) /
					     sizeof(h->tag[0]))];
}

/*
 * Text on its way to the judge: its lines, their blocks, the blocks' units
 * with their hashes.  Nothing here hangs on what was read before, so that
 * parts may be made by several threads at a time.
 */
struct part {
	struct dedup_options opt;
	struct words_reader *reader;
	struct shingler *shingler;
	bool ahead;		/* what is read is judged elsewhere */
	bool eager;		/* sketch units while reading ... */
	const struct hints *hints;	/* ... but these; or NULL */
	struct scratch *scratch;	/* for looking up early; or NULL */

	/* The text at hand: 'text' is the document from byte 'base' on. */
	const char *text;
	uint64_t base;
	uint64_t end;		/* of the text at hand, in the document */
	uint64_t scanned;	/* lines of the document before are in scan */
	uint64_t looked;	/* no newline between scanned and this */
	bool in_long;		/* in a line longer than DEDUP_UNIT_MAX */
	bool long_begins;	/* ... of which nothing is in scan yet */
	struct scan scan;
	uint64_t line;		/* number of scan.lines[first], if it begins */
	size_t first;		/* one: the first line of the text at hand */
	size_t tails;		/* lines from there on that begin none, */
	size_t counted_tails;	/* and of these, those before line ... */
	size_t counted;		/* ... 'counted': see part_number() */

	/* The lines not planned yet. */
	size_t cursor;		/* the first of them */
	uint64_t sep_off, sep_len;	/* blank lines before it */
	size_t probed;		/* lines from cursor known to be one block */
	size_t probed_bytes;
	bool in_fence;		/* ... and inside a fenced listing */
	bool no_fence;		/* the fence at the cursor never closes */
	bool flushing;		/* lines are judged as far as they have come */
	bool in_giant;		/* the cursor stands in a giant block */
	uint64_t block_end;	/* where the last block ended */

	/* Planned, and not dropped yet. */
	struct unit *units;
	size_t nunits, units_room;
	struct block *blocks;
	size_t nblocks, blocks_room;
	size_t fetched, warmed;	/* units whose look-ups have begun */

	struct reading *readings;
	size_t nreadings, readings_room;
	size_t next;		/* reading to be judged */
	bool sealed;		/* no more is read; words stay where they are */
};

struct dedup {
	struct dedup_options opt;
	struct part own;	/* of what is fed as text */
	struct part *part;	/* the one that is judged */
	struct table *table;
	struct table *listed;	/* of reference texts; or NULL */
	struct loaded {
		struct saved *file;
		enum dedup_load kind;
	} *loaded;
	unsigned nloaded;
	bool places;		/* records have them */
	struct hints *hints;	/* for parts that are read eagerly; or NULL */
	bool has_parts;		/* were made: the secret has to stay */
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
	bool may_forget, ended;	/* see dedup_forget() */
	struct dedup_stats stats;
	bool open;
	bool second;		/* this is the last reading of two or three */
	bool broken;		/* out of memory amid a call */
	bool damaged;		/* a loaded table turned out to be */
	uint64_t document;	/* number of the open one */
	uint64_t end;		/* bytes of it that were fed */
	bool ahead;		/* ... as parts; then also known are: */
	uint64_t line;		/* lines of it before 'end' */
	bool inside;		/* 'end' is inside of a giant block */

	/* judge.c */
	struct run run;
	struct before before;
	struct lead *leads;
	size_t nleads, leads_room;
	struct line *alive;	/* scratch */
	size_t alive_room;

	/* settle.c */
	struct entry *entries;	/* numbers head .. head + nentries - 1 */
	size_t head, nentries, entries_room;
	size_t start;		/* of entries[]: index of the head */
	struct settled out;
	struct doomed *doomed;
	size_t ndoomed, doomed_room;
	size_t undoomed;	/* ndoomed when the document began */
};

/*
 * part.c: -1 with ENOMEM, and the part of no further use but for part_free().
 */
int part_init(struct part *p, const struct dedup_options *opt,
	      const unsigned char *secret);
void part_free(struct part *p);
unsigned part_window(const struct dedup_options *opt);	/* of winnowing */
int part_room(void *array, size_t *room, size_t n, size_t size);
void part_reset(struct part *p);	/* a document begins */
int part_scan(struct part *p, bool final);	/* lines: 1, 0 at the end */
int part_plan(struct part *p, bool final);	/* blocks, a batch: how many */
void part_drop(struct part *p);		/* what was planned */
void part_resume(struct part *p, uint64_t off, uint64_t line, bool inside);
int part_read(struct part *p, const struct dedup_stretch *s);
void part_seal(struct part *p);
void part_take(struct part *p, const struct reading *r, uint64_t line);
void part_clear(struct part *p);	/* all that was read ahead */
bool part_cut(const struct dedup_options *opt, const char *text, size_t len,
	      bool inside, size_t *at, bool *cut_inside);
size_t part_memory(const struct part *p);
bool part_is_compared(const struct part *p, const struct unit *u);
bool part_wants_words(const struct part *p, const struct unit *u);
void part_fingerprint(struct part *p, struct unit *u);
int part_sketch(struct part *p, struct unit *u);
uint64_t part_number(struct part *p, size_t i);	/* of scan.lines[i] */

/* judge.c: -1 with ENOMEM, and the engine of no further use. */
void judge_reset(struct dedup *d);		/* a document begins */
void judge_free(struct dedup *d);
int judge_warm(struct dedup *d, size_t upto);	/* begin units' look-ups */
int judge_block(struct dedup *d, const struct block *b);
int judge_propose(const struct dedup *d, struct part *p);	/* look up early */
int judge_wait(struct dedup *d, uint64_t at);	/* settle old leads */
int judge_leads(struct dedup *d);	/* settle all: no more text to come */

/* dedup.c: an empty table of these options and secret; NULL with ENOMEM */
struct table *engine_new_table(const struct dedup *d);

/* ... documents that make boilerplate, of so many; 0: there is none */
uint64_t engine_least(const struct dedup *d, uint64_t counted);
void engine_share_memory(struct dedup *d);

/* settle.c */
void settle_reset(struct dedup *d);
void settle_free(struct dedup *d);
int settle_put(struct dedup *d, const struct entry *e);	/* append */
struct entry *settle_entry(struct dedup *d, size_t number);
int settle_drain(struct dedup *d);	/* what is known, to d->out */
void settle_doom(struct dedup *d);	/* order what pass one found */

#endif
