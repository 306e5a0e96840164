/* Longest common subsequence of word sequences. */
#ifndef LCS_H
#define LCS_H

#include <stddef.h>
#include <stdint.h>

/* Edits beyond which two sequences are not compared any further. */
#define LCS_MOST_EDITS 2048

/* A sequence that others are compared with; all zero at first. */
struct lcs {
	const uint32_t *a;
	size_t na;
	uint32_t *word, *first, *head;	/* hash table: where a word is */
	size_t nslots;
	uint32_t *next;		/* where it is next */
	uint64_t *v, *m;	/* bits of a: see lcs.c */
	size_t room;		/* room for so many words of a */
	uint64_t left;		/* steps; 0: it was given up */
};

/* Set a[0..na), which stays the caller's: 0, or -1 with ENOMEM. */
int lcs_take(struct lcs *l, const uint32_t *a, size_t na);
void lcs_free(struct lcs *l);

/*
 * Bytes held; and bytes that will be held if the longest sequence has n words.
 */
size_t lcs_memory(const struct lcs *l);
size_t lcs_bytes(size_t n);

/*
 * The least number of insertions and deletions that turn a into b[0..nb), if it
 * is at most 'most'; otherwise more than 'most'.  Then M, the length of their
 * longest common subsequence, is (na + nb - edits) / 2.  By vectors of bits
 * (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004), in a band as
 * wide as so many edits allow.  most <= LCS_MOST_EDITS.
 *
 * It takes steps off l->left: 4 nb, and for each word of b that is in a, most /
 * 64 + 2 and one for each place in a.  If none are left the result is most + 1.
 */
uint32_t lcs_edits(struct lcs *l, const uint32_t *b, size_t nb, uint32_t most);

/*
 * Of these edits, the words in gaps of two or more.  Between words in
 * common, a gap is a place with two words or more of a or of b; '*words' is
 * the sum of deletions and insertions over all gaps.  'edits' is what
 * lcs_edits() returned for the same sequences.  If they can be aligned in
 * several ways, it takes one, always the same.  If no steps are left, it counts
 * all edits.  0, or -1 with ENOMEM.
 */
int lcs_gaps(struct lcs *l, const uint32_t *b, size_t nb, uint32_t edits,
	     uint32_t *words);

#endif
