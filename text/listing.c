/* Is it code?  Decided by the symbols on its lines. */
#include "listing.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#ifndef __SSE2__
/*
 * Symbols that are common in programming languages and rare in prose: a bit for
 * each character of ASCII.  "*" and "|" are not among them, since lists, rules
 * and tables are made of these.
 */
static inline bool
is_symbol(unsigned char c)
{
	/* #$%& ()+ ;<=> and @ [\]^_` {}~ */
	static const uint64_t low = 0x78000b7800000000;
	static const uint64_t high = 0x68000001f8000001;

	return c < 64 ? low >> c & 1 : c < 128 ? high >> (c - 64) & 1 : 0;
}
#endif

static inline bool
is_word_byte(unsigned char c)
{
	return c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       (c >= '0' && c <= '9');
}

/* How many of some bytes are white space, and how many are symbols. */
struct count {
	size_t space, symbols;
};

#ifdef __SSE2__
/* Sets each byte to all ones if that byte of v is in first .. first + n - 1. */
static inline __m128i
in_range(__m128i v, char first, int n)
{
	/* Signed compares: shift the range to the very bottom. */
	v = _mm_add_epi8(v, _mm_set1_epi8((char)(-128 - first)));
	return _mm_cmplt_epi8(v, _mm_set1_epi8((char)(-128 + n)));
}

static inline __m128i
spaces_16(__m128i v)
{
	return _mm_cmpeq_epi8(v, _mm_min_epu8(v, _mm_set1_epi8(' ')));
}

static inline __m128i
symbols_16(__m128i v)
{
	__m128i m = _mm_or_si128(in_range(v, '#', 4), in_range(v, '(', 2));

	m = _mm_or_si128(m, in_range(v, ';', 4));
	m = _mm_or_si128(m, in_range(v, '[', 6));
	m = _mm_or_si128(m, in_range(v, '}', 2));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('+')));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('@')));
	return _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('{')));
}

static inline size_t
sum_of(__m128i bytes)
{
	bytes = _mm_sad_epu8(bytes, _mm_setzero_si128());
	return (size_t)_mm_cvtsi128_si32(bytes) +
	       (size_t)_mm_extract_epi16(bytes, 4);
}

/* The last 'n' bytes are all ones. */
static inline __m128i
last_bytes(size_t n)
{
	static const unsigned char mask[32] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255,
	};
	const void *at = mask + n;

	return _mm_loadu_si128(at);
}

static inline __m128i
load(const void *at)
{
	return _mm_loadu_si128(at);
}

/* White space in s[0..len); 16 bytes or more. */
static size_t
count_space(const char *s, size_t len)
{
	__m128i sum = _mm_setzero_si128();
	size_t n = 0, i = 0;

	for (unsigned k = 1; i + 16 <= len; i += 16, k++) {
		/* A byte of the sum counts down from 0. */
		sum = _mm_sub_epi8(sum, spaces_16(load(s + i)));
		if (k == 254) {
			n += sum_of(sum);
			sum = _mm_setzero_si128();
			k = 0;
		}
	}
	if (i < len)
		sum = _mm_sub_epi8(sum, _mm_and_si128(
			spaces_16(load(s + len - 16)), last_bytes(len - i)));
	return n + sum_of(sum);
}

static struct count
count(const char *s, size_t len)
{
	__m128i space = _mm_setzero_si128(), symbols = space, v, mask;
	struct count n = { 0, 0 };
	size_t i = 0;
	char copy[16];

	if (len < 16) {
		memset(copy, 'a', sizeof(copy));
		memcpy(copy, s, len);
		s = copy;
		len = 16;
	}
	for (unsigned k = 1; i + 16 <= len; i += 16, k++) {
		v = load(s + i);
		space = _mm_sub_epi8(space, spaces_16(v));
		symbols = _mm_sub_epi8(symbols, symbols_16(v));
		if (k == 254) {
			n.space += sum_of(space);
			n.symbols += sum_of(symbols);
			space = symbols = _mm_setzero_si128();
			k = 0;
		}
	}
	if (i < len) {
		v = load(s + len - 16);
		mask = last_bytes(len - i);
		space = _mm_sub_epi8(space, _mm_and_si128(spaces_16(v), mask));
		symbols = _mm_sub_epi8(symbols,
				       _mm_and_si128(symbols_16(v), mask));
	}
	n.space += sum_of(space);
	n.symbols += sum_of(symbols);
	return n;
}
#else
static struct count
count(const char *s, size_t len)
{
	struct count n = { 0, 0 };

	for (size_t i = 0; i < len; i++) {
		n.symbols += is_symbol((unsigned char)s[i]);
		n.space += (unsigned char)s[i] <= ' ';
	}
	return n;
}

static size_t
count_space(const char *s, size_t len)
{
	return count(s, len).space;
}
#endif

/*
 * Counts braces, "=", "\\", a semicolon at the end, "<" or "$" right before a
 * letter, and "(", "[" or "_" right after one.  Other brackets may hold the
 * name of a photographer, a link or a footnote.
 */
size_t
listing_signs(const char *s, size_t len)
{
	size_t n = 0;

	/* Most prose has no such sign, and count() uses vectors. */
	if (count(s, len).symbols == 0)
		return 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char next = i + 1 < len ? (unsigned char)s[i + 1] : 0;
		unsigned char last = i > 0 ? (unsigned char)s[i - 1] : 0;

		switch (s[i]) {
		case '{': case '}': case '=': case '\\':
			n++;
			break;
		case ';':
			n += next == 0;
			break;
		case '<': case '$':
			n += is_word_byte(next) && (next < '0' || next > '9');
			break;
		case '(': case '[': case '_':
			/* name(3) is a page of the manual. */
			n += is_word_byte(last) &&
			     (s[i] != '(' || next < '0' || next > '9');
			break;
		default:
			break;
		}
	}
	return n;
}

/*
 * Is it a call and nothing else: "path.name(...)", or the first line of such a
 * call?  "name(3)" is a page of the manual.
 */
static bool
is_call(const char *s, size_t len)
{
	size_t i = 0;

	if (len < 3 || is_word_byte((unsigned char)s[len - 1]) ||
	    memchr("),;:([{", s[len - 1], 7) == NULL)
		return false;
	while (*s == ' ' || *s == '\t') {
		s++;
		len--;
	}
	while (i < len && (is_word_byte((unsigned char)s[i]) || s[i] == '_' ||
			   s[i] == '.'))
		i++;
	return i > 0 && i + 1 < len && s[i] == '(' &&
	       (s[i + 1] < '0' || s[i + 1] > '9');
}

/*
 * Is it a call, or has it at least two symbols, which are an eighth or more of
 * what is not white space?
 */
static bool
is_code(const struct line *l, const char *s)
{
	size_t len = l->len;
	struct count n;

	while (len > 0 && (unsigned char)s[len - 1] <= ' ')
		len--;
	n = count(s, len);
	return (n.symbols >= 2 && 8 * n.symbols >= len - n.space &&
		listing_signs(s, len) > 0) || is_call(s, len);
}

bool
listing_is(const struct line *lines, size_t n, const char *text, uint64_t base)
{
	const struct line *last = &lines[n - 1];
	const char *s = text + (lines->off - base);
	size_t bytes = (size_t)(last->off - lines->off) + last->len;
	size_t words = 0, code = 0, left, in_words, other;

	if (bytes < 16)
		return false;
	other = bytes - count_space(s, bytes);
	for (size_t i = 0; i < n; i++)
		words += lines[i].nwords;
	/*
	 * Words are about as long as their normal form.  In prose less than a
	 * tenth is neither words nor white space; then the lines need not be
	 * looked at.
	 */
	in_words = last->norm + last->norm_len - lines->norm - words;
	if (other < in_words || 10 * (other - in_words) < other)
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
