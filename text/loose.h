/*
 * The loose form of words.  It is compared if a copy may have lost its accents,
 * or have "web site" for "website".
 *
 * It has no marks of Latin, Greek, Cyrillic, Arabic and Hebrew: accents,
 * strokes that are often left out (ł, ø, đ, ı), vowel points, hamza, tatweel,
 * and the letters that stand for an apostrophe.  Yeh, kaf, heh and the digits
 * are the same in Arabic and Persian, which have characters of their own for
 * them.  In other scripts marks are vowels or consonants, or make them (Indic,
 * Thai, kana, Hangul): they stay.  A word of nothing but marks stays as it is.
 */
#ifndef LOOSE_H
#define LOOSE_H

#include <stdbool.h>
#include <stddef.h>

struct loose;

struct loose *loose_new(void);
void loose_free(struct loose *l);
size_t loose_memory(const struct loose *l);

/*
 * Write the loose form of norm[0..len), words each followed by one space, to
 * 'to', which has room for 'len' bytes.  Returns its length, never more than
 * 'len'.  The number of words does not change, nor does ASCII, nor a byte that
 * is not UTF-8.  Folding a loose form again changes nothing.
 */
size_t loose_fold(struct loose *l, const char *norm, size_t len, char *to);

/*
 * Do the words c contain all words of u in a row?  Both are loose forms.  The
 * letters of u, without spaces, must be in c, from the beginning of a word to
 * the end of one.  A space between two facts counts as a letter: "1 50" is not
 * "150", and "5 -3" is not "5-3".
 */
bool loose_says(const char *c, size_t clen, const char *u, size_t ulen);

/* The same, if u is known to have at least so many letters: that is faster. */
bool loose_says_letters(const char *c, size_t clen, const char *u, size_t ulen,
			size_t letters);

/* Is the first character of p[0..len) a digit, of any script? */
bool loose_is_digit(const char *p, size_t len);

/* loose_is_fact() if the first byte is not ASCII. */
bool loose_is_fact_beyond(const char *p, size_t len);

/* Is the first character of the words p[0..len) a digit or a sign? */
static inline bool
loose_is_fact(const char *p, size_t len)
{
	unsigned char c = len > 0 ? (unsigned char)*p : ' ';

	if (c >= 0x80)
		return loose_is_fact_beyond(p, len);
	return c > ' ' && (unsigned)((c | 0x20) - 'a') >= 26;
}

/*
 * Is the space at p[at] between two facts, so that it always separates words? p
 * is words, loose or not, each followed by one space.
 */
static inline bool
loose_parts_number(const char *p, size_t len, size_t at)
{
	size_t before = at;

	if (at == 0 || at + 1 >= len ||
	    !loose_is_fact(p + at + 1, len - at - 1))
		return false;
	do
		before--;
	while (before > 0 && ((unsigned char)p[before] & 0xc0) == 0x80);
	return loose_is_fact(p + before, at - before);
}

#endif
