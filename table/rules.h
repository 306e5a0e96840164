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
 * 2n / (n + m) >= 0.8; and no word is more than three joined.  Of units that
 * have as many words, one says all of the other only with the same numbers:
 * that spares a look at lines that differ in nothing else.  Units that are too
 * short are under no shingle.
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
 * Steps of comparing a unit with all its candidates: they bound the time where
 * the same words stand many times.  Ordinary text takes a tenth of them.
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

/* In natural text this is enough for a candidate, however long it is. */
static inline uint64_t
similar_steps(const struct words *w)
{
	return 8192 + 56 * (uint64_t)w->n;
}

/* From here on it is this unit, in this scratch. */
void near_begin(struct scratch *s, const struct words *w);

/* Does a record of any length say all that the unit says, in one piece? */
bool near_says(const struct table *t, struct scratch *s, const struct words *w,
	       const unsigned char *record);

/*
 * The other way round: does the unit say all that a record says, from one of
 * its words to one of its words?  The record has the shingle of the unit's word
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
 * Do numbers and lengths allow it?  What is too short is found too, by n-grams
 * that table_containing() asks for.
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

/* What takes more steps than s->lcs.left is given up: 0. */
int similar_matches(const struct table *t, struct scratch *s,
		    const struct words *w, double threshold,
		    const unsigned char *record, double *resemblance);

#endif
