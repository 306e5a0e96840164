/* Writes documents in the format that they were read in. */
#include "body.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "warc.h"

/* Does the record need a new header? */
static bool
gathers(const struct sink_document *d)
{
	return d->kind == ITEM_WARC && d->changed;
}

int
body_around(struct body *b, const struct sink_document *d,
	    const struct range *r)
{
	return gathers(d) ? 0 : writer_put(b->to, r->raw, r->raw_len);
}

int
body_text(struct body *b, const struct sink_document *d, const char *bytes,
	  size_t len)
{
	if (!gathers(d))
		return writer_put(b->to, bytes, len);
	if (array_room(&b->gathered, &b->room, b->len + len, 1) != 0)
		return -1;
	if (len > 0)
		memcpy(b->gathered + b->len, bytes, len);
	b->len += len;
	return 0;
}

/* Put a WARC record with the text that was gathered. */
static int
put_gathered(struct body *b, const struct sink_document *d)
{
	const struct warc_record *r = d->warc;
	struct warc_span text = { b->gathered, b->len };
	size_t len;
	char *header = warc_rewrite(d->bytes, r, &text, text.len > 0, &len);
	int got;

	if (header == NULL)
		return -1;
	got = writer_put(b->to, header, len) != 0 ||
	      writer_put(b->to, text.p, text.len) != 0 ||
	      writer_put(b->to, d->bytes + r->trailer_off,
			 r->trailer_len) != 0 ? -1 : 0;
	free(header);
	b->len = 0;
	return got;
}

int
body_end(struct body *b, const struct sink_document *d)
{
	if (gathers(d) && put_gathered(b, d) != 0)
		return -1;
	return body_end_pass(b, d->kind, true);
}

int
body_end_pass(struct body *b, enum item_kind kind, bool ends)
{
	return kind == ITEM_WARC && ends ? writer_end_member(b->to) : 0;
}

void
body_free(struct body *b)
{
	free(b->gathered);
}
