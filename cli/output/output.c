/* Applies verdicts: one walk over text, JSON strings and WARC. */
#include "output.h"

static const struct sink_ops sink_of_nothing = { .begin = NULL };

/* The sink that writes. */
static struct sink *
written(struct output *o, const struct options *opt)
{
	o->clean.body.to = o->marks.clean.body.to = o->to;
	o->spans.to = o->diff.to = o->to;
	o->marks.provenance = o->log.provenance;
	o->spans.provenance = o->log.provenance;
	o->diff.provenance = o->log.provenance;
	o->clean.sink.ops = opt->show == SHOW_REMOVED ? &sink_of_removed :
							&sink_of_kept;
	o->marks.clean.sink.ops = &sink_of_marks;
	o->spans.sink.ops = opt->annotate == ANNOTATE_DOLMA ? &sink_of_dolma :
							      &sink_of_jsonl;
	switch (opt->annotate) {
	case ANNOTATE_TEXT:
		return &o->marks.clean.sink;
	case ANNOTATE_JSONL:
	case ANNOTATE_DOLMA:
		return &o->spans.sink;
	case ANNOTATE_NONE:
		break;
	}
	switch (opt->show) {
	case SHOW_DIFF:
		return &o->diff.sink;
	case SHOW_NOTHING:
		return &o->nothing;
	case SHOW_KEPT:
	case SHOW_REMOVED:
		break;
	}
	return &o->clean.sink;
}

/* ... but only documents that are not dropped. */
static struct sink *
without_dropped(struct output *o, const struct options *opt, struct sink *next)
{
	struct short_documents *s = &o->short_documents;

	if (!options_drop(opt))
		return next;
	s->sink.ops = &sink_of_long_documents;
	s->next = next;
	s->min_words = opt->min_doc_words;
	s->drop_listed = opt->drop_listed;
	s->log = &o->log;
	return &s->sink;
}

/* ... and is watched, if somebody wants to. */
static struct sink *
with_watcher(struct output *o, struct sink *next)
{
	if (o->watcher == NULL)
		return next;
	o->watched.sink.ops = &sink_of_watched;
	o->watched.watcher = o->watcher;
	o->watched.next = next;
	return &o->watched.sink;
}

void
output_begin(struct output *o, const struct options *opt, enum output_pass pass)
{
	o->silent = pass != PASS_WRITES || opt->dedup.counts_only;
	o->nothing.ops = &sink_of_nothing;
	o->diff.sink.ops = pass == PASS_REFERENCE ? &sink_of_memory :
						    &sink_of_diff;
	if (!o->silent)
		o->sink = with_watcher(o, without_dropped(o, opt,
							  written(o, opt)));
	else if (opt->show == SHOW_DIFF && pass == PASS_REFERENCE)
		o->sink = &o->diff.sink;
	else
		o->sink = &o->nothing;
}

void
output_free(struct output *o)
{
	body_free(&o->clean.body);
	body_free(&o->marks.clean.body);
	spans_free(&o->spans);
	diff_free(&o->diff);
	groups_free(&o->groups);
	short_documents_free(&o->short_documents);
}

bool
output_dropped(const struct output *o)
{
	return !o->silent && o->short_documents.dropped;
}

uint64_t
output_gone(const struct output *o)
{
	return o->removals + o->short_documents.documents;
}

/* The walk. */

/* A text, and the bytes of the file that it stands for. */
struct walk {
	const char *text;
	uint64_t off;		/* of text[0] in the document */
	const char *raw;
	uint64_t at;		/* of raw[0] in the file */

	/* A JSON string with escapes; otherwise 'raw' is 'text'. */
	const struct json_value *escaped;
	size_t text_len;
	struct json_cursor cursor;
};

/* Where byte 'off' of the text is in an escaped string; calls move forward. */
static size_t
raw_at(struct walk *w, uint64_t off)
{
	if (off == w->text_len)
		return w->escaped->len;
	json_seek(w->raw, w->escaped->len, &w->cursor, (size_t)off);
	return w->cursor.raw;
}

static struct range
range_of(struct walk *w, uint64_t begin, uint64_t end)
{
	size_t at = (size_t)(begin - w->off), len = (size_t)(end - begin);
	size_t from = at, to = at + len;

	if (w->escaped != NULL) {
		from = raw_at(w, begin);
		to = raw_at(w, end);
	}
	return (struct range){
		w->at + from, w->raw + from, to - from,
		begin, w->text + at, len,
	};
}

static int
put_decided(struct output *o, struct walk *w, uint64_t begin, uint64_t end)
{
	struct range r;

	if (begin == end)
		return 0;
	r = (struct range){
		.off = begin, .text = w->text + (begin - w->off),
		.len = (size_t)(end - begin),
	};
	return sink_decided(o->sink, &r);
}

static int
put_kept(struct output *o, struct walk *w, uint64_t begin, uint64_t end)
{
	struct range r;

	if (begin == end)
		return 0;
	r = range_of(w, begin, end);
	return sink_kept(o->sink, &r);
}

static int
put_removal(struct output *o, struct walk *w, const struct dedup_removal *r)
{
	struct removed gone;

	gone.removal = r;
	gone.n = 0;
	if (r->begin < r->unit_begin)
		gone.range[gone.n++] = range_of(w, r->begin, r->unit_begin);
	gone.unit = gone.n;
	gone.range[gone.n++] = range_of(w, r->unit_begin, r->unit_end);
	if (r->unit_end < r->end)
		gone.range[gone.n++] = range_of(w, r->unit_end, r->end);
	if (sink_removed(o->sink, &gone) != 0)
		return -1;
	if (o->silent)
		return 0;
	o->removals++;
	if (groups_add(&o->groups, o->document.number, r) != 0)
		return -1;
	return log_removal(&o->log, o->document.number, r, gone.range, gone.n);
}

/* Walk what a verdict decides. */
static int
put_text(struct output *o, struct walk *w, const struct dedup_verdict *v)
{
	uint64_t at = v->begin;

	if (put_decided(o, w, v->begin, v->decided) != 0)
		return -1;
	for (size_t i = 0; i < v->nremovals; i++) {
		const struct dedup_removal *r = &v->removals[i];

		if (put_kept(o, w, at, r->begin) != 0 ||
		    put_removal(o, w, r) != 0)
			return -1;
		at = r->end;
	}
	return put_kept(o, w, at, v->decided) != 0 ? -1 :
	       sink_words(o->sink, v->words);
}

/* Text. */

int
output_begin_text(struct output *o, uint64_t document, uint64_t at, bool titled)
{
	o->document = (struct sink_document){
		.number = document, .kind = ITEM_TEXT, .titled = titled,
	};
	o->document_at = at;
	return sink_begin(o->sink, &o->document);
}

int
output_text(struct output *o, const char *text, uint64_t off,
	    const struct dedup_verdict *v)
{
	struct walk w = {
		.text = text, .off = off, .raw = text,
		.at = o->document_at + off,
	};

	return put_text(o, &w, v);
}

int
output_end_text(struct output *o)
{
	return sink_end(o->sink);
}

/* Records. */

/* All of a record, in whose bytes the text is from .. to. */
static int
put_record(struct output *o, const struct sink_document *d, struct walk *w,
	   uint64_t at, size_t from, size_t to, const struct dedup_verdict *v)
{
	struct range before = { .at = at, .raw = d->bytes, .raw_len = from };
	struct range after = {
		.at = at + to, .raw = d->bytes + to, .raw_len = d->len - to,
	};

	o->document = *d;
	o->document.changed = v->nremovals > 0;
	for (size_t i = 0; i < v->nremovals; i++)
		o->document.listed |= v->removals[i].reason == DEDUP_LISTED;
	o->document.words = v->words;
	return sink_begin(o->sink, &o->document) != 0 ||
	       sink_around(o->sink, &before) != 0 || put_text(o, w, v) != 0 ||
	       sink_around(o->sink, &after) != 0 || sink_end(o->sink) != 0 ?
	       -1 : 0;
}

int
output_record(struct output *o, uint64_t document, const struct item *it,
	      const char *rec, const struct dedup_verdict *v)
{
	const struct json_value *value = &it->v[0];
	struct sink_document d = {
		.number = document, .kind = ITEM_RECORD, .titled = true,
		.bytes = rec, .len = it->len,
	};
	struct walk w = {
		.text = it->text, .raw = rec + value->off,
		.at = it->at + value->off,
		.escaped = value->escaped ? value : NULL,
		.text_len = it->text_len,
	};

	return put_record(o, &d, &w, it->at, value->off,
			  value->off + value->len, v);
}

int
output_warc(struct output *o, uint64_t document, const struct item *it,
	    const struct warc_record *r, const char *rec,
	    const struct dedup_verdict *v)
{
	struct sink_document d = {
		.number = document, .kind = ITEM_WARC, .titled = true,
		.bytes = rec, .len = it->len, .warc = r,
	};
	struct walk w = {
		.text = it->text, .raw = it->text, .at = it->at + r->text_off,
	};

	return put_record(o, &d, &w, it->at, r->text_off,
			  r->text_off + it->text_len, v);
}

int
output_pass(struct output *o, enum item_kind kind, const char *bytes,
	    size_t len, bool ends)
{
	return sink_pass(o->sink, kind, bytes, len, ends);
}
