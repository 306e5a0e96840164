/* --stats and --json: the counts, on standard error. */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "dedup.h"

/* What the command counts in addition to the library. */
struct tally {
	uint64_t bytes_in, bytes_out;	/* of the files */
	uint64_t records, bad_records, no_text, long_records;
	uint64_t short_documents, short_bytes;	/* removed whole; bytes that
						 * were left of them */
	uint64_t early;		/* times that text was settled in a pause */
};

void stats_print(const struct dedup_stats *s, const struct tally *t,
		 bool json);

#endif
