/*
 * The index: the key of a shingle -> the first TABLE_BUCKET records under it.
 * An entry has 10 bytes, the key in the upper 40 bits and the reference in the
 * lower 40: a u64, by which the ordered set sorts, and a u16.  So the records
 * under a shingle stand side by side, the earlier ones first:
 *
 *	... | key 17, ref 5 | key 17, ref 90 | key 21, ref 12 | ...
 *
 * Strangers meet by chance under one key: of 10^10 entries 0.07 for each unit
 * that is looked up, going by synthetic sketches, 10^8 entries of them.  With
 * keys of 32 bits it would be 18; with the ranks alone for keys 200, since all
 * sketches are chosen from the smallest ranks.
 */
#ifndef INDEX_H
#define INDEX_H

#include "table_internal.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define INDEX_WIDTH 10		/* bytes of an entry */
#define INDEX_GROUP 8		/* entries that are looked at together */

static inline uint64_t
index_key(const struct table *t, uint64_t shingle)
{
	return shingle_key(t->secret, shingle);
}

/* The keys of the unit's sketch; 'own' is for those that have to be made. */
static inline const uint64_t *
index_keys(const struct table *t, const struct words *w,
	   uint64_t own[SKETCH_PROBE])
{
	if (w->key != NULL && w->key_secret == t->secret)
		return w->key;
	for (uint32_t i = 0; i < w->nprobe; i++)
		own[i] = index_key(t, w->probe[i]);
	return own;
}

/* Whether a key was entered in this batch, by its upper 12 bits. */
static inline bool
index_added(const struct table *t, uint64_t key)
{
	return (t->added[key >> 34] >> (key >> 28 & 63) & 1) != 0;
}

/*
 * Is key i of the unit's sketch known to be in no entry of the table's own?
 * Most are, as most text is new.
 */
static inline bool
index_lacks(const struct table *t, const struct words *w, uint32_t i,
	    uint64_t key)
{
	return w->absent >> i & 1 && w->batch == t->batch &&
	       !index_added(t, key);
}

/* The two parts of an entry. */
static inline uint64_t
index_upper(uint64_t key, uint64_t ref)
{
	return key << 24 | ref >> 16;
}

static inline uint64_t
index_reference(const unsigned char *p)
{
	uint16_t low;

	memcpy(&low, p + sizeof(uint64_t), sizeof(low));
	return (ordered_key(p) & 0xffffff) << 16 | low;
}

/* Where the search for a key begins: a group of slots. */
static inline const unsigned char *
index_home(const struct table *t, uint64_t key)
{
	return t->index.slots +
	       INDEX_WIDTH * ordered_home(&t->index, key << 24);
}

/*
 * Which of the eight entries at p agree with the upper 32 bits of this key, as
 * bits; *more: entries with it may follow them.  All at once, without a branch
 * that would be hard to predict.
 */
BODY unsigned
glance(const unsigned char *p, uint64_t key, bool *more)
{
	uint64_t last = ordered_key(p + 7 * INDEX_WIDTH);
	uint32_t v[INDEX_GROUP];
	unsigned hits = 0;

	for (unsigned i = 0; i < INDEX_GROUP; i++)
		memcpy(&v[i], p + INDEX_WIDTH * i + 4, sizeof(v[i]));
#ifdef __SSE2__
	const __m128i k = _mm_set1_epi32((int)(key >> 8));

	for (unsigned i = 0; i < 2; i++) {
		__m128i keys = _mm_set_epi32((int)v[4 * i + 3],
			(int)v[4 * i + 2], (int)v[4 * i + 1], (int)v[4 * i]);

		hits |= (unsigned)_mm_movemask_ps(_mm_castsi128_ps(
			_mm_cmpeq_epi32(keys, k))) << 4 * i;
	}
#else
	for (unsigned i = 0; i < INDEX_GROUP; i++)
		hits |= (unsigned)(v[i] == key >> 8) << i;
#endif
	*more = last != 0 && last >> 24 <= key;
	return hits;
}

/* The records under a key, the earlier ones first. */
struct bucket {
	const unsigned char *p;	/* the group of entries at hand */
	uint64_t key;
	unsigned hits;		/* of its entries, those still to come */
	bool more;
};

BODY struct bucket
bucket_open(const struct table *t, uint64_t key)
{
	struct bucket b = { .key = key };

	b.p = index_home(t, b.key);
	b.hits = glance(b.p, b.key, &b.more);
	return b;
}

/* The next one's reference, 0 where there is none. */
BODY uint64_t
bucket_next(struct bucket *b)
{
	for (;;) {
		const unsigned char *p;

		while (b->hits == 0) {
			if (!b->more)
				return 0;
			b->p += INDEX_GROUP * INDEX_WIDTH;
			b->hits = glance(b->p, b->key, &b->more);
		}
		p = b->p + INDEX_WIDTH * (unsigned)__builtin_ctz(b->hits);
		b->hits &= b->hits - 1;
		/* An empty slot agrees with a key below 256. */
		if (ordered_key(p) >> 24 == b->key)
			return index_reference(p);
	}
}

/* A record under a shingle, in any table. */
struct found {
	const unsigned char *record;
	uint64_t ref;
	unsigned table;
};

/*
 * The records under a key in all tables, the attached ones first, TABLE_BUCKET
 * of them at most, to f: how many, or -1.
 */
int index_find(const struct table *t, uint64_t key,
	       struct found f[TABLE_BUCKET]);

/*
 * Enter a record under all the unit's shingles whose buckets are not full, or
 * on failure under none: 0, or -1.
 */
int index_add_all(struct table *t, const struct words *w, uint64_t ref);

/* Take a record out from under the first n of the unit's shingles. */
void index_undo(struct table *t, const struct words *w, uint32_t n,
		uint64_t ref);

/* Take this entry out, if it is there. */
void index_remove(struct table *t, uint64_t key, uint64_t ref);

#endif
