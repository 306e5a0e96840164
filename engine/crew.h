/* Threads: what dedup_run() and dedup_documents() of dedup.h have in common. */
#ifndef CREW_H
#define CREW_H

#include "engine.h"

#define CREW_MAX 256u		/* threads */

struct crew;

/* Slots for so many threads, 2 or more; NULL with ENOMEM. */
struct crew *crew_new(struct dedup *d, unsigned threads);
void crew_free(struct crew *c);
size_t crew_memory(const struct crew *c);
size_t crew_slots(const struct crew *c);

/* As dedup_run(). */
enum dedup_status crew_run(struct crew *c, const struct dedup_work *work);

#endif
