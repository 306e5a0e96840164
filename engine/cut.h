/* Cut: from pieces and verdicts to spans. */
#ifndef CUT_H
#define CUT_H

#include "dedup.h"
#include "piece.h"

/* Spans to drop, in order of the document. */
struct cutter {
	struct dedup_removal *removals;
	size_t n, given, room;
	uint64_t begin, decided;	/* as of struct dedup_verdict */
	uint64_t words;		/* kept */
	uint64_t block_end;	/* of what was seen of the block in hand */
	uint64_t blank_begin, blank_end;	/* blank lines right before it
					 * that no removal has */
	bool block_kept, block_gone, document_kept;
	bool open;		/* the last removal is of the run in hand */
	size_t block_first;	/* the block's first removal */
};

/* A document begins. */
void cut_reset(struct cutter *c);

/*
 * The next piece.  Removed bytes are added to *removed; 'places': removals tell
 * where the copy is that stays.  0, or -1 with ENOMEM.
 */
int cut_piece(struct cutter *c, const struct piece *p, bool places,
	      uint64_t *removed);

#endif
