/*
 * Values as a user types them: numbers, shares, sizes, words.  The whole text
 * has to be the value, without spaces around it, and the locale makes no
 * difference.
 *
 * Each function returns true and sets *to to the value; or false, with *to as
 * it was, and writes to 'why' what the text is not: "not a whole number from 1
 * to 32".
 */
#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VALUE_WHY 200		/* bytes of a message */

bool value_number(const char *text, uint64_t least, uint64_t most,
		  uint64_t *to, char why[VALUE_WHY]);

/* A number from 0 to 1.  'over': it has to be over 0. */
bool value_share(const char *text, bool over, double *to, char why[VALUE_WHY]);

/* "5%" is a share of 0.05: over 0, up to 1.  This one writes no message. */
bool value_percent(const char *text, double *to);

/*
 * Bytes: "1000", "500M" (K, M, G, T of 1024; also "500MB"), or a share of memory:
 * "30%".
 */
bool value_size(const char *text, uint64_t *to, char why[VALUE_WHY]);

/* One word of a list such as "all document": its number, from 0. */
bool value_word(const char *text, const char *words, unsigned *to,
		char why[VALUE_WHY]);

/* Word number 'i' of a list: its length, 0 after the last one. */
size_t value_word_at(const char *words, unsigned i, const char **word);

#endif
