/* format_guess.c: what a name and the first bytes say. */
#include "random.h"

#include "format_guess.h"

static struct json_path text_path;

static struct format_guess
new_guess(void)
{
	assert_int_equal(json_path_parse(&text_path, "text"), 0);
	return (struct format_guess){ .text_path = &text_path };
}

static void
test_names_say_the_format(void **state)
{
	(void)state;
	assert_int_equal(format_of_name("a.jsonl"), FORMAT_JSONL);
	assert_int_equal(format_of_name("d/a.ndjson.gz"), FORMAT_JSONL);
	assert_int_equal(format_of_name("a.warc.zst"), FORMAT_WARC);
	assert_int_equal(format_of_name("a.wet.xz"), FORMAT_WARC);
	assert_int_equal(format_of_name("a.wat"), FORMAT_WARC);
	assert_int_equal(format_of_name("jsonl"), FORMAT_AUTO);
	assert_int_equal(format_of_name("a.jsonl.txt"), FORMAT_AUTO);
}

/* However many bytes come at a time. */
static void
test_the_answer_is_the_same_in_pieces(void **state)
{
	static const struct {
		const char *text;
		enum format format;
		bool object;
	} cases[] = {
		{ "", FORMAT_TEXT, false },
		{ "{", FORMAT_TEXT, false },
		{ "WARC/1.0\r\n", FORMAT_WARC, false },
		{ "WARC", FORMAT_TEXT, false },
		{ "plain words\n", FORMAT_TEXT, false },
		{ "{\"text\":\"a\"}\nx", FORMAT_JSONL, false },
		{ "\xef\xbb\xbf{\"text\":\"a\"}", FORMAT_JSONL, false },
		{ "{\"txt\":\"a\"}\n", FORMAT_TEXT, true },
		{ "{\"text\":\"a\n\"}\n", FORMAT_TEXT, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t piece = 1; piece < 20; piece++) {
			struct format_guess g = new_guess();
			size_t all = strlen(cases[i].text), len = 0;
			enum format got;

			do {
				len = len + piece < all ? len + piece : all;
				got = format_guess(&g, cases[i].text, len,
						   len == all);
			} while (got == FORMAT_AUTO && len < all);
			assert_int_equal(got, cases[i].format);
			assert_int_equal(g.object, cases[i].object);
		}
}

/*
 * A first line that does not end grows: what was looked at is not looked at
 * again, or else it would cost the square of its length.  So a newline that is
 * put there later goes unseen.
 */
static void
test_no_byte_of_the_first_line_is_looked_at_twice(void **state)
{
	struct format_guess g = new_guess();
	size_t len = 1 << 20, step = 1 << 16;
	char *s = malloc(len);

	(void)state;
	assert_non_null(s);
	memset(s, 'x', len);
	memcpy(s, "{\"a\":\"", 6);
	for (size_t n = step; n < len; n += step) {
		assert_int_equal(format_guess(&g, s, n, false), FORMAT_AUTO);
		memset(s + n - step + 6, '\n', step - 6);
	}
	assert_int_equal(format_guess(&g, s, len, true), FORMAT_TEXT);
	free(s);
}

static void
test_a_first_line_without_end_is_text(void **state)
{
	struct format_guess g = new_guess();
	char *s = malloc(FORMAT_GUESS_MAX);

	(void)state;
	assert_non_null(s);
	memset(s, 'x', FORMAT_GUESS_MAX);
	memcpy(s, "{\"a\":\"", 6);
	assert_int_equal(format_guess(&g, s, FORMAT_GUESS_MAX - 1, false),
			 FORMAT_AUTO);
	assert_int_equal(format_guess(&g, s, FORMAT_GUESS_MAX, false),
			 FORMAT_TEXT);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_say_the_format),
		cmocka_unit_test(test_the_answer_is_the_same_in_pieces),
		cmocka_unit_test(
			test_no_byte_of_the_first_line_is_looked_at_twice),
		cmocka_unit_test(test_a_first_line_without_end_is_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
