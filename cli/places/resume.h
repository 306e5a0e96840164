/*
 * The journal of a batch: what an interrupted run has done, so that the next
 * one can resume it.
 *
 * A line is written to the journal only when its output is durable; both are
 * synced in groups.  Nothing that was learnt from the text is kept: files that
 * were done are read again, so that everything is decided as in one run.  (Save
 * a table of fingerprints after resume_close(), when every text that it refers
 * to is on disk.)
 */
#ifndef RESUME_H
#define RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "files.h"

#define RESUME_NAME ".dedup-journal"

enum resume_state {
	RESUME_OPEN,		/* still to be done */
	RESUME_DONE,
	RESUME_LOST,		/* it could not be opened then */
};

struct resume {
	int fd;			/* if path is not NULL */
	bool goes_on;		/* the journal existed: a run was interrupted */
	struct timespec begun;	/* when the journal was, by the file system's
				 * clock */
	uint64_t seed;		/* of the secret; the same in all runs of the
				 * batch */
	char *path;		/* of the journal; NULL: none */
	const struct files *files;
	struct resume_file *file;	/* by number; NULL: none is done */
	char *pending;		/* lines to be written */
	size_t pending_len, pending_room;
	bool lost_line;		/* a necessary line could not be added */
	struct timespec synced;
	const char *why;	/* what went wrong */
};

/*
 * Resume the journal at 'path', or begin it: 0, or -1 and r->why.  'key' is a
 * hash of what the output depends on besides the names of the files.  'seed':
 * the value of r->seed for a new journal; NULL: random.
 */
int resume_open(struct resume *r, const char *path, uint64_t key,
		const uint64_t *seed, const struct files *files);

enum resume_state resume_state(const struct resume *r, size_t file);

/* For a file that is done: the bytes put, before any compression. */
uint64_t resume_put(const struct resume *r, size_t file);

/*
 * Is a file that is done unchanged?  If not, -1 and r->why.  If its output has
 * changed, it becomes open again.
 */
int resume_check(struct resume *r, size_t file, const char *input,
		 const char *output);

/*
 * Remove temporary files that a killed run has left beside these outputs, which
 * are in the order of 'compare', by directory: only if there was a journal, and
 * only those that are not older.  0, or -1 with ENOMEM.
 */
int resume_sweep(const struct resume *r, char *const *outputs, size_t n,
		 int (*compare)(const void *, const void *));

/* A file is done, and its output is in place.  0, or -1 with errno. */
int resume_done(struct resume *r, size_t file, const struct stamp *input,
		uint64_t put, const char *output);

/* It could not be opened.  If that cannot be noted, resume_close() fails. */
void resume_lost(struct resume *r, size_t file);

/* The run ends; 'whole': and nothing is left to resume. */
int resume_close(struct resume *r, bool whole);

void resume_free(struct resume *r);

#endif
