/*
 * Text for several threads: the documents of a call, or what is new of a long
 * one.  It goes into slots in order.  Any thread splits it.  The caller's thread
 * judges documents, since it is to get their verdicts; stretches of one document
 * are judged by the thread that has split them.
 */
#include "api.h"

#include <errno.h>
#include <stdlib.h>

#include "machine.h"
#include "workers.h"

#define SLOT_TEXTS 4096

static unsigned
threads_of(const struct dedup *d)
{
	unsigned n = d->opt.threads > 0 ? d->opt.threads :
		     machine_processors();

	return n > WORKERS_MAX ? WORKERS_MAX : n;
}

/*
 * Threads to work with; NULL if one is enough, or no more can be had, and from
 * then on it stays NULL.
 */
static struct workers *
workers_of(struct dedup *d)
{
	struct threads *t = &d->threads;
	unsigned threads;

	if (t->workers == NULL && !t->none) {
		threads = threads_of(d);
		t->workers = threads > 1 && familiar_init(&t->familiar) == 0 ?
			     workers_new(d, threads) : NULL;
		t->none = t->workers == NULL;
	}
	return t->workers;
}

/* A document of a call, or a stretch of one. */
struct some_text {
	size_t document;	/* its number in the call */
	struct stretch at;
};

struct some_texts {
	struct some_text *text;
	size_t n, room;
};

/*
 * What a call was given, as dedup_documents() has it, and how far it has come.
 */
struct call {
	struct dedup *d;
	const struct dedup_text *texts;
	size_t n;
	int (*get)(void *arg, size_t i, struct dedup_text *text);
	int (*each)(void *arg, size_t i, const struct dedup_verdict *v);
	void *arg;
	uint64_t before;	/* bytes of the first document before the call,
				 * which has begun it */
	bool more;		/* the last one may go on behind its text */
	size_t document;	/* the next one to be taken */
	size_t at;		/* bytes of its text that were */
	bool inside;		/* that is inside of a giant block */
	struct some_texts *slot;
	enum dedup_status st;
	int error;		/* why it could not be judged: errno */
};

/*
 * The next stretch of text[0..len), from c->at on.  False: the text may
 * continue, and cannot be cut before its end.
 */
static bool
next_stretch(struct call *c, const char *text, size_t len, struct stretch *s)
{
	size_t rest = len - c->at, window = c->d->threads.stretch;
	struct cut cut = { rest, false };
	bool found = false;

	*s = (struct stretch){
		.text = text + c->at, .len = rest, .offset = c->before + c->at,
		.inside = c->inside, .ends = true,
	};
	for (; !found && window < rest; window *= 2)
		found = boundary_find(&c->d->opt, s->text, window, &cut);
	if (!found && c->more) {
		found = boundary_find(&c->d->opt, s->text, rest, &cut);
		if (!found)
			return false;
	}
	if (found) {
		s->len = cut.at;
		s->goes_on = cut.inside;
		s->ends = false;
	}
	c->at += s->len;
	c->inside = cut.inside;
	return true;
}

static int
take_texts(void *arg, size_t slot, size_t *bytes)
{
	struct call *c = arg;
	struct some_texts *s = &c->slot[slot];

	*bytes = s->n = 0;
	while (*bytes < c->d->threads.stretch && s->n < SLOT_TEXTS &&
	       c->document < c->n) {
		const struct dedup_text *t = &c->texts[c->document];
		struct some_text *x;

		if (array_room(&s->text, &s->room, s->n + 1, sizeof(*x)) != 0)
			return -1;
		x = &s->text[s->n];
		x->document = c->document;
		/* What it will be is not known before get() was called. */
		if (c->get != NULL)
			x->at = (struct stretch){
				.text = t->text, .len = t->len, .ends = true,
			};
		else if (!next_stretch(c, t->text, t->len, &x->at))
			break;
		s->n++;
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
split_texts(void *arg, size_t slot, struct split *split)
{
	const struct call *c = arg;
	const struct some_texts *s = &c->slot[slot];

	for (size_t i = 0; i < s->n; i++) {
		struct some_text *x = &s->text[i];
		struct dedup_text t = { x->at.text, x->at.len };

		if (c->get != NULL &&
		    c->get(c->arg, x->document, &t) != 0)
			return -1;
		x->at.text = t.text;
		x->at.len = t.len;
		if (split_read(split, &x->at) != 0)
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
		api_begin_call(d, &v);
	}
	got = api_feed(d, split);
	if (got == 0 && d->reference.on)
		got = reference_take(d, x->at.text, x->at.len, x->at.ends);
	if (got == 0 && !x->at.ends)
		return DEDUP_OK;
	st = api_end_call(d, got, x->at.ends, &v);
	if (st == DEDUP_OK && c->each(c->arg, x->document, &v))
		st = DEDUP_ESTOP;
	return st;
}

static int
judge_texts(void *arg, size_t slot, struct split *split)
{
	struct call *c = arg;
	const struct some_texts *s = &c->slot[slot];

	for (size_t i = 0; i < s->n && c->st == DEDUP_OK; i++)
		c->st = judge_text_of(c, &s->text[i], split);
	return c->st != DEDUP_OK;
}

/* The same of a document that the caller has begun, and answers. */
static int
judge_stretches(void *arg, size_t slot, struct split *split)
{
	struct call *c = arg;

	for (size_t i = 0; i < c->slot[slot].n; i++)
		if (api_feed(c->d, split) != 0) {
			c->error = errno;
			return -1;
		}
	return 0;
}

static enum dedup_status
run(struct call *c, int (*judge)(void *, size_t, struct split *), bool anywhere)
{
	struct worker_tasks work = {
		.arg = c, .take = take_texts, .split = split_texts,
		.judge = judge, .anywhere = anywhere,
	};
	size_t n = workers_slots(c->d->threads.workers);
	enum dedup_status st;

	c->slot = calloc(n, sizeof(*c->slot));
	if (c->slot == NULL)
		return DEDUP_ENOMEM;
	st = workers_run(c->d->threads.workers, &work);
	for (size_t i = 0; i < n; i++)
		free(c->slot[i].text);
	free(c->slot);
	return c->st != DEDUP_OK ? c->st : st;
}

bool
api_has_threads(struct dedup *d)
{
	return d->opt.unit != DEDUP_UNIT_DOCUMENT && workers_of(d) != NULL;
}

int
api_feed_threads(struct dedup *d, const char *text, size_t len, bool ends)
{
	const struct dedup_text t = { text, len };
	struct call c = {
		.d = d, .texts = &t, .n = 1, .before = d->input.end,
		.inside = d->input.inside, .more = !ends, .error = ENOMEM,
	};

	if (run(&c, judge_stretches, true) == DEDUP_OK)
		return 0;
	errno = c.error;
	return -1;
}

/* By the caller's thread alone: what is fed as text needs no slots. */
static enum dedup_status
judge_alone(const struct call *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct dedup_text t = c->texts[i];
		struct dedup_verdict v;
		enum dedup_status st;

		if (c->get != NULL && c->get(c->arg, i, &t) != 0)
			return DEDUP_ENOMEM;
		st = dedup_document(c->d, t.text, t.len, &v);
		if (st != DEDUP_OK)
			return st;
		if (c->each(c->arg, i, &v) != 0)
			return DEDUP_ESTOP;
	}
	return DEDUP_OK;
}

enum dedup_status
dedup_documents(struct dedup *d, const struct dedup_text *texts, size_t n,
		int (*get)(void *arg, size_t i, struct dedup_text *text),
		int (*each)(void *arg, size_t i, const struct dedup_verdict *v),
		void *arg)
{
	struct call c = {
		.d = d, .texts = texts, .n = n, .get = get, .each = each,
		.arg = arg,
	};

	if (d->input.open || d->broken)
		return DEDUP_ESTATE;
	if (each == NULL)
		return DEDUP_EINVAL;
	return n > 0 && workers_of(d) != NULL ? run(&c, judge_texts, false)
					   : judge_alone(&c);
}
