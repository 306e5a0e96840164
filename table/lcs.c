/*
 * Longest common subsequence, a row of bits at a time.
 *
 * L(i, j) is its length for the first i words of a and the first j of b.  Bit i
 * - 1 of v, after j words of b, is 0 if L(i, j) = L(i - 1, j) + 1.  The bits m
 * are the places of the next word of b in a.  Then
 *
 *	v' = (v + (v & m)) | (v & ~m)
 *
 * With few edits i and j stay near each other, so only a band of each row is
 * computed: words before it do not change, and words after it are all ones.
 */
#include "lcs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

#define NONE UINT32_MAX
#define BITS 64

/* Slots for so many words: a power of two, at least half of them empty. */
static size_t
slots_for(size_t n)
{
	size_t slots = 16;

	while (slots < 2 * n)
		slots *= 2;
	return slots;
}

static size_t
bit_words(size_t n)
{
	return n / BITS + 1;
}

size_t
lcs_bytes(size_t n)
{
	return n == 0 ? 0 : 3 * slots_for(n) * sizeof(uint32_t) +
	       n * sizeof(uint32_t) + 2 * bit_words(n) * sizeof(uint64_t);
}

size_t
lcs_memory(const struct lcs *l)
{
	return lcs_bytes(l->room);
}

void
lcs_free(struct lcs *l)
{
	free(l->word);
	free(l->first);
	free(l->head);
	free(l->next);
	free(l->v);
	free(l->m);
	*l = (struct lcs){ .a = NULL };
}

/* The slot of a word, or an empty one. */
static size_t
slot_of(const struct lcs *l, uint32_t word)
{
	size_t mask = l->nslots - 1;
	size_t i = (word * 0x9e3779b97f4a7c15u >> 32) & mask;

	while (l->first[i] != NONE && l->word[i] != word)
		i = (i + 1) & mask;
	return i;
}

static int
reserve(struct lcs *l, size_t n)
{
	size_t slots = slots_for(n);

	if (n <= l->room)
		return 0;
	l->room = 0;
	if (array_resize(&l->word, slots, sizeof(*l->word)) != 0 ||
	    array_resize(&l->first, slots, sizeof(*l->first)) != 0 ||
	    array_resize(&l->head, slots, sizeof(*l->head)) != 0 ||
	    array_resize(&l->next, n, sizeof(*l->next)) != 0 ||
	    array_resize(&l->v, bit_words(n), sizeof(*l->v)) != 0 ||
	    array_resize(&l->m, bit_words(n), sizeof(*l->m)) != 0)
		return -1;
	memset(l->m, 0, bit_words(n) * sizeof(*l->m));
	l->room = n;
	return 0;
}

int
lcs_take(struct lcs *l, const uint32_t *a, size_t na)
{
	if (reserve(l, na) != 0)
		return -1;
	l->a = a;
	l->na = na;
	if (na == 0)
		return 0;
	l->nslots = slots_for(na);
	memset(l->first, 0xff, l->nslots * sizeof(*l->first));
	for (size_t i = na; i-- > 0; ) {
		size_t at = slot_of(l, a[i]);

		l->word[at] = a[i];
		l->next[i] = l->first[at];
		l->first[at] = (uint32_t)i;
	}
	return 0;
}

/* How many words a and b have in common at the beginning. */
static inline size_t
common(const uint32_t *a, const uint32_t *b, size_t most)
{
	size_t n = 0;

	while (n < most && a[n] == b[n])
		n++;
	return n;
}

/* What is left of a and b without the words that both begin and end with. */
struct rest {
	size_t skip;		/* words in common before it */
	const uint32_t *a, *b;
	size_t na, nb;
	size_t deleted, inserted;	/* words of a and of b, at most */
};

/* False: their lengths alone differ by more. */
static bool
trim(const struct lcs *l, const uint32_t *b, size_t nb, uint32_t most,
     struct rest *r)
{
	size_t na = l->na, n = common(l->a, b, na < nb ? na : nb);
	size_t differ = na > nb ? na - nb : nb - na;

	*r = (struct rest){ n, l->a + n, b + n, na - n, nb - n, 0, 0 };
	while (r->na > 0 && r->nb > 0 &&
	       r->a[r->na - 1] == r->b[r->nb - 1])
		r->na--, r->nb--;
	if (differ > most)
		return false;
	r->deleted = (most - differ) / 2 + (na > nb ? differ : 0);
	r->inserted = (most - differ) / 2 + (nb > na ? differ : 0);
	return true;
}

/* The words of v in the band of row j: from .. to - 1. */
static inline size_t
band_from(const struct rest *r, size_t j)
{
	return (j > r->inserted ? j - r->inserted : 0) / BITS;
}

static inline size_t
band_end(const struct rest *r, size_t j)
{
	size_t end = j + r->deleted + 1;

	return end < r->na ? end : r->na;
}

/* Set in l->m the places of the word b[j] in the band: how many. */
static size_t
mark(struct lcs *l, const struct rest *r, size_t j)
{
	size_t slot = slot_of(l, r->b[j]);
	size_t from = r->skip + band_from(r, j) * BITS;
	size_t end = r->skip + band_end(r, j);
	uint32_t p = l->head[slot];
	size_t n = 0;

	while (p != NONE && p < from)
		p = l->next[p];
	l->head[slot] = p;
	for (; p != NONE && p < end; p = l->next[p], n++) {
		size_t i = p - r->skip;

		l->m[i / BITS] |= (uint64_t)1 << i % BITS;
	}
	return n;
}

static void
next_row(struct lcs *l, size_t from, size_t to)
{
	uint64_t carry = 0;

	for (size_t k = from; k < to; k++) {
		uint64_t v = l->v[k], u = v & l->m[k], sum = v + u;
		uint64_t out = sum < u;

		sum += carry;
		carry = out | (sum < carry);
		l->v[k] = sum | (v & ~l->m[k]);
		l->m[k] = 0;
	}
}

/*
 * Compute all rows; 'rows', unless NULL, gets the band of each, 'width' words a
 * row.  False if that takes more steps than are left.
 */
static bool
fill(struct lcs *l, const struct rest *r, uint64_t *rows, size_t width)
{
	memset(l->v, 0xff, bit_words(r->na) * sizeof(*l->v));
	memcpy(l->head, l->first, l->nslots * sizeof(*l->head));
	for (size_t j = 0; j < r->nb; j++) {
		size_t from = band_from(r, j), end = band_end(r, j), to, n;

		if (from * BITS >= end)
			continue;
		to = (end - 1) / BITS + 1;
		n = mark(l, r, j);
		if (n > 0)
			next_row(l, from, to);
		n += 4 + (n > 0 ? to - from : 0);
		l->left -= n < l->left ? n : l->left;
		if (l->left == 0)
			return false;
		if (rows != NULL)
			memcpy(rows + j * width, l->v + from,
			       (to - from) * sizeof(*rows));
	}
	return true;
}

uint32_t
lcs_edits(struct lcs *l, const uint32_t *b, size_t nb, uint32_t most)
{
	struct rest r;
	size_t edits;

	if (!trim(l, b, nb, most, &r))
		return most + 1;
	edits = r.na + r.nb;
	if (r.na > 0 && r.nb > 0) {
		if (!fill(l, &r, NULL, 0))
			return most + 1;
		for (size_t k = 0; k < bit_words(r.na); k++)
			edits -= 2 * (size_t)__builtin_popcountll(~l->v[k]);
	}
	return edits > most ? most + 1 : (uint32_t)edits;
}

/* A place where a and b differ. */
struct gap {
	uint32_t deleted, inserted;
};

static uint32_t
words_of(struct gap s)
{
	return s.deleted > 1 || s.inserted > 1 ? s.deleted + s.inserted : 0;
}

/* Is L(i, j) = L(i - 1, j)? */
static bool
is_deletion(const struct rest *r, const uint64_t *rows, size_t width, size_t i,
	    size_t j)
{
	size_t from, k = (i - 1) / BITS;

	if (j == 0 || i > band_end(r, j - 1))
		return true;
	from = band_from(r, j - 1);
	return k >= from && (rows[(j - 1) * width + k - from] >>
			     (i - 1) % BITS & 1) != 0;
}

int
lcs_gaps(struct lcs *l, const uint32_t *b, size_t nb, uint32_t edits,
	 uint32_t *words)
{
	struct gap s = { 0, 0 };
	uint64_t *rows = NULL;
	size_t width, i, j;
	struct rest r;

	*words = 0;
	if (!trim(l, b, nb, edits, &r))
		return 0;
	width = (r.deleted + r.inserted) / BITS + 2;
	if (r.na > 0 && r.nb > 0) {
		rows = calloc(r.nb, width * sizeof(*rows));
		if (rows == NULL)
			return -1;
		if (!fill(l, &r, rows, width)) {
			*words = edits;
			free(rows);
			return 0;
		}
	}
	/* Go back from the end; take words in common first. */
	for (i = r.na, j = r.nb; i > 0 || j > 0; ) {
		if (i > 0 && j > 0 && r.a[i - 1] == r.b[j - 1]) {
			*words += words_of(s);
			s = (struct gap){ 0, 0 };
			i--, j--;
		} else if (i > 0 && is_deletion(&r, rows, width, i, j)) {
			s.deleted++;
			i--;
		} else {
			s.inserted++;
			j--;
		}
	}
	*words += words_of(s);
	free(rows);
	return 0;
}
