/* Is it code?  Told from the symbols on its lines. */
#include "listing.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * Symbols of programming languages, and few of prose; in ASCII, a bit each.
 * Not among them: "*" and "|", of which lists, rules and tables are made.
 */
static inline bool
is_symbol(unsigned char c)
{
	/* #$%& ()+ ;<=> and @ [\]^_` {}~ */
	static const uint64_t low = 0x78000b7800000000, high = 0x68000001f8000001;

	return c < 64 ? low >> c & 1 : c < 128 ? high >> (c - 64) & 1 : 0;
}

static inline bool
is_word_byte(unsigned char c)
{
	return c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       (c >= '0' && c <= '9');
}

static size_t
count_symbols(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += is_symbol((unsigned char)s[i]);
	return n;
}

static size_t
count_spaces(const char *s, size_t len)
{
	size_t i = 0, n = 0;

#ifdef __SSE2__
	const __m128i space = _mm_set1_epi8(' '), zero = _mm_setzero_si128();
	__m128i sum = zero;

	/* A byte that is a space counts -1; 255 rounds fit in a byte. */
	for (; i + 16 <= len && i < 255 * 16; i += 16) {
		const void *p = s + i;

		sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(_mm_loadu_si128(p),
						       space));
	}
	sum = _mm_sad_epu8(sum, zero);
	n = (size_t)(_mm_cvtsi128_si32(sum) + _mm_extract_epi16(sum, 4));
#endif
	for (; i < len; i++)
		n += s[i] == ' ';
	return n;
}

/*
 * Is there something that only code has?  Braces, "=", "\", a semicolon at
 * the end, "<" or "$" right before a letter, "(", "[" or "_" right after one.
 * Brackets may also be the name of a photographer, links, footnotes.
 */
static bool
has_code(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char next = i + 1 < len ? (unsigned char)s[i + 1] : 0;
		unsigned char last = i > 0 ? (unsigned char)s[i - 1] : 0;

		switch (s[i]) {
		case '{': case '}': case '=': case '\\':
			return true;
		case ';':
			if (next == 0)
				return true;
			break;
		case '<': case '$':
			if (is_word_byte(next) && (next < '0' || next > '9'))
				return true;
			break;
		case '(': case '[': case '_':
			if (is_word_byte(last))
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

/*
 * Is it a call and nothing else: "path.name(...)" to its end, or as far as a
 * call goes on one line?  "name(3)" is a page of the manual.
 */
static bool
is_call(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && (is_word_byte((unsigned char)s[i]) || s[i] == '_' ||
			   s[i] == '.'))
		i++;
	return i > 0 && i + 1 < len && s[i] == '(' &&
	       (s[i + 1] < '0' || s[i + 1] > '9') &&
	       memchr("),;:([{", s[len - 1], 7) != NULL;
}

/*
 * Code: a call, or an eighth of what is not white space is symbols, and two
 * at least.
 */
static bool
is_code(const struct line *l, const char *s)
{
	size_t len = l->len, spaces, other, symbols;

	while (len > 0 && (s[len - 1] == '\n' || s[len - 1] == '\r' ||
			   s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	while (len > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	spaces = count_spaces(s, len);
	/*
	 * In ASCII the words are as long as their normal form.  What is left
	 * is all symbols at the most: in prose too little.
	 */
	if (l->ascii) {
		other = len - spaces;
		symbols = other + l->nwords;
		symbols = symbols > l->norm_len ? symbols - l->norm_len : 0;
		if (symbols < 2)
			return false;
		if (8 * symbols < other)
			return is_call(s, len);
	}
	symbols = count_symbols(s, len);
	return (symbols >= 2 && 8 * symbols >= len - spaces &&
		has_code(s, len)) || is_call(s, len);
}

bool
listing_is(const struct line *lines, size_t n, const char *text,
	   uint64_t base)
{
	size_t words = 0, code = 0, left;

	for (size_t i = 0; i < n; i++)
		words += lines[i].nwords;
	left = words;
	for (size_t i = 0; i < n && 4 * (code + left) >= words; i++) {
		const struct line *l = &lines[i];

		if (l->nwords == 0)
			continue;
		left -= l->nwords;
		if (!l->oversize && is_code(l, text + (l->off - base)))
			code += l->nwords;
		if (4 * code >= words && code > 0)
			return true;
	}
	return false;
}
