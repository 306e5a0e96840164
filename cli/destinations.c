/* Where the output of each file goes. */
#include "destinations.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hash.h"

/* A file that is whole, under its temporary name. */
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

static enum destination_result
no_memory(struct destinations *o)
{
	return say(o, DESTINATION_FAILED, "outputs", "cannot go on",
		   strerror(ENOMEM));
}

/* As writer_put() and its like have left it. */
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

/* Names. */

/*
 * DIR and the path of the input without what is empty, "." and "..", its
 * suffix that of the compression; to be freed.  NULL with ENOMEM, or EINVAL
 * where it leads out of DIR.
 */
static char *
place_in_dir(const struct options *opt, const char *path)
{
	size_t dir = strlen(opt->output_dir), n = dir;
	char *to = malloc(dir + strlen(path) + 8);

	if (to == NULL)
		return NULL;
	memcpy(to, opt->output_dir, dir);
	while (*path != '\0') {
		size_t len = strcspn(path, "/");

		if (len == 2 && memcmp(path, "..", 2) == 0) {
			if (n == dir) {
				free(to);
				errno = EINVAL;
				return NULL;
			}
			while (to[--n] != '/')
				;
		} else if (len > 0 && (len > 1 || *path != '.')) {
			to[n++] = '/';
			memcpy(to + n, path, len);
			n += len;
		}
		path += len;
		path += strspn(path, "/");
	}
	if (n == dir)		/* a directory, which is not to be read */
		to[n++] = '/';
	to[n] = '\0';
	if (opt->compress_given) {
		const char *suffix = compression_suffix(opt->compress.kind);

		n = dir + 1 + compression_plain_len(to + dir + 1);
		memcpy(to + n, suffix, strlen(suffix) + 1);
	}
	return to;
}

/* The name that an original is kept under; to be freed, or NULL. */
static char *
place_of_old(const struct options *opt, const char *path)
{
	char *real = realpath(path, NULL), *to;

	if (asprintf(&to, "%s%s", real != NULL ? real : path, opt->suffix) < 0)
		to = NULL;
	free(real);
	return to;
}

/* Before anything is written. */

struct identity {
	dev_t dev;
	ino_t ino;
	size_t file;
};

struct plan {
	struct identity *inputs;
	size_t ninputs;
	char **places;
	size_t nplaces;
};

static int
by_identity(const void *a, const void *b)
{
	const struct identity *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static int
by_file(const void *a, const void *b)
{
	const struct identity *x = a, *y = b;
	int order = by_identity(a, b);

	return order != 0 ? order : x->file < y->file ? -1 : 1;
}

/* By directory, then by name: all of a directory stand together. */
static int
by_place(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	size_t m = (size_t)(strrchr(x, '/') - x);
	size_t n = (size_t)(strrchr(y, '/') - y);
	int order = m == n ? memcmp(x, y, m) : m < n ? -1 : 1;

	return order != 0 ? order : strcmp(x + m, y + n);
}

/* Is what stands there an input, other than that of the number? */
static bool
is_input(const struct plan *p, const char *path, size_t but)
{
	const struct identity *found;
	struct identity key;
	struct stat st;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	key = (struct identity){ st.st_dev, st.st_ino, 0 };
	found = bsearch(&key, p->inputs, p->ninputs, sizeof(key), by_identity);
	return found != NULL && found->file != but;
}

static enum destination_result
find_inputs(struct destinations *o, struct plan *p)
{
	const struct files *f = o->files;

	p->inputs = calloc(f->n + 1, sizeof(*p->inputs));
	if (p->inputs == NULL)
		return no_memory(o);
	for (size_t i = 0; i < f->n; i++) {
		struct stat st;

		if (strcmp(f->file[i].path, "-") == 0)
			return say(o, DESTINATION_FAILED, "-", "cannot read",
				   o->opt->in_place ?
				   "--in-place rewrites files" :
				   "--output-dir is for files");
		if (stat(f->file[i].path, &st) == 0 && S_ISREG(st.st_mode))
			p->inputs[p->ninputs++] = (struct identity){
				st.st_dev, st.st_ino, i,
			};
	}
	qsort(p->inputs, p->ninputs, sizeof(*p->inputs), by_file);
	for (size_t i = 1; i < p->ninputs && o->opt->in_place; i++)
		if (by_identity(&p->inputs[i - 1], &p->inputs[i]) == 0)
			return say(o, DESTINATION_FAILED,
				   input(o, p->inputs[i].file),
				   "cannot rewrite", "it is given twice");
	return DESTINATION_OK;
}

static bool
is_log(const char *path, int log)
{
	struct stat a, b;

	return log >= 0 && stat(path, &a) == 0 && fstat(log, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool
is_same(const char *path, const char *other)
{
	struct stat a, b;

	return other != NULL && (strcmp(path, other) == 0 ||
	       (stat(path, &a) == 0 && stat(other, &b) == 0 &&
		a.st_dev == b.st_dev && a.st_ino == b.st_ino));
}

/* Is it a table, or a text, that is read or written beside the files? */
static bool
is_reference(const struct options *opt, const char *path)
{
	for (size_t i = 0; i < opt->nloads; i++)
		if (is_same(path, opt->loads[i]))
			return true;
	return is_same(path, opt->against) || is_same(path, opt->save) ||
	       is_same(path, opt->update);
}

/* Where the output of a file goes: to o->path. */
static enum destination_result
place(struct destinations *o, size_t file, bool old)
{
	const char *path = input(o, file);

	free(o->path);
	o->path = !o->opt->in_place ? place_in_dir(o->opt, path) :
		  old ? place_of_old(o->opt, path) : strdup(path);
	if (o->path != NULL)
		return DESTINATION_OK;
	return errno != EINVAL ? no_memory(o) :
	       say(o, DESTINATION_FAILED, path, "cannot write",
		   "its place would be outside of --output-dir");
}

/* Every place, but those of originals that are overwritten. */
static enum destination_result
find_places(struct destinations *o, struct plan *p, int log)
{
	bool old = o->opt->in_place;

	if (old && o->opt->suffix == NULL)
		return DESTINATION_OK;
	p->places = calloc(o->files->n + 1, sizeof(*p->places));
	if (p->places == NULL)
		return no_memory(o);
	for (size_t i = 0; i < o->files->n; i++) {
		enum destination_result got = place(o, i, old);

		if (got != DESTINATION_OK)
			return got;
		/* Its own other name is no harm, as a link is kept there. */
		if (is_input(p, o->path, old ? i : SIZE_MAX))
			return say(o, DESTINATION_FAILED, o->path, "cannot write",
				   "it is an input file too");
		if (is_log(o->path, log))
			return say(o, DESTINATION_FAILED, o->path, "cannot write",
				   "it is the log too");
		if (is_reference(o->opt, o->path))
			return say(o, DESTINATION_FAILED, o->path, "cannot write",
				   "it is a table, or --against's, too");
		p->places[p->nplaces++] = o->path;
		o->path = NULL;
	}
	qsort(p->places, p->nplaces, sizeof(*p->places), by_place);
	for (size_t i = 1; i < p->nplaces; i++) {
		if (strcmp(p->places[i - 1], p->places[i]) != 0)
			continue;
		o->path = strdup(p->places[i]);
		return say(o, DESTINATION_FAILED, o->path, "cannot write",
			   "it would be the output of two files");
	}
	return DESTINATION_OK;
}

static int
make_directory(const char *path)
{
	return mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : -1;
}

/* Directories, all that lead to the last slash.  0, or -1 with errno. */
static int
make_directories(struct destinations *o, const char *path)
{
	size_t len = (size_t)(strrchr(path, '/') - path);
	char *dir;
	int got;

	if (len == 0 || (o->made != NULL && strlen(o->made) == len &&
			 memcmp(o->made, path, len) == 0))
		return 0;
	dir = strndup(path, len);
	if (dir == NULL)
		return -1;
	got = make_directory(dir);
	if (got != 0 && errno == ENOENT) {
		for (char *p = dir + 1; (p = strchr(p, '/')) != NULL; p++) {
			*p = '\0';
			make_directory(dir);
			*p = '/';
		}
		got = make_directory(dir);
	}
	if (got != 0) {
		free(dir);
		return -1;
	}
	free(o->made);
	o->made = dir;
	return 0;
}

/* Size and time of a file that the output hangs on, too. */
static uint64_t
hash_file(uint64_t h, const char *path)
{
	struct stat st;

	if (path == NULL || stat(path, &st) != 0)
		return h;
	h = hash_bytes(h, &st.st_size, sizeof(st.st_size));
	return hash_bytes(h, &st.st_mtim, sizeof(st.st_mtim));
}

/* What stands for all that the output hangs on, but for the inputs. */
static uint64_t
key_of(const struct options *opt)
{
	uint64_t h = hash_file(opt->deciders, opt->against);

	for (size_t i = 0; i < opt->nloads; i++)
		h = hash_file(h, opt->loads[i]);
	return hash_file(h, opt->update);
}

/* --output-dir: what an earlier run has left. */
static enum destination_result
take_up(struct destinations *o, const struct plan *p)
{
	struct resume *r = &o->resume;
	char *journal;

	if (asprintf(&journal, "%s/%s", o->opt->output_dir, RESUME_NAME) < 0)
		return no_memory(o);
	free(o->path);
	o->path = journal;
	if (!o->opt->resume) {
		if (access(journal, F_OK) != 0)
			return DESTINATION_OK;
		return say(o, DESTINATION_FAILED, journal, "a run was stopped here",
			   "--resume goes on with it; without this file all "
			   "begins anew");
	}
	if (make_directories(o, journal) != 0)
		return cannot_write(o, DESTINATION_FAILED);
	if (resume_open(r, journal, key_of(o->opt), o->files) != 0)
		return say(o, DESTINATION_FAILED, journal, "cannot resume", r->why);
	for (size_t i = 0; i < o->files->n; i++) {
		if (resume_state(r, i) != RESUME_DONE)
			continue;
		if (place(o, i, false) != DESTINATION_OK)
			return no_memory(o);
		if (resume_check(r, i, input(o, i), o->path) != 0)
			return say(o, DESTINATION_FAILED, input(o, i),
				   "cannot resume", r->why);
	}
	return resume_sweep(p->places, p->nplaces, by_place) != 0 ?
	       no_memory(o) : DESTINATION_OK;
}

enum destination_result
destinations_plan(struct destinations *o, int log)
{
	struct plan p = { NULL, 0, NULL, 0 };
	enum destination_result got;

	if (!o->each)
		return DESTINATION_OK;
	got = find_inputs(o, &p);
	if (got == DESTINATION_OK)
		got = find_places(o, &p, log);
	if (got == DESTINATION_OK && o->opt->output_dir != NULL)
		got = take_up(o, &p);
	for (size_t i = 0; i < p.nplaces; i++)
		free(p.places[i]);
	free(p.places);
	free(p.inputs);
	return got;
}

/* Files. */

static enum destination_result
begin_in_place(struct destinations *o)
{
	const struct stamp *s = o->files->file[o->file].stamp;
	struct compression c = { .kind = s->kind, .level = -1 };
	struct stat st;

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
	if (make_directories(o, o->path) == 0 &&
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
	got = place(o, file, false);
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

/* The same file still, as it was when it was opened? */
static bool
is_unchanged(const struct destinations *o, size_t file)
{
	const struct file *f = &o->files->file[file];
	struct stat st;

	return f->stamp != NULL && stat(f->path, &st) == 0 &&
	       files_is_same(f->stamp, &st);
}

/*
 * The original, under another name as well, which takes the place of what had
 * it; at no time is the file missing where hard links can be made.
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
		/* Where both were the same file, rename() does nothing. */
		if (unlink(link_name) != 0 && errno != ENOENT)
			got = -1;
	} else if (errno == EPERM || errno == ENOTSUP || errno == EMLINK) {
		got = rename(w->target, name);
	}
	free(name);
	free(link_name);
	return got;
}

/* A file that is whole takes its place. */
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

	if (o->nsealed == o->sealed_room) {
		size_t room = 2 * o->sealed_room + 64;

		s = realloc(o->sealed, room * sizeof(*s));
		if (s == NULL) {
			writer_abort(&o->to);
			return no_memory(o);
		}
		o->sealed = s;
		o->sealed_room = room;
	}
	if (writer_seal(&o->to, o->opt->in_place) != 0)
		return cannot_write(o, DESTINATION_FAILED);
	s = &o->sealed[o->nsealed++];
	s->writer = o->to;
	s->file = o->file;
	o->to = (struct writer){ .fd = -1 };
	return DESTINATION_OK;
}

/* --resume: the file was done before, and is to be what it was. */
static enum destination_result
end_old(struct destinations *o)
{
	unsigned long long put = o->to.total;

	writer_close(&o->to);
	if (resume_put(&o->resume, o->file) == put &&
	    is_unchanged(o, o->file))
		return DESTINATION_OK;
	return say(o, DESTINATION_FAILED, input(o, o->file), "cannot resume",
		   "what is left of it is not what was before");
}

/* --resume: its output is there; what the journal is to hold of it. */
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
destinations_end(struct destinations *o, bool removed)
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
		/* Not all of it was read, or nothing is to be done. */
		writer_abort(&o->to);
		if (!o->opt->in_place || !(f->skip || o->broken))
			return DESTINATION_OK;
		return say(o, DESTINATION_REFUSED, o->path, "not rewritten",
			   "it was not read to its end");
	}
	if (o->opt->guarded)
		return seal(o);
	got = commit(o, &o->to, o->file);
	return got == DESTINATION_OK ? note(o, put) : got;
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

		got = place(o, s->file, false);
		if (got != DESTINATION_OK)
			writer_abort(&s->writer);
		else
			got = commit(o, &s->writer, s->file);
	}
	if (got == DESTINATION_REFUSED) {	/* to be called again for the rest */
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
