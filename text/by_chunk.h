/*
 * The fast path: text to words 64 bytes at a time, with a bit for each byte.
 */
#ifndef BY_CHUNK_H
#define BY_CHUNK_H

#include "sink.h"
#include "vectors.h"

/* Read all of the text with these instructions: 0, or -1 with ENOMEM. */
int by_chunk_read(struct sink *k, enum vectors vectors);

#endif
