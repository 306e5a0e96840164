/*
 * Writes a file through a buffer, compressed if so asked; or a file that
 * replaces another one only when it is complete.
 *
 * An encoder gets whole buffers, counted from the beginning of a member, and
 * the same room each time.  So its output does not depend on how the bytes were
 * put.
 */
#include "writer.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encoder.h"
#include "file.h"
#include "pages.h"

#define BUFFER ((size_t)128 << 10)
#define DIRECT ((size_t)32 << 10)	/* so many bytes are written without
					 * copying */

/* Room for each call: a buffer that cannot be compressed fits. */
#define ROOM (BUFFER + ((size_t)4 << 10))
#define OUT (2 * ROOM)

/* Opening and closing. */

/* Free all but the descriptor; the rest may be closed or aborted again. */
static void
dispose(struct writer *w)
{
	int saved = errno;

	encoder_free(w->encoder);
	free(w->buf);
	*w = (struct writer){ .fd = -1 };
	errno = saved;
}

/* Set up all but the descriptor.  0, or -1 with errno: then nothing is held. */
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
	w->buf = pages_buffer(plain ? BUFFER : BUFFER + OUT);
	if (w->buf == NULL) {
		dispose(w);
		return -1;
	}
	w->out = plain ? NULL : w->buf + BUFFER;
	return 0;
}

int
writer_open(struct writer *w, const char *path, const struct compression *c)
{
	if (prepare(w, c) != 0)
		return -1;
	w->ours = path != NULL;
	w->fd = STDOUT_FILENO;
	if (w->ours)
		w->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (w->fd < 0) {
		dispose(w);
		return -1;
	}
	file_widen_pipe(w->fd);
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

/* Write what is in the buffers in its final form. */
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

/* Encode what is in the buffer, with this operation. */
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

/* Write everything there is: 0, or -1 with errno. */
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

int
writer_sync(struct writer *w)
{
	struct stat st;

	if (finish(w) != 0)
		return -1;
	if (fstat(w->fd, &st) != 0)
		return fail(w);
	if (!S_ISREG(st.st_mode) || fsync(w->fd) == 0 ||
	    errno == EINVAL || errno == ENOTSUP)
		return 0;
	return fail(w);
}

/*
 * Some file systems report failures only when a descriptor is closed, even if
 * it is one of several.  The number itself must stay taken: the next file that
 * is opened would get it, and with it what is written to standard output.
 */
static int
close_stdout(void)
{
	int copy = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int got = -1, saved;

	if (copy >= 0)
		got = close(copy);
	saved = errno;
	/* Do not let the reader of a pipe wait for what is done after this. */
	if (null >= 0) {
		dup2(null, STDOUT_FILENO);
		close(null);
	}
	errno = saved;
	return got;
}

static int
close_fd(struct writer *w)
{
	int fd = w->fd;

	w->fd = -1;
	return (w->ours ? close(fd) : close_stdout()) != 0 ? fail(w) : 0;
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

/* Set the fields that others read. */
static void
show_file(struct writer *w)
{
	w->target = w->file.target;
	w->temporary = w->file.temporary;
}

int
writer_replace(struct writer *w, const char *path, const struct compression *c,
	       const struct stat *like)
{
	if (prepare(w, c) != 0)
		return -1;
	if (replace_begin(&w->file, path, like, 07777) != 0) {
		dispose(w);
		return -1;
	}
	w->fd = w->file.fd;
	w->ours = true;
	show_file(w);
	return 0;
}

int
writer_seal(struct writer *w, bool durable)
{
	int error;

	assert(w->temporary != NULL);
	error = finish(w) != 0 ? errno : 0;
	w->fd = -1;
	if (error == 0 && replace_seal(&w->file, durable) != 0)
		error = errno;
	if (error != 0) {
		errno = error;
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
writer_add_suffix(struct writer *w, const char *suffix)
{
	char *name;

	if (asprintf(&name, "%s%s", w->file.target, suffix) < 0) {
		errno = ENOMEM;
		return -1;
	}
	free(w->file.target);
	w->file.target = w->target = name;
	return 0;
}

int
writer_commit(struct writer *w, bool durable)
{
	int result;

	if (!w->sealed && writer_seal(w, durable) != 0)
		return -1;
	result = replace_commit(&w->file, durable);
	dispose(w);
	return result;
}

void
writer_break_off(struct writer *w)
{
	int saved = errno;

	if (w->fd >= 0 && w->file.temporary == NULL)
		(void)writer_flush(w);
	errno = saved;
	writer_abort(w);
}

void
writer_abort(struct writer *w)
{
	int saved = errno;

	if (w->file.temporary != NULL)
		replace_abort(&w->file);
	else if (w->fd >= 0 && w->ours)
		close(w->fd);
	errno = saved;
	dispose(w);
}
