/* Shingles that are n-grams of words: which of them are chosen. */
#include "ngrams.h"

#include "mix.h"

/*
 * XXH32 of three 32-bit values, seed 0, written out so that the compiler can
 * use vectors of shingles.
 */
BODY uint32_t
hash_three(const uint32_t *v)
{
	uint32_t h = XXH_PRIME32_5 + 12;

	for (unsigned i = 0; i < 3; i++) {
		h += v[i] * XXH_PRIME32_3;
		h = (h << 17 | h >> 15) * XXH_PRIME32_4;
	}
	h = (h ^ h >> 15) * XXH_PRIME32_2;
	h = (h ^ h >> 13) * XXH_PRIME32_3;
	return h ^ h >> 16;
}

BODY void
hash_threes_body(const uint32_t *restrict v, uint32_t *restrict to, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = hash_three(v + i);
}

static void
hash_threes(const uint32_t *v, uint32_t *to, uint32_t n)
{
	hash_threes_body(v, to, n);
}

WIDE static void
hash_threes_wide(const uint32_t *v, uint32_t *to, uint32_t n)
{
	hash_threes_body(v, to, n);
}

/* Words in a shingle of a unit; a unit of fewer words is one shingle. */
static uint32_t
shingle_words(const struct shingler *s, uint32_t nwords)
{
	return nwords < s->ngram ? nwords : s->ngram;
}

/*
 * Set s->shingle to the ranks of the unit's shingles: how many.  A rank is the
 * XXH32 of the public hashes of a shingle's words.
 */
static uint32_t
hash_shingles(struct shingler *s, uint32_t nwords)
{
	uint32_t ngram = shingle_words(s, nwords);
	uint32_t n = nwords - ngram + 1;

	if (ngram == 3)
		(s->wide ? hash_threes_wide : hash_threes)
			(s->public, s->shingle, n);
	else
		for (uint32_t i = 0; i < n; i++)
			s->shingle[i] = XXH32(s->public + i,
				ngram * sizeof(*s->public), 0);
	return n;
}

/*
 * All 64 bits of the shingle at word i.  Only the few chosen shingles need the
 * lower bits.
 */
static inline uint64_t
whole_hash(const struct shingler *s, uint32_t i, uint32_t ngram)
{
	const uint32_t *v = s->public + i;
	uint64_t more;

	if (ngram == 3)
		/* Digits of pi again. */
		more = fold((v[0] | (uint64_t)v[1] << 32) ^ 0xa4093822299f31d0,
			    v[2] ^ 0x082efa98ec4e6c89);
	else
		more = XXH3_64bits(v, ngram * sizeof(*v));
	return (uint64_t)s->shingle[i] << 32 | (uint32_t)more;
}

/*
 * Set 'to' to the numbers of the 'most' smallest distinct values of v[0..n),
 * ascending.  First a bound is guessed, under which are a few more than 'most'
 * values.
 */
static uint32_t
smallest_few(const struct shingler *s, const uint32_t *v, uint32_t n,
	     uint32_t *to, uint32_t most)
{
	uint32_t few[SORT_FEW + VECTOR_SLACK + 1];
	uint32_t at[SORT_FEW + VECTOR_SLACK + 1];
	uint32_t order[SORT_FEW];
	uint32_t got = 0, k = n;
	bool all = n <= 2 * most;
	uint64_t taken;

	if (!all) {
		uint64_t bound = ((uint64_t)1 << 32) * (most + most / 2) / n;

		do {
			k = take_below(v, n, bound > UINT32_MAX ? UINT32_MAX :
				       (uint32_t)bound, few, at, s->wide);
			bound *= 2;
		} while (k < most && bound <= (uint64_t)1 << 33);
		v = few;
	}
	if (k > SORT_FEW)
		return UINT32_MAX;
	taken = sort_few(v, k, order, s->wide);
	for (; taken != 0 && got < most; taken &= taken - 1) {
		/* cppcheck-suppress uninitvar; sort_few() has filled it */
		uint32_t i = order[__builtin_ctzll(taken)];

		/* cppcheck-suppress uninitvar; take_below() has filled it */
		to[got++] = all ? i : at[i];
	}
	return got;
}

/* The same for any values, even if many are equal. */
static uint32_t
smallest_any(const uint32_t *v, uint32_t n, uint32_t *to, uint32_t most)
{
	uint32_t got = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t x = v[i], j = got;

		if (got == most && x >= v[to[most - 1]])
			continue;
		while (j > 0 && v[to[j - 1]] > x)
			j--;
		if (j > 0 && v[to[j - 1]] == x)
			continue;
		if (got < most)
			got++;
		memmove(to + j + 1, to + j, (got - 1 - j) * sizeof(*to));
		to[j] = i;
	}
	return got;
}

/*
 * Set 'to' to the shingles of the smallest ranks, up to SKETCH_PROBE: how many.
 */
static uint32_t
smallest(const struct shingler *s, uint32_t n, uint32_t ngram, uint64_t *to)
{
	const uint32_t most = SKETCH_PROBE;
	uint32_t at[SKETCH_PROBE];
	uint32_t got = smallest_few(s, s->shingle, n, at, most);

	/* Too many are under the bound, or too few since some were equal. */
	if (got == UINT32_MAX || (got < most && n > 2 * most))
		got = smallest_any(s->shingle, n, at, most);
	for (uint32_t i = 0; i < got; i++)
		to[i] = whole_hash(s, at[i], ngram);
	return got;
}

/*
 * Winnowing (Schleimer, Wilkerson, Aiken 2003): the smallest shingle of each
 * window of s->window consecutive ones.  Two units that share window + ngram -
 * 1 words in a row share one of these.
 */
static uint32_t
winnow(const struct shingler *s, uint32_t n, uint32_t ngram, uint64_t *to)
{
	uint32_t got = 0, at = UINT32_MAX;

	for (uint32_t end = s->window < n ? s->window : n; end <= n; end++) {
		uint32_t i = end > s->window ? end - s->window : 0;

		if (at == UINT32_MAX || at < i) {
			at = i;
			for (uint32_t j = i + 1; j < end; j++)
				if (s->shingle[j] <= s->shingle[at])
					at = j;
		} else if (s->shingle[end - 1] <= s->shingle[at]) {
			at = end - 1;
		} else {
			continue;
		}
		to[got++] = whole_hash(s, at, ngram);
	}
	return got;
}

int
ngrams_take(struct shingler *s, struct words *w)
{
	uint32_t ngram = shingle_words(s, w->n);
	uint32_t n = hash_shingles(s, w->n);

	if (s->sketch && w->length >= SHINGLE_NEAR) {
		w->probe = shingler_take(s, SKETCH_PROBE * sizeof(*w->probe));
		if (w->probe == NULL)
			return -1;
		w->nprobe = (uint16_t)smallest(s, n, ngram, w->probe);
		w->nkeep = w->n < SKETCH_LONG ? SKETCH_KEEP_SHORT : SKETCH_KEEP;
		if (w->nprobe < w->nkeep)
			w->nkeep = w->nprobe;
	}
	if (s->window > 0) {
		w->winnowed = shingler_take(s, n * sizeof(*w->winnowed));
		if (w->winnowed == NULL)
			return -1;
		w->nwinnowed = winnow(s, n, ngram, w->winnowed);
	}
	return 0;
}
