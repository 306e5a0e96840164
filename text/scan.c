/* The memory of lines that are read. */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

size_t
scan_memory(const struct scan *scan)
{
	return scan->lines_room * sizeof(*scan->lines) + scan->norm_room;
}

void
scan_free(struct scan *scan)
{
	free(scan->lines);
	free(scan->norm);
	*scan = (struct scan){ 0 };
}

void
scan_drop(struct scan *scan, size_t n)
{
	size_t cut;

	if (n == 0)
		return;
	scan->nlines -= n;
	memmove(scan->lines, scan->lines + n,
		scan->nlines * sizeof(*scan->lines));
	cut = scan->nlines > 0 ? scan->lines[0].norm : scan->norm_len;
	scan->norm_len -= cut;
	if (scan->norm_len > 0)		/* else it may be NULL */
		memmove(scan->norm, scan->norm + cut, scan->norm_len);
	for (size_t i = 0; i < scan->nlines; i++)
		scan->lines[i].norm -= (uint32_t)cut;
}
