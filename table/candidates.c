/* Candidates: which records share shingles with a unit, and how many. */
#include "table_internal.h"

/* The table's own number is 0, and 0 - 1 is the largest. */
bool
candidates_is_older(const struct candidate *a, const struct candidate *b)
{
	return a->table == b->table ? a->ref < b->ref :
	       a->table - 1 < b->table - 1;
}

bool
candidates_is_before(const struct candidate *a, const struct candidate *b)
{
	return a->shared != b->shared ? a->shared > b->shared :
	       candidates_is_older(a, b);
}

void
candidates_sort(struct candidate *c, size_t n, candidates_order *before)
{
	for (size_t i = 1; i < n; i++) {
		struct candidate x = c[i];
		size_t j = i;

		for (; j > 0 && before(&x, &c[j - 1]); j--)
			c[j] = c[j - 1];
		c[j] = x;
	}
}
