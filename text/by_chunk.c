/* Text to words, a chunk at a time. */
#include "by_chunk.h"

#include "by_character.h"
#include "bytes.h"
#include "sign.h"

#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

/* The lowest n bits, n < 64. */
BODY uint64_t
low_bits(unsigned n)
{
	return ((uint64_t)1 << n) - 1;
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

static const unsigned char fact[0x80] = {
	['#'] = IS_SPECIAL, ['$'] = IS_SPECIAL,
	['%'] = IS_SPECIAL, ['&'] = IS_SPECIAL, ['+'] = IS_SPECIAL,
	['<'] = IS_SPECIAL, ['='] = IS_SPECIAL, ['>'] = IS_SPECIAL,
	['@'] = IS_SPECIAL, ['^'] = IS_SPECIAL, ['|'] = IS_SPECIAL,
	['~'] = IS_SPECIAL,
	['!'] = IS_BANG,
	['*'] = IS_RATIO, ['-'] = IS_RATIO, ['/'] = IS_RATIO,
	[':'] = IS_RATIO,
};

#ifdef __SSE2__
/*
 * Masks of the 64 bytes at s, and their lower case to 'low', with a space for
 * each byte that is not part of a word.
 */
BODY struct masks
look(const char *s, char *low)
{
	struct masks m = { 0, 0, 0, 0, false };

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
}
#else
static inline struct masks
look(const char *s, char *low)
{
	struct masks m = { 0, 0, 0, 0, false };

	for (unsigned i = 0; i < CHUNK; i++) {
		unsigned char c = (unsigned char)s[i], l = c | 0x20;
		uint64_t bit = (uint64_t)1 << i;
		bool digit = c >= '0' && c <= '9';
		bool word = digit || (l >= 'a' && l <= 'z');

		low[i] = word ? (char)l : ' ';
		m.high |= c >= 0x80 ? bit : 0;
		m.word |= word ? bit : 0;
		m.facts |= digit || (fact[c & 0x7f] & ~IS_BANG) ? bit : 0;
		m.newline |= c == '\n' ? bit : 0;
	}
	m.rare = (m.high | m.facts) != 0;
	return m;
}
#endif

/* The facts of the 64 bytes at s. */
static struct facts
look_facts(const char *s)
{
	struct facts f = { 0, 0, 0, 0, 0 };

	for (unsigned i = 0; i < CHUNK; i++) {
		unsigned char c = (unsigned char)s[i];
		uint64_t bit = (uint64_t)1 << i;

		if (c <= ' ' || c >= 0x80)
			continue;
		f.sign |= bit;
		f.digit |= c >= '0' && c <= '9' ? bit : 0;
		f.special |= fact[c] & IS_SPECIAL ? bit : 0;
		f.ratio |= fact[c] & IS_RATIO ? bit : 0;
		f.dash |= fact[c] & IS_RATIO && c != ':' ? bit : 0;
	}
	return f;
}

BODY void
copy(char *to, const char *from)
{
	memcpy(to, from, CHUNK);
}

#ifdef WIDEST
WIDE BODY void
copy_wide(char *to, const char *from)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)from);
	__m256i b = _mm256_loadu_si256((const __m256i *)from + 1);

	_mm256_storeu_si256((__m256i *)to, a);
	_mm256_storeu_si256((__m256i *)to + 1, b);
}
#endif

/*
 * Move the kept bytes of a chunk together.  The 64 bytes after each run of
 * dropped bytes are copied over that run; so this writes up to 64 bytes too
 * far, and reads up to 64 bytes past the chunk.
 *
 *	low	t h e _ _ c a b l e _ _ _ g o e s
 *	to	t h e _ c a b l e _ _ _ g o e s
 *	to	t h e _ c a b l e _ g o e s
 */
BODY char *
squeeze(char *to, const char low[2 * CHUNK], uint64_t keep,
	void (*copy_chunk)(char *, const char *))
{
	uint64_t drop = ~keep;

	copy_chunk(to, low);
	while (drop != 0) {
		uint64_t carry = drop + (drop & -drop);	/* after the run */
		size_t first = (size_t)__builtin_ctzll(drop), end;

		if (carry == 0)
			return to + first;
		end = (size_t)__builtin_ctzll(carry);
		copy_chunk(to + first, low + end);
		to -= end - first;
		drop &= carry;
	}
	return to + CHUNK;
}

BODY uint32_t
bits(uint64_t mask)
{
	return (uint32_t)__builtin_popcountll(mask);
}

#ifdef WIDEST
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

WIDE BODY uint64_t
mask_wide(__m256i v, unsigned i)
{
	return (uint64_t)(unsigned)_mm256_movemask_epi8(v) << 32 * i;
}

#define TWICE(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
	{ a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, \
	  a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p }
#define ALL(c) TWICE(c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c)

/*
 * Constants that look_wide() reads from memory.  Otherwise the compiler would
 * make each anew for each chunk, in three instructions.  The kinds are 0x80:
 * 0-9.  1: # $ % & + - /.  2: < = >.  4: @.  8: ^ ~.  16: |.
 */
struct constants {
	unsigned char space[32], nibble[32], minus_a[32], z[32], newline[32];
	unsigned char most[32], low_half[32], high_half[32];
};

static const struct constants constants_wide __attribute__((aligned(32))) = {
	.space = ALL(' '), .nibble = ALL(0xf), .minus_a = ALL(0x100 - 'a'),
	.z = ALL(25), .newline = ALL('\n'), .most = ALL(0x7f),
	.low_half = TWICE(0x84, 0x80, 0x80, 0x81, 0x81, 0x81, 0x81, 0x80,
			  0x80, 0x80, 0, 1, 2 + 16, 1 + 2, 2 + 8, 1),
	.high_half = TWICE(0, 0, 1, 0x82, 4, 8, 0, 8 + 16, 0, 0, 0, 0, 0, 0,
			   0, 0),
};

#define CONSTANT(name) _mm256_load_si256((const __m256i *)constants->name)

/* The same, 32 bytes in a register. */
WIDE BODY struct masks
look_wide(const char *s, char *low, const struct constants *constants)
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
		m.high |= mask_wide(c, i);
		m.word |= mask_wide(word, i);
		m.facts |= mask_wide(_mm256_adds_epu8(kinds, CONSTANT(most)),
				     i);
		m.newline |= mask_wide(nl, i);
		/* One test for all, since few chunks need the masks. */
		rare = _mm256_or_si256(rare, _mm256_or_si256(kinds,
			_mm256_andnot_si256(CONSTANT(most), c)));
	}
	m.rare = !_mm256_testz_si256(rare, rare);
	return m;
}

WIDE static struct facts
look_facts_wide(const char *s)
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

		f.digit |= mask_wide(_mm256_slli_epi16(kinds, 7), i);
		f.special |= mask_wide(_mm256_adds_epu8(special,
			_mm256_set1_epi8(0x7f)), i);
		f.ratio |= mask_wide(_mm256_adds_epu8(kinds,
			_mm256_set1_epi8(0x40)), i);
		f.dash |= mask_wide(_mm256_slli_epi16(kinds, 1), i);
		f.sign |= mask_wide(_mm256_cmpgt_epi8(c,
			_mm256_set1_epi8(' ')), i);
	}
	return f;
}

/* The same, and squeeze(), 64 bytes in a register. */
WIDEST BODY struct masks
look_widest(const char *s, char *low)
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
squeeze_widest(char *to, const char *low, uint64_t keep)
{
	_mm512_storeu_si512(to, _mm512_maskz_compress_epi8(keep,
		_mm512_loadu_si512(low)));
	return to + __builtin_popcountll(keep);
}
#endif

/* What count_signs() found in a chunk. */
struct counted {
	uint64_t part;		/* signs that are parts of words, and ... */
	uint64_t drop;		/* ... spaces between words that are one */
	unsigned n;		/* bytes of the chunk to read */
	bool reopen;		/* the last word continues in this chunk */
	bool back;		/* an address began before the chunk */
};

/*
 * May the sign at s[0] count although the chunk has no digit and no sign of an
 * operator? s[1] is ASCII too, and s[2] is not.
 */
static inline bool
may_count(const char *s)
{
	return s[1] > ' ' || fact[s[0] & 0x7f] != 0;
}

/* Is it a quote, a dash, or an ellipsis: U+20xx? */
static inline bool
is_quote(unsigned char third)
{
	return third == 0x98 || third == 0x99 || third == 0x9c ||
	       third == 0x9d || third == 0xa6;
}

/*
 * Is there a typographic mark at s[at] that separates words, whatever else is
 * around it?  It is a quote before a letter or a space, or a dash between
 * words, so that there is no need to ask sign_verdict().
 */
static inline bool
is_plain_mark(const char *s, unsigned at)
{
	const unsigned char *u = (const unsigned char *)s + at;

	if (u[0] != 0xe2 || u[1] != 0x80)
		return false;
	if (is_quote(u[2]))
		return u[3] <= ' ' || is_ascii_letter(u[3]);
	if ((u[2] != 0x93 && u[2] != 0x94) || at == 0)
		return false;
	return is_ascii_letter(u[3]) ? is_ascii_letter(u[-1]) :
	       u[3] == ' ' && u[-1] == ' ' && is_ascii_letter(u[4]) &&
	       is_ascii_letter(u[5]);
}

/*
 * How many of the first n bytes of a chunk come before one that is not ASCII;
 * the last of these is left out, since the next may change it.  Plain marks on
 * the first line of the chunk are passed over, and set *is_high.
 */
static inline unsigned
plain_bytes(const char *s, unsigned n, struct masks *m, unsigned next,
	    bool *is_high)
{
	unsigned high = n;

	while (m->high != 0) {
		high = (unsigned)__builtin_ctzll(m->high);
		if (high + 6 > n || (m->newline & low_bits(high)) != 0 ||
		    !is_plain_mark(s, high))
			break;
		m->high &= ~((uint64_t)7 << high);
		*is_high = true;
	}
	if (m->high != 0) {
		if (high <= n) {
			n = high - (high > 0);
			m->facts &= low_bits(n + 1);
		}
		if (n > 0 && !(m->word >> (n - 1) & 1))
			m->facts |= may_count(s + n - 1);
	} else if (next >= 0x80 && n == CHUNK) {
		n--;
	}
	return n;
}

/* The byte of the text at p, if it is there. */
static unsigned char
byte_at(const struct reading *r, size_t p)
{
	return p < r->len ? (unsigned char)r->text[p] : 0;
}

/*
 * The places in a chunk at which a sign may count: more than those at which it
 * does, but few in prose.  'word' is as in struct masks; 'last' and 'next' are
 * the bytes before and after the chunk.
 */
static uint64_t
candidates(const struct facts *f, uint64_t word, unsigned char last,
	   unsigned char next)
{
	const uint64_t end = (uint64_t)1 << (CHUNK - 1);
	bool digit = next >= '0' && next <= '9';
	bool letter = (unsigned)((next | 0x20) - 'a') < 26;
	uint64_t sign = f->sign & ~word, space = ~f->sign;
	uint64_t before_digit = f->digit >> 1 | (digit ? end : 0);
	uint64_t before_word = word >> 1 | (digit || letter ? end : 0);
	uint64_t before_space = space >> 1 | (next <= ' ' ? end : 0);
	uint64_t before_sign = ~(before_word | before_space);
	uint64_t before_special = f->special >> 1 |
		(next < 0x80 && fact[next] & IS_SPECIAL ? end : 0);
	/* Signs before one that counts before a digit, or makes an operator. */
	uint64_t sooner = (sign & (before_digit | before_special)) >> 1 |
			  (before_sign & end);
	uint64_t later = f->special << 1 | (f->special << 2 & sign << 1);
	uint64_t begins = f->digit << 1 & (before_sign | before_digit);
	/* An operator may begin before the chunk. */
	uint64_t first = 7;

	if (last < 0x80 && last != ';' && fact[last] == 0)
		first &= before_digit | before_sign | f->ratio;
	return f->special |
	       (sign & (before_special | later | begins | begins << 1 | first |
			(before_digit & ~(word << 1)) |
			(sooner & before_sign))) |
	       (f->ratio & before_space & space << 1 & f->sign << 2) |
	       (f->dash & ((word << 1 & ~before_word) | before_digit |
			   sooner | (f->ratio << 1 & word << 2)));
}

/* Is it the colon or the hyphen of a word, and not the minus of A- ? */
static inline bool
is_mark_of_word(const struct reading *r, size_t p)
{
	unsigned char before = p > 0 ? (unsigned char)r->text[p - 1] : 0;
	unsigned char after = byte_at(r, p + 1);

	return after == ' ' && before >= 'A' && before < 0x80 &&
	       (r->text[p] != '-' || (before >= 'a' && before <= 'z'));
}

/*
 * The signs that count among the first n bytes, all ASCII, of the chunk at
 * text[p].  They are written to 'low' unchanged.  If the slow path has to see a
 * byte, fewer are read.
 */
static void
count_signs(struct sink *k, size_t p, unsigned n, const struct facts *f,
	    uint64_t word, char *low, struct counted *to)
{
	struct counted got = { .n = n };
	uint64_t some = candidates(f, word, p > 0 ? byte_at(&k->r, p - 1) : 0,
				   byte_at(&k->r, p + CHUNK));

	/* A byte that is not ASCII may make these count. */
	if (n < CHUNK)
		some |= f->sign & ~word & (n >= 3 ? (uint64_t)7 << (n - 3) : 7);

	for (; some != 0; some &= some - 1) {
		unsigned i = (unsigned)__builtin_ctzll(some), verdict;
		uint64_t bit = some & -some;
		char c = k->r.text[p + i];
		struct character ch = { c, SEPARATOR | (uint32_t)c, 1, false };
		uint32_t entity;

		if (i >= got.n)
			break;
		if (fact[c & 0x7f] == IS_RATIO && is_mark_of_word(&k->r, p + i))
			continue;
		if (c == '&' && entity_at(k->r.text + p + i,
					  k->r.len - p - i, &entity) > 0) {
			got.n = i;
			break;
		}
		if ((c == '@' || c == '/') && sink_finds_address(k, p + i)) {
			got.back = k->address.from < p;
			got.n = (unsigned)(k->address.from - p);
			break;
		}
		verdict = sign_verdict(&k->r, p + i, &ch);
		if (verdict == SIGN_GAP)
			continue;
		if (verdict & SIGN_JOINS_AFTER) {
			char after = (char)byte_at(&k->r, p + i + 1);

			if (i + 1 >= got.n || after == '&') {
				got.n = i;
				break;
			}
			got.drop |= bit << 1;
		}
		if (verdict & SIGN_JOINS_BEFORE) {
			got.reopen |= i <= 1;
			got.drop |= bit >> 1;
		}
		got.part |= bit;
		low[i] = c;
	}
	*to = got;
}

/* The loop over chunks, for each instruction set. */
#define READ_TEXT read_text
#define LOOK look
#define LOOK_FACTS look_facts
#define SQUEEZE(to, low, keep) squeeze(to, low, keep, copy)
#include "words_loop.h"

#ifdef WIDEST
#define READ_TEXT WIDE read_text_wide
#define LOOK(s, low) look_wide(s, low, constants)
#define CONSTANTS &constants_wide
#define LOOK_FACTS look_facts_wide
#define SQUEEZE(to, low, keep) squeeze(to, low, keep, copy_wide)
#include "words_loop.h"

#define READ_TEXT WIDEST read_text_widest
#define LOOK look_widest
#define LOOK_FACTS look_facts_wide
#define SQUEEZE squeeze_widest
#include "words_loop.h"
#endif

int
read_chunks(struct sink *k, enum vectors vectors)
{
	switch (vectors) {
#ifdef WIDEST
	case VECTORS_WIDEST:
		return read_text_widest(k);
	case VECTORS_WIDE:
		return read_text_wide(k);
#endif
	default:
		return read_text(k);
	}
}
