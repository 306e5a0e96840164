/* Opens what the command writes to, and says so if it cannot. */
#ifndef OPEN_OUTPUT_H
#define OPEN_OUTPUT_H

#include <stdbool.h>

#include "pipeline.h"

/* Is it the name of a descriptor that is open already? */
bool open_output_exists(const char *path);

/*
 * Open an output: 0, or -1 and it was said.  'late': a file stays as it is
 * until the end of the run.
 */
int open_output(struct pipeline *p, struct writer *w, const char *path,
		const struct compression *c, bool late);

#endif
