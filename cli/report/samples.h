/*
 * Removals to look at, with what stands before and after them: so many of each
 * reason, drawn evenly from all of it; and of each genre that deserves a look.
 * The same removals give the same samples.
 */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "dedup.h"
#include "range.h"
#include "genre.h"

#define SAMPLES_EACH 24		/* of a reason */
#define SAMPLES_GENRE 8		/* of a genre */
#define SAMPLE_UNIT 800		/* bytes shown of it */
#define SAMPLE_AROUND 240	/* ... of what stands before it, and after it */
#define SAMPLE_SETS (DEDUP_NREASONS + GENRES)

struct sample {
	uint64_t document;
	struct dedup_removal removal;
	enum genre genre;
	uint64_t len;		/* of all of the unit */
	/* In text, one after the other: */
	size_t before, unit, after;
	char text[SAMPLE_UNIT + 2 * SAMPLE_AROUND];
};

/* A reservoir (Vitter 1985, algorithm R). */
struct sample_set {
	struct sample *sample;
	size_t n;
	uint64_t seen, random;
};

/* By reason; then, from DEDUP_NREASONS on, by genre. */
struct samples {
	struct sample *room;
	struct sample_set set[SAMPLE_SETS];
	uint64_t looked_at;	/* removals of which the genre was asked */
};

/* 0, or -1 with ENOMEM. */
int samples_init(struct samples *s);
void samples_free(struct samples *s);

/* A removal; 'decided': the text around it that is at hand. */
void samples_add(struct samples *s, uint64_t document,
		 const struct dedup_removal *r, const struct range *unit,
		 const struct range *decided);

/* Sort each set: the least similar first, then by place. */
void samples_sort(struct samples *s);

#endif
