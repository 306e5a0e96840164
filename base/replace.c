/* Replacing a file in one step. */
#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "file.h"

#define LINKS 40		/* as many as Linux follows */
#define ATTEMPTS 100		/* to find a name that is not taken */
#define MARK ".dedup-"		/* in a temporary name, and then: */
#define SUFFIX 8		/* random characters */

static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";

int
replace_target(char **target, const char *path, struct stat *st)
{
	size_t len = strlen(path) + 1;
	char *at = malloc(len), *next;
	int error;

	if (at != NULL)
		memcpy(at, path, len);
	*target = NULL;
	for (int i = 0; at != NULL && i <= LINKS; i++) {
		if (lstat(at, st) != 0) {
			if (errno != ENOENT)
				goto fail;
			*target = at;
			return 0;
		}
		if (S_ISREG(st->st_mode)) {
			*target = at;
			return 1;
		}
		if (!S_ISLNK(st->st_mode)) {
			errno = S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
			goto fail;
		}
		next = file_link_target(at);
		free(at);
		at = next;
	}
	if (at != NULL)
		errno = ELOOP;
fail:
	error = errno;
	free(at);
	errno = error;
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

/* SUFFIX characters and a NUL.  They need not be secret: O_EXCL protects. */
static void
random_suffix(char *to, const struct replace *r)
{
	struct timespec t;
	uint64_t x;

	clock_gettime(CLOCK_REALTIME, &t);
	x = mix(mix((uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec) +
		(uintptr_t)r);
	for (int i = 0; i < SUFFIX; i++, x /= 36)
		*to++ = letters[x % 36];
	*to = '\0';
}

/*
 * Make the temporary file, at no time open to more users than the final one.
 * 0, or -1 with errno.
 */
static int
make_temporary(struct replace *r, mode_t most)
{
	static const size_t longest = NAME_MAX / 2;
	size_t dir = file_folder_len(r->target);
	const char *name = r->target + dir;
	mode_t mode = 0666;
	char suffix[SUFFIX + 1];
	size_t room;

	if (*name == '\0') {
		errno = ENOENT;
		return -1;
	}
	if (strlen(name) > longest)
		name = REPLACE_STAND_IN;
	/* Its group is not known before it is made. */
	if (r->like)
		mode = (r->mode & (S_IRWXU | S_IRWXO)) |
		       (r->mode & (r->mode << 3) & S_IRWXG);
	room = dir + strlen(name) + sizeof("." MARK) + SUFFIX;
	r->temporary = malloc(room);
	if (r->temporary == NULL)
		return -1;
	for (int i = 0; i < ATTEMPTS; i++) {
		random_suffix(suffix, r);
		snprintf(r->temporary, room, "%.*s.%s" MARK "%s", (int)dir,
			 r->target, name, suffix);
		r->fd = open(r->temporary, O_WRONLY | O_CREAT | O_EXCL |
			     O_CLOEXEC, mode & most);
		if (r->fd >= 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return -1;
}

size_t
replace_name_within(const char *name)
{
	static const size_t behind = sizeof(MARK) - 1 + SUFFIX;
	size_t n = strlen(name);
	const char *mark = name + n - behind;

	if (n < behind + 2 || name[0] != '.' ||
	    strncmp(mark, MARK, sizeof(MARK) - 1) != 0 ||
	    strspn(mark + sizeof(MARK) - 1, letters) != SUFFIX)
		return 0;
	return n - behind - 1;
}

/* Forget all but the descriptor; errno stays. */
static void
dispose(struct replace *r)
{
	int saved = errno;

	free(r->target);
	free(r->temporary);
	*r = (struct replace){ .fd = -1 };
	errno = saved;
}

int
replace_begin(struct replace *r, const char *path, const struct stat *like,
	      mode_t most)
{
	struct stat old;
	int got;

	*r = (struct replace){ .fd = -1 };
	got = replace_target(&r->target, path, &old);
	if (got > 0 && like == NULL)
		like = &old;
	if (like != NULL) {
		r->like = true;
		r->mode = like->st_mode & 07777 & most;
		r->uid = like->st_uid;
		r->gid = like->st_gid;
	}
	if (got < 0 || make_temporary(r, most) != 0) {
		dispose(r);
		return -1;
	}
	return 0;
}

/* Did it fail for want of the right, or of owners in this file system? */
static bool
is_owner_refused(int error)
{
	return error == EPERM || error == EINVAL || error == ENOTSUP;
}

/* Set mode and owner, unless they are right already: 0, or -1. */
static int
make_alike(struct replace *r)
{
	mode_t mode = r->mode;
	struct stat st;

	if (!r->like)
		return 0;
	if (fstat(r->fd, &st) != 0)
		return -1;
	if (st.st_gid != r->gid && fchown(r->fd, (uid_t)-1, r->gid) != 0) {
		if (!is_owner_refused(errno))
			return -1;
		mode &= ~(mode_t)(S_ISUID | S_ISGID);
		mode &= (mode << 3) | ~(mode_t)S_IRWXG;
	}
	if (st.st_uid != r->uid && fchown(r->fd, r->uid, (gid_t)-1) != 0) {
		if (!is_owner_refused(errno))
			return -1;
		mode &= ~(mode_t)(S_ISUID | S_ISGID);
	}
	/* After fchown(), which may take set-id bits away. */
	if (mode == (st.st_mode & 07777) && (mode & 07000) == 0)
		return 0;
	return fchmod(r->fd, mode);
}

int
replace_seal(struct replace *r, bool durable)
{
	int fd = r->fd;

	if (make_alike(r) != 0 || (durable && fsync(fd) != 0))
		goto fail;
	r->fd = -1;
	if (close(fd) == 0)
		return 0;
fail:
	replace_abort(r);
	return -1;
}

int
replace_commit(struct replace *r, bool durable)
{
	int result = 0;

	if (r->fd >= 0 && replace_seal(r, durable) != 0)
		return -1;
	if (rename(r->temporary, r->target) != 0) {
		replace_abort(r);
		return -1;
	}
	if (durable)
		result = file_sync_folder(r->temporary);
	dispose(r);
	return result;
}

void
replace_abort(struct replace *r)
{
	int saved = errno;

	if (r->temporary == NULL)
		return;
	if (r->fd >= 0)
		close(r->fd);
	unlink(r->temporary);
	errno = saved;
	dispose(r);
}
