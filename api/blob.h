/*
 * Blobs: the bytes that parts of a corpus exchange (cluster.c).  The same on
 * all machines, and checked like saved tables: what is damaged, or was made
 * with other options, is refused.
 *
 *	byte 0   header, 80 bytes	struct blob_head
 *	    80   body			numbers of 7 bits a byte, the lowest
 *					first; others little-endian
 *
 * Bodies, by kind; [..] is repeated as often as the number before it says:
 *
 *	ASKS	ntexts [fp 16, at * 2 + records]
 *		nkeys [key 5, kind, unless it is only looked up: at, tag 6]
 *		nfacts [fp 16, tells, with it: document, offset, line]
 *		sorted, each once
 *	LINKS	n [asker, its sum 8, n [at]]	ascending
 *	FACTS	n [fp 16, document, offset, line]	ascending
 *	ROWS	n [fp 16, flags, document, offset, line,
 *		with words: n, digits 4, code 2 n, tag n, nkeys, key 5 nkeys]
 *		in order of their places
 *
 * Documents are counted from the first one of the split, but in FACTS.
 */
#ifndef BLOB_H
#define BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup.h"

#define BLOB_MAGIC "\211dedup\n\032"
#define BLOB_VERSION 1
#define BLOB_NONE UINT32_MAX	/* no split */

enum blob_kind { BLOB_ASKS = 1, BLOB_LINKS, BLOB_FACTS, BLOB_ROWS };
#define BLOB_TAG 6		/* bytes of one */

/* Flags of a row. */
enum { BLOB_WORDS = 1, BLOB_WENT = 2, BLOB_SHORT = 4, BLOB_FLAGS = 7 };

#define BLOB_OTHER_OPTIONS "made with other options, another secret, or " \
	"another version of the library"
#define BLOB_CHANGED "the texts of a split are not those of the pass before"

struct blob_head {
	unsigned char magic[8];
	uint16_t version;
	uint8_t kind, unused;
	uint32_t split;		/* whose texts it is of; FACTS: who asked */
	uint32_t other;		/* ROWS: who asked */
	uint32_t bucket;
	uint64_t identity;	/* of options, secret and version */
	uint64_t sum;		/* checksum of the split's texts, ... */
	uint64_t other_sum;	/* ... and of those of 'other' */
	uint64_t first;		/* the number of the split's first document */
	uint64_t length;	/* of the blob */
	uint64_t zero;
	uint64_t checksum;	/* of all other bytes */
};
_Static_assert(sizeof(struct blob_head) == 80, "no padding");

/* A blob that is written. */
struct blob {
	unsigned char *p;
	size_t n, room;
};

int blob_begin(struct blob *b, const struct blob_head *h);	/* 0, -1 */
int blob_bytes(struct blob *b, const void *p, size_t n);
int blob_number(struct blob *b, uint64_t v);
void blob_end(struct blob *b);	/* its length and checksum */
void blob_free(struct blob *b);

/* One that is read.  Past its end there are zeros, and 'bad'. */
struct blob_reader {
	const unsigned char *p, *end;
	bool bad;
};

/* Is it whole, and of this kind?  False with 'why'. */
bool blob_open(struct blob_reader *r, struct blob_head *h, const void *p,
	       size_t len, enum blob_kind kind, char why[DEDUP_WHY]);
uint64_t blob_read_number(struct blob_reader *r);
uint64_t blob_read_fixed(struct blob_reader *r, size_t n);	/* 1 to 8 */
const unsigned char *blob_read_bytes(struct blob_reader *r, size_t n);

/* So many entries of at least 'size' bytes each are to follow: can they? */
uint64_t blob_read_count(struct blob_reader *r, size_t size);

/* All was read, and nothing else is there. */
bool blob_is_done(const struct blob_reader *r);

#endif
