/*
 * Is it code?  Told from the symbols on its lines.
 */
#ifndef LISTING_H
#define LISTING_H

#include "line.h"

/*
 * Is this a character with which a line of code may begin, or end, and few
 * lines of prose do?  Every eighth line of a listing has one at least.
 */
#define LISTING_BEGINS(c) ((c) == '"' || (c) == '$' || (c) == '\'' || \
	(c) == '<' || (c) == '@' || (c) == '[' || (c) == '\\' || \
	(c) == ']' || (c) == '{' || (c) == '}')
#define LISTING_ENDS(c) (LISTING_BEGINS(c) || (c) == '(' || (c) == ')' || \
	(c) == ';' || (c) == '=' || (c) == '>')

/*
 * Are these n lines of one block a listing: do lines thick with the symbols of
 * programming languages hold a quarter of its words?  Line i is
 * text[lines[i].off - base] and what follows.  To be asked only where
 * every eighth line begins or ends so.
 */
bool listing_is(const struct line *lines, size_t n, const char *text,
		uint64_t base);

/* How many things are in s[0..len) that only code has? */
size_t listing_signs(const char *s, size_t len);

#endif
