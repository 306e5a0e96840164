/* --top: what stands in most documents, with an example of each. */
#ifndef TOP_H
#define TOP_H

#include "pipeline.h"

/* After a reading that has counted: 0, or -1 and it was said. */
int top_run(struct pipeline *p);

#endif
