/* Columns of strings that others made: their types, faults and texts. */
#include "column.h"

#include <string.h>

struct column_type
column_type_of(const struct ArrowSchema *s)
{
	const char *format = s->dictionary != NULL ? s->dictionary->format :
			     s->format;
	struct column_type type = { LAYOUT_NONE, 0 };

	if (strcmp(format, "u") == 0 || strcmp(format, "z") == 0)
		type.layout = LAYOUT_UTF8;
	else if (strcmp(format, "U") == 0 || strcmp(format, "Z") == 0)
		type.layout = LAYOUT_LARGE_UTF8;
	else if (strcmp(format, "vu") == 0 || strcmp(format, "vz") == 0)
		type.layout = LAYOUT_VIEW;
	else if (strcmp(format, "n") == 0 && s->dictionary == NULL)
		type.layout = LAYOUT_NULL;
	if (s->dictionary != NULL)
		type.index = s->format[0];
	return type;
}

bool
column_is_binary(const struct ArrowSchema *s)
{
	const char *format = s->dictionary != NULL ? s->dictionary->format :
			     s->format;

	return strcmp(format, "z") == 0 || strcmp(format, "Z") == 0 ||
	       strcmp(format, "vz") == 0;
}

const char *
column_new_format(struct column_type type)
{
	return type.index != 0 && strchr("cCsS", type.index) != NULL ? "i"
								      : NULL;
}

bool
column_is_null(const struct ArrowArray *a, int64_t i)
{
	return a->null_count != 0 && a->n_buffers > 0 &&
	       !arrow_bit(a->buffers[0], i);
}

/* Texts at place i of an array, which is not null. */
static struct dedup_text
text_at(const struct ArrowArray *a, enum layout layout, int64_t i)
{
	struct dedup_text text = { "", 0 };

	if (layout == LAYOUT_UTF8) {
		const int32_t *at = (const int32_t *)a->buffers[1] + i;

		text.len = (size_t)(at[1] - at[0]);
		if (text.len > 0)
			text.text = (const char *)a->buffers[2] + at[0];
	} else if (layout == LAYOUT_LARGE_UTF8) {
		const int64_t *at = (const int64_t *)a->buffers[1] + i;

		text.len = (size_t)(at[1] - at[0]);
		if (text.len > 0)
			text.text = (const char *)a->buffers[2] + at[0];
	} else {
		const struct view *v = (const struct view *)a->buffers[1] + i;

		text.len = (size_t)v->len;
		text.text = v->len <= VIEW_INLINE ? v->head :
			    (const char *)a->buffers[2 + v->buffer] +
			    v->offset;
	}
	return text;
}

static int64_t
index_at(const struct ArrowArray *a, char format, int64_t i)
{
	const void *p = a->buffers[1];

	switch (format) {
	case 'c':
		return ((const int8_t *)p)[i];
	case 'C':
		return ((const uint8_t *)p)[i];
	case 's':
		return ((const int16_t *)p)[i];
	case 'S':
		return ((const uint16_t *)p)[i];
	case 'i':
		return ((const int32_t *)p)[i];
	case 'I':
		return ((const uint32_t *)p)[i];
	default:
		return ((const int64_t *)p)[i];
	}
}

/* The texts of rows 'from' to 'to', counted from the beginning of buffers. */

static const char *
offsets_fault(const struct ArrowArray *a, bool large, int64_t from, int64_t to)
{
	const int64_t *wide = a->buffers[1];
	const int32_t *narrow = a->buffers[1];
	int64_t first, last;

	if (wide == NULL)
		return "it has no offsets";
	first = last = large ? wide[from] : narrow[from];
	if (first < 0)
		return "an offset is negative";
	for (int64_t i = from; i < to; i++) {
		int64_t next = large ? wide[i + 1] : narrow[i + 1];

		if (next < last)
			return "offsets decrease";
		last = next;
	}
	return last > first && a->buffers[2] == NULL ? "it has no bytes" : NULL;
}

static const char *
views_fault(const struct ArrowArray *a, int64_t from, int64_t to)
{
	const struct view *v = a->buffers[1];
	int64_t n = a->n_buffers - 3;
	const int64_t *sizes = a->buffers[a->n_buffers - 1];

	if (v == NULL)
		return "it has no views";
	for (int64_t i = from; i < to; i++) {
		if (column_is_null(a, i))
			continue;
		if (v[i].len < 0)
			return "the length of a view is negative";
		if (v[i].len <= VIEW_INLINE)
			continue;
		if (v[i].buffer < 0 || v[i].buffer >= n || sizes == NULL ||
		    a->buffers[2 + v[i].buffer] == NULL)
			return "a view has no buffer";
		if (v[i].offset < 0 ||
		    v[i].offset > sizes[v[i].buffer] - v[i].len)
			return "a view is past its buffer";
	}
	return NULL;
}

static const char *
texts_fault(const struct ArrowArray *a, enum layout layout, int64_t from,
	    int64_t to)
{
	if (from == to)
		return NULL;
	if (a->buffers == NULL || a->n_buffers < 3)
		return "it has too few buffers";
	return layout == LAYOUT_VIEW ? views_fault(a, from, to) :
	       offsets_fault(a, layout == LAYOUT_LARGE_UTF8, from, to);
}

static const char *
extent_fault(const struct ArrowArray *a)
{
	return a->length < 0 || a->offset < 0 ||
	       a->offset > INT64_MAX - a->length ? "it has no extent" : NULL;
}

static const char *
indices_fault(const struct ArrowArray *a, char format, int64_t from, int64_t to)
{
	if (from == to)
		return NULL;
	if (a->buffers == NULL || a->n_buffers < 2 || a->buffers[1] == NULL)
		return "it has no indices";
	for (int64_t i = from; i < to; i++) {
		int64_t at;

		if (column_is_null(a, i))
			continue;
		at = index_at(a, format, i);
		if (at < 0 || at >= a->dictionary->length)
			return "an index is past its dictionary";
	}
	return NULL;
}

const char *
column_fault(const struct column *c)
{
	const struct ArrowArray *a = c->array, *texts = a->dictionary;
	const char *fault = extent_fault(a);
	int64_t from, to;

	if (fault != NULL)
		return fault;
	if (c->begin < 0 || c->n < 0 || c->n > a->length ||
	    c->begin > a->length - c->n)
		return "it has too few rows";
	if (c->type.layout == LAYOUT_NULL)
		return NULL;
	from = a->offset + c->begin;
	to = from + c->n;
	if (c->type.index == 0)
		return texts_fault(a, c->type.layout, from, to);
	if (texts == NULL)
		return "it has no dictionary";
	fault = extent_fault(texts);
	if (fault == NULL)
		fault = texts_fault(texts, c->type.layout, texts->offset,
				    texts->offset + texts->length);
	return fault != NULL ? fault :
	       indices_fault(a, c->type.index, from, to);
}

bool
column_text(const struct column *c, int64_t row, struct dedup_text *text)
{
	const struct ArrowArray *a = c->array;
	int64_t i = a->offset + c->begin + row;

	if (c->type.layout == LAYOUT_NULL || column_is_null(a, i))
		return false;
	if (c->type.index != 0) {
		i = index_at(a, c->type.index, i);
		a = a->dictionary;
		i += a->offset;
		if (column_is_null(a, i))
			return false;
	}
	*text = text_at(a, c->type.layout, i);
	return true;
}
