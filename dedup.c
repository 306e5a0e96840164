/*
 * The public API: text through the three stages of engine.h.
 *
 * Lines are read as they come.  Everything else waits until its block is whole
 * and the next units are there, so that no answer depends on how the text was
 * cut up.  Text comes in one of two ways: text that is fed goes through the
 * engine's own split; long texts and many documents come in splits that several
 * threads made (api/documents.c).
 */
#include "api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "workers.h"

#define STRETCH ((size_t)64 << 10)

/* The part of a struct that the caller knows, too; the rest of it is 0. */
void
api_fill(void *to, size_t size, const void *from, size_t known)
{
	size_t both = size < known ? size : known;

	memset(to, 0, size);
	memcpy(to, from, both);
	memcpy(to, &size, size < sizeof(size) ? size : sizeof(size));
}

struct table *
api_new_table(const struct dedup *d)
{
	struct table_options options = {
		.near = !d->opt.exact,
		.places = d->known.places,
		.limit = d->opt.memory,
	};

	return table_new(&options, shingler_secret(d->own.shingler));
}

static size_t
memory_of(const struct table *t)
{
	return t != NULL ? table_memory(t) : 0;
}

/* Bytes that reference texts take. */
static size_t
reference_held(const struct dedup *d)
{
	return memory_of(d->known.listed) + memory_of(d->known.parts) +
	       ngram_table_memory(d->known.ngrams) +
	       reference_memory(d->reference.text);
}

/*
 * Share out the limit of memory: reference texts have what they took, counts
 * that may still grow get half of the rest, and the table what is left.
 */
void
api_share_memory(struct dedup *d)
{
	size_t rest = d->opt.memory < SIZE_MAX ? (size_t)d->opt.memory
					       : SIZE_MAX;
	size_t taken = reference_held(d);

	if (rest == 0)
		return;
	taken += d->known.aside < SIZE_MAX - taken ? (size_t)d->known.aside : 0;
	rest -= taken < rest ? taken : rest;
	d->counting.counts.limit = (d->opt.counts_only ? rest : rest / 2) + 1;
	taken = d->counting.on ? rest / 2 : counts_memory(&d->counting.counts);
	rest -= taken < rest ? taken : rest;
	table_set_limit(d->known.table, rest + 1);
}

void
dedup_set_aside(struct dedup *d, uint64_t bytes)
{
	d->known.aside = bytes;
	api_share_memory(d);
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
	d->known.places = opt->places || opt->keep != DEDUP_KEEP_FIRST;
	counts_init(&d->counting.counts, opt->places && !opt->counts_only);
	errno = ENOMEM;
	if (split_init(&d->own, opt, NULL) != 0) {
		enum dedup_status st = errno == ENOMEM ? DEDUP_ENOMEM
						       : DEDUP_ERANDOM;

		dedup_free(d);
		return st;
	}
	d->threads.stretch = STRETCH;
	d->counting.on = opt->count || boilerplate_wanted(d);
	/* Boilerplate must be known before anything is judged. */
	d->pass.judges = !opt->counts_only && !boilerplate_wanted(d);
	d->known.table = api_new_table(d);
	if (d->known.table == NULL) {
		dedup_free(d);
		return DEDUP_ENOMEM;
	}
	api_share_memory(d);
	*result = d;
	return DEDUP_OK;
}

void
dedup_free(struct dedup *d)
{
	if (d == NULL)
		return;
	workers_free(d->threads.workers);
	familiar_free(&d->threads.familiar);
	free(d->cutter.removals);
	free(d->copies.copy);
	table_free(d->known.table);
	table_free(d->known.listed);
	table_free(d->known.parts);
	ngram_table_free(d->known.ngrams);
	reference_free(d->reference.text);
	listed_free(&d->marks);
	for (unsigned i = 0; i < d->known.nloaded; i++)
		saved_close(d->known.loaded[i].file);
	free(d->known.loaded);
	counts_free(&d->counting.counts);
	split_free(&d->own);
	api_cluster_free(d->cluster);
	free(d);
}

enum dedup_status
dedup_begin(struct dedup *d)
{
	if (d->input.open || d->broken)
		return DEDUP_ESTATE;
	d->input.document = d->stats.documents++;
	d->input.given = d->input.end = d->input.line = 0;
	d->input.enough = 2 * d->threads.stretch;
	d->input.inside = false;
	d->input.ahead = true;
	split_reset(&d->own);
	judge_reset(d);
	cut_reset(&d->cutter);
	if (d->opt.scope == DEDUP_SCOPE_DOCUMENT && !d->reference.on)
		table_clear(d->known.table);
	d->counting.documents += d->counting.on;
	if (d->opt.can_forget)
		table_savepoint(d->known.table);
	d->copies.before = d->copies.n;
	d->input.open = true;
	d->input.ended = false;
	return DEDUP_OK;
}

/*
 * Link, judge and cut the current pieces as far as possible; drop those that
 * are cut.
 */
static int
run_stages(struct dedup *d, bool final)
{
	size_t n;
	int got = 1;

	if (listed_mark(d) != 0 || lookahead_list(&d->own, 0) != 0)
		return -1;
	while (d->at.linked < d->own.npieces &&
	       (got = lookahead_link(&d->own, d->at.linked, final)) > 0)
		d->at.linked++;
	if (got < 0 || judge_linked(d, final) != 0)
		return -1;
	n = d->at.cut;
	d->at.linked -= n;
	d->at.judged -= n;
	d->at.cut = 0;
	d->marks.looked -= n;
	judge_dropped(d, n);
	split_drop_pieces(&d->own, n);
	return 0;
}

/* Split and judge what is complete of the current lines, or all. */
static int
judge_text(struct dedup *d, bool final)
{
	int got;

	while ((got = split_plan(&d->own, PREFETCH_GROUP, final)) > 0)
		if (run_stages(d, false) != 0)
			return -1;
	split_drop_words(&d->own);
	return got;
}

/* The removals that are settled, all before v->decided. */
static void
give(struct dedup *d, struct dedup_verdict *v)
{
	struct cutter *out = &d->cutter;
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
	struct cutter *out = &d->cutter;

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
	s->cursor.flushing = how == FLUSH;
	if (judge_text(d, true) != 0)
		return -1;
	s->cursor.flushing = false;
	if (how == END && split_end(s) != 0)
		return -1;
	return run_stages(d, true);
}

/* What was given before is settled for good. */
void
api_begin_call(struct dedup *d, struct dedup_verdict *v)
{
	*v = (struct dedup_verdict){ .removals = NULL };
	forget_given(d);
	d->cutter.begin = d->cutter.decided;
}

enum dedup_status
api_end_call(struct dedup *d, int result, bool ends, struct dedup_verdict *v)
{
	if (result != 0 || d->known.damaged) {
		d->broken = true;
		return d->known.damaged || errno == EBADMSG ? DEDUP_ETABLE
						      : DEDUP_ENOMEM;
	}
	if (ends) {
		d->cutter.decided = d->input.end;
		d->input.open = false;
		d->input.ended = true;
	}
	give(d, v);
	return DEDUP_OK;
}

/* What is not read yet, of text that begins with v->begin. */
static int
read_own(struct dedup *d, const char *text, enum how how)
{
	struct split *s = &d->own;

	if (d->input.ahead) {
		split_begin_at(s, d->input.end);
		s->cursor.line = d->input.line;
		s->cursor.inside = d->input.inside;
	}
	d->input.ahead = false;
	s->feed.text = text;
	s->feed.base = d->cutter.begin;
	d->stats.bytes += d->input.given - d->input.end;
	s->feed.end = d->input.end = d->input.given;
	return advance(d, how);
}

/*
 * With several threads, what is new is gathered until it is worth their while,
 * and what follows the last cut waits.  From then on a text is read here if it
 * continues without a place to cut it, or if somebody waits for it.
 */
static int
read_text(struct dedup *d, const char *text, enum how how)
{
	uint64_t unread = d->input.given - d->input.end;

	if (!d->input.ahead || how == FLUSH ||
	    (how == END && unread < 2 * d->threads.stretch) ||
	    !api_has_threads(d))
		return read_own(d, text, how);
	if (unread < d->input.enough && how == FEED)
		return 0;
	if (api_feed_threads(d, text + (d->input.end - d->cutter.begin),
			     (size_t)unread, how == END) != 0)
		return -1;
	unread = d->input.given - d->input.end;
	d->input.enough = 2 * ((size_t)unread + d->threads.stretch);
	return unread > DEDUP_UNIT_MAX ? read_own(d, text, how) : 0;
}

static enum dedup_status
take_text(struct dedup *d, const char *text, size_t len, enum how how,
	  struct dedup_verdict *v)
{
	uint64_t given = d->input.given;
	int got;

	*v = (struct dedup_verdict){ .removals = NULL };
	if (!d->input.open || d->broken ||
	    d->cutter.decided + len < d->input.given)
		return DEDUP_ESTATE;
	api_begin_call(d, v);
	d->input.given = d->cutter.begin + len;
	got = read_text(d, text, how);
	if (got == 0 && d->reference.on)
		got = reference_take(d, text + (given - d->cutter.begin),
				     (size_t)(d->input.given - given),
				     how == END);
	return api_end_call(d, got, how == END, v);
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

/* What was prepared next in the split is the open document's next stretch. */
int
api_feed(struct dedup *d, struct split *s)
{
	const struct prepared *r = &s->ahead.prepared[s->ahead.next++];

	d->input.inside = r->goes_on;
	d->stats.bytes += r->len;
	d->input.end += r->len;
	if (boundary_join(&d->own, s, r, d->input.line) != 0 ||
	    run_stages(d, r->ends) != 0)
		return -1;
	split_drop_words(&d->own);
	d->input.line += r->nlines;
	return boundary_leave(&d->own, s);
}

/* Passes. */

unsigned
dedup_passes_left(const struct dedup *d)
{
	return d->pass.last || d->opt.counts_only ? 0 :
	       !d->pass.judges + (d->opt.keep != DEDUP_KEEP_FIRST);
}

enum dedup_status
dedup_again(struct dedup *d)
{
	if (d->input.open || d->broken || dedup_passes_left(d) == 0)
		return DEDUP_ESTATE;
	if (!d->pass.judges) {
		d->counting.least = boilerplate_least(d, d->counting.documents);
		d->pass.last = d->opt.keep == DEDUP_KEEP_FIRST;
	} else {
		keep_none_sort(&d->copies, d->opt.keep == DEDUP_KEEP_LAST);
		d->pass.last = true;
	}
	d->pass.judges = true;
	d->counting.on = false;
	/* What was not remembered leaves copies in the last pass, too. */
	d->known.was_full |= table_full(d->known.table);
	table_clear(d->known.table);
	api_share_memory(d);
	d->stats = (struct dedup_stats){
		.documents = d->reference.documents,
		.unrecorded = d->stats.unrecorded,
	};
	return DEDUP_OK;
}

enum dedup_status
dedup_forget(struct dedup *d)
{
	if (d->input.open || !d->input.ended || !d->opt.can_forget ||
	    d->reference.on || d->broken)
		return DEDUP_ESTATE;
	table_undo(d->known.table);
	d->copies.n = d->copies.before;
	d->input.ended = false;
	return DEDUP_OK;
}

/* What reference texts are recorded in; false: out of memory. */
static bool
make_listed(struct dedup *d)
{
	struct known *k = &d->known;

	if (k->listed == NULL)
		k->listed = api_new_table(d);
	if (k->parts == NULL && !d->opt.exact)
		k->parts = api_new_table(d);
	if (k->ngrams == NULL && !d->opt.exact && d->opt.against_ngram > 0) {
		k->ngrams = ngram_table_new(d->opt.against_ngram);
		if (k->ngrams == NULL)
			return false;
	}
	return k->listed != NULL && (k->parts != NULL || d->opt.exact);
}

enum dedup_status
dedup_reference(struct dedup *d, bool on)
{
	if (d->input.open || d->pass.last || d->broken)
		return DEDUP_ESTATE;
	if (on == d->reference.on)
		return DEDUP_OK;
	/* Another pass numbers documents on from the reference ones. */
	if (on && d->stats.documents != d->reference.documents)
		return DEDUP_ESTATE;
	if (on && !make_listed(d))
		return DEDUP_ENOMEM;
	if (on) {
		d->reference.was_counting = d->counting.on;
		d->reference.bytes = d->stats.bytes;
		d->reference.units = d->stats.units;
	} else {
		/* Nothing of it could go: it is no part of any share. */
		d->reference.documents = d->stats.documents;
		d->stats.bytes = d->reference.bytes;
		d->stats.units = d->reference.units;
	}
	d->counting.on = !on && d->reference.was_counting;
	d->reference.on = on;
	d->input.ended = false;
	api_share_memory(d);
	return DEDUP_OK;
}

size_t
dedup_top(const struct dedup *d, struct dedup_common *top, size_t n)
{
	struct counted *c;
	size_t got;

	/* There are no more than this. */
	n = n < d->counting.counts.set.n ? n : d->counting.counts.set.n;
	c = malloc((n + 1) * sizeof(*c));
	if (c == NULL)
		return SIZE_MAX;
	got = counts_top(&d->counting.counts, c, n);
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

static void
add_table(struct dedup_stats *s, const struct table *t)
{
	if (t == NULL)
		return;
	s->given_up += table_given_up(t);
	s->full |= table_full(t);
}

void
dedup_stats_fill(const struct dedup *d, struct dedup_stats *to, size_t size)
{
	const struct known *k = &d->known;
	struct dedup_stats s = d->stats;

	s.size = sizeof(s);
	s.documents -= d->reference.documents;
	s.given_up = 0;
	s.full = k->was_full || d->counting.counts.full;
	add_table(&s, k->table);
	add_table(&s, k->listed);
	add_table(&s, k->parts);
	s.memory = sizeof(*d) + memory_of(k->table) + reference_held(d) +
		   counts_memory(&d->counting.counts) + split_memory(&d->own) +
		   d->cutter.room * sizeof(*d->cutter.removals) +
		   keep_none_memory(&d->copies);
	if (d->threads.workers != NULL)
		s.memory += workers_memory(d->threads.workers) +
			    familiar_memory();
	api_fill(to, size, &s, sizeof(s));
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
