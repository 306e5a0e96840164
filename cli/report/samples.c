/* Removals to look at, drawn evenly. */
#include "samples.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ALL_LOOKED_AT 256	/* so many are asked for their genre; then one
				 * in EVERY */
#define EVERY 32

static size_t
room_of(size_t set)
{
	return set < DEDUP_NREASONS ? SAMPLES_EACH : SAMPLES_GENRE;
}

int
samples_init(struct samples *s)
{
	size_t n = 0;

	for (size_t i = 0; i < SAMPLE_SETS; i++)
		n += room_of(i);
	*s = (struct samples){ .room = calloc(n, sizeof(*s->room)) };
	if (s->room == NULL)
		return -1;
	n = 0;
	for (size_t i = 0; i < SAMPLE_SETS; i++) {
		s->set[i].sample = s->room + n;
		s->set[i].random = i + 1;
		n += room_of(i);
	}
	return 0;
}

void
samples_free(struct samples *s)
{
	free(s->room);
	s->room = NULL;
}

/* A number below n: splitmix64 (Steele et al. 2014), from a fixed seed. */
static uint64_t
draw(struct sample_set *set, uint64_t n)
{
	uint64_t x = set->random += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (x ^ x >> 31) % n;
}

/* Where the next removal is to be put, or NULL: it is not drawn. */
static struct sample *
place_for_next(struct sample_set *set, size_t room)
{
	uint64_t i;

	set->seen++;
	if (set->n < room)
		return &set->sample[set->n++];
	i = draw(set, set->seen);
	return i < room ? &set->sample[i] : NULL;
}

static size_t
at_most(uint64_t len, size_t most)
{
	return len < most ? (size_t)len : most;
}

static void
fill_in(struct sample *to, uint64_t document, const struct dedup_removal *r,
	const struct range *unit, const struct range *decided)
{
	size_t before = (size_t)(unit->off - decided->off);
	size_t after = decided->len - before - unit->len;

	to->document = document;
	to->removal = *r;
	to->len = unit->len;
	to->before = at_most(before, SAMPLE_AROUND);
	to->unit = at_most(unit->len, SAMPLE_UNIT);
	to->after = at_most(after, SAMPLE_AROUND);
	to->genre = genre_of(unit->text, at_most(unit->len, SAMPLE_UNIT));
	memcpy(to->text, unit->text - to->before, to->before + to->unit);
	memcpy(to->text + to->before + to->unit, unit->text + unit->len,
	       to->after);
}

/* Is it one of those that are asked for their genre? */
static bool
looks_at_genre(struct samples *s, uint64_t number)
{
	if (number > ALL_LOOKED_AT && number % EVERY != 0)
		return false;
	s->looked_at++;
	return true;
}

void
samples_add(struct samples *s, uint64_t document, const struct dedup_removal *r,
	    const struct range *unit, const struct range *decided)
{
	struct sample_set *set = &s->set[r->reason];
	struct sample *to = place_for_next(set, SAMPLES_EACH);
	enum genre genre;

	if (to != NULL)
		fill_in(to, document, r, unit, decided);
	if (!looks_at_genre(s, set->seen))
		return;
	genre = genre_of(unit->text, at_most(unit->len, SAMPLE_UNIT));
	to = place_for_next(&s->set[DEDUP_NREASONS + genre], SAMPLES_GENRE);
	if (to != NULL)
		fill_in(to, document, r, unit, decided);
}

static int
by_similarity(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	if (x->removal.resemblance < y->removal.resemblance)
		return -1;
	if (x->removal.resemblance > y->removal.resemblance)
		return 1;
	if (x->document != y->document)
		return x->document < y->document ? -1 : 1;
	return x->removal.begin < y->removal.begin ? -1 :
	       x->removal.begin > y->removal.begin;
}

void
samples_sort(struct samples *s)
{
	for (size_t i = 0; i < SAMPLE_SETS; i++)
		qsort(s->set[i].sample, s->set[i].n, sizeof(struct sample),
		      by_similarity);
}
