/* One call's rows through the library: in batches, without the GIL. */
#ifndef JOB_H
#define JOB_H

#include "deduper.h"
#include "records.h"
#include "spans.h"

#include <time.h>

struct job {
	struct deduper *self;
	bool reference;
	/* The rows: of Arrow data, or of a list, whose nulls have no text. */
	const struct records *records;
	const struct dedup_text *list;
	int64_t n;
	/* What is made of them; NULL: it is not wanted. */
	struct builder *builder;
	struct spans *spans;
	char *gone;		/* per row: 1, nothing is left of it */
	int64_t *group;		/* per row: itself, or the row that stays */
	unsigned min_words;	/* a document with fewer is removed whole */
	/* The batch that the library has. */
	struct dedup_text *text;
	int64_t *row;
	int64_t done, built;	/* rows that are made; texts in the builder */
	uint64_t first;		/* row of all columns that row 0 is */
	/* The parts of a document, with a blank line between. */
	char *joined;
	size_t njoined, joined_room;
	struct dedup_removal *clip;	/* of one part */
	size_t clip_room;
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
