/* The growing half of sorted_slots.h. */
#include "sorted_slots.h"

#include <assert.h>
#include <errno.h>

#define FIRST_SLOTS 64
#define LEAST_GROWTH 32		/* by 1/32 at least: all entries are moved */
#define SMALL_BYTES ((size_t)1 << 20)	/* below, grow in larger steps */

void
sorted_slots_init(struct sorted_slots *o, size_t width, double load,
		  double growth)
{
	*o = (struct sorted_slots){ .width = width, .load = load,
			       .growth = growth, .mask = SIZE_MAX,
			       .tail = SORTED_SLOTS_TAIL };
	/* Entries that fill a line exactly have their homes at its start. */
	if (width == 8 || width == 16)
		o->mask = ~(CACHE_LINE / width - 1);
	/* The index of a saved table: its format says so. */
	if (width == 10)
		o->mask = ~(size_t)7;
}

void
sorted_slots_free(struct sorted_slots *o)
{
	slab_free(&o->slab, o->slots == NULL ? 0 :
		  (o->nslots + o->tail) * o->width);
	o->slots = NULL;
}

void
sorted_slots_clear(struct sorted_slots *o)
{
	sorted_slots_free(o);
	sorted_slots_init(o, o->width, o->load, o->growth);
}

size_t
sorted_slots_memory(const struct sorted_slots *o)
{
	return o->slots == NULL ? 0 :
	       slab_memory((o->nslots + o->tail) * o->width);
}

/*
 * The two passes over a table that now has room for 'total' entries.  They move
 * every entry each time it grows, so they are compiled for each width.
 */

/*
 * Push all entries to the right end, in order; returns the first one's index.
 */
static inline __attribute__((always_inline)) size_t
pack_right(unsigned char *slots, size_t w, size_t from, size_t total)
{
	size_t to = total - 1;		/* the last stays empty */

	while (from-- > 0) {
		const unsigned char *p = slots + from * w;
		unsigned char entry[32];

		/* No branch: if it is empty, the next one overwrites it. */
		memcpy(entry, p, w);
		memcpy(slots + (to - 1) * w, entry, w);
		to -= sorted_slots_key(p) != 0;
	}
	return to;
}

/* Then put each at its home or at the first free slot after. */
static inline __attribute__((always_inline)) void
spread(const struct sorted_slots *o, size_t w, size_t from, size_t total)
{
	unsigned char *slots = o->slots;
	size_t next = 0;

	memset(slots, 0, from * w);
	for (; from < total - 1; from++) {
		unsigned char *p = slots + from * w, entry[32];
		size_t to = sorted_slots_home(o, sorted_slots_key(p));

		if (to < next)
			to = next;
		/* The rest fits to the right, thanks to the tail. */
		assert(to <= from);
		memcpy(entry, p, w);
		memset(p, 0, w);
		memcpy(slots + to * w, entry, w);
		next = to + 1;
	}
	memset(slots + (total - 1) * w, 0, w);
}

static void
rearrange(struct sorted_slots *o, size_t from, size_t total)
{
	unsigned char *s = o->slots;

	switch (o->width) {
	case 8:
		spread(o, 8, pack_right(s, 8, from, total), total);
		break;
	case 16:
		spread(o, 16, pack_right(s, 16, from, total), total);
		break;
	case 21:
		spread(o, 21, pack_right(s, 21, from, total), total);
		break;
	default:
		spread(o, o->width, pack_right(s, o->width, from, total),
		       total);
	}
}

/* Grow, as far as 'most' bytes allow. */
static int
grow(struct sorted_slots *o, size_t most)
{
	size_t old = o->slots == NULL ? 0 : o->nslots + o->tail;
	size_t fit = most < CACHE_LINE ? 0 :
		     (most - CACHE_LINE) / o->width;
	size_t now = o->nslots * o->width;
	double factor = now < SMALL_BYTES / 4 ? 4.0 :
			now < SMALL_BYTES ? 2.0 : o->growth;
	size_t nslots = o->nslots == 0 ? FIRST_SLOTS :
			((size_t)((double)o->nslots * factor) + 8) / 8 * 8;
	/*
	 * Entries in the tail keep their distance to the end, except for what
	 * rounding the homes adds.
	 */
	size_t tail = old == 0 ? o->tail : o->tail + 16;
	size_t total = nslots + tail;

	if (total > fit) {
		/* Whole lines of homes only, so that homes begin lines. */
		nslots = fit < tail ? 0 : (fit - tail) / 8 * 8;
		total = nslots + tail;
		if (nslots < o->nslots + o->nslots / LEAST_GROWTH + 8)
			nslots = 0;
	}
	if (nslots <= o->nslots || total > SIZE_MAX / o->width - 1) {
		errno = ENOMEM;
		return -1;
	}
	if (slab_resize(&o->slab, old * o->width, total * o->width) != 0)
		return -1;
	o->slots = o->slab.bytes;
	o->nslots = nslots;
	o->tail = tail;
	o->max = (size_t)((double)nslots * o->load);
	rearrange(o, old, total);
	return 0;
}

int
sorted_slots_reserve_within(struct sorted_slots *o, size_t most)
{
	while (!sorted_slots_has_room(o))
		if (grow(o, most) != 0)
			return -1;
	return 0;
}

void
sorted_slots_insert(struct sorted_slots *o, unsigned char *at,
		    const void *entry)
{
	unsigned char *end = at;

	o->n++;
	while (sorted_slots_key(end) != 0)
		end += o->width;
	memmove(at + o->width, at, (size_t)(end - at));
	memcpy(at, entry, o->width);
}

void
sorted_slots_remove(struct sorted_slots *o, unsigned char *at)
{
	unsigned char *end = at + o->width;

	/* This one has pushed all entries up to the first that is at home. */
	while (sorted_slots_key(end) != 0 &&
	       o->slots + sorted_slots_home(o, sorted_slots_key(end)) *
	       o->width < end)
		end += o->width;
	memmove(at, at + o->width, (size_t)(end - at) - o->width);
	memset(end - o->width, 0, o->width);
	o->n--;
}
