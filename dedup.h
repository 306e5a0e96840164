/*
 * libdedup: find the parts of documents that say again what was said before.
 * dedup(3) has the same in prose, with complete programs.
 *
 * A document is a sequence of units: blocks between blank lines, and lines that
 * can stand alone (enum dedup_unit says which).  Documents are fed in order, in
 * pieces of any size; the library answers which bytes to drop and, for each,
 * why, and which copy that stays says the same.  It never drops a unit without
 * such a witness.  It holds no text, only the words of what was said, as
 * numbers.  It reads and writes no files but saved tables, and never prints or
 * exits.
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
 * Memory grows with the text that is no exact copy: about 0.5 bytes per byte of
 * prose, 20 per unit with options.exact.  The answers are a function of the
 * documents, their order and the options.  They do not depend on the sizes of
 * the pieces, the number of documents in a call, the number of threads, the
 * locale, or the secret that keys the fingerprints.
 *
 * Threads: one thread at a time uses a struct dedup.  dedup_documents(), and
 * dedup_feed() and dedup_end() of a long text, make threads of their own, which
 * are gone when the call returns.  Different structs are independent.  There
 * are no globals.
 *
 * Offsets and lengths are in bytes.  Lines and documents are counted from 0.
 *
 * Errors: a call that returns DEDUP_EINVAL or DEDUP_ESTATE has changed nothing.
 * After DEDUP_ENOMEM or DEDUP_ETABLE from a call that judges documents, the
 * state can only be freed: every other call returns DEDUP_ESTATE.  What else a
 * status means stands at each function.  DEDUP_ESTATE is not repeated there for
 * a state that can only be freed.
 *
 * Structs that the caller allocates and that may grow begin with their size, so
 * that a program and a library of different versions fit together.  Others do
 * not grow.  While the major version is 0, a new minor version may break this:
 * the name of the shared library has the minor version in it.
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
#define DEDUP_VERSION_MINOR 3
#define DEDUP_VERSION_PATCH 0
#define DEDUP_VERSION "0.3.0"

#if defined(__GNUC__)
#define DEDUP_API __attribute__((visibility("default")))
#else
#define DEDUP_API
#endif

/* A unit longer than this many bytes is kept without being judged. */
#define DEDUP_UNIT_MAX ((size_t)4 << 20)

/* Words in a shingle, at most. */
#define DEDUP_NGRAM_MAX 32

/* Bytes of a message that is put into 'why', its NUL included. */
#define DEDUP_WHY 200

enum dedup_status {
	DEDUP_OK = 0,
	DEDUP_ENOMEM,		/* out of memory */
	DEDUP_EINVAL,		/* an option or argument is out of its range */
	DEDUP_ESTATE,		/* the call does not fit here: see each */
	DEDUP_ERANDOM,		/* the system gives no random secret */
	DEDUP_ESTOP,		/* a callback asked to stop */
	DEDUP_ETABLE,		/* a saved table is damaged, was made with other
				 * options, or cannot be read or written; the
				 * argument 'why' says which */
};

/* What is judged as one; dedup(1) has the rules. */
enum dedup_unit {
	DEDUP_UNIT_AUTO,	/* a block; but a line in it that can stand
				 * alone, of twice min_words or more, is one,
				 * and so is what stands between such lines */
	DEDUP_UNIT_LINE,	/* a line */
	DEDUP_UNIT_PARAGRAPH,	/* a block between blank lines */
	DEDUP_UNIT_DOCUMENT,	/* a document */
};

/* Where a copy is looked for. */
enum dedup_scope {
	DEDUP_SCOPE_ALL,	/* all documents so far */
	DEDUP_SCOPE_DOCUMENT,	/* the document itself */
};

/* Which copy stays. */
enum dedup_keep {
	DEDUP_KEEP_FIRST,
	DEDUP_KEEP_NONE,	/* needs another pass: dedup_again() */
};

/*
 * Why a unit goes.  The text that says it may have gone itself, for a still
 * earlier one: the witness is at the end of that chain, and stays.
 */
enum dedup_reason {
	DEDUP_EXACT,		/* an earlier text has the same words */
	DEDUP_NEAR,		/* one says all of it in one piece, and is not
				 * much longer */
	DEDUP_SIMILAR,		/* resemblance of 'threshold' or more to it */
	DEDUP_REPEAT,		/* says again what stands directly before */
	DEDUP_LEAD,		/* said in full soon after: a cut-off lead, a
				 * caption before the same with a credit */
	DEDUP_CONTAINED,	/* stands word for word in an earlier text */
	DEDUP_BOILERPLATE,	/* the same words stand in many documents */
	DEDUP_LISTED,		/* a reference text or table says it, or it
				 * holds a text of one */
	DEDUP_HEADING,		/* shorter than min_words, or a part (what means
				 * little by itself), beside what goes; the
				 * same stands there at the witness */
	DEDUP_NREASONS		/* of this version: a library may know more */
};
#define DEDUP_REASONS_MAX 16		/* no version has more */

/* The defaults stand first; dedup_options_init() sets them. */
struct dedup_options {
	size_t size;			/* sizeof(struct dedup_options) */
	unsigned unit;			/* DEDUP_UNIT_AUTO */
	unsigned scope;			/* DEDUP_SCOPE_ALL */
	unsigned keep;			/* DEDUP_KEEP_FIRST */
	unsigned min_words;		/* 5; from 1: a shorter unit, or a part,
					 * is compared only with the one before
					 * it, and as a heading */
	unsigned ngram;			/* 3; 1 to DEDUP_NGRAM_MAX: words in a
					 * shingle of 'threshold' and
					 * 'contained' */
	double threshold;		/* 0: off; over 0, to 1: least
					 * resemblance of DEDUP_SIMILAR; then
					 * only what stays is compared with */
	bool exact;			/* false; no near-duplicates: 'ngram',
					 * 'threshold' and 'contained' have no
					 * effect */
	bool fold_digits;		/* false; all numbers are equal */
	bool contained;			/* false; DEDUP_CONTAINED too */
	bool places;			/* true; remember where witnesses stand;
					 * else removal.witness is all 0 */
	bool can_forget;		/* false; note what each document is
					 * recorded by, for dedup_forget() */
	bool seeded;			/* false; derive the secret of the
					 * fingerprints from 'seed' instead of
					 * drawing it at random */
	uint64_t seed;			/* 0 */
	uint64_t boilerplate;		/* 0: off; from 2: a line or block that
					 * is in so many documents goes from
					 * all; needs another pass unless
					 * a table with counts is loaded */
	double boilerplate_share;	/* 0: off; over 0, to 1: the same, in
					 * such a share of all documents, two
					 * at least; for boilerplate = 0 */
	bool count;			/* false; count what is in how many
					 * documents, for dedup_top() and
					 * dedup_save(), even if nothing else
					 * needs it */
	bool counts_only;		/* false; count what is in how many
					 * documents, in one pass, and do
					 * nothing else: nothing goes, nothing
					 * is known, and dedup_save() saves what
					 * was loaded and these counts */
	uint64_t memory;		/* 0: no limit; bytes for what is known:
					 * of text kept, of reference texts, and
					 * counts (half of it while these are
					 * made).  Once it is full, nothing more
					 * is recorded, or counted */
	unsigned threads;		/* 1; to 256; how many work inside of
					 * dedup_documents(), and dedup_feed()
					 * and dedup_end() of long texts.
					 * 0: one for each processor it may
					 * use */
};

/* Where a unit stands. */
struct dedup_place {
	uint64_t document;
	uint64_t offset;		/* in the document */
	uint64_t line;			/* in the document */
	unsigned table;			/* 0: it was fed; i, from 1: it is known
					 * from the i-th table that was loaded,
					 * and 'document' is one of those */
};

/*
 * Bytes begin to end go: a unit, or the part of one that stands in one piece,
 * with its newlines, and the blank lines that go along.  These are right before
 * the unit or right after it, or there are none:
 * begin <= unit_begin < unit_end <= end.  The removals of a document ascend and
 * do not overlap.  Each comes in one verdict, whole, whatever the sizes of the
 * pieces.
 */
struct dedup_removal {
	uint64_t begin, end;
	uint64_t unit_begin, unit_end;	/* without those blank lines */
	uint64_t line;			/* of unit_begin */
	unsigned reason;		/* an enum dedup_reason */
	double resemblance;		/* to the text that says it, 0 to 1:
					 * 2M/(|a|+|b|); M is the length of the
					 * longest common subsequence of the
					 * words (Myers 1986); 1 unless
					 * DEDUP_NEAR, DEDUP_SIMILAR or
					 * DEDUP_LISTED */
	struct dedup_place witness;	/* the copy that stays; for DEDUP_LEAD
					 * where the full text begins, later
					 * on; for DEDUP_HEADING the same words
					 * beside that copy; with
					 * DEDUP_KEEP_NONE and for
					 * DEDUP_BOILERPLATE another copy.  Of
					 * boilerplate that a table has counted
					 * only 'table' is known, and 'document'
					 * is UINT64_MAX */
	uint64_t documents;		/* DEDUP_BOILERPLATE: how many have it;
					 * else 0 */
};

/* What is settled of the open document.  After an error all of it is 0. */
struct dedup_verdict {
	const struct dedup_removal *removals;	/* new since the last verdict,
						 * in ascending order; valid
						 * until the next call */
	size_t nremovals;
	uint64_t begin;		/* 'decided' of the verdict before, or 0: where
				 * the text began that the call was given */
	uint64_t decided;	/* bytes of the document before this are to be
				 * kept, but for the removals so far, which all
				 * stand before it; it never goes down within a
				 * document */
	uint64_t words;		/* words of the document in what is kept there;
				 * what was too long to judge counts as one for
				 * each 8 bytes */
};

struct dedup_stats {
	size_t size;		/* sizeof(struct dedup_stats) */
	uint64_t documents;	/* begun */
	uint64_t bytes;		/* fed */
	uint64_t units;		/* judged, kept ones and removed ones */
	uint64_t removed[DEDUP_REASONS_MAX];	/* units by reason */
	uint64_t removed_bytes;	/* blank lines included */
	uint64_t oversize;	/* units too long to judge, kept */
	uint64_t unrecorded;	/* units not remembered: no memory; in all
				 * passes */
	uint64_t memory;	/* bytes held */
	bool full;		/* options.memory, or all there is, is full:
				 * nothing more is recorded, or counted */
	uint64_t lines;		/* with words, in units that were judged */
	uint64_t short_lines;	/* of those, lines that are no compared unit by
				 * themselves */
	uint64_t given_up;	/* comparisons of units that took more steps
				 * than a unit may: it stayed */
};

struct dedup;

/*
 * Fill in the defaults and the size.  Call dedup_options_init(); it hands over
 * the size that the caller was compiled with.  An option that only one of the
 * caller and the library knows has its default.
 */
DEDUP_API void dedup_options_fill(struct dedup_options *opt, size_t size);

static inline void
dedup_options_init(struct dedup_options *opt)
{
	dedup_options_fill(opt, sizeof(*opt));
}

/*
 * Set an option by name, as a user typed it.  Names, values and ranges are
 * those of dedup(1): "min-words" and "8", without hyphens before the name.  A
 * flag such as "exact" takes NULL, and becomes true.  "seed" sets 'seeded' too;
 * "boilerplate" sets one of its two fields, and the other one becomes 0.
 *
 * True, and 'why' is empty; or false, *opt is as it was, and 'why' says in a
 * line what is wrong, without name and value: "not a whole number from 1 to
 * 32", "no such option".  An option is also none if 'opt' has no room for it,
 * since the program was compiled for an older version.
 */
DEDUP_API bool dedup_options_set(struct dedup_options *opt, const char *name,
				 const char *value, char why[DEDUP_WHY]);

/* What there is to know of an option with a name.  All strings are static. */
struct dedup_option {
	const char *name;	/* "min-words" */
	char letter;		/* its short name in dedup(1), 'm'; 0: none */
	const char *arg;	/* what its value is called there, "N"; NULL: it
				 * is a flag, and takes none */
	const char *words;	/* the values it takes, if they are words, with
				 * spaces between: "all document"; else NULL */
	uint64_t least, most;	/* range of a whole number; else 0, 0 */
	const char *value;	/* its default, as a user would type it; "": it
				 * is off, or random */
	const char *help;	/* what it does: a line of English */
};

/*
 * The option number 'i', from 0, in the order of dedup(1); NULL behind the
 * last.  The struct may grow at its end.  The fields of struct dedup_options
 * that are for programs alone (places, can_forget, count) have no name.
 */
DEDUP_API const struct dedup_option *dedup_option_at(size_t i);

/*
 * A new state in *d, which dedup_free() ends.  'opt' is copied.  On any error
 * *d is NULL.  DEDUP_EINVAL: an option is out of range, options.size is not
 * what dedup_options_init() made it, or an option is set that the library is
 * too old to know.  DEDUP_ERANDOM, DEDUP_ENOMEM.
 */
DEDUP_API enum dedup_status dedup_new(const struct dedup_options *opt,
				      struct dedup **d);

/*
 * Free 'd' and all that it handed out.  NULL is fine, and so is a state with a
 * document open.
 */
DEDUP_API void dedup_free(struct dedup *d);

/* Begin the next document.  DEDUP_ESTATE: one is open. */
DEDUP_API enum dedup_status dedup_begin(struct dedup *d);

/*
 * Go on reading the open document.  'text' is its bytes from v->decided of the
 * last verdict on (from its start after dedup_begin()): first, unchanged, what
 * was given before and is not decided, then new bytes.  So the caller keeps
 * what is undecided, and the library need not copy it.  The text stays the
 * caller's, may move between calls, and is not looked at after the call.
 *
 * What is undecided is at most a block of 64 KiB or a unit of DEDUP_UNIT_MAX,
 * and what follows it: two units, or after a cut-off lead 8, or 64 KiB.  Where
 * each of many units is said in full by the next one, they wait for the last:
 * 512 KiB of them, and then the next one is judged as any unit is.  With more
 * threads than one, new text is gathered first, until it can be shared out:
 * 256 KiB, and more where it is long before a block ends for certain, but no
 * more than 9 MiB and one call's.
 *
 * DEDUP_ESTATE: no document is open, or 'len' is less than what was given and
 * is undecided.  DEDUP_ENOMEM: no memory; the caller keeps what was not decided
 * before the call.  DEDUP_ETABLE: a loaded table turns out to be damaged.
 * A unit that cannot be remembered for want of memory is no error: it is kept
 * and counted in dedup_stats.unrecorded.
 */
DEDUP_API enum dedup_status dedup_feed(struct dedup *d, const char *text,
				       size_t len, struct dedup_verdict *v);

/*
 * As dedup_feed(), and settle all complete lines: a block is judged as far as
 * it has come, and a cut-off lead that was not completed as any unit is.  For
 * input that pauses while somebody waits.  With it the answers do depend on how
 * the text was cut up, and the rest of the document is read by one thread.
 */
DEDUP_API enum dedup_status dedup_flush(struct dedup *d, const char *text,
					size_t len, struct dedup_verdict *v);

/* As dedup_feed(), and end the document: v->decided is its length. */
DEDUP_API enum dedup_status dedup_end(struct dedup *d, const char *text,
				      size_t len, struct dedup_verdict *v);

/* One document, all of it: dedup_begin() and dedup_end(). */
DEDUP_API enum dedup_status dedup_document(struct dedup *d, const char *text,
					   size_t len, struct dedup_verdict *v);

/*
 * What is kept of a text, up to v->decided, to 'out', which has room for 'len'
 * bytes or is 'text': how many bytes that is.  'text' and 'len' are what the
 * call was given that made this verdict; what is undecided is not touched.  All
 * of 'v' but 'words' is looked at, and the caller may have made it.  Any thread
 * may call it at any time.
 */
DEDUP_API size_t dedup_apply(const char *text, size_t len,
			     const struct dedup_verdict *v, char *out);

/* The bytes of a document: the caller's, and they need not end in NUL. */
struct dedup_text {
	const char *text;
	size_t len;
};

/*
 * Judge the 'n' documents at 'texts' in order, with options.threads threads.
 * The verdicts are those of dedup_document(), called for one after another.
 *
 * each() gets the verdict on document i, in order, in the calling thread; it is
 * valid until each() returns.  each() may call dedup_forget() and
 * dedup_get_label(), and stops the call if it returns anything but 0.
 *
 * get() may be NULL.  Else it reads or decodes document i first: *text is
 * texts[i], and becomes what is to be judged.  It is called once for each, in
 * any thread, several at a time, and returns 0, or -1: no memory.  texts[i].len
 * then says about how long the text will be: by it the work is shared out, and
 * what is held at a time is bounded (64 MiB).
 *
 * Texts stay unchanged until each() has had them.  If the call fails or stops,
 * get() may have run for documents that each() never had.
 *
 * DEDUP_ESTATE: a document is open.  DEDUP_EINVAL: each() is NULL.
 * DEDUP_ESTOP: each() wanted it; documents up to that one were judged, nothing
 * is known of those after it, and 'd' can go on.  DEDUP_ENOMEM, also if get()
 * said so, and DEDUP_ETABLE: free 'd'.
 */
DEDUP_API enum dedup_status dedup_documents(struct dedup *d,
	const struct dedup_text *texts, size_t n,
	int (*get)(void *arg, size_t i, struct dedup_text *text),
	int (*each)(void *arg, size_t i, const struct dedup_verdict *v),
	void *arg);

/*
 * The caller holds so many bytes beside, which count under options.memory from
 * now on, in place of what was said before.
 */
DEDUP_API void dedup_set_aside(struct dedup *d, uint64_t bytes);

/*
 * How many passes over all documents are to follow this one, 0 to 2.  Only the
 * verdicts of the last pass hold; those before are to be ignored.  Boilerplate
 * takes one pass to count, unless a table with counts was loaded, and
 * DEDUP_KEEP_NONE takes one to find what has copies.
 */
DEDUP_API unsigned dedup_passes_left(const struct dedup *d);

/*
 * All documents have been fed: begin the next pass.  The caller feeds the
 * same ones in the same order again, but no reference ones.  Documents are
 * counted from 0 again, or on from the reference ones.  DEDUP_ESTATE: a
 * document is open, or dedup_passes_left() is 0.
 */
DEDUP_API enum dedup_status dedup_again(struct dedup *d);

/*
 * The document that just ended is not kept after all: answers from now on are
 * as if it had never been fed.  It keeps its number, its part in dedup_stats
 * and its vote in counts of boilerplate, and memory that was full stays full.
 * Call it before the next document begins, at most once for each.
 * DEDUP_ESTATE: options.can_forget is false; a document is open; or no
 * document, or a reference one, has just ended.
 */
DEDUP_API enum dedup_status dedup_forget(struct dedup *d);

/*
 * The documents fed while this is on are for reference.  Nothing of them goes,
 * and what they say goes from the others, as DEDUP_LISTED: units of min_words
 * words or more with the same words, near ones, units that hold a reference
 * text of 8 words or more, with options.threshold similar ones,
 * and with options.contained what stands in them.  They come before all others
 * and are read once.  Other documents are numbered on from them.
 * DEDUP_ESTATE: a document is open, others were fed, or this is not the first
 * pass.  DEDUP_ENOMEM: nothing has changed.
 */
DEDUP_API enum dedup_status dedup_reference(struct dedup *d, bool on);

/* A text that stands in many documents. */
struct dedup_common {
	uint64_t documents;		/* how many have it */
	struct dedup_place first;	/* all 0 without options.places */
};

/*
 * With options.count, or where boilerplate is counted: the 'n' texts that are
 * in most documents, in two at least, to 'top', which has room for them.  The
 * most frequent comes first, and of equal ones the one that stood first.  They
 * are lines and whole blocks of the documents that were fed.  Returns how many
 * it found; SIZE_MAX where memory runs out.
 */
DEDUP_API size_t dedup_top(const struct dedup *d, struct dedup_common *top,
			   size_t n);

/*
 * Saved tables: dedup-table(5).  What a table knows is found as if the
 * documents that it was made of had been fed before.  Where these functions
 * return DEDUP_ETABLE, 'why' has a message of one line, without the file's
 * name; else it is empty.
 */
enum dedup_load {
	DEDUP_LOAD_KNOWN,	/* kept text, as if it had been fed */
	DEDUP_LOAD_LISTED,	/* reference, as of dedup_reference() */
};

/*
 * Load a table.  Tables are numbered from 1 in the order in which they are
 * loaded.  The file stays open until dedup_free(), and must not be changed in
 * place; replacing it by rename is fine.  It has to be made with the same
 * options and, if another was loaded before or options.seeded is set, with the
 * same secret; else its secret is taken over.  Of a table without units only
 * unit, min_words and fold_digits have to be the same.  DEDUP_ESTATE: something
 * was fed.  On any error it is as if it had not been
 * called.
 */
DEDUP_API enum dedup_status dedup_load(struct dedup *d, const char *path,
				       enum dedup_load kind,
				       char why[DEDUP_WHY]);

/*
 * Save what was loaded (DEDUP_LOAD_KNOWN) and what was kept since, with counts
 * if these were made.  label() gives the name of a document that was fed, by
 * its number: the *len bytes at *p, which live until the next call; it returns
 * 0, or -1 with errno.  It may be NULL: documents have no names.  The file
 * is replaced when all is on disk, and stays as it was where anything fails;
 * 'd' is as before in any case.  DEDUP_ESTATE: a document is open.
 * DEDUP_ENOMEM.
 */
DEDUP_API enum dedup_status dedup_save(const struct dedup *d, const char *path,
	int (*label)(void *arg, uint64_t document, const char **p, size_t *len),
	void *arg, char why[DEDUP_WHY]);

/*
 * The name of a document of the table with this number, from 1: the *len bytes
 * at *p, which live as long as 'd'; empty where it has none.  DEDUP_EINVAL:
 * there is no such table or document.  DEDUP_ETABLE: the table is damaged; here
 * there is no message.
 */
DEDUP_API enum dedup_status dedup_get_label(const struct dedup *d,
					    unsigned table, uint64_t document,
					    const char **p, size_t *len);

/* Does the file begin as a table does?  False where it cannot be read. */
DEDUP_API bool dedup_is_table(const char *path);

#define DEDUP_UNICODE 16		/* bytes of a version of Unicode */

/* What a table says of itself. */
struct dedup_table_info {
	size_t size;			/* sizeof(struct dedup_table_info) */
	unsigned version;		/* of the format */
	unsigned unit;			/* the options that it was made with */
	unsigned min_words, ngram;
	bool exact, fold_digits, contained, places;
	uint64_t secret_id;		/* equal for equal secrets */
	uint64_t bytes;			/* of the file */
	uint64_t units, shingles;	/* entries */
	uint64_t records_bytes;		/* of the units' words and places */
	uint64_t documents;		/* that were read */
	uint64_t counted, counts;	/* documents that were counted, texts */
	bool labels;			/* documents have names */
	char unicode[DEDUP_UNICODE];	/* that words were folded by: "15.0.0";
					 * only equal ones go together */
};

/*
 * Call dedup_table_info(); it hands over the size of the caller's struct.  It
 * does not check all of the file.  DEDUP_ETABLE, DEDUP_ENOMEM: *info is as it
 * was.
 */
DEDUP_API enum dedup_status dedup_table_info_fill(const char *path,
					struct dedup_table_info *info,
					size_t size, char why[DEDUP_WHY]);

static inline enum dedup_status
dedup_table_info(const char *path, struct dedup_table_info *info,
		 char why[DEDUP_WHY])
{
	return dedup_table_info_fill(path, info, sizeof(*info), why);
}

/* Check all of a table: DEDUP_OK, DEDUP_ETABLE or DEDUP_ENOMEM. */
DEDUP_API enum dedup_status dedup_table_test(const char *path,
					     char why[DEDUP_WHY]);

/*
 * Write to 'path', which may be one of them, what the 'n' tables know, as if
 * their documents had been fed one table after the other.  They are of the same
 * options and secret.  The merged table has no count of a text that was counted
 * in fewer than 'least' documents of all these tables: 0 keeps all counts, and
 * more is for the last merge, since what is rare in one table may be frequent
 * in all.  On DEDUP_ETABLE *bad is the number, from 0, of the table that 'why'
 * is about, or n for 'path', which stays as it was.  DEDUP_ENOMEM.
 */
DEDUP_API enum dedup_status dedup_table_merge(const char *path,
					      char *const *tables, size_t n,
					      uint64_t least, size_t *bad,
					      char why[DEDUP_WHY]);

/*
 * Claim a table, which need not exist yet, to load it and save it again; *lock
 * is for dedup_table_unlock().  The claim ends with the process, too.
 * DEDUP_ETABLE: somebody has it, or the lock, 'path' with ".lock" behind it,
 * cannot be made.
 */
DEDUP_API enum dedup_status dedup_table_lock(const char *path, int *lock,
					     char why[DEDUP_WHY]);

/* End the claim. */
DEDUP_API void dedup_table_unlock(const char *path, int lock);

/*
 * Counts so far, of this pass; reference documents are left out.
 * Call dedup_get_stats(); it hands over the size of the caller's struct.
 */
DEDUP_API void dedup_stats_fill(const struct dedup *d, struct dedup_stats *s,
				size_t size);

static inline void
dedup_get_stats(const struct dedup *d, struct dedup_stats *s)
{
	dedup_stats_fill(d, s, sizeof(*s));
}

/*
 * What the library takes for a word of a text, for who shows texts side by
 * side.  Words with the same form are equal: the form has neither case nor
 * accents, and signs only where they count.  In forms one behind the other, the
 * words of two texts are equal however they are joined and parted ("web site",
 * "website"), but for where a word is 'apart'.
 */
struct dedup_word {
	size_t off, len;	/* where it stands in the text, bytes */
	const char *form;	/* what is compared: UTF-8, but for bytes that
				 * are not, and no NUL behind it */
	size_t form_len;	/* over 0 */
	bool apart;		/* a digit or sign ends the word before it and
				 * one begins it: joined, they say another
				 * thing ("1 50", "150") */
};

/* Reads words, one text after the other.  Opaque. */
struct dedup_words;

/* DEDUP_ENOMEM. */
DEDUP_API enum dedup_status dedup_words_new(struct dedup_words **w);

/* NULL is allowed. */
DEDUP_API void dedup_words_free(struct dedup_words *w);

/*
 * The first 'most' words of text[0..len), or more of them; fewer, if there are
 * no more.  The text behind the last of them is not looked at.  *words and the
 * forms live until the next call with w.  DEDUP_ENOMEM; DEDUP_EINVAL: a line is
 * longer than 2^27 bytes.
 */
DEDUP_API enum dedup_status dedup_words_read(struct dedup_words *w,
					     const char *text, size_t len,
					     size_t most,
					     const struct dedup_word **words,
					     size_t *n);

/* What a status means: English, one line, static. */
DEDUP_API const char *dedup_strerror(enum dedup_status status);

/*
 * "exact", "near", "similar", "repeat", "lead", "contained", "boilerplate",
 * "listed" or "heading", or "unknown reason"; static.
 */
DEDUP_API const char *dedup_reason_name(unsigned reason);

/* DEDUP_VERSION of the library in use. */
DEDUP_API const char *dedup_version(void);

#ifdef __cplusplus
}
#endif

#endif
