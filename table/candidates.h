/*
 * Propose candidates: the records under the shingles of a unit, as far as the
 * filter lets them.  In a header, so that the filter becomes part of the loop.
 */
#ifndef CANDIDATES_H
#define CANDIDATES_H

#include "index.h"

/*
 * Count a record once more among the candidates; how many there are.  Buckets
 * of one unit often have the same records, so the one after the last that was
 * found, *next, comes first.
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

/* What is looked up to find candidates. */
struct asked {
	const uint64_t *v;	/* shingles, or keys of the unit's sketch */
	uint32_t n;
	bool sketch;		/* these are such keys */
	uint32_t open;		/* so many buckets that have room left are
				 * enough; UINT32_MAX: all are looked into */
	uint8_t *room;		/* of each bucket that was looked into: the
				 * records that still fit; or NULL */
	uint32_t looked;	/* set: how many of v[] were looked up */
};

/*
 * The records under the shingles that the filter lets: how many, or -1.  'c'
 * has room for CANDIDATES: for all of a sketch, and for the first ones of more
 * shingles.
 */
BODY int
candidates_propose(const struct table *t, const struct words *w,
		   struct asked *a, double threshold,
		   candidate_filter *filter, struct candidate *c)
{
	size_t have = 0, next;
	uint32_t i = 0, open = 0;
	struct found f[TABLE_BUCKET];

	for (; i < a->n && open < a->open; i++) {
		uint64_t key = a->sketch ? a->v[i] : index_key(t, a->v[i]);
		uint64_t ref;
		struct bucket b;
		int got = 0;

		next = 0;
		/* Not all may fit: the first ones, under any secret. */
		if (t->nattached > 0 || !a->sketch) {
			got = index_find(t, key, f);
			if (got < 0)
				return -1;
			for (int j = 0; j < got; j++)
				if (filter(w, threshold, f[j].record))
					have = candidates_count(c, have, &next,
						f[j].table, f[j].ref);
		} else if (t->index.n > 0 && !index_lacks(t, w, i, key)) {
			b = bucket_open(t, key);
			for (; (ref = bucket_next(&b)) != 0; got++)
				if (filter(w, threshold,
					   arena_at(&t->arena, ref)))
					have = candidates_count(c, have, &next,
								0, ref);
		}
		open += got < TABLE_BUCKET;
		if (a->room != NULL)
			a->room[i] = (uint8_t)(TABLE_BUCKET - got);
	}
	a->looked = i;
	return (int)have;
}

#endif
