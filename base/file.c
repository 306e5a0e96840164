/* Operations on files that several modules need. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIPE_ROOM (256 << 10)	/* bytes: more would leave the cache */

ssize_t
file_read_at(int fd, void *to, size_t n, off_t off)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)to + done, n - done,
				    off + (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

int
file_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return -1;
		}
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

size_t
file_folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

char *
file_link_target(const char *path)
{
	char link[PATH_MAX], *target;
	ssize_t n = readlink(path, link, sizeof(link));
	size_t folder = 0;

	if (n < 0)
		return NULL;
	if ((size_t)n == sizeof(link)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if (link[0] != '/')
		folder = file_folder_len(path);
	target = malloc(folder + (size_t)n + 1);
	if (target == NULL)
		return NULL;
	memcpy(target, path, folder);
	memcpy(target + folder, link, (size_t)n);
	target[folder + (size_t)n] = '\0';
	return target;
}

int
file_sync_folder(const char *path)
{
	size_t len = file_folder_len(path);
	char folder[PATH_MAX] = ".";
	int fd, got, error;

	if (len >= sizeof(folder)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (len > 0) {
		memcpy(folder, path, len);
		folder[len] = '\0';
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? 0 : -1;
	got = fsync(fd);
	if (got != 0 && (errno == EINVAL || errno == ENOTSUP))
		got = 0;
	error = errno;
	close(fd);
	errno = error;
	return got;
}

void
file_widen_pipe(int fd)
{
#ifdef F_SETPIPE_SZ
	int room = fcntl(fd, F_GETPIPE_SZ);

	if (room > 0 && room < PIPE_ROOM)
		fcntl(fd, F_SETPIPE_SZ, PIPE_ROOM);
#else
	(void)fd;
#endif
}
