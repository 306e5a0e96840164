/*
 * Loops over bytes and numbers, by vectors.  All intrinsics are here, and in
 * chunk.h; the short loops are in the headers, so that they are inlined.
 *
 * Beside each is its plain form, NAME_plain, in C, which shows what it has to
 * do.  NAME uses the vectors that the compiler may assume, if there are any.
 * NAME_wide, or NAME with 'wide' set, uses those of AVX2, which only some
 * machines have.  All give the same: tests/test_vectors.c compares them.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

/*
 * A BODY function is always inlined, so that it is compiled for the instruction
 * set of its caller.  A function marked WIDE or WIDEST is compiled for the set
 * of that name, and may be called only if vectors_available() says so.
 */
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
#else
#define WIDE
#endif

/* The most that this machine has. */
enum vectors vectors_available(void);

/* Masks: bit i is for byte or number i. */

/* Which of the 64 bytes at p are spaces? */
BODY uint64_t
mask_of_spaces_plain(const char *p)
{
	uint64_t m = 0;

	for (unsigned i = 0; i < 64; i++)
		m |= (uint64_t)(p[i] == ' ') << i;
	return m;
}

BODY uint64_t
mask_of_spaces(const char *p)
{
#ifdef __SSE2__
	uint64_t m = 0;

	for (unsigned i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)p + i);

		v = _mm_cmpeq_epi8(v, _mm_set1_epi8(' '));
		m |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << 16 * i;
	}
	return m;
#else
	return mask_of_spaces_plain(p);
#endif
}

#ifdef WIDEST
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
#else
#define mask_of_spaces_wide mask_of_spaces
#endif

/* Which of the 64 bytes at p may begin a digit of some script? */
BODY uint64_t
mask_of_digits_plain(const char *p)
{
	uint64_t m = 0;

	for (unsigned i = 0; i < 64; i++)
		m |= (uint64_t)((unsigned char)p[i] >= 0x80 ||
				(p[i] >= '0' && p[i] <= '9')) << i;
	return m;
}

BODY uint64_t
mask_of_digits(const char *p)
{
#ifdef __SSE2__
	uint64_t m = 0;

	for (unsigned i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)p + i);
		/* '0' to '9' become the ten lowest values. */
		__m128i low = _mm_add_epi8(v, _mm_set1_epi8((char)(128 - '0')));
		__m128i digit = _mm_cmplt_epi8(low, _mm_set1_epi8(10 - 128));

		/* A byte over 0x7f has the sign bit. */
		v = _mm_or_si128(digit, v);
		m |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << 16 * i;
	}
	return m;
#else
	return mask_of_digits_plain(p);
#endif
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
#else
#define mask_of_digits_wide mask_of_digits
#endif

/*
 * Which of n keys, n <= 8, have these upper 32 and lower 8 bits?  'upper' is
 * aligned to 16 bytes, and 8 of each can be read there.
 */
BODY unsigned
mask_of_keys_plain(const uint32_t *upper, const uint8_t *lower, unsigned n,
		   uint32_t want_upper, uint8_t want_lower)
{
	unsigned m = 0;

	for (unsigned i = 0; i < n; i++)
		m |= (unsigned)(upper[i] == want_upper &&
				lower[i] == want_lower) << i;
	return m;
}

BODY unsigned
mask_of_keys(const uint32_t *upper, const uint8_t *lower, unsigned n,
	     uint32_t want_upper, uint8_t want_lower)
{
#ifdef __SSE2__
	const __m128i u = _mm_set1_epi32((int)want_upper);
	__m128i a = _mm_cmpeq_epi32(u, _mm_load_si128((const void *)upper));
	__m128i b = _mm_cmpeq_epi32(u, _mm_load_si128((const void *)
						      (upper + 4)));
	__m128i c = _mm_cmpeq_epi8(_mm_set1_epi8((char)want_lower),
				   _mm_loadl_epi64((const void *)lower));

	a = _mm_packs_epi16(_mm_packs_epi32(a, b), _mm_setzero_si128());
	return (unsigned)_mm_movemask_epi8(_mm_and_si128(a, c)) &
	       ((1u << n) - 1);
#else
	return mask_of_keys_plain(upper, lower, n, want_upper, want_lower);
#endif
}

#define CODES 8			/* of 16 bits, compared at once */

/*
 * Which of the codes v[0..n), n <= CODES, are one of 'nwant' others?  Each of
 * those is stored CODES times.
 */
BODY unsigned
mask_of_codes_plain(const uint16_t *v, unsigned n,
		    const uint16_t (*want)[CODES], size_t nwant)
{
	unsigned m = 0;

	for (unsigned k = 0; k < n; k++)
		for (size_t i = 0; i < nwant; i++)
			m |= (unsigned)(v[k] == want[i][0]) << k;
	return m;
}

/*
 * 'want' is aligned to 16 bytes, CODES can be read at v, and 'nwant' is a
 * multiple of the stride, which is a constant.
 */
BODY unsigned
mask_of_codes(const uint16_t *v, unsigned n, const uint16_t (*want)[CODES],
	      size_t nwant, size_t stride)
{
#ifdef __SSE2__
	__m128i codes = _mm_loadu_si128((const void *)v);
	__m128i same = _mm_setzero_si128();
	unsigned m;

	for (size_t i = 0; i < nwant; i += stride)
		for (size_t k = i; k < i + stride; k++)
			same = _mm_or_si128(same, _mm_cmpeq_epi16(codes,
				_mm_load_si128((const void *)want[k])));
	m = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(same,
		_mm_setzero_si128()));
	return n < CODES ? m & ((1u << n) - 1) : m;
#else
	(void)stride;
	return mask_of_codes_plain(v, n, want, nwant);
#endif
}

/* Places. */

/* How many bytes of s[0..len) come before the first space or tab? */
static inline size_t
find_space_plain(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && s[i] != ' ' && s[i] != '\t')
		i++;
	return i;
}

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
	return i + find_space_plain(s + i, len - i);
}

/* The next place after p[at] at which a word begins with this byte, or len. */
static inline size_t
find_word_plain(const char *p, size_t len, size_t at, char first)
{
	for (; at + 1 < len; at++)
		if (p[at] == ' ' && p[at + 1] == first)
			return at + 1;
	return len;
}

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
	return find_word_plain(p, len, at, first);
}

/* Can this byte not stand for itself in a string of JSON? */
static inline bool
is_json_special(unsigned char c)
{
	return c == '"' || c == '\\' || c < 0x20;
}

/*
 * How many of the 'n' bytes at 'p' come before the first that is special or,
 * with 'ascii', is not ASCII?
 */
static inline size_t
find_json_special_plain(const char *p, size_t n, bool ascii)
{
	size_t i = 0;

	while (i < n && !is_json_special((unsigned char)p[i]) &&
	       !(ascii && (p[i] & 0x80)))
		i++;
	return i;
}

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
	return i + find_json_special_plain(p + i, n - i, ascii);
}

/* Are the 16 bytes at 'want' in p[0..n)?  31 more can be read after these. */
bool has_16_bytes_plain(const char *p, size_t n, const char *want);
bool has_16_bytes(const char *p, size_t n, const char *want, bool wide);

/* Short runs of bytes as numbers, little-endian, and their hashes (nh.h). */

struct bytes_16 {
	uint64_t a, b;
};

struct bytes_20 {
	uint64_t a, b, c;
};

/* The first n bytes of eight, for each n. */
static const uint64_t first_bytes[9] = {
	0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff,
	0xffffffffffffff, 0xffffffffffffffff,
};

static inline uint64_t
load_8_bytes(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* The first 'len' bytes at p, at most 16, and zeros after them. */
BODY void
take_16_bytes_plain(struct bytes_16 *to, const char *p, size_t len)
{
	to->a = load_8_bytes(p) & first_bytes[len < 8 ? len : 8];
	to->b = len <= 8 ? 0 : load_8_bytes(p + 8) & first_bytes[len - 8];
}

#ifdef __SSE2__
/* To load without a branch on the length, which is hard to predict. */
static const uint8_t first_of_16[32] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};
#endif

BODY void
take_16_bytes(struct bytes_16 *to, const char *p, size_t len)
{
#ifdef __SSE2__
	__m128i v = _mm_loadu_si128((const void *)p);

	v = _mm_and_si128(v, _mm_loadu_si128((const void *)
					     (first_of_16 + 16 - len)));
	_mm_storeu_si128((void *)to, v);
#else
	take_16_bytes_plain(to, p, len);
#endif
}

/*
 * The first -less bytes, at most 16, and all 16 are copied to 'copy'.  A caller
 * that has minus the length has an instruction less.
 */
BODY void
copy_and_take_16_bytes(struct bytes_16 *to, char *copy, const char *p,
		       ptrdiff_t less)
{
#ifdef __SSE2__
	__m128i v = _mm_loadu_si128((const void *)p);

	_mm_storeu_si128((void *)copy, v);
	v = _mm_and_si128(v, _mm_loadu_si128((const void *)
					     (first_of_16 + 16 + less)));
	_mm_storeu_si128((void *)to, v);
#else
	memcpy(copy, p, 16);
	take_16_bytes_plain(to, p, (size_t)-less);
#endif
}

/* The first 'len' bytes at p, at most 20; 24 can be read. */
static inline struct bytes_20
take_20_bytes(const char *p, size_t len)
{
	struct bytes_20 v = {
		load_8_bytes(p), load_8_bytes(p + 8),
		load_8_bytes(p + 16) & first_bytes[4],
	};

	if (len < 20) {
		v.a &= first_bytes[len < 8 ? len : 8];
		v.b &= first_bytes[len < 8 ? 0 : len < 16 ? len - 8 : 8];
		v.c &= first_bytes[len < 16 ? 0 : len - 16];
	}
	return v;
}

#define VECTOR_SLACK 8	/* numbers read or written after the last, if 'wide' */

/* NH of n runs of up to 16 bytes. */
void hash_16_bytes_plain(const struct bytes_16 *v, size_t n,
			 const uint64_t key[2], uint32_t *to);
void hash_16_bytes(const struct bytes_16 *v, size_t n, const uint64_t key[2],
		   uint32_t *to, bool wide);

/* 24 bits of each: the lower 16 to 'code', the others to 'tag'. */
void hash_16_bytes_to_24_bits_plain(const struct bytes_16 *v, size_t n,
				    const uint64_t key[2], uint16_t *code,
				    uint8_t *tag);
void hash_16_bytes_to_24_bits(const struct bytes_16 *v, size_t n,
			      const uint64_t key[2], uint16_t *code,
			      uint8_t *tag, bool wide);

#define HASH_STRETCH 8	/* places to the end of a stretch */

/*
 * NH of the first 20 bytes of each of n stretches of p: number i reaches from
 * p[at[i]] to p[at[i + HASH_STRETCH]].  24 bytes can be read from each on.
 */
void hash_stretches_plain(const char *p, const uint32_t *at, size_t n,
			  const uint64_t key[3], uint32_t *to);
void hash_stretches(const char *p, const uint32_t *at, size_t n,
		    const uint64_t key[3], uint32_t *to, bool wide);

/* Counts. */

struct symbol_count {
	size_t spaces;		/* and control characters */
	size_t symbols;		/* common in code and rare in prose */
};

struct symbol_count count_symbols_plain(const char *s, size_t len);
struct symbol_count count_symbols(const char *s, size_t len);

/* The spaces alone; of 16 bytes or more. */
size_t count_spaces(const char *s, size_t len);

/* The smallest of numbers. */

/* The place of the smallest of v[from..to), the first of equal ones. */
uint32_t find_smallest_plain(const uint32_t *v, uint32_t from, uint32_t to);
uint32_t find_smallest(const uint32_t *v, uint32_t from, uint32_t to,
		       bool wide);

#define SORT_FEW 64	/* values; so few are ranked and not sorted */

/*
 * Copy the values of v[0..n) that are up to 'bound' to 'to', and their places
 * to 'at': how many; more than SORT_FEW if it stopped there.  Both have room for
 * SORT_FEW + VECTOR_SLACK + 1.
 */
uint32_t take_below_plain(const uint32_t *v, uint32_t n, uint32_t bound,
			  uint32_t *to, uint32_t *at);
uint32_t take_below(const uint32_t *v, uint32_t n, uint32_t bound,
		    uint32_t *to, uint32_t *at, bool wide);

/*
 * Set 'to' to the places of v[0..n), n <= SORT_FEW, in ascending order of their
 * values: each goes to the place that is the number of smaller values.  Equal
 * values share a place; the last one is stored.  Returns which places are
 * taken, as bits.
 */
uint64_t sort_few_plain(const uint32_t *v, uint32_t n, uint32_t *to);
uint64_t sort_few(const uint32_t *v, uint32_t n, uint32_t *to, bool wide);

#endif
