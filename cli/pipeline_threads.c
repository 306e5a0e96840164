/*
 * Batches by several threads: the library has these, and asks for what is to
 * be done.
 */
#include "pipeline_threads.h"

#include <pthread.h>
#include <stdlib.h>

#include "signals.h"

struct crew {
	struct pipeline *p;
	struct batch *batch;	/* one a slot */
	size_t n;
	pthread_t main;
	bool failed;		/* said why */
};

static void
show_progress(void *arg)
{
	struct crew *c = arg;

	pipeline_show_progress(c->p, c->p->progress.raw);
}

static int
take(void *arg, size_t slot, size_t *bytes)
{
	struct crew *c = arg;
	int got;

	while (!reader_ready(c->p->reader, PIPELINE_PAUSE)) {
		if (signals_stopped())
			return 0;
		if (pthread_equal(pthread_self(), c->main))
			show_progress(c);
	}
	got = reader_next(c->p->reader, &c->batch[slot]);
	*bytes = c->batch[slot].len;
	return got;
}

static int
split(void *arg, size_t slot, struct dedup_part *part)
{
	struct crew *c = arg;

	batch_prepare(&c->batch[slot], c->p->opt, part);
	return c->batch[slot].no_memory ? -1 : 0;
}

static int
judge(void *arg, size_t slot, struct dedup_part *part)
{
	struct crew *c = arg;
	struct batch *b = &c->batch[slot];

	b->part = part;
	c->failed = pipeline_finish(c->p, b) != 0;
	batch_empty(b);
	return c->failed;
}

int
pipeline_run_together(struct pipeline *p)
{
	struct crew c = {
		.p = p, .main = pthread_self(), .n = dedup_slots(p->d),
	};
	struct dedup_work work = {
		.size = sizeof(work), .arg = &c, .take = take, .split = split,
		.judge = judge, .idle = show_progress,
	};
	enum dedup_status st = DEDUP_ENOMEM;
	size_t n = 0;

	c.batch = calloc(c.n, sizeof(*c.batch));
	while (c.batch != NULL && n < c.n && batch_init(&c.batch[n]) == 0)
		n++;
	if (c.batch != NULL && n == c.n)
		st = dedup_run(p->d, &work);
	for (size_t i = 0; i < n; i++)
		batch_free(&c.batch[i]);
	free(c.batch);
	if (st != DEDUP_OK && !c.failed)
		return pipeline_failed(p, NULL, st);
	return st == DEDUP_OK ? pipeline_check_stopped(p) : -1;
}
