/*
 * Words to fingerprints and sketches; the only user of xxHash.
 *
 * A fingerprint is of the words as they are; all else is of their loose form
 * (loose.h), in which near-duplicates are compared.
 *
 * Two families of hashes:
 *   keyed    fingerprints and the hashes that words are compared by depend
 *            on a secret, so that nobody can construct two texts that are
 *            taken for each other;
 *   public   the sketch depends on the text alone, so that the same
 *            near-duplicates are found with any secret.
 *
 * A shingle's public hash has 64 bits.  The upper 32 are its rank, by which
 * some are chosen.  The lower 32 distinguish shingles that have the same rank
 * by chance: the smallest ranks are crowded.
 *
 * Shingles for rule "near" are letters: SHINGLE_LETTERS of them from the
 * beginning of a word, or SHINGLE_SPAN words if that is less.  How words are
 * joined matters only for where they begin.  A unit is recorded under the
 * smallest one of every window (Schleimer, Wilkerson, Aiken 2003).  A window is
 * as long as the shortest possible copy, two thirds of the words.  So any copy
 * contains a whole window, and its own smallest shingle is one that the unit is
 * recorded under.
 *
 *	recorded	a b c d e f g h i j k l		windows a-h b-i ... e-l
 *	                    f         			smallest of a-h to e-l: f
 *	looked up	    c d e f g h i j		smallest: f
 *
 * Shingles for rules "similar" and "contained" are n-grams of words.  The
 * sketch of a unit is a bottom-k sample of them (Broder 1997): the ones with
 * the smallest hashes.  A unit is indexed under few of them and looked up by
 * more, which finds as much as a larger symmetric sketch and takes half the
 * memory.
 */
#ifndef SHINGLE_H
#define SHINGLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHINGLE_NGRAM_MAX 32	/* words in a shingle, at most */
#define SKETCH_KEEP_SHORT 6	/* shingles a recorded unit is indexed under */
#define SKETCH_KEEP 4		/* with SKETCH_LONG words or more: an */
#define SKETCH_LONG 32		/* edit spoils less of it */
#define SKETCH_PROBE 8		/* shingles a unit is looked up by */
#define SHINGLE_LETTERS 20	/* in a shingle for rule "near", at most */
#define SHINGLE_SPAN 8		/* words in one, at most */
#define SHINGLE_ASK 3		/* of them that a unit is looked up by */
#define SHINGLE_NEAR 8		/* words; shorter units are never near */
#define SHINGLE_VERSION 4	/* of the way from text to words and hashes */
#define SHINGLE_SECRET 256	/* bytes; XXH3 asks for 136 at least */

struct fingerprint {
	uint64_t hi, lo;	/* hi is never 0 */
};

struct shingle_options {
	unsigned ngram;		/* words in a shingle, 1..SHINGLE_NGRAM_MAX */
	bool sketch;		/* for rule "similar" */
	unsigned window;	/* 0, or the window to winnow shingles with */
	bool every;		/* hand out every shingle for rule "near" */
	const unsigned char *secret;	/* SHINGLE_SECRET bytes; or NULL ... */
	bool seeded;		/* ... derive the secret from 'seed' ... */
	uint64_t seed;		/* ... else it is random */
};

struct shingler;

/*
 * What the table needs to know of a unit.  The arrays belong to the shingler
 * and live until shingler_release(); for ASCII the loose words are the words
 * that were passed in.
 *
 * A word is compared by 24 bits of its keyed hash: two different words have the
 * same bits with a chance of 2^-24, and nobody can know which words do.
 */
struct words {
	struct fingerprint fp;	/* of all words in order; keyed */
	uint32_t n;		/* number of words */
	uint32_t length;	/* the number as thresholds count: see line.h;
				 * set before shingler_words() */
	uint32_t digits;	/* keyed hash of the words with digits; two
				 * bits are 0 */
	uint32_t loose_len;
	uint16_t *code;		/* 16 bits of each word's hash; n; or NULL */
	uint8_t *tag;		/* the next 8 bits; n of them */
	const char *loose;	/* the words in loose form, each followed by a
				 * space, and SHINGLE_SLACK bytes that may be
				 * read behind loose_len; or NULL */
	const struct shingler *shingler;	/* that made these hashes; or
						 * NULL */
	/*
	 * Shingles for rule "near".  The unit is looked up by the first nask,
	 * smallest first.  It is recorded under those of these that have their
	 * bit in 'kept', and under all the others.
	 */
	uint64_t *near;
	uint64_t *key;		/* shingle_key() of each, under the shingler's
				 * secret, the same as the table's; or NULL */
	uint32_t group;		/* of the table; see table_begin_group() */
	uint8_t absent;		/* bit i: key i was not there in that group */
	uint8_t nask, kept;
	bool went;		/* it is recorded as a removed unit */
	uint32_t nnear;
	uint16_t nprobe;	/* the sketch: look the unit up by all, */
	uint16_t nkeep;		/* index it under the first nkeep */
	uint64_t *probe;	/* smallest first */
	uint64_t *winnowed;	/* shingles sampled from the whole unit, */
	uint64_t *every;	/* that of every word that has one */
	uint32_t nwinnowed;	/* with a window of options.window */
	uint32_t nevery;
};

/* The 24 bits by which a word is compared. */
static inline uint32_t
words_hash(const struct words *w, uint32_t i)
{
	return w->code[i] | (uint32_t)w->tag[i] << 16;
}

/* Is the unit recorded under its shingle i for rule "near"? */
static inline bool
words_keeps(const struct words *w, uint32_t i)
{
	return i >= w->nask || (w->kept >> i & 1) != 0;
}

/* NULL with errno set: ENOMEM, or why there is no random secret. */
struct shingler *shingler_new(const struct shingle_options *opt);
void shingler_free(struct shingler *s);

/* Behave as with options.every from now on. */
void shingler_hand_out_every(struct shingler *s);

/* Fingerprint of normalised words, each followed by a space. */
struct fingerprint shingler_fingerprint(const struct shingler *s,
					const char *norm, size_t len);

/*
 * 64 bits that stand for a unit's words in loose form or, if w->code is NULL,
 * for its fingerprint.  See table_identity().
 */
uint64_t words_identity(const struct words *w);

/* The same of n words, and of a fingerprint. */
uint64_t shingle_identity(const uint16_t *code, const uint8_t *tag, uint32_t n);
uint64_t shingle_identity_of(const struct fingerprint *fp);

#define SHINGLE_SLACK 80	/* bytes to read past the words */

/*
 * From w->n normalised words, norm[0..len), fill in all of 'w' except fp, n and
 * length.  'digits': some word may have a digit; 'ascii': no byte is over 0x7f.
 * SHINGLE_SLACK bytes past the last word are readable.  0, or -1 with ENOMEM.
 */
int shingler_words(struct shingler *s, struct words *w, const char *norm,
		   size_t len, bool digits, bool ascii);

/*
 * The hash of one loose word, or of several joined: the code, and above it the
 * tag.  Several threads may call it at a time.
 */
uint32_t shingler_code(const struct shingler *s, const char *p, size_t len);

/*
 * What can be written as one word from byte 'at' of the loose words on: the
 * word there; this word joined with the next one or two; or a first part of it.
 * 'len' is how many bytes of w->loose a joint takes, with the space after a
 * whole word.  Nothing is joined or split between two facts (loose_is_fact()):
 * "1 50" is not "150".  'at' is where a word begins, or the end of a part of
 * one.  Returns how many joints there are; whole words come first.  'to' has
 * room for SHINGLE_JOINTS.  Several threads may call it at a time.
 */
struct joint {
	uint32_t code;		/* and tag: see shingler_code() */
	uint32_t len;
};

#define SHINGLE_JOINED 128	/* most bytes of a joint */
#define SHINGLE_JOINTS (3 + SHINGLE_JOINED)

size_t shingler_joints(const struct words *w, size_t at, struct joint *to);

/* Where in the loose words the word n words after the one at 'at' begins. */
size_t shingler_skip(const struct words *w, size_t at, uint32_t n);

/* Take back all that shingler_words() handed out. */
void shingler_release(struct shingler *s);

/* The secret, SHINGLE_SECRET bytes, for another shingler. */
const unsigned char *shingler_secret_bytes(const struct shingler *s);

/*
 * A shingle's hash is public, but its place in an index is secret, so that an
 * attacker cannot fill one part of the index.  A key has 40 bits.
 */
static inline uint64_t
shingle_key(uint64_t secret, uint64_t shingle)
{
	uint64_t x = (shingle ^ secret) * 0xd6e8feb86659fd93;

	x = (x ^ x >> 32) * (secret | 1) >> 24;
	return x + (x == 0);	/* 0 is what an empty slot holds */
}

/* 64 bits that are derived from the secret and reveal nothing of it. */
uint64_t shingler_secret(const struct shingler *s);

/* Shows damage to stored bytes.  Not keyed: it protects no secret. */
uint64_t shingle_checksum(const void *p, size_t len);

size_t shingler_memory(const struct shingler *s);

#endif
