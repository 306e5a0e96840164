/* Large memory: on Linux by mmap and mremap, elsewhere by realloc. */
#include "pages.h"

#include <errno.h>
#include <stdlib.h>

#define PAGE 4096

#ifdef __linux__
#include <stdint.h>
#include <sys/mman.h>

static size_t
rounded(size_t len)
{
	return (len + PAGES_HUGE - 1) / PAGES_HUGE * PAGES_HUGE;
}

/* Address space for 'len' bytes, at the beginning of a huge page. */
static char *
reserve(size_t len, int prot)
{
	char *p = mmap(NULL, len + PAGES_HUGE, prot,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t before;

	if (p == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)p % PAGES_HUGE;
	if (before > 0)
		munmap(p, before);
	if (before < PAGES_HUGE)
		munmap(p + before + len, PAGES_HUGE - before);
	return p + before;
}

void *
pages_resize(void *p, size_t old, size_t len, int huge)
{
	size_t have = rounded(old), want = rounded(len);
	char *to = p;

	if (len > SIZE_MAX - 2 * PAGES_HUGE) {
		errno = ENOMEM;
		return NULL;
	}
	if (p == NULL) {
		to = reserve(want, PROT_READ | PROT_WRITE);
		if (to == NULL)
			return NULL;
	} else if (want != have && mremap(p, have, want, 0) == MAP_FAILED) {
		/* Moved as a whole, aligned as before: huge pages stay. */
		to = reserve(want, PROT_NONE);
		if (to == NULL)
			return NULL;
		if (mremap(p, have, want, MREMAP_MAYMOVE | MREMAP_FIXED,
			   to) == MAP_FAILED) {
			munmap(to, want);
			return NULL;
		}
	}
	if (huge)
		madvise(to, want, MADV_HUGEPAGE);
	return to;
}

void
pages_free(void *p, size_t len)
{
	if (p != NULL)
		munmap(p, rounded(len));
}
#else
#include <string.h>

void *
pages_resize(void *p, size_t old, size_t len, int huge)
{
	char *to = realloc(p, len);

	(void)huge;
	if (to != NULL && len > old)
		memset(to + old, 0, len - old);
	return to;
}

void
pages_free(void *p, size_t len)
{
	(void)len;
	free(p);
}
#endif

void *
pages_buffer(size_t len)
{
	void *p;
	int error = posix_memalign(&p, PAGE, len);

	if (error == 0)
		return p;
	errno = error;
	return NULL;
}
