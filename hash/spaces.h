/* Where words end. */
#ifndef SPACES_H
#define SPACES_H

#include "simd.h"

#include <stdint.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Which of the 64 bytes at p are spaces, as bits. */
BODY uint64_t
spaces(const char *p)
{
	uint64_t m = 0;

#ifdef __SSE2__
	for (unsigned i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)p + i);

		v = _mm_cmpeq_epi8(v, _mm_set1_epi8(' '));
		m |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << 16 * i;
	}
#else
	for (unsigned i = 0; i < 64; i++)
		m |= (uint64_t)(p[i] == ' ') << i;
#endif
	return m;
}

#ifdef WIDEST
/* The same, 32 bytes in a register. */
WIDE BODY uint64_t
spaces_wide(const char *p)
{
	const __m256i space = _mm256_set1_epi8(' ');
	__m256i a = _mm256_loadu_si256((const void *)p);
	__m256i b = _mm256_loadu_si256((const void *)(p + 32));

	a = _mm256_cmpeq_epi8(a, space);
	b = _mm256_cmpeq_epi8(b, space);
	return (unsigned)_mm256_movemask_epi8(a) |
	       (uint64_t)(unsigned)_mm256_movemask_epi8(b) << 32;
}
#endif

#endif
