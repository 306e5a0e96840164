/*
 * Words to fingerprints and sketches.
 *
 * The input is from words.c: lower-case words, each followed by one space.  A
 * fingerprint is XXH3_128bits of those bytes under the secret.  Each word, in
 * its loose form, gets a public hash for shingles and a keyed one, 24 bits of
 * which are its code and tag.
 */
#include "shingle.h"

#include "array.h"
#include "loose.h"
#include "simd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define POOL_BLOCK ((size_t)256 << 10)

/* Fractional digits of pi: nothing up the sleeve. */
#define PUBLIC_0 0x85a308d3243f6a88
#define PUBLIC_1 0x0370734413198a2e
#define ODD ((uint64_t)1 << 32)	/* see product_of() */

#define VECTOR 8		/* words processed at once */
#define AFTER 16		/* words of extra room at the end of arrays */
#define SHINGLE_STRETCHES 16	/* steps to choose shingles in, at most */

/* A word of up to 16 bytes as it is hashed: with zeros after it. */
struct block_of_word {
	uint64_t a, b;
};

/* Storage that is handed out until the next release. */
struct block {
	struct block *next;
	size_t used, room;
	_Alignas(16) unsigned char data[];
};

struct shingler {
	unsigned ngram, window;
	bool sketch, every;
	unsigned char secret[SHINGLE_SECRET];
	uint64_t key[4];	/* to hash words with; from the secret */
	uint64_t open[2];	/* the same for public hashes; not secret */
	struct loose *loose;
	struct block *pool;
	bool wide;		/* the machine has the vectors for it */
	struct block_of_word *word;	/* of one unit; scratch */
	uint32_t *public;	/* the public hash of each; scratch */
	uint32_t *shingle;	/* of the unit's shingles; scratch */
	uint32_t *at;		/* where words begin in 'letters'; scratch */
	size_t room;		/* of these arrays, not counting AFTER */
	char *letters;		/* of the unit, without spaces; scratch */
	size_t letters_room;
};

static int
random_bytes(void *to, size_t len)
{
	unsigned char *p = to;

	while (len > 0) {
		ssize_t got = getrandom(p, len, 0);

		if (got < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		p += got;
		len -= (size_t)got;
	}
	return 0;
}

struct shingler *
shingler_new(const struct shingle_options *opt)
{
	struct shingler *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->loose = loose_new();
	if (s->loose == NULL)
		goto fail;
	s->ngram = opt->ngram;
	s->window = opt->window;
	s->sketch = opt->sketch;
	s->every = opt->every;
	s->wide = vectors_available() >= VECTORS_WIDE;
	if (opt->secret != NULL) {
		memcpy(s->secret, opt->secret, SHINGLE_SECRET);
	} else if (opt->seeded) {
		unsigned char seed[sizeof(opt->seed)];

		for (size_t i = 0; i < sizeof(seed); i++)
			seed[i] = (unsigned char)(opt->seed >> 8 * i);
		XXH3_generateSecret(s->secret, SHINGLE_SECRET, seed, sizeof(seed));
	} else if (random_bytes(s->secret, SHINGLE_SECRET) != 0) {
		goto fail;
	}
	for (size_t i = 0; i < 4; i++)
		s->key[i] = XXH3_64bits_withSecret(&i, 1, s->secret,
						   SHINGLE_SECRET);
	s->open[0] = PUBLIC_0;
	s->open[1] = PUBLIC_1;
	for (size_t i = 0; i < 2; i++) {
		s->key[i] |= ODD;
		s->open[i] |= ODD;
	}
	return s;
fail:
	shingler_free(s);
	return NULL;
}

void
shingler_free(struct shingler *s)
{
	if (s == NULL)
		return;
	while (s->pool != NULL) {
		struct block *b = s->pool;

		s->pool = b->next;
		free(b);
	}
	loose_free(s->loose);
	free(s->word);
	free(s->public);
	free(s->shingle);
	free(s->at);
	free(s->letters);
	free(s);
}

size_t
shingler_memory(const struct shingler *s)
{
	size_t n = sizeof(*s) + loose_memory(s->loose) + s->letters_room +
		   s->room * (sizeof(*s->word) + sizeof(*s->public) +
			      sizeof(*s->shingle) + sizeof(*s->at));

	for (const struct block *b = s->pool; b != NULL; b = b->next)
		n += sizeof(*b) + b->room;
	return n;
}

void
shingler_release(struct shingler *s)
{
	struct block *b = s->pool;

	if (b == NULL)
		return;
	while (b->next != NULL || b->room > 16 * POOL_BLOCK) {
		s->pool = b->next;
		free(b);
		b = s->pool;
		if (b == NULL)
			return;
	}
	b->used = 0;
}

/* 'n' bytes, valid until the next release, or NULL with ENOMEM. */
static void *
pool_take(struct shingler *s, size_t n)
{
	struct block *b = s->pool;
	void *p;

	n = (n + 15) & ~(size_t)15;
	if (b == NULL || b->room - b->used < n) {
		size_t room = n > POOL_BLOCK ? n : POOL_BLOCK;

		b = malloc(sizeof(*b) + room);
		if (b == NULL)
			return NULL;
		*b = (struct block){ .next = s->pool, .room = room };
		s->pool = b;
	}
	p = b->data + b->used;
	b->used += n;
	return p;
}

void
shingler_hand_out_every(struct shingler *s)
{
	s->every = true;
}

struct fingerprint
shingler_fingerprint(const struct shingler *s, const char *norm, size_t len)
{
	XXH128_hash_t h = XXH3_128bits_withSecret(norm, len, s->secret,
						  SHINGLE_SECRET);

	return (struct fingerprint){ h.high64 + (h.high64 == 0), h.low64 };
}

const unsigned char *
shingler_secret_bytes(const struct shingler *s)
{
	return s->secret;
}

uint64_t
shingler_secret(const struct shingler *s)
{
	return s->key[3];
}

uint64_t
shingle_identity(const uint16_t *code, const uint8_t *tag, uint32_t n)
{
	return XXH3_64bits_withSeed(tag, n, XXH3_64bits(code,
		n * sizeof(*code)));
}

uint64_t
shingle_identity_of(const struct fingerprint *fp)
{
	/* Equals the hash of a unit's words only by chance. */
	return XXH3_64bits_withSeed(fp, sizeof(*fp), PUBLIC_1);
}

uint64_t
words_identity(const struct words *w)
{
	return w->code != NULL ? shingle_identity(w->code, w->tag, w->n)
			       : shingle_identity_of(&w->fp);
}

uint64_t
shingle_checksum(const void *p, size_t len)
{
	return XXH3_64bits(p, len);
}

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

/* Does the word have a digit, of any script? */
static bool
has_digit(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		/* Bytes inside a character never look like its first. */
		if (c < 0x80 ? c >= '0' && c <= '9' :
		    c >= 0xc0 && loose_is_digit(p + i, len - i))
			return true;
	}
	return false;
}

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

/* The same for words of more than 16 bytes. */
static uint32_t
hash_long_public(const char *p, size_t len)
{
	return (uint32_t)XXH3_64bits(p, len);
}

static uint32_t
hash_long(const struct shingler *s, const char *p, size_t len)
{
	return (uint32_t)XXH3_64bits_withSecret(p, len, s->secret,
						SHINGLE_SECRET);
}

#ifdef __SSE2__
/* To load a word without a branch on its length, which is hard to predict. */
static const uint8_t first_of_16[32] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};
#endif

/* The first 'len' bytes at p, at most 16. */
BODY void
take_word(struct block_of_word *to, const char *p, size_t len)
{
#ifdef __SSE2__
	__m128i v = _mm_loadu_si128((const void *)p);

	v = _mm_and_si128(v, _mm_loadu_si128((const void *)
					     (first_of_16 + 16 - len)));
	_mm_storeu_si128((void *)to, v);
#else
	to->a = load64(p);
	to->b = 0;
	if (len <= 8)
		to->a &= first[len];
	else
		to->b = load64(p + 8) & first[len - 8];
#endif
}

/*
 * Take a word of -less bytes, at most 16; all 16 bytes are copied to 'letters'.
 */
BODY void
take_short(struct block_of_word *to, char *letters, const char *p,
	   ptrdiff_t less)
{
#ifdef __SSE2__
	__m128i v = _mm_loadu_si128((const void *)p);

	_mm_storeu_si128((void *)letters, v);
	v = _mm_and_si128(v, _mm_loadu_si128((const void *)
					     (first_of_16 + 16 + less)));
	_mm_storeu_si128((void *)to, v);
#else
	memcpy(letters, p, 16);
	take_word(to, p, (size_t)-less);
#endif
}

/*
 * Copy the words to s->word, and their bytes without spaces to s->letters; is
 * there a word of more than 16 bytes?
 */
BODY bool
take_words(struct shingler *s, const struct words *w,
	   uint64_t (*find_spaces)(const char *))
{
	const char *chunk = w->loose, *end = chunk + w->loose_len;
	struct block_of_word *to = s->word;
	char *const letters = s->letters;
	size_t n = 0;			/* letters so far */
	uint32_t *at = s->at;
	ptrdiff_t start = 0;		/* of a word, relative to the chunk */
	bool any_long = false;

	for (; chunk < end; chunk += 64, start -= 64) {
		uint64_t m = find_spaces(chunk);

		/* Ignore words that follow those of the unit. */
		if (end - chunk < 64)
			m = first_bits(m, (size_t)(end - chunk));
		for (; m != 0; m &= m - 1) {
			ptrdiff_t stop = __builtin_ctzll(m);
			const char *p = chunk + start;
			ptrdiff_t less = start - stop;	/* minus its length */

			*at++ = (uint32_t)n;
			if (less < -16) {
				memcpy(letters + n, p, (size_t)-less);
				take_word(to++, p, 16);
				any_long = true;
			} else {
				/* Extra bytes are overwritten later. */
				take_short(to++, letters + n, p, less);
			}
			n -= (size_t)less;
			start = stop + 1;
		}
	}
	*at = (uint32_t)n;
	return any_long;
}

/* Are n-grams of words wanted? */
static inline bool
wants_ngrams(const struct shingler *s)
{
	return s->sketch || s->window > 0;
}

/* Store the hash of word i: public, code and tag. */
static inline void
put_hashes(struct shingler *s, struct words *w, uint32_t i, uint32_t public,
	   uint32_t keyed)
{
	s->public[i] = public;
	w->code[i] = (uint16_t)keyed;
	w->tag[i] = (uint8_t)(keyed >> 16);
}

/* Hash words of more than 16 bytes; s->word has only their first 16. */
static void
hash_long_words(struct shingler *s, struct words *w)
{
	const char *start = w->loose;

	for (uint32_t i = 0; i < w->n; i++) {
		const char *stop = memchr(start, ' ', w->loose_len -
					  (size_t)(start - w->loose));
		size_t len = (size_t)(stop - start);

		if (len > 16)
			put_hashes(s, w, i, hash_long_public(start, len),
				   hash_long(s, start, len));
		start = stop + 1;
	}
}

static void
hash_words(struct shingler *s, struct words *w)
{
	bool any_long = take_words(s, w, spaces);

	for (uint32_t i = 0; i < w->n; i++) {
		uint64_t a = s->word[i].a, b = s->word[i].b;

		put_hashes(s, w, i, wants_ngrams(s) ?
			   hash_block(a, b, s->open) : 0,
			   hash_block(a, b, s->key));
	}
	if (any_long)
		hash_long_words(s, w);
}

#ifdef WIDEST
WIDE BODY __m256i
product_of_four(__m256i v, __m256i k)
{
	__m256i sum = _mm256_add_epi32(v, k);

	return _mm256_mul_epu32(sum, _mm256_srli_epi64(sum, 32));
}

/* hash_block() of eight words, given in the order 0 2 1 3 and 4 6 5 7. */
WIDE BODY __m256i
hash_eight(const __m256i a[2], const __m256i b[2], __m256i k0, __m256i k1)
{
	const __m256i order = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0);
	__m256 nh[2];
	__m256i x;

	for (unsigned i = 0; i < 2; i++)
		nh[i] = _mm256_castsi256_ps(_mm256_add_epi64(
			product_of_four(a[i], k0), product_of_four(b[i], k1)));
	/* The lower halves and the upper ones, in the order 0 2 4 6 1 3 5 7. */
	x = _mm256_xor_si256(
		_mm256_castps_si256(_mm256_shuffle_ps(nh[0], nh[1], 0x88)),
		_mm256_castps_si256(_mm256_shuffle_ps(nh[0], nh[1], 0xdd)));
	x = _mm256_permutevar8x32_epi32(x, order);
	x = _mm256_mullo_epi32(x, _mm256_set1_epi32((int)MIXER));
	return _mm256_xor_si256(x, _mm256_srli_epi32(x, 15));
}

/* By vectors: this fills the arrays up to a multiple of VECTOR words. */
WIDE static void
hash_words_wide(struct shingler *s, struct words *w)
{
	const __m256i low = _mm256_set1_epi32(0xffff);
	const __m256i byte = _mm256_set1_epi32(0xff);
	const __m256i p0 = _mm256_set1_epi64x((int64_t)s->open[0]);
	const __m256i p1 = _mm256_set1_epi64x((int64_t)s->open[1]);
	const __m256i k0 = _mm256_set1_epi64x((int64_t)s->key[0]);
	const __m256i k1 = _mm256_set1_epi64x((int64_t)s->key[1]);
	bool any_long = take_words(s, w, spaces_wide);
	const bool ngrams = wants_ngrams(s);

	for (uint32_t i = 0; i < w->n; i += VECTOR) {
		const __m256i *v = (const void *)(s->word + i);
		__m256i w0 = _mm256_loadu_si256(v);
		__m256i w1 = _mm256_loadu_si256(v + 1);
		__m256i w2 = _mm256_loadu_si256(v + 2);
		__m256i w3 = _mm256_loadu_si256(v + 3);
		const __m256i first_half[2] = {
			_mm256_unpacklo_epi64(w0, w1),
			_mm256_unpacklo_epi64(w2, w3),
		};
		const __m256i second_half[2] = {
			_mm256_unpackhi_epi64(w0, w1),
			_mm256_unpackhi_epi64(w2, w3),
		};
		__m256i keyed = hash_eight(first_half, second_half, k0, k1);
		__m256i both;

		if (ngrams)
			_mm256_storeu_si256((void *)(s->public + i), hash_eight(
				first_half, second_half, p0, p1));
		/* codes to the lower half, tags to the upper one */
		both = _mm256_packus_epi32(_mm256_and_si256(keyed, low),
			_mm256_and_si256(_mm256_srli_epi32(keyed, 16), byte));
		both = _mm256_permute4x64_epi64(both, 0xd8);
		_mm_storeu_si128((void *)(w->code + i),
				 _mm256_castsi256_si128(both));
		_mm_storel_epi64((void *)(w->tag + i), _mm_packus_epi16(
			_mm256_extracti128_si256(both, 1),
			_mm_setzero_si128()));
	}
	if (any_long)
		hash_long_words(s, w);
}
#else
#define hash_words_wide hash_words
#endif

/* The code and tag of a word; 16 bytes can be read there. */
BODY uint32_t
code_of(const struct shingler *s, const char *p, size_t len)
{
	struct block_of_word v;

	if (len > 16)
		return hash_long(s, p, len) & 0xffffff;
	take_word(&v, p, len);
	return hash_block(v.a, v.b, s->key) & 0xffffff;
}

uint32_t
shingler_code(const struct shingler *s, const char *p, size_t len)
{
	char word[16] = { 0 };

	if (len > sizeof(word))
		return code_of(s, p, len);
	memcpy(word, p, len);
	return code_of(s, word, len);
}

/* Where the character that ends before p[at] begins. */
static size_t
char_before(const char *p, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)p[at] & 0xc0) == 0x80);
	return at;
}

/* Are both the character before 'left' and the one at 'right' facts? */
static bool
parts_numbers(const struct words *w, size_t left, size_t right)
{
	unsigned char c = (unsigned char)w->loose[right];
	size_t last;

	if (c >= 'a' && c <= 'z')
		return false;
	last = char_before(w->loose, left);
	return loose_is_fact(w->loose + last, left - last) &&
	       loose_is_fact(w->loose + right, w->loose_len - right);
}

/*
 * Where the word that begins at 'at' ends; 'm' are the spaces from 'base' on.
 */
BODY size_t
end_of_word(const struct words *w, size_t base, uint64_t m, size_t at)
{
	const char *p;

	m = at - base < 64 ? m >> (at - base) : 0;
	if (m != 0)
		return at + (size_t)__builtin_ctzll(m);
	p = memchr(w->loose + at, ' ', w->loose_len - at);
	return p == NULL ? w->loose_len : (size_t)(p - w->loose);
}

size_t
shingler_pieces(const struct words *w, size_t at, struct joint *to)
{
	const struct shingler *s = w->shingler;
	const char *p = w->loose;
	uint64_t m = spaces(p + at);
	size_t end = end_of_word(w, at, m, at), next = end, from = at, len = 0;
	const uint64_t *k = s->key;
	uint64_t a, b, rest;
	char joined[SHINGLE_JOINED + 16];
	size_t n = 0;

	/* This word, then with the next one, then with the next two. */
	while (n < 3 && next - from <= SHINGLE_JOINED - len) {
		/* Extra bytes are overwritten, or not read. */
		if (next - from <= 16)
			memcpy(joined + len, p + from, 16);
		else
			memcpy(joined + len, p + from, next - from);
		len += next - from;
		from = next + 1;
		to[n++] = (struct joint){
			code_of(s, joined, len), (uint32_t)(from - at),
		};
		if (from >= w->loose_len || parts_numbers(w, next, from))
			break;
		next = end_of_word(w, at, m, from);
	}
	/* First parts of this word. */
	if (end - at > SHINGLE_JOINED)
		end = at + SHINGLE_JOINED;
	rest = product_of(0, k[1]);
	a = load64(p + at);
	b = load64(p + at + 8);
	for (size_t i = 1; i < end - at; i++) {
		uint32_t code;

		if (((unsigned char)p[at + i] & 0xc0) == 0x80 ||
		    parts_numbers(w, at + i, at + i))
			continue;
		if (i <= 8)
			code = finish(product_of(a & first[i], k[0]) + rest);
		else if (i <= 16)
			code = hash_block(a, b & first[i - 8], k);
		else
			code = code_of(s, p + at, i);
		to[n++] = (struct joint){ code & 0xffffff, (uint32_t)i };
	}
	return n;
}

size_t
shingler_skip(const struct words *w, size_t at, uint32_t n)
{
	for (; n > 0; at += 64) {
		uint64_t m = spaces(w->loose + at);

		for (; m != 0; m &= m - 1)
			if (--n == 0)
				return at + (size_t)__builtin_ctzll(m) + 1;
	}
	return at;
}

/* Which of the 64 bytes at p may begin a digit, as bits. */
BODY uint64_t
maybe_digits(const char *p)
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
maybe_digits_wide(const char *p)
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

/* The words with digits, in order, as one hash. */
BODY uint32_t
hash_numbers_body(const struct shingler *s, const struct words *w,
		  uint64_t (*find_digits)(const char *))
{
	const char *p = w->loose, *end = p + w->loose_len;
	uint64_t h = 0;

	/* Few words have a digit: go from one such byte to the next. */
	while (p < end) {
		uint64_t m = find_digits(p);
		const char *from, *stop;

		if (m == 0) {
			p += 64;
			continue;
		}
		from = p + __builtin_ctzll(m);
		if (from >= end)
			break;
		while (from > w->loose && from[-1] != ' ')
			from--;
		stop = from;
		while (*stop != ' ')
			stop++;
		if (has_digit(from, (size_t)(stop - from)))
			h = fold(h + XXH3_64bits_withSecret(from,
				(size_t)(stop - from), s->secret,
				SHINGLE_SECRET), s->key[2] | 1);
		p = stop + 1;
	}
	return (uint32_t)(h ^ h >> 32);
}

static uint32_t
hash_numbers(const struct shingler *s, const struct words *w)
{
	return hash_numbers_body(s, w, maybe_digits);
}

#ifdef WIDEST
WIDE static uint32_t
hash_numbers_wide(const struct shingler *s, const struct words *w)
{
	return hash_numbers_body(s, w, maybe_digits_wide);
}
#else
#define hash_numbers_wide hash_numbers
#endif

/*
 * XXH32 of three 32-bit values, seed 0, written out so that the compiler can
 * use vectors of shingles.
 */
BODY uint32_t
hash_three(const uint32_t *v)
{
	uint32_t h = XXH_PRIME32_5 + 12;

	for (unsigned i = 0; i < 3; i++) {
		h += v[i] * XXH_PRIME32_3;
		h = (h << 17 | h >> 15) * XXH_PRIME32_4;
	}
	h = (h ^ h >> 15) * XXH_PRIME32_2;
	h = (h ^ h >> 13) * XXH_PRIME32_3;
	return h ^ h >> 16;
}

BODY void
hash_threes_body(const uint32_t *restrict v, uint32_t *restrict to, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = hash_three(v + i);
}

static void
hash_threes(const uint32_t *v, uint32_t *to, uint32_t n)
{
	hash_threes_body(v, to, n);
}

WIDE static void
hash_threes_wide(const uint32_t *v, uint32_t *to, uint32_t n)
{
	hash_threes_body(v, to, n);
}

/* Words in a shingle of a unit; a unit of fewer words is one shingle. */
static uint32_t
shingle_words(const struct shingler *s, uint32_t nwords)
{
	return nwords < s->ngram ? nwords : s->ngram;
}

/*
 * Set s->shingle to the ranks of the unit's shingles: how many.  A rank is the
 * XXH32 of the public hashes of a shingle's words.
 */
static uint32_t
hash_shingles(struct shingler *s, uint32_t nwords)
{
	uint32_t ngram = shingle_words(s, nwords);
	uint32_t n = nwords - ngram + 1;

	if (ngram == 3)
		(s->wide ? hash_threes_wide : hash_threes)
			(s->public, s->shingle, n);
	else
		for (uint32_t i = 0; i < n; i++)
			s->shingle[i] = XXH32(s->public + i,
				ngram * sizeof(*s->public), 0);
	return n;
}

/*
 * All 64 bits of the shingle at word i.  Only the few chosen shingles need the
 * lower bits.
 */
static inline uint64_t
whole_hash(const struct shingler *s, uint32_t i, uint32_t ngram)
{
	const uint32_t *v = s->public + i;
	uint64_t more;

	if (ngram == 3)
		/* Digits of pi again. */
		more = fold((v[0] | (uint64_t)v[1] << 32) ^ 0xa4093822299f31d0,
			    v[2] ^ 0x082efa98ec4e6c89);
	else
		more = XXH3_64bits(v, ngram * sizeof(*v));
	return (uint64_t)s->shingle[i] << 32 | (uint32_t)more;
}

#define FEW 64		/* so few values are ranked and not sorted */

/*
 * Copy the values of v[0..n) that are up to 'bound' to 'to', and their numbers
 * to 'at': how many, FEW + 1 if more.
 */
static uint32_t
below(const uint32_t *v, uint32_t n, uint32_t bound, uint32_t *to, uint32_t *at)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < n && k <= FEW; i++) {
		to[k] = v[i];
		at[k] = i;
		k += v[i] <= bound;
	}
	return k;
}

/*
 * Set 'to' to the numbers of v[0..n) in ascending order of their values, n <=
 * FEW: each goes to the place that is the number of smaller values.  Equal
 * values share a place; the last one is stored.  Returns which places are
 * taken, as bits.
 */
static uint64_t
rank(const uint32_t *v, uint32_t n, uint32_t *to)
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
WIDE static uint32_t
below_wide(const uint32_t *v, uint32_t n, uint32_t bound, uint32_t *to,
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

WIDE static uint64_t
rank_wide(const uint32_t *v, uint32_t n, uint32_t *to)
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
#else
#define below_wide below
#define rank_wide rank
#endif

/*
 * Set 'to' to the numbers of the 'most' smallest distinct values of v[0..n),
 * ascending.  First a bound is guessed, under which are a few more than 'most'
 * values.
 */
static uint32_t
smallest_few(const struct shingler *s, const uint32_t *v, uint32_t n,
	     uint32_t *to, uint32_t most)
{
	uint32_t few[FEW + 1 + VECTOR], at[FEW + 1 + VECTOR], order[FEW];
	uint32_t got = 0, k = n;
	bool all = n <= 2 * most;
	uint64_t taken;

	if (!all) {
		uint64_t bound = ((uint64_t)1 << 32) * (most + most / 2) / n;

		do {
			k = (s->wide ? below_wide : below)(v, n,
				bound > UINT32_MAX ? UINT32_MAX :
				(uint32_t)bound, few, at);
			bound *= 2;
		} while (k < most && bound <= (uint64_t)1 << 33);
		v = few;
	}
	if (k > FEW)
		return UINT32_MAX;
	taken = (s->wide ? rank_wide : rank)(v, k, order);
	for (; taken != 0 && got < most; taken &= taken - 1) {
		/* cppcheck-suppress uninitvar; rank() has filled it */
		uint32_t i = order[__builtin_ctzll(taken)];

		/* cppcheck-suppress uninitvar; below() has filled it */
		to[got++] = all ? i : at[i];
	}
	return got;
}

/* The same for any values, even if many are equal. */
static uint32_t
smallest_any(const uint32_t *v, uint32_t n, uint32_t *to, uint32_t most)
{
	uint32_t got = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t x = v[i], j = got;

		if (got == most && x >= v[to[most - 1]])
			continue;
		while (j > 0 && v[to[j - 1]] > x)
			j--;
		if (j > 0 && v[to[j - 1]] == x)
			continue;
		if (got < most)
			got++;
		memmove(to + j + 1, to + j, (got - 1 - j) * sizeof(*to));
		to[j] = i;
	}
	return got;
}

/*
 * Set 'to' to the shingles of the smallest ranks, up to SKETCH_PROBE: how many.
 */
static uint32_t
smallest(const struct shingler *s, uint32_t n, uint32_t ngram, uint64_t *to)
{
	const uint32_t most = SKETCH_PROBE;
	uint32_t at[SKETCH_PROBE];
	uint32_t got = smallest_few(s, s->shingle, n, at, most);

	/* Too many are under the bound, or too few since some were equal. */
	if (got == UINT32_MAX || (got < most && n > 2 * most))
		got = smallest_any(s->shingle, n, at, most);
	for (uint32_t i = 0; i < got; i++)
		to[i] = whole_hash(s, at[i], ngram);
	return got;
}

/*
 * Winnowing (Schleimer, Wilkerson, Aiken 2003): the smallest shingle of each
 * window of s->window consecutive ones.  Two units that share window + ngram -
 * 1 words in a row share one of these.
 */
static uint32_t
winnow(const struct shingler *s, uint32_t n, uint32_t ngram, uint64_t *to)
{
	uint32_t got = 0, at = UINT32_MAX;

	for (uint32_t end = s->window < n ? s->window : n; end <= n; end++) {
		uint32_t i = end > s->window ? end - s->window : 0;

		if (at == UINT32_MAX || at < i) {
			at = i;
			for (uint32_t j = i + 1; j < end; j++)
				if (s->shingle[j] <= s->shingle[at])
					at = j;
		} else if (s->shingle[end - 1] <= s->shingle[at]) {
			at = end - 1;
		} else {
			continue;
		}
		to[got++] = whole_hash(s, at, ngram);
	}
	return got;
}

/* The loose form of the words, also with SHINGLE_SLACK bytes after it. */
static int
make_loose(struct shingler *s, struct words *w, const char *norm, size_t len,
	   bool ascii)
{
	char *p;

	w->loose = norm;
	w->loose_len = (uint32_t)len;
	if (ascii)
		return 0;
	p = pool_take(s, len + SHINGLE_SLACK);
	if (p == NULL)
		return -1;
	len = loose_fold(s->loose, norm, len, p);
	memset(p + len, 0, SHINGLE_SLACK);
	w->loose = p;
	w->loose_len = (uint32_t)len;
	return 0;
}

/* Shingles of letters, for rule "near". */

/*
 * The letters of a unit that is not all ASCII, so that a number of bytes means
 * about the same in any script: a byte for each character of an alphabet or of
 * an Indic script, three for the others, which carry more.
 */
static void
fold_letters(struct shingler *s, const struct words *w)
{
	const unsigned char *p = (const unsigned char *)w->loose;
	const unsigned char *end = p + w->loose_len;
	char *to = s->letters;
	uint32_t *at = s->at;

	*at++ = 0;
	while (p < end) {
		unsigned c = *p++;

		if (c == ' ') {
			*at++ = (uint32_t)(to - s->letters);
			continue;
		}
		/* Bytes after the last word can be read. */
		if (c >= 0xc2 && c < 0xe0 && (*p & 0xc0) == 0x80) {
			c = c << 6 | (*p++ & 0x3f);
		} else if ((c == 0xe0 || c == 0xe1) && (*p & 0xc0) == 0x80 &&
			   (p[1] & 0xc0) == 0x80) {
			c = p[0] << 6 | (p[1] & 0x3f);
			p += 2;
		}
		*to++ = (char)c;
	}
}

/* The word before which the shingle that begins with word i ends. */
static uint32_t
end_of_shingle(const struct shingler *s, uint32_t i, uint32_t nwords)
{
	uint32_t most = i + SHINGLE_SPAN < nwords ? i + SHINGLE_SPAN : nwords;
	uint32_t end = i + 1;

	while (end < most && s->at[end] - s->at[i] < SHINGLE_LETTERS)
		end++;
	return end;
}

static_assert(SHINGLE_LETTERS == 20, "three loads, of 8, 8 and 4 bytes");

/* Digits of pi: the keys of ranks, and of the lower 32 bits. */
#define RANK_0 (0x13198a2e03707344 | ODD)
#define RANK_1 (0xa4093822299f31d0 | ODD)
#define RANK_2 (0x082efa98ec4e6c89 | ODD)

/* The letters of a shingle, with zeros after them. */
struct letters {
	uint64_t a, b, c;
};

static inline struct letters
letters_at(const struct shingler *s, uint32_t i)
{
	uint32_t at = s->at[i], len = s->at[i + SHINGLE_SPAN] - at;
	const char *p = s->letters + at;
	struct letters v = {
		load64(p), load64(p + 8),
		load64(p + 16) & first[SHINGLE_LETTERS - 16],
	};

	if (len < SHINGLE_LETTERS) {
		v.a &= first[len < 8 ? len : 8];
		v.b &= first[len < 8 ? 0 : len < 16 ? len - 8 : 8];
		v.c &= first[len < 16 ? 0 : len - 16];
	}
	return v;
}

/* NH, as words are hashed. */
static inline uint32_t
rank_of_letters(struct letters v)
{
	return finish(product_of(v.a, RANK_0) + product_of(v.b, RANK_1) +
		      product_of(v.c, RANK_2));
}

/* The hash of the shingle that begins with word i. */
static inline uint64_t
hash_letters(const struct shingler *s, uint32_t i)
{
	struct letters v = letters_at(s, i);
	uint64_t more = fold(v.a ^ RANK_2, v.b ^ RANK_0) ^
			v.c * XXH_PRIME64_2;

	return (uint64_t)rank_of_letters(v) << 32 |
	       (uint32_t)(more ^ more >> 32);
}

static void
rank_each(struct shingler *s, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		s->shingle[i] = rank_of_letters(letters_at(s, i));
}

#ifdef WIDEST
/* Four at a time, if all have SHINGLE_LETTERS letters. */
WIDE static void
rank_each_wide(struct shingler *s, uint32_t from, uint32_t to)
{
	const __m256i k0 = _mm256_set1_epi64x((int64_t)RANK_0);
	const __m256i k1 = _mm256_set1_epi64x((int64_t)RANK_1);
	const __m256i k2 = _mm256_set1_epi64x((int64_t)RANK_2);
	const __m256i even = _mm256_set_epi32(7, 5, 3, 1, 6, 4, 2, 0);
	const __m128i fewer = _mm_set1_epi32(SHINGLE_LETTERS);
	const char *p = s->letters;
	uint32_t i = from;

	for (; i + 4 <= to; i += 4) {
		__m128i at = _mm_loadu_si128((const void *)(s->at + i));
		__m128i end = _mm_loadu_si128((const void *)
					      (s->at + i + SHINGLE_SPAN));
		__m256i a, b, c, nh;
		__m128i x;

		end = _mm_cmpgt_epi32(fewer, _mm_sub_epi32(end, at));
		if (_mm_movemask_epi8(end) != 0) {
			rank_each(s, i, i + 4);
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
				    _mm_set1_epi32((int)MIXER));
		_mm_storeu_si128((void *)(s->shingle + i),
				 _mm_xor_si128(x, _mm_srli_epi32(x, 15)));
	}
	rank_each(s, i, to);
}
#else
#define rank_each_wide rank_each
#endif

/* Set s->shingle to their ranks: how many there are. */
static uint32_t
rank_letters(struct shingler *s, uint32_t nwords)
{
	uint32_t n = nwords, total = s->at[nwords];

	for (uint32_t i = 1; i <= SHINGLE_SPAN; i++)
		s->at[nwords + i] = total;
	/* Keep those of full length, or the only one. */
	while (n > 1 && total - s->at[n - 1] < SHINGLE_LETTERS &&
	       n - 1 + SHINGLE_SPAN > nwords)
		n--;
	(s->wide ? rank_each_wide : rank_each)(s, 0, n);
	return n;
}

/* The number of the smallest value of v[from..to), the first of equal ones. */
static uint32_t
smallest_of(const uint32_t *v, uint32_t from, uint32_t to)
{
	uint32_t at = from;

	for (uint32_t i = from + 1; i < to; i++)
		if (v[i] < v[at])
			at = i;
	return at;
}

#ifdef WIDEST
WIDE static uint32_t
smallest_of_wide(const uint32_t *v, uint32_t from, uint32_t to)
{
	__m256i least;
	__m128i x;
	uint32_t i = from, min;

	if (to - from < VECTOR)
		return smallest_of(v, from, to);
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
#else
#define smallest_of_wide smallest_of
#endif

/* How many words the shortest possible copy of a unit of n words has. */
static uint32_t
shortest_copy(uint32_t n)
{
	uint32_t least = (2 * n + 2) / 3;

	if (least < SHINGLE_NEAR)
		least = SHINGLE_NEAR;
	return least < n ? least : n;
}

/* Shingles from .. to, and the smallest of them. */
struct stretch {
	uint32_t from, to, at;
};

/* A unit whose shingles are chosen. */
struct choice {
	struct shingler *s;
	struct words *w;
	uint32_t n;		/* shingles */
	uint32_t copy;		/* words in the shortest copy */
	struct stretch open[SHINGLE_STRETCHES + 1];
	uint32_t nopen;
};

/* Does a stretch have all the shingles of some copy? */
static bool
has_window(const struct choice *c, const struct stretch *p)
{
	uint32_t end = p->from + c->copy;

	return end <= c->w->n &&
	       (p->to == c->n || end_of_shingle(c->s, p->to, c->w->n) > end);
}

/*
 * Is the smallest one of a stretch in such a copy?  A shingle that ends where
 * the next one does is not.
 */
static bool
is_in_window(const struct choice *c, const struct stretch *p)
{
	return has_window(c, p) &&
	       (p->to == c->n || end_of_shingle(c->s, p->at, c->w->n) <
				 end_of_shingle(c->s, p->to, c->w->n));
}

static void
open_stretch(struct choice *c, uint32_t from, uint32_t to)
{
	struct stretch *p = &c->open[c->nopen];

	if (from == to)
		return;
	*p = (struct stretch){ from, to, 0 };
	if (c->w->nask == SHINGLE_ASK && !has_window(c, p))
		return;
	p->at = (c->s->wide ? smallest_of_wide : smallest_of)(c->s->shingle,
							      from, to);
	c->nopen++;
}

/* Remove the stretch with the smallest rank from the open ones. */
static struct stretch
next_stretch(struct choice *c)
{
	const uint32_t *rank = c->s->shingle;
	uint32_t k = 0;
	struct stretch p;

	for (uint32_t i = 1; i < c->nopen; i++)
		if (rank[c->open[i].at] < rank[c->open[k].at])
			k = i;
	p = c->open[k];
	c->open[k] = c->open[--c->nopen];
	return p;
}

/* Add a shingle that the unit is recorded under, unless it was added last. */
static void
keep_shingle(struct words *w, uint64_t hash)
{
	for (uint32_t i = 0; i < w->nask; i++)
		if (w->near[i] == hash) {
			w->kept |= (uint8_t)(1u << i);
			return;
		}
	if (w->nnear == w->nask || w->near[w->nnear - 1] != hash)
		w->near[w->nnear++] = hash;
}

/*
 * The smallest of every window, if there may be many windows.  A queue holds,
 * in ascending order, those of the current window that may still become the
 * smallest.
 */
static int
keep_windows(struct choice *c)
{
	struct words *w = c->w;
	const uint32_t *rank = c->s->shingle;
	uint32_t *queue = (uint32_t *)(void *)c->s->word, head = 0, tail = 0;
	uint32_t next = 0, windows = w->n - c->copy + 1;
	uint64_t *near = pool_take(c->s, (windows + SHINGLE_ASK) *
				   sizeof(*near));

	if (near == NULL)
		return -1;
	memcpy(near, w->near, w->nask * sizeof(*near));
	w->near = near;
	w->nnear = w->nask;
	w->kept = 0;
	for (uint32_t i = 0; i < windows; i++) {
		for (; next < c->n && end_of_shingle(c->s, next, w->n) <=
		       i + c->copy; next++) {
			while (tail > head && rank[queue[tail - 1]] >=
			       rank[next])
				tail--;
			queue[tail++] = next;
		}
		while (tail > head && queue[head] < i)
			head++;
		if (tail > head)
			keep_shingle(w, hash_letters(c->s, queue[head]));
	}
	return 0;
}

/*
 * The smallest shingles, by which the unit is looked up, and the smallest of
 * every window.  The smallest of all is that of all windows that contain it;
 * all other windows are on one side of it.
 */
static int
choose_letters(struct shingler *s, struct words *w, uint32_t n)
{
	struct choice c;

	c.s = s;
	c.w = w;
	c.n = n;
	c.copy = shortest_copy(w->n);
	c.nopen = 0;
	w->near = pool_take(s, SHINGLE_STRETCHES * sizeof(*w->near));
	if (w->near == NULL)
		return -1;
	open_stretch(&c, 0, n);
	for (unsigned step = 0; c.nopen > 0; step++) {
		struct stretch p = next_stretch(&c);
		bool kept = is_in_window(&c, &p);
		uint64_t hash;

		if (step == SHINGLE_STRETCHES)
			return keep_windows(&c);
		hash = hash_letters(s, p.at);
		/* Equal ones come in a row. */
		if (w->nnear > 0 && hash == w->near[w->nnear - 1]) {
			if (kept && w->nnear == w->nask)
				w->kept |= (uint8_t)(1u << (w->nask - 1));
		} else if (w->nask < SHINGLE_ASK) {
			w->kept |= (uint8_t)((unsigned)kept << w->nask++);
			w->near[w->nnear++] = hash;
		} else if (kept) {
			w->near[w->nnear++] = hash;
		}
		open_stretch(&c, p.from, p.at);
		open_stretch(&c, p.at + 1, p.to);
	}
	return 0;
}

/* The shingles for rule "near", with their keys. */
static int
take_letters(struct shingler *s, struct words *w, bool ascii)
{
	const uint64_t secret = shingler_secret(s);
	uint32_t n;

	if (!ascii)
		fold_letters(s, w);
	n = rank_letters(s, w->n);
	if (s->every) {
		w->every = pool_take(s, n * sizeof(*w->every));
		if (w->every == NULL)
			return -1;
		w->nevery = n;
		for (uint32_t i = 0; i < n; i++)
			w->every[i] = hash_letters(s, i);
	}
	if (choose_letters(s, w, n) != 0)
		return -1;
	w->key = pool_take(s, w->nnear * sizeof(*w->key));
	if (w->key == NULL)
		return -1;
	for (uint32_t i = 0; i < w->nnear; i++)
		w->key[i] = shingle_key(secret, w->near[i]);
	return 0;
}

/* The shingles that are n-grams of words. */
static int
take_ngrams(struct shingler *s, struct words *w)
{
	uint32_t ngram = shingle_words(s, w->n);
	uint32_t n = hash_shingles(s, w->n);

	if (s->sketch && w->length >= SHINGLE_NEAR) {
		w->probe = pool_take(s, SKETCH_PROBE * sizeof(*w->probe));
		if (w->probe == NULL)
			return -1;
		w->nprobe = (uint16_t)smallest(s, n, ngram, w->probe);
		w->nkeep = w->n < SKETCH_LONG ? SKETCH_KEEP_SHORT : SKETCH_KEEP;
		if (w->nprobe < w->nkeep)
			w->nkeep = w->nprobe;
	}
	if (s->window > 0) {
		w->winnowed = pool_take(s, n * sizeof(*w->winnowed));
		if (w->winnowed == NULL)
			return -1;
		w->nwinnowed = winnow(s, n, ngram, w->winnowed);
	}
	return 0;
}

/* Make room for so many words, of so many bytes. */
static int
reserve(struct shingler *s, uint32_t nwords, size_t len)
{
	if (nwords > s->room) {
		size_t room = nwords + nwords / 4 + 256, all = room + AFTER;

		if (array_resize(&s->word, all, sizeof(*s->word)) != 0 ||
		    array_resize(&s->public, all, sizeof(*s->public)) != 0 ||
		    array_resize(&s->shingle, all, sizeof(*s->shingle)) != 0 ||
		    array_resize(&s->at, all, sizeof(*s->at)) != 0)
			return -1;
		s->room = room;
	}
	if (len + SHINGLE_SLACK > s->letters_room) {
		size_t room = len + len / 4 + 1024;

		if (array_resize(&s->letters, room, 1) != 0)
			return -1;
		s->letters_room = room;
	}
	return 0;
}

int
shingler_words(struct shingler *s, struct words *w, const char *norm,
	       size_t len, bool digits, bool ascii)
{
	w->near = w->key = w->probe = w->winnowed = w->every = NULL;
	w->nnear = w->nwinnowed = w->nevery = 0;
	w->nask = w->kept = w->absent = 0;
	w->nprobe = w->nkeep = 0;
	if (reserve(s, w->n, len) != 0)
		return -1;
	w->code = pool_take(s, w->n * sizeof(*w->code));
	w->tag = pool_take(s, w->n * sizeof(*w->tag));
	if (w->code == NULL || w->tag == NULL ||
	    make_loose(s, w, norm, len, ascii) != 0)
		return -1;
	w->shingler = s;
	(s->wide ? hash_words_wide : hash_words)(s, w);
	w->digits = !digits ? 0 :
		    (s->wide ? hash_numbers_wide : hash_numbers)(s, w);
	w->digits &= ~3u;	/* a record has flags there */
	if (w->length >= SHINGLE_NEAR && take_letters(s, w, ascii) != 0)
		return -1;
	return wants_ngrams(s) ? take_ngrams(s, w) : 0;
}
