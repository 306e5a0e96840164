/*
 * Wrapped text: which lines of a block go on with the one before, because a
 * sentence does, or because the line before had no room for the next word.
 */
#ifndef WRAP_H
#define WRAP_H

#include "shape.h"

/*
 * Set line.joined of all lines of the block, of which p has the shapes.  How
 * many lines go on by their shape?
 */
size_t wrap_mark(const struct unit_block *b, const struct shape *p);

#endif
