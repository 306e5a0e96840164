/*
 * In how many documents does a text stand?  For boilerplate: each line and each
 * block has one vote in a document.
 */
#ifndef COUNTS_H
#define COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ordered.h"
#include "shingle.h"
#include "record.h"

struct counts {
	struct ordered set;	/* entries: see below */
	bool places;
	struct copies *copies;	/* by an entry's number; with places */
	size_t ncopies, copies_room;
	size_t limit;		/* of counts_memory(); 0: none */
	bool full;		/* texts that are new are not counted */
};

/*
 * An entry:  u64 hi   u64 lo   documents   last   number, of 40 bits each
 * 'last' is the document that voted last, so that it votes only once; the
 * number is there with places.
 */
#define COUNTS_WIDTH 26
#define COUNTS_WIDTH_PLACES 31

/* A text that was counted. */
struct counted {
	struct fingerprint fp;
	uint64_t documents;
	struct place first;	/* with places: where it stood first, ... */
	struct place second;	/* ... and in the next document that has it */
};

void counts_init(struct counts *c, bool places);
void counts_free(struct counts *c);

/*
 * The text stands at this place.  Without room only texts that have an entry
 * are counted on.  A text that is not counted is no boilerplate.
 */
void counts_vote(struct counts *c, const struct fingerprint *fp,
		const struct place *at);

/* What is known of the text: whether it was ever counted. */
bool counts_find(const struct counts *c, const struct fingerprint *fp,
		 struct counted *found);

/* The entry of index 'i' of the set's slots: false where there is none. */
bool counts_at(const struct counts *c, size_t i, struct counted *found);
size_t counts_slots(const struct counts *c);

/*
 * The n texts in most documents to 'top', the most frequent first, of equal
 * ones the one that came first; at least two documents each.  How many.
 */
size_t counts_top(const struct counts *c, struct counted *top, size_t n);

size_t counts_memory(const struct counts *c);

#endif
