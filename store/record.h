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
 *	codes	the lowest 16 bits of each word's hash under the secret
 *	tags	the next 8 bits of each
 *	digits	hash of the words with digits, under the secret; 0: none.  Its
 *		lowest bit says that the unit was removed; then the place is
 *		that of a text that contains it
 *
 * A record begins on a boundary of 8 bytes (a grain).  A reference is its
 * offset in grains and is stored in 40 bits, which reach 8 TiB.  Earlier
 * records have smaller references; 0 means none.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define GRAIN 8			/* bytes a reference counts in */
#define TABLE_POSTINGS 8		/* records a posting list holds */
#define REFERENCE_BYTES 5	/* in memory and in files */
#define REFERENCE_MOST (((uint64_t)1 << 40) - 1)

/* Numbers of 40 bits, the lowest byte first. */
static inline uint64_t
load40(const unsigned char *p)
{
	uint32_t low;

	memcpy(&low, p, sizeof(low));
	return low | (uint64_t)p[sizeof(low)] << 32;
}

static inline void
store40(unsigned char *p, uint64_t v)
{
	uint32_t low = (uint32_t)v;

	memcpy(p, &low, sizeof(low));
	p[sizeof(low)] = (unsigned char)(v >> 32);
}

/* Where a unit is: documents, bytes and lines are counted from 0. */
struct place {
	uint64_t document, offset, line;
};

struct record {
	uint32_t nwords;	/* 0: found by its fingerprint alone */
	uint32_t digits;
};

/* In record.digits: the unit was removed; it is too short for rule "near". */
enum { RECORD_WENT = 1, RECORD_SHORT = 2, RECORD_FLAGS = 3 };

static inline size_t
record_length(bool places, uint32_t nwords)
{
	size_t n = nwords;

	return sizeof(struct record) + (places ? sizeof(struct place) : 0) +
	       n * (sizeof(uint16_t) + sizeof(uint8_t));
}

#endif
