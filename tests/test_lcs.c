/* lcs.c against dynamic programming over all pairs of positions. */
#define FAIL_ALLOCATIONS
#include "random.h"

#include "lcs.h"

#define LEN_MAX 2200

/* Insertions and deletions from a to b, by the textbook. */
static uint32_t
oracle_edits(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	static uint32_t row[LEN_MAX + 1];

	assert_true(nb <= LEN_MAX);
	for (size_t j = 0; j <= nb; j++)
		row[j] = (uint32_t)j;
	for (size_t i = 1; i <= na; i++) {
		uint32_t diagonal = row[0];

		row[0] = (uint32_t)i;
		for (size_t j = 1; j <= nb; j++) {
			uint32_t above = row[j];

			if (a[i - 1] == b[j - 1])
				row[j] = diagonal;
			else
				row[j] = 1 + (above < row[j - 1] ? above :
					      row[j - 1]);
			diagonal = above;
		}
	}
	return row[nb];
}

/* Each once, by a sequence that was taken for that. */
static uint32_t
edits_of(const uint32_t *a, size_t na, const uint32_t *b, size_t nb,
	 uint32_t most)
{
	struct lcs l = { .left = UINT64_MAX };
	uint32_t edits;

	assert_int_equal(lcs_take(&l, a, na), 0);
	edits = lcs_edits(&l, b, nb, most);
	assert_int_equal(lcs_edits(&l, b, nb, most), edits);
	lcs_free(&l);
	return edits;
}

static int
gaps_of(const uint32_t *a, size_t na, const uint32_t *b, size_t nb,
	uint32_t edits, uint32_t *words)
{
	struct lcs l = { .left = UINT64_MAX };
	int got = lcs_take(&l, a, na);

	if (got == 0)
		got = lcs_gaps(&l, b, nb, edits, words);
	lcs_free(&l);
	return got;
}

/* lcs_edits() on copies of exact size, both ways round. */
static void
check_most(const uint32_t *a, size_t na, const uint32_t *b, size_t nb,
	   uint32_t most, uint32_t want)
{
	uint32_t got[2];

	got[0] = edits_of(a, na, b, nb, most);
	got[1] = edits_of(b, nb, a, na, most);
	for (int i = 0; i < 2; i++)
		if (got[i] != (want <= most ? want : most + 1))
			fail_msg("%zu and %zu words, most %u: %u, not %u", na,
				 nb, most, got[i],
				 want <= most ? want : most + 1);
}

static void
check(const uint32_t *a, size_t na, const uint32_t *b, size_t nb,
      const uint32_t *most, size_t n)
{
	uint32_t *x = exact_copy(a, na * sizeof(*a));
	uint32_t *y = exact_copy(b, nb * sizeof(*b));
	uint32_t want = oracle_edits(a, na, b, nb);

	for (size_t i = 0; i < n; i++)
		check_most(x, na, y, nb, most[i], want);
	free(x);
	free(y);
}

/* Sequence number i of 'len' letters out of 'letters'. */
static void
spell(uint32_t *to, size_t len, uint32_t i, uint32_t letters)
{
	for (; len > 0; len--, i /= letters)
		*to++ = i % letters;
}

static void
test_all_short_sequences_agree_with_the_oracle(void **state)
{
	static const uint32_t most[] = {
		0, 1, 2, 3, 4, 5, 7, 11, LCS_MOST_EDITS,
	};
	uint32_t a[5], b[6];

	(void)state;
	for (size_t na = 0; na <= 5; na++)
		for (size_t nb = na; nb <= 6; nb++)
			for (uint32_t i = 0; i < 1u << na; i++)
				for (uint32_t j = 0; j < 1u << nb; j++) {
					spell(a, na, i, 2);
					spell(b, nb, j, 2);
					check(a, na, b, nb, most,
					      ARRAY_LEN(most));
				}
	for (uint32_t i = 0; i < 81; i++)
		for (uint32_t j = 0; j < 81; j++) {
			spell(a, 4, i, 3);
			spell(b, 4, j, 3);
			check(a, 4, b, 4, most, ARRAY_LEN(most));
		}
}

static void
test_random_sequences_agree_with_the_oracle_for_every_bound(void **state)
{
	struct rng r = { 1 };
	uint32_t a[60], b[60], most[130];

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(most); i++)
		most[i] = i;
	for (int i = 0; i < 1500; i++) {
		size_t na = rng_below(&r, 40), nb = rng_below(&r, 40);
		uint32_t letters = rng_range(&r, 1, 8);

		for (size_t j = 0; j < na; j++)
			a[j] = rng_below(&r, letters);
		for (size_t j = 0; j < nb; j++)
			b[j] = rng_below(&r, letters);
		check(a, na, b, nb, most, na + nb + 3);
	}
}

/* b[0..), 'a' after some edits: how long. */
static size_t
edited(struct rng *r, const uint32_t *a, size_t na, uint32_t *b, uint32_t edits,
       uint32_t letters)
{
	size_t nb = na;

	memcpy(b, a, na * sizeof(*a));
	for (; edits > 0; edits--) {
		size_t at = rng_below(r, (uint32_t)nb + 1);

		if (at < nb && rng_once(r, 2)) {
			memmove(b + at, b + at + 1,
				(nb - at - 1) * sizeof(*b));
			nb--;
		} else {
			memmove(b + at + 1, b + at, (nb - at) * sizeof(*b));
			b[at] = rng_below(r, letters);
			nb++;
		}
	}
	return nb;
}

static void
test_edited_sequences_agree_with_the_oracle(void **state)
{
	struct rng r = { 2 };
	uint32_t a[300], b[400];

	(void)state;
	for (int i = 0; i < 1500; i++) {
		size_t na = rng_below(&r, 250), nb;
		uint32_t letters = rng_once(&r, 2) ? 4 : 1000000000;
		uint32_t edits = rng_below(&r, rng_once(&r, 4) ? 60 : 12);
		uint32_t most[6];

		for (size_t j = 0; j < na; j++)
			a[j] = rng_below(&r, letters);
		nb = edited(&r, a, na, b, edits, letters);
		most[0] = oracle_edits(a, na, b, nb);
		most[1] = most[0] + 1;
		most[2] = most[0] > 0 ? most[0] - 1 : 0;
		most[3] = rng_below(&r, 80);
		most[4] = 0;
		most[5] = LCS_MOST_EDITS;
		check(a, na, b, nb, most, 6);
	}
}

/* No two words are equal: all go, all come. */
static void
test_bound_is_exact_up_to_the_largest(void **state)
{
	static const uint32_t most[] = { LCS_MOST_EDITS - 1, LCS_MOST_EDITS };
	static uint32_t a[LEN_MAX], b[LEN_MAX];

	(void)state;
	for (uint32_t i = 0; i < LEN_MAX; i++) {
		a[i] = i;
		b[i] = i + LEN_MAX;
	}
	for (size_t n = LCS_MOST_EDITS - 1; n <= LCS_MOST_EDITS + 1; n++) {
		for (size_t na = 0; na <= n; na += n / 3 + 1)
			check(a, na, b, n - na, most, ARRAY_LEN(most));
		check(a, n, b, 0, most, ARRAY_LEN(most));
	}
}

/* Long ones, with what they have in common in the middle or at the ends. */
static void
test_long_sequences_agree_with_the_oracle(void **state)
{
	static const uint32_t most[] = { 3, 50, 100, 400, LCS_MOST_EDITS };
	static uint32_t a[LEN_MAX], b[LEN_MAX];
	struct rng r = { 3 };

	(void)state;
	for (uint32_t letters = 2; letters < 300; letters *= 3)
		for (int i = 0; i < 4; i++) {
			size_t na = rng_range(&r, 500, 900), nb;

			for (size_t j = 0; j < na; j++)
				a[j] = rng_below(&r, letters);
			nb = edited(&r, a, na, b, rng_below(&r, 150), letters);
			if (i % 2 != 0)
				a[0] = b[nb - 1] = 12345;
			check(a, na, b, nb, most, ARRAY_LEN(most));
		}
}

static void
test_equal_sequences_need_no_edits(void **state)
{
	static uint32_t a[LEN_MAX];
	uint32_t *copy;

	(void)state;
	for (uint32_t i = 0; i < LEN_MAX; i++)
		a[i] = i / 3;
	copy = exact_copy(a, sizeof(a));
	assert_int_equal(edits_of(a, LEN_MAX, copy, LEN_MAX, 0), 0);
	assert_int_equal(edits_of(a, LEN_MAX, copy, LEN_MAX - 1, 1), 1);
	assert_int_equal(edits_of(a, LEN_MAX, copy + 1, LEN_MAX - 1, 1), 1);
	assert_int_equal(edits_of(a, LEN_MAX, copy, LEN_MAX - 1, 0), 1);
	assert_int_equal(edits_of(a, 0, copy, 0, 0), 0);
	free(copy);
}

/* All 32 bits of a word count. */
static void
test_words_differ_in_every_bit(void **state)
{
	uint32_t a[3] = { 7, 0xffff1234, 9 }, b[3];

	(void)state;
	for (int bit = 0; bit < 32; bit++) {
		memcpy(b, a, sizeof(b));
		b[1] ^= 1u << bit;
		assert_int_equal(edits_of(a, 3, b, 3, 10), 2);
		assert_int_equal(edits_of(a, 3, b, 3, 1), 2);
	}
}

/* All ways to turn a into b with the fewest edits. */
#define ALIGN_MAX	8

struct alignments {
	const uint32_t *a, *b;
	size_t na, nb;
	uint32_t edits[ALIGN_MAX + 1][ALIGN_MAX + 1];	/* a[i..) to b[j..) */
	uint64_t words;		/* a bit per number that is possible */
};

/* 'deleted' and 'inserted' since the last word in common. */
static void
align(struct alignments *l, size_t i, size_t j, uint32_t deleted,
      uint32_t inserted, uint32_t words)
{
	uint32_t closed = words + (deleted > 1 || inserted > 1 ?
				   deleted + inserted : 0);

	if (i == l->na && j == l->nb) {
		l->words |= (uint64_t)1 << closed;
		return;
	}
	if (i < l->na && j < l->nb && l->a[i] == l->b[j] &&
	    l->edits[i + 1][j + 1] == l->edits[i][j])
		align(l, i + 1, j + 1, 0, 0, closed);
	if (i < l->na && l->edits[i + 1][j] + 1 == l->edits[i][j])
		align(l, i + 1, j, deleted + 1, inserted, words);
	if (j < l->nb && l->edits[i][j + 1] + 1 == l->edits[i][j])
		align(l, i, j + 1, deleted, inserted + 1, words);
}

/* lcs_gaps() of copies of exact size, after lcs_edits(). */
static uint32_t
gaps(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	uint32_t *x = exact_copy(a, na * sizeof(*a));
	uint32_t *y = exact_copy(b, nb * sizeof(*b));
	uint32_t edits = edits_of(x, na, y, nb, LCS_MOST_EDITS);
	uint32_t words[2] = { 77, 88 };

	for (int i = 0; i < 2; i++)
		assert_int_equal(gaps_of(x, na, y, nb, edits, &words[i]),
				 0);
	assert_int_equal(words[0], words[1]);
	free(x);
	free(y);
	return words[0];
}

static void
check_gaps(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	struct alignments l = { .a = a, .b = b, .na = na, .nb = nb };
	uint32_t got = gaps(a, na, b, nb);

	for (size_t i = 0; i <= na; i++)
		for (size_t j = 0; j <= nb; j++)
			l.edits[i][j] = oracle_edits(a + i, na - i, b + j,
						     nb - j);
	align(&l, 0, 0, 0, 0, 0);
	assert_true(got <= l.edits[0][0]);
	assert_true(l.words >> got & 1);
}

static void
test_gaps_are_those_of_one_of_the_shortest_alignments(void **state)
{
	struct rng r = { 4 };
	uint32_t a[ALIGN_MAX], b[ALIGN_MAX];

	(void)state;
	for (size_t na = 0; na <= 4; na++)
		for (size_t nb = 0; nb <= 5; nb++)
			for (uint32_t i = 0; i < 1u << na; i++)
				for (uint32_t j = 0; j < 1u << nb; j++) {
					spell(a, na, i, 2);
					spell(b, nb, j, 2);
					check_gaps(a, na, b, nb);
				}
	for (int i = 0; i < 1500; i++) {
		size_t na = rng_below(&r, ALIGN_MAX + 1);
		size_t nb = rng_below(&r, ALIGN_MAX + 1);
		uint32_t letters = rng_range(&r, 2, 9);

		for (size_t j = 0; j < na; j++)
			a[j] = rng_below(&r, letters);
		for (size_t j = 0; j < nb; j++)
			b[j] = rng_below(&r, letters);
		check_gaps(a, na, b, nb);
	}
}

/* Where all words differ there is but one alignment. */
static void
test_gaps_of_words_that_all_differ_are_known(void **state)
{
	static uint32_t a[4000], b[4000];
	struct rng r = { 5 };

	(void)state;
	for (int i = 0; i < 400; i++) {
		uint32_t edits = 0, words = 0, next = 0;
		uint32_t places = rng_below(&r, i % 20 == 0 ? 300 : 12);
		size_t na = 0, nb = 0;

		for (; places > 0; places--) {
			uint32_t deleted = rng_below(&r, 4);
			uint32_t inserted = rng_below(&r, 4);

			for (uint32_t n = rng_range(&r, 1, 5); n > 0; n--)
				a[na++] = b[nb++] = next++;
			for (uint32_t n = 0; n < deleted; n++)
				a[na++] = next++;
			for (uint32_t n = 0; n < inserted; n++)
				b[nb++] = next++;
			edits += deleted + inserted;
			if (deleted > 1 || inserted > 1)
				words += deleted + inserted;
		}
		if (edits > LCS_MOST_EDITS)
			continue;
		assert_int_equal(edits_of(a, na, b, nb, LCS_MOST_EDITS),
				 edits);
		assert_int_equal(gaps(a, na, b, nb), words);
		assert_int_equal(gaps(b, nb, a, na), words);
	}
}

static void
test_gaps_of_the_most_edits_are_counted(void **state)
{
	static uint32_t a[LCS_MOST_EDITS];
	uint32_t word = LCS_MOST_EDITS;

	(void)state;
	for (uint32_t i = 0; i < LCS_MOST_EDITS; i++)
		a[i] = i;
	assert_int_equal(gaps(a, LCS_MOST_EDITS, a, 0), LCS_MOST_EDITS);
	assert_int_equal(gaps(a, 0, a, LCS_MOST_EDITS), LCS_MOST_EDITS);
	assert_int_equal(gaps(a, 1024, a + 1024, 1024), 2048);
	assert_int_equal(gaps(a, 10, a, 10), 0);
	assert_int_equal(gaps(a, 1, &word, 1), 0);
	assert_int_equal(gaps(a, 1, a, 0), 0);
	assert_int_equal(gaps(a, 0, a, 0), 0);
}

static void
test_gaps_fail_cleanly_without_memory(void **state)
{
	static const uint32_t a[] = { 1, 2, 3, 4 }, b[] = { 1, 5, 6, 4 };
	int64_t live = allocations.live;
	uint32_t words;
	uint64_t n = 0;

	(void)state;
	for (;; n++) {
		int got;

		allocations_fail(n, true);
		errno = 0;
		got = gaps_of(a, 4, b, 4, 4, &words);
		if (allocations_succeed() == 0) {
			assert_int_equal(got, 0);
			assert_int_equal(words, 4);
			break;
		}
		assert_int_equal(got, -1);
		assert_int_equal(errno, ENOMEM);
		assert_int_equal(allocations.live, live);
	}
	assert_int_equal(allocations.live, live);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_all_short_sequences_agree_with_the_oracle),
		cmocka_unit_test(
		   test_random_sequences_agree_with_the_oracle_for_every_bound),
		cmocka_unit_test(test_edited_sequences_agree_with_the_oracle),
		cmocka_unit_test(test_bound_is_exact_up_to_the_largest),
		cmocka_unit_test(test_long_sequences_agree_with_the_oracle),
		cmocka_unit_test(test_equal_sequences_need_no_edits),
		cmocka_unit_test(test_words_differ_in_every_bit),
		cmocka_unit_test(
		    test_gaps_are_those_of_one_of_the_shortest_alignments),
		cmocka_unit_test(
			test_gaps_of_words_that_all_differ_are_known),
		cmocka_unit_test(test_gaps_of_the_most_edits_are_counted),
		cmocka_unit_test(test_gaps_fail_cleanly_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
