/* binary.c: what is refused by name, and that text is not. */
#include "random.h"

#include "binary.h"

static const char *
name_of(const char *s, size_t len)
{
	const struct binary *is = binary_recognize(s, len);

	return is != NULL ? is->what : "text";
}

#define assert_is(s, what) \
	assert_string_equal(name_of(s, sizeof(s) - 1), what)

/* 'n' bytes of text, lines of some length. */
static void
fill_text(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s[i] = i % 60 == 59 ? '\n' : i % 6 == 5 ? ' ' :
		       (char)('a' + i % 23);
}

/* Text to code units of 'size' bytes, each character below U+0100. */
static size_t
widen(char *to, const char *text, size_t n, size_t size, bool big)
{
	memset(to, 0, n * size);
	for (size_t i = 0; i < n; i++)
		to[i * size + (big ? size - 1 : 0)] = text[i];
	return n * size;
}

static void
test_magic_numbers_have_names(void **state)
{
	char tar[512] = "some/name.txt";

	(void)state;
	memcpy(tar + 257, "ustar", 6);
	assert_string_equal(name_of(tar, sizeof(tar)), "tar archive");
	assert_is("\x7f" "ELF\2\1\1", "ELF program or library");
	assert_is("PAR1\x15\4\x15\0", "Parquet");
	assert_is("BZh91AY&SY\1\2\3", "bzip2 data");
	assert_is("BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0", "bzip2 data");
	assert_is("%PDF-1.7\n1 0 obj\n", "PDF");
	assert_is("\x89PNG\r\n\x1a\n", "PNG picture");
	assert_is("\xff\xd8\xff\xe0", "JPEG picture");
	assert_is("GIF89a\1\0\1\0", "GIF picture");
	assert_is("7z\xbc\xaf\x27\x1c", "7z archive");
	assert_is("SQLite format 3\0", "SQLite database");
	assert_is("\xca\xfe\xba\xbe\0\0\0\x3d",
		  "Java class or Mach-O program");
	assert_is("\x89" "dedup\r\n\1\0\0\0", "table of dedup");
	assert_non_null(strstr(name_of("PK\3\4\x14\0", 6), "zip archive"));
}

/* Words that may begin a text count as magic only beside a NUL byte. */
static void
test_text_that_begins_as_a_magic_number_is_text(void **state)
{
	(void)state;
	assert_is("GIF89a is a format for pictures.\n", "text");
	assert_is("PAR1 is what a Parquet file begins with.\n", "text");
	assert_is("BZh is not all of it.\n", "text");
	assert_is("RIFF and ORC, 07070, OTTO, wOFF\n", "text");
	assert_is("PDF-1.7\n", "text");
	assert_is("", "text");
	assert_is("a", "text");
}

static void
test_wide_text_is_named_with_and_without_its_mark(void **state)
{
	static const char text[] = "Some words, and then\r\nsome more.\n";
	static const struct {
		size_t size;
		bool big;
		const char *mark, *marked, *bare;
	} forms[] = {
		{ 2, false, "\xff\xfe", "UTF-16", "UTF-16LE" },
		{ 2, true, "\xfe\xff", "UTF-16", "UTF-16BE" },
		{ 4, false, "\xff\xfe\0\0", "UTF-32", "UTF-32LE" },
		{ 4, true, "\0\0\xfe\xff", "UTF-32", "UTF-32BE" },
	};
	char wide[4 + 4 * sizeof(text)];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t size = forms[i].size, len;

		memcpy(wide, forms[i].mark, size);
		len = size + widen(wide + size, text, sizeof(text) - 1, size,
				   forms[i].big);
		assert_string_equal(name_of(wide, len), forms[i].marked);
		len -= size;
		assert_string_equal(name_of(wide + size, len), forms[i].bare);
		/* Cut off within a character, and a short line alone. */
		assert_string_equal(name_of(wide + size, len - 1),
				    forms[i].bare);
		assert_string_equal(name_of(wide + size, 5 * size),
				    forms[i].bare);
	}
}

/* Han and surrogates, with spaces enough: few NUL bytes. */
static void
test_utf16_without_a_mark_need_not_be_ascii(void **state)
{
	struct rng r = { 1 };
	char s[2 * 4000];
	size_t n = 0;

	(void)state;
	while (n < sizeof(s) - 4) {
		unsigned u = rng_below(&r, 12) == 0 ? ' ' :
			     0x4e00 + (unsigned)rng_below(&r, 0x5000);

		if (rng_below(&r, 50) == 0) {
			s[n++] = 0x42;
			s[n++] = (char)0xd8;
			u = 0xdfb7;
		}
		s[n++] = (char)(u & 0xff);
		s[n++] = (char)(u >> 8);
	}
	assert_string_equal(name_of(s, n), "UTF-16LE");
}

/* Up to 8 of them, and up to one in 100, pass. */
static void
test_a_few_nul_bytes_are_text_and_many_are_not(void **state)
{
	static const size_t lens[] = { 40, 100, 900, 5000, 65536, 200000 };
	static char s[200000];

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		size_t len = lens[i], seen, n;

		seen = len < BINARY_WINDOW ? len : BINARY_WINDOW;
		n = seen / 100 > 8 ? seen / 100 : 8;
		fill_text(s, len);
		for (size_t k = 0; k < n; k++)
			s[k * ((seen / (n + 1) - 1) | 1) + 3] = '\0';
		assert_string_equal(name_of(s, len), "text");
		s[seen - 2] = '\0';
		assert_string_not_equal(name_of(s, len), "text");
	}
	memset(s + 1000, '\0', 1000);
	assert_string_equal(name_of(s, sizeof(s)),
			    "binary data (many NUL bytes)");
}

/* What is compressed or encrypted in a way that has no magic number. */
static void
test_random_bytes_are_no_text(void **state)
{
	struct rng r = { 7 };
	char s[2000];

	(void)state;
	for (size_t i = 0; i < sizeof(s); i++)
		s[i] = (char)(1 + rng_below(&r, 255));
	assert_string_equal(name_of(s, sizeof(s)), "binary data (many "
			    "control characters)");
	/* Any one of them may be a separator of fields. */
	fill_text(s, sizeof(s));
	for (size_t i = 0; i < sizeof(s); i += 5)
		s[i] = '\1';
	assert_string_equal(name_of(s, sizeof(s)), "text");
}

/* Text of the terminal: colours, bells, overstrikes; of 8 bits. */
static void
test_text_with_escapes_or_of_8_bits_is_text(void **state)
{
	char s[3000];

	(void)state;
	fill_text(s, sizeof(s));
	for (size_t i = 0; i + 4 < sizeof(s); i += 4) {
		s[i] = "\a\b\t\v\f\r\x1b"[i / 4 % 7];
		s[i + 1] = (char)(0x80 + i % 128);
	}
	assert_string_equal(name_of(s, sizeof(s)), "text");
}

/* Only the window counts, and no byte behind the end is read (asan). */
static void
test_any_bytes_of_any_length(void **state)
{
	struct rng r = { 3 };

	(void)state;
	for (int i = 0; i < 3000; i++) {
		size_t len = rng_below(&r, 300);
		char *s = malloc(len + 1);	/* of none too */

		assert_non_null(s);
		for (size_t k = 0; k < len; k++)
			s[k] = (char)(rng_below(&r, 3) == 0 ? 0 :
				      rng_below(&r, 2) == 0 ? 0xd8 :
				      rng_below(&r, 256));
		binary_recognize(s, len);
		free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_magic_numbers_have_names),
		cmocka_unit_test(
			test_text_that_begins_as_a_magic_number_is_text),
		cmocka_unit_test(
			test_wide_text_is_named_with_and_without_its_mark),
		cmocka_unit_test(test_utf16_without_a_mark_need_not_be_ascii),
		cmocka_unit_test(
			test_a_few_nul_bytes_are_text_and_many_are_not),
		cmocka_unit_test(test_random_bytes_are_no_text),
		cmocka_unit_test(test_text_with_escapes_or_of_8_bits_is_text),
		cmocka_unit_test(test_any_bytes_of_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
