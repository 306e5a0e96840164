/*
 * Batches by several threads.
 *
 * They stand in a ring.  Every thread does what is to be done next; only the
 * main one judges and writes, so that the output does not depend on the number
 * of threads.
 *
 *	reader_next()		one thread at a time,	empty -> filled
 *				in order
 *	batch_prepare()		any thread		filled -> prepared
 *	batch_propose()		any, while none judges	prepared -> ready
 *	pipeline_finish()	the main thread,	ready -> empty
 *				in order
 *
 * Whenever the main thread comes to a batch that is prepared only, all that
 * are prepared by then are looked up, by all threads, before it judges on.
 */
#include "pipeline_threads.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "signals.h"

#define SLOTS 4				/* batches a thread */
#define AHEAD_MAX ((size_t)64 << 20)	/* bytes in them beyond which no more is
					 * read: a record may be as long */

enum slot_state {
	SLOT_EMPTY, SLOT_FILLED, SLOT_BUSY, SLOT_PREPARED, SLOT_READY,
};

struct slot {
	struct batch batch;
	enum slot_state state;
};

struct crew {
	struct pipeline *p;
	pthread_mutex_t lock;	/* of all that follows, but for batches in
				 * hand and the reader while 'reading' */
	pthread_cond_t change;
	struct slot *slot;
	size_t nslots;
	/* Batches, counted from 0; one's slot is its number modulo nslots. */
	uint64_t nread, nprepared, nfinished;	/* taken up */
	uint64_t nproposed, proposals_end;	/* those are to be proposed */
	unsigned proposing;	/* threads at it */
	size_t ahead;		/* bytes read and not finished */
	pthread_t main;
	bool proposes;		/* it is worth it, with these options */
	bool reading;		/* somebody fills a batch */
	bool ended;		/* there are no more to be filled */
	bool failed;		/* out of memory while filling */
	bool stop;		/* nothing more is wanted */
};

static struct slot *
slot_of(struct crew *c, uint64_t number)
{
	return &c->slot[number % c->nslots];
}

static bool
may_read(struct crew *c)
{
	return !c->reading && !c->ended && c->ahead <= AHEAD_MAX &&
	       slot_of(c, c->nread)->state == SLOT_EMPTY;
}

static void
read_batch(struct crew *c)
{
	struct slot *s = slot_of(c, c->nread);
	bool over = false;	/* what comes is not waited for any more */
	int got;

	c->reading = true;
	pthread_mutex_unlock(&c->lock);
	while (!over && !reader_ready(c->p->reader, PIPELINE_PAUSE)) {
		if (pthread_equal(pthread_self(), c->main))
			pipeline_show_progress(c->p, c->p->progress.raw);
		pthread_mutex_lock(&c->lock);
		over = c->stop || signals_stopped();
		pthread_mutex_unlock(&c->lock);
	}
	got = over ? 0 : reader_next(c->p->reader, &s->batch);
	pthread_mutex_lock(&c->lock);
	c->reading = false;
	if (got > 0) {
		s->state = SLOT_FILLED;
		c->ahead += s->batch.len;
		c->nread++;
	} else {
		c->ended = true;
		c->failed = got < 0;
	}
	pthread_cond_broadcast(&c->change);
}

static void
prepare_batch(struct crew *c)
{
	struct slot *s = slot_of(c, c->nprepared++);

	s->state = SLOT_BUSY;
	pthread_mutex_unlock(&c->lock);
	batch_prepare(&s->batch, c->p->opt);
	pthread_mutex_lock(&c->lock);
	s->state = c->proposes ? SLOT_PREPARED : SLOT_READY;
	pthread_cond_broadcast(&c->change);
}

static void
propose_batch(struct crew *c)
{
	struct slot *s = slot_of(c, c->nproposed++);

	c->proposing++;
	pthread_mutex_unlock(&c->lock);
	batch_propose(&s->batch, c->p->d);
	pthread_mutex_lock(&c->lock);
	s->state = SLOT_READY;
	c->proposing--;
	pthread_cond_broadcast(&c->change);
}

/* Not for ever: the main thread may be asked how far it has come. */
static void
wait_for_change(struct crew *c)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += (long)PIPELINE_PAUSE * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&c->change, &c->lock, &t);
}

/*
 * Do what is there to be done, or wait until something has changed.  Reading
 * goes first, since only one can and the others live on it, decompression and
 * all; but the main thread leaves it to others as long as there are batches to
 * prepare.
 */
static void
help(struct crew *c, bool leads)
{
	uint64_t filled = c->nread - c->nprepared;

	if (c->nproposed < c->proposals_end)
		propose_batch(c);
	else if (may_read(c) &&
		 (filled == 0 || (!leads && filled < c->nslots / 2)))
		read_batch(c);
	else if (filled > 0)
		prepare_batch(c);
	else
		wait_for_change(c);
}

static void *
work(void *crew)
{
	struct crew *c = crew;

	pthread_mutex_lock(&c->lock);
	while (!c->stop && !(c->ended && c->nfinished == c->nread))
		help(c, false);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* All batches that are prepared, from the next one on, are looked up now. */
static void
begin_proposals(struct crew *c)
{
	dedup_begin_proposals(c->p->d);
	c->nproposed = c->nfinished;
	c->proposals_end = c->nfinished;
	while (c->proposals_end < c->nread &&
	       slot_of(c, c->proposals_end)->state == SLOT_PREPARED)
		c->proposals_end++;
	pthread_cond_broadcast(&c->change);
}

/* What the main thread does. */
static int
lead(struct crew *c)
{
	int got = 0;

	pthread_mutex_lock(&c->lock);
	while (got == 0 && !(c->ended && c->nfinished == c->nread)) {
		struct slot *s = slot_of(c, c->nfinished);
		size_t len;

		if (c->nproposed < c->proposals_end || c->proposing > 0 ||
		    c->nfinished == c->nread ||
		    (s->state != SLOT_READY && s->state != SLOT_PREPARED)) {
			help(c, true);
			pipeline_show_progress(c->p, c->p->progress.raw);
			continue;
		}
		if (s->state == SLOT_PREPARED) {
			begin_proposals(c);
			continue;
		}
		pthread_mutex_unlock(&c->lock);
		len = s->batch.len;
		got = pipeline_finish(c->p, &s->batch);
		batch_empty(&s->batch);
		pthread_mutex_lock(&c->lock);
		c->ahead -= len;
		s->state = SLOT_EMPTY;
		c->nfinished++;
		pthread_cond_broadcast(&c->change);
	}
	c->stop = true;
	pthread_cond_broadcast(&c->change);
	pthread_mutex_unlock(&c->lock);
	return got == 0 ? pipeline_check_stopped(c->p) : got;
}

int
pipeline_run_together(struct pipeline *p, unsigned threads)
{
	const struct dedup_options *o = &p->opt->dedup;
	struct crew c = {
		.p = p, .main = pthread_self(),
		.nslots = SLOTS * threads,
		.proposes = !o->exact && o->scope == DEDUP_SCOPE_ALL &&
			    !p->survey,
	};
	pthread_t *thread = calloc(threads, sizeof(*thread));
	unsigned n = 0;
	int got = -1;

	c.slot = calloc(c.nslots, sizeof(*c.slot));
	if (thread == NULL || c.slot == NULL)
		goto out;
	for (size_t i = 0; i < c.nslots; i++)
		if (batch_init(&c.slot[i].batch, p->d) != 0)
			goto out;
	pthread_mutex_init(&c.lock, NULL);
	pthread_cond_init(&c.change, NULL);
	/* With fewer threads than wanted it goes on as well. */
	while (n < threads - 1 &&
	       pthread_create(&thread[n], NULL, work, &c) == 0)
		n++;
	got = lead(&c);
	for (unsigned i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	pthread_cond_destroy(&c.change);
	pthread_mutex_destroy(&c.lock);
	if (got == 0 && c.failed)
		got = pipeline_failed(p, "-", DEDUP_ENOMEM);
out:
	if (got != 0 && !p->trouble)
		pipeline_failed(p, "-", DEDUP_ENOMEM);
	for (size_t i = 0; i < c.nslots && c.slot != NULL; i++)
		batch_free(&c.slot[i].batch);
	free(c.slot);
	free(thread);
	return got;
}
