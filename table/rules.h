/*
 * The rules by which a record is a witness for a unit.  Each has a first look,
 * before any word is compared, and then a full one: 1 with *resemblance set, 0,
 * or -1 with ENOMEM.  The unit is marked in the scratch.
 */
#ifndef RULES_H
#define RULES_H

#include "lcs.h"
#include "table_internal.h"

/* near.c */

/*
 * 2n / (n + m) >= 0.8; and no word is more than three joined.  If two units
 * have the same number of words, one contains the other only if the numbers are
 * the same; so lines that differ in a number only need no comparison.  Units
 * that are too short are under no shingle.
 */
static inline bool
near_is_possible(const struct words *w, double threshold,
		 const unsigned char *record)
{
	struct record r = record_head(record);

	(void)threshold;
	return (uint64_t)r.nwords * 2 <= (uint64_t)w->n * 3 &&
	       w->n / 3 <= r.nwords &&
	       (r.nwords != w->n || r.digits == w->digits);
}

bool near_matches(const struct table *t, struct scratch *s,
		  const struct words *w, const unsigned char *record,
		  double *resemblance);

/*
 * Steps for comparing a unit with all its candidates: they bound the time if
 * the same words occur many times.  Ordinary text takes a tenth of them.
 */
static inline uint64_t
near_steps(const struct words *w)
{
	return 1024 + 8 * (uint64_t)w->n;
}

static inline uint64_t
holding_steps(const struct words *w)
{
	return 4096 + 64 * (uint64_t)w->n;
}

/* In natural text this is enough for one candidate of any length. */
static inline uint64_t
similar_steps(const struct words *w)
{
	return 8192 + 56 * (uint64_t)w->n;
}

/* From here on it is this unit, in this scratch. */
void near_begin(struct scratch *s, const struct words *w);

/* Does a record of any length contain all words of the unit in a row? */
bool near_says(const struct table *t, struct scratch *s, const struct words *w,
	       const unsigned char *record);

/*
 * The reverse: does the unit contain all words of a record, from the beginning
 * of a word to the end of one?  The record has the shingle of the unit's word
 * number 'at'.
 */
bool near_holds(const struct table *t, struct scratch *s,
		const struct words *w, uint32_t at,
		const unsigned char *record);

/* similar.c */

/* Edits that the threshold allows between units of so many words in all. */
static inline uint32_t
edits_allowed(double threshold, uint32_t total)
{
	double allowed = (1.0 - threshold) * total + 1e-9;

	return allowed < LCS_MOST_EDITS ? (uint32_t)allowed : LCS_MOST_EDITS;
}

/*
 * Do numbers and lengths allow it?  Units that are too short are found too, by
 * the n-grams that table_containing() looks up.
 */
static inline bool
similar_is_possible(const struct words *w, double threshold,
		    const unsigned char *record)
{
	struct record r = record_head(record);
	uint32_t longer = r.nwords > w->n ? r.nwords - w->n : w->n - r.nwords;

	return r.digits == w->digits &&
	       (record_flags(record) & RECORD_SHORT) == 0 &&
	       longer <= edits_allowed(threshold, r.nwords + w->n);
}

/* From here on it is this unit, in this scratch. */
void similar_begin(struct scratch *s, const struct words *w);

/* If it takes more steps than s->lcs.left, it is given up: 0. */
int similar_matches(const struct table *t, struct scratch *s,
		    const struct words *w, double threshold,
		    const unsigned char *record, double *resemblance);

#endif
