/* Handle the items of the current batch: each 0, or -1 with a message printed. */
#ifndef ITEMS_H
#define ITEMS_H

#include "pipeline.h"

/* Is it a whole document, to be judged at once? */
bool item_is_whole(const struct item *it);

/* Write such a document, after the verdict on it. */
int item_put(struct pipeline *p, const struct item *it,
	     const struct dedup_verdict *v);

/* Handle an item that is not, such as a piece of a text. */
int item_finish(struct pipeline *p, const struct item *it);

/* The input pauses in a text, and somebody may wait: decide what can be. */
int item_flush_text(struct pipeline *p);

#endif
