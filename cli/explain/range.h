/* Bytes of a document: in its file, and in its text. */
#ifndef RANGE_H
#define RANGE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The bytes of the file, and the bytes of the text that they stand for.  They
 * differ only in a JSON string with escapes.
 */
struct range {
	uint64_t at;		/* where in the file */
	const char *raw;
	size_t raw_len;
	uint64_t off;		/* where in the text */
	const char *text;
	size_t len;
};

#endif
