/*
 * The journal of a batch: what an interrupted run has done, so that the next
 * one can go on.
 *
 * A line stands in the journal only once the output that it stands for is
 * durable; both become so in groups.  Nothing that is learnt of the text is
 * kept: what was done is read again, so that all is known and decided as in
 * one run.  (A table of fingerprints that is saved is to be written after
 * resume_close(), when every text that one stands for is on the disk.)
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
	int fd;			/* where path is not NULL */
	bool goes_on;		/* the journal was there: a run was stopped */
	struct timespec begun;	/* when it was, by the file system's clock */
	uint64_t seed;		/* of the secret of all runs that are one */
	char *path;		/* of the journal; NULL: there is none */
	const struct files *files;
	struct resume_file *file;	/* by number; NULL: none is done */
	char *pending;		/* lines to be written */
	size_t pending_len, pending_room;
	bool lost_line;		/* a line that had to be in it is not */
	struct timespec synced;
	const char *why;	/* what went wrong */
};

/*
 * Take the journal at 'path' up, or begin it: 0, or -1 and r->why.  'key'
 * stands for what the output depends on beside the names of the files.  'seed':
 * what r->seed is to be of a journal that begins; NULL: drawn at random.
 */
int resume_open(struct resume *r, const char *path, uint64_t key,
		const uint64_t *seed, const struct files *files);

enum resume_state resume_state(const struct resume *r, size_t file);

/* Of a file that is done: the bytes put, before any compression. */
uint64_t resume_put(const struct resume *r, size_t file);

/*
 * Is a file that is done as it was?  -1 and r->why.  Where its output is not as
 * it was left, it is open again.
 */
int resume_check(struct resume *r, size_t file, const char *input,
		 const char *output);

/*
 * Remove temporary files that a killed run has left beside these outputs, which
 * are in the order of 'compare', by directory: only where there was a journal,
 * and none that is older than it.  0, or -1 with ENOMEM.
 */
int resume_sweep(const struct resume *r, char *const *outputs, size_t n,
		 int (*compare)(const void *, const void *));

/* A file is done, and its output stands in its place.  0, or -1 with errno. */
int resume_done(struct resume *r, size_t file, const struct stamp *input,
		uint64_t put, const char *output);

/* It could not be opened.  Where that cannot be noted, resume_close() fails. */
void resume_lost(struct resume *r, size_t file);

/* The run ends; 'whole': and nothing is left to go on with. */
int resume_close(struct resume *r, bool whole);

void resume_free(struct resume *r);

#endif
