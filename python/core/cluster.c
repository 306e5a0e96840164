/*
 * A corpus in parts: the calls of dedup.h for it, over texts and blobs that are
 * bytes.  Texts are the two buffers of an Arrow large_string: offsets of 64
 * bits, and bytes.  Nobody holds the GIL while texts are read.
 *
 * Removals are bytes too: REMOVAL_COLUMNS columns of n numbers of 64 bits.
 */
#include "core.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

enum { REMOVAL_ROW, REMOVAL_BEGIN, REMOVAL_END, REMOVAL_UNIT_BEGIN,
       REMOVAL_UNIT_END, REMOVAL_LINE, REMOVAL_REASON, REMOVAL_RESEMBLANCE,
       REMOVAL_DOCUMENT, REMOVAL_OFFSET, REMOVAL_WITNESS_LINE,
       REMOVAL_COLUMNS };

/* Texts that others hold, as documents. */
struct texts {
	Py_buffer offsets, data;
	struct dedup_text *text;
	size_t n;
};

static void
texts_close(struct texts *t)
{
	if (t->offsets.obj != NULL)
		PyBuffer_Release(&t->offsets);
	if (t->data.obj != NULL)
		PyBuffer_Release(&t->data);
	free(t->text);
}

/* 0, or -1 with an exception; to be closed in any case. */
static int
texts_open(struct texts *t, PyObject *offsets, PyObject *data)
{
	int64_t from, to;

	*t = (struct texts){ .n = 0 };
	if (PyObject_GetBuffer(offsets, &t->offsets, PyBUF_SIMPLE) != 0 ||
	    PyObject_GetBuffer(data, &t->data, PyBUF_SIMPLE) != 0)
		return -1;
	if (t->offsets.len >= (Py_ssize_t)sizeof(to))
		t->n = (size_t)t->offsets.len / sizeof(to) - 1;
	t->text = malloc((t->n + 1) * sizeof(*t->text));
	if (t->text == NULL)
		return core_no_memory();
	for (size_t i = 0; i < t->n; i++) {
		const char *p = (const char *)t->offsets.buf + i * sizeof(to);

		memcpy(&from, p, sizeof(from));
		memcpy(&to, p + sizeof(from), sizeof(to));
		if (from < 0 || from > to || to > t->data.len) {
			PyErr_SetString(PyExc_ValueError, "malformed Arrow "
					"data: offsets");
			return -1;
		}
		t->text[i] = (struct dedup_text){
			(const char *)t->data.buf + from, (size_t)(to - from),
		};
	}
	return 0;
}

/* What a call collects without the GIL: blobs, with a number each. */
struct made_blobs {
	struct made_blob {
		uint32_t to;
		char *p;
		size_t len;
	} *one;
	size_t n, room;
};

static int
add_blob(struct made_blobs *b, uint32_t to, const void *p, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy == NULL ||
	    array_room(&b->one, &b->room, b->n + 1, sizeof(*b->one)) != 0) {
		free(copy);
		return -1;
	}
	memcpy(copy, p, len);
	b->one[b->n++] = (struct made_blob){ to, copy, len };
	return 0;
}

static void
blobs_free(struct made_blobs *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->one[i].p);
	free(b->one);
}

/* As a dict of numbers and bytes. */
static PyObject *
blobs_dict(const struct made_blobs *b)
{
	PyObject *dict = PyDict_New();

	for (size_t i = 0; dict != NULL && i < b->n; i++) {
		PyObject *to = PyLong_FromUnsignedLong(b->one[i].to);
		PyObject *bytes = PyBytes_FromStringAndSize(b->one[i].p,
			(Py_ssize_t)b->one[i].len);

		if (to == NULL || bytes == NULL ||
		    PyDict_SetItem(dict, to, bytes) != 0)
			Py_CLEAR(dict);
		Py_XDECREF(to);
		Py_XDECREF(bytes);
	}
	return dict;
}

/* A list of bytes; they live as long as the list. */
static struct dedup_text *
blobs_of(PyObject *list, size_t *n)
{
	struct dedup_text *to;

	*n = (size_t)PyList_Size(list);
	to = malloc((*n + 1) * sizeof(*to));
	if (to == NULL) {
		PyErr_NoMemory();
		return NULL;
	}
	for (size_t i = 0; i < *n; i++) {
		PyObject *one = PyList_GetItem(list, (Py_ssize_t)i);
		Py_ssize_t len;
		char *p;

		if (PyBytes_AsStringAndSize(one, &p, &len) != 0) {
			free(to);
			return NULL;
		}
		to[i] = (struct dedup_text){ p, (size_t)len };
	}
	return to;
}

static PyObject *
raise(enum dedup_status st, const char *why)
{
	if (st == DEDUP_ENOMEM || st == DEDUP_ESTOP)
		return PyErr_NoMemory();
	PyErr_SetString(st == DEDUP_EINVAL ? PyExc_ValueError :
			PyExc_RuntimeError,
			why[0] != '\0' ? why : dedup_strerror(st));
	return NULL;
}

/* Numbers of a call's removals, one removal after another. */
struct removals {
	uint64_t (*one)[REMOVAL_COLUMNS];
	size_t n, room;
};

/* A split that is read. */
struct reading {
	struct dedup *d;
	struct dedup_options opt;
	struct dedup_split split;
	struct texts texts, reference;
	struct made_blobs blobs;
	struct removals removals;
	char why[DEDUP_WHY];
};

static void
reading_close(struct reading *r)
{
	dedup_free(r->d);
	texts_close(&r->texts);
	texts_close(&r->reference);
	blobs_free(&r->blobs);
	free(r->removals.one);
}

/* What all calls that read a split are given. */
struct arguments {
	PyObject *options, *offsets, *data, *reference_offsets, *reference;
	int places;
	const char *secret;
	Py_ssize_t secret_len;
	unsigned long long split, first;
};

/* 0, or -1 with an exception; to be closed in any case. */
static int
reading_open(struct reading *r, const struct arguments *a)
{
	enum dedup_status st;

	dedup_options_init(&r->opt);
	if (options_set(&r->opt, a->options) != 0 ||
	    texts_open(&r->texts, a->offsets, a->data) != 0 ||
	    texts_open(&r->reference, a->reference_offsets, a->reference) != 0)
		return -1;
	r->opt.places = a->places;
	if (a->secret_len != DEDUP_SECRET || a->split >= UINT32_MAX) {
		PyErr_SetString(PyExc_ValueError, "a secret, or a number of a "
				"split, that is none");
		return -1;
	}
	r->split = (struct dedup_split){
		(uint32_t)a->split, r->texts.text, r->texts.n,
	};
	st = dedup_new(&r->opt, &r->d);
	if (st == DEDUP_OK)
		st = dedup_set_secret(r->d, (const unsigned char *)a->secret);
	if (st == DEDUP_OK)
		return 0;
	raise(st, "");
	return -1;
}

/* Without the GIL: reference texts, and the number of the first document. */
static enum dedup_status
begin(struct reading *r, uint64_t first)
{
	struct dedup_verdict v;
	enum dedup_status st = DEDUP_OK;

	if (r->reference.n > 0)
		st = dedup_reference(r->d, true);
	for (size_t i = 0; i < r->reference.n && st == DEDUP_OK; i++)
		st = dedup_document(r->d, r->reference.text[i].text,
				    r->reference.text[i].len, &v);
	if (st == DEDUP_OK && r->reference.n > 0)
		st = dedup_reference(r->d, false);
	return st == DEDUP_OK ? dedup_number(r->d, first + r->reference.n) : st;
}

static int
take_ask(void *arg, unsigned bucket, const void *blob, size_t len)
{
	return add_blob(&((struct reading *)arg)->blobs, bucket, blob, len);
}

static int
take_rows(void *arg, uint32_t asker, const void *blob, size_t len)
{
	return add_blob(&((struct reading *)arg)->blobs, asker, blob, len);
}

/* Documents are counted without the reference ones. */
static int
take_verdict(void *arg, size_t row, const struct dedup_verdict *v)
{
	struct reading *r = arg;
	struct removals *to = &r->removals;

	if (array_room(&to->one, &to->room, to->n + v->nremovals + 1,
		       sizeof(*to->one)) != 0)
		return -1;
	for (size_t i = 0; i < v->nremovals; i++) {
		const struct dedup_removal *x = &v->removals[i];
		uint64_t *o = to->one[to->n++];

		o[REMOVAL_ROW] = row;
		o[REMOVAL_BEGIN] = x->begin;
		o[REMOVAL_END] = x->end;
		o[REMOVAL_UNIT_BEGIN] = x->unit_begin;
		o[REMOVAL_UNIT_END] = x->unit_end;
		o[REMOVAL_LINE] = x->line;
		o[REMOVAL_REASON] = x->reason;
		memcpy(&o[REMOVAL_RESEMBLANCE], &x->resemblance,
		       sizeof(x->resemblance));
		o[REMOVAL_DOCUMENT] = x->witness.document;
		if (x->reason != DEDUP_LISTED)
			o[REMOVAL_DOCUMENT] -= r->reference.n;
		o[REMOVAL_OFFSET] = x->witness.offset;
		o[REMOVAL_WITNESS_LINE] = x->witness.line;
	}
	return 0;
}

static PyObject *
removals_bytes(const struct removals *r)
{
	size_t len = r->n * sizeof(*r->one);
	PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)len);
	char *to = bytes != NULL ? PyBytes_AsString(bytes) : NULL;

	for (size_t k = 0; to != NULL && k < REMOVAL_COLUMNS; k++)
		for (size_t i = 0; i < r->n; i++, to += sizeof(uint64_t))
			memcpy(to, &r->one[i][k], sizeof(uint64_t));
	return bytes;
}

#define ARGUMENTS "O!py#KKOOOO"
#define INTO(a) &PyDict_Type, &(a).options, &(a).places, &(a).secret, \
	&(a).secret_len, &(a).split, &(a).first, &(a).offsets, &(a).data, \
	&(a).reference_offsets, &(a).reference

/* scan(..., buckets, known): the asks by bucket, and removals. */
PyObject *
cluster_scan(PyObject *module, PyObject *args)
{
	struct reading r = { .d = NULL };
	struct arguments a;
	struct dedup_text *known = NULL;
	PyObject *list, *asks, *out = NULL;
	enum dedup_status st;
	unsigned buckets;
	size_t n = 0;

	(void)module;
	if (!PyArg_ParseTuple(args, ARGUMENTS "IO", INTO(a), &buckets, &list))
		return NULL;
	if (reading_open(&r, &a) != 0 ||
	    (PyList_Check(list) && (known = blobs_of(list, &n)) == NULL))
		goto done;
	Py_BEGIN_ALLOW_THREADS
	st = begin(&r, a.first);
	if (st == DEDUP_OK && known != NULL)
		st = dedup_know(r.d, &r.split, known, n, r.why);
	if (st == DEDUP_OK)
		st = dedup_scan(r.d, &r.split, buckets, take_ask, take_verdict,
				&r, r.why);
	Py_END_ALLOW_THREADS
	if (st != DEDUP_OK) {
		raise(st, r.why);
		goto done;
	}
	asks = blobs_dict(&r.blobs);
	if (asks != NULL)
		out = Py_BuildValue("NN", asks, removals_bytes(&r.removals));
done:
	free(known);
	reading_close(&r);
	return out;
}

/* rows(..., links): the rows by who asked. */
PyObject *
cluster_rows(PyObject *module, PyObject *args)
{
	struct reading r = { .d = NULL };
	struct arguments a;
	struct dedup_text *links = NULL;
	PyObject *list, *out = NULL;
	enum dedup_status st;
	size_t n = 0;

	(void)module;
	if (!PyArg_ParseTuple(args, ARGUMENTS "O!", INTO(a), &PyList_Type,
			      &list))
		return NULL;
	if (reading_open(&r, &a) != 0 || (links = blobs_of(list, &n)) == NULL)
		goto done;
	Py_BEGIN_ALLOW_THREADS
	st = begin(&r, a.first);
	if (st == DEDUP_OK)
		st = dedup_rows(r.d, &r.split, links, n, take_rows, &r, r.why);
	Py_END_ALLOW_THREADS
	out = st == DEDUP_OK ? blobs_dict(&r.blobs) : raise(st, r.why);
done:
	free(links);
	reading_close(&r);
	return out;
}

struct matched {
	struct made_blobs links, facts;
};

static int
take_match(void *arg, bool facts, uint32_t split, const void *blob, size_t len)
{
	struct matched *m = arg;

	return add_blob(facts ? &m->facts : &m->links, split, blob, len);
}

/* match(asks): links by owner, and facts by who asked. */
PyObject *
cluster_match(PyObject *module, PyObject *list)
{
	struct matched m = { .links = { .n = 0 } };
	struct dedup_text *asks;
	enum dedup_status st;
	char why[DEDUP_WHY];
	PyObject *out = NULL;
	size_t n;

	(void)module;
	if (!PyList_Check(list)) {
		PyErr_SetString(PyExc_TypeError, "a list of bytes");
		return NULL;
	}
	asks = blobs_of(list, &n);
	if (asks == NULL)
		return NULL;
	Py_BEGIN_ALLOW_THREADS
	st = dedup_match(asks, n, take_match, &m, why);
	Py_END_ALLOW_THREADS
	if (st != DEDUP_OK)
		raise(st, why);
	else
		out = Py_BuildValue("NN", blobs_dict(&m.links),
				    blobs_dict(&m.facts));
	free(asks);
	blobs_free(&m.links);
	blobs_free(&m.facts);
	return out;
}

/* Column k of removals. */
static uint64_t
number_at(const Py_buffer *removals, size_t n, size_t k, size_t i)
{
	uint64_t v;

	memcpy(&v, (const char *)removals->buf + (k * n + i) * sizeof(v),
	       sizeof(v));
	return v;
}

/* Copy what stays of all texts: false if the removals are not of these. */
static bool
cut_all(const struct texts *t, const Py_buffer *removals, int64_t *offsets,
	char *to)
{
	size_t n = (size_t)removals->len / (REMOVAL_COLUMNS * sizeof(uint64_t));
	char *begin = to;
	size_t i = 0;

	offsets[0] = 0;
	for (size_t row = 0; row < t->n; row++) {
		const struct dedup_text *x = &t->text[row];
		size_t at = 0;

		for (; i < n && number_at(removals, n, REMOVAL_ROW, i) == row;
		     i++) {
			uint64_t from, end;

			from = number_at(removals, n, REMOVAL_BEGIN, i);
			end = number_at(removals, n, REMOVAL_END, i);

			if (from < at || end < from || end > x->len)
				return false;
			memcpy(to, x->text + at, from - at);
			to += from - at;
			at = end;
		}
		memcpy(to, x->text + at, x->len - at);
		to += x->len - at;
		offsets[row + 1] = to - begin;
	}
	return i == n;
}

/* cut(offsets, data, removals): offsets and data of what stays. */
PyObject *
cluster_cut(PyObject *module, PyObject *args)
{
	PyObject *offsets, *data, *out = NULL;
	Py_buffer removals;
	struct texts t;
	int64_t *ends = NULL;
	char *to = NULL;
	bool whole = true;

	(void)module;
	if (!PyArg_ParseTuple(args, "OOy*", &offsets, &data, &removals))
		return NULL;
	if (texts_open(&t, offsets, data) != 0)
		goto done;
	ends = malloc((t.n + 1) * sizeof(*ends));
	to = malloc((size_t)t.data.len + 1);
	if (ends == NULL || to == NULL) {
		PyErr_NoMemory();
		goto done;
	}
	Py_BEGIN_ALLOW_THREADS
	whole = cut_all(&t, &removals, ends, to);
	Py_END_ALLOW_THREADS
	if (whole)
		out = Py_BuildValue("y#y#", ends, (Py_ssize_t)((t.n + 1) *
				    sizeof(*ends)), to, (Py_ssize_t)ends[t.n]);
	else
		PyErr_SetString(PyExc_ValueError, "the removals are not those "
				"of these texts");
done:
	free(ends);
	free(to);
	texts_close(&t);
	PyBuffer_Release(&removals);
	return out;
}

/* A secret that nobody knows; of the options only the seed matters. */
PyObject *
cluster_secret(PyObject *module, PyObject *options)
{
	unsigned char secret[DEDUP_SECRET];
	struct dedup_options o;
	struct dedup *d;
	enum dedup_status st;

	(void)module;
	dedup_options_init(&o);
	if (options_set(&o, options) != 0)
		return NULL;
	st = dedup_new(&o, &d);
	if (st != DEDUP_OK)
		return raise(st, "");
	dedup_secret(d, secret);
	dedup_free(d);
	return PyBytes_FromStringAndSize((char *)secret, sizeof(secret));
}
