/*
 * words.c against an oracle that folds whole stretches of text with utf8proc
 * and then looks at one code point after the other.
 *
 * Every text stands in a buffer of its exact size, so that a build with
 * -fsanitize=address sees each read past its end.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include <utf8proc.h>

#include "words.h"

#define FOLD ((utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | \
	      UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE))

/* Texts under construction. */

struct text {
	char *p;
	size_t len, room;
};

static void
put(struct text *t, const char *s, size_t len)
{
	if (t->len + len > t->room) {
		t->room = 2 * (t->len + len) + 64;
		t->p = realloc(t->p, t->room);
		assert_non_null(t->p);
	}
	if (len > 0)
		memcpy(t->p + t->len, s, len);
	t->len += len;
}

static void
put_s(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

static void
put_many(struct text *t, const char *s, size_t n)
{
	while (n-- > 0)
		put_s(t, s);
}

static void
put_c(struct text *t, uint32_t c)
{
	char b[4];

	if (c < 0x80) {
		b[0] = (char)c;
		put(t, b, 1);
	} else if (c < 0x800) {
		b[0] = (char)(0xc0 | c >> 6);
		b[1] = (char)(0x80 | (c & 0x3f));
		put(t, b, 2);
	} else if (c < 0x10000) {
		b[0] = (char)(0xe0 | c >> 12);
		b[1] = (char)(0x80 | (c >> 6 & 0x3f));
		b[2] = (char)(0x80 | (c & 0x3f));
		put(t, b, 3);
	} else {
		b[0] = (char)(0xf0 | c >> 18);
		b[1] = (char)(0x80 | (c >> 12 & 0x3f));
		b[2] = (char)(0x80 | (c >> 6 & 0x3f));
		b[3] = (char)(0x80 | (c & 0x3f));
		put(t, b, 4);
	}
}

static void
text_free(struct text *t)
{
	free(t->p);
	*t = (struct text){ 0 };
}

/* The oracle. */

/* Well-formed UTF-8 at s (Unicode, table 3-7): its length, or 0. */
static size_t
decode(const char *s, size_t len, uint32_t *c)
{
	const unsigned char *b = (const unsigned char *)s;
	size_t n = b[0] < 0x80 ? 1 : b[0] < 0xc2 ? 0 : b[0] < 0xe0 ? 2 :
		   b[0] < 0xf0 ? 3 : b[0] < 0xf5 ? 4 : 0;

	if (n == 0 || n > len)
		return 0;
	*c = n == 1 ? b[0] : b[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (b[i] & 0x3f);
	}
	if ((n == 3 && *c < 0x800) || (n == 4 && *c < 0x10000) ||
	    (*c >= 0xd800 && *c <= 0xdfff) || *c > 0x10ffff)
		return 0;
	return n;
}

/* Letter, mark, number, or 0. */
static char
class_of(uint32_t c)
{
	const char *s = utf8proc_category_string((utf8proc_int32_t)c);

	return s[0] == 'L' || s[0] == 'M' || s[0] == 'N' ? s[0] : 0;
}

/* Thai, Lao, Burmese, Khmer, Han, kana: blocks, Unicode 14. */
static bool
without_spaces(uint32_t c)
{
	static const uint32_t range[][2] = {
		{ 0x0e00, 0x0eff },	/* Thai, Lao */
		{ 0x1000, 0x109f },	/* Myanmar */
		{ 0x1780, 0x17ff },	/* Khmer */
		{ 0x2e80, 0x2fdf },	/* radicals */
		{ 0x3005, 0x3007 }, { 0x3021, 0x3029 }, { 0x3031, 0x303c },
		{ 0x3041, 0x30ff }, { 0x31f0, 0x31ff },	/* kana */
		{ 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xf900, 0xfaff },
		{ 0xa9e0, 0xa9ff }, { 0xaa60, 0xaa7f },	/* Myanmar */
		{ 0x1aff0, 0x1b16f },	/* kana */
		{ 0x20000, 0x3ffff },	/* Han */
	};

	for (size_t i = 0; i < ARRAY_LEN(range); i++)
		if (c >= range[i][0] && c <= range[i][1])
			return true;
	return false;
}

static bool
white(uint32_t c)
{
	return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xa0 ||
	       c == 0x1680 || (c >= 0x2000 && c <= 0x200b) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000 ||
	       c == 0xfeff;
}

struct expected {
	struct text norm;
	uint32_t nwords;
	bool digits, blank, ascii;
	bool foreign;		/* digits other than ASCII ones */
	bool inside, solo;	/* in a word, one of a script without spaces */
	size_t bad;		/* norm.len after the last bad byte */
};

/* One character of the words, s[0..n): a letter, mark or number, or 0. */
static void
expect_char(struct expected *e, char class, bool solo, const char *s, size_t n)
{
	if (e->inside && (class == 0 ||
			  (class != 'M' && (e->solo || solo)))) {
		put_s(&e->norm, " ");
		e->inside = false;
	}
	if (class == 0)
		return;
	if (!e->inside)
		e->nwords++;
	if (class != 'M')
		e->solo = solo;
	else if (!e->inside)
		e->solo = false;
	e->inside = true;
	put(&e->norm, s, n);
	e->digits |= class == 'N';
	e->foreign |= class == 'N' && n > 1;
}

/* A byte that is not UTF-8; 'apart': it does not follow another directly. */
static void
expect_bad(struct expected *e, const char *s, bool apart)
{
	if (apart && e->norm.len == e->bad)
		expect_char(e, 0, false, s, 1);
	expect_char(e, 'L', false, s, 1);
	e->bad = e->norm.len;
}

static int
combining_class(utf8proc_int32_t c)
{
	return utf8proc_get_property(c)->combining_class;
}

/* Words of decomposed text that has no more than 30 marks in a row. */
static void
expect_section(struct expected *e, utf8proc_int32_t *c, size_t n)
{
	utf8proc_ssize_t got;

	/* Canonical order (Unicode, 3.11). */
	for (size_t pass = 0; pass < n; pass++) {
		bool sorted = true;

		for (size_t i = 1; i < n; i++) {
			utf8proc_int32_t was = c[i - 1];

			if (combining_class(c[i]) == 0 ||
			    combining_class(was) <= combining_class(c[i]))
				continue;
			c[i - 1] = c[i];
			c[i] = was;
			sorted = false;
		}
		if (sorted)
			break;
	}
	got = utf8proc_normalize_utf32(c, (utf8proc_ssize_t)n, FOLD);
	assert_true(got >= 0);
	for (utf8proc_ssize_t i = 0; i < got; i++) {
		struct text utf8 = { 0 };

		put_c(&utf8, (uint32_t)c[i]);
		expect_char(e, class_of((uint32_t)c[i]),
			    without_spaces((uint32_t)c[i]), utf8.p, utf8.len);
		text_free(&utf8);
	}
}

/* Words of one stretch of UTF-8: a cut after each 30 marks in a row. */
static void
expect_stretch(struct expected *e, const char *s, size_t len)
{
	utf8proc_int32_t *all, part[64];
	size_t n = 0, room = 18 * len, start = 0, marks = 0, used, m;
	uint32_t c;

	if (len == 0)
		return;
	all = malloc(room * sizeof(*all));
	assert_non_null(all);
	for (size_t i = 0; i < len; i += used) {
		used = decode(s + i, len - i, &c);
		assert_true(used > 0);
		m = (size_t)utf8proc_decompose((const utf8proc_uint8_t *)s + i,
			(utf8proc_ssize_t)used, part, 64, FOLD);
		assert_true(m <= 64 && n + m <= room);
		for (size_t j = 0; j < m; j++) {
			if (combining_class(part[j]) == 0) {
				marks = 0;
			} else if (marks++ == 30) {
				expect_section(e, all + start, n - start);
				start = n;
				marks = 1;
			}
			all[n++] = part[j];
		}
	}
	expect_section(e, all + start, n - start);
	free(all);
}

/* Every number one 0, and numbers next to each other one number. */
static void
expect_folded(struct expected *e)
{
	struct text out = { 0 };
	bool number = false;

	e->nwords = 0;
	for (size_t i = 0; i < e->norm.len; ) {
		struct text word = { 0 };
		bool zero;

		for (; e->norm.p[i] != ' '; i++) {
			bool digit = e->norm.p[i] >= '0' &&
				     e->norm.p[i] <= '9';

			if (!digit)
				put(&word, &e->norm.p[i], 1);
			else if (word.len == 0 || word.p[word.len - 1] != '0')
				put_s(&word, "0");
		}
		i++;
		zero = word.len == 1 && word.p[0] == '0';
		if (!zero || !number) {
			put(&out, word.p, word.len);
			put_s(&out, " ");
			e->nwords++;
		}
		number = zero;
		text_free(&word);
	}
	text_free(&e->norm);
	e->norm = out;
	e->digits = false;
}

/* What is to be known of one line. */
static struct expected
expect_line(const char *s, size_t len, bool fold)
{
	struct expected e = { .blank = true, .ascii = true };
	size_t start = 0, i = 0;

	while (i < len) {
		uint32_t c = 0;
		size_t n = decode(s + i, len - i, &c);

		e.blank &= n > 0 && white(c);
		e.ascii &= n == 1;
		if (n == 0 || c == '\n') {
			expect_stretch(&e, s + start, i - start);
			if (n > 0)
				expect_char(&e, 0, false, s + i, 1);
			else
				expect_bad(&e, s + i, i != start);
			i++;
			start = i;
		} else {
			i += n;
		}
	}
	expect_stretch(&e, s + start, len - start);
	expect_char(&e, 0, false, "", 0);
	if (fold)
		expect_folded(&e);
	return e;
}

/* Comparison. */

static void
fail_text(const char *what, const char *s, size_t len)
{
	print_error("%s:\n\"", what);
	for (size_t i = 0; i < len && i < 2000; i++)
		if (s[i] > ' ' && s[i] <= '~' && s[i] != '\\' && s[i] != '"')
			print_error("%c", s[i]);
		else
			print_error("\\%03o", (unsigned char)s[i]);
	print_error("\"\n");
	fail();
}

/* The lines of 'scan' from number 'first' are those of the text. */
static void
check_scan(const struct scan *scan, size_t first, const char *s, size_t len,
	   uint64_t off, bool fold, const char *who)
{
	size_t at = 0, norm = 0;

	for (size_t i = first; i < scan->nlines; i++) {
		const struct line *l = &scan->lines[i];
		const char *nl = memchr(s + at, '\n', len - at);
		size_t n = nl == NULL ? len - at : (size_t)(nl + 1 - s) - at;
		struct expected e = expect_line(s + at, n, fold);

		if (n == 0 || l->off != off + at || l->len != n)
			fail_text(who, s, len);
		if (l->nwords != e.nwords || l->norm_len != e.norm.len ||
		    l->digits != e.digits || l->blank != e.blank ||
		    l->ascii != e.ascii || l->oversize || !l->begins ||
		    (i > first && l->norm != norm) ||
		    memcmp(scan->norm + l->norm, e.norm.len > 0 ? e.norm.p :
			   "", l->norm_len) != 0) {
			print_error("nwords %u, digits %d, blank %d, ascii %d, "
				    "norm \"%.*s\"; expected %u, %d, %d, %d, "
				    "\"%.*s\"\n", l->nwords, l->digits,
				    l->blank, l->ascii, (int)l->norm_len,
				    scan->norm + l->norm, e.nwords, e.digits,
				    e.blank, e.ascii, (int)e.norm.len,
				    e.norm.p);
			fail_text(who, s + at, n);
		}
		norm = l->norm + l->norm_len;
		at += n;
		text_free(&e.norm);
	}
	if (at != len || (scan->nlines > first && norm != scan->norm_len))
		fail_text(who, s, len);
}

#define LEVELS (VECTORS_WIDEST + 1)

/* By fold_digits; by the vectors they may use, the most first. */
static struct words_reader *reader[2], *limited[2][LEVELS];

/* All readers agree with the oracle about s[0..len). */
static void
check_at(const char *s, size_t len, uint64_t off, bool fold)
{
	char *copy = exact_copy(s, len);
	struct scan scan = { 0 };

	for (int i = 0; i < LEVELS; i++) {
		assert_int_equal(words_read(limited[fold][i], &scan, copy, len,
					    off), 0);
		check_scan(&scan, 0, s, len, off, fold, "words_read");
		scan_free(&scan);
	}
	assert_int_equal(words_read_plain(reader[fold], &scan, copy, len, off),
			 0);
	check_scan(&scan, 0, s, len, off, fold, "words_read_plain");
	scan_free(&scan);
	free(copy);
}

static void
check(const struct text *t)
{
	check_at(t->p, t->len, 0, false);
}

/* The words of a text, all lines together; to be freed. */
static char *
norm_of(const char *s, size_t len, bool fold)
{
	char *copy = exact_copy(s, len), *norm;
	struct scan scan = { 0 };

	assert_int_equal(words_read(reader[fold], &scan, copy, len, 0), 0);
	norm = malloc(scan.norm_len + 1);
	assert_non_null(norm);
	memcpy(norm, scan.norm, scan.norm_len);
	norm[scan.norm_len] = '\0';
	scan_free(&scan);
	free(copy);
	return norm;
}

static void
expect_norm(const char *text, const char *want)
{
	char *norm = norm_of(text, strlen(text), false);

	assert_string_equal(norm, want);
	free(norm);
}

static void
expect_fold(const char *text, const char *want)
{
	char *norm = norm_of(text, strlen(text), true);

	assert_string_equal(norm, want);
	free(norm);
}

/* What texts are made of. */

#define PIECE(s)	{ s, sizeof(s) - 1 }

struct piece {
	const char *s;
	size_t len;
};

static const struct piece ascii[] = {
	PIECE("a"), PIECE("Z"), PIECE("the"), PIECE("Cable"), PIECE("e"),
	PIECE("i"), PIECE("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"),
}, digits[] = {
	PIECE("0"), PIECE("9"), PIECE("1,204"), PIECE("covid19"),
	PIECE("007"), PIECE("3.14"),
}, punctuation[] = {
	PIECE("."), PIECE(", "), PIECE("<"), PIECE(">"), PIECE("="),
	PIECE("'"), PIECE("\""), PIECE("@["), PIECE("`{"), PIECE("/:"),
	PIECE("_-"), PIECE("\x7f"), PIECE("\x01"),
}, space[] = {
	PIECE(" "), PIECE("\t"), PIECE("  "), PIECE("\r"), PIECE("\v\f"),
	PIECE(" \r "),
}, newline[] = {
	PIECE("\n"), PIECE("\r\n"), PIECE("\n\n"), PIECE(" \n "),
}, nul[] = {
	PIECE("\0"), PIECE("\0\0"), PIECE("a\0b"),
}, invalid[] = {
	PIECE("\x80"), PIECE("\xbf"), PIECE("\xc3"), PIECE("\xe2\x82"),
	PIECE("\xe2"), PIECE("\xf0\x9f\x98"), PIECE("\xf0\x9f"),
	PIECE("\xf0"), PIECE("\xc0\x80"), PIECE("\xc1\xbf"),
	PIECE("\xe0\x80\x80"), PIECE("\xe0\x9f\xbf"),
	PIECE("\xf0\x80\x80\x80"), PIECE("\xf0\x8f\xbf\xbf"),
	PIECE("\xed\xa0\x80"), PIECE("\xed\xbf\xbf"),
	PIECE("\xf4\x90\x80\x80"), PIECE("\xf5\x80\x80\x80"),
	PIECE("\xfe"), PIECE("\xff"), PIECE("\xcc"), PIECE("\xe1\x84"),
}, marks[] = {
	PIECE("\u0301"), PIECE("\u0308"), PIECE("\u0327"), PIECE("\u0338"),
	PIECE("\u0345"), PIECE("\u0323"), PIECE("\u0308\u0301"),
	PIECE("\u0344"), PIECE("\u20dd"), PIECE("\u0340"), PIECE("\u0e49"),
	PIECE("\u3099"), PIECE("\u05b0"), PIECE("\u0654"), PIECE("\u093c"),
	PIECE("\u0f71"), PIECE("\u0f73"), PIECE("\U0001d16e"),
}, accented[] = {
	PIECE("é"), PIECE("É"), PIECE("ſ"), PIECE("ß"), PIECE("ẞ"),
	PIECE("İ"), PIECE("ŉ"), PIECE("ö"), PIECE("ự"), PIECE("Σ"),
	PIECE("ς"), PIECE("ά"), PIECE("ᾳ"), PIECE("ΐ"), PIECE("Ж"),
	PIECE("й"), PIECE("ա"), PIECE("և"), PIECE("א"), PIECE("ש"),
	PIECE("ﬡ"), PIECE("ب"), PIECE("آ"), PIECE("क"), PIECE("क़"),
	PIECE("ক"), PIECE("ো"), PIECE("\u09be"), PIECE("\u09c7"),
	PIECE("\u0bd7"), PIECE("\u0bc6"), PIECE("Ⱥ"), PIECE("ԱԲ"),
	PIECE("𐐀"), PIECE("𝒜"), PIECE("Ⴀ"), PIECE("ᏸ"), PIECE("ꭰ"),
}, hangul[] = {
	PIECE("ᄀ"), PIECE("ᅡ"), PIECE("ᆨ"), PIECE("가"), PIECE("각"),
	PIECE("한국"), PIECE("ﾡ"), PIECE("ￂ"), PIECE("ㄱ"), PIECE("ㅏ"),
	PIECE("\u115f"), PIECE("\u1160"), PIECE("㈀"), PIECE("ꥠ"),
	PIECE("ힰ"), PIECE("ퟋ"),
}, thai[] = {
	PIECE("ก"), PIECE("กำ"), PIECE("ที่"), PIECE("ไทย"), PIECE("๓"),
	PIECE("ລ"), PIECE("ລາວ"), PIECE("ຳ"), PIECE("ໜ"), PIECE("ខ្មែរ"),
	PIECE("ក"), PIECE("ា"), PIECE("៣"), PIECE("မြန်မာ"), PIECE("က"),
	PIECE("ဦ"), PIECE("ဥ"), PIECE("ီ"), PIECE("၃"), PIECE("ꩠ"),
}, han[] = {
	PIECE("漢"), PIECE("字"), PIECE("豈"), PIECE("々"), PIECE("〇"),
	PIECE("𠀀"), PIECE("⼀"), PIECE("㋀"), PIECE("㍿"), PIECE("か"),
	PIECE("が"), PIECE("カ"), PIECE("ガ"), PIECE("ー"), PIECE("ｶ"),
	PIECE("ﾞ"), PIECE("ﾟ"), PIECE("ﾊﾟ"), PIECE("ｶﾞ"), PIECE("ゝ"),
	PIECE("ゟ"), PIECE("ヿ"), PIECE("か\u3099"), PIECE("ー"),
	PIECE("は\u309a"), PIECE("〱"), PIECE("㌀"), PIECE("，"),
	PIECE("。"), PIECE("・"),
}, compatible[] = {
	PIECE("ﬁ"), PIECE("ﬃ"), PIECE("ŀ"), PIECE("ǆ"), PIECE("Ａ"),
	PIECE("ｚ"), PIECE("５"), PIECE("！"), PIECE("½"), PIECE("²"),
	PIECE("①"), PIECE("Ⅷ"), PIECE("ↂ"), PIECE("㎏"), PIECE("™"),
	PIECE("№"), PIECE("Å"), PIECE("Ω"), PIECE("…"), PIECE("ª"),
	PIECE("´"), PIECE("¨"), PIECE("¸"), PIECE("\u037a"),
	PIECE("\u1fc0"), PIECE("\ufdfa"), PIECE("\u2100"), PIECE("℀"),
	PIECE("٣"), PIECE("३"), PIECE("𝟗"), PIECE("ﹰ"), PIECE("ﹱ"),
}, ignorable[] = {
	PIECE("\u00ad"), PIECE("\u200d"), PIECE("\u200c"),
	PIECE("\u2060"), PIECE("\ufe0f"), PIECE("\ufeff"),
	PIECE("\U000e0100"), PIECE("\u034f"), PIECE("\u180b"),
	PIECE("\u3164"), PIECE("\uffa0"), PIECE("\u17b4"),
	PIECE("\u061c"), PIECE("\U000e0041"),
}, white_space[] = {
	PIECE("\u00a0"), PIECE("\u3000"), PIECE("\u2028"), PIECE("\u2029"),
	PIECE("\xc2\x85"), PIECE("\u200b"), PIECE("\u1680"), PIECE("\u2009"),
	PIECE("\u202f"), PIECE("\u205f"), PIECE("\u180e"),
}, symbols[] = {
	PIECE("“"), PIECE("”"), PIECE("’"), PIECE("—"), PIECE("–"),
	PIECE("€"), PIECE("😀"), PIECE("👨\u200d👩"), PIECE("≮"),
	PIECE("≠"), PIECE("→"), PIECE("\ue000"), PIECE("\uffff"),
	PIECE("\ufffd"), PIECE("\U0010ffff"), PIECE("\u0378"),
	PIECE("\u2260"), PIECE("×"), PIECE("·"),
};

#define GROUP(a)	{ a, ARRAY_LEN(a) }

static const struct group {
	const struct piece *piece;
	uint32_t n;
} groups[] = {
	GROUP(ascii), GROUP(digits), GROUP(punctuation), GROUP(space),
	GROUP(newline), GROUP(nul), GROUP(invalid), GROUP(marks),
	GROUP(accented), GROUP(hangul), GROUP(thai), GROUP(han),
	GROUP(compatible), GROUP(ignorable), GROUP(white_space),
	GROUP(symbols),
};

#define NGROUPS		ARRAY_LEN(groups)

/* Some kinds of characters, more ASCII in some texts than in others. */
static void
random_text(struct rng *r, struct text *t, size_t most)
{
	uint32_t mask = (uint32_t)rng_next(r) & ((1u << NGROUPS) - 1);
	uint32_t plain = rng_below(r, 5);
	size_t want = rng_below(r, (uint32_t)most + 1);

	if (rng_once(r, 2))
		mask &= (uint32_t)rng_next(r);
	t->len = 0;
	while (t->len < want) {
		uint32_t g = rng_below(r, NGROUPS);
		const struct piece *p;

		if (rng_below(r, 6) < plain)
			g = rng_below(r, 5);
		else if ((mask >> g & 1) == 0)
			g = rng_once(r, 2) ? 0 : 3;
		p = &groups[g].piece[rng_below(r, groups[g].n)];
		if (rng_once(r, 16)) {
			/* ASCII to about where a chunk of 64 bytes ends. */
			for (uint32_t n = rng_range(r, 60, 68); n > 0; n--)
				put(t, &"aeno12 .<\nX"[rng_below(r, 11)], 1);
			if (rng_once(r, 2))
				p = &marks[rng_below(r, 4)];
		}
		put(t, p->s, p->len);
	}
}

static void
test_readers_agree_with_the_oracle_on_random_text(void **state)
{
	struct rng r = { 1 };
	struct text t = { 0 };

	(void)state;
	for (int i = 0; i < 7000; i++) {
		random_text(&r, &t, i % 10 == 0 ? 600 : 150);
		check_at(t.p, t.len, rng_next(&r) >> 8, false);
	}
	text_free(&t);
}

static void
test_readers_agree_with_the_oracle_on_random_bytes(void **state)
{
	struct rng r = { 2 };
	struct text t = { 0 };

	(void)state;
	for (int i = 0; i < 4000; i++) {
		t.len = 0;
		for (uint32_t n = rng_below(&r, 150); n > 0; n--) {
			/* Bytes of UTF-8, and often in the right place. */
			static const char lead[] = "\xc2\xcc\xe2\xe3\xed\xf0";
			char b = (char)rng_next(&r);

			if (rng_once(&r, 2))
				b &= 0x7f;
			if (rng_once(&r, 4))
				put(&t, &lead[rng_below(&r, 6)], 1);
			if (rng_once(&r, 2))
				b = (char)((b & 0x3f) | 0x80);
			put(&t, &b, 1);
		}
		check(&t);
	}
	text_free(&t);
}

static void
test_readers_agree_with_the_oracle_on_every_code_point(void **state)
{
	struct rng r = { 3 };
	struct text t = { 0 };

	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; ) {
		t.len = 0;
		for (int i = 0; i < 200 && c <= 0x10ffff; i++) {
			put_s(&t, "e");
			put_c(&t, c);	/* surrogates are bad UTF-8 */
			put_c(&t, c);
			put_s(&t, i % 2 == 0 ? "o\n" : " a\u0301\n");
			/* A sample where thousands of them are alike. */
			if ((c >= 0x3400 && c < 0x9fff) ||
			    (c >= 0xac00 && c < 0xf8ff) ||
			    (c >= 0x17000 && c < 0x18cff))
				c += rng_range(&r, 1, 30);
			else if (c < 0x1fc00 || (c >= 0xe0000 && c < 0xe0200))
				c++;
			else
				c += rng_range(&r, 1, 500);
		}
		check(&t);
	}
	text_free(&t);
}

static void
test_readers_agree_with_the_oracle_on_random_code_points(void **state)
{
	struct rng r = { 4 };
	struct text t = { 0 };

	(void)state;
	for (int i = 0; i < 3000; i++) {
		uint32_t base = rng_below(&r, 0x1fc00);

		/* Neighbours are of one script. */
		t.len = 0;
		for (uint32_t n = rng_below(&r, 50); n > 0; n--) {
			if (rng_once(&r, 6))
				base = rng_below(&r, 0x1fc00);
			if (rng_once(&r, 8))
				put_s(&t, "a");
			if (rng_once(&r, 16))
				put_s(&t, " \n");
			put_c(&t, base + rng_below(&r, 40));
		}
		check(&t);
	}
	text_free(&t);
}

static void
test_every_pair_of_characters_is_read_like_the_oracle(void **state)
{
	struct text t = { 0 };
	const struct piece *p, *q;

	(void)state;
	for (size_t g = 0; g < NGROUPS; g++)
		for (size_t i = 0; i < groups[g].n; i++) {
			p = &groups[g].piece[i];
			t.len = 0;
			for (size_t h = 0; h < NGROUPS; h++)
				for (size_t j = 0; j < groups[h].n; j++) {
					q = &groups[h].piece[j];
					put(&t, p->s, p->len);
					put(&t, q->s, q->len);
					put_s(&t, j % 2 == 0 ? "\n" : "\nx");
				}
			check(&t);
		}
	text_free(&t);
}

/* Where a text ends is where a chunk would be read past its end. */
static void
test_every_short_text_is_read_like_the_oracle(void **state)
{
	static const struct piece some[] = {
		PIECE("a"), PIECE("7"), PIECE("<"), PIECE(" "), PIECE("\n"),
		PIECE("\r"), PIECE("\0"), PIECE("\xcc"), PIECE("\x81"),
		PIECE("\xe1\x84"), PIECE("\u0301"), PIECE("\u0338"),
		PIECE("é"), PIECE("ᄀ"), PIECE("ᅡ"), PIECE("漢"), PIECE("ｶ"),
		PIECE("ﾞ"), PIECE("ﬁ"), PIECE("\u00ad"), PIECE("\u00a0"),
		PIECE("ที่"),
	};
	const size_t n = ARRAY_LEN(some);
	struct text t = { 0 };

	(void)state;
	check_at("", 0, 5, false);
	for (size_t i = 0; i < n * n * n; i++) {
		const struct piece *p[3] = {
			&some[i % n], &some[i / n % n], &some[i / n / n],
		};

		t.len = 0;
		for (int j = 0; j < 3; j++)
			put(&t, p[j]->s, p[j]->len);
		check(&t);
	}
	text_free(&t);
}

static void
test_characters_are_read_alike_at_every_place_of_a_chunk(void **state)
{
	static const struct piece snippet[] = {
		PIECE("e\u0301"), PIECE("x e\u0308\u0301 y"),
		PIECE(" \u0301x"), PIECE("\n\u0301x"), PIECE("<\u0338"),
		PIECE("=\u0338="), PIECE("é"), PIECE("Él\nÉl"),
		PIECE("각"), PIECE("가\u11a8"), PIECE("漢字"),
		PIECE("x漢字x"), PIECE("漢 字"), PIECE("ｶﾞｶﾞ"),
		PIECE("กำ"), PIECE("\u00ad"), PIECE("x\u00ady"),
		PIECE("👨\u200d👩"), PIECE("\xff"), PIECE("x\xe2\x82y"),
		PIECE("\xe2\x82\xac"), PIECE("\xf0\x9f\x98"),
		PIECE("\xcc\x81\xcc"), PIECE("\0"), PIECE("\r\n"),
		PIECE("\n"), PIECE("\n\n\n"), PIECE("1"), PIECE("ﬁ"),
		PIECE("\u00a0\n\u00a0"), PIECE("é é\né1\né"),
		PIECE("x\xcc"), PIECE("\x81"), PIECE("٣"),
	};
	static const char *const filler[] = {
		"a", "ab ", "x\n", " ", "\n", "A1b.C", "é", "漢",
	};
	struct text t = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(snippet); i++)
		for (size_t n = 0; n < 70; n++) {
			const char *before = filler[(i + n) % 8];
			const char *after = filler[(i + n / 3) % 8];
			size_t len = strlen(before);

			t.len = 0;
			for (size_t k = 0; k < n; k++)
				put(&t, &before[len == 2 || len == 3 ? 0 :
						k % len], 1);
			put(&t, snippet[i].s, snippet[i].len);
			put_many(&t, after, n * 7 % 75);
			check(&t);
			t.len = 0;
			put_many(&t, before, n);
			put(&t, snippet[i].s, snippet[i].len);
			check(&t);
		}
	text_free(&t);
}

/* Also where all before it is ASCII and was read 64 bytes at a time. */
static void
test_mark_stays_with_its_letter_after_any_number_of_bytes(void **state)
{
	struct text t = { 0 }, want = { 0 };

	(void)state;
	for (size_t n = 0; n < 300; n++) {
		char *norm;

		t.len = want.len = 0;
		put_many(&t, "a", n);
		put_many(&want, "a", n);
		put_s(&t, "e\u0301 n\u0303\n");
		put_s(&want, "é ñ ");
		norm = norm_of(t.p, t.len, false);
		assert_int_equal(strlen(norm), want.len);
		assert_memory_equal(norm, want.p, want.len);
		free(norm);
	}
	text_free(&t);
	text_free(&want);
}

/* Runs of every length, from every byte of a chunk on. */
static void
test_a_run_of_separators_is_one_space_anywhere(void **state)
{
	static const char *const separators[] = { " ", ",\n", "--9- " };
	struct text t = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(separators); i++)
		for (size_t place = 0; place < 66; place++)
			for (size_t n = 1; n < 132; n += n < 4 ? 1 : 9) {
				t.len = 0;
				put_many(&t, "W", place);
				put_many(&t, separators[i], n);
				put_s(&t, "x");
				put_many(&t, separators[i], 2);
				put_many(&t, "Yz ", 25);
				check(&t);
			}
	text_free(&t);
}

/* Vectors of the buffer, not only of the text, may be cut anywhere. */
static void
test_text_is_read_alike_at_every_address(void **state)
{
	struct rng r = { 5 };
	struct text t = { 0 };

	(void)state;
	for (size_t i = 0; i < 600; i++) {
		size_t skip = i % 64;
		struct words_reader *w = limited[0][i / 64 % LEVELS];
		struct scan scan = { 0 };
		char *copy;

		random_text(&r, &t, 200);
		copy = malloc(skip + t.len + 1);
		assert_non_null(copy);
		memset(copy, '\xcc', skip);
		if (t.len > 0)
			memcpy(copy + skip, t.p, t.len);
		copy[skip + t.len] = '\x81';
		assert_int_equal(words_read(w, &scan, copy + skip, t.len, 0),
				 0);
		check_scan(&scan, 0, t.p, t.len, 0, false, "words_read");
		free(copy);
		scan_free(&scan);
	}
	text_free(&t);
}

static void
test_long_text_is_read_like_the_oracle(void **state)
{
	struct rng r = { 6 };
	struct text t = { 0 }, all = { 0 };

	(void)state;
	while (all.len < 100000) {
		random_text(&r, &t, 3000);
		put(&all, t.p, t.len);
	}
	check(&all);
	/* One line, one word, one character. */
	all.len = 0;
	put_many(&all, "x", 50000);
	check(&all);
	put_many(&all, "漢", 20000);
	check(&all);
	all.len = 0;
	put_s(&all, "a");
	put_many(&all, "\u0301\u0323", 3000);
	put_many(&all, "\u00ad", 3000);
	put_s(&all, "b");
	check(&all);
	/* What grows when it is folded. */
	all.len = 0;
	put_many(&all, "漢", 20000);
	check(&all);
	all.len = 0;
	put_many(&all, "Ⱥ ", 20000);
	check(&all);
	all.len = 0;
	put_many(&all, "\ufdfa", 500);
	put_many(&all, "Ⱥ", 5000);
	put_many(&all, "\u0390", 500);
	put_many(&all, "㍿", 500);
	check(&all);
	text_free(&t);
	text_free(&all);
}

/* The lines of 'b' are those of 'a' from number 'drop' on. */
static void
assert_same_lines(const struct scan *a, size_t drop, const struct scan *b)
{
	assert_int_equal(b->nlines, a->nlines - drop);
	for (size_t i = 0; i < b->nlines; i++) {
		struct line x = a->lines[drop + i], y = b->lines[i];

		assert_int_equal(x.norm_len, y.norm_len);
		if (x.norm_len > 0)
			assert_memory_equal(a->norm + x.norm,
					    b->norm + y.norm, x.norm_len);
		x.norm = y.norm = 0;
		assert_int_equal(x.off, y.off);
		assert_int_equal(x.len, y.len);
		assert_int_equal(x.nwords, y.nwords);
		assert_int_equal(x.blank, y.blank);
		assert_int_equal(x.digits, y.digits);
		assert_int_equal(x.ascii, y.ascii);
		assert_int_equal(x.oversize, y.oversize);
		assert_int_equal(x.begins, y.begins);
	}
}

/* The same lines, whichever way the text is handed over. */
static void
test_reading_line_by_line_gives_the_same_lines(void **state)
{
	struct rng r = { 7 };
	struct text t = { 0 };

	(void)state;
	for (int i = 0; i < 1500; i++) {
		bool fold = i % 4 == 0, plain = i % 3 == 0;
		struct scan whole = { 0 }, parts = { 0 };
		uint64_t off = (uint64_t)i << 32;
		size_t at = 0;

		random_text(&r, &t, 500);
		assert_int_equal(words_read(reader[fold], &whole, t.p, t.len,
					    off), 0);
		while (at < t.len) {
			const char *nl = memchr(t.p + at, '\n', t.len - at);
			size_t n = nl != NULL ? (size_t)(nl + 1 - t.p) - at :
				   t.len - at;
			char *copy;

			while (at + n < t.len && rng_once(&r, 3)) {
				nl = memchr(t.p + at + n, '\n', t.len - at - n);
				n = nl != NULL ? (size_t)(nl + 1 - t.p) - at :
				    t.len - at;
			}
			copy = exact_copy(t.p + at, n);
			assert_int_equal((plain ? words_read_plain :
					  words_read)(reader[fold], &parts,
						      copy, n, off + at), 0);
			free(copy);
			at += n;
		}
		assert_int_equal(parts.norm_len, whole.norm_len);
		assert_same_lines(&whole, 0, &parts);
		scan_free(&whole);
		scan_free(&parts);
	}
	text_free(&t);
}

/* What a reader saw before must not show. */
static void
test_a_fresh_reader_reads_what_a_used_one_reads(void **state)
{
	struct rng r = { 8 };
	struct text t = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct words_reader *w = words_new(i % 2 != 0), *used;

		assert_non_null(w);
		random_text(&r, &t, 300);
		used = reader[i % 2];
		reader[i % 2] = w;
		if (i % 2 == 0)
			check(&t);
		reader[i % 2] = used;
		words_free(w);
	}
	words_free(NULL);
	text_free(&t);
}

static void
test_words_are_what_the_design_says(void **state)
{
	(void)state;
	expect_norm("The \"Cable\", goes\n", "the cable goes ");
	expect_norm("don't", "don t ");
	expect_norm("漢字かな", "漢 字 か な ");
	expect_norm("iPhone用ケース", "iphone 用 ケ ー ス ");
	expect_norm("ｶﾞﾊﾟ", "ガ パ ");
	expect_norm("ภาษาไทย", "ภ า ษ า ไ ท ย ");
	expect_norm("ที่นี่", "ที่ นี่ ");
	expect_norm("ខ្មែរ", "ខ្ មែ រ ");
	expect_norm("한국어 말", "한국어 말 ");
	expect_norm("co\u00adop\u200d", "coop ");
	expect_norm("ﬁne ＡＢＣ１２ №5", "fine abc12 no5 ");
	expect_norm("Straße STRASSE", "strasse strasse ");
	expect_norm("a\xff" "b\xe2\x82" "c", "a\xff" "b\xe2\x82" "c ");
	expect_norm("n\u0303 ñ Ñ", "ñ ñ ñ ");
	expect_norm("\u0301a \u0301\n", "\u0301a \u0301 ");
	expect_norm("<\u0338 a", "a ");
	expect_norm("snake_case e-mail 3.14", "snake case e mail 3 14 ");
	expect_norm("...\n--\n", "");
}

/* Two renderings of the same words that a reader takes for the same. */

static const char *const spelling[][4] = {
	{ "the", "The", "THE", "ｔｈｅ" },
	{ "café", "Café", "cafe\u0301", "CAFE\u0301" },
	{ "office", "oﬃce", "of\u00adfice", "OFFICE" },
	{ "first", "ﬁrst", "fi\u200crst", "ｆｉｒｓｔ" },
	{ "strasse", "Straße", "STRASSE", "straſſe" },
	{ "σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφοσ", "Σι\u0301συφος" },
	{ "2024", "２０２４", "𝟐𝟎𝟐𝟒", "20\u200d24" },
	{ "ガラス", "ｶﾞﾗｽ", "カ\u3099ラス", "ガラス" },
	{ "각", "각", "각", "각\u00ad" },
	{ "漢", "漢", "\u6f22", "\ufa9a" },
	{ "naïve", "NAÏVE", "nai\u0308ve", "ｎai\u0308ve" },
	{ "ωμ", "Ωμ", "ωµ", "ΩΜ" },
	{ "กำ", "ก\u0e4dา", "กำ", "กำ\u00ad" },
};

static void
test_case_width_and_quotes_do_not_change_the_words(void **state)
{
	static const char *const gap[] = {
		" ", "  ", "\u00a0", "\t", "—", " – ", "-", "\" \"", "” “",
		"’", "'", ", ", "，", "\u3000", " \x01 ", "/", "\u2028", "…",
		" 😀 ", "\r\n", "\n",
	};
	struct rng r = { 9 };
	struct text t[2] = { { 0 }, { 0 } };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		uint64_t seed = rng_next(&r);
		char *norm[2];

		for (int j = 0; j < 2; j++) {
			struct rng w = { seed };

			t[j].len = 0;
			put_s(&t[j], rng_once(&r, 2) ? "“" : "");
			for (uint32_t n = rng_below(&w, 30); n > 0; n--) {
				uint32_t k = rng_below(&w,
						       ARRAY_LEN(spelling));

				put_s(&t[j], spelling[k][rng_below(&r, 4)]);
				put_s(&t[j], gap[rng_below(&r,
						 ARRAY_LEN(gap))]);
			}
			check(&t[j]);
			norm[j] = norm_of(t[j].p, t[j].len, false);
		}
		assert_string_equal(norm[0], norm[1]);
		free(norm[0]);
		free(norm[1]);
	}
	text_free(&t[0]);
	text_free(&t[1]);
}

/* Words that were folded fold to themselves; a line of them. */
static void
test_reading_the_words_again_gives_the_same_words(void **state)
{
	struct rng r = { 10 };
	struct text t = { 0 };

	(void)state;
	for (int i = 0; i < 3000; i++) {
		char *once, *twice;

		random_text(&r, &t, 120);
		for (size_t j = 0; j < t.len; j++)
			if (t.p[j] == '\0' || t.p[j] == '\n')
				t.p[j] = ' ';
		once = norm_of(t.p, t.len, i % 2 != 0);
		twice = norm_of(once, strlen(once), i % 2 != 0);
		if (strcmp(once, twice) != 0) {
			print_error("once \"%s\", twice \"%s\"\n", once, twice);
			fail_text("read again", t.p, t.len);
		}
		free(once);
		free(twice);
	}
	text_free(&t);
}

static void
test_fold_digits_agrees_with_the_oracle(void **state)
{
	struct rng r = { 11 };
	struct text t = { 0 };
	int checked = 0;

	(void)state;
	for (int i = 0; i < 6000; i++) {
		struct expected e;

		random_text(&r, &t, 100);
		for (uint32_t n = rng_below(&r, 8); n > 0; n--) {
			put(&t, &"0123456789 ,.a\n/"[rng_below(&r, 16)], 1);
			put(&t, &"0123456789 ,.a\n/"[rng_below(&r, 16)], 1);
		}
		e = expect_line(t.p, t.len, false);
		if (!e.foreign) {
			check_at(t.p, t.len, 99, true);
			checked++;
		}
		text_free(&e.norm);
	}
	assert_true(checked > 3000);
	text_free(&t);
}

static void
test_fold_digits_makes_all_numbers_equal(void **state)
{
	(void)state;
	expect_fold("Like 1,204 people", "like 0 people ");
	expect_fold("Like 95 people", "like 0 people ");
	expect_fold("Photo 3 of 17", "photo 0 of 0 ");
	expect_fold("covid19 covid20 covid", "covid0 covid0 covid ");
	expect_fold("12ab34 0 00", "0ab0 0 ");
	expect_fold("1 2 3", "0 ");
	expect_fold("1\n2\n", "0 0 ");
	expect_fold("3rd 4th", "0rd 0th ");
	expect_fold("１２ ½ x² ①", "0 x0 0 ");
	expect_fold("2024年10月5日", "0 年 0 月 0 日 ");
	expect_fold("a0b0", "a0b0 ");
	expect_fold("no digits", "no digits ");
}

/* Whatever the numbers are, they fold to the same words. */
static void
test_fold_digits_hides_what_the_numbers_are(void **state)
{
	struct rng r = { 12 };
	struct text t[2] = { { 0 }, { 0 } };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		char *norm[2];

		t[0].len = t[1].len = 0;
		for (uint32_t n = rng_below(&r, 20); n > 0; n--) {
			const char *s = spelling[rng_below(&r, 6)][0];
			bool number = rng_once(&r, 3);

			for (int j = 0; j < 2; j++) {
				char b[40];

				if (number)
					snprintf(b, sizeof(b), "x%u,%u ",
						 rng_below(&r, 3000),
						 rng_below(&r, 30));
				else
					snprintf(b, sizeof(b), "%s ", s);
				put_s(&t[j], b);
			}
		}
		for (int j = 0; j < 2; j++)
			norm[j] = norm_of(t[j].p, t[j].len, true);
		assert_string_equal(norm[0], norm[1]);
		assert_null(strpbrk(norm[0], "123456789"));
		assert_null(strstr(norm[0], "00"));
		assert_null(strstr(norm[0], " 0 0 "));
		free(norm[0]);
		free(norm[1]);
	}
	text_free(&t[0]);
	text_free(&t[1]);
}

/* Digits are digits in every script. */
static void
test_fold_digits_folds_numbers_of_every_script(void **state)
{
	static const char *const pair[][2] = {
		{ "٣ شخص", "٤٥ شخص" },
		{ "३ लोग", "४५ लोग" },
		{ "๓ คน", "๔ คน" },
		{ "៣ នាក់", "៤ នាក់" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pair); i++) {
		char *a = norm_of(pair[i][0], strlen(pair[i][0]), true);
		char *b = norm_of(pair[i][1], strlen(pair[i][1]), true);

		assert_string_equal(a, b);
		free(a);
		free(b);
	}
}

static void
expect_flags(const char *s, size_t len, bool blank, bool digit)
{
	struct scan scan = { 0 };

	assert_int_equal(words_read(reader[0], &scan, s, len, 0), 0);
	assert_int_equal(scan.nlines, 1);
	if (scan.lines[0].blank != blank || scan.lines[0].digits != digit)
		fail_text("blank or digits", s, len);
	scan_free(&scan);
}

static void
test_blank_is_white_space_alone(void **state)
{
	static const struct piece blank[] = {
		PIECE("\n"), PIECE(" \n"), PIECE("\r\n"), PIECE("\t\v\f "),
		PIECE("\u00a0\n"), PIECE("\u3000\u2003\u200b \r\n"),
		PIECE("\ufeff\n"), PIECE("\xc2\x85\u2028\u2029\u1680\n"),
	}, not_blank[] = {
		PIECE("\0\n"), PIECE(".\n"), PIECE("\xff\n"), PIECE("\xc2\n"),
		PIECE("  —\n"), PIECE("\u00ad\n"), PIECE("\u0301\n"),
		PIECE("a\n"), PIECE("😀"), PIECE(" \x1b"), PIECE("\x7f"),
	};
	struct text t = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(blank); i++)
		expect_flags(blank[i].s, blank[i].len, true, false);
	for (size_t i = 0; i < ARRAY_LEN(not_blank); i++)
		for (size_t n = 0; n < 130; n += 13) {
			t.len = 0;
			put_many(&t, " ", n);
			put(&t, not_blank[i].s, not_blank[i].len);
			expect_flags(t.p, t.len, false, false);
		}
	text_free(&t);
}

/* A text and what it is made of; to see what happens to its bytes. */
struct bytes {
	char s[400];
	size_t n;
};

/* The bytes of s[0..len) that are not UTF-8, in order. */
static struct bytes
bad_bytes(const char *s, size_t len)
{
	struct bytes bad = { .n = 0 };
	uint32_t c;

	for (size_t i = 0; i < len; ) {
		size_t n = decode(s + i, len - i, &c);

		if (n == 0) {
			assert_true(bad.n < sizeof(bad.s));
			bad.s[bad.n++] = s[i];
		}
		i += n > 0 ? n : 1;
	}
	return bad;
}

/* No more, no fewer, no others stand in the words of a text. */
static void
expect_bad_bytes(const struct text *t)
{
	struct bytes in = bad_bytes(t->p, t->len), out;
	struct scan scan = { 0 };

	assert_int_equal(words_read(reader[0], &scan, t->p, t->len, 0), 0);
	out = bad_bytes(scan.norm, scan.norm_len);
	if (in.n != out.n || memcmp(in.s, out.s, in.n) != 0)
		fail_text("bytes that are not UTF-8", t->p, t->len);
	scan_free(&scan);
}

static void
test_a_byte_that_is_not_utf8_is_a_letter_itself(void **state)
{
	static const char *const different[] = {
		"M\xe4" "dchen f\xe4hrt", "M\xf6" "dchen f\xf6hrt",
		"M dchen f hrt", "Mdchen fhrt", "Mädchen fährt",
		"M\xe4\xe4" "dchen f\xe4hrt", "M\xc4" "dchen f\xc4hrt",
		"M\xc3\xa4" "dchen f\xe4hrt", "M\xc3" "dchen f\xa4hrt",
	};
	char *norm[ARRAY_LEN(different)];

	(void)state;
	expect_norm("M\xe4" "dchen F\xc4hrt", "m\xe4" "dchen f\xc4hrt ");
	expect_norm("\xff", "\xff ");
	expect_norm("a \xff\xfe b", "a \xff\xfe b ");
	expect_norm("漢\xe4漢", "漢 \xe4 漢 ");
	expect_norm("e\u0301\xe4\u0301 \u0301", "é\xe4\u0301 \u0301 ");
	expect_norm("\xe4\u1161\u1100\u1161", "\xe4\u1161가 ");
	expect_norm("\xe2\x82,\xac", "\xe2\x82 \xac ");
	expect_norm("\xf0\x9f\x98\n\x80", "\xf0\x9f\x98 \x80 ");
	expect_fold("1\xe4" "2 3\xe4 4", "0\xe4" "0 0\xe4 0 ");
	for (size_t i = 0; i < ARRAY_LEN(different); i++) {
		norm[i] = norm_of(different[i], strlen(different[i]), false);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(norm[i], norm[j]);
	}
	for (size_t i = 0; i < ARRAY_LEN(different); i++)
		free(norm[i]);
}

/* Where they would join to UTF-8, as what stood between is gone. */
static void
test_bytes_that_are_not_utf8_never_read_as_another_character(void **state)
{
	static const struct piece some[] = {
		PIECE("\xc3"), PIECE("\xa9"), PIECE("\xe2"), PIECE("\x82"),
		PIECE("\xac"), PIECE("\u00ad"), PIECE("\u0301"), PIECE("é"),
		PIECE("\u200d"), PIECE(" "), PIECE("\0"), PIECE("a"),
		PIECE("\n"),
	};
	const size_t n = ARRAY_LEN(some);
	struct text t = { 0 };

	(void)state;
	expect_norm("\xc3\u00ad\xa9", "\xc3 \xa9 ");
	expect_norm("\xe2\u00ad\u200d\x82\xac", "\xe2 \x82\xac ");
	expect_norm("\xc3\u0301\xa9", "\xc3\u0301\xa9 ");
	expect_norm("\xc3\u00ad" "a\u00ad\xa9", "\xc3" "a\xa9 ");
	for (size_t i = 0; i < n * n * n * n; i++) {
		t.len = 0;
		for (size_t j = i, k = 0; k < 4; k++, j /= n)
			put(&t, some[j % n].s, some[j % n].len);
		expect_bad_bytes(&t);
		check(&t);
	}
	text_free(&t);
}

/* At each place of a vector, alone and in runs, in each kind of text. */
static void
test_bytes_that_are_not_utf8_are_read_alike_at_every_place(void **state)
{
	static const char *const filler[] = {
		"a", "a ", " ", "\n", "é", "漢", "e\u0301", "\u0301", "\u00ad",
		"\xe4",
	};
	struct rng r = { 14 };
	struct text t = { 0 };

	(void)state;
	for (size_t n = 0; n < 140; n++)
		for (size_t run = 1; run < 70; run = 3 * run + 1)
			for (size_t i = 0; i < ARRAY_LEN(filler); i++) {
				const char *after = filler[rng_below(&r,
					ARRAY_LEN(filler))];

				t.len = 0;
				put_many(&t, filler[i], n);
				for (size_t j = 0; j < run; j++) {
					char b = (char)(0x80 | rng_next(&r));

					put(&t, &b, 1);
				}
				put_many(&t, after, rng_below(&r, 70));
				check(&t);
				expect_bad_bytes(&t);
			}
	text_free(&t);
}

/* Marks in a row: those past 30 are not sorted among those before them. */
static void
test_long_runs_of_marks_are_cut_after_each_30(void **state)
{
	struct rng r = { 15 };
	struct text t = { 0 }, want = { 0 };
	char *norm, *again;

	(void)state;
	for (size_t n = 1; n < 130; n++) {
		t.len = want.len = 0;
		put_s(&t, "e");
		put_s(&want, n <= 30 ? "ẹ" : "é");
		put_many(&t, "\u0301", n - 1);
		put_many(&want, "\u0301", n <= 30 ? n - 1 : 29);
		put_s(&t, "\u0323");	/* it comes first where it can */
		if (n > 30) {
			size_t last = (n - 1) % 30;

			put_many(&want, "\u0301", n - 31 - last);
			put_s(&want, "\u0323");
			put_many(&want, "\u0301", last);
		}
		put(&want, " ", 2);
		norm = norm_of(t.p, t.len, false);
		assert_string_equal(norm, want.p);
		free(norm);
		check(&t);
	}
	for (int i = 0; i < 3000; i++) {
		static const char *const mark[] = {
			"\u0301", "\u0323", "\u0344", "\u0327", "\u05b0",
			"\u0f73", "\u3099", "\u0308",
		};

		t.len = 0;
		put_s(&t, i % 4 == 0 ? "" : i % 4 == 1 ? "ấ" : "か");
		for (uint32_t n = rng_range(&r, 20, 100); n > 0; n--) {
			put_s(&t, mark[rng_below(&r, ARRAY_LEN(mark))]);
			if (rng_once(&r, 50))
				put_s(&t, "\u00ad");
			if (rng_once(&r, 80))
				put_s(&t, "o\u09be");
		}
		check(&t);
		norm = norm_of(t.p, t.len, false);
		again = norm_of(norm, strlen(norm), false);
		assert_string_equal(norm, again);
		free(norm);
		free(again);
	}
	text_free(&t);
	text_free(&want);
}

static void
test_digits_of_every_script_are_found(void **state)
{
	static const char *const with[] = {
		"a 1", "x9y", "５", "²", "½", "٣", "३", "๓", "〇", "①", "ↂ",
		"𝟗", "1\u0301", "〡",
	}, *const without[] = {
		"a", "Ⅷ", "一", "é", "!", "i\u0301", "五",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(with); i++)
		expect_flags(with[i], strlen(with[i]), false, true);
	for (size_t i = 0; i < ARRAY_LEN(without); i++)
		expect_flags(without[i], strlen(without[i]), false, false);
}

/* Lines that are read, skipped and dropped in turn, and never dropped. */
static void
test_dropping_lines_keeps_the_rest(void **state)
{
	struct rng r = { 13 };
	struct text t = { 0 };

	(void)state;
	for (int i = 0; i < 150; i++) {
		struct scan all = { 0 }, left = { 0 };
		size_t dropped = 0;
		uint64_t off = 0;

		for (int j = 0; j < 20; j++) {
			uint32_t n;

			if (rng_once(&r, 4)) {
				size_t len = rng_range(&r, 1, 1000000);
				bool begins = rng_once(&r, 2);

				assert_int_equal(words_skip(&all, len, off,
							    begins), 0);
				assert_int_equal(words_skip(&left, len, off,
							    begins), 0);
				off += len;
			}
			random_text(&r, &t, 200);
			put_s(&t, "\n");
			assert_int_equal(words_read(reader[0], &all, t.p,
						    t.len, off), 0);
			assert_int_equal(words_read(reader[0], &left, t.p,
						    t.len, off), 0);
			off += t.len;
			n = rng_below(&r, 3) == 0 ? (uint32_t)left.nlines :
			    rng_below(&r, (uint32_t)left.nlines + 1);
			scan_drop(&left, n);
			dropped += n;
			assert_same_lines(&all, dropped, &left);
			/* The words of the others are gone too. */
			n = 0;
			for (size_t k = 0; k < left.nlines; k++)
				n += left.lines[k].norm_len;
			assert_int_equal(left.norm_len, n);
		}
		/* They still tile the text. */
		off = 0;
		for (size_t j = 0; j < all.nlines; j++) {
			assert_int_equal(all.lines[j].off, off);
			off += all.lines[j].len;
		}
		scan_drop(&left, left.nlines);
		assert_int_equal(left.nlines, 0);
		assert_int_equal(left.norm_len, 0);
		scan_drop(&left, 0);
		scan_free(&all);
		scan_free(&left);
	}
	text_free(&t);
}

static void
test_skipped_line_has_no_words(void **state)
{
	struct scan scan = { 0 };
	const struct line *l;

	(void)state;
	assert_int_equal(words_read(reader[0], &scan, "a b\n", 4, 0), 0);
	assert_int_equal(words_skip(&scan, 5000000, 4, true), 0);
	assert_int_equal(words_skip(&scan, 7, 5000004, false), 0);
	assert_int_equal(words_read(reader[0], &scan, "c\n", 2, 5000011), 0);
	assert_int_equal(scan.nlines, 4);
	for (size_t i = 1; i < 3; i++) {
		l = &scan.lines[i];
		assert_true(l->oversize);
		assert_false(l->blank);
		assert_false(l->digits);
		assert_int_equal(l->nwords, 0);
		assert_int_equal(l->norm_len, 0);
		assert_int_equal(l->begins, i == 1);
		assert_int_equal(l->off, i == 1 ? 4 : 5000004);
		assert_int_equal(l->len, i == 1 ? 5000000 : 7);
	}
	l = &scan.lines[3];
	assert_false(l->oversize);
	assert_int_equal(l->nwords, 1);
	assert_memory_equal(scan.norm + l->norm, "c ", 2);
	scan_free(&scan);
}

static void
test_memory_is_told(void **state)
{
	struct words_reader *w = words_new(false);
	struct scan scan = { 0 };
	size_t before;

	(void)state;
	assert_non_null(w);
	before = words_memory(w);
	assert_true(before > 0);
	assert_int_equal(scan_memory(&scan), 0);
	assert_int_equal(words_read(w, &scan, "é漢\n\n", 7, 0), 0);
	assert_true(words_memory(w) > before);
	assert_true(scan_memory(&scan) >= scan.nlines * sizeof(struct line) +
					  scan.norm_len);
	scan_free(&scan);
	assert_int_equal(scan_memory(&scan), 0);
	words_free(w);
}

/* What a text with all that allocates does when allocation n fails. */
static bool
read_with_failure(const char *s, size_t len, uint64_t n, bool on, bool plain)
{
	static const char first[] = "One line\nand 2\n";
	struct words_reader *w = words_new(false);
	struct scan scan = { 0 }, was;
	char norm[sizeof(first)];
	struct line lines[2];
	uint64_t failed;
	int got;

	assert_non_null(w);
	assert_int_equal(words_read(w, &scan, first, sizeof(first) - 1, 0), 0);
	assert_int_equal(scan.nlines, 2);
	assert_true(scan.norm_len < sizeof(norm));
	memcpy(lines, scan.lines, sizeof(lines));
	memcpy(norm, scan.norm, scan.norm_len);
	was = scan;
	allocations_fail(n, on);
	errno = 0;
	got = (plain ? words_read_plain : words_read)(w, &scan, s, len, 77);
	failed = allocations_succeed();
	if (got != 0) {
		assert_int_equal(got, -1);
		assert_int_equal(errno, ENOMEM);
		assert_true(failed > 0);
		assert_int_equal(scan.nlines, was.nlines);
		assert_int_equal(scan.norm_len, was.norm_len);
		assert_int_equal(words_read(w, &scan, s, len, 77), 0);
	}
	assert_memory_equal(scan.lines, lines, sizeof(lines));
	assert_memory_equal(scan.norm, norm, was.norm_len);
	check_scan(&scan, 2, s, len, 77, false, "after a failure");
	scan_free(&scan);
	words_free(w);
	return failed > 0;
}

static void
test_reading_fails_cleanly_at_every_allocation(void **state)
{
	struct text t = { 0 };
	int64_t live;

	(void)state;
	put_many(&t, "line\n", 200);	/* lines */
	put_s(&t, "e");
	put_many(&t, "\u0301", 300);	/* a long piece */
	put_many(&t, "\ufdfa", 200);	/* words longer than text */
	put_many(&t, "é漢ж한ก\n", 3);	/* pages */
	put_s(&t, "e");
	put_many(&t, "\u0323", 70);
	live = allocations.live;
	for (int way = 0; way < 4; way++) {
		uint64_t n = 0;

		while (read_with_failure(t.p, t.len, n, way & 1, way & 2))
			n++;
		assert_true(n >= 6);
		assert_int_equal(allocations.live, live);
	}
	text_free(&t);
}

static void
test_new_and_skip_fail_cleanly(void **state)
{
	struct scan scan = { 0 };

	(void)state;
	allocations_fail(0, false);
	assert_null(words_new(false));
	assert_int_equal(allocations_succeed(), 1);
	allocations_fail(0, true);
	errno = 0;
	assert_int_equal(words_skip(&scan, 9, 1, true), -1);
	assert_int_equal(errno, ENOMEM);
	allocations_succeed();
	assert_int_equal(scan.nlines, 0);
	assert_int_equal(words_skip(&scan, 9, 1, true), 0);
	assert_int_equal(scan.nlines, 1);
	scan_free(&scan);
}

static int
set_up(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		for (int j = 0; j < LEVELS; j++) {
			limited[i][j] = words_new(i != 0);
			if (limited[i][j] == NULL)
				return -1;
			words_limit(limited[i][j],
				    (enum vectors)(VECTORS_WIDEST - j));
		}
		reader[i] = limited[i][0];
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < LEVELS; j++)
			words_free(limited[i][j]);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_what_the_design_says),
		cmocka_unit_test(
			test_readers_agree_with_the_oracle_on_random_text),
		cmocka_unit_test(
			test_readers_agree_with_the_oracle_on_random_bytes),
		cmocka_unit_test(
			test_readers_agree_with_the_oracle_on_every_code_point),
		cmocka_unit_test(
		      test_readers_agree_with_the_oracle_on_random_code_points),
		cmocka_unit_test(
			test_every_pair_of_characters_is_read_like_the_oracle),
		cmocka_unit_test(test_every_short_text_is_read_like_the_oracle),
		cmocka_unit_test(
		      test_characters_are_read_alike_at_every_place_of_a_chunk),
		cmocka_unit_test(
		     test_mark_stays_with_its_letter_after_any_number_of_bytes),
		cmocka_unit_test(
			test_a_run_of_separators_is_one_space_anywhere),
		cmocka_unit_test(test_text_is_read_alike_at_every_address),
		cmocka_unit_test(test_long_text_is_read_like_the_oracle),
		cmocka_unit_test(
			test_reading_line_by_line_gives_the_same_lines),
		cmocka_unit_test(
			test_a_fresh_reader_reads_what_a_used_one_reads),
		cmocka_unit_test(
			test_case_width_and_quotes_do_not_change_the_words),
		cmocka_unit_test(
			test_reading_the_words_again_gives_the_same_words),
		cmocka_unit_test(test_fold_digits_agrees_with_the_oracle),
		cmocka_unit_test(test_fold_digits_makes_all_numbers_equal),
		cmocka_unit_test(test_fold_digits_hides_what_the_numbers_are),
		cmocka_unit_test(
			test_fold_digits_folds_numbers_of_every_script),
		cmocka_unit_test(test_blank_is_white_space_alone),
		cmocka_unit_test(
			test_a_byte_that_is_not_utf8_is_a_letter_itself),
		cmocka_unit_test(
		  test_bytes_that_are_not_utf8_never_read_as_another_character),
		cmocka_unit_test(
		    test_bytes_that_are_not_utf8_are_read_alike_at_every_place),
		cmocka_unit_test(test_long_runs_of_marks_are_cut_after_each_30),
		cmocka_unit_test(test_digits_of_every_script_are_found),
		cmocka_unit_test(test_dropping_lines_keeps_the_rest),
		cmocka_unit_test(test_skipped_line_has_no_words),
		cmocka_unit_test(test_memory_is_told),
		cmocka_unit_test(
			test_reading_fails_cleanly_at_every_allocation),
		cmocka_unit_test(test_new_and_skip_fail_cleanly),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
