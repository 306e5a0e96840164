/* How a text ends: as a sentence, or as a cut-off teaser? */
#ifndef ENDING_H
#define ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Does it end in an ellipsis ("...", "…", "[…]") or in "read more"? */
enum ending {
	ENDING_WHOLE,		/* neither */
	ENDING_INSIDE,		/* ellipsis right after a word: may be cut */
	ENDING_AFTER,		/* ellipsis after a space or punctuation */
	ENDING_READ_MORE,	/* "Read more" and its like */
};

/* Looks at the text's bytes only, so never gives ENDING_READ_MORE. */
enum ending ending_of(const char *text, size_t len);

/* Rules out most words: no phrase such as "read more" ends in them. */
#define ENDING_FILTER 1024
#define ENDING_PHRASES 96	/* at most */

struct ending_filter {
	uint8_t first[ENDING_FILTER];	/* by some bits of its last bytes: the
					 * number of a phrase, from 1, and */
	uint8_t next[ENDING_PHRASES];	/* the next one of the same bits */
};

void ending_filter_init(struct ending_filter *f);

/*
 * Do these words (of scan.norm) end in "read more", "weiterlesen", "lire la
 * suite" or the like?  Returns how many words the phrase has, with an arrow
 * behind it if there is one; 0 if there is no phrase.
 */
uint32_t ending_read_more(const struct ending_filter *f, const char *norm,
			  size_t len);

/* Does it end a sentence, closing brackets and quotes aside? */
bool ending_is_sentence(const char *text, size_t len);

/*
 * Does it announce what follows: in a comma, semicolon, colon or slash of any
 * script, closing brackets and quotes aside?
 */
bool ending_is_open(const char *text, size_t len);

#endif
