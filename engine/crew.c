/*
 * Threads.
 *
 * A call's documents go through a ring of slots, each a stretch of text or
 * some documents:
 *
 *	take	in order, under the lock	empty -> taken
 *	split	any thread			taken -> split
 *	propose	any thread, while none judges	split -> ready
 *	judge	the caller's, in order		ready -> empty
 *
 * Only the caller's thread judges and answers, so that the answers do not hang
 * on how many threads there are.  Whenever it comes to a slot that is split
 * only, all that are by then are looked up, by all threads, before it judges
 * on.  Threads are made for a call and gone after it: none is left that a fork
 * could lose.
 */
#include "crew.h"

#include <pthread.h>
#include <stdlib.h>

#define SLOTS 4			/* a thread */
#define SLOT_BYTES ((size_t)128 << 10)	/* of text: what stays in the cache */
#define SLOT_TEXTS 4096		/* and so many at most */

enum slot_state { SLOT_EMPTY, SLOT_BUSY, SLOT_SPLIT, SLOT_READY };

struct slot {
	enum slot_state state;
	struct split split;
	struct crew_stretch *stretch;
	size_t n, room;
	size_t bytes;
	bool failed;		/* out of memory */
};

struct crew {
	struct dedup *d;
	unsigned threads;
	const struct crew_work *work;
	pthread_mutex_t lock;	/* of all that follows, but for slots in hand */
	pthread_cond_t change;
	struct slot *slot;
	size_t nslots;
	/* Slots, counted from 0; one's place is its number modulo nslots. */
	uint64_t ntaken, nproposed, njudged;
	uint64_t proposals_end;	/* those before are to be proposed */
	unsigned proposing;	/* threads at it */
	bool proposes;		/* it is worth it, with these options */
	bool ended;		/* there is no more to take */
	bool stop;		/* nothing more is wanted */
};

static struct slot *
slot_of(struct crew *c, uint64_t number)
{
	return &c->slot[number % c->nslots];
}

static int
add_stretch(struct slot *s, const struct crew_stretch *stretch)
{
	if (array_room(&s->stretch, &s->room, s->n + 1,
		       sizeof(*s->stretch)) != 0)
		return -1;
	s->stretch[s->n++] = *stretch;
	s->bytes += stretch->at.len;
	return 0;
}

/* Fill a slot with what comes next. */
static void
take(struct crew *c, struct slot *s)
{
	s->n = s->bytes = 0;
	s->failed = false;
	while (s->bytes < SLOT_BYTES && s->n < SLOT_TEXTS) {
		struct crew_stretch next;

		if (!c->work->next(c->work->arg, &next)) {
			c->ended = true;
			break;
		}
		if (add_stretch(s, &next) != 0) {
			s->failed = c->ended = true;
			break;
		}
	}
}

static void
split_slot(const struct crew *c, struct slot *s)
{
	split_clear(&s->split);
	for (size_t i = 0; i < s->n && !s->failed; i++) {
		struct crew_stretch *t = &s->stretch[i];

		if (c->work->get != NULL &&
		    c->work->get(c->work->arg, t) != 0)
			s->failed = true;
		else
			s->failed = split_read(&s->split, &t->at) != 0;
	}
}

/* Take a slot and split it. */
static void
fill_slot(struct crew *c)
{
	struct slot *s = slot_of(c, c->ntaken);

	take(c, s);
	if (s->n == 0 && !s->failed) {
		pthread_cond_broadcast(&c->change);
		return;
	}
	c->ntaken++;
	s->state = SLOT_BUSY;
	pthread_mutex_unlock(&c->lock);
	split_slot(c, s);
	pthread_mutex_lock(&c->lock);
	s->state = c->proposes ? SLOT_SPLIT : SLOT_READY;
	pthread_cond_broadcast(&c->change);
}

static void
propose_slot(struct crew *c)
{
	struct slot *s = slot_of(c, c->nproposed++);

	c->proposing++;
	pthread_mutex_unlock(&c->lock);
	if (!s->failed)
		s->failed = judge_propose(c->d, &s->split) != 0;
	pthread_mutex_lock(&c->lock);
	s->state = SLOT_READY;
	c->proposing--;
	pthread_cond_broadcast(&c->change);
}

/* Do what is there to be done, or wait until something has changed. */
static void
help(struct crew *c)
{
	if (c->nproposed < c->proposals_end)
		propose_slot(c);
	else if (!c->ended && slot_of(c, c->ntaken)->state == SLOT_EMPTY)
		fill_slot(c);
	else
		pthread_cond_wait(&c->change, &c->lock);
}

static bool
is_done(const struct crew *c)
{
	return c->stop || (c->ended && c->njudged == c->ntaken);
}

static void *
work(void *crew)
{
	struct crew *c = crew;

	pthread_mutex_lock(&c->lock);
	while (!is_done(c))
		help(c);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* All slots that are split, from the next one on, are looked up now. */
static void
begin_proposals(struct crew *c)
{
	table_begin_proposals(c->d->table);
	c->nproposed = c->proposals_end = c->njudged;
	while (c->proposals_end < c->ntaken &&
	       slot_of(c, c->proposals_end)->state == SLOT_SPLIT)
		c->proposals_end++;
	pthread_cond_broadcast(&c->change);
}

static enum dedup_status
judge_slot(const struct crew *c, struct slot *s)
{
	enum dedup_status st = s->failed ? DEDUP_ENOMEM : DEDUP_OK;

	for (size_t i = 0; i < s->n && st == DEDUP_OK; i++)
		st = c->work->judge(c->work->arg, &s->split, &s->stretch[i]);
	return st;
}

/* What the caller's thread does. */
static enum dedup_status
lead(struct crew *c)
{
	enum dedup_status st = DEDUP_OK;

	pthread_mutex_lock(&c->lock);
	while (st == DEDUP_OK && !is_done(c)) {
		struct slot *s = slot_of(c, c->njudged);

		if (c->nproposed < c->proposals_end || c->proposing > 0 ||
		    c->njudged == c->ntaken ||
		    (s->state != SLOT_READY && s->state != SLOT_SPLIT)) {
			help(c);
			continue;
		}
		if (s->state == SLOT_SPLIT) {
			begin_proposals(c);
			continue;
		}
		pthread_mutex_unlock(&c->lock);
		st = judge_slot(c, s);
		pthread_mutex_lock(&c->lock);
		s->state = SLOT_EMPTY;
		c->njudged++;
		pthread_cond_broadcast(&c->change);
	}
	c->stop = true;
	pthread_cond_broadcast(&c->change);
	pthread_mutex_unlock(&c->lock);
	return st;
}

struct crew *
crew_new(struct dedup *d, unsigned threads)
{
	struct crew *c = calloc(1, sizeof(*c));

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
	for (size_t i = 0; i < c->nslots; i++)
		if (split_init(&c->slot[i].split, &d->opt,
			       shingler_secret_bytes(d->own.shingler)) != 0) {
			crew_free(c);
			return NULL;
		}
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->change, NULL);
	return c;
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->nslots; i++) {
		split_free(&c->slot[i].split);
		free(c->slot[i].stretch);
	}
	free(c->slot);
	free(c);
}

size_t
crew_memory(const struct crew *c)
{
	size_t n = c->nslots * sizeof(*c->slot);

	for (size_t i = 0; i < c->nslots; i++)
		n += split_memory(&c->slot[i].split) +
		     c->slot[i].room * sizeof(*c->slot[i].stretch);
	return n;
}

enum dedup_status
crew_run(struct crew *c, const struct crew_work *what)
{
	pthread_t thread[CREW_MAX];
	enum dedup_status st;
	unsigned n = 0;

	c->work = what;
	c->ntaken = c->nproposed = c->njudged = c->proposals_end = 0;
	c->ended = c->stop = false;
	c->proposing = 0;
	c->proposes = !c->d->opt.exact && c->d->judging && !c->d->reference &&
		      c->d->opt.scope == DEDUP_SCOPE_ALL;
	for (size_t i = 0; i < c->nslots; i++)
		c->slot[i].state = SLOT_EMPTY;
	while (n < c->threads - 1 &&
	       pthread_create(&thread[n], NULL, work, c) == 0)
		n++;
	st = lead(c);
	for (unsigned i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	for (size_t i = 0; i < c->nslots; i++)
		split_clear(&c->slot[i].split);
	return st;
}
