/*
 * The slow path: text to words a character at a time, for what is not ASCII,
 * for signs that join words, and for addresses.
 */
#ifndef BY_CHARACTER_H
#define BY_CHARACTER_H

#include "sink.h"

/*
 * What the byte after a chunk does to the last byte of the chunk: 1 and 3, a
 * sign may count before it; 4, it is not ASCII, and may change it.  If the
 * value is 2 or more, the slow path does not end before the byte.
 */
extern const unsigned char chunk_edge[0x100];

/*
 * Read characters from *pos to the end of the text or, unless 'all', to two
 * ASCII bytes side by side.  If an address is found that began earlier, *pos is
 * set to where to continue.
 */
int by_character_read(struct sink *k, size_t *pos, bool all);

#endif
