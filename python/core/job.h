/* Rows of one call through the library, without the GIL. */
#ifndef JOB_H
#define JOB_H

#include "deduper.h"

#include <time.h>

struct job {
	struct deduper *self;
	bool reference;
	/* Rows: of a column, or of a list, whose nulls have no text. */
	const struct column *column;
	const struct dedup_text *list;
	int64_t n;
	/* What is made of them: one of these, or nothing. */
	struct builder *builder;
	struct spans *spans;
	char *gone;		/* or NULL; per row: 1, all of it went */
	unsigned min_words;	/* a document of fewer goes whole */
	/* Documents that are in the library's hands. */
	struct dedup_text *text;
	int64_t *row;
	int64_t done;		/* rows that are made */
	/* To look at signals. */
	PyThreadState *thread;
	struct timespec last;
	bool interrupted, failed;
};

/* Do it, without the GIL: 0, or -1 with an exception. */
int job_run(struct job *j);

#endif
