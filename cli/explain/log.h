/*
 * --log: a line of JSON for each removal: what went, from where, and why.  The
 * output and the log together give the input again.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup.h"
#include "origin.h"
#include "writer.h"

struct log {
	const struct origins *origins;
	struct writer *to;	/* NULL: there is no log */
};

/* Bytes that leave the input. */
struct piece {
	uint64_t at;		/* where in the file */
	const char *bytes;
	size_t len;
};

/*
 * May a log be written to 'path'?  Not over a file that is neither empty nor a
 * log, since that may be an input: "--log a b" takes the next argument for its
 * file, whatever was meant.
 */
bool log_may_replace(const char *path);

/* All: 0, or -1 with errno. */

int log_removal(struct log *l, uint64_t document,
		const struct dedup_removal *removal,
		const struct piece *pieces, size_t npieces);

/* A document with so few words left that it goes whole. */
int log_short(struct log *l, uint64_t document, uint64_t words,
	      const struct piece *pieces, size_t npieces);

/* For --annotate too: "reason":...,"similarity":...,"witness":{...} */
int log_put_why(const struct origins *o, struct writer *w,
		const struct dedup_removal *removal);

#endif
