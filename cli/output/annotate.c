/* --annotate: marks in the text, and spans beside it. */
#include "annotate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "array.h"
#include "log.h"
#include "put.h"

/* Characters of the text. */
struct span {
	uint64_t start, end;
	struct dedup_removal removal;
};

void
annotate_free(struct annotations *a)
{
	free(a->spans);
}

bool
annotate_lists(const struct annotations *a)
{
	return a->kind == ANNOTATE_JSONL || a->kind == ANNOTATE_DOLMA;
}

/* Marks. */

/* As the value of an attribute; cut off if there is no room. */
static void
escape_attribute(const char *s, char *to, size_t room)
{
	size_t n = 0;

	for (; *s != '\0' && n + 8 < room; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < ' ' || c == '"' || c == '&' || c == '<' || c == '>')
			n += (size_t)sprintf(to + n, "&#%d;", c);
		else
			to[n++] = *s;
	}
	to[n] = '\0';
}

int
annotate_mark(const struct annotations *a, const struct dedup_removal *r,
	      char *buf, size_t size)
{
	char raw[4200], place[4200];
	int n;

	origins_short_place(a->origins, &r->witness, raw, sizeof(raw));
	escape_attribute(raw, place, sizeof(place));
	n = snprintf(buf, size, "<dup reason=\"%s\" similarity=\"%.4f\" "
		     "witness=\"%s\">", dedup_reason_name(r->reason),
		     r->resemblance, place);
	return n >= 0 && (size_t)n < size ? n : -1;
}

/* Does the body of a JSON string end in this escape, and not in \\ and 'c'? */
static bool
ends_in_escape(const char *raw, size_t len, char c)
{
	size_t n = 0;

	if (len < 2 || raw[len - 1] != c)
		return false;
	while (n + 1 < len && raw[len - 2 - n] == '\\')
		n++;
	return n % 2 == 1;
}

size_t
annotate_body(const char *raw, size_t len, bool escaped)
{
	size_t body = len;

	if (escaped) {
		if (ends_in_escape(raw, body, 'n'))
			body -= 2;
		if (body < len && ends_in_escape(raw, body, 'r'))
			body -= 2;
	} else {
		if (body > 0 && raw[body - 1] == '\n')
			body--;
		if (body > 0 && body < len && raw[body - 1] == '\r')
			body--;
	}
	return body;
}

/* Spans. */

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
 * put_escaped().  So does a lone surrogate in a record, as in Python.
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
add_span(struct annotations *a, uint64_t start, uint64_t end,
	 const struct dedup_removal *r)
{
	if (array_room(&a->spans, &a->room, a->n + 1,
		       sizeof(*a->spans)) != 0)
		return -1;
	a->spans[a->n++] = (struct span){ start, end, *r };
	return 0;
}

/* "dedup":[{"start":..,"end":..,"reason":..,"similarity":..,"witness":..}] */
static int
put_spans(struct annotations *a)
{
	if (put_string(a->to, "\"dedup\":[") != 0)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		const struct span *s = &a->spans[i];

		if (put_format(a->to, "%s{\"start\":%" PRIu64 ",\"end\":%"
			       PRIu64 ",", i > 0 ? "," : "", s->start,
			       s->end) != 0 ||
		    log_put_why(a->origins, a->to, &s->removal) != 0 ||
		    put_string(a->to, "}") != 0)
			return -1;
	}
	return put_string(a->to, "]");
}

/* "dedup__REASON":[[start,end,similarity],..], if there are any. */
static int
put_attribute(struct annotations *a, enum dedup_reason reason, bool *first)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct span *s = &a->spans[i];

		if (s->removal.reason != reason)
			continue;
		if (n == 0 && put_format(a->to, "%s\"dedup__%s\":[",
					 *first ? "" : ",",
					 dedup_reason_name(reason)) != 0)
			return -1;
		*first = false;
		if (put_format(a->to, "%s[%" PRIu64 ",%" PRIu64 ",%.4f]",
			       n++ > 0 ? "," : "", s->start, s->end,
			       s->removal.resemblance) != 0)
			return -1;
	}
	return n > 0 ? put_string(a->to, "]") : 0;
}

/* {"id":..,"attributes":{"dedup__exact":[[start,end,similarity],..],..}} */
static int
put_attributes(struct annotations *a, uint64_t document)
{
	bool first = true;

	if (put_string(a->to, "{\"id\":") != 0 ||
	    origins_put_name(a->origins, a->to, document) != 0 ||
	    put_string(a->to, ",\"attributes\":{") != 0)
		return -1;
	for (int reason = 0; reason < DEDUP_NREASONS; reason++)
		if (put_attribute(a, (enum dedup_reason)reason, &first) != 0)
			return -1;
	return put_string(a->to, "}}\n");
}

/* Text. */

int
annotate_begin(struct annotations *a, uint64_t document)
{
	a->chars = 0;
	a->n = 0;
	if (a->kind != ANNOTATE_JSONL)
		return 0;
	return put_string(a->to, "{\"id\":") != 0 ||
	       origins_put_name(a->origins, a->to, document) != 0 ||
	       origins_put_url(a->origins, a->to, document) != 0 ||
	       put_string(a->to, ",\"text\":\"") != 0 ? -1 : 0;
}

int
annotate_text(struct annotations *a, const char *text, size_t len)
{
	a->chars += count_chars(text, len, false);
	return a->kind == ANNOTATE_JSONL ? put_escaped(a->to, text, len) : 0;
}

int
annotate_unit(struct annotations *a, const struct dedup_removal *r,
	      const char *text, size_t len)
{
	uint64_t start = a->chars;

	return annotate_text(a, text, len) != 0 ? -1 :
	       add_span(a, start, a->chars, r);
}

int
annotate_end(struct annotations *a, uint64_t document)
{
	if (a->kind == ANNOTATE_DOLMA)
		return put_attributes(a, document);
	return put_string(a->to, "\",") != 0 || put_spans(a) != 0 ||
	       put_string(a->to, "}\n") != 0 ? -1 : 0;
}

/* Records. */

/* All spans of the text at once. */
static int
find_spans(struct annotations *a, const char *text,
	   const struct dedup_verdict *v)
{
	uint64_t at = 0;

	a->chars = 0;
	a->n = 0;
	for (size_t i = 0; i < v->nremovals; i++) {
		const struct dedup_removal *r = &v->removals[i];
		uint64_t start;

		a->chars += count_chars(text + at,
					(size_t)(r->unit_begin - at), true);
		start = a->chars;
		a->chars += count_chars(text + r->unit_begin,
			(size_t)(r->unit_end - r->unit_begin), true);
		at = r->unit_end;
		if (add_span(a, start, a->chars, r) != 0)
			return -1;
	}
	return 0;
}

/* Put the record with one more field at its end. */
static int
put_record(struct annotations *a, const char *rec, size_t len)
{
	size_t end = len;

	while (rec[end - 1] != '}')
		end--;
	return writer_put(a->to, rec, end - 1) != 0 ||
	       put_string(a->to, ",") != 0 || put_spans(a) != 0 ||
	       writer_put(a->to, rec + end - 1, len - end + 1) != 0 ? -1 : 0;
}

int
annotate_record(struct annotations *a, uint64_t document,
		const struct item *it, const char *rec,
		const struct dedup_verdict *v)
{
	if (find_spans(a, it->text, v) != 0)
		return -1;
	return a->kind == ANNOTATE_DOLMA ? put_attributes(a, document) :
	       put_record(a, rec, it->len);
}
