/* Applies verdicts to the output. */
#include "output.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "put.h"

int
output_init(struct output *o)
{
	o->annotations.kind = o->opt->annotate;
	o->annotations.origins = o->origins;
	o->annotations.to = o->to;
	if (o->opt->min_doc_words == 0 || o->hold != NULL)
		return 0;
	o->hold = hold_new();
	return o->hold != NULL ? 0 : -1;
}

void
output_free(struct output *o)
{
	hold_free(o->hold);
	annotate_free(&o->annotations);
	free(o->text);
}

static bool
lists_spans(const struct output *o)
{
	return annotate_lists(&o->annotations);
}

/* Put bytes of a text to the output, or first to where it is gathered. */
static int
put_bytes(struct output *o, const char *p, size_t len)
{
	if (!o->gathers)
		return writer_put(o->to, p, len);
	if (len == 0)
		return 0;
	if (array_room(&o->text, &o->text_room, o->text_len + len, 1) != 0)
		return -1;
	memcpy(o->text + o->text_len, p, len);
	o->text_len += len;
	return 0;
}

/* A part of a removal: blank lines, its unit, blank lines. */
struct part {
	uint64_t begin, end;
	bool unit;
};

#define PARTS 3

/* The parts that are not empty, in order: how many. */
static size_t
parts_of(const struct dedup_removal *r, struct part part[PARTS])
{
	size_t n = 0;

	if (r->begin < r->unit_begin)
		part[n++] = (struct part){ r->begin, r->unit_begin, false };
	part[n++] = (struct part){ r->unit_begin, r->unit_end, true };
	if (r->unit_end < r->end)
		part[n++] = (struct part){ r->unit_end, r->end, false };
	return n;
}

int
output_pass(struct output *o, const char *text, size_t len)
{
	if (o->silent || len == 0 || lists_spans(o))
		return 0;
	switch (o->opt->show) {
	case SHOW_KEPT:
		return put_bytes(o, text, len);
	case SHOW_DIFF:
		return diff_kept(o->diff, text, len);
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
	if (o->hold == NULL)
		return;
	hold_begin(o->hold);
	o->hold->on = !o->silent;
}

static bool
is_holding(const struct output *o)
{
	return o->hold != NULL && o->hold->on;
}

/* Put bytes that stay, with their offset in the file. */
static int
keep(struct output *o, uint64_t at, const char *text, size_t len)
{
	if (o->silent)
		return 0;
	return is_holding(o) ? hold_add(o->hold, at, text, len) :
	       output_pass(o, text, len);
}

/* So many words are left so far. */
static int
count_words(struct output *o, uint64_t words)
{
	o->words = words;
	if (!is_holding(o) || (words < o->opt->min_doc_words &&
			       o->hold->len < HOLD_MAX))
		return 0;
	o->hold->on = false;
	return output_pass(o, o->hold->buf, o->hold->len);
}

/* The document ends: if too few words are left, remove them too. */
static int
end_hold(struct output *o)
{
	struct hold *h = o->hold;

	if (!is_holding(o))
		return 0;
	h->on = false;
	if (h->len == 0)	/* nothing was left: it is in the log already */
		return 0;
	hold_end(h);
	o->dropped = true;
	o->gone++;
	o->short_documents++;
	o->short_bytes += h->len;
	if (log_short(o->log, o->document, o->words, h->pieces, h->n) != 0) {
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

/* Log a removal of these bytes of the file. */
static int
put_log(struct output *o, const struct dedup_removal *r,
	const struct piece *pieces, size_t n)
{
	if (o->silent)
		return 0;
	o->gone++;
	if (log_removal(o->log, o->document, r, pieces, n) != 0) {
		o->log_failed = true;
		return -1;
	}
	return 0;
}

/*
 * --annotate=text: a mark before the unit and one after it, on its lines.
 * 'escape': into the body of a JSON string.
 */
static int
put_marked(struct output *o, const struct dedup_removal *r, const char *raw,
	   size_t len, bool escape)
{
	size_t body = annotate_body(raw, len, escape);
	char mark[ANNOTATE_MARK];
	int n = annotate_mark(&o->annotations, r, mark, sizeof(mark));

	if (n < 0)
		return -1;
	if ((escape ? put_escaped(o->to, mark, (size_t)n) :
		      put_bytes(o, mark, (size_t)n)) != 0 ||
	    put_bytes(o, raw, body) != 0 ||
	    put_bytes(o, ANNOTATE_END, strlen(ANNOTATE_END)) != 0)
		return -1;
	return put_bytes(o, raw + body, len - body);
}

/* Text. */

int
output_begin_text(struct output *o, uint64_t document, uint64_t at, bool titled)
{
	o->document = document;
	o->document_at = at;
	begin_hold(o);
	if (o->silent)
		return 0;
	if (o->opt->show == SHOW_DIFF && titled)
		return diff_title(o->diff, document);
	return lists_spans(o) ? annotate_begin(&o->annotations, document) : 0;
}

/* Put text that stays; put text that does not. */
static int
keep_text(struct output *o, uint64_t off, const char *text, size_t len)
{
	if (o->silent || len == 0)
		return 0;
	return lists_spans(o) ? annotate_text(&o->annotations, text, len) :
	       keep(o, o->document_at + off, text, len);
}

static int
drop_text(struct output *o, const struct dedup_removal *r, bool unit,
	  const char *text, size_t len)
{
	if (o->silent)
		return 0;
	if (lists_spans(o))
		return unit ? annotate_unit(&o->annotations, r, text, len)
			    : annotate_text(&o->annotations, text, len);
	if (o->opt->annotate == ANNOTATE_TEXT)
		return unit ? put_marked(o, r, text, len, false)
			    : output_pass(o, text, len);
	if (o->opt->show == SHOW_REMOVED)
		return put_bytes(o, text, len);
	if (o->opt->show == SHOW_DIFF && unit)
		return diff_gone(o->diff, o->document, r, text, len);
	return 0;
}

/* Keep the bytes from .. to, which may be in more than one stretch. */
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

/* For --diff: remember these bytes, which a later unit may resemble. */
static void
remember_range(struct output *o, const struct stretch *s, size_t n,
	       uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t begin = from > s[i].off ? from : s[i].off;
		uint64_t end = s[i].off + s[i].len;

		if (end > to)
			end = to;
		if (begin < end)
			diff_remember(o->diff, o->document, begin,
				      s[i].text + (begin - s[i].off),
				      (size_t)(end - begin));
	}
}

/* A removed unit, and removed blank lines, are each in one stretch. */
static const char *
text_at(const struct stretch *s, size_t n, uint64_t off)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (off < s[i].off + s[i].len)
			return s[i].text + (off - s[i].off);
	return s[n - 1].text + (off - s[n - 1].off);
}

static int
drop_removal(struct output *o, const struct stretch *s, size_t n,
	     const struct dedup_removal *r)
{
	struct part part[PARTS];
	struct piece pieces[PARTS];
	size_t nparts = parts_of(r, part);

	for (size_t i = 0; i < nparts; i++) {
		const char *text = text_at(s, n, part[i].begin);
		size_t len = (size_t)(part[i].end - part[i].begin);

		pieces[i] = (struct piece){
			o->document_at + part[i].begin, text, len,
		};
		if (drop_text(o, r, part[i].unit, text, len) != 0)
			return -1;
	}
	return put_log(o, r, pieces, nparts);
}

int
output_text(struct output *o, const struct stretch *s, size_t n,
	    const struct dedup_verdict *v)
{
	uint64_t at = v->begin;

	remember_range(o, s, n, at, v->decided);
	for (size_t i = 0; i < v->nremovals; i++) {
		const struct dedup_removal *r = &v->removals[i];

		if (keep_range(o, s, n, at, r->begin) != 0 ||
		    drop_removal(o, s, n, r) != 0)
			return -1;
		at = r->end;
	}
	return keep_range(o, s, n, at, v->decided) != 0 ||
	       count_words(o, v->words) != 0 ? -1 : 0;
}

int
output_end_text(struct output *o)
{
	if (o->silent)
		return 0;
	return lists_spans(o) ? annotate_end(&o->annotations, o->document) :
	       end_hold(o);
}

/* Records. */

/* Where byte 'at' of the text is, in the body of its string. */
static size_t
raw_at(const struct json_value *v, const char *raw, struct json_cursor *c,
       uint64_t at)
{
	if (!v->escaped)
		return (size_t)at;
	json_seek(raw, v->len, c, (size_t)at);
	return c->raw;
}

/* Cut what is removed out of the record and put the rest. */
static int
put_record(struct output *o, const struct item *it, const char *rec,
	   const struct dedup_verdict *verdict)
{
	const struct json_value *v = &it->v[0];
	const char *raw = rec + v->off, *text = it->text;
	struct json_cursor cursor = { 0, 0 };
	bool live = !o->silent && !lists_spans(o);
	bool removed = o->opt->show == SHOW_REMOVED && live;
	bool diff = o->opt->show == SHOW_DIFF && live;
	bool mark = o->opt->annotate == ANNOTATE_TEXT && live;
	size_t at = 0, shown = 0;	/* in the record, in the text */

	if (removed && verdict->nremovals > 0 &&
	    writer_put(o->to, rec, v->off) != 0)
		return -1;
	for (size_t i = 0; i < verdict->nremovals; i++) {
		const struct dedup_removal *r = &verdict->removals[i];
		struct part part[PARTS];
		struct piece pieces[PARTS];
		size_t n = parts_of(r, part);
		size_t begin = raw_at(v, raw, &cursor, r->begin);

		if (diff ? output_pass(o, text + shown, r->begin - shown) :
			   keep(o, it->at + at, rec + at, v->off + begin - at))
			return -1;
		for (size_t k = 0; k < n; k++) {
			size_t end = raw_at(v, raw, &cursor, part[k].end);
			const char *p = raw + begin;
			size_t len = end - begin;

			pieces[k] = (struct piece){
				it->at + v->off + begin, p, len,
			};
			begin = end;
			if (removed && writer_put(o->to, p, len) != 0)
				return -1;
			if (diff && part[k].unit &&
			    diff_gone(o->diff, o->document, r,
				      text + part[k].begin,
				      part[k].end - part[k].begin) != 0)
				return -1;
			if (mark && (part[k].unit ?
				     put_marked(o, r, p, len, true) :
				     output_pass(o, p, len)) != 0)
				return -1;
		}
		at = v->off + begin;
		shown = r->end;
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
	diff_remember(o->diff, document, 0, it->text, it->text_len);
	if (diff && diff_title(o->diff, document) != 0)
		return -1;
	if (put_record(o, it, rec, v) != 0 ||
	    count_words(o, v->words) != 0 || end_hold(o) != 0)
		return -1;
	if (diff && o->diff->in_line && output_pass(o, "\n", 1) != 0)
		return -1;
	return o->silent || !lists_spans(o) ? 0 :
	       annotate_record(&o->annotations, document, it, rec, v);
}

/* WARC. */

/* Is the output WARC, too? */
static bool
writes_warc(const struct output *o)
{
	return !o->silent && !lists_spans(o) &&
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

/* Put the record with the text that was gathered. */
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

/* Remove all of a record, since it has too few words. */
static int
drop_warc(struct output *o, uint64_t document, const struct item *it,
	  const struct warc_record *r, const char *rec,
	  const struct dedup_verdict *v)
{
	struct stretch s = { it->text, 0, it->text_len };
	size_t end = r->text_off + it->text_len;

	if (output_begin_text(o, document, it->at + r->text_off, true) != 0 ||
	    keep(o, it->at, rec, r->text_off) != 0 ||
	    output_text(o, &s, 1, v) != 0 ||
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
	if (o->hold != NULL)
		o->hold->on = false;	/* it is known that it stays */
	o->gathers = warc;
	o->text_len = 0;
	got = output_text(o, &s, 1, v);
	o->gathers = false;
	if (got != 0)
		return -1;
	if (warc)
		return put_warc(o, rec, r);
	if (o->diff->in_line && output_pass(o, "\n", 1) != 0)
		return -1;
	return output_end_text(o);
}
