/*
 * The public API: text through the three stages of engine.h.
 *
 * Lines are read as they come; whatever else waits until its block is whole and
 * the next units are there, which makes every answer independent of how the
 * text was cut up.  Text comes in one of two ways: fed piece by piece, it goes
 * through the engine's own split; read ahead, it comes as parts, which are
 * splits that other threads made.
 */
#include "crew.h"
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
dedup_options_init(struct dedup_options *opt)
{
	*opt = (struct dedup_options){
		.unit = DEDUP_UNIT_AUTO,
		.scope = DEDUP_SCOPE_ALL,
		.keep = DEDUP_KEEP_FIRST,
		.min_words = 5,
		.ngram = 3,
		.places = true,
		.threads = 1,
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
	       o->threshold >= 0 && o->threshold <= 1;
}

struct table *
engine_new_table(const struct dedup *d)
{
	struct table_options options = {
		.near = !d->opt.exact,
		.places = d->places,
		.full_tags = d->opt.contained || d->opt.threshold > 0,
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
	if (split_init(&d->own, opt, NULL) != 0) {
		enum dedup_status st = errno == ENOMEM ? DEDUP_ENOMEM
						       : DEDUP_ERANDOM;

		dedup_free(d);
		return st;
	}
	d->view.left = &d->own;
	d->counting = opt->count || boilerplate_wanted(d);
	/* What is boilerplate has to be known before anything is judged. */
	d->judging = !boilerplate_wanted(d);
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
	free(d->view.unit);
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
	d->end = d->line = 0;
	d->inside = d->ahead = false;
	split_reset(&d->own);
	judge_reset(d);
	cut_reset(&d->out);
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

/* Link, judge and cut what can be of the pieces at hand. */
static int
run_stages(struct dedup *d, bool final)
{
	struct view *v = &d->view;

	if (soon_list(v) != 0)
		return -1;
	while (d->linked < v->n && soon_link(v, d->linked, final))
		d->linked++;
	return judge_linked(d);
}

/* The first n pieces of the view are cut, and forgotten. */
static void
drop_pieces(struct dedup *d, size_t n)
{
	d->linked -= n;
	d->judged -= n;
	d->cut -= n;
	for (size_t i = 0; i < d->nwaiting; i++) {
		d->waiting[i].piece -= n;
		d->waiting[i].last -= n;
	}
}

/* Go as far as the text that was fed allows. */
static int
run_own(struct dedup *d, bool final)
{
	size_t cut;

	d->view = (struct view){
		.left = &d->own, .nleft = d->own.npieces, .n = d->own.npieces,
		.unit = d->view.unit, .room = d->view.room,
	};
	if (run_stages(d, final) != 0)
		return -1;
	cut = d->cut;
	drop_pieces(d, cut);
	split_drop_pieces(&d->own, cut);
	return 0;
}

/* Split and judge what is complete of the lines at hand, or all. */
static int
judge_text(struct dedup *d, bool final)
{
	int got;

	while ((got = split_plan(&d->own, BATCH, final)) > 0)
		if (run_own(d, false) != 0)
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

	while (n > 0 && out->removals[n - 1].offset >= out->decided)
		n--;
	*v = (struct dedup_verdict){ out->removals, n, out->decided,
				     out->words };
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
	return run_own(d, true);
}

/* What was given before is settled for good; where the rest begins. */
static uint64_t
begin_call(struct dedup *d, struct dedup_verdict *v)
{
	*v = (struct dedup_verdict){ .removals = NULL };
	forget_given(d);
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
	give(d, v);
	return DEDUP_OK;
}

static enum dedup_status
read_text(struct dedup *d, const char *text, size_t len, enum how how,
	  struct dedup_verdict *v)
{
	struct split *s = &d->own;
	enum dedup_status st;
	uint64_t decided;

	*v = (struct dedup_verdict){ .removals = NULL };
	if (!d->open || d->broken || d->out.decided + len < d->end)
		return DEDUP_ESTATE;
	decided = begin_call(d, v);
	if (d->ahead) {
		split_begin_at(s, d->end);
		s->line = d->line;
		s->inside = d->inside;
	}
	d->ahead = false;
	s->text = text;
	s->base = decided;
	d->stats.bytes += decided + len - d->end;
	s->end = d->end = decided + len;
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

enum dedup_status
dedup_part_new(struct dedup *d, struct dedup_part **result)
{
	struct dedup_part *p = calloc(1, sizeof(*p));

	*result = NULL;
	if (p == NULL)
		return DEDUP_ENOMEM;
	if (split_init(&p->split, &d->opt,
		      shingler_secret_bytes(d->own.shingler)) != 0) {
		dedup_part_free(p);
		return DEDUP_ENOMEM;
	}
	d->has_parts = true;	/* with the secret as it is */
	p->of = d;
	*result = p;
	return DEDUP_OK;
}

void
dedup_part_free(struct dedup_part *p)
{
	if (p == NULL)
		return;
	split_free(&p->split);
	free(p);
}

void
dedup_part_clear(struct dedup_part *p)
{
	split_clear(&p->split);
}

enum dedup_status
dedup_part_read(struct dedup_part *p, const struct dedup_stretch *s)
{
	if (p->split.nreadings > 0 && p->split.next > 0)
		return DEDUP_ESTATE;
	return split_read(&p->split, s) == 0 ? DEDUP_OK : DEDUP_ENOMEM;
}

bool
dedup_find_cut(const struct dedup *d, const char *text, size_t len, bool inside,
	  struct dedup_cut *cut)
{
	return seam_find(&d->opt, text, len, inside, cut);
}

/* What is left of the document and this reading, as far as they go. */
static int
judge_reading(struct dedup *d, struct split *ahead, const struct reading *r)
{
	struct split *own = &d->own;
	size_t skip, first, left;

	if (seam_join(own, ahead, r, d->line, &skip) != 0)
		return -1;
	d->view = (struct view){
		.left = own, .ahead = ahead, .nleft = own->npieces,
		.first = r->piece + skip,
		.n = own->npieces + r->npieces - skip,
		.unit = d->view.unit, .room = d->view.room,
	};
	if (run_stages(d, r->ends) != 0)
		return -1;
	/* Pieces that are not cut yet are left over for the next reading. */
	left = d->cut < own->npieces ? d->cut : own->npieces;
	first = r->piece + skip + (d->cut - left);
	drop_pieces(d, d->cut);
	split_drop_pieces(own, left);
	split_drop_words(own);
	if (!r->ends && seam_leave(own, ahead, r, first, d->line,
				   skip == r->npieces) != 0)
		return -1;
	d->line += r->nlines;
	return 0;
}

/* The split's next reading is the open document's next stretch. */
static int
feed_reading(struct dedup *d, struct split *s)
{
	const struct reading *r = &s->readings[s->next++];

	d->ahead = true;
	d->inside = r->goes_on;
	d->stats.bytes += r->len;
	d->end += r->len;
	return judge_reading(d, s, r);
}

enum dedup_status
dedup_feed_part(struct dedup *d, struct dedup_part *part,
		struct dedup_verdict *v)
{
	struct split *p = &part->split;
	const struct reading *r = &p->readings[p->next];

	*v = (struct dedup_verdict){ .removals = NULL };
	if (!d->open || d->broken || part->of != d ||
	    p->next == p->nreadings || r->off != d->end ||
	    r->inside != d->inside || (d->end > 0 && !d->ahead))
		return DEDUP_ESTATE;
	begin_call(d, v);
	return end_call(d, feed_reading(d, p), r->ends, v);
}

/* Many at a time. */

static unsigned
threads_of(const struct dedup *d)
{
	long n = d->opt.threads > 0 ? (long)d->opt.threads :
		 sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > (long)CREW_MAX ? CREW_MAX : (unsigned)n;
}

/* Threads to work with; NULL where one is enough, or all that can be had. */
static struct crew *
crew_of(struct dedup *d)
{
	if (d->crew == NULL && threads_of(d) > 1) {
		d->crew = crew_new(d, threads_of(d));
		d->has_parts |= d->crew != NULL;
	}
	return d->crew;
}

void
dedup_set_threads(struct dedup *d, unsigned threads)
{
	d->opt.threads = threads;
	crew_free(d->crew);
	d->crew = NULL;
}

size_t
dedup_slots(struct dedup *d)
{
	return crew_of(d) != NULL ? crew_slots(d->crew) : 1;
}

/* By the caller's thread, one after another. */
static enum dedup_status
run_alone(struct dedup *d, const struct dedup_work *work)
{
	struct dedup_part *part;
	enum dedup_status st = dedup_part_new(d, &part);
	size_t bytes;
	int got;

	if (st != DEDUP_OK)
		return st;
	while ((got = work->take(work->arg, 0, &bytes)) > 0) {
		split_clear(&part->split);
		if (work->split(work->arg, 0, part) != 0) {
			got = -1;
			break;
		}
		if (work->judge(work->arg, 0, part) != 0) {
			st = DEDUP_ESTOP;
			break;
		}
	}
	dedup_part_free(part);
	return got < 0 ? DEDUP_ENOMEM : st;
}

enum dedup_status
dedup_run(struct dedup *d, const struct dedup_work *work)
{
	if (d->broken)
		return DEDUP_ESTATE;
	if (work->size < sizeof(*work))
		return DEDUP_EINVAL;
	return crew_of(d) != NULL ? crew_run(d->crew, work)
				  : run_alone(d, work);
}

#define STRETCH ((size_t)128 << 10)	/* bytes of a long document, or of
					 * many short ones: a slot's */
#define SLOT_TEXTS 4096

/* A document of a call, or a stretch of one. */
struct some_text {
	size_t document;	/* its number in the call */
	struct dedup_stretch at;
};

struct some_texts {
	struct some_text *text;
	size_t n, room;
};

/* Where a call for many documents stands. */
struct call {
	struct dedup *d;
	const struct dedup_batch *batch;
	size_t document;	/* the next one to be taken */
	size_t at;		/* bytes of it that were */
	bool inside;		/* that is inside of a giant block */
	struct some_texts *slot;
	enum dedup_status st;
};

/* The next stretch of text[0..len), from c->at on. */
static void
next_stretch(struct call *c, const char *text, size_t len,
	     struct dedup_stretch *s)
{
	size_t rest = len - c->at, window = STRETCH;
	struct dedup_cut cut = { rest, false };

	*s = (struct dedup_stretch){
		.text = text + c->at, .len = rest, .offset = c->at,
		.inside = c->inside, .ends = true,
	};
	for (; window < rest; window *= 2) {
		if (!seam_find(&c->d->opt, s->text, window, c->inside, &cut))
			continue;
		s->len = cut.at;
		s->goes_on = cut.inside;
		s->ends = false;
		break;
	}
	c->at += s->len;
	c->inside = cut.inside;
}

static int
take_texts(void *arg, size_t slot, size_t *bytes)
{
	struct call *c = arg;
	struct some_texts *s = &c->slot[slot];

	*bytes = s->n = 0;
	while (*bytes < STRETCH && s->n < SLOT_TEXTS &&
	       c->document < c->batch->n) {
		const struct dedup_text *t = &c->batch->texts[c->document];
		struct some_text *x;

		if (array_room(&s->text, &s->room, s->n + 1, sizeof(*x)) != 0)
			return -1;
		x = &s->text[s->n++];
		x->document = c->document;
		/* What it will be is not known before get() was called. */
		if (c->batch->get != NULL)
			x->at = (struct dedup_stretch){
				.text = t->text, .len = t->len, .ends = true,
			};
		else
			next_stretch(c, t->text, t->len, &x->at);
		*bytes += x->at.len;
		if (x->at.ends) {
			c->document++;
			c->at = 0;
			c->inside = false;
		}
	}
	return s->n > 0;
}

static int
split_texts(void *arg, size_t slot, struct dedup_part *part)
{
	const struct call *c = arg;
	const struct some_texts *s = &c->slot[slot];

	for (size_t i = 0; i < s->n; i++) {
		struct some_text *x = &s->text[i];
		struct dedup_text t = { x->at.text, x->at.len };

		if (c->batch->get != NULL &&
		    c->batch->get(c->batch->arg, x->document, &t) != 0)
			return -1;
		x->at.text = t.text;
		x->at.len = t.len;
		if (split_read(&part->split, &x->at) != 0)
			return -1;
	}
	return 0;
}

/* A document's first stretch begins it, and its last one is answered. */
static enum dedup_status
judge_text_of(const struct call *c, const struct some_text *x,
	      struct split *split)
{
	struct dedup *d = c->d;
	struct dedup_verdict v;
	enum dedup_status st = DEDUP_OK;
	int got;

	if (x->at.offset == 0) {
		st = dedup_begin(d);
		if (st != DEDUP_OK)
			return st;
		begin_call(d, &v);
	}
	got = feed_reading(d, split);
	if (got == 0 && !x->at.ends)
		return DEDUP_OK;
	st = end_call(d, got, x->at.ends, &v);
	if (st == DEDUP_OK && c->batch->each(c->batch->arg, x->document, &v))
		st = DEDUP_ESTOP;
	return st;
}

static int
judge_texts(void *arg, size_t slot, struct dedup_part *part)
{
	struct call *c = arg;
	const struct some_texts *s = &c->slot[slot];

	for (size_t i = 0; i < s->n && c->st == DEDUP_OK; i++)
		c->st = judge_text_of(c, &s->text[i], &part->split);
	return c->st != DEDUP_OK;
}

/* By the caller's thread alone: what is fed as text needs no slots. */
static enum dedup_status
judge_alone(struct dedup *d, const struct dedup_batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct dedup_text t = b->texts[i];
		struct dedup_verdict v;
		enum dedup_status st;

		if (b->get != NULL && b->get(b->arg, i, &t) != 0)
			return DEDUP_ENOMEM;
		st = dedup_document(d, t.text, t.len, &v);
		if (st != DEDUP_OK)
			return st;
		if (b->each(b->arg, i, &v) != 0)
			return DEDUP_ESTOP;
	}
	return DEDUP_OK;
}

enum dedup_status
dedup_documents(struct dedup *d, const struct dedup_batch *batch)
{
	struct call c = { .d = d, .batch = batch };
	struct dedup_work work = {
		.size = sizeof(work), .arg = &c, .take = take_texts,
		.split = split_texts, .judge = judge_texts,
	};
	enum dedup_status st;
	size_t n;

	if (d->open || d->broken)
		return DEDUP_ESTATE;
	if (batch->size < sizeof(*batch) || batch->each == NULL)
		return DEDUP_EINVAL;
	if (crew_of(d) == NULL)
		return judge_alone(d, batch);
	n = crew_slots(d->crew);
	c.slot = calloc(n, sizeof(*c.slot));
	if (c.slot == NULL)
		return DEDUP_ENOMEM;
	st = crew_run(d->crew, &work);
	for (size_t i = 0; i < n; i++)
		free(c.slot[i].text);
	free(c.slot);
	return c.st != DEDUP_OK ? c.st : st;
}

/* Two readings. */

unsigned
dedup_readings_left(const struct dedup *d)
{
	return d->second ? 0 :
	       !d->judging + (d->opt.keep == DEDUP_KEEP_NONE);
}

enum dedup_status
dedup_again(struct dedup *d)
{
	if (d->open || d->broken || dedup_readings_left(d) == 0)
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
		    split_memory(&d->own) +
		    d->out.room * sizeof(*d->out.removals) +
		    keep_none_memory(d) +
		    (d->crew != NULL ? crew_memory(d->crew) : 0);
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
dedup_reason_name(enum dedup_reason reason)
{
	switch (reason) {
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
