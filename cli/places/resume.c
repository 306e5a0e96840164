/*
 * The journal of a batch.
 *
 *	dedup-journal 2 VERSION KEY SECONDS NANOSECONDS SEED\n
 *	done NUMBER SIZE SECONDS NANOSECONDS PUT WRITTEN CHECK NAME\n
 *	lost NUMBER CHECK NAME\n
 *
 * KEY is a hash of the options and of the names of all inputs; the time is when
 * the journal was made.  SEED gives the secret, so nobody else may read the
 * file.  NUMBER is that of an input, from 0; SIZE and the time are its own; PUT
 * and WRITTEN are the bytes of its output before compression and in the file.
 * CHECK is a hash of the line before it, so that a line cut off by a crash does
 * not count.  NAME is for people.
 */
#include "resume.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "dedup.h"
#include "file.h"
#include "hash.h"
#include "replace.h"

#define SYNC_SECONDS 1		/* a crash loses at most so much work */

struct resume_file {
	enum resume_state state;
	off_t size, written;
	struct timespec mtime;
	uint64_t put;
};

static int
because(struct resume *r, const char *why)
{
	r->why = why;
	return -1;
}

/* Reading. */

static char *
read_all(int fd, size_t *len)
{
	struct stat st;
	char *text;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	if (text == NULL)
		return NULL;
	n = file_read_at(fd, text, (size_t)st.st_size, 0);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	*len = (size_t)n;
	return text;
}

/* Is the check after the line's first 'n' characters right? */
static bool
is_intact(const char *line, size_t n)
{
	return strtoull(line + n, NULL, 16) ==
	       hash_bytes(HASH_BEGIN, line, n);
}

/*
 * Read so many numbers, each with a space after it; returns what follows, or
 * NULL.
 */
static const char *
take_numbers(const char *at, long long *number, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *end;

		number[i] = strtoll(at, &end, 10);
		if (end == at || *end != ' ')
			return NULL;
		at = end + 1;
	}
	return at;
}

/* Read a line, given without its newline.  False if it is not valid. */
static bool
take_line(struct resume *r, const char *line)
{
	bool done = strncmp(line, "done ", 5) == 0;
	long long v[6] = { 0 };
	const char *check;

	if (!done && strncmp(line, "lost ", 5) != 0)
		return false;
	check = take_numbers(line + 5, v, done ? 6 : 1);
	if (check == NULL || !is_intact(line, (size_t)(check - line)) ||
	    v[0] < 0 || (size_t)v[0] >= r->files->n)
		return false;
	r->file[v[0]] = (struct resume_file){
		.state = done ? RESUME_DONE : RESUME_LOST,
		.size = (off_t)v[1], .mtime = { (time_t)v[2], (long)v[3] },
		.put = (uint64_t)v[4], .written = (off_t)v[5],
	};
	return true;
}

/* Bytes of the journal up to the end of the last valid line. */
static size_t
take_lines(struct resume *r, char *text, size_t at)
{
	char *end;

	while ((end = strchr(text + at, '\n')) != NULL) {
		*end = '\0';
		if (!take_line(r, text + at))
			break;
		at = (size_t)(end - text) + 1;
	}
	return at;
}

/* Writing. */

/*
 * Write 'head' and the rest of the first line; its time is that of its first
 * bytes.
 */
static int
begin(struct resume *r, const char *head, const uint64_t *seed)
{
	struct stat st;

	if (seed != NULL)
		r->seed = *seed;
	else if (getentropy(&r->seed, sizeof(r->seed)) != 0)
		return because(r, "the system gives no random secret");
	if (fchmod(r->fd, 0600) != 0 || ftruncate(r->fd, 0) != 0 ||
	    file_write_all(r->fd, head, strlen(head)) != 0 ||
	    fstat(r->fd, &st) != 0)
		return because(r, strerror(errno));
	r->begun = st.st_mtim;
	if (dprintf(r->fd, "%jd %ld %" PRIu64 "\n", (intmax_t)r->begun.tv_sec,
		    r->begun.tv_nsec, r->seed) < 0 ||
	    fsync(r->fd) != 0 || file_sync_folder(r->path) != 0)
		return because(r, strerror(errno));
	return 0;
}

/* Read time and seed, after the head; returns what follows, or NULL. */
static const char *
take_head(struct resume *r, const char *at)
{
	long long v[2];
	char *end;

	at = take_numbers(at, v, 2);
	if (at == NULL)
		return NULL;
	r->begun = (struct timespec){ (time_t)v[0], (long)v[1] };
	r->seed = strtoull(at, &end, 10);
	return end != at && *end == '\n' ? end + 1 : NULL;
}

static int
go_on(struct resume *r, const char *head, char *text, size_t len)
{
	size_t at = strlen(head), version = at - 1;
	const char *lines;

	while (head[version - 1] != ' ')	/* the key is the last word */
		version--;
	if (len < at || memcmp(text, head, at) != 0) {
		if (strncmp(text, head, version) != 0)
			return because(r, "it is of another version of dedup");
		return because(r, "the options or the names of the files are "
			       "not those of the interrupted run");
	}
	lines = take_head(r, text + at);
	if (lines == NULL)
		return because(r, "its first line is damaged");
	at = (size_t)(lines - text);
	r->goes_on = true;
	r->file = calloc(r->files->n, sizeof(*r->file));
	if (r->file == NULL)
		return because(r, strerror(ENOMEM));
	at = take_lines(r, text, at);
	if (ftruncate(r->fd, (off_t)at) != 0)
		return because(r, strerror(errno));
	return 0;
}

/* Never truncate a file that has another name, under which it may be needed. */
static bool
is_own(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

/* Can a crash have left this of the first line? */
static bool
is_beginning(const char *text, size_t len)
{
	static const char magic[] = "dedup-journal ";
	size_t n = sizeof(magic) - 1;

	return memcmp(text, magic, len < n ? len : n) == 0;
}

int
resume_open(struct resume *r, const char *path, uint64_t key,
	    const uint64_t *seed, const struct files *files)
{
	char head[128], *text;
	size_t len;
	int got;

	for (size_t i = 0; i < files->n; i++)
		key = hash_string(key, files->file[i].path);
	snprintf(head, sizeof(head), "dedup-journal 2 %s %016" PRIx64 " ",
		 dedup_version(), key);
	*r = (struct resume){ .fd = -1, .files = files };
	r->path = strdup(path);
	if (r->path == NULL)
		return because(r, strerror(ENOMEM));
	r->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC |
		     O_NOFOLLOW | O_NONBLOCK, 0600);
	if (r->fd < 0)
		return because(r, errno == ELOOP ? "it is a symbolic link" :
			       strerror(errno));
	if (!is_own(r->fd))
		return because(r, "it is not a regular file with one name");
	if (flock(r->fd, LOCK_EX | LOCK_NB) != 0)
		return because(r, errno == EWOULDBLOCK ?
			       "another run is using it" : strerror(errno));
	clock_gettime(CLOCK_MONOTONIC, &r->synced);
	text = read_all(r->fd, &len);
	if (text == NULL)
		return because(r, strerror(errno));
	/* Without a complete first line nothing was done yet. */
	got = strchr(text, '\n') == NULL && is_beginning(text, len) ?
	      begin(r, head, seed) : go_on(r, head, text, len);
	free(text);
	return got;
}

enum resume_state
resume_state(const struct resume *r, size_t file)
{
	return r->file != NULL ? r->file[file].state : RESUME_OPEN;
}

uint64_t
resume_put(const struct resume *r, size_t file)
{
	return r->file[file].put;
}

int
resume_check(struct resume *r, size_t file, const char *input,
	     const char *output)
{
	struct resume_file *f = &r->file[file];
	struct stat st;

	if (stat(input, &st) != 0 || st.st_size != f->size ||
	    st.st_mtim.tv_sec != f->mtime.tv_sec ||
	    st.st_mtim.tv_nsec != f->mtime.tv_nsec)
		return because(r, "it has changed since it was done");
	if (stat(output, &st) != 0 || st.st_size != f->written)
		f->state = RESUME_OPEN;
	return 0;
}

/* Sweeping. */

/* Is the file newer than the journal? */
static bool
is_newer(const struct resume *r, int dir, const char *name)
{
	const struct timespec *t;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode))
		return false;
	t = &st.st_mtim;
	return t->tv_sec > r->begun.tv_sec ||
	       (t->tv_sec == r->begun.tv_sec &&
		t->tv_nsec >= r->begun.tv_nsec);
}

static int
sweep_directory(const struct resume *r, const char *dir, char *const *outputs,
		size_t n, int (*compare)(const void *, const void *))
{
	static const char stand_in[] = REPLACE_STAND_IN;
	DIR *d = opendir(dir);
	struct dirent *e;
	int result = 0;

	if (d == NULL)
		return 0;	/* it does not exist yet */
	while (result == 0 && (e = readdir(d)) != NULL) {
		size_t len = replace_name_within(e->d_name);
		char *path;

		if (len == 0 || !is_newer(r, dirfd(d), e->d_name))
			continue;
		if (asprintf(&path, "%s%.*s", dir, (int)len,
			     e->d_name + 1) < 0) {
			result = -1;
			break;
		}
		if ((len == sizeof(stand_in) - 1 &&
		     memcmp(e->d_name + 1, stand_in, len) == 0) ||
		    bsearch(&path, outputs, n, sizeof(path), compare) != NULL)
			unlinkat(dirfd(d), e->d_name, 0);
		free(path);
	}
	closedir(d);
	return result;
}

int
resume_sweep(const struct resume *r, char *const *outputs, size_t n,
	     int (*compare)(const void *, const void *))
{
	size_t done = 0;	/* length of the directory before */

	for (size_t i = 0; i < n && r->goes_on; i++) {
		size_t len = (size_t)(strrchr(outputs[i], '/') - outputs[i]) +
			     1;
		char *dir;
		int got;

		if (i > 0 && len == done &&
		    memcmp(outputs[i - 1], outputs[i], len) == 0)
			continue;
		done = len;
		dir = strndup(outputs[i], len);
		if (dir == NULL)
			return -1;
		got = sweep_directory(r, dir, outputs, n, compare);
		free(dir);
		if (got != 0)
			return -1;
	}
	return 0;
}

/* Lines. */

/* Append a line with check and name.  0, or -1 with ENOMEM. */
static int
add_line(struct resume *r, const char *line, size_t file)
{
	const char *name = r->files->file[file].path;
	size_t need = strlen(line) + strlen(name) + 32;
	char *p;

	if (array_room(&r->pending, &r->pending_room, r->pending_len + need,
		       1) != 0)
		return -1;
	p = r->pending + r->pending_len;
	p += sprintf(p, "%s%016" PRIx64 " ", line,
		     hash_bytes(HASH_BEGIN, line, strlen(line)));
	for (; *name != '\0'; name++)
		*p++ = *name == '\n' ? '?' : *name;
	*p++ = '\n';
	r->pending_len = (size_t)(p - r->pending);
	return 0;
}

/* Sync the outputs to disk, and then write the lines that list them. */
static int
sync_all(struct resume *r)
{
	if (r->lost_line) {
		errno = ENOMEM;
		return -1;
	}
	if (r->pending_len == 0)
		return 0;
	if (syncfs(r->fd) != 0 ||
	    file_write_all(r->fd, r->pending, r->pending_len) != 0 ||
	    fdatasync(r->fd) != 0)
		return -1;
	r->pending_len = 0;
	clock_gettime(CLOCK_MONOTONIC, &r->synced);
	return 0;
}

/* Is the output, through a link, on another file system than the journal? */
static int
sync_elsewhere(const struct resume *r, const char *output,
	       const struct stat *st)
{
	struct stat here;
	int fd, got;

	if (fstat(r->fd, &here) != 0)
		return -1;
	if (here.st_dev == st->st_dev)
		return 0;
	fd = open(output, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	got = syncfs(fd);
	close(fd);
	return got;
}

int
resume_done(struct resume *r, size_t file, const struct stamp *input,
	    uint64_t put, const char *output)
{
	struct timespec now;
	struct stat st;
	char line[160];

	if (stat(output, &st) != 0 || sync_elsewhere(r, output, &st) != 0)
		return -1;
	snprintf(line, sizeof(line), "done %zu %jd %jd %ld %" PRIu64 " %jd ",
		 file, (intmax_t)input->size, (intmax_t)input->mtime.tv_sec,
		 input->mtime.tv_nsec, put, (intmax_t)st.st_size);
	if (add_line(r, line, file) != 0)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - r->synced.tv_sec > SYNC_SECONDS - 1 ?
	       sync_all(r) : 0;
}

void
resume_lost(struct resume *r, size_t file)
{
	char line[64];

	snprintf(line, sizeof(line), "lost %zu ", file);
	if (add_line(r, line, file) != 0)
		r->lost_line = true;
}

int
resume_close(struct resume *r, bool whole)
{
	int got;

	if (r->path == NULL || r->fd < 0)
		return 0;
	got = sync_all(r);
	if (got == 0 && whole)
		got = unlink(r->path) != 0 || file_sync_folder(r->path) != 0 ?
		      -1 : 0;
	close(r->fd);
	r->fd = -1;
	return got;
}

void
resume_free(struct resume *r)
{
	if (r->path != NULL && r->fd >= 0)
		close(r->fd);
	free(r->path);
	free(r->file);
	free(r->pending);
}
