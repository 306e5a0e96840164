/* The growing half of ordered.h. */
#include "ordered.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define FIRST_SLOTS 64
#define SMALL_BYTES ((size_t)1 << 20)	/* below, grow in larger steps */

void
ordered_init(struct ordered *o, size_t width, double load, double growth)
{
	*o = (struct ordered){ .width = width, .load = load,
			       .growth = growth };
}

void
ordered_free(struct ordered *o)
{
	free(o->slots);
	o->slots = NULL;
}

void
ordered_clear(struct ordered *o)
{
	ordered_free(o);
	ordered_init(o, o->width, o->load, o->growth);
}

size_t
ordered_memory(const struct ordered *o)
{
	return o->slots == NULL ? 0 :
	       (o->nslots + ORDERED_TAIL) * o->width;
}

/*
 * The two passes over a table that has room for 'total' entries now.  They
 * touch every entry at each growth, so they are compiled for each width.
 */

/* Push all entries to the right end, in order; the first one's index. */
static inline __attribute__((always_inline)) size_t
pack_right(unsigned char *slots, size_t w, size_t from, size_t total)
{
	size_t to = total - 1;		/* the last stays empty */

	while (from-- > 0) {
		const unsigned char *p = slots + from * w;

		/* Without a branch: an empty one is overwritten next. */
		memmove(slots + (to - 1) * w, p, w);
		to -= ordered_key(p) != 0;
	}
	return to;
}

/* Then put each at its home or at the first free slot after. */
static inline __attribute__((always_inline)) void
spread(unsigned char *slots, size_t w, size_t nslots, size_t from,
       size_t total)
{
	size_t next = 0;

	for (; from < total - 1; from++) {
		const unsigned char *p = slots + from * w;
		size_t to = ordered_home(ordered_key(p), nslots);

		if (to < next)
			to = next;
		/* What is left fits to the right: the tail sees to it. */
		assert(to <= from);
		memset(slots + next * w, 0, (to - next) * w);
		memmove(slots + to * w, p, w);
		next = to + 1;
	}
	memset(slots + next * w, 0, (total - next) * w);
}

static void
rearrange(struct ordered *o, size_t from, size_t total)
{
	unsigned char *s = o->slots;

	switch (o->width) {
	case 8:
		spread(s, 8, o->nslots, pack_right(s, 8, from, total), total);
		break;
	case 12:
		spread(s, 12, o->nslots, pack_right(s, 12, from, total), total);
		break;
	case 16:
		spread(s, 16, o->nslots, pack_right(s, 16, from, total), total);
		break;
	case 20:
		spread(s, 20, o->nslots, pack_right(s, 20, from, total), total);
		break;
	default:
		spread(s, o->width, o->nslots,
		       pack_right(s, o->width, from, total), total);
	}
}

static int
grow(struct ordered *o)
{
	size_t old = o->slots == NULL ? 0 : o->nslots + ORDERED_TAIL;
	double factor = o->nslots * o->width < SMALL_BYTES ? 2.0 : o->growth;
	size_t nslots = o->nslots == 0 ? FIRST_SLOTS :
			(size_t)((double)o->nslots * factor) + 1;
	size_t total = nslots + ORDERED_TAIL;
	unsigned char *p;

	if (nslots < o->nslots || total > SIZE_MAX / o->width) {
		errno = ENOMEM;
		return -1;
	}
	p = realloc(o->slots, total * o->width);
	if (p == NULL)
		return -1;
	o->slots = p;
	o->nslots = nslots;
	o->max = (size_t)((double)nslots * o->load);
	rearrange(o, old, total);
	return 0;
}

int
ordered_reserve(struct ordered *o)
{
	/* The tail is full when its last slot but one is taken. */
	if (o->n < o->max &&
	    ordered_key(o->slots + (o->nslots + ORDERED_TAIL - 2) *
			o->width) == 0)
		return 0;
	return grow(o);
}

void
ordered_insert(struct ordered *o, unsigned char *at, const void *entry)
{
	unsigned char *end = at;

	while (ordered_key(end) != 0)
		end += o->width;
	memmove(at + o->width, at, (size_t)(end - at));
	memcpy(at, entry, o->width);
	o->n++;
}
