/*
 * sorted_slots.c against a sorted array of the same entries.
 *
 * An entry is its key and, in the bytes that its width leaves, a number of its
 * own, so that entries with equal keys are told apart.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include "sorted_slots.h"

struct entry {
	uint64_t key;
	uint32_t number;	/* 0 where the width leaves no bytes for it */
};

/* The entries that must be in the table, ascending. */
struct model {
	struct entry *e;
	size_t n, room;
	uint32_t inserted;
};

static int
compare(const struct entry *a, const struct entry *b)
{
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static int
compare_entries(const void *a, const void *b)
{
	return compare(a, b);
}

/* Number of entries of the model with a smaller key. */
static size_t
model_below(const struct model *m, uint64_t key)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (m->e[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void
model_add(struct model *m, struct entry e)
{
	size_t at = model_below(m, e.key);

	if (m->n == m->room) {
		m->room = 2 * m->room + 64;
		m->e = realloc(m->e, m->room * sizeof(*m->e));
		assert_non_null(m->e);
	}
	while (at < m->n && compare(&m->e[at], &e) < 0)
		at++;
	memmove(m->e + at + 1, m->e + at, (m->n - at) * sizeof(*m->e));
	m->e[at] = e;
	m->n++;
}

static void
model_free(struct model *m)
{
	free(m->e);
	*m = (struct model){ 0 };
}

static struct entry
entry_at(const unsigned char *p, size_t width)
{
	struct entry e = { sorted_slots_key(p), 0 };

	if (width >= 12)
		memcpy(&e.number, p + 8, 4);
	for (size_t i = 12; i < width; i++)
		assert_int_equal(p[i], (unsigned char)(e.number * i));
	return e;
}

/*
 * The picture in sorted_slots.h: ascending, each at its home or after it, no
 * empty slot between, the last slot empty; and the entries are those of the
 * model.
 */
static void
check(const struct sorted_slots *o, const struct model *m)
{
	size_t total = o->nslots + o->tail, n = 0, i;
	struct entry *got, last = { 0, 0 };
	size_t gap = 0;		/* after the last empty slot */

	assert_int_equal(o->n, m->n);
	if (o->slots == NULL) {
		assert_int_equal(m->n, 0);
		return;
	}
	got = malloc((m->n + 1) * sizeof(*got));
	assert_non_null(got);
	for (i = 0; i < total; i++) {
		struct entry e;
		size_t home;

		if (sorted_slots_key(o->slots + i * o->width) == 0) {
			gap = i + 1;
			continue;
		}
		e = entry_at(o->slots + i * o->width, o->width);
		home = sorted_slots_home(o, e.key);
		assert_true(home < o->nslots);
		assert_true(home <= i);
		assert_true(home >= gap);
		assert_true(n < m->n);
		assert_true(n == 0 || last.key <= e.key);
		got[n++] = last = e;
	}
	assert_int_equal(gap, total);	/* a look-up must end */
	assert_int_equal(n, m->n);
	if (n > 0) {
		qsort(got, n, sizeof(*got), compare_entries);
		for (i = 0; i < n; i++)
			assert_int_equal(compare(&got[i], &m->e[i]), 0);
	}
	free(got);
}

/* sorted_slots_find() stops before what is not below, after what is. */
static void
check_find(const struct sorted_slots *o, const struct model *m, uint64_t key)
{
	const unsigned char *p = sorted_slots_find(o, key);
	size_t below = model_below(m, key), before = 0;

	assert_true(p >= o->slots);
	assert_true(p < o->slots + (o->nslots + o->tail) * o->width);
	assert_int_equal((size_t)(p - o->slots) % o->width, 0);
	if (sorted_slots_key(p) != 0) {
		assert_true(below < m->n);
		assert_int_equal(sorted_slots_key(p), m->e[below].key);
		assert_true(p == o->slots ||
			    sorted_slots_key(p - o->width) < key);
		return;
	}
	/* None that is equal; all that are smaller stand before. */
	assert_true(below == m->n || m->e[below].key > key);
	for (const unsigned char *q = o->slots; q < p; q += o->width)
		before += sorted_slots_key(q) != 0;
	assert_int_equal(before, below);
}

/* True: the table has grown. */
static bool
insert(struct sorted_slots *o, struct model *m, uint64_t key)
{
	size_t nslots = o->nslots;
	struct entry e = { key, ++m->inserted };
	unsigned char bytes[64];
	unsigned char *at;

	if (o->width < 12)
		e.number = 0;
	memcpy(bytes, &e.key, 8);
	memcpy(bytes + 8, &e.number, 4);
	for (size_t i = 12; i < o->width; i++)
		bytes[i] = (unsigned char)(e.number * i);
	assert_int_equal(sorted_slots_reserve(o), 0);
	at = sorted_slots_find(o, key);
	assert_true(sorted_slots_key(at) == 0 || sorted_slots_key(at) >= key);
	sorted_slots_insert(o, at, bytes);
	model_add(m, e);
	return o->nslots != nslots;
}

static const size_t widths[] = { 8, 10, 12, 16, 21, 24, 32 };
static const double loads[] = { 0.5, 0.85, 0.92, 0.99 };

/* Keys of one test: how they cluster. */
static uint64_t
random_key(struct rng *r, int kind)
{
	uint64_t x = rng_next(r), key;

	switch (kind) {
	case 0:			/* uniform */
		key = x;
		break;
	case 1:			/* few values, each many times */
		key = (x % 7) << 61 | 1;
		break;
	case 2:			/* 32 bits above, few below: an index */
		key = (x >> 32) % 50 * 0x05050505 << 32 | (x & 15);
		break;
	case 3:			/* the very bottom */
		key = x % 300;
		break;
	case 4:			/* 16 equal bits at the top */
		key = x >> 16 | 0x4321000000000000;
		break;
	case 5:			/* both ends and the middle */
		key = x % 3 == 0 ? 1 : x % 3 == 1 ? UINT64_MAX >> 1 :
		      x >> 8;
		break;
	case 6:			/* two stretches that meet */
		key = (x & 1) << 62 | x >> 4;
		break;
	default:		/* one value */
		key = 0x7fffffff00000000;
	}
	return key == 0 ? 1 : key;
}

static void
test_table_is_a_sorted_array_after_every_insertion(void **state)
{
	struct rng r = { 1 };

	(void)state;
	for (int kind = 0; kind < 8; kind++)
		for (size_t w = 0; w < ARRAY_LEN(widths); w++) {
			struct model m = { 0 };
			struct sorted_slots o;

			sorted_slots_init(&o, widths[w], loads[(w + 1) % 4],
					  1.125);
			assert_int_equal(sorted_slots_memory(&o), 0);
			check(&o, &m);
			while (m.n < 330) {
				uint64_t key = random_key(&r, kind);

				insert(&o, &m, key);
				check(&o, &m);
				check_find(&o, &m, key);
				check_find(&o, &m, random_key(&r, kind));
				check_find(&o, &m, rng_next(&r) | 1);
			}
			check_find(&o, &m, 1);
			check_find(&o, &m, UINT64_MAX);
			model_free(&m);
			sorted_slots_free(&o);
		}
}

static void
test_larger_tables_are_sorted_arrays_after_every_growth(void **state)
{
	struct rng r = { 2 };

	(void)state;
	for (int kind = 0; kind < 8; kind++) {
		struct model m = { 0 };
		struct sorted_slots o;

		sorted_slots_init(&o, widths[kind % 4], loads[kind / 2],
				  kind % 2 != 0 ? 1.125 : 3.0);
		while (m.n < 6000) {
			uint64_t key = random_key(&r, kind);

			if (insert(&o, &m, key))
				check(&o, &m);
			if (m.n % 64 == 0) {
				check_find(&o, &m, key);
				check_find(&o, &m, key + 1);
				check_find(&o, &m, rng_next(&r) | 1);
			}
		}
		check(&o, &m);
		model_free(&m);
		sorted_slots_free(&o);
	}
}

static void
test_neighbours_are_told_apart(void **state)
{
	static const uint64_t base[] = {
		3, 1000, (uint64_t)1 << 32, (uint64_t)1 << 63,
		UINT64_MAX - 200,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(base); i++) {
		struct model m = { 0 };
		struct sorted_slots o;

		sorted_slots_init(&o, 16, 0.85, 1.125);
		for (uint64_t k = 0; k < 100; k++)
			insert(&o, &m, base[i] + 2 * (k * 37 % 100));
		check(&o, &m);
		for (uint64_t k = 0; k < 200; k++)
			check_find(&o, &m, base[i] - 2 + k);
		model_free(&m);
		sorted_slots_free(&o);
	}
}

static void
test_smallest_and_largest_key_are_keys(void **state)
{
	struct model m = { 0 };
	struct sorted_slots o;

	(void)state;
	sorted_slots_init(&o, 12, 0.92, 1.125);
	for (int i = 0; i < 400; i++) {
		insert(&o, &m, i % 2 != 0 ? 1 : UINT64_MAX);
		check(&o, &m);
		check_find(&o, &m, 1);
		check_find(&o, &m, 2);
		check_find(&o, &m, UINT64_MAX - 1);
		check_find(&o, &m, UINT64_MAX);
	}
	model_free(&m);
	sorted_slots_free(&o);
}

/* What is pushed past the end fits, or the table grows until it does. */
static void
test_entries_crowd_at_the_end(void **state)
{
	struct rng r = { 3 };

	(void)state;
	for (int shift = 1; shift <= 5; shift++) {
		struct model m = { 0 };
		struct sorted_slots o;

		sorted_slots_init(&o, 8, 0.9, 1.125);
		while (m.n < SORTED_SLOTS_TAIL + 100)
			if (insert(&o, &m, ~(rng_next(&r) >> shift)))
				check(&o, &m);
		check(&o, &m);
		model_free(&m);
		sorted_slots_free(&o);
	}
}

/* As many as the tail holds are all alike and belong in the last slot. */
static void
test_tail_is_full_of_equal_keys(void **state)
{
	struct model m = { 0 };
	struct sorted_slots o;

	(void)state;
	sorted_slots_init(&o, 16, 0.92, 1.125);
	while (m.n < SORTED_SLOTS_TAIL)
		insert(&o, &m, UINT64_MAX);
	check(&o, &m);
	check_find(&o, &m, UINT64_MAX);
	model_free(&m);
	sorted_slots_free(&o);
}

/* More than the tail holds: refused, or held; but nothing is overwritten. */
static void
test_tail_does_not_overflow(void **state)
{
	struct model m = { 0 };
	struct sorted_slots o;

	(void)state;
	sorted_slots_init(&o, 16, 0.92, 1.125);
	while (m.n < 2 * SORTED_SLOTS_TAIL) {
		unsigned char bytes[16];
		struct entry e = { UINT64_MAX, ++m.inserted };

		memcpy(bytes, &e.key, 8);
		memcpy(bytes + 8, &e.number, 4);
		for (size_t i = 12; i < sizeof(bytes); i++)
			bytes[i] = (unsigned char)(e.number * i);
		errno = 0;
		if (sorted_slots_reserve(&o) != 0) {
			assert_int_equal(errno, ENOMEM);
			break;
		}
		sorted_slots_insert(&o, sorted_slots_find(&o, e.key), bytes);
		model_add(&m, e);
		check(&o, &m);
	}
	check(&o, &m);
	model_free(&m);
	sorted_slots_free(&o);
}

/* What is left after removals is the table that was never given the rest. */
static void
test_removal_leaves_no_trace(void **state)
{
	struct rng r = { 5 };

	(void)state;
	for (size_t w = 0; w < ARRAY_LEN(widths); w++) {
		struct model m = { 0 }, few = { 0 };
		struct sorted_slots o;

		sorted_slots_init(&o, widths[w], 0.92, 1.5);
		/* Crowded in places, so that many are pushed along. */
		while (m.n < 600)
			insert(&o, &m, rng_once(&r, 3) ? rng_next(&r) | 1 :
			       UINT64_MAX - rng_below(&r, 300) * 7);
		for (size_t i = 0; i < m.n; i++) {
			unsigned char *p;

			if (rng_once(&r, 3)) {
				model_add(&few, m.e[i]);
				continue;
			}
			p = sorted_slots_find(&o, m.e[i].key);
			while (entry_at(p, o.width).number != m.e[i].number)
				p += o.width;
			sorted_slots_remove(&o, p);
		}
		check(&o, &few);
		/* The same slots as if there had been no others. */
		for (size_t i = 0, next = 0; i < o.nslots + o.tail; i++) {
			uint64_t key = sorted_slots_key(o.slots + i * o.width);
			size_t home = sorted_slots_home(&o, key);

			if (key == 0)
				continue;
			assert_int_equal(i, home > next ? home : next);
			next = i + 1;
		}
		model_free(&m);
		model_free(&few);
		sorted_slots_free(&o);
	}
}

static void
test_growth_stays_within_a_limit(void **state)
{
	struct rng r = { 6 };

	(void)state;
	for (unsigned i = 0; i < rounds(300); i++) {
		size_t width = widths[rng_below(&r, ARRAY_LEN(widths))];
		size_t most = rng_range(&r, 0, i % 10 == 0 ? 30000000 :
					200000);
		struct sorted_slots o, was;
		size_t n = 0;

		sorted_slots_init(&o, width, 0.88, 1.3);
		for (;; n++) {
			unsigned char e[32] = { 0 };
			uint64_t key = rng_next(&r) | 1;

			was = o;
			errno = 0;
			if (sorted_slots_reserve_within(&o, most) != 0)
				break;
			assert_true(sorted_slots_memory(&o) <= most);
			memcpy(e, &key, sizeof(key));
			sorted_slots_insert(&o, sorted_slots_find(&o, key), e);
		}
		assert_int_equal(errno, ENOMEM);
		assert_memory_equal(&o, &was, sizeof(o));
		assert_int_equal(o.n, n);
		/* Some are in, and of a large one most of what is allowed. */
		if (most > (64 + SORTED_SLOTS_TAIL) * width + CACHE_LINE)
			assert_true(n >= 50);
		if (most > 100000)
			assert_true(sorted_slots_memory(&o) > most / 100 * 94);
		sorted_slots_free(&o);
	}
}

static void
test_failed_growth_leaves_the_table_as_it_was(void **state)
{
	struct rng r = { 4 };
	int64_t live = allocations.live;

	(void)state;
	for (size_t w = 0; w < ARRAY_LEN(widths); w++) {
		struct model m = { 0 };
		struct sorted_slots o;
		int failures = 0;

		sorted_slots_init(&o, widths[w], 0.85, 1.125);
		while (m.n < 1000) {
			struct sorted_slots was = o;
			int got;

			allocations_fail(0, true);
			errno = 0;
			got = sorted_slots_reserve(&o);
			if (allocations_succeed() > 0) {
				assert_int_equal(got, -1);
				assert_int_equal(errno, ENOMEM);
				assert_memory_equal(&o, &was, sizeof(o));
				check(&o, &m);
				failures++;
			} else {
				assert_int_equal(got, 0);
			}
			insert(&o, &m, rng_next(&r) | 1);
		}
		assert_true(failures >= 4);
		check(&o, &m);
		model_free(&m);
		sorted_slots_free(&o);
	}
	assert_int_equal(allocations.live, live);
}

/*
 * With keys that spread, a table is as full as its load and growth say, up to
 * sizes where storage comes from somewhere else; and all of it is found.
 */
static void
test_memory_is_bounded_by_load_and_growth(void **state)
{
	static const size_t width[] = { 10, 21 };
	struct rng r = { 5 };

	(void)state;
	for (size_t w = 0; w < ARRAY_LEN(width); w++) {
		size_t most = 9500000 / width[w], n, slots = 0;
		struct rng again = r;
		struct sorted_slots o;
		uint64_t last = 0;

		sorted_slots_init(&o, width[w], 0.92, 1.125);
		for (n = 1; n <= most; n++) {
			unsigned char bytes[21] = { 0 };
			uint64_t key = rng_next(&r) | 1;
			double least, memory;

			memcpy(bytes, &key, sizeof(key));
			assert_int_equal(sorted_slots_reserve(&o), 0);
			sorted_slots_insert(&o, sorted_slots_find(&o, key),
					    bytes);
			if ((double)n > (double)o.nslots * 0.92 + 1)
				fail_msg("%zu in %zu slots", n, o.nslots);
			if (o.nslots == slots)
				continue;
			/* It has grown, so it is as empty as it gets. */
			slots = o.nslots;
			assert_true(o.tail <= 2 * SORTED_SLOTS_TAIL);
			memory = (double)sorted_slots_memory(&o) -
				 (double)(o.tail * width[w] + 64);
			least = (double)(n * width[w]) / 0.92;
			if (memory > 2.2e6)	/* past the larger steps */
				assert_true(memory <= least * 1.125 + 200);
			else if (n > 64)
				assert_true(memory <= least * 4 + 200);
		}
		assert_int_equal(o.n, most);
		for (n = 1; n <= most; n++) {
			uint64_t key = rng_next(&again) | 1;

			if (sorted_slots_key(sorted_slots_find(&o, key)) != key)
				fail_msg("%zu of %zu is missing", n, most);
		}
		for (n = 0; n < o.nslots + o.tail; n++) {
			uint64_t key = sorted_slots_key(o.slots + n * o.width);

			most -= key != 0;
			if (key != 0 && key < last)
				fail_msg("slot %zu is not ascending", n);
			last = key != 0 ? key : last;
		}
		assert_int_equal(most, 0);
		sorted_slots_free(&o);
	}
}

static void
test_cleared_table_is_as_new(void **state)
{
	struct rng r = { 6 };
	struct model m = { 0 };
	struct sorted_slots o, fresh;

	(void)state;
	sorted_slots_init(&o, 12, 0.85, 1.125);
	fresh = o;
	sorted_slots_clear(&o);
	assert_memory_equal(&o, &fresh, sizeof(o));
	sorted_slots_prefetch(&o, 17);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 300; i++)
			insert(&o, &m, rng_next(&r) | 1);
		sorted_slots_prefetch(&o, UINT64_MAX);
		check(&o, &m);
		sorted_slots_clear(&o);
		model_free(&m);
		assert_memory_equal(&o, &fresh, sizeof(o));
		assert_int_equal(sorted_slots_memory(&o), 0);
	}
	sorted_slots_free(&o);
	sorted_slots_free(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_table_is_a_sorted_array_after_every_insertion),
		cmocka_unit_test(
		       test_larger_tables_are_sorted_arrays_after_every_growth),
		cmocka_unit_test(test_neighbours_are_told_apart),
		cmocka_unit_test(test_smallest_and_largest_key_are_keys),
		cmocka_unit_test(test_entries_crowd_at_the_end),
		cmocka_unit_test(test_tail_is_full_of_equal_keys),
		cmocka_unit_test(test_tail_does_not_overflow),
		cmocka_unit_test(test_removal_leaves_no_trace),
		cmocka_unit_test(test_growth_stays_within_a_limit),
		cmocka_unit_test(test_failed_growth_leaves_the_table_as_it_was),
		cmocka_unit_test(test_memory_is_bounded_by_load_and_growth),
		cmocka_unit_test(test_cleared_table_is_as_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
