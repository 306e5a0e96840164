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

int
index_find_attached(const struct table *t, uint64_t shingle,
		    struct found f[TABLE_BUCKET])
{
	uint64_t key = index_key(t, shingle);
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
index_find(const struct table *t, uint64_t shingle,
	   struct found f[TABLE_BUCKET])
{
	int have = index_find_attached(t, shingle, f);
	struct bucket b;
	uint64_t ref;

	if (have < 0 || have == TABLE_BUCKET || t->index.n == 0)
		return have;
	b = bucket_open(t, shingle);
	while (have < TABLE_BUCKET && (ref = bucket_next(&b)) != 0)
		f[have++] = (struct found){ arena_at(&t->arena, ref), ref, 0 };
	return have;
}

/* Begin to fetch the group of slots of a key, which is in two lines. */
static inline void
prefetch_home(const struct table *t, uint64_t key, bool write)
{
	const unsigned char *p;

	if (t->index.nslots == 0)
		return;
	p = index_home(t, key);
	if (write) {
		__builtin_prefetch(p, 1);
		__builtin_prefetch(p + ORDERED_LINE, 1);
	} else {
		__builtin_prefetch(p);
		__builtin_prefetch(p + ORDERED_LINE);
	}
}

void
table_prefetch_near(const struct table *t, const struct words *w)
{
	for (uint32_t i = 0; i < w->nprobe; i++) {
		uint64_t key = index_key(t, w->probe[i]);

		for (unsigned j = 0; j < t->nattached; j++)
			saved_prefetch_bucket(t->attached[j], key);
		prefetch_home(t, key, 0);
	}
}

void
table_prefetch_add(const struct table *t, const struct words *w)
{
	for (uint32_t i = 0; i < w->nkeep && t->index.n > 0; i++) {
		prefetch_home(t, index_key(t, w->probe[i]), 1);
	}
}

void
table_prefetch_records(const struct table *t, const struct words *w)
{
	uint64_t ref;

	for (unsigned i = 0; i < t->nattached; i++)
		for (uint32_t j = 0; j < w->nprobe; j++)
			saved_prefetch_records(t->attached[i],
				index_key(t, w->probe[j]));
	if (t->index.n == 0)
		return;
	for (uint32_t i = 0; i < w->nprobe; i++) {
		struct bucket b = bucket_open(t, w->probe[i]);

		while ((ref = bucket_next(&b)) != 0)
			__builtin_prefetch(arena_at(&t->arena, ref));
	}
}

/* Shingle number i of those a unit is indexed under. */
static inline uint64_t
indexed_under(const struct words *w, uint32_t i)
{
	return i < w->nkeep ? w->probe[i] : w->winnowed[i - w->nkeep];
}

/* Enter a record under a shingle, unless the bucket is full. */
static int
index_add(struct table *t, uint64_t shingle, uint64_t ref)
{
	struct found f[TABLE_BUCKET];
	unsigned char entry[INDEX_WIDTH], *p;
	uint64_t upper, other;
	uint16_t low = (uint16_t)ref;
	struct bucket b;
	int in = 0;

	if (t->nattached > 0) {
		in = index_find_attached(t, shingle, f);
		if (in < 0 || in == TABLE_BUCKET)
			return in < 0 ? -1 : 0;
	}
	if (table_reserve_entry(t, &t->index) != 0)
		return -1;
	b = bucket_open(t, shingle);
	while ((other = bucket_next(&b)) != 0) {
		if (other == ref)
			return 0;
		in++;
	}
	if (in >= TABLE_BUCKET)
		return 0;
	recent_mark(t, (uint32_t)shingle);
	if (table_log_undo(t, true, b.key, ref) != 0)
		return -1;
	upper = index_upper(b.key, ref);
	memcpy(entry, &upper, sizeof(upper));
	memcpy(entry + sizeof(upper), &low, sizeof(low));
	/* References grow: the new one goes behind the others. */
	p = ordered_find(&t->index, upper);
	while (ordered_key(p) == upper)
		p += INDEX_WIDTH;
	ordered_insert(&t->index, p, entry);
	return 0;
}

void
index_remove(struct table *t, uint64_t key, uint64_t ref)
{
	uint64_t upper = index_upper(key, ref);
	unsigned char *p = ordered_find(&t->index, upper);

	for (; ordered_key(p) == upper; p += INDEX_WIDTH)
		if (index_reference(p) == ref) {
			ordered_remove(&t->index, p);
			return;
		}
}

void
index_undo(struct table *t, const struct words *w, uint32_t n, uint64_t ref)
{
	for (uint32_t i = 0; i < n; i++)
		index_remove(t, index_key(t, indexed_under(w, i)), ref);
}

int
index_add_all(struct table *t, const struct words *w, uint64_t ref)
{
	uint32_t n = w->nkeep + w->nwinnowed;

	for (uint32_t i = 0; i < n; i++)
		if (index_add(t, indexed_under(w, i), ref) != 0) {
			int error = errno;

			if (t->index.n > 0)
				index_undo(t, w, i, ref);
			errno = error;
			return -1;
		}
	return 0;
}
