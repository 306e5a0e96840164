/*
 * The fingerprint table: what every kept unit said.
 *
 *	exact	fingerprint -> record
 *	index	public shingle hash -> records, the first TABLE_BUCKET of them
 *	arena	records: place, number hash, the unit's words in order
 *
 * The index proposes, the word sequences decide.  Only kept units are here,
 * so every match is a witness; and since what has been removed leaves no
 * trace, reading one's own output again finds the table as it was and removes
 * nothing more.  The table knows no text.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shingle.h"

#define TABLE_NEAR_WORDS 8	/* shorter units are near to none */
#define TABLE_REPLACE_WORDS 10	/* in shorter ones no word may be replaced */
#define TABLE_BUCKET 8		/* records an index bucket holds */

/* Where a unit stands: counts from 0, bytes from 0, lines from 0. */
struct place {
	uint64_t document, offset, line;
};

struct table_options {
	bool near;		/* keep word sequences and the sketch index */
	bool places;		/* keep places */
	bool full_tags;		/* keep 8 bits of tag, for table_containing() */
};

/* A witness. */
struct match {
	double resemblance;
	struct place place;	/* zero without table_options.places */
};

struct table;

struct table *table_new(const struct table_options *opt, uint32_t secret);
void table_free(struct table *t);
void table_clear(struct table *t);

/*
 * Begin to fetch what the calls below will read: the slot of a fingerprint;
 * the slots of a sketch; and, once those are there, the records they name.
 */
void table_prefetch(const struct table *t, const struct fingerprint *fp);
void table_prefetch_near(const struct table *t, const struct words *w);
void table_prefetch_records(const struct table *t, const struct words *w);

/* The unit with these words: 1 with 'm' set, or 0. */
int table_find(const struct table *t, const struct fingerprint *fp,
	       struct match *m);

/*
 * A unit whose resemblance 2M/(|a|+|b|) to this one is 'threshold' or more,
 * where M is the length of their longest common subsequence of words, and
 * whose words with digits are the same in the same order.  What differs has to
 * be scattered: in stretches of two words or more may stand three words, or a
 * sixth of the shorter unit.  Below TABLE_REPLACE_WORDS only one word may be
 * added or missing.  1 with 'm' set, 0, or -1 with ENOMEM.  Of several, the one that shares most of the sketch, and
 * of these the earliest.
 */
int table_near(struct table *t, const struct words *w, double threshold,
	       struct match *m);

/* A longer unit that holds these words as they stand.  As table_near(). */
int table_containing(struct table *t, const struct words *w, struct match *m);

/*
 * Record a unit; w->code is NULL where it is to be found by fingerprint alone.
 * A unit that is known already stays as it was.  0, or -1 with ENOMEM: the
 * unit is not found by its fingerprint, but may be proposed as a near one.
 */
int table_add(struct table *t, const struct words *w, const struct place *at);

size_t table_memory(const struct table *t);
size_t table_count(const struct table *t);

#endif
