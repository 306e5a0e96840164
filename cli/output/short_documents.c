/* Documents of which too few words are left, or that are listed, are removed. */
#include "short_documents.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

/* A document with more bytes left is not short, however few words it has. */
#define LEFT_MAX ((size_t)16 << 20)

static struct short_documents *
short_of(struct sink *s)
{
	return (struct short_documents *)s;
}

void
short_documents_free(struct short_documents *s)
{
	free(s->left);
	free(s->range);
}

/* Add bytes that stay so far. */
static int
add(struct short_documents *s, const struct range *r)
{
	struct range *last = s->n > 0 ? &s->range[s->n - 1] : NULL;

	if (r->raw_len == 0)
		return 0;
	if (array_room(&s->left, &s->room, s->len + r->raw_len, 1) != 0)
		return -1;
	memcpy(s->left + s->len, r->raw, r->raw_len);
	s->len += r->raw_len;
	if (last != NULL && last->at + last->raw_len == r->at) {
		last->raw_len += r->raw_len;
		return 0;
	}
	if (array_room(&s->range, &s->ranges_room, s->n + 1,
		       sizeof(*s->range)) != 0)
		return -1;
	s->range[s->n++] = (struct range){
		.at = r->at, .raw_len = r->raw_len,
	};
	return 0;
}

/* It stays: what was left so far is handed on, as bytes alone. */
static int
let_go(struct short_documents *s)
{
	struct range all = { .raw = s->left, .raw_len = s->len };

	s->waits = false;
	return s->len > 0 ? sink_kept(s->next, &all) : 0;
}

/* The document ended, and does not stay. */
static int
drop(struct short_documents *s)
{
	const char *at = s->left;

	for (size_t i = 0; i < s->n; i++) {
		s->range[i].raw = at;
		at += s->range[i].raw_len;
	}
	s->dropped = true;
	s->documents++;
	s->bytes += s->len;
	s->text_bytes += s->text;
	return log_dropped(s->log, s->sink.document->number, s->listed,
			   s->words, s->range, s->n);
}

static int
begin(struct sink *sink)
{
	struct short_documents *s = short_of(sink);
	const struct sink_document *d = sink->document;

	s->dropped = false;
	s->words = s->text = s->len = s->n = 0;
	s->listed = s->drop_listed && d->listed;
	/* A record is judged already.  What waits is not put as WARC any more. */
	s->waits = d->bytes == NULL ||
		   ((d->words < s->min_words || s->listed) &&
		    !(d->kind == ITEM_WARC && d->len >= LEFT_MAX));
	return sink_begin(s->next, d);
}

static int
around(struct sink *sink, const struct range *r)
{
	struct short_documents *s = short_of(sink);

	return s->waits ? add(s, r) : sink_around(s->next, r);
}

static int
kept(struct sink *sink, const struct range *r)
{
	struct short_documents *s = short_of(sink);

	s->text += r->len;
	return s->waits ? add(s, r) : sink_kept(s->next, r);
}

static int
words(struct sink *sink, uint64_t n)
{
	struct short_documents *s = short_of(sink);

	s->words = n;
	if (!s->waits || ((n < s->min_words || s->drop_listed) &&
			  s->len < LEFT_MAX))
		return 0;
	return let_go(s);
}

static int
removed(struct sink *sink, const struct removed *r)
{
	struct short_documents *s = short_of(sink);

	s->listed |= s->drop_listed && r->removal->reason == DEDUP_LISTED;
	return sink_removed(s->next, r);
}

/* If nothing was left of it, the log has all of its removals already. */
static int
end(struct sink *sink)
{
	struct short_documents *s = short_of(sink);
	bool stays = s->len >= LEFT_MAX ||
		     (s->words >= s->min_words && !s->listed);

	s->undropped += s->listed && (stays || !s->waits);
	/* What follows the text of a record came after its words. */
	if (s->waits && stays && let_go(s) != 0)
		return -1;
	if (!s->waits)
		return sink_end(s->next);
	s->waits = false;
	return s->len > 0 ? drop(s) : 0;
}

static int
pass(struct sink *sink, enum item_kind kind, const char *bytes, size_t len,
     bool ends)
{
	return sink_pass(short_of(sink)->next, kind, bytes, len, ends);
}

const struct sink_ops sink_of_long_documents = {
	.begin = begin, .around = around, .kept = kept, .removed = removed,
	.words = words, .end = end, .pass = pass,
};
