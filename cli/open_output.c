/* Opens what the command writes to. */
#include "open_output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* A name of a descriptor that is open already: writing goes there. */
bool
open_output_exists(const char *path)
{
	return strncmp(path, "/dev/fd/", 8) == 0 ||
	       strncmp(path, "/dev/std", 8) == 0 ||
	       strncmp(path, "/proc/", 6) == 0;
}

/* Is it, or would it be, a regular file? */
static bool
is_for_file(const char *path)
{
	struct stat st;

	return path != NULL && !open_output_exists(path) &&
	       (stat(path, &st) != 0 || S_ISREG(st.st_mode));
}

int
open_output(struct pipeline *p, struct writer *w, const char *path,
	    const struct compression *c, bool late)
{
	int got = late && is_for_file(path) ?
		  writer_replace(w, path, c, NULL) : writer_open(w, path, c);

	if (got == 0)
		return 0;
	pipeline_complain(p, path, "cannot open", errno == ENOTSUP ?
			  compression_missing(c->kind) : strerror(errno));
	return -1;
}
