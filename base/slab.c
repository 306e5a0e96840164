/* An array for a table: small on the heap, large on pages of its own. */
#include "slab.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pages.h"

#define LARGE ((size_t)8 << 20)	/* bytes; larger ones are on pages */

int
slab_resize(struct slab *s, size_t old, size_t len)
{
	size_t before, after;
	unsigned char *p;

	if (len >= LARGE) {
		p = pages_resize(old >= LARGE ? s->storage : NULL,
				 old >= LARGE ? old : 0, len, 1);
		if (p == NULL)
			goto no_memory;
		if (old < LARGE) {
			if (old > 0)
				memcpy(p, s->bytes, old);
			free(s->storage);
		}
		s->storage = s->bytes = p;
		return 0;
	}
	before = (size_t)(s->bytes - s->storage);
	p = realloc(s->storage, len + CACHE_LINE);
	if (p == NULL)
		goto no_memory;
	after = -(uintptr_t)p % CACHE_LINE;
	if (before != after && old > 0)
		memmove(p + after, p + before, old);
	s->storage = p;
	s->bytes = p + after;
	return 0;
no_memory:
	errno = ENOMEM;
	return -1;
}

void
slab_free(struct slab *s, size_t len)
{
	if (len >= LARGE)
		pages_free(s->storage, len);
	else
		free(s->storage);
	*s = (struct slab){ NULL, NULL };
}
