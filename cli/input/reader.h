/* Files to batches of documents, by one thread. */
#ifndef READER_H
#define READER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "files.h"
#include "json.h"
#include "options.h"
#include "source.h"
#include "warc.h"

struct reader;

/* What another thread wants of it. */
enum reader_demand {
	READER_FILL,		/* a batch that is full, as nobody waits */
	READER_HURRY,		/* what there is */
	READER_STOP,		/* nothing more */
};

/*
 * A reader of these files, which it opens one after another.  'size': bytes a
 * batch is to hold about.  'demand': an enum reader_demand that may change at
 * any time.  NULL with ENOMEM.
 */
struct reader *reader_new(const struct options *opt, struct files *files,
			  size_t size, const atomic_int *demand);
void reader_free(struct reader *r);

/*
 * Fill the batch with what comes next: 1, 0 at the end, -1 with ENOMEM.  What
 * cannot be opened or read is an ITEM_ERROR.  Where input is live (a pipe), and
 * in a hurry, a batch has what there is and does not wait for more once it has
 * something.
 */
int reader_next(struct reader *r, struct batch *b);

/* Is there more input (or its end) within 'ms' milliseconds? */
bool reader_ready(const struct reader *r, int ms);

/* Is what is being read more work than to copy it: no text, compressed, a pipe? */
bool reader_is_slow(const struct reader *r);

/* From another thread: does it wait for a live input? */
bool reader_waits(const struct reader *r);

#endif
