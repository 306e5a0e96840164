/*
 * Passes over the entries of all sources.  Each counts the entries of a section
 * of the new table, or writes them.
 */
#ifndef PASSES_H
#define PASSES_H

#include "block_writer.h"
#include "cursor.h"

/* The sources of a new table, and what it leaves out of them. */
struct inputs {
	struct saved_source *source;
	size_t n;
	bool places;		/* records have them */
	uint64_t least;		/* counts below are left out */
};

/* Slots that are written one after another, as in sorted_slots.h. */
struct slots {
	struct block_writer *out;
	struct sorted_slots o;	/* width, mask and nslots */
	uint64_t begin, next, n;
};

/*
 * Go over all entries once: set *n to how many, and with 'to' write them, too.
 * 0, or -1 with errno.  Without 'to', pass_exact() leaves out the records of
 * units that an earlier source knows.
 */
typedef int pass_function(const struct inputs *in, uint64_t *n,
			  struct slots *to);

pass_function pass_exact, pass_index, pass_counts;

#endif
