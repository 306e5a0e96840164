/*
 * Passes over the entries of all sources: each counts the entries of a section
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

/* Slots, one after another, as ordered.h says. */
struct slots {
	struct block_writer *out;
	struct ordered o;	/* width, mask and nslots */
	uint64_t begin, next, n;
};

/*
 * All entries once: how many to *n; with 'to' they are written, too.  0, or -1
 * with errno.  pass_exact() without 'to' leaves out the records of what an
 * earlier source knows.
 */
typedef int pass_function(const struct inputs *in, uint64_t *n,
			  struct slots *to);

pass_function pass_exact, pass_index, pass_counts;

#endif
