/*
 * Spans.
 *
 *	list<struct<offset, length, line: int64, reason: string,
 *		    resemblance: double,
 *		    witness: struct<document, offset, line: int64, table: int32>,
 *		    documents, separator_offset, separator_length: int64>>
 *
 * Of a witness that is known from the counts of a table only, document, offset
 * and line are null.
 */
#include "spans.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

int
spans_add_row(struct spans *s, const struct dedup_removal *r, size_t n)
{
	if (array_room(&s->end, &s->rows_room, s->nrows + 1,
		       sizeof(*s->end)) != 0 ||
	    array_room(&s->removal, &s->room, s->n + n,
		       sizeof(*s->removal)) != 0)
		return -1;
	if (n > 0)
		memcpy(s->removal + s->n, r, n * sizeof(*r));
	s->n += n;
	s->end[s->nrows++] = (int64_t)s->n;
	return 0;
}

void
spans_free(struct spans *s)
{
	free(s->removal);
	free(s->end);
	*s = (struct spans){ .n = 0 };
}

struct blank
spans_blank(const struct dedup_removal *r)
{
	if (r->begin < r->unit_begin)
		return (struct blank){ r->begin, r->unit_begin - r->begin };
	if (r->unit_end < r->end)
		return (struct blank){ r->unit_end, r->end - r->unit_end };
	return (struct blank){ 0, 0 };
}

/* The type. */

enum { WITNESS_FIELDS = 4, SPAN_FIELDS = 9 };

static const struct field {
	const char *name, *format;
} witness_fields[WITNESS_FIELDS] = {
	{ "document", "l" }, { "offset", "l" }, { "line", "l" },
	{ "table", "i" },
}, span_fields[SPAN_FIELDS] = {
	{ "offset", "l" }, { "length", "l" }, { "line", "l" },
	{ "reason", "u" }, { "resemblance", "g" }, { "witness", "+s" },
	{ "documents", "l" }, { "separator_offset", "l" },
	{ "separator_length", "l" },
};

static int
make_struct(struct ArrowSchema *to, const char *name,
	    const struct field *field, size_t n)
{
	struct ArrowSchema child[SPAN_FIELDS] = { { .format = NULL } };

	for (size_t i = 0; i < n; i++) {
		const struct field *f = &field[i];
		int got = f->format[0] == '+' ?
			  make_struct(&child[i], f->name, witness_fields,
				      WITNESS_FIELDS) :
			  arrow_make_schema(&child[i], f->format, f->name,
					    ARROW_FLAG_NULLABLE, NULL, 0);

		if (got == 0)
			continue;
		while (i-- > 0)
			child[i].release(&child[i]);
		return -1;
	}
	return arrow_make_schema(to, "+s", name, ARROW_FLAG_NULLABLE, child, n);
}

int
spans_schema(struct ArrowSchema *to, const char *name)
{
	struct ArrowSchema item;

	if (make_struct(&item, "item", span_fields, SPAN_FIELDS) != 0)
		return -1;
	return arrow_make_schema(to, "+l", name, ARROW_FLAG_NULLABLE, &item, 1);
}

/* The array. */

static int64_t
field_of(const struct dedup_removal *r, const char *name)
{
	switch (name[0]) {
	case 'o':
		return (int64_t)r->unit_begin;
	case 'd':
		return (int64_t)r->documents;
	case 's':
		return strcmp(name, "separator_offset") == 0 ?
		       (int64_t)spans_blank(r).offset :
		       (int64_t)spans_blank(r).length;
	default:
		return strcmp(name, "line") == 0 ? (int64_t)r->line :
			(int64_t)(r->unit_end - r->unit_begin);
	}
}

static int64_t
witness_field(const struct dedup_removal *r, const char *name)
{
	return name[0] == 'd' ? (int64_t)r->witness.document :
	       name[0] == 'o' ? (int64_t)r->witness.offset :
				(int64_t)r->witness.line;
}

static bool
is_known(const struct dedup_removal *r)
{
	return r->witness.document != UINT64_MAX;
}

/* One buffer of values; it is moved. */
static int
make_values(struct ArrowArray *to, const struct spans *s, void *values,
	    uint8_t *valid)
{
	void *buffers[] = { valid, values };

	if (values != NULL)
		return arrow_make_array(to, (int64_t)s->n,
					valid != NULL ? -1 : 0, buffers, 2,
					NULL, 0, NULL);
	free(valid);
	return -1;
}

static int
make_numbers(struct ArrowArray *to, const struct spans *s, const char *name,
	     bool of_witness)
{
	int64_t *v = malloc((s->n + 1) * sizeof(*v));
	uint8_t *valid = of_witness ? arrow_bitmap(s->n) : NULL;

	if (v == NULL || (of_witness && valid == NULL)) {
		free(v);
		free(valid);
		return -1;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct dedup_removal *r = &s->removal[i];

		v[i] = of_witness ? witness_field(r, name) : field_of(r, name);
		if (of_witness && !is_known(r))
			arrow_clear_bit(valid, (int64_t)i);
	}
	return make_values(to, s, v, valid);
}

static int
make_tables(struct ArrowArray *to, const struct spans *s)
{
	int32_t *v = malloc((s->n + 1) * sizeof(*v));

	for (size_t i = 0; i < s->n && v != NULL; i++)
		v[i] = (int32_t)s->removal[i].witness.table;
	return make_values(to, s, v, NULL);
}

static int
make_resemblances(struct ArrowArray *to, const struct spans *s)
{
	double *v = malloc((s->n + 1) * sizeof(*v));

	for (size_t i = 0; i < s->n && v != NULL; i++)
		v[i] = s->removal[i].resemblance;
	return make_values(to, s, v, NULL);
}

static int
make_reasons(struct ArrowArray *to, const struct spans *s)
{
	int32_t *at = malloc((s->n + 1) * sizeof(*at));
	size_t len = 0;
	char *text;

	for (size_t i = 0; i < s->n; i++)
		len += strlen(dedup_reason_name(s->removal[i].reason));
	text = malloc(len + 1);
	if (at == NULL || text == NULL || len > INT32_MAX) {
		free(at);
		free(text);
		return -1;
	}
	at[0] = 0;
	for (size_t i = 0; i < s->n; i++) {
		const char *name = dedup_reason_name(s->removal[i].reason);

		at[i + 1] = at[i] + (int32_t)strlen(name);
		memcpy(text + at[i], name, strlen(name));
	}
	void *buffers[] = { NULL, at, text };
	return arrow_make_array(to, (int64_t)s->n, 0, buffers, 3, NULL, 0,
				NULL);
}

static int
make_witnesses(struct ArrowArray *to, const struct spans *s);

static int
make_field(struct ArrowArray *to, const struct spans *s, const struct field *f,
	   bool of_witness)
{
	if (strcmp(f->format, "l") == 0)
		return make_numbers(to, s, f->name, of_witness);
	if (strcmp(f->format, "i") == 0)
		return make_tables(to, s);
	if (strcmp(f->format, "u") == 0)
		return make_reasons(to, s);
	if (strcmp(f->format, "g") == 0)
		return make_resemblances(to, s);
	return make_witnesses(to, s);
}

static int
make_fields(struct ArrowArray *to, const struct spans *s,
	    const struct field *field, size_t n, bool of_witness)
{
	struct ArrowArray child[SPAN_FIELDS];
	void *none[] = { NULL };

	for (size_t i = 0; i < n; i++) {
		if (make_field(&child[i], s, &field[i], of_witness) == 0)
			continue;
		while (i-- > 0)
			child[i].release(&child[i]);
		return -1;
	}
	return arrow_make_array(to, (int64_t)s->n, 0, none, 1, child, n, NULL);
}

static int
make_witnesses(struct ArrowArray *to, const struct spans *s)
{
	return make_fields(to, s, witness_fields, WITNESS_FIELDS, true);
}

int
spans_array(struct ArrowArray *to, const struct spans *s)
{
	int32_t *at = calloc(s->nrows + 1, sizeof(*at));
	struct ArrowArray item;

	if (at == NULL || s->n > INT32_MAX ||
	    make_fields(&item, s, span_fields, SPAN_FIELDS, false) != 0) {
		free(at);
		return -1;
	}
	for (size_t i = 0; i < s->nrows; i++)
		at[i + 1] = (int32_t)s->end[i];
	void *buffers[] = { NULL, at };
	return arrow_make_array(to, (int64_t)s->nrows, 0, buffers, 2, &item, 1,
				NULL);
}
