/* Names of outputs and of originals. */
#include "place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * DIR and the path of the input without empty parts, "." and "..", and with the
 * suffix of the compression; the caller frees it.  NULL with ENOMEM, or EINVAL
 * if it leads out of DIR.
 */
static char *
place_in_dir(const struct options *opt, const char *path)
{
	size_t dir = strlen(opt->output_dir), n = dir;
	char *to = malloc(dir + strlen(path) + 8);

	if (to == NULL)
		return NULL;
	memcpy(to, opt->output_dir, dir);
	while (*path != '\0') {
		size_t len = strcspn(path, "/");

		if (len == 2 && memcmp(path, "..", 2) == 0) {
			if (n == dir) {
				free(to);
				errno = EINVAL;
				return NULL;
			}
			while (to[--n] != '/')
				;
		} else if (len > 0 && (len > 1 || *path != '.')) {
			to[n++] = '/';
			memcpy(to + n, path, len);
			n += len;
		}
		path += len;
		path += strspn(path, "/");
	}
	if (n == dir)		/* a directory; reading it will fail */
		to[n++] = '/';
	to[n] = '\0';
	if (opt->compress_given) {
		const char *suffix = compression_suffix(opt->compress.kind);

		n = dir + 1 + compression_plain_len(to + dir + 1);
		memcpy(to + n, suffix, strlen(suffix) + 1);
	}
	return to;
}

char *
place_backup(const struct options *opt, const char *path)
{
	char *real = realpath(path, NULL), *to;

	if (asprintf(&to, "%s%s", real != NULL ? real : path, opt->suffix) < 0)
		to = NULL;
	free(real);
	return to;
}

char *
place_output(const struct options *opt, const char *path)
{
	return opt->in_place ? strdup(path) : place_in_dir(opt, path);
}

int
place_compare(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	size_t m = (size_t)(strrchr(x, '/') - x);
	size_t n = (size_t)(strrchr(y, '/') - y);
	int order = m == n ? memcmp(x, y, m) : m < n ? -1 : 1;

	return order != 0 ? order : strcmp(x + m, y + n);
}

static int
make_directory(const char *path)
{
	return mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : -1;
}

int
place_make_directories(const char *path, char **made)
{
	size_t len = (size_t)(strrchr(path, '/') - path);
	char *dir;
	int got;

	if (len == 0 || (*made != NULL && strlen(*made) == len &&
			 memcmp(*made, path, len) == 0))
		return 0;
	dir = strndup(path, len);
	if (dir == NULL)
		return -1;
	got = make_directory(dir);
	if (got != 0 && errno == ENOENT) {
		for (char *p = dir + 1; (p = strchr(p, '/')) != NULL; p++) {
			*p = '\0';
			make_directory(dir);
			*p = '/';
		}
		got = make_directory(dir);
	}
	if (got != 0) {
		free(dir);
		return -1;
	}
	free(*made);
	*made = dir;
	return 0;
}
