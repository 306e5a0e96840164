/*
 * libdedup: find the parts of documents that repeat what was said before.
 *
 *	struct dedup_options opt;
 *	struct dedup_verdict v;
 *	struct dedup *d;
 *
 *	dedup_options_init(&opt);
 *	if (dedup_new(&opt, &d) == DEDUP_OK &&
 *	    dedup_document(d, text, len, &v) == DEDUP_OK)
 *		len = dedup_apply(text, len, &v, text);
 *	dedup_free(d);
 *
 * A document is split into units: blocks between blank lines, and lines that
 * can stand alone.  A unit is removed if another text says all that it says;
 * the copy that stays is named.  The answers depend on the documents, their
 * order and the options only: not on threads, locale, the sizes of pieces, or
 * the secret that keys the fingerprints.  dedup(1) has the rules.
 *
 * The library holds words as numbers, no text.  It never prints or exits, opens
 * no file but saved tables, and has no globals.  One thread at a time uses a
 * struct dedup; threads that a call starts are gone when it returns.  Memory
 * grows with text that is not an exact copy: about 0.5 bytes a byte of prose,
 * or 20 a unit with options.exact.
 *
 * Errors: DEDUP_EINVAL and DEDUP_ESTATE change nothing.  After DEDUP_ENOMEM or
 * DEDUP_ETABLE from a call that judges, 'd' can only be freed: all other calls
 * return DEDUP_ESTATE.  Offsets and lengths are bytes; lines and documents
 * count from 0.  This part is enough for most programs; dedup(3) has examples.
 */
#ifndef DEDUP_H
#define DEDUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

enum dedup_status {
	DEDUP_OK,
	DEDUP_ENOMEM,		/* out of memory */
	DEDUP_EINVAL,		/* an argument or option is out of range */
	DEDUP_ESTATE,		/* not now: see the function */
	DEDUP_ERANDOM,		/* the system has no random secret */
	DEDUP_ESTOP,		/* a callback asked to stop */
	DEDUP_ETABLE,		/* a saved table cannot be used: see 'why' */
};
const char *dedup_strerror(enum dedup_status status);	/* a static line */

enum dedup_unit { DEDUP_UNIT_AUTO, DEDUP_UNIT_LINE, DEDUP_UNIT_PARAGRAPH,
		  DEDUP_UNIT_DOCUMENT };
enum dedup_scope { DEDUP_SCOPE_ALL, DEDUP_SCOPE_DOCUMENT };
enum dedup_keep { DEDUP_KEEP_FIRST, DEDUP_KEEP_NONE, DEDUP_KEEP_LAST };

/* The default of each field, then its range and meaning.  0: off, no limit. */
struct dedup_options {
	size_t size;		/* of the struct: from dedup_options_init() */
	unsigned unit;		/* DEDUP_UNIT_AUTO; what is judged as one */
	unsigned scope;		/* DEDUP_SCOPE_ALL; where to look for copies */
	unsigned keep;		/* DEDUP_KEEP_FIRST; NONE and LAST take two
				 * passes; of LAST see dedup_passes_left() */
	unsigned min_words;	/* 5, from 1; shorter units stay, but for
				 * repeats, headings and boilerplate */
	unsigned ngram;		/* 3, 1 to 32; words in a shingle (Broder 1997),
				 * for 'threshold' and 'contained' */
	unsigned threads;	/* 1, to 256; 0: one for each processor */
	bool exact;		/* false; only exact copies: the options ngram,
				 * threshold and contained have no effect */
	bool fold_digits;	/* false; treat all numbers as equal */
	bool contained;		/* false; remove parts of longer units, too */
	bool places;		/* true; know where copies that stay are */
	bool can_forget;	/* false; dedup_forget() may be called */
	bool count, counts_only;	/* false; see dedup_top() */
	bool seeded;		/* false; make the secret from 'seed' */
	uint64_t seed;		/* 0 */
	double threshold;	/* 0, to 1; remove what is so similar, too */
	uint64_t boilerplate;	/* 0, from 2; remove what so many documents
				 * have from all of them, in two passes */
	double boilerplate_share;	/* 0, to 1; the same, of all */
	uint64_t memory;	/* 0; bytes for what is remembered */
	unsigned against_ngram;	/* 0, 5 to 100; remove what has so many words in
				 * a row with a reference text, too */
	unsigned only;		/* 0: remove for each reason; else bit 1 << r is
				 * set for each enum dedup_reason r to remove
				 * for */
};

/* Always call dedup_options_init() first: it fills in the defaults. */
void dedup_options_fill(struct dedup_options *opt, size_t size);
#define dedup_options_init(opt) dedup_options_fill((opt), sizeof(*(opt)))

/*
 * Set an option by the name and value that a user types for dedup(1):
 * "min-words" and "8".  A flag has a value of NULL, and becomes true.  If it
 * returns false, nothing is set, and 'why' says what is wrong in a line.
 */
#define DEDUP_WHY 200		/* bytes of a message, its NUL included */
bool dedup_options_set(struct dedup_options *opt, const char *name,
		       const char *value, char why[DEDUP_WHY]);

struct dedup;	/* *d is NULL after DEDUP_EINVAL, _ENOMEM or _ERANDOM */
enum dedup_status dedup_new(const struct dedup_options *opt, struct dedup **d);
void dedup_free(struct dedup *d);	/* NULL is fine */

enum dedup_reason {
	DEDUP_EXACT,		/* an earlier text has the same words */
	DEDUP_NEAR,		/* ... says all of it, and is not much longer */
	DEDUP_SIMILAR,		/* ... is similar, by 'threshold' */
	DEDUP_REPEAT,		/* it repeats what is directly before it */
	DEDUP_LEAD,		/* a teaser, a caption: in full soon after */
	DEDUP_CONTAINED,	/* it is part of an earlier text */
	DEDUP_BOILERPLATE,	/* it is in many documents */
	DEDUP_LISTED,		/* a reference text says it, or is in it */
	DEDUP_HEADING,		/* what it stands beside is removed */
	DEDUP_NREASONS		/* of this version; later ones may have more */
};
const char *dedup_reason_name(unsigned reason);	/* static: "exact", ... */

struct dedup_place {
	uint64_t document, offset, line;	/* a document; within it */
	unsigned table;		/* 0, or i: it is of the i-th loaded table */
};

struct dedup_removal {
	uint64_t begin, end;	/* a unit or a part of one, with blank lines
				 * before it or after it that go along */
	uint64_t unit_begin, unit_end;	/* without these; not empty */
	uint64_t line;		/* of unit_begin */
	unsigned reason;	/* an enum dedup_reason */
	double resemblance;	/* similarity to the text that says it, 0 to 1:
				 * 2M/(|a|+|b|) for M words in common, in order
				 * (longest common subsequence, Myers 1986) */
	struct dedup_place witness;	/* the copy that stays; of DEDUP_LEAD it
					 * comes later; 0 without 'places' */
	uint64_t documents;	/* of boilerplate: how many have it; else 0 */
};

struct dedup_verdict {		/* after an error all of it is 0 */
	const struct dedup_removal *removals;	/* valid until the next call; */
	size_t nremovals;		/* ... they ascend and never overlap */
	uint64_t begin, decided;	/* 0 and the length; see dedup_feed() */
	uint64_t words;			/* that stay of the document */
};

/*
 * Judge one document.  The text stays the caller's; it needs no NUL at its end.
 * DEDUP_ESTATE: a document is open; so for dedup_documents().
 */
enum dedup_status dedup_document(struct dedup *d, const char *text, size_t len,
				 struct dedup_verdict *v);

/*
 * Copy what stays of the text that the verdict is on to 'out', which has room
 * for 'len' bytes or is 'text': returns how many bytes that is.  Any thread.
 */
size_t dedup_apply(const char *text, size_t len, const struct dedup_verdict *v,
		   char *out);

struct dedup_text {
	const char *text;
	size_t len;
};

/*
 * Judge 'n' documents in order, with options.threads threads.  each() gets the
 * verdict on document i: in order, in the calling thread.  If it returns
 * anything but 0, the call ends with DEDUP_ESTOP, as if there were no more.
 * get(), if it is not NULL, first reads or decodes document i into *text, in
 * any thread, several at a time: 0, or -1 if out of memory.  texts[i].len then
 * says about how long it will be, to share the work out and to bound what is
 * held (64 MiB).  Texts stay until each() has had them; get() may have run for
 * some that each() never has.  DEDUP_EINVAL: each() is NULL.
 */
enum dedup_status dedup_documents(struct dedup *d,
	const struct dedup_text *texts, size_t n,
	int (*get)(void *arg, size_t i, struct dedup_text *text),
	int (*each)(void *arg, size_t i, const struct dedup_verdict *v),
	void *arg);

/* ---- Streaming: a document in pieces ------------------------------------- */

/* A longer unit is kept unjudged; in 'words' it counts as one for 8 bytes. */
#define DEDUP_UNIT_MAX ((size_t)4 << 20)

/* Begin the next document.  DEDUP_ESTATE: one is open. */
enum dedup_status dedup_begin(struct dedup *d);

/*
 * Continue the open document.  'text' is its bytes from v->decided of the last
 * verdict on, or from its start: first, unchanged, what was given before and is
 * not decided, then new bytes.  So the caller keeps what is undecided.  The
 * text may move between calls.
 *
 * The verdict has the removals that are new, all between v->begin, which is
 * v->decided of the last verdict, and v->decided, which never goes down.  Each
 * comes in one verdict, whole.  All other bytes before v->decided stay, and
 * dedup_apply() copies them.
 *
 * Undecided is at most a block of 64 KiB or a unit of DEDUP_UNIT_MAX, and after
 * it the text that may say it in full: two units, or, after a cut-off teaser, 8
 * or 64 KiB.  If each of many units is said in full by the next one, they wait
 * for the last, up to 512 KiB.  With several threads, new text is gathered
 * until it can be shared out: 256 KiB, or more if no block is sure to end
 * there, but no more than 9 MiB and what one call brings.
 *
 * DEDUP_ESTATE: no document is open, or 'len' is less than what is undecided.
 * A unit that cannot be remembered for lack of memory is no error: it stays,
 * and is counted in dedup_stats.unrecorded.
 */
enum dedup_status dedup_feed(struct dedup *d, const char *text, size_t len,
			     struct dedup_verdict *v);

/*
 * As dedup_feed(), and decide all complete lines, as if nothing followed.  For
 * input that pauses while somebody waits.  Now the answers do depend on where
 * the text was cut, and one thread reads the rest of the document.
 */
enum dedup_status dedup_flush(struct dedup *d, const char *text, size_t len,
			      struct dedup_verdict *v);

/* As dedup_feed(), and end the document: v->decided is its length. */
enum dedup_status dedup_end(struct dedup *d, const char *text, size_t len,
			    struct dedup_verdict *v);

/* ---- Several passes: boilerplate, and copies of which none stays --------- */

/*
 * How many passes over all documents have to follow this one, 0 to 2.  Only the
 * verdicts of the last pass hold.  DEDUP_KEEP_NONE, which removes the first
 * copy too, needs a pass to find what has copies, and so does DEDUP_KEEP_LAST:
 * of units with the same words the last one stays, in place of the first, and
 * is the witness of what the first one would be.  That is not for can_forget.
 * Boilerplate needs a pass to count, unless a table with counts is loaded.  The
 * witness is then another copy.  Of boilerplate that a table has counted only
 * witness.table is known, and witness.document is UINT64_MAX.
 */
unsigned dedup_passes_left(const struct dedup *d);

/*
 * Begin the next pass: feed the same documents in the same order, but no
 * reference ones.  They are counted from 0 again, or on from the reference
 * ones.  DEDUP_ESTATE: a document is open, or dedup_passes_left() is 0.
 */
enum dedup_status dedup_again(struct dedup *d);

/* ---- Reference texts, and documents that are dropped --------------------- */

/*
 * Documents fed while this is on are for reference.  Nothing of them is
 * removed, and what they say is removed from the others, as DEDUP_LISTED: units
 * with the same words, near ones, and units that contain a reference text of 8
 * words or more, or a line or question of one, without its number, options and
 * answer; with 'threshold' similar ones, with 'contained' parts of them, with
 * 'against_ngram' what has so many words in a row with one.
 * They come first, in the first pass only; others are numbered on from them.
 * DEDUP_ESTATE: a document is open, others were fed, or it is another pass.
 */
enum dedup_status dedup_reference(struct dedup *d, bool on);

/*
 * The document that just ended is dropped: from now on answers are as if it had
 * never been fed.  It keeps its number, its part in dedup_stats and its vote in
 * counts of boilerplate, and memory that was full stays full.  DEDUP_ESTATE:
 * options.can_forget is false, a document is open, or none, a reference one, or
 * one that is forgotten already was the last.
 */
enum dedup_status dedup_forget(struct dedup *d);

/* ---- Statistics and memory ----------------------------------------------- */

#define DEDUP_REASONS_MAX 16	/* no version has more */

struct dedup_stats {		/* of this pass, without reference documents */
	size_t size;		/* of the struct: from dedup_get_stats() */
	uint64_t documents;	/* begun */
	uint64_t bytes;		/* fed */
	uint64_t units;		/* judged: kept or removed */
	uint64_t lines;		/* in these, with words */
	uint64_t short_lines;	/* of these, not compared by themselves */
	uint64_t removed[DEDUP_REASONS_MAX];	/* units by reason */
	uint64_t removed_bytes;	/* with blank lines */
	uint64_t oversize;	/* units too long to judge, kept */
	uint64_t given_up;	/* comparisons with too many steps: it stayed */
	uint64_t unrecorded;	/* units, of all passes: no memory for them */
	uint64_t memory;	/* bytes held */
	bool full;		/* options.memory, or all there is, is full: no
				 * more is remembered, or counted */
};

void dedup_stats_fill(const struct dedup *d, struct dedup_stats *s,
		      size_t size);
#define dedup_get_stats(d, s) dedup_stats_fill((d), (s), sizeof(*(s)))

struct dedup_common {		/* a text that is in many documents */
	uint64_t documents;		/* how many have it */
	struct dedup_place first;	/* all 0 without options.places */
};

/*
 * Put the 'n' lines and whole blocks that most documents have, at least two of
 * them, into 'top': the most frequent first, and of equal ones the earlier.
 * Returns how many there are, or SIZE_MAX if out of memory.  Documents are
 * counted for boilerplate, or with options.count; dedup_save() saves the
 * counts.  With options.counts_only nothing is removed or remembered.
 */
size_t dedup_top(const struct dedup *d, struct dedup_common *top, size_t n);

/*
 * The caller itself holds this many bytes.  From now on they count as part of
 * options.memory, in place of what was said before.  It bounds what is
 * remembered of texts and reference texts, and counts, which have half of it
 * while they are made.
 */
void dedup_set_aside(struct dedup *d, uint64_t bytes);

/* ---- Saved tables: dedup-table(5) ---------------------------------------- */

/*
 * What a table knows is found as if the documents that it was made of had been
 * fed before.  With DEDUP_ETABLE there is a message of one line in 'why',
 * without the file's name; else it is empty.
 */
enum dedup_load {
	DEDUP_LOAD_KNOWN,	/* as documents that were fed */
	DEDUP_LOAD_LISTED,	/* as reference documents */
};

/*
 * Load a table.  The first one has the number 1.  The file stays open until
 * dedup_free(); it may be replaced by rename, but not changed in place.  It
 * must have been made with the same options and, if another is loaded or
 * options.seeded is set, with the same secret; else its secret is taken over.
 * For a table that has only counts, just unit, min_words and fold_digits must
 * be the same.  DEDUP_ESTATE: something was fed.  On any error nothing has
 * changed.
 */
enum dedup_status dedup_load(struct dedup *d, const char *path,
			     enum dedup_load kind, char why[DEDUP_WHY]);

/*
 * Save what was loaded as known and what was recorded since, with counts if
 * these were made.  label() gives the name of a document that was fed: the *len
 * bytes at *p, which live until the next call.  It returns 0, or -1 with errno.
 * NULL: documents have no names.  The file is replaced once all is on disk; on
 * any error it stays as it was.  'd' does not change.  DEDUP_ESTATE: a document
 * is open.
 */
enum dedup_status dedup_save(const struct dedup *d, const char *path,
	int (*label)(void *arg, uint64_t document, const char **p, size_t *len),
	void *arg, char why[DEDUP_WHY]);

/*
 * The name of a document of a loaded table: *len bytes at *p, which live as
 * long as 'd'; none if it has no name.  DEDUP_EINVAL: there is no such table or
 * document.  DEDUP_ETABLE: the table is damaged.
 */
enum dedup_status dedup_get_label(const struct dedup *d, unsigned table,
				  uint64_t document, const char **p,
				  size_t *len);

/* Does the file begin as a table does?  False if it cannot be read. */
bool dedup_is_table(const char *path);

#define DEDUP_UNICODE 16	/* bytes of a version of Unicode */

struct dedup_table_info {
	size_t size;			/* from dedup_table_info() */
	unsigned version;		/* of the format */
	unsigned unit, min_words, ngram;	/* options it was made with */
	bool exact, fold_digits, contained, places;
	bool labels;			/* documents have names */
	uint64_t secret_id;		/* equal for equal secrets */
	uint64_t bytes;			/* of the file */
	uint64_t units, shingles;	/* entries */
	uint64_t records_bytes;		/* of the units' words and places */
	uint64_t documents;		/* that were read */
	uint64_t counted, counts;	/* documents counted; texts in them */
	char unicode[DEDUP_UNICODE];	/* "15.0.0": words are folded by it, and
					 * only equal ones go together */
};

/* What a table says of itself; it is not checked.  On any error *info stays. */
enum dedup_status dedup_table_info_fill(const char *path,
					struct dedup_table_info *info,
					size_t size, char why[DEDUP_WHY]);
#define dedup_table_info(path, info, why) \
	dedup_table_info_fill((path), (info), sizeof(*(info)), (why))

/* Check all of a table: DEDUP_OK, DEDUP_ETABLE or DEDUP_ENOMEM. */
enum dedup_status dedup_table_test(const char *path, char why[DEDUP_WHY]);

/*
 * Write to 'path', which may be one of them, what the 'n' tables know, as if
 * their documents had been fed one table after the other.  They have the same
 * options and secret.  Counts of texts that fewer than 'least' documents of all
 * of them have are left out: 0 keeps all, and more is for the last merge, since
 * what is rare in one table may be frequent in all.  On DEDUP_ETABLE *bad is
 * the number, from 0, of the table that 'why' is about, or n for 'path'.  On
 * any error that stays as it was.
 */
enum dedup_status dedup_table_merge(const char *path, char *const *tables,
				    size_t n, uint64_t least, size_t *bad,
				    char why[DEDUP_WHY]);

/*
 * Claim a table, which need not exist yet, to load it and save it again, until
 * dedup_table_unlock() or the end of the process.  DEDUP_ETABLE: another
 * process has it, or the lock, 'path' with ".lock" after it, cannot be made.
 */
enum dedup_status dedup_table_lock(const char *path, int *lock,
				   char why[DEDUP_WHY]);
void dedup_table_unlock(const char *path, int lock);

/* ---- Advanced: a corpus in parts, for clusters --------------------------- */

/*
 * A corpus is cut into splits: ranges of its documents, numbered in its order.
 * Each is read in processes of their own, and together they give the answers of
 * one run over all of it.  Between the steps blobs are exchanged, the same
 * bytes on all machines and in each run:
 *
 *	dedup_scan()	each split by itself	-> asks, by bucket
 *	dedup_match()	a bucket of all splits	-> links, for whom they name;
 *						   facts, for who asked
 *	dedup_rows()	a split, its links	-> rows, for who asked
 *	dedup_know()	a split's rows and facts; then
 *	dedup_scan()	once more		-> verdicts, and asks
 *
 * Then these asks are matched as well.  A split whose facts are the same bytes
 * as it knew has its verdicts; the others are scanned again, with the same rows
 * and the new facts, until none is left.  All with the same options, secret and
 * version of the library: else blobs are refused.
 *
 * Each call but dedup_match() takes a 'd' that was fed nothing but reference
 * documents.  DEDUP_EINVAL with a reason in 'why': these options depend on
 * verdicts (threshold, memory, can_forget, keep) or on all splits at once
 * (boilerplate, but with a table of counts), or the texts of a split are not
 * those that a blob is of.  DEDUP_ETABLE: a blob is damaged.  DEDUP_ESTOP: a
 * callback returned anything but 0.  A witness in an earlier split is the unit
 * that says it, which may be removed as well, for a witness of its own.
 */
struct dedup_split {
	uint32_t number;	/* below UINT32_MAX */
	const struct dedup_text *texts;
	size_t n;
};

/*
 * The next document has this number: one that grows with the splits, such as
 * number << 33.  DEDUP_ESTATE: others were fed, or as many reference documents.
 */
enum dedup_status dedup_number(struct dedup *d, uint64_t first);

#define DEDUP_SECRET 256	/* bytes of a secret */

/*
 * The secret of 'd'; and take over another one.  It is not to be told to who
 * writes the texts.  DEDUP_ESTATE: 'd' was fed something, or has a table.
 */
void dedup_secret(const struct dedup *d, unsigned char secret[DEDUP_SECRET]);
enum dedup_status dedup_set_secret(struct dedup *d,
				   const unsigned char secret[DEDUP_SECRET]);

/*
 * Read a split and hand out what it asks, for each bucket that it asks anything
 * of.  After dedup_know(), each() gets the verdicts, as in dedup_documents();
 * before it they are those of the split alone.  It may be NULL.
 */
enum dedup_status dedup_scan(struct dedup *d, const struct dedup_split *split,
	unsigned buckets,	/* 1 to 65536 */
	int (*ask)(void *arg, unsigned bucket, const void *blob, size_t len),
	int (*each)(void *arg, size_t i, const struct dedup_verdict *v),
	void *arg, char why[DEDUP_WHY]);

/*
 * Match the asks of all splits that have the same bucket.  out() gets a blob
 * for the split 'to': links, which name its units, or, if 'fact', answers to
 * what it asked.  Its first argument is 'arg'.
 * Memory is that of the blobs and what is found.
 */
enum dedup_status dedup_match(const struct dedup_text *asks, size_t n,
	int (*out)(void *a, bool fact, uint32_t to, const void *p, size_t n),
	void *arg, char why[DEDUP_WHY]);

/* The units that links of all buckets name, for each split that asked. */
enum dedup_status dedup_rows(struct dedup *d, const struct dedup_split *split,
	const struct dedup_text *links, size_t n,
	int (*each)(void *arg, uint32_t asker, const void *blob, size_t len),
	void *arg, char why[DEDUP_WHY]);

/* Know all rows and facts for this split, in any order.  Then scan it. */
enum dedup_status dedup_know(struct dedup *d, const struct dedup_split *split,
			     const struct dedup_text *blobs, size_t n,
			     char why[DEDUP_WHY]);

/* ---- Options and words, for who shows them ------------------------------- */

struct dedup_option {		/* may grow at its end; strings are static */
	const char *name;	/* of dedup(1) and dedup_options_set() */
	char letter;		/* its short name, 'm'; 0: none */
	const char *arg;	/* what its value is called; NULL: a flag */
	const char *words;	/* its values, "all document"; or NULL */
	uint64_t least, most;	/* range of a whole number; else 0, 0 */
	const char *value;	/* its default as typed; "": off, or random */
	const char *help;	/* what it does, in a line */
};

/* Option i, from 0, as in dedup(1); NULL after the last. */
const struct dedup_option *dedup_option_at(size_t i);

/*
 * A word of a text.  Words with the same form are equal: it has no case and no
 * accents, and signs only if they count.  Texts whose forms, put together, are
 * the same bytes are equal however words are joined ("web site", "website"),
 * but for words that are 'apart': a digit or sign begins them, and one ends the
 * word before ("1 50" is not "150").
 */
struct dedup_word {
	size_t off, len;	/* in the text */
	const char *form;	/* UTF-8, but for bytes that are not; no NUL */
	size_t form_len;	/* over 0 */
	bool apart;
};

struct dedup_words;		/* reads words, one text after the other */
enum dedup_status dedup_words_new(struct dedup_words **w);
void dedup_words_free(struct dedup_words *w);	/* NULL is fine */

/*
 * The first 'most' words of a text, or some more; fewer if it has no more.
 * What follows them is not read.  *words and the forms live until the next
 * call with 'w'.  DEDUP_EINVAL: a line is longer than 2^27 bytes.
 */
enum dedup_status dedup_words_read(struct dedup_words *w, const char *text,
				   size_t len, size_t most,
				   const struct dedup_word **words, size_t *n);

/* ---- Version ------------------------------------------------------------- */

/*
 * Structs that begin with their size may grow at the end, so that a program and
 * a library of different versions fit together: an option that one of them does
 * not know has its default, and dedup_new() refuses one that is set and that
 * the library does not know.  Other structs do not grow.  While the major
 * version is 0, a new minor version may break this; the shared library's name
 * has it.
 */
#define DEDUP_VERSION_MAJOR 0
#define DEDUP_VERSION_MINOR 3
#define DEDUP_VERSION_PATCH 0
#define DEDUP_VERSION "0.3.0"

const char *dedup_version(void);	/* of the library in use */

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
