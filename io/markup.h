/*
 * Is it a text that holds its words in another format: HTML, XML, an array of
 * JSON, CSV, LaTeX, timed captions?
 *
 * Cut line by line, such a file is broken.  It is named, with a command that
 * makes text of it.  What counts is how the file begins, and for some formats
 * its name; a text that only contains tags is a text.
 */
#ifndef MARKUP_H
#define MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "binary.h"

/*
 * What an input of this name is that begins with these bytes, or NULL.  *captions:
 * it has times that belong to its lines, and is left as it is.  The struct that
 * is returned is static.
 */
const struct binary *markup_recognize(const char *name, const char *s,
				      size_t len, bool *captions);

#endif
