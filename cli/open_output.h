/* Opens what the command writes to, and says so if it cannot. */
#ifndef OPEN_OUTPUT_H
#define OPEN_OUTPUT_H

#include <stdbool.h>

#include "pipeline.h"

/*
 * Open an output: 0, or -1 and it was said.  'late': a file stays as it is
 * until the end of the run.
 */
int open_output(struct pipeline *p, struct writer *w, const char *path,
		const struct compression *c, bool late);

#endif
