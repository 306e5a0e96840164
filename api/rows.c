/* The units of a split that others want: see cluster.c. */
#include "cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "order.h"

/* A unit that a split wants of this one. */
struct wanted {
	uint32_t asker;
	uint64_t sum;		/* of the asker's texts */
	uint64_t at;
};

struct row_maker {
	struct dedup *d;
	struct wanted *wanted;	/* ascending by asker, then place */
	size_t n, room;
	uint64_t *at;		/* each place once, ascending, ... */
	size_t *row;		/* ... and where its row begins in 'rows' */
	size_t nat, nrows;
	struct blob rows;
};

static int
by_asker(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return x->asker != y->asker ? order_u64(x->asker, y->asker)
				    : order_u64(x->at, y->at);
}

static int
by_number(const void *a, const void *b)
{
	return order_u64(*(const uint64_t *)a, *(const uint64_t *)b);
}

/* What a blob of links wants: 0, 1: it is damaged, or -1 with ENOMEM. */
static int
take_links(struct row_maker *m, struct blob_reader *r)
{
	for (uint64_t lists = blob_read_count(r, 10); lists > 0; lists--) {
		struct wanted w = { .asker = (uint32_t)blob_read_number(r) };
		uint64_t n;

		w.sum = blob_read_fixed(r, sizeof(w.sum));
		n = blob_read_count(r, 1);
		if (array_room(&m->wanted, &m->room, m->n + n + 1,
			       sizeof(w)) != 0)
			return -1;
		for (; n > 0 && !r->bad; n--) {
			w.at = blob_read_number(r);
			m->wanted[m->n++] = w;
		}
	}
	return !blob_is_done(r);
}

/* Sort what is wanted, and list each place once. */
static int
list_places(struct row_maker *m)
{
	size_t n = 0;

	m->at = malloc((m->n + 1) * sizeof(*m->at));
	m->row = malloc((m->n + 1) * sizeof(*m->row));
	if (m->at == NULL || m->row == NULL)
		return -1;
	for (size_t i = 0; i < m->n; i++)
		m->at[i] = m->wanted[i].at;
	if (m->n > 0) {
		qsort(m->wanted, m->n, sizeof(*m->wanted), by_asker);
		qsort(m->at, m->n, sizeof(*m->at), by_number);
	}
	for (size_t i = 0; i < m->n; i++)
		if (n == 0 || m->at[n - 1] != m->at[i])
			m->at[n++] = m->at[i];
	m->nat = n;
	return 0;
}

static int
put_words(struct row_maker *m, const struct words *w)
{
	struct shingler *s = m->d->own.shingler;
	struct blob *b = &m->rows;
	size_t n = asks_keys(s, w, NULL);
	uint64_t *key;
	int got = -1;

	if (blob_number(b, w->n) != 0 ||
	    blob_bytes(b, &w->digits, sizeof(w->digits)) != 0 ||
	    blob_bytes(b, w->code, w->n * sizeof(*w->code)) != 0 ||
	    blob_bytes(b, w->tag, w->n) != 0 || blob_number(b, n) != 0)
		return -1;
	key = malloc((n + 1) * sizeof(*key));
	if (key == NULL)
		return -1;
	asks_keys(s, w, key);
	got = 0;
	for (size_t i = 0; i < n && got == 0; i++)
		got = blob_bytes(b, &key[i], BUCKETS_BITS / 8);
	free(key);
	return got;
}

static int
make_row(void *arg, const struct asked_unit *u)
{
	struct row_maker *m = arg;
	struct blob *b = &m->rows;
	unsigned char flags = (unsigned char)(
		(u->words ? BLOB_WORDS : 0) | (u->went ? BLOB_WENT : 0) |
		(u->words && u->w->length < SHINGLE_NEAR ? BLOB_SHORT : 0));

	if (m->nrows == m->nat || m->at[m->nrows] != u->at)
		return 0;	/* it is not recorded, or was given */
	m->row[m->nrows++] = b->n;
	return blob_bytes(b, &u->w->fp, sizeof(u->w->fp)) != 0 ||
	       blob_bytes(b, &flags, 1) != 0 ||
	       api_put_place(b, &u->place, m->d->cluster->asks.first) != 0 ||
	       (u->words && put_words(m, u->w) != 0) ? -1 : 0;
}

/* Read those documents that have a wanted unit. */
static enum dedup_status
make_rows(struct row_maker *m, const struct dedup_split *s)
{
	struct dedup *d = m->d;
	struct asks *a = &d->cluster->asks;
	const uint64_t *begin = a->begin;
	enum dedup_status st = DEDUP_OK;
	size_t next = 0;

	a->texts = a->facts = false;
	a->wanted = m->at;
	a->nwanted = m->nat;
	a->give = make_row;
	a->arg = m;
	d->asks = a;
	for (size_t i = 0; i < s->n && next < m->nat && st == DEDUP_OK; i++) {
		struct dedup_verdict v;

		if (m->at[next] >= begin[i + 1])
			continue;
		while (next < m->nat && m->at[next] < begin[i + 1])
			next++;
		d->stats.documents = a->first + i;
		st = dedup_document(d, s->texts[i].text, s->texts[i].len, &v);
	}
	d->asks = NULL;
	a->nwanted = 0;
	m->row[m->nrows] = m->rows.n;
	return st == DEDUP_OK && d->stats.unrecorded > 0 ? DEDUP_ENOMEM : st;
}

/* The rows that one asker wants, wanted[0..n): one blob. */
static int
write_rows(const struct row_maker *m, const struct wanted *w, size_t n,
	   struct blob *b)
{
	size_t rows = 0, k = 0;

	for (size_t i = 0; i < n; i++)
		rows += i == 0 || w[i].at != w[i - 1].at;
	if (blob_number(b, rows) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && w[i].at == w[i - 1].at)
			continue;
		while (m->at[k] < w[i].at)
			k++;
		if (blob_bytes(b, m->rows.p + m->row[k],
			       m->row[k + 1] - m->row[k]) != 0)
			return -1;
	}
	blob_end(b);
	return 0;
}

static enum dedup_status
give_rows(struct row_maker *m, const struct dedup_split *s, uint64_t sum,
	  int (*each)(void *arg, uint32_t asker, const void *blob, size_t len),
	  void *arg)
{
	struct blob_head h = api_head(m->d, s, sum, BLOB_ROWS);
	enum dedup_status st = DEDUP_OK;
	struct blob b = { .p = NULL };

	for (size_t i = 0, end; i < m->n && st == DEDUP_OK; i = end) {
		h.other = m->wanted[i].asker;
		h.other_sum = m->wanted[i].sum;
		for (end = i; end < m->n &&
			      m->wanted[end].asker == h.other; end++)
			;
		if (blob_begin(&b, &h) != 0 ||
		    write_rows(m, m->wanted + i, end - i, &b) != 0)
			st = DEDUP_ENOMEM;
		else if (each(arg, h.other, b.p, b.n) != 0)
			st = DEDUP_ESTOP;
	}
	blob_free(&b);
	return st;
}

/* All that is wanted of this split. */
static enum dedup_status
read_links(struct row_maker *m, const struct dedup_split *s, uint64_t sum,
	   const struct dedup_text *links, size_t n, char *why)
{
	for (size_t i = 0; i < n; i++) {
		struct blob_reader r;
		struct blob_head h;
		int got;

		if (!blob_open(&r, &h, links[i].text, links[i].len, BLOB_LINKS,
			       why))
			return DEDUP_ETABLE;
		if (h.identity != api_identity(m->d))
			return api_refuse(why, BLOB_OTHER_OPTIONS);
		if (h.split != s->number)
			return api_refuse(why, "links of another split");
		if (h.sum != sum)
			return api_refuse(why, BLOB_CHANGED);
		got = take_links(m, &r);
		if (got > 0)
			snprintf(why, DEDUP_WHY, "a blob is damaged");
		if (got != 0)
			return got < 0 ? DEDUP_ENOMEM : DEDUP_ETABLE;
	}
	return list_places(m) == 0 ? DEDUP_OK : DEDUP_ENOMEM;
}

enum dedup_status
dedup_rows(struct dedup *d, const struct dedup_split *s,
	   const struct dedup_text *links, size_t n,
	   int (*each)(void *arg, uint32_t asker, const void *blob, size_t len),
	   void *arg, char why[DEDUP_WHY])
{
	struct row_maker m = { .d = d };
	struct cluster *c;
	uint64_t sum;
	enum dedup_status st = api_begin_split(d, s, &c, &sum, why);

	if (st == DEDUP_OK && c->knows)
		st = DEDUP_ESTATE;
	if (st == DEDUP_OK)
		st = read_links(&m, s, sum, links, n, why);
	if (st == DEDUP_OK)
		st = make_rows(&m, s);
	if (st == DEDUP_OK && m.nrows < m.nat) {
		snprintf(why, DEDUP_WHY, "links name what is no unit");
		st = DEDUP_ETABLE;
	}
	if (st == DEDUP_OK)
		st = give_rows(&m, s, sum, each, arg);
	/* It has judged some documents, and of no more use. */
	d->broken |= m.nrows > 0 || st == DEDUP_ENOMEM;
	free(m.wanted);
	free(m.at);
	free(m.row);
	blob_free(&m.rows);
	return st;
}
