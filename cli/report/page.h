/* The page of a report, of what report.c has gathered. */
#ifndef PAGE_H
#define PAGE_H

#include "report.h"

#define PAGE_HEAD "<!doctype html>\n<!-- dedup --report -->\n"
#define PAGE_MOST ((size_t)400000)	/* bytes, whatever the corpus */

/* Write it; the samples are sorted.  0, or -1 with errno. */
int page_write(struct report *r, const struct dedup_stats *stats,
	       const struct tally *tally, struct writer *w);

#endif
