/* Lines that are read and not judged yet: their memory. */
#ifndef SCAN_H
#define SCAN_H

#include "array.h"
#include "line.h"

size_t scan_memory(const struct scan *scan);
void scan_free(struct scan *scan);

/* Forget the first n lines. */
void scan_drop(struct scan *scan, size_t n);

/* Room for so many more bytes of words, or for one more line: 0, or -1. */
static inline int
scan_reserve_norm(struct scan *scan, size_t more)
{
	return array_room(&scan->norm, &scan->norm_room,
			  scan->norm_len + more, 1);
}

static inline int
scan_reserve_line(struct scan *scan)
{
	return array_room(&scan->lines, &scan->lines_room, scan->nlines + 1,
			  sizeof(*scan->lines));
}

#endif
