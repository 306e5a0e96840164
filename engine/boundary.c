/*
 * Where a long text may be cut for several threads, and how its stretches are
 * joined again.
 *
 * A stretch ends behind a block, unless it may be inside a fenced listing; or
 * between two chunks of a giant block.  Fences are looked for as far back as
 * one matters; a place that is not clear is not cut at.
 *
 * The thread that splits a stretch by itself does not know two things: what
 * comes directly before its first line, and what follows its last units.
 */
#include "split.h"

#include <string.h>

#include "last_byte.h"

static bool
is_whole(const struct dedup_options *opt)
{
	return opt->unit == DEDUP_UNIT_PARAGRAPH ||
	       opt->unit == DEDUP_UNIT_DOCUMENT;
}

enum look { LOOK_BLANK, LOOK_TEXT, LOOK_UNSURE };

/*
 * A line with such a byte is not blank: neither white space of Unicode, nor
 * what counts as such, nor a comment leader by itself contains it.
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
	 * If the depth of quoted mail changes, another block begins; an entity
	 * may be white space.
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

	/* No way out of the loops, so that they become ones of vectors. */
	for (size_t i = 0; i < len; i++)
		any |= (unsigned char)((text[i] == '`') | (text[i] == '~'));
	if (any == 0)
		return false;
	any = 0;
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
 * by 'at', as far back as one matters; 0 if there is none.  A step of text that
 * has a fence counts as one: it is not searched further.  Forward, as the cache
 * is filled: the thread that asks is mostly the one that will read the text.
 */
static size_t
last_fence(const struct dedup_options *opt, const char *text, size_t at)
{
	/* A listing may begin where the block before it ends. */
	size_t most = 2 * UNIT_BLOCK_MAX, from = at > most ? at - most : 0;
	static const size_t step = 1024;
	size_t last = 0;

	if (opt->unit != DEDUP_UNIT_AUTO)
		return 0;
	for (size_t end; from < at; from = end) {
		size_t before = from < 2 ? from : 2;	/* one may straddle */

		end = at - from < step ? at : from + step;
		if (has_fence(text + from - before, end - from + before))
			last = from + 1;
	}
	return last;
}

/*
 * Where does the first chunk end?  text[0..len) begins with a block or a chunk,
 * and the block continues beyond it.
 */
static bool
find_chunk(const char *text, size_t len, struct cut *cut)
{
	const char *nl;

	if (len <= UNIT_BLOCK_MAX)
		return false;
	nl = last_byte(text, '\n', UNIT_BLOCK_MAX);
	if (nl == NULL)		/* a line that is a chunk by itself */
		nl = memchr(text + UNIT_BLOCK_MAX, '\n', len - UNIT_BLOCK_MAX);
	if (nl == NULL || (size_t)(nl - text) >= DEDUP_UNIT_MAX)
		return false;
	*cut = (struct cut){ (size_t)(nl - text) + 1, true };
	/* What follows has to be seen: it may be a blank line. */
	return cut->at < len;
}

bool
boundary_find(const struct dedup_options *opt, const char *text, size_t len,
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
		const char *nl = last_byte(text, '\n', end - 1);
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
	     piece_is_of_run(q); q++)
		if (q->kind == PIECE_REST)
			to = q->off + q->len;
	return (size_t)(to - p->off);
}

/* Does the stretch begin by repeating what comes directly before it? */
static bool
begins_again(const struct split *own, const struct split *ahead,
	     const struct prepared *r)
{
	const struct piece *p = ahead->pieces + r->piece, *end = p + r->npieces;
	const struct unit *u;
	struct said again;

	while (p < end && p->kind == PIECE_SEPARATOR)
		p++;
	if (p == end || !piece_is_unit(p))
		return false;
	if (p->kind == PIECE_RUN) {
		const struct line *l = &ahead->scan.lines[r->head];

		again = (struct said){ l->norm, l->norm_len, l->nwords, 0, 0 };
		if (plan_says_again(&own->before.line, own->scan.norm,
				     &again, ahead->scan.norm,
				     r->text + (l->off - r->off), l->len))
			return true;
	}
	u = p->unit;
	again = (struct said){ u->norm, u->norm_len, u->w.n, 0, 0 };
	return plan_says_again(&own->before.unit, own->scan.norm, &again,
				ahead->scan.norm, r->text + (p->off - r->off),
				text_length(p, end));
}

/*
 * Pieces of the stretch's first block, and of those after it that begin with a
 * repeat.
 */
static size_t
count_again(const struct split *ahead, const struct prepared *r)
{
	const struct piece *p = ahead->pieces + r->piece;
	size_t n = 0;

	do {
		for (n++; n < r->npieces && p[n].kind != PIECE_SEPARATOR; n++)
			;
	} while (n + 1 < r->npieces && p[n + 1].unit != NULL &&
		 p[n + 1].unit->repeats);
	return n;
}

/* Split the first n pieces again, knowing what stands before them. */
static int
split_again(struct split *own, const struct split *ahead,
	    const struct prepared *r, uint64_t line, size_t n)
{
	int got;

	split_begin_at(own, r->off);
	own->cursor.inside = r->inside;
	own->cursor.line = line;
	own->feed.text = r->text;
	own->feed.end = n < r->npieces ? ahead->pieces[r->piece + n].off :
		   r->sep_len > 0 ? r->sep_off : r->off + r->len;
	own->cursor.goes_on = !r->ends || n < r->npieces;
	while ((got = split_scan(own, true)) > 0)
		;
	while (got == 0 && (got = split_plan(own, SIZE_MAX, true)) > 0)
		got = 0;
	own->cursor.inside = false;
	return got;
}

/* The pieces of the stretch from number 'from' on; their units stay there. */
static int
append(struct split *own, const struct split *ahead, const struct prepared *r,
       size_t from, uint64_t line)
{
	size_t n = r->npieces - from;
	struct piece *p;

	if (array_room(&own->pieces, &own->pieces_room, own->npieces + n,
		       sizeof(*p)) != 0)
		return -1;
	p = own->pieces + own->npieces;
	if (n > 0)
		memcpy(p, ahead->pieces + r->piece + from, n * sizeof(*p));
	own->npieces += n;
	own->lookahead.wanted |= ahead->lookahead.wanted;
	for (size_t i = 0; i < n; i++) {
		p[i].line += line;
		if (p[i].unit != NULL && p[i].unit->repeats)
			p[i].unit->root_line += line;
	}
	return 0;
}

/* Append words to those of a scan; *at is where they are. */
static int
add_words(struct scan *scan, const char *words, size_t len, size_t *at)
{
	if (array_room(&scan->norm, &scan->norm_room,
		       scan->norm_len + len + SHINGLE_SLACK, 1) != 0)
		return -1;
	*at = scan->norm_len;
	memcpy(scan->norm + *at, words, len);
	memset(scan->norm + *at + len, 0, SHINGLE_SLACK);
	scan->norm_len += len;
	return 0;
}

/* The words that stand before what follows, from one split to the other. */
static int
take_said(struct split *own, const struct split *ahead,
	  const struct said *from, uint64_t line, struct said *to)
{
	*to = *from;
	to->line += line;
	return from->nwords == 0 ? 0 :
	       add_words(&own->scan, ahead->scan.norm + from->norm,
			 from->norm_len, &to->norm);
}

int
boundary_join(struct split *own, const struct split *ahead,
	  const struct prepared *r, uint64_t line)
{
	size_t again = begins_again(own, ahead, r) ? count_again(ahead, r) : 0;

	if ((again > 0 && split_again(own, ahead, r, line, again) != 0) ||
	    append(own, ahead, r, again, line) != 0)
		return -1;
	/* Splitting again has set it. */
	if (!r->before.any || again == r->npieces)
		return 0;
	return take_said(own, ahead, &r->before.line, line,
			 &own->before.line) != 0 ||
	       take_said(own, ahead, &r->before.unit, line,
			 &own->before.unit) != 0 ? -1 : 0;
}

/* The unit of a piece, and its words if they may be asked for. */
static int
take_over(struct split *own, struct piece *p)
{
	struct unit *u = unit_take(&own->pool);

	if (u == NULL)
		return -1;
	*u = *p->unit;
	u->sketched = false;
	u->proposal = NULL;
	u->scan = &own->scan;
	u->norm = own->scan.norm_len;
	if (piece_is_unit(p) &&
	    add_words(&own->scan, unit_words(p->unit), u->norm_len,
		      &u->norm) != 0) {
		unit_give_back(&own->pool, u);
		return -1;
	}
	p->unit = u;
	return 0;
}

int
boundary_leave(struct split *own, const struct split *ahead)
{
	for (size_t i = 0; i < own->npieces; i++) {
		struct piece *p = &own->pieces[i];

		if (p->unit != NULL && p->unit->scan == &ahead->scan &&
		    take_over(own, p) != 0)
			return -1;
	}
	return 0;
}
