/*
 * N words in a row, of reference texts: which of them has a unit?
 *
 * A word is the hash by which units are compared (struct words).  Of N of them
 * 96 bits are kept, and the line that they begin on; of equal ones the first.
 */
#ifndef NGRAM_TABLE_H
#define NGRAM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "shingle.h"

struct ngram_table;

/* NULL with ENOMEM. */
struct ngram_table *ngram_table_new(unsigned n);
void ngram_table_free(struct ngram_table *g);
size_t ngram_table_memory(const struct ngram_table *g);

/*
 * What follows is of a line that begins with word number 'first' of the unit
 * that is added next; lines come in order.  0, or -1 with ENOMEM.
 */
int ngram_table_line(struct ngram_table *g, uint32_t first, const struct place *at);

/* Add all of a unit, whose lines were told.  0, or -1 with ENOMEM. */
int ngram_table_add(struct ngram_table *g, const struct words *w);

/*
 * Each N words of the unit that were added: 'take' gets those from word 'from'
 * on, and where they were.  If it returns -1, the call ends with that.
 */
typedef int ngram_table_taken(void *arg, uint32_t from, uint32_t n,
			      const struct place *at);
int ngram_table_find(const struct ngram_table *g, const struct words *w,
		     ngram_table_taken *take, void *arg);

#endif
