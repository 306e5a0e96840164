/*
 * What the texts of a split ask of those before them, and what they tell those
 * after them.  For a corpus that is judged in parts: see api/cluster.c.
 *
 *	texts	fingerprints of units that are looked up, or recorded
 *	keys	index keys that are looked up, or under which one is recorded
 *	facts	fingerprints that stand for something else: that a short unit
 *		is beside a text (beside.c); that a recorded unit was removed
 *
 * The judge tells of them as they come.  Texts and keys are those of a split
 * that is judged by itself: what is recorded where does not depend on what
 * became of it, so they are told once, and only where nothing else is known.
 * Facts may depend on what is known of other splits.
 */
#ifndef ASKS_H
#define ASKS_H

#include "piece.h"
#include "sorted_slots.h"

/* A unit is at this byte of the split, whose documents follow each other. */
struct ask_text {
	struct fingerprint fp;
	uint64_t at;
	bool records;		/* it is recorded, if nothing has it before */
};

enum ask_kind {
	ASK_LOOKS,		/* it is looked up: nothing else is told */
	ASK_RECORDS,		/* a unit is recorded under it */
	ASK_KEEPS_OUT,		/* a unit is recorded without keys, so that the
				 * same words are never indexed */
	ASK_MORE,		/* more are recorded than are told */
};

struct ask_key {
	uint64_t key;
	uint64_t at;		/* of the unit */
	uint64_t tag;		/* of its words: a part of their fingerprint */
	enum ask_kind kind;
};

struct ask_fact {
	struct fingerprint fp;
	struct place place;	/* with 'tells' */
	uint64_t number;	/* when it was said */
	bool tells;		/* it holds from here on; else only asked */
};

/* A unit that others asked for. */
struct asked_unit {
	const struct words *w;
	struct place place;
	uint64_t at;
	bool words;		/* 'w' has them, and index keys */
	bool went;		/* it was removed, whatever comes before */
};

struct asks {
	bool texts, facts;	/* what is to be told */
	const uint64_t *begin;	/* where each document does in the split */
	uint64_t first;		/* the number of the split's first one */

	struct ask_text *text;
	size_t ntexts, texts_room;
	struct ask_key *key;
	size_t nkeys, keys_room;
	struct ask_fact *fact;
	size_t nfacts, facts_room;
	struct sorted_slots looked;	/* texts whose keys were told */

	/* Units at these places, ascending, are handed out: 0, or -1. */
	const uint64_t *wanted;
	size_t nwanted;
	int (*give)(void *arg, const struct asked_unit *u);
	void *arg;
};

struct dedup;

void asks_init(struct asks *a);
void asks_free(struct asks *a);

/*
 * The judge's: a compared unit is about to be looked up; or to be recorded, in
 * the reason's name if it goes.  0, or -1 with ENOMEM.
 */
int asks_look_up(struct dedup *d, const struct piece *p);
int asks_record(struct dedup *d, const struct piece *p);

/* The judge's: a fact is looked up; or holds from here on. */
int asks_find_fact(struct dedup *d, const struct fingerprint *fp);
int asks_tell_fact(struct dedup *d, const struct fingerprint *fp,
		   const struct piece *p);

/* The fact that the recorded unit of these words was removed. */
struct fingerprint asks_went(const struct shingler *s,
			     const struct fingerprint *fp);

/* Index keys that a unit is recorded under: to 'to', or their number alone. */
size_t asks_keys(const struct shingler *s, const struct words *w, uint64_t *to);

#endif
