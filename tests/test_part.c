/* Parts: short texts that mean little without what stands beside them. */
#include "random.h"

#include <string.h>

#include "ending.h"
#include "part.h"

/* As a text of so many words, on one line. */
static bool
is_part(const char *text, uint32_t length, const char *words)
{
	struct part_text t = {
		.text = text, .len = strlen(text), .length = length,
		.nlines = 1, .words = words, .words_len = strlen(words),
		.headline = length < 12 &&
			    !ending_is_sentence(text, strlen(text)),
	};

	for (const char *s = text; (s = strchr(s, '\n')) != NULL; s++)
		t.nlines += s[1] != '-' && s[1] != 0;
	t.underlined = t.nlines == 1 && strchr(text, '\n') != NULL;
	return part_is(&t);
}

static void
test_open_end(void **state)
{
	static const char *const open[] = {
		"To set it:", "In the beginning, ", "**one** of these;**",
		"News /", "(see below:)\n", "その朝、", "次のとおり：", "甲；",
		"أولا،", "ثانيا؛", "ሀ፣", "he said: \xe2\x80\x9d",
	};
	static const char *const closed[] = {
		"", " ", "All.", "a:b", "What?", "Headline", "また明日。", "***",
		"1,214", "（甲）",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		assert_true(ending_is_open(open[i], strlen(open[i])));
		assert_true(is_part(open[i], 19, ""));
		assert_false(is_part(open[i], 20, ""));
	}
	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		assert_false(ending_is_open(closed[i], strlen(closed[i])));
}

static void
test_item(void **state)
{
	static const char *const item[] = {
		"- one.", "* one", "\t\xe2\x80\xa2 one.", "o  one.", "1. one.",
		"(a) one.", "[2] one", "-v, --verbose\n   Say more.",
		"--all\n   Take all.", "-- Jane Doe", "## New", "$ make",
		"> * quoted",
	};
	static const char *const text[] = {
		"One two.", "* one\n* two", "1. one\n  2. two\n", "-5 degrees.",
		"#tag and #tag", "$5 and more.", "o one.", "-",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(item); i++) {
		assert_true(is_part(item[i], 15, ""));
		assert_false(is_part(item[i], 20, ""));
	}
	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		assert_false(is_part(text[i], 15, ""));
}

static void
test_head(void **state)
{
	(void)state;
	assert_true(is_part("May 2024, Jane Doe", 11, "may 2024 jane doe "));
	assert_true(is_part("3.1, Jane Doe\n    John Doe", 11, "3.1 jane "));
	assert_true(is_part("build 10:30", 11, "build 10:30 "));
	assert_true(is_part("Reported-by: Jane Doe", 11, ""));
	assert_true(is_part("記者：山田", 11, ""));
	assert_true(is_part("What is new\n-----------", 11, ""));
	/* A sentence; too long for a headline; no number, name or rule. */
	assert_false(is_part("It rained in 2024.", 11, "it rained in 2024 "));
	assert_false(is_part("May 2024, Jane Doe", 12, "may 2024 jane doe "));
	assert_false(is_part("Ten of 3214 boats", 11, "ten of 3214 boats "));
	assert_false(is_part("All 12 of it", 11, "all 12 of it "));
	assert_false(is_part("Rule x2024", 11, "rule x2024 "));
	assert_false(is_part("What is new", 11, ""));
	assert_false(is_part("Members voted: all stay", 11, ""));
	assert_false(is_part("a: one", 11, ""));
	assert_false(is_part("：one", 11, ""));
	/* More lines are a menu, or a box to sign up. */
	assert_false(is_part("Home\nTop 2024\nSport", 11, "top 2024 "));
}

static void
test_code(void **state)
{
	struct part_text t = {
		.text = "set the zone.", .len = 13, .length = 19, .nlines = 2,
	};

	(void)state;
	assert_false(part_is(&t));
	t.listing = true;
	assert_true(part_is(&t));
	t.length = 20;
	assert_false(part_is(&t));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_end),
		cmocka_unit_test(test_item),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
