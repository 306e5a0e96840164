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

#ifdef __SSE2__
/* Bytes of ones where the byte of v is first .. first + n - 1. */
static inline __m128i
in_range(__m128i v, char first, int n)
{
	/* Signed compares: shift the range to the very bottom. */
	v = _mm_add_epi8(v, _mm_set1_epi8((char)(-128 - first)));
	return _mm_cmplt_epi8(v, _mm_set1_epi8((char)(-128 + n)));
}

/* Bytes of ones where v has white space, or one of is_symbol(). */
static inline __m128i
found(__m128i v, bool symbols)
{
	__m128i m;

	if (!symbols)	/* white space: no byte over 0x20 */
		return _mm_cmpeq_epi8(v, _mm_min_epu8(v, _mm_set1_epi8(' ')));
	m = _mm_or_si128(in_range(v, '#', 4), in_range(v, '(', 2));
	m = _mm_or_si128(m, in_range(v, ';', 4));
	m = _mm_or_si128(m, in_range(v, '[', 6));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('+')));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('@')));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('{')));
	return _mm_or_si128(m, in_range(v, '}', 2));
}

/* How many of the bytes s[0..len) are white space, or symbols? */
static inline size_t
count(const char *s, size_t len, bool symbols)
{
	static const unsigned char last[32] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255,
	};
	__m128i sum = _mm_setzero_si128(), zero = sum, v;
	size_t n = 0, i = 0;
	char copy[16];
	const void *at;

	if (len < 16) {
		memset(copy, 'a', sizeof(copy));
		memcpy(copy, s, len);
		s = copy;
		len = 16;
	}
	/* A byte of the sum counts down from 0, 255 times at the most. */
	while (i < len) {
		size_t end = len - i > 255 * 16 ? i + 254 * 16 : len;

		for (; i + 16 <= end; i += 16) {
			at = s + i;
			v = found(_mm_loadu_si128(at), symbols);
			sum = _mm_sub_epi8(sum, v);
		}
		if (i < end) {
			at = s + end - 16;
			v = found(_mm_loadu_si128(at), symbols);
			at = last + (end - i);
			v = _mm_and_si128(v, _mm_loadu_si128(at));
			sum = _mm_sub_epi8(sum, v);
			i = end;
		}
		sum = _mm_sad_epu8(sum, zero);
		n += (size_t)(_mm_cvtsi128_si32(sum) +
			      _mm_extract_epi16(sum, 4));
		sum = zero;
	}
	return n;
}
#else
static size_t
count(const char *s, size_t len, bool symbols)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += symbols ? is_symbol((unsigned char)s[i]) :
		     (unsigned char)s[i] <= ' ';
	return n;
}
#endif

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

	if (len < 3 || is_word_byte((unsigned char)s[len - 1]) ||
	    memchr("),;:([{", s[len - 1], 7) == NULL)
		return false;
	while (i < len && (is_word_byte((unsigned char)s[i]) || s[i] == '_' ||
			   s[i] == '.'))
		i++;
	return i > 0 && i + 1 < len && s[i] == '(' &&
	       (s[i + 1] < '0' || s[i + 1] > '9');
}

/*
 * A call, or an eighth of what is not white space is symbols, and two at
 * least.
 */
static bool
is_code(const struct line *l, const char *s)
{
	size_t len = l->len, other, symbols;

	while (len > 0 && (unsigned char)s[len - 1] <= ' ')
		len--;
	while (len > 0 && (unsigned char)*s <= ' ') {
		s++;
		len--;
	}
	other = len - count(s, len, false);
	symbols = count(s, len, true);
	return (symbols >= 2 && 8 * symbols >= other && has_code(s, len)) ||
	       is_call(s, len);
}

bool
listing_is(const struct line *lines, size_t n, const char *text, uint64_t base)
{
	const struct line *last = &lines[n - 1];
	const char *s = text + (lines->off - base);
	size_t bytes = (size_t)(last->off - lines->off) + last->len;
	size_t other = bytes - count(s, bytes, false), in_words;
	size_t words = 0, code = 0, left;

	for (size_t i = 0; i < n; i++)
		words += lines[i].nwords;
	/*
	 * The words are as long as their normal form, or nearly.  In prose
	 * what is neither words nor white space is less than a twelfth, or no
	 * symbols: there is no need to look at its lines.
	 */
	in_words = last->norm + last->norm_len - lines->norm - words;
	if (other < in_words || 12 * (other - in_words) < other ||
	    24 * count(s, bytes, true) < other)
		return false;
	left = words;
	for (size_t i = 0; i < n && 4 * (code + left) >= words; i++) {
		const struct line *l = &lines[i];

		if (l->nwords == 0)
			continue;
		left -= l->nwords;
		if (is_code(l, text + (l->off - base)))
			code += l->nwords;
		if (code > 0 && 4 * code >= words)
			return true;
	}
	return false;
}
