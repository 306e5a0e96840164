/*
 * From the lines of a block to pieces.  unit.c says which lines are one unit.
 * Rule 3 is decided here: which unit or line says again what is directly before
 * it.
 */
#include "split.h"

#include <stddef.h>
#include <string.h>

#include "array.h"
#include "bytes.h"
#include "listing.h"
#include "part.h"

static struct piece *
add_piece(struct split *s, enum piece_kind kind, uint64_t off, uint64_t line)
{
	struct piece *p;

	if (array_room(&s->pieces, &s->pieces_room, s->npieces + 1,
		       sizeof(*p)) != 0)
		return NULL;
	p = &s->pieces[s->npieces++];
	*p = (struct piece){
		.off = off, .line = line, .kind = kind, .verdict = UNDECIDED,
	};
	return p;
}

/* A piece with a unit. */
BODY struct piece *
add_unit(struct split *s, enum piece_kind kind, const struct line *l)
{
	struct unit *u = unit_take(&s->pool);
	struct piece *p;

	if (u == NULL)
		return NULL;
	p = add_piece(s, kind, l->off, s->cursor.line);
	if (p == NULL)
		return NULL;
	p->unit = u;
	/* It is large, so not all of it is set. */
	u->scan = &s->scan;
	u->norm = l->norm;
	u->w.n = 0;
	u->w.went = false;
	u->w.code = NULL;
	u->proposal = NULL;
	memset(&u->norm_len, 0, offsetof(struct unit, has_copy) + 1 -
				offsetof(struct unit, norm_len));
	u->quote = l->quote;
	u->ascii = true;
	return p;
}

int
plan_separator(struct split *s, uint64_t off, uint64_t len, bool stays)
{
	struct piece *p = add_piece(s, PIECE_SEPARATOR, off, s->cursor.line);

	if (p == NULL)
		return -1;
	p->len = (uint32_t)len;
	p->stays = stays;
	return 0;
}

/* A stretch that stays whatever it says; nothing stands before what follows. */
static int
add_pass(struct split *s, const struct line *l)
{
	struct piece *p = add_piece(s, PIECE_PASS, l->off, s->cursor.line);

	if (p == NULL)
		return -1;
	p->len = l->len;
	/* The same in all, whatever portions the line comes in. */
	p->nwords = l->oversize ? (uint32_t)((l->off + l->len) / 8 -
					     l->off / 8) : l->nwords;
	p->begins = l->begins;
	s->before = (struct before){ .any = true };
	return 0;
}

/*
 * At least two words.  Cells of a table are the same by chance, and lines of
 * code for a reason; what goes on in the next line may say it again, as verse
 * does.
 */
bool
plan_says_again(const struct said *before, const char *before_words,
		 const struct said *again, const char *words,
		 const char *text, size_t len)
{
	words += again->norm;
	return again->nwords >= 2 && before->nwords == again->nwords &&
	       before->norm_len == again->norm_len &&
	       memcmp(before_words + before->norm, words,
		      again->norm_len) == 0 &&
	       !unit_is_cell(words, again->norm_len, again->nwords) &&
	       listing_signs(text, trimmed(text, len)) == 0 &&
	       !ending_is_open(text, len);
}

/* What is known of a unit from its lines so far. */
struct sums {
	uint32_t nwords, solo2, solo4, extra;
	uint32_t nlines;	/* with words */
	bool digits, high;	/* as in struct line; high: not all is ASCII */
};

static inline void
add_line(struct sums *sums, const struct line *l)
{
	sums->nwords += l->nwords;
	sums->solo2 += l->solo2;
	sums->solo4 += l->solo4;
	sums->extra += l->extra;
	sums->nlines += l->nwords > 0;
	sums->digits |= l->digits;
	sums->high |= !l->ascii;
}

/*
 * Is a short unit a headline, and does it mean little without what is beside
 * it?  What is all of its document has nothing beside it, and what the user
 * says is a unit is one.
 */
static void
look_at_short(struct split *s, struct piece *p, uint32_t length,
	      const struct line *last)
{
	struct unit *u = p->unit;
	const char *text = s->feed.text + (p->off - s->feed.base);
	size_t len = (size_t)(last->off + last->len - p->off);
	bool headline = length < HEADLINE && !ending_is_sentence(text, len);

	u->headline = headline && u->length < HEADLINE;
	if (s->opt.unit != DEDUP_UNIT_AUTO || s->cursor.alone)
		return;
	u->part = part_is(&(struct part_text){
		.text = text, .len = len, .length = length,
		.nlines = u->nlines, .words = s->scan.norm + u->norm,
		.words_len = u->digits ? u->norm_len : 0,
		.listing = u->listing, .headline = headline,
		.underlined = last->nwords == 0,
	});
}

/*
 * How does it end, and begin?  Its text ends with the line 'last'; 'extra' is
 * what its addresses count beyond a word each.
 */
static void
look_at_ends(struct split *s, struct piece *p, uint32_t extra,
	     const struct line *last)
{
	struct unit *u = p->unit;
	const char *text = s->feed.text + (p->off - s->feed.base);
	size_t len = (size_t)(last->off + last->len - p->off);

	if (u->length - extra < PART_WORDS)
		look_at_short(s, p, u->length - extra, last);
	if (u->part || s->opt.unit == DEDUP_UNIT_DOCUMENT)
		return;
	u->asks = (uint8_t)ending_read_more(&s->filter,
					    s->scan.norm + u->norm,
					    u->norm_len);
	u->ending = u->asks > 0 ? ENDING_READ_MORE : ending_of(text, len);
	s->lookahead.wanted |= u->ending != ENDING_WHOLE;
}

/* The words of a unit are known: what follows from them. */
static void
finish_unit(struct split *s, struct piece *p, const struct sums *sums,
	    const struct line *last)
{
	struct unit *u = p->unit;
	const char *text = s->feed.text + (p->off - s->feed.base);
	size_t len = (size_t)(last->off + last->len - p->off);
	struct said said = {
		u->norm, u->norm_len, sums->nwords, p->off, p->line,
	};

	u->w.n = sums->nwords;
	u->nlines = sums->nlines;
	u->digits = sums->digits;
	u->ascii = !sums->high;
	u->length = words_length(u->w.n, sums->solo2, sums->solo4,
				 sums->extra);
	u->compared = u->length >= s->opt.min_words;
	u->w.fp = shingler_fingerprint(s->shingler, s->scan.norm + u->norm,
				       u->norm_len);
	if (u->w.n == 0)
		u->rule = unit_is_rule(text, len);
	if (u->compared)
		look_at_ends(s, p, sums->extra, last);
	u->compared &= !u->part;
	if (u->compared) {
		said.nwords = 0;
	} else if (plan_says_again(&s->before.unit, s->scan.norm, &said,
				   s->scan.norm, text, len)) {
		u->repeats = true;
		u->root_off = said.off = s->before.unit.off;
		u->root_line = said.line = s->before.unit.line;
	}
	s->before.unit = said;
	s->before.any = true;
}

/* Lines that are one unit, in one piece. */
static int
plan_unit(struct split *s, size_t n, enum unit_kind kind)
{
	const struct line *l = s->scan.lines + s->cursor.at, *last = l + n - 1;
	struct piece *p = add_unit(s, kind == UNIT_RUN ? PIECE_RUN : PIECE_UNIT,
				   l);
	struct sums sums = { .nwords = 0 };
	struct unit *u;

	if (p == NULL)
		return -1;
	u = p->unit;
	p->len = (uint32_t)(last->off + last->len - l->off);
	u->listing = kind == UNIT_LISTING;
	u->norm_len = (uint32_t)(last->norm + last->norm_len - l->norm);
	for (size_t i = 0; i < n; i++)
		add_line(&sums, &l[i]);
	p->nwords = sums.nwords;
	finish_unit(s, p, &sums, last);
	if (n > 1 || !u->compared)
		u->short_lines = u->nlines;
	s->cursor.line += n;
	s->cursor.at += n;
	if (kind == UNIT_RUN)
		s->before.line = (struct said){
			last->norm, last->norm_len, last->nwords, last->off,
			s->cursor.line - 1,
		};
	else
		s->before.line = s->before.unit;
	return 0;
}

/* A line of a run that says again what stands before it. */
static int
plan_repeat(struct split *s, const struct line *l)
{
	struct piece *p = add_unit(s, PIECE_REPEAT, l);
	struct unit *u;

	if (p == NULL)
		return -1;
	u = p->unit;
	p->len = l->len;
	p->nwords = l->nwords;
	u->repeats = true;
	u->root_off = s->before.line.off;
	u->root_line = s->before.line.line;
	if (s->hash_lines)
		u->w.fp = shingler_fingerprint(s->shingler,
			s->scan.norm + l->norm, l->norm_len);
	return 0;
}

/* A line of the run whose first piece is number 'run'. */
static int
plan_run_line(struct split *s, const struct line *l, size_t run,
	      struct sums *sums)
{
	struct piece *p = &s->pieces[s->npieces - 1];
	bool apart = s->by_line ? !l->joined || p->kind != PIECE_REST :
				  p->kind == PIECE_REPEAT;
	struct unit *u, *first;
	size_t norm = l->norm;

	if (apart) {
		p = add_unit(s, PIECE_REST, l);
		if (p == NULL)
			return -1;
	}
	p->len += l->len;
	p->nwords += l->nwords;
	u = p->unit;
	first = s->pieces[run].unit;
	/* Its words follow those of the run, even if repeats stood between. */
	if (first->norm + first->norm_len != norm) {
		norm = first->norm + first->norm_len;
		memmove(s->scan.norm + norm, s->scan.norm + l->norm,
			l->norm_len);
		u->norm = apart ? norm : u->norm;
	}
	if (p->kind == PIECE_REST && s->hash_lines)
		u->w.fp = shingler_fingerprint(s->shingler,
			s->scan.norm + u->norm,
			norm + l->norm_len - u->norm);
	s->before.line = (struct said){
		norm, l->norm_len, l->nwords, l->off, s->cursor.line,
	};
	first->norm_len += l->norm_len;
	add_line(sums, l);
	return 0;
}

/* May a line of the n at the cursor repeat the one before it? */
static bool
may_repeat(const struct split *s, size_t n)
{
	const struct line *l = s->scan.lines + s->cursor.at;
	uint32_t before = s->before.line.nwords > 0 ? s->before.line.norm_len :
			  0;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		any |= l[i].norm_len == before && before > 0;
		before = l[i].norm_len;
	}
	return any;
}

/* Lines that are one unit, but for those that repeat. */
static int
plan_run(struct split *s, size_t n)
{
	const struct line *l = s->scan.lines + s->cursor.at, *end = l + n;
	const struct line *last = NULL;
	struct sums sums = { .nwords = 0 };
	size_t run = SIZE_MAX;

	if (!s->by_line && !may_repeat(s, n))
		return plan_unit(s, n, UNIT_RUN);
	for (; l < end; l++, s->cursor.line++) {
		struct said again = {
			l->norm, l->norm_len, l->nwords, l->off, s->cursor.line,
		};

		if (s->before.line.norm_len == l->norm_len &&
		    plan_says_again(&s->before.line, s->scan.norm, &again,
				    s->scan.norm, split_text_of(s, l),
				    l->len)) {
			if (plan_repeat(s, l) != 0)
				return -1;
			continue;
		}
		if (run == SIZE_MAX) {
			if (add_unit(s, PIECE_RUN, l) == NULL)
				return -1;
			run = s->npieces - 1;
		}
		if (plan_run_line(s, l, run, &sums) != 0)
			return -1;
		last = l;
	}
	s->cursor.at += n;
	if (run != SIZE_MAX) {
		struct piece *p = &s->pieces[run];

		finish_unit(s, p, &sums, last);
		if (n > 1 || !p->unit->compared)
			p->unit->short_lines = p->unit->nlines;
	}
	return 0;
}

/* The n lines at the cursor are a block, or a chunk of one. */
int
plan_block(struct split *s, size_t n)
{
	struct line *l = s->scan.lines + s->cursor.at;
	struct unit_block block;

	if (s->opt.unit == DEDUP_UNIT_PARAGRAPH ||
	    s->opt.unit == DEDUP_UNIT_DOCUMENT)
		return plan_unit(s, n, UNIT_LINE);
	if (s->opt.unit == DEDUP_UNIT_LINE) {
		while (n-- > 0)
			if (plan_unit(s, 1, UNIT_LINE) != 0)
				return -1;
		return 0;
	}
	/* Most blocks are one line of prose. */
	if (n == 1 && line_length(l) >= s->opt.min_words &&
	    !unit_is_fence(split_text_of(s, l), l->len))
		return plan_unit(s, 1, UNIT_LINE);
	block = (struct unit_block){
		.lines = l, .n = n, .text = s->feed.text, .base = s->feed.base,
		.norm = s->scan.norm, .min_words = s->opt.min_words,
		.alone = s->cursor.alone, .marks = s->hash_lines,
		.by_line = s->by_line,
	};
	if (unit_split(&s->units, &block) != 0)
		return -1;
	for (size_t i = 0; i < s->units.nspans; i++) {
		const struct unit_span *u = &s->units.span[i];

		if ((u->kind == UNIT_RUN ? plan_run(s, u->nlines) :
		     plan_unit(s, u->nlines, u->kind)) != 0)
			return -1;
	}
	return 0;
}

/* Lines at the cursor that stay whatever they say. */
int
plan_passing(struct split *s, size_t n)
{
	for (; n > 0; n--, s->cursor.at++) {
		const struct line *l = s->scan.lines + s->cursor.at;

		if (add_pass(s, l) != 0)
			return -1;
		s->cursor.line += l->begins;
	}
	return 0;
}
