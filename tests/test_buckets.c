/* buckets.c against a plain list of the same entries. */
#define FAIL_ALLOCATIONS
#include "random.h"

#include "buckets.h"

#define MOST (((uint64_t)1 << BUCKETS_BITS) - 1)

struct entry {
	uint64_t key, ref;
};

/* The entries that must be there, in any order. */
struct model {
	struct entry *e;
	size_t n, room;
};

static void
model_add(struct model *m, struct entry e)
{
	if (m->n == m->room) {
		m->room = 2 * m->room + 64;
		m->e = realloc(m->e, m->room * sizeof(*m->e));
		assert_non_null(m->e);
	}
	m->e[m->n++] = e;
}

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->ref < y->ref ? -1 : x->ref > y->ref;
}

/* How many entries a search finds that have this key and reference. */
static size_t
count(const struct buckets *b, struct entry e)
{
	const struct bucket *p;
	size_t n = 0;

	if (b->bucket == NULL)
		return 0;
	for (p = buckets_home(b, e.key);; p++) {
		for (unsigned m = bucket_find(p, e.key); m != 0; m &= m - 1) {
			unsigned i = (unsigned)__builtin_ctz(m);

			assert_true(i < p->n);
			assert_true(bucket_key(p, i) == e.key);
			n += bucket_ref(p, i) == e.ref;
		}
		if (!bucket_overflows(b, p, e.key))
			return n;
	}
}

/*
 * Cluster by cluster, the entries in order, are those of the model; and a
 * search finds each.
 */
static void
check(const struct buckets *b, struct model *m)
{
	struct entry *got = malloc((m->n + 1) * sizeof(*got));
	size_t have = 0, from = 0, n;

	assert_non_null(got);
	assert_int_equal(b->n, m->n);
	while ((n = buckets_cluster(b, from)) > 0) {
		size_t first = have;

		for (; n > 0; n--, from++) {
			const struct bucket *p = &b->bucket[from];

			assert_true(p->n <= BUCKET_ENTRIES);
			for (unsigned i = 0; i < p->n; i++) {
				struct entry e = { bucket_key(p, i),
						   bucket_ref(p, i) };

				assert_true(buckets_home(b, e.key) <= p);
				assert_true(have < m->n);
				got[have++] = e;
			}
		}
		qsort(got + first, have - first, sizeof(*got), compare);
	}
	assert_int_equal(have, m->n);
	if (m->n > 0)
		qsort(m->e, m->n, sizeof(*m->e), compare);
	for (size_t i = 0, same; i < m->n; i += same) {
		for (same = 1; i + same < m->n &&
		     compare(&m->e[i], &m->e[i + same]) == 0; same++)
			;
		for (size_t k = 0; k < same; k++)
			assert_int_equal(compare(&got[i + k], &m->e[i]), 0);
		assert_int_equal(count(b, m->e[i]), same);
	}
	free(got);
}

/* Keys all over, in one place, few of them, or at either end. */
static uint64_t
random_key(struct rng *r, int kind)
{
	switch (kind) {
	case 0:
		return rng_next(r) & MOST;
	case 1:
		return MOST / 3 + rng_below(r, 5000);
	case 2:
		return (rng_below(r, 40) + 1) * (MOST / 50);
	case 3:
		return MOST - rng_below(r, 3000);
	default:
		return 1 + rng_below(r, 3000);
	}
}

static void
test_what_was_added_and_not_taken_out_is_found(void **state)
{
	struct rng r = { 1 };

	(void)state;
	for (int round = 0; round < 40; round++) {
		int kind = round % 5;
		size_t most = round < 5 ? 40000 : rng_range(&r, 1, 3000);
		struct model m = { .n = 0 };
		struct buckets b;

		/* What is in the tail makes it grow, so these take more. */
		if (kind != 0 && most > 400)
			most = 400;
		buckets_init(&b);
		check(&b, &m);
		for (size_t step = 0; m.n < most; step++) {
			struct entry e = { random_key(&r, kind),
					   1 + rng_next(&r) % MOST };

			if (m.n > 0 && rng_once(&r, 4)) {
				size_t i = rng_below(&r, (uint32_t)m.n);

				buckets_remove(&b, m.e[i].key, m.e[i].ref);
				m.e[i] = m.e[--m.n];
				continue;
			}
			assert_int_equal(buckets_reserve_within(&b, SIZE_MAX),
					 0);
			buckets_add(&b, e.key, e.ref);
			model_add(&m, e);
			if (step % (most / 4 + 1) == 0)
				check(&b, &m);
		}
		/* What is not there is not taken out. */
		for (int i = 0; i < 100; i++) {
			struct entry e = { random_key(&r, kind), MOST };

			assert_int_equal(count(&b, e), 0);
			buckets_remove(&b, e.key, e.ref);
		}
		check(&b, &m);
		assert_true(buckets_memory(&b) >= 10 * m.n);
		buckets_free(&b);
		assert_int_equal(buckets_memory(&b), 0);
		free(m.e);
	}
}

/* Large ones are on pages of their own: 8 MiB are 800,000 entries. */
static void
test_growth_loses_none_of_a_million(void **state)
{
	enum { N = 1000000 };
	struct rng r = { 2 }, again = { 2 };
	struct buckets b;
	size_t most = 0;

	(void)state;
	buckets_init(&b);
	for (uint64_t i = 0; i < N; i++) {
		assert_int_equal(buckets_reserve_within(&b, SIZE_MAX), 0);
		buckets_add(&b, rng_next(&r) & MOST, i + 1);
		if (i > N / 2 && buckets_memory(&b) * 1000 / (i + 1) > most)
			most = buckets_memory(&b) * 1000 / (i + 1);
	}
	for (uint64_t i = 0; i < N; i++)
		assert_int_equal(count(&b, (struct entry){
			rng_next(&again) & MOST, i + 1 }), 1);
	printf("bytes an entry, at most: %.1f\n", (double)most / 1000);
	/* 64 / 6 bytes; 0.87 full at most, 0.7 when just grown. */
	assert_true(most < 16000);
	buckets_free(&b);
}

static void
test_a_limit_is_kept_and_used(void **state)
{
	struct rng r = { 3 };

	(void)state;
	for (int round = 0; round < 60; round++) {
		size_t limit = rng_range(&r, 1, 400000);
		struct model m = { .n = 0 };
		struct buckets b;
		struct buckets before;

		buckets_init(&b);
		for (;;) {
			struct entry e = { rng_next(&r) & MOST, m.n + 1 };

			before = b;
			errno = 0;
			if (buckets_reserve_within(&b, limit) != 0)
				break;
			assert_true(buckets_memory(&b) <= limit);
			buckets_add(&b, e.key, e.ref);
			model_add(&m, e);
		}
		assert_int_equal(errno, ENOMEM);
		assert_memory_equal(&b, &before, sizeof(b));
		check(&b, &m);
		/* All but a 32nd is used, and that full to 0.8 at least. */
		if (limit > 50000)
			assert_true(m.n * (64 / 6.0) > 0.75 *
				    ((double)limit - 64 * 200));
		buckets_free(&b);
		free(m.e);
	}
}

static void
test_failed_allocations_leave_all_as_it_was(void **state)
{
	struct rng r = { 4 };
	struct model m = { .n = 0 };
	struct buckets b;
	int failures = 0;

	(void)state;
	buckets_init(&b);
	while (m.n < 20000) {
		struct entry e = { rng_next(&r) & MOST, m.n + 1 };

		allocations_fail(0, false);
		if (buckets_reserve_within(&b, SIZE_MAX) != 0) {
			allocations_succeed();
			assert_int_equal(errno, ENOMEM);
			check(&b, &m);
			failures++;
			assert_int_equal(buckets_reserve_within(&b, SIZE_MAX),
					 0);
		}
		allocations_succeed();
		buckets_add(&b, e.key, e.ref);
		model_add(&m, e);
	}
	assert_true(failures > 3);
	check(&b, &m);
	buckets_free(&b);
	free(m.e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_what_was_added_and_not_taken_out_is_found),
		cmocka_unit_test(test_growth_loses_none_of_a_million),
		cmocka_unit_test(test_a_limit_is_kept_and_used),
		cmocka_unit_test(test_failed_allocations_leave_all_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
