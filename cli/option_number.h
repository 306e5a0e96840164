/* Numbers as arguments of options: all of the argument, nothing around it. */
#ifndef OPTION_NUMBER_H
#define OPTION_NUMBER_H

#include <stdint.h>

/* A whole number in the range; a number from 0 to 1: 0, or -1. */
int option_number(const char *arg, uint64_t least, uint64_t most,
		  uint64_t *value);
int option_share(const char *arg, double *value);

/* Bytes, with K, M, G or T, or a share of all memory as 30%: 0, or -1. */
int option_size(const char *arg, uint64_t *bytes);

#endif
