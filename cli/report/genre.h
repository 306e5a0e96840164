/*
 * What a text of several lines looks like: verse, code or a table, of which a
 * line that was said before is often no copy.  A guess, for who looks at it.
 */
#ifndef GENRE_H
#define GENRE_H

#include <stddef.h>

enum genre { GENRE_PROSE, GENRE_VERSE, GENRE_CODE, GENRE_TABLE, GENRES };

/* Only the first lines are looked at. */
enum genre genre_of(const char *text, size_t len);

const char *genre_name(enum genre genre);	/* static */

#endif
