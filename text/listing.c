/* Is it code?  Decided by the symbols on its lines. */
#include "listing.h"

#include "vectors.h"

#include <string.h>
static inline bool
is_word_byte(unsigned char c)
{
	return c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       (c >= '0' && c <= '9');
}

/*
 * Counts braces, "=", "\\", a semicolon at the end, "<" or "$" right before a
 * letter, and "(", "[" or "_" right after one.  Other brackets may hold the
 * name of a photographer, a link or a footnote.
 */
size_t
listing_signs(const char *s, size_t len)
{
	size_t n = 0;

	/* Most prose has no such sign, which is soon found by vectors. */
	if (count_symbols(s, len).symbols == 0)
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
	struct symbol_count n;

	while (len > 0 && (unsigned char)s[len - 1] <= ' ')
		len--;
	n = count_symbols(s, len);
	return (n.symbols >= 2 && 8 * n.symbols >= len - n.spaces &&
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
	other = bytes - count_spaces(s, bytes);
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
