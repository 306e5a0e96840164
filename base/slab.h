/*
 * One array that grows, for a table: it begins at a line of the cache, and if
 * it is large it is on huge pages of its own.
 */
#ifndef SLAB_H
#define SLAB_H

#include <stddef.h>

#define CACHE_LINE 64	/* bytes */

/* What slab_resize() allocated; all zero at first. */
struct slab {
	unsigned char *bytes;	/* of the array; NULL: none */
	unsigned char *storage;	/* as allocated */
};

/*
 * Make an array of 'old' bytes 'len' bytes long, which is more.  Its content
 * stays, and new bytes have any value; it may move.  0, or -1 with ENOMEM and
 * all as it was.
 */
int slab_resize(struct slab *s, size_t old, size_t len);

/* Give back all 'len' bytes. */
void slab_free(struct slab *s, size_t len);

/* Bytes held for an array of 'len'. */
static inline size_t
slab_memory(size_t len)
{
	return len == 0 ? 0 : len + CACHE_LINE;
}

#endif
