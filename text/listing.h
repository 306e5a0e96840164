/*
 * Is it code?  Told from the symbols on its lines.
 */
#ifndef LISTING_H
#define LISTING_H

#include "line.h"

/*
 * Does a character at the begin or the end of a line hint at code?  Of code at
 * least every eighth line has one.
 */
static inline bool
listing_hint(char first, char last)
{
	/* " $ ' < and @ [ \ ] { } at the begin; ( ) ; = > too at the end */
	static const uint64_t lo = 0x1000009400000000, hi = 0x2800000038000001;
	static const uint64_t ends = 0x6800030000000000;
	unsigned char a = (unsigned char)first, z = (unsigned char)last;

	return ((a < 64 ? lo >> a : a < 128 ? hi >> (a - 64) : 0) |
		(z < 64 ? (lo | ends) >> z : z < 128 ? hi >> (z - 64) : 0)) & 1;
}

/*
 * Are these n lines of one block a listing: do lines thick with the symbols of
 * programming languages hold a quarter of its words?  Line i is
 * text[lines[i].off - base] and what follows.  To be asked only where
 * listing_hint() holds for every eighth line.
 */
bool listing_is(const struct line *lines, size_t n, const char *text,
		uint64_t base);

#endif
