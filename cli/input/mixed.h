/*
 * Text, JSONL and WARC are not written to one output: nothing could read it.
 */
#ifndef MIXED_H
#define MIXED_H

#include "files.h"
#include "options.h"

struct mixed {
	enum format format;	/* of what came first; FORMAT_AUTO: nothing */
};

/* By names, before anything is read: a file that clashes with another. */
const char *mixed_by_name(const struct options *opt,
			  const struct files *files, const char **why);

/* Input of this format comes: NULL, or why it cannot join the rest. */
const char *mixed_take(struct mixed *m, const struct options *opt,
		       enum format format);

#endif
