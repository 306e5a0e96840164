/*
 * Names: where --output-dir writes a file, where --in-place keeps the original.
 */
#ifndef PLACE_H
#define PLACE_H

#include "options.h"

/*
 * Where the output of an input is written; the caller frees it.  NULL with
 * ENOMEM, or EINVAL if it would be outside --output-dir.
 */
char *place_output(const struct options *opt, const char *path);

/*
 * The name under which an original is kept; the caller frees it.  NULL with
 * ENOMEM.
 */
char *place_backup(const struct options *opt, const char *path);

/*
 * Order by directory, then by name, so that those of a directory are together.
 * For qsort(), of pointers to paths with a slash.
 */
int place_compare(const void *a, const void *b);

/*
 * Make all directories up to the last slash of 'path'.  *made, NULL at first,
 * is one that is known to exist; the caller frees it.  0, or -1 with errno.
 */
int place_make_directories(const char *path, char **made);

#endif
