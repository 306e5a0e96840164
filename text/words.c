/*
 * Text to lines of words: case folding, Unicode, word boundaries.
 *
 * Most text is ASCII, so there are two paths.  The fast one takes 64 bytes at
 * a time and computes a bit per byte: is it part of a word, is it a newline.
 * What leaves is the lower-cased word characters and, of each run of other
 * characters, one space:
 *
 *	text   T h e   " C a b l e " ,   g o e s \n
 *	word   1 1 1 0 0 1 1 1 1 1 0 0 0 1 1 1 1 0
 *	keep   1 1 1 1 0 1 1 1 1 1 1 0 0 1 1 1 1 1	word | word << 1
 *	norm   t h e _ c a b l e _ g o e s _
 *
 * The slow one takes a character at a time.  It starts one character before
 * the first byte over 0x7f, since a combining mark changes what stands before
 * it, and ends where two ASCII bytes follow each other.  A character whose
 * folded form is one code point that never composes with its predecessor is
 * looked up in a table filled as it is used; anything else goes, with the
 * character it may compose with, through utf8proc.  By UAX #15 that gives the
 * normal form of the whole: each piece starts at a normalisation boundary.
 */
#include "simd.h"
#include "words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define PAGE_BITS 8
#define PAGES (0x110000 >> PAGE_BITS)
#define CHUNK 64		/* bytes the fast path takes at a time */

/*
 * What is known of a code point: its kind, and where it is simple the one
 * code point that it folds to.
 */
enum {
	UNKNOWN = 0,
	SEPARATOR = 1u << 24,
	LETTER = 2u << 24,	/* letter or digit */
	SOLO = 3u << 24,	/* a word by itself */
	COMPLEX = 4u << 24,	/* ask utf8proc, with what stands before */
	KIND = 7u << 24,
	DIGIT = 1u << 27,	/* flag on LETTER and SOLO */
	CODEPOINT = 0x1fffff,
};

struct words_reader {
	bool fold_digits;
	enum vectors vectors;	/* that the machine has */
	uint32_t *page[PAGES];
	size_t npages;
};

/* Where in a word the output stands. */
enum place { OUTSIDE, INSIDE, AFTER_SOLO };

/* One call's output. */
struct sink {
	struct words_reader *w;
	struct scan *out;
	const char *text;
	size_t len;
	uint64_t off;		/* of text in the document */
	size_t line;		/* where the current line starts in text */
	size_t norm_start;	/* where its words start in out->norm */
	uint32_t nwords;	/* in it so far */
	bool digits, high;	/* it has a digit, a byte over 0x7f */
	enum place place;
};

struct words_reader *
words_new(bool fold_digits)
{
	struct words_reader *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->fold_digits = fold_digits;
	w->vectors = vectors_available();
	return w;
}

void
words_free(struct words_reader *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < PAGES; i++)
		free(w->page[i]);
	free(w);
}

size_t
words_memory(const struct words_reader *w)
{
	return sizeof(*w) + w->npages * (sizeof(uint32_t) << PAGE_BITS);
}

size_t
scan_memory(const struct scan *scan)
{
	return scan->lines_room * sizeof(*scan->lines) + scan->norm_room;
}

void
scan_free(struct scan *scan)
{
	free(scan->lines);
	free(scan->norm);
	*scan = (struct scan){ 0 };
}

void
scan_drop(struct scan *scan, size_t n)
{
	size_t cut;

	if (n == 0)
		return;
	scan->nlines -= n;
	memmove(scan->lines, scan->lines + n,
		scan->nlines * sizeof(*scan->lines));
	cut = scan->nlines > 0 ? scan->lines[0].norm : scan->norm_len;
	scan->norm_len -= cut;
	memmove(scan->norm, scan->norm + cut, scan->norm_len);
	for (size_t i = 0; i < scan->nlines; i++)
		scan->lines[i].norm -= (uint32_t)cut;
}

static int
reserve_norm(struct scan *scan, size_t more)
{
	size_t need = scan->norm_len + more;
	char *p;

	if (need <= scan->norm_room)
		return 0;
	need += need / 4;
	p = realloc(scan->norm, need);
	if (p == NULL)
		return -1;
	scan->norm = p;
	scan->norm_room = need;
	return 0;
}

static int
reserve_line(struct scan *scan)
{
	size_t room = scan->lines_room + scan->lines_room / 2 + 64;
	struct line *p;

	if (scan->nlines < scan->lines_room)
		return 0;
	p = realloc(scan->lines, room * sizeof(*p));
	if (p == NULL)
		return -1;
	scan->lines = p;
	scan->lines_room = room;
	return 0;
}

/* White space alone, where no character of the line is part of a word. */
static bool
is_blank(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n;

		if ((unsigned char)s[i] < 0x80) {
			if (s[i] != ' ' && (s[i] < '\t' || s[i] > '\r'))
				return false;
			i++;
			continue;
		}
		n = utf8proc_iterate((const utf8proc_uint8_t *)s + i,
				     (utf8proc_ssize_t)(len - i), &c);
		if (n <= 0)
			return false;
		if (utf8proc_category(c) != UTF8PROC_CATEGORY_ZS &&
		    c != 0x85 && c != 0x2028 && c != 0x2029 &&
		    c != 0x200b && c != 0xfeff)
			return false;
		i += (size_t)n;
	}
	return true;
}

/* The line that ends before text[end] is complete, its words up to 'norm'. */
static int
put_line(struct sink *k, size_t end, size_t norm, uint32_t nwords)
{
	struct line *l;

	if (reserve_line(k->out) != 0)
		return -1;
	l = &k->out->lines[k->out->nlines++];
	*l = (struct line){
		.off = k->off + k->line,
		.len = (uint32_t)(end - k->line),
		.nwords = nwords,
		.norm = (uint32_t)k->norm_start,
		.norm_len = (uint32_t)(norm - k->norm_start),
		.digits = k->digits,
		.ascii = !k->high,
		.begins = true,
	};
	l->blank = nwords == 0 && is_blank(k->text + k->line, l->len);
	k->line = end;
	k->norm_start = norm;
	k->nwords = 0;
	k->digits = k->high = false;
	return 0;
}

/* Characters, one at a time. */

/* Scripts written without spaces; c is folded. */
static bool
is_solo(utf8proc_int32_t c)
{
	static const struct {
		utf8proc_int32_t first, last;
	} range[] = {
		{ 0x0e00, 0x0e7f },	/* Thai */
		{ 0x0e80, 0x0eff },	/* Lao */
		{ 0x1000, 0x109f },	/* Burmese */
		{ 0x1780, 0x17ff },	/* Khmer */
		{ 0x2e80, 0x2fdf },	/* Han radicals */
		{ 0x3005, 0x3007 },	/* iteration mark, number zero */
		{ 0x3021, 0x3029 },	/* Hangzhou numerals */
		{ 0x3031, 0x303c },	/* kana repeat marks, numerals */
		{ 0x3041, 0x30ff },	/* Hiragana, Katakana */
		{ 0x31f0, 0x31ff },
		{ 0x3400, 0x4dbf },	/* Han */
		{ 0x4e00, 0x9fff },
		{ 0xa9e0, 0xa9ff },	/* Burmese */
		{ 0xaa60, 0xaa7f },
		{ 0xf900, 0xfaff },	/* Han */
		{ 0x1aff0, 0x1b16f },	/* kana */
		{ 0x20000, 0x3ffff },	/* Han */
	};

	if (c < range[0].first)
		return false;
	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++)
		if (c >= range[i].first && c <= range[i].last)
			return true;
	return false;
}

/* Kind and flags of a folded code point; COMPLEX for a mark. */
static uint32_t
kind_of(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return COMPLEX;
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return (is_solo(c) ? SOLO : LETTER) | DIGIT;
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
		return is_solo(c) ? SOLO : LETTER;
	default:
		return SEPARATOR;
	}
}

static bool
is_conjoining(utf8proc_int32_t c)	/* Hangul vowels and finals */
{
	return c >= 0x1160 && c <= 0x11ff;
}

#define FOLD ((utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | \
	      UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE))

/* Fold one code point by itself. */
static uint32_t
compute_info(utf8proc_int32_t c)
{
	utf8proc_int32_t buf[64];
	int boundclass = 0;
	utf8proc_ssize_t n;
	uint32_t kind;

	n = utf8proc_decompose_char(c, buf, 64, FOLD, &boundclass);
	if (n < 0)
		return SEPARATOR;
	if (n > 1 && n <= 64)
		n = utf8proc_normalize_utf32(buf, n, FOLD);
	if (n != 1 || is_conjoining(buf[0]))
		return COMPLEX;
	kind = kind_of(buf[0]);
	return (kind & KIND) == COMPLEX ? COMPLEX : kind | (uint32_t)buf[0];
}

/* compute_info(), remembered; without memory for that it is just slower. */
static uint32_t
info(struct words_reader *w, utf8proc_int32_t c)
{
	uint32_t **page = &w->page[c >> PAGE_BITS];
	uint32_t *slot;

	if (*page == NULL) {
		*page = calloc((size_t)1 << PAGE_BITS, sizeof(**page));
		if (*page == NULL)
			return compute_info(c);
		w->npages++;
	}
	slot = &(*page)[c & ((1 << PAGE_BITS) - 1)];
	if (*slot == UNKNOWN)
		*slot = compute_info(c);
	return *slot;
}

static void
put_char(struct scan *out, uint32_t c)
{
	out->norm_len += (size_t)utf8proc_encode_char((utf8proc_int32_t)c,
		(utf8proc_uint8_t *)out->norm + out->norm_len);
}

static void
end_word(struct sink *k)
{
	if (k->place != OUTSIDE)
		k->out->norm[k->out->norm_len++] = ' ';
	k->place = OUTSIDE;
}

/* One folded code point, of known kind, to the output; room is there. */
static void
put_folded(struct sink *k, uint32_t kind, uint32_t c)
{
	switch (kind & KIND) {
	case SEPARATOR:
		end_word(k);
		return;
	case SOLO:
		end_word(k);
		k->place = AFTER_SOLO;
		k->nwords++;
		break;
	case LETTER:
		if (k->place == AFTER_SOLO)
			end_word(k);
		/* fall through */
	default:		/* a mark stays with what it stands on */
		if (k->place == OUTSIDE) {
			k->place = INSIDE;
			k->nwords++;
		}
	}
	if (kind & DIGIT)
		k->digits = true;
	put_char(k->out, c);
}

/* Fold s[0..n) as one piece. */
static int
put_piece(struct sink *k, const char *s, size_t n, size_t rest)
{
	utf8proc_int32_t stack[64], *buf = stack;
	utf8proc_ssize_t got, room = 64;
	int result = -1;

	got = utf8proc_decompose((const utf8proc_uint8_t *)s,
				 (utf8proc_ssize_t)n, buf, room, FOLD);
	if (got > room) {
		room = got;
		buf = malloc((size_t)room * sizeof(*buf));
		if (buf == NULL)
			return -1;
		got = utf8proc_decompose((const utf8proc_uint8_t *)s,
					 (utf8proc_ssize_t)n, buf, room, FOLD);
	}
	if (got < 0) {
		errno = ENOMEM;
		goto out;
	}
	got = utf8proc_normalize_utf32(buf, got, FOLD);
	if (got < 0 || reserve_norm(k->out, 5 * (size_t)got + rest) != 0)
		goto out;
	for (utf8proc_ssize_t i = 0; i < got; i++)
		put_folded(k, kind_of(buf[i]), (uint32_t)buf[i]);
	result = 0;
out:
	if (buf != stack)
		free(buf);
	return result;
}

/* The character at s[0..len), bad UTF-8 and NUL as separators. */
static uint32_t
next_char(struct words_reader *w, const char *s, size_t len, size_t *n)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t got;

	if ((unsigned char)s[0] < 0x80) {
		*n = 1;
		return info(w, s[0]);
	}
	got = utf8proc_iterate((const utf8proc_uint8_t *)s,
			       (utf8proc_ssize_t)(len < 4 ? len : 4), &c);
	*n = got > 0 ? (size_t)got : 1;
	return got > 0 ? info(w, c) : SEPARATOR;
}

/* Room that any text of 'len' bytes needs, pieces apart. */
static size_t
room_for(size_t len)
{
	return 2 * len + 2 * CHUNK;
}

/*
 * Characters from *pos on: to the end of the text or, unless 'all', to where
 * two ASCII bytes stand side by side.
 */
static int
read_chars(struct sink *k, size_t *pos, bool all)
{
	const char *s = k->text;
	size_t p = *pos, n, m;
	uint32_t c, next;

	do {
		size_t start = p;

		k->high |= (unsigned char)s[p] >= 0x80;
		c = next_char(k->w, s + p, k->len - p, &n);
		p += n;
		next = SEPARATOR;
		if (p < k->len && (unsigned char)s[p] >= 0x80)
			next = next_char(k->w, s + p, k->len - p, &m);
		if ((c & KIND) == COMPLEX || (next & KIND) == COMPLEX) {
			while ((next & KIND) == COMPLEX) {
				p += m;
				if (p >= k->len)
					break;
				next = next_char(k->w, s + p, k->len - p, &m);
			}
			if (s[start] == '\n' || c == SEPARATOR) {
				/* Folds to itself or is not UTF-8. */
				end_word(k);
				start += n;
				if (n == 1 && s[start - 1] == '\n' &&
				    put_line(k, start, k->out->norm_len,
					     k->nwords) != 0)
					return -1;
			}
			k->high |= p > start;
			if (p > start &&
			    put_piece(k, s + start, p - start,
				      room_for(k->len - p)) != 0)
				return -1;
			continue;
		}
		put_folded(k, c, c & CODEPOINT);
		if (s[start] == '\n' &&
		    put_line(k, p, k->out->norm_len, k->nwords) != 0)
			return -1;
	} while (p < k->len &&
		 (all || (unsigned char)s[p] >= 0x80 ||
		  (p + 1 < k->len && (unsigned char)s[p + 1] >= 0x80)));
	if (!all && k->place == AFTER_SOLO)
		end_word(k);
	*pos = p;
	return 0;
}

/* The fast path. */

/* A bit per byte of a chunk. */
struct masks {
	uint64_t high, word, digit, newline;
};

#ifdef __SSE2__
/*
 * Masks of the 64 bytes at s, and their lower case to 'low', with a space for
 * each byte that is not part of a word.
 */
BODY struct masks
look(const char *s, char *low)
{
	struct masks m = { 0, 0, 0, 0 };

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

		_mm_storeu_si128((__m128i *)low + i,
			_mm_or_si128(_mm_and_si128(word, l),
				_mm_andnot_si128(word, _mm_set1_epi8(' '))));
		m.high |= (uint64_t)(unsigned)_mm_movemask_epi8(c) << 16 * i;
		m.word |= (uint64_t)(unsigned)_mm_movemask_epi8(word) << 16 * i;
		m.digit |= (uint64_t)(unsigned)_mm_movemask_epi8(digit)
			   << 16 * i;
		m.newline |= (uint64_t)(unsigned)_mm_movemask_epi8(nl)
			     << 16 * i;
	}
	return m;
}
#else
static inline struct masks
look(const char *s, char *low)
{
	struct masks m = { 0, 0, 0, 0 };

	for (unsigned i = 0; i < CHUNK; i++) {
		unsigned char c = (unsigned char)s[i], l = c | 0x20;
		uint64_t bit = (uint64_t)1 << i;
		bool digit = c >= '0' && c <= '9';
		bool word = digit || (l >= 'a' && l <= 'z');

		low[i] = word ? (char)l : ' ';
		m.high |= c >= 0x80 ? bit : 0;
		m.word |= word ? bit : 0;
		m.digit |= digit ? bit : 0;
		m.newline |= c == '\n' ? bit : 0;
	}
	return m;
}
#endif

/* Copy the kept bytes of a chunk together; writes up to 64 bytes past. */
BODY char *
squeeze(char *to, const char *low, uint64_t keep)
{
	if (keep == UINT64_MAX) {
		memcpy(to, low, CHUNK);
		return to + CHUNK;
	}
	while (keep != 0) {
		unsigned from = (unsigned)__builtin_ctzll(keep);
		uint64_t run = ~(keep >> from);
		unsigned n = (unsigned)__builtin_ctzll(run);

		memcpy(to, low + from, 16);
		if (n > 16) {
			memcpy(to + 16, low + from + 16, 16);
			if (n > 32)
				memcpy(to + 32, low + from + 32, 32);
		}
		to += n;
		keep &= ~(((uint64_t)1 << n) - 1) << from;
	}
	return to;
}

/* The lowest n bits, n up to 64. */
BODY uint64_t
low_bits(unsigned n)
{
	return n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

#ifdef WIDEST
/* Both at once, 64 bytes in a register; writes up to 64 bytes past. */
WIDEST __attribute__((always_inline)) static inline struct masks
look_widest(const char *s, char *low)
{
	__m512i c = _mm512_loadu_si512(s);
	__m512i l = _mm512_or_si512(c, _mm512_set1_epi8(0x20));
	uint64_t alpha = _mm512_cmplt_epu8_mask(
		_mm512_sub_epi8(l, _mm512_set1_epi8('a')),
		_mm512_set1_epi8(26));
	struct masks m;

	m.digit = _mm512_cmplt_epu8_mask(
		_mm512_sub_epi8(c, _mm512_set1_epi8('0')),
		_mm512_set1_epi8(10));
	m.word = alpha | m.digit;
	m.high = _mm512_movepi8_mask(c);
	m.newline = _mm512_cmpeq_epi8_mask(c, _mm512_set1_epi8('\n'));
	_mm512_storeu_si512(low, _mm512_mask_blend_epi8(m.word,
		_mm512_set1_epi8(' '), l));
	return m;
}

WIDEST __attribute__((always_inline)) static inline char *
squeeze_widest(char *to, const char *low, uint64_t keep)
{
	_mm512_storeu_si512(to, _mm512_maskz_compress_epi8(keep,
		_mm512_loadu_si512(low)));
	return to + __builtin_popcountll(keep);
}
#endif

/* The loop over chunks, for each instruction set. */
#define READ_TEXT read_text
#define LOOK look
#define SQUEEZE squeeze
#include "words_loop.h"

#define READ_TEXT WIDE read_text_wide
#define LOOK look
#define SQUEEZE squeeze
#include "words_loop.h"

#ifdef WIDEST
#define READ_TEXT WIDEST read_text_widest
#define LOOK look_widest
#define SQUEEZE squeeze_widest
#include "words_loop.h"
#endif

static int
read_text_plain(struct sink *k)
{
	size_t p = 0;

	return k->len > 0 ? read_chars(k, &p, true) : 0;
}

/* The fastest that the machine has. */
static int
read_fast(struct sink *k)
{
	switch (k->w->vectors) {
#ifdef WIDEST
	case VECTORS_WIDEST:
		return read_text_widest(k);
#endif
	case VECTORS_WIDE:
		return read_text_wide(k);
	default:
		return read_text(k);
	}
}

/*
 * Is there a digit, of any script, at s[0..len)?  The character's length to
 * *n.
 */
static bool
is_digit(const char *s, size_t len, size_t *n)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t got;

	*n = 1;
	if ((unsigned char)*s < 0x80)
		return *s >= '0' && *s <= '9';
	got = utf8proc_iterate((const utf8proc_uint8_t *)s,
			       (utf8proc_ssize_t)len, &c);
	if (got <= 0)
		return false;
	*n = (size_t)got;
	return (kind_of(c) & DIGIT) != 0;
}

/* Make every run of numbers on the new lines one "0", in place. */
static void
fold_digits(struct scan *out, size_t first)
{
	char *norm = out->norm;
	size_t to = first < out->nlines ? out->lines[first].norm : 0;

	for (size_t i = first; i < out->nlines; i++) {
		struct line *l = &out->lines[i];
		size_t from = l->norm, end = from + l->norm_len;
		bool was_number = false;

		l->norm = (uint32_t)to;
		l->nwords = 0;
		while (from < end) {
			size_t start = to, n;
			bool number, in_number = false;

			for (; norm[from] != ' '; from += n) {
				bool digit = is_digit(norm + from, end - from,
						      &n);

				if (!digit) {
					memmove(norm + to, norm + from, n);
					to += n;
				} else if (!in_number) {
					norm[to++] = '0';
				}
				in_number = digit;
			}
			number = in_number && to == start + 1;
			if (number && was_number) {
				to = start;	/* 1,204 is one number */
			} else {
				norm[to++] = ' ';
				l->nwords++;
			}
			was_number = number;
			from++;
		}
		l->norm_len = (uint32_t)(to - l->norm);
		l->digits = false;
	}
	if (first < out->nlines)
		out->norm_len = to;
}

static int
read_with(int (*read)(struct sink *), struct words_reader *w,
	  struct scan *out, const char *text, size_t len, uint64_t off)
{
	size_t nlines = out->nlines, norm_len = out->norm_len;
	struct sink k = {
		.w = w, .out = out, .text = text, .len = len, .off = off,
		.norm_start = norm_len,
	};

	if (reserve_norm(out, room_for(len)) != 0 || read(&k) != 0)
		goto fail;
	end_word(&k);
	if (k.line < len &&
	    put_line(&k, len, out->norm_len, k.nwords) != 0)
		goto fail;
	if (w->fold_digits)
		fold_digits(out, nlines);
	return 0;
fail:
	out->nlines = nlines;
	out->norm_len = norm_len;
	errno = ENOMEM;
	return -1;
}

int
words_read(struct words_reader *w, struct scan *out, const char *text,
	   size_t len, uint64_t off)
{
	return read_with(read_fast, w, out, text, len, off);
}

int
words_read_plain(struct words_reader *w, struct scan *out, const char *text,
		 size_t len, uint64_t off)
{
	return read_with(read_text_plain, w, out, text, len, off);
}

int
words_skip(struct scan *out, size_t len, uint64_t off, bool begins)
{
	if (reserve_line(out) != 0)
		return -1;
	out->lines[out->nlines++] = (struct line){
		.off = off,
		.len = (uint32_t)len,
		.norm = (uint32_t)out->norm_len,
		.oversize = true,
		.begins = begins,
	};
	return 0;
}
