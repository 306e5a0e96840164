/*
 * N words in a row, of reference texts: which of them has a unit?
 *
 * A word is the hash by which units are compared (struct words).  Of N of them
 * 96 bits are kept, and the line that they begin on; of equal ones the first.
 */
#ifndef NGRAMS_H
#define NGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "shingle.h"

struct ngrams;

/* NULL with ENOMEM. */
struct ngrams *ngrams_new(unsigned n);
void ngrams_free(struct ngrams *g);
size_t ngrams_memory(const struct ngrams *g);

/*
 * What follows is of a line that begins with word number 'first' of the unit
 * that is added next; lines come in order.  0, or -1 with ENOMEM.
 */
int ngrams_line(struct ngrams *g, uint32_t first, const struct place *at);

/* Add all of a unit, whose lines were told.  0, or -1 with ENOMEM. */
int ngrams_add(struct ngrams *g, const struct words *w);

/*
 * Each N words of the unit that were added: 'take' gets those from word 'from'
 * on, and where they were.  If it returns -1, the call ends with that.
 */
typedef int ngrams_taken(void *arg, uint32_t from, uint32_t n,
			 const struct place *at);
int ngrams_find(const struct ngrams *g, const struct words *w,
		ngrams_taken *take, void *arg);

#endif
