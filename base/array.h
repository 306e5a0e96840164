/*
 * Growing arrays.  'array' is the address of the pointer to the first element,
 * which is NULL at the beginning; 'size' is the bytes of an element:
 *
 *	struct line *line;
 *	size_t nlines, room;
 *
 *	if (array_room(&line, &room, nlines + 1, sizeof(*line)) != 0)
 *		return -1;
 *	line[nlines++] = x;
 *
 * Sizes are multiplied with a check.  On failure the functions return -1 with
 * ENOMEM, and the array is as it was.  The array is freed with free().
 */
#ifndef ARRAY_H
#define ARRAY_H

#include <stddef.h>

/* Grow it; for array_room(). */
int array_grow(void *array, size_t *room, size_t n, size_t size);

/*
 * Make room for at least n elements; grows by half, so that n steps take O(n).
 */
static inline int
array_room(void *array, size_t *room, size_t n, size_t size)
{
	return n <= *room ? 0 : array_grow(array, room, n, size);
}

/* Make room for exactly n elements, n > 0. */
int array_resize(void *array, size_t n, size_t size);

#endif
