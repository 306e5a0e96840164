/* What is most frequent in a stream, in fixed memory. */
#include "frequent.h"

#include <stdlib.h>
#include <string.h>

#include "order.h"

#define LOOKED_AT 64	/* weights, for a guess at the median */

int
frequent_init(struct frequent *f, size_t most, size_t size)
{
	size_t slots = 1;

	while (slots < 2 * most)
		slots *= 2;
	*f = (struct frequent){ .most = most, .size = size, .mask = slots - 1 };
	f->entries = calloc(most, size);
	f->slot = calloc(slots, sizeof(*f->slot));
	return f->entries == NULL || f->slot == NULL ? -1 : 0;
}

void
frequent_free(struct frequent *f)
{
	free(f->entries);
	free(f->slot);
	f->entries = NULL;
	f->slot = NULL;
}

void *
frequent_at(const struct frequent *f, size_t i)
{
	return f->entries + i * f->size;
}

static uint64_t
mix(uint64_t key)
{
	key *= UINT64_C(0x9e3779b97f4a7c15);
	return key ^ key >> 32;
}

/* The slot that a key has, or would get. */
static uint32_t *
find(const struct frequent *f, uint64_t key)
{
	size_t i = (size_t)mix(key) & f->mask;

	while (f->slot[i] != 0) {
		const struct frequent_entry *e = frequent_at(f, f->slot[i] - 1);

		if (e->key == key)
			break;
		i = (i + 1) & f->mask;
	}
	return &f->slot[i];
}

static int
by_weight(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return order_u64(*x, *y);
}

/* About the median of all weights. */
static uint64_t
median(const struct frequent *f)
{
	uint64_t weight[LOOKED_AT];

	for (size_t i = 0; i < LOOKED_AT; i++) {
		const struct frequent_entry *e =
			frequent_at(f, i * f->n / LOOKED_AT);

		weight[i] = e->weight;
	}
	qsort(weight, LOOKED_AT, sizeof(*weight), by_weight);
	return weight[LOOKED_AT / 2];
}

/* Take the median off all weights; at least one entry goes: that of it. */
static void
reduce(struct frequent *f)
{
	uint64_t less = median(f);
	size_t n = 0;

	memset(f->slot, 0, (f->mask + 1) * sizeof(*f->slot));
	for (size_t i = 0; i < f->n; i++) {
		struct frequent_entry *e = frequent_at(f, i);

		if (e->weight <= less)
			continue;
		e->weight -= less;
		if (i > n)
			memcpy(frequent_at(f, n), e, f->size);
		n++;
		*find(f, e->key) = (uint32_t)n;
	}
	f->n = n;
	f->dropped += less;
}

void *
frequent_add(struct frequent *f, uint64_t key, uint64_t weight, bool *fresh)
{
	uint32_t *slot = find(f, key);
	struct frequent_entry *e;

	*fresh = *slot == 0;
	if (*fresh && f->n == f->most) {
		reduce(f);
		slot = find(f, key);
	}
	if (*fresh)
		*slot = (uint32_t)++f->n;
	e = frequent_at(f, *slot - 1);
	e->key = key;
	e->weight = *fresh ? weight : e->weight + weight;
	return e;
}
