/*
 * Is it text, or what else?  A pure function of the first bytes of an input.
 *
 * Binary data must not be shortened as if it were text, and UTF-16 compared
 * byte by byte makes unrelated passages look alike.  So both are recognized
 * and called by their name.
 */
#ifndef BINARY_H
#define BINARY_H

#include <stddef.h>

/* Bytes that are looked at; more of them make no difference. */
#define BINARY_WINDOW ((size_t)64 << 10)

struct binary {
	const char *what;	/* its name: "tar archive" */
	const char *advice;	/* a command or more to make text of it */
};

/*
 * What an input is that begins with these bytes (or is them, where it is
 * shorter than the window); NULL: text, as far as one can see.
 *
 * No text is what
 *	- begins with the byte-order mark of UTF-16 or UTF-32,
 *	- begins with the magic number of a known kind,
 *	- is UTF-16 or UTF-32 without a mark, mostly of ASCII,
 *	- has more NUL bytes than 8 and one in 100,
 *	- has more control characters that no text uses than 8 and one in 50,
 *	  of at least 8 kinds.
 *
 * A struct that is returned is static.
 */
const struct binary *binary_recognize(const char *s, size_t len);

#endif
