/*
 * Where the output of each file goes: all to one place; or, with --output-dir
 * and --in-place, to a file for each, a temporary one until it is whole.
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
	struct writer to;	/* of all, or of the file at hand */
	uint64_t bytes;		/* put, to outputs that are done */

	/* Each: the file at hand. */
	bool open;		/* there is one, number: */
	size_t file;
	bool broken;		/* not all of it could be read */
	bool old;		/* it was done before: nothing is written */
	char *path;		/* of its output, or of what went wrong */
	char *made;		/* a directory known to be there */

	/* --max-removed: what waits for the end. */
	struct sealed *sealed;
	size_t nsealed, sealed_room;

	struct resume resume;

	/* What went wrong, where a function says so. */
	const char *where, *what, *why;
};

enum destination_result {
	DESTINATION_OK,
	DESTINATION_REFUSED,	/* this file; others can go on */
	DESTINATION_FAILED,		/* no use to go on */
};

/*
 * Before anything is written.  Where --output-dir writes each file, or
 * --in-place keeps each original, by number of the file; *places is NULL where
 * there is no such place.  destinations_free_places() either way.
 */
enum destination_result destinations_find_places(struct destinations *o,
						 char ***places);
void destinations_free_places(const struct destinations *o, char **places);

/*
 * Then, with --output-dir: go on with what an earlier run has left, if so
 * asked.  Puts the places in another order.
 */
enum destination_result destinations_resume(struct destinations *o,
					    char **places);

/* File number so begins; what goes to o->to from now on is its. */
enum destination_result destinations_begin(struct destinations *o, size_t file);

/* It could not be read, or not to its end. */
void destinations_break(struct destinations *o, size_t file);

/*
 * It ends; 'removed': something went.  'refusal': NULL, or why it is not to
 * take its place, which stays until the result is taken.
 */
enum destination_result destinations_end(struct destinations *o, bool removed,
					 const char *refusal);

/*
 * The run ends.  'whole': all was read and judged.  'keep': what waits for the
 * end is to take its place.
 */
enum destination_result destinations_finish(struct destinations *o, bool whole,
					    bool keep);

void destinations_free(struct destinations *o);

#endif
