/*
 * Files through the library.  The documents of a batch that are whole in it go
 * there in one call; a text that is longer, piece by piece.
 */
#include "pipeline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "message.h"
#include "signals.h"
#include "top.h"

#define STEP ((size_t)128 << 10)	/* bytes between two looks at the run */
#define SOON 20				/* ms: is it an input that pauses? */
#define PAUSE 500			/* ms without input: settle and show */
#define RECORDS_WITHOUT_TEXT 1000	/* so many, and none with: an error */
#define LARGE_DECODER ((uint64_t)16 << 20)	/* bytes beyond its buffers */
#define COMPLAINTS 100			/* messages on bad records, a file */

void
pipeline_complain(struct pipeline *p, const char *path, const char *what,
		  const char *why)
{
	message("%s: %s: %s", message_name(path), what, why);
	p->trouble = true;
}

static void
show_progress(struct pipeline *p, uint64_t raw)
{
	struct dedup_stats stats;

	if (!progress_is_due(&p->progress, raw))
		return;
	dedup_get_stats(p->d, &stats);
	progress_show(&p->progress, &stats);
}

static const char *
path_of(const struct pipeline *p, const struct item *it)
{
	return p->files->file[it->file].path;
}

int
pipeline_failed(struct pipeline *p, const char *path, enum dedup_status st)
{
	if (path == NULL) {
		message("cannot go on: %s", dedup_strerror(st));
		p->trouble = true;
		return -1;
	}
	pipeline_complain(p, path, "cannot go on", dedup_strerror(st));
	return -1;
}

/* errno says why the output (or the log) could not be written. */
static int
output_failed(struct pipeline *p)
{
	const char *name = p->out.log_failed ? p->opt->log :
			   p->destinations.each ? p->destinations.path :
			   p->opt->output;

	/* Before it came to any writing. */
	if (errno == ENOMEM && !p->out.log_failed && p->out.to->error == 0)
		return pipeline_failed(p, NULL, DEDUP_ENOMEM);
	pipeline_complain(p, name, "cannot write", strerror(errno));
	return -1;
}

void
pipeline_free(struct pipeline *p)
{
	output_free(&p->out);
	diff_free(&p->diff);
	destinations_free(&p->destinations);
	origins_free(&p->origins);
	free(p->held.buf);
	free(p->texts);
	free(p->number);
}

static const char *
bytes_of(const struct batch *b, const struct item *it)
{
	return b->buf + BATCH_HEAD + it->off;
}

/* What was dropped whole, for want of words, is no witness of what comes. */
static int
forget_dropped(struct pipeline *p, const struct item *it)
{
	enum dedup_status st;

	if (!p->out.dropped)
		return 0;
	p->out.dropped = false;
	st = dedup_forget(p->d);
	return st == DEDUP_OK ? 0 : pipeline_failed(p, path_of(p, it), st);
}

/* A document begins here; 'id' and 'url' are taken over. */
static int
begin_document(struct pipeline *p, const struct item *it, char *id, char *url,
	       uint64_t *number)
{
	struct origin o = {
		.file = path_of(p, it), .offset = it->at, .line = it->line,
		.part = it->part, .id = id, .url = url,
		.warc = it->kind == ITEM_WARC,
	};
	/* A second reading finds what the first has recorded. */
	bool known = !p->origins.on || p->documents < p->origins.n;

	*number = p->documents++;
	if (!known && origins_add(&p->origins, &o) == 0)
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

/* Where nothing was ever held, there is no buffer to count in. */
static char *
held_text(const struct held *h)
{
	return h->buf != NULL ? h->buf + h->start : NULL;
}

/* Hold these bytes too. */
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
 * Feed bytes that were not read ahead.  Those that are held and these have to
 * stand in one piece: before these there is room, if it is enough.
 */
static int
feed_text(struct pipeline *p, const struct batch *b, const struct item *it)
{
	struct held *h = &p->held;
	char *text = b->buf + BATCH_HEAD + it->off;
	struct stretch s = { text, h->off, it->len };
	size_t before = held_len(h);
	/* Never many held bytes moved for a few that come. */
	bool in_held = before > BATCH_HEAD || before > it->len;
	struct dedup_verdict v;
	enum dedup_status st;

	if (in_held) {
		if (hold(h, text, it->len) != 0)
			return pipeline_failed(p, path_of(p, it), DEDUP_ENOMEM);
		s.text = held_text(h);
		s.len = held_len(h);
	} else if (before > 0) {
		s.text = memcpy(text - before, held_text(h), before);
		s.len += before;
	}
	st = it->ends ? dedup_end(p->d, s.text, s.len, &v)
		      : dedup_feed(p->d, s.text, s.len, &v);
	if (st != DEDUP_OK)
		return pipeline_failed(p, path_of(p, it), st);
	if (output_text(&p->out, &s, 1, &v) != 0)
		return output_failed(p);
	if (in_held) {
		let_go(h, v.decided);
		return 0;
	}
	h->start = h->end = 0;
	h->off = v.decided;
	if (hold(h, s.text + (v.decided - s.off),
		 (size_t)(s.off + s.len - v.decided)) != 0)
		return pipeline_failed(p, path_of(p, it), DEDUP_ENOMEM);
	return 0;
}

/* Is the item all of a document? */
static bool
is_whole(const struct item *it)
{
	return it->kind == ITEM_TEXT ? it->begins && it->ends :
	       (it->kind == ITEM_RECORD || it->kind == ITEM_WARC) &&
	       it->state == RECORD_TEXT;
}

static int
begin_text(struct pipeline *p, const struct item *it)
{
	if (begin_document(p, it, NULL, NULL, &p->document) != 0)
		return -1;
	if (output_begin_text(&p->out, p->document, it->at,
			      p->files->n > 1 || it->part > 1 ||
			      (it->part == 1 && !it->ends)) != 0)
		return output_failed(p);
	return 0;
}

/* A stretch of a text that is not whole in its batch. */
static int
finish_stretch(struct pipeline *p, const struct item *it)
{
	if (it->begins) {
		enum dedup_status st = p->examples == NULL ?
				       dedup_begin(p->d) : DEDUP_OK;

		if (st != DEDUP_OK)
			return pipeline_failed(p, path_of(p, it), st);
		p->held.start = p->held.end = 0;
		p->held.off = 0;
		p->in_text = true;
		if (begin_text(p, it) != 0)
			return -1;
	}
	if (p->examples != NULL)
		top_text(p->examples, p->document, it->offset,
			 bytes_of(p->batch, it), it->len);
	else if (feed_text(p, p->batch, it) != 0)
		return -1;
	if (!it->ends)
		return 0;
	p->in_text = false;
	if (output_end_text(&p->out) != 0)
		return output_failed(p);
	return forget_dropped(p, it);
}

static int
put_text(struct pipeline *p, const struct item *it,
	 const struct dedup_verdict *v)
{
	struct stretch s = { it->text, 0, it->text_len };

	if (begin_text(p, it) != 0)
		return -1;
	return output_text(&p->out, &s, 1, v) != 0 ||
	       output_end_text(&p->out) != 0 ? output_failed(p) : 0;
}

/* The input pauses and somebody may wait: let go what is known. */
static int
flush_text(struct pipeline *p)
{
	struct held *h = &p->held;
	struct stretch s = { held_text(h), h->off, held_len(h) };
	struct dedup_verdict v;
	enum dedup_status st = dedup_flush(p->d, s.text, s.len, &v);

	if (st != DEDUP_OK)
		return pipeline_failed(p, p->files->file[p->file].path, st);
	if (output_text(&p->out, &s, 1, &v) != 0)
		return output_failed(p);
	let_go(h, v.decided);
	return 0;
}

/* Records. */

/* The record's id, or FILE:LINE, as a string of one's own. */
static char *
record_id(const struct pipeline *p, const struct item *it, const char *rec)
{
	const struct json_value *v = &it->v[1];
	char *id;
	size_t n = v->len;

	if (v->kind == JSON_NONE || n == 0) {
		if (asprintf(&id, "%s:%" PRIu64, path_of(p, it),
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

/* Will these files be read no more?  Then their faults are reported now. */
static bool
is_last_reading(const struct pipeline *p)
{
	return !p->silent || p->reference || p->examples != NULL;
}

/* Is this the reading that the counts are of? */
static bool
counts(const struct pipeline *p)
{
	return !p->silent || p->examples != NULL;
}

static void
bad_record(struct pipeline *p, const struct item *it)
{
	p->trouble = true;
	if (!is_last_reading(p))
		return;
	p->tally.bad_records += counts(p);
	if (p->complaints++ >= COMPLAINTS)
		return;
	if (it->kind == ITEM_WARC)
		message("%s: record at byte %" PRIu64 ": %s",
			message_name(path_of(p, it)), it->at - it->offset, it->why);
	else
		message("%s:%" PRIu64 ": %s",
			message_name(path_of(p, it)), it->line + 1, it->why);
}

/* Count a record that is complete, of whichever kind. */
static void
count_record(struct pipeline *p, const struct item *it)
{
	if (it->state != RECORD_LONG && it->state != RECORD_BLANK) {
		p->records++;
		p->with_text += it->state == RECORD_TEXT;
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
	const char *rec = bytes_of(p->batch, it);
	uint64_t document;
	char *id = NULL;

	if (p->origins.on && (id = record_id(p, it, rec)) == NULL)
		return pipeline_failed(p, path_of(p, it), DEDUP_ENOMEM);
	if (begin_document(p, it, id, NULL, &document) != 0)
		return -1;
	p->with_id += it->v[1].kind != JSON_NONE;
	count_record(p, it);
	if (output_record(&p->out, document, it, rec, v) != 0)
		return output_failed(p);
	return 0;
}

static void
no_text_at_all(struct pipeline *p, const struct item *it)
{
	struct file *f = &p->files->file[it->file];

	if (!f->reported)
		message("%s: no text in the first %" PRIu64
			" records: no field \"%s\" that is a string; see "
			"--text-field", message_name(f->path), p->records,
			p->opt->text_field);
	f->reported = p->silent;
	p->trouble = true;
	/* A second reading lets pass what stood there. */
	f->skip = !p->silent || it->kind != ITEM_END;
}

/* A record, or a piece of one, that has no text. */
static int
pass_record(struct pipeline *p, const struct item *it)
{
	if (it->ends)
		count_record(p, it);
	if (output_pass_record(&p->out, bytes_of(p->batch, it), it->len) != 0)
		return output_failed(p);
	if (p->records == RECORDS_WITHOUT_TEXT && p->with_text == 0)
		no_text_at_all(p, it);
	return 0;
}

/* A field of a WARC record as a string of one's own; NULL with ENOMEM. */
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
	else if (asprintf(id, "%s@%" PRIu64, path_of(p, it), it->at) < 0)
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
	const struct warc_record *r = &p->batch->warcs[it->warc];
	const char *rec = bytes_of(p->batch, it);
	uint64_t document;
	char *id = NULL, *url = NULL;

	if (p->origins.on && warc_names(p, it, rec, r, &id, &url) != 0)
		return pipeline_failed(p, path_of(p, it), DEDUP_ENOMEM);
	if (begin_document(p, it, id, url, &document) != 0)
		return -1;
	count_record(p, it);
	if (output_warc(&p->out, document, it, r, rec, v) != 0)
		return output_failed(p);
	return 0;
}

static int
pass_warc(struct pipeline *p, const struct item *it)
{
	if (it->ends)
		count_record(p, it);
	if (output_pass_warc(&p->out, bytes_of(p->batch, it), it->len,
			     it->ends) != 0)
		return output_failed(p);
	return 0;
}

/* That can be so of a good file; but who reads it should hear of it. */
static void
no_text_in_warc(const struct pipeline *p, const struct item *it)
{
	if (is_last_reading(p) && !p->opt->quiet)
		message("%s: no text in its %" PRIu64
			" WARC records: see dedup(1)",
			message_name(path_of(p, it)), p->records);
}

/* Files. */

int
pipeline_take_result(struct pipeline *p, enum destination_result got)
{
	const struct destinations *o = &p->destinations;

	if (got == DESTINATION_OK)
		return 0;
	pipeline_complain(p, o->where, o->what, o->why);
	return got == DESTINATION_REFUSED ? 0 : -1;
}

/* JSONL, perhaps, of which whole records would go as lines do. */
static void
warn_of_object(struct pipeline *p, const struct item *it)
{
	message("%s: taken for text: its first line is a JSON "
		"object, but has no field \"%s\" that is a string; see "
		"--text-field and --format", message_name(path_of(p, it)),
		p->opt->text_field);
}

/* Bytes of text so far, and what was removed of it, with whole documents. */
static void
get_bytes(const struct pipeline *p, uint64_t *bytes, uint64_t *removed)
{
	struct dedup_stats s;

	dedup_get_stats(p->d, &s);
	*bytes = s.bytes;
	*removed = s.removed_bytes + p->out.short_bytes;
}

/*
 * --in-place: is more of the file removed than --max-removed lets?  That has no
 * second copy of it, so it is also told, without that option, where little or
 * nothing is left.  NULL, or why it is not to be rewritten.
 */
static const char *
guard_file(struct pipeline *p, const struct item *it)
{
	uint64_t bytes, removed;
	double share;

	if (!p->opt->in_place)
		return NULL;
	get_bytes(p, &bytes, &removed);
	bytes -= p->bytes_before;
	removed -= p->removed_before;
	share = bytes > 0 ? (double)removed / (double)bytes : 0;
	if (p->opt->guarded && share > p->opt->max_removed) {
		snprintf(p->over, sizeof(p->over), "%.2f %% of its text would "
			 "be removed: that is over --max-removed=%g",
			 100 * share, p->opt->max_removed);
		return p->over;
	}
	if (p->opt->guarded || p->opt->quiet || share <= 0.9 ||
	    p->mostly_gone++ >= FILES_TOLD)
		return NULL;
	message("%s: %.1f %% of its text was removed", path_of(p, it),
		100 * share);
	return NULL;
}

/*
 * What decoding a file takes counts under --memory, where it is much; the most
 * of all files, so that what is known does not hang on which one is open.
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

	p->file = it->file;
	set_aside(p, it);
	p->records = p->with_text = p->with_id = p->complaints = 0;
	p->warc = false;
	p->gone_before = p->out.gone;
	if (p->silent)
		return 0;
	if (it->object && !p->opt->quiet)
		warn_of_object(p, it);
	if (p->opt->in_place)
		get_bytes(p, &p->bytes_before, &p->removed_before);
	got = destinations_begin(&p->destinations, it->file);
	/* Where it cannot be rewritten, its text is not to be known either. */
	if (got == DESTINATION_REFUSED)
		p->files->file[it->file].skip = true;
	return pipeline_take_result(p, got);
}

static void
warn_of_no_id(struct pipeline *p, const struct item *it)
{
	if (!p->opt->id_given || p->opt->quiet || !p->origins.on ||
	    p->with_text == 0 || p->with_id > 0 || p->silent)
		return;
	message("%s: no record has a field \"%s\": see "
		"--id-field", message_name(path_of(p, it)), p->opt->id_field);
}

static int
end_file(struct pipeline *p, const struct item *it)
{
	set_aside(p, it);
	if (counts(p))
		p->tally.bytes_in += it->at;
	if (p->complaints > COMPLAINTS)
		message("%s: %" PRIu64 " more bad records",
			message_name(path_of(p, it)), p->complaints - COMPLAINTS);
	if (p->records > 0 && p->with_text == 0 &&
	    !p->files->file[it->file].skip) {
		if (!p->warc)
			no_text_at_all(p, it);
		else if (p->complaints == 0)
			no_text_in_warc(p, it);
	}
	warn_of_no_id(p, it);
	if (p->silent)
		return 0;
	return pipeline_take_result(p, destinations_end(&p->destinations,
					  p->out.gone > p->gone_before,
					  guard_file(p, it)));
}

/* A file that cannot be opened or read; it is reported once. */
static void
read_failed(struct pipeline *p, const struct item *it)
{
	struct file *f = &p->files->file[it->file];

	if (!f->reported)
		pipeline_complain(p, f->path, it->what, it->why);
	p->trouble = true;
	f->reported = p->silent;
	if (!p->silent)
		destinations_break(&p->destinations, it->file);
}

/* --on-full=fail: no more room is the end. */
static int
check_memory(struct pipeline *p)
{
	struct dedup_stats s;

	if (p->opt->on_full == ON_FULL_PASS)
		return 0;
	dedup_get_stats(p->d, &s);
	if (!s.full)
		return 0;
	message("memory is full: see --memory and --on-full");
	p->trouble = true;
	return -1;
}

/* Text and records, or records of two kinds, in one output? */
static int
check_mixed(struct pipeline *p, const struct item *it, enum format format)
{
	const char *why;

	if (it->len == 0 || p->reference)
		return 0;
	why = mixed_take(&p->mixed, p->opt, format);
	if (why == NULL)
		return 0;
	pipeline_complain(p, path_of(p, it), "cannot go on", why);
	return -1;
}

static int
check_stopped(struct pipeline *p)
{
	if (!signals_stopped())
		return 0;
	p->trouble = true;
	return -1;
}

/* How far the run is, as if bytes of files and of items went along. */
static void
look_at_run(struct pipeline *p, const struct item *it)
{
	const struct batch *b = p->batch;
	double share = b->len > 0 ? (double)it->off / (double)b->len : 0;

	p->checked = it->off;
	show_progress(p, p->raw + (uint64_t)(share * (double)(b->raw - p->raw)));
}

/* A text, or a record with one, that the library has judged. */
static int
put_document(struct pipeline *p, const struct item *it,
	     const struct dedup_verdict *v)
{
	int got = it->kind == ITEM_TEXT ? put_text(p, it, v) :
		  it->kind == ITEM_RECORD ? put_record(p, it, v) :
					    put_warc(p, it, v);

	if (got != 0 || forget_dropped(p, it) != 0)
		return -1;
	if (it->off - p->checked < STEP)
		return 0;
	look_at_run(p, it);
	return check_memory(p);
}

/* What is no whole document. */
static int
finish_other(struct pipeline *p, const struct item *it)
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
		return output_pass(&p->out, bytes_of(p->batch, it), it->len) ?
		       output_failed(p) : 0;
	case ITEM_ERROR:
		read_failed(p, it);
		return 0;
	case ITEM_END:
		return end_file(p, it);
	}
	return 0;
}

/* Before an item is worked off: 1, 0 where it is not to be, or -1. */
static int
begin_item(struct pipeline *p, const struct item *it)
{
	int got = 0;

	if (check_stopped(p) != 0)
		return -1;
	if (p->files->file[it->file].skip && it->kind != ITEM_END)
		return 0;
	p->warc |= it->kind == ITEM_WARC;
	if (it->kind == ITEM_TEXT)
		got = check_mixed(p, it, FORMAT_TEXT);
	else if (it->kind == ITEM_RECORD)
		got = check_mixed(p, it, FORMAT_JSONL);
	else if (it->kind == ITEM_WARC)
		got = check_mixed(p, it, FORMAT_WARC);
	return got == 0 ? 1 : -1;
}

/*
 * Work off what follows before item 'end', up to the next whole document that is
 * to be judged: 0, or -1.
 */
static int
finish_others(struct pipeline *p, size_t end)
{
	for (; p->item < end; p->item++) {
		const struct item *it = &p->batch->items[p->item];
		int got = begin_item(p, it);

		if (got > 0 && is_whole(it))
			return 0;
		if (got < 0 || (got > 0 && finish_other(p, it) != 0))
			return -1;
	}
	return 0;
}

/* --top: there is nothing to judge. */
static int
show_example(struct pipeline *p, const struct item *it)
{
	struct dedup_verdict v = { .decided = it->text_len };

	top_text(p->examples, p->documents, 0, it->text, it->text_len);
	p->item++;
	return put_document(p, it, &v);
}

/* The item at hand and those behind it that can be judged in one call. */
static int
gather_texts(struct pipeline *p)
{
	const struct batch *b = p->batch;
	size_t i;

	p->ntexts = 0;
	for (i = p->item; i < b->n; i++) {
		const struct item *it = &b->items[i];

		/* A text that is fed comes after the call. */
		if (it->kind == ITEM_TEXT && !is_whole(it))
			break;
		if (!is_whole(it) || p->files->file[it->file].skip)
			continue;
		if (array_room(&p->texts, &p->texts_room, p->ntexts + 1,
			       sizeof(*p->texts)) != 0 ||
		    array_room(&p->number, &p->number_room, p->ntexts + 1,
			       sizeof(*p->number)) != 0)
			return -1;
		p->texts[p->ntexts] = (struct dedup_text){
			it->text, it->text_len,
		};
		p->number[p->ntexts++] = i;
	}
	p->call_end = i;
	return 0;
}

/*
 * What stands behind the document is worked off before the next one is judged:
 * there another file may begin, of which nothing is to be known.  Then the call
 * ends before it.
 */
static int
take_verdict(void *arg, size_t i, const struct dedup_verdict *v)
{
	struct pipeline *p = arg;

	p->item++;
	if (put_document(p, &p->batch->items[p->number[i]], v) != 0 ||
	    finish_others(p, p->call_end) != 0) {
		p->failed = true;
		return -1;
	}
	return i + 1 < p->ntexts && p->item != p->number[i + 1];
}

static int
judge_texts(struct pipeline *p)
{
	const struct item *it = &p->batch->items[p->item];
	struct dedup_batch call = {
		.size = sizeof(call), .each = take_verdict, .arg = p,
	};
	enum dedup_status st = DEDUP_ENOMEM;

	if (p->examples != NULL)
		return show_example(p, it);
	if (gather_texts(p) == 0) {
		call.texts = p->texts;
		call.n = p->ntexts;
		st = dedup_documents(p->d, &call);
	}
	if (p->failed)
		return -1;
	return st == DEDUP_OK || st == DEDUP_ESTOP ? 0 :
	       pipeline_failed(p, path_of(p, it), st);
}

static int
finish_batch(struct pipeline *p)
{
	p->item = p->checked = 0;
	while (finish_others(p, p->batch->n) == 0) {
		if (p->item == p->batch->n) {
			p->raw = p->batch->raw;
			show_progress(p, p->raw);
			return check_memory(p);
		}
		if (judge_texts(p) != 0)
			return -1;
	}
	return -1;
}

/*
 * The next batch.  While a live input has nothing, somebody may wait for what
 * is known, and after a while for what can be.
 */
static enum supply_result
wait_for_batch(struct pipeline *p)
{
	bool written = false, settled = false;
	int ms = 0;

	for (;;) {
		enum supply_result got = supply_next(p->supply, ms, &p->batch);

		if (got != SUPPLY_NONE && got != SUPPLY_PAUSE)
			return got;
		if (check_stopped(p) != 0)
			return SUPPLY_END;
		show_progress(p, p->progress.raw);
		if (got == SUPPLY_PAUSE && written && !settled) {
			settled = true;
			if (p->in_text && p->examples == NULL &&
			    flush_text(p) != 0)
				return SUPPLY_FAILED;
		}
		if (got == SUPPLY_PAUSE) {
			if (writer_flush(p->out.to) != 0) {
				output_failed(p);
				return SUPPLY_FAILED;
			}
			written = true;
		}
		ms = written ? PAUSE : SOON;
	}
}

static int
run_batches(struct pipeline *p)
{
	for (;;) {
		switch (wait_for_batch(p)) {
		case SUPPLY_END:
			return 0;
		case SUPPLY_NO_MEMORY:
			return pipeline_failed(p, NULL, DEDUP_ENOMEM);
		case SUPPLY_FAILED:
			return -1;
		default:
			if (check_stopped(p) != 0 || finish_batch(p) != 0)
				return -1;
		}
	}
}

int
pipeline_run(struct pipeline *p)
{
	int got;

	p->out.opt = p->opt;
	p->out.origins = &p->origins;
	p->out.log = &p->log;
	p->out.diff = &p->diff;
	p->out.silent = p->silent || p->opt->dedup.counts_only;
	p->diff.remembers = p->opt->show == SHOW_DIFF &&
			    (!p->silent || p->reference);
	p->diff.apart = p->opt->dedup.scope == DEDUP_SCOPE_DOCUMENT &&
			!p->reference && p->references == 0;
	p->in_text = false;
	if (output_init(&p->out) != 0)
		return pipeline_failed(p, NULL, DEDUP_ENOMEM);
	/* From here on, as no document is open. */
	if (p->out.hold != NULL && p->examples == NULL)
		dedup_may_forget(p->d);
	p->supply = supply_new(p->opt, p->files, p->threads);
	if (p->supply == NULL)
		return pipeline_failed(p, NULL, DEDUP_ENOMEM);
	p->raw = 0;
	got = run_batches(p);
	supply_free(p->supply);
	p->supply = NULL;
	if (!signals_stopped())
		return got;
	p->trouble = true;	/* there may be more to read */
	return -1;
}
