/* The growing half of buckets.h. */
#include "buckets.h"

#include <assert.h>
#include <errno.h>

#define FIRST_HOMES 16
#define FIRST_TAIL 96		/* buckets in the tail at first; growing adds
				 * two */
#define LOAD 0.87		/* entries per place in the homes, at most */
#define GROWTH 1.25		/* factor once it is large */
#define LEAST_GROWTH 32		/* by 1/32 at least: all entries are moved */
#define SMALL_BYTES ((size_t)1 << 20)	/* below, grow in larger steps */

static_assert(sizeof(struct bucket) == CACHE_LINE,
	      "an entry more or less");

void
buckets_init(struct buckets *b)
{
	*b = (struct buckets){ .tail = FIRST_TAIL };
}

static size_t
bytes_of(size_t buckets)
{
	return buckets * sizeof(struct bucket);
}

void
buckets_free(struct buckets *b)
{
	slab_free(&b->slab, b->bucket == NULL ? 0 :
		  bytes_of(b->nhomes + b->tail));
	buckets_init(b);
}

size_t
buckets_memory(const struct buckets *b)
{
	return b->bucket == NULL ? 0 :
	       slab_memory(bytes_of(b->nhomes + b->tail));
}

/*
 * Move the entries of the first 'total' buckets to where they belong now, from
 * the right.  An entry may land among entries that were not moved yet; then it
 * is moved once more with these.  They fit: all entries right of bucket i came
 * from there or from further right, and each home moves by at most as many
 * buckets as were added; two more buckets in the tail make up for rounding.
 */
static void
move_entries(struct buckets *b, size_t total)
{
	b->turn = !b->turn;
	for (size_t i = total; i-- > 0; ) {
		struct bucket *p = b->bucket + i, from = *p;

		/*
		 * Keep the overflow bits of entries that came from the right.
		 */
		p->overflow[!b->turn] = 0;
		p->n = 0;
		b->n -= from.n;
		for (unsigned k = 0; k < from.n; k++)
			buckets_add(b, bucket_key(&from, k),
				    bucket_ref(&from, k));
	}
}

/* Grow, as far as 'most' bytes allow. */
static int
grow(struct buckets *b, size_t most)
{
	size_t old = b->bucket == NULL ? 0 : b->nhomes + b->tail;
	size_t tail = old == 0 ? b->tail : b->tail + 2;
	size_t fit = most < CACHE_LINE ? 0 :
		     (most - CACHE_LINE) / sizeof(*b->bucket);
	size_t now = bytes_of(b->nhomes), nhomes;
	double factor = now < SMALL_BYTES / 4 ? 4.0 :
			now < SMALL_BYTES ? 2.0 : GROWTH;

	nhomes = b->nhomes == 0 ? FIRST_HOMES :
		 (size_t)((double)b->nhomes * factor);
	if (nhomes > SIZE_MAX / sizeof(*b->bucket) - tail ||
	    nhomes + tail > fit) {
		nhomes = fit < tail ? 0 : fit - tail;
		if (nhomes < b->nhomes + b->nhomes / LEAST_GROWTH + 1) {
			errno = ENOMEM;
			return -1;
		}
	}
	if (slab_resize(&b->slab, bytes_of(old), bytes_of(nhomes + tail)) != 0)
		return -1;
	b->bucket = (struct bucket *)(void *)b->slab.bytes;
	memset(b->bucket + old, 0, bytes_of(nhomes + tail - old));
	b->nhomes = nhomes;
	b->tail = tail;
	b->max = (size_t)((double)nhomes * BUCKET_ENTRIES * LOAD);
	move_entries(b, old);
	return 0;
}

int
buckets_reserve_within(struct buckets *b, size_t most)
{
	while (b->bucket == NULL || !buckets_have_room(b))
		if (grow(b, most) != 0)
			return -1;
	return 0;
}

void
buckets_remove(struct buckets *b, uint64_t key, uint64_t ref)
{
	struct bucket *p;

	if (b->bucket == NULL)
		return;
	for (p = buckets_home(b, key);; p++) {
		for (unsigned m = bucket_find(p, key); m != 0; m &= m - 1) {
			unsigned i = (unsigned)__builtin_ctz(m);
			unsigned last = p->n - 1u;

			if (bucket_ref(p, i) != ref)
				continue;
			p->upper[i] = p->upper[last];
			p->lower[i] = p->lower[last];
			p->ref[i] = p->ref[last];
			p->ref_upper[i] = p->ref_upper[last];
			p->n--;
			b->n--;
			return;
		}
		if (!bucket_overflows(b, p, key))
			return;
	}
}

size_t
buckets_cluster(const struct buckets *b, size_t from)
{
	size_t total = b->bucket == NULL ? 0 : b->nhomes + b->tail, at = from;

	if (from >= total)
		return 0;
	while (b->bucket[at].overflow[b->turn] != 0)
		at++;
	return at + 1 - from;
}
