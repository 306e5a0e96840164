/* array.c: sizes that do not fit, and how it grows. */
#define FAIL_ALLOCATIONS
#include "random.h"

#include "array.h"

static void
test_sizes_that_overflow_are_out_of_memory(void **state)
{
	static const size_t n[] = { SIZE_MAX, SIZE_MAX / 16 + 1, SIZE_MAX / 8 };
	uint64_t pair[2] = { 1, 2 }, *v = pair;
	size_t room = 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(n); i++) {
		errno = 0;
		assert_int_equal(array_room(&v, &room, n[i], sizeof(pair)), -1);
		assert_int_equal(errno, ENOMEM);
		errno = 0;
		assert_int_equal(array_resize(&v, n[i], sizeof(pair)), -1);
		assert_int_equal(errno, ENOMEM);
		assert_ptr_equal(v, pair);
		assert_int_equal(room, 1);
	}
}

static void
test_growing_keeps_what_is_there(void **state)
{
	uint32_t *v = NULL;
	size_t room = 0, grown = 0;

	(void)state;
	for (uint32_t n = 0; n < 100000; n++) {
		size_t before = room;

		assert_int_equal(array_room(&v, &room, n + 1, sizeof(*v)), 0);
		assert_true(room > n);
		grown += room != before;
		v[n] = n;
	}
	for (uint32_t n = 0; n < 100000; n++)
		assert_int_equal(v[n], n);
	assert_true(grown < 30);
	free(v);
}

static void
test_a_failure_changes_nothing(void **state)
{
	uint32_t *v = NULL, *before;
	size_t room = 0, had;

	(void)state;
	assert_int_equal(array_room(&v, &room, 1, sizeof(*v)), 0);
	v[0] = 7;
	before = v;
	had = room;
	allocations_fail(0, false);
	assert_int_equal(array_room(&v, &room, room + 1, sizeof(*v)), -1);
	assert_int_equal(allocations_succeed(), 1);
	assert_ptr_equal(v, before);
	assert_int_equal(room, had);
	assert_int_equal(v[0], 7);
	free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_that_overflow_are_out_of_memory),
		cmocka_unit_test(test_growing_keeps_what_is_there),
		cmocka_unit_test(test_a_failure_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
