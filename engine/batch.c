/*
 * The public functions for many documents: slots of them, taken in order, split
 * by any thread of the crew and judged by the caller's.
 */
#include "crew.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

static unsigned
threads_of(const struct dedup *d)
{
	unsigned n = d->opt.threads > 0 ? d->opt.threads :
		     machine_processors();

	return n > CREW_MAX ? CREW_MAX : n;
}

/* Threads to work with; NULL where one is enough, or all that can be had. */
static struct crew *
crew_of(struct dedup *d)
{
	if (d->crew == NULL && !d->alone && threads_of(d) > 1) {
		d->crew = crew_new(d, threads_of(d));
		d->has_parts |= d->crew != NULL;
		d->alone = d->crew == NULL;
	}
	return d->crew;
}

void
dedup_set_threads(struct dedup *d, unsigned threads)
{
	d->opt.threads = threads;
	crew_free(d->crew);
	d->crew = NULL;
	d->alone = false;
}

/*
 * The same answer each time: where there was no memory for threads, there are
 * none until dedup_set_threads().
 */
size_t
dedup_slots(struct dedup *d)
{
	return crew_of(d) != NULL ? crew_slots(d->crew) : 1;
}

/* A struct of the caller that may be of another version; false: too short. */
static bool
take(void *to, size_t known, const void *from, size_t size, size_t least)
{
	if (size < least)
		return false;
	memset(to, 0, known);
	memcpy(to, from, size < known ? size : known);
	return true;
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
dedup_run(struct dedup *d, const struct dedup_work *given)
{
	struct dedup_work work;

	if (d->broken)
		return DEDUP_ESTATE;
	/* As many fields as 0.2.0 has. */
	if (!take(&work, sizeof(work), given, given->size,
		  offsetof(struct dedup_work, idle) + sizeof(work.idle)))
		return DEDUP_EINVAL;
	return crew_of(d) != NULL ? crew_run(d->crew, &work)
				  : run_alone(d, &work);
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
		engine_begin_call(d, &v);
	}
	got = engine_feed(d, split);
	if (got == 0 && !x->at.ends)
		return DEDUP_OK;
	st = engine_end_call(d, got, x->at.ends, &v);
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
dedup_documents(struct dedup *d, const struct dedup_batch *given)
{
	struct dedup_batch own, *batch = &own;
	struct call c = { .d = d, .batch = batch };
	struct dedup_work work = {
		.size = sizeof(work), .arg = &c, .take = take_texts,
		.split = split_texts, .judge = judge_texts,
	};
	enum dedup_status st;
	size_t n;

	if (d->open || d->broken)
		return DEDUP_ESTATE;
	if (!take(batch, sizeof(*batch), given, given->size,
		  offsetof(struct dedup_batch, arg) + sizeof(batch->arg)) ||
	    batch->each == NULL)
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
