/*
 * Files through the library.  The documents of a batch that are whole in it go
 * there in one call; a text that is longer, piece by piece.
 */
#include "pipeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "items.h"
#include "message.h"
#include "signals.h"

#define STEP ((size_t)128 << 10)	/* bytes between two looks at the run */
#define SOON 20				/* ms: is it an input that pauses? */
#define PAUSE 500			/* ms without input: settle and show */

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

int
pipeline_output_failed(struct pipeline *p)
{
	const char *name = p->out.log.failed ? p->opt->log :
			   p->destinations.each ? p->destinations.path :
			   p->opt->output;

	/* Before it came to any writing. */
	if (errno == ENOMEM && !p->out.log.failed && p->out.to->error == 0)
		return pipeline_failed(p, NULL, DEDUP_ENOMEM);
	pipeline_complain(p, name, "cannot write", strerror(errno));
	return -1;
}

void
pipeline_free(struct pipeline *p)
{
	output_free(&p->out);
	destinations_free(&p->destinations);
	provenance_free(&p->provenance);
	free(p->text.held.buf);
	free(p->work.texts);
	free(p->work.number);
}

int
pipeline_take_result(struct pipeline *p, enum destination_result got)
{
	const struct destinations *o = &p->destinations;

	if (got == DESTINATION_OK)
		return 0;
	pipeline_complain(p, o->where, o->what, o->why);
	return got == DESTINATION_REFUSED ? 0 : -1;
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
check_format(struct pipeline *p, const struct item *it, enum format format)
{
	const char *why;

	if (it->len == 0 || p->pass.reference)
		return 0;
	why = format_check_next(&p->formats, p->opt, format);
	if (why == NULL)
		return 0;
	pipeline_complain(p, pipeline_path(p, it), "cannot go on", why);
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
	const struct batch *b = p->work.batch;
	double share = b->len > 0 ? (double)it->off / (double)b->len : 0;

	p->work.checked = it->off;
	show_progress(p, p->work.raw + (uint64_t)(share *
				       (double)(b->raw - p->work.raw)));
}

/* A whole document, after it was judged. */
static int
put_document(struct pipeline *p, const struct item *it,
	     const struct dedup_verdict *v)
{
	if (item_put(p, it, v) != 0)
		return -1;
	if (it->off - p->work.checked < STEP)
		return 0;
	look_at_run(p, it);
	return check_memory(p);
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
	p->file.warc |= it->kind == ITEM_WARC;
	if (it->kind == ITEM_TEXT)
		got = check_format(p, it, FORMAT_TEXT);
	else if (it->kind == ITEM_RECORD)
		got = check_format(p, it, FORMAT_JSONL);
	else if (it->kind == ITEM_WARC)
		got = check_format(p, it, FORMAT_WARC);
	return got == 0 ? 1 : -1;
}

/*
 * Work off what follows before item 'end', up to the next whole document that
 * is to be judged: 0, or -1.
 */
static int
finish_others(struct pipeline *p, size_t end)
{
	for (; p->work.item < end; p->work.item++) {
		const struct item *it = &p->work.batch->items[p->work.item];
		int got = begin_item(p, it);

		if (got > 0 && item_is_whole(it))
			return 0;
		if (got < 0 || (got > 0 && item_finish(p, it) != 0))
			return -1;
	}
	return 0;
}

/* All of a document stays. */
static int
put_unjudged(struct pipeline *p, const struct item *it)
{
	struct dedup_verdict v = { .decided = it->text_len };

	p->work.item++;
	return put_document(p, it, &v);
}

/* The item at hand and those behind it that can be judged in one call. */
static int
gather_texts(struct pipeline *p)
{
	struct work *w = &p->work;
	size_t i;

	w->n = 0;
	for (i = w->item; i < w->batch->n; i++) {
		const struct item *it = &w->batch->items[i];

		/* A text that is fed comes after the call. */
		if (it->kind == ITEM_TEXT && !item_is_whole(it))
			break;
		if (!item_is_whole(it) || p->files->file[it->file].skip)
			continue;
		if (array_room(&w->texts, &w->texts_room, w->n + 1,
			       sizeof(*w->texts)) != 0 ||
		    array_room(&w->number, &w->number_room, w->n + 1,
			       sizeof(*w->number)) != 0)
			return -1;
		w->texts[w->n] = (struct dedup_text){ it->text, it->text_len };
		w->number[w->n++] = i;
	}
	w->end = i;
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

	p->work.item++;
	if (put_document(p, &p->work.batch->items[p->work.number[i]], v) != 0 ||
	    finish_others(p, p->work.end) != 0) {
		p->work.failed = true;
		return -1;
	}
	return i + 1 < p->work.n && p->work.item != p->work.number[i + 1];
}

static int
judge_texts(struct pipeline *p)
{
	const struct item *it = &p->work.batch->items[p->work.item];
	enum dedup_status st = DEDUP_ENOMEM;

	if (p->pass.unjudged)
		return put_unjudged(p, it);
	if (gather_texts(p) == 0)
		st = dedup_documents(p->d, p->work.texts, p->work.n, NULL,
				     take_verdict, p);
	if (p->work.failed)
		return -1;
	return st == DEDUP_OK || st == DEDUP_ESTOP ? 0 :
	       pipeline_failed(p, pipeline_path(p, it), st);
}

static int
finish_batch(struct pipeline *p)
{
	p->work.item = p->work.checked = 0;
	while (finish_others(p, p->work.batch->n) == 0) {
		if (p->work.item == p->work.batch->n) {
			p->work.raw = p->work.batch->raw;
			show_progress(p, p->work.raw);
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
		enum supply_result got = supply_next(p->supply, ms,
						     &p->work.batch);

		if (got != SUPPLY_NONE && got != SUPPLY_PAUSE)
			return got;
		if (check_stopped(p) != 0)
			return SUPPLY_END;
		show_progress(p, p->progress.raw);
		if (got == SUPPLY_PAUSE && written && !settled) {
			settled = true;
			if (p->text.open && !p->pass.unjudged &&
			    item_flush_text(p) != 0)
				return SUPPLY_FAILED;
		}
		if (got == SUPPLY_PAUSE) {
			if (writer_flush(p->out.to) != 0) {
				pipeline_output_failed(p);
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

/* All files, once, into the sink that is set. */
static int
run(struct pipeline *p)
{
	int got;

	p->text.open = false;
	p->supply = supply_new(p->opt, p->files, p->threads);
	if (p->supply == NULL)
		return pipeline_failed(p, NULL, DEDUP_ENOMEM);
	p->work.raw = 0;
	got = run_batches(p);
	supply_free(p->supply);
	p->supply = NULL;
	if (!signals_stopped())
		return got;
	p->trouble = true;	/* there may be more to read */
	return -1;
}

int
pipeline_run(struct pipeline *p)
{
	output_begin(&p->out, p->opt, p->pass.reference ? PASS_REFERENCE :
		     p->pass.silent ? PASS_COUNTS : PASS_WRITES);
	p->out.diff.apart = p->opt->dedup.scope == DEDUP_SCOPE_DOCUMENT &&
			    !p->pass.reference && p->references == 0;
	return run(p);
}

int
pipeline_show(struct pipeline *p, struct sink *sink)
{
	int got;

	output_begin(&p->out, p->opt, PASS_COUNTS);
	p->out.sink = sink;
	p->pass.documents = 0;
	p->pass.unjudged = true;
	got = run(p);
	p->pass.unjudged = false;
	return got;
}
