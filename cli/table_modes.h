/*
 * Saved tables, as the command's options name them: --load, --against, --save,
 * --update; --merge, --list, --test.
 */
#ifndef TABLE_MODES_H
#define TABLE_MODES_H

#include "pipeline.h"

/* Is the run to end with a table, or does it begin with one? */
bool table_modes_used(const struct options *opt);

/* Is a table loaded, whose secret is that of the run? */
bool table_modes_bring_secret(const struct options *opt);

/*
 * Load what is to be loaded, and read reference texts: 0, or -1 and it was
 * said.  table_modes_end() either way.
 */
int table_modes_begin(struct pipeline *p);

/* Save what is to be saved, if 'save': 0, or -1 and it was said. */
int table_modes_end(struct pipeline *p, bool save);

/* The whole run, where it is about tables alone: the exit status. */
int table_modes_run(const struct options *opt);

#endif
