/*
 * Files to batches of documents.
 *
 * Batches are filled by one thread after another, in the order of the files; a
 * filled one can be prepared by any thread, several at a time.
 */
#ifndef READER_H
#define READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "dedup.h"
#include "files.h"
#include "json.h"
#include "options.h"
#include "source.h"
#include "warc.h"

struct reader;

/*
 * A reader of these files, which it opens one after another, for use with 'd'.
 * 'ahead': long texts are cut into stretches that can be prepared; otherwise
 * they come as they are, to be fed.  'size': bytes a batch is to hold about.
 * NULL with ENOMEM.
 */
struct reader *reader_new(const struct options *opt, struct files *files,
			  const struct dedup *d, bool ahead, size_t size);
void reader_free(struct reader *r);

/*
 * Fill the batch with what comes next: 1, 0 at the end, -1 with ENOMEM.  What
 * cannot be opened or read is an ITEM_ERROR.  Where input is live (a pipe) a
 * batch has what there is and does not wait for more once it has something.
 */
int reader_next(struct reader *r, struct batch *b);

/* Is there more input (or its end) within 'ms' milliseconds? */
bool reader_ready(const struct reader *r, int ms);

#endif
