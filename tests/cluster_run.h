/*
 * A corpus in parts, as a driver of dedup_scan() and the others would judge it,
 * with all blobs in memory.
 */
#ifndef CLUSTER_RUN_H
#define CLUSTER_RUN_H

#include "dedup.h"

/* Removals of all documents, in order, which follow the reference ones. */
struct removals {
	struct one_removal {
		uint64_t document;
		struct dedup_removal r;
	} *one;
	size_t n, room;
};
void removals_free(struct removals *r);

struct parts {
	const struct dedup_text *texts;
	size_t n;
	const struct dedup_text *reference;	/* fed before, as such */
	size_t nreference;
	unsigned nsplits, buckets;
	const struct dedup_options *opt;
	const unsigned char *secret;
	unsigned scans;		/* of the split that took most */
	uint64_t bytes[3];	/* of asks, links and facts, rows */
	char why[DEDUP_WHY];
};

/* One run, and the same in parts; witnesses are followed to what stays. */
enum dedup_status run_whole(const struct parts *p, struct removals *to);
enum dedup_status run_parts(struct parts *p, struct removals *to);

#endif
