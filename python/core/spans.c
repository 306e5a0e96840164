/*
 * Spans.
 *
 *	list<struct<offset, length, line: int64, reason: string,
 *		    resemblance: double,
 *		    witness: struct<document, offset, line: int64, table: int32>,
 *		    documents, separator_offset, separator_length: int64>>
 *
 * Of a witness that is known from the counts of a table only, document, offset
 * and line are null.  A table of removals has the same in columns of its own,
 * with the row, and the text that is removed.
 */
#include "spans.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

/* The texts of the last 'n' removals: 0, or -1. */
static int
add_texts(struct spans *s, uint64_t row, const char *text, size_t n)
{
	if (array_room(&s->row, &s->row_room, s->n + 1, sizeof(*s->row)) != 0 ||
	    array_room(&s->text_end, &s->text_end_room, s->n + 1,
		       sizeof(*s->text_end)) != 0)
		return -1;
	for (size_t i = s->n - n; i < s->n; i++) {
		const struct dedup_removal *r = &s->removal[i];
		size_t len = (size_t)(r->unit_end - r->unit_begin);

		if (array_room(&s->text, &s->text_room, s->text_len + len,
			       1) != 0)
			return -1;
		memcpy(s->text + s->text_len, text + r->unit_begin, len);
		s->text_len += len;
		s->text_end[i] = (int64_t)s->text_len;
		s->row[i] = row;
	}
	return 0;
}

int
spans_add_row(struct spans *s, uint64_t row, const char *text,
	      const struct dedup_removal *r, size_t n)
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
	return s->with_texts ? add_texts(s, row, text, n) : 0;
}

int
spans_add_null(struct spans *s)
{
	return spans_add_row(s, 0, NULL, NULL, 0);
}

void
spans_free(struct spans *s)
{
	free(s->removal);
	free(s->end);
	free(s->row);
	free(s->text_end);
	free(s->text);
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

/* The types. */

enum value {
	ROW, OFFSET, LENGTH, LINE, REASON, RESEMBLANCE, WITNESS, DOCUMENTS,
	BLANK_OFFSET, BLANK_LENGTH, TEXT, COPY_ROW, COPY_OFFSET, COPY_LINE,
	COPY_TABLE,
};

struct field {
	const char *name, *format;
	enum value value;
};

enum { WITNESS_FIELDS = 4, SPAN_FIELDS = 9, TABLE_FIELDS = 12 };

static const struct field witness_fields[WITNESS_FIELDS] = {
	{ "document", "l", COPY_ROW }, { "offset", "l", COPY_OFFSET },
	{ "line", "l", COPY_LINE }, { "table", "i", COPY_TABLE },
};

static const struct field span_fields[SPAN_FIELDS] = {
	{ "offset", "l", OFFSET }, { "length", "l", LENGTH },
	{ "line", "l", LINE }, { "reason", "u", REASON },
	{ "resemblance", "g", RESEMBLANCE }, { "witness", "+s", WITNESS },
	{ "documents", "l", DOCUMENTS },
	{ "separator_offset", "l", BLANK_OFFSET },
	{ "separator_length", "l", BLANK_LENGTH },
};

static const struct field table_fields[TABLE_FIELDS] = {
	{ "row", "l", ROW }, { "offset", "l", OFFSET },
	{ "length", "l", LENGTH }, { "line", "l", LINE },
	{ "reason", "u", REASON }, { "similarity", "g", RESEMBLANCE },
	{ "copy_row", "l", COPY_ROW }, { "copy_offset", "l", COPY_OFFSET },
	{ "copy_line", "l", COPY_LINE }, { "copy_table", "i", COPY_TABLE },
	{ "documents", "l", DOCUMENTS }, { "text", "U", TEXT },
};

static int
make_struct(struct ArrowSchema *to, const char *name,
	    const struct field *field, size_t n, bool binary)
{
	struct ArrowSchema child[TABLE_FIELDS] = { { .format = NULL } };

	for (size_t i = 0; i < n; i++) {
		const char *format = binary && field[i].value == TEXT ? "Z" :
				     field[i].format;
		int got = field[i].value == WITNESS ?
			make_struct(&child[i], field[i].name, witness_fields,
				    WITNESS_FIELDS, binary) :
			arrow_make_schema(&child[i], format, field[i].name,
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

	if (make_struct(&item, "item", span_fields, SPAN_FIELDS, false) != 0)
		return -1;
	return arrow_make_schema(to, "+l", name, ARROW_FLAG_NULLABLE, &item, 1);
}

int
spans_table_schema(struct ArrowSchema *to, bool binary)
{
	return make_struct(to, "", table_fields, TABLE_FIELDS, binary);
}

/* Arrays. */

/* A number of removal i; false: it is not known. */
static bool
number_of(const struct spans *s, size_t i, enum value value, int64_t *to)
{
	const struct dedup_removal *r = &s->removal[i];
	bool known = r->witness.document != UINT64_MAX;
	uint64_t n = 0;

	switch (value) {
	case ROW:
		n = s->row[i];
		break;
	case OFFSET:
		n = r->unit_begin;
		break;
	case LENGTH:
		n = r->unit_end - r->unit_begin;
		break;
	case LINE:
		n = r->line;
		break;
	case DOCUMENTS:
		n = r->documents;
		break;
	case BLANK_OFFSET:
		n = spans_blank(r).offset;
		break;
	case BLANK_LENGTH:
		n = spans_blank(r).length;
		break;
	case COPY_ROW:
		n = r->witness.document;
		break;
	case COPY_OFFSET:
		n = r->witness.offset;
		break;
	case COPY_LINE:
		n = r->witness.line;
		break;
	default:
		break;
	}
	*to = (int64_t)n;
	return known || value < COPY_ROW;
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
make_numbers(struct ArrowArray *to, const struct spans *s, enum value value)
{
	int64_t *v = malloc((s->n + 1) * sizeof(*v));
	uint8_t *valid = value >= COPY_ROW ? arrow_bitmap(s->n) : NULL;

	if (v == NULL || (value >= COPY_ROW && valid == NULL)) {
		free(v);
		free(valid);
		return -1;
	}
	for (size_t i = 0; i < s->n; i++)
		if (!number_of(s, i, value, &v[i]))
			arrow_clear_bit(valid, (int64_t)i);
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

/* The texts are moved. */
static int
make_texts(struct ArrowArray *to, struct spans *s)
{
	int64_t *at = calloc(s->n + 1, sizeof(*at));

	if (at == NULL || array_room(&s->text, &s->text_room, 1, 1) != 0) {
		free(at);
		return -1;
	}
	if (s->n > 0)
		memcpy(at + 1, s->text_end, s->n * sizeof(*at));
	void *buffers[] = { NULL, at, s->text };
	s->text = NULL;
	s->text_len = s->text_room = 0;
	return arrow_make_array(to, (int64_t)s->n, 0, buffers, 3, NULL, 0,
				NULL);
}

static int
make_fields(struct ArrowArray *to, struct spans *s, const struct field *field,
	    size_t n);

static int
make_field(struct ArrowArray *to, struct spans *s, enum value value)
{
	switch (value) {
	case REASON:
		return make_reasons(to, s);
	case RESEMBLANCE:
		return make_resemblances(to, s);
	case WITNESS:
		return make_fields(to, s, witness_fields, WITNESS_FIELDS);
	case TEXT:
		return make_texts(to, s);
	case COPY_TABLE:
		return make_tables(to, s);
	default:
		return make_numbers(to, s, value);
	}
}

static int
make_fields(struct ArrowArray *to, struct spans *s, const struct field *field,
	    size_t n)
{
	struct ArrowArray child[TABLE_FIELDS];
	void *none[] = { NULL };

	for (size_t i = 0; i < n; i++) {
		if (make_field(&child[i], s, field[i].value) == 0)
			continue;
		while (i-- > 0)
			child[i].release(&child[i]);
		return -1;
	}
	return arrow_make_array(to, (int64_t)s->n, 0, none, 1, child, n, NULL);
}

int
spans_table(struct ArrowArray *to, struct spans *s)
{
	return make_fields(to, s, table_fields, TABLE_FIELDS);
}

int
spans_array(struct ArrowArray *to, struct spans *s)
{
	int32_t *at = calloc(s->nrows + 1, sizeof(*at));
	struct ArrowArray item;

	if (at == NULL || s->n > INT32_MAX ||
	    make_fields(&item, s, span_fields, SPAN_FIELDS) != 0) {
		free(at);
		return -1;
	}
	for (size_t i = 0; i < s->nrows; i++)
		at[i + 1] = (int32_t)s->end[i];
	void *buffers[] = { NULL, at };
	return arrow_make_array(to, (int64_t)s->nrows, 0, buffers, 2, &item, 1,
				NULL);
}
