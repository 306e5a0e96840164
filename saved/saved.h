/*
 * A saved table: one file, described in dedup-table(5), that is mapped
 * (open.c), looked up in place (find.c), and merged with others in one pass
 * (merge.c).
 *
 * Opening checks the header, the bounds of all sections and their ends.  A file
 * of SAVED_SMALL bytes or less is verified completely, at about a gigabyte a
 * second, and one of SAVED_EAGER bytes or less is compared with its checksums.
 * In a larger one each megabyte is compared before its first byte is used.  No
 * answer depends on bytes that were not compared.
 *
 * A larger file can still be hostile: checksums right, entries wrong.  Every
 * reference is checked against the mapping, and a look-up reads a bounded
 * number of slots.  So the worst is a wrong answer or EBADMSG: an unknown unit
 * is taken for known, or the reverse, or the place or label of a witness is
 * wrong.  A look-up never reads outside the file, and comparing takes at most
 * five times the file's bytes of memory.
 *
 * On failure a function returns -1 with errno and, if it has 'why', a message
 * without the file's name.  EBADMSG: not a table, or damaged; ENOTSUP: another
 * format; EINVAL: other options or another secret; EWOULDBLOCK: locked.
 *
 * An open file may be looked up by several threads at a time.  It must not be
 * changed in place.  Replacing it by rename is harmless, and all functions here
 * write in that way.
 */
#ifndef SAVED_H
#define SAVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buckets.h"
#include "sorted_slots.h"
#include "record.h"
#include "shingle.h"

#define SAVED_VERSION 3
#define SAVED_WHY 200	/* bytes of a message */
#define SAVED_COUNT_WIDTH 21	/* bytes of an entry of the counts */
#define SAVED_COUNT_MOST (((uint64_t)1 << 40) - 1)
#define SAVED_SECRET 256	/* bytes of the shingler's secret */
#define SAVED_UNICODE 16	/* bytes of a version of Unicode */
#define SAVED_SMALL ((size_t)16 << 20)
#define SAVED_EAGER ((size_t)64 << 20)

/*
 * What determines fingerprints, sketches and records; all of it has to agree.
 */
struct saved_options {
	uint32_t ngram;		/* words in a shingle */
	uint32_t min_words;	/* shorter units were not recorded */
	uint32_t unit;		/* kind of unit; the caller's numbers */
	uint32_t window;	/* of winnowing; 0: not --contained */
	uint32_t words;		/* version of how text is split and hashed */
	char unicode[SAVED_UNICODE];	/* and folded: "15.0.0", then NULs */
	bool fold_digits;
	bool near;		/* as in struct table_options */
	bool places;
	bool sketch;		/* for rule "similar" */
};

enum saved_section {
	SAVED_EXACT,	/* fingerprints */
	SAVED_INDEX,	/* shingles */
	SAVED_ARENA,	/* records */
	SAVED_RUNS,		/* which records are of which run */
	SAVED_COUNTS,	/* of documents that have a unit */
	SAVED_LABELS,	/* of documents that have one: where it begins, */
	SAVED_TEXT,		/* and their bytes */
	SAVED_SECTIONS
};

struct saved_info {
	uint32_t version;
	struct saved_options options;
	uint64_t secret_id;	/* differs if secrets do */
	uint64_t length;	/* bytes */
	uint64_t documents;	/* seen by the runs that made it */
	uint64_t counted;	/* of these, those that were counted */
	uint64_t labels;	/* documents that have one */
	uint64_t entries[SAVED_SECTIONS];	/* arena: grains */
	uint64_t bytes[SAVED_SECTIONS];
};

struct saved;

/* Does the file begin as a saved table? */
bool saved_is(const char *path);

/* 0 with *f set, or -1. */
int saved_open(struct saved **f, const char *path,
	       char why[SAVED_WHY]);
void saved_close(struct saved *f);

/*
 * Was it made with these options?  0, or -1 with EINVAL.  If it has no units,
 * the options for comparing units do not matter.
 */
int saved_check(const struct saved *f,
		const struct saved_options *want,
		char why[SAVED_WHY]);

/*
 * The options of a table merged of n > 0 files: those of the first with units.
 */
struct saved_options saved_options_of(struct saved *const *f, size_t n);

/* Verify all checksums, and all that the format promises.  0, or -1. */
int saved_verify(struct saved *f, char why[SAVED_WHY]);

const unsigned char *saved_secret(const struct saved *f);
void saved_get_info(const struct saved *f, struct saved_info *i);
const char *saved_section_name(enum saved_section s);

/*
 * Set *count to the number of documents in which the unit was counted, or to 0.
 * Returns 0, or -1.
 */
int saved_count(struct saved *f, const struct fingerprint *fp,
		uint64_t *count);

/* A document's label, empty if it has none: 0, or -1; EINVAL past the end.  It
 * lives as long as 'f'. */
int saved_label(struct saved *f, uint64_t document, const char **p,
		size_t *len);

/*
 * Claim a table for as long as it takes to read it and write it anew: a
 * descriptor, or -1.  This locks FILE.lock, where FILE is the table with all
 * links resolved, since a rename replaces FILE itself.  FILE.lock is removed
 * when the claim ends.
 */
int saved_lock(const char *path, char why[SAVED_WHY]);
void saved_unlock(const char *path, int lock);

/*
 * Write a table of all that these n files (1 or more) know, as if one run had
 * recorded all their units, file after file; documents of file i are numbered
 * after those of the files before.  The bytes depend only on the contents of
 * the files, and merging in any grouping gives the same.  Replaces 'path' when
 * all is on disk, and leaves it alone on any error.  It may be one of the
 * files.  Counts of less than 'least' documents, over all files, are left out.
 */
int saved_merge(const char *path, struct saved *const *f, size_t n,
		uint64_t least, char why[SAVED_WHY]);

/* What is saved beside a table; see table_save() in table.h. */
struct saved_run {
	const struct saved_options *options;
	const unsigned char *secret;	/* SAVED_SECRET bytes */
	uint64_t documents;
	/*
	 * Entries of 21 bytes or more, of this run alone: fingerprint,
	 * documents in 40 bits, and bytes that are not saved.  NULL: none.
	 */
	const struct sorted_slots *counts;
	uint64_t counted;
	/* The label of a document, valid until the next call; 0, or -1 with
	 * errno.  NULL: there are no labels. */
	int (*label)(void *arg, uint64_t document, const char **p, size_t *len);
	void *arg;
};

/* For table.c. */

/* Records from 'first' to before 'end' are at 'bytes'. */
struct saved_span {
	const unsigned char *bytes;
	uint64_t first, end;
};

/* A table in memory. */
struct saved_own {
	const struct sorted_slots *exact;
	const struct buckets *index;
	const struct saved_span *spans;	/* ascending */
	size_t nspans;
	uint64_t index_secret;
	uint32_t longest;	/* at least the nwords of each record */
};

/* As saved_merge(), with a run's own table (or NULL) as the last source. */
int saved_write(const char *path, struct saved *const *f, size_t n,
		const struct saved_own *own,
		const struct saved_run *run,
		char why[SAVED_WHY]);

uint64_t saved_index_secret(const struct saved *f);
uint32_t saved_longest(const struct saved *f);

/*
 * Look-ups in one file, for the calls of table.h.
 *
 *	saved_find	fingerprint -> *ref: 1, 0, or -1
 *	saved_postings	index key -> references in order: how many, or -1
 *	saved_record	reference -> the whole record, or NULL
 *	saved_place	the place in a record, its document numbered in the file
 */
int saved_find(struct saved *f, const struct fingerprint *fp,
	       uint64_t *ref);
int saved_postings(struct saved *f, uint64_t key,
		   uint64_t ref[TABLE_POSTINGS]);
const unsigned char *saved_record(struct saved *f, uint64_t ref);
struct place saved_place(const struct saved *f, uint64_t ref,
			 const unsigned char *record);
void saved_prefetch_records(const struct saved *f, uint64_t key);
void saved_prefetch(const struct saved *f,
		    const struct fingerprint *fp);
void saved_prefetch_postings(const struct saved *f, uint64_t key);

#endif
