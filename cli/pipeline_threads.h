/*
 * What pipeline.c and pipeline_threads.c share: the first says what becomes of
 * a batch, the second which thread does what and when.
 */
#ifndef PIPELINE_THREADS_H
#define PIPELINE_THREADS_H

#include "pipeline.h"

#define PIPELINE_PAUSE 500	/* ms without input: settle and show */

/* All batches of p->reader by the threads that p->d has: 0, or -1. */
int pipeline_run_together(struct pipeline *p);

/* Judge what is in the batch and write what comes of it: 0, or -1. */
int pipeline_finish(struct pipeline *p, struct batch *b);

/* Somebody wants it to stop: -1; else 0. */
int pipeline_check_stopped(struct pipeline *p);

/*
 * Say why the library cannot go on: -1.  'path' is what it was at, or NULL
 * where it was no file.
 */
int pipeline_failed(struct pipeline *p, const char *path,
		    enum dedup_status st);

/*
 * How far the run has come, if it is time to show that.  'raw': bytes of the
 * files that were read.
 */
void pipeline_show_progress(struct pipeline *p, uint64_t raw);

#endif
