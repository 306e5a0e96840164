/*
 * Prepared batches, one after the other: filled by a thread that reads ahead while
 * another batch is in use, or by the thread that asks.
 */
#ifndef SUPPLY_H
#define SUPPLY_H

#include "batch.h"
#include "files.h"
#include "options.h"

struct supply;

enum supply_result {
	SUPPLY_BATCH,
	SUPPLY_NONE,		/* no batch within that time */
	SUPPLY_PAUSE,		/* the same, and the input is live: it pauses */
	SUPPLY_END,
	SUPPLY_NO_MEMORY,
	SUPPLY_FAILED,		/* for the caller: it failed, with a message */
};

/* Batches of these files, for 'threads' that work on them.  NULL with ENOMEM. */
struct supply *supply_new(const struct options *opt, struct files *files,
			  unsigned threads);
void supply_free(struct supply *s);

/* The next batch, which lives until the next call.  Wait at most so many ms. */
enum supply_result supply_next(struct supply *s, int ms, struct batch **b);

#endif
