/* Batches of documents, and how they are prepared. */
#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "pages.h"

#define ROOM ((size_t)256 << 10)	/* in a batch at first */
#define ROOM_KEPT ((size_t)16 << 20)	/* kept in an empty one: a full one's */

int
batch_init(struct batch *b)
{
	*b = (struct batch){ .room = ROOM };
	b->buf = pages_buffer(BATCH_HEAD + b->room);
	return b->buf != NULL ? 0 : -1;
}

void
batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->items[i].owned);
	b->n = b->len = b->nwarcs = 0;
}

void
batch_empty(struct batch *b)
{
	char *p;

	batch_clear(b);
	if (b->room > ROOM_KEPT &&
	    (p = pages_buffer(BATCH_HEAD + ROOM)) != NULL) {
		free(b->buf);
		b->buf = p;
		b->room = ROOM;
	}
	if (b->texts_room > ROOM_KEPT) {
		free(b->texts);
		b->texts = NULL;
		b->texts_room = 0;
	}
}

void
batch_free(struct batch *b)
{
	batch_clear(b);
	free(b->buf);
	free(b->items);
	free(b->warcs);
	free(b->texts);
}

char *
batch_bytes(const struct batch *b)
{
	return b->buf + BATCH_HEAD;
}

int
batch_room(struct batch *b, size_t more)
{
	size_t room = b->room;
	char *buf;

	if (b->room - b->len >= more)
		return 0;
	while (room - b->len < more)
		room *= 2;
	buf = pages_buffer(BATCH_HEAD + room);
	if (buf == NULL)
		return -1;
	memcpy(buf + BATCH_HEAD, batch_bytes(b), b->len);
	free(b->buf);
	b->buf = buf;
	b->room = room;
	return 0;
}

/* Preparing. */

static bool
is_space(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' &&
		    s[i] != '\n')
			return false;
	return true;
}

/* Room for the unescaped texts of all records: they are never longer. */
static int
texts_room(struct batch *b)
{
	char *p;

	if (b->texts_room >= b->len)
		return 0;
	p = realloc(b->texts, b->room);
	if (p == NULL)
		return -1;
	b->texts = p;
	b->texts_room = b->room;
	return 0;
}

static int
prepare_record(struct batch *b, struct item *it, const struct json_path *paths)
{
	const char *rec = batch_bytes(b) + it->off;
	const char *why;
	size_t at, bom;

	if (it->state != RECORD_TEXT)
		return 0;
	if (is_space(rec, it->len)) {
		it->state = RECORD_BLANK;
		return 0;
	}
	/* A byte-order mark is not part of the first record. */
	bom = it->at == 0 ? json_bom_len(rec, it->len) : 0;
	if (json_scan(rec + bom, it->len - bom, paths, 2, it->v, &why, &at)) {
		it->state = RECORD_BAD;
		it->why = why;
		return 0;
	}
	if (it->v[0].kind != JSON_STRING) {
		it->state = RECORD_NO_TEXT;
		return 0;
	}
	it->v[0].off += bom;
	it->v[1].off += bom;
	it->text = rec + it->v[0].off;
	it->text_len = it->v[0].len;
	if (it->v[0].escaped) {
		char *to;

		if (texts_room(b) != 0)
			return -1;
		to = b->texts + it->off;
		it->text_len = json_decode(it->text, it->text_len, to);
		it->text = to;
	}
	return 0;
}

int
batch_prepare(struct batch *b, const struct options *opt)
{
	struct json_path paths[2];	/* text, id */

	if (json_path_parse(&paths[0], opt->text_field) != 0 ||
	    json_path_parse(&paths[1], opt->id_field) != 0)
		return -1;
	for (size_t i = 0; i < b->n; i++) {
		struct item *it = &b->items[i];

		it->text = batch_bytes(b) + it->off;
		it->text_len = it->len;
		if (it->kind == ITEM_RECORD &&
		    prepare_record(b, it, paths) != 0)
			return -1;
		if (it->kind == ITEM_WARC && it->state == RECORD_TEXT) {
			it->text += b->warcs[it->warc].text_off;
			it->text_len = b->warcs[it->warc].text_len;
		}
	}
	return 0;
}
