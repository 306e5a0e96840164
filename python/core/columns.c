/*
 * Columns of Arrow data through a Deduper, chunk by chunk, and the new data,
 * which shares all but the texts with the old.
 */
#include "builder.h"
#include "job.h"
#include "judge.h"

/* Room for the new column of a chunk: 0, or -1 with an exception. */
static int
begin_clean(struct job *j)
{
	const struct column *texts = &j->records->texts;
	int64_t n = texts->n;

	/* Of nulls alone nothing is removed. */
	if (texts->type.layout == LAYOUT_NULL)
		return 0;
	/* The array of a list's texts stays as long as it was. */
	if (j->records->list != NULL)
		n = texts->array->length - texts->begin;
	j->builder = builder_new(texts->type, texts->begin, n);
	return j->builder != NULL ? 0 : core_no_memory();
}

/* A chunk with what was built, or as it was: 0, or -1 with an exception. */
static int
add_clean(struct arrow *to, struct builder *b, const struct choice *c,
	  struct shared *chunk)
{
	struct ArrowArray texts, array;

	if (b == NULL)
		return arrow_export(&array, chunk) != 0 ? core_no_memory() :
		       arrow_append(to, &array);
	size_t path[RECORDS_DEPTH];

	if (builder_finish(b, &texts) != 0)
		return core_no_memory();
	if (c->depth == 0)
		return arrow_append(to, &texts);
	for (size_t i = 0; i < c->depth; i++)
		path[i] = c->step[i].child;
	if (arrow_replace(&array, chunk, path, c->depth, &texts) != 0)
		return core_no_memory();
	return arrow_append(to, &array);
}

/* 0, or -1 with an exception. */
static int
add_spans(struct arrow *to, struct spans *spans, bool table)
{
	struct ArrowArray array;

	if ((table ? spans_table : spans_array)(&array, spans) != 0)
		return core_no_memory();
	return arrow_append(to, &array);
}

/* A chunk: what is made of it is appended.  0, or -1 with an exception. */
static int
judge_chunk(struct deduper *self, const struct choice *c, struct shared *chunk,
	    struct made *m)
{
	struct arrow *clean = (struct arrow *)m->clean;
	struct arrow *removed = (struct arrow *)m->spans;
	struct records records;
	struct spans spans = { .with_texts = m->what & JUDGE_TABLE };
	struct job j = {
		.self = self, .records = &records,
		.reference = m->what & JUDGE_REFERENCE,
		.spans = removed != NULL ? &spans : NULL,
	};
	int got = -1;

	if (records_open(&records, c, arrow_array(chunk)) != 0)
		return -1;
	j.n = records.n;
	if (made_rows(m, &j) != 0 || (clean != NULL && begin_clean(&j) != 0))
		goto done;
	if (job_run(&j) != 0)
		goto done;
	if (clean != NULL) {
		struct builder *b = j.builder;

		j.builder = NULL;
		if (add_clean(clean, b, c, chunk) != 0)
			goto done;
	}
	if (removed != NULL &&
	    add_spans(removed, &spans, m->what & JUDGE_TABLE) != 0)
		goto done;
	got = 0;
done:
	builder_free(j.builder);
	spans_free(&spans);
	return got;
}

/* What is to be made, still empty: 0, or -1 with an exception. */
static int
begin_made(struct deduper *self, struct made *m, const struct choice *c,
	   const struct ArrowSchema *from)
{
	struct state *state = deduper_state(self);
	struct ArrowSchema schema;

	if (m->what & JUDGE_CLEAN) {
		if (records_schema(&schema, c, from) != 0)
			return core_no_memory();
		m->clean = (PyObject *)arrow_new(state, &schema);
		if (m->clean == NULL)
			return -1;
	}
	if (m->what & (JUDGE_SPANS | JUDGE_TABLE)) {
		int got = m->what & JUDGE_SPANS ?
			  spans_schema(&schema, "spans") :
			  spans_table_schema(&schema, column_is_binary(c->schema));

		if (got != 0)
			return core_no_memory();
		m->spans = (PyObject *)arrow_new(state, &schema);
		if (m->spans == NULL)
			return -1;
	}
	return 0;
}

/* All chunks of a source, one after another: 0, or -1 with an exception. */
static int
judge_source(struct deduper *self, struct source *s, const char *name,
	     struct made *m)
{
	struct choice c;
	struct ArrowArray array;
	int got;

	if (records_choose(&c, &s->schema, name) != 0 ||
	    begin_made(self, m, &c, &s->schema) != 0)
		return -1;
	while ((got = source_next(s, &array)) > 0) {
		struct shared *chunk = arrow_share(&array);

		if (chunk == NULL)
			return core_no_memory();
		got = judge_chunk(self, &c, chunk, m);
		arrow_drop(chunk);
		if (got != 0)
			return -1;
	}
	return got;
}

int
columns_judge(struct deduper *self, PyObject *object, const char *name,
	      struct made *m)
{
	struct source s;
	int got;

	if (source_open(&s, object) != 0)
		return -1;
	got = judge_source(self, &s, name, m);
	source_close(&s);
	return got;
}
