/*
 * Threads.
 *
 * Each has slots of its own.  It takes work into one, splits it, and judges it
 * when its turn has come, so that what one thread wrote no other one's cache
 * has to fetch:
 *
 *	take	one thread at a time, in order	empty -> busy
 *	split	any thread, several at a time	busy -> split, or ready
 *	propose	any, while none judges		split -> ready
 *	judge	one thread at a time, in order	ready -> empty
 *
 * Slots are judged in the order in which they were taken, so that no answer
 * depends on how many threads there are.
 *
 * With three threads or more, look-ups are made ahead, too: when a slot that is
 * split has its turn, all threads look up every slot that is split, and judging
 * waits for them.  A single thread would not have this work.  So two threads do
 * without, except with --threshold.  If no look-ups are made ahead, the thread
 * that splits makes the sketches, which need no table, and only look-ups are
 * left for the judge.
 *
 * Threads are made for a call and gone after it: a fork cannot lose one.
 */
#include "workers.h"

#include <pthread.h>
#include <stdlib.h>

/*
 * Slots a thread: few, so that what one has split is still in its cache when it
 * judges that; more if all of them are looked up ahead, and all threads wait.
 */
#define SLOTS 2u
#define SLOTS_AHEAD 4u
#define AHEAD_MAX ((size_t)64 << 20)	/* bytes in them beyond which no more is
					 * taken: a record may be as long */

enum slot_state { SLOT_EMPTY, SLOT_BUSY, SLOT_SPLIT, SLOT_READY };

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
	struct slot *slot;	/* 'own' of each thread, the caller's first */
	size_t own, nslots;
	/* Work is numbered from 0; 'slots' has where it is, modulo nslots. */
	size_t *slots;
	uint64_t ntaken, njudged;
	uint64_t nproposed, proposals_end;	/* those are to be proposed */
	unsigned proposing;	/* threads at it */
	size_t ahead;		/* bytes taken and not judged */
	bool proposes;		/* it is worth it, with these options and so
				 * many threads */
	bool may_sketch;	/* to make sketches early may be, ... */
	bool sketches;		/* ... and is now */
	bool taking, judging;	/* a thread is at it */
	bool ended;		/* there is no more to take */
	bool failed;		/* it could not be taken */
	enum dedup_status st;	/* not DEDUP_OK: nothing more is wanted */
};

/* A thread, and its slots. */
struct worker {
	struct workers *c;
	size_t first;
	bool judges;
};

static struct slot *
slot_of(const struct workers *c, uint64_t number)
{
	return &c->slot[c->slots[number % c->nslots]];
}

/* An empty slot of the thread, or SIZE_MAX. */
static size_t
empty_slot(const struct worker *w)
{
	for (size_t i = w->first; i < w->first + w->c->own; i++)
		if (w->c->slot[i].state == SLOT_EMPTY)
			return i;
	return SIZE_MAX;
}

static bool
may_take(const struct worker *w)
{
	const struct workers *c = w->c;

	return !c->taking && !c->ended && c->ahead <= AHEAD_MAX &&
	       empty_slot(w) != SIZE_MAX;
}

static void
split(struct workers *c, size_t at)
{
	struct slot *s = &c->slot[at];
	bool sketches = c->sketches;

	pthread_mutex_unlock(&c->lock);
	split_clear(&s->split);
	s->failed = c->work->split(c->work->arg, at, &s->split) != 0 ||
		    (sketches && split_sketch_new(&s->split,
						    &c->d->threads.familiar) != 0);
	pthread_mutex_lock(&c->lock);
	s->state = c->proposes ? SLOT_SPLIT : SLOT_READY;
	pthread_cond_broadcast(&c->change);
}

static void
take(const struct worker *w)
{
	struct workers *c = w->c;
	size_t at = empty_slot(w), bytes = 0;
	struct slot *s = &c->slot[at];
	int got;

	c->taking = true;
	pthread_mutex_unlock(&c->lock);
	got = c->work->take(c->work->arg, at, &bytes);
	pthread_mutex_lock(&c->lock);
	c->taking = false;
	pthread_cond_broadcast(&c->change);
	if (got <= 0) {
		c->ended = true;
		c->failed |= got < 0;
		return;
	}
	s->state = SLOT_BUSY;
	s->bytes = bytes;
	c->ahead += bytes;
	c->slots[c->ntaken++ % c->nslots] = at;
	split(c, at);
}

static void
propose(struct workers *c)
{
	struct slot *s = slot_of(c, c->nproposed++);

	c->proposing++;
	pthread_mutex_unlock(&c->lock);
	if (!s->failed)
		s->failed = ahead_propose(c->d, &s->split) != 0;
	pthread_mutex_lock(&c->lock);
	s->state = SLOT_READY;
	c->proposing--;
	pthread_cond_broadcast(&c->change);
}

/* All slots that are split, from the next one on, are looked up now. */
static void
begin_proposals(struct workers *c)
{
	table_begin_proposals(c->d->known.table);
	c->nproposed = c->proposals_end = c->njudged;
	while (c->proposals_end < c->ntaken &&
	       slot_of(c, c->proposals_end)->state == SLOT_SPLIT)
		c->proposals_end++;
	pthread_cond_broadcast(&c->change);
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

/* Can the next slot be judged by this thread, or be looked up for that? */
static bool
may_judge(const struct worker *w)
{
	const struct workers *c = w->c;
	size_t at;

	if (!w->judges || c->judging || c->proposing > 0 ||
	    c->njudged == c->ntaken)
		return false;
	if (slot_of(c, c->njudged)->state == SLOT_SPLIT)
		return true;
	at = c->slots[c->njudged % c->nslots];
	return c->slot[at].state == SLOT_READY &&
	       (!c->work->anywhere || at / c->own == w->first / c->own);
}

static void
judge(struct workers *c)
{
	const struct dedup_stats *stats = &c->d->stats;
	uint64_t units = stats->units, copies = stats->removed[DEDUP_EXACT];
	struct slot *s = slot_of(c, c->njudged);
	size_t at = (size_t)(s - c->slot);

	if (s->state == SLOT_SPLIT) {
		begin_proposals(c);
		return;
	}
	c->judging = true;
	pthread_mutex_unlock(&c->lock);
	if (s->failed)
		c->st = DEDUP_ENOMEM;
	else if (c->work->judge(c->work->arg, at, &s->split) != 0)
		c->st = DEDUP_ESTOP;
	pthread_mutex_lock(&c->lock);
	c->judging = false;
	c->sketches = c->may_sketch && most_are_new(stats, units, copies);
	c->ahead -= s->bytes;
	s->state = SLOT_EMPTY;
	c->njudged++;
	pthread_cond_broadcast(&c->change);
}

static bool
is_done(const struct workers *c)
{
	return c->st != DEDUP_OK || (c->ended && c->njudged == c->ntaken);
}

/* What a thread does: what is there to be done, or it waits for a change. */
static void *
work(void *worker)
{
	const struct worker *w = worker;
	struct workers *c = w->c;

	pthread_mutex_lock(&c->lock);
	while (!is_done(c)) {
		if (c->nproposed < c->proposals_end)
			propose(c);
		else if (may_judge(w))
			judge(c);
		else if (may_take(w))
			take(w);
		else
			pthread_cond_wait(&c->change, &c->lock);
	}
	pthread_cond_broadcast(&c->change);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

struct workers *
workers_new(struct dedup *d, unsigned threads)
{
	struct workers *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->d = d;
	c->threads = threads;
	c->own = threads > 2 ? SLOTS_AHEAD : SLOTS;
	c->nslots = c->own * threads;
	c->slot = calloc(c->nslots, sizeof(*c->slot));
	c->slots = calloc(c->nslots, sizeof(*c->slots));
	if (c->slot == NULL || c->slots == NULL) {
		free(c->slot);
		free(c->slots);
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
	free(c->slots);
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
	struct worker worker[WORKERS_MAX];
	unsigned n = 0;

	c->work = what;
	c->ntaken = c->njudged = 0;
	c->nproposed = c->proposals_end = 0;
	c->ahead = 0;
	c->proposing = 0;
	c->taking = c->judging = c->ended = c->failed = false;
	c->st = DEDUP_OK;
	c->proposes = !c->d->opt.exact && c->d->pass.judges &&
		      !c->d->reference.on &&
		      c->d->opt.scope == DEDUP_SCOPE_ALL &&
		      (c->threads > 2 || c->d->opt.threshold > 0);
	c->may_sketch = !c->proposes && !c->d->opt.exact && c->d->pass.judges;
	c->sketches = c->may_sketch;
	for (size_t i = 0; i < c->nslots; i++)
		c->slot[i].state = SLOT_EMPTY;
	for (unsigned i = 0; i < c->threads; i++)
		worker[i] = (struct worker){
			.c = c, .first = c->own * i,
			.judges = i == 0 || what->anywhere,
		};
	/* Fewer threads than wanted are no error. */
	while (n < c->threads - 1 &&
	       pthread_create(&thread[n], NULL, work, &worker[n + 1]) == 0)
		n++;
	work(&worker[0]);
	for (unsigned i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	for (size_t i = 0; i < c->nslots; i++)
		split_clear(&c->slot[i].split);
	return c->st == DEDUP_OK && c->failed ? DEDUP_ENOMEM : c->st;
}
