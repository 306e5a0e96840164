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

/*
 * Signs, by the rule: a line as an array of characters, each with a kind, so
 * that each clause of the rule can look at any place of it.  What is decided is
 * written into the text that the rest of the oracle reads, in code points of
 * private use: a sign that counts is a letter there.
 */
#define PART 0xf0000u		/* + n: the sign at[n], part of a word */
#define SYMBOL 0x100000u	/* + n: the same, in a run of symbols */
#define NOTHING 0xffff0u	/* nothing joins over it */
#define BREAK 0xffff1u		/* ends a word */

struct item {
	size_t off, len;	/* of the text */
	uint32_t c;		/* as it is there, and ... */
	uint32_t sign;		/* ... folded, the plainest */
	char kind;		/* see kind_of(); 'I' is ignored */
	bool entity, solo, upper, mark;
	int raised;		/* 1, above the line; 2, below */
	char verdict;		/* 0, 'P'art, 'S'ymbol, 'X': a space, goes */
	char insert;		/* before it */
	bool in_address, begins, ends;
};

struct items {
	struct item *at;
	size_t n;
	size_t *seen, nseen;	/* those that are not ignored */
};

static bool
is_one_of(uint32_t c, const uint32_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == c)
			return true;
	return false;
}

#define ONE_OF(c, ...) is_one_of(c, (const uint32_t[]){ __VA_ARGS__ }, \
	sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static uint32_t
plain_sign(uint32_t c)
{
	if (c == 0x301c || c == 0x223c)
		return '~';
	if (c == 0x2212 || (c >= 0x80 && utf8proc_category(
			    (utf8proc_int32_t)c) == UTF8PROC_CATEGORY_PD))
		return '-';
	if (c == 0x2044 || c == 0x2215)
		return '/';
	if (c == 0x2219 || c == 0x22c5 || c == 0x2022)
		return 0xb7;
	return c == 0x2217 ? '*' : c == 0x2236 ? ':' : c == 0x66a ? '%' :
	       c == 0x2a7d || c == 0x2266 ? 0x2264 :
	       c == 0x2a7e || c == 0x2267 ? 0x2265 : c;
}

/*
 * L letter, D digit, W white, E end of the line, C control, ( ) brackets, q
 * quote, - and _ dashes, $ currency, % suffix over a space, p suffix, o
 * operator, r the same and prefix, n symbol and prefix, s symbol, b bullet;
 * others themselves, if they are good for something, and ',' if not.
 */
static char
kind_of_sign(uint32_t from, uint32_t c)
{
	if (ONE_OF(from, 0x2014, 0x2015))
		return '_';
	if (c == '\n')
		return 'E';
	if (white(c) && c != 0x200b && c != 0xfeff)
		return 'W';
	if (c < 0x20 || c == 0x7f)
		return 'C';
	if (c < 0x80)
		return strchr("+=<>", (int)c) != NULL ? 'r' :
		       strchr("^", (int)c) != NULL ? 'o' :
		       strchr("([{", (int)c) != NULL ? '(' :
		       strchr(")]}", (int)c) != NULL ? ')' :
		       strchr("'\"`", (int)c) != NULL ? 'q' :
		       strchr("!&|-/~.#@$%", (int)c) != NULL ? (char)c :
		       strchr("*:", (int)c) != NULL ? ':' : ',';
	if (ONE_OF(c, 0x2030, 0x2031, 0x609, 0x60a, 0xb0))
		return '%';
	if (ONE_OF(c, 0x2032, 0x2033, 0x2034, 0x2057))
		return 'p';
	if (ONE_OF(c, 0xd7, 0xf7, 0x2260, 0x226e, 0x226f))
		return 'o';
	if (ONE_OF(c, 0xb1, 0x2213, 0x2264, 0x2265))
		return 'r';
	if (ONE_OF(c, 0x2248, 0x2243, 0x2245))
		return 'n';
	if (c == 0xa7)
		return '~';
	if (c == 0xb7)
		return ':';
	if (ONE_OF(c, 0x25aa, 0x25ab, 0x25a0, 0x25a1, 0x25cf, 0x25cb, 0x25e6,
		   0x25ba, 0x25b6, 0x25b8, 0x27a4, 0x27a2, 0x25c6, 0x2756))
		return 'b';
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_SC:
		return '$';
	case UTF8PROC_CATEGORY_SO:
	case UTF8PROC_CATEGORY_SM:
		return c >= 0x2500 && c <= 0x259f ? ',' : 's';
	case UTF8PROC_CATEGORY_SK:
		return c >= 0x1f3fb && c <= 0x1f3ff ? 's' : ',';
	case UTF8PROC_CATEGORY_PS:
		return '(';
	case UTF8PROC_CATEGORY_PE:
		return ')';
	case UTF8PROC_CATEGORY_PI:
	case UTF8PROC_CATEGORY_PF:
		return 'q';
	default:
		return ',';
	}
}

static void
set_kind(struct item *t)
{
	utf8proc_int32_t part[64];
	utf8proc_uint8_t utf8[4];
	utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)t->c, utf8);
	char class;

	t->upper = utf8proc_category((utf8proc_int32_t)t->c) ==
		   UTF8PROC_CATEGORY_LU;
	t->raised = t->c < 0x80 ? 0 : t->c >= 0x2080 && t->c <= 0x208c ? 2 :
		    utf8proc_category((utf8proc_int32_t)t->c) ==
		    UTF8PROC_CATEGORY_NO ||
		    (t->c >= 0x207a && t->c <= 0x207c);
	if (ONE_OF(t->c, 0x2033, 0x2034, 0x2057)) {
		t->sign = t->c;
		t->kind = 'p';
		return;
	}
	n = utf8proc_decompose(utf8, n, part, 64, FOLD);
	assert_true(n >= 0 && n <= 64);
	if (n == 0) {
		t->kind = 'I';
		return;
	}
	class = class_of((uint32_t)part[0]);
	if (part[0] >= 0x1160 && part[0] <= 0x11ff)
		class = 'M';
	t->mark = class == 'M';
	if (class == 0 || t->c == 0x2044) {
		utf8proc_int32_t one[64];

		memcpy(one, part, sizeof(one));
		t->sign = plain_sign((uint32_t)part[0]);
		if (utf8proc_normalize_utf32(one, n, FOLD) != 1) {
			t->kind = kind_of_sign((uint32_t)part[0], t->sign);
			if ((uint32_t)part[0] < 0x80 ||
			    ONE_OF((uint32_t)t->kind, ',', '-', '.', '/', '~',
				   ':') || t->kind == 'W')
				t->kind = 'q';
			t->sign = t->c;
			if (t->c == 0x2103 || t->c == 0x2109)
				t->kind = '%';
		} else {
			t->sign = plain_sign((uint32_t)one[0]);
			t->kind = kind_of_sign((uint32_t)one[0], t->sign);
		}
		return;
	}
	n = utf8proc_normalize_utf32(part, n, FOLD);
	t->solo = n == 1 && !t->mark && without_spaces((uint32_t)part[0]) &&
		  utf8proc_category(part[0]) != UTF8PROC_CATEGORY_ND;
	t->kind = class_of((uint32_t)part[0]) == 'N' &&
		  class_of((uint32_t)part[n - 1]) == 'N' && !t->solo ?
		  'D' : 'L';
}

/* The references that the tests have. */
static size_t
reference(const char *s, size_t len, uint32_t *c)
{
	static const struct {
		const char *name;
		uint32_t c;
	} known[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
		{ "&quot;", '"' }, { "&nbsp;", 0xa0 }, { "&#39;", '\'' },
		{ "&#x27;", '\'' }, { "&eacute;", 0xe9 }, { "&shy;", 0xad },
		{ "&frac12;", 0xbd }, { "&minus;", 0x2212 }, { "&#10;", ' ' },
		{ "&#769;", 0x301 }, { "&euro;", 0x20ac }, { "&#53;", '5' },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		size_t n = strlen(known[i].name);

		if (len >= n && memcmp(s, known[i].name, n) == 0) {
			*c = known[i].c;
			return n;
		}
	}
	return 0;
}

static struct items
items_of(const char *s, size_t len)
{
	struct items l = { 0 };

	l.at = calloc(len + 1, sizeof(*l.at));
	l.seen = calloc(len + 1, sizeof(*l.seen));
	assert_true(l.at != NULL && l.seen != NULL);
	for (size_t i = 0; i < len; i += l.at[l.n++].len) {
		struct item *t = &l.at[l.n];
		size_t n = reference(s + i, len - i, &t->c);

		t->off = i;
		t->entity = n > 0;
		t->len = n > 0 ? n : decode(s + i, len - i, &t->c);
		if (t->len == 0) {
			t->len = 1;
			t->c = 0;
			t->kind = 'L';
		} else {
			if (!t->entity && t->c >= '<' && t->c <= '>' &&
			    len - i >= 3 &&
			    memcmp(s + i + 1, "\u0338", 2) == 0) {
				t->c = t->c == '=' ? 0x2260 :
				       t->c == '<' ? 0x226e : 0x226f;
				t->len = 3;
			}
			set_kind(t);
		}
		if (t->kind != 'I')
			l.seen[l.nseen++] = l.n;
	}
	return l;
}

/* The kind of the character n after i, or before; the line ends there. */
static char
kind(const struct items *l, size_t i, int n)
{
	size_t at = i + (size_t)n;

	return at < l->nseen ? l->at[l->seen[at]].kind : 'E';
}

static uint32_t
sign(const struct items *l, size_t i)
{
	return i < l->nseen ? l->at[l->seen[i]].sign : 0;
}

/* From i by 'step' over what is of these kinds: the first that is not. */
static size_t
over(const struct items *l, size_t i, int step, const char *kinds)
{
	do
		i += (size_t)step;
	while (i < l->nseen && strchr(kinds, kind(l, i, 0)) != NULL);
	return i;
}

static bool
is_kind(const struct items *l, size_t i, const char *kinds)
{
	return strchr(kinds, kind(l, i, 0)) != NULL;
}

#define PREFIXES "r-~.#$n"
#define OPERATORS "or!&|-"

static bool
is_first(const struct items *l, size_t i)
{
	size_t from = i;

	do
		from--;
	while (is_kind(l, from, "W") || (from < l->nseen &&
	       sign(l, from) == '>'));
	return is_kind(l, from, "E");
}

static bool
in_number(const struct items *l, size_t i)
{
	size_t a = i, b = i;

	while (!is_kind(l, a, "DLWEC()"))
		a--;
	while (!is_kind(l, b, "DLWEC()"))
		b++;
	return is_kind(l, a, "D") && is_kind(l, b, "D") && b - a <= 4;
}

static bool
before_number(const struct items *l, size_t i)
{
	size_t a = over(l, i, -1, PREFIXES), b = over(l, i, 1, PREFIXES);

	if (!is_kind(l, b, "D") || b - a - 1 > 3 ||
	    (is_kind(l, a, "LD") && !is_kind(l, a + 1, "r$")))
		return false;
	for (size_t j = a + 1; j + 1 < b; j++)
		if (sign(l, j) == '.' || (is_kind(l, j, "-") &&
					  is_kind(l, j + 1, "-")))
			return false;
	return sign(l, i) != '>' || !is_first(l, i);
}

/* An operator's signs stand from a + 1 to b - 1. */
static bool
reads_as_operator(const struct items *l, size_t a, size_t b)
{
	size_t n = b - a - 1;
	char s[4] = { 0 };
	bool any = false;

	if (n > 3)
		return false;
	for (size_t j = 0; j < n; j++) {
		any |= is_kind(l, a + 1 + j, "or");
		s[j] = sign(l, a + 1 + j) < 0x80 ?
			(char)sign(l, a + 1 + j) : 'x';
	}
	if (strcmp(s, "&&") == 0 || strcmp(s, "||") == 0)
		return true;
	if (!any || strpbrk(s, "&|") != NULL || strstr(s, "><") != NULL)
		return false;
	if (strchr(s, '!') != NULL && strchr(s, '=') == NULL)
		return false;
	if (strchr(s, '-') != NULL && strpbrk(s, "<>") == NULL)
		return n > 1 && strchr(s, '-') == s + n - 1 &&
		       is_kind(l, b, "D");
	return true;
}

static bool
ends(const struct items *l, size_t i)
{
	return is_kind(l, i, "LD)q$%p") ||
	       ((sign(l, i) == '+' || sign(l, i) == '#') &&
		is_kind(l, i, "r#") && is_kind(l, i - 1, "LD"));
}

static bool
begins(const struct items *l, size_t i)
{
	i += is_kind(l, i, "q");
	return is_kind(l, i, "LD(") ||
	       (is_kind(l, i, PREFIXES) && is_kind(l, i + 1, "D")) ||
	       ((is_kind(l, i, "#@") || sign(l, i) == '$') &&
		is_kind(l, i + 1, "L"));
}

static bool
as_operator(const struct items *l, size_t i)
{
	size_t a = over(l, i, -1, OPERATORS), b = over(l, i, 1, OPERATORS);
	bool spaced = is_kind(l, a, "W") && is_kind(l, b, "W");

	if (!reads_as_operator(l, a, b))
		return false;
	if (spaced)
		return ends(l, a - 1) && begins(l, b + 1) &&
		       reads_as_operator(l, a, b);
	return ends(l, a) && !is_kind(l, a, "$%p") && begins(l, b);
}

static bool
alone(const struct items *l, size_t i, int step)
{
	size_t next = i + (size_t)step;

	return is_kind(l, i, "L") && !l->at[l->seen[i]].solo &&
	       !is_kind(l, next, "LDq-_");
}

static bool
as_ratio(const struct items *l, size_t i)
{
	bool letters = is_kind(l, i, "-_/");

	return is_kind(l, i, "-_/:") && is_kind(l, i - 1, "W") &&
	       is_kind(l, i + 1, "W") &&
	       (is_kind(l, i - 2, "D$%p") ||
		(letters && alone(l, i - 2, -1))) &&
	       (is_kind(l, i + 2, "D") || (letters && alone(l, i + 2, 1)) ||
		(is_kind(l, i + 2, PREFIXES) && is_kind(l, i + 3, "D")));
}

static bool
of_name(const struct items *l, size_t i)
{
	size_t a, b;

	if ((is_kind(l, i, "#@") || sign(l, i) == '$') &&
	    is_kind(l, i + 1, "L") && !is_kind(l, i - 1, "LD"))
		return true;
	if (sign(l, i) == '#' && is_kind(l, i - 1, "L") &&
	    !is_kind(l, i + 1, "LD"))
		return true;
	if (sign(l, i) == '+') {
		a = over(l, i, -1, "or");
		b = over(l, i, 1, "or");
		for (size_t j = a + 1; j < b; j++)
			if (sign(l, j) != '+')
				return false;
		return b - a <= 4 && is_kind(l, a, "LD") &&
		       !is_kind(l, b, "LD");
	}
	if (!is_kind(l, i, "-") || is_kind(l, i + 1, "LD-_"))
		return false;
	for (a = i - 1; is_kind(l, a, "L") && l->at[l->seen[a]].upper; a--)
		;
	b = over(l, i, 1, "W");
	return i - a >= 2 && i - a <= 4 && !is_kind(l, a, "LD") &&
	       (i - a == 2 || !is_kind(l, b, "E"));
}

static bool
in_exponent(const struct items *l, size_t i)
{
	return (is_kind(l, i, "-_") || sign(l, i) == '+') &&
	       is_kind(l, i, "-r") && is_kind(l, i + 1, "D") &&
	       is_kind(l, i - 1, "L") &&
	       (l->at[l->seen[i - 1]].c | 0x20) == 'e' &&
	       is_kind(l, i - 2, "D");
}

/* A unit over a space: the space goes. */
static void
decide_unit(struct items *l, size_t i)
{
	struct item *t = &l->at[l->seen[i]];
	bool behind = is_kind(l, i - 1, "W") && is_kind(l, i - 2, "D");
	bool ahead = is_kind(l, i + 1, "W") && is_kind(l, i + 2, "D");

	if (is_kind(l, i, "p")) {
		t->verdict = is_kind(l, i - 1, "D") ? 'P' : 0;
		return;
	}
	if (is_kind(l, i, "%")) {
		behind &= !is_kind(l, i + 1, "D") &&
			  (!is_kind(l, i + 1, "L") || t->c == 0xb0);
		if (behind || is_kind(l, i - 1, "D"))
			t->verdict = 'P';
		if (behind && !is_kind(l, i - 1, "D"))
			l->at[l->seen[i - 1]].verdict = 'X';
		return;
	}
	t->verdict = 'P';
	behind &= !is_kind(l, i + 1, "D");
	if (behind && ahead) {
		size_t a = i - 2, n = 0;

		while ((is_kind(l, a, "D") || sign(l, a) == '.' ||
			sign(l, a) == ',') && ++n < 24)
			a--;
		a -= is_kind(l, a, "W");
		behind = !is_kind(l, a, "$");
	}
	if (behind)
		l->at[l->seen[i - 1]].verdict = 'X';
	else if (ahead && !is_kind(l, i - 1, "D"))
		l->at[l->seen[i + 1]].verdict = 'X';
}

static void
decide(struct items *l, size_t i)
{
	struct item *t = &l->at[l->seen[i]];

	if (is_kind(l, i, "LDWEC()") || t->in_address)
		return;
	if (in_number(l, i))
		t->verdict = 'P';
	else if (is_kind(l, i, "$%p"))
		decide_unit(l, i);
	else if (is_kind(l, i, PREFIXES) && before_number(l, i))
		t->verdict = 'P';
	else if (of_name(l, i) || in_exponent(l, i) || as_ratio(l, i) ||
		 (is_kind(l, i, OPERATORS) && as_operator(l, i)))
		t->verdict = 'P';
	else if (is_kind(l, i, "sn") ||
		 (is_kind(l, i, "b") &&
		  (!is_first(l, i) || is_kind(l, i + 1, "sbn"))))
		t->verdict = 'S';
}

/* No part of an address. */
static bool
breaks(const struct items *l, size_t i)
{
	const struct item *t = &l->at[l->seen[i]];

	return is_kind(l, i, "WE") || t->solo ||
	       (!is_kind(l, i, "LD") && (t->sign >= 0x80 || t->c == 0x2014 ||
		t->c == 0x2015 || (t->sign != 0 &&
		strchr("[]{}\"`\\<>^|", (int)t->sign) != NULL)));
}

static bool
is_raw(const struct item *t, uint32_t c)
{
	return t->c == c && !t->entity;
}

/* Is the character i of the stretch an @ or the // of an address? */
static bool
may_be_address(const struct items *l, size_t a, size_t i, size_t b)
{
	const struct item *t = &l->at[l->seen[i]];

	if (is_raw(t, '@'))
		return i > a && i + 1 < b && is_kind(l, i - 1, "LD") &&
		       is_kind(l, i + 1, "LD");
	return is_raw(t, '/') && l->seen[i] > 0 && is_raw(&t[-1], ':') &&
	       i >= a + 2 && is_kind(l, i - 2, "L") && is_raw(&t[1], '/');
}

/* Addresses in the stretch seen[a..b). */
static void
find_address(struct items *l, size_t a, size_t b)
{
	size_t from = b, to = a;
	bool found = false;

	for (size_t i = a; i < b; i++) {
		const struct item *t = &l->at[l->seen[i]];

		if (!found && may_be_address(l, a, i, b)) {
			found = true;
			if (from == b)
				return;
		}
		if (is_kind(l, i, "LD") && !t->mark && from == b)
			from = i;
		if (is_kind(l, i, "LD") || (t->sign != 0 && t->sign < 0x80 &&
		    strchr("/=&%#+-_~$@", (int)t->sign) != NULL))
			to = i + 1;
	}
	if (!found || from >= to)
		return;
	l->at[l->seen[from]].begins = true;
	l->at[l->seen[to - 1]].ends = true;
	for (size_t j = l->seen[from]; j <= l->seen[to - 1]; j++)
		l->at[j].in_address = true;
}

static void
put_break(struct text *t, bool is)
{
	if (is)
		put_c(t, BREAK);
}

/* What comes between digits on the line and raised ones. */
static char
between(const struct items *l, size_t i)
{
	const struct item *t = &l->at[l->seen[i]], *before;

	if (i == 0 || t->in_address ||
	    (!is_kind(l, i, "D") && (t->raised == 0 || t->verdict != 'P')))
		return 0;
	before = &l->at[l->seen[i - 1]];
	if (before->kind != 'D' || before->raised == t->raised ||
	    before->in_address)
		return 0;
	return "|^_"[t->raised];
}

/* Is the space behind an item one that does not count? */
static bool
goes_on(const struct items *l, size_t i)
{
	do
		i++;
	while (i < l->n && l->at[i].kind == 'I');
	return i < l->n && l->at[i].verdict == 'X';
}

/* The items of a line, decided, as a text; addresses count 'extra' words. */
static void
write_items(struct items *l, const char *s, struct text *to, uint32_t *extra)
{
	bool in_run = true;

	for (size_t i = 0, from = 0; i <= l->nseen; i++)
		if (i == l->nseen || breaks(l, i)) {
			find_address(l, from, i);
			from = i + 1;
		}
	for (size_t i = 0; i < l->nseen; i++)
		decide(l, i);
	for (size_t i = 0; i < l->nseen; i++)
		l->at[l->seen[i]].insert = between(l, i);
	for (size_t i = 0; i < l->n; i++) {
		struct item *t = &l->at[i];

		put_break(to, t->begins);
		if (t->entity || t->insert != 0)
			put_c(to, NOTHING);
		if (t->insert != 0) {
			put_c(to, 0x40000u + (uint32_t)t->insert);
			put_c(to, NOTHING);
		}
		if (t->begins)
			in_run = true;
		if (t->in_address) {
			bool word = strchr("LDI", t->kind) != NULL;

			*extra += word && !in_run;
			in_run = word;
			if (!word)
				t->verdict = 'P';
		}
		if (t->verdict == 'P' && ONE_OF(t->c, 0x2103, 0x2109) &&
		    !t->in_address) {
			put_c(to, 0x40000u + 0xb0);
			put_s(to, t->c == 0x2103 ? "c" : "f");
		} else if (t->verdict == 'P' || t->verdict == 'S') {
			put_c(to, (t->verdict == 'P' ? PART : SYMBOL) +
				  (uint32_t)i);
		} else if (t->verdict == 'X') {
			put_c(to, NOTHING);
		} else if (t->kind == 'L' && t->len == 1 &&
			   (unsigned char)s[t->off] >= 0x80) {
			put(to, s + t->off, 1);
		} else if (t->c == 0x2044 || t->c >= PART ||
			   (t->c >= 0x40000 && t->c < 0x40100)) {
			put_c(to, ',');	/* what has a meaning of ours */
		} else {
			put_c(to, t->c);
		}
		put_break(to, t->ends && !goes_on(l, i));
	}
}

/* White space, marks of quoted mail, one leader of a comment. */
static bool
says_nothing(const struct items *l, const char *s)
{
	static const char *const leader[] = { "#", "*", "//", ";", "%", "--" };
	size_t from = SIZE_MAX, to = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct item *t = &l->at[i];

		if (strchr("WEI", t->kind) != NULL || t->c == '>')
			continue;
		if (from != SIZE_MAX && t->off != to)
			return false;
		if (from == SIZE_MAX)
			from = t->off;
		to = t->off + t->len;
	}
	for (size_t i = 0; i < ARRAY_LEN(leader); i++)
		if (from != SIZE_MAX && to - from == strlen(leader[i]) &&
		    memcmp(s + from, leader[i], to - from) == 0)
			return true;
	return from == SIZE_MAX;
}

struct expected {
	struct text norm;
	uint32_t nwords, solo2, solo4, extra;
	bool digits, blank, ascii;
	unsigned quote;
	const struct items *items;
	bool symbol;		/* inside, in a run of symbols */
	bool foreign;		/* digits other than ASCII ones */
	bool inside, solo;	/* in a word, one of a script without spaces */
	size_t bad;		/* norm.len after the last bad byte */
};

/*
 * One character of the words, s[0..n): a letter, mark or number, a symbol (S),
 * or 0.
 */
static void
expect_char(struct expected *e, char class, bool solo, const char *s, size_t n)
{
	if (e->inside && (class == 0 ||
			  (class != 'M' && (e->solo || solo ||
			   e->symbol != (class == 'S'))))) {
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
	if (class != 'M' || !e->inside)
		e->symbol = class == 'S';
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

static void
expect_code_point(struct expected *e, uint32_t c)
{
	struct text utf8 = { 0 };
	bool solo = without_spaces(c) && class_of(c) != 0 &&
		    utf8proc_category((utf8proc_int32_t)c) !=
		    UTF8PROC_CATEGORY_ND;
	char class = class_of(c);

	if (c == NOTHING)
		return;
	if (c >= 0x40000 && c < 0x40100) {
		put_c(&utf8, c - 0x40000);
		class = 'L';
	} else if (c >= PART && c < NOTHING) {
		put_c(&utf8, e->items->at[c - PART].sign);
		class = 'L';
	} else if (c >= SYMBOL && c < 0x10fff0 &&
		   c - SYMBOL < e->items->n) {
		put_c(&utf8, e->items->at[c - SYMBOL].sign);
		class = 'S';
	} else {
		put_c(&utf8, c == 0x2044 ? '/' : c);
		class = c == 0x2044 ? 'L' : class;
	}
	if (solo && class != 'M') {
		bool quarter = c < 0x2e80 || (c >= 0xa9e0 && c <= 0xaa7f);

		e->solo2 += !quarter;
		e->solo4 += quarter;
	}
	expect_char(e, class, solo, utf8.p, utf8.len);
	text_free(&utf8);
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
		expect_code_point(e, (uint32_t)c[i]);
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

/* Bytes of signs at s[0..len), up to three, that a digit follows; or 0. */
static size_t
signs_to_digit(const char *s, size_t len)
{
	size_t at = 0;
	uint32_t c;

	for (int i = 0; i < 3; i++) {
		size_t n = decode(s + at, len - at, &c);

		if (n == 0 || c == ' ' || class_of(c) != 0)
			return 0;
		at += n;
		if (s[at] >= '0' && s[at] <= '9')
			return at;
	}
	return 0;
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

			if (!digit) {
				put(&word, &e->norm.p[i], 1);
				continue;
			}
			put_s(&word, "0");
			for (;; i++) {
				size_t n = signs_to_digit(e->norm.p + i + 1,
							  e->norm.len - i - 1);

				i += n;
				if (n == 0 && (e->norm.p[i + 1] < '0' ||
					       e->norm.p[i + 1] > '9'))
					break;
				i -= n > 0;
			}
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
	struct items items = items_of(s, len);
	struct expected e = { .ascii = true, .items = &items, .bad = SIZE_MAX };
	size_t start = 0, i = 0;
	struct text t = { 0 };

	for (size_t j = 0; j < len; j++)
		e.ascii &= (unsigned char)s[j] < 0x80;
	for (size_t j = 0; j < len && (s[j] == '>' || s[j] == ' '); j++)
		e.quote += s[j] == '>' && e.quote < 255;
	write_items(&items, s, &t, &e.extra);
	while (i < t.len) {
		uint32_t c = 0;
		size_t n = decode(t.p + i, t.len - i, &c);

		if (n == 0 || c == '\n' || c == BREAK) {
			expect_stretch(&e, t.p + start, i - start);
			if (n > 0)
				expect_char(&e, 0, false, t.p + i, 1);
			else
				expect_bad(&e, t.p + i, i != start);
			i += n + (n == 0);
			start = i;
		} else {
			i += n;
		}
	}
	expect_stretch(&e, t.p + start, t.len - start);
	expect_char(&e, 0, false, "", 0);
	e.blank = e.nwords == 0 && says_nothing(&items, s);
	if (fold)
		expect_folded(&e);
	e.items = NULL;
	text_free(&t);
	free(items.at);
	free(items.seen);
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
		    l->solo2 != e.solo2 || l->solo4 != e.solo4 ||
		    l->extra != e.extra || l->quote != e.quote ||
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

struct fragment {
	const char *s;
	size_t len;
};

static const struct fragment ascii[] = {
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
}, signs[] = {
	PIECE("+"), PIECE("-"), PIECE("--"), PIECE("="), PIECE("!="),
	PIECE("&&"), PIECE("||"), PIECE("->"), PIECE("&"), PIECE("|"),
	PIECE("!"), PIECE("%"), PIECE(" %"), PIECE("$"), PIECE("$ "),
	PIECE("#"), PIECE("@"), PIECE("~"), PIECE("^"), PIECE("/"),
	PIECE("://"), PIECE(":"), PIECE(" - "), PIECE(" + "), PIECE(" : "),
	PIECE("*"), PIECE("."), PIECE(","), PIECE("("), PIECE(")"),
	PIECE("\\"), PIECE("e-"), PIECE("A"), PIECE("AA"), PIECE("5"),
	PIECE("1"), PIECE("<"), PIECE(">"), PIECE(" < "),
}, signs_beyond[] = {
	PIECE("€"), PIECE(" €"), PIECE("€ "), PIECE("°"), PIECE(" °"),
	PIECE("‰"), PIECE("′"), PIECE("″"), PIECE("℃"), PIECE("−"),
	PIECE("–"), PIECE("—"), PIECE("±"), PIECE("≤"), PIECE("≠"),
	PIECE("×"), PIECE(" × "), PIECE("≈"), PIECE("§"), PIECE("½"),
	PIECE("²"), PIECE("₂"), PIECE("⁻"), PIECE("①"), PIECE("٣"),
	PIECE("٫"), PIECE("٪"), PIECE("％"), PIECE("＋"), PIECE("＝"),
	PIECE("⁄"), PIECE("✓"), PIECE("👍"), PIECE("👍🏽"), PIECE("●"),
	PIECE("▪"), PIECE("•"), PIECE("·"), PIECE("─"), PIECE("∞"),
	PIECE("“"), PIECE("…"), PIECE("5"), PIECE("É"), PIECE("人"),
}, references[] = {
	PIECE("&amp;"), PIECE("&lt;"), PIECE("&gt;"), PIECE("&quot;"),
	PIECE("&nbsp;"), PIECE("&#39;"), PIECE("&#x27;"), PIECE("&eacute;"),
	PIECE("&shy;"), PIECE("&frac12;"), PIECE("&minus;"), PIECE("&#10;"),
	PIECE("&#769;"), PIECE("&euro;"), PIECE("&#53;"), PIECE("&amp"),
	PIECE(";"), PIECE("&amp;lt;"),
}, addresses[] = {
	PIECE("jo@fair.org"), PIECE("http://a.b/c?d=1#e"), PIECE("@"),
	PIECE("://"), PIECE("http://"), PIECE("a@b"), PIECE("(a@b)."),
	PIECE("x"), PIECE("\""), PIECE("<"), PIECE(">"), PIECE("["),
	PIECE("é@ü"), PIECE("人a@b人"),
}, symbols[] = {
	PIECE("“"), PIECE("”"), PIECE("’"), PIECE("—"), PIECE("–"),
	PIECE("€"), PIECE("😀"), PIECE("👨\u200d👩"), PIECE("≮"),
	PIECE("≠"), PIECE("→"), PIECE("\ue000"), PIECE("\uffff"),
	PIECE("\ufffd"), PIECE("\U0010ffff"), PIECE("\u0378"),
	PIECE("\u2260"), PIECE("×"), PIECE("·"),
};

#define GROUP(a)	{ a, ARRAY_LEN(a) }

static const struct group {
	const struct fragment *fragment;
	uint32_t n;
} groups[] = {
	GROUP(ascii), GROUP(digits), GROUP(punctuation), GROUP(space),
	GROUP(newline), GROUP(nul), GROUP(invalid), GROUP(marks),
	GROUP(accented), GROUP(hangul), GROUP(thai), GROUP(han),
	GROUP(compatible), GROUP(ignorable), GROUP(white_space),
	GROUP(symbols), GROUP(signs), GROUP(signs_beyond), GROUP(references),
	GROUP(addresses),
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
		const struct fragment *p;

		if (rng_below(r, 6) < plain)
			g = rng_below(r, 5);
		else if ((mask >> g & 1) == 0)
			g = rng_once(r, 2) ? 0 : 3;
		p = &groups[g].fragment[rng_below(r, groups[g].n)];
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

/* Few kinds of characters, all of which matter to each other, and spaces. */
static void
random_signs(struct rng *r, struct text *t)
{
	static const uint32_t some[] = {
		0, 1, 3, NGROUPS - 4, NGROUPS - 4, NGROUPS - 3, NGROUPS - 2,
		NGROUPS - 1,
	};
	const struct fragment *p[12];
	uint32_t n = rng_range(r, 3, ARRAY_LEN(p));

	for (uint32_t i = 0; i < n; i++) {
		const struct group *g =
			&groups[some[rng_below(r, ARRAY_LEN(some))]];

		p[i] = &g->fragment[rng_below(r, g->n)];
	}
	t->len = 0;
	put_many(t, "a", rng_below(r, 2) * rng_below(r, 70));
	for (uint32_t k = rng_below(r, 40); k > 0; k--) {
		const struct fragment *q = p[rng_below(r, n)];

		put(t, q->s, q->len);
		put_many(t, " ", rng_once(r, 8));
	}
}

static void
test_readers_agree_with_the_oracle_on_random_signs(void **state)
{
	struct rng r = { 16 };
	struct text t = { 0 };

	(void)state;
	for (int i = 0; i < 40000; i++) {
		random_signs(&r, &t);
		check(&t);
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
	const struct fragment *p, *q;

	(void)state;
	for (size_t g = 0; g < NGROUPS; g++)
		for (size_t i = 0; i < groups[g].n; i++) {
			p = &groups[g].fragment[i];
			t.len = 0;
			for (size_t h = 0; h < NGROUPS; h++)
				for (size_t j = 0; j < groups[h].n; j++) {
					q = &groups[h].fragment[j];
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
	static const struct fragment some[] = {
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
		const struct fragment *p[3] = {
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
	static const struct fragment snippet[] = {
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
	expect_norm("snake_case e-mail 3.14", "snake case e mail 3.14 ");
	expect_norm("...\n--\n", "");
}

static void
test_signs_that_can_be_facts_count(void **state)
{
	static const char *const different[][2] = {
		{ "es war -5 Grad", "es war 5 Grad" },
		{ "es war +5 Grad", "es war -5 Grad" },
		{ "1,214 people", "214 people" }, { "2.5 m", "2 5 m" },
		{ "3:1", "3.1" }, { "1/2", "1.2" }, { "5'10", "5 10" },
		{ "1.6.39-2", "1.6.39" }, { "2--3", "2-3" }, { "1e6", "1e-6" },
		{ "10⁶", "106" }, { "1½", "11/2" }, { "H₂0", "H^20" },
		{ "٣٫٥", "٣٥" }, { "๓.๕", "๓๕" }, { "3、5", "35" },
		{ "$40", "€40" }, { "25 €", "25" }, { "5%", "5‰" },
		{ "5°", "5" }, { "<0.05", ">0.05" }, { "~5", "5" },
		{ "§5", "5" }, { "18+", "18" }, { "ont 18+ ans", "ont 18 ans" },
		{ "A+", "A-" }, { "an AA- here", "an AA here" },
		{ "C++", "C" }, { "C#", "C++" },
		{ "Ж+", "Ж" }, { "#tag", "tag" }, { "@name", "name" },
		{ "p < 5", "p > 5" }, { "a = b", "a ≠ b" }, { "a == b", "a b" },
		{ "a != b", "a = b" }, { "a && b", "a || b" },
		{ "a->b", "a=>b" }, { "14 × 9", "14 / 9" },
		{ "7 - 3", "7 + 3" },
		{ "débit ≤ 30", "débit ≥ 30" }, { "x / y", "x y" },
		{ "✓ ja", "✗ ja" }, { "👍", "👎" }, { "★★★☆☆", "★★☆☆☆" },
		{ "▲ 3", "▼ 3" }, { "♂", "♀" }, { "→ next", "next" },
		{ "jo@x.com", "jo@x.com.au" }, { "http://a/b", "http://a.b" },
		{ "a & b", "a && b" }, { "●●○", "●○○" },
	}, *const equal[][2] = {
		{ "−5", "-5" }, { "–5", "-5" }, { "25 €", "25€" },
		{ "€ 25", "€25" }, { "5 %", "5%" }, { "5\u00a0%", "5%" },
		{ "5 °C", "5℃" }, { "20 °C", "20°C" }, { "３：１", "3:1" },
		{ "1⁄2", "½" }, { "5٪", "5%" }, { "−12", "&minus;12" },
		{ "“a”, b", "\"a\" b" }, { "web-site", "web site" },
		{ "he -- who", "he — who" }, { "• a", "- a" }, { "▪ a", "* a" },
		{ "> > a", "a" }, { ">5 a", "5 a" }, { "the end.", "the end" },
		{ "**a** b", "a b" }, { "| a | b |", "a b" }, { "a & b", "a b" },
		{ "<b> a </b> b", "b a b b" }, { "× close", "close" },
		{ "&quot;it&#39;s&quot; &amp; &lt;", "it's" },
		{ "caf&eacute;", "café" }, { "a &lt; b", "a < b" },
		{ "jo@x.com.", "<jo@x.com>" }, { "(http://a/b)", "http://a/b" },
		{ "a\u2003b\u202fc", "a b c" }, { "👍\ufe0f", "👍" },
		{ "\u200e5\u200f %", "5%" }, { "AA-\n", "AA\n" },
		{ "≠", "" }, { "a <\u0338 b", "a ≮ b" }, { "───", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(different); i++) {
		char *a = norm_of(different[i][0], strlen(different[i][0]), 0);
		char *b = norm_of(different[i][1], strlen(different[i][1]), 0);

		assert_string_not_equal(a, b);
		free(a);
		free(b);
	}
	for (size_t i = 0; i < ARRAY_LEN(equal); i++) {
		char *a = norm_of(equal[i][0], strlen(equal[i][0]), 0);
		char *b = norm_of(equal[i][1], strlen(equal[i][1]), 0);

		assert_string_equal(a, b);
		free(a);
		free(b);
	}
	expect_norm("p<0.05 p < 0.05", "p<0.05 p < 0.05 ");
	expect_norm("US$ 5, 10⁻⁶", "us$5 10^-6 ");
	expect_norm("€ 25,00 € 30,00", "€25,00 €30,00 ");
	expect_norm("见jo@fair.org吧", "见 jo@fair.org 吧 ");
}

static void
test_lengths_are_the_same_in_every_script(void **state)
{
	static const struct {
		const char *text;
		uint32_t length;
	} cases[] = {
		{ "one two three", 3 }, { "北闸的船只", 3 }, { "カメラ", 2 },
		{ "ภาษาไทย", 2 }, { "jo@fair.example.com", 4 },
		{ "see http://a.b/c now", 6 }, { "北 ก a", 3 }, { "", 0 },
		{ "1,214 ✓", 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *s = cases[i].text;
		struct scan scan = { 0 };
		struct line l = { 0 };

		assert_int_equal(words_read(reader[0], &scan, s, strlen(s), 0),
				 0);
		if (scan.nlines > 0)
			l = scan.lines[0];
		assert_int_equal(words_length(l.nwords, l.solo2, l.solo4,
					      l.extra), cases[i].length);
		scan_free(&scan);
	}
}

/* Two renderings of the same words that a reader takes for the same. */

static const char *const spelling[][4] = {
	{ "the", "The", "THE", "ｔｈｅ" },
	{ "café", "Café", "cafe\u0301", "CAFE\u0301" },
	{ "office", "oﬃce", "of\u00adfice", "OFFICE" },
	{ "first", "ﬁrst", "fi\u200crst", "ｆｉｒｓｔ" },
	{ "strasse", "Straße", "STRASSE", "straſſe" },
	{ "σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφοσ", "Σι\u0301συφος" },
	{ "x2024y", "x２０２４y", "X𝟐𝟎𝟐𝟒Y", "x20\u200d24y" },
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
		" ", "  ", "\u00a0", "\t", "—", " . ", "'", "\" \"", "” “",
		"’", "'", ", ", "，", "\u3000", " \x01 ", "/", "\u2028", "…",
		" … ", "\r\n", "\n",
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
/* Is there a sign in words?  What it counts for, they do not show. */
static bool
has_sign(const char *norm)
{
	size_t len = strlen(norm);
	uint32_t c;

	for (size_t i = 0, n; i < len; i += n) {
		n = decode(norm + i, len - i, &c);
		if (n > 0 && c != ' ' && class_of(c) == 0)
			return true;
		n += n == 0;
	}
	return false;
}

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
			if (t.p[j] == '\0' || t.p[j] == '\n' ||
			    t.p[j] == '&')
				t.p[j] = ' ';
		once = norm_of(t.p, t.len, i % 2 != 0);
		twice = norm_of(once, strlen(once), i % 2 != 0);
		if (!has_sign(once) && strcmp(once, twice) != 0) {
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
test_blank_is_white_space_or_a_lone_leader(void **state)
{
	static const struct fragment blank[] = {
		PIECE("\n"), PIECE(" \n"), PIECE("\r\n"), PIECE("\t\v\f "),
		PIECE("\u00a0\n"), PIECE("\u3000\u2003\u200b \r\n"),
		PIECE("\u00ad\n"), PIECE("> >\n"), PIECE("  #\n"),
		PIECE("> //\n"), PIECE("--"), PIECE("&nbsp;\n"),
		PIECE("\ufeff\n"), PIECE("\xc2\x85\u2028\u2029\u1680\n"),
	}, not_blank[] = {
		PIECE("\0\n"), PIECE(".\n"), PIECE("\xff\n"), PIECE("\xc2\n"),
		PIECE("  —\n"), PIECE("\u0301\n"), PIECE("// /"),
		PIECE("##\n"),
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
	static const struct fragment some[] = {
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
	put_many(&t, "\u0301", 300);	/* a long fragment */
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
		cmocka_unit_test(test_signs_that_can_be_facts_count),
		cmocka_unit_test(test_lengths_are_the_same_in_every_script),
		cmocka_unit_test(
			test_readers_agree_with_the_oracle_on_random_text),
		cmocka_unit_test(
			test_readers_agree_with_the_oracle_on_random_signs),
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
		cmocka_unit_test(test_blank_is_white_space_or_a_lone_leader),
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
