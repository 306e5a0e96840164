/*
 * What a report is made of: text as HTML, what is frequent, what documents lost,
 * names of sources, the genre of a text, samples.
 */
#include "random.h"

#include <utf8proc.h>

#include "frequent.h"
#include "genre.h"
#include "html.h"
#include "losses.h"
#include "samples.h"
#include "source_name.h"

/* Text as HTML. */

static char *
escaped(const char *s, size_t len)
{
	struct html h = { .len = 0 };
	char *copy = exact_copy(s, len), *out;

	html_text(&h, copy, len);
	html_put(&h, "");
	assert_false(h.no_memory);
	out = calloc(1, h.len + 1);
	assert_non_null(out);
	if (h.len > 0)
		memcpy(out, h.buf, h.len);
	html_free(&h);
	free(copy);
	return out;
}

static void
test_html_shows_text_and_no_markup(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "a < b & c > d", "a &lt; b &amp; c &gt; d" },
		{ "<script>alert(1)</script>",
		  "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ "' onload=\"x\"", "&#39; onload=&quot;x&quot;" },
		{ "&lt;", "&amp;lt;" },
		{ "one\r\ntwo\tthree\n", "one\ntwo\tthree\n" },
		{ "one\rtwo", "one\xe2\x90\x8dtwo" },
		{ "\033[31m", "\xe2\x90\x9b[31m" },
		{ "\x7f", "\xe2\x90\xa1" },
		{ "a\xe2\x80\xae" "b", "a&lt;U+202E&gt;b" },
		{ "\xe2\x81\xa7", "&lt;U+2067&gt;" },
		{ "\xef\xbb\xbf", "&lt;U+FEFF&gt;" },
		{ "\xc2\x85", "&lt;U+0085&gt;" },
		{ "\xe2\x80\xa8", "&lt;U+2028&gt;" },
		{ "\xf3\xa0\x81\x81", "&lt;U+E0041&gt;" },
		{ "\xff<\xc3", "\xef\xbf\xbd&lt;\xef\xbf\xbd" },
		/* Overlong '<', a surrogate. */
		{ "\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f" },
		/* Joiners belong to words. */
		{ "\xe2\x80\x8d", "\xe2\x80\x8d" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *got = escaped(cases[i].text, strlen(cases[i].text));

		assert_string_equal(got, cases[i].want);
		free(got);
	}
}

static bool
is_utf8(const char *s)
{
	utf8proc_ssize_t left = (utf8proc_ssize_t)strlen(s), n;

	for (; left > 0; s += n, left -= n) {
		utf8proc_int32_t c;

		n = utf8proc_iterate((const utf8proc_uint8_t *)s, left, &c);
		if (n <= 0)
			return false;
	}
	return true;
}

static void
test_html_of_any_bytes_has_no_markup_and_is_utf8(void **state)
{
	static const char some[] = "<>&\"'\r\n\t\0\x1b\x7f\xe2\x80\xae\xff\xc3";
	struct rng rng = { 1 };

	(void)state;
	for (int round = 0; round < (int)rounds(50000); round++) {
		char text[24], *got;
		size_t len = (size_t)rng_below(&rng, sizeof(text) + 1);

		for (size_t i = 0; i < len; i++)
			text[i] = rng_below(&rng, 2) == 0 ?
				  some[rng_below(&rng, sizeof(some) - 1)] :
				  (char)rng_below(&rng, 256);
		got = escaped(text, len);
		assert_null(strpbrk(got, "<>\"'\r\033\177"));
		for (const char *s = strchr(got, '&'); s != NULL;
		     s = strchr(s + 1, '&'))
			assert_true(strncmp(s, "&lt;", 4) == 0 ||
				    strncmp(s, "&gt;", 4) == 0 ||
				    strncmp(s, "&amp;", 5) == 0 ||
				    strncmp(s, "&quot;", 6) == 0 ||
				    strncmp(s, "&#39;", 5) == 0);
		assert_true(is_utf8(got));
		free(got);
	}
}

static const char *
line_of(const char *s, size_t most)
{
	static char out[200];
	struct html h = { .len = 0 };

	html_line(&h, s, strlen(s), most);
	memset(out, 0, sizeof(out));
	if (h.len > 0)
		memcpy(out, h.buf, h.len);
	html_free(&h);
	return out;
}

static void
test_html_line_is_one_line_of_whole_characters(void **state)
{
	(void)state;
	assert_string_equal(line_of(" one\n\n two\t", 100), "one two");
	assert_string_equal(line_of("one two", 3), "one\xe2\x80\xa6");
	assert_string_equal(line_of("\xc3\xbc\xc3\xbc", 3),
			    "\xc3\xbc\xe2\x80\xa6");
	assert_string_equal(line_of("a\xf0\x9f\x98\x80", 4), "a\xe2\x80\xa6");
	assert_string_equal(line_of("a\xf0\x9f\x98\x80", 5),
			    "a\xf0\x9f\x98\x80");
	assert_string_equal(line_of("\x80\x80\x80\x80\x80\x80", 5),
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
			    "\xef\xbf\xbd\xe2\x80\xa6");
}

static void
test_html_numbers_are_for_people(void **state)
{
	struct html h = { .len = 0 };

	(void)state;
	html_number(&h, 0);
	html_put(&h, " ");
	html_number(&h, 1234567);
	html_put(&h, " ");
	html_bytes(&h, 999);
	html_put(&h, " ");
	html_bytes(&h, 999999);
	html_put(&h, " ");
	html_bytes(&h, UINT64_MAX);
	html_put(&h, " ");
	html_share(&h, 1, 100000);
	html_put(&h, " ");
	html_share(&h, 99999, 100000);
	html_put(&h, " ");
	html_share(&h, 0, 0);
	html_put(&h, " ");
	html_share(&h, 3, 3);
#define S "\xc2\xa0"
	assert_string_equal((html_put(&h, "|"), h.buf[h.len - 1] = '\0', h.buf),
			    "0 1,234,567 999" S "B 1.0" S "MB 18447" S
			    "PB &lt;" S "0.1" S "% &gt;" S "99.9" S "% 0.0" S
			    "% 100.0" S "%");
	html_free(&h);
}

/* What is frequent. */

struct counted {
	struct frequent_entry entry;
	uint64_t n;
};

static void
test_frequent_keeps_what_weighs_most(void **state)
{
	static uint64_t truth[5000];
	struct frequent f;
	struct rng rng = { 7 };
	uint64_t all = 0;

	(void)state;
	assert_int_equal(frequent_init(&f, 256, sizeof(struct counted)), 0);
	for (int i = 0; i < 200000; i++) {
		/* A few are frequent, most are not. */
		uint64_t key = rng_below(&rng, 3) == 0 ? rng_below(&rng, 20) :
			       rng_below(&rng, 5000);
		struct counted *c;
		bool fresh;

		c = frequent_add(&f, key, 1, &fresh);
		assert_int_equal(c->entry.key, key);
		c->n = fresh ? 1 : c->n + 1;
		truth[key]++;
		all++;
	}
	assert_true(f.dropped > 0 && f.dropped <= 2 * all / 256);
	for (uint64_t key = 0; key < 5000; key++) {
		struct counted *c = NULL;

		for (size_t i = 0; i < f.n; i++) {
			c = frequent_at(&f, i);
			if (c->entry.key == key)
				break;
			c = NULL;
		}
		assert_true(c != NULL || truth[key] <= f.dropped);
		if (c != NULL) {
			assert_true(c->n <= truth[key]);
			assert_true(c->entry.weight + f.dropped >= truth[key]);
		}
	}
	frequent_free(&f);
}

static void
test_frequent_is_exact_while_all_have_room(void **state)
{
	struct frequent f;

	(void)state;
	assert_int_equal(frequent_init(&f, 128, sizeof(struct counted)), 0);
	for (uint64_t i = 0; i < 1280; i++) {
		bool fresh;

		frequent_add(&f, i % 128, i, &fresh);
		assert_int_equal(fresh, i < 128);
	}
	assert_int_equal(f.dropped, 0);
	assert_int_equal(f.n, 128);
	for (size_t i = 0; i < f.n; i++) {
		struct frequent_entry *e = frequent_at(&f, i);

		assert_int_equal(e->weight, 10 * e->key + 128 * 45);
	}
	frequent_free(&f);
}

/* What documents lost. */

static void
test_losses_are_sorted_by_share_and_place(void **state)
{
	struct losses *l = calloc(1, sizeof(*l));

	(void)state;
	assert_non_null(l);
	losses_begin(l, 0);
	losses_end(l, 1000);
	losses_begin(l, 1);
	losses_removed(l, 0, 100);
	losses_removed(l, 900, 100);
	losses_end(l, 1000);
	losses_begin(l, 2);
	losses_removed(l, 0, 1000);
	losses_end(l, 1000);
	losses_begin(l, 3);		/* too short to be worth a look */
	losses_removed(l, 0, 10);
	losses_end(l, 10);
	losses_begin(l, 4);		/* empty */
	losses_end(l, 0);
	assert_int_equal(l->documents, 5);
	assert_int_equal(l->touched, 3);
	assert_int_equal(l->whole, 2);
	assert_int_equal(l->mostly, 1);
	assert_int_equal(l->gone, 1210);
	assert_int_equal(l->share[0], 2);
	assert_int_equal(l->share[3], 1);
	assert_int_equal(l->share[LOSSES_SHARES - 1], 2);
	assert_int_equal(l->tenth[0], 100);
	assert_int_equal(l->tenth[9], 100);
	assert_int_equal(l->most.n, 3);
	assert_int_equal(l->most.loss[0].document, 2);
	assert_int_equal(l->most.loss[1].document, 1);
	assert_int_equal(l->mostly_gone.n, 1);
	free(l);
}

static void
test_losses_name_the_largest_and_of_equal_ones_the_first(void **state)
{
	struct losses *l = calloc(1, sizeof(*l));

	(void)state;
	assert_non_null(l);
	for (uint64_t i = 0; i < 1000; i++) {
		losses_begin(l, i);
		losses_removed(l, 0, 1 + i * 7919 % 500);
		losses_end(l, 1000);
	}
	assert_int_equal(l->most.n, LOSSES_MOST);
	for (size_t i = 0; i < LOSSES_MOST; i++) {
		assert_int_equal(l->most.loss[i].gone, 500 - i / 2);
		if (i % 2 == 1)
			assert_true(l->most.loss[i].document >
				    l->most.loss[i - 1].document);
	}
	free(l);
}

static void
test_losses_find_the_place_in_long_documents(void **state)
{
	static const uint64_t len = UINT64_C(1) << 40;
	struct losses *l = calloc(1, sizeof(*l));

	(void)state;
	assert_non_null(l);
	losses_begin(l, 0);
	for (uint64_t i = 0; i < 10; i++)
		losses_removed(l, i * (len / 10) + len / 20, i + 1);
	losses_end(l, len);
	for (uint64_t i = 0; i < 10; i++)
		assert_int_equal(l->tenth[i], i + 1);
	free(l);
}

/* Sources. */

static void
test_source_names(void **state)
{
	static const struct {
		struct origin o;
		const char *want;
	} cases[] = {
		{ { .file = "a.txt" }, "." },
		{ { .file = "news/a.txt" }, "news" },
		{ { .file = "news/a.txt", .section = 3 }, "news/a.txt" },
		{ { .file = "w", .id = "<urn:1>",
		    .url = "http://www.example.com/a?b" }, "example.com" },
		{ { .file = "w", .id = "x", .url = "https://e.org" }, "e.org" },
		{ { .file = "w", .id = "x", .url = "dns:e.org" }, "dns:e.org" },
		{ { .file = "j", .id = "https://e.org/1" }, "e.org" },
		{ { .file = "j", .id = "wiki/en/12" }, "wiki/en" },
		{ { .file = "j", .id = "wiki-00012" }, "wiki" },
		{ { .file = "d/j", .id = "d/j:12" }, "d/j" },
		{ { .file = "d/j", .id = "0012" }, "d/j" },
		{ { .file = "d/j", .id = "article" }, "d/j" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len;
		const char *name = source_name(&cases[i].o, &len);

		assert_int_equal(len, strlen(cases[i].want));
		assert_memory_equal(name, cases[i].want, len);
	}
}

/* Genres. */

static void
test_genres(void **state)
{
	static const struct {
		enum genre want;
		const char *text;
	} cases[] = {
		{ GENRE_PROSE, "" },
		{ GENRE_PROSE, "One line of it.\n" },
		{ GENRE_VERSE,
		  "The gulls came in above the quay\n"
		  "And circled where the nets were hung\n"
		  "No boat was out that night but ours\n"
		  "Nor any song but this was sung\n" },
		{ GENRE_CODE,
		  "int\nmain(void)\n{\n\tputs(\"hello\");\n\treturn 0;\n}\n" },
		{ GENRE_CODE, "  def area(w, h):\n      return w * h\n"
		  "import sys\n" },
		{ GENRE_TABLE, "name\tsize\tcolour\nivy\t3\tgreen\n"
		  "oak\t30\tbrown\n" },
		{ GENRE_TABLE, "| a | b |\n| 1 | 2 |\n| 3 | 4 |\n" },
		{ GENRE_PROSE,	/* wrapped */
		  "THE SOFTWARE is provided as it is, and nobody says\n"
		  "That it is good for what you have in mind to do it\n"
		  "With, nor that it will not harm what you have made\n"
		  "Of it.\n" },
		{ GENRE_PROSE, "Home\nNews\nShop\nAbout us\nContact\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].text);
		char *text = exact_copy(cases[i].text, len);

		if (genre_of(text, len) != cases[i].want)
			fail_msg("case %zu: %s", i, genre_name(genre_of(text, len)));
		free(text);
	}
}

/* Samples. */

static void
test_samples_are_drawn_evenly_and_always_the_same(void **state)
{
	enum { RUNS = 2, ALL = 10000 };
	static const char text[] = "before. unit. after.";
	struct range decided = { .text = text, .len = sizeof(text) - 1 };
	struct range unit = { .off = 8, .text = text + 8, .len = 5 };
	struct dedup_removal r = { .reason = DEDUP_NEAR, .resemblance = 0.9 };
	struct samples s[RUNS];
	uint64_t sum = 0;

	(void)state;
	for (int run = 0; run < RUNS; run++) {
		assert_int_equal(samples_init(&s[run]), 0);
		for (uint64_t i = 0; i < ALL; i++)
			samples_add(&s[run], i, &r, &unit, &decided);
		samples_sort(&s[run]);
	}
	for (size_t i = 0; i < SAMPLES_EACH; i++) {
		const struct sample *a = &s[0].set[DEDUP_NEAR].sample[i];

		assert_int_equal(a->document,
				 s[1].set[DEDUP_NEAR].sample[i].document);
		assert_int_equal(a->before, 8);
		assert_int_equal(a->unit, 5);
		assert_int_equal(a->after, 7);
		assert_memory_equal(a->text, text, decided.len);
		sum += a->document;
	}
	assert_int_equal(s[0].set[DEDUP_NEAR].n, SAMPLES_EACH);
	assert_int_equal(s[0].set[DEDUP_NEAR].seen, ALL);
	/* Their mean is near the middle: within 4 deviations of it. */
	assert_true(sum / SAMPLES_EACH > 2600 && sum / SAMPLES_EACH < 7400);
	for (int run = 0; run < RUNS; run++)
		samples_free(&s[run]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html_shows_text_and_no_markup),
		cmocka_unit_test(
			test_html_of_any_bytes_has_no_markup_and_is_utf8),
		cmocka_unit_test(
			test_html_line_is_one_line_of_whole_characters),
		cmocka_unit_test(test_html_numbers_are_for_people),
		cmocka_unit_test(test_frequent_keeps_what_weighs_most),
		cmocka_unit_test(test_frequent_is_exact_while_all_have_room),
		cmocka_unit_test(test_losses_are_sorted_by_share_and_place),
		cmocka_unit_test(
			test_losses_name_the_largest_and_of_equal_ones_the_first),
		cmocka_unit_test(test_losses_find_the_place_in_long_documents),
		cmocka_unit_test(test_source_names),
		cmocka_unit_test(test_genres),
		cmocka_unit_test(
			test_samples_are_drawn_evenly_and_always_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
