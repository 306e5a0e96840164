/*
 * The reverse of "contained": which record does the unit contain, in a row,
 * whatever else it has?
 *
 * A record is entered under its own smallest shingle, so each shingle of the
 * unit is looked up.
 */
#include "candidates.h"
#include "rules.h"

#define AHEAD 8		/* look-ups that are prefetched */

static uint64_t
key_of(const struct table *t, const struct words *w, uint32_t i)
{
	return index_key(t, w->every[i]);
}

/*
 * Does the unit contain a record under its shingle i that is older than *best?
 * 'any': there is a *best.  0, or -1.
 */
static int
look_under(struct table *t, const struct words *w, uint32_t i,
	   struct candidate *best, bool *any)
{
	struct found f[TABLE_POSTINGS];
	int n = index_find(t, key_of(t, w, i), f);

	for (int k = 0; k < n; k++) {
		struct candidate c = { f[k].ref, 1, f[k].table };

		if (*any && !candidates_is_older(&c, best))
			continue;
		if (near_holds(t, &t->scratch, w, i, f[k].record)) {
			*best = c;
			*any = true;
		}
	}
	return n < 0 ? -1 : 0;
}

int
table_holding(struct table *t, const struct words *w, struct match *m)
{
	struct candidate best = { 0, 0, 0 };
	const unsigned char *p;
	bool any = false;

	near_begin(&t->scratch, w);
	t->scratch.left = holding_steps(w);
	for (uint32_t i = 0; i < w->nevery; i++) {
		if (i + AHEAD < w->nevery)
			buckets_prefetch(&t->index, key_of(t, w, i + AHEAD),
					 false);
		/* Equal shingles in a row are looked up once. */
		if (i > 0 && w->every[i] == w->every[i - 1])
			continue;
		if (look_under(t, w, i, &best, &any) != 0)
			return -1;
	}
	t->given_up += t->scratch.left == 0;
	if (!any)
		return 0;
	p = record_at(t, best.table, best.ref);
	if (p == NULL)
		return -1;
	*m = (struct match){
		.resemblance = 1.0, .table = best.table, .ref = best.ref,
		.place = record_place(t, best.table, best.ref, p),
	};
	return 1;
}
