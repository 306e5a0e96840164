/*
 * Saved tables, as the command's options name them: --load, --against, --save,
 * --update; --merge, --list, --test.
 */
#ifndef TABLES_H
#define TABLES_H

#include "pipeline.h"

/* Is the run to end with a table, or does it begin with one? */
bool tables_used(const struct options *opt);

/*
 * Load what is to be loaded, and read reference texts: 0, or -1 and it was
 * said.  tables_end() either way.
 */
int tables_begin(struct pipeline *p, unsigned threads);

/* Save what is to be saved, if 'save': 0, or -1 and it was said. */
int tables_end(struct pipeline *p, bool save);

/* The whole run, where it is about tables alone: the exit status. */
int tables_run(const struct options *opt);

#endif
