/* Storage that only grows. arena.h shows its layout. */
#include "arena.h"

#include <errno.h>
#include <stdlib.h>

#include "array.h"

#define SMALL_CHUNKS 4		/* the first ones, without huge pages */

/* Free the chunks from number n on. */
static void
drop_chunks(struct arena *a, size_t n)
{
	while (a->nchunks > n) {
		size_t i = --a->nchunks;

		if (a->span[i].chunks > 0)
			pages_free(a->chunk[i], a->span[i].chunks *
				   CHUNK_GRAINS * GRAIN);
	}
}

void
arena_free(struct arena *a)
{
	drop_chunks(a, 0);
	free(a->chunk);
	free(a->span);
	*a = (struct arena){ 0 };
}

/* Bytes of arrays for so many chunks. */
static size_t
arena_bytes(const struct arena *a, size_t used, size_t room)
{
	return used * GRAIN + room * (sizeof(*a->chunk) + sizeof(*a->span));
}

size_t
arena_memory(const struct arena *a)
{
	return arena_bytes(a, a->used, a->room);
}

/* Room for so many chunk pointers. */
static int
arena_pointers(struct arena *a, size_t room)
{
	if (room == a->room)
		return 0;
	if (array_resize(&a->chunk, room, sizeof(*a->chunk)) != 0 ||
	    array_resize(&a->span, room, sizeof(*a->span)) != 0)
		return -1;
	a->room = room;
	return 0;
}

/* n more chunks, in one allocation. */
static int
arena_grow(struct arena *a, size_t n, size_t room)
{
	unsigned char *p;

	if (arena_pointers(a, room) != 0)
		return -1;
	/* There may never be more than the first ones: touch only what is used
	 * of them. */
	p = pages_resize(NULL, 0, n * CHUNK_GRAINS * GRAIN,
			 a->nchunks >= SMALL_CHUNKS);
	if (p == NULL)
		return -1;
	a->last = a->nchunks;
	for (size_t i = 0; i < n; i++) {
		a->chunk[a->nchunks] = p + i * CHUNK_GRAINS * GRAIN;
		a->span[a->nchunks++] = (struct arena_span){
			.chunks = i == 0 ? (uint32_t)n : 0,
		};
	}
	return 0;
}

uint64_t
arena_take(struct arena *a, size_t len, size_t most)
{
	size_t grains = (len + GRAIN - 1) / GRAIN;
	size_t end = a->nchunks * CHUNK_GRAINS, n = 0, room = a->room;
	size_t at = a->used == 0 ? 1 : a->used;

	if (at + grains > end) {
		n = (grains + 1 + CHUNK_GRAINS - 1) / CHUNK_GRAINS;
		at = end == 0 ? 1 : end;
		if (a->nchunks + n > room)
			room += room / 2 + n;
	}
	if (at + grains > REFERENCE_MOST ||
	    arena_bytes(a, at + grains, room) > most ||
	    (n > 0 && arena_grow(a, n, room) != 0)) {
		errno = ENOMEM;
		return 0;
	}
	a->used = at + grains;
	a->span[a->last].end = a->used;
	return at;
}

void
arena_untake(struct arena *a, uint64_t ref)
{
	a->used = ref;
	a->span[a->last].end = ref;
}

struct arena_savepoint
arena_savepoint(const struct arena *a)
{
	return (struct arena_savepoint){
		a->nchunks, a->last, a->used,
		a->nchunks > 0 ? a->span[a->last].end : 0,
	};
}

void
arena_undo(struct arena *a, const struct arena_savepoint *m)
{
	drop_chunks(a, m->nchunks);
	a->last = m->last;
	a->used = m->used;
	if (a->nchunks > 0)
		a->span[a->last].end = m->end;
}
