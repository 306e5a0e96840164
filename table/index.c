/* The index.  See index.h for what it holds. */
#include "index.h"

#include <errno.h>

/* Is the record among f[0..n)? */
static bool
is_among(const struct table *t, const struct found *f, size_t n,
	 const unsigned char *p)
{
	size_t len = record_length(false, record_head(p).nwords) -
		     sizeof(struct record);

	for (size_t i = 0; i < n; i++)
		if (record_head(f[i].record).nwords == record_head(p).nwords &&
		    memcmp(record_codes(t, f[i].record), record_codes(t, p),
			   len) == 0)
			return true;
	return false;
}

/*
 * The first TABLE_POSTINGS records under a key in the attached tables, to f:
 * how many, or -1.  A unit may be in several tables.  It counts once, in the
 * first: its records are the same, except for the place.  If that table does
 * not list it under this key, its list was already full, and then nothing after
 * it is wanted.
 */
static int
find_attached(const struct table *t, uint64_t key,
	      struct found f[TABLE_POSTINGS])
{
	int have = 0;

	for (unsigned i = 0; i < t->nattached; i++) {
		uint64_t ref[TABLE_POSTINGS];
		int before = have;
		int n = saved_postings(t->attached[i], key, ref);

		if (n < 0)
			return -1;
		for (int j = 0; j < n && have < TABLE_POSTINGS; j++) {
			const unsigned char *p;

			p = saved_record(t->attached[i], ref[j]);
			if (p == NULL)
				return -1;
			if (!is_among(t, f, (size_t)before, p))
				f[have++] = (struct found){ p, ref[j], i + 1 };
		}
	}
	return have;
}

int
index_find(const struct table *t, uint64_t key,
	   struct found f[TABLE_POSTINGS])
{
	int have = find_attached(t, key, f);
	uint64_t ref[TABLE_POSTINGS];
	unsigned n;

	if (have < 0 || have == TABLE_POSTINGS)
		return have;
	n = postings_in_order(t, key, ref);
	for (unsigned i = 0; i < n && have < TABLE_POSTINGS; i++)
		f[have++] = (struct found){
			arena_at(&t->arena, ref[i]), ref[i], 0,
		};
	return have;
}

void
table_begin_group(struct table *t)
{
	t->group++;
	memset(t->added, 0, sizeof(t->added));
}

void
table_prefetch_near(const struct table *t, const struct words *w,
		    double threshold)
{
	uint32_t n = index_lookups(w);

	/* Nearly all units are recorded later. */
	for (uint32_t i = 0; i < n; i++)
		buckets_prefetch(&t->index, index_near_key(t, w, i), false);
	for (uint32_t i = 0; threshold > 0.0 && i < w->nprobe; i++)
		buckets_prefetch(&t->index, index_key(t, w->probe[i]), false);
	for (unsigned j = 0; j < t->nattached; j++) {
		for (uint32_t i = 0; i < n; i++)
			saved_prefetch_postings(t->attached[j],
						index_near_key(t, w, i));
		for (uint32_t i = 0; threshold > 0.0 && i < w->nprobe; i++)
			saved_prefetch_postings(t->attached[j],
						index_key(t, w->probe[i]));
	}
}

void
table_prefetch_add(const struct table *t, const struct words *w)
{
	uint32_t n = index_lookups(w);

	for (uint32_t i = 0; i < n; i++)
		buckets_prefetch(&t->index, index_near_key(t, w, i), true);
	for (uint32_t i = 0; i < w->nkeep; i++)
		buckets_prefetch(&t->index, index_key(t, w->probe[i]), true);
}

/* The records of the sketch. */
static void
prefetch_sketch(const struct table *t, const struct words *w)
{
	for (uint32_t i = 0; i < w->nprobe; i++) {
		uint64_t key = index_key(t, w->probe[i]), ref;
		struct postings b;

		for (unsigned j = 0; j < t->nattached; j++)
			saved_prefetch_records(t->attached[j], key);
		if (t->index.n == 0)
			continue;
		b = postings_open(t, key);
		while ((ref = postings_next(&b)) != 0)
			__builtin_prefetch(arena_at(&t->arena, ref));
	}
}

void
table_prefetch_records(const struct table *t, struct words *w,
		       double threshold)
{
	uint32_t n = index_lookups(w);
	unsigned absent = 0;
	uint64_t ref;

	for (unsigned i = 0; i < t->nattached; i++)
		for (uint32_t j = 0; j < n; j++)
			saved_prefetch_records(t->attached[i],
					       index_near_key(t, w, j));
	for (uint32_t i = 0; t->index.n > 0 && i < n; i++) {
		struct postings b = postings_open(t, index_near_key(t, w, i));

		absent |= (unsigned)postings_is_empty(&b) << i;
		/* Then what is added goes to the next bucket. */
		if (b.bucket->n == BUCKET_ENTRIES)
			__builtin_prefetch(b.bucket + 1, 1);
		while ((ref = postings_next(&b)) != 0)
			__builtin_prefetch(arena_at(&t->arena, ref));
	}
	w->absent = (uint8_t)absent;
	w->group = t->group;
	if (threshold > 0.0)
		prefetch_sketch(t, w);
}

/* The last step: enter it; there is room. */
static inline void
enter(struct table *t, uint64_t key, uint64_t shingle, uint64_t ref)
{
	recent_mark(t, (uint32_t)shingle);
	t->added[key >> 34] |= (uint64_t)1 << (key >> 28 & 63);
	buckets_add(&t->index, key, ref);
}

/* Room for one more entry. */
static inline int
reserve_entry(struct table *t)
{
	return buckets_have_room(&t->index) ? 0 : table_grow_index(t);
}

/* Enter a record under a key and its shingle, unless the list is full. */
static int
index_add(struct table *t, uint64_t key, uint64_t shingle, uint64_t ref)
{
	struct found f[TABLE_POSTINGS];
	uint64_t other;
	struct postings b;
	int in = 0;

	if (t->nattached > 0) {
		in = find_attached(t, key, f);
		if (in < 0 || in == TABLE_POSTINGS)
			return in < 0 ? -1 : 0;
	}
	if (reserve_entry(t) != 0)
		return -1;
	b = postings_open(t, key);
	while ((other = postings_next(&b)) != 0) {
		if (other == ref)
			return 0;
		in++;
	}
	if (in >= TABLE_POSTINGS)
		return 0;
	if (table_log_undo(t, true, key, ref) != 0)
		return -1;
	enter(t, key, shingle, ref);
	return 0;
}

/* Iterates over the shingles that a unit is recorded under. */
struct entries {
	const struct words *w;
	uint32_t i;		/* the next one, in all three lists */
	uint64_t shingle, key;	/* the current one, ... */
	uint32_t near;		/* ... its number among those for "near" */
};

static inline bool
entries_next(const struct table *t, struct entries *e)
{
	const struct words *w = e->w;
	uint32_t i;

	while (!words_keeps(w, e->i))
		e->i++;
	i = e->near = e->i++;
	if (i < w->nnear) {
		e->shingle = w->near[i];
		e->key = index_near_key(t, w, i);
		return true;
	}
	e->near = UINT32_MAX;
	i -= w->nnear;
	if (i < w->nkeep) {
		e->shingle = w->probe[i];
	} else {
		i -= w->nkeep;
		if (i >= w->nwinnowed)
			return false;
		e->shingle = w->winnowed[i];
	}
	e->key = index_key(t, e->shingle);
	return true;
}

/* Remove the record from all shingles before this one. */
static void
undo_before(struct table *t, const struct words *w, uint32_t end, uint64_t ref)
{
	struct entries e = { .w = w };

	while (t->index.n > 0 && entries_next(t, &e) && e.i < end)
		buckets_remove(&t->index, e.key, ref);
}

void
index_undo_all(struct table *t, const struct words *w, uint64_t ref)
{
	undo_before(t, w, UINT32_MAX, ref);
}

int
index_add_all(struct table *t, const struct words *w, uint64_t ref)
{
	const bool plain = t->nattached == 0 && !t->undoable;
	struct entries e = { .w = w };

	while (entries_next(t, &e)) {
		/* The usual case: the key is new, and there is room for it. */
		if (plain && index_lacks(t, w, e.near, e.key) &&
		    buckets_have_room(&t->index)) {
			enter(t, e.key, e.shingle, ref);
			continue;
		}
		if (index_add(t, e.key, e.shingle, ref) != 0) {
			int error = errno;

			undo_before(t, w, e.i, ref);
			errno = error;
			return -1;
		}
	}
	return 0;
}
