/*
 * NH (Black, Halevi, Krawczyk, Krovetz, Rogaway: UMAC, 1999): the hash of few
 * bytes, in a few instructions.
 *
 * The bytes are taken as numbers of 32 bits.  A part of the key is added to
 * each; then those side by side are multiplied, and the products added up.  Two
 * inputs, whatever they are, have the same sum with a chance of 2^-32.  The key
 * is either public or secret.  Its parts that meet an input which is often zero
 * are odd, so that no bit of the other part is lost.
 */
#ifndef NH_H
#define NH_H

#include <stdint.h>

#define NH_ODD ((uint64_t)1 << 32)
#define NH_MIXER 0x9e3779b1u

/* The product for eight bytes, and eight of the key. */
static inline uint64_t
nh_product(uint64_t v, uint64_t k)
{
	return (uint64_t)((uint32_t)v + (uint32_t)k) *
	       ((uint32_t)(v >> 32) + (uint32_t)(k >> 32));
}

/* The sum of products, folded and mixed once more. */
static inline uint32_t
nh_finish(uint64_t sum)
{
	uint32_t x = (uint32_t)(sum ^ sum >> 32) * NH_MIXER;

	return x ^ x >> 15;
}

/* Of 16 bytes. */
static inline uint32_t
nh_16(uint64_t a, uint64_t b, const uint64_t key[2])
{
	return nh_finish(nh_product(a, key[0]) + nh_product(b, key[1]));
}

/* Of 24 bytes. */
static inline uint32_t
nh_24(uint64_t a, uint64_t b, uint64_t c, const uint64_t key[3])
{
	return nh_finish(nh_product(a, key[0]) + nh_product(b, key[1]) +
			 nh_product(c, key[2]));
}

#endif
