/*
 * How much of the machine this process may use.
 *
 * A container sees all processors and all memory, but is stopped or slowed down
 * if it uses them.  Its limits are in files of its control groups; those of the
 * groups above count too, if they can be seen.
 */
#include "machine.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

#define MOUNT "/sys/fs/cgroup"
#define GROUPS ((size_t)4096)	/* bytes read of /proc/self/cgroup */

/* The first bytes of a file, and a NUL; -1 if it cannot be read. */
static int
read_file(const char *path, char *to, size_t room)
{
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL)
		return -1;
	n = fread(to, 1, room - 1, f);
	fclose(f);
	to[n] = '\0';
	return 0;
}

/* The limit of this kind that a group sets. */
typedef uint64_t read_limit(const char *directory);

static uint64_t
number_in(const char *directory, const char *name)
{
	char path[PATH_MAX], text[64], *end;
	unsigned long long n;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory, name) >=
	    sizeof(path) || read_file(path, text, sizeof(text)) != 0)
		return UINT64_MAX;
	errno = 0;
	n = strtoull(text, &end, 10);	/* "max" and "-1" are no limit */
	return end == text || *text == '-' || errno != 0 ? UINT64_MAX : n;
}

static uint64_t
memory_2(const char *directory)
{
	return number_in(directory, "memory.max");
}

static uint64_t
memory_1(const char *directory)
{
	return number_in(directory, "memory.limit_in_bytes");
}

/* Processors, rounded up, for a quota of time in each period. */
static uint64_t
processors_of(uint64_t quota, uint64_t period)
{
	return quota == UINT64_MAX || period == UINT64_MAX || period == 0 ?
	       UINT64_MAX : quota / period + (quota % period > 0);
}

static uint64_t
processors_2(const char *directory)
{
	char path[PATH_MAX], text[64], *end, *last;
	uint64_t quota, period;

	if ((size_t)snprintf(path, sizeof(path), "%s/cpu.max", directory) >=
	    sizeof(path) || read_file(path, text, sizeof(text)) != 0)
		return UINT64_MAX;
	/* "max 100000" sets no limit. */
	quota = strtoull(text, &end, 10);
	period = strtoull(end, &last, 10);
	return end == text || last == end ? UINT64_MAX :
	       processors_of(quota, period);
}

static uint64_t
processors_1(const char *directory)
{
	return processors_of(number_in(directory, "cpu.cfs_quota_us"),
			     number_in(directory, "cpu.cfs_period_us"));
}

/*
 * The least limit of a group and of those above it.  In a container the path is
 * the one outside the container, but its own group is what is mounted.
 */
static uint64_t
least_above(const char *root, const char *group, size_t len, read_limit *read)
{
	char path[PATH_MAX];
	uint64_t least = read(root), limit;
	size_t n = strlen(root);

	if (n + len >= sizeof(path))
		return least;
	memcpy(path, root, n);
	memcpy(path + n, group, len);
	for (len += n; len > n; ) {
		path[len] = '\0';
		limit = read(path);
		least = limit < least ? limit : least;
		while (path[--len] != '/')
			;
	}
	return least;
}

/* Is the controller in the list, with commas, of a line of version 1? */
static bool
lists(const char *list, size_t len, const char *controller)
{
	size_t n = strlen(controller);

	for (size_t at = 0; at < len; at++) {
		size_t word = strcspn(list + at, ",:");

		if (word == n && memcmp(list + at, controller, n) == 0)
			return true;
		at += word;
	}
	return false;
}

/* Lines "NUMBER:CONTROLLERS:/GROUP", of version 2 "0::/GROUP". */
static uint64_t
least_limit(const char *groups, const char *mount, const char *controller,
	    read_limit *read_1, read_limit *read_2)
{
	uint64_t least = UINT64_MAX;

	for (const char *line = groups; *line != '\0'; ) {
		size_t len = strcspn(line, "\n");
		const char *list = memchr(line, ':', len), *group;
		uint64_t limit = UINT64_MAX;
		char root[PATH_MAX];

		group = list == NULL ? NULL :
			memchr(list + 1, ':', len - (size_t)(list + 1 - line));
		if (group == NULL || group[1] != '/') {
			/* no such line */
		} else if (group == list + 1) {
			limit = least_above(mount, group + 1,
					    len - (size_t)(group + 1 - line),
					    read_2);
		} else if (lists(list + 1, (size_t)(group - list - 1),
				 controller) &&
			   (size_t)snprintf(root, sizeof(root), "%s/%s", mount,
					    controller) < sizeof(root)) {
			limit = least_above(root, group + 1,
					    len - (size_t)(group + 1 - line),
					    read_1);
		}
		least = limit < least ? limit : least;
		line += len + (line[len] == '\n');
	}
	return least;
}

uint64_t
machine_memory_limit(const char *groups, const char *mount)
{
	return least_limit(groups, mount, "memory", memory_1, memory_2);
}

unsigned
machine_processor_limit(const char *groups, const char *mount)
{
	uint64_t n = least_limit(groups, mount, "cpu", processors_1,
				 processors_2);

	return n < UINT_MAX ? (unsigned)n : UINT_MAX;
}

/* How many processors the scheduler may use for this process. */
static unsigned
in_affinity(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n = online > 0 ? (unsigned)online : 1;
#ifdef __linux__
	cpu_set_t few;

	/* If there are more processors than fit there: all that are online. */
	if (sched_getaffinity(0, sizeof(few), &few) == 0 &&
	    CPU_COUNT(&few) > 0 && (unsigned)CPU_COUNT(&few) < n)
		n = (unsigned)CPU_COUNT(&few);
#endif
	return n;
}

unsigned
machine_processors(void)
{
	char groups[GROUPS];
	unsigned n = in_affinity(), limit = UINT_MAX;

	if (read_file("/proc/self/cgroup", groups, sizeof(groups)) == 0)
		limit = machine_processor_limit(groups, MOUNT);
	n = limit < n ? limit : n;
	return n > 0 ? n : 1;
}

uint64_t
machine_memory(void)
{
	char groups[GROUPS];
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t n = pages > 0 && size > 0 ?
		     (uint64_t)pages * (uint64_t)size : 0;
	uint64_t limit = UINT64_MAX;

	if (read_file("/proc/self/cgroup", groups, sizeof(groups)) == 0)
		limit = machine_memory_limit(groups, MOUNT);
	return limit < n || (n == 0 && limit < UINT64_MAX) ? limit : n;
}
