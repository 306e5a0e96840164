/*
 * A record of a unit, as table.c makes it and saved.c stores it, on a
 * boundary of 8 bytes and zero up to the next:
 *
 *	u32 nwords   u32 digits   [place, 24 bytes]   u16 code ...   tags
 *
 * with 8 bits of tag a word where the unit is short or has to be compared
 * closely, else 2 bits.  A reference to a record is its offset in units of 8
 * bytes (grains), so that 32 bits reach 32 GB, and earlier records have
 * smaller references.  0 refers to none.
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
	uint32_t nwords;	/* codes; 0 where there are none */
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
