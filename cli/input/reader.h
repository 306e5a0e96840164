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

/* What another thread wants from it. */
enum reader_demand {
	READER_FILL,		/* a full batch: nobody waits for it */
	READER_HURRY,		/* what there is */
	READER_STOP,		/* nothing more */
};

/*
 * A reader of these files, which it opens one after another.  A batch holds
 * about 'size' bytes.  'demand' is an enum reader_demand that may change at any
 * time.  NULL with ENOMEM.
 */
struct reader *reader_new(const struct options *opt, struct files *files,
			  size_t size, const atomic_int *demand);
void reader_free(struct reader *r);

/*
 * Fill the batch with what comes next: 1, 0 at the end, -1 with ENOMEM.  A file
 * that cannot be opened or read is an ITEM_ERROR.  If the input is live (a pipe)
 * and in a hurry, the batch does not wait for more once it has something.
 */
int reader_next(struct reader *r, struct batch *b);

/* Is there more input (or its end) within 'ms' milliseconds? */
bool reader_ready(const struct reader *r, int ms);

/* Is reading more work than a copy: not text, compressed, or a pipe? */
bool reader_is_slow(const struct reader *r);

/* Does it wait for a live input?  For another thread. */
bool reader_waits(const struct reader *r);

#endif
