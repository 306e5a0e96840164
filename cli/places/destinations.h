/*
 * Where output is written: all to one place; or, with --output-dir and
 * --in-place, to a file for each input, a temporary one until it is complete.
 */
#ifndef DESTINATIONS_H
#define DESTINATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files.h"
#include "options.h"
#include "resume.h"
#include "writer.h"

struct destinations {
	const struct options *opt;
	struct files *files;
	bool each;		/* an output a file */
	struct writer to;	/* of all, or of the current file */
	uint64_t bytes;		/* put, to outputs that are done */

	/* With 'each': the current file. */
	bool open;		/* there is one, number: */
	size_t file;
	bool broken;		/* it could not be read to its end */
	bool old;		/* it was done before: nothing is written */
	char *path;		/* of its output, or of what went wrong */
	char *made;		/* a directory known to exist */

	/* --max-removed: files that wait for the end of the run. */
	struct sealed *sealed;
	size_t nsealed, sealed_room;

	struct resume resume;

	/* What went wrong, if a function says so. */
	const char *where, *what, *why;
};

enum destination_result {
	DESTINATION_OK,
	DESTINATION_REFUSED,	/* this file; others can go on */
	DESTINATION_FAILED,		/* no file can go on */
};

/*
 * Call it before anything is written.  Finds where --output-dir writes each
 * file, or --in-place keeps each original, by number of the file; *places is
 * NULL if there are none.  Call destinations_free_places() in any case.
 */
enum destination_result destinations_find_places(struct destinations *o,
						 char ***places);
void destinations_free_places(const struct destinations *o, char **places);

/*
 * Then, with --output-dir: resume an earlier run, if --resume was given.
 * Changes the order of the places.
 */
enum destination_result destinations_resume(struct destinations *o,
					    char **places);

/*
 * The file with this number begins; what is put to o->to from now on is its
 * output.
 */
enum destination_result destinations_begin(struct destinations *o, size_t file);

/* It could not be read to its end. */
void destinations_break(struct destinations *o, size_t file);

/*
 * It ends; 'removed': something was removed.  'refusal': NULL, or why it must
 * not take its place; the string lives until the result is read.
 */
enum destination_result destinations_end(struct destinations *o, bool removed,
					 const char *refusal);

/*
 * The run ends.  'whole': everything was read and judged.  'keep': put the
 * files that wait for the end in their places.
 */
enum destination_result destinations_finish(struct destinations *o, bool whole,
					    bool keep);

void destinations_free(struct destinations *o);

/* For destination_plan.c, too: what went wrong; DESTINATION_FAILED. */
enum destination_result destinations_fail(struct destinations *o,
					  const char *where, const char *what,
					  const char *why);
enum destination_result destinations_no_memory(struct destinations *o);

#endif
