/*
 * ending.c: what people take for cut-off leads, written by hand.
 *
 * Every text stands in a buffer of its exact size, so that a build with
 * -fsanitize=address sees each read past its end.
 */
#include "random.h"

#include "ending.h"
#include "words.h"

/* Random words, a stop or a comma here and there. */
static size_t
random_prose(struct rng *r, char *to, uint32_t nwords)
{
	size_t n = 0;

	for (uint32_t i = 0; i < nwords; i++) {
		uint32_t len = rng_range(r, 1, 10);

		for (; len > 0; len--)
			to[n++] = (char)('a' + rng_below(r, 26));
		if (i + 1 == nwords)
			to[n++] = '.';
		else if (rng_once(r, 9))
			to[n++] = ',';
		to[n++] = ' ';
	}
	to[n - 1] = '\0';
	return n - 1;
}

static enum ending
cut_n(const char *text, size_t len)
{
	char *copy = exact_copy(text, len);
	enum ending cut = ending_of(copy, len);

	free(copy);
	return cut;
}

/* White space at the end does not matter. */
static void
expect_cut(const char *text, enum ending want)
{
	static const char *const end[] = { "", "\n", "\r\n", " ", " \t\n" };
	char line[256];

	for (size_t i = 0; i < ARRAY_LEN(end); i++) {
		enum ending got;

		snprintf(line, sizeof(line), "%s%s", text, end[i]);
		got = cut_n(line, strlen(line));
		if (got != want)
			fail_msg("\"%s\": %d, not %d", line, got, want);
	}
}

static void
test_ellipsis_right_after_a_word_may_cut_it(void **state)
{
	(void)state;
	expect_cut("The council said that it wou...", ENDING_INSIDE);
	expect_cut("The council said that it wou…", ENDING_INSIDE);
	expect_cut("The council said that it....", ENDING_INSIDE);
	expect_cut("The council said that it…\"", ENDING_INSIDE);
	expect_cut("The council said that it…”", ENDING_INSIDE);
	expect_cut("The council said that it...)", ENDING_INSIDE);
	expect_cut("The council said that it... »", ENDING_INSIDE);
	expect_cut("The council said that it...\xc2\xa0", ENDING_INSIDE);
	expect_cut("The council said that it...’ \" →\xc2\xa0'", ENDING_INSIDE);
	expect_cut("x...", ENDING_INSIDE);
	expect_cut("é…", ENDING_INSIDE);
}

static void
test_ellipsis_by_itself_cuts_after_a_word(void **state)
{
	(void)state;
	expect_cut("The council said that it ...", ENDING_AFTER);
	expect_cut("The council said that it …", ENDING_AFTER);
	expect_cut("The council said that it […]", ENDING_AFTER);
	expect_cut("The council said that it [...]", ENDING_AFTER);
	expect_cut("The council said that it[…]", ENDING_AFTER);
	expect_cut("The council said that it (...)", ENDING_AFTER);
	expect_cut("The council said that it ...]", ENDING_AFTER);
	expect_cut("The council said that it [...] →", ENDING_AFTER);
	expect_cut("...", ENDING_AFTER);
	expect_cut("…", ENDING_AFTER);
	expect_cut("[…]", ENDING_AFTER);
	expect_cut("...]", ENDING_AFTER);
}

/* Words at the end of a text that ask to read on. */
static uint32_t
asking_words(const char *text)
{
	struct words_reader *w = words_new(false);
	struct ending_filter f;
	struct scan scan = { 0 };
	char *norm;
	uint32_t n;

	assert_non_null(w);
	assert_int_equal(words_read(w, &scan, text, strlen(text), 0), 0);
	norm = exact_copy(scan.norm, scan.norm_len);
	ending_filter_init(&f);
	n = ending_read_more(&f, norm, scan.norm_len);
	free(norm);
	scan_free(&scan);
	words_free(w);
	return n;
}

static void
test_words_that_ask_to_read_on_are_told(void **state)
{
	static const struct {
		const char *end;
		uint32_t n;
	} asks[] = {
		{ "Read more", 2 }, { "Read more »", 2 }, { "… Read More", 2 },
		{ "... READ MORE", 2 }, { "[Read more]", 2 },
		{ "(read more)", 2 }, { "Read more...", 2 },
		{ "Read more…", 2 }, { "read more >>", 2 },
		{ "Continue reading", 2 }, { "… Continue reading", 2 },
		{ "Weiterlesen", 1 }, { "… Weiterlesen …", 1 },
		{ "Lire la suite", 3 }, { "[Lire la suite...]", 3 },
		{ "Leer más", 2 }, { "Seguir leyendo", 2 },
		{ "Leggi tutto", 2 }, { "Leia mais", 2 }, { "Lees meer", 2 },
		{ "Czytaj więcej", 2 }, { "Читать далее", 2 },
		{ "Läs mer", 2 }, { "Devamını oku", 2 },
		{ "続きを読む", 5 }, { "阅读更多", 4 }, { "더 보기", 2 },
		{ "اقرأ المزيد", 2 }, { "ادامه مطلب", 2 },
	};
	static const char *const not[] = {
		"We can read no more.", "bread more", "a spread more", "more",
		"He went on reading", "weiter", "", "la suite", "Read more of it",
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
		snprintf(text, sizeof(text), "The council said that it would "
			 "go. %s", asks[i].end);
		if (asking_words(text) != asks[i].n)
			fail_msg("\"%s\": %u words", text,
				 (unsigned)asking_words(text));
	}
	for (size_t i = 0; i < ARRAY_LEN(not); i++)
		if (asking_words(not[i]) != 0)
			fail_msg("\"%s\"", not[i]);
}

static void
test_ends_of_sentences_are_told(void **state)
{
	static const char *const ends[] = {
		"So it is.", "So it is!", "Is it so?", "So it is…",
		"“So it is.”", "(So it is.)", "\"Is it so?\" ", "So it is...\n",
		"港は朝五時に開く。", "「港は朝五時に開く。」", "是这样吗？",
		"ऐसा ही है।", "ایسا ہی ہے۔", "هل هو كذلك؟", "So it is.*",
	};
	static const char *const open[] = {
		"So it is", "So it is,", "So it is;", "(So it is)", "“So it is”",
		"港は朝五時に開く", "", " ", "Bread | The Ledger", "7", "a.b",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends) + ARRAY_LEN(open); i++) {
		bool want = i < ARRAY_LEN(ends);
		const char *s = want ? ends[i] : open[i - ARRAY_LEN(ends)];
		char *copy = exact_copy(s, strlen(s));

		if (ending_is_sentence(copy, strlen(s)) != want)
			fail_msg("\"%s\"", s);
		free(copy);
	}
}

static void
test_other_endings_do_not_cut(void **state)
{
	static const char *const whole[] = {
		"", ".", "..", "x", "Wait..", "wait..", "cats, dogs, etc.",
		"The council said that it would.", "He asked: why?",
		"No stop at the end", "the end)", "the end]", "\"The end.\"",
		"“The end.”", "The end. »", "...and so it went on.",
		"One… two", "[…] and so on", "Version 1.2.", "bread more",
		"We read more.", "I could not read more than that", "more",
		"ead more", "e", "read  more", "read", "spread more",
		"the end..\"", "\xe2\x80", "\xa6", "x\x80\xa6", "\r\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		expect_cut(whole[i], ENDING_WHOLE);
}

/* What stands before the end does not matter, nor how much. */
static void
test_only_the_end_of_a_text_cuts(void **state)
{
	static const char *const end[] = {
		" word...", " word ...", " word […]",
		" the end.", " etc.", " wait..", " \"so…\"", " e", " more",
	};
	struct rng r = { 5 };
	static char text[4096];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		const char *e = end[i % ARRAY_LEN(end)];
		size_t n = random_prose(&r, text, rng_range(&r, 1, 60));

		if (rng_once(&r, 3))
			memcpy(text + rng_below(&r, (uint32_t)n), ".", 1);
		strcpy(text + n, e);
		assert_int_equal(cut_n(text, n + strlen(e)),
				 cut_n(e, strlen(e)));
	}
}

static void
test_any_bytes_are_cut_or_not(void **state)
{
	static const char some[] = "abe .]\n)\"'>\xe2\x80\xa6\x9d\xc2\xa0\xbb";
	struct rng r = { 6 };
	char text[40];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		size_t len = rng_below(&r, sizeof(text) + 1);

		for (size_t j = 0; j < len; j++)
			text[j] = rng_once(&r, 8) ? (char)rng_next(&r) :
				  some[rng_below(&r, sizeof(some) - 1)];
		cut_n(text, len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ellipsis_right_after_a_word_may_cut_it),
		cmocka_unit_test(test_ellipsis_by_itself_cuts_after_a_word),
		cmocka_unit_test(test_words_that_ask_to_read_on_are_told),
		cmocka_unit_test(test_ends_of_sentences_are_told),
		cmocka_unit_test(test_other_endings_do_not_cut),
		cmocka_unit_test(test_only_the_end_of_a_text_cuts),
		cmocka_unit_test(test_any_bytes_are_cut_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
