/* --annotate=jsonl, --annotate=dolma: spans beside the text. */
#include "spans.h"

#include <inttypes.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "array.h"
#include "log.h"
#include "print.h"

/* Characters of the text. */
struct span {
	uint64_t start, end;
	struct dedup_removal removal;
};

void
spans_free(struct spans *s)
{
	free(s->span);
}

static struct spans *
spans_of(struct sink *s)
{
	return (struct spans *)s;
}

/* Is it a lone surrogate of JSON, as json_decode() returns it? */
static bool
is_surrogate(const char *s, size_t len)
{
	return len >= 3 && (unsigned char)s[0] == 0xed &&
	       ((unsigned char)s[1] & 0xe0) == 0xa0 &&
	       ((unsigned char)s[2] & 0xc0) == 0x80;
}

/*
 * Count characters.  A byte that is not part of UTF-8 counts as one, as in
 * print_escaped().  So does a lone surrogate in a record, as in Python.
 */
static uint64_t
count_chars(const char *s, size_t len, bool record)
{
	uint64_t n = 0;

	while (len > 0) {
		utf8proc_int32_t c;
		utf8proc_ssize_t m = utf8proc_iterate((const utf8proc_uint8_t *)
			s, (utf8proc_ssize_t)len, &c);
		size_t used = m > 0 ? (size_t)m :
			      record && is_surrogate(s, len) ? 3 : 1;

		s += used;
		len -= used;
		n++;
	}
	return n;
}

static int
add_span(struct spans *s, uint64_t start, uint64_t end,
	 const struct dedup_removal *r)
{
	if (array_room(&s->span, &s->room, s->n + 1,
		       sizeof(*s->span)) != 0)
		return -1;
	s->span[s->n++] = (struct span){ start, end, *r };
	return 0;
}

/* "dedup":[{"start":..,"end":..,"reason":..,"similarity":..,"witness":..}] */
static int
put_spans(struct spans *s)
{
	if (print_string(s->to, "\"dedup\":[") != 0)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		const struct span *one = &s->span[i];

		if (print_format(s->to, "%s{\"start\":%" PRIu64 ",\"end\":%"
				 PRIu64 ",", i > 0 ? "," : "", one->start,
				 one->end) != 0 ||
		    log_put_why(s->provenance, s->to, &one->removal) != 0 ||
		    print_string(s->to, "}") != 0)
			return -1;
	}
	return print_string(s->to, "]");
}

/* "dedup__REASON":[[start,end,similarity],..], if there are any. */
static int
put_attribute(struct spans *s, enum dedup_reason reason, bool *first)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct span *one = &s->span[i];

		if (one->removal.reason != reason)
			continue;
		if (n == 0 && print_format(s->to, "%s\"dedup__%s\":[",
					   *first ? "" : ",",
					   dedup_reason_name(reason)) != 0)
			return -1;
		*first = false;
		if (print_format(s->to, "%s[%" PRIu64 ",%" PRIu64 ",%.4f]",
				 n++ > 0 ? "," : "", one->start, one->end,
				 one->removal.resemblance) != 0)
			return -1;
	}
	return n > 0 ? print_string(s->to, "]") : 0;
}

/* {"id":..,"attributes":{"dedup__exact":[[start,end,similarity],..],..}} */
static int
put_attributes(struct spans *s, uint64_t document)
{
	bool first = true;

	if (print_string(s->to, "{\"id\":") != 0 ||
	    provenance_put_name(s->provenance, s->to, document) != 0 ||
	    print_string(s->to, ",\"attributes\":{") != 0)
		return -1;
	for (int reason = 0; reason < DEDUP_NREASONS; reason++)
		if (put_attribute(s, (enum dedup_reason)reason, &first) != 0)
			return -1;
	return print_string(s->to, "}}\n");
}

/* Text, and the text of WARC. */

static int
put_text(struct spans *s, const struct range *r)
{
	s->chars += count_chars(r->text, r->len, false);
	return s->sink.ops == &sink_of_jsonl ?
	       print_escaped(s->to, r->text, r->len) : 0;
}

static int
begin_text(struct spans *s, uint64_t document)
{
	return print_string(s->to, "{\"id\":") != 0 ||
	       provenance_put_name(s->provenance, s->to, document) != 0 ||
	       provenance_put_url(s->provenance, s->to, document) != 0 ||
	       print_string(s->to, ",\"text\":\"") != 0 ? -1 : 0;
}

static int
end_text(struct spans *s)
{
	return print_string(s->to, "\",") != 0 || put_spans(s) != 0 ||
	       print_string(s->to, "}\n") != 0 ? -1 : 0;
}

/* Records. */

/* Count up to a range; what follows the last removal needs no count. */
static void
count_up_to(struct spans *s, const struct range *r)
{
	const char *text = r->text - (r->off - s->counted);

	s->chars += count_chars(text, (size_t)(r->off - s->counted), true);
	s->counted = r->off;
}

static int
add_unit_of_record(struct spans *s, const struct removed *r)
{
	const struct range *unit = &r->range[r->unit];
	uint64_t chars = count_chars(unit->text, unit->len, true);

	count_up_to(s, unit);
	if (add_span(s, s->chars, s->chars + chars, r->removal) != 0)
		return -1;
	s->chars += chars;
	s->counted += unit->len;
	return 0;
}

/* Put the record with one more field at its end. */
static int
put_record(struct spans *s, const char *rec, size_t len)
{
	size_t end = len;

	while (rec[end - 1] != '}')
		end--;
	return writer_put(s->to, rec, end - 1) != 0 ||
	       print_string(s->to, ",") != 0 || put_spans(s) != 0 ||
	       writer_put(s->to, rec + end - 1, len - end + 1) != 0 ? -1 : 0;
}

/* The sinks. */

static bool
is_record(const struct sink *s)
{
	return s->document->kind == ITEM_RECORD;
}

static int
begin(struct sink *sink)
{
	struct spans *s = spans_of(sink);

	s->chars = s->counted = s->n = 0;
	return sink->ops == &sink_of_jsonl && !is_record(sink) ?
	       begin_text(s, sink->document->number) : 0;
}

static int
kept(struct sink *sink, const struct range *r)
{
	return is_record(sink) ? 0 : put_text(spans_of(sink), r);
}

static int
removed(struct sink *sink, const struct removed *r)
{
	struct spans *s = spans_of(sink);

	if (is_record(sink))
		return add_unit_of_record(s, r);
	for (size_t i = 0; i < r->n; i++) {
		uint64_t start = s->chars;

		if (put_text(s, &r->range[i]) != 0 ||
		    (i == r->unit && add_span(s, start, s->chars,
					      r->removal) != 0))
			return -1;
	}
	return 0;
}

static int
end_jsonl(struct sink *sink)
{
	const struct sink_document *d = sink->document;
	struct spans *s = spans_of(sink);

	return is_record(sink) ? put_record(s, d->bytes, d->len) : end_text(s);
}

static int
end_dolma(struct sink *sink)
{
	return put_attributes(spans_of(sink), sink->document->number);
}

/* A record without text has no spans; text between documents has no place. */
static int
pass_jsonl(struct sink *sink, enum item_kind kind, const char *bytes,
	   size_t len, bool ends)
{
	(void)ends;
	return kind == ITEM_RECORD ?
	       writer_put(spans_of(sink)->to, bytes, len) : 0;
}

const struct sink_ops sink_of_jsonl = {
	.begin = begin, .kept = kept, .removed = removed, .end = end_jsonl,
	.pass = pass_jsonl,
};

const struct sink_ops sink_of_dolma = {
	.begin = begin, .kept = kept, .removed = removed, .end = end_dolma,
};
