/*
 * letter.c: the kinds of the characters that texts begin with.
 */
#include "random.h"

#include "letter.h"

static void
expect(const char *s, size_t len, enum letter kind, size_t bytes)
{
	char *copy = exact_copy(s, len);
	size_t n = 99;

	assert_int_equal(letter_first(copy, len, &n), kind);
	assert_int_equal(n, bytes);
	free(copy);
}

/* The same kind whatever follows, or nothing. */
static void
expect_all(const char *const *s, size_t n, enum letter kind)
{
	for (size_t i = 0; i < n; i++) {
		char longer[16];

		expect(s[i], strlen(s[i]), kind, strlen(s[i]));
		snprintf(longer, sizeof(longer), "%s\u0301aX1", s[i]);
		expect(longer, strlen(longer), kind, strlen(s[i]));
	}
}

static void
test_letters_have_their_case_from_unicode(void **state)
{
	static const char *const lower[] = {
		"a", "z", "ä", "ß", "σ", "ς", "ж", "ա", "ǆ", "ⅎ", "𐐨", "ﬁ",
	}, *const upper[] = {
		"A", "Z", "Ä", "ẞ", "Σ", "Ж", "Ա", "Ǆ", "ǅ", "Ⴀ", "𐐀", "Ａ",
	}, *const caseless[] = {
		"א", "ب", "क", "ก", "漢", "か", "가", "ー", "ª", "ʰ", "\u0301",
		"\u093e",
	};

	(void)state;
	expect_all(lower, ARRAY_LEN(lower), LETTER_LOWER);
	expect_all(upper, ARRAY_LEN(upper), LETTER_UPPER);
	expect_all(caseless, ARRAY_LEN(caseless), LETTER_CASELESS);
}

static void
test_digits_and_other_characters_are_no_letters(void **state)
{
	static const char *const digit[] = {
		"0", "9", "٣", "३", "²", "½", "Ⅷ", "①", "５", "〇",
	}, *const other[] = {
		" ", "\n", "\x7f", "\"", "“", "«", "—", "•", "…", "😀", "€",
		"\u00a0", "\u200d", "\ufeff", "\ufffd", "@", "[", "`", "{",
		"/", ":",
	};

	(void)state;
	expect_all(digit, ARRAY_LEN(digit), LETTER_DIGIT);
	expect_all(other, ARRAY_LEN(other), LETTER_OTHER);
	expect("\0a", 2, LETTER_OTHER, 1);
}

static void
test_a_byte_that_is_not_utf8_is_a_letter_without_case(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xe4", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc0\x80",
		"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", ("\xe4" "dchen"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		expect(bad[i], strlen(bad[i]), LETTER_CASELESS, 1);
}

static void
test_an_empty_text_has_no_first_character(void **state)
{
	size_t n = 99;

	(void)state;
	assert_int_equal(letter_first("a", 0, &n), LETTER_NONE);
	assert_int_equal(n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters_have_their_case_from_unicode),
		cmocka_unit_test(
			test_digits_and_other_characters_are_no_letters),
		cmocka_unit_test(
			test_a_byte_that_is_not_utf8_is_a_letter_without_case),
		cmocka_unit_test(test_an_empty_text_has_no_first_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
