/* What the hashes share: xxHash, which only hash/ and shingle.c use, and NH. */
#ifndef MIX_H
#define MIX_H

#include "nh.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Fractional digits of pi: nothing up the sleeve. */
#define PUBLIC_0 0x85a308d3243f6a88
#define PUBLIC_1 0x0370734413198a2e

/* The 128-bit product folded to 64, as in XXH3. */
static inline uint64_t
fold(uint64_t a, uint64_t b)
{
	return XXH3_mul128_fold64(a, b);
}

/* The lowest n bits of v, n < 64. */
static inline uint64_t
first_bits(uint64_t v, size_t n)
{
	return v & (((uint64_t)1 << n) - 1);
}

#endif
