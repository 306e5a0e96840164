/*
 * The sources of a new saved table: files, and a run's own table.  Some of
 * their records are left out, and the rest move together; so a reference is
 * mapped by counting what is left out before it.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "format.h"
#include "vectors.h"

/* Which of 64 grains are left out, as bits; and how many before them. */
struct holes {
	uint64_t out;
	uint64_t before;
};

struct saved_source {
	struct saved *file;		/* NULL: a run's own */
	struct sorted_slots exact, index, counts;
	const struct buckets *buckets;	/* a run's own index */
	const struct saved_span *spans;
	size_t nspans;
	struct saved_span all;	/* the only one of a file */
	uint64_t end;		/* references are below it */
	struct holes *holes;	/* NULL: nothing is left out */
	uint64_t begin;		/* of its reference 1, in the new arena */
	uint64_t documents;	/* of its document 0, in the new file */
};

#define HOLE(ref) ((uint64_t)1 << ((ref) & 63))

/* Compare the blocks that contain these bytes: 0, or -1 with EBADMSG. */
int saved_source_ready(const struct saved_source *p, const void *bytes,
		       size_t len);

/* Leave out the gaps between spans, which have no records: 0, or -1. */
int saved_source_leave_out_gaps(struct saved_source *p);

/* Leave out a record: 0, or -1 with ENOMEM or EBADMSG. */
int saved_source_leave_out_record(struct saved_source *p, bool places,
				  uint64_t ref);

/* Count what is left out; how many grains stay. */
uint64_t saved_source_count(struct saved_source *p);

/*
 * The reference in the new arena; 0 if it is left out. ref < p->end.  There is
 * no branch on what is left out, since it could not be predicted.
 */
BODY uint64_t
saved_source_map(const struct saved_source *p, uint64_t ref)
{
	const struct holes *h;
	uint64_t before, stays;

	if (p->holes == NULL)
		return p->begin + ref - 1;
	h = &p->holes[ref / 64];
	before = h->before +
		 (unsigned)__builtin_popcountll(h->out & (HOLE(ref) - 1));
	stays = 1 - (h->out >> ref % 64 & 1);
	return (p->begin + ref - 1 - before) & -stays;
}

/*
 * The new place of a grain or, if it is left out, of the next one that stays.
 */
uint64_t saved_source_map_grain(const struct saved_source *p, uint64_t ref);

#endif
