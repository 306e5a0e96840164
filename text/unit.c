/* What kind of block lines form, and how a cut-off lead ends. */
#include "unit.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define WRAP_MIN 40		/* columns: narrower text is not wrapped text */
#define WRAP_MAX 100		/* columns: wider text is not either */
#define WRAP_SLACK 12		/* columns that an even filling may leave */

static const char *
line_text(const struct line *l, const char *text, uint64_t base)
{
	return text + (l->off - base);
}

/* Does s[0..len) end in this string? */
static bool
ends_in(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(s + len - n, end, n) == 0;
}

/* Length without the newline and the white space before it. */
static size_t
trimmed(const char *s, size_t len)
{
	while (len > 0 && (s[len - 1] == '\n' || s[len - 1] == '\r' ||
			   s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	return len;
}

/* Width in columns, as far as that is told by counting characters. */
static size_t
width(const struct line *l, const char *s, size_t len)
{
	size_t n = 0;

	if (l->ascii)
		return len;
	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

static size_t
first_word_width(const struct line *l, const char *s, size_t len)
{
	size_t i = 0, start;

	while (i < len && (s[i] == ' ' || s[i] == '\t'))
		i++;
	start = i;
	while (i < len && s[i] != ' ' && s[i] != '\t')
		i++;
	return width(l, s + start, i - start);
}

/* Does a sentence, or anything else that closes a line, end here? */
static bool
ends_sentence(const char *s, size_t len)
{
	static const char quotes[][4] = { "”", "’", "»", "…" };

	if (len == 0)
		return false;
	if ((unsigned char)s[len - 1] < 0x80)
		return memchr(".!?:;\"')]", s[len - 1], 9) != NULL;
	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++)
		if (ends_in(s, len, quotes[i]))
			return true;
	return false;
}

/* Does the text go on with this line, rather than begin anew? */
static bool
goes_on(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && (s[i] == ' ' || s[i] == '\t' || s[i] == '>'))
		i++;
	return i < len && ((s[i] >= 'a' && s[i] <= 'z') ||
			   (unsigned char)s[i] >= 0x80);
}

static bool
same_words(const struct line *a, const struct line *b, const char *norm)
{
	return a->norm_len == b->norm_len &&
	       memcmp(norm + a->norm, norm + b->norm, a->norm_len) == 0;
}

/*
 * Hard-wrapped: every line but the last is filled, so that the next line's
 * first word would not have fitted on it; at most half of them end where a
 * sentence does, and after a third or more the next begins amid a sentence.
 * Lines that say the same are not wrapped text.
 */
static bool
is_wrapped(const struct line *lines, size_t n, const char *text, uint64_t base,
	   const char *norm)
{
	size_t widest = 0, closed = 0, going_on = 0;

	for (size_t i = 0; i < n; i++) {
		const char *s = line_text(&lines[i], text, base);
		size_t w;

		if (lines[i].len > 4 * WRAP_MAX)
			return false;
		w = width(&lines[i], s, trimmed(s, lines[i].len));
		if (w > WRAP_MAX || (i + 1 < n && w < WRAP_MIN))
			return false;
		widest = w > widest ? w : widest;
	}
	for (size_t i = 0; i + 1 < n; i++) {
		const struct line *l = &lines[i], *next = l + 1;
		const char *s = line_text(l, text, base);
		const char *t = line_text(next, text, base);
		size_t len = trimmed(s, l->len);
		size_t tlen = trimmed(t, next->len);

		if (width(l, s, len) + 1 + first_word_width(next, t, tlen) +
		    WRAP_SLACK <= widest || same_words(l, next, norm))
			return false;
		closed += ends_sentence(s, len);
		going_on += goes_on(t, tlen);
	}
	return 2 * closed < n && 3 * going_on >= n - 1;
}

/* Symbols of programming languages, and few of prose; in ASCII, a bit each. */
static inline bool
is_symbol(unsigned char c)
{
	/* #$%& ()*+ ;<=> and @ [\]^_` {|}~ */
	static const uint64_t low = 0x78000f7800000000, high = 0x78000001f8000001;

	return c < 64 ? low >> c & 1 : c < 128 ? high >> (c - 64) & 1 : 0;
}

/* Symbols and white space among the bytes s[0..len). */
struct count {
	size_t symbols, spaces;
};

#ifdef __SSE2__
/* A byte of ones where the byte of v is first .. first + n - 1. */
static inline __m128i
in_range(__m128i v, char first, int n)
{
	/* Signed compares: shift the range to the very bottom. */
	v = _mm_add_epi8(v, _mm_set1_epi8((char)(-128 - first)));
	return _mm_cmplt_epi8(v, _mm_set1_epi8((char)(-128 + n)));
}

static struct count
count_16(const char *s)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
	__m128i symbol = in_range(v, '#', 4), space;

	symbol = _mm_or_si128(symbol, in_range(v, '(', 4));
	symbol = _mm_or_si128(symbol, in_range(v, ';', 4));
	symbol = _mm_or_si128(symbol, in_range(v, '@', 1));
	symbol = _mm_or_si128(symbol, in_range(v, '[', 6));
	symbol = _mm_or_si128(symbol, in_range(v, '{', 4));
	space = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(' ')),
			     _mm_cmpeq_epi8(v, _mm_set1_epi8('\t')));
	/* Sums of the bytes, which are 0 or -1. */
	symbol = _mm_sad_epu8(_mm_sub_epi8(_mm_setzero_si128(), symbol),
			      _mm_setzero_si128());
	space = _mm_sad_epu8(_mm_sub_epi8(_mm_setzero_si128(), space),
			     _mm_setzero_si128());
	return (struct count){
		(size_t)(_mm_cvtsi128_si32(symbol) +
			 _mm_extract_epi16(symbol, 4)),
		(size_t)(_mm_cvtsi128_si32(space) +
			 _mm_extract_epi16(space, 4)),
	};
}
#endif

static struct count
count_bytes(const char *s, size_t len)
{
	struct count n = { 0, 0 };
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= len; i += 16) {
		struct count m = count_16(s + i);

		n.symbols += m.symbols;
		n.spaces += m.spaces;
	}
#endif
	for (; i < len; i++) {
		n.symbols += is_symbol((unsigned char)s[i]);
		n.spaces += s[i] == ' ' || s[i] == '\t';
	}
	return n;
}

/* An eighth of the characters, two at least, or nothing else on it. */
static bool
is_thick(const char *s, size_t len)
{
	struct count n = count_bytes(s, len);
	size_t other = len - n.symbols - n.spaces;

	return n.symbols > 0 &&
	       (other == 0 || (n.symbols >= 2 &&
			       8 * n.symbols >= n.symbols + other));
}

static bool
is_code(const struct line *lines, size_t n, const char *text,
	uint64_t base)
{
	size_t thick = 0;

	for (size_t i = 0; i < n; i++) {
		const char *s = line_text(&lines[i], text, base);

		thick += is_thick(s, trimmed(s, lines[i].len));
		/* Half of them at least; can that still be? */
		if (2 * (thick + n - 1 - i) < n)
			return false;
	}
	return true;
}

enum block_kind
unit_kind(const struct line *lines, size_t n, const char *text,
	  uint64_t base, const char *norm)
{
	if (n == 0)
		return BLOCK_LINES;
	if (unit_is_fence(line_text(&lines[0], text, base), lines[0].len))
		return BLOCK_WHOLE;
	if (n == 1)
		return BLOCK_LINES;
	return is_wrapped(lines, n, text, base, norm) ||
	       is_code(lines, n, text, base) ? BLOCK_WHOLE : BLOCK_LINES;
}

bool
unit_is_fence(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && i < 3 && text[i] == ' ')
		i++;
	return i + 3 <= len && (memcmp(text + i, "```", 3) == 0 ||
				memcmp(text + i, "~~~", 3) == 0);
}

/* Without white space, closing brackets, quotes and arrows at the end. */
static size_t
without_closers(const char *s, size_t len)
{
	static const char *const closer[] = {
		"]", ")", "\"", "'", ">", "”", "’", "»", "→", "\xc2\xa0",
	};
	size_t before;

	do {
		before = len;
		len = trimmed(s, len);
		for (size_t i = 0; i < sizeof(closer) / sizeof(*closer); i++)
			if (ends_in(s, len, closer[i]))
				len -= strlen(closer[i]);
	} while (len != before);
	return len;
}

/* The last nine bytes in lower case are "read more". */
static bool
ends_read_more(const char *s, size_t len)
{
	static const char want[] = "read more";
	const size_t n = sizeof(want) - 1;

	if (len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s[len - n + i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != want[i])
			return false;
	}
	return len == n || s[len - n - 1] == ' ' || s[len - n - 1] == '.' ||
	       s[len - n - 1] == '[' || s[len - n - 1] == '(' ||
	       (s[len - n - 1] & 0x80) != 0;
}

enum cut
unit_cut(const char *text, size_t len)
{
	size_t n = trimmed(text, len), end;

	/* Most text ends in a plain full stop or letter: no need to look on. */
	if (n < 3 || (text[n - 1] == '.' && text[n - 2] != '.') ||
	    ((text[n - 1] | 0x20) >= 'a' && (text[n - 1] | 0x20) <= 'z' &&
	     (text[n - 1] | 0x20) != 'e'))
		return CUT_NONE;
	n = end = without_closers(text, len);
	while (n > 0 && (ends_in(text, n, "…") || text[n - 1] == '.'))
		n -= text[n - 1] == '.' ? 1 : strlen("…");
	if (ends_read_more(text, n))
		return CUT_READ_MORE;
	if (end - n < 3)
		return CUT_NONE;
	if (n == 0 || text[n - 1] == ' ' || text[n - 1] == '[' ||
	    text[n - 1] == '(')
		return CUT_AFTER;
	return CUT_INSIDE;
}

size_t
unit_split(const struct line *lines, size_t n, const char *text, uint64_t base,
	   const char *norm, unsigned min_words, struct unit_span *span)
{
	size_t k = 0;

	if (unit_kind(lines, n, text, base, norm) == BLOCK_WHOLE) {
		span[0] = (struct unit_span){ (uint32_t)n, UNIT_WRAPPED };
		return 1;
	}
	for (size_t i = 0; i < n; i++)
		if (lines[i].nwords >= min_words)
			span[k++] = (struct unit_span){ 1, UNIT_LINE };
		else if (i > 0 && lines[i - 1].nwords < min_words)
			span[k - 1].nlines++;
		else
			span[k++] = (struct unit_span){ 1, UNIT_RUN };
	return k;
}
