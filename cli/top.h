/* --top: what stands in most documents, with an example of each. */
#ifndef TOP_H
#define TOP_H

#include "pipeline.h"

/* After a pass that has counted: 0, or -1 with a message printed. */
int top_run(struct pipeline *p);

#endif
