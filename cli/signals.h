/*
 * Signals, as far as they are not left alone.  The only module with data of
 * its own: a handler knows no other.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/*
 * SIGUSR1 asks from now on how far the run has come, and a file that grows too
 * large is a failure as any other.  'tidy': the first SIGINT, SIGTERM, SIGHUP or
 * SIGXCPU asks it to stop, since there are temporary files to be removed; a
 * second one ends it at once.  'files': the text goes to files, so that a pipe
 * of messages or of the log that nobody reads is no reason to end at once.
 */
void signals_begin(bool tidy, bool files);

/* Has it been asked since the last call? */
bool signals_asked(void);

/* Is the run to stop? */
bool signals_stopped(void);

/* Then end as that signal does. */
void signals_end(void);

#endif
