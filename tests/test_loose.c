/*
 * loose.c: what people leave out when they type a text again, and what they do
 * not; and the rolling hash against a search that tries every place.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include <utf8proc.h>

#include "loose.h"
#include "words.h"

static struct loose *loose;
static struct words_reader *reader;

/* The words of a text, to be freed. */
static char *
words_of(const char *text, size_t len, size_t *norm_len)
{
	struct scan scan = { 0 };
	char *copy;

	assert_int_equal(words_read(reader, &scan, text, len, 0), 0);
	copy = exact_copy(scan.norm, scan.norm_len);
	*norm_len = scan.norm_len;
	scan_free(&scan);
	return copy;
}

/* The loose form of words, to be freed. */
static char *
fold_of(const char *norm, size_t len, size_t *got)
{
	char *to = malloc(len + 1);

	assert_non_null(to);
	*got = loose_fold(loose, norm, len, to);
	assert_true(*got <= len);
	return to;
}

static char *
loose_of(const char *text, size_t *len)
{
	size_t n;
	char *norm = words_of(text, strlen(text), &n);
	char *to = fold_of(norm, n, len);

	free(norm);
	return to;
}

static bool
are_equal(const char *a, const char *b)
{
	size_t na, nb;
	char *x = loose_of(a, &na), *y = loose_of(b, &nb);
	bool equal = na == nb && memcmp(x, y, na) == 0;

	free(x);
	free(y);
	return equal;
}

static bool
says(const char *c, const char *u)
{
	size_t nc, nu;
	char *x = loose_of(c, &nc), *y = loose_of(u, &nu);
	char *p = exact_copy(x, nc), *q = exact_copy(y, nu);
	bool yes = loose_says(p, nc, q, nu);

	free(x);
	free(y);
	free(p);
	free(q);
	return yes;
}

static void
test_marks_of_five_scripts_do_not_count(void **state)
{
	static const char *const pair[][2] = {
		{ "café", "cafe" }, { "CAFÉ", "cafe" },
		{ "cafe\u0301", "cafe" }, { "naïve", "naive" },
		{ "São", "Sao" }, { "ǖ", "u" }, { "Việt Nam", "Viet Nam" },
		{ "Łódź", "Lodz" }, { "Ørsted", "Orsted" },
		{ "Đà Nẵng", "Da Nang" }, { "İstanbul", "istanbul" },
		{ "ISPARTA", "ısparta" }, { "cœur", "coeur" },
		{ "Encyclopædia", "encyclopaedia" },
		{ "Straße", "STRASSE" }, { "Hawaiʻi", "Hawaii" },
		{ "Ἀθῆναι", "Αθηναι" }, { "άνθρωπος", "ΑΝΘΡΩΠΟΣ" },
		{ "Ёлка", "Елка" }, { "Йод", "Иод" }, { "мо\u0301ре", "море" },
		{ "Київ", "Киів" }, { "обʼєкт", "обєкт" },
		{ "مُحَمَّدٌ", "محمد" }, { "محـــمد", "محمد" },
		{ "أحمد", "احمد" }, { "شَيْءٌ", "شيء" }, { "مسئول", "مسيول" },
		{ "שָׁלוֹם", "שלום" },
		/* Arabic and Persian forms of one letter. */
		{ "علی", "علي" }, { "کتاب", "كتاب" }, { "مصطفى", "مصطفي" },
		{ "ہندی", "هندي" }, { "ھمه", "همه" }, { "۱۴۰۲", "١٤٠٢" },
		{ "۳٫۵", "٣٫٥" }, { "ﻛﺘﺎﺏ", "کتاب" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pair); i++)
		assert_true(are_equal(pair[i][0], pair[i][1]));
}

static void
test_marks_that_make_letters_count(void **state)
{
	static const char *const pair[][2] = {
		{ "कि", "क" }, { "कि", "की" }, { "ক", "কা" }, { "தி", "த" },
		{ "ด้", "ด" }, { "กำ", "ก" },
		{ "が", "か" }, { "パ", "ハ" }, { "パ", "バ" }, { "ガ", "カ" },
		{ "각", "가" }, { "한", "하" }, { "ག", "གི" },
		{ "a", "b" }, { "ş", "z" }, { "и", "і" }, { "ة", "ه" },
		{ "ð", "d" }, { "þ", "th" }, { "ä", "ae" }, { "ı", "l" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pair); i++)
		assert_false(are_equal(pair[i][0], pair[i][1]));
}

static void
test_word_of_marks_alone_stays(void **state)
{
	static const char *const same[] = {
		"\u0301 ", "a \u0301\u0300 b ", "ـ ", "ـــ a ", "a ʻʻ ", "\u064e",
		"\u0301\u0300", "é \u0301 é ",
	};
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		char *got = fold_of(same[i], strlen(same[i]), &n);

		if (i < 7) {
			assert_int_equal(n, strlen(same[i]));
			assert_memory_equal(got, same[i], n);
		} else {
			assert_int_equal(n, 7);
			assert_memory_equal(got, "e \u0301 e ", n);
		}
		free(got);
	}
}

/* What is known already is passed over faster: it must not show. */
static void
test_bytes_that_are_not_utf8_stay(void **state)
{
	static const char *const piece[] = {
		"é", "a", " ", "\xe9", "\xff", "\xc3", "\xe0\xa4", "ж",
		"\xed\xa0\x80", "\xf0\x90", "\u0301", "א", "漢", "\xe0\x80",
		"कि", "\x80", "𐐨", "ế", "й", "\xc1\xbf", "\xe0\x9f\xbf",
	};
	struct rng r = { 1 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct loose *fresh = loose_new();
		char s[128], b[128], *copy, *got;
		size_t n = 0, m = 0, k = 0;

		assert_non_null(fresh);
		for (uint32_t left = rng_below(&r, 30); left > 0; left--) {
			uint32_t j = rng_below(&r, ARRAY_LEN(piece));

			memcpy(s + n, piece[j], strlen(piece[j]));
			n += strlen(piece[j]);
		}
		copy = exact_copy(s, n);
		got = fold_of(copy, n, &m);
		/* All that have no marks, and stand by themselves. */
		for (size_t w = 0; w < n; w++)
			k += s[w] == '\xff';
		for (size_t w = 0; w < m; w++)
			k -= got[w] == '\xff';
		assert_int_equal(k, 0);
		assert_int_equal(loose_fold(fresh, copy, n, b), m);
		assert_memory_equal(got, b, m);
		loose_free(fresh);
		free(got);
		free(copy);
	}
}

/* Each code point by itself, as words.c makes words of it. */
static void
test_folding_is_short_and_done_at_once(void **state)
{
	uint32_t changed = 0;

	(void)state;
	for (utf8proc_int32_t c = 1; c < 0x110000; c++) {
		char text[16] = "a", *norm, *once, *twice;
		size_t len, n, m, spaces[2] = { 0, 0 };

		if (c >= 0xd800 && c < 0xe000)
			continue;
		n = (size_t)utf8proc_encode_char(c,
			(utf8proc_uint8_t *)text + 1);
		/* Behind a letter, and by itself. */
		for (int i = 0; i < 2; i++) {
			norm = words_of(text + i, n + 1 - (size_t)i, &len);
			once = fold_of(norm, len, &m);
			for (size_t k = 0; k < len; k++)
				spaces[0] += norm[k] == ' ';
			for (size_t k = 0; k < m; k++)
				spaces[1] += once[k] == ' ';
			assert_int_equal(spaces[0], spaces[1]);
			changed += m != len || memcmp(norm, once, m) != 0;
			twice = fold_of(once, m, &n);
			assert_int_equal(n, m);
			assert_memory_equal(once, twice, m);
			free(norm);
			free(once);
			free(twice);
			n = strlen(text) - 1;
		}
	}
	assert_in_range(changed, 1500, 9000);
}

static void
test_ascii_stays_as_it_is(void **state)
{
	struct rng r = { 2 };

	(void)state;
	for (int i = 0; i < 3000; i++) {
		size_t len = rng_below(&r, 70), n;
		char s[70], *copy, *got;

		for (size_t k = 0; k < len; k++)
			s[k] = (char)rng_below(&r, 128);
		copy = exact_copy(s, len);
		got = fold_of(copy, len, &n);
		assert_int_equal(n, len);
		assert_memory_equal(got, s, len);
		free(got);
		free(copy);
	}
}

static void
test_folds_the_same_without_memory(void **state)
{
	const char *s = "été жёлтый مُحَمَّدٌ łódź ἀθῆναι ";
	struct loose *poor = loose_new();
	char a[64], b[64];
	size_t n, m;

	(void)state;
	assert_non_null(poor);
	n = loose_fold(loose, s, strlen(s), a);
	allocations_fail(0, true);
	m = loose_fold(poor, s, strlen(s), b);
	assert_true(allocations_succeed() > 0);
	assert_int_equal(m, n);
	assert_memory_equal(a, b, n);
	n = loose_memory(poor);
	m = loose_fold(poor, s, strlen(s), b);
	assert_memory_equal(a, b, m);
	assert_true(loose_memory(poor) > n);
	loose_free(poor);
	loose_free(NULL);
}

static void
test_words_may_be_joined(void **state)
{
	(void)state;
	assert_true(says("a web site for all", "website for"));
	assert_true(says("a website for all", "web site for"));
	assert_true(says("website", "we b si te"));
	assert_true(says("a web site", "website"));
	assert_true(says("ab cd", "a bcd"));
	assert_true(says("web site", ""));
	assert_true(says("le cœur à l’heure", "coeur a lheure"));
	assert_true(says("COVID-19 rules", "covid19"));
	assert_false(says("a website for all", "site for"));
	assert_false(says("a website for all", "a web"));
	assert_false(says("web site", "website for"));
	assert_false(says("", "web"));
}

static void
test_numbers_are_not_joined(void **state)
{
	(void)state;
	assert_true(says("it costs 1 50 euros", "costs 1 50 euros"));
	assert_false(says("it costs 1.50 euros", "costs 1 50 euros"));
	assert_false(says("it costs 1.50 euros", "costs 150 euros"));
	assert_false(says("it costs 150 euros", "costs 1.50 euros"));
	assert_false(says("1,214 people died", "214 people died"));
	assert_false(says("version 4.2.7", "version 4.2"));
	assert_false(says("version 1 12", "version 11 2"));
	assert_true(says("version1 12", "version 1 12"));
	assert_true(says("٣ ٤ a", "٣ ٤ a"));
	assert_false(says("٣٤ a", "٣ ٤ a"));
	/* Nor are signs. */
	assert_false(says("from 5 -3 on", "from 5-3 on"));
	assert_false(says("from 5-3 on", "from 5 -3 on"));
	assert_true(says("5 ★ 5", "5 ★5"));
	assert_false(says("a ★ 5", "a 5"));
	assert_false(says("a p<5", "a p 5"));
	assert_true(says("web-site 5% on", "website 5 % on"));
}

static bool
is_fact(char c)
{
	return c != ' ' && (c < 'a' || c > 'z');
}

/* The oracle: from every word's beginning, byte by byte. */
static bool
slow_says(const char *c, size_t clen, const char *u, size_t ulen)
{
	for (size_t at = 0; at < clen && ulen > 0; at++) {
		size_t i = at, j = 0;

		if (at > 0 && c[at - 1] != ' ')
			continue;
		while (j < ulen) {
			bool space[2] = { i < clen && c[i] == ' ',
					  u[j] == ' ' };
			bool facts = i > 0 && j > 0 && is_fact(c[i - 1]);

			if (space[0] != space[1] && facts &&
			    ((space[0] && i + 1 < clen && is_fact(c[i + 1]) &&
			      is_fact(u[j])) ||
			     (space[1] && j + 1 < ulen && is_fact(u[j + 1]) &&
			      i < clen && is_fact(c[i]))))
				break;
			if (space[0] || space[1]) {
				i += space[0];
				j += space[1];
				continue;
			}
			if (i >= clen || c[i] != u[j])
				break;
			i++;
			j++;
		}
		if (j == ulen && (i >= clen || c[i] == ' ' || c[i - 1] == ' '))
			return true;
	}
	return ulen == 0;
}

static size_t
random_text(struct rng *r, char *to, uint32_t letters, uint32_t digits)
{
	size_t n = 0;

	for (uint32_t k = rng_below(r, 12); k > 0; k--) {
		for (uint32_t m = rng_range(r, 1, 3); m > 0; m--)
			to[n++] = rng_below(r, letters + digits) < letters ?
				(char)('a' + (int)rng_below(r, letters)) :
				"0-1+2"[rng_below(r, digits)];
		to[n++] = ' ';
	}
	return n;
}

/* A stretch of c from word to word, with spaces taken out and put in. */
static size_t
random_part(struct rng *r, const char *c, size_t clen, char *to)
{
	size_t from = rng_below(r, (uint32_t)clen + 1), n = 0;
	size_t end = from + rng_below(r, (uint32_t)(clen - from) + 1);

	while (from > 0 && c[from - 1] != ' ')
		from--;
	while (end < clen && end > 0 && c[end - 1] != ' ')
		end++;
	for (size_t i = from; i < end; i++) {
		bool ends = i + 1 == end;

		if (!ends && c[i] == ' ' && rng_once(r, 6))
			continue;
		to[n++] = c[i];
		if (!ends && c[i] != ' ' && c[i + 1] != ' ' && rng_once(r, 9))
			to[n++] = ' ';
	}
	return n;
}

static void
test_what_is_said_agrees_with_the_oracle(void **state)
{
	struct rng r = { 3 };
	uint32_t yes = 0;

	(void)state;
	for (int i = 0; i < 300000; i++) {
		char c[64], u[128], *p, *q;
		uint32_t letters = rng_range(&r, 1, 4);
		uint32_t digits = rng_below(&r, 5);
		size_t clen = random_text(&r, c, letters, digits), ulen;
		bool want;

		ulen = rng_once(&r, 4) ? random_text(&r, u, letters, digits) :
			random_part(&r, c, clen, u);
		p = exact_copy(c, clen);
		q = exact_copy(u, ulen);
		want = slow_says(c, clen, u, ulen);
		assert_int_equal(loose_says(p, clen, q, ulen), want);
		yes += want;
		free(p);
		free(q);
	}
	assert_in_range(yes, 60000, 290000);
}

static int
set_up(void **state)
{
	(void)state;
	loose = loose_new();
	reader = words_new(false);
	return loose == NULL || reader == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	loose_free(loose);
	words_free(reader);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks_of_five_scripts_do_not_count),
		cmocka_unit_test(test_marks_that_make_letters_count),
		cmocka_unit_test(test_word_of_marks_alone_stays),
		cmocka_unit_test(test_bytes_that_are_not_utf8_stay),
		cmocka_unit_test(test_folding_is_short_and_done_at_once),
		cmocka_unit_test(test_ascii_stays_as_it_is),
		cmocka_unit_test(test_folds_the_same_without_memory),
		cmocka_unit_test(test_words_may_be_joined),
		cmocka_unit_test(test_numbers_are_not_joined),
		cmocka_unit_test(test_what_is_said_agrees_with_the_oracle),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
