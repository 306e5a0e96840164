/* How far a run has come: a line on standard error. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "dedup.h"
#include "options.h"

struct progress {
	bool on;
	bool redraws;		/* on a terminal: one line, again and again */
	struct timespec start, last;
	uint64_t size;		/* bytes to be read; 0: not known */
	uint64_t before;	/* read in an earlier pass */
	uint64_t raw;		/* read in this one */
};

/* 'size': bytes of all files, 0 where not known; read so many times. */
void progress_begin(struct progress *p, const struct options *opt,
		    uint64_t size, unsigned passes);

/* A second pass begins. */
void progress_again(struct progress *p);

/* Is it time for a line, or was one asked for?  'raw': bytes read so far. */
bool progress_is_due(struct progress *p, uint64_t raw);
void progress_show(struct progress *p, const struct dedup_stats *s);

/* Away, for good. */
void progress_clear(void);

#endif
