/* Growing arrays: amortised, and no size overflows. */
#ifndef ARRAY_H
#define ARRAY_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Room for 'need' elements of 'size' bytes in the array whose pointer 'array'
 * points to; *room is how many it has room for now.  'array' is the address of
 * any object pointer, NULL at first.  0, or -1 with ENOMEM and the array as it
 * was.  The array is the caller's, to be freed.
 */
static inline int
array_room(void *array, size_t *room, size_t need, size_t size)
{
	size_t most = size > 0 ? SIZE_MAX / size : SIZE_MAX;
	size_t more = *room <= most / 2 ? *room + *room / 2 + 16 : most;
	void *p;

	if (need <= *room)
		return 0;
	if (need > most) {
		errno = ENOMEM;
		return -1;
	}
	if (more < need)
		more = need;
	if (more > most)
		more = most;
	/* Whatever it points to, the pointer is copied as bytes. */
	memcpy(&p, array, sizeof(p));
	p = realloc(p, more * size);
	if (p == NULL && more > need) {
		more = need;
		memcpy(&p, array, sizeof(p));
		p = realloc(p, more * size);
	}
	if (p == NULL)
		return -1;
	memcpy(array, &p, sizeof(p));
	*room = more;
	return 0;
}

#endif
