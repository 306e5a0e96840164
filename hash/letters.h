/* Shingles of letters, for rule "near": which a unit is found by. */
#ifndef LETTERS_H
#define LETTERS_H

#include "shingler.h"

/* Set near, key and every of the words, and their numbers: 0, or -1. */
int letters_take(struct shingler *s, struct words *w, bool ascii);

#endif
