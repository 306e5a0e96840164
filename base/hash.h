/*
 * FNV-1a, 64 bits (Fowler, Noll and Vo).  Two inputs have the same hash only if
 * somebody has made them so.
 */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_BEGIN ((uint64_t)0xcbf29ce484222325)

static inline uint64_t
hash_bytes(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3;
	return h;
}

/* With its NUL, so that "a", "bc" is not "ab", "c". */
static inline uint64_t
hash_string(uint64_t h, const char *s)
{
	return hash_bytes(h, s, strlen(s) + 1);
}

#endif
