/*
 * A character as the signs beside it see it: is it a letter, a digit, a
 * bracket, a part of an operator?  Read forwards or backwards from any place.
 */
#ifndef SEEN_H
#define SEEN_H

#include "character.h"

/* What a character is to the signs beside it. */
enum {
	LETTERS = 1 << 0,	/* also marks, and bytes that are not UTF-8 */
	DIGITS = 1 << 1,
	WHITE = 1 << 2,		/* white space inside a line */
	END = 1 << 3,		/* of the line, or its beginning */
	OPEN = 1 << 4,		/* a bracket */
	CLOSE = 1 << 5,
	QUOTE = 1 << 6,
	PREFIX = 1 << 7,	/* counts before a digit */
	NAME = 1 << 8,		/* counts before a letter */
	OPERATOR = 1 << 9,
	PART = 1 << 10,		/* of an operator, with others */
	DASH = 1 << 11,
	RATIO = 1 << 12,	/* counts between numbers, with spaces */
	LETTER_TOO = 1 << 13,	/* and between single letters */
	CURRENCY = 1 << 14,
	PERCENT = 1 << 15,	/* counts after a number, over a space too */
	PRIME = 1 << 16,	/* counts after a digit */
	SYMBOL = 1 << 17,
	BULLET = 1 << 18,
	BREAKS = 1 << 19,	/* not part of an address */
	UPPER_CASE = 1 << 20,	/* on LETTERS */
	MARK = 1 << 21,
	CONTROL = 1 << 22,
	WORD = LETTERS | DIGITS,
	/* Besides words, these can end an operand. */
	UNIT = CURRENCY | PERCENT | PRIME,
	IN_OPERATOR = OPERATOR | PART,
	NO_SIGN = WORD | WHITE | END | CONTROL,
	ENDS_NUMBER = LETTERS | WHITE | END | CONTROL | OPEN | CLOSE,
};

/* A character, as far as it matters to the signs beside it. */
struct seen {
	uint32_t is;
	uint32_t c;		/* folded, except ASCII letters */
};

/* By the info of a character. */
struct seen seen_of(uint32_t info);

/* What each byte of ASCII is. */
extern const uint32_t seen_ascii[0x80];

/*
 * ahead() and behind(), where more than a byte has to be looked at: characters
 * that fold to nothing are passed over.
 */
struct seen seen_ahead_slow(const struct reading *r, size_t *p);
struct seen seen_behind_slow(const struct reading *r, size_t *p);

/* The character at text[*p], and *p to the next one. */
static inline struct seen
ahead(const struct reading *r, size_t *p)
{
	unsigned char b = *p < r->len ? (unsigned char)r->text[*p] : '&';

	if (b >= 0x80 || b == '&' ||
	    ((unsigned)(b - '<') <= '>' - '<' && *p + 1 < r->len &&
	     r->text[*p + 1] == '\xcc'))
		return seen_ahead_slow(r, p);
	++*p;
	return (struct seen){ seen_ascii[b], b };
}

/* The character before text[*p], and *p to where it begins. */
static inline struct seen
behind(const struct reading *r, size_t *p)
{
	unsigned char b = *p > 0 ? (unsigned char)r->text[*p - 1] : ';';

	if (b >= 0x80 || b == ';')
		return seen_behind_slow(r, p);
	--*p;
	return (struct seen){ seen_ascii[b], b };
}

static inline struct seen
peek(const struct reading *r, size_t p)
{
	return ahead(r, &p);
}

static inline struct seen
peek_behind(const struct reading *r, size_t p)
{
	return behind(r, &p);
}

#endif
