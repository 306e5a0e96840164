/*
 * What kind of character a text begins with.
 *
 * The kinds are Unicode's general categories (UAX #44).  A byte that is not
 * UTF-8 is a letter, as in words.h, and has no case.
 */
#ifndef LETTER_H
#define LETTER_H

#include <stddef.h>

enum letter {
	LETTER_LOWER,
	LETTER_UPPER,		/* or title case */
	LETTER_CASELESS,	/* also a mark, and a byte that is not UTF-8 */
	LETTER_DIGIT,		/* and every other number */
	LETTER_OTHER,		/* white space, punctuation, symbol, control */
	LETTER_NONE,		/* no character: len is 0 */
};

/*
 * The kind of the first character of s[0..len).  *n becomes its length in
 * bytes: 0 for LETTER_NONE, else 1 to 4 and no more than len.
 */
enum letter letter_first(const char *s, size_t len, size_t *n);

#endif
