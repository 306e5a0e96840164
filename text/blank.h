/*
 * What else than words is on a line: how deep it is quoted, and whether it is
 * blank although it has some signs.
 */
#ifndef BLANK_H
#define BLANK_H

#include "character.h"

/* Set quote and blank of the line at text[p]; its other fields are set. */
void blank_mark(const struct reading *r, size_t p, struct line *l);

#endif
