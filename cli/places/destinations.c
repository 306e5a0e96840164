/* The output of each file: a temporary file until it is complete. */
#include "destinations.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "place.h"

/* A complete file, under its temporary name. */
struct sealed {
	struct writer writer;
	size_t file;
};

static enum destination_result
say(struct destinations *o, enum destination_result result, const char *where,
    const char *what, const char *why)
{
	o->where = where;
	o->what = what;
	o->why = why;
	return result;
}

enum destination_result
destinations_fail(struct destinations *o, const char *where, const char *what,
		  const char *why)
{
	return say(o, DESTINATION_FAILED, where, what, why);
}

enum destination_result
destinations_no_memory(struct destinations *o)
{
	return destinations_fail(o, "outputs", "cannot go on",
				 strerror(ENOMEM));
}

/* The result of writer_put() and the like. */
static enum destination_result
cannot_write(struct destinations *o, enum destination_result result)
{
	return say(o, result, o->path, "cannot write", strerror(errno));
}

static const char *
input(const struct destinations *o, size_t file)
{
	return o->files->file[file].path;
}

/* Set o->path to where the output of a file is written. */
static enum destination_result
place(struct destinations *o, size_t file)
{
	const char *path = input(o, file);

	free(o->path);
	o->path = place_output(o->opt, path);
	if (o->path != NULL)
		return DESTINATION_OK;
	return errno != EINVAL ? destinations_no_memory(o) :
	       say(o, DESTINATION_FAILED, path, "cannot write",
		   "its output would be outside --output-dir");
}

static enum destination_result
begin_in_place(struct destinations *o)
{
	const struct stamp *s = o->files->file[o->file].stamp;
	struct compression c = { .level = -1 };
	struct stat st;

	if (s == NULL)		/* fstat() failed when it was opened */
		return say(o, DESTINATION_REFUSED, o->path, "cannot rewrite",
			   "its state is not known");
	c.kind = s->kind;
	if (stat(o->path, &st) != 0 ||
	    writer_replace(&o->to, o->path, &c, &st) != 0)
		return say(o, DESTINATION_REFUSED, o->path, "cannot rewrite",
			   errno == ENOTSUP ? compression_missing(c.kind) :
			   strerror(errno));
	return DESTINATION_OK;
}

static enum destination_result
begin_in_dir(struct destinations *o)
{
	struct compression c = o->opt->compress_given ? o->opt->compress :
			       compression_of_suffix(o->path);

	o->old = o->opt->resume &&
		 resume_state(&o->resume, o->file) == RESUME_DONE;
	if (o->old)
		return writer_open(&o->to, "/dev/null", NULL) == 0 ?
		       DESTINATION_OK : cannot_write(o, DESTINATION_FAILED);
	if (place_make_directories(o->path, &o->made) == 0 &&
	    writer_replace(&o->to, o->path, &c, NULL) == 0)
		return DESTINATION_OK;
	return say(o, DESTINATION_FAILED, o->path, "cannot write",
		   errno == ENOTSUP ? compression_missing(c.kind) :
		   errno == EINVAL ? "not a regular file" : strerror(errno));
}

enum destination_result
destinations_begin(struct destinations *o, size_t file)
{
	enum destination_result got;

	if (!o->each)
		return DESTINATION_OK;
	o->file = file;
	o->broken = o->old = false;
	got = place(o, file);
	if (got == DESTINATION_OK)
		got = o->opt->in_place ? begin_in_place(o) : begin_in_dir(o);
	o->open = got == DESTINATION_OK;
	return got;
}

void
destinations_break(struct destinations *o, size_t file)
{
	if (!o->each)
		return;
	if (o->open && o->file == file)
		o->broken = true;
	else if (o->opt->resume)
		resume_lost(&o->resume, file);
}

/* Is it still the same file, unchanged since it was opened? */
static bool
is_unchanged(const struct destinations *o, size_t file)
{
	const struct file *f = &o->files->file[file];
	struct stat st;

	return f->stamp != NULL && stat(f->path, &st) == 0 &&
	       files_is_same(f->stamp, &st);
}

/*
 * Give the original its backup name too, replacing any file of that name.  If
 * hard links can be made, the original is never missing under its own name.
 */
static int
keep_old(const struct writer *w, const char *suffix)
{
	char *name = NULL, *link_name = NULL;
	int got = -1;

	if (asprintf(&name, "%s%s", w->target, suffix) < 0)
		return -1;
	if (asprintf(&link_name, "%s~", w->temporary) < 0) {
		free(name);
		return -1;
	}
	if (link(w->target, link_name) == 0) {
		got = rename(link_name, name);
		/* If both were the same file, rename() does nothing. */
		if (unlink(link_name) != 0 && errno != ENOENT)
			got = -1;
	} else if (errno == EPERM || errno == ENOTSUP || errno == EMLINK) {
		got = rename(w->target, name);
	}
	free(name);
	free(link_name);
	return got;
}

/* Put a complete file in its place. */
static enum destination_result
commit(struct destinations *o, struct writer *w, size_t file)
{
	bool in_place = o->opt->in_place;

	if (!in_place)
		return writer_commit(w, false) == 0 ?
		       DESTINATION_OK : cannot_write(o, DESTINATION_FAILED);
	if (!is_unchanged(o, file)) {
		writer_abort(w);
		return say(o, DESTINATION_REFUSED, input(o, file), "not rewritten",
			   "it has changed while it was read");
	}
	if (o->opt->suffix != NULL && keep_old(w, o->opt->suffix) != 0) {
		writer_abort(w);
		return say(o, DESTINATION_REFUSED, input(o, file),
			   "cannot keep the original", strerror(errno));
	}
	if (writer_commit(w, true) != 0)
		return say(o, DESTINATION_FAILED, input(o, file), "cannot rewrite",
			   strerror(errno));
	return DESTINATION_OK;
}

static enum destination_result
seal(struct destinations *o)
{
	struct sealed *s;

	if (array_room(&o->sealed, &o->sealed_room, o->nsealed + 1,
		       sizeof(*s)) != 0) {
		writer_abort(&o->to);
		return destinations_no_memory(o);
	}
	if (writer_seal(&o->to, o->opt->in_place) != 0)
		return cannot_write(o, DESTINATION_FAILED);
	s = &o->sealed[o->nsealed++];
	s->writer = o->to;
	s->file = o->file;
	o->to = (struct writer){ .fd = -1 };
	return DESTINATION_OK;
}

/* --resume: the file was done before; check that it has not changed. */
static enum destination_result
end_old(struct destinations *o)
{
	unsigned long long put = o->to.total;

	writer_close(&o->to);
	if (resume_put(&o->resume, o->file) == put &&
	    is_unchanged(o, o->file))
		return DESTINATION_OK;
	return say(o, DESTINATION_FAILED, input(o, o->file), "cannot resume",
		   "its text is not what it was in the earlier run");
}

/* --resume: its output is in place; write that to the journal. */
static enum destination_result
note(struct destinations *o, unsigned long long put)
{
	struct resume *r = &o->resume;

	if (!o->opt->resume)
		return DESTINATION_OK;
	if (!is_unchanged(o, o->file))
		return say(o, DESTINATION_FAILED, input(o, o->file), "cannot go on",
			   "it has changed while it was read");
	if (resume_done(r, o->file, o->files->file[o->file].stamp, put,
			o->path) != 0)
		return say(o, DESTINATION_FAILED, r->path, "cannot write",
			   strerror(errno));
	return DESTINATION_OK;
}

enum destination_result
destinations_end(struct destinations *o, bool removed, const char *refusal)
{
	const struct file *f;
	enum destination_result got;
	unsigned long long put;

	if (!o->each || !o->open)
		return DESTINATION_OK;
	o->open = false;
	f = &o->files->file[o->file];
	put = o->to.total;
	o->bytes += put;
	if (o->old)
		return end_old(o);
	if (f->skip || (o->opt->in_place && (o->broken || !removed))) {
		/* Not all of it was read, or it stays as it is. */
		writer_abort(&o->to);
		if (!o->opt->in_place || !(f->skip || o->broken))
			return DESTINATION_OK;
		return say(o, DESTINATION_REFUSED, o->path, "not rewritten",
			   "it was not read to its end");
	}
	if (refusal != NULL) {
		writer_abort(&o->to);
		return say(o, DESTINATION_REFUSED, o->path, "not rewritten",
			   refusal);
	}
	/* What later texts were compared with is there, and not as if whole. */
	if (o->broken && writer_add_suffix(&o->to, ".part") != 0)
		return cannot_write(o, DESTINATION_FAILED);
	if (o->opt->guarded)
		return seal(o);
	got = commit(o, &o->to, o->file);
	return got == DESTINATION_OK && !o->broken ? note(o, put) : got;
}

enum destination_result
destinations_finish(struct destinations *o, bool whole, bool keep)
{
	enum destination_result got = DESTINATION_OK;
	size_t i = 0;

	if (!o->each)
		return DESTINATION_OK;
	if (o->open) {
		if (o->old)
			writer_close(&o->to);
		else
			writer_abort(&o->to);
		o->open = false;
	}
	while (i < o->nsealed && whole && keep && got == DESTINATION_OK) {
		struct sealed *s = &o->sealed[i++];

		got = place(o, s->file);
		if (got != DESTINATION_OK)
			writer_abort(&s->writer);
		else
			got = commit(o, &s->writer, s->file);
	}
	if (got == DESTINATION_REFUSED) {	/* the caller calls again for
						 * the rest */
		o->nsealed -= i;
		memmove(o->sealed, o->sealed + i,
			o->nsealed * sizeof(*o->sealed));
		return got;
	}
	for (; i < o->nsealed; i++)
		writer_abort(&o->sealed[i].writer);
	o->nsealed = 0;
	if (resume_close(&o->resume, whole) != 0)
		return say(o, DESTINATION_FAILED, o->opt->output_dir,
			   "cannot write", strerror(errno));
	return got;
}

void
destinations_free(struct destinations *o)
{
	free(o->path);
	free(o->made);
	free(o->sealed);
	resume_free(&o->resume);
}
