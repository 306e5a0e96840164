/*
 * What a document belongs to: the host of its URL; what its id begins with; the
 * folder of its file, or the file if it has several documents.
 */
#ifndef SOURCE_NAME_H
#define SOURCE_NAME_H

#include <stddef.h>

#include "provenance.h"

/* 'len' bytes, which live as long as the origin; they may be 0. */
const char *source_name(const struct origin *o, size_t *len);

#endif
