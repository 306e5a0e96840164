/*
 * unit.c: what people take for wrapped paragraphs, code, lines and cut-off
 * leads, written by hand; and what must not matter to it.
 *
 * Every text stands in a buffer of its exact size, so that a build with
 * -fsanitize=address sees each read past its end.
 */
#include "random.h"

#include "unit.h"
#include "words.h"

static struct words_reader *reader;

/* unit_kind() of a block; where it starts in the document is the same. */
static enum block_kind
kind_n(const char *text, size_t len)
{
	static const uint64_t base[] = { 0, 77, (uint64_t)1 << 40 };
	enum block_kind kind = BLOCK_LINES;
	char *copy = exact_copy(text, len);

	for (size_t i = 0; i < ARRAY_LEN(base); i++) {
		struct scan scan = { 0 };
		enum block_kind k;
		char *norm;

		assert_int_equal(words_read(reader, &scan, copy, len, base[i]),
				 0);
		norm = exact_copy(scan.norm, scan.norm_len);
		k = unit_kind(scan.lines, scan.nlines, copy, base[i], norm);
		free(norm);
		scan_free(&scan);
		if (i > 0)
			assert_int_equal(k, kind);
		kind = k;
	}
	free(copy);
	return kind;
}

/*
 * The kind of a block, which must not depend on a missing newline at its end,
 * on line ends of two bytes, or on white space at the ends of lines.
 */
static enum block_kind
kind(const char *text)
{
	size_t len = strlen(text), n = 0;
	char *other = malloc(4 * len + 1);
	enum block_kind k = kind_n(text, len);

	assert_non_null(other);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			other[n++] = '\r';
		other[n++] = text[i];
	}
	assert_int_equal(kind_n(other, n), k);
	n = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n') {
			memcpy(other + n, " \t ", 3);
			n += 3;
		}
		other[n++] = text[i];
	}
	assert_int_equal(kind_n(other, n), k);
	if (len > 0 && text[len - 1] == '\n')
		assert_int_equal(kind_n(text, len - 1), k);
	free(other);
	return k;
}

static void
expect(const char *text, enum block_kind want)
{
	enum block_kind got = kind(text);

	if (got != want)
		fail_msg("%s, not %s:\n%s", got == BLOCK_WHOLE ? "whole" :
			 "lines", want == BLOCK_WHOLE ? "whole" : "lines",
			 text);
}

static void
test_hard_wrapped_text_is_whole(void **state)
{
	(void)state;
	/* A mail. */
	expect("I have had a look at the patch that you sent last week, and\n"
	       "it seems to me that the second half of it could be done in a\n"
	       "simpler way: the table is only ever read there, so nothing\n"
	       "has to be locked.\n", BLOCK_WHOLE);
	/* A specification, indented, with words in quotes. */
	expect("   The words \"KEEP\", \"KEEP NOT\", \"DROP\", \"DROP NOT\", "
	       "\"PASS\",\n"
	       "   \"PASS ON\", \"HOLD\", \"HOLD BACK\", and \"LET GO\" mean "
	       "in\n"
	       "   this text what the table at its end says that they mean, "
	       "and\n"
	       "   nothing else.\n", BLOCK_WHOLE);
	/* A book: some lines end where a sentence does. */
	expect("The harbour master had never been able to say why the bell\n"
	       "of the old lighthouse rang on some nights and not on others.\n"
	       "Whatever the wind may have had to do with it, he used to say\n"
	       "to those who asked, the wind alone was never enough; and as\n"
	       "he said so he would look out over the water, as though some\n"
	       "answer might yet come from there if only he waited for it a\n"
	       "little longer.\n", BLOCK_WHOLE);
	/* Two lines. */
	expect("The ferry was late again, the quay was empty again, and it\n"
	       "was cold again, and so nobody was there to see it arrive.\n",
	       BLOCK_WHOLE);
	/* Not in English, not ASCII. */
	expect("Über den Dächern war es still, sagte sie, während er müde\n"
	       "die Höhen entlang schaute und lange schwieg, bevor er das\n"
	       "Gespräch wieder aufnahm und größere Töne anschlug.\n",
	       BLOCK_WHOLE);
	/* Two bytes a letter: columns are not bytes. */
	expect("Утром на пристани никого не было, и только чайки ходили по\n"
	       "мокрым доскам, пока из тумана не показался старый паром, на\n"
	       "котором, как потом рассказывали, тоже не было ни души.\n",
	       BLOCK_WHOLE);
}

static void
test_captions_are_lines(void **state)
{
	(void)state;
	expect("Members of the rescue team at the site on Tuesday morning.\n"
	       "Photograph: Jane Doe/Agency\n", BLOCK_LINES);
	expect("Members of the rescue team at the site on Tuesday morning\n"
	       "Photograph: Jane Doe/Agency\n", BLOCK_LINES);
	/* Headlines. */
	expect("Government announces new plan for schools in the north\n"
	       "Minister resigns after weeks of pressure from party\n"
	       "Floods close roads and schools in three counties\n",
	       BLOCK_LINES);
	expect("The old bridge over the river was closed in May.\n"
	       "The old bridge over the river was closed in May. Photo: AP\n",
	       BLOCK_LINES);
	/* Alt text, caption, credit. */
	expect("A man walks past a closed shop in the old town of the "
	       "capital\n"
	       "A man walks past a closed shop in the old town of the "
	       "capital\n"
	       "(Image credit: Getty)\n", BLOCK_LINES);
}

static void
test_lines_that_say_the_same_are_lines(void **state)
{
	char text[4096];

	(void)state;
	for (int n = 2; n < 30; n++) {
		text[0] = '\0';
		for (int i = 0; i < n; i++)
			strcat(text, "Sign up to our newsletter to get the "
			       "best of our stories each day\n");
		expect(text, BLOCK_LINES);
		strcat(text, "and then a last line\n");
		expect(text, BLOCK_LINES);
	}
	/* The same words, that is. */
	expect("“we don’t know when they'll come home”, said a woman in town\n"
	       "\"we don't know when they’ll come home\" — said a woman in "
	       "town\n", BLOCK_LINES);
	expect("a man walks past a closed shop in the old town, in May\n"
	       "A man walks past a closed shop in the old town in May\n"
	       "and then a last line\n", BLOCK_LINES);
}

static void
test_paragraphs_a_line_each_are_lines(void **state)
{
	(void)state;
	expect("The council said on Monday that it would look again at the "
	       "plans, which have been criticised by residents of the area "
	       "since they were published two years ago.\n"
	       "\"We have listened,\" a spokesman said.\n"
	       "Work is expected to begin next spring, and to take at least "
	       "eighteen months, according to the people who drew the plans "
	       "up.\n", BLOCK_LINES);
	expect("The company did not answer questions about its plans today.\n"
	       "Its shares fell by four per cent in the first hour of trade.\n"
	       "Analysts had expected a better result for the third quarter.\n"
	       "The board is to meet again in the second week of December.\n",
	       BLOCK_LINES);
	expect("One line alone, of any length, is not a block of its own.\n",
	       BLOCK_LINES);
	expect("{ x = y[1]; }\n", BLOCK_LINES);
	expect("", BLOCK_LINES);
}

static void
test_verse_is_lines(void **state)
{
	(void)state;
	expect("Shall I compare thee to a summer's day?\n"
	       "Thou art more lovely and more temperate:\n"
	       "Rough winds do shake the darling buds of May,\n"
	       "And summer's lease hath all too short a date:\n", BLOCK_LINES);
	expect("When forty winters shall besiege thy brow,\n"
	       "And dig deep trenches in thy beauty's field,\n"
	       "Thy youth's proud livery so gazed on now,\n"
	       "Will be a tottered weed of small worth held\n",
	       BLOCK_LINES);
	expect("Whose woods these are I think I know\n"
	       "His house is in the village though\n"
	       "He will not see me stopping here\n"
	       "To watch his woods fill up with snow\n", BLOCK_LINES);
	expect("Tyger Tyger, burning bright,\n"
	       "In the forests of the night;\n"
	       "What immortal hand or eye,\n"
	       "Could frame thy fearful symmetry?\n", BLOCK_LINES);
}

static void
test_lists_and_menus_are_lines(void **state)
{
	(void)state;
	expect("- eggs and a litre of milk\n"
	       "- bread\n"
	       "- something for the garden, perhaps some roses, if they have "
	       "any\n"
	       "- paint\n", BLOCK_LINES);
	expect("- A litre of milk and a dozen eggs from the farm shop\n"
	       "- Two loaves of bread, one white and one brown please\n"
	       "- Something for the garden, perhaps some roses or so\n",
	       BLOCK_LINES);
	expect("* first\n* second\n* third\n* fourth\n", BLOCK_LINES);
	expect("1. Open the box.\n2. Take out the manual.\n3. Read it.\n",
	       BLOCK_LINES);
	expect("Home\nNews\nSport\nWeather\nContact us\nAbout\n", BLOCK_LINES);
	expect("Share\nTweet\nEmail\nPrint\nCopy link\n", BLOCK_LINES);
	expect("Home > News > Sport today\nLog in\nSign up\n", BLOCK_LINES);
}

static void
test_logs_and_tables_are_lines(void **state)
{
	(void)state;
	expect("2024-05-01 10:00:01 INFO server started\n"
	       "2024-05-01 10:00:02 INFO accepted connection from client 17 "
	       "at port 8080\n"
	       "2024-05-01 10:00:07 WARN slow query, took 5 seconds\n"
	       "2024-05-01 10:00:09 INFO closed connection\n", BLOCK_LINES);
	expect("2024-05-01 10:00:01 INFO server started on port 8080\n"
	       "2024-05-01 10:00:02 INFO accepted connection from client\n"
	       "2024-05-01 10:00:07 WARN slow query, took 5 seconds\n"
	       "2024-05-01 10:00:09 INFO closed connection\n", BLOCK_LINES);
	expect("12:01 ok\n12:02 ok\n12:03 failed\n12:04 ok\n", BLOCK_LINES);
	expect("Name\tAge\tCity\n"
	       "Anna\t31\tRome\n"
	       "Ben\t27\tOslo\n", BLOCK_LINES);
}

static void
test_code_is_whole(void **state)
{
	(void)state;
	expect("int main(void)\n"
	       "{\n"
	       "\tint n = 0;\n"
	       "\tfor (int i = 0; i < 10; i++) {\n"
	       "\t\tn += i;\n"
	       "\t}\n"
	       "\treturn n;\n"
	       "}\n", BLOCK_WHOLE);
	expect("def f(x):\n"
	       "    if x[0] == {}:\n"
	       "        return g(x[1:]) + [x]\n"
	       "    return [y for y in h(x) if y != x[0]]\n", BLOCK_WHOLE);
	expect("$ ls -l > out; cat < out | wc\n"
	       "$ make && ./run --all=[1] | tee $HOME/log\n", BLOCK_WHOLE);
	expect("<div class=\"a\">\n<p>\n</p>\n</div>\n", BLOCK_WHOLE);
	expect("{\"a\": {\"b\": [1, 2]}}\n{\"a\": {\"b\": [3, 4]}}\n",
	       BLOCK_WHOLE);
	expect("foo(bar);\nfoo(bar);\nfoo(bar);\n", BLOCK_WHOLE);
}

static void
test_fenced_listing_is_whole(void **state)
{
	(void)state;
	expect("```\nplain words\n", BLOCK_WHOLE);
	expect("```python\nprint\n```\n", BLOCK_WHOLE);
	expect("~~~\nHome\nNews\nSport\n~~~\n", BLOCK_WHOLE);
	expect("   ```\nx\n", BLOCK_WHOLE);
	expect("```\n", BLOCK_WHOLE);
	expect("```", BLOCK_WHOLE);
	/* A fence further down is none of the block's first line. */
	expect("Home\n```\nSport and all the rest\n", BLOCK_LINES);
}

static void
test_fence_is_three_marks_after_up_to_three_spaces(void **state)
{
	static const struct {
		const char *text;
		bool fence;
	} line[] = {
		{ "```", true }, { "~~~", true }, { " ```", true },
		{ "  ~~~", true }, { "   ```", true }, { "    ```", false },
		{ "``", false }, { "~~", false }, { "``~", false },
		{ "   ``", false }, { "", false }, { "`", false },
		{ "   ", false }, { " ", false }, { "```c\n", true },
		{ "````", true }, { "\t```", false }, { "a```", false },
		{ "~~~ ~~~\r\n", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(line); i++) {
		size_t len = strlen(line[i].text);
		char *copy = exact_copy(line[i].text, len);

		if (unit_is_fence(copy, len) != line[i].fence)
			fail_msg("\"%s\"", line[i].text);
		free(copy);
	}
}

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

/* Break lines where the next word would not fit. */
static void
wrap(char *text, size_t width)
{
	size_t start = 0, last = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] == ' ')
			last = i;
		if (i - start >= width && last > start) {
			text[last] = '\n';
			start = last + 1;
			i = last;
		}
	}
}

static void
test_prose_wrapped_at_any_usual_width_is_whole(void **state)
{
	static char text[4096];
	struct rng r = { 1 };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		size_t width = rng_range(&r, 55, 98);

		if (random_prose(&r, text, rng_range(&r, 40, 200)) <= width)
			continue;
		wrap(text, width);
		expect(text, BLOCK_WHOLE);
	}
}

/* The same words, with the paragraphs a line each. */
static void
test_prose_of_uneven_lines_is_lines(void **state)
{
	static char text[40000];
	struct rng r = { 2 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		size_t n = 0;

		/* One line is much wider than wrapped text is. */
		for (uint32_t k = rng_range(&r, 2, 12); k > 0; k--) {
			n += random_prose(&r, text + n, rng_range(&r, 3, 60));
			text[n++] = '\n';
		}
		n += random_prose(&r, text + n, 80);
		text[n] = '\0';
		expect(text, BLOCK_LINES);
	}
}

/* Lines that close each with a full stop are sentences, not wrapped text. */
static void
test_sentences_a_line_each_are_lines(void **state)
{
	static char text[4096];
	struct rng r = { 3 };

	(void)state;
	for (int i = 0; i < 500; i++) {
		char *p;

		random_prose(&r, text, rng_range(&r, 60, 150));
		wrap(text, 70);
		for (p = text; (p = strchr(p, '\n')) != NULL; p++)
			p[-1] = ".!?"[rng_below(&r, 3)];
		expect(text, BLOCK_LINES);
	}
}

/* Any bytes: no read past the end, and the same answer anywhere. */
static void
test_any_bytes_have_a_kind(void **state)
{
	static const char some[] = "ab .\n\n(){};=`~-\t\r…\xc2\xa0\0";
	struct rng r = { 4 };
	char text[600];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		size_t len = rng_below(&r, sizeof(text) + 1);

		for (size_t j = 0; j < len; j++)
			text[j] = rng_once(&r, 4) ? (char)rng_next(&r) :
				  some[rng_below(&r, sizeof(some) - 1)];
		kind_n(text, len);
	}
}

static enum cut
cut_n(const char *text, size_t len)
{
	char *copy = exact_copy(text, len);
	enum cut cut = unit_cut(copy, len);

	free(copy);
	return cut;
}

/* White space at the end does not matter. */
static void
expect_cut(const char *text, enum cut want)
{
	static const char *const end[] = { "", "\n", "\r\n", " ", " \t\n" };
	char line[256];

	for (size_t i = 0; i < ARRAY_LEN(end); i++) {
		enum cut got;

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
	expect_cut("The council said that it wou...", CUT_INSIDE);
	expect_cut("The council said that it wou…", CUT_INSIDE);
	expect_cut("The council said that it....", CUT_INSIDE);
	expect_cut("The council said that it…\"", CUT_INSIDE);
	expect_cut("The council said that it…”", CUT_INSIDE);
	expect_cut("The council said that it...)", CUT_INSIDE);
	expect_cut("The council said that it... »", CUT_INSIDE);
	expect_cut("The council said that it...\xc2\xa0", CUT_INSIDE);
	expect_cut("x...", CUT_INSIDE);
	expect_cut("é…", CUT_INSIDE);
}

static void
test_ellipsis_by_itself_cuts_after_a_word(void **state)
{
	(void)state;
	expect_cut("The council said that it ...", CUT_AFTER);
	expect_cut("The council said that it …", CUT_AFTER);
	expect_cut("The council said that it […]", CUT_AFTER);
	expect_cut("The council said that it [...]", CUT_AFTER);
	expect_cut("The council said that it[…]", CUT_AFTER);
	expect_cut("The council said that it (...)", CUT_AFTER);
	expect_cut("The council said that it ...]", CUT_AFTER);
	expect_cut("The council said that it [...] →", CUT_AFTER);
	expect_cut("...", CUT_AFTER);
	expect_cut("…", CUT_AFTER);
	expect_cut("[…]", CUT_AFTER);
	expect_cut("...]", CUT_AFTER);
}

static void
test_read_more_cuts(void **state)
{
	(void)state;
	expect_cut("The council said that it would. Read more", CUT_READ_MORE);
	expect_cut("The council said that it would. Read more »",
		   CUT_READ_MORE);
	expect_cut("The council said that it would… Read More",
		   CUT_READ_MORE);
	expect_cut("The council said that it would... READ MORE →",
		   CUT_READ_MORE);
	expect_cut("The council said that it would [Read more]",
		   CUT_READ_MORE);
	expect_cut("The council said that it would (read more)",
		   CUT_READ_MORE);
	expect_cut("The council said that it would Read more...",
		   CUT_READ_MORE);
	expect_cut("The council said that it would Read more…",
		   CUT_READ_MORE);
	expect_cut("The council said that it would read more >>",
		   CUT_READ_MORE);
	expect_cut("The council said that it would.Read more", CUT_READ_MORE);
	expect_cut("Read more", CUT_READ_MORE);
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
		expect_cut(whole[i], CUT_NONE);
}

/* What stands before the end does not matter, nor how much. */
static void
test_only_the_end_of_a_text_cuts(void **state)
{
	static const char *const end[] = {
		" word...", " word ...", " word […]", " Read more »",
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

static int
set_up(void **state)
{
	(void)state;
	reader = words_new(false);
	return reader == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	words_free(reader);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hard_wrapped_text_is_whole),
		cmocka_unit_test(test_captions_are_lines),
		cmocka_unit_test(test_lines_that_say_the_same_are_lines),
		cmocka_unit_test(test_paragraphs_a_line_each_are_lines),
		cmocka_unit_test(test_verse_is_lines),
		cmocka_unit_test(test_lists_and_menus_are_lines),
		cmocka_unit_test(test_logs_and_tables_are_lines),
		cmocka_unit_test(test_code_is_whole),
		cmocka_unit_test(test_fenced_listing_is_whole),
		cmocka_unit_test(
			test_fence_is_three_marks_after_up_to_three_spaces),
		cmocka_unit_test(
			test_prose_wrapped_at_any_usual_width_is_whole),
		cmocka_unit_test(test_prose_of_uneven_lines_is_lines),
		cmocka_unit_test(test_sentences_a_line_each_are_lines),
		cmocka_unit_test(test_any_bytes_have_a_kind),
		cmocka_unit_test(test_ellipsis_right_after_a_word_may_cut_it),
		cmocka_unit_test(test_ellipsis_by_itself_cuts_after_a_word),
		cmocka_unit_test(test_read_more_cuts),
		cmocka_unit_test(test_other_endings_do_not_cut),
		cmocka_unit_test(test_only_the_end_of_a_text_cuts),
		cmocka_unit_test(test_any_bytes_are_cut_or_not),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
