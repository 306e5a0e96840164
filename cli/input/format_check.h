/*
 * One output has one format: text, JSONL and WARC in it could not be read back.
 */
#ifndef FORMAT_CHECK_H
#define FORMAT_CHECK_H

#include "files.h"
#include "options.h"

struct format_check {
	enum format format;	/* of what came first; FORMAT_AUTO: nothing */
};

/* By names, before anything is read: a file that clashes with another. */
const char *format_check_names(const struct options *opt,
			       const struct files *files, const char **why);

/* Input of this format comes: NULL, or why it cannot join the rest. */
const char *format_check_next(struct format_check *c, const struct options *opt,
			      enum format format);

#endif
