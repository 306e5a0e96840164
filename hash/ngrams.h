/*
 * Shingles that are n-grams of words, for rules "similar" and "contained": a
 * sketch of the unit, or those of every window.
 */
#ifndef NGRAMS_H
#define NGRAMS_H

#include "shingler.h"

/* Set probe and winnowed of the words, as far as they are wanted: 0, or -1. */
int ngrams_take(struct shingler *s, struct words *w);

#endif
