/* For the option fold-digits: every number reads as the word "0". */
#ifndef DIGITS_H
#define DIGITS_H

#include "fold.h"

/* Fold the digits of the lines from number 'first' on, in place. */
void digits_fold(struct fold *f, struct scan *out, size_t first);

#endif
