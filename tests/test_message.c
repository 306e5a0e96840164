/* Messages, and the line that is drawn again and again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "message.h"

static char said[256];

/* What goes to standard error from here on is kept, up to heard(). */
static FILE *file;
static int before;

static void
hear(void)
{
	file = tmpfile();
	assert_non_null(file);
	fflush(stderr);
	before = dup(STDERR_FILENO);
	assert_true(before >= 0);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
}

static const char *
heard(void)
{
	size_t n;

	fflush(stderr);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	rewind(file);
	n = fread(said, 1, sizeof(said) - 1, file);
	said[n] = '\0';
	fclose(file);
	return said;
}

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
