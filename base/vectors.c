/* Loops over bytes and numbers, by vectors. */
#include "vectors.h"

#include <string.h>

#ifndef __SSE2__
/*
 * Symbols that are common in programming languages and rare in prose: a bit for
 * each character of ASCII.  "*" and "|" are not among them, since lists, rules
 * and tables are made of these.
 */
static inline bool
is_symbol(unsigned char c)
{
	/* #$%& ()+ ;<=> and @ [\]^_` {}~ */
	static const uint64_t low = 0x78000b7800000000;
	static const uint64_t high = 0x68000001f8000001;

	return c < 64 ? low >> c & 1 : c < 128 ? high >> (c - 64) & 1 : 0;
}
#endif

#ifdef __SSE2__
/* Sets each byte to all ones if that byte of v is in first .. first + n - 1. */
static inline __m128i
in_range(__m128i v, char first, int n)
{
	/* Signed compares: shift the range to the very bottom. */
	v = _mm_add_epi8(v, _mm_set1_epi8((char)(-128 - first)));
	return _mm_cmplt_epi8(v, _mm_set1_epi8((char)(-128 + n)));
}

static inline __m128i
spaces_16(__m128i v)
{
	return _mm_cmpeq_epi8(v, _mm_min_epu8(v, _mm_set1_epi8(' ')));
}

static inline __m128i
symbols_16(__m128i v)
{
	__m128i m = _mm_or_si128(in_range(v, '#', 4), in_range(v, '(', 2));

	m = _mm_or_si128(m, in_range(v, ';', 4));
	m = _mm_or_si128(m, in_range(v, '[', 6));
	m = _mm_or_si128(m, in_range(v, '}', 2));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('+')));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('@')));
	return _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('{')));
}

static inline size_t
sum_of(__m128i bytes)
{
	bytes = _mm_sad_epu8(bytes, _mm_setzero_si128());
	return (size_t)_mm_cvtsi128_si32(bytes) +
	       (size_t)_mm_extract_epi16(bytes, 4);
}

/* The last 'n' bytes are all ones. */
static inline __m128i
last_bytes(size_t n)
{
	static const unsigned char mask[32] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255,
	};
	const void *at = mask + n;

	return _mm_loadu_si128(at);
}

static inline __m128i
load(const void *at)
{
	return _mm_loadu_si128(at);
}

size_t
count_spaces(const char *s, size_t len)
{
	__m128i sum = _mm_setzero_si128();
	size_t n = 0, i = 0;

	for (unsigned k = 1; i + 16 <= len; i += 16, k++) {
		/* A byte of the sum counts down from 0. */
		sum = _mm_sub_epi8(sum, spaces_16(load(s + i)));
		if (k == 254) {
			n += sum_of(sum);
			sum = _mm_setzero_si128();
			k = 0;
		}
	}
	if (i < len)
		sum = _mm_sub_epi8(sum, _mm_and_si128(
			spaces_16(load(s + len - 16)), last_bytes(len - i)));
	return n + sum_of(sum);
}

struct count
count_symbols(const char *s, size_t len)
{
	__m128i space = _mm_setzero_si128(), symbols = space, v, mask;
	struct count n = { 0, 0 };
	size_t i = 0;
	char copy[16];

	if (len < 16) {
		memset(copy, 'a', sizeof(copy));
		memcpy(copy, s, len);
		s = copy;
		len = 16;
	}
	for (unsigned k = 1; i + 16 <= len; i += 16, k++) {
		v = load(s + i);
		space = _mm_sub_epi8(space, spaces_16(v));
		symbols = _mm_sub_epi8(symbols, symbols_16(v));
		if (k == 254) {
			n.space += sum_of(space);
			n.symbols += sum_of(symbols);
			space = symbols = _mm_setzero_si128();
			k = 0;
		}
	}
	if (i < len) {
		v = load(s + len - 16);
		mask = last_bytes(len - i);
		space = _mm_sub_epi8(space, _mm_and_si128(spaces_16(v), mask));
		symbols = _mm_sub_epi8(symbols,
				       _mm_and_si128(symbols_16(v), mask));
	}
	n.space += sum_of(space);
	n.symbols += sum_of(symbols);
	return n;
}
#else
struct count
count_symbols(const char *s, size_t len)
{
	struct count n = { 0, 0 };

	for (size_t i = 0; i < len; i++) {
		n.symbols += is_symbol((unsigned char)s[i]);
		n.space += (unsigned char)s[i] <= ' ';
	}
	return n;
}

size_t
count_spaces(const char *s, size_t len)
{
	return count_symbols(s, len).space;
}
#endif

bool
has_16_bytes(const char *p, size_t n, const char *want)
{
#ifdef __SSE2__
	const __m128i first = _mm_set1_epi8(want[0]);
	const __m128i last = _mm_set1_epi8(want[16 - 1]);

	for (size_t i = 0; i + 16 <= n; i += 16) {
		__m128i a = _mm_loadu_si128((const void *)(p + i));
		__m128i b = _mm_loadu_si128((const void *)(p + i + 16 - 1));
		unsigned m = (unsigned)_mm_movemask_epi8(
			_mm_and_si128(_mm_cmpeq_epi8(a, first),
				      _mm_cmpeq_epi8(b, last)));

		for (; m != 0; m &= m - 1) {
			size_t at = i + (unsigned)__builtin_ctz(m);

			if (at + 16 <= n &&
			    memcmp(p + at, want, 16) == 0)
				return true;
		}
	}
	return false;
#else
	return n >= 16 && memmem(p, n, want, 16) != NULL;
#endif
}

#ifdef WIDEST
/* The same, 32 bytes at a time. */
WIDE bool
has_16_bytes_wide(const char *p, size_t n, const char *want)
{
	const __m256i first = _mm256_set1_epi8(want[0]);
	const __m256i last = _mm256_set1_epi8(want[16 - 1]);

	for (size_t i = 0; i + 16 <= n; i += 32) {
		__m256i a = _mm256_loadu_si256((const void *)(p + i));
		__m256i b = _mm256_loadu_si256((const void *)
					       (p + i + 16 - 1));
		unsigned m = (unsigned)_mm256_movemask_epi8(
			_mm256_and_si256(_mm256_cmpeq_epi8(a, first),
					 _mm256_cmpeq_epi8(b, last)));

		for (; m != 0; m &= m - 1) {
			size_t at = i + (unsigned)__builtin_ctz(m);

			if (at + 16 <= n &&
			    memcmp(p + at, want, 16) == 0)
				return true;
		}
	}
	return false;
}
#endif

uint32_t
take_below(const uint32_t *v, uint32_t n, uint32_t bound, uint32_t *to,
	   uint32_t *at)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < n && k <= FEW; i++) {
		to[k] = v[i];
		at[k] = i;
		k += v[i] <= bound;
	}
	return k;
}

uint64_t
sort_few(const uint32_t *v, uint32_t n, uint32_t *to)
{
	uint64_t taken = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t r = 0;

		for (uint32_t j = 0; j < n; j++)
			r += v[j] < v[i];
		to[r] = i;
		taken |= (uint64_t)1 << r;
	}
	return taken;
}

#ifdef WIDEST
/* The same by vectors of eight; eight more may be read after v[n - 1]. */
WIDE uint32_t
take_below_wide(const uint32_t *v, uint32_t n, uint32_t bound, uint32_t *to,
		uint32_t *at)
{
	const __m256i most = _mm256_set1_epi32((int)bound);
	uint32_t k = 0;

	for (uint32_t i = 0; i < n; i += 8) {
		__m256i x = _mm256_loadu_si256((const void *)(v + i));
		unsigned m = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(
			_mm256_cmpeq_epi32(_mm256_min_epu32(x, most), x)));

		if (n - i < 8)
			m &= (1u << (n - i)) - 1;
		if (k > FEW)
			return k;
		for (; m != 0; m &= m - 1) {
			at[k] = i + (unsigned)__builtin_ctz(m);
			to[k] = v[at[k]];
			k++;
		}
	}
	return k;
}

WIDE uint64_t
sort_few_wide(const uint32_t *v, uint32_t n, uint32_t *to)
{
	const __m256i sign = _mm256_set1_epi32((int)0x80000000);
	uint32_t flipped[FEW + VECTOR], place[FEW + VECTOR];
	uint64_t taken = 0;

	/* Vectors compare signed numbers. */
	for (uint32_t i = 0; i < n; i += VECTOR)
		_mm256_storeu_si256((void *)(flipped + i), _mm256_xor_si256(
			_mm256_loadu_si256((const void *)(v + i)), sign));
	for (uint32_t i = 0; i < n; i += VECTOR) {
		__m256i x = _mm256_loadu_si256((const void *)(flipped + i));
		__m256i r = _mm256_setzero_si256();

		for (uint32_t j = 0; j < n; j++)
			r = _mm256_sub_epi32(r, _mm256_cmpgt_epi32(x,
				_mm256_set1_epi32((int)flipped[j])));
		_mm256_storeu_si256((void *)(place + i), r);
	}
	for (uint32_t i = 0; i < n; i++) {
		to[place[i]] = i;
		taken |= (uint64_t)1 << place[i];
	}
	return taken;
}
#endif

uint32_t
find_smallest(const uint32_t *v, uint32_t from, uint32_t to)
{
	uint32_t at = from;

	for (uint32_t i = from + 1; i < to; i++)
		if (v[i] < v[at])
			at = i;
	return at;
}

#ifdef WIDEST
WIDE uint32_t
find_smallest_wide(const uint32_t *v, uint32_t from, uint32_t to)
{
	__m256i least;
	__m128i x;
	uint32_t i = from, min;

	if (to - from < VECTOR)
		return find_smallest(v, from, to);
	/* The last eight overlap with those before. */
	least = _mm256_loadu_si256((const void *)(v + to - VECTOR));
	for (; i + VECTOR < to; i += VECTOR)
		least = _mm256_min_epu32(least,
			_mm256_loadu_si256((const void *)(v + i)));
	x = _mm_min_epu32(_mm256_castsi256_si128(least),
			  _mm256_extracti128_si256(least, 1));
	x = _mm_min_epu32(x, _mm_shuffle_epi32(x, 0x4e));
	x = _mm_min_epu32(x, _mm_shuffle_epi32(x, 0xb1));
	min = (uint32_t)_mm_cvtsi128_si32(x);
	least = _mm256_set1_epi32((int)min);
	for (i = from; i + VECTOR < to; i += VECTOR) {
		unsigned m = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(
			_mm256_cmpeq_epi32(least, _mm256_loadu_si256(
				(const void *)(v + i)))));

		if (m != 0)
			return i + (unsigned)__builtin_ctz(m);
	}
	while (v[i] != min)
		i++;
	return i;
}
#endif
