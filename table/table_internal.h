/*
 * The inside of a fingerprint table, only for the files that implement it:
 *
 *	table.c		exact look-up, adding, taking back
 *	index.c		shingle -> records (index.h)
 *	candidates.c	records that share shingles with a unit
 *	scratch.c	words of two units, ready to be compared
 *	lookup.c	which candidate is a witness: at once, or in two steps
 *	near.c		rule "near": it contains all words of a unit in a row
 *	similar.c	rule "similar": resemblance in word order
 *	contained.c	rule "contained": as "near", however much longer it is
 *	holding.c	the reverse: which record does a unit contain?
 *
 * Records come from candidates.c, the most promising first; a rule compares
 * their words with those of the unit, which scratch.c lays out.
 */
#ifndef TABLE_INTERNAL_H
#define TABLE_INTERNAL_H

#include <string.h>

#include "arena.h"
#include "lcs.h"
#include "buckets.h"
#include "sorted_slots.h"
#include "record.h"
#include "vectors.h"
#include "table.h"

#define CODE_WORDS 64		/* of 64 bits: see scratch.c */
#define CANDIDATES (SKETCH_PROBE * TABLE_POSTINGS)

/*
 * A place in a unit's loose words: at the beginning of a word, or inside one.
 */
struct letter {
	uint32_t word;
	size_t byte;
};

/* What a unit's letters can be written as from one byte on. */
struct joints {
	size_t byte, n;		/* 0: not known */
	uint32_t word;		/* that begins there; UINT32_MAX: none */
	uint64_t codes;		/* their lowest 6 bits, as bits */
	struct joint joint[SHINGLE_JOINTS];
};

#define LAST 4		/* places whose joints are cached */
#define SPREAD 16	/* joints that are searched with vectors */

/* For comparing two units. */
struct scratch {
	uint64_t codes[CODE_WORDS];	/* bitmap of the unit's codes, ... */
	bool marked;		/* ... if it is filled */
	uint32_t *mine, *other;	/* words of the two */
	size_t mine_room, other_room;
	struct lcs lcs;		/* of 'mine' */
	bool taken;		/* 'mine' are those of the unit */
	uint64_t left;		/* steps until "near" is given up */
	/* For near.c: the unit's first joints, those that were made last, and
	 * where a word begins. */
	struct joints first, last[LAST];
	struct letter known;
	_Alignas(16) uint16_t spread[SPREAD][8];	/* codes of 'first' */
};

struct table {
	bool near, places;
	uint64_t secret;
	struct sorted_slots exact;	/* fingerprint [40 bits: reference] */
	struct buckets index;	/* see index.h */
	struct arena arena;
	struct saved **attached;
	unsigned nattached;
	size_t limit;			/* of table_memory(); 0: none */
	bool full;
	uint64_t given_up;		/* see table_given_up() */
	uint32_t longest;		/* at least the nwords of each record */
	struct scratch scratch;
	/*
	 * Some bits of the keys that were entered since the arena had 'since'
	 * grains, as a bitmap; NULL until proposals begin.
	 */
	uint64_t *recent;
	uint64_t since;
	uint32_t epoch;		/* of proposals; see table_undo() */
	/* Keys that were entered in this group, by their upper 12 bits. */
	uint64_t added[64];
	uint32_t group;
	/* What was recorded since the savepoint. */
	bool undoable;
	struct undo *undo;
	size_t nundo, undo_room;
	struct arena_savepoint savepoint;
	uint32_t longest_before;
};

/* An entry that was made, in the index or among the exact ones. */
struct undo {
	uint64_t hi, lo;	/* fingerprint; or key and reference */
	bool indexed;
};


/* Keys that were entered a short time ago. */

#define RECENT_BITS 21

/* The bit of a key among the recent ones. */
static inline uint32_t
recent_bit(uint32_t key)
{
	return (key * 0x9e3779b1u) >> (32 - RECENT_BITS);
}

static inline void
recent_mark(struct table *t, uint32_t key)
{
	uint32_t bit = recent_bit(key);

	if (t->recent != NULL)
		t->recent[bit / 64] |= (uint64_t)1 << bit % 64;
}

/* May the key have been entered since the arena ended at 'upto'? */
static inline bool
recent_has(const struct table *t, uint64_t upto, uint32_t key)
{
	uint32_t bit = recent_bit(key);

	return t->recent == NULL || t->since > upto ||
	       (t->recent[bit / 64] >> bit % 64 & 1) != 0;
}

/* Records, by the address of their first byte. */

static inline struct record
record_head(const unsigned char *p)
{
	struct record r;

	memcpy(&r, p, sizeof(r));
	r.digits &= ~(uint32_t)RECORD_FLAGS;
	return r;
}

static inline uint32_t
record_flags(const unsigned char *p)
{
	struct record r;

	memcpy(&r, p, sizeof(r));
	return r.digits & RECORD_FLAGS;
}

/* Was the unit removed? */
static inline bool
record_went(const unsigned char *p)
{
	return (record_flags(p) & RECORD_WENT) != 0;
}

static inline const uint16_t *
record_codes(const struct table *t, const unsigned char *p)
{
	return (const uint16_t *)(const void *)(p + sizeof(struct record) +
		(t->places ? sizeof(struct place) : 0));
}

/* The record of a reference in one of the tables; NULL with EBADMSG. */
static inline const unsigned char *
record_at(const struct table *t, unsigned table, uint64_t ref)
{
	return table == 0 ? arena_at(&t->arena, ref) :
	       saved_record(t->attached[table - 1], ref);
}

static inline struct place
record_place(const struct table *t, unsigned table, uint64_t ref,
	     const unsigned char *p)
{
	struct place place = { 0, 0, 0 };

	if (table > 0)
		return saved_place(t->attached[table - 1], ref, p);
	if (t->places)
		memcpy(&place, p + sizeof(struct record), sizeof(place));
	return place;
}

/* table.c */

/* Make more room in the index, if the limit allows; 0, or -1 with ENOMEM. */
int table_grow_index(struct table *t);

/* Remember how to take this entry back, if there is a savepoint. */
int table_log_undo(struct table *t, bool indexed, uint64_t hi, uint64_t lo);

/* scratch.c */

/* Free what it holds. */
void scratch_clear(struct scratch *s);

/*
 * Bytes held; and bytes that will be held if the longest record has so many
 * words.
 */
size_t scratch_memory(const struct scratch *s);
size_t scratch_bytes(uint32_t longest);

/*
 * Copy the words of a unit to s->mine, those of a record of n words to
 * s->other: code, and above it the tag.  0, or -1 with ENOMEM.
 */
int scratch_take_unit(struct scratch *s, const struct words *w);
int scratch_take_record(const struct table *t, struct scratch *s,
			const unsigned char *p, uint32_t n);

/*
 * Can all but 'most' of a record's n words be words of the unit?  The first
 * call marks the unit's codes.  Unmark them before another unit comes.
 */
bool scratch_may_match(struct scratch *s, const struct words *w,
		       const uint16_t *code, uint32_t n, uint32_t most);
void scratch_unmark(struct scratch *s, const struct words *w);

/* candidates.c */

/* A record that shares shingles with the unit, and how many. */
struct candidate {
	uint64_t ref;
	uint32_t shared;
	unsigned table;		/* as in struct match */
};

/* May this record be a witness?  A first look, before any word is compared. */
typedef bool candidate_filter(const struct words *w, double threshold,
			      const unsigned char *record);

/* Does a share more than b, or as much and is older? */
bool candidates_is_before(const struct candidate *a,
			  const struct candidate *b);

/* Is a older than b?  Records of attached tables are, in their order. */
bool candidates_is_older(const struct candidate *a, const struct candidate *b);

typedef bool candidates_order(const struct candidate *a,
			      const struct candidate *b);
void candidates_sort(struct candidate *c, size_t n, candidates_order *before);

#endif
