/* Longest common subsequence, greedy by the number of edits. */
#include "lcs.h"

#include <stdbool.h>
#include <stdlib.h>

/* How far a and b agree. */
static inline size_t
common(const uint32_t *a, const uint32_t *b, size_t most)
{
	size_t n = 0;

	while (n < most && a[n] == b[n])
		n++;
	return n;
}

/* The farthest x on each diagonal x - y = k - MIDDLE. */
#define MIDDLE ((size_t)LCS_MOST_EDITS + 1)

struct frontier {
	size_t x[2 * LCS_MOST_EDITS + 3];
};

/* Does the way to diagonal k with d edits come down from k + 1? */
static inline bool
comes_down(const struct frontier *f, size_t k, size_t d)
{
	return k == MIDDLE - d ||
	       (k != MIDDLE + d && f->x[k - 1] < f->x[k + 1]);
}

/* One edit more, the d-th, on every diagonal; have both ends been reached? */
static bool
advance(struct frontier *f, const uint32_t *a, size_t na, const uint32_t *b,
	size_t nb, size_t d)
{
	for (size_t k = MIDDLE - d; k <= MIDDLE + d; k += 2) {
		size_t x = comes_down(f, k, d) ? f->x[k + 1] : f->x[k - 1] + 1;
		size_t y = x + MIDDLE - k;

		if (x < na && y < nb) {
			size_t n = common(a + x, b + y,
					  na - x < nb - y ? na - x : nb - y);

			x += n;
			y += n;
		}
		f->x[k] = x;
		if (x >= na && y >= nb)
			return true;
	}
	return false;
}

/* Leave away what a and b begin and end with alike. */
static void
trim(const uint32_t **a, size_t *na, const uint32_t **b, size_t *nb)
{
	size_t n = common(*a, *b, *na < *nb ? *na : *nb);

	*a += n, *na -= n;
	*b += n, *nb -= n;
	while (*na > 0 && *nb > 0 && (*a)[*na - 1] == (*b)[*nb - 1])
		--*na, --*nb;
}

uint32_t
lcs_edits(const uint32_t *a, size_t na, const uint32_t *b, size_t nb,
	  uint32_t most)
{
	struct frontier f;

	trim(&a, &na, &b, &nb);
	if ((na > nb ? na - nb : nb - na) > most)
		return most + 1;
	f.x[MIDDLE + 1] = 0;
	for (uint32_t d = 0; d <= most; d++)
		if (advance(&f, a, na, b, nb, d))
			return d;
	return most + 1;
}

/* A place where a and b differ, as it is found from its end on. */
struct stretch {
	uint32_t deleted, inserted;
};

static uint32_t
words_of(struct stretch s)
{
	return s.deleted > 1 || s.inserted > 1 ? s.deleted + s.inserted : 0;
}

int
lcs_stretches(const uint32_t *a, size_t na, const uint32_t *b, size_t nb,
	      uint32_t edits, uint32_t *words)
{
	struct stretch s = { 0, 0 };
	struct frontier f;
	uint32_t *rows;		/* row d: x at diagonals -d, -d + 2, ... d */
	size_t x, y;

	*words = 0;
	trim(&a, &na, &b, &nb);
	rows = malloc(((size_t)edits + 1) * (edits + 2) / 2 * sizeof(*rows));
	if (rows == NULL)
		return -1;
	f.x[MIDDLE + 1] = 0;
	for (size_t d = 0; d <= edits; d++) {
		bool done = advance(&f, a, na, b, nb, d);

		for (size_t i = 0; i <= d; i++)
			rows[d * (d + 1) / 2 + i] =
				(uint32_t)f.x[MIDDLE - d + 2 * i];
		if (done)
			break;
	}
	/* Back from the end: the edit before each run of common words. */
	x = na;
	y = nb;
	for (size_t d = edits; d > 0; d--) {
		const uint32_t *row = rows + (d - 1) * d / 2;
		size_t i = (x + d - y) / 2;	/* of diagonal x - y + 1 */
		bool down = i == 0 || (i != d && row[i - 1] < row[i]);
		size_t px = down ? row[i] : row[i - 1];
		size_t py = down ? px + y - x - 1 : px + y + 1 - x;

		/* The edit ends at (px, py + 1) or (px + 1, py). */
		if (x > px + !down) {
			*words += words_of(s);
			s = (struct stretch){ 0, 0 };
		}
		s.inserted += down;
		s.deleted += !down;
		x = px;
		y = py;
	}
	*words += words_of(s);
	free(rows);
	return 0;
}
