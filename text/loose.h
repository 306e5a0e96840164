/*
 * The loose form of words: what is compared where a copy may have lost its
 * accents, or write "web site" for "website".
 *
 * Off go the marks of Latin, Greek, Cyrillic, Arabic and Hebrew: accents,
 * strokes that are often left out (ł, ø, đ, ı), vowel points, hamza, tatweel,
 * and the letters that stand for an apostrophe.  In other scripts marks are
 * vowels or consonants, or make them (Indic, Thai, kana, Hangul): they stay.
 * A word of nothing but marks stays as it is.
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
 * The loose form of norm[0..len), words each followed by one space, to 'to',
 * which has room for 'len' bytes: how many they are, never more than 'len'.
 * The words stay as many.  ASCII stays as it is, and so does a byte that is
 * not UTF-8.  Folding twice is folding once.
 */
size_t loose_fold(struct loose *l, const char *norm, size_t len, char *to);

/*
 * Do the words c say all that the words u say, in one piece?  Both are loose
 * forms.  The letters of u, without spaces, have to stand in those of c from
 * the beginning of one of its words to the end of one.  A space between two
 * digits or signs counts as a letter: "1 50" is not "150".
 */
bool loose_says(const char *c, size_t clen, const char *u, size_t ulen);

/* The same where u is known to have so many letters, or more: that is faster. */
bool loose_says_letters(const char *c, size_t clen, const char *u, size_t ulen,
			size_t letters);

/*
 * Is the first character of p[0..len) a letter or a mark, of any script, and no
 * digit or sign?  A byte that is not UTF-8 is a letter.
 */
bool loose_is_letter(const char *p, size_t len);

/* Is it a digit? */
bool loose_is_digit(const char *p, size_t len);

#endif
