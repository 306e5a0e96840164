/*
 * --annotate=jsonl, --annotate=dolma: all stays, and what would be removed is
 * listed beside the text as spans of characters.
 */
#ifndef SPANS_H
#define SPANS_H

#include "provenance.h"
#include "sink.h"
#include "writer.h"

struct spans {
	struct sink sink;
	struct writer *to;
	const struct provenance *provenance;
	uint64_t chars;		/* of the document, so far */
	uint64_t counted;	/* record: these bytes of its text are counted */
	struct span *span;	/* those that would be removed */
	size_t n, room;
};

extern const struct sink_ops sink_of_jsonl, sink_of_dolma;

void spans_free(struct spans *s);

#endif
