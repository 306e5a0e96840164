/* Loops over bytes and numbers, by vectors; see vectors.h. */
#include "vectors.h"

#include "nh.h"

enum vectors
vectors_available(void)
{
#ifdef WIDEST
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2"))
		return VECTORS_BASELINE;
	return __builtin_cpu_supports("avx512vbmi2") &&
	       __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") ? VECTORS_WIDEST
						  : VECTORS_WIDE;
#else
	return VECTORS_BASELINE;
#endif
}

/* Places. */

bool
has_16_bytes_plain(const char *p, size_t n, const char *want)
{
	return n >= 16 && memmem(p, n, want, 16) != NULL;
}

#ifdef __SSE2__
/* Where the first and the last byte are right, look at all. */
static bool
has_16_bytes_narrow(const char *p, size_t n, const char *want)
{
	const __m128i first = _mm_set1_epi8(want[0]);
	const __m128i last = _mm_set1_epi8(want[15]);

	for (size_t i = 0; i + 16 <= n; i += 16) {
		__m128i a = _mm_loadu_si128((const void *)(p + i));
		__m128i b = _mm_loadu_si128((const void *)(p + i + 15));
		unsigned m = (unsigned)_mm_movemask_epi8(
			_mm_and_si128(_mm_cmpeq_epi8(a, first),
				      _mm_cmpeq_epi8(b, last)));

		for (; m != 0; m &= m - 1) {
			size_t at = i + (unsigned)__builtin_ctz(m);

			if (at + 16 <= n && memcmp(p + at, want, 16) == 0)
				return true;
		}
	}
	return false;
}
#else
#define has_16_bytes_narrow has_16_bytes_plain
#endif

#ifdef WIDEST
WIDE static bool
has_16_bytes_wide(const char *p, size_t n, const char *want)
{
	const __m256i first = _mm256_set1_epi8(want[0]);
	const __m256i last = _mm256_set1_epi8(want[15]);

	for (size_t i = 0; i + 16 <= n; i += 32) {
		__m256i a = _mm256_loadu_si256((const void *)(p + i));
		__m256i b = _mm256_loadu_si256((const void *)
					       (p + i + 15));
		unsigned m = (unsigned)_mm256_movemask_epi8(
			_mm256_and_si256(_mm256_cmpeq_epi8(a, first),
					 _mm256_cmpeq_epi8(b, last)));

		for (; m != 0; m &= m - 1) {
			size_t at = i + (unsigned)__builtin_ctz(m);

			if (at + 16 <= n && memcmp(p + at, want, 16) == 0)
				return true;
		}
	}
	return false;
}
#else
#define has_16_bytes_wide has_16_bytes_narrow
#endif

bool
has_16_bytes(const char *p, size_t n, const char *want, bool wide)
{
	return (wide ? has_16_bytes_wide : has_16_bytes_narrow)(p, n, want);
}

/* Hashes. */

void
hash_16_bytes_plain(const struct bytes_16 *v, size_t n, const uint64_t key[2],
		    uint32_t *to)
{
	for (size_t i = 0; i < n; i++)
		to[i] = nh_16(v[i].a, v[i].b, key);
}

void
hash_16_bytes_to_24_bits_plain(const struct bytes_16 *v, size_t n,
			       const uint64_t key[2], uint16_t *code,
			       uint8_t *tag)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t hash = nh_16(v[i].a, v[i].b, key);

		code[i] = (uint16_t)hash;
		tag[i] = (uint8_t)(hash >> 16);
	}
}

void
hash_stretches_plain(const char *p, const uint32_t *at, size_t n,
		     const uint64_t key[3], uint32_t *to)
{
	for (size_t i = 0; i < n; i++) {
		struct bytes_20 v = take_20_bytes(p + at[i],
						  at[i + HASH_STRETCH] - at[i]);

		to[i] = nh_24(v.a, v.b, v.c, key);
	}
}

#ifdef WIDEST
/* nh_product() of four numbers. */
WIDE BODY __m256i
product_of_four(__m256i v, __m256i k)
{
	__m256i sum = _mm256_add_epi32(v, k);

	return _mm256_mul_epu32(sum, _mm256_srli_epi64(sum, 32));
}

/* nh_16() of the eight runs at v. */
WIDE BODY __m256i
hash_eight(const struct bytes_16 *v, __m256i k0, __m256i k1)
{
	const __m256i order = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0);
	__m256 nh[2];
	__m256i x;

	/* The sums of products come in the order 0 2 1 3 and 4 6 5 7. */
	for (unsigned i = 0; i < 2; i++) {
		__m256i w0 = _mm256_loadu_si256((const void *)(v + 4 * i));
		__m256i w1 = _mm256_loadu_si256((const void *)(v + 4 * i + 2));

		nh[i] = _mm256_castsi256_ps(_mm256_add_epi64(
			product_of_four(_mm256_unpacklo_epi64(w0, w1), k0),
			product_of_four(_mm256_unpackhi_epi64(w0, w1), k1)));
	}
	/* The lower halves and the upper ones, in the order 0 2 4 6 1 3 5 7. */
	x = _mm256_xor_si256(
		_mm256_castps_si256(_mm256_shuffle_ps(nh[0], nh[1], 0x88)),
		_mm256_castps_si256(_mm256_shuffle_ps(nh[0], nh[1], 0xdd)));
	x = _mm256_permutevar8x32_epi32(x, order);
	x = _mm256_mullo_epi32(x, _mm256_set1_epi32((int)NH_MIXER));
	return _mm256_xor_si256(x, _mm256_srli_epi32(x, 15));
}

WIDE static void
hash_16_bytes_wide(const struct bytes_16 *v, size_t n, const uint64_t key[2],
		   uint32_t *to)
{
	const __m256i k0 = _mm256_set1_epi64x((int64_t)key[0]);
	const __m256i k1 = _mm256_set1_epi64x((int64_t)key[1]);

	for (size_t i = 0; i < n; i += 8)
		_mm256_storeu_si256((void *)(to + i),
				    hash_eight(v + i, k0, k1));
}

WIDE static void
hash_16_bytes_to_24_bits_wide(const struct bytes_16 *v, size_t n,
			      const uint64_t key[2], uint16_t *code,
			      uint8_t *tag)
{
	const __m256i low = _mm256_set1_epi32(0xffff);
	const __m256i byte = _mm256_set1_epi32(0xff);
	const __m256i k0 = _mm256_set1_epi64x((int64_t)key[0]);
	const __m256i k1 = _mm256_set1_epi64x((int64_t)key[1]);

	for (size_t i = 0; i < n; i += 8) {
		__m256i hash = hash_eight(v + i, k0, k1), both;

		/* codes to the lower half, tags to the upper one */
		both = _mm256_packus_epi32(_mm256_and_si256(hash, low),
			_mm256_and_si256(_mm256_srli_epi32(hash, 16), byte));
		both = _mm256_permute4x64_epi64(both, 0xd8);
		_mm_storeu_si128((void *)(code + i),
				 _mm256_castsi256_si128(both));
		_mm_storel_epi64((void *)(tag + i), _mm_packus_epi16(
			_mm256_extracti128_si256(both, 1),
			_mm_setzero_si128()));
	}
}

/* Four at a time, if all have 20 bytes. */
WIDE static void
hash_stretches_wide(const char *p, const uint32_t *from, size_t n,
		    const uint64_t key[3], uint32_t *to)
{
	const __m256i k0 = _mm256_set1_epi64x((int64_t)key[0]);
	const __m256i k1 = _mm256_set1_epi64x((int64_t)key[1]);
	const __m256i k2 = _mm256_set1_epi64x((int64_t)key[2]);
	const __m256i even = _mm256_set_epi32(7, 5, 3, 1, 6, 4, 2, 0);
	const __m128i fewer = _mm_set1_epi32(20);
	size_t i = 0;

	for (; i + 4 <= n; i += 4) {
		__m128i at = _mm_loadu_si128((const void *)(from + i));
		__m128i end = _mm_loadu_si128((const void *)
					      (from + i + HASH_STRETCH));
		__m256i a, b, c, nh;
		__m128i x;

		end = _mm_cmpgt_epi32(fewer, _mm_sub_epi32(end, at));
		if (_mm_movemask_epi8(end) != 0) {
			hash_stretches_plain(p, from + i, 4, key, to + i);
			continue;
		}
		a = _mm256_i32gather_epi64((const void *)p, at, 1);
		b = _mm256_i32gather_epi64((const void *)(p + 8), at, 1);
		c = _mm256_cvtepu32_epi64(_mm_i32gather_epi32(
			(const void *)(p + 16), at, 1));
		nh = _mm256_add_epi64(product_of_four(a, k0),
				      product_of_four(b, k1));
		nh = _mm256_add_epi64(nh, product_of_four(c, k2));
		nh = _mm256_xor_si256(nh, _mm256_srli_epi64(nh, 32));
		nh = _mm256_permutevar8x32_epi32(nh, even);
		x = _mm_mullo_epi32(_mm256_castsi256_si128(nh),
				    _mm_set1_epi32((int)NH_MIXER));
		_mm_storeu_si128((void *)(to + i),
				 _mm_xor_si128(x, _mm_srli_epi32(x, 15)));
	}
	hash_stretches_plain(p, from + i, n - i, key, to + i);
}
#else
#define hash_16_bytes_wide hash_16_bytes_plain
#define hash_16_bytes_to_24_bits_wide hash_16_bytes_to_24_bits_plain
#define hash_stretches_wide hash_stretches_plain
#endif

void
hash_16_bytes(const struct bytes_16 *v, size_t n, const uint64_t key[2],
	      uint32_t *to, bool wide)
{
	(wide ? hash_16_bytes_wide : hash_16_bytes_plain)(v, n, key, to);
}

void
hash_16_bytes_to_24_bits(const struct bytes_16 *v, size_t n,
			 const uint64_t key[2], uint16_t *code, uint8_t *tag,
			 bool wide)
{
	(wide ? hash_16_bytes_to_24_bits_wide : hash_16_bytes_to_24_bits_plain)
		(v, n, key, code, tag);
}

void
hash_stretches(const char *p, const uint32_t *at, size_t n,
	       const uint64_t key[3], uint32_t *to, bool wide)
{
	(wide ? hash_stretches_wide : hash_stretches_plain)(p, at, n, key, to);
}

/* Counts. */

/*
 * Symbols that are common in programming languages and rare in prose: a bit for
 * each character of ASCII.  "*" and "|" are not among them, since lists, rules
 * and tables are made of these.
 */
static bool
is_symbol(unsigned char c)
{
	/* #$%& ()+ ;<=> and @ [\]^_` {}~ */
	static const uint64_t low = 0x78000b7800000000;
	static const uint64_t high = 0x68000001f8000001;

	return c < 64 ? low >> c & 1 : c < 128 ? high >> (c - 64) & 1 : 0;
}

struct symbol_count
count_symbols_plain(const char *s, size_t len)
{
	struct symbol_count n = { 0, 0 };

	for (size_t i = 0; i < len; i++) {
		n.symbols += is_symbol((unsigned char)s[i]);
		n.spaces += (unsigned char)s[i] <= ' ';
	}
	return n;
}

#ifdef __SSE2__
/* Sets each byte to all ones if that byte of v is in first .. first + n - 1. */
static __m128i
in_range(__m128i v, char first, int n)
{
	/* Signed compares: shift the range to the very bottom. */
	v = _mm_add_epi8(v, _mm_set1_epi8((char)(-128 - first)));
	return _mm_cmplt_epi8(v, _mm_set1_epi8((char)(-128 + n)));
}

static __m128i
spaces_16(__m128i v)
{
	return _mm_cmpeq_epi8(v, _mm_min_epu8(v, _mm_set1_epi8(' ')));
}

static __m128i
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

static size_t
sum_of(__m128i bytes)
{
	bytes = _mm_sad_epu8(bytes, _mm_setzero_si128());
	return (size_t)_mm_cvtsi128_si32(bytes) +
	       (size_t)_mm_extract_epi16(bytes, 4);
}

/* The last 'n' bytes are all ones. */
static __m128i
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

static __m128i
load(const void *at)
{
	return _mm_loadu_si128(at);
}

struct symbol_count
count_symbols(const char *s, size_t len)
{
	__m128i space = _mm_setzero_si128(), symbols = space, v, mask;
	struct symbol_count n = { 0, 0 };
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
			n.spaces += sum_of(space);
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
	n.spaces += sum_of(space);
	n.symbols += sum_of(symbols);
	return n;
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
#else
struct symbol_count
count_symbols(const char *s, size_t len)
{
	return count_symbols_plain(s, len);
}

size_t
count_spaces(const char *s, size_t len)
{
	return count_symbols_plain(s, len).spaces;
}
#endif

/* The smallest of numbers. */

uint32_t
find_smallest_plain(const uint32_t *v, uint32_t from, uint32_t to)
{
	uint32_t at = from;

	for (uint32_t i = from + 1; i < to; i++)
		if (v[i] < v[at])
			at = i;
	return at;
}

uint32_t
take_below_plain(const uint32_t *v, uint32_t n, uint32_t bound, uint32_t *to,
		 uint32_t *at)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < n && k <= SORT_FEW; i++) {
		to[k] = v[i];
		at[k] = i;
		k += v[i] <= bound;
	}
	return k;
}

uint64_t
sort_few_plain(const uint32_t *v, uint32_t n, uint32_t *to)
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
WIDE static uint32_t
find_smallest_wide(const uint32_t *v, uint32_t from, uint32_t to)
{
	__m256i least;
	__m128i x;
	uint32_t i = from, min;

	if (to - from < 8)
		return find_smallest_plain(v, from, to);
	/* The last eight overlap with those before. */
	least = _mm256_loadu_si256((const void *)(v + to - 8));
	for (; i + 8 < to; i += 8)
		least = _mm256_min_epu32(least,
			_mm256_loadu_si256((const void *)(v + i)));
	x = _mm_min_epu32(_mm256_castsi256_si128(least),
			  _mm256_extracti128_si256(least, 1));
	x = _mm_min_epu32(x, _mm_shuffle_epi32(x, 0x4e));
	x = _mm_min_epu32(x, _mm_shuffle_epi32(x, 0xb1));
	min = (uint32_t)_mm_cvtsi128_si32(x);
	least = _mm256_set1_epi32((int)min);
	for (i = from; i + 8 < to; i += 8) {
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

WIDE static uint32_t
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
		if (k > SORT_FEW)
			return k;
		for (; m != 0; m &= m - 1) {
			at[k] = i + (unsigned)__builtin_ctz(m);
			to[k] = v[at[k]];
			k++;
		}
	}
	return k;
}

WIDE static uint64_t
sort_few_wide(const uint32_t *v, uint32_t n, uint32_t *to)
{
	const __m256i sign = _mm256_set1_epi32((int)0x80000000);
	uint32_t flipped[SORT_FEW + VECTOR_SLACK];
	uint32_t place[SORT_FEW + VECTOR_SLACK];
	uint64_t taken = 0;

	/* Vectors compare signed numbers. */
	for (uint32_t i = 0; i < n; i += 8)
		_mm256_storeu_si256((void *)(flipped + i), _mm256_xor_si256(
			_mm256_loadu_si256((const void *)(v + i)), sign));
	for (uint32_t i = 0; i < n; i += 8) {
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
#else
#define find_smallest_wide find_smallest_plain
#define take_below_wide take_below_plain
#define sort_few_wide sort_few_plain
#endif

uint32_t
find_smallest(const uint32_t *v, uint32_t from, uint32_t to, bool wide)
{
	return (wide ? find_smallest_wide : find_smallest_plain)(v, from, to);
}

uint32_t
take_below(const uint32_t *v, uint32_t n, uint32_t bound, uint32_t *to,
	   uint32_t *at, bool wide)
{
	return (wide ? take_below_wide : take_below_plain)(v, n, bound, to, at);
}

uint64_t
sort_few(const uint32_t *v, uint32_t n, uint32_t *to, bool wide)
{
	return (wide ? sort_few_wide : sort_few_plain)(v, n, to);
}
