/*
 * Handles the items of a batch: texts, records, files that begin and end.
 */
#include "items.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "field_names.h"
#include "message.h"

#define RECORDS_WITHOUT_TEXT 1000	/* so many, and none with: an error */
#define LARGE_DECODER ((uint64_t)16 << 20)	/* bytes beyond its buffers */
#define COMPLAINTS 100			/* messages on bad records, a file */

/* Is this the pass that the counts are of? */
static bool
counts(const struct pipeline *p)
{
	return !p->pass.silent || p->pass.unjudged;
}

static const char *
bytes_of(const struct pipeline *p, const struct item *it)
{
	return batch_bytes(p->work.batch) + it->off;
}

/* A document that was dropped for too few words is no copy that stays. */
static int
forget_dropped(struct pipeline *p, const struct item *it)
{
	enum dedup_status st;

	if (!output_dropped(&p->out))
		return 0;
	st = dedup_forget(p->d);
	return st == DEDUP_OK ? 0 :
	       pipeline_failed(p, pipeline_path(p, it), st);
}

/* Begin a document, which takes over 'id' and 'url'. */
static int
begin_document(struct pipeline *p, const struct item *it, char *id, char *url,
	       uint64_t *number)
{
	struct origin o = {
		.file = pipeline_path(p, it), .offset = it->at,
		.line = it->line,
		.section = it->section, .id = id, .url = url,
		.warc = it->kind == ITEM_WARC,
	};
	/* A second pass finds what the first has recorded. */
	bool known = !p->provenance.on || p->pass.documents < p->provenance.n;

	*number = p->pass.documents++;
	if (!known && provenance_add(&p->provenance, &o) == 0)
		return 0;
	free(id);
	free(url);
	return known ? 0 : pipeline_failed(p, o.file, DEDUP_ENOMEM);
}

/* Text. */

static size_t
held_len(const struct held *h)
{
	return h->end - h->start;
}

/* NULL if nothing was ever held: no arithmetic on NULL. */
static char *
held_text(const struct held *h)
{
	return h->buf != NULL ? h->buf + h->start : NULL;
}

/* Hold these bytes, too. */
static int
hold(struct held *h, const char *text, size_t len)
{
	if (len == 0)
		return 0;
	if (h->start > 0 && h->room - h->end < len) {
		memmove(h->buf, h->buf + h->start, held_len(h));
		h->end -= h->start;
		h->start = 0;
	}
	if (array_room(&h->buf, &h->room, h->end + len, 1) != 0)
		return -1;
	memcpy(h->buf + h->end, text, len);
	h->end += len;
	return 0;
}

static void
let_go(struct held *h, uint64_t upto)
{
	size_t n = (size_t)(upto - h->off);

	if (n >= held_len(h)) {
		h->start = h->end = 0;
		h->off = upto;
		return;
	}
	h->start += n;
	h->off += n;
}

/*
 * Feed the bytes of this item.  The library wants them in one piece with those
 * that are held, which are copied into the room before them, if they fit there.
 */
static int
feed_text(struct pipeline *p, const struct batch *b, const struct item *it)
{
	struct held *h = &p->text.held;
	char *text = b->buf + BATCH_HEAD + it->off;
	size_t len = it->len;
	size_t before = held_len(h);
	/* Never move many held bytes for a few new ones. */
	bool in_held = before > BATCH_HEAD || before > it->len;
	struct dedup_verdict v;
	size_t decided;
	enum dedup_status st;

	if (in_held) {
		if (hold(h, text, it->len) != 0)
			return pipeline_failed(p, pipeline_path(p, it),
					       DEDUP_ENOMEM);
		text = held_text(h);
		len = held_len(h);
	} else if (before > 0) {
		text = memcpy(text - before, held_text(h), before);
		len += before;
	}
	st = it->ends ? dedup_end(p->d, text, len, &v)
		      : dedup_feed(p->d, text, len, &v);
	if (st != DEDUP_OK)
		return pipeline_failed(p, pipeline_path(p, it), st);
	if (output_text(&p->out, text, h->off, &v) != 0)
		return pipeline_output_failed(p);
	if (in_held) {
		let_go(h, v.decided);
		return 0;
	}
	decided = (size_t)(v.decided - h->off);
	h->start = h->end = 0;
	h->off = v.decided;
	if (hold(h, text + decided, len - decided) != 0)
		return pipeline_failed(p, pipeline_path(p, it), DEDUP_ENOMEM);
	return 0;
}

/* Nothing is judged: all of these bytes stay. */
static int
keep_text(struct pipeline *p, const struct item *it)
{
	struct dedup_verdict v = {
		.begin = it->offset, .decided = it->offset + it->len,
	};

	if (output_text(&p->out, bytes_of(p, it), it->offset, &v) == 0)
		return 0;
	return pipeline_output_failed(p);
}

bool
item_is_whole(const struct item *it)
{
	return it->kind == ITEM_TEXT ? it->begins && it->ends :
	       (it->kind == ITEM_RECORD || it->kind == ITEM_WARC) &&
	       it->state == RECORD_TEXT;
}

static int
begin_text(struct pipeline *p, const struct item *it)
{
	if (begin_document(p, it, NULL, NULL, &p->text.document) != 0)
		return -1;
	if (output_begin_text(&p->out, p->text.document, it->at,
			      p->files->n > 1 || it->section > 1 ||
			      (it->section == 1 && !it->ends)) != 0)
		return pipeline_output_failed(p);
	return 0;
}

/* A piece of a text that is not whole in its batch. */
static int
finish_stretch(struct pipeline *p, const struct item *it)
{
	if (it->begins) {
		enum dedup_status st = !p->pass.unjudged ?
				       dedup_begin(p->d) : DEDUP_OK;

		if (st != DEDUP_OK)
			return pipeline_failed(p, pipeline_path(p, it), st);
		p->text.held.start = p->text.held.end = 0;
		p->text.held.off = 0;
		p->text.open = true;
		if (begin_text(p, it) != 0)
			return -1;
	}
	if ((p->pass.unjudged ? keep_text(p, it) :
				feed_text(p, p->work.batch, it)) != 0)
		return -1;
	if (!it->ends)
		return 0;
	p->text.open = false;
	if (output_end_text(&p->out) != 0)
		return pipeline_output_failed(p);
	return forget_dropped(p, it);
}

static int
put_text(struct pipeline *p, const struct item *it,
	 const struct dedup_verdict *v)
{
	if (begin_text(p, it) != 0)
		return -1;
	return output_text(&p->out, it->text, 0, v) != 0 ||
	       output_end_text(&p->out) != 0 ? pipeline_output_failed(p) : 0;
}

int
item_flush_text(struct pipeline *p)
{
	struct held *h = &p->text.held;
	const char *text = held_text(h);
	struct dedup_verdict v;
	enum dedup_status st = dedup_flush(p->d, text, held_len(h), &v);

	if (st != DEDUP_OK)
		return pipeline_failed(p, p->files->file[p->file.number].path,
				       st);
	if (output_text(&p->out, text, h->off, &v) != 0)
		return pipeline_output_failed(p);
	let_go(h, v.decided);
	p->tally.early += counts(p) && v.decided > v.begin;
	return 0;
}

/* Records. */

/* The record's id, or FILE:LINE, as a new string. */
static char *
record_id(const struct pipeline *p, const struct item *it, const char *rec)
{
	const struct json_value *v = &it->v[1];
	char *id;
	size_t n = v->len;

	if (v->kind == JSON_NONE || n == 0) {
		if (asprintf(&id, "%s:%" PRIu64, pipeline_path(p, it),
			     it->line + 1) < 0)
			return NULL;
		return id;
	}
	id = malloc(n + 1);
	if (id == NULL)
		return NULL;
	memcpy(id, rec + v->off, n);
	if (v->kind == JSON_STRING && v->escaped)
		n = json_decode(rec + v->off, n, id);
	id[n] = '\0';
	return id;
}

/* Is this the last pass over these files?  Then errors are reported now. */
static bool
is_last_pass(const struct pipeline *p)
{
	return !p->pass.silent || p->pass.reference || p->pass.unjudged;
}

static void
bad_record(struct pipeline *p, const struct item *it)
{
	p->trouble = true;
	if (!is_last_pass(p))
		return;
	p->tally.bad_records += counts(p);
	if (p->file.complaints++ >= COMPLAINTS)
		return;
	if (it->kind == ITEM_WARC)
		message("%s: record at byte %" PRIu64 ": %s",
			message_name(pipeline_path(p, it)),
			it->at - it->offset, it->why);
	else
		message("%s:%" PRIu64 ": %s",
			message_name(pipeline_path(p, it)), it->line + 1,
			it->why);
}

/* Count a complete record of any kind. */
static void
count_record(struct pipeline *p, const struct item *it)
{
	if (it->state != RECORD_LONG && it->state != RECORD_BLANK) {
		p->file.records++;
		p->file.with_text += it->state == RECORD_TEXT;
		p->tally.records += counts(p);
	}
	switch (it->state) {
	case RECORD_TEXT:
	case RECORD_BLANK:
		break;
	case RECORD_BAD:
		bad_record(p, it);
		break;
	case RECORD_NO_TEXT:
		p->tally.no_text += counts(p);
		break;
	case RECORD_LONG:
		p->tally.long_records += counts(p);
		break;
	}
}

static int
put_record(struct pipeline *p, const struct item *it,
	   const struct dedup_verdict *v)
{
	const char *rec = bytes_of(p, it);
	uint64_t document;
	char *id = NULL;

	if (p->provenance.on && (id = record_id(p, it, rec)) == NULL)
		return pipeline_failed(p, pipeline_path(p, it), DEDUP_ENOMEM);
	if (begin_document(p, it, id, NULL, &document) != 0)
		return -1;
	p->file.with_id += it->v[1].kind != JSON_NONE;
	count_record(p, it);
	if (output_record(&p->out, document, it, rec, v) != 0)
		return pipeline_output_failed(p);
	return 0;
}

static void
no_text_at_all(struct pipeline *p, const struct item *it)
{
	struct file *f = &p->files->file[it->file];

	if (!f->reported)
		message("%s: no text in the first %" PRIu64
			" records: no field \"%s\" that is a string; fields "
			"there: %s; see --text-field", message_name(f->path),
			p->file.records, p->opt->text_field,
			*p->file.fields != '\0' ? p->file.fields : "none");
	f->reported = p->pass.silent;
	p->trouble = true;
	/* A second pass lets the file through. */
	f->skip = !p->pass.silent || it->kind != ITEM_END;
}

/* A record, or a piece of one, that has no text. */
static int
pass_record(struct pipeline *p, const struct item *it)
{
	if (it->ends)
		count_record(p, it);
	if (it->state == RECORD_NO_TEXT && *p->file.fields == '\0')
		field_names(bytes_of(p, it), it->len, p->file.fields,
			    sizeof(p->file.fields));
	if (output_pass(&p->out, ITEM_RECORD, bytes_of(p, it), it->len,
			it->ends) != 0)
		return pipeline_output_failed(p);
	if (p->file.records == RECORDS_WITHOUT_TEXT && p->file.with_text == 0)
		no_text_at_all(p, it);
	return 0;
}

/* A field of a WARC record as a new string; NULL with ENOMEM. */
static char *
warc_string(const char *rec, const struct warc_value *v)
{
	char *s = malloc(v->len + 1);

	if (s == NULL)
		return NULL;
	memcpy(s, rec + v->off, v->len);
	s[v->len] = '\0';
	return s;
}

/* The record's ID, or FILE@BYTE, and its URL if it has one. */
static int
warc_names(const struct pipeline *p, const struct item *it, const char *rec,
	   const struct warc_record *r, char **id, char **url)
{
	const struct warc_value *v = r->field;

	*url = NULL;
	if (v[WARC_RECORD_ID].len > 0)
		*id = warc_string(rec, &v[WARC_RECORD_ID]);
	else if (asprintf(id, "%s@%" PRIu64, pipeline_path(p, it), it->at) < 0)
		*id = NULL;
	if (*id != NULL && v[WARC_TARGET_URI].len > 0)
		*url = warc_string(rec, &v[WARC_TARGET_URI]);
	if (*id != NULL && (*url != NULL || v[WARC_TARGET_URI].len == 0))
		return 0;
	free(*id);
	return -1;
}

static int
put_warc(struct pipeline *p, const struct item *it,
	 const struct dedup_verdict *v)
{
	const struct warc_record *r = &p->work.batch->warcs[it->warc];
	const char *rec = bytes_of(p, it);
	uint64_t document;
	char *id = NULL, *url = NULL;

	if (p->provenance.on && warc_names(p, it, rec, r, &id, &url) != 0)
		return pipeline_failed(p, pipeline_path(p, it), DEDUP_ENOMEM);
	if (begin_document(p, it, id, url, &document) != 0)
		return -1;
	count_record(p, it);
	if (output_warc(&p->out, document, it, r, rec, v) != 0)
		return pipeline_output_failed(p);
	return 0;
}

static int
pass_warc(struct pipeline *p, const struct item *it)
{
	if (it->ends)
		count_record(p, it);
	if (output_pass(&p->out, ITEM_WARC, bytes_of(p, it), it->len,
			it->ends) != 0)
		return pipeline_output_failed(p);
	return 0;
}

/* A good file may have none; but the user should know. */
static void
no_text_in_warc(const struct pipeline *p, const struct item *it)
{
	if (is_last_pass(p) && !p->opt->quiet)
		message("%s: no text in its %" PRIu64
			" WARC records: see dedup(1)",
			message_name(pipeline_path(p, it)), p->file.records);
}

/* Files. */

/* Perhaps JSONL, whose records would be removed as lines are. */
static void
warn_of_object(struct pipeline *p, const struct item *it)
{
	message("%s: reading as text: its first line is a JSON "
		"object, but has no field \"%s\" that is a string; see "
		"--text-field and --format", message_name(pipeline_path(p, it)),
		p->opt->text_field);
}

/* Bytes of text so far, and what was removed of it, with whole documents. */
static void
get_bytes(const struct pipeline *p, uint64_t *bytes, uint64_t *removed)
{
	struct dedup_stats s;

	dedup_get_stats(p->d, &s);
	*bytes = s.bytes;
	*removed = s.removed_bytes + p->out.short_documents.text_bytes;
}

/*
 * --in-place: is more of the file removed than --max-removed allows?  Without
 * that option a file of which little is left is reported, since there is no
 * second copy of it.  NULL, or why the file must not be rewritten.
 */
static const char *
guard_file(struct pipeline *p, const struct item *it)
{
	uint64_t bytes, removed;
	double share;

	if (!p->opt->in_place)
		return NULL;
	get_bytes(p, &bytes, &removed);
	bytes -= p->file.bytes_before;
	removed -= p->file.removed_before;
	share = bytes > 0 ? (double)removed / (double)bytes : 0;
	if (p->opt->guarded && share > p->opt->max_removed) {
		snprintf(p->file.over, sizeof(p->file.over), "%.2f %% of its "
			 "text would be removed: more than --max-removed=%g "
			 "allows",
			 100 * share, p->opt->max_removed);
		return p->file.over;
	}
	if (p->opt->guarded || p->opt->quiet || share <= 0.9 ||
	    p->mostly_gone++ >= FILES_TOLD)
		return NULL;
	message("%s: %.1f %% of its text was removed", pipeline_path(p, it),
		100 * share);
	return NULL;
}

/*
 * Memory for decoding counts under --memory if it is much: the most that any
 * file took, so that what is remembered does not depend on which file is open.
 */
static void
set_aside(struct pipeline *p, const struct item *it)
{
	if (it->memory <= LARGE_DECODER || it->memory <= p->aside)
		return;
	p->aside = it->memory;
	dedup_set_aside(p->d, p->aside);
}

static int
begin_file(struct pipeline *p, const struct item *it)
{
	enum destination_result got;

	p->file.number = it->file;
	set_aside(p, it);
	p->file.records = p->file.with_text = p->file.with_id = 0;
	p->file.complaints = 0;
	*p->file.fields = '\0';
	p->file.warc = false;
	p->file.gone_before = output_gone(&p->out);
	if (p->pass.silent)
		return 0;
	if (it->object && !p->opt->quiet)
		warn_of_object(p, it);
	if (it->captions && !p->opt->quiet)
		message("%s: timed captions: left as they are, since their "
			"times belong to their lines (--text reads them)",
			message_name(pipeline_path(p, it)));
	if (p->opt->in_place)
		get_bytes(p, &p->file.bytes_before, &p->file.removed_before);
	got = destinations_begin(&p->destinations, it->file);
	/* If it cannot be rewritten, its text must not be remembered either. */
	if (got == DESTINATION_REFUSED)
		p->files->file[it->file].skip = true;
	return pipeline_take_result(p, got);
}

static void
warn_of_no_id(struct pipeline *p, const struct item *it)
{
	if (!p->opt->id_given || p->opt->quiet || !p->provenance.on ||
	    p->file.with_text == 0 || p->file.with_id > 0 || p->pass.silent)
		return;
	message("%s: no record has a field \"%s\": see "
		"--id-field", message_name(pipeline_path(p, it)),
		p->opt->id_field);
}

static int
end_file(struct pipeline *p, const struct item *it)
{
	set_aside(p, it);
	if (counts(p))
		p->tally.bytes_in += it->at;
	if (p->file.complaints > COMPLAINTS)
		message("%s: %" PRIu64 " more bad records",
			message_name(pipeline_path(p, it)),
			p->file.complaints - COMPLAINTS);
	if (p->file.records > 0 && p->file.with_text == 0 &&
	    !p->files->file[it->file].skip) {
		if (!p->file.warc)
			no_text_at_all(p, it);
		else if (p->file.complaints == 0)
			no_text_in_warc(p, it);
	}
	warn_of_no_id(p, it);
	if (p->pass.silent)
		return 0;
	return pipeline_take_result(p, destinations_end(&p->destinations,
				output_gone(&p->out) > p->file.gone_before,
					  guard_file(p, it)));
}

/* Report a file that cannot be opened or read, once. */
static void
read_failed(struct pipeline *p, const struct item *it)
{
	struct file *f = &p->files->file[it->file];

	if (!f->reported)
		pipeline_complain(p, f->path, it->what, it->why);
	p->trouble = true;
	if (strcmp(it->what, "cannot read") == 0)
		p->damaged = true;
	else if (!p->pass.silent)
		p->unread++;
	f->reported = p->pass.silent;
	if (!p->pass.silent)
		destinations_break(&p->destinations, it->file);
}

int
item_put(struct pipeline *p, const struct item *it,
	 const struct dedup_verdict *v)
{
	int got = it->kind == ITEM_TEXT ? put_text(p, it, v) :
		  it->kind == ITEM_RECORD ? put_record(p, it, v) :
					    put_warc(p, it, v);

	return got == 0 ? forget_dropped(p, it) : -1;
}

int
item_finish(struct pipeline *p, const struct item *it)
{
	switch (it->kind) {
	case ITEM_FILE:
		return begin_file(p, it);
	case ITEM_TEXT:
		return finish_stretch(p, it);
	case ITEM_RECORD:
		return pass_record(p, it);
	case ITEM_WARC:
		return pass_warc(p, it);
	case ITEM_PASS:
		return output_pass(&p->out, ITEM_TEXT, bytes_of(p, it), it->len,
				   it->ends) ?
		       pipeline_output_failed(p) : 0;
	case ITEM_ERROR:
		read_failed(p, it);
		return 0;
	case ITEM_END:
		return end_file(p, it);
	}
	return 0;
}
