/*
 * Is it code?  Told from the symbols on its lines.
 */
#ifndef LISTING_H
#define LISTING_H

#include "line.h"

/*
 * Is this line thick with the symbols of programming languages?  s[0..len) is
 * its text without white space, and comment leader, around it.
 */
bool listing_is_code(const struct line *l, const char *s, size_t len);

#endif
