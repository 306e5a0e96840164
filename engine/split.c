/*
 * Split: from text to pieces.
 *
 * Lines come from words.c, block.c finds the blocks, and plan.c makes pieces of
 * them.  Text that is fed goes through a split that is emptied on the way; text
 * that is read ahead stays in its split until all of it has been judged.
 */
#include "split.h"

#include <stdlib.h>
#include <string.h>

#include "last_byte.h"
#include "vectors.h"

#define PORTION ((size_t)128 << 10)	/* bytes read before they are planned */
#define ROOM_KEPT ((size_t)4 << 20)	/* of arrays, in an empty split */

/* What containment is looked up by: any text of min_words shares one. */
unsigned
split_window(const struct dedup_options *o)
{
	if (!o->contained || o->exact)
		return 0;
	return o->min_words > o->ngram ? o->min_words - o->ngram + 1 : 1;
}

int
split_init(struct split *s, const struct dedup_options *opt,
	   const unsigned char *secret)
{
	struct shingle_options shingles = {
		.ngram = opt->ngram, .window = split_window(opt),
		.sketch = opt->threshold > 0,
		.seeded = opt->seeded, .seed = opt->seed, .secret = secret,
	};

	*s = (struct split){ .opt = *opt };
	s->hash_lines = opt->count || opt->boilerplate > 0 ||
			opt->boilerplate_share > 0;
	s->by_line = s->hash_lines || opt->keep == DEDUP_KEEP_NONE;
	s->block_limit = opt->unit == DEDUP_UNIT_PARAGRAPH ||
			 opt->unit == DEDUP_UNIT_DOCUMENT ? DEDUP_UNIT_MAX
							  : UNIT_BLOCK_MAX;
	s->lookahead.wide = vectors_available() >= VECTORS_WIDE;
	ending_filter_init(&s->filter);
	s->reader = words_new(opt->fold_digits);
	s->lookahead.loose = loose_new();
	if (s->reader == NULL || s->lookahead.loose == NULL)
		return -1;
	s->shingler = shingler_new(&shingles);
	return s->shingler != NULL ? 0 : -1;
}

void
split_free(struct split *s)
{
	scan_free(&s->scan);
	free(s->pieces);
	unit_pool_free(&s->pool);
	unit_free(&s->units);
	free(s->ahead.prepared);
	scratch_free(s->early.scratch);
	free(s->early.proposals);
	shingler_free(s->shingler);
	loose_free(s->lookahead.loose);
	free(s->lookahead.folded);
	free(s->lookahead.listed);
	words_free(s->reader);
}

size_t
split_memory(const struct split *s)
{
	return shingler_memory(s->shingler) + words_memory(s->reader) +
	       scan_memory(&s->scan) + s->pieces_room * sizeof(*s->pieces) +
	       s->early.room * sizeof(*s->early.proposals) +
	       unit_pool_memory(&s->pool) + unit_memory(&s->units) +
	       s->lookahead.room * sizeof(*s->lookahead.listed) +
	       loose_memory(s->lookahead.loose) + s->lookahead.folded_room +
	       s->ahead.room * sizeof(*s->ahead.prepared);
}

/* Read on at byte 'off' of a document. */
void
split_begin_at(struct split *s, uint64_t off)
{
	size_t at = s->cursor.at;

	s->feed.base = s->feed.end = s->feed.scanned = s->feed.looked = off;
	s->feed.in_long = s->feed.long_begins = false;
	s->cursor = (struct cursor){
		.at = at, .line = s->cursor.line, .fresh = off == 0,
	};
}

void
split_reset(struct split *s)
{
	scan_drop(&s->scan, s->scan.nlines);
	s->scan.norm_len = 0;
	split_begin_at(s, 0);
	s->cursor.line = 0;
	s->cursor.at = s->npieces = 0;
	unit_give_back_all(&s->pool);
	s->before = (struct before){ .any = false };
	s->lookahead.wanted = !s->opt.exact;
	shingler_release(s->shingler);
}

/*
 * Is it known by its words, and not by its fingerprint?  So is code, as text.
 */
bool
split_wants_identity(const struct split *s, const struct unit *u)
{
	return !s->opt.exact &&
	       (u->length >= SHINGLE_NEAR || s->opt.contained);
}

/* Are the words of a unit to be had, beyond its fingerprint? */
bool
split_wants_words(const struct split *s, const struct unit *u)
{
	return !u->listing && split_wants_identity(s, u);
}

int
split_sketch(struct split *s, struct unit *u)
{
	if (u->sketched)
		return 0;
	u->w.length = u->length;
	if (shingler_words(s->shingler, &u->w, unit_words(u), u->norm_len,
			   u->digits, u->ascii) != 0)
		return -1;
	u->sketched = true;
	return 0;
}

int
split_sketch_new(struct split *s, const struct familiar *f)
{
	for (size_t i = 0; i < s->npieces; i++) {
		struct piece *p = &s->pieces[i];

		if (piece_is_unit(p) && p->unit->compared &&
		    split_wants_words(s, p->unit) &&
		    !familiar_has(f, &p->unit->w.fp) &&
		    split_sketch(s, p->unit) != 0)
			return -1;
	}
	return 0;
}

/* Pieces. */

/*
 * The lines at the cursor are a chunk of a block that is too long for one unit:
 * it is one all the same with -u paragraph and -u document, and passes.
 */
static int
plan_giant(struct split *s, size_t n)
{
	bool whole = s->block_limit == DEDUP_UNIT_MAX;
	bool first = !s->cursor.inside;
	size_t from = s->npieces;

	s->cursor.inside = true;
	if (!whole && !s->scan.lines[s->cursor.at].oversize)
		return plan_block(s, n);
	if (plan_passing(s, n) != 0)
		return -1;
	for (size_t i = from; whole && i < s->npieces; i++)
		s->pieces[i].begins = first && i == from;
	return 0;
}

/* The next block, or chunk of one: 1, 0 if more text is needed, -1. */
static int
plan_next(struct split *s, bool final)
{
	enum extent extent;
	bool whole = s->block_limit == DEDUP_UNIT_MAX, begins;
	size_t n, at;
	int got;

	if (block_take_blanks(s)) {
		uint64_t len = s->cursor.sep_len;

		s->cursor.sep_len = 0;
		if (plan_separator(s, s->cursor.sep_off, len, true) != 0)
			return -1;
		return 1;
	}
	if (s->cursor.at == s->scan.nlines)
		return 0;
	extent = block_find(s, final);
	if (extent == EXTENT_MORE)
		return 0;
	n = s->cursor.probed;
	s->cursor.probed = s->cursor.probed_bytes = 0;
	s->cursor.in_fence = s->cursor.no_fence = s->cursor.fresh = false;
	begins = !s->cursor.inside;
	s->cursor.alone |= !begins || extent == EXTENT_GIANT;
	at = s->cursor.at + n;
	if (begins &&
	    plan_separator(s, s->cursor.sep_len > 0 ? s->cursor.sep_off :
			  s->scan.lines[s->cursor.at].off, s->cursor.sep_len,
			  extent == EXTENT_GIANT ||
			  (s->cursor.flushing && at == s->scan.nlines)) != 0)
		return -1;
	s->cursor.sep_len = 0;
	/* The end of a giant block that is one unit is no unit of its own. */
	got = extent == EXTENT_GIANT || (whole && !begins) ? plan_giant(s, n)
							   : plan_block(s, n);
	if (got != 0)
		return -1;
	s->cursor.inside = extent == EXTENT_GIANT;
	s->cursor.alone = false;
	return 1;
}

/* Make pieces of what is complete, 'most' and a block: 1, 0 if none, -1. */
int
split_plan(struct split *s, size_t most, bool final)
{
	size_t from = s->npieces;
	int got = 1;

	while (got > 0 && s->npieces - from < most)
		got = plan_next(s, final);
	return got < 0 ? -1 : s->npieces > from;
}

/* Blank lines at the end are a separator too; the last block ends there. */
int
split_end(struct split *s)
{
	uint64_t len = s->cursor.sep_len;

	s->cursor.sep_len = 0;
	return plan_separator(s, len > 0 ? s->cursor.sep_off : s->feed.end, len,
			      false);
}

static void
shift_said(struct said *said, size_t cut)
{
	if (said->nwords > 0)
		said->norm -= cut;
}

/* Is its unit one of this split's own? */
static bool
owns_unit(const struct split *s, const struct piece *p)
{
	return p->unit != NULL && p->unit->scan == &s->scan;
}

/* The first n pieces are no longer needed. */
void
split_drop_pieces(struct split *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (owns_unit(s, &s->pieces[i]))
			unit_give_back(&s->pool, s->pieces[i].unit);
	s->npieces -= n;
	if (n > 0)
		memmove(s->pieces, s->pieces + n,
			s->npieces * sizeof(*s->pieces));
	for (size_t i = 0; i < s->npieces; i++)
		if (s->pieces[i].unit != NULL)
			s->pieces[i].unit->sketched = false;
	shingler_release(s->shingler);
}

/* Nor are lines that are in pieces, and words that no piece needs. */
void
split_drop_words(struct split *s)
{
	struct scan *scan = &s->scan;
	const struct said *line = &s->before.line, *unit = &s->before.unit;
	size_t cut = s->cursor.at < scan->nlines ?
		     scan->lines[s->cursor.at].norm : scan->norm_len;

	for (size_t i = 0; i < s->npieces; i++)
		if (owns_unit(s, &s->pieces[i]) &&
		    s->pieces[i].unit->norm < cut)
			cut = s->pieces[i].unit->norm;
	if (line->nwords > 0 && line->norm < cut)
		cut = line->norm;
	if (unit->nwords > 0 && unit->norm < cut)
		cut = unit->norm;
	if (s->cursor.at > 0) {
		scan->nlines -= s->cursor.at;
		memmove(scan->lines, scan->lines + s->cursor.at,
			scan->nlines * sizeof(*scan->lines));
		s->cursor.at = 0;
	}
	if (cut == 0)
		return;
	scan->norm_len -= cut;
	memmove(scan->norm, scan->norm + cut, scan->norm_len);
	for (size_t i = 0; i < scan->nlines; i++)
		scan->lines[i].norm -= (uint32_t)cut;
	for (size_t i = 0; i < s->npieces; i++)
		if (owns_unit(s, &s->pieces[i]))
			s->pieces[i].unit->norm -= cut;
	shift_said(&s->before.line, cut);
	shift_said(&s->before.unit, cut);
}

/* Lines. */

int
split_scan(struct split *s, bool final)
{
	const char *at = s->feed.text + (s->feed.scanned - s->feed.base), *nl;
	size_t n = (size_t)(s->feed.end - s->feed.scanned), seen;

	if (n == 0)
		return 0;
	if (s->feed.in_long) {
		if (n > PORTION)
			n = PORTION;
		nl = memchr(at, '\n', n);
		n = nl != NULL ? (size_t)(nl - at) + 1 : n;
		if (words_skip(&s->scan, n, s->feed.scanned,
			       s->feed.long_begins) != 0)
			return -1;
		s->feed.in_long = nl == NULL;
		s->feed.long_begins = false;
		s->feed.scanned += n;
		return 1;
	}
	seen = s->feed.looked > s->feed.scanned ?
	       (size_t)(s->feed.looked - s->feed.scanned) : 0;
	if (n > PORTION && seen < PORTION &&
	    (nl = last_byte(at + seen, '\n', PORTION - seen)) != NULL) {
		n = (size_t)(nl - at) + 1;
	} else if (n > DEDUP_UNIT_MAX) {
		nl = last_byte(at + seen, '\n', DEDUP_UNIT_MAX - seen);
		if (nl == NULL) {
			s->feed.in_long = s->feed.long_begins = true;
			return 1;
		}
		n = (size_t)(nl - at) + 1;
	} else if (!final) {
		nl = last_byte(at + seen, '\n', n - seen);
		if (nl == NULL) {
			s->feed.looked = s->feed.end;
			return 0;
		}
		n = (size_t)(nl - at) + 1;
	}
	if (words_read(s->reader, &s->scan, at, n, s->feed.scanned) != 0)
		return -1;
	s->feed.scanned += n;
	return 1;
}

/* Reading ahead. */

/* Which units say which in full, as far as that can be known already. */
static int
link_prepared(struct split *s, const struct prepared *r)
{
	int got = 1;

	if (lookahead_list(s, r->piece) != 0)
		return -1;
	for (size_t i = r->piece; i < s->npieces && got > 0; i++)
		got = lookahead_link(s, i, r->ends);
	return got < 0 ? -1 : 0;
}

int
split_read(struct split *s, const struct stretch *stretch)
{
	struct prepared *r;
	size_t first_line = s->cursor.at;
	int got;

	if (array_room(&s->ahead.prepared, &s->ahead.room, s->ahead.n + 1,
		       sizeof(*r)) != 0)
		return -1;
	split_begin_at(s, stretch->offset);
	s->before = (struct before){ .any = false };
	s->feed.text = stretch->text;
	s->feed.end = stretch->offset + stretch->len;
	s->cursor.inside = stretch->inside;
	s->cursor.goes_on = !stretch->ends;
	s->cursor.line = 0;
	r = &s->ahead.prepared[s->ahead.n];
	*r = (struct prepared){
		.text = stretch->text, .off = stretch->offset,
		.len = stretch->len, .inside = stretch->inside,
		.goes_on = stretch->goes_on, .ends = stretch->ends,
		.piece = s->npieces,
	};
	while ((got = split_scan(s, true)) > 0)
		;
	while (got == 0 && (got = split_plan(s, SIZE_MAX, true)) > 0)
		got = 0;
	if (got < 0 || (r->ends && split_end(s) != 0))
		return -1;
	for (r->head = first_line; r->head < s->scan.nlines &&
				   s->scan.lines[r->head].blank; r->head++)
		;
	r->npieces = s->npieces - r->piece;
	r->nlines = s->cursor.line;
	r->before = s->before;
	r->sep_off = s->cursor.sep_off;
	r->sep_len = s->cursor.sep_len;
	s->ahead.n++;
	return link_prepared(s, r);
}

void
split_clear(struct split *s)
{
	split_reset(s);
	/* What a huge text took is not kept for small ones. */
	if (scan_memory(&s->scan) > ROOM_KEPT)
		scan_free(&s->scan);
	if (s->pieces_room * sizeof(*s->pieces) > ROOM_KEPT) {
		free(s->pieces);
		free(s->early.proposals);
		unit_pool_free(&s->pool);
		s->pieces = NULL;
		s->early.proposals = NULL;
		s->pieces_room = s->early.room = 0;
	}
	s->ahead.n = s->ahead.next = 0;
}
