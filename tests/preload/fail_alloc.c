/*
 * LD_PRELOAD: allocation number FAIL_AT, from 1, fails, or with FAIL_FROM that
 * one and all after it.  How many there were goes to the file COUNT_TO.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

static atomic_long count;
static long at, from;
static bool armed;		/* what runs before main() is not the program's */

__attribute__((constructor)) static void
begin(void)
{
	const char *s = getenv("FAIL_AT");

	at = s != NULL ? atol(s) : 0;
	s = getenv("FAIL_FROM");
	from = s != NULL ? atol(s) : 0;
	armed = true;
}

__attribute__((destructor)) static void
end(void)
{
	const char *path = getenv("COUNT_TO");
	int fd;

	armed = false;
	if (path == NULL)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd >= 0) {
		dprintf(fd, "%ld\n", atomic_load(&count));
		close(fd);
	}
}

static bool
fails(void)
{
	long n;

	if (!armed)
		return false;
	n = atomic_fetch_add(&count, 1) + 1;
	if (n != at && (from == 0 || n < from))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}

int
posix_memalign(void **p, size_t align, size_t size)
{
	if (fails())
		return ENOMEM;
	*p = __libc_memalign(align, size);
	return *p != NULL ? 0 : ENOMEM;
}

void *
aligned_alloc(size_t align, size_t size)
{
	return fails() ? NULL : __libc_memalign(align, size);
}

void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	static void *(*next)(void *, size_t, int, int, int, off_t);

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "mmap");
	return fails() ? MAP_FAILED : next(addr, len, prot, flags, fd, off);
}

void *
mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	return mmap(addr, len, prot, flags, fd, off);
}
