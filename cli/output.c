/* Verdicts to the output. */
#include "output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "json.h"

/* A document of which more is left is not short, however few words it has. */
#define HOLD_MAX ((size_t)16 << 20)

/* A span of --annotate=jsonl and =dolma, in characters of the text. */
struct span {
	uint64_t start, end;
	struct dedup_removal removal;
};

/* What is left of a document, until it is known whether that is enough. */
struct hold {
	char *buf;
	size_t len, room;
	struct piece *pieces;	/* where in the file; 'bytes' to come */
	size_t n, pieces_room;
};

int
output_init(struct output *o)
{
	if (o->opt->min_doc_words == 0 || o->hold != NULL)
		return 0;
	o->hold = calloc(1, sizeof(*o->hold));
	return o->hold != NULL ? 0 : -1;
}

void
output_free(struct output *o)
{
	if (o->hold != NULL) {
		free(o->hold->buf);
		free(o->hold->pieces);
	}
	free(o->hold);
	free(o->spans);
	free(o->text);
	free(o->scratch);
}

static bool
annotates(const struct output *o)
{
	return o->opt->annotate == ANNOTATE_JSONL ||
	       o->opt->annotate == ANNOTATE_DOLMA;
}

static int
put_string(struct output *o, const char *s)
{
	return writer_put(o->to, s, strlen(s));
}

/* Bytes of a text that go to the output, or first to where it is gathered. */
static int
put_bytes(struct output *o, const char *p, size_t len)
{
	if (!o->gathers)
		return writer_put(o->to, p, len);
	if (o->text_room - o->text_len < len) {
		size_t room = 2 * (o->text_len + len);
		char *text = realloc(o->text, room);

		if (text == NULL)
			return -1;
		o->text = text;
		o->text_room = room;
	}
	memcpy(o->text + o->text_len, p, len);
	o->text_len += len;
	return 0;
}

/* Text as (part of) the body of a JSON string. */
static int
put_escaped(struct output *o, const char *text, size_t len)
{
	while (len > 0) {
		size_t n = len, m;

		/* In pieces that end where a character does. */
		if (n > 65536)
			for (n = 65536; n > 65536 - 4 &&
			     (text[n] & 0xc0) == 0x80; n--)
				;
		if (6 * n > o->scratch_room) {
			char *p = realloc(o->scratch, 6 * n);

			if (p == NULL)
				return -1;
			o->scratch = p;
			o->scratch_room = 6 * n;
		}
		m = json_escape(text, n, o->scratch);
		if (writer_put(o->to, o->scratch, m) != 0)
			return -1;
		text += n;
		len -= n;
	}
	return 0;
}

/* A lone surrogate of JSON, as json_decode() gives it? */
static bool
is_surrogate(const char *s, size_t len)
{
	return len >= 3 && (unsigned char)s[0] == 0xed &&
	       ((unsigned char)s[1] & 0xe0) == 0xa0 &&
	       ((unsigned char)s[2] & 0xc0) == 0x80;
}

/*
 * Characters; a byte that is not part of UTF-8 is one, as in put_escaped().  Of
 * a record a lone surrogate is one as well, as it is in Python.
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

/* The spans of a removal, in order: how many. */
static size_t
spans_of(const struct dedup_removal *r, uint64_t *off, uint64_t *len)
{
	size_t unit = r->separator_length > 0 &&
		      r->separator_offset < r->offset;

	off[unit] = r->offset;
	len[unit] = r->length;
	if (r->separator_length == 0)
		return 1;
	off[!unit] = r->separator_offset;
	len[!unit] = r->separator_length;
	return 2;
}

int
output_pass(struct output *o, const char *text, size_t len)
{
	if (o->silent || len == 0 || annotates(o))
		return 0;
	switch (o->opt->show) {
	case SHOW_KEPT:
		return put_bytes(o, text, len);
	case SHOW_DIFF:
		return report_kept(o->report, text, len);
	case SHOW_REMOVED:
	case SHOW_NOTHING:
		break;
	}
	return 0;
}

/* Documents with few words left. */

static void
begin_hold(struct output *o)
{
	o->dropped = false;
	o->words = 0;
	o->holding = o->hold != NULL && !o->silent;
	if (o->holding)
		o->hold->len = o->hold->n = 0;
}

static int
hold_piece(struct hold *h, uint64_t at, const char *text, size_t len)
{
	struct piece *last = h->n > 0 ? &h->pieces[h->n - 1] : NULL;

	if (h->room - h->len < len) {
		size_t room = 2 * (h->len + len);
		char *p = realloc(h->buf, room);

		if (p == NULL)
			return -1;
		h->buf = p;
		h->room = room;
	}
	memcpy(h->buf + h->len, text, len);
	h->len += len;
	if (last != NULL && last->at + last->len == at) {
		last->len += len;
		return 0;
	}
	if (h->n == h->pieces_room) {
		size_t room = 2 * h->pieces_room + 16;
		struct piece *p = realloc(h->pieces, room * sizeof(*p));

		if (p == NULL)
			return -1;
		h->pieces = p;
		h->pieces_room = room;
	}
	h->pieces[h->n++] = (struct piece){ at, NULL, len };
	return 0;
}

/* Bytes that stay, from there in the file. */
static int
keep(struct output *o, uint64_t at, const char *text, size_t len)
{
	if (o->silent)
		return 0;
	if (!o->holding || len == 0)
		return output_pass(o, text, len);
	return hold_piece(o->hold, at, text, len);
}

/* It is known that so many words are left so far. */
static int
count_words(struct output *o, uint64_t words)
{
	o->words = words;
	if (!o->holding || (words < o->opt->min_doc_words &&
			    o->hold->len < HOLD_MAX))
		return 0;
	o->holding = false;
	return output_pass(o, o->hold->buf, o->hold->len);
}

/* The document ends: where too few words are left, they go too. */
static int
end_hold(struct output *o)
{
	struct hold *h = o->hold;
	const char *at;

	if (!o->holding)
		return 0;
	o->holding = false;
	if (h->len == 0)	/* nothing was left: that has been told */
		return 0;
	at = h->buf;
	for (size_t i = 0; i < h->n; i++) {
		h->pieces[i].bytes = at;
		at += h->pieces[i].len;
	}
	o->dropped = true;
	o->gone++;
	o->short_documents++;
	o->short_bytes += h->len;
	if (o->report->on && report_short(o->report, o->document, o->words,
					  h->pieces, h->n) != 0) {
		o->log_failed = true;
		return -1;
	}
	return 0;
}

int
output_pass_record(struct output *o, const char *rec, size_t len)
{
	if (o->opt->annotate == ANNOTATE_JSONL && !o->silent)
		return writer_put(o->to, rec, len);
	return o->opt->show == SHOW_DIFF ? 0 : output_pass(o, rec, len);
}

/* Tell of a removal whose pieces of the file are these. */
static int
put_log(struct output *o, const struct dedup_removal *r,
	const struct piece *pieces, size_t n)
{
	o->gone += !o->silent;
	if (o->silent || !o->report->on)
		return 0;
	if (report_removal(o->report, o->document, r, pieces, n) != 0) {
		o->log_failed = true;
		return -1;
	}
	return 0;
}

/* Annotations. */

static int
add_span(struct output *o, uint64_t start, uint64_t end,
	 const struct dedup_removal *r)
{
	if (o->nspans == o->spans_room) {
		size_t room = 2 * o->spans_room + 64;
		struct span *p = realloc(o->spans, room * sizeof(*p));

		if (p == NULL)
			return -1;
		o->spans = p;
		o->spans_room = room;
	}
	o->spans[o->nspans++] = (struct span){ start, end, *r };
	return 0;
}

/* "dedup":[{"start":..,"end":..,"reason":..,"similarity":..,"witness":..}] */
static int
put_spans(struct output *o)
{
	if (put_string(o, "\"dedup\":[") != 0)
		return -1;
	for (size_t i = 0; i < o->nspans; i++) {
		const struct span *s = &o->spans[i];
		char buf[128];

		snprintf(buf, sizeof(buf), "%s{\"start\":%" PRIu64
			 ",\"end\":%" PRIu64 ",", i > 0 ? "," : "", s->start,
			 s->end);
		if (put_string(o, buf) != 0 ||
		    report_why(o->report, o->to, &s->removal) != 0 ||
		    put_string(o, "}") != 0)
			return -1;
	}
	return put_string(o, "]");
}

/* {"id":..,"attributes":{"dedup__exact":[[start,end,similarity],..],..}} */
static int
put_attributes(struct output *o)
{
	const char *before = "";

	if (put_string(o, "{\"id\":") != 0 ||
	    report_name(o->report, o->to, o->document) != 0 ||
	    put_string(o, ",\"attributes\":{") != 0)
		return -1;
	for (int reason = 0; reason < DEDUP_NREASONS; reason++) {
		size_t n = 0;

		for (size_t i = 0; i < o->nspans; i++) {
			const struct span *s = &o->spans[i];
			char buf[160];

			if (s->removal.reason != (enum dedup_reason)reason)
				continue;
			if (n++ == 0) {
				snprintf(buf, sizeof(buf), "%s\"dedup__%s\":[",
					 before, dedup_reason_name(
					 (enum dedup_reason)reason));
				if (put_string(o, buf) != 0)
					return -1;
				before = ",";
			}
			snprintf(buf, sizeof(buf), "%s[%" PRIu64 ",%" PRIu64
				 ",%.4f]", n > 1 ? "," : "", s->start, s->end,
				 s->removal.resemblance);
			if (put_string(o, buf) != 0)
				return -1;
		}
		if (n > 0 && put_string(o, "]") != 0)
			return -1;
	}
	return put_string(o, "}}\n");
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

/*
 * --annotate=text: a mark before the unit and one after it, on its lines.
 * 'escape': into the body of a JSON string.
 */
static int
put_marked(struct output *o, const struct dedup_removal *r, const char *raw,
	   size_t len, bool escape)
{
	size_t body = len;
	char mark[4500], *p;
	int n = report_mark(o->report, r, mark, sizeof(mark));

	if (escape) {
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
	if (n < 0)
		return -1;
	p = mark;
	if ((escape ? put_escaped(o, p, (size_t)n) :
		      put_bytes(o, p, (size_t)n)) != 0 ||
	    put_bytes(o, raw, body) != 0 ||
	    put_bytes(o, "</dup>", strlen("</dup>")) != 0)
		return -1;
	return put_bytes(o, raw + body, len - body);
}

/* Text. */

int
output_begin_text(struct output *o, uint64_t document, uint64_t at, bool titled)
{
	o->document = document;
	o->document_at = at;
	o->chars = 0;
	o->nspans = 0;
	begin_hold(o);
	if (o->silent)
		return 0;
	if (o->opt->show == SHOW_DIFF && titled)
		return report_title(o->report, document);
	if (o->opt->annotate != ANNOTATE_JSONL)
		return 0;
	return put_string(o, "{\"id\":") != 0 ||
	       report_name(o->report, o->to, document) != 0 ||
	       report_url(o->report, o->to, document) != 0 ||
	       put_string(o, ",\"text\":\"") != 0 ? -1 : 0;
}

/* Text that stays, and the same that does not. */
static int
keep_text(struct output *o, uint64_t off, const char *text, size_t len)
{
	if (o->silent || len == 0)
		return 0;
	if (!annotates(o))
		return keep(o, o->document_at + off, text, len);
	o->chars += count_chars(text, len, false);
	return o->opt->annotate == ANNOTATE_JSONL ? put_escaped(o, text, len)
						  : 0;
}

static int
drop_text(struct output *o, const struct dedup_removal *r, bool unit,
	  const char *text, size_t len)
{
	uint64_t start = o->chars;

	if (o->silent)
		return 0;
	switch (o->opt->annotate) {
	case ANNOTATE_NONE:
		break;
	case ANNOTATE_TEXT:
		return unit ? put_marked(o, r, text, len, false)
			    : output_pass(o, text, len);
	case ANNOTATE_JSONL:
	case ANNOTATE_DOLMA:
		if (keep_text(o, 0, text, len) != 0)
			return -1;
		return unit ? add_span(o, start, o->chars, r) : 0;
	}
	if (o->opt->show == SHOW_REMOVED)
		return put_bytes(o, text, len);
	if (o->opt->show == SHOW_DIFF && unit)
		return report_gone(o->report, o->document, r, text, len);
	return 0;
}

/* Keep the bytes from .. to, which may be in more stretches than one. */
static int
keep_range(struct output *o, const struct stretch *s, size_t n, uint64_t from,
	   uint64_t to)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t begin = from > s[i].off ? from : s[i].off;
		uint64_t end = s[i].off + s[i].len;

		if (end > to)
			end = to;
		if (begin < end &&
		    keep_text(o, begin, s[i].text + (begin - s[i].off),
			      (size_t)(end - begin)) != 0)
			return -1;
	}
	return 0;
}

/* What goes, a unit or blank lines, is in one stretch. */
static const char *
text_at(const struct stretch *s, size_t n, uint64_t off)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (off < s[i].off + s[i].len)
			return s[i].text + (off - s[i].off);
	return s[n - 1].text + (off - s[n - 1].off);
}

int
output_text(struct output *o, const struct stretch *s, size_t n, uint64_t from,
	    const struct dedup_verdict *v)
{
	uint64_t at = from;

	for (size_t i = 0; i < v->nremovals; i++) {
		const struct dedup_removal *r = &v->removals[i];
		uint64_t off[2], len[2];
		size_t k = spans_of(r, off, len);
		struct piece pieces[2];

		for (size_t j = 0; j < k; j++) {
			const char *gone = text_at(s, n, off[j]);

			if (keep_range(o, s, n, at, off[j]) != 0)
				return -1;
			at = off[j] + len[j];
			pieces[j] = (struct piece){
				o->document_at + off[j], gone, (size_t)len[j],
			};
			if (drop_text(o, r, off[j] == r->offset, gone,
				      (size_t)len[j]) != 0)
				return -1;
		}
		if (put_log(o, r, pieces, k) != 0)
			return -1;
	}
	return keep_range(o, s, n, at, v->decided) != 0 ||
	       count_words(o, v->words) != 0 ? -1 : 0;
}

int
output_end_text(struct output *o)
{
	if (o->silent)
		return 0;
	if (o->opt->annotate == ANNOTATE_DOLMA)
		return put_attributes(o);
	if (o->opt->annotate != ANNOTATE_JSONL)
		return end_hold(o);
	return put_string(o, "\",") != 0 || put_spans(o) != 0 ||
	       put_string(o, "}\n") != 0 ? -1 : 0;
}

/* Records. */

/* The spans of the whole text at once. */
static int
span_record(struct output *o, const struct item *it,
	    const struct dedup_verdict *v)
{
	const char *text = it->text;
	uint64_t at = 0;

	o->chars = 0;
	o->nspans = 0;
	for (size_t i = 0; i < v->nremovals; i++) {
		const struct dedup_removal *r = &v->removals[i];
		uint64_t start;

		o->chars += count_chars(text + at, (size_t)(r->offset - at),
					true);
		start = o->chars;
		o->chars += count_chars(text + r->offset, (size_t)r->length,
					true);
		at = r->offset + r->length;
		if (add_span(o, start, o->chars, r) != 0)
			return -1;
	}
	return 0;
}

/* The record with a field more at its end. */
static int
put_record_spans(struct output *o, const char *rec, size_t len)
{
	size_t end = len;

	while (rec[end - 1] != '}')
		end--;
	return writer_put(o->to, rec, end - 1) != 0 ||
	       put_string(o, ",") != 0 || put_spans(o) != 0 ||
	       writer_put(o->to, rec + end - 1, len - end + 1) != 0 ? -1 : 0;
}

/* Cut what goes out of the record and let the rest pass. */
static int
put_record(struct output *o, const struct item *it, const char *rec,
	   const struct dedup_verdict *verdict)
{
	const struct json_value *v = &it->v[0];
	const char *raw = rec + v->off, *text = it->text;
	struct json_cursor cursor = { 0, 0 };
	bool live = !o->silent && !annotates(o);
	bool removed = o->opt->show == SHOW_REMOVED && live;
	bool diff = o->opt->show == SHOW_DIFF && live;
	bool mark = o->opt->annotate == ANNOTATE_TEXT && live;
	size_t at = 0, shown = 0;	/* in the record, in the text */

	if (removed && verdict->nremovals > 0 &&
	    writer_put(o->to, rec, v->off) != 0)
		return -1;
	for (size_t i = 0; i < verdict->nremovals; i++) {
		const struct dedup_removal *r = &verdict->removals[i];
		uint64_t off[2], size[2];
		size_t n = spans_of(r, off, size);
		struct piece pieces[2];

		for (size_t k = 0; k < n; k++) {
			size_t from = (size_t)off[k];
			size_t to = from + (size_t)size[k];
			size_t raw_from = from, raw_to = to;
			bool unit = off[k] == r->offset;

			if (v->escaped) {
				json_seek(raw, v->len, &cursor, from);
				raw_from = cursor.raw;
				json_seek(raw, v->len, &cursor, to);
				raw_to = cursor.raw;
			}
			pieces[k] = (struct piece){
				it->at + v->off + raw_from, raw + raw_from,
				raw_to - raw_from,
			};
			if (removed && writer_put(o->to, raw + raw_from,
						  raw_to - raw_from) != 0)
				return -1;
			if (diff) {
				if (output_pass(o, text + shown, from - shown))
					return -1;
				shown = to;
				if (unit && report_gone(o->report, o->document,
						r, text + from, to - from))
					return -1;
				continue;
			}
			if (keep(o, it->at + at, rec + at,
				 v->off + raw_from - at) != 0)
				return -1;
			at = v->off + raw_to;
			if (mark && (unit ? put_marked(o, r, raw + raw_from,
						raw_to - raw_from, true) :
				     output_pass(o, raw + raw_from,
						 raw_to - raw_from)) != 0)
				return -1;
		}
		if (put_log(o, r, pieces, n) != 0)
			return -1;
	}
	if (removed && verdict->nremovals > 0 &&
	    writer_put(o->to, raw + v->len, it->len - v->off - v->len) != 0)
		return -1;
	if (diff)
		return output_pass(o, text + shown,
				   (size_t)verdict->decided - shown);
	return keep(o, it->at + at, rec + at, it->len - at);
}

int
output_record(struct output *o, uint64_t document, const struct item *it,
	      const char *rec, const struct dedup_verdict *v)
{
	bool diff = o->opt->show == SHOW_DIFF && !o->silent;

	o->document = document;
	begin_hold(o);
	if (diff && report_title(o->report, document) != 0)
		return -1;
	if (put_record(o, it, rec, v) != 0 ||
	    count_words(o, v->words) != 0 || end_hold(o) != 0)
		return -1;
	if (diff && o->report->amid_line && output_pass(o, "\n", 1) != 0)
		return -1;
	if (o->silent || !annotates(o))
		return 0;
	if (span_record(o, it, v) != 0)
		return -1;
	return o->opt->annotate == ANNOTATE_DOLMA ? put_attributes(o) :
	       put_record_spans(o, rec, it->len);
}

/* WARC. */

/* Is the output WARC, too? */
static bool
writes_warc(const struct output *o)
{
	return !o->silent && !annotates(o) &&
	       (o->opt->show == SHOW_KEPT || o->opt->show == SHOW_REMOVED);
}

int
output_pass_warc(struct output *o, const char *bytes, size_t len, bool ends)
{
	if (o->opt->show == SHOW_DIFF)
		return 0;
	if (output_pass(o, bytes, len) != 0)
		return -1;
	return ends && writes_warc(o) ? writer_end_member(o->to) : 0;
}

/* The record with the text that was gathered. */
static int
put_warc(struct output *o, const char *rec, const struct warc_record *r)
{
	struct warc_span text = { o->text, o->text_len };
	size_t len;
	char *header = warc_rewrite(rec, r, &text, text.len > 0, &len);
	int got;

	if (header == NULL)
		return -1;
	got = writer_put(o->to, header, len) != 0 ||
	      (text.len > 0 && writer_put(o->to, text.p, text.len) != 0) ||
	      writer_put(o->to, rec + r->trailer_off, r->trailer_len) != 0 ||
	      writer_end_member(o->to) != 0 ? -1 : 0;
	free(header);
	return got;
}

/* All of a record, for want of words. */
static int
drop_warc(struct output *o, uint64_t document, const struct item *it,
	  const struct warc_record *r, const char *rec,
	  const struct dedup_verdict *v)
{
	struct stretch s = { it->text, 0, it->text_len };
	size_t end = r->text_off + it->text_len;

	if (output_begin_text(o, document, it->at + r->text_off, true) != 0 ||
	    keep(o, it->at, rec, r->text_off) != 0 ||
	    output_text(o, &s, 1, 0, v) != 0 ||
	    keep(o, it->at + end, rec + end, it->len - end) != 0)
		return -1;
	return output_end_text(o);
}

int
output_warc(struct output *o, uint64_t document, const struct item *it,
	    const struct warc_record *r, const char *rec,
	    const struct dedup_verdict *v)
{
	struct stretch s = { it->text, 0, it->text_len };
	bool warc = writes_warc(o);
	int got;

	o->dropped = false;
	if (o->hold != NULL && v->words < o->opt->min_doc_words &&
	    it->len < HOLD_MAX)
		return drop_warc(o, document, it, r, rec, v);
	if (warc && v->nremovals == 0)
		return output_pass_warc(o, rec, it->len, true);
	if (output_begin_text(o, document, it->at + r->text_off, true) != 0)
		return -1;
	o->holding = false;	/* it is known that it stays */
	o->gathers = warc;
	o->text_len = 0;
	got = output_text(o, &s, 1, 0, v);
	o->gathers = false;
	if (got != 0)
		return -1;
	if (warc)
		return put_warc(o, rec, r);
	if (o->report->amid_line && output_pass(o, "\n", 1) != 0)
		return -1;
	return output_end_text(o);
}
