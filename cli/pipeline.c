/*
 * Files through the library, by one thread or several.
 *
 * Batches stand in a ring.  Every thread does what is to be done next; only
 * the main one judges and writes, so that the output does not depend on
 * how many there are.
 */
#include "pipeline.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "message.h"
#include "signals.h"
#include "top.h"

#define PAUSE 500			/* ms without input: settle and show */
#define BATCH ((size_t)128 << 10)	/* bytes: what stays in the cache */
#define SLOTS 4				/* batches a thread */
#define AHEAD_MAX ((size_t)64 << 20)	/* bytes in them beyond which no more is
					 * read: a record may be as long */
#define RECORDS_WITHOUT_TEXT 1000	/* so many, and none with: an error */
#define COMPLAINTS 100			/* messages on bad records, a file */

void
pipeline_complain(struct pipeline *p, const char *path, const char *what,
		  const char *why)
{
	progress_clear(&p->progress);
	message("%s: %s: %s", message_name(path), what, why);
	p->trouble = true;
}

/* How far it has come, if it is time for a line. */
static void
tell_progress(struct pipeline *p, uint64_t raw)
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

static int
library_failed(struct pipeline *p, const char *path, enum dedup_status st)
{
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

	pipeline_complain(p, name, "cannot write", strerror(errno));
	return -1;
}

void
pipeline_free(struct pipeline *p)
{
	output_free(&p->out);
	destinations_free(&p->destinations);
	origins_free(&p->origins);
	free(p->held.buf);
}

static const char *
bytes_of(const struct batch *b, const struct item *it)
{
	return b->buf + BATCH_HEAD + it->off;
}

static enum dedup_status
begin_judging(struct pipeline *p)
{
	if (p->examples != NULL)
		return DEDUP_OK;
	if (p->out.hold != NULL)
		dedup_may_forget(p->d);
	return dedup_begin(p->d);
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
	return st == DEDUP_OK ? 0 : library_failed(p, path_of(p, it), st);
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
	return known ? 0 : library_failed(p, o.file, DEDUP_ENOMEM);
}

/* Text. */

static size_t
held_len(const struct held *h)
{
	return h->end - h->start;
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
	if (h->room - h->end < len) {
		size_t room = 2 * (h->end + len);
		char *p = realloc(h->buf, room);

		if (p == NULL)
			return -1;
		h->buf = p;
		h->room = room;
	}
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
			return library_failed(p, path_of(p, it), DEDUP_ENOMEM);
		s.text = h->buf + h->start;
		s.len = held_len(h);
	} else if (before > 0) {
		s.text = memcpy(text - before, h->buf + h->start, before);
		s.len += before;
	}
	st = it->ends ? dedup_end(p->d, s.text, s.len, &v)
		      : dedup_feed(p->d, s.text, s.len, &v);
	if (st != DEDUP_OK)
		return library_failed(p, path_of(p, it), st);
	if (output_text(&p->out, &s, 1, s.off, &v) != 0)
		return output_failed(p);
	if (in_held) {
		let_go(h, v.decided);
		return 0;
	}
	h->start = h->end = 0;
	h->off = v.decided;
	if (hold(h, s.text + (v.decided - s.off),
		 (size_t)(s.off + s.len - v.decided)) != 0)
		return library_failed(p, path_of(p, it), DEDUP_ENOMEM);
	return 0;
}

/* Judge a stretch that was read ahead. */
static int
judge_text(struct pipeline *p, const struct batch *b, const struct item *it)
{
	struct held *h = &p->held;
	struct stretch s[2] = {
		{ h->buf + h->start, h->off, held_len(h) },
		{ bytes_of(b, it), it->offset, it->len },
	};
	struct dedup_verdict v;
	enum dedup_status st = dedup_feed_part(p->d, b->part, &v);
	size_t first = s[0].len == 0, done;

	if (st != DEDUP_OK)
		return library_failed(p, path_of(p, it), st);
	if (output_text(&p->out, s + first, 2 - first, s[first].off, &v) != 0)
		return output_failed(p);
	let_go(h, v.decided);
	done = v.decided > it->offset ? (size_t)(v.decided - it->offset) : 0;
	if (hold(h, s[1].text + done, it->len - done) != 0)
		return library_failed(p, path_of(p, it), DEDUP_ENOMEM);
	return 0;
}


static int
finish_text(struct pipeline *p, const struct batch *b, const struct item *it)
{
	if (it->begins) {
		enum dedup_status st = begin_judging(p);

		if (st != DEDUP_OK)
			return library_failed(p, path_of(p, it), st);
		if (begin_document(p, it, NULL, NULL, &p->document) != 0)
			return -1;
		p->held.start = p->held.end = 0;
		p->held.off = 0;
		p->in_text = true;
		if (output_begin_text(&p->out, p->document, it->at,
				      p->files->n > 1 || it->part > 1 ||
				      (it->part == 1 && !it->ends)) != 0)
			return output_failed(p);
	}
	if (p->examples != NULL)
		top_text(p->examples, p->document, it->offset,
			    bytes_of(b, it), it->len);
	else if ((it->ahead ? judge_text : feed_text)(p, b, it) != 0)
		return -1;
	if (!it->ends)
		return 0;
	p->in_text = false;
	if (output_end_text(&p->out) != 0)
		return output_failed(p);
	return forget_dropped(p, it);
}

/* The input pauses and somebody may wait: let go what is known. */
static int
flush_text(struct pipeline *p)
{
	struct held *h = &p->held;
	struct stretch s = { h->buf + h->start, h->off, held_len(h) };
	struct dedup_verdict v;
	enum dedup_status st = dedup_flush(p->d, s.text, s.len, &v);

	if (st != DEDUP_OK)
		return library_failed(p, "-", st);
	if (output_text(&p->out, &s, 1, s.off, &v) != 0)
		return output_failed(p);
	let_go(h, v.decided);
	return 0;
}

static int
wait_for_input(struct pipeline *p)
{
	if (reader_ready(p->reader, 0))
		return 0;
	if (writer_flush(p->out.to) != 0)
		return output_failed(p);
	if (!p->in_text || p->examples != NULL ||
	    reader_ready(p->reader, PAUSE))
		return 0;
	if (flush_text(p) != 0)
		return -1;
	return writer_flush(p->out.to) != 0 ? output_failed(p) : 0;
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
	if (p->told++ >= COMPLAINTS)
		return;
	progress_clear(&p->progress);
	if (it->kind == ITEM_WARC)
		message("%s: record at byte %" PRIu64 ": %s",
			message_name(path_of(p, it)), it->at - it->offset, it->why);
	else
		message("%s:%" PRIu64 ": %s",
			message_name(path_of(p, it)), it->line + 1, it->why);
}

/* The verdict on a record's text, which was read ahead. */
static int
judge(struct pipeline *p, const struct batch *b, const struct item *it,
      struct dedup_verdict *v)
{
	enum dedup_status st;

	if (p->examples != NULL) {
		*v = (struct dedup_verdict){ .decided = it->text_len };
		top_text(p->examples, p->documents - 1, 0, it->text,
			    it->text_len);
		return 0;
	}
	st = begin_judging(p);
	if (st == DEDUP_OK)
		st = dedup_feed_part(p->d, b->part, v);
	return st == DEDUP_OK ? 0 : library_failed(p, path_of(p, it), st);
}

static int
judge_record(struct pipeline *p, const struct batch *b, const struct item *it)
{
	const char *rec = bytes_of(b, it);
	struct dedup_verdict v;
	uint64_t document;
	char *id = NULL;

	if (p->origins.on && (id = record_id(p, it, rec)) == NULL)
		return library_failed(p, path_of(p, it), DEDUP_ENOMEM);
	if (begin_document(p, it, id, NULL, &document) != 0 ||
	    judge(p, b, it, &v) != 0)
		return -1;
	p->with_id += it->v[1].kind != JSON_NONE;
	if (output_record(&p->out, document, it, rec, &v) != 0)
		return output_failed(p);
	return forget_dropped(p, it);
}

static void
no_text_at_all(struct pipeline *p, const struct item *it)
{
	struct file *f = &p->files->file[it->file];

	progress_clear(&p->progress);
	if (!f->told)
		message("%s: no text in the first %" PRIu64
			" records: no field \"%s\" that is a string; see "
			"--text-field", message_name(f->path), p->records,
			p->opt->text_field);
	f->told = p->silent;
	p->trouble = true;
	/* A second reading lets pass what stood there. */
	f->skip = !p->silent || it->kind != ITEM_END;
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
finish_record(struct pipeline *p, const struct batch *b, const struct item *it)
{
	if (it->ends)
		count_record(p, it);
	if (it->state == RECORD_TEXT)
		return judge_record(p, b, it);
	if (output_pass_record(&p->out, bytes_of(b, it), it->len) != 0)
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
judge_warc(struct pipeline *p, const struct batch *b, const struct item *it)
{
	const struct warc_record *r = &b->warcs[it->warc];
	const char *rec = bytes_of(b, it);
	struct dedup_verdict v;
	uint64_t document;
	char *id = NULL, *url = NULL;

	if (p->origins.on && warc_names(p, it, rec, r, &id, &url) != 0)
		return library_failed(p, path_of(p, it), DEDUP_ENOMEM);
	if (begin_document(p, it, id, url, &document) != 0 ||
	    judge(p, b, it, &v) != 0)
		return -1;
	if (output_warc(&p->out, document, it, r, rec, &v) != 0)
		return output_failed(p);
	return forget_dropped(p, it);
}

static int
finish_warc(struct pipeline *p, const struct batch *b, const struct item *it)
{
	if (it->ends)
		count_record(p, it);
	if (it->state == RECORD_TEXT)
		return judge_warc(p, b, it);
	if (output_pass_warc(&p->out, bytes_of(b, it), it->len, it->ends) != 0)
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

/* What became of the output of a file: 0, or -1 where that is the end. */
static int
take_result(struct pipeline *p, enum destination_result got)
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
	progress_clear(&p->progress);
	message("%s: taken for text: its first line is a JSON "
		"object, but has no field \"%s\" that is a string; see "
		"--text-field and --format", message_name(path_of(p, it)),
		p->opt->text_field);
}

static int
begin_file(struct pipeline *p, const struct item *it)
{
	enum destination_result got;

	p->records = p->with_text = p->with_id = p->told = 0;
	p->warc = false;
	p->gone_before = p->out.gone;
	if (p->silent)
		return 0;
	if (it->object && !p->opt->quiet)
		warn_of_object(p, it);
	got = destinations_begin(&p->destinations, it->file);
	/* Where it cannot be rewritten, its text is not to be known either. */
	if (got == DESTINATION_REFUSED)
		p->files->file[it->file].skip = true;
	return take_result(p, got);
}

static void
warn_of_no_id(struct pipeline *p, const struct item *it)
{
	if (!p->opt->id_given || p->opt->quiet || !p->origins.on ||
	    p->with_text == 0 || p->with_id > 0 || p->silent)
		return;
	progress_clear(&p->progress);
	message("%s: no record has a field \"%s\": see "
		"--id-field", message_name(path_of(p, it)), p->opt->id_field);
}

static int
end_file(struct pipeline *p, const struct item *it)
{
	if (counts(p))
		p->tally.bytes_in += it->at;
	if (p->told > COMPLAINTS)
		message("%s: %" PRIu64 " more bad records",
			message_name(path_of(p, it)), p->told - COMPLAINTS);
	if (p->records > 0 && p->with_text == 0 &&
	    !p->files->file[it->file].skip) {
		if (!p->warc)
			no_text_at_all(p, it);
		else if (p->told == 0)
			no_text_in_warc(p, it);
	}
	warn_of_no_id(p, it);
	if (p->silent)
		return 0;
	return take_result(p, destinations_end(&p->destinations,
					  p->out.gone > p->gone_before));
}

/* A file that cannot be opened or read; it is reported once. */
static void
read_failed(struct pipeline *p, const struct item *it)
{
	struct file *f = &p->files->file[it->file];

	if (!f->told)
		pipeline_complain(p, f->path, it->what, it->why);
	p->trouble = true;
	f->told = p->silent;
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
	progress_clear(&p->progress);
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

/* Somebody wants it to stop: -1; else 0. */
static int
check_stopped(struct pipeline *p)
{
	if (!signals_stopped())
		return 0;
	p->trouble = true;
	return -1;
}

/* Judge what is in the batch and write what comes of it. */
static int
finish(struct pipeline *p, struct batch *b)
{
	if (b->no_memory)
		return library_failed(p, path_of(p, &b->items[0]),
				      DEDUP_ENOMEM);
	for (size_t i = 0; i < b->n; i++) {
		const struct item *it = &b->items[i];
		int got = 0;

		if (check_stopped(p) != 0)
			return -1;
		if (p->files->file[it->file].skip && it->kind != ITEM_END)
			continue;
		switch (it->kind) {
		case ITEM_FILE:
			got = begin_file(p, it);
			break;
		case ITEM_TEXT:
			got = check_mixed(p, it, FORMAT_TEXT);
			if (got == 0)
				got = finish_text(p, b, it);
			break;
		case ITEM_RECORD:
			got = check_mixed(p, it, FORMAT_JSONL);
			if (got == 0)
				got = finish_record(p, b, it);
			break;
		case ITEM_WARC:
			p->warc = true;
			got = check_mixed(p, it, FORMAT_WARC);
			if (got == 0)
				got = finish_warc(p, b, it);
			break;
		case ITEM_PASS:
			if (output_pass(&p->out, bytes_of(b, it), it->len))
				got = output_failed(p);
			break;
		case ITEM_ERROR:
			read_failed(p, it);
			break;
		case ITEM_END:
			got = end_file(p, it);
			break;
		}
		if (got != 0)
			return -1;
	}
	tell_progress(p, b->raw);
	return check_memory(p);
}

/* Alone. */

static int
run_alone(struct pipeline *p)
{
	struct batch b;
	int got;

	if (batch_init(&b, p->d, false) != 0)
		return library_failed(p, "-", DEDUP_ENOMEM);
	for (;;) {
		while (!reader_ready(p->reader, PAUSE) && !signals_stopped())
			tell_progress(p, p->progress.raw);
		if (check_stopped(p) != 0) {
			batch_free(&b);
			return -1;
		}
		got = reader_next(p->reader, &b);
		if (got <= 0)
			break;
		batch_prepare(&b, p->opt);
		got = finish(p, &b);
		if (got != 0 || wait_for_input(p) != 0) {
			batch_free(&b);
			return -1;
		}
	}
	batch_free(&b);
	return got < 0 ? library_failed(p, "-", DEDUP_ENOMEM) : 0;
}

/*
 * Together.
 *
 *	reader_next()	one thread at a time, in order	empty -> filled
 *	batch_prepare()	any thread			filled -> prepared
 *	batch_propose()	any, while none judges		prepared -> ready
 *	finish()	the main thread, in order	ready -> empty
 *
 * Whenever the main thread comes to a batch that is prepared only, all that
 * are by then are looked up, by all threads, before it judges on.
 */

enum slot_state { SLOT_EMPTY, SLOT_FILLED, SLOT_BUSY, SLOT_PREPARED, SLOT_READY };

struct slot {
	struct batch batch;
	enum slot_state state;
};

struct crew {
	struct pipeline *p;
	pthread_mutex_t lock;	/* of all that follows, but for batches in
				 * hand and the reader while 'reading' */
	pthread_cond_t change;
	struct slot *slot;
	size_t nslots;
	/* Batches, counted from 0; one's slot is its number modulo nslots. */
	uint64_t nread, nprepared, nfinished;	/* taken up */
	uint64_t nproposed, proposals_end;	/* those are to be proposed */
	unsigned proposing;	/* threads at it */
	size_t ahead;		/* bytes read and not finished */
	pthread_t main;
	bool proposes;		/* it is worth it, with these options */
	bool reading;		/* somebody fills a batch */
	bool ended;		/* there are no more to be filled */
	bool failed;		/* out of memory while filling */
	bool stop;		/* nothing more is wanted */
};

static struct slot *
slot_of(struct crew *c, uint64_t number)
{
	return &c->slot[number % c->nslots];
}

static bool
may_read(struct crew *c)
{
	return !c->reading && !c->ended && c->ahead <= AHEAD_MAX &&
	       slot_of(c, c->nread)->state == SLOT_EMPTY;
}

static void
read_batch(struct crew *c)
{
	struct slot *s = slot_of(c, c->nread);
	bool over = false;	/* what comes is not waited for any more */
	int got;

	c->reading = true;
	pthread_mutex_unlock(&c->lock);
	while (!over && !reader_ready(c->p->reader, PAUSE)) {
		if (pthread_equal(pthread_self(), c->main))
			tell_progress(c->p, c->p->progress.raw);
		pthread_mutex_lock(&c->lock);
		over = c->stop || signals_stopped();
		pthread_mutex_unlock(&c->lock);
	}
	got = over ? 0 : reader_next(c->p->reader, &s->batch);
	pthread_mutex_lock(&c->lock);
	c->reading = false;
	if (got > 0) {
		s->state = SLOT_FILLED;
		c->ahead += s->batch.len;
		c->nread++;
	} else {
		c->ended = true;
		c->failed = got < 0;
	}
	pthread_cond_broadcast(&c->change);
}

static void
prepare_batch(struct crew *c)
{
	struct slot *s = slot_of(c, c->nprepared++);

	s->state = SLOT_BUSY;
	pthread_mutex_unlock(&c->lock);
	batch_prepare(&s->batch, c->p->opt);
	pthread_mutex_lock(&c->lock);
	s->state = c->proposes ? SLOT_PREPARED : SLOT_READY;
	pthread_cond_broadcast(&c->change);
}

static void
propose_batch(struct crew *c)
{
	struct slot *s = slot_of(c, c->nproposed++);

	c->proposing++;
	pthread_mutex_unlock(&c->lock);
	batch_propose(&s->batch, c->p->d);
	pthread_mutex_lock(&c->lock);
	s->state = SLOT_READY;
	c->proposing--;
	pthread_cond_broadcast(&c->change);
}

/* Not for ever: the main thread may be asked how far it has come. */
static void
wait_for_change(struct crew *c)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += (long)PAUSE * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&c->change, &c->lock, &t);
}

/*
 * Do what is there to be done, or wait until something has changed.  Reading
 * goes first, since only one can and the others live on it, decompression and
 * all; but the main thread leaves it to others as long as there are batches to
 * prepare.
 */
static void
help(struct crew *c, bool leads)
{
	uint64_t filled = c->nread - c->nprepared;

	if (c->nproposed < c->proposals_end)
		propose_batch(c);
	else if (may_read(c) &&
		 (filled == 0 || (!leads && filled < c->nslots / 2)))
		read_batch(c);
	else if (filled > 0)
		prepare_batch(c);
	else
		wait_for_change(c);
}

static void *
work(void *crew)
{
	struct crew *c = crew;

	pthread_mutex_lock(&c->lock);
	while (!c->stop && !(c->ended && c->nfinished == c->nread))
		help(c, false);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* All batches that are prepared, from the next one on, are looked up now. */
static void
begin_proposals(struct crew *c)
{
	dedup_begin_proposals(c->p->d);
	c->nproposed = c->nfinished;
	c->proposals_end = c->nfinished;
	while (c->proposals_end < c->nread &&
	       slot_of(c, c->proposals_end)->state == SLOT_PREPARED)
		c->proposals_end++;
	pthread_cond_broadcast(&c->change);
}

/* What the main thread does. */
static int
lead(struct crew *c)
{
	int got = 0;

	pthread_mutex_lock(&c->lock);
	while (got == 0 && !(c->ended && c->nfinished == c->nread)) {
		struct slot *s = slot_of(c, c->nfinished);
		size_t len;

		if (c->nproposed < c->proposals_end || c->proposing > 0 ||
		    c->nfinished == c->nread ||
		    (s->state != SLOT_READY && s->state != SLOT_PREPARED)) {
			help(c, true);
			tell_progress(c->p, c->p->progress.raw);
			continue;
		}
		if (s->state == SLOT_PREPARED) {
			begin_proposals(c);
			continue;
		}
		pthread_mutex_unlock(&c->lock);
		len = s->batch.len;
		got = finish(c->p, &s->batch);
		batch_empty(&s->batch);
		pthread_mutex_lock(&c->lock);
		c->ahead -= len;
		s->state = SLOT_EMPTY;
		c->nfinished++;
		pthread_cond_broadcast(&c->change);
	}
	c->stop = true;
	pthread_cond_broadcast(&c->change);
	pthread_mutex_unlock(&c->lock);
	return got == 0 ? check_stopped(c->p) : got;
}

static int
run_together(struct pipeline *p, unsigned threads)
{
	const struct dedup_options *o = &p->opt->dedup;
	struct crew c = {
		.p = p, .main = pthread_self(),
		.nslots = SLOTS * threads,
		.proposes = !o->exact && o->scope == DEDUP_SCOPE_ALL &&
			    !p->silent,
	};
	pthread_t *thread = calloc(threads, sizeof(*thread));
	unsigned n = 0;
	int got = -1;

	c.slot = calloc(c.nslots, sizeof(*c.slot));
	if (thread == NULL || c.slot == NULL)
		goto out;
	for (size_t i = 0; i < c.nslots; i++)
		if (batch_init(&c.slot[i].batch, p->d,
			       !p->only_counts) != 0)
			goto out;
	pthread_mutex_init(&c.lock, NULL);
	pthread_cond_init(&c.change, NULL);
	/* With fewer threads than wanted it goes on as well. */
	while (n < threads - 1 &&
	       pthread_create(&thread[n], NULL, work, &c) == 0)
		n++;
	got = lead(&c);
	for (unsigned i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	pthread_cond_destroy(&c.change);
	pthread_mutex_destroy(&c.lock);
	if (got == 0 && c.failed)
		got = library_failed(p, "-", DEDUP_ENOMEM);
out:
	if (got != 0 && !p->trouble)
		library_failed(p, "-", DEDUP_ENOMEM);
	for (size_t i = 0; i < c.nslots && c.slot != NULL; i++)
		batch_free(&c.slot[i].batch);
	free(c.slot);
	free(thread);
	return got;
}

int
pipeline_run(struct pipeline *p, unsigned threads)
{
	bool alone = threads < 2;
	int got;

	p->out.opt = p->opt;
	p->out.origins = &p->origins;
	p->out.log = &p->log;
	p->out.diff = &p->diff;
	p->out.silent = p->silent;
	p->in_text = false;
	if (output_init(&p->out) != 0)
		return library_failed(p, "-", DEDUP_ENOMEM);
	p->reader = reader_new(p->opt, p->files, p->d, !alone, BATCH);
	if (p->reader == NULL)
		return library_failed(p, "-", DEDUP_ENOMEM);
	got = alone ? run_alone(p) : run_together(p, threads);
	reader_free(p->reader);
	p->reader = NULL;
	if (!signals_stopped())
		return got;
	p->trouble = true;	/* there may be more to read */
	return -1;
}
