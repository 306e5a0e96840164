/* JSONL to items, one for each record. */
#include "reader_state.h"

#include <string.h>

static int
add_record(struct reader *r, struct batch *b, size_t len,
	   enum record_state state, bool whole)
{
	struct item *it = reader_add(r, b, ITEM_RECORD, len);

	if (it == NULL)
		return -1;
	it->state = state;
	it->begins = !r->within_record;
	it->ends = whole;
	r->within_record = !whole;
	r->line += whole;
	return 0;
}

int
reader_jsonl(struct reader *r, struct batch *b)
{
	for (;;) {
		char *s = rest(r, b);
		size_t len = rest_len(r, b);
		char *nl = memchr(s + r->looked, '\n', len - r->looked);
		size_t n = nl != NULL ? (size_t)(nl - s) + 1 : len;

		if (nl != NULL || (r->eof && len > 0)) {
			if (add_record(r, b, n, r->within_record ? RECORD_LONG :
				       RECORD_TEXT, true) != 0)
				return -1;
			if (b->n >= BATCH_ITEMS)
				return 1;
			continue;
		}
		if (r->eof)
			return 1;
		r->looked = len;
		if (len > RECORD_MAX || (r->within_record && len > 0)) {
			if (add_record(r, b, len, RECORD_LONG, false) != 0)
				return -1;
			return 1;
		}
		if (reader_is_enough(r, b) && b->n > 0)
			return 1;
		if (reader_read_on(r, b) < 0)
			return -1;
	}
}
