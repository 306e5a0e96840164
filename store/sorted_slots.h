/*
 * A set of fixed-width entries, each beginning with a 64-bit key that is not
 * 0, kept in one array that is both a hash table and a sorted list:
 *
 *	home(key) = key * nslots / 2^64		grows with the key; rounded
 *						down to where a line of the
 *						cache begins; in the index of
 *						a saved table, eight slots
 *
 *	slot   0   1   2   3   4   5   6
 *	key        12  13  15      40  41	0 if empty
 *	home       1   1   2       5   5
 *
 * Entries are in ascending order of key, each at its home or after it, with no
 * empty slot between (ordered hash tables, Amble and Knuth 1974).  A look-up
 * reads forward from home until it finds a key at least as large, or an empty
 * slot.
 *
 * Growing by a factor moves every entry to the right and keeps the order, so it
 * is done in place: two passes, no second array, and a load that stays high.
 */
#ifndef SORTED_SLOTS_H
#define SORTED_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "slab.h"

struct sorted_slots {
	unsigned char *slots;	/* nslots + tail entries */
	struct slab slab;	/* where they are, if they are its own */
	size_t width;		/* bytes an entry, 8 to 32 */
	size_t mask;		/* of homes: keeps those that begin a line */
	size_t nslots;		/* homes; a multiple of 8 */
	size_t tail;		/* slots for entries pushed past the end */
	size_t n;		/* entries */
	size_t max;		/* grow when n reaches this */
	double load;		/* n over nslots, at most */
	double growth;		/* factor once the table is large */
};

#define SORTED_SLOTS_TAIL 512	/* slots at first; growing adds some */

/* Empty, without storage.  0 < load < 1, growth > 1. */
void sorted_slots_init(struct sorted_slots *o, size_t width, double load,
		       double growth);
void sorted_slots_free(struct sorted_slots *o);

/* Remove all entries; keeps no storage. */
void sorted_slots_clear(struct sorted_slots *o);

/*
 * Make room for one more entry, if sorted_slots_memory() stays within 'most':
 * 0, or -1 with ENOMEM and the table as it was.  It grows by less than usual if
 * only that fits, but not by so little that moving all entries would not pay.
 * It moves entries: positions found before become invalid.
 */
int sorted_slots_reserve_within(struct sorted_slots *o, size_t most);

/* The same without a limit. */
static inline int
sorted_slots_reserve(struct sorted_slots *o)
{
	return sorted_slots_reserve_within(o, SIZE_MAX);
}

/* Insert a copy of 'entry' at the position found for its key. */
void sorted_slots_insert(struct sorted_slots *o, unsigned char *at,
			 const void *entry);

/* Remove the entry at 'at'; those pushed past it move back. */
void sorted_slots_remove(struct sorted_slots *o, unsigned char *at);

size_t sorted_slots_memory(const struct sorted_slots *o);

static inline uint64_t
sorted_slots_key(const unsigned char *p)
{
	uint64_t key;

	memcpy(&key, p, sizeof(key));
	return key;
}

/* Where an entry would be if there were no other. */
static inline size_t
sorted_slots_home(const struct sorted_slots *o, uint64_t key)
{
	return (size_t)(__extension__ (unsigned __int128)key * o->nslots
			>> 64) & o->mask;
}

/* Is there already room for one more entry?  Then reserving does nothing. */
static inline bool
sorted_slots_has_room(const struct sorted_slots *o)
{
	/* The tail is full if the slot before its last one is taken. */
	return o->n < o->max &&
	       sorted_slots_key(o->slots + (o->nslots + o->tail - 2) *
				o->width) == 0;
}

/* First entry not below 'key', or the empty slot before it.  n > 0. */
static inline unsigned char *
sorted_slots_find(const struct sorted_slots *o, uint64_t key)
{
	unsigned char *p = o->slots +
			   sorted_slots_home(o, key) * o->width;

	/* An empty slot holds 0: 0 - 1 is above every key - 1. */
	while (sorted_slots_key(p) - 1 < key - 1)
		p += o->width;
	return p;
}

/* Begin to fetch the slots from home on. */
static inline void
sorted_slots_prefetch(const struct sorted_slots *o, uint64_t key)
{
	const unsigned char *p;

	if (o->nslots == 0)
		return;
	p = o->slots + sorted_slots_home(o, key) * o->width;
	__builtin_prefetch(p);
	__builtin_prefetch(p + CACHE_LINE);
}

#endif
