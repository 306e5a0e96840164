/*
 * Which words of a text another one lacks, and what that one has instead.  It
 * knows nothing of documents or of output.
 *
 * The library decides what a word is, and which are equal (struct dedup_word).
 */
#ifndef WORD_DIFF_H
#define WORD_DIFF_H

#include <stddef.h>
#include <stdint.h>

#include "dedup.h"

/*
 * The most that a comparison may cost: 2 for each deleted word, 1 for each
 * inserted one.  Beyond that nothing is marked.  It takes the square of this in
 * steps, and 4 bytes for each.
 */
#define WORD_DIFF_COST 1000

/*
 * a[off..off + len) is not in b, which has b[other_off..other_off + other_len)
 * instead.  Either may be empty, not both.  Both begin and end with a word,
 * except that an insertion begins right after the word in common before it.
 */
struct word_change {
	size_t off, len;
	size_t other_off, other_len;
};

struct word;

struct word_diff {
	struct word_change *change;	/* ascending, not overlapping */
	size_t n, room;
	struct dedup_words *reader[2];	/* of a, of b */
	struct word *words[2];
	size_t nwords[2], words_room[2];
	size_t *match;			/* for each word of a, its number in
					 * b */
	size_t match_room;
	int32_t *steps;
	size_t steps_room;
};

/*
 * Compare all of 'a' with the beginning of 'b', as much of it as fits best.
 * Words of 'b' before the first word in common and after the last are not
 * differences.  But if 'a' has other words there, at least as many words of 'b'
 * count as their replacement, up to the end of the line.  There are no changes
 * if the texts are equal, if more than half of the words of 'a' differ, or if
 * it costs too much.  'w' is all 0 before the first call.  0, or -1 with
 * ENOMEM.
 */
int word_diff(struct word_diff *w, const char *a, size_t alen, const char *b,
	      size_t blen);

void word_diff_free(struct word_diff *w);

#endif
