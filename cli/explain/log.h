/*
 * --log: a line of JSON for each removal: what was removed, from where, and
 * why.  The input can be rebuilt from the output and the log.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup.h"
#include "provenance.h"
#include "range.h"
#include "writer.h"

struct log {
	const struct provenance *provenance;
	struct writer *to;	/* NULL: there is no log */
	bool failed;		/* it could not be written */
};

/*
 * May a log be written to 'path'?  Not over a file that is neither empty nor a
 * log.  It may be an input: in "--log a b" the next argument is the log's file,
 * even if the user meant otherwise.
 */
bool log_may_replace(const char *path);

/* All: 0, or -1 with errno. */

/*
 * Log a removal of these bytes; or of what was left of a document that is
 * dropped, so many words, since it is listed or they are too few.
 */
int log_removal(struct log *l, uint64_t document,
		const struct dedup_removal *removal, const struct range *range,
		size_t n);
int log_dropped(struct log *l, uint64_t document, bool listed, uint64_t words,
		const struct range *range, size_t n);

/* For --annotate too: "reason":...,"similarity":...,"witness":{...} */
int log_put_why(const struct provenance *o, struct writer *w,
		const struct dedup_removal *removal);

#endif
