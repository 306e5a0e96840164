/*
 * --report: a page that shows what was removed, for who will not read all of
 * the text again.
 *
 * A report watches the sink that writes.  It gathers counts and samples in fixed
 * memory, and in the end page.c makes a page of them.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "company.h"
#include "dedup.h"
#include "frequent.h"
#include "losses.h"
#include "options.h"
#include "provenance.h"
#include "samples.h"
#include "sink.h"
#include "stats.h"
#include "writer.h"

#define REPORT_BINS 20		/* of similarity, from 0 to 1 */
#define REPORT_HEAD 160		/* bytes shown of a repeated text */
#define REPORT_PLACES 4		/* ... and places of it */
#define REPORT_NAME 120		/* bytes of a source's name */

/* What was removed for a reason. */
struct report_reason {
	uint64_t units, bytes, documents;
	uint64_t last;		/* 1 + the last document */
};

/* A text that other texts were copies of. */
struct repeated {
	struct frequent_entry entry;	/* by its place; copies */
	struct dedup_place place;
	uint64_t copies, documents, bytes;
	uint64_t last;		/* 1 + the last document with a copy */
	uint64_t told;		/* boilerplate: documents, as counted */
	struct { uint64_t document, line; } at[REPORT_PLACES];
	size_t nat;
	size_t len;
	char head[REPORT_HEAD];
};

/* What documents come from. */
struct report_source {
	struct frequent_entry entry;	/* by its name; bytes */
	uint64_t documents, bytes, gone, units;
	size_t len;
	char name[REPORT_NAME];
};

struct report {
	struct sink sink;
	const struct options *opt;
	const struct provenance *provenance;

	struct range decided;	/* the text at hand */
	uint64_t len;		/* of the document, so far */

	struct report_reason reason[DEDUP_NREASONS];
	uint64_t similarity[REPORT_BINS];	/* of what is no exact copy */
	struct losses losses;
	struct frequent texts, sources;
	struct samples samples;
	struct company company;
};

/* NULL with ENOMEM. */
struct report *report_new(const struct options *opt,
			  const struct provenance *provenance);
void report_free(struct report *r);

/*
 * May a page be written to 'path'?  Not over a file that is neither empty nor
 * such a page: in "--report a b" the next argument is the file.
 */
bool report_may_replace(const char *path);

/* Write the page: 0, or -1 with errno. */
int report_write(struct report *r, const struct dedup_stats *stats,
		 const struct tally *tally, struct writer *w);

#endif
