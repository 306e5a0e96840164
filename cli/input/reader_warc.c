/* WARC to items: one for each record, or pieces of one that is not judged. */
#include "reader_state.h"

#include <stdlib.h>

#include "array.h"

#define UNWANTED_MAX ((size_t)1 << 20)	/* larger without text: not gathered */

/*
 * Add an item of the next 'len' bytes of the current record: all of it, or a
 * piece.  The last one has its final state.
 */
static int
add_warc(struct reader *r, struct batch *b, uint64_t len,
	 enum record_state state, bool ends)
{
	struct item *it = reader_add(r, b, ITEM_WARC, (size_t)len);

	if (it == NULL)
		return -1;
	if (!r->within_record)
		r->record_at = it->at;
	it->state = state;
	it->begins = !r->within_record;
	it->ends = ends;
	it->offset = it->at - r->record_at;
	it->why = state == RECORD_BAD ? r->warc.why : NULL;
	r->within_record = !ends;
	if (ends) {
		r->phase = AT_RECORD;
		r->warc = (struct warc_record){ 0 };
	}
	return 0;
}

/* Add a record with text, and where its parts are. */
static int
add_warc_text(struct reader *r, struct batch *b)
{
	if (array_room(&b->warcs, &b->warcs_room, b->nwarcs + 1,
		       sizeof(*b->warcs)) != 0)
		return -1;
	b->warcs[b->nwarcs] = r->warc;
	if (add_warc(r, b, r->warc.size, RECORD_TEXT, true) != 0)
		return -1;
	b->items[b->n - 1].warc = b->nwarcs++;
	return 0;
}

static const char *const cut_off =
	"cut off, or its Content-Length is too large";

static enum record_state
state_of_passed(const struct reader *r)
{
	return r->warc.wanted ? RECORD_LONG : RECORD_NO_TEXT;
}

/*
 * A record begins here: 1 if an item or a new phase came of it, 0 if more bytes
 * are needed, -1.  What is done depends only on the file, not on how much of it
 * was read so far: a record too long to be gathered is passed in pieces once
 * there are so many bytes, whatever else is known of it by then.
 */
static int
take_warc(struct reader *r, struct batch *b)
{
	size_t len = rest_len(r, b), most;
	int got = warc_scan(rest(r, b), len, r->eof, &r->warc);

	most = r->warc.wanted ? RECORD_MAX : UNWANTED_MAX;
	if (r->warc.header_len > 0 && r->warc.block_len > most && len > most) {
		r->block_left = r->warc.block_len;
		r->phase = IN_BLOCK;
		return add_warc(r, b, r->warc.header_len, state_of_passed(r),
				false) != 0 ? -1 : 1;
	}
	if (got < 0)
		r->phase = IN_BAD;
	else if (got > 0 && r->warc.why == NULL)
		return add_warc_text(r, b) != 0 ? -1 : 1;
	else if (got > 0)
		return add_warc(r, b, r->warc.size, RECORD_NO_TEXT, true) != 0 ?
		       -1 : 1;
	return got < 0;
}

/* More of a block that is not gathered, except for its last byte. */
static int
pass_block(struct reader *r, struct batch *b)
{
	uint64_t len = rest_len(r, b);

	if (len >= r->block_left)
		len = r->block_left - 1;
	if (len > 0 && add_warc(r, b, len, state_of_passed(r), false) != 0)
		return -1;
	r->block_left -= len;
	if (r->block_left == 1) {
		r->phase = AT_TRAILER;
		return 1;
	}
	if (!r->eof)
		return 0;
	r->warc.why = cut_off;
	return add_warc(r, b, 0, RECORD_BAD, true) != 0 ? -1 : 1;
}

/* The last byte of such a block, and what follows it. */
static int
pass_trailer(struct reader *r, struct batch *b)
{
	size_t len = rest_len(r, b), trailer_len = 0;
	int got = r->eof ? -1 : 0;

	if (len > 0)
		got = warc_trailer(rest(r, b) + 1, len - 1, r->eof,
				   &trailer_len);
	if (got > 0)
		return add_warc(r, b, 1 + trailer_len, state_of_passed(r),
				true) != 0 ? -1 : 1;
	if (got < 0) {
		r->warc.why = len == 0 ? cut_off : "wrong Content-Length";
		r->phase = IN_BAD;
	}
	return got < 0;
}

/* Bytes outside records, up to the next record. */
static int
pass_bad(struct reader *r, struct batch *b)
{
	size_t len = rest_len(r, b), pass;
	bool ends = warc_resync(rest(r, b), len, r->eof, &pass) || r->eof;

	if ((pass > 0 || ends) && add_warc(r, b, pass, RECORD_BAD, ends) != 0)
		return -1;
	return ends;
}

/* WARC until the batch is full or the file ends: as reader_next(). */
int
reader_warc(struct reader *r, struct batch *b)
{
	for (;;) {
		int got;

		if (r->phase == AT_RECORD &&
		    ((r->eof && rest_len(r, b) == 0) || b->n >= BATCH_ITEMS))
			return 1;
		got = r->phase == AT_RECORD ? take_warc(r, b) :
		      r->phase == IN_BLOCK ? pass_block(r, b) :
		      r->phase == AT_TRAILER ? pass_trailer(r, b) :
					       pass_bad(r, b);
		if (got < 0)
			return -1;
		if (got > 0)
			continue;
		if (reader_is_enough(r, b) && b->n > 0)
			return 1;
		if (reader_read_on(r, b) < 0)
			return -1;
	}
}
