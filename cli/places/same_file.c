/* Which two uses may not be of the same file. */
#include "same_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "file.h"

/* What a file is for, each a bit. */
enum use {
	INPUT = 1 << 0,
	REWRITTEN = 1 << 1,	/* an input of --in-place */
	LIST = 1 << 2,		/* --files-from */
	AGAINST = 1 << 3,
	LOAD = 1 << 4,
	UPDATE = 1 << 5,
	SAVE = 1 << 6,
	OUTPUT = 1 << 7,
	LOG = 1 << 8,
	PLACE = 1 << 9,		/* an output of --output-dir */
	BACKUP = 1 << 10,	/* a backup of --in-place */
	REPORT = 1 << 11,
};

#define NUSES 12
#define WRITTEN (REWRITTEN | UPDATE | SAVE | OUTPUT | LOG | PLACE | BACKUP | \
		 REPORT)
#define TABLES (LOAD | UPDATE | SAVE)

/*
 * The message names the file by its use 'a'; only the first broken rule is
 * reported.
 */
static const struct rule {
	unsigned a, b;
	const char *what, *why;
} rules[] = {
	{ OUTPUT | LOG | PLACE | BACKUP, INPUT | REWRITTEN,
	  "cannot write", "it is an input file too" },
	{ LOG, OUTPUT, "cannot write", "it is the output too" },
	{ OUTPUT | LOG, LOAD | AGAINST, "cannot write", "it is read, too" },
	{ OUTPUT | LOG | PLACE | BACKUP, LIST,
	  "cannot write", "it is the list of files, too" },
	{ SAVE, UPDATE, "cannot write", "it is the table of --update, too" },
	{ REWRITTEN, REWRITTEN, "cannot rewrite", "it is given twice" },
	{ PLACE | BACKUP, LOG, "cannot write", "it is the log too" },
	{ PLACE | BACKUP, TABLES | AGAINST,
	  "cannot write", "it is a table, or --against's, too" },
	{ PLACE | BACKUP, PLACE | BACKUP,
	  "cannot write", "it would be the output of two files" },
	{ SAVE | UPDATE, INPUT | REWRITTEN,
	  "cannot write", "it is an input file too" },
	{ SAVE | UPDATE, AGAINST, "cannot write", "it is the reference too" },
	{ SAVE | UPDATE, OUTPUT, "cannot write", "it is the output too" },
	{ SAVE | UPDATE, LOG, "cannot write", "it is the log too" },
	{ SAVE | UPDATE, LIST, "cannot write", "it is the list of files, too" },
	{ REPORT, INPUT | REWRITTEN, "cannot write", "it is an input file too" },
	{ REPORT, OUTPUT | PLACE | BACKUP, "cannot write",
	  "it is the output too" },
	{ REPORT, LOG, "cannot write", "it is the log too" },
	{ REPORT, TABLES | AGAINST | LIST, "cannot write",
	  "it is for something else, too" },
	{ REWRITTEN, AGAINST, "cannot rewrite", "it is the reference too" },
	{ REWRITTEN, LIST, "cannot rewrite", "it is the list of files, too" },
};

#define NRULES (sizeof(rules) / sizeof(rules[0]))

/*
 * An existing file is known by device and inode.  One that does not exist is
 * known by those of its directory, and its name; if there is no directory
 * either, by its path.
 */
struct used {
	dev_t dev;
	ino_t ino;
	const char *name;	/* NULL: it exists */
	const char *path;	/* as in the message */
	size_t file;		/* number of the input that it belongs to */
	unsigned use;
};

struct uses {
	struct used *used;
	size_t n, room;
	char **owned;		/* names to which links led */
	size_t nowned, owned_room;
	char *dir;		/* the last directory that was looked up, ... */
	size_t dir_len;
	bool dir_there;		/* ... whether it exists, and what it is */
	struct stat dir_st;
};

static void
uses_free(struct uses *u)
{
	for (size_t i = 0; i < u->nowned; i++)
		free(u->owned[i]);
	free(u->owned);
	free(u->used);
	free(u->dir);
}

/* The directory of a path: 1 with u->dir_st set, 0 if it does not exist, -1. */
static int
find_directory(struct uses *u, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash != NULL ? (size_t)(slash - path) + 1 : 0;

	if (u->dir != NULL && u->dir_len == len &&
	    memcmp(u->dir, path, len) == 0)
		return u->dir_there;
	free(u->dir);
	u->dir_len = len;
	u->dir = strndup(path, len);
	if (u->dir == NULL)
		return -1;
	/* uses_free() frees it.  NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	u->dir_there = stat(len > 0 ? u->dir : ".", &u->dir_st) == 0;
	return u->dir_there;
}

/* Identify a file that does not exist.  0, or -1 with ENOMEM. */
static int
identify_missing(struct uses *u, struct used *f)
{
	const char *path = f->path, *slash;
	int got;

	/* Follow broken links; as many as Linux follows. */
	for (int i = 0; (got = find_directory(u, path)) > 0 && i < 40; i++) {
		char *target = file_link_target(path);

		if (target == NULL && errno == ENOMEM)
			return -1;
		if (target == NULL)
			break;
		if (array_room(&u->owned, &u->owned_room, u->nowned + 1,
			       sizeof(*u->owned)) != 0) {
			free(target);
			return -1;
		}
		u->owned[u->nowned++] = target;
		path = target;
	}
	if (got < 0)
		return -1;
	slash = got > 0 ? strrchr(path, '/') : NULL;
	f->name = slash != NULL ? slash + 1 : path;
	f->dev = got > 0 ? u->dir_st.st_dev : 0;
	f->ino = got > 0 ? u->dir_st.st_ino : 0;
	return 0;
}

static int
append(struct uses *u, const struct used *f)
{
	if (array_room(&u->used, &u->room, u->n + 1, sizeof(*f)) != 0)
		return -1;
	u->used[u->n++] = *f;
	return 0;
}

/* Path "-" is standard input, NULL standard output.  0, or -1 with ENOMEM. */
static int
add(struct uses *u, enum use use, const char *path, size_t file)
{
	struct used f = { .path = path, .file = file, .use = use };
	struct stat st;
	bool is_stdin = path != NULL && !(use & WRITTEN) &&
			strcmp(path, "-") == 0;
	int got = path == NULL ? fstat(STDOUT_FILENO, &st) :
		  is_stdin ? fstat(STDIN_FILENO, &st) : stat(path, &st);

	if (got == 0 && !S_ISREG(st.st_mode))
		return 0;
	if (got == 0) {
		f.dev = st.st_dev;
		f.ino = st.st_ino;
	} else if (path == NULL || is_stdin) {
		return 0;
	} else if (identify_missing(u, &f) != 0) {
		return -1;
	}
	return append(u, &f);
}

/* The same for an input. */
static int
add_input(struct uses *u, enum use use, struct file *file, size_t number)
{
	struct used f = { .path = file->path, .file = number, .use = use };

	switch (files_look(file)) {
	case FILE_REGULAR:
		f.dev = file->dev;
		f.ino = file->ino;
		return append(u, &f);
	case FILE_MISSING:
		return add(u, use, file->path, number);
	default:
		return 0;
	}
}

/* The same for an option, if it was given. */
static int
add_given(struct uses *u, enum use use, const char *path)
{
	return path != NULL ? add(u, use, path, SIZE_MAX) : 0;
}

static int
add_options(struct uses *u, const struct options *opt)
{
	bool each = opt->output_dir != NULL || opt->in_place;

	for (size_t i = 0; i < opt->loads.n; i++)
		if (add(u, LOAD, opt->loads.name[i], SIZE_MAX) != 0)
			return -1;
	for (size_t i = 0; i < opt->against.n; i++)
		if (add(u, AGAINST, opt->against.name[i], SIZE_MAX) != 0)
			return -1;
	for (size_t i = 0; i < opt->lists.n; i++)
		if (add(u, LIST, opt->lists.name[i], SIZE_MAX) != 0)
			return -1;
	if (add_given(u, SAVE, opt->save) != 0 ||
	    add_given(u, UPDATE, opt->update) != 0 ||
	    (!options_is_stdout(opt->log) &&
	     add_given(u, LOG, opt->log) != 0) ||
	    add_given(u, LOG, opt->groups) != 0 ||
	    add_given(u, REPORT, opt->report) != 0)
		return -1;
	if (each || (opt->output == NULL && opt->show == SHOW_NOTHING))
		return 0;
	return add(u, OUTPUT, opt->output, SIZE_MAX);
}

static int
add_files(struct uses *u, const struct options *opt, struct files *files,
	  char *const *places)
{
	for (size_t i = 0; i < files->n; i++)
		if (add_input(u, opt->in_place ? REWRITTEN : INPUT,
			      &files->file[i], i) != 0 ||
		    (places != NULL && add(u, opt->in_place ? BACKUP : PLACE,
					   places[i], i) != 0))
			return -1;
	return 0;
}

static int
by_identity(const void *a, const void *b)
{
	const struct used *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	if (x->name == NULL || y->name == NULL)
		return (x->name != NULL) - (y->name != NULL);
	return strcmp(x->name, y->name);
}

static int
by_identity_and_file(const void *a, const void *b)
{
	const struct used *x = a, *y = b;
	int order = by_identity(a, b);

	if (order != 0)
		return order;
	if (x->use != y->use)
		return x->use < y->use ? -1 : 1;
	return x->file < y->file ? -1 : x->file > y->file;
}

/* Is it wrong that these two are one file? */
static bool
is_clash(const struct rule *r, const struct used *a, const struct used *b)
{
	if (a == b || (a->use & r->a) == 0 || (b->use & r->b) == 0)
		return false;
	/* A backup may be a link to the original itself: it is kept. */
	return a->use != BACKUP || b->use != REWRITTEN || a->file != b->file;
}

/*
 * The uses from 'first' on are of one file: find the first rule before 'end'
 * that they break; or 'end'.  Looking at two of each use is enough.
 */
static size_t
judge(const struct used *first, size_t n, size_t end, const struct used **who)
{
	const struct used *some[2 * NUSES];
	size_t nsome = 0;

	for (size_t i = 0; i < n; i++)
		if (i < 2 || first[i].use != first[i - 2].use)
			some[nsome++] = &first[i];
	for (size_t r = 0; r < end; r++)
		for (size_t i = 0; i < nsome * nsome; i++) {
			/* If both have the same use, name the later one. */
			const struct used *a = some[nsome - 1 - i / nsome];

			if (!is_clash(&rules[r], a, some[i % nsome]))
				continue;
			*who = a;
			return r;
		}
	return end;
}

static int
check(struct uses *u, struct clash *c)
{
	const struct used *who = NULL;
	size_t worst = NRULES;

	if (u->n > 0)
		qsort(u->used, u->n, sizeof(*u->used), by_identity_and_file);
	for (size_t i = 0, n; i < u->n; i += n) {
		for (n = 1; i + n < u->n &&
		     by_identity(&u->used[i], &u->used[i + n]) == 0; n++)
			;
		if (n > 1)
			worst = judge(u->used + i, n, worst, &who);
	}
	if (who == NULL)
		return 0;
	*c = (struct clash){ who->path, rules[worst].what, rules[worst].why };
	return -1;
}

static bool
writes_any(const struct uses *u, const struct options *opt)
{
	if (opt->in_place || opt->output_dir != NULL)
		return true;
	for (size_t i = 0; i < u->n; i++)
		if ((u->used[i].use & WRITTEN) != 0)
			return true;
	return false;
}

int
same_file_check(const struct options *opt, struct files *files,
		char *const *places, struct clash *c)
{
	struct uses u = { .n = 0 };
	int got = add_options(&u, opt);

	/* Do not look at a million inputs if nothing is written. */
	if (got == 0 && writes_any(&u, opt)) {
		got = add_files(&u, opt, files, places);
		if (got == 0 && check(&u, c) != 0) {
			uses_free(&u);
			return -1;
		}
	}
	uses_free(&u);
	if (got != 0)
		*c = (struct clash){ "files", "cannot go on",
				     strerror(ENOMEM) };
	return got;
}
