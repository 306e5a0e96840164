/* The page that --report writes: it is opened first, and written last. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdbool.h>

#include "pipeline.h"
#include "report.h"

struct report_page {
	struct report *report;	/* NULL: none */
	struct writer to;
	bool open;
};

/*
 * If one is asked for, open it and have it watch the output.  A page that is
 * there stays until the end.  0, or -1 and it was said.
 */
int report_page_open(struct report_page *page, struct pipeline *p);

/* Write it, if the run came to its end, and free it: 0, or -1 and it was said. */
int report_page_end(struct report_page *page, struct pipeline *p, bool whole);

#endif
