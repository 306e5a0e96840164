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

#define BATCH 65536		/* documents in a call of the library */
#define SIGNALS_EVERY 0.1	/* seconds */

static bool
job_text(const struct job *j, int64_t row, struct dedup_text *text)
{
	if (j->column != NULL)
		return column_text(j->column, row, text);
	*text = j->list[row];
	return text->text != NULL;
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
	j->interrupted = PyErr_CheckSignals() != 0;
	j->thread = PyEval_SaveThread();
	return j->interrupted;
}

/* Make the rows before this one that are not made yet: they are nulls. */
static int
add_nulls(struct job *j, int64_t row)
{
	for (; j->done < row; j->done++)
		if ((j->builder != NULL && builder_add_null(j->builder) != 0) ||
		    (j->spans != NULL && spans_add_row(j->spans, NULL, 0) != 0))
			return -1;
	return 0;
}

static bool
is_all_removed(const struct dedup_verdict *v)
{
	uint64_t kept = v->decided;

	for (size_t i = 0; i < v->nremovals; i++)
		kept -= v->removals[i].end - v->removals[i].begin;
	return kept == 0 && v->nremovals > 0;
}

/* What is kept of a text: 0, or -1. */
static int
add_kept(struct job *j, int64_t row, const struct dedup_text *t,
	 const struct dedup_verdict *v)
{
	static const struct dedup_verdict nothing;
	bool is_short = v->words < j->min_words;

	/* It cannot be a witness, then. */
	if (is_short)
		dedup_forget(j->self->d);
	if (j->gone != NULL)
		j->gone[row] = is_short || is_all_removed(v);
	return j->builder == NULL ? 0 :
	       builder_add_kept(j->builder, t, is_short ? &nothing : v);
}

static int
add_spans(struct job *j, const struct dedup_verdict *v)
{
	struct spans *s = j->spans;

	if (spans_add_row(s, v->removals, v->nremovals) != 0)
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
		    (j->spans != NULL && add_spans(j, v) != 0);
	j->done = row + 1;
	return j->failed || is_interrupted(j);
}

/* Fill a batch with the documents from row *row on; *n are in it. */
static int
fill_batch(struct job *j, int64_t *row, size_t *n)
{
	for (*n = 0; *n < BATCH && *row < j->n; ++*row) {
		bool is_document = job_text(j, *row, &j->text[*n]);

		if (rows_add(&j->self->rows, j->reference, is_document) != 0)
			return -1;
		if (is_document)
			j->row[(*n)++] = *row;
	}
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
	if (st == DEDUP_OK && add_nulls(j, j->n) != 0)
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
	return st;
}

int
job_run(struct job *j)
{
	struct deduper *self = j->self;
	enum dedup_status st;

	j->done = 0;
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
