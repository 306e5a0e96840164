/* The sources of a new saved table. */
#include "sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
saved_source_ready(const struct saved_source *p, const void *bytes, size_t len)
{
	return p->file == NULL ? 0 : saved_ready(p->file, bytes, len);
}

/* The address of a grain of the source, or NULL with EBADMSG. */
static const unsigned char *
grain_at(const struct saved_source *p, uint64_t ref)
{
	size_t low = 0, high = p->nspans;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->spans[middle].end <= ref)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < p->nspans && p->spans[low].first <= ref)
		return p->spans[low].bytes +
		       (ref - p->spans[low].first) * GRAIN;
	errno = EBADMSG;
	return NULL;
}

static int
need_holes(struct saved_source *p)
{
	if (p->holes == NULL)
		p->holes = calloc(p->end / 64 + 1, sizeof(*p->holes));
	return p->holes == NULL ? -1 : 0;
}

static void
leave_out(struct saved_source *p, uint64_t from, uint64_t to)
{
	for (; from < to && from % 64 != 0; from++)
		p->holes[from / 64].out |= HOLE(from);
	for (; from + 64 <= to; from += 64)
		p->holes[from / 64].out = UINT64_MAX;
	for (; from < to; from++)
		p->holes[from / 64].out |= HOLE(from);
}

int
saved_source_leave_out_gaps(struct saved_source *p)
{
	for (size_t i = 0; i < p->nspans; i++) {
		uint64_t end = i == 0 ? 1 : p->spans[i - 1].end;

		if (p->spans[i].first == end)
			continue;
		if (need_holes(p) != 0)
			return -1;
		leave_out(p, end, p->spans[i].first);
	}
	return 0;
}

int
saved_source_leave_out_record(struct saved_source *p, bool places, uint64_t ref)
{
	const unsigned char *at;
	struct record r;
	size_t len;

	if (need_holes(p) != 0)
		return -1;
	at = p->file != NULL ? saved_record(p->file, ref) :
	     grain_at(p, ref);
	if (at == NULL)
		return -1;
	memcpy(&r, at, sizeof(r));
	len = record_length(places, r.nwords);
	leave_out(p, ref, ref + (len + GRAIN - 1) / GRAIN);
	return 0;
}

uint64_t
saved_source_count(struct saved_source *p)
{
	uint64_t before = 0;

	if (p->holes == NULL)
		return p->end - 1;
	for (uint64_t i = 0; i <= p->end / 64; i++) {
		p->holes[i].before = before;
		before += (unsigned)__builtin_popcountll(p->holes[i].out);
	}
	return p->end - 1 - before;
}

uint64_t
saved_source_map_grain(const struct saved_source *p, uint64_t ref)
{
	uint64_t before = 0;

	if (p->holes != NULL)
		before = p->holes[ref / 64].before + (unsigned)
			 __builtin_popcountll(p->holes[ref / 64].out &
					      (HOLE(ref) - 1));
	return p->begin + ref - 1 - before;
}
