/* The index.  See index.h for what it holds. */
#include "index.h"

#include <errno.h>

/* Is a record among f[0..n)? */
static bool
is_among(const struct table *t, const struct found *f, size_t n,
	 const unsigned char *p)
{
	size_t len = record_length(false, t->full_tags,
				   record_head(p).nwords) -
		     sizeof(struct record);

	for (size_t i = 0; i < n; i++)
		if (memcmp(f[i].record, p, sizeof(struct record)) == 0 &&
		    memcmp(record_codes(t, f[i].record), record_codes(t, p),
			   len) == 0)
			return true;
	return false;
}

/*
 * The records under a key in the attached tables, the first TABLE_BUCKET
 * of them, to f: how many, or -1.  A unit that several of the tables have
 * counts where it is first: it has the same words and so the same record, but
 * for the place; and where it has none under this key in an earlier table,
 * that one's bucket was full before it came, and is all of what is found.
 */
static int
find_attached(const struct table *t, uint64_t key,
	      struct found f[TABLE_BUCKET])
{
	int have = 0;

	for (unsigned i = 0; i < t->nattached; i++) {
		uint64_t ref[TABLE_BUCKET];
		int before = have;
		int n = saved_bucket(t->attached[i], key, ref);

		if (n < 0)
			return -1;
		for (int j = 0; j < n && have < TABLE_BUCKET; j++) {
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
	   struct found f[TABLE_BUCKET])
{
	int have = find_attached(t, key, f);
	uint64_t ref[TABLE_BUCKET];
	unsigned n;

	if (have < 0 || have == TABLE_BUCKET)
		return have;
	n = bucket_in_order(t, key, ref);
	for (unsigned i = 0; i < n && have < TABLE_BUCKET; i++)
		f[have++] = (struct found){
			arena_at(&t->arena, ref[i]), ref[i], 0,
		};
	return have;
}

void
table_begin_batch(struct table *t)
{
	t->batch++;
	memset(t->added, 0, sizeof(t->added));
}

/* How many keys of a sketch are asked for, but for the few that come later. */
static uint32_t
first_asked(const struct words *w, double threshold)
{
	uint32_t n = buckets_wanted(threshold);

	return w->nprobe < n ? w->nprobe : n;
}

void
table_prefetch_near(const struct table *t, const struct words *w,
		    double threshold)
{
	uint64_t own[SKETCH_PROBE];
	const uint64_t *key = index_keys(t, w, own);
	uint32_t n = first_asked(w, threshold);

	for (unsigned j = 0; j < t->nattached; j++)
		for (uint32_t i = 0; i < n; i++)
			saved_prefetch_bucket(t->attached[j], key[i]);
	/* Nearly all units are recorded, too. */
	if (n < w->nkeep)
		n = w->nkeep;
	for (uint32_t i = 0; i < n; i++)
		lines_prefetch(&t->index, key[i], false);
}

void
table_prefetch_add(const struct table *t, const struct words *w)
{
	uint64_t own[SKETCH_PROBE];
	const uint64_t *key = index_keys(t, w, own);

	for (uint32_t i = 0; i < w->nkeep; i++)
		lines_prefetch(&t->index, key[i], true);
}

void
table_prefetch_records(const struct table *t, struct words *w,
		       double threshold)
{
	uint64_t own[SKETCH_PROBE], ref;
	const uint64_t *key = index_keys(t, w, own);
	uint32_t n = first_asked(w, threshold);
	unsigned absent = 0;

	for (unsigned i = 0; i < t->nattached; i++)
		for (uint32_t j = 0; j < n; j++)
			saved_prefetch_records(t->attached[i], key[j]);
	for (uint32_t i = 0; t->index.n > 0 && (i < n || i < w->nkeep); i++) {
		struct bucket b = bucket_open(t, key[i]);

		absent |= (unsigned)bucket_is_empty(&b) << i;
		/* What is added goes to the next line then. */
		if (b.line->n == LINE_ENTRIES)
			__builtin_prefetch(b.line + 1, 1);
		while (i < n && (ref = bucket_next(&b)) != 0)
			__builtin_prefetch(arena_at(&t->arena, ref));
	}
	w->absent = (uint8_t)absent;
	w->batch = t->batch;
}

/* Key number i of those a unit is indexed under; 'key' are its sketch's. */
static inline uint64_t
indexed_under(const struct table *t, const struct words *w,
	      const uint64_t *key, uint32_t i)
{
	return i < w->nkeep ? key[i] :
	       index_key(t, w->winnowed[i - w->nkeep]);
}

/* The last step: it is to be entered, and there is room. */
static inline void
enter(struct table *t, uint64_t key, uint64_t shingle, uint64_t ref)
{
	recent_mark(t, (uint32_t)shingle);
	t->added[key >> 34] |= (uint64_t)1 << (key >> 28 & 63);
	lines_add(&t->index, key, ref);
}

/* Room for one more entry. */
static inline int
reserve_entry(struct table *t)
{
	return lines_have_room(&t->index) ? 0 : table_grow_index(t);
}

/* Enter a record under a key and its shingle, unless the bucket is full. */
static int
index_add(struct table *t, uint64_t key, uint64_t shingle, uint64_t ref)
{
	struct found f[TABLE_BUCKET];
	uint64_t other;
	struct bucket b;
	int in = 0;

	if (t->nattached > 0) {
		in = find_attached(t, key, f);
		if (in < 0 || in == TABLE_BUCKET)
			return in < 0 ? -1 : 0;
	}
	if (reserve_entry(t) != 0)
		return -1;
	b = bucket_open(t, key);
	while ((other = bucket_next(&b)) != 0) {
		if (other == ref)
			return 0;
		in++;
	}
	if (in >= TABLE_BUCKET)
		return 0;
	if (table_log_undo(t, true, key, ref) != 0)
		return -1;
	enter(t, key, shingle, ref);
	return 0;
}

void
index_undo(struct table *t, const struct words *w, uint32_t n, uint64_t ref)
{
	uint64_t own[SKETCH_PROBE];
	const uint64_t *key = index_keys(t, w, own);

	for (uint32_t i = 0; i < n; i++)
		lines_remove(&t->index, indexed_under(t, w, key, i), ref);
}

int
index_add_all(struct table *t, const struct words *w, uint64_t ref)
{
	uint32_t n = w->nkeep + w->nwinnowed;
	uint64_t own[SKETCH_PROBE];
	const uint64_t *keys = index_keys(t, w, own);
	const bool plain = t->nattached == 0 && !t->marked;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t key, shingle;

		if (i < w->nkeep) {
			/* nkeep is nprobe at most.  NOLINTNEXTLINE */
			key = keys[i];
			shingle = w->probe[i];
			/* Most keys are new, and there is room for them. */
			if (plain && index_lacks(t, w, i, key) &&
			    lines_have_room(&t->index)) {
				enter(t, key, shingle, ref);
				continue;
			}
		} else {
			shingle = w->winnowed[i - w->nkeep];
			key = index_key(t, shingle);
		}
		if (index_add(t, key, shingle, ref) != 0) {
			int error = errno;

			if (t->index.n > 0)
				index_undo(t, w, i, ref);
			errno = error;
			return -1;
		}
	}
	return 0;
}
