/*
 * Reads files. decoder.c decompresses; this decides what to read and when, and
 * keeps track of what was given.
 */
#include "source.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "clock.h"
#include "decoder.h"
#include "file.h"
#include "pages.h"

#define LARGE ((uint64_t)1 << 20)	/* bytes of a file worth reading ahead */
#define RAW ((size_t)256 << 10)		/* compressed bytes read at a time */

/* For large files only: for a small one a system call is expensive. */
static void
read_ahead(const struct source *s)
{
	if (s->size > LARGE)
		posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
}

int
source_open_regular(struct source *s, const char *path, uint64_t size)
{
	*s = (struct source){ .ours = true, .size = size };
	s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (s->fd < 0)
		return -1;
	read_ahead(s);
	return 0;
}

int
source_open(struct source *s, const char *path)
{
	struct stat st;

	*s = (struct source){ .fd = STDIN_FILENO };
	if (strcmp(path, "-") != 0) {
		s->fd = open(path, O_RDONLY | O_CLOEXEC);
		if (s->fd < 0)
			return -1;
		s->ours = true;
	}
	if (fstat(s->fd, &st) != 0)
		goto fail;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		goto fail;
	}
	s->live = !S_ISREG(st.st_mode);
	if (S_ISFIFO(st.st_mode))
		file_widen_pipe(s->fd);
	if (!s->live) {
		/* Another process may have read part of standard input. */
		if (!s->ours)
			s->start = lseek(s->fd, 0, SEEK_CUR);
		if (s->start < 0)
			goto fail;
		if (st.st_size > s->start)
			s->size = (uint64_t)(st.st_size - s->start);
		read_ahead(s);
	}
	return 0;
fail:
	source_close(s);
	return -1;
}

void
source_close(struct source *s)
{
	int saved = errno;

	if (s->ours)
		close(s->fd);
	decoder_free(s->decoder);
	free(s->raw);
	*s = (struct source){ .fd = -1 };
	errno = saved;
}

/* -1, with 'error' as errno, and 'why' in words if errno does not say it. */
static int
fail(struct source *s, int error, const char *why)
{
	s->error = errno = error;
	s->why = why;
	return -1;
}

const char *
source_error(const struct source *s)
{
	return s->why != NULL ? s->why :
	       strerror(s->error != 0 ? s->error : errno);
}

/* Read fd once: bytes read, 0 at its end, -1. */
static ssize_t
read_raw(struct source *s, const struct iovec *iov, int n)
{
	ssize_t got;

	while ((got = readv(s->fd, iov, n)) < 0) {
		struct pollfd p = { .fd = s->fd, .events = POLLIN };

		if (errno == EAGAIN || errno == EWOULDBLOCK)
			poll(&p, 1, -1);	/* another process may have set
						 * O_NONBLOCK */
		else if (errno != EINTR)
			return fail(s, errno, NULL);
	}
	s->eof = got == 0;
	s->consumed += (size_t)got;
	return got;
}

/* Begin to decode what was read: 'nheld' bytes, and 'n' at 'rest'. */
static int
begin_decoding(struct source *s, const unsigned char *rest, size_t n)
{
	static const char *const without[] = {
		[COMPRESSION_GZIP] = "gzip data, but built without zlib",
		[COMPRESSION_ZSTD] = "zstd data, but built without libzstd",
		[COMPRESSION_XZ] = "xz data, but built without liblzma",
	};

	s->decoder = decoder_new(s->kind, s->window > 0 ? s->window :
				 SOURCE_WINDOW);
	if (s->decoder != NULL && s->raw == NULL)
		s->raw = pages_buffer(RAW);
	if (s->decoder == NULL || s->raw == NULL) {
		s->nheld = 0;		/* it is not text */
		return fail(s, errno, errno == ENOTSUP ? without[s->kind] :
			    NULL);
	}
	memcpy(s->raw, s->held, s->nheld);
	if (n > 0)
		memcpy(s->raw + s->nheld, rest, n);
	s->raw_at = 0;
	s->raw_end = s->nheld + n;
	s->nheld = 0;
	return 0;
}

/*
 * Read once to learn the kind.  As many bytes as a magic number has are held;
 * the *n bytes after these are read to rest[0..room) in the same call, so that
 * plain text is not copied.  0, or -1.
 */
static int
learn(struct source *s, unsigned char *rest, size_t room, size_t *n)
{
	size_t wanted = COMPRESSION_MAGIC - s->nheld, got;
	struct iovec iov[2] = {
		{ .iov_base = s->held + s->nheld, .iov_len = wanted },
		{ .iov_base = rest },
	};
	ssize_t bytes;

	if (room > 0)
		iov[1].iov_len = room < RAW / 2 ? room : RAW / 2;
	bytes = read_raw(s, iov, room > 0 ? 2 : 1);
	if (bytes < 0)
		return -1;
	got = (size_t)bytes;
	*n = got > wanted ? got - wanted : 0;
	s->nheld += got - *n;
	s->known = compression_of_magic(s->held, s->nheld, &s->kind) || s->eof;
	if (s->kind == COMPRESSION_NONE)
		return 0;
	got = *n;
	*n = 0;
	return begin_decoding(s, rest, got);
}

enum compression_kind
source_kind(struct source *s)
{
	size_t n;

	while (!s->known && s->error == 0)
		learn(s, NULL, 0, &n);
	return s->kind;
}

/* Copy held bytes to buf: how many. */
static size_t
give_held(struct source *s, unsigned char *buf, size_t room)
{
	size_t n = s->nheld < room ? s->nheld : room;

	memcpy(buf, s->held, n);
	s->nheld -= n;
	memmove(s->held, s->held + n, s->nheld);
	return n;
}

/*
 * Decode what was read: how many bytes came out.  If that is 0, 'ended' or
 * 'error' is set, or more has to be read.
 */
static size_t
decode(struct source *s, unsigned char *buf, size_t room)
{
	struct decoder_io io = {
		.in = s->raw + s->raw_at, .len = s->raw_end - s->raw_at,
		.last = s->eof, .out = buf, .room = room,
	};
	enum decoder_status st = decoder_run(s->decoder, &io);

	if (st == DECODER_ERROR)
		fail(s, errno, decoder_error(s->decoder));
	s->ended = st == DECODER_END;
	s->raw_at = s->raw_end - io.len;
	return room - io.room;
}

/* Read more to decode, after decode() has used up what was there.  0, or -1. */
static int
read_on(struct source *s)
{
	struct iovec iov = { .iov_base = s->raw, .iov_len = RAW };
	ssize_t n = read_raw(s, &iov, 1);

	if (n < 0)
		return -1;
	s->raw_at = 0;
	s->raw_end = (size_t)n;
	return 0;
}

static ssize_t
read_decoded(struct source *s, unsigned char *buf, size_t room)
{
	size_t got = give_held(s, buf, room);

	for (;;) {
		if (s->error == 0 && !s->ended && got < room)
			got += decode(s, buf + got, room - got);
		if (got > 0)
			return (ssize_t)got;
		if (s->error != 0) {
			errno = s->error;
			return -1;
		}
		if (s->ended)
			return 0;
		if (read_on(s) != 0)
			return -1;
	}
}

ssize_t
source_read(struct source *s, void *buf, size_t room)
{
	struct iovec iov = { .iov_base = buf, .iov_len = room };
	size_t skip = room < COMPRESSION_MAGIC ? room : COMPRESSION_MAGIC;
	size_t n = 0;

	assert(room > 0);
	if (s->decoder != NULL)
		return read_decoded(s, buf, room);
	while (!s->known && s->error == 0)
		learn(s, (unsigned char *)buf + skip, room - skip, &n);
	if (s->error != 0 && s->nheld == 0) {
		errno = s->error;
		return -1;
	}
	if (s->decoder != NULL)
		return read_decoded(s, buf, room);
	/* If n > 0, a whole magic number is held, and comes before it. */
	if (s->nheld > 0)
		return (ssize_t)(give_held(s, buf, room) + n);
	return read_raw(s, &iov, 1);
}

/* Can fd be read before the time 'until'?  Below 0: wait without end. */
static bool
wait_for_input(const struct source *s, int64_t until)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	int got;

	do {
		int64_t left = until < 0 ? -1 : until - clock_ms();

		got = poll(&p, 1, until < 0 ? -1 : left > 0 ? (int)left : 0);
	} while (got < 0 && errno == EINTR);
	return got != 0;
}

bool
source_ready(struct source *s, int ms)
{
	int64_t until = ms < 0 ? -1 : ms == 0 ? 0 : clock_ms() + ms;
	size_t n;

	for (;;) {
		if (!s->live || s->error != 0 || s->ended)
			return true;
		if (s->known && s->nheld > 0)
			return true;
		if (s->decoder != NULL) {
			s->nheld = decode(s, s->held, sizeof(s->held));
			if (s->nheld > 0 || s->error != 0 || s->ended)
				return true;
		}
		if (!wait_for_input(s, until))
			return false;
		if (s->known && s->decoder == NULL)
			return true;
		if (s->known)
			read_on(s);
		else
			learn(s, NULL, 0, &n);
	}
}

void
source_allow_window(struct source *s, uint64_t window)
{
	s->window = window;
}

uint64_t
source_memory(const struct source *s)
{
	return s->decoder != NULL ? decoder_memory(s->decoder) : 0;
}

uint64_t
source_size(const struct source *s)
{
	return s->size;
}

uint64_t
source_consumed(const struct source *s)
{
	return s->consumed;
}

/* An unlinked file to read and write. */
static int
temporary_file(void)
{
	const char *dir = getenv("TMPDIR");
	char *path;
	int fd;

	if (dir == NULL || *dir == '\0')
		dir = "/tmp";
	if (asprintf(&path, "%s/dedup-XXXXXX", dir) < 0)
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	free(path);
	return fd;
}

/* Copy all that was read, and all that is still to be read, to 'fd'. */
static int
copy_raw(struct source *s, int fd)
{
	struct iovec iov = { .iov_len = RAW };
	ssize_t n;
	int got = -1;

	if (file_write_all(fd, s->held, s->nheld) != 0 ||
	    (s->decoder != NULL && file_write_all(fd, s->raw, s->raw_end) != 0))
		return -1;
	iov.iov_base = pages_buffer(RAW);
	if (iov.iov_base == NULL)
		return -1;
	while ((n = read_raw(s, &iov, 1)) > 0)
		if (file_write_all(fd, iov.iov_base, (size_t)n) != 0)
			goto out;
	got = n < 0 ? -1 : 0;
out:
	free(iov.iov_base);
	return got;
}

int
source_spool(struct source *s)
{
	uint64_t size;
	int fd;

	assert(s->raw_at == 0);
	if (!s->live)
		return 0;
	fd = temporary_file();
	if (fd < 0)
		return -1;
	if (copy_raw(s, fd) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return -1;
	}
	size = s->consumed;
	source_close(s);
	*s = (struct source){ .fd = fd, .ours = true, .size = size };
	return 0;
}

int
source_rewind(struct source *s)
{
	if (lseek(s->fd, s->start, SEEK_SET) < 0)
		return -1;
	decoder_free(s->decoder);
	s->decoder = NULL;
	s->known = s->eof = s->ended = false;
	s->kind = COMPRESSION_NONE;
	s->consumed = 0;
	s->nheld = s->raw_at = s->raw_end = 0;
	s->error = 0;
	s->why = NULL;
	return 0;
}
