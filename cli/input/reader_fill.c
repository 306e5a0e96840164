/* Reads bytes of the open file into a batch, and adds its items one by one. */
#include "reader_state.h"

#include <string.h>

#include "array.h"

#define DEMAND_MS 10		/* nobody wants the batch yet; look again */
#define WAIT_MS 100		/* the batch is empty; look whether to stop */

struct item *
reader_add(struct reader *r, struct batch *b, enum item_kind kind, size_t len)
{
	struct item *it;

	if (array_room(&b->items, &b->items_room, b->n + 1, sizeof(*it)) != 0)
		return NULL;
	it = &b->items[b->n++];
	*it = (struct item){
		.kind = kind, .file = r->next - 1, .off = r->pos, .len = len,
		.at = r->at, .line = r->line,
	};
	r->pos += len;
	r->at += len;
	r->looked -= r->looked < len ? r->looked : len;
	if (len > 0)
		r->within_line = batch_bytes(b)[r->pos - 1] != '\n';
	return it;
}

int
reader_add_error(struct reader *r, struct batch *b, const char *what,
		 const char *why)
{
	struct item *it = reader_add(r, b, ITEM_ERROR, 0);

	if (it == NULL)
		return -1;
	it->what = what;
	it->owned = strdup(why);
	it->why = it->owned;
	return it->owned != NULL ? 0 : -1;
}

/* Wait for a live input: false if that is not wanted any more. */
static bool
wait_for_input(struct reader *r)
{
	if (source_ready(r->src, 0))
		return true;
	r->waits = true;
	while (*r->demand != READER_STOP && !source_ready(r->src, WAIT_MS))
		;
	r->waits = false;
	return *r->demand != READER_STOP;
}

int
reader_read_on(struct reader *r, struct batch *b)
{
	size_t room;
	ssize_t n;

	if (r->files->file[r->next - 1].skip || !wait_for_input(r))
		r->eof = true;
	if (r->eof)
		return 0;
	if (batch_room(b, CHUNK) != 0)
		return -1;
	room = b->room - b->len < CHUNK ? b->room - b->len : CHUNK;
	n = source_read(r->src, batch_bytes(b) + b->len, room);
	if (n > 0) {
		b->len += (size_t)n;
		/* All that the file had when it was opened: a small file
		 * needs no call that finds no more. */
		r->eof = (size_t)n < CHUNK && !r->src->live &&
			 source_kind(r->src) == COMPRESSION_NONE &&
			 source_size(r->src) > 0 &&
			 source_consumed(r->src) == source_size(r->src);
		return 1;
	}
	r->eof = true;
	return n < 0 ? reader_add_error(r, b, "cannot read",
					source_error(r->src)) : 0;
}

bool
reader_pauses(struct reader *r)
{
	int ms = 0;

	while (!source_ready(r->src, ms)) {
		if (*r->demand != READER_FILL)
			return true;
		ms = DEMAND_MS;
	}
	return false;
}

bool
reader_is_enough(struct reader *r, const struct batch *b)
{
	return b->len >= r->size || b->n >= BATCH_ITEMS ||
	       (b->n > 0 && reader_pauses(r));
}
