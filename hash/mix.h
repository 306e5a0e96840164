/*
 * The arithmetic of hashes: the only header that includes xxHash.
 */
#ifndef MIX_H
#define MIX_H

#include "vectors.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>
/* Fractional digits of pi: nothing up the sleeve. */
#define PUBLIC_0 0x85a308d3243f6a88
#define PUBLIC_1 0x0370734413198a2e
#define ODD ((uint64_t)1 << 32)	/* see product_of() */

/* The 128-bit product folded to 64, as in XXH3. */
static inline uint64_t
fold(uint64_t a, uint64_t b)
{
	return XXH3_mul128_fold64(a, b);
}

static inline uint64_t
load64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return XXH_CPU_LITTLE_ENDIAN ? v : XXH_swap64(v);
}

/* The lowest n bits of v, n < 64. */
static inline uint64_t
first_bits(uint64_t v, size_t n)
{
	return v & (((uint64_t)1 << n) - 1);
}

/* The first n bytes of eight, for each n. */
static const uint64_t first[9] = {
	0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff,
	0xffffffffffffff, 0xffffffffffffffff,
};

/*
 * A hash of a word of up to 16 bytes, as two numbers: NH of its four 32-bit
 * parts (Black, Halevi, Krawczyk, Krovetz, Rogaway: UMAC, 1999), folded and
 * mixed once more.  k0 and k1 are either public or secret.  Two words, whatever
 * they are, have the same NH with a chance of 2^-32.  Factors of parts that are
 * often zero are odd, so that no bit of the other part is lost.
 */
#define MIXER XXH_PRIME32_1

BODY uint64_t
product_of(uint64_t v, uint64_t k)
{
	return (uint64_t)((uint32_t)v + (uint32_t)k) *
	       ((uint32_t)(v >> 32) + (uint32_t)(k >> 32));
}

BODY uint32_t
finish(uint64_t nh)
{
	uint32_t x = (uint32_t)(nh ^ nh >> 32) * MIXER;

	return x ^ x >> 15;
}

BODY uint32_t
hash_block(uint64_t a, uint64_t b, const uint64_t *k)
{
	return finish(product_of(a, k[0]) + product_of(b, k[1]));
}

#ifdef WIDEST
WIDE BODY __m256i
product_of_four(__m256i v, __m256i k)
{
	__m256i sum = _mm256_add_epi32(v, k);

	return _mm256_mul_epu32(sum, _mm256_srli_epi64(sum, 32));
}
#endif

#endif
