/* Documents without what is removed, or only what is removed. */
#include "clean.h"

static struct body *
body_of(struct sink *s)
{
	return &((struct clean *)s)->body;
}

int
clean_around(struct sink *s, const struct range *r)
{
	return body_around(body_of(s), s->document, r);
}

/* A record stays a record: but if nothing of it was removed, it is not put. */
static int
put_around_removed(struct sink *s, const struct range *r)
{
	return s->document->changed ? clean_around(s, r) : 0;
}

int
clean_kept(struct sink *s, const struct range *r)
{
	return body_text(body_of(s), s->document, r->raw, r->raw_len);
}

static int
put_removed(struct sink *s, const struct removed *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (clean_kept(s, &r->range[i]) != 0)
			return -1;
	return 0;
}

int
clean_end(struct sink *s)
{
	return body_end(body_of(s), s->document);
}

int
clean_pass(struct sink *s, enum item_kind kind, const char *bytes, size_t len,
	   bool ends)
{
	struct body *b = body_of(s);

	return writer_put(b->to, bytes, len) != 0 ? -1 :
	       body_end_pass(b, kind, ends);
}

const struct sink_ops sink_of_kept = {
	.around = clean_around, .kept = clean_kept, .end = clean_end,
	.pass = clean_pass,
};

const struct sink_ops sink_of_removed = {
	.around = put_around_removed, .removed = put_removed, .end = clean_end,
};
