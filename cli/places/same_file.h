/*
 * What a run reads and writes, and which two of these may not be the same file.
 */
#ifndef SAME_FILE_H
#define SAME_FILE_H

#include "files.h"
#include "options.h"

/* Two uses of one file, in words for a message. */
struct clash {
	const char *path;	/* NULL: standard output */
	const char *what, *why;
};

/*
 * Call it before anything is opened for writing: 0, or -1 and *c.  'places' are
 * where --output-dir writes each file, or --in-place keeps each original; by
 * number of the file, or NULL if there are none.
 */
int same_file_check(const struct options *opt, struct files *files,
		    char *const *places, struct clash *c);

#endif
