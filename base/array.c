/* Growing arrays. */
#include "array.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES ((size_t)256)	/* of an array, at least */

int
array_resize(void *array, size_t n, size_t size)
{
	void *old, *p;

	if (n > SIZE_MAX / size) {
		errno = ENOMEM;
		return -1;
	}
	/* The pointer may be of any type: its bytes are copied. */
	memcpy(&old, array, sizeof(old));
	p = realloc(old, n * size);
	if (p == NULL)
		return -1;
	memcpy(array, &p, sizeof(p));
	/* cppcheck-suppress memleak */
	return 0;
}

int
array_grow(void *array, size_t *room, size_t n, size_t size)
{
	size_t more = *room + *room / 2, first = FIRST_BYTES / size;

	if (more < first)
		more = first;
	if (more < n)
		more = n;
	if (array_resize(array, more, size) != 0)
		return -1;
	*room = more;
	return 0;
}
