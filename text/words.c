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
 * it, and ends where two ASCII bytes follow each other.  Most characters fold
 * to the same words wherever they stand.  A mark (or a Hangul vowel, or what
 * folds to nothing) may join the character before it; such a character and
 * all that may join it are a piece:
 *
 *	text	a	n ~ .		U+FDFA		b
 *		|	|		|		|
 *		as it	decompose,	four words,	as it
 *		is	sort marks,	from a table	is
 *			compose
 *
 * By UAX #15 this gives the normal form of the whole: each piece starts at a
 * boundary of normalisation.  A run of more than MARKS_MAX marks is not text:
 * a piece is cut inside it, so that time stays linear.
 */
#include "array.h"
#include "fold.h"
#include "simd.h"
#include "words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define CHUNK 64		/* bytes the fast path takes at a time */

/* Non-starters in a row: Stream-Safe Text Format, UAX #15 section 13. */
#define MARKS_MAX 30

struct words_reader {
	bool fold_digits;
	enum vectors vectors;	/* that the machine has, or fewer */
	struct fold fold;
};

/* One call's output. */
struct sink {
	struct words_reader *w;
	struct put put;
	const char *text;
	size_t len;
	uint64_t off;		/* of text in the document */
	size_t line;		/* where the current line starts in text */
	size_t norm_start;	/* where its words start in out->norm */
	bool high;		/* it has a byte over 0x7f */
	size_t bad, bad_norm;	/* after the last BYTE: here, in out->norm */
};

/*
 * The part of a piece that is not put out yet: the last starter, and the marks
 * after it, which may still compose with it.
 *
 *	o		U+0323 (class 220)	U+0302 (class 230)
 *	starter		mark[0]			mark[1]
 */
struct piece {
	uint32_t starter;	/* folded, with its kind; 0: none */
	struct folded mark[MARKS_MAX];	/* by class; a class in text order */
	size_t nmarks;
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
words_limit(struct words_reader *w, enum vectors most)
{
	if (w->vectors > most)
		w->vectors = most;
}

const char *
words_unicode(void)
{
	return utf8proc_unicode_version();
}

void
words_free(struct words_reader *w)
{
	if (w == NULL)
		return;
	fold_free(&w->fold);
	free(w);
}

size_t
words_memory(const struct words_reader *w)
{
	return sizeof(*w) + w->fold.memory;
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
	if (scan->norm_len > 0)		/* else it may be NULL */
		memmove(scan->norm, scan->norm + cut, scan->norm_len);
	for (size_t i = 0; i < scan->nlines; i++)
		scan->lines[i].norm -= (uint32_t)cut;
}

static int
reserve_norm(struct scan *scan, size_t more)
{
	return array_room(&scan->norm, &scan->norm_room,
			  scan->norm_len + more, 1);
}

static int
reserve_line(struct scan *scan)
{
	return array_room(&scan->lines, &scan->lines_room, scan->nlines + 1,
			  sizeof(*scan->lines));
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
static inline int
put_line(struct sink *k, size_t end, size_t norm, uint32_t nwords, bool digits)
{
	struct line *l;

	if (reserve_line(k->put.out) != 0)
		return -1;
	l = &k->put.out->lines[k->put.out->nlines++];
	*l = (struct line){
		.off = k->off + k->line,
		.len = (uint32_t)(end - k->line),
		.nwords = nwords,
		.norm = (uint32_t)k->norm_start,
		.norm_len = (uint32_t)(norm - k->norm_start),
		.digits = digits,
		.ascii = !k->high,
		.begins = true,
	};
	l->blank = nwords == 0 && is_blank(k->text + k->line, l->len);
	k->line = end;
	k->norm_start = norm;
	k->high = false;
	return 0;
}

/* Characters, one at a time. */

/* Room that any text of 'len' bytes needs, pieces apart. */
static size_t
room_for(size_t len)
{
	return 2 * len + 2 * CHUNK;
}

/*
 * A byte that is not UTF-8, at text[p], to the output.  Two such bytes in one
 * word stand side by side in the text too: with a character between them that
 * folds to nothing, they could read as UTF-8 when it is gone.
 */
static void
put_byte(struct sink *k, size_t p)
{
	struct scan *out = k->put.out;

	if (k->bad_norm == out->norm_len && k->bad != p)
		put_end(&k->put);
	put_begin(&k->put, BYTE);
	out->norm[out->norm_len++] = k->text[p];
	k->bad = p + 1;
	k->bad_norm = out->norm_len;
}

/*
 * Compose the marks with the starter.  Those that are left stay in order; a
 * mark cannot pass one of its own class.
 */
static void
compose_marks(struct words_reader *w, struct piece *piece)
{
	size_t n = 0;

	if (piece->starter == 0)
		return;
	for (size_t i = 0; i < piece->nmarks; i++) {
		struct folded m = piece->mark[i];
		uint32_t joined = 0;

		if (n == 0 || piece->mark[n - 1].class != m.class)
			joined = fold_join(&w->fold, piece->starter, m.c);
		if (joined != 0)
			piece->starter = joined;
		else
			piece->mark[n++] = m;
	}
	piece->nmarks = n;
}

/* Put out what the piece holds; room is there. */
static void
flush_piece(struct sink *k, struct piece *piece)
{
	if (piece->nmarks > 0)
		compose_marks(k->w, piece);
	if (piece->starter != 0)
		put_folded(&k->put, piece->starter);
	for (size_t i = 0; i < piece->nmarks; i++)
		put_folded(&k->put, piece->mark[i].c);
	piece->starter = 0;
	piece->nmarks = 0;
}

static void
add_starter(struct sink *k, struct piece *piece, uint32_t c)
{
	uint32_t joined = 0;

	if (fold_may_join(c) && piece->starter != 0) {
		compose_marks(k->w, piece);
		if (piece->nmarks == 0)
			joined = fold_join(&k->w->fold, piece->starter, c);
	}
	if (joined == 0) {
		flush_piece(k, piece);
		piece->starter = c;
	} else {
		piece->starter = joined;
	}
}

static void
add_mark(struct sink *k, struct piece *piece, struct folded f)
{
	size_t i;

	if (piece->nmarks == MARKS_MAX)
		flush_piece(k, piece);
	for (i = piece->nmarks++; i > 0; i--) {
		if (piece->mark[i - 1].class <= f.class)
			break;
		piece->mark[i] = piece->mark[i - 1];
	}
	piece->mark[i] = f;
}

static void
put_head(struct put *p, const struct form *form)
{
	put_begin(p, form->head_kind);
	memcpy(p->out->norm + p->out->norm_len, form->tail + form->ntail,
	       form->head_len);
	p->out->norm_len += form->head_len;
	p->nwords += form->head_words;
	p->digits |= form->head_digits;
	p->place = form->head_place;
}

/* Add c to the piece; there is room to flush it then, and for 'rest' bytes. */
static int
add_char(struct sink *k, struct piece *piece, utf8proc_int32_t c, size_t rest)
{
	const struct form *form = fold_form(&k->w->fold, (uint32_t)c);
	size_t most;

	if (form == NULL)
		return -1;
	most = form->head_len + 5 * (form->ntail + MARKS_MAX + 2);
	if (reserve_norm(k->put.out, most + room_for(rest)) != 0)
		return -1;
	if (form->head_kind != UNKNOWN)
		put_head(&k->put, form);	/* and the piece is empty */
	for (uint32_t i = 0; i < form->ntail; i++)
		if (form->tail[i].class == 0)
			add_starter(k, piece, form->tail[i].c);
		else
			add_mark(k, piece, form->tail[i]);
	return 0;
}

/* A character of the text, or a byte of it that is not UTF-8. */
struct character {
	utf8proc_int32_t c;
	uint32_t info;
	size_t len;		/* bytes; 0: the end of the text */
};

/* The bytes of the UTF-8 character at s[0..len), len > 0; 0: it is not UTF-8. */
static inline size_t
decode(const unsigned char *s, size_t len, utf8proc_int32_t *c)
{
	utf8proc_ssize_t n;

	if (s[0] < 0x80) {
		*c = s[0];
		return 1;
	}
	/* Most of two and three bytes, where no value is too small. */
	if (s[0] >= 0xc2 && s[0] <= 0xdf && len > 1 && (s[1] & 0xc0) == 0x80) {
		*c = (s[0] & 0x1f) << 6 | (s[1] & 0x3f);
		return 2;
	}
	if (s[0] > 0xe0 && s[0] < 0xed && len > 2 &&
	    (s[1] & 0xc0) == 0x80 && (s[2] & 0xc0) == 0x80) {
		*c = (s[0] & 0xf) << 12 | (s[1] & 0x3f) << 6 | (s[2] & 0x3f);
		return 3;
	}
	n = utf8proc_iterate(s, (utf8proc_ssize_t)(len < 4 ? len : 4), c);
	return n > 0 ? (size_t)n : 0;
}

static inline struct character
char_at(const struct sink *k, size_t p)
{
	struct character ch = { 0, SEPARATOR, 0 };

	if (p >= k->len)
		return ch;
	ch.len = decode((const unsigned char *)k->text + p, k->len - p, &ch.c);
	ch.info = ch.len > 0 ? fold_info(&k->w->fold, (uint32_t)ch.c) : BYTE;
	ch.len += ch.len == 0;
	return ch;
}

static bool
joins(struct character ch)
{
	return (ch.info & KIND) == JOINS;
}

/*
 * ch and all that may join it, from *pos on, as one piece; *next is the first
 * character after it.
 */
static int
put_piece(struct sink *k, struct character ch, struct character *next,
	  size_t *pos)
{
	struct piece piece;

	piece.starter = 0;
	piece.nmarks = 0;
	if (add_char(k, &piece, ch.c, k->len - *pos) != 0)
		return -1;
	while (joins(*next)) {
		k->high = true;
		*pos += next->len;
		if (add_char(k, &piece, next->c, k->len - *pos) != 0)
			return -1;
		*next = char_at(k, *pos);
	}
	flush_piece(k, &piece);
	return 0;
}

/*
 * Characters from *pos on: to the end of the text or, unless 'all', to where
 * two ASCII bytes stand side by side.
 */
static int
read_chars(struct sink *k, size_t *pos, bool all)
{
	const char *s = k->text;
	size_t p = *pos;
	struct character ch, next = char_at(k, p);

	do {
		int failed = 0;

		k->high |= (unsigned char)s[p] >= 0x80;
		ch = next;
		p += ch.len;
		next = char_at(k, p);
		if (ch.c == '\n') {
			put_end(&k->put);
			failed = put_line(k, p, k->put.out->norm_len,
					  k->put.nwords, k->put.digits);
			k->put.nwords = 0;
			k->put.digits = false;
		} else if ((ch.info & KIND) == BYTE) {
			put_byte(k, p - 1);
		} else if ((ch.info & KIND) == SEVERAL || joins(ch) ||
			   joins(next)) {
			failed = put_piece(k, ch, &next, &p);
		} else {
			put_folded(&k->put, ch.info);
		}
		if (failed != 0)
			return -1;
	} while (p < k->len &&
		 (all || (unsigned char)s[p] >= 0x80 ||
		  (p + 1 < k->len && (unsigned char)s[p + 1] >= 0x80)));
	if (!all && k->put.place == AFTER_SOLO)
		put_end(&k->put);
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
 * Move the kept bytes of a chunk together.  What stands behind a run of others
 * is copied to the place of the run, all 64 bytes of it; so this writes up to
 * 64 bytes past, and reads 64 past the chunk.
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
		uint64_t carry = drop + (drop & -drop);	/* behind the run */
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

/* The lowest n bits, n < 64. */
BODY uint64_t
low_bits(unsigned n)
{
	return ((uint64_t)1 << n) - 1;
}

BODY uint32_t
bits(uint64_t mask)
{
	return (uint32_t)__builtin_popcountll(mask);
}

#ifdef WIDEST
/* The same, 32 bytes in a register. */
WIDE BODY struct masks
look_wide(const char *s, char *low)
{
	struct masks m = { 0, 0, 0, 0 };

	for (unsigned i = 0; i < 2; i++) {
		__m256i c = _mm256_loadu_si256((const __m256i *)s + i);
		__m256i space = _mm256_set1_epi8(' ');
		__m256i l = _mm256_or_si256(c, space);	/* ' ' is bit 5 */
		__m256i alpha = _mm256_cmpgt_epi8(
			_mm256_set1_epi8((char)(0x80 + 26)),
			_mm256_add_epi8(l,
				_mm256_set1_epi8((char)(0x80 - 'a'))));
		__m256i digit = _mm256_cmpgt_epi8(
			_mm256_set1_epi8((char)(0x80 + 10)),
			_mm256_add_epi8(c,
				_mm256_set1_epi8((char)(0x80 - '0'))));
		__m256i word = _mm256_or_si256(alpha, digit);
		__m256i nl = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('\n'));

		_mm256_storeu_si256((__m256i *)low + i,
			_mm256_and_si256(l, _mm256_or_si256(word, space)));
		m.high |= (uint64_t)(unsigned)_mm256_movemask_epi8(c)
			  << 32 * i;
		m.word |= (uint64_t)(unsigned)_mm256_movemask_epi8(word)
			  << 32 * i;
		m.digit |= (uint64_t)(unsigned)_mm256_movemask_epi8(digit)
			   << 32 * i;
		m.newline |= (uint64_t)(unsigned)_mm256_movemask_epi8(nl)
			     << 32 * i;
	}
	return m;
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

WIDEST BODY char *
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
#define SQUEEZE(to, low, keep) squeeze(to, low, keep, copy)
#include "words_loop.h"

#ifdef WIDEST
#define READ_TEXT WIDE read_text_wide
#define LOOK look_wide
#define SQUEEZE(to, low, keep) squeeze(to, low, keep, copy_wide)
#include "words_loop.h"

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
	case VECTORS_WIDE:
		return read_text_wide(k);
#endif
	default:
		return read_text(k);
	}
}

/*
 * Is the character at s[0..len), of a folded word, a digit of any script?  Its
 * bytes to *n.
 */
static bool
is_digit(struct words_reader *w, const char *s, size_t len, size_t *n)
{
	utf8proc_int32_t c;

	*n = decode((const unsigned char *)s, len, &c);
	if (*n == 0) {
		*n = 1;
		return false;
	}
	return (fold_info(&w->fold, (uint32_t)c) & DIGIT) != 0;
}

/* Make every run of numbers on a line one "0", its words moved to 'to'. */
static size_t
fold_line(struct words_reader *w, struct line *l, char *norm, size_t to)
{
	size_t from = l->norm, end = from + l->norm_len;
	bool was_number = false;

	l->norm = (uint32_t)to;
	l->nwords = 0;
	while (from < end) {
		size_t start = to, n;
		bool number, in_number = false;

		for (; norm[from] != ' '; from += n) {
			bool digit = is_digit(w, norm + from, end - from, &n);

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
	return to;
}

/* Fold the digits of the lines from number 'first' on, in place. */
static void
fold_digits(struct words_reader *w, struct scan *out, size_t first)
{
	size_t to = first < out->nlines ? out->lines[first].norm : 0;

	for (size_t i = first; i < out->nlines; i++) {
		struct line *l = &out->lines[i];

		if (l->digits) {
			to = fold_line(w, l, out->norm, to);
			continue;
		}
		memmove(out->norm + to, out->norm + l->norm, l->norm_len);
		l->norm = (uint32_t)to;
		to += l->norm_len;
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
		.w = w, .put.out = out, .text = text, .len = len,
		.off = off, .norm_start = norm_len,
	};

	if (reserve_norm(out, room_for(len)) != 0 || read(&k) != 0)
		goto fail;
	put_end(&k.put);
	if (k.line < len &&
	    put_line(&k, len, out->norm_len, k.put.nwords, k.put.digits) != 0)
		goto fail;
	if (w->fold_digits)
		fold_digits(w, out, nlines);
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
