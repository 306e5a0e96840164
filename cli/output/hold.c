/*
 * --min-doc-words: what is left of a document, until it is known to be enough.
 */
#include "hold.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

struct hold *
hold_new(void)
{
	return calloc(1, sizeof(struct hold));
}

void
hold_free(struct hold *h)
{
	if (h == NULL)
		return;
	free(h->buf);
	free(h->pieces);
	free(h);
}

void
hold_begin(struct hold *h)
{
	h->on = true;
	h->len = h->n = 0;
}

int
hold_add(struct hold *h, uint64_t at, const char *text, size_t len)
{
	struct piece *last = h->n > 0 ? &h->pieces[h->n - 1] : NULL;

	if (len == 0)
		return 0;
	if (array_room(&h->buf, &h->room, h->len + len, 1) != 0)
		return -1;
	memcpy(h->buf + h->len, text, len);
	h->len += len;
	if (last != NULL && last->at + last->len == at) {
		last->len += len;
		return 0;
	}
	if (array_room(&h->pieces, &h->pieces_room, h->n + 1,
		       sizeof(*h->pieces)) != 0)
		return -1;
	h->pieces[h->n++] = (struct piece){ at, NULL, len };
	return 0;
}

void
hold_end(struct hold *h)
{
	const char *at = h->buf;

	for (size_t i = 0; i < h->n; i++) {
		h->pieces[i].bytes = at;
		at += h->pieces[i].len;
	}
}
