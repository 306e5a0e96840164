/*
 * The bytes of a saved table, and the inside of struct saved: shared by the
 * files that read tables (open, check, find, verify) and those that write them
 * (merge, sections).  dedup-table(5) describes the layout in full.
 *
 *	byte 0    header
 *	     4096 exact, index, arena, runs, counts, labels, text: the body
 *	   h.sums a checksum for each megabyte of the body
 *
 * Each section begins at a multiple of 4096; between them are zeros.
 */
#ifndef SAVED_FORMAT_H
#define SAVED_FORMAT_H

#include "saved.h"

#define SAVED_MAGIC "\211dedup\r\n"	/* 8 bytes; text never begins so */
#define SAVED_BODY 4096		/* bytes of the header: sections follow */
#define ALIGNMENT 4096		/* of sections */
#define BLOCK ((size_t)1 << 20)	/* bytes of the body for each checksum */
#define COUNT_WIDTH SAVED_COUNT_WIDTH
#define KEY_WIDTH 10	/* bytes of an entry of the index */

/* All numbers little-endian. */
struct saved_extent {
	uint64_t offset;	/* in the file */
	uint64_t length;	/* bytes, without padding */
	uint64_t n;		/* entries; of the arena, grains */
	uint64_t nslots, tail;	/* for sections as in sorted_slots.h, else 0 */
};

struct saved_header {
	unsigned char magic[8];
	uint32_t version;
	uint32_t ngram, min_words, unit, window, words;
	uint8_t fold_digits, near, places, sketch;
	uint32_t longest;	/* words of the longest record, or more */
	uint64_t index_secret;
	uint64_t secret_id;
	unsigned char secret[SAVED_SECRET];
	uint64_t documents, counted;
	uint64_t length;	/* of the file */
	uint64_t sums;		/* where the body ends and the blocks' */
	uint64_t nsums;		/* checksums begin; how many they are */
	uint64_t sums_checksum;
	struct saved_extent section[SAVED_SECTIONS];
	char unicode[SAVED_UNICODE];
	unsigned char zeros[SAVED_BODY - 8 - 656];
	uint64_t checksum;	/* of all bytes before */
};
_Static_assert(sizeof(struct saved_header) == SAVED_BODY, "no padding");

/*
 * A run's records begin at this grain, and end where those of the next begin.
 */
struct saved_start {
	uint64_t grain;
	uint64_t documents;	/* the number of its document 0 */
};

/* A label, of at least one byte: it ends where the next one begins. */
struct saved_label {
	uint64_t document;
	uint64_t begin;		/* in the text */
};

struct saved {
	unsigned char *map;	/* read only */
	size_t len;
	struct saved_header h;
	unsigned char *good;	/* blocks that have been compared */
	struct sorted_slots exact, index, counts;	/* in place, in 'map' */
	const unsigned char *arena;
	const struct saved_start *runs;
	const struct saved_label *labels;
};

/* Read label i, which exists, and whose it is: 0, or -1 with EBADMSG. */
int saved_label_at(struct saved *f, uint64_t i, uint64_t *document,
		   const char **p, size_t *len);

/* Bytes of an entry of the exact fingerprints. */
static inline size_t
exact_width(const struct saved_header *h)
{
	return sizeof(struct fingerprint) +
	       (h->near || h->places ? REFERENCE_BYTES : 0);
}

/* An entry of the index: its key and its reference, 40 bits each. */
typedef unsigned __int128 saved_key;

static inline saved_key
load_key(const unsigned char *p)
{
	uint16_t low;

	memcpy(&low, p + sizeof(uint64_t), sizeof(low));
	return (saved_key)sorted_slots_key(p) << 16 | low;
}

static inline uint64_t
key_of(saved_key e)
{
	return (uint64_t)(e >> 40);
}

static inline uint64_t
reference_of(saved_key e)
{
	return (uint64_t)e & REFERENCE_MOST;
}

/* Homes for n entries, so that at most four in five are taken. */
static inline uint64_t
slots_for(uint64_t n)
{
	return n == 0 ? 0 : (n + n / 4 + 8) / 8 * 8;
}

/*
 * Slots for n entries, the last of them in slot 'last': one more stays empty.
 */
static inline uint64_t
slots_in_all(uint64_t n, uint64_t last)
{
	uint64_t nslots = slots_for(n);

	return n == 0 ? 0 :
	       ((last + 2 > nslots ? last + 2 : nslots + 1) + 7) / 8 * 8;
}

/* Set errno and the message; returns -1. */
int saved_fail(char *why, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

int saved_check_block(struct saved *f, size_t block);

/* Check the header, also against the file's length: 0, or -1. */
int saved_check_header(struct saved *f, char *why);

/*
 * Compare the blocks that contain these bytes of the body with their checksums.
 * 0, or -1 with EBADMSG.
 */
static inline int
saved_ready(struct saved *f, const unsigned char *p, size_t len)
{
	size_t at = (size_t)(p - f->map) - SAVED_BODY;

	if (len == 0)
		return 0;
	for (size_t b = at / BLOCK; b <= (at + len - 1) / BLOCK; b++)
		if (!__atomic_load_n(&f->good[b], __ATOMIC_RELAXED) &&
		    saved_check_block(f, b) != 0)
			return -1;
	return 0;
}

/* Compare all blocks that have not been compared yet. */
int saved_check_blocks(struct saved *f, char *why);

/*
 * Check what can be checked without reading all entries: bytes between
 * sections, the last slots of each section, runs, the first and last label.
 */
int saved_check_ends(struct saved *f, char *why);

/* Verify all entries; all blocks have been compared. */
int saved_verify_content(struct saved *f, char why[SAVED_WHY]);

/*
 * As saved_open(), with other sizes: in files of up to 'small' bytes all
 * entries are checked, of up to 'eager' bytes all checksums.
 */
int saved_open_as(struct saved **f, const char *path, size_t small,
		  size_t eager, char why[SAVED_WHY]);

bool saved_all_zero(const unsigned char *p, const unsigned char *end);

void saved_get_options(const struct saved_header *h,
		       struct saved_options *o);

#endif
