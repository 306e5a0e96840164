/* Is it code?  Decided by the symbols on its lines. */
#ifndef LISTING_H
#define LISTING_H

#include "line.h"

/*
 * Is this a character with which lines of code often begin or end, and lines of
 * prose rarely do?  At least every eighth line of a listing has one.
 */
#define LISTING_BEGINS(c) ((c) == '"' || (c) == '$' || (c) == '\'' || \
	(c) == '<' || (c) == '@' || (c) == '[' || (c) == '\\' || \
	(c) == ']' || (c) == '{' || (c) == '}')
#define LISTING_ENDS(c) (LISTING_BEGINS(c) || (c) == '(' || (c) == ')' || \
	(c) == ';' || (c) == '=' || (c) == '>')

/*
 * Are these n lines of one block a listing?  They are if a quarter of the words
 * are on lines with many symbols of programming languages.  Line i starts at
 * text[lines[i].off - base].  Call this only if every eighth line begins or
 * ends with a character for which LISTING_BEGINS() is true.
 */
bool listing_is(const struct line *lines, size_t n, const char *text,
		uint64_t base);

/* How many signs in s[0..len) occur in code only? */
size_t listing_signs(const char *s, size_t len);

#endif
