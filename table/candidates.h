/*
 * Collect candidates: the records under the shingles of a unit that pass the
 * filter.  In a header, so that the filter is inlined into the loop.
 */
#ifndef CANDIDATES_H
#define CANDIDATES_H

#include "index.h"

/*
 * Count a record once more among the candidates; returns how many candidates
 * there are.  The lists of one unit often have the same records, so the search
 * begins at *next, after the last that was found.
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
struct query {
	const uint64_t *v;	/* shingles; for rule "near" their keys */
	uint32_t n;
	bool keys;
};

/*
 * The records under the shingles that pass the filter: how many, or -1.  'c'
 * has room for CANDIDATES: for all those of a sketch, or the first ones of more
 * shingles.
 */
BODY int
candidates_collect(const struct table *t, const struct words *w,
		   const struct query *q, double threshold,
		   candidate_filter *filter, struct candidate *c)
{
	size_t have = 0, next;
	struct found f[TABLE_POSTINGS];

	for (uint32_t i = 0; i < q->n; i++) {
		uint64_t key = q->keys ? q->v[i] : index_key(t, q->v[i]);
		uint64_t ref;
		struct postings b;

		next = 0;
		/* Not all may fit: take the first ones, whatever the secret. */
		if (t->nattached > 0 || !q->keys) {
			int got = index_find(t, key, f);

			if (got < 0)
				return -1;
			for (int j = 0; j < got; j++)
				if (filter(w, threshold, f[j].record))
					have = candidates_count(c, have, &next,
						f[j].table, f[j].ref);
		} else if (t->index.n > 0 && !index_lacks(t, w, i, key)) {
			b = postings_open(t, key);
			while ((ref = postings_next(&b)) != 0)
				if (filter(w, threshold,
					   arena_at(&t->arena, ref)))
					have = candidates_count(c, have, &next,
								0, ref);
		}
	}
	return (int)have;
}

#endif
