/*
 * Entries in order.  A cursor goes over one source and prepares some entries at
 * a time.  The next entry of all sources is the smallest of those at the
 * cursors.
 */
#ifndef CURSOR_H
#define CURSOR_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "sources.h"

#define AHEAD ((size_t)512)	/* entries a cursor prepares at a time */

struct entry {
	uint64_t hi, lo;
	uint64_t value;		/* reference or count */
};

struct cursor {
	const struct saved_source *source;
	size_t number;		/* of the source */
	const unsigned char *p, *end;
	size_t width;
	size_t i, n;		/* of the prepared entries */
	size_t room;
	struct entry *entry;
	saved_key *key;		/* of an index instead */
	bool wide;		/* the machine has vectors for it */
	/* For a run's own index: entries of some buckets, ascending. */
	const struct buckets *buckets;
	size_t bucket;		/* the next one */
	saved_key *sorted;
	size_t nsorted, next_sorted, sorted_room;
};

static inline bool
is_before(const struct entry *a, const struct entry *b)
{
	return a->hi < b->hi || (a->hi == b->hi && a->lo < b->lo);
}

/*
 * Set *cursors to a cursor for each of the n sources that has entries in
 * section 's': how many, or -1 with errno.
 */
ssize_t cursors_open(const struct saved_source *source, size_t n,
		     enum saved_section s, struct cursor **cursors);
void cursors_free(struct cursor *c, size_t n);

/* Prepare more: 1, 0 if none are left, or -1 with errno. */
int cursor_fill(struct cursor *c);

/* Free what a cursor holds. */
void cursor_clear(struct cursor *c);

/* Advance by one entry; a cursor at its end is removed.  0, or -1. */
static inline int
cursor_next(struct cursor *c, size_t at, size_t *n)
{
	struct cursor gone;
	int got;

	if (++c[at].i < c[at].n)
		return 0;
	got = cursor_fill(&c[at]);
	if (got != 0)
		return got < 0 ? -1 : 0;
	gone = c[at];
	memmove(c + at, c + at + 1, (*n - at - 1) * sizeof(*c));
	(*n)--;
	cursor_clear(&gone);
	return 0;
}

#endif
