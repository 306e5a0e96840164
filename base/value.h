/*
 * Values as a user types them: numbers, shares, sizes, words.  All of the text
 * counts, nothing may stand around it, and the locale makes no difference.
 *
 * Each function returns true and puts the value into *to; or false, with *to as
 * it was, and says in 'why' what the text is not: "not a whole number from 1 to
 * 32".
 */
#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VALUE_WHY 200		/* bytes of a message */

bool value_number(const char *text, uint64_t least, uint64_t most,
		  uint64_t *to, char why[VALUE_WHY]);

/* A number from 0 to 1.  'over': 0 itself is too little. */
bool value_share(const char *text, bool over, double *to, char why[VALUE_WHY]);

/* "5%" is a share of 0.05: over 0, up to 1.  This one does not say why not. */
bool value_percent(const char *text, double *to);

/* Bytes: "1000", "500M" (K, M, G, T of 1024), or a share of memory as "30%". */
bool value_size(const char *text, uint64_t *to, char why[VALUE_WHY]);

/* One of the words of a list, as "all document": its number, from 0. */
bool value_word(const char *text, const char *words, unsigned *to,
		char why[VALUE_WHY]);

/* The word number 'i' of a list: its length, 0 behind the last. */
size_t value_word_at(const char *words, unsigned i, const char **word);

#endif
