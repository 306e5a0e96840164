/*
 * The index: mixed shingle hash -> the first TABLE_BUCKET records under it.
 * An entry is the hash in the upper 32 bits and the reference in the lower
 * ones, so that the records under a shingle stand side by side in the ordered
 * set, the earlier ones first:
 *
 *	... | key 17, ref 5 | key 17, ref 90 | key 21, ref 12 | ...
 */
#ifndef INDEX_H
#define INDEX_H

#include "table_internal.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline uint32_t
index_key(const struct table *t, uint32_t shingle)
{
	return shingle_key(t->secret, shingle);
}

/* The keys of the unit's sketch; 'own' is for those that have to be made. */
static inline const uint32_t *
index_keys(const struct table *t, const struct words *w,
	   uint32_t own[SKETCH_PROBE])
{
	if (w->key != NULL && w->key_secret == t->secret)
		return w->key;
	for (uint32_t i = 0; i < w->nprobe; i++)
		own[i] = index_key(t, w->probe[i]);
	return own;
}

/*
 * Is key i of the unit's sketch known to be in no entry of the table's own?
 * Most are, as most text is new.
 */
static inline bool
index_lacks(const struct table *t, const struct words *w, uint32_t i,
	    uint32_t key)
{
	return w->absent >> i & 1 && w->batch == t->batch &&
	       (t->added[key >> 26] >> (key >> 20 & 63) & 1) == 0;
}

/*
 * Which of the eight index entries at p have this key, as bits; *more: entries
 * with it may follow them.  All at once, without a branch that would be hard to
 * predict.
 */
BODY unsigned
glance(const unsigned char *p, uint32_t key, bool *more)
{
	uint64_t last = ordered_key(p + 7 * sizeof(uint64_t));
	unsigned hits = 0;

#ifdef __SSE2__
	const __m128i k = _mm_set1_epi32((int)key);

	for (unsigned i = 0; i < 2; i++) {
		__m128 a = _mm_loadu_ps((const float *)(p + 32 * i));
		__m128 b = _mm_loadu_ps((const float *)(p + 32 * i + 16));
		/* the upper halves of four entries */
		__m128i keys = _mm_castps_si128(_mm_shuffle_ps(a, b, 0xdd));

		hits |= (unsigned)_mm_movemask_ps(_mm_castsi128_ps(
			_mm_cmpeq_epi32(keys, k))) << 4 * i;
	}
#else
	for (unsigned i = 0; i < 8; i++)
		hits |= (unsigned)(ordered_key(p + 8 * i) >> 32 == key) << i;
#endif
	*more = last != 0 && last >> 32 <= key;
	return hits;
}

/* The records under a key, the earlier ones first. */
struct bucket {
	const unsigned char *p;	/* the line of entries at hand */
	uint32_t key;
	unsigned hits;		/* of its entries, those still to come */
	bool more;
};

BODY struct bucket
bucket_open(const struct table *t, uint32_t key)
{
	struct bucket b = { .key = key };

	b.p = t->index.slots + sizeof(uint64_t) *
	      ordered_home(&t->index, (uint64_t)b.key << 32);
	b.hits = glance(b.p, b.key, &b.more);
	return b;
}

/* The next one's reference, 0 where there is none. */
BODY uint32_t
bucket_next(struct bucket *b)
{
	const unsigned char *p;

	while (b->hits == 0) {
		if (!b->more)
			return 0;
		b->p += ORDERED_LINE;
		b->hits = glance(b->p, b->key, &b->more);
	}
	p = b->p + sizeof(uint64_t) * (unsigned)__builtin_ctz(b->hits);
	b->hits &= b->hits - 1;
	return (uint32_t)ordered_key(p);
}

/* A record under a shingle, in any table. */
struct found {
	const unsigned char *record;
	uint32_t ref;
	unsigned table;
};

/*
 * The records under a key in the attached tables, the first TABLE_BUCKET
 * of them, to f: how many, or -1.  A unit that several of the tables have
 * counts where it is first: it has the same words and so the same record, but
 * for the place; and where it has none under this key in an earlier table,
 * that one's bucket was full before it came, and is all of what is found.
 */
int index_find_attached(const struct table *t, uint32_t key,
			struct found f[TABLE_BUCKET]);

/* The same in all tables. */
int index_find(const struct table *t, uint32_t key,
	       struct found f[TABLE_BUCKET]);

/*
 * Enter a record under all the unit's shingles whose buckets are not full, or
 * on failure under none: 0, or -1.
 */
int index_add_all(struct table *t, const struct words *w, uint32_t ref);

/* Take a record out from under the first n of the unit's shingles. */
void index_undo(struct table *t, const struct words *w, uint32_t n,
		uint32_t ref);

#endif
