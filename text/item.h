/* How a line begins: as an item of a list? */
#ifndef ITEM_H
#define ITEM_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

/* Is s[0..len) the end, or white space? */
static inline bool
item_is_apart(const char *s, size_t len)
{
	return len == 0 || *s == ' ' || *s == '\t';
}

/*
 * Does s[0..len), which is not empty and has no white space before it, begin
 * with a bullet or a dash?
 */
bool item_begins_bullet(const char *s, size_t len);

/* For item_begins_number(): what begins with a digit or a bracket. */
bool item_may_begin_number(const char *s, size_t len);

/* ... or with (a) [a] (1) [1] 1. 1) 1.2. a) and the like? */
static inline bool
item_begins_number(const char *s, size_t len)
{
	if (is_ascii_letter(*s))
		return len > 2 && (s[1] == ')' || s[1] == ']') &&
		       item_is_apart(s + 2, len - 2);
	return ((*s >= '0' && *s <= '9') || *s == '(' || *s == '[') &&
	       item_may_begin_number(s, len);
}

#endif
