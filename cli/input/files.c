/* The files of a run: operands and lists of names. */
#include "files.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "array.h"

static int
add(struct files *f, const char *path)
{
	if (array_room(&f->file, &f->room, f->n + 1, sizeof(*f->file)) != 0)
		return -1;
	f->file[f->n++] = (struct file){ .path = path };
	return 0;
}

int
files_take(struct files *f, char *const *operands, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (add(f, operands[i]) != 0)
			return -1;
	return 0;
}

#define READ_AHEAD ((size_t)64 << 10)

/* All of a file, and a NUL after it, to be freed; NULL with errno. */
static char *
read_all(const char *path, size_t *len)
{
	struct source s;
	char *text = NULL;
	size_t room = 0, n = 0;

	if (source_open(&s, path) != 0)
		return NULL;
	for (;;) {
		ssize_t got;

		if (array_room(&text, &room, n + READ_AHEAD, 1) != 0)
			break;
		got = source_read(&s, text + n, room - n - 1);
		if (got < 0)
			break;
		if (got == 0) {
			source_close(&s);
			text[n] = '\0';
			*len = n;
			return text;
		}
		n += (size_t)got;
	}
	free(text);
	source_close(&s);
	return NULL;
}

/* In what order a folder is read: by the bytes of the names. */
static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int
add_entry(struct files *f, const FTSENT *e)
{
	char *path;

	if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR ||
	    e->fts_info == FTS_NS) {
		errno = e->fts_errno;
		return -1;
	}
	if (e->fts_info != FTS_F)
		return 0;
	path = strdup(e->fts_path);
	if (path == NULL ||
	    array_resize(&f->text, f->ntexts + 1, sizeof(*f->text)) != 0) {
		free(path);
		return -1;
	}
	f->text[f->ntexts++] = path;
	return add(f, path);
}

int
files_take_folder(struct files *f, const char *path)
{
	char *roots[] = { (char *)path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW,
			     by_name);
	const FTSENT *e;
	int got = 0, error;

	if (walk == NULL)
		return -1;
	while (got == 0 && (errno = 0, e = fts_read(walk)) != NULL)
		got = add_entry(f, e);
	if (got == 0 && errno != 0)
		got = -1;
	error = errno;
	fts_close(walk);
	errno = error;
	return got;
}

int
files_read_list(struct files *f, const char *list)
{
	char end = '\n';
	size_t len;
	char *text = read_all(list, &len);

	if (text == NULL)
		return -1;
	/* No name has one. */
	if (memchr(text, '\0', len) != NULL)
		end = '\0';
	if (array_resize(&f->text, f->ntexts + 1, sizeof(*f->text)) != 0) {
		free(text);
		return -1;
	}
	f->text[f->ntexts++] = text;
	for (size_t at = 0; at < len; ) {
		char *p = memchr(text + at, end, len - at);
		size_t next = p != NULL ? (size_t)(p - text) : len;

		text[next] = '\0';
		if (next > at && add(f, text + at) != 0)
			return -1;
		at = next + 1;
	}
	return 0;
}

int
files_stamp(struct file *f, struct source *s)
{
	struct stat st;

	if (f->stamp != NULL)
		return 0;
	if (fstat(s->fd, &st) != 0)
		return -1;
	f->stamp = malloc(sizeof(*f->stamp));
	if (f->stamp == NULL)
		return -1;
	*f->stamp = (struct stamp){
		.dev = st.st_dev, .ino = st.st_ino, .size = st.st_size,
		.mtime = st.st_mtim, .kind = source_kind(s),
	};
	return 0;
}

bool
files_is_same(const struct stamp *a, const struct stat *b)
{
	return a->dev == b->st_dev && a->ino == b->st_ino &&
	       a->size == b->st_size &&
	       a->mtime.tv_sec == b->st_mtim.tv_sec &&
	       a->mtime.tv_nsec == b->st_mtim.tv_nsec;
}

void
files_free(struct files *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->file[i].stamp);
	for (size_t i = 0; i < f->n && f->spooled != NULL; i++)
		source_close(&f->spooled[i]);
	for (size_t i = 0; i < f->ntexts; i++)
		free(f->text[i]);
	free(f->spooled);
	free(f->text);
	free(f->file);
	*f = (struct files){ .n = 0 };
}

enum file_kind
files_look(struct file *f)
{
	struct stat st;

	if (f->kind != FILE_UNKNOWN)
		return f->kind;
	if (strcmp(f->path, "-") == 0 ? fstat(0, &st) != 0 :
					stat(f->path, &st) != 0) {
		f->kind = FILE_MISSING;
	} else if (!S_ISREG(st.st_mode)) {
		f->kind = FILE_OTHER;
	} else {
		f->kind = FILE_REGULAR;
		f->dev = st.st_dev;
		f->ino = st.st_ino;
		f->size = (uint64_t)st.st_size;
	}
	return f->kind;
}

void
files_measure(struct files *f)
{
	f->size = 0;
	f->sized = true;
	for (size_t i = 0; i < f->n; i++) {
		enum file_kind kind = files_look(&f->file[i]);

		f->sized &= kind != FILE_OTHER;
		f->size += kind == FILE_REGULAR ? f->file[i].size : 0;
	}
}
