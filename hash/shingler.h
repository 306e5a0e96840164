/* The shingler, for the files that its work is divided among. */
#ifndef SHINGLER_H
#define SHINGLER_H

#include "shingle.h"
#include "vectors.h"

#define AFTER 16		/* words of extra room at the end of arrays */

/* Storage that is handed out until the next release. */
struct block {
	struct block *next;
	size_t used, room;
	_Alignas(16) unsigned char data[];
};

struct shingler {
	unsigned ngram, window;
	bool sketch, every;
	unsigned char secret[SHINGLE_SECRET];
	uint64_t key[4];	/* to hash words with; from the secret */
	uint64_t open[2];	/* the same for public hashes; not secret */
	struct loose *loose;
	struct block *pool;
	bool wide;		/* the machine has the vectors for it */
	struct bytes_16 *word;	/* the first 16 bytes of each; scratch */
	uint32_t *public;	/* the public hash of each; scratch */
	uint32_t *shingle;	/* of the unit's shingles; scratch */
	uint32_t *at;		/* where words begin in 'letters'; scratch */
	size_t room;		/* of these arrays, not counting AFTER */
	char *letters;		/* of the unit, without spaces; scratch */
	size_t letters_room;
};

/* Are n-grams of words wanted? */
static inline bool
wants_ngrams(const struct shingler *s)
{
	return s->sketch || s->window > 0;
}

/* 'n' bytes, valid until the next release, or NULL with ENOMEM. */
void *shingler_take(struct shingler *s, size_t n);

#endif
