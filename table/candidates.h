/*
 * Propose candidates: the records under the shingles of a unit, as far as the
 * filter lets them.  In a header, so that the filter becomes part of the loop.
 */
#ifndef CANDIDATES_H
#define CANDIDATES_H

#include "index.h"

/*
 * Count a record once more among the candidates; how many there are.  Buckets
 * of one unit often have the same records in the same order, so the one after
 * the last that was found, *next, comes first.
 */
static inline size_t
candidates_count(struct candidate *c, size_t have, size_t *next,
		 unsigned table, uint64_t ref)
{
	size_t i = *next;

	if (i >= have || c[i].ref != ref || c[i].table != table)
		for (i = 0; i < have; i++)
			if (c[i].ref == ref && c[i].table == table)
				break;
	*next = i + 1;
	if (i < have) {
		c[i].shared++;
		return have;
	}
	if (have == CANDIDATES)
		return have;
	c[have] = (struct candidate){ ref, 1, table };
	return have + 1;
}

/*
 * The records under v[0..n) that the filter lets: how many, or -1.  'c' has room
 * for CANDIDATES.  If 'sketch', these are the keys of the unit's sketch, else
 * any shingles of it.
 */
BODY int
candidates_propose(const struct table *t, const struct words *w,
		   const uint64_t *v, uint32_t n, bool sketch,
		   double threshold, candidate_filter *filter,
		   struct candidate *c)
{
	size_t have = 0, next;
	uint64_t ref;

	if (t->nattached > 0)
		goto attached;
	for (uint32_t i = 0; i < n && t->index.n > 0; i++) {
		uint64_t key = sketch ? v[i] : index_key(t, v[i]);
		struct bucket b;

		if (sketch && index_lacks(t, w, i, key))
			continue;
		next = 0;
		b = bucket_open(t, key);
		while ((ref = bucket_next(&b)) != 0)
			if (filter(w, threshold, arena_at(&t->arena, ref)))
				have = candidates_count(c, have, &next, 0,
							ref);
	}
	return (int)have;
attached:
	for (uint32_t i = 0; i < n; i++) {
		struct found f[TABLE_BUCKET];
		int got = index_find(t, sketch ? v[i] : index_key(t, v[i]), f);

		if (got < 0)
			return -1;
		next = 0;
		for (int j = 0; j < got; j++)
			if (filter(w, threshold, f[j].record))
				have = candidates_count(c, have, &next,
							f[j].table, f[j].ref);
	}
	return (int)have;
}

#endif
