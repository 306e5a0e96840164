/* A cache of the texts of documents that were read, with a bound. */
#ifndef TEXT_CACHE_H
#define TEXT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_CACHE_MOST ((size_t)64 << 20)	/* bytes of texts, and of the
						 * list of them */

struct text_at {
	uint64_t document;
	size_t at;		/* in buf; it ends where the next one begins */
};

struct text_cache {
	char *buf;
	size_t len, room;
	struct text_at *documents;	/* ascending by number */
	size_t n, documents_room;
	size_t most;		/* bytes */
	bool full;		/* nothing more is added ... */
	bool no_memory;		/* ... since memory ran out before 'most' */
};

/*
 * Add bytes of a document from 'off' on; documents come in the order of their
 * numbers, each from its beginning to its end.  Text that does not fit, and all
 * text after it, is not remembered.
 */
void text_cache_add(struct text_cache *t, uint64_t document, uint64_t off,
		    const char *text, size_t len);

/*
 * The remembered text of a document from 'off' on, valid until the next
 * text_cache_add().  False: none.
 */
bool text_cache_find(const struct text_cache *t, uint64_t document,
		     uint64_t off, const char **text, size_t *len);

/* Forget everything that was added so far. */
void text_cache_clear(struct text_cache *t);

void text_cache_free(struct text_cache *t);

#endif
