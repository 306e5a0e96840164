/*
 * --diff: the text for people to read, with marks on what is removed, and why;
 * if it is only similar to its witness, also on the words that differ.
 */
#ifndef DIFF_H
#define DIFF_H

#include <stdbool.h>

#include "provenance.h"
#include "sink.h"
#include "text_cache.h"
#include "word_diff.h"
#include "writer.h"

struct diff {
	struct sink sink;
	const struct provenance *provenance;
	struct writer *to;
	bool color;
	bool terminal;		/* the output is one: controls are escaped */
	bool in_line;		/* the output is inside a line */
	bool apart;		/* the copies that stay are in the same document */
	struct text_cache cache;
	struct word_diff words;
};

/* The second one only remembers texts, which later units may resemble. */
extern const struct sink_ops sink_of_diff, sink_of_memory;

void diff_free(struct diff *d);

#endif
