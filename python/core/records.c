/* Which column a name means, and the texts of its rows. */
#include "records.h"

#include <stdlib.h>
#include <string.h>

static const char *
type_name(const struct ArrowSchema *s)
{
	static const struct {
		const char *format, *name;
	} types[] = {
		{ "n", "null" }, { "b", "bool" }, { "c", "int8" },
		{ "C", "uint8" }, { "s", "int16" }, { "S", "uint16" },
		{ "i", "int32" }, { "I", "uint32" }, { "l", "int64" },
		{ "L", "uint64" }, { "e", "halffloat" }, { "f", "float" },
		{ "g", "double" }, { "z", "binary" }, { "Z", "large_binary" },
		{ "vz", "binary_view" }, { "u", "string" },
		{ "U", "large_string" }, { "vu", "string_view" },
		{ "+l", "list" }, { "+L", "large_list" },
		{ "+vl", "list_view" }, { "+vL", "large_list_view" },
		{ "+s", "struct" }, { "+m", "map" },
		{ "+r", "run_end_encoded" }, { "tdD", "date32" },
		{ "tdm", "date64" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].format, s->format) == 0)
			return types[i].name;
	return s->format[0] == 'd' ? "decimal" :
	       strncmp(s->format, "ts", 2) == 0 ? "timestamp" :
	       strncmp(s->format, "+w", 2) == 0 ? "fixed_size_list" :
	       s->format[0] == 'w' ? "fixed_size_binary" : s->format;
}

/* Errors. */

static void
raise_no_column(const struct ArrowSchema *s, const char *name)
{
	PyObject *list = PyList_New(0), *comma = PyUnicode_FromString(", ");
	PyObject *all = NULL;

	for (int64_t i = 0; list != NULL && i < s->n_children; i++) {
		PyObject *one = PyUnicode_FromString(s->children[i]->name);

		if (one != NULL)
			PyList_Append(list, one);
		Py_XDECREF(one);
	}
	if (list != NULL && comma != NULL)
		all = PyUnicode_Join(comma, list);
	if (all != NULL)
		PyErr_Format(PyExc_KeyError, "no column '%s'; there are: %U",
			     name, all);
	Py_XDECREF(list);
	Py_XDECREF(comma);
	Py_XDECREF(all);
}

static void
raise_type(const struct ArrowSchema *s, const char *name)
{
	PyErr_Format(PyExc_TypeError, "column '%s' is %s%s: it has to be of "
		     "strings or binary, or of lists of these; a struct's field "
		     "is named with a dot", name,
		     s->dictionary != NULL ? "a dictionary of " : "",
		     type_name(s->dictionary != NULL ? s->dictionary : s));
}

/* Finding it. */

static bool
is_list(const struct ArrowSchema *s, struct step *step)
{
	*step = (struct step){ .is_list = true };
	if (strcmp(s->format, "+l") == 0 || strcmp(s->format, "+L") == 0) {
		step->kind = s->format[1];
	} else if (strncmp(s->format, "+w:", 3) == 0) {
		step->kind = 'w';
		step->size = strtoll(s->format + 3, NULL, 10);
	}
	return step->kind != 0 && s->n_children == 1;
}

/* What is left of a name below a field of that name; NULL: it is another. */
static const char *
below(const char *name, const char *field)
{
	size_t len = strlen(field);

	return strncmp(name, field, len) != 0 ? NULL :
	       name[len] == '\0' ? name + len :
	       name[len] == '.' ? name + len + 1 : NULL;
}

/*
 * The field of a struct that a name begins with: its number, or -1 with an
 * exception.  A field "a.b" is found before the field "b" of "a".
 */
static int64_t
find_field(const struct ArrowSchema *s, const char *name, const char **rest)
{
	int64_t found = -1;
	size_t longest = 0, n = 0;

	for (int64_t i = 0; i < s->n_children; i++) {
		const char *field = s->children[i]->name;
		const char *left = below(name, field);

		if (left == NULL || (n > 0 && strlen(field) < longest))
			continue;
		n = strlen(field) == longest ? n + 1 : 1;
		longest = strlen(field);
		found = i;
		*rest = left;
	}
	if (found < 0)
		raise_no_column(s, name);
	else if (n > 1)
		PyErr_Format(PyExc_ValueError, "there are %zu columns '%s'", n,
			     s->children[found]->name);
	return n > 1 ? -1 : found;
}

static int
add_step(struct choice *c, struct step step)
{
	if (c->depth == RECORDS_DEPTH) {
		PyErr_SetString(PyExc_TypeError, "the column is in too many "
				"structs");
		return -1;
	}
	c->step[c->depth++] = step;
	return 0;
}

int
records_choose(struct choice *c, const struct ArrowSchema *s, const char *name)
{
	const char *rest = name;
	bool in_list = false;
	struct step step;

	*c = (struct choice){ .depth = 0 };
	for (;;) {
		if (strcmp(s->format, "+s") == 0 && *rest != '\0') {
			int64_t i = find_field(s, rest, &rest);

			if (i < 0)
				return -1;
			step = (struct step){ .child = (size_t)i };
		} else if (in_list || !is_list(s, &step)) {
			break;
		} else {
			in_list = true;
		}
		if (add_step(c, step) != 0)
			return -1;
		s = s->children[step.child];
	}
	c->schema = s;
	c->type = column_type_of(s);
	/* If no struct was met, all there is is the column. */
	if (rest != name && *rest != '\0')
		PyErr_Format(PyExc_KeyError, "no column '%s': '%s' is no field "
			     "of a struct", name, rest);
	else if (c->type.layout == LAYOUT_NONE)
		raise_type(s, name);
	else
		return 0;
	return -1;
}

int
records_schema(struct ArrowSchema *to, const struct choice *c,
	       const struct ArrowSchema *from)
{
	const char *format = column_new_format(c->type);
	struct ArrowSchema *at = to, texts;

	if (format == NULL || c->depth == 0)
		return arrow_copy_schema(to, from, format);
	if (arrow_copy_schema(to, from, NULL) != 0)
		return -1;
	if (arrow_copy_schema(&texts, c->schema, format) != 0) {
		to->release(to);
		return -1;
	}
	for (size_t i = 0; i < c->depth; i++)
		at = at->children[c->step[i].child];
	at->release(at);
	*at = texts;
	return 0;
}

/* Rows. */

static int64_t
list_offset(const struct records *r, int64_t place)
{
	const void *offsets;

	if (r->list->kind == 'w')
		return place * r->list->size;
	offsets = r->lists.array->buffers[1];
	return r->list->kind == 'L' ? ((const int64_t *)offsets)[place] :
				      ((const int32_t *)offsets)[place];
}

static const char *
array_fault(const struct ArrowArray *a)
{
	return a == NULL ? "it has too few columns" :
	       a->length < 0 || a->offset < 0 ||
	       a->offset > INT64_MAX - a->length ? "it has no extent" : NULL;
}

/* Of the lists of rows: are their offsets those of items that are there? */
static const char *
lists_fault(const struct records *r, const struct ArrowArray *items)
{
	const struct ArrowArray *a = r->lists.array;
	int64_t last = 0;

	if (r->n > 0 && r->list->kind != 'w' &&
	    (a->n_buffers < 2 || a->buffers == NULL || a->buffers[1] == NULL))
		return "a list has no offsets";
	if (r->list->kind == 'w' && (r->list->size < 0 || (r->list->size > 0 &&
	    r->lists.base + r->n > INT64_MAX / r->list->size)))
		return "a list has no size";
	for (int64_t i = 0; i <= r->n && r->n > 0; i++) {
		int64_t next = list_offset(r, r->lists.base + i);

		if (next < last)
			return "offsets of a list decrease";
		last = next;
	}
	return last > items->length ? "a list is past its items" : NULL;
}

/* One step down: 'at' becomes the child, of which rows begin at *base. */
static const char *
descend(struct records *r, const struct step *step,
	const struct ArrowArray **at, int64_t *base)
{
	const struct ArrowArray *a = *at, *child;
	const char *fault;

	if (a->n_children <= (int64_t)step->child || a->children == NULL)
		return "it has too few columns";
	child = a->children[step->child];
	fault = array_fault(child);
	if (fault != NULL)
		return fault;
	*at = child;
	if (!step->is_list) {
		if (r->list == NULL)
			r->above[r->nabove++] = (struct level){ a, *base };
		else
			r->inside[r->ninside++] = (struct level){ a, *base };
		/* What is left of the child has to be checked as such. */
		if (*base + r->texts.n > child->length)
			return "it has too few rows";
		*base += child->offset;
		return NULL;
	}
	r->list = step;
	r->lists = (struct level){ a, *base };
	fault = lists_fault(r, child);
	if (fault != NULL)
		return fault;
	r->first = r->n > 0 ? list_offset(r, *base) : 0;
	r->texts.n = r->n > 0 ? list_offset(r, *base + r->n) - r->first : 0;
	*base = child->offset + r->first;
	return NULL;
}

int
records_open(struct records *r, const struct choice *c,
	     const struct ArrowArray *a)
{
	const char *fault = array_fault(a);
	int64_t base;

	*r = (struct records){ .n = fault == NULL ? a->length : 0 };
	r->texts.n = r->n;
	base = a->offset;
	for (size_t i = 0; i < c->depth && fault == NULL; i++)
		fault = descend(r, &c->step[i], &a, &base);
	if (fault == NULL) {
		r->texts.type = c->type;
		r->texts.array = a;
		r->texts.begin = base - a->offset;
		fault = column_fault(&r->texts);
	}
	if (fault == NULL)
		return 0;
	PyErr_Format(PyExc_ValueError, "malformed Arrow data: %s", fault);
	return -1;
}

static bool
is_hidden(const struct level *level, size_t n, int64_t i)
{
	for (size_t k = 0; k < n; k++)
		if (column_is_null(level[k].array, level[k].base + i))
			return true;
	return false;
}

bool
records_row(const struct records *r, int64_t row, int64_t *begin, int64_t *end)
{
	if (is_hidden(r->above, r->nabove, row))
		return false;
	*begin = row;
	*end = row + 1;
	if (r->list == NULL)
		return true;
	if (column_is_null(r->lists.array, r->lists.base + row))
		return false;
	*begin = list_offset(r, r->lists.base + row) - r->first;
	*end = list_offset(r, r->lists.base + row + 1) - r->first;
	return true;
}

bool
records_text(const struct records *r, int64_t i, struct dedup_text *text)
{
	return !is_hidden(r->inside, r->ninside, i) &&
	       column_text(&r->texts, i, text);
}
