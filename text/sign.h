/*
 * Which signs count.
 *
 * A sign is what is not a letter, mark, digit or white space.  It is compared
 * if it can be a fact; else it is typography:
 *
 *	1,214  3-5  5'10  1e-6		1 to 3 signs between two digits
 *	-5  $5  <.05  25 %  5 EUR  18+	touching a number (a sign of currency,
 *					%, or a degree over a space too)
 *	C++  C#  A-  #tag  @name	touching a name
 *	p<5  p < 5  a && b  7 - 3	an operator between operands
 *	U+2713  U+2192			a symbol, but not the bullet of a line
 *
 * The decision depends on a few characters on each side of the sign and on
 * nothing beyond the line, so it is the same wherever reading begins.
 */
#ifndef SIGN_H
#define SIGN_H

#include "character.h"
#include "sign_class.h"

/* What is done with a sign, and flags. */
enum verdict {
	SIGN_GAP = 0,		/* it separates words */
	SIGN_PART = 1,		/* it is part of a word, or makes one */
	SIGN_SYMBOL = 2,	/* a word, with the symbols that it touches */
	SIGN_IS = 3,
	SIGN_JOINS_BEFORE = 4,	/* the space before it separates nothing */
	SIGN_JOINS_AFTER = 8,	/* nor does the one after it */
};

/* The sign ch, at text[p]. */
unsigned sign_verdict(const struct reading *r, size_t p,
		      const struct character *ch);

/* A letter or digit of ASCII, or white space or a control. */
static inline bool
sign_is_letter_or_space(unsigned char b)
{
	return b <= ' ' || (unsigned)((b | 0x20) - 'a') < 26;
}

/*
 * Do the bytes around the sign ch at text[p..to) already show that it is
 * typography: it counts in a number only, and is in none?
 */
static inline bool
sign_is_idle(const struct reading *r, size_t p, size_t to,
	     const struct character *ch)
{
	uint32_t class = ch->info >> CLASS_SHIFT, c = ch->info & CODEPOINT;

	if (class != CLASS_QUOTE &&
	    (class != CLASS_PLAIN || (c < 0x80 && c != ',' && c != ';' &&
				      c != '\'' && c != '"' && c != '?')))
		return false;
	return (p > 0 && r->text[p - 1] != ';' && sign_is_letter_or_space(
			(unsigned char)r->text[p - 1])) ||
	       (to < r->len && sign_is_letter_or_space(
			(unsigned char)r->text[to]));
}

/* Is it white space?  A newline is, too. */
bool sign_is_white(uint32_t info);

#endif
