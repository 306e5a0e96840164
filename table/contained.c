/*
 * Rule "contained": a recorded unit contains all words of the unit in a row,
 * however much longer it is.
 */
#include "candidates.h"
#include "rules.h"

/* Can it be long enough?  A word is at most three joined. */
static bool
may_contain(const struct words *w, double threshold, const unsigned char *p)
{
	(void)threshold;
	return w->n / 3 <= record_head(p).nwords;
}

int
table_containing(struct table *t, const struct words *w, struct match *m)
{
	struct candidate c[CANDIDATES];
	struct query q = {
		.v = w->winnowed, .n = w->nwinnowed,
	};
	int n = candidates_collect(t, w, &q, 0.0, may_contain, c);

	if (n < 0)
		return -1;
	candidates_sort(c, (size_t)n, candidates_is_before);
	near_begin(&t->scratch, w);
	for (int i = 0; i < n; i++) {
		const unsigned char *p = record_at(t, c[i].table, c[i].ref);

		if (p == NULL)
			return -1;
		if (!near_says(t, &t->scratch, w, p))
			continue;
		*m = (struct match){
			.resemblance = 1.0,
			.place = record_place(t, c[i].table, c[i].ref, p),
			.table = c[i].table, .ref = c[i].ref,
		};
		return 1;
	}
	return 0;
}
