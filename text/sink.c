/* The output of one call that reads text. */
#include "sink.h"

void
sink_byte(struct sink *k, size_t p)
{
	struct scan *out = k->put.out;

	if (k->bad_norm == out->norm_len && k->bad != p)
		put_end(&k->put);
	put_begin(&k->put, BYTE);
	out->norm[out->norm_len++] = k->r.text[p];
	k->bad = p + 1;
	k->bad_norm = out->norm_len;
}

void
sink_set_mark(struct sink *k, size_t p)
{
	k->mark = (struct mark){
		p, k->put.out->norm_len, k->put, k->extra, k->high,
	};
}

size_t
sink_go_back(struct sink *k)
{
	struct scan *out = k->put.out;

	k->stop = k->address.from;
	k->bad_norm = SIZE_MAX;
	if (k->mark.p > k->line) {
		k->put = k->mark.put;
		k->extra = k->mark.extra;
		k->high = k->mark.high;
		out->norm_len = k->mark.norm_len;
		out->norm[out->norm_len - 1] = ' ';	/* it may be missing */
		return k->mark.p;
	}
	k->put = (struct put){ .out = out };
	k->extra = 0;
	k->high = false;
	out->norm_len = k->norm_start;
	return k->line;
}

void
sink_add_words(struct sink *k, size_t from, size_t to)
{
	struct word_spans *spans = k->spans;

	for (; k->noted < k->put.nwords; k->noted++) {
		if (array_room(&spans->span, &spans->room, spans->n + 1,
			       sizeof(*spans->span)) != 0) {
			spans->failed = true;
			return;
		}
		spans->span[spans->n++] = (struct word_span){ from, to - from };
	}
	if (k->put.place != OUTSIDE && spans->n > 0)
		spans->span[spans->n - 1].len = to -
			spans->span[spans->n - 1].off;
	k->noted = k->put.nwords;
}

void
sink_forget_words(struct sink *k)
{
	struct word_spans *spans = k->spans;

	if (spans == NULL)
		return;
	spans->n -= k->noted - k->put.nwords;
	k->noted = k->put.nwords;
}
