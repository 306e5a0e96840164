/*
 * The units of a split, in blocks, so that they do not move.  The unit that was
 * given back last is in the cache, and is taken first.
 */
#include "engine.h"

#include <stdlib.h>

#define UNITS 32

struct unit *
unit_take(struct unit_pool *pool)
{
	struct unit *u;

	if (pool->nspare > 0)
		return pool->spare[--pool->nspare];
	if (pool->used == UNITS * pool->nblocks) {
		struct unit *block;

		/* Room for all to be given back: that must not fail. */
		if (array_room(&pool->block, &pool->room, pool->nblocks + 1,
			       sizeof(struct unit *)) != 0 ||
		    array_room(&pool->spare, &pool->spare_room,
			       UNITS * (pool->nblocks + 1),
			       sizeof(struct unit *)) != 0)
			return NULL;
		block = malloc(UNITS * sizeof(*block));
		if (block == NULL)
			return NULL;
		pool->block[pool->nblocks++] = block;
	}
	u = &pool->block[pool->used / UNITS][pool->used % UNITS];
	pool->used++;
	return u;
}

void
unit_give_back(struct unit_pool *pool, struct unit *u)
{
	pool->spare[pool->nspare++] = u;
}

void
unit_give_back_all(struct unit_pool *pool)
{
	pool->used = pool->nspare = 0;
}

size_t
unit_pool_memory(const struct unit_pool *pool)
{
	return pool->nblocks * UNITS * sizeof(struct unit) +
	       (pool->room + pool->spare_room) * sizeof(struct unit *);
}

void
unit_pool_free(struct unit_pool *pool)
{
	for (size_t i = 0; i < pool->nblocks; i++)
		free(pool->block[i]);
	free(pool->block);
	free(pool->spare);
	*pool = (struct unit_pool){ .nblocks = 0 };
}
