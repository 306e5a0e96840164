/* Threads: work that is split by several and judged by one. */
#ifndef WORKERS_H
#define WORKERS_H

#include "engine.h"

#define WORKERS_MAX 256u		/* threads */

/*
 * Work, in slots that are numbered from 0; what a slot holds is the user's.  It
 * is judged in the order in which it was taken.
 *
 * take()	takes the next work into a free slot and puts its size in bytes
 *		into *bytes.  1: it did; 0: there is no more; -1: no memory.
 *		Called by one thread at a time, not always the same.
 * split()	reads the slot's texts, by split_read().  0, or -1: no memory.
 *		Called by any thread, several at a time.
 * judge()	judges what it split; then the slot is free.  0, or else:
 *		stop here.  Called by one thread at a time: the one that called
 *		workers_run(), or, if it may be 'anywhere', any.
 */
struct worker_tasks {
	void *arg;
	int (*take)(void *arg, size_t slot, size_t *bytes);
	int (*split)(void *arg, size_t slot, struct split *s);
	int (*judge)(void *arg, size_t slot, struct split *s);
	bool anywhere;
};

struct workers;

/* Slots for so many threads, 2 or more; NULL with ENOMEM. */
struct workers *workers_new(struct dedup *d, unsigned threads);
void workers_free(struct workers *c);
size_t workers_memory(const struct workers *c);
size_t workers_slots(const struct workers *c);

/*
 * Do the work.  DEDUP_ESTOP: judge() wanted it; what was taken and not judged
 * is lost.  DEDUP_ENOMEM: take() or split() said so, or there was none.
 */
enum dedup_status workers_run(struct workers *c,
			      const struct worker_tasks *work);

#endif
