/*
 * Which lines of a block are one unit.  listing.c says what is code.
 *
 * Most blocks need no more than a first look at their lines: none is long
 * enough to stand alone, or each that is plainly goes on with one beside it.
 * Else each line has a shape; from these it is told where wrapped text goes on
 * in the next line, and which lines are parts of something else: a table, code
 * or data, a numbered list, what a colon announces.
 */
#include "unit.h"

#include "array.h"
#include "bytes.h"
#include "ending.h"
#include "item.h"
#include "letter.h"
#include "listing.h"

#include <stdlib.h>
#include <utf8proc.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define WRAP_MAX 120		/* columns: what is wider was not wrapped */
#define WRAP_EVEN 50		/* columns: from here on lines may be filled */
#define WRAP_SLACK 12		/* evenly, or by width: a part of the columns */
#define WRAP_WORDS 5		/* words: fewer are no line of wrapped text */
#define ALIKE 12		/* bytes of words that two lines begin with */
#define LIST_CHANCE 8		/* one of so many lines of a list looks so */

/* What a line looks like. */
struct shape {
	const char *s;
	uint32_t len;		/* bytes, without white space at the end */
	uint32_t words;		/* bytes before its text, behind a leader */
	uint32_t indent, col;	/* columns before a leader, before its text */
	uint32_t width;		/* columns, of all of it */
	uint32_t next;		/* columns of its first word */
	char leader;		/* of a comment, quoted mail: its first byte */
	unsigned char first;	/* enum letter, behind brackets and quotes */
	char sign;		/* the first of those, if it is ASCII; or 0 */
	bool quoted;		/* those stand before it */
	bool wide;		/* too wide to be wrapped */
	bool spaced;		/* it has gaps at which it could be broken */
	bool closed;		/* ends a sentence */
	bool open;		/* something has to follow it */
	bool colon;		/* announces what follows */
	bool bullet, number;	/* an item of a list */
	bool label;		/* "word: text", "\"key\": value" */
};

void
unit_free(struct units *u)
{
	free(u->span);
	free(u->shape);
}

size_t
unit_memory(const struct units *u)
{
	return u->spans_room * sizeof(*u->span) +
	       u->shapes_room * sizeof(*u->shape);
}

static const char *
text_of(const struct unit_block *b, size_t i)
{
	return b->text + (b->lines[i].off - b->base);
}

bool
unit_begins_fence(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && i < 3 && text[i] == ' ')
		i++;
	return i + 3 <= len && (memcmp(text + i, "```", 3) == 0 ||
				memcmp(text + i, "~~~", 3) == 0);
}

/* Shapes. */

/* What the first and the last byte of a line say of it. */
enum {
	BEGINS = 1, ENDS = 2,	/* as a line of code may */
	FENCES = 4,		/* begins as a fence does */
	OPENS = 8,		/* ends no sentence, and announces nothing */
};

#define IS_LETTER(c) (((c) | 0x20) >= 'a' && ((c) | 0x20) <= 'z')
#define TRAITS(c) \
	((LISTING_BEGINS(c) ? BEGINS : 0) | (LISTING_ENDS(c) ? ENDS : 0) | \
	 ((c) == '`' || (c) == '~' ? FENCES : 0) | \
	 (IS_LETTER(c) || ((c) >= '0' && (c) <= '9') || (c) == ',' || \
	  (c) == ';' || (c) == '-' ? OPENS : 0))
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
static unsigned
skip_space(const char *s, size_t len, size_t *i, unsigned col)
{
	for (; *i < len && is_space(s[*i]); ++*i)
		col = s[*i] == ' ' ? col + 1 : (col | 7) + 1;
	return col;
}

/* Bytes of s[0..len) before the first white space. */
static size_t
until_space(const char *s, size_t len)
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
	while (i < len && !is_space(s[i]))
		i++;
	return i;
}

/* Bytes of the comment leader or mail mark that s[0..len) begins with, or 0. */
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
		return n > 1 && item_is_apart(s + n, len - n) ? n : 0;
	case '-':
		return len > 1 && s[1] == '-' && item_is_apart(s + 2, len - 2) ?
		       2 : 0;
	case 'd':
		return len >= 3 && memcmp(s, "dnl", 3) == 0 &&
		       item_is_apart(s + 3, len - 3) ? 3 : 0;
	case '#': case ';': case '%': case '*': case '>':
		for (; n < len && s[n] == *s; n++)
			;
		return *s == '>' || item_is_apart(s + n, len - n) ? n : 0;
	default:
		return 0;
	}
}

/* Pass over a leader; marks of mail may follow each other. */
static void
shape_leader(struct shape *p)
{
	size_t i = p->words, n = leader_length(p->s + i, p->len - i);

	if (n == 0)
		return;
	p->leader = p->s[i];
	do {
		i += n;
		p->col = skip_space(p->s, p->len, &i, p->col + (unsigned)n);
		for (n = 0; p->leader == '>' && i + n < p->len &&
		     p->s[i + n] == '>'; n++)
			;
	} while (n > 0);
	p->words = (uint32_t)i;
}

/* May there be marks that stand on others, as in Indic scripts and Thai? */
static bool
has_marks(const char *s, size_t len)
{
	unsigned char any = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		any |= (unsigned char)(c == 0xe0 || c == 0xe1 || c == 0xcc ||
				       (c >= 0xd6 && c <= 0xdd));
	}
	return any != 0;
}

static size_t
columns_by_table(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t got;

		got = utf8proc_iterate((const utf8proc_uint8_t *)s + i,
				       (utf8proc_ssize_t)(len - i), &c);
		n += got > 0 ? (size_t)utf8proc_charwidth(c) : 1;
		i += got > 0 ? (size_t)got : 1;
	}
	return n;
}

/* Most often without tables. */
static size_t
columns_not_ascii(const char *s, size_t len)
{
	size_t n = len;

	if (has_marks(s, len))
		return columns_by_table(s, len);
	for (size_t i = 0; i < len;) {
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

/* Columns of s[0..len). */
static inline size_t
columns(const char *s, size_t len, bool ascii)
{
	return ascii ? len : columns_not_ascii(s, len);
}

/* The kind of the first letter, behind brackets and quotes. */
static void
shape_first(struct shape *p)
{
	const char *s = p->s + p->words;
	size_t len = p->len - p->words, n;
	enum letter kind = LETTER_NONE;

	for (int k = 0; k < 4; k++, s += n, len -= n) {
		kind = letter_first(s, len, &n);
		if (kind != LETTER_OTHER)
			break;
		p->quoted = true;
	}
	p->first = (unsigned char)kind;
}

/* What the end of the line tells. */
static void
shape_end(struct shape *p)
{
	char last = p->s[p->len - 1];

	/* Most lines that were wrapped end in a letter. */
	if ((last | 0x20) >= 'a' && (last | 0x20) <= 'z')
		return;
	p->closed = ending_is_sentence(p->s, p->len);
	if (p->closed)
		return;
	p->colon = last == ':' || ((unsigned char)last >= 0x80 &&
				   ends_in(p->s, p->len, "："));
	p->open = p->colon || last == ',' || last == ';' || last == '(' ||
		  last == '[' || last == '{' || last == '-' || last == '=' ||
		  last == '\\' || last == '+' || last == '|' || last == '&';
	if (!p->open && (unsigned char)last >= 0x80)
		p->open = ends_in(p->s, p->len, "—") ||
			  ends_in(p->s, p->len, "–") ||
			  ends_in(p->s, p->len, "、") ||
			  ends_in(p->s, p->len, "，") ||
			  ends_in(p->s, p->len, "；") ||
			  ends_in(p->s, p->len, "،");
}

/* What its first bytes tell, of a line that does not begin with a letter. */
static void
shape_begin(struct shape *p)
{
	const char *s;
	size_t len;

	shape_leader(p);
	s = p->s + p->words;
	len = p->len - p->words;
	if (len == 0)
		return;
	p->bullet = p->leader == 0 && item_begins_bullet(s, len);
	p->number = item_begins_number(s, len);
	shape_first(p);
	if (p->quoted && (unsigned char)*s < 0x80)
		p->sign = *s;
}

static void
shape_of(struct shape *p, const struct unit_block *b, size_t i)
{
	const struct line *l = &b->lines[i];
	const char *s = text_of(b, i);
	size_t len = trimmed(s, l->len), at = 0, end;

	*p = (struct shape){
		.s = s, .len = (uint32_t)len, .first = LETTER_NONE,
	};
	if (len > 0 && is_space(*s))
		p->indent = p->col = skip_space(s, len, &at, 0);
	p->words = (uint32_t)at;
	if (at == len)
		return;
	/* Most lines begin with a word, and no "a)", "dnl" or "o". */
	if (is_ascii_letter(s[at]) && at + 2 < len &&
	    is_ascii_letter(s[at + 1]) && s[at] != 'd')
		p->first = (s[at] & 0x20) != 0 ? LETTER_LOWER : LETTER_UPPER;
	else
		shape_begin(p);
	if (p->words == len)
		return;
	shape_end(p);
	s += p->words;
	len -= p->words;
	end = until_space(s, len);
	/* "word: text", "\"key\": value" */
	p->label = end > 1 && end < 32 && end < len && s[end - 1] == ':';
	p->wide = len > WRAP_MAX && (l->ascii || len > 4 * WRAP_MAX ||
				     columns(s, len, false) > WRAP_MAX);
	if (p->wide)
		return;
	p->width = p->col + (uint32_t)columns(s, len, l->ascii);
	/* Scripts without spaces may break anywhere. */
	if (2 * (l->solo2 + l->solo4) > l->nwords) {
		p->spaced = true;
		p->next = 2;
		return;
	}
	p->next = (uint32_t)columns(s, end, l->ascii);
	p->spaced = end < len &&
		    end + 1 + until_space(s + end + 1, len - end - 1) < len;
}

/* Wrapped text. */

/* Do both lines begin with the same words, as two captions may? */
static bool
begin_alike(const struct unit_block *b, size_t i, size_t k)
{
	const struct line *x = &b->lines[i], *y = &b->lines[k];
	size_t n = x->norm_len < y->norm_len ? x->norm_len : y->norm_len;
	const char *p = b->norm + x->norm, *q = b->norm + y->norm;

	/* Nearly all differ here. */
	return n == 0 || (*p == *q && memcmp(p, q, n < ALIKE ? n : ALIKE) == 0);
}

/*
 * May line i go on with the one before it, by its place and by what stands at
 * its beginning?  'new': that one begins something, and may be indented deeper.
 */
static bool
may_go_on(const struct unit_block *b, const struct shape *p, size_t i,
	  bool new)
{
	const struct shape *x = &p[i - 1], *y = &p[i];
	bool item = x->bullet || x->leader == '*';

	return !x->wide && !y->wide && !y->bullet && !y->number &&
	       (x->leader == y->leader || (item && y->leader == 0)) &&
	       (y->col >= x->col || new) && x->spaced &&
	       b->lines[i - 1].nwords > 0 && b->lines[i].nwords > 0 &&
	       !(x->first == LETTER_DIGIT && y->first == LETTER_DIGIT) &&
	       !(x->sign != 0 && x->sign == y->sign) &&
	       !begin_alike(b, i - 1, i);
}

/* Does a sentence plainly go on in line i: an open end, and then lower case? */
static bool
goes_on_plainly(const struct unit_block *b, const struct shape *p, size_t i)
{
	const struct shape *x = &p[i - 1], *y = &p[i];

	return !x->closed && !x->colon && y->first == LETTER_LOWER &&
	       !y->quoted && !y->bullet && !y->number &&
	       b->lines[i - 1].nwords > 0;
}

/* What the joints between the lines of a stretch look like. */
struct joints {
	uint32_t n, full, closed, upper;
	uint32_t plain;		/* a sentence plainly goes on */
	uint32_t words, columns;	/* of both lines are as many */
};

/* Was there no room for the first word of line i on the line before? */
static bool
is_full(const struct shape *p, size_t i, uint32_t width)
{
	uint32_t slack = width < WRAP_EVEN ? 0 : width / WRAP_SLACK;

	return p[i - 1].width + 1 + p[i].next + slack > width;
}

static struct joints
count_joints(const struct unit_block *b, const struct shape *p, size_t first,
	     size_t end, uint32_t width)
{
	struct joints j = { .n = 0 };

	for (size_t i = first + 1; i < end; i++) {
		j.n++;
		j.plain += b->lines[i].joined;
		j.words += b->lines[i - 1].nwords == b->lines[i].nwords &&
			   p[i].next != 2;
		j.columns += p[i - 1].width == p[i].width && p[i].next != 2;
		if (!is_full(p, i, width))
			continue;
		j.full++;
		j.closed += p[i - 1].closed;
		j.upper += p[i].first == LETTER_UPPER && !p[i - 1].open;
	}
	return j;
}

/*
 * Lines that each begin in upper case: are they headlines?  Most other words of
 * those are in lower case, and no sentence ends within one.
 */
static bool
are_headlines(const struct shape *p, size_t first, size_t end)
{
	size_t lower = 0, upper = 0, n;

	for (; first < end; first++)
		for (size_t i = p[first].words; i < p[first].len; i++) {
			enum letter kind;

			if (!is_space(p[first].s[i]))
				continue;
			if (i > 0 && p[first].s[i - 1] == '.')
				return false;
			kind = letter_first(p[first].s + i + 1,
					    p[first].len - i - 1, &n);
			lower += kind == LETTER_LOWER;
			upper += kind == LETTER_UPPER;
		}
	return lower > upper;
}

/*
 * Lines first..end - 1 may go on with each other.  They were wrapped if nearly
 * each is as long as it could be, and not mostly ends a sentence, or where some
 * sentence plainly goes on.  Headlines
 * are about as long as each other too, but each begins in upper case; and what
 * has as many words in each line comes from a machine.  Returns how many go on
 * so.
 */
static size_t
mark_stretch(const struct unit_block *b, const struct shape *p, size_t first,
	     size_t end, uint32_t width)
{
	struct joints j = count_joints(b, p, first, end, width);
	bool wrapped = j.full > 0 && 3 * j.full >= 2 * j.n &&
		       (2 * j.closed <= j.full || j.plain > 0) &&
		       !(j.n >= 3 && (j.words == j.n || j.columns == j.n)) &&
		       !(j.full >= 3 && j.upper == j.full &&
			 are_headlines(p, first, end));

	/* Lines of a menu have few words, and are full by chance. */
	for (size_t i = first + 1; wrapped && i < end; i++)
		b->lines[i].joined |= is_full(p, i, width) &&
			line_length(&b->lines[i - 1]) >= WRAP_WORDS;
	return wrapped ? j.full : 0;
}

/*
 * Mark the lines that go on with the one before; how many do by their shape?
 * Where a line is wider than any that is wrapped, none was.
 */
static size_t
mark_joined(const struct unit_block *b, const struct shape *p)
{
	size_t wrapped = 0;
	bool wide = false;

	for (size_t i = 0; i < b->n; i++) {
		b->lines[i].joined = i > 0 && goes_on_plainly(b, p, i);
		wide |= p[i].wide && line_length(&b->lines[i]) >=
				     UNIT_PARAGRAPH;
	}
	for (size_t i = 0, k; i < b->n && !wide; i = k) {
		uint32_t width = p[i].width;

		for (k = i + 1; k < b->n && may_go_on(b, p, k, k == i + 1);
		     k++)
			if (p[k].width > width)
				width = p[k].width;
		if (k > i + 1)
			wrapped += mark_stretch(b, p, i, k, width);
	}
	return wrapped;
}

/* Parts of something. */

/* Cells of a table: bars, tabs, wide gaps. */
static bool
is_row(const struct shape *p, const struct line *l)
{
	const char *s = p->s + p->words;
	size_t len = p->len - p->words;
	unsigned gaps = 0, space = 0;
	const char *bar = memchr(s, '|', len);

	if (memchr(s, '\t', len) != NULL)
		return true;
	if (bar != NULL &&
	    memchr(bar + 1, '|', len - (size_t)(bar + 1 - s)) != NULL)
		return true;
	/* Of its words one space is left for each gap. */
	for (size_t i = 0; len > l->norm_len + 1 && i < len; i++) {
		if (s[i] == ' ') {
			gaps += ++space == 3;
			if (space == 4)
				return true;
		} else {
			space = 0;
		}
	}
	return gaps >= 2;
}

bool
unit_is_cell(const char *norm, size_t len, uint32_t nwords)
{
	uint32_t numbers = 0;
	bool digit = false;

	for (size_t i = 0; i < len; i++) {
		digit |= norm[i] >= '0' && norm[i] <= '9';
		if (norm[i] == ' ') {
			numbers += digit;
			digit = false;
		}
	}
	return 2 * numbers >= nwords;
}

/* A sentence may have a sign of code in it, but not several. */
static bool
is_code(const struct shape *p)
{
	return listing_signs(p->s + p->words, p->len - p->words) >=
	       (p->closed ? 3 : 1);
}

/* What is known of a block beyond its lines. */
struct frame {
	uint32_t col;		/* the smallest indent of its lines */
	bool data;		/* most lines have a label */
	bool code;		/* it ends as a statement does */
	bool even;		/* all lines have the same indent */
};

static bool
ends_as_code(const struct shape *p)
{
	char last = p->len > 0 ? p->s[p->len - 1] : 0;

	return last == ';' || last == '{' || last == '}';
}

static struct frame
frame_of(const struct unit_block *b, const struct shape *p)
{
	struct frame f = { .col = UINT32_MAX, .even = true };
	size_t labels = 0, lines = 0;
	uint32_t indent = p[0].indent;

	for (size_t i = 0; i < b->n; i++) {
		if (b->lines[i].nwords == 0)
			continue;
		lines++;
		labels += p[i].label;
		f.even &= p[i].indent == indent;
		if (p[i].col < f.col)
			f.col = p[i].col;
	}
	f.data = labels >= 2 && 2 * labels >= lines;
	f.code = ends_as_code(&p[b->n - 1]);
	return f;
}

/* Is line i complete by itself, and no part of what stands around it? */
static bool
stands_alone(const struct unit_block *b, const struct shape *p,
	     const struct frame *f, size_t i, bool announced)
{
	const struct line *l = &b->lines[i];

	return line_length(l) >= 2 * b->min_words && !announced &&
	       !l->joined && !(i + 1 < b->n && b->lines[i + 1].joined) &&
	       !p[i].open && !p[i].number && p[i].col <= f->col &&
	       !f->code && !(f->data && p[i].label) &&
	       !is_row(&p[i], l) && !is_code(&p[i]) &&
	       !(l->digits && unit_is_cell(b->norm + l->norm, l->norm_len,
					   l->nwords));
}

/* Units. */

static void
add_span(struct units *u, size_t nlines, enum unit_kind kind)
{
	struct unit_span *last = &u->span[u->nspans - (u->nspans > 0)];

	if (u->nspans > 0 && kind == UNIT_RUN && last->kind == UNIT_RUN)
		last->nlines += (uint32_t)nlines;
	else
		u->span[u->nspans++] = (struct unit_span){
			(uint32_t)nlines, kind,
		};
}

/* Each line of a list is a unit, if it is long enough. */
static void
split_list(struct units *u, const struct unit_block *b)
{
	for (size_t i = 0; i < b->n; i++)
		add_span(u, 1, line_length(&b->lines[i]) >= b->min_words ?
			 UNIT_LINE : UNIT_RUN);
}

/* Lines that stand alone, and what is between them. */
static void
split_text(struct units *u, const struct unit_block *b,
	   const struct frame *f)
{
	const struct shape *p = u->shape;
	bool announced = false;	/* by a colon: the next line, or its list */

	for (size_t i = 0; i < b->n; i++) {
		if (i > 0 && p[i - 1].colon)
			announced = true;
		else if (!p[i].bullet && !p[i].number && p[i].col <= f->col)
			announced = false;
		add_span(u, 1, stands_alone(b, p, f, i, announced) ?
			 UNIT_LINE : UNIT_RUN);
	}
}

/* What a first look at the lines of a block tells. */
struct glance {
	uint32_t longest;	/* words in one of them */
	size_t hints;		/* lines that begin or end as code may */
	bool parted;		/* a line begins as a fence does, or is no
				 * text */
};

static struct glance
look_at_lines(const struct unit_block *b)
{
	struct glance g = { 0, 0, false };

	for (size_t i = 0; i < b->n; i++) {
		const struct line *l = &b->lines[i];
		const char *s = text_of(b, i);
		size_t len = l->len, at = 0;
		unsigned begin, end;

		if (l->nwords + l->extra > g.longest &&
		    line_length(l) > g.longest)
			g.longest = line_length(l);
		if (l->nwords == 0 && !unit_is_rule(s, len))
			g.parted = true;
		while (len > 0 && (unsigned char)s[len - 1] <= ' ')
			len--;
		if (len == 0)
			continue;
		while (is_space(s[at]))
			at++;
		begin = traits[(unsigned char)s[at]];
		end = traits[(unsigned char)s[len - 1]];
		g.hints += ((begin & BEGINS) | (end & ENDS)) != 0;
		g.parted |= (begin & FENCES) != 0;
	}
	return g;
}

/* Every eighth line of a listing begins or ends as code may. */
static bool
is_listing(const struct unit_block *b, const struct glance *g)
{
	return b->n > 1 && g->hints > 0 && 8 * g->hints >= b->n &&
	       listing_is(b->lines, b->n, b->text, b->base);
}

/* Does line i begin with a word in lower case, and has it another one? */
static bool
begins_lower(const struct unit_block *b, size_t i)
{
	const char *s = text_of(b, i);

	if (b->lines[i].nwords < 2)
		return false;
	while (is_space(*s))
		s++;
	/* No "dnl", and no "a)". */
	return *s >= 'a' && *s <= 'z' && *s != 'd' && is_ascii_letter(s[1]);
}

/* Does line i end in the middle of a sentence? */
static bool
ends_open(const struct unit_block *b, size_t i)
{
	const char *s = text_of(b, i);
	size_t len = trimmed(s, b->lines[i].len);

	return b->lines[i].nwords > 0 && len > 0 &&
	       (traits[(unsigned char)s[len - 1]] & OPENS) != 0;
}

/*
 * May some line of the block stand alone, as far as can be told without shapes?
 * Most lines of wrapped text plainly go on with one beside them.
 */
static bool
may_stand_alone(const struct unit_block *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->lines[i].nwords + b->lines[i].extra >=
		    2 * b->min_words &&
		    !(i + 1 < b->n && begins_lower(b, i + 1) &&
		      ends_open(b, i)) &&
		    !(i > 0 && begins_lower(b, i) && ends_open(b, i - 1)))
			return true;
	return false;
}

static int
split_lines(struct units *u, const struct unit_block *b,
	    const struct glance *g)
{
	struct frame f;
	size_t wrapped;

	/* Can none be a unit by itself?  Then no shape matters. */
	if (!b->marks &&
	    (g->longest < (b->alone ? b->min_words : 2 * b->min_words) ||
	     (!b->alone && !b->by_line && !may_stand_alone(b)))) {
		add_span(u, b->n, UNIT_RUN);
		return 0;
	}
	if (array_room(&u->shape, &u->shapes_room, b->n,
		       sizeof(*u->shape)) != 0)
		return -1;
	for (size_t i = 0; i < b->n; i++)
		shape_of(&u->shape[i], b, i);
	wrapped = mark_joined(b, u->shape);
	f = frame_of(b, u->shape);
	/* In a list few lines look wrapped, by chance. */
	if (b->alone && LIST_CHANCE * wrapped < b->n && f.even &&
	    g->longest < UNIT_PARAGRAPH)
		split_list(u, b);
	else if (b->alone && is_listing(b, g))
		add_span(u, b->n, UNIT_LISTING);
	else
		split_text(u, b, &f);
	return 0;
}

/* A block that nothing parts, or a part of one. */
static int
split_plain(struct units *u, const struct unit_block *b,
	    const struct glance *g)
{
	/* What is all of its document may be a list of such lines. */
	if (!b->alone && is_listing(b, g)) {
		add_span(u, b->n, UNIT_LISTING);
		return 0;
	}
	return split_lines(u, b, g);
}

/* Lines of a block that are between fences, or what is no text. */
static int
split_part(struct units *u, const struct unit_block *whole, size_t from,
	   size_t n)
{
	struct unit_block b = *whole;
	struct glance g;

	if (n == 0)
		return 0;
	b.lines += from;
	b.n = n;
	b.alone = whole->alone && n == whole->n;
	g = look_at_lines(&b);
	return split_plain(u, &b, &g);
}

bool
unit_is_rule(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\n' &&
		    text[i] != '\r' && text[i] != '\t' && text[i] != '\f')
			return false;
	return true;
}

/* Lines up to the end of the listing that the fence in line i opens, or 0. */
static size_t
fenced(const struct unit_block *b, size_t i)
{
	for (size_t k = i + 1; k < b->n; k++)
		if (unit_is_fence(text_of(b, k), b->lines[k].len))
			return k + 1 - i;
	return 0;
}

/* Where some lines may part a block. */
static int
split_parted(struct units *u, const struct unit_block *b)
{
	size_t from = 0;

	for (size_t i = 0; i < b->n; i++) {
		size_t n;

		/* What is no text at all goes with nothing. */
		if (b->lines[i].nwords == 0 &&
		    !unit_is_rule(text_of(b, i), b->lines[i].len)) {
			if (split_part(u, b, from, i - from) != 0)
				return -1;
			add_span(u, 1, UNIT_LINE);
			from = i + 1;
			continue;
		}
		if (!unit_is_fence(text_of(b, i), b->lines[i].len))
			continue;
		n = fenced(b, i);
		if (n == 0)
			break;
		if (split_part(u, b, from, i - from) != 0)
			return -1;
		add_span(u, n, UNIT_LISTING);
		i += n - 1;
		from = i + 1;
	}
	return split_part(u, b, from, b->n - from);
}

int
unit_split(struct units *u, const struct unit_block *b)
{
	struct glance g = look_at_lines(b);

	u->nspans = 0;
	if (array_room(&u->span, &u->spans_room, b->n, sizeof(*u->span)) != 0)
		return -1;
	return g.parted ? split_parted(u, b) : split_plain(u, b, &g);
}
