/*
 * Is it text, or what else?  Decided by the first bytes of an input alone.
 *
 * Binary data must not be shortened like text, and in UTF-16, compared byte by
 * byte, unrelated passages look alike.  So both are recognised and named.
 */
#ifndef BINARY_H
#define BINARY_H

#include <stddef.h>

/* Bytes that are looked at; more make no difference. */
#define BINARY_WINDOW ((size_t)64 << 10)

struct binary {
	const char *what;	/* its name: "tar archive" */
	const char *advice;	/* a command or more to make text of it */
};

/*
 * What an input is that begins with these bytes (all of it, if it is shorter
 * than the window).  NULL: it looks like text.
 *
 * Not text is what
 *	- begins with the byte-order mark of UTF-16 or UTF-32,
 *	- begins with the magic number of a known kind,
 *	- is UTF-16 or UTF-32 without such a mark, mostly of ASCII,
 *	- has more than 8 NUL bytes, and more than one in 100 bytes,
 *	- has more than 8 control characters that are never in text, of at least
 *	  8 kinds, and more than one in 50 bytes.
 *
 * The struct that is returned is static.
 */
const struct binary *binary_recognize(const char *s, size_t len);

#endif
