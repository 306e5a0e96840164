/* Batches, filled ahead of their use. */
#include "supply.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "reader.h"

#define BATCH ((size_t)128 << 10)	/* bytes: what stays in the cache */
#define BATCH_THREAD ((size_t)1 << 20)	/* for each thread, of several */
#define BATCH_MOST ((size_t)8 << 20)

struct supply {
	const struct options *opt;
	struct reader *reader;
	atomic_int demand;
	unsigned threads;	/* that work on batches */
	bool begun;		/* there is one more thread, which fills them */
	pthread_t thread;
	pthread_mutex_t lock;	/* of all that follows */
	pthread_cond_t change;
	struct batch batch[2];
	size_t nfilled, nasked;	/* batches so far that were filled, and that
				 * were asked for */
	bool waiting;		/* the last one asked for is not filled yet */
	enum supply_result end;	/* SUPPLY_BATCH: there may be more */
};

/* SUPPLY_BATCH, SUPPLY_END or SUPPLY_NO_MEMORY. */
static enum supply_result
fill(struct supply *s, struct batch *b)
{
	int got;

	batch_empty(b);
	got = reader_next(s->reader, b);
	if (got == 0)
		return SUPPLY_END;
	return got < 0 || batch_prepare(b, s->opt) != 0 ? SUPPLY_NO_MEMORY
							: SUPPLY_BATCH;
}

/* Is one of the two free?  The caller has one; at most one is filled ahead. */
static bool
may_fill(const struct supply *s)
{
	return s->nfilled < s->nasked + 1;
}

static void *
work(void *arg)
{
	struct supply *s = arg;

	pthread_mutex_lock(&s->lock);
	while (s->end == SUPPLY_BATCH && s->demand != READER_STOP) {
		enum supply_result got;

		if (!may_fill(s)) {
			pthread_cond_wait(&s->change, &s->lock);
			continue;
		}
		pthread_mutex_unlock(&s->lock);
		got = fill(s, &s->batch[s->nfilled % 2]);
		pthread_mutex_lock(&s->lock);
		if (got == SUPPLY_BATCH)
			s->nfilled++;
		else
			s->end = got;
		pthread_cond_broadcast(&s->change);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

struct supply *
supply_new(const struct options *opt, struct files *files, unsigned threads)
{
	struct supply *s = calloc(1, sizeof(*s));
	size_t size = threads < 2 ? BATCH : threads * BATCH_THREAD;

	if (s == NULL)
		return NULL;
	s->opt = opt;
	s->threads = threads;
	s->demand = READER_HURRY;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->change, NULL);
	s->reader = reader_new(opt, files, size < BATCH_MOST ? size :
			       BATCH_MOST, &s->demand);
	if (s->reader == NULL || batch_init(&s->batch[0]) != 0 ||
	    (threads > 1 && batch_init(&s->batch[1]) != 0)) {
		supply_free(s);
		return NULL;
	}
	return s;
}

void
supply_free(struct supply *s)
{
	if (s == NULL)
		return;
	if (s->begun) {
		s->demand = READER_STOP;
		pthread_mutex_lock(&s->lock);
		pthread_cond_broadcast(&s->change);
		pthread_mutex_unlock(&s->lock);
		pthread_join(s->thread, NULL);
	}
	reader_free(s->reader);
	batch_free(&s->batch[0]);
	batch_free(&s->batch[1]);
	pthread_cond_destroy(&s->change);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/*
 * Should a thread fill them?  With two threads, a third that only copies text
 * costs more, in caches, than it saves.  But finding records, decompressing and
 * waiting are work of their own.
 */
static bool
is_worth_a_thread(const struct supply *s)
{
	return s->threads > 2 ||
	       (s->threads == 2 && reader_is_slow(s->reader));
}

static enum supply_result
fill_here(struct supply *s, int ms, struct batch **b)
{
	*b = &s->batch[0];
	return reader_ready(s->reader, ms) ? fill(s, *b) : SUPPLY_PAUSE;
}

/* Wait until a batch is filled or the input ends. */
static void
wait_for_batch(struct supply *s, int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	s->demand = READER_HURRY;
	while (s->nfilled < s->nasked && s->end == SUPPLY_BATCH &&
	       pthread_cond_timedwait(&s->change, &s->lock, &t) == 0)
		;
}

enum supply_result
supply_next(struct supply *s, int ms, struct batch **b)
{
	enum supply_result got = SUPPLY_BATCH;

	/* If there can be no thread, that is not an error. */
	if (!s->begun && is_worth_a_thread(s))
		s->begun = pthread_create(&s->thread, NULL, work, s) == 0;
	if (!s->begun)
		return fill_here(s, ms, b);
	pthread_mutex_lock(&s->lock);
	/* The caller is done with the batch it had, unless it waits for this. */
	if (!s->waiting)
		s->nasked++;
	pthread_cond_broadcast(&s->change);
	wait_for_batch(s, ms);
	s->waiting = s->nfilled < s->nasked;
	if (!s->waiting) {
		*b = &s->batch[(s->nasked - 1) % 2];
		s->demand = READER_FILL;
	} else if (s->end != SUPPLY_BATCH) {
		got = s->end;
	} else {
		got = reader_waits(s->reader) ? SUPPLY_PAUSE : SUPPLY_NONE;
	}
	pthread_mutex_unlock(&s->lock);
	return got;
}
