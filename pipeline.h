/*
 * Files through the library: source -> documents -> dedup -> writer.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include "dedup.h"
#include "options.h"
#include "report.h"
#include "source.h"
#include "writer.h"

struct pipeline {
	const struct options *opt;
	struct dedup *d;
	struct writer *out;
	struct report report;
	struct tally tally;
	uint64_t documents;	/* begun in this reading */
	bool survey;		/* first of two readings: nothing leaves */
	bool trouble;		/* something was wrong: exit 2 */
};

/*
 * Run one open file through; 'path' is for messages.  0 to go on with the next
 * (p->trouble may be set and said), or -1 where nothing more can be done,
 * which has been said too.
 */
int pipeline_run(struct pipeline *p, struct source *src, const char *path);

/* dedup: PATH: WHAT: WHY on standard error; sets trouble. */
void pipeline_complain(struct pipeline *p, const char *path, const char *what,
		       const char *why);

#endif
