/* A table that is being written: shared by merge.c and sections.c. */
#ifndef MERGE_STATE_H
#define MERGE_STATE_H

#include "passes.h"

struct merge {
	struct inputs in;
	const struct saved_run *run;
	struct saved_header h;
	struct block_writer out;
	uint64_t end;		/* of the body, so far */
	char *why;
};

/* Write the sections, to be called in their order: 0, or -1. */
int merge_slots(struct merge *m, enum saved_section s, size_t width, uint64_t n,
	      pass_function *pass);
int merge_arena(struct merge *m, uint64_t grains);
int merge_runs(struct merge *m, uint64_t grains);
int merge_labels(struct merge *m);
int merge_end(struct merge *m);	/* checksums and header, too */

#endif
