/* The lock of a saved table. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace.h"
#include "format.h"

/* A table has one lock, through whatever links it is found. */
static char *
lock_name(const char *path)
{
	static const char suffix[] = ".lock";
	struct stat st;
	char *target, *name;
	size_t len;

	if (replace_target(&target, path, &st) >= 0)
		path = target;
	else if (errno == ENOMEM)
		return NULL;
	len = strlen(path);
	name = malloc(len + sizeof(suffix));
	if (name != NULL) {
		memcpy(name, path, len);
		memcpy(name + len, suffix, sizeof(suffix));
	}
	free(target);
	return name;
}

/* Does the name still belong to the file that was locked? */
static bool
is_named(int fd, const char *name)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(name, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int
saved_lock(const char *path, char why[SAVED_WHY])
{
	char *name = lock_name(path);
	int fd, error;

	if (name == NULL)
		return saved_fail(why, ENOMEM, "%s", strerror(ENOMEM));
	/* Whoever held it may have removed it between these two. */
	for (;;) {
		fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			  0600);
		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
			break;
		if (is_named(fd, name)) {
			free(name);
			return fd;
		}
		close(fd);
	}
	error = errno;
	free(name);
	if (fd < 0)
		return saved_fail(why, error, "cannot lock: %s",
				  strerror(error));
	close(fd);
	if (error == EWOULDBLOCK)
		return saved_fail(why, EWOULDBLOCK,
				  "another run is writing it");
	return saved_fail(why, error, "cannot lock: %s", strerror(error));
}

void
saved_unlock(const char *path, int lock)
{
	char *name;

	if (lock < 0)
		return;
	name = lock_name(path);
	/* It is still held, so no other process can have locked this file. */
	if (name != NULL && is_named(lock, name))
		unlink(name);
	free(name);
	close(lock);
}
