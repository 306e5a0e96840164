/* Which lines go on with the one before, from the shapes of both. */
#include "wrap.h"

#include "bytes.h"
#include "letter.h"

#include <string.h>

#define WRAP_EVEN 50		/* columns: from here on lines may be filled */
#define WRAP_SLACK 12		/* evenly, or by width: a part of the columns */
#define WRAP_WORDS 5		/* words: fewer are no line of wrapped text */
#define ALIKE 12		/* bytes of words that two lines begin with */

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
 * Lines first..end - 1 may continue each other.  They were wrapped if nearly
 * each is as long as it could be, and few end a sentence or some sentence
 * plainly continues.  Headlines are about as long as each other too, but each
 * begins in upper case; and lines that all have the same number of words come
 * from a machine.  Returns how many lines continue the one before.
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
 * Mark the lines that continue the one before; how many do by their shape?  If
 * a line is wider than any that is wrapped, none was.
 */
size_t
wrap_mark(const struct unit_block *b, const struct shape *p)
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
