/*
 * In how many documents is a text?  For boilerplate: a document counts once for
 * each of its lines and blocks.
 */
#ifndef COUNTS_H
#define COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sorted_slots.h"
#include "shingle.h"
#include "record.h"

struct counts {
	struct sorted_slots set;	/* entries: see below */
	bool places;
	struct copies *copies;	/* by an entry's number; with places */
	size_t ncopies, copies_room;
	size_t limit;		/* of counts_memory(); 0: none */
	bool full;		/* new texts are not counted */
};

/*
 * An entry:  u64 hi   u64 lo   documents   last   number, of 40 bits each
 * 'last' is the document that was counted last, so that each counts once; the
 * number is there only with places.
 */
#define COUNTS_WIDTH 26
#define COUNTS_WIDTH_PLACES 31

/* A text that was counted. */
struct counted {
	struct fingerprint fp;
	uint64_t documents;
	struct place first;	/* with places: where it was first, ... */
	struct place second;	/* ... and in the next document that has it */
};

void counts_init(struct counts *c, bool places);
void counts_free(struct counts *c);

/*
 * Count the text, which is at this place.  If there is no more room, only texts
 * that have an entry are counted.  A text that is not counted is never
 * boilerplate.
 */
void counts_vote(struct counts *c, const struct fingerprint *fp,
		const struct place *at);

/* Look the text up: false if it was never counted. */
bool counts_find(const struct counts *c, const struct fingerprint *fp,
		 struct counted *found);

/* The entry in slot 'i' of the set: false if it is empty. */
bool counts_at(const struct counts *c, size_t i, struct counted *found);
size_t counts_slots(const struct counts *c);

/*
 * Copy the n texts that are in most documents, at least two each, to 'top'.
 * The most frequent are first; of equal ones, the earliest.  Returns how many.
 */
size_t counts_top(const struct counts *c, struct counted *top, size_t n);

size_t counts_memory(const struct counts *c);

#endif
