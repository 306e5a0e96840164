/*
 * Rule "contained": the words of a unit stand in a longer one that was kept, in
 * one piece.
 */
#include "candidates.h"

/* Does b[0..nb) stand in a[0..na) as it is? */
static bool
stands_in(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	const unsigned char *p = (const unsigned char *)a, *end = p + 4 * na;

	while ((p = memmem(p, (size_t)(end - p), b, 4 * nb)) != NULL) {
		if ((size_t)(p - (const unsigned char *)a) % 4 == 0)
			return true;
		p++;
	}
	return false;
}

static bool
is_longer(const struct words *w, double threshold, const unsigned char *p)
{
	(void)threshold;
	return record_head(p).nwords > w->n;
}

int
table_containing(struct table *t, const struct words *w, struct match *m)
{
	struct scratch *s = &t->scratch;
	struct candidate c[CANDIDATES];
	int n = candidates_propose(t, w, w->winnowed, w->nwinnowed, 0.0,
				   is_longer, c);

	if (n < 0)
		return -1;
	candidates_sort(c, (size_t)n);
	for (int i = 0; i < n; i++) {
		const unsigned char *p = record_at(t, c[i].table, c[i].ref);
		uint32_t nwords;

		if (p == NULL)
			return -1;
		nwords = record_head(p).nwords;
		if (scratch_take_unit(s, w, 8) != 0 ||
		    scratch_take_record(t, s, p, nwords, 8) != 0)
			return -1;
		if (!stands_in(s->other, nwords, s->mine, w->n))
			continue;
		*m = (struct match){
			1.0, record_place(t, c[i].table, c[i].ref, p),
			c[i].table,
		};
		return 1;
	}
	return 0;
}
