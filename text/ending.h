/* How a text ends: as a sentence, as a cut-off lead? */
#ifndef ENDING_H
#define ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In an ellipsis ("...", "…", "[…]"), or in what asks to read on? */
enum ending {
	ENDING_WHOLE,		/* neither */
	ENDING_INSIDE,		/* ellipsis right after a word: may be cut */
	ENDING_AFTER,		/* ellipsis after a space or punctuation */
	ENDING_READ_MORE,	/* "Read more" and its like */
};

/* Of a text by its bytes, but for what only its words tell. */
enum ending ending_of(const char *text, size_t len);

/* Tells most words that no phrase to read on ends in. */
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
 * suite" and their like?  How many words that is, the arrow behind them
 * included; 0: they do not.
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
