/*
 * Text read ahead of the judge: lines, blocks, units, hashes.
 *
 * Lines come from words.c; blank lines part them into blocks, and a block's
 * units are found as far as they can be told before it is judged.  What is
 * fed piece by piece goes through a part that is emptied batch by batch; what
 * is read ahead stays in its part until all of it has been judged.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)128 << 10)	/* bytes read before they are planned */
#define ROOM_KEPT ((size_t)4 << 20)	/* of lines, of units, in an empty part */

/* What containment is looked up by: any text of min_words shares one. */
unsigned
part_window(const struct dedup_options *o)
{
	if (!o->contained || o->exact)
		return 0;
	return o->min_words > o->ngram ? o->min_words - o->ngram + 1 : 1;
}

int
part_init(struct part *p, const struct dedup_options *opt,
	  const unsigned char *secret)
{
	struct shingle_options shingles = {
		.ngram = opt->ngram, .window = part_window(opt),
		.seeded = opt->seeded, .seed = opt->seed, .secret = secret,
	};

	*p = (struct part){ .opt = *opt };
	p->reader = words_new(opt->fold_digits);
	if (p->reader == NULL)
		return -1;
	p->shingler = shingler_new(&shingles);
	return p->shingler != NULL ? 0 : -1;
}

void
part_free(struct part *p)
{
	scan_free(&p->scan);
	free(p->units);
	free(p->blocks);
	free(p->readings);
	scratch_free(p->scratch);
	shingler_free(p->shingler);
	words_free(p->reader);
}

size_t
part_memory(const struct part *p)
{
	return shingler_memory(p->shingler) + words_memory(p->reader) +
	       scan_memory(&p->scan) + p->units_room * sizeof(*p->units) +
	       p->blocks_room * sizeof(*p->blocks) +
	       p->readings_room * sizeof(*p->readings);
}

/* Begin to read at byte 'off' of a document. */
static void
begin_at(struct part *p, uint64_t off)
{
	p->base = p->end = p->scanned = p->looked = p->block_end = off;
	p->in_long = p->long_begins = false;
	p->tails = 0;
	p->sep_off = p->sep_len = 0;
	p->probed = p->probed_bytes = 0;
	p->in_fence = p->no_fence = p->in_giant = p->flushing = false;
}

void
part_reset(struct part *p)
{
	scan_drop(&p->scan, p->scan.nlines);
	begin_at(p, 0);
	p->line = 0;
	p->cursor = p->first = 0;
	p->counted = p->counted_tails = 0;
}

uint64_t
part_number(struct part *p, size_t i)
{
	const struct line *l = p->scan.lines;

	if (p->tails == 0)
		return p->line + (i - p->first);
	/*
	 * The parts of a line that is too long count as one.  It is asked for
	 * lines near each other: count on, or back, from the last one.
	 */
	for (; p->counted <= i && p->counted < p->scan.nlines; p->counted++)
		p->counted_tails += !l[p->counted].begins;
	for (; p->counted > i + 1; p->counted--)
		p->counted_tails -= !l[p->counted - 1].begins;
	return p->line + (i - p->first) - p->counted_tails;
}

static const char *
text_of(const struct part *p, const struct line *l)
{
	return p->text + (l->off - p->base);
}

/* Room for 'n' elements of 'size' bytes. */
int
part_room(void *array, size_t *room, size_t n, size_t size)
{
	void *more, **v = array;
	size_t want = n + n / 2 + BATCH_UNITS;

	if (n <= *room)
		return 0;
	more = realloc(*v, want * size);
	if (more == NULL)
		return -1;
	*v = more;
	*room = want;
	return 0;
}

/* Units. */

bool
part_is_compared(const struct part *p, const struct unit *u)
{
	return u->w.n >= p->opt.min_words;
}

/* Are its words to be had, beyond its fingerprint? */
bool
part_wants_words(const struct part *p, const struct unit *u)
{
	return !p->opt.exact &&
	       (u->w.n >= DEDUP_NEAR_WORDS || p->opt.contained);
}

void
part_fingerprint(struct part *p, struct unit *u)
{
	u->w.fp = shingler_fingerprint(p->shingler, u->norm, u->norm_len);
}

int
part_sketch(struct part *p, struct unit *u)
{
	if (u->sketched)
		return 0;
	if (shingler_words(p->shingler, &u->w, u->norm, u->norm_len, u->digits,
			   false) != 0)
		return -1;
	u->sketched = true;
	return 0;
}

/* Blocks. */

/* Bytes beyond which a block is no longer waited for. */
static size_t
block_limit(const struct dedup_options *opt)
{
	return opt->unit == DEDUP_UNIT_PARAGRAPH ||
	       opt->unit == DEDUP_UNIT_DOCUMENT ? DEDUP_UNIT_MAX
						: UNIT_BLOCK_MAX;
}

/*
 * Blank lines at the cursor join the separator.  True: it is longer than
 * anybody waits for, and stays.
 */
static bool
take_blanks(struct part *p)
{
	while (p->cursor < p->scan.nlines) {
		const struct line *l = p->scan.lines + p->cursor;

		if (!l->blank || l->oversize)
			break;
		if (p->sep_len == 0)
			p->sep_off = l->off;
		p->sep_len += l->len;
		p->cursor++;
		if (p->sep_len > UNIT_BLOCK_MAX)
			return true;
	}
	return false;
}

static bool
is_fence_line(const struct part *p, size_t i)
{
	const struct line *l = p->scan.lines + i;

	return p->opt.unit == DEDUP_UNIT_AUTO && !l->oversize &&
	       unit_is_fence(text_of(p, l), l->len);
}

/* How many lines from the cursor on form a block: see next_block(). */
enum extent { EXTENT_MORE, EXTENT_WHOLE, EXTENT_GIANT };

static enum extent
find_extent(struct part *p, bool final)
{
	bool document = p->opt.unit == DEDUP_UNIT_DOCUMENT;

	if (p->probed == 0 && !p->no_fence)
		p->in_fence = is_fence_line(p, p->cursor);
	for (; p->cursor + p->probed < p->scan.nlines; p->probed++) {
		size_t i = p->cursor + p->probed;
		const struct line *l = p->scan.lines + i;

		if (l->blank && !p->in_fence && !document)
			return EXTENT_WHOLE;
		if (p->probed > 0 && p->in_fence && is_fence_line(p, i))
			p->in_fence = false;
		p->probed_bytes += l->len;
		if (p->probed_bytes <= block_limit(&p->opt))
			continue;
		if (!p->in_fence) {
			p->probed++;
			return EXTENT_GIANT;
		}
		/* It is not a listing after all. */
		p->no_fence = true;
		p->in_fence = false;
		p->probed = p->probed_bytes = 0;
		return find_extent(p, final);
	}
	if (!final)
		return EXTENT_MORE;
	if (p->in_fence) {
		p->no_fence = true;
		p->in_fence = false;
		p->probed = p->probed_bytes = 0;
		return find_extent(p, final);
	}
	if (document)
		while (p->scan.lines[p->cursor + p->probed - 1].blank)
			p->probed--;
	return EXTENT_WHOLE;
}

/* Where a giant block's lines at hand end, and whether it does. */
static size_t
giant_lines(const struct part *p, bool final, bool *ends)
{
	size_t i = p->cursor;

	*ends = false;
	for (; i < p->scan.nlines && i - p->cursor < BATCH_UNITS; i++)
		if (p->scan.lines[i].blank && !p->scan.lines[i].oversize &&
		    p->opt.unit != DEDUP_UNIT_DOCUMENT) {
			*ends = true;
			return i - p->cursor;
		}
	*ends = final && i == p->scan.nlines;
	return i - p->cursor;
}

/*
 * The next block, or the next piece of a giant one, in 'b': whether there is
 * one yet.
 */
static bool
next_block(struct part *p, bool final, struct block *b)
{
	*b = (struct block){ .kind = BLOCK_LINES };
	if (!p->in_giant) {
		if (take_blanks(p)) {
			b->blank = true;
			b->first = p->cursor;
			b->sep_off = p->sep_off;
			b->sep_len = p->sep_len;
			b->end = p->sep_off + p->sep_len;
			p->sep_len = 0;
			return true;
		}
		if (p->cursor == p->scan.nlines)
			return false;
		switch (find_extent(p, final)) {
		case EXTENT_MORE:
			return false;
		case EXTENT_WHOLE:
			b->n = p->probed;
			b->ends = true;
			break;
		case EXTENT_GIANT:
			p->in_giant = true;
			break;
		}
		b->begins = true;
		b->sep_off = p->sep_len > 0 ? p->sep_off :
			     p->scan.lines[p->cursor].off;
		b->sep_len = p->sep_len;
		p->sep_len = 0;
		p->probed = p->probed_bytes = 0;
		p->in_fence = p->no_fence = false;
	}
	if (p->in_giant) {
		b->giant = true;
		b->n = giant_lines(p, final, &b->ends);
		if (b->n == 0 && !b->ends)
			return false;
		p->in_giant = !b->ends;
	}
	b->first = p->cursor;
	b->line = part_number(p, p->cursor);
	p->cursor += b->n;
	b->cut = p->flushing && p->cursor == p->scan.nlines;
	if (b->n > 0) {
		const struct line *l = p->scan.lines + p->cursor - 1;

		b->end = l->off + l->len;
	} else {
		b->end = p->block_end;
	}
	p->block_end = b->end;
	return true;
}

static enum block_kind
kind_of_block(struct part *p, const struct block *b)
{
	switch (p->opt.unit) {
	case DEDUP_UNIT_LINE:
		return BLOCK_LINES;
	case DEDUP_UNIT_PARAGRAPH:
	case DEDUP_UNIT_DOCUMENT:
		return BLOCK_WHOLE;
	case DEDUP_UNIT_AUTO:
		break;
	}
	return b->giant ? BLOCK_LINES :
	       unit_kind(p->scan.lines + b->first, b->n, p->text, p->base,
			 p->scan.norm);
}

/* Is the unit likely to be known word for word? */
static bool
is_hinted(const struct part *p, const struct unit *u)
{
	return p->hints != NULL &&
	       __atomic_load_n(hint_of(p->hints, &u->w.fp), __ATOMIC_RELAXED) ==
	       (uint16_t)(u->w.fp.hi | 1);
}

static int
plan_unit(struct part *p, size_t first, size_t n)
{
	const struct line *l = p->scan.lines + first, *last = l + n - 1;
	struct unit *u;

	if (part_room(&p->units, &p->units_room, p->nunits + 1,
		      sizeof(*u)) != 0)
		return -1;
	u = &p->units[p->nunits++];
	/* Not all of it is cleared: a batch of them would fill the cache. */
	u->off = l->off;
	u->line = part_number(p, first);
	u->len = last->off + last->len - l->off;
	u->norm = p->scan.norm + l->norm;
	u->norm_at = l->norm;
	u->norm_len = last->norm + last->norm_len - l->norm;
	u->sketched = u->proposal.looked = u->proposal.exact = false;
	u->digits = l->digits;
	u->w = (struct words){ .n = l->nwords };
	for (size_t i = 1; i < n; i++) {
		u->w.n += l[i].nwords;
		u->digits |= l[i].digits;
	}
	part_fingerprint(p, u);
	if (p->ahead && p->opt.unit != DEDUP_UNIT_DOCUMENT)
		u->cut = unit_cut(text_of(p, l), u->len);
	if (p->hints != NULL)
		__builtin_prefetch(hint_of(p->hints, &u->w.fp));
	return 0;
}

/* Sketch the units from this one on that are likely to be looked up. */
static int
sketch_units(struct part *p, size_t from)
{
	for (size_t i = from; i < p->nunits && p->eager; i++) {
		struct unit *u = &p->units[i];

		if (part_is_compared(p, u) && part_wants_words(p, u) &&
		    !is_hinted(p, u) && part_sketch(p, u) != 0)
			return -1;
	}
	return 0;
}

/* The units of a block that can be told before it is judged. */
static int
plan_block(struct part *p, struct block *b)
{
	b->unit = p->nunits;
	if (b->blank)
		return 0;
	b->kind = kind_of_block(p, b);
	if (b->kind == BLOCK_WHOLE)
		return b->giant ? 0 : plan_unit(p, b->first, b->n);
	for (size_t i = b->first; i < b->first + b->n; i++) {
		const struct line *l = p->scan.lines + i;

		if (!l->oversize && (p->opt.unit == DEDUP_UNIT_LINE ||
				     l->nwords >= p->opt.min_words) &&
		    plan_unit(p, i, 1) != 0)
			return -1;
	}
	return 0;
}

int
part_plan(struct part *p, bool final)
{
	size_t nblocks = p->nblocks, nunits = p->nunits;

	while (p->nunits - nunits < BATCH_UNITS &&
	       p->nblocks - nblocks < BATCH_UNITS) {
		struct block *b;

		if (part_room(&p->blocks, &p->blocks_room, p->nblocks + 1,
			      sizeof(*b)) != 0)
			return -1;
		b = &p->blocks[p->nblocks];
		if (!next_block(p, final, b))
			break;
		if (plan_block(p, b) != 0)
			return -1;
		p->nblocks++;
	}
	if (sketch_units(p, nunits) != 0)
		return -1;
	return (int)(p->nblocks - nblocks);
}

void
part_drop(struct part *p)
{
	for (size_t i = 0; i < p->cursor && p->tails > 0; i++)
		if (!p->scan.lines[i].begins) {
			p->tails--;
			p->line--;
		}
	scan_drop(&p->scan, p->cursor);
	p->line += p->cursor;
	p->cursor = 0;
	p->counted = p->counted_tails = 0;
}

/* Lines. */

int
part_scan(struct part *p, bool final)
{
	const char *s = p->text + (p->scanned - p->base), *nl;
	size_t n = (size_t)(p->end - p->scanned), seen;

	if (n == 0)
		return 0;
	if (p->in_long) {
		if (n > PIECE)
			n = PIECE;
		nl = memchr(s, '\n', n);
		n = nl != NULL ? (size_t)(nl - s) + 1 : n;
		if (words_skip(&p->scan, n, p->scanned, p->long_begins) != 0)
			return -1;
		p->tails += !p->long_begins;
		p->in_long = nl == NULL;
		p->long_begins = false;
		p->scanned += n;
		return 1;
	}
	seen = p->looked > p->scanned ? (size_t)(p->looked - p->scanned) : 0;
	if (n > PIECE && seen < PIECE &&
	    (nl = memrchr(s + seen, '\n', PIECE - seen)) != NULL) {
		n = (size_t)(nl - s) + 1;
	} else if (n > DEDUP_UNIT_MAX) {
		nl = memchr(s + seen, '\n', DEDUP_UNIT_MAX - seen);
		if (nl == NULL) {
			p->in_long = p->long_begins = true;
			return 1;
		}
		n = (size_t)(nl - s) + 1;
	} else if (!final) {
		nl = memrchr(s + seen, '\n', n - seen);
		if (nl == NULL) {
			p->looked = p->end;
			return 0;
		}
		n = (size_t)(nl - s) + 1;
	}
	if (words_read(p->reader, &p->scan, s, n, p->scanned) != 0)
		return -1;
	p->scanned += n;
	return 1;
}

/* Reading ahead. */

int
part_read(struct part *p, const struct dedup_stretch *s)
{
	struct reading *r;
	int got;

	if (part_room(&p->readings, &p->readings_room, p->nreadings + 1,
		      sizeof(*r)) != 0)
		return -1;
	/* It may have been looked up already; words are to move again. */
	p->sealed = false;
	begin_at(p, s->offset);
	p->ahead = true;
	p->text = s->text;
	p->end = s->offset + s->len;
	p->in_giant = s->inside;
	p->first = p->counted = p->cursor;
	p->counted_tails = 0;
	p->line = 0;
	r = &p->readings[p->nreadings];
	*r = (struct reading){
		.text = s->text, .off = s->offset, .len = s->len,
		.inside = s->inside, .goes_on = s->goes_on, .ends = s->ends,
		.line = p->cursor, .unit = p->nunits, .block = p->nblocks,
	};
	while ((got = part_scan(p, true)) > 0)
		;
	while (got == 0 && (got = part_plan(p, !s->goes_on)) > 0)
		got = 0;
	if (got < 0)
		return -1;
	r->nlines = p->scan.nlines - r->line;
	r->nunits = p->nunits - r->unit;
	r->nblocks = p->nblocks - r->block;
	r->tails = p->tails;
	r->sep_off = p->sep_off;
	r->sep_len = p->sep_len;
	p->nreadings++;
	return 0;
}

/* Words may have moved since the units were planned. */
void
part_seal(struct part *p)
{
	for (size_t i = 0; i < p->nunits && !p->sealed; i++)
		p->units[i].norm = p->scan.norm + p->units[i].norm_at;
	p->sealed = true;
}

/* The reading is judged next; 'line' lines of its document are before it. */
void
part_take(struct part *p, const struct reading *r, uint64_t line)
{
	part_seal(p);
	for (size_t i = r->unit; i < r->unit + r->nunits; i++)
		p->units[i].line += line;
	for (size_t i = r->block; i < r->block + r->nblocks; i++)
		p->blocks[i].line += line;
	p->text = r->text;
	p->base = r->off;
	p->first = p->counted = r->line;
	p->counted_tails = 0;
	p->line = line;
	p->tails = r->tails;
}

/* Go on behind what was read ahead. */
void
part_resume(struct part *p, uint64_t off, uint64_t line, bool inside)
{
	part_reset(p);
	begin_at(p, off);
	p->line = line;
	p->in_giant = inside;
}

void
part_clear(struct part *p)
{
	part_reset(p);
	/* What a huge text took is not kept for small ones. */
	if (scan_memory(&p->scan) > ROOM_KEPT)
		scan_free(&p->scan);
	if (p->units_room * sizeof(*p->units) > ROOM_KEPT) {
		free(p->units);
		p->units = NULL;
		p->units_room = 0;
	}
	shingler_release(p->shingler);
	p->nunits = p->nblocks = p->nreadings = p->next = 0;
	p->fetched = p->warmed = 0;
	p->sealed = false;
}

/*
 * Where a document may be cut.
 *
 * Behind a block, unless it may be inside a fenced listing; or between two
 * lines of a block that is so long that it is judged line by line.  A listing
 * is no longer than a block is waited for, so that it is enough to look so far
 * back; and what is not plainly one thing or the other is left alone.
 */

enum look { LOOK_BLANK, LOOK_TEXT, LOOK_UNSURE };

/*
 * A line with such a byte is not blank: no white space of Unicode, nor what
 * counts as such, has it in its UTF-8.
 */
static bool
is_no_blank(unsigned char c)
{
	return c < 0x80 ? c > ' ' :
	       (c > 0xc2 && c < 0xe1) || (c > 0xe3 && c != 0xef);
}

static enum look
look_at(const char *line, size_t len)
{
	bool blank = true;

	for (size_t i = 0; i < len; i++) {
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
 * by 'at', as far back as one matters; 0 where there is none.  Whole stretches
 * are taken for fences rather than that one is looked for.
 */
static size_t
last_fence(const struct dedup_options *opt, const char *text, size_t at)
{
	size_t from = at > UNIT_BLOCK_MAX ? at - UNIT_BLOCK_MAX : 0;
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

bool
part_cut(const struct dedup_options *opt, const char *text, size_t len,
	 bool inside, size_t *at, bool *cut_inside)
{
	size_t limit = block_limit(opt), end, blanks = 0, solid, fence;

	if (opt->unit == DEDUP_UNIT_DOCUMENT)
		return false;
	for (end = len; end > 0 && text[end - 1] != '\n'; end--)
		;
	for (solid = end; end > 0; ) {
		const char *nl = memrchr(text, '\n', end - 1);
		size_t begin = nl != NULL ? (size_t)(nl - text) + 1 : 0;
		enum look look = look_at(text + begin, end - begin);
		bool behind = look == LOOK_TEXT && blanks == end;
		bool amid = look == LOOK_TEXT &&
			    (solid - begin > limit || (inside && begin == 0));

		if (behind || amid) {
			size_t cut = behind ? end : solid;

			fence = last_fence(opt, text, cut);
			if (fence == 0) {
				*at = cut;
				*cut_inside = !behind;
				return true;
			}
			/* Before that there may be a place. */
			end = fence;
			while (end > 0 && text[end - 1] != '\n')
				end--;
			solid = end;
			blanks = 0;
			continue;
		}
		/* Where the blank lines begin that a block may end before. */
		blanks = look == LOOK_BLANK ? begin : 0;
		if (look != LOOK_TEXT)
			solid = begin;
		end = begin;
	}
	return false;
}
