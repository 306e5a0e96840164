/*
 * A multiset of entries, each a key and a reference of 40 bits, in buckets of a
 * cache line each: most look-ups and additions touch one line only.
 *
 *	home(key) = key * nhomes / 2^40		grows with the key
 *
 * An entry is in its home or, if that was full, in the first bucket after it
 * that was not.  Each bucket that it passed has an overflow bit set: one bit of
 * eight, chosen by the lowest bits of the key, says that some such key is
 * further right.  A search begins at home and continues as long as it finds the
 * overflow bit of its key.
 *
 *	bucket     0        1        2        3
 *	entries    aa       bbbbbb   cd       -
 *	overflow            c				c has its home in 1
 *
 * (Linear probing with buckets: Knuth, The Art of Computer Programming, 6.4.)
 * The order within a bucket has no meaning.  But all entries up to the end of a
 * bucket without overflow bits have smaller keys than those after it: they are
 * a cluster, or several.
 *
 * It grows in place, by a factor, from the last bucket to the first: each entry
 * moves to its new home, which is never further left.
 */
#ifndef BUCKETS_H
#define BUCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "slab.h"
#include "vectors.h"

#define BUCKET_ENTRIES 6
#define BUCKETS_BITS 40		/* of keys and references */

struct bucket {
	uint32_t upper[BUCKET_ENTRIES];	/* 32 bits of each key */
	uint32_t ref[BUCKET_ENTRIES];	/* the lower 32 of each reference */
	uint8_t lower[BUCKET_ENTRIES];	/* 8 bits of each key */
	uint8_t ref_upper[BUCKET_ENTRIES];
	uint8_t n;			/* entries */
	uint8_t overflow[2];		/* bits: see struct buckets */
	uint8_t unused;
};

struct buckets {
	struct bucket *bucket;	/* nhomes + tail of them */
	struct slab slab;	/* where they are */
	size_t nhomes;
	size_t tail;		/* buckets after the last home */
	size_t n;		/* entries */
	size_t max;		/* grow when n reaches this */
	unsigned turn;		/* which of the overflow bits are valid: the
				 * others are from before the last growth */
};

/* Empty, and without storage. */
void buckets_init(struct buckets *b);

/* Free the storage; afterwards it is as after buckets_init(). */
void buckets_free(struct buckets *b);

/*
 * Make room for one more entry, if buckets_memory() stays within 'most': 0, or
 * -1 with ENOMEM and all entries as they were.  It grows by less than usual if
 * only that fits, but not by so little that moving all entries would not pay.
 * Places found before become invalid.
 */
int buckets_reserve_within(struct buckets *b, size_t most);

size_t buckets_memory(const struct buckets *b);

static inline bool
buckets_have_room(const struct buckets *b)
{
	/* An added entry lands in the last bucket at the latest. */
	return b->n < b->max && b->bucket[b->nhomes + b->tail - 1].n == 0;
}

static inline struct bucket *
buckets_home(const struct buckets *b, uint64_t key)
{
	return b->bucket + (size_t)(__extension__ (unsigned __int128)key *
				  b->nhomes >> BUCKETS_BITS);
}

static inline void
buckets_prefetch(const struct buckets *b, uint64_t key, bool write)
{
	if (b->bucket == NULL)
		return;
	if (write)
		__builtin_prefetch(buckets_home(b, key), 1);
	else
		__builtin_prefetch(buckets_home(b, key));
}

/* The key and the reference of entry i of a bucket. */
static inline uint64_t
bucket_key(const struct bucket *p, unsigned i)
{
	return (uint64_t)p->upper[i] << 8 | p->lower[i];
}

static inline uint64_t
bucket_ref(const struct bucket *p, unsigned i)
{
	return (uint64_t)p->ref_upper[i] << 32 | p->ref[i];
}

/* Which entries of a bucket have this key, as bits. */
static inline unsigned
bucket_find(const struct bucket *p, uint64_t key)
{
	/* Some of 'ref' and of 'ref_upper' can be read too: eight in all. */
	return mask_of_keys(p->upper, p->lower, p->n, (uint32_t)(key >> 8),
			    (uint8_t)key);
}

/*
 * May this key, whose home is this bucket or one before it, be further right?
 */
static inline bool
bucket_overflows(const struct buckets *b, const struct bucket *p,
	     uint64_t key)
{
	return (p->overflow[b->turn] >> (key & 7) & 1) != 0;
}

/* Add an entry; there is room. */
static inline void
buckets_add(struct buckets *b, uint64_t key, uint64_t ref)
{
	struct bucket *p = buckets_home(b, key);
	unsigned i;

	for (; p->n == BUCKET_ENTRIES; p++)
		p->overflow[b->turn] |= (uint8_t)(1u << (key & 7));
	i = p->n++;
	p->upper[i] = (uint32_t)(key >> 8);
	p->lower[i] = (uint8_t)key;
	p->ref[i] = (uint32_t)ref;
	p->ref_upper[i] = (uint8_t)(ref >> 32);
	b->n++;
}

/* Remove this entry, once, if it is there. */
void buckets_remove(struct buckets *b, uint64_t key, uint64_t ref);

/*
 * How many buckets to take from number 'from' on, so that all their keys are
 * smaller than those in the buckets after them: at least one, 0 at the end.
 */
size_t buckets_cluster(const struct buckets *b, size_t from);

#endif
