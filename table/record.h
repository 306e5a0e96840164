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
 *	codes	the lower 16 bits of each word's public hash, in order
 *	tags	the lower bits of each word's hash under the secret: 8 bits, one
 *		a byte, where the unit is short or the table keeps full tags;
 *		else 2 bits, four a byte, the first word in the lowest bits
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
#define FULL_TAGS 32		/* shorter units keep 8 bits a tag */
#define TABLE_BUCKET 8		/* records an index bucket holds */

/* Where a unit stands: counts from 0, bytes from 0, lines from 0. */
struct place {
	uint64_t document, offset, line;
};

struct record {
	uint32_t nwords;	/* 0: found by its fingerprint alone */
	uint32_t digits;
};

static inline unsigned
record_tag_bits(bool full_tags, uint32_t nwords)
{
	return full_tags || nwords < FULL_TAGS ? 8 : 2;
}

static inline size_t
record_length(bool places, bool full_tags, uint32_t nwords)
{
	size_t n = nwords;

	return sizeof(struct record) + (places ? sizeof(struct place) : 0) +
	       n * sizeof(uint16_t) +
	       (record_tag_bits(full_tags, nwords) == 8 ? n : (n + 3) / 4);
}

#endif
