/* Longest common subsequence of word sequences. */
#ifndef LCS_H
#define LCS_H

#include <stddef.h>
#include <stdint.h>

/* Edits beyond which two sequences are not compared any further. */
#define LCS_MOST_EDITS 2048

/*
 * The least number of insertions and deletions that turn a[0..na) into
 * b[0..nb), where it is 'most' at most: else most + 1.  Then M, the length of
 * their longest common subsequence, is (na + nb - edits) / 2.  Myers, "An
 * O(ND) difference algorithm and its variations" (1986), forward only.
 * most <= LCS_MOST_EDITS.
 */
uint32_t lcs_edits(const uint32_t *a, size_t na, const uint32_t *b, size_t nb,
		   uint32_t most);

/*
 * Of these edits, the words in stretches of two or more: '*words' is the sum
 * of deletions and insertions over those places, between words in common,
 * where two words or more of a or of b stand.  'edits' is what lcs_edits()
 * returned for the same sequences.  If they can be aligned in several ways, it
 * takes one, always the same.  0, or -1 with ENOMEM.
 */
int lcs_stretches(const uint32_t *a, size_t na, const uint32_t *b, size_t nb,
		  uint32_t edits, uint32_t *words);

#endif
