/* Which lines of a block are one unit.  listing.c says what is code. */
#include "unit.h"

#include "bytes.h"
#include "letter.h"
#include "listing.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const char *
line_text(const struct line *l, const char *text, uint64_t base)
{
	return text + (l->off - base);
}

static bool
same_words(const struct line *a, const struct line *b, const char *norm)
{
	return a->norm_len == b->norm_len &&
	       memcmp(norm + a->norm, norm + b->norm, a->norm_len) == 0;
}

bool
unit_is_fence(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && i < 3 && text[i] == ' ')
		i++;
	return i + 3 <= len && (memcmp(text + i, "```", 3) == 0 ||
				memcmp(text + i, "~~~", 3) == 0);
}

/*
 * Units.  Whether a line goes on with what the one before it began is told
 * from the two of them where that is plain; else from all lines around that
 * look alike: are they filled, and does that explain where they end?
 */

#define IN_COMMENT 'c'		/* the leader of C comments: no bullet */
#define TEXT_MAX 120		/* columns: what is wider was not wrapped */
#define FULL 60			/* columns: more than verse has */
#define NARROW 40		/* columns: what is narrower is not filled */
#define SLACK 12		/* columns that an even filling may leave */

/* What a line looks like. */
struct shape {
	const char *s;
	uint32_t len;		/* bytes, without white space at the end */
	uint32_t words;		/* bytes before the text, behind a leader */
	uint32_t indent;	/* columns before everything */
	uint32_t col;		/* columns before the text */
	bool wide;		/* too wide to be wrapped, or too long */
	bool closed;		/* ends as a sentence does, or in a colon */
	bool plain;		/* begins with a letter: the rest is 0 */
	bool code;		/* begins or ends as code may */
	unsigned char first;	/* enum letter */
	char leader;		/* of a comment, quoted mail: its first byte */
	unsigned char depth;	/* of quoted mail */
	bool item;		/* begins with a bullet, a number, an option */
	bool row;		/* of a table, and its first cell is empty */
	bool box;		/* of a table or a tree that is drawn */
	bool quoted;		/* a bracket or a quote stands before 'first' */
	bool fence;
};

/*
 * What is known of line i and the one before it, in span[i].nlines until the
 * units are known; above it the columns of line i.
 */
enum {
	GOES_ON = 1,		/* is one with the line before it */
	MAY_GO_ON = 2,		/* is, if the lines around are filled */
	BEGINS_LOWER = 4,	/* in lower case */
	NO_CASE = 8,		/* in a script without case, or all capitals */
	AFTER_OPEN = 16,	/* the line before does not end a sentence */
	STARRED = 32,		/* both begin with a star */
	TIGHT = 64,		/* its first word had no room on that line */
	CLOSES = 128,		/* looks like the end of what is wrapped */
	SIGNS = 256,		/* says the same words with other signs */
	COLUMNS_SHIFT = 9,
};

/* What the first and the last byte of a line say of it. */
enum {
	LOWER = 1,		/* a to z, but not d (dnl) and o (a bullet) */
	UPPER = 2,
	CLOSED = 4,		/* ends a sentence */
	CODE_BEGINS = 8,
	CODE_ENDS = 16,
};

#define TRAITS(c) \
	(((c) >= 'a' && (c) <= 'z' && (c) != 'd' && (c) != 'o' ? LOWER : 0) | \
	 ((c) >= 'A' && (c) <= 'Z' ? UPPER : 0) | \
	 ((c) == '.' || (c) == ':' || (c) == ';' || (c) == '?' || \
	  (c) == '!' ? CLOSED : 0) | \
	 (LISTING_BEGINS(c) ? CODE_BEGINS : 0) | \
	 (LISTING_ENDS(c) ? CODE_ENDS : 0))
#define TRAITS_4(c) \
	TRAITS(c), TRAITS((c) + 1), TRAITS((c) + 2), TRAITS((c) + 3)
#define TRAITS_16(c) \
	TRAITS_4(c), TRAITS_4((c) + 4), TRAITS_4((c) + 8), TRAITS_4((c) + 12)
#define TRAITS_64(c) \
	TRAITS_16(c), TRAITS_16((c) + 16), TRAITS_16((c) + 32), \
	TRAITS_16((c) + 48)

static const unsigned char traits[256] = { TRAITS_64(0), TRAITS_64(64) };

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Skip white space from s[*i] on; the column that this ends at. */
static inline unsigned
skip_space(const char *s, size_t len, size_t *i, unsigned col)
{
#ifdef __SSE2__
	while (*i + 16 <= len) {
		const void *at = s + *i;
		__m128i v = _mm_loadu_si128(at);
		int m = _mm_movemask_epi8(_mm_cmpeq_epi8(v,
							 _mm_set1_epi8(' ')));
		unsigned n = (unsigned)__builtin_ctz(~(unsigned)m);

		*i += n;
		col += n;
		if (n < 16)
			break;
	}
#endif
	for (; *i < len && is_space(s[*i]); ++*i)
		col = s[*i] == ' ' ? col + 1 : (col | 7) + 1;
	return col;
}

/* Bytes of s[0..len) before the first white space. */
static inline size_t
until_space(const char *s, size_t len)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= len; i += 16) {
		const void *at = s + i;
		__m128i v = _mm_loadu_si128(at);
		int m = _mm_movemask_epi8(_mm_or_si128(
			_mm_cmpeq_epi8(v, _mm_set1_epi8(' ')),
			_mm_cmpeq_epi8(v, _mm_set1_epi8('\t'))));

		if (m != 0)
			return i + (unsigned)__builtin_ctz((unsigned)m);
	}
#endif
	while (i < len && !is_space(s[i]))
		i++;
	return i;
}

/* Is s[0..len) the end, or white space? */
static inline bool
is_apart(const char *s, size_t len)
{
	return len == 0 || is_space(*s);
}

/* Bytes of the comment leader that s[0..len) begins with, or 0. */
static size_t
leader_length(const char *s, size_t len)
{
	size_t n = 1;

	switch (*s) {
	case '/':
		if (len > 1 && s[1] == '*') {
			for (n = 2; n < len && s[n] == '*'; n++)
				;
			return n;
		}
		for (; n < len && s[n] == '/'; n++)
			;
		return n > 1 && is_apart(s + n, len - n) ? n : 0;
	case '-':
		return len > 1 && s[1] == '-' && is_apart(s + 2, len - 2) ?
		       2 : 0;
	case 'd':
		return len >= 3 && memcmp(s, "dnl", 3) == 0 &&
		       is_apart(s + 3, len - 3) ? 3 : 0;
	case '#': case ';': case '%': case '*': case '>':
		for (; n < len && s[n] == *s; n++)
			;
		return *s == '>' || is_apart(s + n, len - n) ? n : 0;
	default:
		return 0;
	}
}

/* Does s[0..len) begin with a bullet, a number of a list, an option? */
static bool
begins_item(const char *s, size_t len)
{
	size_t i = *s == '(' || *s == '[', digits;

	switch (*s) {
	case '-': case '+':
		return len > 1;
	case '\xe2':		/* bullets, dashes */
		return len > 3 && s[1] == '\x80' && is_apart(s + 3, len - 3) &&
		       (s[2] == '\xa2' || s[2] == '\x93' || s[2] == '\x94' ||
			s[2] == '\x90');
	case '\xc2':		/* middle dot */
		return len > 2 && s[1] == '\xb7';
	case 'o':
		return len > 2 && s[1] == ' ' && s[2] == ' ';
	default:
		break;
	}
	/* (a) [a] (1) [1] 1. 1) */
	for (digits = i; i < len && i < 5 && s[i] >= '0' && s[i] <= '9'; i++)
		;
	if (i == digits && (i == 0 || len < 3 || s[++i - 1] < 'a' ||
			    s[i - 1] > 'z'))
		return false;
	return i < len && (s[i] == '.' || s[i] == ')' || s[i] == ']') &&
	       is_apart(s + i + 1, len - i - 1);
}

/* Is it "Word: text", with no white space in the word, or "text:"? */
static bool
is_label(const char *s, size_t len)
{
	if (len > 0 && s[len - 1] == ':')
		return true;
	for (size_t i = 0; i < len && i < 32 && !is_space(s[i]); i++)
		if (s[i] == ':')
			return i > 0 && is_apart(s + i + 1, len - i - 1);
	return false;
}

/* Does a sentence end here, or does something follow? */
static bool
ends_closed_wide(const char *s, size_t len)
{
	static const char *const marks[] = {
		"…", "。", "！", "？", "：", "；", "।", "۔", "؟",
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (ends_in(s, len, marks[i]))
			return true;
	return false;
}

/* Columns of s[0..len), as far as that is told without tables. */
static size_t
columns(const char *s, size_t len, bool ascii)
{
	size_t n = len;

	for (size_t i = 0; !ascii && i < len;) {
		unsigned char more = 0, wide = 0;

		/* Sums of a byte: so the compiler finds vectors. */
		for (size_t end = len - i > 240 ? i + 240 : len; i < end; i++) {
			unsigned char c = (unsigned char)s[i];

			more = (unsigned char)(more + ((c & 0xc0) == 0x80));
			/* Han, kana, Hangul, wide forms, emoji take two. */
			wide = (unsigned char)(wide + (c >= 0xe3 &&
						       c != 0xee && c <= 0xf0));
		}
		n = n - more + wide;
	}
	return n;
}

/* The kind of the first letter, behind brackets and quotes. */
static enum letter
first_letter(const char *s, size_t len)
{
	enum letter kind = LETTER_NONE;
	size_t n;

	for (int k = 0; k < 3; k++, s += n, len -= n) {
		kind = letter_first(s, len, &n);
		if (kind != LETTER_OTHER ||
		    (n == 1 && *s != '(' && *s != '"' && *s != '\'' &&
		     *s != '[' && *s != '`'))
			break;
	}
	return kind;
}

/* Does it begin with no lower case, as lines of a disclaimer do? */
static inline bool
is_shouted(const char *s, size_t len)
{
	for (size_t i = 1; i < len && i < 24; i++)
		if (s[i] >= 'a' && s[i] <= 'z')
			return false;
	return true;
}

/* Does it begin with an empty cell: a bar, white space, a bar? */
static bool
begins_empty_cell(const char *s, size_t len)
{
	size_t i = 1;

	if (*s != '|')
		return false;
	skip_space(s, len, &i, 0);
	return i < len && s[i] == '|';
}

/* Does it begin with a box drawing character, U+2500 to U+257F? */
static bool
begins_box(const char *s, size_t len)
{
	return len >= 3 && *s == '\xe2' && (s[1] == '\x94' || s[1] == '\x95');
}

/* The part of a shape that takes a look at the leader, if there is one. */
static void
shape_leader(struct shape *p)
{
	size_t i = p->words, n = leader_length(p->s + i, p->len - i);

	if (n == 0)
		return;
	p->leader = p->s[i];
	if (p->leader == '/' && p->s[i + 1] == '*')
		p->leader = IN_COMMENT;
	do {
		if (p->leader == '>')
			p->depth = (unsigned char)(p->depth + n);
		i += n;
		p->col = skip_space(p->s, p->len, &i, p->col + (unsigned)n);
		for (n = 0; p->leader == '>' && i + n < p->len &&
		     p->s[i + n] == '>'; n++)
			;
	} while (n > 0);
	p->words = (uint32_t)i;
}

/* The part of a shape that begins with neither a letter nor nothing. */
static void
shape_begin(struct shape *p)
{
	const char *s = p->s + p->words;

	p->fence = (*s == '`' || *s == '~') && unit_is_fence(p->s, p->len);
	shape_leader(p);
	if (p->words == p->len)
		return;
	s = p->s + p->words;
	if (traits[(unsigned char)*s] & LOWER) {
		p->first = LETTER_LOWER;
		return;
	}
	if (traits[(unsigned char)*s] & UPPER) {
		p->first = LETTER_UPPER;
	} else {
		p->item = begins_item(s, p->len - p->words);
		p->row = begins_empty_cell(s, p->len - p->words);
		p->box = begins_box(s, p->len - p->words);
		p->first = (unsigned char)first_letter(s, p->len - p->words);
		p->quoted = (unsigned char)*s < 0x40;
	}
	if (p->first == LETTER_UPPER && is_shouted(s, p->len - p->words))
		p->first = LETTER_CASELESS;
}

static inline void
shape_of(struct shape *p, const struct line *l, const char *text, uint64_t base)
{
	const char *s = line_text(l, text, base);
	size_t len = l->len, i = 0;
	unsigned char c, z;

	len -= len > 0 && s[len - 1] == '\n';
	if (len > 0 && (unsigned char)s[len - 1] <= ' ')
		len = trimmed(s, len);
	*p = (struct shape){
		.s = s, .len = (uint32_t)len, .closed = true,
		.first = LETTER_NONE,
	};
	if (len > 0 && (unsigned char)*s <= ' ')
		p->indent = p->col = skip_space(s, len, &i, 0);
	p->words = (uint32_t)i;
	if (len - i > TEXT_MAX &&
	    (len - i > 4 * TEXT_MAX || l->oversize ||
	     columns(s + i, len - i, l->ascii) > TEXT_MAX))
		p->wide = true;
	if (i == len || p->wide)
		return;
	c = traits[(unsigned char)s[i]];
	z = traits[(unsigned char)s[len - 1]];
	p->closed = (z & CLOSED) != 0;
	p->code = ((c & CODE_BEGINS) | (z & CODE_ENDS)) != 0;
	p->plain = (c & (LOWER | UPPER)) != 0;
	if ((unsigned char)s[len - 1] >= 0x80)
		p->closed = ends_closed_wide(s, len);
	if (c & LOWER)
		p->first = LETTER_LOWER;
	else if (c & UPPER)
		p->first = is_shouted(s + i, len - i) ? LETTER_CASELESS :
			   LETTER_UPPER;
	else
		shape_begin(p);
}

/* The line that what is indented deeper belongs to. */
struct owner {
	bool any;
	unsigned indent, col;
	char leader;
};

static bool
is_below(const struct shape *b, const struct owner *o)
{
	return b->leader == o->leader ? b->col > o->col :
	       b->indent > o->indent;
}

/*
 * Is b below the owner, or below a, if that may own?  An item may; a line
 * with a label; and a tag: a few words that begin something new.
 */
static bool
is_owned(const struct shape *a, const struct shape *b, const struct line *la,
	 bool new, struct owner *owner)
{
	struct owner o = { true, a->indent, a->col, a->leader };

	if (owner->any && is_below(b, owner))
		return true;
	owner->any = false;
	if (!is_below(b, &o) || la->nwords == 0)
		return false;
	if (!a->item && a->leader != '*' &&
	    !is_label(a->s + a->words, a->len - a->words) &&
	    !(new && la->nwords <= 4 && !a->closed && b->col >= a->col + 2 &&
	      a->leader == b->leader))
		return false;
	*owner = o;
	return true;
}

/* Lines a and b, of the same leader, are one if they are filled. */
static inline uint32_t
join_if_filled(const struct shape *a, const struct shape *b, bool new,
	       uint32_t mark)
{
	if ((a->col != b->col && !(new && b->col < a->col)) ||
	    (a->first == LETTER_DIGIT && b->first == LETTER_DIGIT))
		return 0;
	if (b->first == LETTER_CASELESS)
		mark |= NO_CASE;
	if (!a->closed && b->s[b->len - 1] == '.' && a->len >= FULL &&
	    b->len < a->len && (b->indent >= 2 || b->first == LETTER_DIGIT ||
				b->first == LETTER_OTHER))
		mark |= CLOSES;
	return mark | MAY_GO_ON;
}

/*
 * Are these two lines of code, or names, that say the same words with other
 * signs: f(1, 2) and f(-1, 2)?  Lines of code may also be equal.
 */
static bool
are_signs(const struct shape *a, const struct shape *b)
{
	const char *s = b->s + b->words;
	size_t len = b->len - b->words;

	if (a->len != b->len || memcmp(a->s, b->s, a->len) != 0)
		return memchr(s, ' ', len) == NULL || listing_has_code(s, len);
	return (b->first == LETTER_LOWER || b->first == LETTER_OTHER) &&
	       LISTING_ENDS(s[len - 1]);
}

/* Line b says the same words as line a, and so all that it has to say. */
static uint32_t
join_same(const struct shape *a, struct shape *b, uint32_t mark)
{
	if (b->len > b->words && are_signs(a, b))
		return mark | GOES_ON | SIGNS;
	b->closed = true;
	return 0;
}

/*
 * Does b, which has no words, end what a says: the bracket that closes a call,
 * a list, a body; in a comment or a control file, a line left empty?
 */
static bool
closes_block(const struct shape *a, const struct shape *b)
{
	const char *s = b->s + b->words;

	if (b->words == b->len)
		return a->leader == b->leader;
	if (*s == ')' || *s == ']' || *s == '}')
		return true;
	return a->leader == b->leader && *s == '.' && b->len == b->words + 1;
}

/*
 * What is known of line b, directly after line a; 'new' if a begins something
 * new.
 */
static uint32_t
join_of(const struct shape *a, struct shape *b, const struct line *la,
	const struct line *lb, const char *norm, bool new, struct owner *owner)
{
	uint32_t mark = a->closed ? 0 : AFTER_OPEN;
	bool owned;

	if (a->wide || b->wide || a->depth != b->depth) {
		owner->any = false;
		return 0;
	}
	if (a->box && b->box)
		return mark | GOES_ON;
	if (lb->nwords == 0) {
		owner->any = false;
		return closes_block(a, b) && la->nwords > 0 ? GOES_ON : 0;
	}
	if (b->item) {
		*owner = (struct owner){ true, b->indent, b->col, b->leader };
		return 0;
	}
	if (b->leader == '*') {
		owner->any = false;
		if (a->leader != '*' || a->indent > b->indent ||
		    la->nwords == 0)
			return 0;
		return mark | MAY_GO_ON | STARRED;
	}
	owned = is_owned(a, b, la, new, owner);
	if (!owned && same_words(la, lb, norm))
		return join_same(a, b, mark);
	if (owned || (b->row && la->nwords > 0) ||
	    (b->first == LETTER_LOWER && !b->quoted && !a->closed &&
	     (la->nwords > 0 || a->leader != IN_COMMENT)))
		return mark | GOES_ON;
	if (la->nwords == 0 || a->leader != b->leader)
		return 0;
	return join_if_filled(a, b, new, mark);
}

/*
 * The same, for most lines: both begin with a letter, and b is not indented
 * deeper.
 */
static inline uint32_t
join_plain(const struct shape *a, struct shape *b, const struct line *la,
	   const struct line *lb, const char *norm, bool new,
	   struct owner *owner)
{
	uint32_t mark = a->closed ? 0 : AFTER_OPEN;

	if (owner->any && b->indent > owner->indent)
		return mark | GOES_ON;
	owner->any = false;
	if (same_words(la, lb, norm))
		return join_same(a, b, mark);
	if (b->first == LETTER_LOWER && !a->closed)
		return mark | GOES_ON;
	return join_if_filled(a, b, new, mark);
}

/* Columns of the first word of a line. */
static size_t
first_word(const struct line *l, const char *text, uint64_t base)
{
	struct shape p;
	size_t n;

	shape_of(&p, l, text, base);
	n = until_space(p.s + p.words, p.len - p.words);
	n = columns(p.s + p.words, n, l->ascii);
	/* Scripts without spaces may break anywhere. */
	return !l->ascii && n > 12 && p.first == LETTER_CASELESS ? 2 : n;
}

/* Columns of a line; its mark has its bytes, which in ASCII is the same. */
static size_t
width_of(const struct line *l, uint32_t mark, const char *text, uint64_t base)
{
	struct shape p;

	if (l->ascii)
		return mark >> COLUMNS_SHIFT;
	shape_of(&p, l, text, base);
	return p.col + columns(p.s + p.words, p.len - p.words, false);
}

/*
 * Lines first..end - 1 are one stretch: each goes on, or may go on, with the
 * one before it.  Take MAY_GO_ON from lines after one that is not filled.
 */
static void
mark_filled(const struct line *lines, size_t first, size_t end,
	    const char *text, uint64_t base, struct unit_span *span)
{
	/* Lines with stars: a list of bullets, or a comment that begins? */
	bool bullets = (span[first].nlines & BEGINS_LOWER) != 0;
	size_t widest = 0, before = 0;

	for (size_t i = first; i < end; i++) {
		size_t w = width_of(&lines[i], span[i].nlines, text, base);

		widest = w > widest ? w : widest;
		span[i].nlines &= ((uint32_t)1 << COLUMNS_SHIFT) - 1;
		span[i].nlines |= (uint32_t)w << COLUMNS_SHIFT;
	}
	for (size_t i = first; i < end; i++) {
		uint32_t mark = span[i].nlines;
		size_t w = mark >> COLUMNS_SHIFT, slack, need;

		if (i > first && !(mark & GOES_ON)) {
			slack = SLACK;
			if (mark & NO_CASE)
				slack = lines[i].ascii ? 8 : 4;
			else if (bullets && (mark & STARRED))
				slack = 0;
			/* Of most lines the first word need not be known. */
			need = before < NARROW ? 0 :
			       before + 1 + first_word(&lines[i], text, base);
			if (need + slack <= widest || before < NARROW)
				span[i].nlines &= ~(uint32_t)MAY_GO_ON;
			else if (need > widest && widest >= FULL)
				span[i].nlines |= TIGHT;
		}
		before = w;
	}
}

/*
 * The same stretch: which of its lines go on?  All of them up to the next line
 * after one that is not filled, if most lines there end in the middle of a
 * sentence and enough of them begin there.
 */
static void
mark_stretch(const struct line *lines, size_t first, size_t end,
	     const char *text, uint64_t base, struct unit_span *span)
{
	mark_filled(lines, first, end, text, base, span);
	for (size_t i = first + 1, k; i < end; i = k + 1) {
		size_t closed = 0, lower = 0, caseless = 0, tight = 0, n;
		bool wrapped;

		for (k = i; k < end && (span[k].nlines &
					(GOES_ON | MAY_GO_ON)); k++) {
			uint32_t mark = span[k].nlines;

			closed += !(mark & AFTER_OPEN);
			lower += (mark & BEGINS_LOWER) != 0;
			caseless += (mark & NO_CASE) && (mark & AFTER_OPEN);
			tight += (mark & (TIGHT | GOES_ON)) != 0;
		}
		n = k - i;
		if (n == 0 || 2 * closed > n)
			continue;
		wrapped = 3 * lower >= n ||
			  (n >= 2 && 2 * (lower + caseless) > n) ||
			  (tight == n && closed == 0 &&
			   (n >= 3 || (span[k - 1].nlines & CLOSES)));
		for (size_t j = i; wrapped && j < k; j++)
			span[j].nlines |= GOES_ON;
	}
}

/* May a line of the n with these marks be found to go on? */
static inline bool
is_stretch(uint32_t marks, size_t n)
{
	return (marks & MAY_GO_ON) &&
	       (n > 3 || (marks & (BEGINS_LOWER | NO_CASE | CLOSES)));
}

/*
 * Is a star a comment's, not a bullet?  'comment' is whether the line before
 * leaves one open; returns whether b does.
 */
static bool
is_in_comment(const struct shape *a, struct shape *b, bool comment)
{
	if (b->leader == '*' && !comment && a != NULL && a->leader == 0) {
		/* What begins behind code on the line before? */
		for (size_t i = 1; i < a->len && !comment; i++)
			comment = a->s[i] == '*' && a->s[i - 1] == '/';
		comment = comment && !ends_in(a->s, a->len, "*/");
	}
	if (b->leader == '*' && comment)
		b->leader = IN_COMMENT;
	return (comment || b->leader == IN_COMMENT) &&
	       !ends_in(b->s, b->len, "*/");
}

/*
 * Mark the lines that go on with the one before them.  Returns n, or the
 * number of lines before a fence, if 'fences'.  *hints lines may be code.
 */
static size_t
mark_lines(const struct line *lines, size_t n, const char *text, uint64_t base,
	   const char *norm, bool fences, struct unit_span *span, size_t *hints)
{
	struct owner owner = { 0 };
	struct shape shape[2], *a = &shape[0], *b = &shape[1], *swap;
	/* A stretch: where it begins, and all marks in it. */
	size_t first = 0, hinted = 0;
	uint32_t marks = 0;
	bool comment = false;

	for (size_t i = 0; i < n; i++, swap = a, a = b, b = swap) {
		const struct line *l = &lines[i];
		bool new = first + 1 == i;
		uint32_t mark = 0;

		shape_of(b, l, text, base);
		if (b->fence && fences)
			return i;
		hinted += b->code;
		if (comment || b->leader != 0)
			comment = is_in_comment(i > 0 ? a : NULL, b, comment);
		if (i == 0)
			owner = (struct owner){
				b->item, b->indent, b->col, b->leader,
			};
		else if (a->plain && b->plain && b->indent <= a->indent)
			mark = join_plain(a, b, l - 1, l, norm, new, &owner);
		else
			mark = join_of(a, b, l - 1, l, norm, new, &owner);
		if (b->first == LETTER_LOWER && !b->quoted)
			mark |= BEGINS_LOWER;
		if (!(mark & (GOES_ON | MAY_GO_ON)) || l->nwords == 0) {
			if (is_stretch(marks, i - first))
				mark_stretch(lines, first, i, text, base,
					     span);
			first = i;
			marks = 0;
		} else {
			marks |= mark;
		}
		span[i].nlines = mark | (b->col + b->len - b->words) <<
				 COLUMNS_SHIFT;
	}
	if (is_stretch(marks, n - first))
		mark_stretch(lines, first, n, text, base, span);
	*hints = hinted;
	return n;
}

/* Units of marked lines. */
static size_t
spans_of(const struct line *lines, size_t n, unsigned min_words,
	 struct unit_span *span)
{
	size_t nspans = 0;

	for (size_t i = 0, k; i < n; i = k) {
		bool shorter = lines[i].nwords < min_words;
		enum unit_kind kind;

		for (k = i + 1; k < n && (span[k].nlines & GOES_ON); k++)
			shorter = shorter && lines[k].nwords < min_words &&
				  !(span[k].nlines & SIGNS);
		kind = shorter ? UNIT_RUN : k == i + 1 ? UNIT_LINE :
		       UNIT_WRAPPED;
		if (kind == UNIT_RUN && nspans > 0 &&
		    span[nspans - 1].kind == UNIT_RUN)
			span[nspans - 1].nlines += (uint32_t)(k - i);
		else
			span[nspans++] = (struct unit_span){
				(uint32_t)(k - i), kind,
			};
	}
	return nspans;
}

/* Lines up to the end of the listing that the fence in the first opens. */
static size_t
fenced(const struct line *lines, size_t n, const char *text, uint64_t base)
{
	for (size_t i = 1; i < n; i++)
		if (unit_is_fence(line_text(&lines[i], text, base),
				  lines[i].len))
			return i + 1;
	return 0;
}

size_t
unit_split(const struct line *lines, size_t n, const char *text, uint64_t base,
	   const char *norm, unsigned min_words, struct unit_span *span)
{
	size_t nspans = 0, i = 0, hints;
	bool fences = true;

	if (n == 1) {
		span->nlines = 1;
		span->kind = lines->nwords < min_words ? UNIT_RUN : UNIT_LINE;
		return 1;
	}
	while (i < n) {
		struct unit_span *to = span + nspans;
		size_t k, end = 0;

		k = mark_lines(lines + i, n - i, text, base, norm, fences, to,
			       &hints);
		if (i + k < n) {
			end = fenced(lines + i + k, n - i - k, text, base);
			fences = end > 0;
			if (!fences)
				continue;
			mark_lines(lines + i, k, text, base, norm, false, to,
				   &hints);
		}
		if (8 * hints >= k && hints > 0 &&
		    listing_is(lines + i, k, text, base)) {
			*to = (struct unit_span){ (uint32_t)k, UNIT_LISTING };
			nspans++;
		} else {
			nspans += spans_of(lines + i, k, min_words, to);
		}
		i += k + end;
		if (end > 0)
			span[nspans++] = (struct unit_span){
				(uint32_t)end, UNIT_LISTING,
			};
	}
	return nspans;
}
