/*
 * Where a long text may be split apart for several threads, and how its
 * stretches are joined again.
 *
 * A stretch ends behind a block, unless it may be inside a fenced listing; or
 * between two chunks of a giant block.  Fences are looked for as far back as
 * one matters, and what is not plainly one thing or the other is left alone.
 *
 * At a seam two things are not known to who splits a stretch by itself: what
 * stands directly before its first line, and what follows its last units.
 */
#include "engine.h"

#include <string.h>

static bool
is_whole(const struct dedup_options *opt)
{
	return opt->unit == DEDUP_UNIT_PARAGRAPH ||
	       opt->unit == DEDUP_UNIT_DOCUMENT;
}

enum look { LOOK_BLANK, LOOK_TEXT, LOOK_UNSURE };

/*
 * A line with such a byte is not blank: no white space of Unicode, nor what
 * counts as such, has it in its UTF-8; and no lone comment leader.
 */
static bool
is_no_blank(unsigned char c)
{
	return c < 0x80 ? c > ' ' && strchr("#*/;%-dnl", c) == NULL :
	       (c > 0xc2 && c < 0xe1) || (c > 0xe3 && c != 0xef);
}

static enum look
look_at(const char *line, size_t len)
{
	bool blank = true;
	size_t at = 0;

	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	/*
	 * Where the depth of quoted mail changes, another block begins; an
	 * entity may be white space.
	 */
	if (at < len && (line[at] == '>' || line[at] == '&'))
		return LOOK_UNSURE;
	for (size_t i = at; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if (is_no_blank(c))
			return LOOK_TEXT;
		blank &= c == ' ' || c == '\t' || c == '\r' || c == '\n';
	}
	return blank ? LOOK_BLANK : LOOK_UNSURE;
}

/* Does text[0..len) hold ``` or ~~~? */
static bool
has_fence(const char *text, size_t len)
{
	unsigned char any = 0;

	/* No way out of the loop, so that it becomes one of vectors. */
	for (size_t i = 0; i + 2 < len; i++) {
		bool same = (text[i] == text[i + 1]) &
			    (text[i] == text[i + 2]);

		any |= (unsigned char)(same & ((text[i] == '`') |
					       (text[i] == '~')));
	}
	return any != 0;
}

/*
 * Bytes of text up to a thing that may be a fence, the last of those that end
 * by 'at', as far back as one matters; 0 where there is none.  Whole steps are
 * taken for fences rather than that one is looked for.
 */
static size_t
last_fence(const struct dedup_options *opt, const char *text, size_t at)
{
	/* A listing may begin where the block before it ends. */
	size_t most = 2 * UNIT_BLOCK_MAX, from = at > most ? at - most : 0;
	static const size_t step = 1024;

	if (opt->unit != DEDUP_UNIT_AUTO)
		return 0;
	while (at > from) {
		size_t n = at - from < step ? at - from : step;
		size_t more = at - n >= 2 ? n + 2 : n;	/* one may straddle */

		if (has_fence(text + at - more, more))
			return at - n + 1;
		at -= n;
	}
	return 0;
}

/*
 * Where the first chunk ends of a block that goes on beyond text[0..len), which
 * begins with a block or a chunk.
 */
static bool
find_chunk(const char *text, size_t len, struct cut *cut)
{
	const char *nl;

	if (len <= UNIT_BLOCK_MAX)
		return false;
	nl = memrchr(text, '\n', UNIT_BLOCK_MAX);
	if (nl == NULL)		/* a line that is a chunk by itself */
		nl = memchr(text + UNIT_BLOCK_MAX, '\n', len - UNIT_BLOCK_MAX);
	if (nl == NULL || (size_t)(nl - text) >= DEDUP_UNIT_MAX)
		return false;
	*cut = (struct cut){ (size_t)(nl - text) + 1, true };
	/* What follows has to be seen: it may be a blank line. */
	return cut->at < len;
}

bool
seam_find(const struct dedup_options *opt, const char *text, size_t len,
	  struct cut *cut)
{
	size_t end = len, blanks = 0, fence;
	bool sure = true;	/* all lines seen are text */
	bool more = false;	/* there is text behind: see end_of_block() */

	if (opt->unit == DEDUP_UNIT_DOCUMENT)
		return false;
	while (end > 0 && text[end - 1] != '\n')
		end--;
	while (end > 0) {
		const char *nl = memrchr(text, '\n', end - 1);
		size_t begin = nl != NULL ? (size_t)(nl - text) + 1 : 0;
		enum look look = look_at(text + begin, end - begin);

		if (look == LOOK_TEXT && blanks == end && more) {
			fence = last_fence(opt, text, end);
			if (fence == 0) {
				*cut = (struct cut){ end, false };
				return true;
			}
			/* Before that there may be a place. */
			end = fence;
			while (end > 0 && text[end - 1] != '\n')
				end--;
			blanks = 0;
			sure = false;
			continue;
		}
		/* Where the blank lines begin that a block may end before. */
		blanks = look == LOOK_BLANK ? begin : 0;
		sure &= look == LOOK_TEXT;
		more |= look == LOOK_TEXT;
		end = begin;
	}
	return sure && !is_whole(opt) && find_chunk(text, len, cut) &&
	       last_fence(opt, text, cut->at) == 0;
}

/* Joining. */

/* Bytes of a unit's text, from its first line to its last. */
static size_t
text_length(const struct piece *p, const struct piece *end)
{
	uint64_t to = p->off + p->len;

	for (const struct piece *q = p + 1; q < end &&
	     (q->kind == PIECE_REST || q->kind == PIECE_REPEAT); q++)
		if (q->kind == PIECE_REST)
			to = q->off + q->len;
	return (size_t)(to - p->off);
}

/* Does the stretch begin with what stands directly before it? */
static bool
begins_again(const struct split *left, const struct split *ahead,
	     const struct reading *r)
{
	const struct piece *p = ahead->pieces + r->piece, *end = p + r->npieces;
	struct said again;

	while (p < end && p->kind == PIECE_SEPARATOR)
		p++;
	if (p == end || !piece_is_unit(p))
		return false;
	if (p->kind == PIECE_RUN) {
		const struct line *l = &ahead->scan.lines[r->head];

		again = (struct said){ l->norm, l->norm_len, l->nwords, 0, 0 };
		if (split_says_again(&left->before.line, left->scan.norm,
				     &again, ahead->scan.norm,
				     r->text + (l->off - r->off), l->len))
			return true;
	}
	again = (struct said){ p->norm, p->norm_len, p->w.n, 0, 0 };
	return split_says_again(&left->before.unit, left->scan.norm, &again,
				ahead->scan.norm, r->text + (p->off - r->off),
				text_length(p, end));
}

/* Pieces of the stretch's first block, and of those that repeat their way on. */
static size_t
count_again(const struct split *ahead, const struct reading *r)
{
	const struct piece *p = ahead->pieces + r->piece;
	size_t n = 0;

	do {
		for (n++; n < r->npieces && p[n].kind != PIECE_SEPARATOR; n++)
			;
	} while (n + 1 < r->npieces && p[n + 1].repeats);
	return n;
}

/* Split them again, knowing what stands before them. */
static int
split_again(struct split *left, const struct split *ahead,
	    const struct reading *r, uint64_t line, size_t *skip)
{
	size_t n = count_again(ahead, r);
	int got;

	*skip = n;
	split_begin_at(left, r->off);
	left->inside = r->inside;
	left->line = line;
	left->text = r->text;
	left->end = n < r->npieces ? ahead->pieces[r->piece + n].off :
		    r->sep_len > 0 ? r->sep_off : r->off + r->len;
	left->goes_on = !r->ends || n < r->npieces;
	while ((got = split_scan(left, true)) > 0)
		;
	while (got == 0 && (got = split_plan(left, SIZE_MAX, true)) > 0)
		got = 0;
	left->inside = false;
	return got;
}

/* The words that stand before what follows, from one split to the other. */
static int
take_said(struct split *left, const struct split *ahead,
	  const struct said *from, uint64_t line, struct said *to)
{
	struct scan *scan = &left->scan;

	*to = *from;
	to->line += line;
	if (from->nwords == 0)
		return 0;
	if (array_room(&scan->norm, &scan->norm_room, scan->norm_len +
		       from->norm_len + SHINGLE_SLACK, 1) != 0)
		return -1;
	memcpy(scan->norm + scan->norm_len, ahead->scan.norm + from->norm,
	       from->norm_len);
	to->norm = scan->norm_len;
	scan->norm_len += from->norm_len;
	return 0;
}

/*
 * The stretch comes next; 'line' lines of its document are before it, and what
 * is left of these is in 'left'.  *skip pieces of it are in 'left' then, too.
 */
int
seam_join(struct split *left, const struct split *ahead,
	  const struct reading *r, uint64_t line, size_t *skip)
{
	struct piece *p = ahead->pieces + r->piece;

	*skip = 0;
	for (size_t i = 0; i < r->npieces; i++) {
		p[i].line += line;
		p[i].root_line += p[i].repeats ? line : 0;
	}
	if (begins_again(left, ahead, r))
		return split_again(left, ahead, r, line, skip);
	return 0;
}

/*
 * The stretch's pieces from 'from' on are not settled yet and the next stretch
 * comes: they are left over.  So are the words that stand before that, unless
 * all of this one was split again.
 */
int
seam_leave(struct split *left, const struct split *ahead,
	   const struct reading *r, size_t from, uint64_t line,
	   bool again)
{
	struct scan *scan = &left->scan;
	size_t to = r->piece + r->npieces;

	for (size_t i = from; i < to; i++) {
		const struct piece *p = &ahead->pieces[i];
		struct piece *q;

		if (array_room(&left->pieces, &left->pieces_room,
			       left->npieces + 1, sizeof(*q)) != 0)
			return -1;
		q = &left->pieces[left->npieces++];
		*q = *p;
		q->sketched = false;
		q->proposal = NULL;
		if (!piece_is_unit(q))
			continue;
		if (array_room(&scan->norm, &scan->norm_room, scan->norm_len +
			       p->norm_len + SHINGLE_SLACK, 1) != 0)
			return -1;
		memcpy(scan->norm + scan->norm_len, ahead->scan.norm + p->norm,
		       p->norm_len);
		memset(scan->norm + scan->norm_len + p->norm_len, 0,
		       SHINGLE_SLACK);
		q->norm = scan->norm_len;
		scan->norm_len += p->norm_len;
	}
	if (!r->before.any || again)
		return 0;
	return take_said(left, ahead, &r->before.line, line,
			 &left->before.line) != 0 ||
	       take_said(left, ahead, &r->before.unit, line,
			 &left->before.unit) != 0 ? -1 : 0;
}
