/*
 * A saved table: one file, as dedup-table(5) describes it, that is mapped
 * (open.c), looked up where it lies (find.c), and merged with others in one
 * pass (merge.c).
 *
 * Opening checks the header, the bounds of all sections and their ends.  A
 * file of SAVED_SMALL bytes or less is verified in full, about a gigabyte a
 * second, and one of SAVED_EAGER bytes or less is compared with its checksums.
 * In a larger one each megabyte is compared before the first byte of it
 * counts.  No answer rests on bytes that were not compared.
 *
 * A larger file can still be hostile: checksums right, entries wrong.  Every
 * reference is checked against the mapping, and a look-up reads a bounded
 * number of slots.  So the worst is a wrong answer or EBADMSG: a unit is taken
 * for known that is not, or the reverse, or the place or label of a witness is
 * wrong.  It never reads outside the file, and the memory that comparing takes
 * is at most five times the file's bytes.
 *
 * What fails returns -1 with errno, and where there is a 'why', a message
 * without the file's name.  EBADMSG: no table, or damaged; ENOTSUP: another
 * format; EINVAL: other options or another secret; EWOULDBLOCK: locked.
 *
 * An open file may be looked up by several threads at a time.  It must not be
 * changed in place.  Replacing it by rename is harmless, and that is what all
 * writing here does.
 */
#ifndef SAVED_H
#define SAVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lines.h"
#include "ordered.h"
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

/* What shapes fingerprints, sketches and records; all of it has to agree. */
struct saved_options {
	uint32_t ngram;		/* words in a shingle */
	uint32_t min_words;	/* shorter units were not recorded */
	uint32_t unit;		/* kind of unit; the caller's numbers */
	uint32_t window;	/* of winnowing; 0: not --contained */
	uint32_t words;		/* version of how text is cut and hashed */
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
	uint64_t secret_id;	/* differs where secrets do */
	uint64_t length;	/* bytes */
	uint64_t documents;	/* seen by the runs that made it */
	uint64_t counted;	/* of these, those that counts are about */
	uint64_t labels;	/* documents that have one */
	uint64_t entries[SAVED_SECTIONS];	/* arena: grains */
	uint64_t bytes[SAVED_SECTIONS];
};

struct saved;

/* Does the file begin as one? */
bool saved_is(const char *path);

/* 0 with *f set, or -1. */
int saved_open(struct saved **f, const char *path,
	       char why[SAVED_WHY]);
void saved_close(struct saved *f);

/*
 * Was it made with these options?  0, or -1 with EINVAL.  If it has no units,
 * those do not matter that say how units are compared.
 */
int saved_check(const struct saved *f,
		const struct saved_options *want,
		char why[SAVED_WHY]);

/* What a table merged of n > 0 files has: of the first that has units. */
struct saved_options saved_options_of(struct saved *const *f, size_t n);

/* All checksums, and all that the format promises.  0, or -1. */
int saved_verify(struct saved *f, char why[SAVED_WHY]);

const unsigned char *saved_secret(const struct saved *f);
void saved_get_info(const struct saved *f, struct saved_info *i);
const char *saved_section_name(enum saved_section s);

/*
 * In how many documents the unit was counted, 0 where it was not, to *count:
 * 0, or -1.
 */
int saved_count(struct saved *f, const struct fingerprint *fp,
		uint64_t *count);

/* A document's label, empty where it has none: 0, or -1; EINVAL past the end.
 * It lives as long as 'f'. */
int saved_label(struct saved *f, uint64_t document, const char **p,
		size_t *len);

/*
 * Claim a table for as long as it takes to read it and write it anew: a
 * descriptor, or -1.  What is locked is FILE.lock, where FILE is the table
 * behind all links: a rename replaces FILE itself.  FILE.lock is removed when
 * the claim ends.
 */
int saved_lock(const char *path, char why[SAVED_WHY]);
void saved_unlock(const char *path, int lock);

/*
 * Write a table of all that these n files (1 or more) know, as if what they
 * recorded had been recorded by one after the other; documents of file i are
 * numbered after those of the files before.  The bytes are a function of what
 * is in the files, and merging in any grouping gives the same.  Replaces
 * 'path' when all is on disk, and leaves it alone on any error.  It may be one
 * of the files.  Units that were counted in fewer than 'least' documents of all
 * files have no count then.
 */
int saved_merge(const char *path, struct saved *const *f, size_t n,
		uint64_t least, char why[SAVED_WHY]);

/* What is saved beside a table; see table_save() in table.h. */
struct saved_run {
	const struct saved_options *options;
	const unsigned char *secret;	/* SAVED_SECRET bytes */
	uint64_t documents;
	/*
	 * Entries of 21 bytes or more: fingerprint, documents in 40 bits, and
	 * what is not saved; of this run alone.  NULL: none.
	 */
	const struct ordered *counts;
	uint64_t counted;
	/* The label of a document, until the next call; 0, or -1 with errno.
	 * NULL: none has any. */
	int (*label)(void *arg, uint64_t document, const char **p, size_t *len);
	void *arg;
};

/* For table.c. */

/* Records 'first' to 'end', not included, are at 'bytes'. */
struct saved_span {
	const unsigned char *bytes;
	uint64_t first, end;
};

/* A table in memory. */
struct saved_own {
	const struct ordered *exact;
	const struct lines *index;
	const struct saved_span *spans;	/* ascending */
	size_t nspans;
	uint64_t index_secret;
	uint32_t longest;	/* at least the nwords of each record */
};

/* As saved_merge(), with a run's own table, or NULL, as the last. */
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
 *	saved_bucket	index key -> references in order: how many, or -1
 *	saved_record	reference -> the whole record, or NULL
 *	saved_place	the place in a record, its document numbered in the file
 */
int saved_find(struct saved *f, const struct fingerprint *fp,
	       uint64_t *ref);
int saved_bucket(struct saved *f, uint64_t key,
		 uint64_t ref[TABLE_BUCKET]);
const unsigned char *saved_record(struct saved *f, uint64_t ref);
struct place saved_place(const struct saved *f, uint64_t ref,
			 const unsigned char *record);
void saved_prefetch_records(const struct saved *f, uint64_t key);
void saved_prefetch(const struct saved *f,
		    const struct fingerprint *fp);
void saved_prefetch_bucket(const struct saved *f, uint64_t key);

#endif
