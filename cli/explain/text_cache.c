/* The texts of documents that were read. */
#include "text_cache.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

static bool
has_room(struct text_cache *t, void *array, size_t *room, size_t n, size_t size)
{
	if (array_room(array, room, n, size) == 0)
		return true;
	t->no_memory = true;
	return false;
}

/* Begin a document, unless there is no room for its entry. */
static bool
begin(struct text_cache *t, uint64_t document)
{
	if ((t->n + 1) * sizeof(*t->documents) > t->most - t->len ||
	    !has_room(t, &t->documents, &t->documents_room, t->n + 1,
		      sizeof(*t->documents)))
		return false;
	t->documents[t->n++] = (struct text_at){ document, t->len };
	return true;
}

void
text_cache_add(struct text_cache *t, uint64_t document, uint64_t off,
	       const char *text, size_t len)
{
	size_t left;

	if (t->full || len == 0)
		return;
	if ((t->n == 0 || t->documents[t->n - 1].document != document) &&
	    (off > 0 || !begin(t, document))) {
		t->full = true;
		return;
	}
	left = t->most - t->n * sizeof(*t->documents) - t->len;
	if (len > left) {
		t->full = true;
		len = left;
	}
	if (len == 0 || !has_room(t, &t->buf, &t->room, t->len + len, 1)) {
		t->full = true;
		return;
	}
	memcpy(t->buf + t->len, text, len);
	t->len += len;
}

bool
text_cache_find(const struct text_cache *t, uint64_t document, uint64_t off,
		const char **text, size_t *len)
{
	size_t low = 0, high = t->n, end;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->documents[mid].document < document)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == t->n || t->documents[low].document != document)
		return false;
	end = low + 1 < t->n ? t->documents[low + 1].at : t->len;
	if (off >= end - t->documents[low].at)
		return false;
	*text = t->buf + t->documents[low].at + off;
	*len = end - t->documents[low].at - (size_t)off;
	return true;
}

void
text_cache_clear(struct text_cache *t)
{
	t->len = t->n = 0;
	t->full = false;
}

void
text_cache_free(struct text_cache *t)
{
	free(t->buf);
	free(t->documents);
}
