/*
 * Bytes to a file, gathered, and compressed if so asked; or to a file that
 * takes the place of another only once it is whole.
 *
 * An encoder is handed whole buffers, counted from the beginning of a member,
 * and the same room each time.  So its output is the same however the bytes
 * came.
 */
#include "writer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "encoder.h"

#define BUFFER ((size_t)128 << 10)
#define DIRECT ((size_t)32 << 10)	/* so much is written uncopied */

/* So much room each time: a buffer that cannot be compressed fits. */
#define ROOM (BUFFER + ((size_t)4 << 10))
#define OUT (2 * ROOM)

/* Opening and closing. */

/* All but the descriptor.  0, or -1 with errno. */
static int
prepare(struct writer *w, const struct compression *c)
{
	bool plain = c == NULL || c->kind == COMPRESSION_NONE;

	*w = (struct writer){ .fd = -1 };
	if (!plain) {
		w->encoder = encoder_new(c);
		if (w->encoder == NULL)
			return -1;
	}
	w->buf = malloc(plain ? BUFFER : BUFFER + OUT);
	if (w->buf == NULL) {
		encoder_free(w->encoder);
		return -1;
	}
	w->out = plain ? NULL : w->buf + BUFFER;
	return 0;
}

/* All but the descriptor. */
static void
dispose(struct writer *w)
{
	int saved = errno;

	encoder_free(w->encoder);
	free(w->buf);
	free(w->target);
	free(w->temporary);
	*w = (struct writer){ .fd = -1 };
	errno = saved;
}

int
writer_open(struct writer *w, const char *path, const struct compression *c)
{
	if (prepare(w, c) != 0)
		return -1;
	w->fd = STDOUT_FILENO;
	if (path == NULL)
		return 0;
	w->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (w->fd < 0) {
		dispose(w);
		return -1;
	}
	w->ours = true;
	return 0;
}

bool
writer_is(const struct writer *w, int fd)
{
	struct stat a, b;

	return fstat(w->fd, &a) == 0 && fstat(fd, &b) == 0 &&
	       S_ISREG(a.st_mode) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

int
writer_truncate(struct writer *w)
{
	struct stat st;

	if (!w->ours || fstat(w->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	return ftruncate(w->fd, 0);
}

/* Writing. */

static int
fail(struct writer *w)
{
	if (w->error == 0)
		w->error = errno;
	errno = w->error;
	w->len = w->out_len = 0;
	return -1;
}

static int
write_out(struct writer *w, const char *data, size_t len)
{
	while (len > 0) {
		struct pollfd p = { .fd = w->fd, .events = POLLOUT };
		ssize_t n = write(w->fd, data, len);

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			poll(&p, 1, -1);	/* others may have set it so */
		else if (n < 0 && errno != EINTR)
			return fail(w);
		if (n < 0)
			continue;
		data += n;
		len -= (size_t)n;
		w->written += (size_t)n;
	}
	return 0;
}

/* What the buffers hold that is as it will be in the file. */
static int
drain(struct writer *w)
{
	size_t *len = w->encoder != NULL ? &w->out_len : &w->len;
	size_t n = *len;

	*len = 0;
	return write_out(w, w->encoder != NULL ? w->out : w->buf, n);
}

static int
encode(struct writer *w, const char *data, size_t len, enum encoder_op op)
{
	struct encoder_io io = { .in = data, .len = len };
	int more;

	do {
		if (OUT - w->out_len < ROOM && drain(w) != 0)
			return -1;
		io.out = w->out + w->out_len;
		io.room = ROOM;
		more = encoder_run(w->encoder, &io, op);
		w->out_len += ROOM - io.room;
	} while (more > 0);
	return more < 0 ? fail(w) : 0;
}

/* The part of a buffer that there is, and what is to come of it. */
static int
encode_rest(struct writer *w, enum encoder_op op)
{
	size_t len = w->len;

	w->len = 0;
	w->unflushed = false;
	return encode(w, w->buf, len, op);
}

static int
put_encoded(struct writer *w, const char *data, size_t len)
{
	w->amid = w->unflushed = true;
	while (len > 0) {
		size_t n = BUFFER - w->len < len ? BUFFER - w->len : len;
		const char *whole = data;

		if (n < BUFFER) {
			memcpy(w->buf + w->len, data, n);
			w->len += n;
			whole = w->buf;
		}
		data += n;
		len -= n;
		if (whole == w->buf && w->len < BUFFER)
			break;
		w->len = 0;
		if (encode(w, whole, BUFFER, ENCODER_GO_ON) != 0)
			return -1;
	}
	return 0;
}

int
writer_put(struct writer *w, const void *data, size_t len)
{
	if (w->error != 0)
		return fail(w);
	w->total += len;
	if (len == 0)
		return 0;
	if (w->encoder != NULL)
		return put_encoded(w, data, len);
	if (len <= BUFFER - w->len) {
		memcpy(w->buf + w->len, data, len);
		w->len += len;
		return 0;
	}
	if (drain(w) != 0)
		return -1;
	if (len >= DIRECT)
		return write_out(w, data, len);
	memcpy(w->buf, data, len);
	w->len = len;
	return 0;
}

int
writer_flush(struct writer *w)
{
	if (w->error != 0)
		return fail(w);
	if (w->unflushed && encode_rest(w, ENCODER_FLUSH) != 0)
		return -1;
	return drain(w);
}

int
writer_end_member(struct writer *w)
{
	if (w->error != 0)
		return fail(w);
	if (!w->amid)
		return 0;
	w->amid = false;
	w->any = true;
	return encode_rest(w, ENCODER_FINISH);
}

/* All that there is, out: 0, or -1 with errno. */
static int
finish(struct writer *w)
{
	if (w->error != 0)
		return fail(w);
	if (w->encoder != NULL && (w->amid || !w->any)) {
		w->any = true;
		w->amid = false;
		if (encode_rest(w, ENCODER_FINISH) != 0)
			return -1;
	}
	return drain(w);
}

/* Also standard output: some file systems tell of failures only then. */
static int
close_fd(struct writer *w)
{
	int fd = w->fd;

	w->fd = -1;
	return close(fd) != 0 ? fail(w) : 0;
}

int
writer_close(struct writer *w)
{
	int result = finish(w);

	assert(w->temporary == NULL);
	if (close_fd(w) != 0)
		result = -1;
	dispose(w);
	return result;
}

/* Replacing. */

#define LINKS 40		/* as many as Linux follows */
#define ATTEMPTS 100		/* at a name that is not taken */

/* The length of the directory in 'path', with its slash; 0: there is none. */
static size_t
directory_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* Where the link at 'path' points, seen from here; to be freed, or NULL. */
static char *
link_target(const char *path)
{
	char link[PATH_MAX], *target;
	ssize_t n = readlink(path, link, sizeof(link));

	if (n < 0)
		return NULL;
	if ((size_t)n == sizeof(link)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if (asprintf(&target, "%.*s%.*s",
		     link[0] == '/' ? 0 : (int)directory_len(path), path,
		     (int)n, link) < 0)
		return NULL;
	return target;
}

/*
 * w->target is what is to be replaced, behind all links: 1 and its state in
 * *st; 0, it is not there yet; -1 with errno.
 */
static int
find_target(struct writer *w, const char *path, struct stat *st)
{
	w->target = strdup(path);
	for (int i = 0; w->target != NULL && i <= LINKS; i++) {
		char *next;

		if (lstat(w->target, st) != 0)
			return errno == ENOENT ? 0 : -1;
		if (S_ISREG(st->st_mode))
			return 1;
		if (!S_ISLNK(st->st_mode)) {
			errno = S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
			return -1;
		}
		next = link_target(w->target);
		free(w->target);
		w->target = next;
	}
	if (w->target != NULL)
		errno = ELOOP;
	return -1;
}

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Eight characters and a NUL.  They need not be secret: O_EXCL guards. */
static void
random_suffix(char *to, const struct writer *w)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	struct timespec t;
	uint64_t x;

	clock_gettime(CLOCK_REALTIME, &t);
	x = mix(mix((uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec) +
		(uintptr_t)w);
	for (int i = 0; i < 8; i++, x /= 36)
		*to++ = letters[x % 36];
	*to = '\0';
}

/*
 * The temporary file, never open to more than the file that it is to become.
 * 0, or -1 with errno.
 */
static int
make_temporary(struct writer *w)
{
	static const size_t longest = NAME_MAX / 2;
	size_t dir = directory_len(w->target);
	const char *name = w->target + dir;
	mode_t mode = 0666;
	char suffix[9];

	if (*name == '\0') {
		errno = ENOENT;
		return -1;
	}
	if (strlen(name) > longest)
		name = "dedup";
	/* Whose group it is, is not known before it is made. */
	if (w->like)
		mode = (w->mode & (S_IRWXU | S_IRWXO)) |
		       (w->mode & (w->mode << 3) & S_IRWXG);
	for (int i = 0; i < ATTEMPTS; i++) {
		random_suffix(suffix, w);
		if (asprintf(&w->temporary, "%.*s.%s.%s", (int)dir, w->target,
			     name, suffix) < 0) {
			w->temporary = NULL;
			return -1;
		}
		w->fd = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL |
			     O_CLOEXEC, mode);
		if (w->fd >= 0)
			return 0;
		free(w->temporary);
		w->temporary = NULL;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

int
writer_replace(struct writer *w, const char *path, const struct compression *c,
	       const struct stat *like)
{
	struct stat old;
	int got;

	if (prepare(w, c) != 0)
		return -1;
	got = find_target(w, path, &old);
	if (got > 0 && like == NULL)
		like = &old;
	if (like != NULL) {
		w->like = true;
		w->mode = like->st_mode & 07777;
		w->uid = like->st_uid;
		w->gid = like->st_gid;
	}
	if (got < 0 || make_temporary(w) != 0) {
		dispose(w);
		return -1;
	}
	w->ours = true;
	return 0;
}

/* No right to give it away, or this file system has no owners. */
static bool
is_owner_refused(int error)
{
	return error == EPERM || error == EINVAL || error == ENOTSUP;
}

/* Mode and owner.  A call is saved where they are right: 0, or -1. */
static int
make_alike(struct writer *w)
{
	mode_t mode = w->mode;
	struct stat st;

	if (!w->like)
		return 0;
	if (fstat(w->fd, &st) != 0)
		return -1;
	if (st.st_gid != w->gid && fchown(w->fd, (uid_t)-1, w->gid) != 0) {
		if (!is_owner_refused(errno))
			return -1;
		mode &= ~(mode_t)(S_ISUID | S_ISGID);
		mode &= (mode << 3) | ~(mode_t)S_IRWXG;
	}
	if (st.st_uid != w->uid && fchown(w->fd, w->uid, (gid_t)-1) != 0) {
		if (!is_owner_refused(errno))
			return -1;
		mode &= ~(mode_t)(S_ISUID | S_ISGID);
	}
	/* After fchown(), which may take set-id bits away. */
	if (mode == (st.st_mode & 07777) && (mode & 07000) == 0)
		return 0;
	return fchmod(w->fd, mode);
}

/* The directory, to the disk, once no other needs w->temporary. */
static int
sync_directory(struct writer *w)
{
	size_t len = directory_len(w->temporary);
	int fd, got;

	w->temporary[len] = '\0';
	fd = open(len > 0 ? w->temporary : ".",
		  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)	/* one may write to it, and yet not read it */
		return errno == EACCES ? 0 : -1;
	got = fsync(fd);
	if (got != 0 && (errno == EINVAL || errno == ENOTSUP))
		got = 0;	/* no such thing on this file system */
	close(fd);
	return got;
}

int
writer_seal(struct writer *w, bool durable)
{
	assert(w->temporary != NULL);
	if (finish(w) != 0 || make_alike(w) != 0 ||
	    (durable && fsync(w->fd) != 0) || close_fd(w) != 0) {
		writer_abort(w);
		return -1;
	}
	encoder_free(w->encoder);
	free(w->buf);
	w->encoder = NULL;
	w->buf = w->out = NULL;
	w->sealed = true;
	return 0;
}

int
writer_commit(struct writer *w, bool durable)
{
	int result = 0;

	if (!w->sealed && writer_seal(w, durable) != 0)
		return -1;
	if (rename(w->temporary, w->target) != 0) {
		writer_abort(w);
		return -1;
	}
	if (durable)
		result = sync_directory(w);
	dispose(w);
	return result;
}

void
writer_abort(struct writer *w)
{
	int saved = errno;

	if (w->fd >= 0 && w->ours)
		close(w->fd);
	if (w->temporary != NULL)
		unlink(w->temporary);
	dispose(w);
	errno = saved;
}
