/*
 * The index: from the key of a shingle, 40 bits, to the references of the first
 * TABLE_POSTINGS records under it, its posting list.  The lists have no storage
 * of their own: their entries are in buckets (buckets.h), by key.
 *
 * Unrelated units share a key by chance.  With 10^10 entries a look-up of a
 * unit finds 0.07 such records, as estimated from 10^8 entries of synthetic
 * sketches.  With keys of 32 bits it would find 18; with ranks as keys 200,
 * since all sketches are chosen from the smallest ranks.
 */
#ifndef INDEX_H
#define INDEX_H

#include "table_internal.h"

static inline uint64_t
index_key(const struct table *t, uint64_t shingle)
{
	return shingle_key(t->secret, shingle);
}

#define NEAR_KEYS 8	/* of a unit, remembered from one step to the next */

/*
 * How many of its shingles for rule "near" the unit is looked up by: if they
 * are few, also those that it will be recorded under.
 */
static inline uint32_t
index_lookups(const struct words *w)
{
	return w->nnear < NEAR_KEYS ? w->nnear : NEAR_KEYS;
}

/* Key i of the unit's shingles for rule "near". */
static inline uint64_t
index_near_key(const struct table *t, const struct words *w, uint32_t i)
{
	return w->key != NULL ? w->key[i] : index_key(t, w->near[i]);
}

/* Was a key with these upper 12 bits entered in this group? */
static inline bool
index_added(const struct table *t, uint64_t key)
{
	return (t->added[key >> 34] >> (key >> 28 & 63) & 1) != 0;
}

/*
 * Is key i for rule "near" known to be absent from the table's own entries?
 * Most are, since most text is new.
 */
static inline bool
index_lacks(const struct table *t, const struct words *w, uint32_t i,
	    uint64_t key)
{
	return i < NEAR_KEYS && w->absent >> i & 1 && w->group == t->group &&
	       !index_added(t, key);
}

/* The records under a key, in an order that depends on the secret. */
struct postings {
	const struct buckets *of;
	const struct bucket *bucket;	/* the current one */
	uint64_t key;
	unsigned hits;		/* its matching entries still to come, as
				 * bits */
};

static inline struct postings
postings_open(const struct table *t, uint64_t key)
{
	struct postings b = { .of = &t->index, .key = key };

	b.bucket = buckets_home(b.of, key);
	b.hits = bucket_find(b.bucket, key);
	return b;
}

/* The reference of the next one, or 0 if there is none. */
static inline uint64_t
postings_next(struct postings *b)
{
	unsigned i;

	while (b->hits == 0) {
		if (!bucket_overflows(b->of, b->bucket, b->key))
			return 0;
		b->bucket++;
		b->hits = bucket_find(b->bucket, b->key);
	}
	i = (unsigned)__builtin_ctz(b->hits);
	b->hits &= b->hits - 1;
	return bucket_ref(b->bucket, i);
}

/* Does the bucket in which they begin show that there is none? */
static inline bool
postings_is_empty(const struct postings *b)
{
	return b->hits == 0 && !bucket_overflows(b->of, b->bucket, b->key);
}

/* All of them, the earliest first: how many, at most TABLE_POSTINGS. */
static inline unsigned
postings_in_order(const struct table *t, uint64_t key,
		  uint64_t to[TABLE_POSTINGS])
{
	unsigned n = 0;
	struct postings b;
	uint64_t ref;

	if (t->index.n == 0)
		return 0;
	b = postings_open(t, key);
	while ((ref = postings_next(&b)) != 0) {
		unsigned i = n++;

		for (; i > 0 && to[i - 1] > ref; i--)
			to[i] = to[i - 1];
		to[i] = ref;
	}
	return n;
}

/* A record under a shingle, in one of the tables. */
struct found {
	const unsigned char *record;
	uint64_t ref;
	unsigned table;
};

/*
 * The records under a key in all tables, attached ones first, at most
 * TABLE_POSTINGS, to f: how many, or -1.
 */
int index_find(const struct table *t, uint64_t key,
	       struct found f[TABLE_POSTINGS]);

/*
 * Enter a record under all of the unit's shingles whose lists are not full;
 * on failure under none.  0, or -1.
 */
int index_add_all(struct table *t, const struct words *w, uint64_t ref);

/* Remove a record from all of them. */
void index_undo_all(struct table *t, const struct words *w, uint64_t ref);

#endif
