/*
 * Storage that only grows, in chunks that never move.  A reference is an offset
 * in grains (record.h) over all chunks; later references are larger, and 0
 * means none.
 *
 *	chunk     0          1          2          3
 *	      +----------+----------+---------------------+----------+
 *	      |xxxxxxxx..|xxxxxxx...|xxxxxxxxxxxxxxxxx....|xxx       |
 *	      +----------+----------+---------------------+----------+
 *	span   chunks 1   chunks 1   chunks 2, then 0       chunks 1
 *
 * A record never crosses from one allocation into the next; the rest of a
 * chunk (dots) stays unused.  A record longer than a chunk gets a larger
 * allocation, which counts as several chunks (2 and 3 here).
 */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "pages.h"
#include "record.h"

#define CHUNK_GRAINS (PAGES_HUGE / GRAIN)

/* The allocation that begins at a chunk. */
struct arena_span {
	uint32_t chunks;	/* 0: none begins here */
	uint64_t end;		/* of its records: a reference */
};

struct arena {
	unsigned char **chunk;	/* by number: its PAGES_HUGE bytes */
	struct arena_span *span;
	size_t nchunks, room;
	size_t last;		/* chunk where the last allocation begins */
	size_t used;		/* grains, from the start of chunk 0 */
};

/* How full an arena was at some time. */
struct arena_savepoint {
	size_t nchunks, last, used;
	uint64_t end;
};

/* Free all storage; the arena is empty and can be used again. */
void arena_free(struct arena *a);

/* Bytes held: records and pointers. */
size_t arena_memory(const struct arena *a);

/*
 * Reference to 'len' new bytes; 0 with ENOMEM if memory runs out or
 * arena_memory() would exceed 'most'.
 */
uint64_t arena_take(struct arena *a, size_t len, size_t most);

/* Give back what was taken last. */
void arena_untake(struct arena *a, uint64_t ref);

/* Remember how full it is; later give back all that was taken since. */
struct arena_savepoint arena_savepoint(const struct arena *a);
void arena_undo(struct arena *a, const struct arena_savepoint *m);

/* The bytes of a reference. */
static inline unsigned char *
arena_at(const struct arena *a, uint64_t ref)
{
	return a->chunk[ref / CHUNK_GRAINS] + ref % CHUNK_GRAINS * GRAIN;
}

#endif
