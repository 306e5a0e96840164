/*
 * Makes one call of the C library fail, for faults.py: loaded into the command
 * by LD_PRELOAD.
 *
 *	FAULT_KIND	alloc, read, write, open, sync, rename or mmap
 *	FAULT_AT	which call of that kind fails, from 1; 0: none
 *	FAULT_ERRNO	with this error
 *	FAULT_SHORT	reads and writes take at most so many bytes, and each
 *			other one is interrupted (EINTR)
 *	FAULT_COUNT	a file for the number of calls of that kind
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t align, size_t size);

enum kind { ALLOC, READ, WRITE, OPEN, SYNC, RENAME, MMAP, NKINDS };

static atomic_long calls[NKINDS];
static atomic_long transfers;	/* reads and writes */
static long at, most;
static int error;
static enum kind fails = NKINDS;

__attribute__((constructor))
static void
begin(void)
{
	static const char *const name[] = {
		"alloc", "read", "write", "open", "sync", "rename", "mmap",
	};
	const char *kind = getenv("FAULT_KIND");
	const char *text;

	for (int i = 0; kind != NULL && i < NKINDS; i++) {
		atomic_store(&calls[i], 0);
		if (strcmp(kind, name[i]) == 0)
			fails = (enum kind)i;
	}
	text = getenv("FAULT_AT");
	at = text != NULL ? atol(text) : 0;
	text = getenv("FAULT_SHORT");
	most = text != NULL ? atol(text) : 0;
	text = getenv("FAULT_ERRNO");
	error = text != NULL ? atoi(text) : EIO;
}

__attribute__((destructor))
static void
end(void)
{
	const char *name = getenv("FAULT_COUNT");
	FILE *f;
	long n = fails < NKINDS ? atomic_load(&calls[fails]) : 0;

	at = most = 0;
	f = name != NULL ? fopen(name, "w") : NULL;
	if (f == NULL)
		return;
	fprintf(f, "%ld\n", n);
	fclose(f);
}

static int
fault(enum kind kind)
{
	if (atomic_fetch_add(&calls[kind], 1) + 1 != at || kind != fails)
		return 0;
	errno = error;
	return 1;
}

/* Is this transfer interrupted?  Else *n is how much it may take. */
static int
interrupted(size_t *n)
{
	if (most == 0)
		return 0;
	if (atomic_fetch_add(&transfers, 1) % 2 == 0) {
		errno = EINTR;
		return 1;
	}
	if (*n > (size_t)most)
		*n = (size_t)most;
	return 0;
}

void *
malloc(size_t size)
{
	return fault(ALLOC) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fault(ALLOC) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return fault(ALLOC) ? NULL : __libc_realloc(p, size);
}

int
posix_memalign(void **p, size_t align, size_t size)
{
	if (fault(ALLOC))
		return ENOMEM;
	*p = __libc_memalign(align, size);
	return *p != NULL ? 0 : ENOMEM;
}

/* The function of that name behind this one. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t
read(int fd, void *to, size_t n)
{
	return fault(READ) || interrupted(&n) ? -1 : REAL(read)(fd, to, n);
}

ssize_t
pread(int fd, void *to, size_t n, off_t off)
{
	return fault(READ) || interrupted(&n) ? -1 :
	       REAL(pread)(fd, to, n, off);
}

ssize_t
readv(int fd, const struct iovec *v, int n)
{
	size_t len = v[0].iov_len;

	if (fault(READ) || interrupted(&len))
		return -1;
	return most > 0 ? REAL(read)(fd, v[0].iov_base, len) :
	       REAL(readv)(fd, v, n);
}

ssize_t
write(int fd, const void *from, size_t n)
{
	return fault(WRITE) || interrupted(&n) ? -1 :
	       REAL(write)(fd, from, n);
}

int
open(const char *name, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	return fault(OPEN) ? -1 : REAL(open)(name, flags, mode);
}

int
mkostemp(char *name, int flags)
{
	return fault(OPEN) ? -1 : REAL(mkostemp)(name, flags);
}

int
fsync(int fd)
{
	return fault(SYNC) ? -1 : REAL(fsync)(fd);
}

int
fdatasync(int fd)
{
	return fault(SYNC) ? -1 : REAL(fdatasync)(fd);
}

int
syncfs(int fd)
{
	return fault(SYNC) ? -1 : REAL(syncfs)(fd);
}

int
rename(const char *from, const char *to)
{
	return fault(RENAME) ? -1 : REAL(rename)(from, to);
}

int
link(const char *from, const char *to)
{
	return fault(RENAME) ? -1 : REAL(link)(from, to);
}

void *
mmap(void *p, size_t len, int prot, int flags, int fd, off_t off)
{
	return fault(MMAP) ? MAP_FAILED :
	       REAL(mmap)(p, len, prot, flags, fd, off);
}
