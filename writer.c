/* Bytes to a file, gathered. */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER ((size_t)128 << 10)
#define DIRECT ((size_t)32 << 10)	/* longer data is written as it stands */

int
writer_open(struct writer *w, const char *path)
{
	*w = (struct writer){ .fd = STDOUT_FILENO };
	w->buf = malloc(BUFFER);
	if (w->buf == NULL)
		return -1;
	w->room = BUFFER;
	if (path == NULL)
		return 0;
	w->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (w->fd < 0) {
		free(w->buf);
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

static int
fail(struct writer *w)
{
	w->error = errno;
	w->len = 0;
	return -1;
}

static int
write_out(struct writer *w, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(w->fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(w);
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int
writer_put(struct writer *w, const void *data, size_t len)
{
	if (w->error != 0) {
		errno = w->error;
		return -1;
	}
	w->total += len;
	if (len <= w->room - w->len) {
		memcpy(w->buf + w->len, data, len);
		w->len += len;
		return 0;
	}
	if (writer_flush(w) != 0)
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
	size_t len = w->len;

	if (w->error != 0) {
		errno = w->error;
		return -1;
	}
	w->len = 0;
	return write_out(w, w->buf, len);
}

int
writer_close(struct writer *w)
{
	int result = writer_flush(w), saved = errno;

	/* Standard output too: some file systems tell of failures only now. */
	if (close(w->fd) != 0 && result == 0) {
		result = -1;
		saved = errno;
	}
	free(w->buf);
	*w = (struct writer){ .fd = -1 };
	errno = saved;
	return result;
}
