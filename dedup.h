/*
 * libdedup: find the parts of documents that say again what was said before.
 *
 * A document is a sequence of units: paragraphs, long lines, runs of short
 * lines, hard-wrapped or code blocks (enum dedup_unit says which).  Documents
 * are fed in order, in pieces of any size; the library answers which bytes to
 * drop and, for each, why, and which copy that was kept says the same.  It
 * never drops a unit without such a witness.  It holds no text but the words
 * of what it kept, as numbers; reads and writes no files but saved tables; and
 * never prints or exits.
 *
 *	struct dedup_options opt;
 *	struct dedup_verdict v;
 *	struct dedup *d;
 *
 *	dedup_options_init(&opt);
 *	if (dedup_new(&opt, &d) == DEDUP_OK &&
 *	    dedup_document(d, text, len, &v) == DEDUP_OK)
 *		... v.removals[0 .. v.nremovals) are the spans to drop ...
 *	dedup_free(d);
 *
 * Memory grows with the text kept: about 0.5 bytes per byte of prose, 20 per
 * unit with options.exact.  The answers are a function of the documents, their
 * order and the options; not of the sizes of the pieces, of the locale, or of
 * the secret that keys the fingerprints.
 *
 * Threads: a struct dedup is used by one thread at a time, but for reading ahead
 * (dedup_part_new()); different ones are independent.  There are no globals.
 *
 * Offsets and lengths are in bytes, lines and documents are counted from 0.
 */
#ifndef DEDUP_H
#define DEDUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DEDUP_VERSION_MAJOR 0
#define DEDUP_VERSION_MINOR 1
#define DEDUP_VERSION_PATCH 0
#define DEDUP_VERSION "0.1.0"

#if defined(__GNUC__)
#define DEDUP_API __attribute__((visibility("default")))
#else
#define DEDUP_API
#endif

/* A unit longer than this many bytes is kept without being judged. */
#define DEDUP_UNIT_MAX ((size_t)4 << 20)

/* A near-duplicate has at least this many words. */
#define DEDUP_NEAR_WORDS 8

/* Words in a shingle, at most. */
#define DEDUP_NGRAM_MAX 32

enum dedup_status {
	DEDUP_OK = 0,
	DEDUP_ENOMEM,		/* out of memory */
	DEDUP_EINVAL,		/* an option or argument out of its range */
	DEDUP_ESTATE,		/* the call does not fit here: see each */
	DEDUP_ERANDOM,		/* the system gives no random secret */
	DEDUP_ESTOP,		/* a callback asked to stop */
	DEDUP_ETABLE,		/* a saved table: damaged, or of other options,
				 * or not to be read or written; see 'why' */
};

/* What is judged as one. */
enum dedup_unit {
	DEDUP_UNIT_AUTO,	/* a line of min_words or more; a run of shorter
				 * ones; a hard-wrapped block; a code block */
	DEDUP_UNIT_LINE,	/* a line */
	DEDUP_UNIT_PARAGRAPH,	/* a block between blank lines */
	DEDUP_UNIT_DOCUMENT,	/* a document */
};

/* Among what a copy is looked for. */
enum dedup_scope {
	DEDUP_SCOPE_ALL,	/* all documents so far */
	DEDUP_SCOPE_DOCUMENT,	/* the document itself */
};

/* Which copy stays. */
enum dedup_keep {
	DEDUP_KEEP_FIRST,
	DEDUP_KEEP_NONE,	/* needs another reading: dedup_again() */
};

/* Why a unit goes. */
enum dedup_reason {
	DEDUP_EXACT,		/* same words as the witness */
	DEDUP_NEAR,		/* the witness says all of it in one piece,
				 * and is not much longer */
	DEDUP_SIMILAR,		/* resemblance of 'threshold' or more to it */
	DEDUP_REPEAT,		/* says again what stands directly before */
	DEDUP_LEAD,		/* cut-off lead; said in full soon after */
	DEDUP_CONTAINED,	/* stands word for word in the witness */
	DEDUP_BOILERPLATE,	/* the same words stand in many documents */
	DEDUP_LISTED,		/* stands in a reference text or table */
	DEDUP_NREASONS
};

struct dedup_options {
	enum dedup_unit unit;		/* DEDUP_UNIT_AUTO */
	enum dedup_scope scope;		/* DEDUP_SCOPE_ALL */
	enum dedup_keep keep;		/* DEDUP_KEEP_FIRST */
	unsigned min_words;		/* 5; from 1: a shorter unit is compared
					 * only with the one before it */
	unsigned ngram;			/* 3; 1 to DEDUP_NGRAM_MAX: words in a
					 * shingle */
	double threshold;		/* 0: off; over 0, to 1: least
					 * resemblance of DEDUP_SIMILAR */
	bool exact;			/* false; no near-duplicates */
	bool fold_digits;		/* false; all numbers are equal */
	bool contained;			/* false; DEDUP_CONTAINED too */
	bool places;			/* true; remember where witnesses stand;
					 * else removal.witness is all 0 */
	bool seeded;			/* false; derive the secret of the
					 * fingerprints from 'seed' instead of
					 * drawing it at random */
	uint64_t seed;			/* 0 */
	uint64_t boilerplate;		/* 0: off; from 2: a line or block that
					 * is in so many documents goes from
					 * all; needs another reading unless
					 * a table with counts is loaded */
	double boilerplate_share;	/* 0: off; over 0, to 1: the same, in
					 * such a share of all documents, two
					 * at least; for boilerplate = 0 */
	bool count;			/* false; count what is in how many
					 * documents, for dedup_top() and
					 * dedup_save(), even if nothing else
					 * needs it */
	uint64_t memory;		/* 0: no limit; bytes for what is known:
					 * of text kept, of reference texts, and
					 * counts (half of it while these are
					 * made).  Once it is full, nothing more
					 * is recorded, or counted */
	unsigned threads;		/* 1; that may work at the same time
				 	 * inside of a call.  0: as many as there
					 * are processors.  No answer hangs on
					 * it */
};

/* Where a unit stands. */
struct dedup_place {
	uint64_t document;
	uint64_t offset;		/* in the document */
	uint64_t line;			/* in the document */
	unsigned table;			/* 0: it was fed; i: it is known from
					 * the i-th table that was loaded,
					 * whose documents these are */
};

/* A span to drop: a unit, or the part of one that stands in one piece. */
struct dedup_removal {
	uint64_t offset, length;	/* of the unit, with its newlines */
	uint64_t line;			/* of its first byte */
	uint64_t separator_offset;	/* blank lines that go with it: right */
	uint64_t separator_length;	/* before its block or after; 0: none */
	enum dedup_reason reason;
	double resemblance;		/* 2M/(|a|+|b|), 0 to 1; M is the length
					 * of the longest common subsequence of
					 * the words; 1 unless DEDUP_NEAR or
					 * DEDUP_SIMILAR */
	struct dedup_place witness;	/* the copy kept; for DEDUP_LEAD where
					 * the full text begins, later on; with
					 * DEDUP_KEEP_NONE and for
					 * DEDUP_BOILERPLATE another copy, of
					 * which only 'table' is known if that
					 * has counted it: 'document' is
					 * UINT64_MAX */
	uint64_t documents;		/* DEDUP_BOILERPLATE: that have it; else
					 * 0 */
};

/* What is settled of the open document. */
struct dedup_verdict {
	const struct dedup_removal *removals;	/* new since the last verdict,
						 * in ascending order; valid
						 * until the next call */
	size_t nremovals;
	uint64_t decided;	/* bytes of the document before this are to be
				 * kept, but for the removals told so far */
	uint64_t words;		/* words of the document in what is kept there;
				 * what was too long to judge counts as one for
				 * each 8 bytes */
};

struct dedup_stats {
	uint64_t documents;	/* begun */
	uint64_t bytes;		/* fed */
	uint64_t units;		/* judged, kept ones and removed ones */
	uint64_t removed[DEDUP_NREASONS];	/* units by reason */
	uint64_t removed_bytes;	/* separators included */
	uint64_t oversize;	/* units too long to judge, kept */
	uint64_t unrecorded;	/* units kept and not remembered: no memory */
	uint64_t early;		/* dedup_flush() calls that settled something */
	uint64_t memory;	/* bytes held */
	bool full;		/* options.memory, or all there is, is full:
				 * nothing more is recorded, or counted */
};

struct dedup;

/* Fill in the defaults: the values above. */
DEDUP_API void dedup_options_init(struct dedup_options *opt);

/*
 * A new state in *d, which dedup_free() ends.  DEDUP_EINVAL: an option is out
 * of range.  On any error *d is NULL.
 */
DEDUP_API enum dedup_status dedup_new(const struct dedup_options *opt,
				      struct dedup **d);

/* NULL is fine. */
DEDUP_API void dedup_free(struct dedup *d);

/* Begin the next document.  DEDUP_ESTATE: one is open. */
DEDUP_API enum dedup_status dedup_begin(struct dedup *d);

/*
 * Go on reading the open document.  'text' is its bytes from v->decided of the
 * last verdict on (from its start after dedup_begin()): first, unchanged, what
 * was given before and is not decided, then new bytes.  So the caller keeps
 * what is undecided, and the library need not copy it.  The text stays the
 * caller's and is not looked at after the call.
 *
 * Look-ahead is bounded: what is undecided is at most a block of 64 KiB or a
 * unit of DEDUP_UNIT_MAX, and after a cut-off lead 8 units or 64 KiB that stay,
 * and 512 KiB in all.
 *
 * DEDUP_ESTATE: no document is open, or 'len' is less than what was given and
 * is undecided.  DEDUP_ENOMEM: the state can only be freed now; what was not
 * decided before the call is for the caller to keep.
 * A unit that cannot be remembered for want of memory is no error: it is kept
 * and counted in dedup_stats.unrecorded.
 */
DEDUP_API enum dedup_status dedup_feed(struct dedup *d, const char *text,
				       size_t len, struct dedup_verdict *v);

/*
 * As dedup_feed(), and settle all complete lines: a block goes as far as it
 * has come, a cut-off lead stays.  For input that pauses while somebody waits.
 */
DEDUP_API enum dedup_status dedup_flush(struct dedup *d, const char *text,
					size_t len, struct dedup_verdict *v);

/* As dedup_feed(), and end the document: v->decided is its length. */
DEDUP_API enum dedup_status dedup_end(struct dedup *d, const char *text,
				      size_t len, struct dedup_verdict *v);

/*
 * Many documents, in order, by options.threads threads.
 *
 * get()	if it is not NULL, puts what is to be judged of document i into
 *		*text, which holds texts[i] at first: for who has to decode it.
 *		Called once for each, from any thread, several at a time.  It
 *		stays as it is until each() was called.  0, or -1: no memory.
 * each()	is given the verdict on document i, in order, in the thread that
 *		called; it is valid until each() returns.  Not 0: stop here.
 *
 * The verdicts are those of dedup_document(), one after another, for any number
 * of documents in a call and any number of threads.
 * DEDUP_ESTATE: a document is open.  DEDUP_ESTOP: each() wanted it; documents
 * up to that one were judged, and nothing is known of those behind it.
 */
struct dedup_text {
	const char *text;
	size_t len;
};

struct dedup_batch {
	size_t size;		/* sizeof(struct dedup_batch) */
	const struct dedup_text *texts;
	size_t n;
	int (*get)(void *arg, size_t i, struct dedup_text *text);
	int (*each)(void *arg, size_t i, const struct dedup_verdict *v);
	void *arg;
};

DEDUP_API enum dedup_status dedup_documents(struct dedup *d,
					    const struct dedup_batch *batch);

/* One document, all of it: dedup_begin() and dedup_end(). */
DEDUP_API enum dedup_status dedup_document(struct dedup *d, const char *text,
					   size_t len, struct dedup_verdict *v);

/*
 * Reading ahead, for more threads than one.  Splitting text into words and
 * hashing them needs no look at what was read before: it is done by any
 * thread, into parts, and only the decisions are made one after another; see
 * dedup_run().  The verdicts are those that feeding the same text would give.
 *
 * A part holds stretches of text: whole documents, or pieces of one that was
 * cut where dedup_find_cut() says.  It is used by one thread at a time; several
 * parts, and the struct dedup, by several.
 */
struct dedup_part;

struct dedup_stretch {
	const char *text;	/* the caller's; stays, unchanged, until the
				 * stretch has been judged */
	size_t len;
	uint64_t offset;	/* bytes of the document before it */
	bool inside;		/* dedup_cut.inside of the cut before it */
	bool goes_on;		/* ... and of that behind it */
	bool ends;		/* the document ends with it */
};

struct dedup_cut {
	size_t at;		/* bytes before it */
	bool inside;		/* it is within a block: tell both stretches */
};

/*
 * A part for use with 'd', whose options and secret it takes and which must
 * outlive it; to be called after dedup_load(), which may change the secret,
 * and while no other thread uses 'd'.
 */
DEDUP_API enum dedup_status dedup_part_new(struct dedup *d,
					   struct dedup_part **part);

/* NULL is fine. */
DEDUP_API void dedup_part_free(struct dedup_part *part);

/*
 * Read a stretch into the part, behind what is there.  DEDUP_ESTATE: stretches
 * of it have been judged, and it was not cleared since.  DEDUP_ENOMEM: the part
 * can only be freed.  Beyond 256 MiB of text in a part, behaviour is undefined.
 */
DEDUP_API enum dedup_status dedup_part_read(struct dedup_part *part,
					    const struct dedup_stretch *s);

/* Empty it. */
DEDUP_API void dedup_part_clear(struct dedup_part *part);

/*
 * The last place where text[0..len) may be cut, so that both sides can be read
 * apart; it stands at a cut before it or at the beginning of the document, and
 * 'inside' is that of that cut.  False: there is none; try with more text, or
 * feed it as text.  May be called by any thread.
 */
DEDUP_API bool dedup_find_cut(const struct dedup *d, const char *text, size_t len,
			 bool inside, struct dedup_cut *cut);

/*
 * Judge the part's next stretch, as dedup_feed() or, where the document ends
 * with it, dedup_end() would: v->decided may be before the stretch's end, and
 * the caller keeps what is undecided.  A document of which stretches were
 * judged can be gone on with as text, but not the other way round.
 * DEDUP_ESTATE: no document is open, or there is no stretch left, or it does
 * not begin where the last one ended.
 */
DEDUP_API enum dedup_status dedup_feed_part(struct dedup *d,
					    struct dedup_part *part,
					    struct dedup_verdict *v);

/*
 * Work for options.threads threads, in slots numbered from 0: dedup_slots() of
 * them.  All that is taken is judged in the order in which it was taken.
 *
 * take()	the next work into a slot, of *bytes bytes; 1, 0: there is no
 *		more, or -1: no memory.  One thread at a time, and not always
 *		the same.
 * split()	the slot's texts into the part, which is empty, by
 *		dedup_part_read().  Any thread, several at a time.  0, or -1: no
 *		memory.
 * judge()	them, by dedup_feed_part().  The thread that called, in order.
 *		Not 0: stop here.  Then the slot is free.
 * idle()	or NULL: now and then in the thread that called, while it waits.
 *
 * What is judged may go on a document that is open.  DEDUP_ESTOP: judge()
 * wanted it.  DEDUP_ENOMEM: so take() or split(), or there was none.
 * dedup_documents() is made of this.
 */
struct dedup_work {
	size_t size;			/* sizeof(struct dedup_work) */
	void *arg;
	int (*take)(void *arg, size_t slot, size_t *bytes);
	int (*split)(void *arg, size_t slot, struct dedup_part *part);
	int (*judge)(void *arg, size_t slot, struct dedup_part *part);
	void (*idle)(void *arg);
};

/* Another number of threads from now on; as options.threads. */
DEDUP_API void dedup_set_threads(struct dedup *d, unsigned threads);

DEDUP_API size_t dedup_slots(struct dedup *d);
DEDUP_API enum dedup_status dedup_run(struct dedup *d,
				      const struct dedup_work *work);

/*
 * How many readings are to follow this one, whose verdicts do not hold then.
 * Boilerplate takes one to count, unless a table with counts was loaded, and
 * DEDUP_KEEP_NONE one to find what has copies; the last one decides.
 */
DEDUP_API unsigned dedup_readings_left(const struct dedup *d);

/*
 * All documents have been fed; begin the next reading, for the same ones in
 * the same order, but for reference ones.  DEDUP_ESTATE: a document is open,
 * or there is none to be, as dedup_readings_left() tells.
 */
DEDUP_API enum dedup_status dedup_again(struct dedup *d);

/*
 * The document that just ended is not kept after all: dedup_forget() makes
 * the answers to what comes those that there would be if it had never been
 * fed, but that it keeps its number, its part in dedup_stats, its vote in
 * counts of boilerplate and, where memory was full, that.  To be called before
 * the next document begins, and at most once.  Before the first document that
 * this may be wanted of, and not in between, dedup_may_forget() is to be
 * called; from then on each document's records are noted until the next one
 * begins.  DEDUP_ESTATE: a document is open, or it was not announced, or no
 * document, or a reference one, has just ended.
 */
DEDUP_API enum dedup_status dedup_may_forget(struct dedup *d);
DEDUP_API enum dedup_status dedup_forget(struct dedup *d);

/*
 * The documents fed while this is on are for reference: nothing of them goes,
 * and what they say goes from the others, as DEDUP_LISTED: units of min_words
 * words or more, with the same words, near ones, and with options.contained
 * what stands in them.  They come before all others and are read once; their
 * numbers count on to those of the others.  DEDUP_ESTATE: a document is open,
 * or others were fed, or this is not the first reading.  DEDUP_ENOMEM.
 */
DEDUP_API enum dedup_status dedup_reference(struct dedup *d, bool on);

/* A text that stands in many documents. */
struct dedup_common {
	uint64_t documents;		/* that have it */
	struct dedup_place first;	/* with options.places */
};

/*
 * With options.count: the 'n' texts in most documents, two at least, to 'top',
 * the most frequent first and of equal ones the one that stood first; how many
 * there are.  Those are lines and whole blocks of the documents that were fed,
 * as for boilerplate.  Where memory runs out, 0.
 */
DEDUP_API size_t dedup_top(const struct dedup *d, struct dedup_common *top,
			   size_t n);

/*
 * Saved tables: dedup-table(5).  What a table knows is found as if the
 * documents that it was made of had been fed before.  The functions give a
 * message, without the file's name, in 'why' where they fail with DEDUP_ETABLE.
 */
#define DEDUP_WHY 200		/* bytes of a message */

enum dedup_load {
	DEDUP_LOAD_KNOWN,	/* kept text, as if it had been fed */
	DEDUP_LOAD_LISTED,	/* reference, as of dedup_reference() */
};

/*
 * Load a table, before anything is fed and before parts are made (else
 * DEDUP_ESTATE).  The file stays open until dedup_free(), and must not be
 * changed in place; replacing it by rename is fine.  It has to be made with the
 * same options and, if another was loaded before or options.seeded is set, with
 * the same secret; else its secret is taken over.  On any error it is as if it
 * had not been called.
 */
DEDUP_API enum dedup_status dedup_load(struct dedup *d, const char *path,
				       enum dedup_load kind,
				       char why[DEDUP_WHY]);

/*
 * What names a document in a saved table, any bytes: *p lives until the next
 * call.  0, or -1 with errno.
 */
typedef int (*dedup_label)(void *arg, uint64_t document, const char **p,
			   size_t *len);

/*
 * Save what was loaded (DEDUP_LOAD_KNOWN) and what was kept since, with counts
 * if these were made.  'label' may be NULL: documents have no names.  Replaces
 * the file when all is on disk, and leaves it alone where that fails.
 * DEDUP_ESTATE: a document is open.
 */
DEDUP_API enum dedup_status dedup_save(const struct dedup *d, const char *path,
				       dedup_label label, void *arg,
				       char why[DEDUP_WHY]);

/*
 * The label of a document of the i-th table that was loaded, from 1: empty
 * where it has none.  It lives as long as 'd'.
 */
DEDUP_API enum dedup_status dedup_get_label(const struct dedup *d,
					    unsigned table, uint64_t document,
					    const char **p, size_t *len);

/* Does the file begin as a table does? */
DEDUP_API bool dedup_is_table(const char *path);

/* What a table file says of itself. */
struct dedup_table_info {
	unsigned version;		/* of the format */
	struct dedup_options options;	/* those that shaped it */
	uint64_t secret_id;		/* tells secrets apart */
	uint64_t bytes;
	uint64_t units, shingles;	/* entries */
	uint64_t records_bytes;		/* of the units' words and places */
	uint64_t documents;		/* that were read */
	uint64_t counted, counts;	/* documents that were counted, texts */
	bool labels;
};
DEDUP_API enum dedup_status dedup_table_info(const char *path,
					     struct dedup_table_info *info,
					     char why[DEDUP_WHY]);

/* Check all of it. */
DEDUP_API enum dedup_status dedup_table_test(const char *path,
					     char why[DEDUP_WHY]);

/*
 * Write to 'path' what the 'n' tables know, as if their documents had been fed
 * one table after the other.  *bad is the number of the one that 'why' is
 * about, or n for 'path'.
 */
DEDUP_API enum dedup_status dedup_table_merge(const char *path,
					      char *const *tables, size_t n,
					      size_t *bad, char why[DEDUP_WHY]);

/*
 * Claim a table, to load it and save it again, against others who do; *lock is
 * for dedup_table_unlock().  DEDUP_ETABLE: somebody has it.
 */
DEDUP_API enum dedup_status dedup_table_lock(const char *path, int *lock,
					     char why[DEDUP_WHY]);
DEDUP_API void dedup_table_unlock(const char *path, int lock);

/* Counts so far; of the second reading, where there is one. */
DEDUP_API void dedup_get_stats(const struct dedup *d, struct dedup_stats *s);

/* English, one line, static. */
DEDUP_API const char *dedup_strerror(enum dedup_status status);

/*
 * "exact", "near", "similar", "repeat", "lead", "contained", "boilerplate",
 * "listed"; static.
 */
DEDUP_API const char *dedup_reason_name(enum dedup_reason reason);

/* DEDUP_VERSION of the library in use. */
DEDUP_API const char *dedup_version(void);

#ifdef __cplusplus
}
#endif

#endif
