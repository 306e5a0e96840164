/*
 * The engine: bytes to lines, lines to blocks, blocks to units and their look-
 * ups; and the public API.  judge.c decides, settle.c hands the answers out.
 *
 * Lines are read as they come; whatever else waits until its block is whole,
 * which makes every answer independent of how the text was cut up.  Blocks are
 * judged in batches: first every unit's fingerprint is taken and the memory
 * fetched where it would be found, then the sketches of those that are new,
 * and only then are they judged, one by one and in order.
 */
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)128 << 10)	/* bytes read before they are judged */

void
dedup_options_init(struct dedup_options *opt)
{
	*opt = (struct dedup_options){
		.unit = DEDUP_UNIT_AUTO,
		.scope = DEDUP_SCOPE_ALL,
		.keep = DEDUP_KEEP_FIRST,
		.min_words = 5,
		.ngram = 3,
		.threshold = 0.8,
		.places = true,
	};
}

static bool
are_valid(const struct dedup_options *o)
{
	return o->unit <= DEDUP_UNIT_DOCUMENT &&
	       o->scope <= DEDUP_SCOPE_DOCUMENT &&
	       o->keep <= DEDUP_KEEP_NONE && o->min_words >= 1 &&
	       o->ngram >= 1 && o->ngram <= DEDUP_NGRAM_MAX &&
	       o->threshold > 0 && o->threshold <= 1;
}

/* What containment is looked up by: any text of min_words shares one. */
static unsigned
winnowing_window(const struct dedup_options *o)
{
	if (!o->contained || o->exact)
		return 0;
	return o->min_words > o->ngram ? o->min_words - o->ngram + 1 : 1;
}

enum dedup_status
dedup_new(const struct dedup_options *opt, struct dedup **result)
{
	struct shingle_options shingles = {
		.ngram = opt->ngram, .window = winnowing_window(opt),
		.seeded = opt->seeded, .seed = opt->seed,
	};
	struct table_options tables = {
		.near = !opt->exact,
		.places = opt->places || opt->keep == DEDUP_KEEP_NONE,
		.full_tags = opt->contained,
	};
	struct dedup *d;

	*result = NULL;
	if (!are_valid(opt))
		return DEDUP_EINVAL;
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return DEDUP_ENOMEM;
	d->opt = *opt;
	d->reader = words_new(opt->fold_digits);
	errno = ENOMEM;
	d->shingler = shingler_new(&shingles);
	if (d->shingler == NULL) {
		enum dedup_status st = errno == ENOMEM ? DEDUP_ENOMEM
						       : DEDUP_ERANDOM;

		dedup_free(d);
		return st;
	}
	d->table = table_new(&tables, shingler_secret(d->shingler));
	d->units = calloc(BATCH_UNITS, sizeof(*d->units));
	d->units_room = BATCH_UNITS;
	if (d->reader == NULL || d->table == NULL || d->units == NULL) {
		dedup_free(d);
		return DEDUP_ENOMEM;
	}
	*result = d;
	return DEDUP_OK;
}

void
dedup_free(struct dedup *d)
{
	if (d == NULL)
		return;
	judge_free(d);
	settle_free(d);
	scan_free(&d->scan);
	free(d->units);
	table_free(d->table);
	shingler_free(d->shingler);
	words_free(d->reader);
	free(d);
}

enum dedup_status
dedup_begin(struct dedup *d)
{
	if (d->open || d->broken)
		return DEDUP_ESTATE;
	d->document = d->stats.documents++;
	d->base = d->end = d->scanned = d->looked = 0;
	d->in_long = false;
	scan_drop(&d->scan, d->scan.nlines);
	d->line = d->parts = 0;
	d->cursor = d->probed = d->probed_bytes = 0;
	d->sep_off = d->sep_len = 0;
	d->in_fence = d->no_fence = d->in_giant = false;
	judge_reset(d);
	settle_reset(d);
	if (d->opt.scope == DEDUP_SCOPE_DOCUMENT)
		table_clear(d->table);
	d->open = true;
	return DEDUP_OK;
}

/* Blocks. */

/* Bytes beyond which a block is no longer waited for. */
static size_t
block_limit(const struct dedup *d)
{
	return d->opt.unit == DEDUP_UNIT_PARAGRAPH ||
	       d->opt.unit == DEDUP_UNIT_DOCUMENT ? DEDUP_UNIT_MAX
						  : UNIT_BLOCK_MAX;
}

/* Blank lines at the cursor join the separator. */
static int
take_blanks(struct dedup *d)
{
	for (; d->cursor < d->scan.nlines; d->cursor++) {
		const struct line *l = d->scan.lines + d->cursor;
		struct entry e = { .kind = ENTRY_BLOCK };

		if (!l->blank || l->oversize)
			break;
		if (d->sep_len == 0)
			d->sep_off = l->off;
		d->sep_len += l->len;
		if (d->sep_len <= UNIT_BLOCK_MAX)
			continue;
		/* More than anybody waits for: it stays. */
		e.off = d->sep_off;
		e.len = d->sep_len;
		if (settle_put(d, &e) != 0)
			return -1;
		e.kind = ENTRY_HOLD;
		e.off += e.len;
		if (settle_put(d, &e) != 0 || judge_wait(d, e.off) != 0)
			return -1;
		d->sep_len = 0;
	}
	return 0;
}

static bool
is_fence_line(const struct dedup *d, size_t i)
{
	const struct line *l = d->scan.lines + i;

	return d->opt.unit == DEDUP_UNIT_AUTO && !l->oversize &&
	       unit_is_fence(judge_text(d, l), l->len);
}

/* How many lines from the cursor on form a block: see next_block(). */
enum extent { EXTENT_MORE, EXTENT_WHOLE, EXTENT_GIANT };

static enum extent
find_extent(struct dedup *d, bool final)
{
	bool document = d->opt.unit == DEDUP_UNIT_DOCUMENT;

	if (d->probed == 0 && !d->no_fence)
		d->in_fence = is_fence_line(d, d->cursor);
	for (; d->cursor + d->probed < d->scan.nlines; d->probed++) {
		size_t i = d->cursor + d->probed;
		const struct line *l = d->scan.lines + i;

		if (l->blank && !d->in_fence && !document)
			return EXTENT_WHOLE;
		if (d->probed > 0 && d->in_fence && is_fence_line(d, i))
			d->in_fence = false;
		d->probed_bytes += l->len;
		if (d->probed_bytes <= block_limit(d))
			continue;
		if (!d->in_fence) {
			d->probed++;
			return EXTENT_GIANT;
		}
		/* It is not a listing after all. */
		d->no_fence = true;
		d->in_fence = false;
		d->probed = d->probed_bytes = 0;
		return find_extent(d, final);
	}
	if (!final)
		return EXTENT_MORE;
	if (d->in_fence) {
		d->no_fence = true;
		d->in_fence = false;
		d->probed = d->probed_bytes = 0;
		return find_extent(d, final);
	}
	if (document)
		while (d->scan.lines[d->cursor + d->probed - 1].blank)
			d->probed--;
	return EXTENT_WHOLE;
}

/* Where a giant block's lines at hand end, and whether it does. */
static size_t
giant_lines(const struct dedup *d, bool final, bool *ends)
{
	size_t i = d->cursor;

	*ends = false;
	for (; i < d->scan.nlines && i - d->cursor < BATCH_UNITS; i++)
		if (d->scan.lines[i].blank && !d->scan.lines[i].oversize &&
		    d->opt.unit != DEDUP_UNIT_DOCUMENT) {
			*ends = true;
			return i - d->cursor;
		}
	*ends = final && i == d->scan.nlines;
	return i - d->cursor;
}

/*
 * The next block, or the next piece of a giant one, in 'b': 1; 0 where there
 * is none yet; -1 with ENOMEM.
 */
static int
next_block(struct dedup *d, bool final, struct block *b)
{
	*b = (struct block){ .kind = BLOCK_LINES };
	if (!d->in_giant) {
		if (take_blanks(d) != 0)
			return -1;
		if (d->cursor == d->scan.nlines)
			return 0;
		switch (find_extent(d, final)) {
		case EXTENT_MORE:
			return 0;
		case EXTENT_WHOLE:
			b->n = d->probed;
			b->ends = true;
			break;
		case EXTENT_GIANT:
			d->in_giant = true;
			break;
		}
		b->begins = true;
		b->sep_off = d->sep_len > 0 ? d->sep_off :
			     d->scan.lines[d->cursor].off;
		b->sep_len = d->sep_len;
		d->sep_len = 0;
		d->probed = d->probed_bytes = 0;
		d->in_fence = d->no_fence = false;
	}
	if (d->in_giant) {
		b->giant = true;
		b->n = giant_lines(d, final, &b->ends);
		if (b->n == 0 && !b->ends)
			return 0;
		d->in_giant = !b->ends;
	}
	b->first = d->cursor;
	b->line = judge_number(d, d->cursor);
	d->cursor += b->n;
	b->cut = d->flushing && d->cursor == d->scan.nlines;
	if (b->n > 0) {
		const struct line *l = d->scan.lines + d->cursor - 1;

		b->end = l->off + l->len;
	} else {
		b->end = d->block_end;
	}
	d->block_end = b->end;
	return 1;
}

static enum block_kind
kind_of_block(struct dedup *d, const struct block *b)
{
	switch (d->opt.unit) {
	case DEDUP_UNIT_LINE:
		return BLOCK_LINES;
	case DEDUP_UNIT_PARAGRAPH:
	case DEDUP_UNIT_DOCUMENT:
		return BLOCK_WHOLE;
	case DEDUP_UNIT_AUTO:
		break;
	}
	return b->giant ? BLOCK_LINES :
	       unit_kind(d->scan.lines + b->first, b->n, d->text, d->base,
			 d->scan.norm);
}

static int
plan_unit(struct dedup *d, size_t first, size_t n)
{
	const struct line *l = d->scan.lines + first, *last = l + n - 1;
	struct unit *u;

	if (d->nunits == d->units_room) {
		size_t room = 2 * d->units_room + BATCH_UNITS;

		u = realloc(d->units, room * sizeof(*u));
		if (u == NULL)
			return -1;
		d->units = u;
		d->units_room = room;
	}
	u = &d->units[d->nunits++];
	*u = (struct unit){
		.off = l->off,
		.line = judge_number(d, first),
		.len = last->off + last->len - l->off,
		.norm = d->scan.norm + l->norm,
		.norm_len = last->norm + last->norm_len - l->norm,
	};
	for (size_t i = 0; i < n; i++) {
		u->w.n += l[i].nwords;
		u->digits |= l[i].digits;
	}
	judge_prepare(d, u);
	return 0;
}

/* The units of a block that can be told before it is judged. */
static int
plan_block(struct dedup *d, struct block *b)
{
	b->unit = d->nunits;
	b->kind = kind_of_block(d, b);
	if (b->kind == BLOCK_WHOLE)
		return b->giant ? 0 : plan_unit(d, b->first, b->n);
	for (size_t i = b->first; i < b->first + b->n; i++) {
		const struct line *l = d->scan.lines + i;

		if (!l->oversize && (d->opt.unit == DEDUP_UNIT_LINE ||
				     l->nwords >= d->opt.min_words) &&
		    plan_unit(d, i, 1) != 0)
			return -1;
	}
	return 0;
}

/* Judge all blocks at hand. */
static int
judge_blocks(struct dedup *d, bool final)
{
	do {
		d->nunits = d->nblocks = 0;
		while (d->nunits < BATCH_UNITS && d->nblocks < BATCH_UNITS) {
			struct block *b = &d->blocks[d->nblocks];
			int got = next_block(d, final, b);

			if (got < 0)
				return -1;
			if (got == 0)
				break;
			if (plan_block(d, b) != 0)
				return -1;
			d->nblocks++;
		}
		for (size_t i = 0; i < d->nunits; i++)
			if (judge_warm(d, &d->units[i]) != 0)
				return -1;
		for (size_t i = 0; i < d->nunits; i++)
			judge_warmer(d, &d->units[i]);
		for (size_t i = 0; i < d->nblocks; i++)
			if (judge_block(d, &d->blocks[i]) != 0 ||
			    settle_drain(d) != 0)
				return -1;
		shingler_release(d->shingler);
	} while (d->nblocks > 0);
	if (settle_drain(d) != 0)	/* blank lines that are not waited for */
		return -1;
	for (size_t i = 0; i < d->cursor && d->parts > 0; i++)
		if (!d->scan.lines[i].begins) {
			d->parts--;
			d->line--;
		}
	scan_drop(&d->scan, d->cursor);
	d->line += d->cursor;
	d->cursor = 0;
	return 0;
}

/* Lines. */

/* Read the next lines of the text: 1, 0 where there are none, -1. */
static int
read_lines(struct dedup *d, bool final)
{
	const char *s = d->text + (d->scanned - d->base), *nl;
	size_t n = (size_t)(d->end - d->scanned), seen;

	if (n == 0)
		return 0;
	if (d->in_long) {
		if (n > PIECE)
			n = PIECE;
		nl = memchr(s, '\n', n);
		n = nl != NULL ? (size_t)(nl - s) + 1 : n;
		if (words_skip(&d->scan, n, d->scanned, d->long_begins) != 0)
			return -1;
		d->parts += !d->long_begins;
		d->in_long = nl == NULL;
		d->long_begins = false;
		d->scanned += n;
		return 1;
	}
	seen = d->looked > d->scanned ? (size_t)(d->looked - d->scanned) : 0;
	if (n > PIECE && seen < PIECE &&
	    (nl = memrchr(s + seen, '\n', PIECE - seen)) != NULL) {
		n = (size_t)(nl - s) + 1;
	} else if (n > DEDUP_UNIT_MAX) {
		nl = memchr(s + seen, '\n', DEDUP_UNIT_MAX - seen);
		if (nl == NULL) {
			d->in_long = d->long_begins = true;
			return 1;
		}
		n = (size_t)(nl - s) + 1;
	} else if (!final) {
		nl = memrchr(s + seen, '\n', n - seen);
		if (nl == NULL) {
			d->looked = d->end;
			return 0;
		}
		n = (size_t)(nl - s) + 1;
	}
	if (words_read(d->reader, &d->scan, s, n, d->scanned) != 0)
		return -1;
	d->scanned += n;
	return 1;
}

/* The removals that are settled, all before v->decided. */
static void
tell(struct dedup *d, struct dedup_verdict *v)
{
	struct settled *out = &d->out;
	size_t n = out->n;

	while (n > 0 && out->removals[n - 1].offset >= out->decided)
		n--;
	*v = (struct dedup_verdict){ out->removals, n, out->decided };
	out->told = n;
}

static void
forget_told(struct dedup *d)
{
	struct settled *out = &d->out;

	out->n -= out->told;
	/* Those told are of earlier blocks, or their separator stays. */
	out->block_first -= out->block_first < out->told ? out->block_first
							 : out->told;
	if (out->told > 0 && out->n > 0)
		memmove(out->removals, out->removals + out->told,
			out->n * sizeof(*out->removals));
	out->told = 0;
}

enum how { FEED, FLUSH, END };

static int
advance(struct dedup *d, enum how how)
{
	int got;

	while ((got = read_lines(d, how == END)) > 0)
		if (judge_blocks(d, false) != 0)
			return -1;
	if (got < 0)
		return -1;
	if (how == FEED)
		return 0;
	d->flushing = how == FLUSH;
	if (judge_blocks(d, true) != 0 || judge_leads(d) != 0)
		return -1;
	d->flushing = false;
	if (how == END) {
		struct entry e = {
			.kind = ENTRY_BLOCK, .len = d->sep_len,
			.off = d->sep_len > 0 ? d->sep_off : d->end,
		};

		if (settle_put(d, &e) != 0)
			return -1;
		e = (struct entry){ .kind = ENTRY_END, .off = d->end };
		if (settle_put(d, &e) != 0)
			return -1;
	}
	return settle_drain(d);
}

static enum dedup_status
read_text(struct dedup *d, const char *text, size_t len, enum how how,
	  struct dedup_verdict *v)
{
	uint64_t decided;

	*v = (struct dedup_verdict){ NULL, 0, 0 };
	if (!d->open || d->broken || d->out.decided + len < d->end)
		return DEDUP_ESTATE;
	forget_told(d);
	decided = d->out.decided;
	d->text = text;
	d->base = decided;
	d->stats.bytes += decided + len - d->end;
	d->end = decided + len;
	if (advance(d, how) != 0) {
		d->broken = true;
		return DEDUP_ENOMEM;
	}
	if (how == END) {
		d->out.decided = d->end;
		d->open = false;
	}
	tell(d, v);
	d->stats.early += how == FLUSH && v->decided > decided;
	return DEDUP_OK;
}

enum dedup_status
dedup_feed(struct dedup *d, const char *text, size_t len,
	   struct dedup_verdict *v)
{
	return read_text(d, text, len, FEED, v);
}

enum dedup_status
dedup_flush(struct dedup *d, const char *text, size_t len,
	    struct dedup_verdict *v)
{
	return read_text(d, text, len, FLUSH, v);
}

enum dedup_status
dedup_end(struct dedup *d, const char *text, size_t len,
	  struct dedup_verdict *v)
{
	return read_text(d, text, len, END, v);
}

enum dedup_status
dedup_document(struct dedup *d, const char *text, size_t len,
	       struct dedup_verdict *v)
{
	enum dedup_status st = dedup_begin(d);

	return st == DEDUP_OK ? dedup_end(d, text, len, v) : st;
}

enum dedup_status
dedup_again(struct dedup *d)
{
	if (d->open || d->second || d->broken ||
	    d->opt.keep != DEDUP_KEEP_NONE)
		return DEDUP_ESTATE;
	settle_doom(d);
	table_clear(d->table);
	d->stats = (struct dedup_stats){ .documents = 0 };
	d->second = true;
	return DEDUP_OK;
}

void
dedup_get_stats(const struct dedup *d, struct dedup_stats *s)
{
	*s = d->stats;
	s->memory = sizeof(*d) + table_memory(d->table) +
		    shingler_memory(d->shingler) + words_memory(d->reader) +
		    scan_memory(&d->scan) +
		    d->units_room * sizeof(*d->units) +
		    d->entries_room * sizeof(*d->entries) +
		    d->out.room * sizeof(*d->out.removals) +
		    d->doomed_room * sizeof(*d->doomed);
}

const char *
dedup_strerror(enum dedup_status status)
{
	switch (status) {
	case DEDUP_OK:
		return "no error";
	case DEDUP_ENOMEM:
		return "out of memory";
	case DEDUP_EINVAL:
		return "an option is out of its range";
	case DEDUP_ESTATE:
		return "the call does not fit here";
	case DEDUP_ERANDOM:
		return "the system gives no random secret";
	}
	return "unknown error";
}

const char *
dedup_reason_name(enum dedup_reason reason)
{
	switch (reason) {
	case DEDUP_EXACT:
		return "exact";
	case DEDUP_NEAR:
		return "near";
	case DEDUP_REPEAT:
		return "repeat";
	case DEDUP_LEAD:
		return "lead";
	case DEDUP_CONTAINED:
		return "contained";
	case DEDUP_NREASONS:
		break;
	}
	return "unknown reason";
}

const char *
dedup_version(void)
{
	return DEDUP_VERSION;
}
