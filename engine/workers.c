/*
 * Threads.
 *
 * Work goes through a ring of slots.  Each thread does what comes next:
 *
 *	take	one thread at a time, in order	empty -> taken
 *	split	any thread			taken -> split, or ready
 *	propose	any, while none judges		split -> ready
 *	judge	the caller's, in order		ready -> empty
 *
 * Only the caller's thread judges, so that no answer depends on how many
 * threads there are.
 *
 * With three threads or more, look-ups are made ahead too: when the judge comes
 * to a slot, all threads look up every slot that is split, and judging waits
 * for them.  A single thread would not have this work.  So two threads do
 * without, except with --threshold.  If no look-ups are made ahead, the thread
 * that splits makes the sketches, which need no table, and only look-ups are
 * left for the judge.
 *
 * Threads are made for a call and gone after it: a fork cannot lose one.
 */
#include "workers.h"

#include <pthread.h>
#include <stdlib.h>

#define SLOTS 4			/* a thread */
#define AHEAD_MAX ((size_t)64 << 20)	/* bytes in them beyond which no more is
					 * taken: a record may be as long */

enum slot_state {
	SLOT_EMPTY, SLOT_TAKEN, SLOT_BUSY, SLOT_SPLIT, SLOT_READY,
};

struct slot {
	enum slot_state state;
	struct split split;
	size_t bytes;
	bool failed;		/* out of memory */
};

struct workers {
	struct dedup *d;
	unsigned threads;
	const struct worker_tasks *work;
	pthread_mutex_t lock;	/* of all that follows, but for slots in hand */
	pthread_cond_t change;
	struct slot *slot;
	size_t nslots;
	/* Slots, counted from 0; one's place is its number modulo nslots. */
	uint64_t ntaken, nsplit, njudged;	/* that were begun with */
	uint64_t nproposed, proposals_end;	/* those are to be proposed */
	unsigned proposing;	/* threads at it */
	size_t ahead;		/* bytes taken and not judged */
	bool proposes;		/* it is worth it, with these options and so
				 * many threads */
	bool may_sketch;	/* to make sketches early may be, ... */
	bool sketches;		/* ... and is now */
	bool taking;		/* a thread is at it */
	bool ended;		/* there is no more to take */
	bool failed;		/* it could not be taken */
	bool stop;		/* nothing more is wanted */
};

static size_t
place_of(const struct workers *c, uint64_t number)
{
	return (size_t)(number % c->nslots);
}

static bool
may_take(const struct workers *c)
{
	return !c->taking && !c->ended && c->ahead <= AHEAD_MAX &&
	       c->slot[place_of(c, c->ntaken)].state == SLOT_EMPTY;
}

static void
take(struct workers *c)
{
	size_t at = place_of(c, c->ntaken), bytes = 0;
	int got;

	c->taking = true;
	pthread_mutex_unlock(&c->lock);
	got = c->work->take(c->work->arg, at, &bytes);
	pthread_mutex_lock(&c->lock);
	c->taking = false;
	if (got > 0) {
		c->slot[at].state = SLOT_TAKEN;
		c->slot[at].bytes = bytes;
		c->ahead += bytes;
		c->ntaken++;
	} else {
		c->ended = true;
		c->failed |= got < 0;
	}
	pthread_cond_broadcast(&c->change);
}

static void
split(struct workers *c)
{
	size_t at = place_of(c, c->nsplit++);
	struct slot *s = &c->slot[at];
	bool sketches = c->sketches;

	s->state = SLOT_BUSY;
	pthread_mutex_unlock(&c->lock);
	split_clear(&s->split);
	s->failed = c->work->split(c->work->arg, at, &s->split) != 0 ||
		    (sketches && split_sketch_all(&s->split) != 0);
	pthread_mutex_lock(&c->lock);
	s->state = c->proposes ? SLOT_SPLIT : SLOT_READY;
	pthread_cond_broadcast(&c->change);
}

static void
propose(struct workers *c)
{
	struct slot *s = &c->slot[place_of(c, c->nproposed++)];

	c->proposing++;
	pthread_mutex_unlock(&c->lock);
	if (!s->failed)
		s->failed = ahead_propose(c->d, &s->split) != 0;
	pthread_mutex_lock(&c->lock);
	s->state = SLOT_READY;
	c->proposing--;
	pthread_cond_broadcast(&c->change);
}

/*
 * Do what is there to be done, or wait until something has changed.  Taking
 * comes first, since only one thread can do it and the others depend on it; but
 * the caller's thread leaves it to others as long as there is something to
 * split.
 */
static void
help(struct workers *c, bool leads)
{
	uint64_t waiting = c->ntaken - c->nsplit;

	if (c->nproposed < c->proposals_end)
		propose(c);
	else if (may_take(c) &&
		 (waiting == 0 || (!leads && waiting + 1 < c->threads)))
		take(c);
	else if (waiting > 0)
		split(c);
	else
		pthread_cond_wait(&c->change, &c->lock);
}

static bool
is_done(const struct workers *c)
{
	return c->stop || (c->ended && c->njudged == c->ntaken);
}

static void *
work(void *workers)
{
	struct workers *c = workers;

	pthread_mutex_lock(&c->lock);
	while (!is_done(c))
		help(c, false);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* All slots that are split, from the next one on, are looked up now. */
static void
begin_proposals(struct workers *c)
{
	table_begin_proposals(c->d->known.table);
	c->nproposed = c->proposals_end = c->njudged;
	while (c->proposals_end < c->ntaken &&
	       c->slot[place_of(c, c->proposals_end)].state == SLOT_SPLIT)
		c->proposals_end++;
	pthread_cond_broadcast(&c->change);
}

static enum dedup_status
judge(struct workers *c, size_t at)
{
	struct slot *s = &c->slot[at];

	if (s->failed)
		return DEDUP_ENOMEM;
	return c->work->judge(c->work->arg, at, &s->split) == 0 ? DEDUP_OK
							       : DEDUP_ESTOP;
}

/*
 * 'units' and 'copies' were counted before a slot was judged.  Exact copies
 * need no sketch: if most units are copies, sketches are left to the judge.
 */
static bool
most_are_new(const struct dedup_stats *s, uint64_t units, uint64_t copies)
{
	return 2 * (s->removed[DEDUP_EXACT] - copies) <= s->units - units;
}

/* What the caller's thread does. */
static enum dedup_status
lead(struct workers *c)
{
	const struct dedup_stats *stats = &c->d->stats;
	enum dedup_status st = DEDUP_OK;
	uint64_t units, copies;

	pthread_mutex_lock(&c->lock);
	while (st == DEDUP_OK && !is_done(c)) {
		size_t at = place_of(c, c->njudged);
		struct slot *s = &c->slot[at];

		if (c->nproposed < c->proposals_end || c->proposing > 0 ||
		    c->njudged == c->ntaken ||
		    (s->state != SLOT_READY && s->state != SLOT_SPLIT)) {
			help(c, true);
			continue;
		}
		if (s->state == SLOT_SPLIT) {
			begin_proposals(c);
			continue;
		}
		units = stats->units;
		copies = stats->removed[DEDUP_EXACT];
		pthread_mutex_unlock(&c->lock);
		st = judge(c, at);
		pthread_mutex_lock(&c->lock);
		c->sketches = c->may_sketch &&
			      most_are_new(stats, units, copies);
		c->ahead -= s->bytes;
		s->state = SLOT_EMPTY;
		c->njudged++;
		pthread_cond_broadcast(&c->change);
	}
	c->stop = true;
	pthread_cond_broadcast(&c->change);
	pthread_mutex_unlock(&c->lock);
	return st;
}

struct workers *
workers_new(struct dedup *d, unsigned threads)
{
	struct workers *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->d = d;
	c->threads = threads;
	c->nslots = (size_t)SLOTS * threads;
	c->slot = calloc(c->nslots, sizeof(*c->slot));
	if (c->slot == NULL) {
		free(c);
		return NULL;
	}
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->change, NULL);
	for (size_t i = 0; i < c->nslots; i++) {
		if (split_init(&c->slot[i].split, &d->opt,
			       shingler_secret_bytes(d->own.shingler)) != 0) {
			workers_free(c);
			return NULL;
		}
	}
	return c;
}

void
workers_free(struct workers *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->nslots; i++)
		split_free(&c->slot[i].split);
	pthread_cond_destroy(&c->change);
	pthread_mutex_destroy(&c->lock);
	free(c->slot);
	free(c);
}

size_t
workers_memory(const struct workers *c)
{
	size_t n = c->nslots * sizeof(*c->slot);

	for (size_t i = 0; i < c->nslots; i++)
		n += split_memory(&c->slot[i].split);
	return n;
}

size_t
workers_slots(const struct workers *c)
{
	return c->nslots;
}

enum dedup_status
workers_run(struct workers *c, const struct worker_tasks *what)
{
	pthread_t thread[WORKERS_MAX];
	enum dedup_status st;
	unsigned n = 0;

	c->work = what;
	c->ntaken = c->nsplit = c->njudged = 0;
	c->nproposed = c->proposals_end = 0;
	c->ahead = 0;
	c->proposing = 0;
	c->taking = c->ended = c->failed = c->stop = false;
	c->proposes = !c->d->opt.exact && c->d->pass.judges &&
		      !c->d->reference.on &&
		      c->d->opt.scope == DEDUP_SCOPE_ALL &&
		      (c->threads > 2 || c->d->opt.threshold > 0);
	c->may_sketch = !c->proposes && !c->d->opt.exact && c->d->pass.judges;
	c->sketches = c->may_sketch;
	for (size_t i = 0; i < c->nslots; i++)
		c->slot[i].state = SLOT_EMPTY;
	/* Fewer threads than wanted are no error. */
	while (n < c->threads - 1 &&
	       pthread_create(&thread[n], NULL, work, c) == 0)
		n++;
	st = lead(c);
	for (unsigned i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	for (size_t i = 0; i < c->nslots; i++)
		split_clear(&c->slot[i].split);
	return st == DEDUP_OK && c->failed ? DEDUP_ENOMEM : st;
}
