/*
 * An open hash table of N-grams.  Their hashes are two polynomials over the
 * words, so that the next one takes a few steps whatever N is:
 *
 *	H(w1 .. wN) = w1 B^(N-1) + w2 B^(N-2) + ... + wN	mod 2^64
 *
 * Words are spread over 64 bits first; their hashes are keyed.
 */
#include "ngram_table.h"

#include <stdlib.h>

#include "array.h"

#define BASE_1 0x9e3779b97f4a7c15u	/* odd; two that have nothing in common */
#define BASE_2 0xc2b2ae3d27d4eb4fu
#define ROOM_FIRST 1024

struct gram {
	uint64_t hash;
	uint32_t check;		/* bits of the other polynomial */
	uint32_t line;		/* its number, from 1; 0: an empty slot */
};

struct told {
	uint32_t first;		/* word of the unit */
	uint32_t line;
};

struct ngram_table {
	unsigned n;
	uint64_t power_1, power_2;	/* BASE^(n - 1) */
	struct gram *slot;
	size_t nslots, used;	/* a power of two */
	struct place *line;
	size_t nlines, lines_room;
	struct told *told;	/* lines of the next unit */
	size_t ntold, told_room;
};

struct window {
	uint64_t h1, h2;
};

static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 31) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 29) * 0x94d049bb133111ebu;
	return x ^ x >> 32;
}

static uint64_t
word_at(const struct words *w, uint32_t i)
{
	return mix(words_hash(w, i) + BASE_2);
}

struct ngram_table *
ngram_table_new(unsigned n)
{
	struct ngram_table *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->n = n;
	g->power_1 = g->power_2 = 1;
	for (unsigned i = 1; i < n; i++) {
		g->power_1 *= BASE_1;
		g->power_2 *= BASE_2;
	}
	g->nslots = ROOM_FIRST;
	g->slot = calloc(g->nslots, sizeof(*g->slot));
	if (g->slot == NULL) {
		free(g);
		return NULL;
	}
	return g;
}

void
ngram_table_free(struct ngram_table *g)
{
	if (g == NULL)
		return;
	free(g->slot);
	free(g->line);
	free(g->told);
	free(g);
}

size_t
ngram_table_memory(const struct ngram_table *g)
{
	return g == NULL ? 0 : sizeof(*g) + g->nslots * sizeof(*g->slot) +
	       g->lines_room * sizeof(*g->line) +
	       g->told_room * sizeof(*g->told);
}

/* The window of N words that ends with word i; 'before' is that of i - 1. */
static struct window
next_window(const struct ngram_table *g, const struct words *w, uint32_t i,
	    struct window before)
{
	uint64_t in = word_at(w, i);

	if (i >= g->n) {
		uint64_t out = word_at(w, i - g->n);

		before.h1 -= out * g->power_1;
		before.h2 -= out * g->power_2;
	}
	return (struct window){
		before.h1 * BASE_1 + in, before.h2 * BASE_2 + in,
	};
}

/* Its slot, or the empty one where it belongs. */
static struct gram *
slot_of(const struct ngram_table *g, uint64_t hash, uint32_t check)
{
	size_t i = (size_t)mix(hash) & (g->nslots - 1);

	while (g->slot[i].line != 0 && (g->slot[i].hash != hash ||
					g->slot[i].check != check))
		i = (i + 1) & (g->nslots - 1);
	return &g->slot[i];
}

static uint32_t
check_of(struct window v)
{
	return (uint32_t)(mix(v.h2) >> 32);
}

static struct gram *
find(const struct ngram_table *g, struct window v)
{
	return slot_of(g, v.h1, check_of(v));
}

/* Twice the room: 0, or -1 with ENOMEM. */
static int
grow(struct ngram_table *g)
{
	struct ngram_table old = *g;

	if (g->nslots > SIZE_MAX / 2 / sizeof(*g->slot))
		return -1;
	g->slot = calloc(2 * old.nslots, sizeof(*g->slot));
	if (g->slot == NULL) {
		g->slot = old.slot;
		return -1;
	}
	g->nslots *= 2;
	for (size_t i = 0; i < old.nslots; i++)
		if (old.slot[i].line != 0)
			*slot_of(g, old.slot[i].hash, old.slot[i].check) =
				old.slot[i];
	free(old.slot);
	return 0;
}

int
ngram_table_line(struct ngram_table *g, uint32_t first, const struct place *at)
{
	if (g->nlines >= UINT32_MAX - 1 ||
	    array_room(&g->line, &g->lines_room, g->nlines + 1,
		       sizeof(*g->line)) != 0 ||
	    array_room(&g->told, &g->told_room, g->ntold + 1,
		       sizeof(*g->told)) != 0)
		return -1;
	g->line[g->nlines++] = *at;
	g->told[g->ntold++] = (struct told){ first, (uint32_t)g->nlines };
	return 0;
}

int
ngram_table_add(struct ngram_table *g, const struct words *w)
{
	struct window v = { 0, 0 };
	size_t line = 0;

	for (uint32_t i = 0; i < w->n; i++) {
		struct gram *s;

		v = next_window(g, w, i, v);
		if (i + 1 < g->n)
			continue;
		while (line + 1 < g->ntold &&
		       g->told[line + 1].first + g->n <= i + 1)
			line++;
		if (g->used + 1 > g->nslots / 4 * 3 && grow(g) != 0)
			return -1;
		s = find(g, v);
		if (s->line != 0)
			continue;
		*s = (struct gram){ v.h1, check_of(v), g->told[line].line };
		g->used++;
	}
	g->ntold = 0;
	return 0;
}

int
ngram_table_find(const struct ngram_table *g, const struct words *w,
		 ngram_table_taken *take, void *arg)
{
	struct window v = { 0, 0 };

	for (uint32_t i = 0; i < w->n; i++) {
		const struct gram *s;

		v = next_window(g, w, i, v);
		if (i + 1 < g->n)
			continue;
		s = find(g, v);
		if (s->line != 0 && take(arg, i + 1 - g->n, g->n,
					 &g->line[s->line - 1]) != 0)
			return -1;
	}
	return 0;
}
