/*
 * 64 bytes of text at once, with a bit for each byte: which are parts of words,
 * and which may count beside a digit.  The forms have names as in vectors.h; one
 * more, _widest, is of AVX-512.
 */
#ifndef CHUNK_H
#define CHUNK_H

#include "vectors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CHUNK 64		/* bytes */

/* The lowest n bits, n < 64. */
BODY uint64_t
low_bits(unsigned n)
{
	return ((uint64_t)1 << n) - 1;
}

/* How many bits are set? */
BODY uint32_t
bits(uint64_t mask)
{
	return (uint32_t)__builtin_popcountll(mask);
}

/* A bit per byte of a chunk. */
struct masks {
	uint64_t high, word, newline;
	uint64_t facts;		/* digits, and signs that may count */
	bool rare;		/* some bytes are high, or facts */
};

/* A bit per byte of a chunk in which there are facts. */
struct facts {
	uint64_t digit;
	uint64_t sign;		/* neither space nor control; also set for
				 * words */
	uint64_t special;	/* # $ % & + < = > @ ^ | ~ */
	uint64_t ratio;		/* * - / : */
	uint64_t dash;		/* of these, * - / */
};

enum { IS_SPECIAL = 1, IS_RATIO = 2, IS_BANG = 4 };

extern const unsigned char chunk_fact[0x80];

/*
 * What chunk_look_wide() reads from memory; the others leave it alone.  If the
 * compiler knew what it is, it would make each anew for each chunk, in three
 * instructions.  The kinds are 0x80: 0-9.  1: # $ % & + - /.  2: < = >.  4: @.
 * 8: ^ ~.  16: |.
 */
struct constants {
	unsigned char space[32], nibble[32], minus_a[32], z[32], newline[32];
	unsigned char most[32], low_half[32], high_half[32];
};

#ifdef WIDEST
extern const struct constants chunk_constants;
#endif

/* Where they are, hidden from the compiler. */
BODY const struct constants *
chunk_hidden_constants(void)
{
#ifdef WIDEST
	const struct constants *constants = &chunk_constants;

	__asm__("" : "+r" (constants));
	return constants;
#else
	return NULL;
#endif
}

/*
 * Masks of the 64 bytes at s, and their lower case to 'low', with a space for
 * each byte that is not part of a word.  All digits and special signs are among
 * the facts; which other signs are, differs between the forms.
 */
BODY struct masks
chunk_look_plain(const char *s, char *low, const struct constants *constants)
{
	struct masks m = { 0, 0, 0, 0, false };

	(void)constants;
	for (unsigned i = 0; i < CHUNK; i++) {
		unsigned char c = (unsigned char)s[i], l = c | 0x20;
		uint64_t bit = (uint64_t)1 << i;
		bool digit = c >= '0' && c <= '9';
		bool word = digit || (l >= 'a' && l <= 'z');

		low[i] = word ? (char)l : ' ';
		m.high |= c >= 0x80 ? bit : 0;
		m.word |= word ? bit : 0;
		m.facts |= digit || (chunk_fact[c & 0x7f] & ~IS_BANG) ? bit : 0;
		m.newline |= c == '\n' ? bit : 0;
	}
	m.rare = (m.high | m.facts) != 0;
	return m;
}

BODY struct masks
chunk_look(const char *s, char *low, const struct constants *constants)
{
#ifdef __SSE2__
	struct masks m = { 0, 0, 0, 0, false };

	(void)constants;
	for (unsigned i = 0; i < 4; i++) {
		__m128i c = _mm_loadu_si128((const __m128i *)s + i);
		__m128i l = _mm_or_si128(c, _mm_set1_epi8(0x20));
		/* Signed compares: shift the range to the very bottom. */
		__m128i alpha = _mm_cmplt_epi8(
			_mm_add_epi8(l, _mm_set1_epi8((char)(0x80 - 'a'))),
			_mm_set1_epi8((char)(0x80 + 26)));
		__m128i digit = _mm_cmplt_epi8(
			_mm_add_epi8(c, _mm_set1_epi8((char)(0x80 - '0'))),
			_mm_set1_epi8((char)(0x80 + 10)));
		__m128i word = _mm_or_si128(alpha, digit);
		__m128i nl = _mm_cmpeq_epi8(c, _mm_set1_epi8('\n'));
		/* # $ % &; < = >; + - / and ); @ and `; | ~ and brackets */
		__m128i sign = _mm_cmplt_epi8(
			_mm_add_epi8(c, _mm_set1_epi8((char)(0x80 - '#'))),
			_mm_set1_epi8((char)(0x80 + 4)));

		sign = _mm_or_si128(sign, _mm_cmplt_epi8(
			_mm_add_epi8(c, _mm_set1_epi8((char)(0x80 - '<'))),
			_mm_set1_epi8((char)(0x80 + 3))));
		sign = _mm_or_si128(sign, _mm_cmpeq_epi8(
			_mm_or_si128(c, _mm_set1_epi8(6)),
			_mm_set1_epi8('/')));
		sign = _mm_or_si128(sign, _mm_cmpeq_epi8(l,
			_mm_set1_epi8('`')));
		sign = _mm_or_si128(sign, _mm_cmpgt_epi8(l,
			_mm_set1_epi8('z')));
		sign = _mm_or_si128(sign, digit);
		_mm_storeu_si128((__m128i *)low + i,
			_mm_or_si128(_mm_and_si128(word, l),
				_mm_andnot_si128(word, _mm_set1_epi8(' '))));
		m.high |= (uint64_t)(unsigned)_mm_movemask_epi8(c) << 16 * i;
		m.word |= (uint64_t)(unsigned)_mm_movemask_epi8(word) << 16 * i;
		m.facts |= (uint64_t)(unsigned)_mm_movemask_epi8(sign)
			   << 16 * i;
		m.newline |= (uint64_t)(unsigned)_mm_movemask_epi8(nl)
			     << 16 * i;
	}
	m.rare = (m.high | m.facts) != 0;
	return m;
#else
	return chunk_look_plain(s, low, constants);
#endif
}

/* The facts of the 64 bytes at s. */
struct facts chunk_facts(const char *s);

/*
 * Move the kept bytes of a chunk together; returns where they end.  This may
 * write up to 64 bytes too far, and read up to 64 bytes past the chunk.
 *
 *	low	t h e _ _ c a b l e _ _ _ g o e s
 *	to	t h e _ c a b l e _ _ _ g o e s
 *	to	t h e _ c a b l e _ g o e s
 *
 * The 64 bytes after each run of dropped bytes are copied over that run.
 */
BODY char *
squeeze_by(char *to, const char low[2 * CHUNK], uint64_t keep,
	   void (*copy)(char *, const char *))
{
	uint64_t drop = ~keep;

	copy(to, low);
	while (drop != 0) {
		uint64_t carry = drop + (drop & -drop);	/* after the run */
		size_t first = (size_t)__builtin_ctzll(drop), end;

		if (carry == 0)
			return to + first;
		end = (size_t)__builtin_ctzll(carry);
		copy(to + first, low + end);
		to -= end - first;
		drop &= carry;
	}
	return to + CHUNK;
}

BODY void
copy_chunk(char *to, const char *from)
{
	memcpy(to, from, CHUNK);
}

BODY char *
chunk_squeeze(char *to, const char low[2 * CHUNK], uint64_t keep)
{
	return squeeze_by(to, low, keep, copy_chunk);
}

#ifdef WIDEST
/* A bit for each byte of half a chunk: its first one, or its second. */
WIDE BODY uint64_t
mask_of_half(__m256i v, unsigned i)
{
	return (uint64_t)(unsigned)_mm256_movemask_epi8(v) << 32 * i;
}

#define CONSTANT(name) _mm256_load_si256((const __m256i *)constants->name)

WIDE BODY struct masks
chunk_look_wide(const char *s, char *low, const struct constants *constants)
{
	struct masks m = { 0, 0, 0, 0, false };
	__m256i rare = _mm256_setzero_si256();

	for (unsigned i = 0; i < 2; i++) {
		__m256i c = _mm256_loadu_si256((const __m256i *)s + i);
		__m256i l = _mm256_or_si256(c, CONSTANT(space));
		__m256i from_a = _mm256_add_epi8(l, CONSTANT(minus_a));
		__m256i alpha = _mm256_cmpeq_epi8(from_a,
			_mm256_min_epu8(from_a, CONSTANT(z)));
		__m256i half = _mm256_and_si256(_mm256_srli_epi16(c, 4),
						CONSTANT(nibble));
		__m256i kinds = _mm256_and_si256(
			_mm256_shuffle_epi8(CONSTANT(low_half), c),
			_mm256_shuffle_epi8(CONSTANT(high_half), half));
		__m256i word = _mm256_or_si256(alpha, kinds);
		__m256i nl = _mm256_cmpeq_epi8(c, CONSTANT(newline));

		_mm256_storeu_si256((__m256i *)low + i,
			_mm256_blendv_epi8(CONSTANT(space), l, word));
		m.high |= mask_of_half(c, i);
		m.word |= mask_of_half(word, i);
		m.facts |= mask_of_half(_mm256_adds_epu8(kinds, CONSTANT(most)),
				     i);
		m.newline |= mask_of_half(nl, i);
		/* One test for all, since few chunks need the masks. */
		rare = _mm256_or_si256(rare, _mm256_or_si256(kinds,
			_mm256_andnot_si256(CONSTANT(most), c)));
	}
	m.rare = !_mm256_testz_si256(rare, rare);
	return m;
}

WIDE struct facts chunk_facts_wide(const char *s);

WIDE BODY void
copy_chunk_wide(char *to, const char *from)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)from);
	__m256i b = _mm256_loadu_si256((const __m256i *)from + 1);

	_mm256_storeu_si256((__m256i *)to, a);
	_mm256_storeu_si256((__m256i *)to + 1, b);
}

WIDE BODY char *
chunk_squeeze_wide(char *to, const char low[2 * CHUNK], uint64_t keep)
{
	return squeeze_by(to, low, keep, copy_chunk_wide);
}

WIDEST BODY struct masks
chunk_look_widest(const char *s, char *low, const struct constants *constants)
{
	__m512i c = _mm512_loadu_si512(s);
	__m512i l = _mm512_or_si512(c, _mm512_set1_epi8(0x20));
	uint64_t alpha = _mm512_cmplt_epu8_mask(
		_mm512_sub_epi8(l, _mm512_set1_epi8('a')),
		_mm512_set1_epi8(26));
	uint64_t digit = _mm512_cmplt_epu8_mask(
		_mm512_sub_epi8(c, _mm512_set1_epi8('0')),
		_mm512_set1_epi8(10));
	struct masks m;

	(void)constants;
	m.word = alpha | digit;
	m.facts = digit |
		  _mm512_cmplt_epu8_mask(
			_mm512_sub_epi8(c, _mm512_set1_epi8('#')),
			_mm512_set1_epi8(4)) |
		  _mm512_cmplt_epu8_mask(
			_mm512_sub_epi8(c, _mm512_set1_epi8('<')),
			_mm512_set1_epi8(3)) |
		  _mm512_cmpeq_epi8_mask(
			_mm512_or_si512(c, _mm512_set1_epi8(6)),
			_mm512_set1_epi8('/')) |
		  _mm512_cmpeq_epi8_mask(l, _mm512_set1_epi8('`')) |
		  _mm512_cmpgt_epi8_mask(l, _mm512_set1_epi8('z'));
	m.high = _mm512_movepi8_mask(c);
	m.rare = (m.high | m.facts) != 0;
	m.newline = _mm512_cmpeq_epi8_mask(c, _mm512_set1_epi8('\n'));
	_mm512_storeu_si512(low, _mm512_mask_blend_epi8(m.word,
		_mm512_set1_epi8(' '), l));
	return m;
}

WIDEST BODY char *
chunk_squeeze_widest(char *to, const char low[2 * CHUNK], uint64_t keep)
{
	_mm512_storeu_si512(to, _mm512_maskz_compress_epi8(keep,
		_mm512_loadu_si512(low)));
	return to + __builtin_popcountll(keep);
}
#endif

#endif
