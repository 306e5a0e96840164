/* What becomes of the items of the batch at hand: each 0, or -1 and it was said. */
#ifndef ITEMS_H
#define ITEMS_H

#include "pipeline.h"

/* Is it all of a document, to be judged in one? */
bool item_is_whole(const struct item *it);

/* Such a document leaves, after the verdict on it. */
int item_put(struct pipeline *p, const struct item *it,
	     const struct dedup_verdict *v);

/* What is none, a stretch of a text included. */
int item_finish(struct pipeline *p, const struct item *it);

/* The input pauses in a text and somebody may wait: let go what is known. */
int item_flush_text(struct pipeline *p);

#endif
