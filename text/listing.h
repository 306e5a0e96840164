/*
 * Is it code?  Told from the symbols on its lines.
 */
#ifndef LISTING_H
#define LISTING_H

#include "line.h"

/*
 * Are these n lines of one block a listing: do lines thick with the symbols of
 * programming languages hold a quarter of its words?  Line i is
 * text[lines[i].off - base] and what follows.
 */
bool listing_is(const struct line *lines, size_t n, const char *text,
		uint64_t base);

#endif
