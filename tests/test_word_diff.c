/* word_diff.c against dynamic programming; text_cache.c. */
#define FAIL_ALLOCATIONS
#include "random.h"

#include "text_cache.h"
#include "word_diff.h"

#define WORDS_MAX 24

/* 'a' with its changes marked, as wdiff does. */
static const char *
marked(const char *a, const char *b)
{
	static char out[4096];
	struct word_diff w = { .n = 0 };
	size_t alen = strlen(a), blen = strlen(b), at = 0, n = 0;
	char *x = exact_copy(a, alen), *y = exact_copy(b, blen);

	assert_int_equal(word_diff(&w, x, alen, y, blen), 0);
	for (size_t i = 0; i < w.n; i++) {
		const struct word_change *c = &w.change[i];

		assert_true(c->off >= at && c->len + c->other_len > 0);
		assert_true(c->off + c->len <= alen);
		assert_true(c->other_off + c->other_len <= blen);
		n += (size_t)sprintf(out + n, "%.*s", (int)(c->off - at),
				     x + at);
		if (c->len > 0)
			n += (size_t)sprintf(out + n, "[-%.*s-]", (int)c->len,
					     x + c->off);
		if (c->other_len > 0)
			n += (size_t)sprintf(out + n, "{+%.*s+}",
					     (int)c->other_len,
					     y + c->other_off);
		at = c->off + c->len;
	}
	sprintf(out + n, "%.*s", (int)(alen - at), x + at);
	word_diff_free(&w);
	free(x);
	free(y);
	return out;
}

static void
test_words_that_differ_are_marked(void **state)
{
	static const struct {
		const char *a, *b, *want;
	} cases[] = {
		{ "they promised it", "they planned it",
		  "they [-promised-]{+planned+} it" },
		{ "such water, he said", "such a water, he said",
		  "such{+ a+} water, he said" },
		{ "such a water", "such water", "such [-a-] water" },
		{ "one, two, three", "one (four five) three",
		  "one, [-two-]{+four five+}, three" },
		/* The ends of b are free, but what is in place of a's. */
		{ "one two three", "zero and one two three. Four",
		  "one two three" },
		{ "It came on Monday.\n", "It came on Friday.\nNext",
		  "It came on [-Monday-]{+Friday+}.\n" },
		{ "It came on Monday.\n", "It came on one of the days.\n",
		  "It came on [-Monday-].\n" },
		{ "Two came home", "Six came home",
		  "[-Two-]{+Six+} came home" },
		{ "one two three four", "one two\nother text",
		  "one two [-three four-]" },
		/* What is no difference. */
		{ "“We have,” she SAID", "\"we have\" -- she said -",
		  "“We have,” she SAID" },
		{ "a caf\u00e9 stra\u00dfe", "a cafe STRASSE",
		  "a caf\u00e9 stra\u00dfe" },
		{ "the web site is", "the website is", "the web site is" },
		{ "the website is", "the web site is", "the website is" },
		{ "nach łódź und", "nach lodz und", "nach łódź und" },
		{ "على کتاب من", "علی كتاب من", "على کتاب من" },
		/* Signs that count, and those that do not. */
		{ "it is -5 degrees now", "it is 5 degrees now",
		  "it is [--5-]{+5+} degrees now" },
		{ "he got an A+ for it", "he got an A- for it",
		  "he got an [-A+-]{+A-+} for it" },
		{ "about 1,214 people died", "about 214 people died",
		  "about [-1,214-]{+214+} people died" },
		{ "for 25 € a day", "for 25€ a day", "for 25 € a day" },
		{ "for 25 € a day", "for 25 % a day",
		  "for [-25 €-]{+25 %+} a day" },
		{ "where p < 5 holds", "where p > 5 holds",
		  "where p [-<-]{+>+} 5 holds" },
		{ "write to jo@x.org (soon)", "write to jo@x.net soon",
		  "write to [-jo@x.org-]{+jo@x.net+} (soon)" },
		{ "go 1 50 now please", "go 150 now please",
		  "go [-1 50-]{+150+} now please" },
		{ "the &quot;caf&eacute;&quot; is", "the cafe is",
		  "the &quot;caf&eacute;&quot; is" },
		/* Scripts without spaces. */
		{ "\u6211\u4eec\u662f\u4eba", "\u6211\u4eec\u4e0d\u4eba",
		  "\u6211\u4eec[-\u662f-]{+\u4e0d+}\u4eba" },
		/* Bytes that are not UTF-8. */
		{ "die T\xfcr ist auf", "die T\xfc ist auf",
		  "die [-T\xfcr-]{+T\xfc+} ist auf" },
		{ "", "one", "" }, { "one", "", "one" },
		/* A unit that is like it, and then its copy. */
		{ "we all like red hats", "we all like tall hats\n\n"
		  "we all like red hats",
		  "we all like [-red-]{+tall+} hats" },
		{ "the cat sat", "the dog ran the cat sat down", "the cat sat" },
		{ "one two ten", "one six of two ten",
		  "one{+ six of+} two ten" },
		/* Too little in common. */
		{ "one two six", "ten two five", "one two six" },
		{ "-- !", "one", "-- !" }, { "one two", "six ten", "one two" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(marked(cases[i].a, cases[i].b),
				    cases[i].want);
}

/* Least cost from a to any beginning of b, by the textbook. */
static size_t
oracle_cost(const int *a, size_t na, const int *b, size_t nb)
{
	size_t t[WORDS_MAX + 1][WORDS_MAX + 1], least;

	for (size_t i = 0; i <= na; i++)
		for (size_t j = 0; j <= nb; j++) {
			t[i][j] = i == 0 ? j : t[i - 1][j] + 2;
			if (i > 0 && j > 0 && t[i][j - 1] + 1 < t[i][j])
				t[i][j] = t[i][j - 1] + 1;
			if (i > 0 && j > 0 && a[i - 1] == b[j - 1] &&
			    t[i - 1][j - 1] < t[i][j])
				t[i][j] = t[i - 1][j - 1];
		}
	least = t[na][0];
	for (size_t j = 1; j <= nb; j++)
		if (t[na][j] < least)
			least = t[na][j];
	return least;
}

/* Letters as words: "a b c". */
static size_t
spell(char *to, const int *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		to[2 * i] = (char)('a' + words[i]);
		to[2 * i + 1] = ' ';
	}
	return 2 * n;
}

/* Words of a text whose words are letters, from its changes. */
static size_t
words_marked(const struct word_diff *w, const char *a)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < w->n; i++) {
		const struct word_change *c = &w->change[i];

		assert_true(c->off >= at && c->len + c->other_len > 0);
		for (size_t j = 0; j < c->len; j++)
			n += a[c->off + j] != ' ';
		at = c->off + c->len;
	}
	return n;
}

static void
test_marks_are_those_of_the_cheapest_alignment(void **state)
{
	struct rng r = { 1 };
	struct word_diff w = { .n = 0 };

	(void)state;
	for (int round = 0; round < 200000; round++) {
		int a[WORDS_MAX], b[WORDS_MAX];
		char x[2 * WORDS_MAX], y[2 * WORDS_MAX];
		size_t na = rng_range(&r, 1, WORDS_MAX);
		size_t nb = rng_below(&r, WORDS_MAX + 1);
		uint32_t letters = rng_range(&r, 1, 10);
		size_t common = 0, passed = 0;

		for (size_t i = 0; i < na; i++)
			a[i] = (int)rng_below(&r, letters);
		for (size_t j = 0; j < nb; j++)
			b[j] = j < na && !rng_once(&r, 4) ? a[j] :
			       (int)rng_below(&r, letters);
		assert_int_equal(word_diff(&w, x, spell(x, a, na), y,
					   spell(y, b, nb)), 0);
		for (size_t i = 0; i < na; i++) {
			size_t j = w.match[i];

			if (j == SIZE_MAX)
				continue;
			assert_true(j >= passed && j < nb);
			assert_int_equal(a[i], b[j]);
			passed = j + 1;
			common++;
		}
		assert_int_equal(2 * (na - common) + passed - common,
				 oracle_cost(a, na, b, nb));
		if (2 * common < na)
			assert_int_equal(w.n, 0);
		else
			assert_int_equal(words_marked(&w, x), na - common);
	}
	word_diff_free(&w);
}

static void
test_what_costs_too_much_is_not_marked(void **state)
{
	static char a[40000], b[40000];
	struct word_diff w = { .n = 0 };
	size_t alen = 0, blen = 0, part = 0;

	(void)state;
	for (size_t i = 0; i < 2400; i++) {
		if (i == 600)
			part = alen;
		alen += (size_t)sprintf(a + alen, "w%zu ", i);
		blen += (size_t)sprintf(b + blen, "%c%zu ",
					i % 2 == 0 ? 'w' : 'v', i);
	}
	assert_int_equal(word_diff(&w, a, alen, a, alen), 0);
	assert_int_equal(w.n, 0);
	assert_int_equal(word_diff(&w, a, part, b, blen), 0);
	assert_int_equal(w.n, 300);
	assert_int_equal(word_diff(&w, a, alen, b, blen), 0);
	assert_int_equal(w.n, 0);
	word_diff_free(&w);
}

static void
test_word_diff_fails_cleanly_without_memory(void **state)
{
	int64_t live = allocations.live;

	(void)state;
	for (uint64_t n = 0;; n++) {
		struct word_diff w = { .n = 0 };
		int got;

		allocations_fail(n, true);
		errno = 0;
		got = word_diff(&w, "a b c d", 7, "a x c d", 7);
		if (allocations_succeed() == 0) {
			assert_int_equal(got, 0);
			assert_int_equal(w.n, 1);
			word_diff_free(&w);
			break;
		}
		assert_int_equal(got, -1);
		assert_int_equal(errno, ENOMEM);
		word_diff_free(&w);
	}
	assert_int_equal(allocations.live, live);
}

static void
check_text(const struct text_cache *t, uint64_t document, uint64_t off,
	   const char *want)
{
	const char *p;
	size_t len;

	if (want == NULL) {
		assert_false(text_cache_find(t, document, off, &p, &len));
		return;
	}
	assert_true(text_cache_find(t, document, off, &p, &len));
	assert_int_equal(len, strlen(want));
	assert_memory_equal(p, want, len);
}

static void
test_texts_are_found_by_document_and_offset(void **state)
{
	struct text_cache t = { .most = 1000 };

	(void)state;
	check_text(&t, 0, 0, NULL);
	text_cache_add(&t, 2, 0, "one ", 4);
	text_cache_add(&t, 2, 4, "two", 3);
	text_cache_add(&t, 3, 0, "", 0);
	text_cache_add(&t, 7, 0, "three", 5);
	check_text(&t, 2, 0, "one two");
	check_text(&t, 2, 5, "wo");
	check_text(&t, 2, 7, NULL);
	check_text(&t, 7, 0, "three");
	check_text(&t, 7, 1, "hree");
	check_text(&t, 0, 0, NULL);
	check_text(&t, 3, 0, NULL);
	check_text(&t, 8, 0, NULL);
	text_cache_clear(&t);
	check_text(&t, 2, 0, NULL);
	text_cache_free(&t);
}

static void
test_texts_hold_no_more_than_they_may(void **state)
{
	(void)state;
	for (size_t most = 0; most < 100; most++) {
		struct text_cache t = { .most = most };

		for (uint64_t i = 0; i < 9; i++) {
			text_cache_add(&t, i, 0, "0123456", 7);
			text_cache_add(&t, i, 7, "789", 3);
			assert_true(t.len + t.n * sizeof(*t.documents) <=
				    most);
		}
		/* The first text begins, and is cut where room ends. */
		if (most > sizeof(*t.documents)) {
			const char *p;
			size_t len, room = most - sizeof(*t.documents);

			assert_true(text_cache_find(&t, 0, 0, &p, &len));
			assert_int_equal(len, room < 10 ? room : 10);
			assert_memory_equal(p, "0123456789", len);
		}
		check_text(&t, 8, 0, NULL);
		text_cache_free(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_that_differ_are_marked),
		cmocka_unit_test(test_marks_are_those_of_the_cheapest_alignment),
		cmocka_unit_test(test_what_costs_too_much_is_not_marked),
		cmocka_unit_test(test_word_diff_fails_cleanly_without_memory),
		cmocka_unit_test(test_texts_are_found_by_document_and_offset),
		cmocka_unit_test(test_texts_hold_no_more_than_they_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
