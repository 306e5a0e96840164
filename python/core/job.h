/* One call's rows through the library: in batches, without the GIL. */
#ifndef JOB_H
#define JOB_H

#include "column.h"
#include "deduper.h"
#include "spans.h"

#include <time.h>

struct job {
	struct deduper *self;
	bool reference;
	/* The rows: of a column, or of a list, whose nulls have no text. */
	const struct column *column;
	const struct dedup_text *list;
	int64_t n;
	/* What is made of them; NULL: it is not wanted. */
	struct builder *builder;
	struct spans *spans;
	char *gone;		/* per row: 1, all of it is removed */
	unsigned min_words;	/* a document with fewer is removed whole */
	/* The batch that the library has. */
	struct dedup_text *text;
	int64_t *row;
	int64_t done;		/* rows that are made */
	/* For signals. */
	PyThreadState *thread;
	struct timespec last;
	bool interrupted, failed;
};

/*
 * Feed all rows, and make what is wanted: 0, or -1 with an exception.  Then the
 * Deduper is spoiled.
 */
int job_run(struct job *j);

#endif
