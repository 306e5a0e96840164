/*
 * Batches, one after the other, prepared; by a thread that reads on into one
 * while another one is worked off, or by the one that asks.
 */
#ifndef SUPPLY_H
#define SUPPLY_H

#include "batch.h"
#include "files.h"
#include "options.h"

struct supply;

enum supply_result {
	SUPPLY_BATCH,
	SUPPLY_NONE,		/* none within that time */
	SUPPLY_PAUSE,		/* the same, and the input is live: it waits */
	SUPPLY_END,
	SUPPLY_NO_MEMORY,
	SUPPLY_FAILED,		/* for who asks: something else did, and said so */
};

/* Of these files; 'threads' work on the batches.  NULL with ENOMEM. */
struct supply *supply_new(const struct options *opt, struct files *files,
			  unsigned threads);
void supply_free(struct supply *s);

/* The next batch; it lives until the next call.  Wait for it so many ms. */
enum supply_result supply_next(struct supply *s, int ms, struct batch **b);

#endif
