/* Threads: stretches of text split and looked up by several, judged by one. */
#ifndef CREW_H
#define CREW_H

#include "engine.h"

struct crew_stretch {
	struct dedup_stretch at;
	size_t document;	/* number in the call */
};

/* What is to be done; 'arg' is handed to each function. */
struct crew_work {
	/* The next stretch, in order: false where there is none. One thread. */
	bool (*next)(void *arg, struct crew_stretch *s);
	/* Its text, if that is not there yet; or NULL. Any thread: 0, or -1. */
	int (*get)(void *arg, struct crew_stretch *s);
	/* Judge it, the split's next reading. In order, the caller's thread. */
	enum dedup_status (*judge)(void *arg, struct split *split,
				   const struct crew_stretch *s);
	void *arg;
};

struct crew;

#define CREW_MAX 256u		/* threads */

/* Splits for so many threads, 2 or more; NULL with ENOMEM. */
struct crew *crew_new(struct dedup *d, unsigned threads);
void crew_free(struct crew *c);
size_t crew_memory(const struct crew *c);

/*
 * Do the work.  The first status of work->judge that is not DEDUP_OK ends it,
 * or DEDUP_ENOMEM.  Fewer threads than wanted are no error.
 */
enum dedup_status crew_run(struct crew *c, const struct crew_work *work);

#endif
