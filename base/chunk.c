/* The facts of 64 bytes of text. */
#include "chunk.h"

const unsigned char chunk_fact[0x80] = {
	['#'] = IS_SPECIAL, ['$'] = IS_SPECIAL,
	['%'] = IS_SPECIAL, ['&'] = IS_SPECIAL, ['+'] = IS_SPECIAL,
	['<'] = IS_SPECIAL, ['='] = IS_SPECIAL, ['>'] = IS_SPECIAL,
	['@'] = IS_SPECIAL, ['^'] = IS_SPECIAL, ['|'] = IS_SPECIAL,
	['~'] = IS_SPECIAL,
	['!'] = IS_BANG,
	['*'] = IS_RATIO, ['-'] = IS_RATIO, ['/'] = IS_RATIO,
	[':'] = IS_RATIO,
};

struct facts
chunk_facts(const char *s)
{
	struct facts f = { 0, 0, 0, 0, 0 };

	for (unsigned i = 0; i < CHUNK; i++) {
		unsigned char c = (unsigned char)s[i];
		uint64_t bit = (uint64_t)1 << i;

		if (c <= ' ' || c >= 0x80)
			continue;
		f.sign |= bit;
		f.digit |= c >= '0' && c <= '9' ? bit : 0;
		f.special |= chunk_fact[c] & IS_SPECIAL ? bit : 0;
		f.ratio |= chunk_fact[c] & IS_RATIO ? bit : 0;
		f.dash |= chunk_fact[c] & IS_RATIO && c != ':' ? bit : 0;
	}
	return f;
}

#ifdef WIDEST
#define TWICE(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
	{ a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, \
	  a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p }
#define ALL(c) TWICE(c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c)

const struct constants chunk_constants __attribute__((aligned(32))) = {
	.space = ALL(' '), .nibble = ALL(0xf), .minus_a = ALL(0x100 - 'a'),
	.z = ALL(25), .newline = ALL('\n'), .most = ALL(0x7f),
	.low_half = TWICE(0x84, 0x80, 0x80, 0x81, 0x81, 0x81, 0x81, 0x80,
			  0x80, 0x80, 0, 1, 2 + 16, 1 + 2, 2 + 8, 1),
	.high_half = TWICE(0, 0, 1, 0x82, 4, 8, 0, 8 + 16, 0, 0, 0, 0, 0, 0,
			   0, 0),
};

/*
 * The kinds of a byte: those that both its halves have in their tables of 16
 * entries.  A byte over 0x7f has none.
 */
WIDE BODY __m256i
kinds_wide(__m256i c, __m128i low_half, __m128i high_half)
{
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(c, 4),
					_mm256_set1_epi8(0xf));

	return _mm256_and_si256(
		_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(low_half), c),
		_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(high_half),
				    high));
}

WIDE struct facts
chunk_facts_wide(const char *s)
{
	/*
	 * 1: 0-9.  2: # $ % & +.  4: < = >.  8: @.  16: ^ ~.  32: |.
	 * 64: * - /.  128: :.
	 */
	const __m128i low_half = _mm_setr_epi8(1 + 8, 1, 1, 1 + 2, 1 + 2,
		1 + 2, 1 + 2, 1, 1, 1, (char)(64 + 128), 2, 4 + 32, 64 + 4,
		4 + 16, 64);
	const __m128i high_half = _mm_setr_epi8(0, 0, 64 + 2,
		(char)(128 + 4 + 1), 8, 16, 0, 16 + 32, 0, 0, 0, 0, 0, 0, 0,
		0);
	struct facts f = { 0, 0, 0, 0, 0 };

	for (unsigned i = 0; i < 2; i++) {
		__m256i c = _mm256_loadu_si256((const __m256i *)s + i);
		__m256i kinds = kinds_wide(c, low_half, high_half);
		__m256i special = _mm256_and_si256(kinds,
						   _mm256_set1_epi8(0x3e));

		f.digit |= mask_of_half(_mm256_slli_epi16(kinds, 7), i);
		f.special |= mask_of_half(_mm256_adds_epu8(special,
			_mm256_set1_epi8(0x7f)), i);
		f.ratio |= mask_of_half(_mm256_adds_epu8(kinds,
			_mm256_set1_epi8(0x40)), i);
		f.dash |= mask_of_half(_mm256_slli_epi16(kinds, 1), i);
		f.sign |= mask_of_half(_mm256_cmpgt_epi8(c,
			_mm256_set1_epi8(' ')), i);
	}
	return f;
}
#endif
