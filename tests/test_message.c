/* Messages, and the line that is drawn again and again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hear.h"
#include "message.h"

static void
test_a_message_takes_the_line_away_that_is_redrawn(void **state)
{
	(void)state;
	hear();
	message_redraw("12.5 MB");
	message("a: cannot open: %s", "why");
	message("a: more");
	message_redraw("13 MB");
	message_redraw("");
	message_redraw("");
	assert_string_equal(heard(),
		"\rdedup: 12.5 MB"
		"\r              \rdedup: a: cannot open: why\n"
		"dedup: a: more\n"
		"\rdedup: 13 MB"
		"\r            \r");
}

static void
test_a_shorter_line_covers_the_longer_one_before(void **state)
{
	(void)state;
	hear();
	message_redraw("12.5 MB");
	message_redraw("9 MB");
	message_redraw("");
	assert_string_equal(heard(),
		"\rdedup: 12.5 MB\rdedup: 9 MB   "
		"\r           \r");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_message_takes_the_line_away_that_is_redrawn),
		cmocka_unit_test(
			test_a_shorter_line_covers_the_longer_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
