/* Longest common subsequence, greedy by the number of edits. */
#include "lcs.h"

/* How far a and b agree. */
static inline size_t
common(const uint32_t *a, const uint32_t *b, size_t most)
{
	size_t n = 0;

	while (n < most && a[n] == b[n])
		n++;
	return n;
}

uint32_t
lcs_edits(const uint32_t *a, size_t na, const uint32_t *b, size_t nb,
	  uint32_t most)
{
	/* reach[k]: the farthest x on diagonal x - y = k - middle. */
	size_t reach[2 * LCS_MOST_EDITS + 3];
	const size_t middle = LCS_MOST_EDITS + 1;
	size_t n = common(a, b, na < nb ? na : nb);

	a += n, na -= n;
	b += n, nb -= n;
	while (na > 0 && nb > 0 && a[na - 1] == b[nb - 1])
		na--, nb--;
	if (na == 0 || nb == 0)
		return na + nb <= most ? (uint32_t)(na + nb) : most + 1;
	if ((na > nb ? na - nb : nb - na) > most)
		return most + 1;
	reach[middle + 1] = 0;
	for (uint32_t d = 0; d <= most; d++) {
		for (size_t k = middle - d; k <= middle + d; k += 2) {
			size_t x, y;

			if (k == middle - d ||
			    (k != middle + d && reach[k - 1] < reach[k + 1]))
				x = reach[k + 1];
			else
				x = reach[k - 1] + 1;
			y = x + middle - k;
			if (x < na && y < nb) {
				size_t room = na - x < nb - y ? na - x : nb - y;

				n = common(a + x, b + y, room);
				x += n;
				y += n;
			}
			reach[k] = x;
			if (x >= na && y >= nb)
				return d;
		}
	}
	return most + 1;
}
