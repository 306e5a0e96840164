/*
 * How much of each document was removed, where in it, and which documents lost
 * most.
 */
#ifndef LOSSES_H
#define LOSSES_H

#include <stddef.h>
#include <stdint.h>

#define LOSSES_MOST 40		/* documents that are known by name */
#define LOSSES_SHARES 12	/* nothing; up to 10 %, ...; all */
#define LOSSES_TENTHS 10	/* of a document */
#define LOSSES_BINS 64
#define LOSSES_MOSTLY 0.9	/* a document that lost more needs a look ... */
#define LOSSES_LEAST 200	/* ... if it had so many bytes */

struct loss {
	uint64_t document, bytes, gone, units;
};

/* The first ones of a list in order of bytes removed. */
struct loss_list {
	struct loss loss[LOSSES_MOST];
	size_t n;
};

struct losses {
	struct loss open;	/* the document at hand */
	/* Of it: bytes removed, by place; a bin has 'width' bytes. */
	uint64_t bin[LOSSES_BINS], width;

	uint64_t documents, touched, bytes, gone;
	uint64_t mostly;	/* documents that lost more than LOSSES_MOSTLY */
	uint64_t whole;		/* ... all */
	uint64_t share[LOSSES_SHARES];	/* documents */
	uint64_t tenth[LOSSES_TENTHS];	/* bytes removed */
	struct loss_list most, mostly_gone;
};

void losses_begin(struct losses *l, uint64_t document);
void losses_removed(struct losses *l, uint64_t off, uint64_t len);
void losses_end(struct losses *l, uint64_t bytes);

#endif
