/*
 * The public API: text through the three stages of engine.h.
 *
 * Lines are read as they come; whatever else waits until its block is whole and
 * the next units are there, which makes every answer independent of how the
 * text was cut up.  Text comes in one of two ways: fed piece by piece, it goes
 * through the engine's own split; of long texts and many documents, it comes in
 * splits that several threads made (batch.c).
 */
#include "crew.h"
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STRETCH ((size_t)128 << 10)

/* The part of a struct that the caller knows, too; the rest of it is 0. */
void
engine_fill(void *to, size_t size, const void *from, size_t known)
{
	size_t both = size < known ? size : known;

	memset(to, 0, size);
	memcpy(to, from, both);
	memcpy(to, &size, size < sizeof(size) ? size : sizeof(size));
}

struct table *
engine_new_table(const struct dedup *d)
{
	struct table_options options = {
		.near = !d->opt.exact,
		.places = d->places,
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
	taken += d->aside < SIZE_MAX - taken ? (size_t)d->aside : 0;
	rest -= taken < rest ? taken : rest;
	d->counts.limit = (d->opt.counts_only ? rest : rest / 2) + 1;
	taken = d->counting ? rest / 2 : counts_memory(&d->counts);
	rest -= taken < rest ? taken : rest;
	table_set_limit(d->table, rest + 1);
}

void
dedup_set_aside(struct dedup *d, uint64_t bytes)
{
	d->aside = bytes;
	engine_share_memory(d);
}

enum dedup_status
dedup_new(const struct dedup_options *given, struct dedup **result)
{
	struct dedup_options options, *opt = &options;
	struct dedup *d;

	*result = NULL;
	if (!options_take(opt, given))
		return DEDUP_EINVAL;
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return DEDUP_ENOMEM;
	d->opt = *opt;
	d->places = opt->places || opt->keep == DEDUP_KEEP_NONE;
	counts_init(&d->counts, opt->places && !opt->counts_only);
	errno = ENOMEM;
	if (split_init(&d->own, opt, NULL) != 0) {
		enum dedup_status st = errno == ENOMEM ? DEDUP_ENOMEM
						       : DEDUP_ERANDOM;

		dedup_free(d);
		return st;
	}
	d->stretch = STRETCH;
	d->counting = opt->count || boilerplate_wanted(d);
	/* What is boilerplate has to be known before anything is judged. */
	d->judging = !opt->counts_only && !boilerplate_wanted(d);
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
	crew_free(d->crew);
	free(d->out.removals);
	free(d->doomed);
	table_free(d->table);
	table_free(d->listed);
	for (unsigned i = 0; i < d->nloaded; i++)
		saved_close(d->loaded[i].file);
	free(d->loaded);
	counts_free(&d->counts);
	split_free(&d->own);
	free(d);
}

enum dedup_status
dedup_begin(struct dedup *d)
{
	if (d->open || d->broken)
		return DEDUP_ESTATE;
	d->document = d->stats.documents++;
	d->given = d->end = d->line = 0;
	d->enough = 2 * d->stretch;
	d->inside = false;
	d->ahead = true;
	split_reset(&d->own);
	judge_reset(d);
	cut_reset(&d->out);
	if (d->opt.scope == DEDUP_SCOPE_DOCUMENT && !d->reference)
		table_clear(d->table);
	d->counted += d->counting;
	if (d->opt.can_forget)
		table_mark(d->table);
	d->undoomed = d->ndoomed;
	d->open = true;
	d->ended = false;
	return DEDUP_OK;
}

/* Link, judge and cut what can be of the pieces at hand; forget what is cut. */
static int
run_stages(struct dedup *d, bool final)
{
	size_t n;
	int got = 1;

	if (soon_list(&d->own, 0) != 0)
		return -1;
	while (d->linked < d->own.npieces &&
	       (got = soon_link(&d->own, d->linked, final)) > 0)
		d->linked++;
	if (got < 0 || judge_linked(d, final) != 0)
		return -1;
	n = d->cut;
	d->linked -= n;
	d->judged -= n;
	d->cut = 0;
	judge_dropped(d, n);
	split_drop_pieces(&d->own, n);
	return 0;
}

/* Split and judge what is complete of the lines at hand, or all. */
static int
judge_text(struct dedup *d, bool final)
{
	int got;

	while ((got = split_plan(&d->own, BATCH, final)) > 0)
		if (run_stages(d, false) != 0)
			return -1;
	split_drop_words(&d->own);
	return got;
}

/* The removals that are settled, all before v->decided. */
static void
give(struct dedup *d, struct dedup_verdict *v)
{
	struct cutter *out = &d->out;
	size_t n = out->n;

	while (n > 0 && out->removals[n - 1].end > out->decided)
		n--;
	*v = (struct dedup_verdict){ out->removals, n, out->begin,
				     out->decided, out->words };
	out->given = n;
}

static void
forget_given(struct dedup *d)
{
	struct cutter *out = &d->out;

	out->n -= out->given;
	/* Those are of earlier blocks, or their separator stays. */
	out->block_first -= out->block_first < out->given ? out->block_first
							  : out->given;
	if (out->given > 0 && out->n > 0)
		memmove(out->removals, out->removals + out->given,
			out->n * sizeof(*out->removals));
	out->open &= out->n > 0;
	out->given = 0;
}

enum how { FEED, FLUSH, END };

static int
advance(struct dedup *d, enum how how)
{
	struct split *s = &d->own;
	int got;

	while ((got = split_scan(s, how == END)) > 0)
		if (judge_text(d, false) != 0)
			return -1;
	if (got < 0 || how == FEED)
		return got;
	s->flushing = how == FLUSH;
	if (judge_text(d, true) != 0)
		return -1;
	s->flushing = false;
	if (how == END && split_end(s) != 0)
		return -1;
	return run_stages(d, true);
}

/* What was given before is settled for good. */
void
engine_begin_call(struct dedup *d, struct dedup_verdict *v)
{
	*v = (struct dedup_verdict){ .removals = NULL };
	forget_given(d);
	d->out.begin = d->out.decided;
}

enum dedup_status
engine_end_call(struct dedup *d, int result, bool ends, struct dedup_verdict *v)
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
	give(d, v);
	return DEDUP_OK;
}

/* What is not read yet, of text that begins with v->begin. */
static int
read_own(struct dedup *d, const char *text, enum how how)
{
	struct split *s = &d->own;

	if (d->ahead) {
		split_begin_at(s, d->end);
		s->line = d->line;
		s->inside = d->inside;
	}
	d->ahead = false;
	s->text = text;
	s->base = d->out.begin;
	d->stats.bytes += d->given - d->end;
	s->end = d->end = d->given;
	return advance(d, how);
}

/*
 * With several threads, what is new is gathered until it is worth their while,
 * and what follows the last cut waits.  A text that goes on without a place to
 * cut it, or that somebody waits for, is read here from then on.
 */
static int
read_text(struct dedup *d, const char *text, enum how how)
{
	uint64_t unread = d->given - d->end;

	if (!d->ahead || how == FLUSH ||
	    (how == END && unread < 2 * d->stretch) || !engine_has_threads(d))
		return read_own(d, text, how);
	if (unread < d->enough && how == FEED)
		return 0;
	if (engine_feed_threads(d, text + (d->end - d->out.begin),
				(size_t)unread, how == END) != 0)
		return -1;
	unread = d->given - d->end;
	d->enough = 2 * ((size_t)unread + d->stretch);
	return unread > DEDUP_UNIT_MAX ? read_own(d, text, how) : 0;
}

static enum dedup_status
take_text(struct dedup *d, const char *text, size_t len, enum how how,
	  struct dedup_verdict *v)
{
	*v = (struct dedup_verdict){ .removals = NULL };
	if (!d->open || d->broken || d->out.decided + len < d->given)
		return DEDUP_ESTATE;
	engine_begin_call(d, v);
	d->given = d->out.begin + len;
	return engine_end_call(d, read_text(d, text, how), how == END, v);
}

enum dedup_status
dedup_feed(struct dedup *d, const char *text, size_t len,
	   struct dedup_verdict *v)
{
	return take_text(d, text, len, FEED, v);
}

enum dedup_status
dedup_flush(struct dedup *d, const char *text, size_t len,
	    struct dedup_verdict *v)
{
	return take_text(d, text, len, FLUSH, v);
}

enum dedup_status
dedup_end(struct dedup *d, const char *text, size_t len,
	  struct dedup_verdict *v)
{
	return take_text(d, text, len, END, v);
}

enum dedup_status
dedup_document(struct dedup *d, const char *text, size_t len,
	       struct dedup_verdict *v)
{
	enum dedup_status st = dedup_begin(d);

	return st == DEDUP_OK ? dedup_end(d, text, len, v) : st;
}

/* Where byte 'at' of the document is in the text that the verdict is about. */
static size_t
place_in(const struct dedup_verdict *v, uint64_t at, size_t len)
{
	return at - v->begin < len ? (size_t)(at - v->begin) : len;
}

/* Bytes only move to the left, so that 'out' may be 'text'. */
size_t
dedup_apply(const char *text, size_t len, const struct dedup_verdict *v,
	    char *out)
{
	size_t end = place_in(v, v->decided, len), at = 0, kept = 0;

	for (size_t i = 0; at < end; i++) {
		size_t to = end, next = end;

		if (i < v->nremovals) {
			to = place_in(v, v->removals[i].begin, end);
			next = place_in(v, v->removals[i].end, end);
		}
		memmove(out + kept, text + at, to - at);
		kept += to - at;
		at = next;
	}
	return kept;
}

/* Reading ahead. */

/* The split's next reading is the open document's next stretch. */
int
engine_feed(struct dedup *d, struct split *s)
{
	const struct reading *r = &s->readings[s->next++];

	d->inside = r->goes_on;
	d->stats.bytes += r->len;
	d->end += r->len;
	if (seam_join(&d->own, s, r, d->line) != 0 ||
	    run_stages(d, r->ends) != 0)
		return -1;
	split_drop_words(&d->own);
	d->line += r->nlines;
	return seam_leave(&d->own, s);
}

/* Passes. */

unsigned
dedup_passes_left(const struct dedup *d)
{
	return d->second || d->opt.counts_only ? 0 :
	       !d->judging + (d->opt.keep == DEDUP_KEEP_NONE);
}

enum dedup_status
dedup_again(struct dedup *d)
{
	if (d->open || d->broken || dedup_passes_left(d) == 0)
		return DEDUP_ESTATE;
	if (!d->judging) {
		d->least = boilerplate_least(d, d->counted);
		d->second = d->opt.keep != DEDUP_KEEP_NONE;
	} else {
		keep_none_sort(d);
		d->second = true;
	}
	d->judging = true;
	d->counting = false;
	/* What was not remembered leaves copies in the last pass, too. */
	d->was_full |= table_full(d->table);
	table_clear(d->table);
	engine_share_memory(d);
	d->stats = (struct dedup_stats){
		.documents = d->references,
		.unrecorded = d->stats.unrecorded,
	};
	return DEDUP_OK;
}

enum dedup_status
dedup_forget(struct dedup *d)
{
	if (d->open || !d->ended || !d->opt.can_forget || d->reference ||
	    d->broken)
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
	/* Another pass numbers documents on from the reference ones. */
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
		return SIZE_MAX;
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
dedup_stats_fill(const struct dedup *d, struct dedup_stats *to, size_t size)
{
	struct dedup_stats s = d->stats;

	s.size = sizeof(s);
	s.documents -= d->references;
	s.given_up = table_given_up(d->table) +
		     (d->listed != NULL ? table_given_up(d->listed) : 0);
	s.full = d->was_full || table_full(d->table) || d->counts.full ||
		 (d->listed != NULL && table_full(d->listed));
	s.memory = sizeof(*d) + table_memory(d->table) +
		   (d->listed != NULL ? table_memory(d->listed) : 0) +
		   counts_memory(&d->counts) + split_memory(&d->own) +
		   d->out.room * sizeof(*d->out.removals) +
		   keep_none_memory(d) +
		   (d->crew != NULL ? crew_memory(d->crew) : 0);
	engine_fill(to, size, &s, sizeof(s));
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
	case DEDUP_ESTOP:
		return "stopped on demand";
	case DEDUP_ETABLE:
		return "a table is damaged";
	}
	return "unknown error";
}

const char *
dedup_reason_name(unsigned reason)
{
	switch ((enum dedup_reason)reason) {
	case DEDUP_EXACT:
		return "exact";
	case DEDUP_NEAR:
		return "near";
	case DEDUP_SIMILAR:
		return "similar";
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
	case DEDUP_HEADING:
		return "heading";
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
