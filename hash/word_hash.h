/*
 * Hashes of words: a public one for n-grams, and a keyed one, 24 bits of which
 * are the word's code and tag.
 */
#ifndef WORD_HASH_H
#define WORD_HASH_H

#include "shingler.h"

/*
 * Hash the loose words: set w->code, w->tag and s->public.  s->letters becomes
 * their bytes without spaces, and s->at where each word begins there.
 */
void word_hash_all(struct shingler *s, struct words *w);

/* The words with digits, in order, as one hash. */
uint32_t word_hash_numbers(const struct shingler *s, const struct words *w);

/* The code and tag of a word; 16 bytes can be read there. */
uint32_t word_hash_code(const struct shingler *s, const char *p, size_t len);

#endif
