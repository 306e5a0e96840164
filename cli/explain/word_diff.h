/*
 * Which words of a text another one lacks, and what that one has in their
 * place.  It knows nothing of documents or of output.
 *
 * What a word is, and which are equal, the library says (struct dedup_word).
 */
#ifndef WORD_DIFF_H
#define WORD_DIFF_H

#include <stddef.h>
#include <stdint.h>

#include "dedup.h"

/*
 * What a comparison may cost, a word deleted 2 and one inserted 1; beyond that
 * nothing is marked.  It takes the square of this in steps, and 4 bytes each.
 */
#define WORD_DIFF_COST 1000

/*
 * a[off..off + len) is not in b, which has b[other_off..other_off + other_len)
 * there.  Either may be empty, not both; both begin and end with a word, but
 * what is only in b begins right behind the word in common before it.
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
	size_t *match;			/* for each word of a, that in b */
	size_t match_room;
	int32_t *steps;
	size_t steps_room;
};

/*
 * Compare all of 'a' with the beginning of 'b', as much of it as fits best.
 * So what stands in 'b' behind the last word in common is no difference, nor
 * what stands before the first; but where 'a' has other words there, as many
 * or more, 'b' has those in their place, up to its line's end.  No change:
 * there is none, or more than half of the words of 'a' are others, or it costs
 * too much.  'w' is all 0 before the first call.  0, or -1 with ENOMEM.
 */
int word_diff(struct word_diff *w, const char *a, size_t alen, const char *b,
	      size_t blen);

void word_diff_free(struct word_diff *w);

#endif
