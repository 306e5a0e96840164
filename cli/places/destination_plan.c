/*
 * Before anything is written: finds places, and what an earlier run has left.
 */
#include "destinations.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hash.h"
#include "place.h"

enum destination_result
destinations_find_places(struct destinations *o, char ***places)
{
	const struct options *opt = o->opt;
	const struct files *f = o->files;

	*places = NULL;
	if (!o->each)
		return DESTINATION_OK;
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->file[i].path, "-") == 0)
			return destinations_fail(o, "-", "cannot read",
				opt->in_place ? "--in-place rewrites files" :
				"--output-dir is for files");
	if (opt->in_place && opt->suffix == NULL)
		return DESTINATION_OK;
	*places = calloc(f->n + 1, sizeof(**places));
	if (*places == NULL)
		return destinations_no_memory(o);
	for (size_t i = 0; i < f->n; i++) {
		const char *path = f->file[i].path;

		(*places)[i] = opt->in_place ? place_backup(opt, path)
					     : place_output(opt, path);
		if ((*places)[i] == NULL)
			return errno != EINVAL ? destinations_no_memory(o) :
			       destinations_fail(o, path, "cannot write",
				"its output would be outside --output-dir");
	}
	return DESTINATION_OK;
}

void
destinations_free_places(const struct destinations *o, char **places)
{
	for (size_t i = 0; i < o->files->n && places != NULL; i++)
		free(places[i]);
	free(places);
}

/* Hash size and time of a file that the output depends on. */
static uint64_t
hash_file(uint64_t h, const char *path)
{
	struct stat st;

	if (path == NULL || stat(path, &st) != 0)
		return h;
	h = hash_bytes(h, &st.st_size, sizeof(st.st_size));
	return hash_bytes(h, &st.st_mtim, sizeof(st.st_mtim));
}

/* The hash of all that the output depends on, except the inputs. */
static uint64_t
key_of(const struct options *opt)
{
	uint64_t h = opt->deciders;

	for (size_t i = 0; i < opt->against.n; i++)
		h = hash_file(h, opt->against.name[i]);
	for (size_t i = 0; i < opt->loads.n; i++)
		h = hash_file(h, opt->loads.name[i]);
	return hash_file(h, opt->update);
}

enum destination_result
destinations_resume(struct destinations *o, char **places)
{
	struct resume *r = &o->resume;
	char *journal;

	if (o->opt->output_dir == NULL)
		return DESTINATION_OK;
	if (asprintf(&journal, "%s/%s", o->opt->output_dir, RESUME_NAME) < 0)
		return destinations_no_memory(o);
	free(o->path);
	o->path = journal;
	if (!o->opt->resume) {
		if (access(journal, F_OK) != 0)
			return DESTINATION_OK;
		return destinations_fail(o, journal,
			"an earlier run was interrupted here",
			"use --resume to continue, or delete this file to "
			"start over");
	}
	if (place_make_directories(journal, &o->made) != 0)
		return destinations_fail(o, journal, "cannot write",
					 strerror(errno));
	if (resume_open(r, journal, key_of(o->opt), o->opt->dedup.seeded ?
			&o->opt->dedup.seed : NULL, o->files) != 0)
		return destinations_fail(o, journal, "cannot resume", r->why);
	for (size_t i = 0; i < o->files->n; i++) {
		if (resume_state(r, i) != RESUME_DONE)
			continue;
		if (resume_check(r, i, o->files->file[i].path,
				 places[i]) != 0)
			return destinations_fail(o, o->files->file[i].path,
						 "cannot resume", r->why);
	}
	qsort(places, o->files->n, sizeof(*places), place_compare);
	return resume_sweep(r, places, o->files->n, place_compare) != 0 ?
	       destinations_no_memory(o) : DESTINATION_OK;
}
