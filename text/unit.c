/*
 * Which lines of a block are one unit.  listing.c says what is code.
 *
 * Most blocks need no more than a first look at their lines: none is long
 * enough to be a unit by itself, or each that is plainly continues another.
 * Otherwise each line has a shape.  Shapes show which lines continue the one
 * before, and which are parts of something else: a table, code or data, a
 * numbered list, what a colon announces.
 */
#include "unit.h"

#include "array.h"
#include "bytes.h"
#include "listing.h"
#include "wrap.h"

#include <stdlib.h>

#define LIST_CHANCE 8		/* one of so many lines of a list looks so */

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

bool
unit_begins_fence(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && i < 3 && text[i] == ' ')
		i++;
	return i + 3 <= len && (memcmp(text + i, "```", 3) == 0 ||
				memcmp(text + i, "~~~", 3) == 0);
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
		const char *s = block_text(b, i);
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
	const char *s = block_text(b, i);

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
	const char *s = block_text(b, i);
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
	wrapped = wrap_mark(b, u->shape);
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
		if (unit_is_fence(block_text(b, k), b->lines[k].len))
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
		    !unit_is_rule(block_text(b, i), b->lines[i].len)) {
			if (split_part(u, b, from, i - from) != 0)
				return -1;
			add_span(u, 1, UNIT_LINE);
			from = i + 1;
			continue;
		}
		if (!unit_is_fence(block_text(b, i), b->lines[i].len))
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
