/*
 * The public API: text through part.c, judge.c and settle.c.
 *
 * Lines are read as they come; whatever else waits until its block is whole,
 * which makes every answer independent of how the text was cut up.  Text comes
 * in one of two ways: fed piece by piece, it goes through the engine's own
 * part, batch by batch; read ahead, it comes as parts that other threads made.
 */
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	return o->boilerplate != 1 && o->boilerplate_share >= 0 &&
	       o->boilerplate_share <= 1 && o->unit <= DEDUP_UNIT_DOCUMENT &&
	       o->scope <= DEDUP_SCOPE_DOCUMENT &&
	       o->keep <= DEDUP_KEEP_NONE && o->min_words >= 1 &&
	       o->ngram >= 1 && o->ngram <= DEDUP_NGRAM_MAX &&
	       o->threshold > 0 && o->threshold <= 1;
}

/* Does boilerplate go, or is it at least looked for? */
static bool
wants_boilerplate(const struct dedup *d)
{
	return d->opt.boilerplate > 0 || d->opt.boilerplate_share > 0;
}

struct table *
engine_new_table(const struct dedup *d)
{
	struct table_options options = {
		.near = !d->opt.exact,
		.places = d->places,
		.full_tags = d->opt.contained,
		.limit = d->opt.memory,
	};

	return table_new(&options, shingler_secret(d->own.shingler));
}

/*
 * Share the limit of memory out: what is listed has what it took, counts that
 * may still grow get half of the rest, and the table what is left.
 */
void
engine_share_memory(struct dedup *d)
{
	size_t rest = d->opt.memory < SIZE_MAX ? (size_t)d->opt.memory
					       : SIZE_MAX;
	size_t taken = d->listed != NULL ? table_memory(d->listed) : 0;

	if (rest == 0)
		return;
	rest -= taken < rest ? taken : rest;
	d->counts.limit = rest / 2 + 1;
	taken = d->counting ? rest / 2 : counts_memory(&d->counts);
	rest -= taken < rest ? taken : rest;
	table_set_limit(d->table, rest + 1);
}

enum dedup_status
dedup_new(const struct dedup_options *opt, struct dedup **result)
{
	struct dedup *d;

	*result = NULL;
	if (!are_valid(opt))
		return DEDUP_EINVAL;
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return DEDUP_ENOMEM;
	d->opt = *opt;
	d->places = opt->places || opt->keep == DEDUP_KEEP_NONE;
	counts_init(&d->counts, opt->places);
	errno = ENOMEM;
	if (part_init(&d->own, opt, NULL) != 0) {
		enum dedup_status st = errno == ENOMEM ? DEDUP_ENOMEM
						       : DEDUP_ERANDOM;

		dedup_free(d);
		return st;
	}
	d->part = &d->own;
	d->counting = opt->count || wants_boilerplate(d);
	/* What is boilerplate has to be known before anything is judged. */
	d->judging = !wants_boilerplate(d);
	d->table = engine_new_table(d);
	if (d->table == NULL) {
		dedup_free(d);
		return DEDUP_ENOMEM;
	}
	engine_share_memory(d);
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
	table_free(d->table);
	table_free(d->listed);
	for (unsigned i = 0; i < d->nloaded; i++)
		saved_close(d->loaded[i].file);
	free(d->loaded);
	free(d->hints);
	counts_free(&d->counts);
	part_free(&d->own);
	free(d);
}

enum dedup_status
dedup_begin(struct dedup *d)
{
	if (d->open || d->broken)
		return DEDUP_ESTATE;
	d->document = d->stats.documents++;
	d->end = d->line = 0;
	d->inside = d->ahead = false;
	part_reset(&d->own);
	judge_reset(d);
	settle_reset(d);
	if (d->opt.scope == DEDUP_SCOPE_DOCUMENT && !d->reference)
		table_clear(d->table);
	d->counted += d->counting;
	if (d->may_forget)
		table_mark(d->table);
	d->undoomed = d->ndoomed;
	d->open = true;
	d->ended = false;
	return DEDUP_OK;
}

/* Judge these blocks of the part at hand. */
static int
judge_blocks(struct dedup *d, size_t from, size_t n)
{
	struct part *p = d->part;

	for (size_t i = from; i < from + n; i++) {
		size_t units = i + 1 < p->nblocks ? p->blocks[i + 1].unit
						  : p->nunits;

		if (judge_warm(d, units) != 0 ||
		    judge_block(d, &p->blocks[i]) != 0 ||
		    settle_drain(d) != 0)
			return -1;
	}
	return 0;
}

/* Judge what is complete of the text that is fed, or all that there is. */
static int
judge_text(struct dedup *d, bool final)
{
	struct part *p = d->part = &d->own;
	int n;

	do {
		p->nunits = p->nblocks = p->fetched = p->warmed = 0;
		n = part_plan(p, final);
		if (n < 0 || judge_blocks(d, 0, (size_t)n) != 0)
			return -1;
		shingler_release(p->shingler);
	} while (n > 0);
	part_drop(p);
	return 0;
}

/* The removals that are settled, all before v->decided. */
static void
tell(struct dedup *d, struct dedup_verdict *v)
{
	struct settled *out = &d->out;
	size_t n = out->n;

	while (n > 0 && out->removals[n - 1].offset >= out->decided)
		n--;
	*v = (struct dedup_verdict){ out->removals, n, out->decided,
				     out->words };
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

/* The document ends: what stands after its last block. */
static int
put_end(struct dedup *d, uint64_t sep_off, uint64_t sep_len)
{
	struct entry e = {
		.kind = ENTRY_BLOCK, .len = sep_len,
		.off = sep_len > 0 ? sep_off : d->end,
	};

	if (judge_leads(d) != 0 || settle_put(d, &e) != 0)
		return -1;
	e = (struct entry){ .kind = ENTRY_END, .off = d->end };
	return settle_put(d, &e);
}

static int
advance(struct dedup *d, enum how how)
{
	struct part *p = &d->own;
	int got;

	while ((got = part_scan(p, how == END)) > 0)
		if (judge_text(d, false) != 0)
			return -1;
	if (got < 0)
		return -1;
	if (how == FEED)
		return 0;
	p->flushing = how == FLUSH;
	if (judge_text(d, true) != 0)
		return -1;
	p->flushing = false;
	if (how == END ? put_end(d, p->sep_off, p->sep_len) != 0
		       : judge_leads(d) != 0)
		return -1;
	return settle_drain(d);
}

/* What was told before is settled for good; where the rest begins. */
static uint64_t
begin_call(struct dedup *d, struct dedup_verdict *v)
{
	*v = (struct dedup_verdict){ .removals = NULL };
	forget_told(d);
	return d->out.decided;
}

static enum dedup_status
end_call(struct dedup *d, int result, bool ends, struct dedup_verdict *v)
{
	if (result != 0 || d->damaged) {
		d->broken = true;
		return d->damaged || errno == EBADMSG ? DEDUP_ETABLE
						      : DEDUP_ENOMEM;
	}
	if (ends) {
		d->out.decided = d->end;
		d->open = false;
		d->ended = true;
	}
	tell(d, v);
	return DEDUP_OK;
}

static enum dedup_status
read_text(struct dedup *d, const char *text, size_t len, enum how how,
	  struct dedup_verdict *v)
{
	struct part *p = &d->own;
	enum dedup_status st;
	uint64_t decided;

	*v = (struct dedup_verdict){ .removals = NULL };
	if (!d->open || d->broken || d->out.decided + len < d->end)
		return DEDUP_ESTATE;
	decided = begin_call(d, v);
	if (d->ahead)
		part_resume(p, d->end, d->line, d->inside);
	d->ahead = false;
	p->text = text;
	p->base = decided;
	d->stats.bytes += decided + len - d->end;
	p->end = d->end = decided + len;
	d->part = p;
	st = end_call(d, advance(d, how), how == END, v);
	if (st == DEDUP_OK)
		d->stats.early += how == FLUSH && v->decided > decided;
	return st;
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

/* Reading ahead. */

struct dedup_part {
	struct part part;
	const struct dedup *of;		/* whose secret it has */
};

enum dedup_status
dedup_part_new(struct dedup *d, bool eager, struct dedup_part **result)
{
	struct dedup_part *p = calloc(1, sizeof(*p));

	*result = NULL;
	if (p == NULL)
		return DEDUP_ENOMEM;
	if (part_init(&p->part, &d->opt,
		      shingler_secret_bytes(d->own.shingler)) != 0) {
		dedup_part_free(p);
		return DEDUP_ENOMEM;
	}
	if (eager && d->hints == NULL && !d->opt.exact)
		d->hints = calloc(1, sizeof(*d->hints));
	d->has_parts = true;	/* with the secret as it is */
	p->part.eager = eager;
	p->part.hints = d->hints;
	p->of = d;
	*result = p;
	return DEDUP_OK;
}

void
dedup_part_free(struct dedup_part *p)
{
	if (p == NULL)
		return;
	part_free(&p->part);
	free(p);
}

void
dedup_part_clear(struct dedup_part *p)
{
	part_clear(&p->part);
}

enum dedup_status
dedup_part_read(struct dedup_part *p, const struct dedup_stretch *s)
{
	if (p->part.nreadings > 0 && p->part.next > 0)
		return DEDUP_ESTATE;
	return part_read(&p->part, s) == 0 ? DEDUP_OK : DEDUP_ENOMEM;
}

enum dedup_status
dedup_part_propose(const struct dedup *d, struct dedup_part *p)
{
	if (p->of != d || p->part.next > 0)
		return DEDUP_ESTATE;
	if (d->opt.exact || d->opt.scope == DEDUP_SCOPE_DOCUMENT)
		return DEDUP_OK;
	return judge_propose(d, &p->part) == 0 ? DEDUP_OK : DEDUP_ENOMEM;
}

bool
dedup_find_cut(const struct dedup *d, const char *text, size_t len, bool inside,
	  struct dedup_cut *cut)
{
	return part_cut(&d->opt, text, len, inside, &cut->at, &cut->inside);
}

static int
judge_reading(struct dedup *d, const struct reading *r)
{
	struct part *p = d->part;

	part_take(p, r, d->line);
	if (judge_blocks(d, r->block, r->nblocks) != 0 ||
	    (r->ends && put_end(d, r->sep_off, r->sep_len) != 0))
		return -1;
	d->line += r->nlines - r->tails;
	return settle_drain(d);
}

enum dedup_status
dedup_feed_part(struct dedup *d, struct dedup_part *part,
		struct dedup_verdict *v)
{
	struct part *p = &part->part;
	const struct reading *r = &p->readings[p->next];
	enum dedup_status st;

	*v = (struct dedup_verdict){ .removals = NULL };
	if (!d->open || d->broken || part->of != d ||
	    p->next == p->nreadings || r->off != d->end ||
	    r->inside != d->inside || (d->end > 0 && !d->ahead))
		return DEDUP_ESTATE;
	begin_call(d, v);
	d->ahead = true;
	d->inside = r->goes_on;
	d->stats.bytes += r->len;
	d->end += r->len;
	d->part = p;
	p->next++;
	st = end_call(d, judge_reading(d, r), r->ends, v);
	d->part = &d->own;
	return st;
}

void
dedup_begin_proposals(struct dedup *d)
{
	table_begin_proposals(d->table);
}

/* Two readings. */

unsigned
dedup_readings_left(const struct dedup *d)
{
	return d->second ? 0 :
	       !d->judging + (d->opt.keep == DEDUP_KEEP_NONE);
}

/* How many documents make boilerplate, where so many were counted? */
uint64_t
engine_least(const struct dedup *d, uint64_t counted)
{
	double share = d->opt.boilerplate_share * (double)counted;
	uint64_t n = d->opt.boilerplate;

	if (!wants_boilerplate(d))
		return 0;
	if (n == 0) {
		/* 7 % of 100 are 7, whatever 0.07 is in binary. */
		share -= share * 1e-12;
		n = (uint64_t)share;
		n += (double)n < share;
	}
	return n < 2 ? 2 : n;
}

enum dedup_status
dedup_again(struct dedup *d)
{
	if (d->open || d->broken || dedup_readings_left(d) == 0)
		return DEDUP_ESTATE;
	if (!d->judging) {
		d->least = engine_least(d, d->counted);
		d->second = d->opt.keep != DEDUP_KEEP_NONE;
	} else {
		settle_doom(d);
		d->second = true;
	}
	d->judging = true;
	d->counting = false;
	table_clear(d->table);
	engine_share_memory(d);
	d->stats = (struct dedup_stats){ .documents = d->references };
	return DEDUP_OK;
}

enum dedup_status
dedup_may_forget(struct dedup *d)
{
	if (d->open || d->broken)
		return DEDUP_ESTATE;
	/* Of the last document nothing was noted. */
	if (!d->may_forget)
		d->ended = false;
	d->may_forget = true;
	return DEDUP_OK;
}

enum dedup_status
dedup_forget(struct dedup *d)
{
	if (d->open || !d->ended || !d->may_forget || d->broken)
		return DEDUP_ESTATE;
	table_undo(d->table);
	d->ndoomed = d->undoomed;
	d->ended = false;
	return DEDUP_OK;
}

enum dedup_status
dedup_reference(struct dedup *d, bool on)
{
	if (d->open || d->second || d->broken)
		return DEDUP_ESTATE;
	if (on == d->reference)
		return DEDUP_OK;
	/* Another reading numbers documents on from the reference ones. */
	if (on && d->stats.documents != d->references)
		return DEDUP_ESTATE;
	if (on && d->listed == NULL) {
		d->listed = engine_new_table(d);
		if (d->listed == NULL)
			return DEDUP_ENOMEM;
	}
	if (on) {
		d->was_counting = d->counting;
		d->bytes_before = d->stats.bytes;
		d->units_before = d->stats.units;
	} else {
		/* Nothing of it could go: it is no part of any share. */
		d->references = d->stats.documents;
		d->stats.bytes = d->bytes_before;
		d->stats.units = d->units_before;
	}
	d->counting = !on && d->was_counting;
	d->reference = on;
	d->ended = false;
	engine_share_memory(d);
	return DEDUP_OK;
}

size_t
dedup_top(const struct dedup *d, struct dedup_common *top, size_t n)
{
	struct counted *c;
	size_t got;

	/* There are no more than this. */
	n = n < d->counts.set.n ? n : d->counts.set.n;
	c = malloc((n + 1) * sizeof(*c));
	if (c == NULL)
		return 0;
	got = counts_top(&d->counts, c, n);
	for (size_t i = 0; i < got; i++)
		top[i] = (struct dedup_common){
			c[i].documents, {
				c[i].first.document, c[i].first.offset,
				c[i].first.line, 0,
			},
		};
	free(c);
	return got;
}

void
dedup_get_stats(const struct dedup *d, struct dedup_stats *s)
{
	*s = d->stats;
	s->documents -= d->references;
	s->full = table_full(d->table) || d->counts.full ||
		  (d->listed != NULL && table_full(d->listed));
	s->memory = sizeof(*d) + table_memory(d->table) +
		    (d->listed != NULL ? table_memory(d->listed) : 0) +
		    counts_memory(&d->counts) +
		    part_memory(&d->own) +
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
	case DEDUP_ETABLE:
		return "a table is damaged";
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
	case DEDUP_BOILERPLATE:
		return "boilerplate";
	case DEDUP_LISTED:
		return "listed";
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
