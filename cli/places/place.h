/*
 * Names: where --output-dir writes a file, where --in-place keeps what it was.
 */
#ifndef PLACE_H
#define PLACE_H

#include "options.h"

/*
 * Where the output of an input goes; to be freed.  NULL with ENOMEM, or EINVAL
 * where it would be outside of --output-dir.
 */
char *place_output(const struct options *opt, const char *path);

/* The name that an original is kept under; to be freed.  NULL with ENOMEM. */
char *place_backup(const struct options *opt, const char *path);

/*
 * By directory, then by name: all of a directory stand together.  Of two
 * pointers to paths with a slash, for qsort().
 */
int place_compare(const void *a, const void *b);

/*
 * Make the directories, all that lead to the last slash of 'path'.  *made, NULL
 * at first and to be freed, is one that is known to be there.  0, or -1 with
 * errno.
 */
int place_make_directories(const char *path, char **made);

#endif
