/* Hashes of words, eight at a time where the machine has vectors for it. */
#include "word_hash.h"

#include "loose.h"
#include "mix.h"

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
	bool any_long = take_words(s, w, mask_of_spaces);

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
	bool any_long = take_words(s, w, mask_of_spaces_wide);
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

void
word_hash_all(struct shingler *s, struct words *w)
{
	(s->wide ? hash_words_wide : hash_words)(s, w);
}

uint32_t
word_hash_code(const struct shingler *s, const char *p, size_t len)
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
		return word_hash_code(s, p, len);
	memcpy(word, p, len);
	return word_hash_code(s, word, len);
}

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
	return hash_numbers_body(s, w, mask_of_digits);
}

#ifdef WIDEST
WIDE static uint32_t
hash_numbers_wide(const struct shingler *s, const struct words *w)
{
	return hash_numbers_body(s, w, mask_of_digits_wide);
}
#else
#define hash_numbers_wide hash_numbers
#endif

uint32_t
word_hash_numbers(const struct shingler *s, const struct words *w)
{
	return (s->wide ? hash_numbers_wide : hash_numbers)(s, w);
}
