/*
 * Is it code?  Told from the symbols on its lines.
 */
#ifndef LISTING_H
#define LISTING_H

#include "line.h"

/*
 * Do these n lines of one block read as a listing of code?  That is: do
 * lines that are thick with the symbols of programming languages hold a
 * quarter of the words?  Line i is text[lines[i].off - base] and what
 * follows.
 */
bool listing_is(const struct line *lines, size_t n, const char *text,
		uint64_t base);

#endif
