/*
 * One call's rows through the library.
 *
 * The library judges a batch of documents at a time and hands each verdict to
 * each(), which makes the row, and the nulls before it.  Nobody holds the GIL
 * meanwhile; it is taken now and then to see if a signal came.
 */
#include "builder.h"
#include "job.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

#define BATCH 65536		/* documents in a call of the library */
#define JOINED ((size_t)64 << 20)	/* bytes of parts in one, about */
#define BETWEEN "\n\n"		/* between the parts of a document */
#define NBETWEEN ((size_t)2)
#define SIGNALS_EVERY 0.1	/* seconds */

/* The parts of a document, joined: the text is fixed by fix_joined(). */
static int
join(struct job *j, int64_t begin, int64_t end, struct dedup_text *text)
{
	size_t from = j->njoined;

	for (int64_t i = begin; i < end; i++) {
		struct dedup_text part;

		if (!records_text(j->records, i, &part))
			continue;
		if (array_room(&j->joined, &j->joined_room,
			       j->njoined + NBETWEEN + part.len + 1, 1) != 0)
			return -1;
		if (j->njoined > from) {
			memcpy(j->joined + j->njoined, BETWEEN, NBETWEEN);
			j->njoined += NBETWEEN;
		}
		if (part.len > 0)
			memcpy(j->joined + j->njoined, part.text, part.len);
		j->njoined += part.len;
	}
	*text = (struct dedup_text){ "", j->njoined - from };
	return 0;
}

/* A batch is whole, and what is joined stays where it is. */
static void
fix_joined(struct job *j, size_t n)
{
	const char *at = j->joined;

	if (j->records == NULL || j->records->list == NULL)
		return;
	for (size_t i = 0; i < n && at != NULL; i++) {
		j->text[i].text = at;
		at += j->text[i].len;
	}
}

/* The document of a row: 1, 0 if it is null, or -1. */
static int
job_text(struct job *j, int64_t row, struct dedup_text *text)
{
	int64_t begin, end;

	if (j->records == NULL) {
		*text = j->list[row];
		return text->text != NULL;
	}
	if (!records_row(j->records, row, &begin, &end))
		return 0;
	if (j->records->list == NULL)
		return records_text(j->records, row, text);
	return join(j, begin, end, text) == 0 ? 1 : -1;
}

/* Tell how far it has come: 0, or -1 with an exception. */
static int
tell(struct job *j)
{
	PyObject *done;

	if (j->self->watch == NULL)
		return 0;
	done = PyObject_CallFunction(j->self->watch, "K",
		(unsigned long long)j->first + (unsigned long long)j->done);
	Py_XDECREF(done);
	return done != NULL ? 0 : -1;
}

/* Has somebody pressed Ctrl-C? */
static bool
is_interrupted(struct job *j)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((double)(now.tv_sec - j->last.tv_sec) +
	    (double)(now.tv_nsec - j->last.tv_nsec) / 1e9 < SIGNALS_EVERY)
		return false;
	j->last = now;
	PyEval_RestoreThread(j->thread);
	j->interrupted = PyErr_CheckSignals() != 0 || tell(j) != 0;
	j->thread = PyEval_SaveThread();
	return j->interrupted;
}

/* Texts up to this one that no row has judged: they are as null as they were. */
static int
add_skipped(struct job *j, int64_t end)
{
	struct dedup_text text;

	for (; j->built < end; j->built++)
		if ((records_text(j->records, j->built, &text) ?
		     builder_add_empty(j->builder) :
		     builder_add_null(j->builder)) != 0)
			return -1;
	return 0;
}

/* Texts after those of the last row: no list has them, but the array does. */
static int
add_rest(struct job *j)
{
	const struct column *texts;

	if (j->builder == NULL)
		return 0;
	texts = &j->records->texts;
	if (add_skipped(j, texts->n) != 0)
		return -1;
	for (int64_t i = texts->begin + texts->n;
	     j->records->list != NULL && i < texts->array->length; i++)
		if (builder_add_empty(j->builder) != 0)
			return -1;
	return 0;
}

/* Make the rows before this one that are not made yet: they are nulls. */
static int
add_nulls(struct job *j, int64_t row)
{
	for (; j->done < row; j->done++)
		if (j->spans != NULL && spans_add_null(j->spans) != 0)
			return -1;
	return 0;
}

/* Bytes between the parts of a row: they are of no row. */
static uint64_t
between(const struct job *j, int64_t row)
{
	uint64_t n = 0;
	int64_t begin, end;
	struct dedup_text part;

	if (j->records == NULL || j->records->list == NULL ||
	    !records_row(j->records, row, &begin, &end))
		return 0;
	for (int64_t i = begin; i < end; i++)
		n += records_text(j->records, i, &part);
	return n > 0 ? NBETWEEN * (n - 1) : 0;
}

static bool
is_all_removed(const struct job *j, const struct dedup_verdict *v, int64_t row)
{
	uint64_t kept = v->decided;

	for (size_t i = 0; i < v->nremovals; i++)
		kept -= v->removals[i].end - v->removals[i].begin;
	return v->nremovals > 0 && kept <= between(j, row);
}

/* Of a row with nothing left; -1: it is in a table. */
static int64_t
row_that_stays(const struct job *j, const struct dedup_verdict *v)
{
	const struct dedup_place *w = &v->removals[0].witness;

	return w->table > 0 || w->document == UINT64_MAX ? -1 :
	       (int64_t)rows_of(&j->self->rows, w->document);
}

/*
 * The part of a verdict that is about 'len' bytes from 'at' on, in *to, whose
 * removals live until the next call: 0, or -1.
 */
static int
clip(struct job *j, const struct dedup_verdict *v, uint64_t at, uint64_t len,
     struct dedup_verdict *to)
{
	size_t n = 0;

	if (array_room(&j->clip, &j->clip_room, v->nremovals + 1,
		       sizeof(*j->clip)) != 0)
		return -1;
	for (size_t i = 0; i < v->nremovals; i++) {
		struct dedup_removal r = v->removals[i];

		if (r.end <= at || r.begin >= at + len)
			continue;
		r.begin = r.begin > at ? r.begin - at : 0;
		r.end = r.end < at + len ? r.end - at : len;
		j->clip[n++] = r;
	}
	*to = (struct dedup_verdict){
		.removals = j->clip, .nremovals = n, .decided = len,
	};
	return 0;
}

/* Each part of a document without what is removed: 0, or -1. */
static int
build_parts(struct job *j, int64_t row, const struct dedup_verdict *v, bool none)
{
	int64_t begin, end;
	uint64_t at = 0;

	if (!records_row(j->records, row, &begin, &end) ||
	    add_skipped(j, begin) != 0)
		return -1;
	for (; j->built < end; j->built++) {
		struct dedup_text part;
		struct dedup_verdict own = { .decided = 0 };
		int got;

		if (!records_text(j->records, j->built, &part)) {
			got = builder_add_null(j->builder);
		} else {
			got = clip(j, v, at, part.len, &own);
			if (none)
				own = (struct dedup_verdict){ .decided = 0 };
			if (got == 0)
				got = builder_add_kept(j->builder, &part, &own);
			at += part.len + NBETWEEN;
		}
		if (got != 0)
			return -1;
	}
	return 0;
}

static int
build(struct job *j, int64_t row, const struct dedup_text *t,
      const struct dedup_verdict *v, bool none)
{
	static const struct dedup_verdict nothing;

	if (j->records->list != NULL)
		return build_parts(j, row, v, none);
	if (add_skipped(j, row) != 0)
		return -1;
	j->built = row + 1;
	return builder_add_kept(j->builder, t, none ? &nothing : v);
}

/* What is kept of a row: 0, or -1. */
static int
add_kept(struct job *j, int64_t row, const struct dedup_text *t,
	 const struct dedup_verdict *v)
{
	bool is_short = v->words < j->min_words;
	bool gone = is_short || is_all_removed(j, v, row);

	/* It cannot be a witness, then. */
	if (is_short)
		dedup_forget(j->self->d);
	if (j->gone != NULL)
		j->gone[row] = gone;
	if (j->group != NULL && gone && v->nremovals > 0)
		j->group[row] = row_that_stays(j, v);
	return j->builder != NULL ? build(j, row, t, v, is_short) : 0;
}

static int
add_spans(struct job *j, int64_t row, const struct dedup_text *t,
	  const struct dedup_verdict *v)
{
	struct spans *s = j->spans;

	if (spans_add_row(s, j->first + (uint64_t)row, t->text, v->removals,
			  v->nremovals) != 0)
		return -1;
	for (size_t i = s->n - v->nremovals; i < s->n; i++) {
		struct dedup_place *w = &s->removal[i].witness;

		if (w->table == 0 && w->document != UINT64_MAX)
			w->document = rows_of(&j->self->rows,
					      w->document);
	}
	return 0;
}

static int
each(void *arg, size_t i, const struct dedup_verdict *v)
{
	struct job *j = arg;
	int64_t row = j->row[i];

	j->failed = add_nulls(j, row) != 0 ||
		    add_kept(j, row, &j->text[i], v) != 0 ||
		    (j->spans != NULL &&
		     add_spans(j, row, &j->text[i], v) != 0);
	j->done = row + 1;
	return j->failed || is_interrupted(j);
}

/* Fill a batch with the documents from row *row on; *n are in it. */
static int
fill_batch(struct job *j, int64_t *row, size_t *n)
{
	j->njoined = 0;
	for (*n = 0; *n < BATCH && *row < j->n && j->njoined < JOINED; ++*row) {
		int got = job_text(j, *row, &j->text[*n]);

		if (got < 0 || rows_add(&j->self->rows, j->reference, got) != 0)
			return -1;
		if (got > 0)
			j->row[(*n)++] = *row;
	}
	fix_joined(j, *n);
	return 0;
}

static enum dedup_status
feed_rows(struct job *j)
{
	enum dedup_status st = DEDUP_OK;
	int64_t row = 0;

	while (st == DEDUP_OK && row < j->n) {
		size_t n;

		if (fill_batch(j, &row, &n) != 0)
			return DEDUP_ENOMEM;
		st = dedup_documents(j->self->d, j->text, n, NULL, each, j);
	}
	if (st == DEDUP_OK && (add_nulls(j, j->n) != 0 || add_rest(j) != 0))
		st = DEDUP_ENOMEM;
	return j->failed ? DEDUP_ENOMEM : st;
}

static enum dedup_status
run_batches(struct job *j)
{
	size_t room = j->n < BATCH ? (size_t)j->n + 1 : BATCH;
	enum dedup_status st = DEDUP_ENOMEM;

	j->text = malloc(room * sizeof(*j->text));
	j->row = malloc(room * sizeof(*j->row));
	if (j->text == NULL || j->row == NULL)
		goto done;
	j->thread = PyEval_SaveThread();
	st = feed_rows(j);
	PyEval_RestoreThread(j->thread);
done:
	free(j->text);
	free(j->row);
	free(j->joined);
	free(j->clip);
	return st;
}

int
job_run(struct job *j)
{
	struct deduper *self = j->self;
	enum dedup_status st;

	j->done = j->built = 0;
	j->first = j->reference ? self->rows.reference_rows : self->rows.rows;
	if (!j->reference && dedup_passes_left(self->d) == 0)
		j->min_words = self->min_doc_words;
	clock_gettime(CLOCK_MONOTONIC, &j->last);
	st = run_batches(j);
	if (st == DEDUP_OK)
		return 0;
	deduper_spoil(self, st == DEDUP_ESTOP ? "a call was interrupted" :
			    st == DEDUP_ENOMEM ? "a call ran out of memory" :
			    "a call failed");
	if (!j->interrupted)
		raise_status(st);
	return -1;
}
