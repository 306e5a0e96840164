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

/* Non-starters in a row: Stream-Safe Text Format, UAX #15 section 13. */
#define MARKS_MAX 30
#define FORM_MAX 64		/* code points that one folds to: 18 in fact */
#define PAIRS_BITS 11

/*
 * What is known of a code point, in 32 bits:
 *
 *	31  28   27    26..24   23..21   20..0
 *	  0    DIGIT    kind      0      the code point it folds to
 *
 * The last is there for SEPARATOR, LETTER and SOLO alone.
 */
enum {
	UNKNOWN = 0,
	SEPARATOR = 1u << 24,
	LETTER = 2u << 24,	/* letter or digit */
	SOLO = 3u << 24,	/* a word by itself */
	JOINS = 4u << 24,	/* may change what stands before it */
	SEVERAL = 5u << 24,	/* folds to several code points */
	BYTE = 6u << 24,	/* one that is not UTF-8: a letter, itself */
	KIND = 7u << 24,
	DIGIT = 1u << 27,	/* flag on LETTER and SOLO */
	CODEPOINT = 0x1fffff,
};

/* Where in a word the output stands. */
enum place { OUTSIDE, INSIDE, AFTER_SOLO };

/* A folded code point with its kind and flags; a mark has the kind JOINS. */
struct folded {
	uint32_t c;
	uint32_t class;		/* canonical combining class; 0: a starter */
};

/*
 * What a code point folds to, for pieces.  Nothing that comes after it changes
 * the head, so the head is there as it is to be put out; the tail is
 * decomposed, and waits for marks.
 *
 *	code point	head			tail
 *	fi (U+FB01)	f			i
 *	U+00B4		(the end of a word)	U+0301
 *	e with acute	-			e U+0301
 *	U+0301		-			U+0301
 *	U+00AD		-			-
 */
struct form {
	uint32_t head_kind;	/* of its first character; 0: no head */
	uint32_t head_len;	/* bytes; they stand behind the tail */
	uint32_t head_words;	/* that begin after the first character */
	enum place head_place;	/* where the output stands after it */
	bool head_digits;
	uint32_t ntail;
	struct folded tail[];
};

/* 256 code points; 'forms' for those that stood in a piece. */
struct page {
	uint32_t info[1 << PAGE_BITS];
	struct forms {
		struct form *of[1 << PAGE_BITS];
	} *forms;
};

/* 'joined' is what a starter and what follows it compose to; 0: nothing. */
struct pair {
	uint32_t starter, next, joined;
};

struct words_reader {
	bool fold_digits;
	enum vectors vectors;	/* that the machine has */
	struct page *page[PAGES];
	size_t memory;		/* bytes of what page[] leads to */
	struct pair pairs[1 << PAIRS_BITS];	/* the last one of each hash */
};

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

static void
free_page(struct page *page)
{
	if (page == NULL)
		return;
	for (size_t i = 0; page->forms != NULL && i < 1 << PAGE_BITS; i++)
		free(page->forms->of[i]);
	free(page->forms);
	free(page);
}

void
words_free(struct words_reader *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < PAGES; i++)
		free_page(w->page[i]);
	free(w);
}

size_t
words_memory(const struct words_reader *w)
{
	return sizeof(*w) + w->memory;
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
	struct line *p;
	size_t room;

	if (scan->nlines < scan->lines_room)
		return 0;
	room = scan->lines_room + scan->lines_room / 2 + 64;
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

/* Kind and flags of a folded code point; JOINS for a mark. */
static uint32_t
kind_of(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return JOINS;
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

/* May this folded code point, with its kind, change what is before it? */
static bool
may_join(uint32_t folded)
{
	uint32_t c = folded & CODEPOINT;

	return (folded & KIND) == JOINS ||
	       (c >= 0x1160 && c <= 0x11ff);	/* Hangul vowels and finals */
}

#define FOLD ((utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | \
	      UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE))

/* What c folds to by itself, decomposed; returns how many code points. */
static size_t
fold_char(utf8proc_int32_t c, struct folded folded[FORM_MAX])
{
	utf8proc_uint8_t utf8[4];
	utf8proc_int32_t buf[FORM_MAX];
	utf8proc_ssize_t n = utf8proc_encode_char(c, utf8);

	n = utf8proc_decompose(utf8, n, buf, FORM_MAX, FOLD);
	if (n < 0 || n > FORM_MAX)
		return 0;
	for (utf8proc_ssize_t i = 0; i < n; i++)
		folded[i] = (struct folded){
			kind_of(buf[i]) | (uint32_t)buf[i],
			utf8proc_get_property(buf[i])->combining_class,
		};
	return (size_t)n;
}

/* Compose the first n, but for their classes; returns how many are left. */
static size_t
compose(struct folded folded[FORM_MAX], size_t n)
{
	utf8proc_int32_t buf[FORM_MAX];
	utf8proc_ssize_t left;

	for (size_t i = 0; i < n; i++)
		buf[i] = (utf8proc_int32_t)(folded[i].c & CODEPOINT);
	left = utf8proc_normalize_utf32(buf, (utf8proc_ssize_t)n, FOLD);
	for (utf8proc_ssize_t i = 0; i < left; i++)
		folded[i].c = kind_of(buf[i]) | (uint32_t)buf[i];
	return left > 0 ? (size_t)left : 0;
}

static uint32_t
compute_info(utf8proc_int32_t c)
{
	struct folded folded[FORM_MAX];
	size_t n = fold_char(c, folded);

	if (n == 0 || may_join(folded[0].c))
		return JOINS;
	return compose(folded, n) == 1 ? folded[0].c : SEVERAL;
}

static struct page *
page_of(struct words_reader *w, utf8proc_int32_t c)
{
	struct page **page = &w->page[c >> PAGE_BITS];

	if (*page == NULL) {
		*page = calloc(1, sizeof(**page));
		if (*page != NULL)
			w->memory += sizeof(**page);
	}
	return *page;
}

/* compute_info(), remembered; without memory for that it is just slower. */
static inline uint32_t
info(struct words_reader *w, utf8proc_int32_t c)
{
	struct page *page = w->page[c >> PAGE_BITS];
	uint32_t *slot;

	if (page == NULL) {
		page = page_of(w, c);
		if (page == NULL)
			return compute_info(c);
	}
	slot = &page->info[c & ((1 << PAGE_BITS) - 1)];
	if (*slot == UNKNOWN)
		*slot = compute_info(c);
	return *slot;
}

/* What a starter and what follows it (kinds apart) compose to, or 0. */
static uint32_t
join(struct words_reader *w, uint32_t starter, uint32_t next)
{
	uint32_t hash = (starter * 0x9e3779b1u ^ next) * 0x85ebca6bu;
	struct pair *p = &w->pairs[hash >> (32 - PAIRS_BITS)];

	if (p->starter != starter || p->next != next) {
		utf8proc_int32_t buf[2] = {
			(utf8proc_int32_t)(starter & CODEPOINT),
			(utf8proc_int32_t)(next & CODEPOINT),
		};
		bool one = utf8proc_normalize_utf32(buf, 2, FOLD) == 1;

		*p = (struct pair){ starter, next, one ? (uint32_t)buf[0] : 0 };
	}
	return p->joined;
}

static inline void
put_char(struct scan *out, uint32_t c)
{
	char *to = out->norm + out->norm_len;

	if (c < 0x80) {
		*to = (char)c;
		out->norm_len++;
	} else if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		out->norm_len += 2;
	} else {
		out->norm_len += (size_t)utf8proc_encode_char(
			(utf8proc_int32_t)c, (utf8proc_uint8_t *)to);
	}
}

static inline void
end_word(struct sink *k)
{
	if (k->place != OUTSIDE)
		k->out->norm[k->out->norm_len++] = ' ';
	k->place = OUTSIDE;
}

/* A character of this kind comes next: put out the space before it. */
static inline void
begin_char(struct sink *k, uint32_t kind)
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
	case BYTE:
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
}

/* A folded code point with its kind to the output; room is there. */
static inline void
put_folded(struct sink *k, uint32_t c)
{
	begin_char(k, c);
	if ((c & KIND) != SEPARATOR)
		put_char(k->out, c & CODEPOINT);
}

/* NULL: there is no memory for it. */
static struct form *
new_form(struct words_reader *w, utf8proc_int32_t c)
{
	struct folded folded[FORM_MAX];
	char head[5 * FORM_MAX];
	struct scan out = { .norm = head };
	struct sink k = { .out = &out };
	size_t n = fold_char(c, folded), cut = 0, nhead, size;
	uint32_t first = UNKNOWN;
	struct form *form;

	/* The tail: from the last one on that changes nothing before it. */
	if (n > 0 && !may_join(folded[0].c))
		for (cut = n - 1; may_join(folded[cut].c); )
			cut--;
	nhead = cut > 0 ? compose(folded, cut) : 0;
	for (size_t i = 0; i < nhead; i++)
		put_folded(&k, folded[i].c);
	if (nhead > 0)
		first = folded[0].c & KIND;
	size = sizeof(*form) + (n - cut) * sizeof(*folded) + out.norm_len;
	form = malloc(size);
	if (form == NULL)
		return NULL;
	w->memory += size;
	*form = (struct form){
		.head_kind = first,
		.head_len = (uint32_t)out.norm_len,
		.head_words = k.nwords - (k.nwords > 0 && first != SEPARATOR),
		.head_place = k.place,
		.head_digits = k.digits,
		.ntail = (uint32_t)(n - cut),
	};
	memcpy(form->tail, folded + cut, (n - cut) * sizeof(*folded));
	memcpy(form->tail + form->ntail, head, out.norm_len);
	return form;
}

/* new_form(), remembered. */
static const struct form *
form_of(struct words_reader *w, utf8proc_int32_t c)
{
	struct page *page = page_of(w, c);
	struct form **form;

	if (page == NULL)
		return NULL;
	if (page->forms == NULL) {
		page->forms = calloc(1, sizeof(*page->forms));
		if (page->forms == NULL)
			return NULL;
		w->memory += sizeof(*page->forms);
	}
	form = &page->forms->of[c & ((1 << PAGE_BITS) - 1)];
	if (*form == NULL)
		*form = new_form(w, c);
	return *form;
}

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
	struct scan *out = k->out;

	if (k->bad_norm == out->norm_len && k->bad != p)
		end_word(k);
	begin_char(k, BYTE);
	out->norm[out->norm_len++] = k->text[p];
	k->bad = p + 1;
	k->bad_norm = out->norm_len;
}

/* A folded code point, with its kind. */
static uint32_t
with_kind(struct words_reader *w, uint32_t c)
{
	uint32_t known = info(w, (utf8proc_int32_t)c);

	return (known & KIND) < JOINS && (known & CODEPOINT) == c ? known :
	       kind_of((utf8proc_int32_t)c) | c;
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
			joined = join(w, piece->starter, m.c);
		if (joined != 0)
			piece->starter = with_kind(w, joined);
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
		put_folded(k, piece->starter);
	for (size_t i = 0; i < piece->nmarks; i++)
		put_folded(k, piece->mark[i].c);
	piece->starter = 0;
	piece->nmarks = 0;
}

static void
add_starter(struct sink *k, struct piece *piece, uint32_t c)
{
	uint32_t joined = 0;

	if (may_join(c) && piece->starter != 0) {
		compose_marks(k->w, piece);
		if (piece->nmarks == 0)
			joined = join(k->w, piece->starter, c);
	}
	if (joined == 0) {
		flush_piece(k, piece);
		piece->starter = c;
	} else {
		piece->starter = with_kind(k->w, joined);
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
put_head(struct sink *k, const struct form *form)
{
	begin_char(k, form->head_kind);
	memcpy(k->out->norm + k->out->norm_len, form->tail + form->ntail,
	       form->head_len);
	k->out->norm_len += form->head_len;
	k->nwords += form->head_words;
	k->digits |= form->head_digits;
	k->place = form->head_place;
}

/* Add c to the piece; there is room to flush it then, and for 'rest' bytes. */
static int
add_char(struct sink *k, struct piece *piece, utf8proc_int32_t c, size_t rest)
{
	const struct form *form = form_of(k->w, c);
	size_t most;

	if (form == NULL)
		return -1;
	most = form->head_len + 5 * (form->ntail + MARKS_MAX + 2);
	if (reserve_norm(k->out, most + room_for(rest)) != 0)
		return -1;
	if (form->head_kind != UNKNOWN)
		put_head(k, form);	/* and the piece is empty */
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
	ch.info = ch.len > 0 ? info(k->w, ch.c) : BYTE;
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
			end_word(k);
			failed = put_line(k, p, k->out->norm_len, k->nwords);
		} else if ((ch.info & KIND) == BYTE) {
			put_byte(k, p - 1);
		} else if ((ch.info & KIND) == SEVERAL || joins(ch) ||
			   joins(next)) {
			failed = put_piece(k, ch, &next, &p);
		} else {
			put_folded(k, ch.info);
		}
		if (failed != 0)
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
	return (info(w, c) & DIGIT) != 0;
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
