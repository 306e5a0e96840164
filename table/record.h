/*
 * The record of a unit, the same in memory and in a saved table:
 *
 *	byte 0        4        8                  32
 *	     +--------+--------+------------------+---------------+------+---+
 *	     | nwords | digits | place (24 bytes) | u16 code ...  | tags | 0 |
 *	     +--------+--------+------------------+---------------+------+---+
 *	       u32      u32      if kept            2 * nwords             ^
 *	                                              zero up to a multiple of 8
 *
 *	codes	the lowest 16 bits of each word's hash under the secret, in order
 *	tags	the next 8 bits of each, where the unit is short or the table
 *		keeps full tags; else checks, 16 bits for each 8 words, of codes
 *		and tags: two words, if one is exchanged, pass for the same once
 *		in 2^24 either way
 *	digits	hash of the words with digits, under the secret; 0: none
 *
 * A record begins on a boundary of 8 bytes (a grain).  A reference is its
 * offset in grains, so 32 bits reach 32 GB; earlier records have smaller
 * references, and 0 is no record.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRAIN 8			/* bytes a reference counts in */
#define FULL_TAGS 32		/* shorter units keep their tags */
#define CHECK_WORDS 8		/* words a check is of */
#define TABLE_BUCKET 8		/* records an index bucket holds */

/* Where a unit stands: counts from 0, bytes from 0, lines from 0. */
struct place {
	uint64_t document, offset, line;
};

struct record {
	uint32_t nwords;	/* 0: found by its fingerprint alone */
	uint32_t digits;
};

static inline bool
record_has_tags(bool full_tags, uint32_t nwords)
{
	return full_tags || nwords < FULL_TAGS;
}

/*
 * What word i of its group adds to a check, whose upper 16 bits count; the word
 * is tag << 16 | code.  Odd multiples of digits of pi: nothing up the sleeve.
 */
#define RECORD_FACTOR(i) (0x243f6a89u + 0x85a308d2u * (i))

static inline uint32_t
record_check_word(uint32_t i, uint32_t word)
{
	return word * RECORD_FACTOR(i % CHECK_WORDS);
}

static inline size_t
record_length(bool places, bool full_tags, uint32_t nwords)
{
	size_t n = nwords;

	return sizeof(struct record) + (places ? sizeof(struct place) : 0) +
	       n * sizeof(uint16_t) +
	       (record_has_tags(full_tags, nwords) ? n :
		sizeof(uint16_t) * ((n + CHECK_WORDS - 1) / CHECK_WORDS));
}

#endif
