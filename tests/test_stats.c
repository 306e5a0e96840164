/* The counts as -s and --json print them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hear.h"
#include "stats.h"

/* What stats_print() writes to standard error. */
static const char *
printed(const struct dedup_stats *s, bool json)
{
	struct tally t = { .bytes_in = 0 };

	hear();
	stats_print(s, &t, json);
	return heard();
}

#define HAS(text, part) assert_non_null(strstr(text, part))
#define HAS_NOT(text, part) assert_null(strstr(text, part))

static void
test_it_is_told_how_much_was_compared(void **state)
{
	struct dedup_stats s = { .units = 7, .lines = 20, .short_lines = 10 };

	(void)state;
	HAS(printed(&s, false), "\ncompared    7 units of 20 lines\n");
	HAS_NOT(printed(&s, false), "-u line");
	s.short_lines = 11;
	HAS(printed(&s, false), "\ncompared    7 units of 20 lines\n"
	    "            11 lines are not units by themselves: "
	    "-u line -m 1 compares each\n");
	s.lines = s.short_lines = 0;	/* nothing was read */
	HAS_NOT(printed(&s, false), "compared");
}

static void
test_what_was_given_up_is_told_of(void **state)
{
	struct dedup_stats s = { .units = 7, .lines = 20 };

	(void)state;
	HAS_NOT(printed(&s, false), "given up");
	HAS(printed(&s, true), "\"given_up\":0}\n");
	s.given_up = 3;
	HAS(printed(&s, false), "\ngiven up    3 comparisons");
	HAS(printed(&s, true),
	    ",\"lines\":20,\"short_lines\":0,\"given_up\":3}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_told_how_much_was_compared),
		cmocka_unit_test(test_what_was_given_up_is_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
