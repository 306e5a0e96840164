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

/* What a sign may be used as; 0 to 15, in the top bits of its info. */
enum sign_class {
	CLASS_PLAIN,		/* ASCII, see the table in sign.c; or no use */
	CLASS_WHITE,
	CLASS_LONG_DASH,	/* no minus */
	CLASS_CURRENCY,
	CLASS_PERCENT,
	CLASS_PRIME,
	CLASS_OPERATOR,
	CLASS_RELATION,		/* an operator, or before a number */
	CLASS_NEARLY,		/* a symbol, or before a number */
	CLASS_SYMBOL,
	CLASS_BULLET,		/* a symbol, unless it opens a line */
	CLASS_OPEN,
	CLASS_CLOSE,
	CLASS_QUOTE,
	CLASS_SECTION,
	CLASS_RATIO,
};

/* What is done with a sign, and flags. */
enum verdict {
	SIGN_GAP = 0,		/* it separates words */
	SIGN_PART = 1,		/* it is part of a word, or makes one */
	SIGN_SYMBOL = 2,	/* a word, with the symbols that it touches */
	SIGN_IS = 3,
	SIGN_JOINS_BEFORE = 4,	/* the space before it separates nothing */
	SIGN_JOINS_AFTER = 8,	/* nor does the one after it */
};

/* Kind, class and plainest form of the folded code point c, a separator. */
uint32_t sign_info(uint32_t c);

/* The class of a sign that others follow; none is CLASS_PLAIN. */
static inline uint32_t
sign_class_of(uint32_t c)
{
	uint32_t class = sign_info(c) >> CLASS_SHIFT;

	return class != CLASS_PLAIN ? class : CLASS_QUOTE;
}

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

/*
 * Does the sign at text[p], an '@' or a '/', make an address of the stretch
 * that it is in?  A stretch has no white space, no bracket except ( and ), no
 * quote, and no characters of scripts without spaces.  The address leaves out
 * the punctuation around it, and begins before this sign.
 */
struct address {
	size_t from, to;	/* the address; empty: there is none */
	size_t end;		/* of the stretch; no other address is in it */
};

bool sign_may_be_address(const struct reading *r, size_t p);
void sign_find_address(const struct reading *r, size_t p, struct address *a);

#endif
