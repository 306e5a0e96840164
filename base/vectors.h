/*
 * One source, several instruction sets.  A BODY function is always inlined.  A
 * function marked WIDE or WIDEST is compiled for the set of that name below,
 * and may be called only if vectors_available() says so.  All variants give the
 * same results.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define BODY __attribute__((always_inline)) static inline

enum vectors {
	VECTORS_BASELINE,	/* what the compiler may assume anyway */
	VECTORS_WIDE,		/* AVX2 and BMI2 */
	VECTORS_WIDEST,		/* AVX-512 with VBMI2 */
};

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define WIDEST __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq," \
				     "avx512vbmi,avx512vbmi2," \
				     "bmi,bmi2,lzcnt,popcnt")))

static inline enum vectors
vectors_available(void)
{
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2"))
		return VECTORS_BASELINE;
	return __builtin_cpu_supports("avx512vbmi2") &&
	       __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") ? VECTORS_WIDEST
						  : VECTORS_WIDE;
}
#else
#define WIDE

static inline enum vectors
vectors_available(void)
{
	return VECTORS_BASELINE;
}
#endif

/* Which of the 64 bytes at p are spaces, as bits. */
BODY uint64_t
mask_of_spaces(const char *p)
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
mask_of_spaces_wide(const char *p)
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

/* Which of the 64 bytes at p may begin a digit, as bits. */
BODY uint64_t
mask_of_digits(const char *p)
{
	uint64_t m = 0;

#ifdef __SSE2__
	for (unsigned i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)p + i);
		/* '0' to '9' become the ten lowest values. */
		__m128i low = _mm_add_epi8(v, _mm_set1_epi8((char)(128 - '0')));
		__m128i digit = _mm_cmplt_epi8(low, _mm_set1_epi8(10 - 128));

		/* A byte over 0x7f has the sign bit. */
		v = _mm_or_si128(digit, v);
		m |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << 16 * i;
	}
#else
	for (unsigned i = 0; i < 64; i++)
		m |= (uint64_t)((unsigned char)p[i] >= 0x80 ||
				(p[i] >= '0' && p[i] <= '9')) << i;
#endif
	return m;
}

#ifdef WIDEST
WIDE BODY uint64_t
mask_of_digits_wide(const char *p)
{
	uint64_t m = 0;

	for (unsigned i = 0; i < 2; i++) {
		__m256i v = _mm256_loadu_si256((const void *)(p + 32 * i));
		__m256i low = _mm256_add_epi8(v, _mm256_set1_epi8(
			(char)(128 - '0')));
		__m256i digit = _mm256_cmpgt_epi8(
			_mm256_set1_epi8(10 - 128), low);

		v = _mm256_or_si256(digit, v);
		m |= (uint64_t)(unsigned)_mm256_movemask_epi8(v) << 32 * i;
	}
	return m;
}
#endif

/* Bytes of s[0..len) before the first space or tab. */
static inline size_t
find_space(const char *s, size_t len)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= len; i += 16) {
		__m128i v = _mm_loadu_si128((const void *)(s + i));
		int m = _mm_movemask_epi8(_mm_or_si128(
			_mm_cmpeq_epi8(v, _mm_set1_epi8(' ')),
			_mm_cmpeq_epi8(v, _mm_set1_epi8('\t'))));

		if (m != 0)
			return i + (unsigned)__builtin_ctz((unsigned)m);
	}
#endif
	while (i < len && s[i] != ' ' && s[i] != '\t')
		i++;
	return i;
}

/* The next place after p[at] at which a word begins with this byte, or len. */
static inline size_t
find_word(const char *p, size_t len, size_t at, char first)
{
#ifdef __SSE2__
	const __m128i space = _mm_set1_epi8(' '), want = _mm_set1_epi8(first);

	for (; at + 17 <= len; at += 16) {
		__m128i a = _mm_loadu_si128((const void *)(p + at));
		__m128i b = _mm_loadu_si128((const void *)(p + at + 1));
		unsigned m = (unsigned)_mm_movemask_epi8(_mm_and_si128(
			_mm_cmpeq_epi8(a, space), _mm_cmpeq_epi8(b, want)));

		if (m != 0)
			return at + (unsigned)__builtin_ctz(m) + 1;
	}
#endif
	for (; at + 1 < len; at++)
		if (p[at] == ' ' && p[at + 1] == first)
			return at + 1;
	return len;
}

/* Whether 'c' cannot stand for itself in a string of JSON. */
static inline bool
is_json_special(unsigned char c)
{
	return c == '"' || c == '\\' || c < 0x20;
}

/*
 * How many of the 'n' bytes at 'p' come before the first that is special, or
 * with 'ascii' also before the first that is not ASCII.
 */
static inline size_t
find_json_special(const char *p, size_t n, bool ascii)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; n - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
		__m128i slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
		__m128i control = _mm_cmpeq_epi8(v,
			_mm_min_epu8(v, _mm_set1_epi8(0x1f)));
		__m128i stop = _mm_or_si128(_mm_or_si128(quote, slash),
					    control);
		int mask = _mm_movemask_epi8(ascii ? _mm_or_si128(stop, v) :
						     stop);

		if (mask != 0)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	while (i < n && !is_json_special((unsigned char)p[i]) &&
	       !(ascii && (p[i] & 0x80)))
		i++;
	return i;
}

/* How many of some bytes are white space, and how many are symbols. */
struct count {
	size_t space, symbols;
};

/* White space, and symbols, in s[0..len); */
struct count count_symbols(const char *s, size_t len);

/* White space in s[0..len); 16 bytes or more. */
size_t count_spaces(const char *s, size_t len);

#define FEW 64		/* so few values are ranked and not sorted */
#define VECTOR 8	/* numbers of 32 bits that are processed at once */

/* Do 16 bytes at 'want' stand in p[0..n)?  More may be read behind it. */
bool has_16_bytes(const char *p, size_t n, const char *want);

/*
 * Copy the values of v[0..n) that are up to 'bound' to 'to', and their numbers
 * to 'at': how many, FEW + 1 if more.
 */
uint32_t take_below(const uint32_t *v, uint32_t n, uint32_t bound, uint32_t *to,
	   uint32_t *at);

/*
 * Set 'to' to the numbers of v[0..n) in ascending order of their values, n <=
 * FEW: each goes to the place that is the number of smaller values.  Equal
 * values share a place; the last one is stored.  Returns which places are
 * taken, as bits.
 */
uint64_t sort_few(const uint32_t *v, uint32_t n, uint32_t *to);

/* The number of the smallest value of v[from..to), the first of equal ones. */
uint32_t find_smallest(const uint32_t *v, uint32_t from, uint32_t to);

#ifdef WIDEST
/* The same; up to VECTOR numbers more are read after the last. */
bool has_16_bytes_wide(const char *p, size_t n, const char *want);
uint32_t take_below_wide(const uint32_t *v, uint32_t n, uint32_t bound,
			 uint32_t *to, uint32_t *at);
uint64_t sort_few_wide(const uint32_t *v, uint32_t n, uint32_t *to);
uint32_t find_smallest_wide(const uint32_t *v, uint32_t from, uint32_t to);
#else
#define has_16_bytes_wide has_16_bytes
#define take_below_wide take_below
#define sort_few_wide sort_few
#define find_smallest_wide find_smallest
#endif

#endif
