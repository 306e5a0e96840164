/* What a split is to know of those before it: see cluster.c. */
#include "cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

/* Blobs that were opened, and room for the words of a row. */
struct learner {
	struct dedup *d;
	struct known_blob {
		struct blob_head head;
		struct blob_reader reader;
	} *blob;
	size_t n;
	uint16_t *code;
	uint64_t *key;
	size_t codes_room, keys_room;
};

/* Facts first, which rows refer to; then rows in the order of their splits. */
static int
by_kind_and_split(const void *a, const void *b)
{
	const struct blob_head *x = &((const struct known_blob *)a)->head;
	const struct blob_head *y = &((const struct known_blob *)b)->head;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->split > y->split) - (x->split < y->split);
}

static struct place
read_place(struct blob_reader *r, uint64_t first)
{
	struct place p;

	p.document = first + blob_read_number(r);
	p.offset = blob_read_number(r);
	p.line = blob_read_number(r);
	return p;
}

/* 0, -1 with ENOMEM; so for all that follow.  Damage is in the reader. */
static int
learn_facts(struct learner *l, struct blob_reader *r)
{
	for (uint64_t n = blob_read_count(r, 19); n > 0 && !r->bad; n--) {
		struct words w = { .code = NULL };
		struct place at;

		w.fp.hi = blob_read_fixed(r, 8);
		w.fp.lo = blob_read_fixed(r, 8);
		at = read_place(r, 0);
		r->bad |= w.fp.hi == 0;
		if (!r->bad && table_add(l->d->known.table, &w, &at) != 0)
			return -1;
	}
	return 0;
}

/* The words of a row and the keys that it is indexed under. */
static int
read_words(struct learner *l, struct blob_reader *r, struct words *w)
{
	uint64_t n = blob_read_count(r, 3), nkeys;
	const unsigned char *p;

	w->n = (uint32_t)n;
	w->digits = (uint32_t)blob_read_fixed(r, sizeof(w->digits)) & ~3u;
	p = blob_read_bytes(r, n * 3);
	nkeys = blob_read_count(r, BUCKETS_BITS / 8);
	r->bad |= n == 0 || n > UINT32_MAX || nkeys > UINT32_MAX;
	if (r->bad)
		return 0;
	if (array_room(&l->code, &l->codes_room, n * 2,
		       sizeof(*l->code)) != 0 ||
	    array_room(&l->key, &l->keys_room, nkeys + 1,
		       sizeof(*l->key)) != 0)
		return -1;
	memcpy(l->code, p, n * 3);
	w->code = l->code;
	w->tag = (uint8_t *)(l->code + n);
	w->nnear = (uint32_t)nkeys;
	w->near = w->key = l->key;
	for (uint64_t i = 0; i < nkeys; i++) {
		l->key[i] = blob_read_fixed(r, BUCKETS_BITS / 8);
		r->bad |= l->key[i] == 0;
	}
	return 0;
}

static int
learn_row(struct learner *l, struct blob_reader *r, uint64_t first)
{
	struct cluster *c = l->d->cluster;
	struct words w = { .code = NULL };
	struct fingerprint went;
	struct place at;
	struct match m;
	uint64_t flags;
	int got;

	w.fp.hi = blob_read_fixed(r, 8);
	w.fp.lo = blob_read_fixed(r, 8);
	flags = blob_read_fixed(r, 1);
	at = read_place(r, first);
	if ((flags & BLOB_WORDS) != 0 && read_words(l, r, &w) != 0)
		return -1;
	r->bad |= w.fp.hi == 0 || flags > BLOB_FLAGS;
	if (r->bad)
		return 0;
	w.length = (flags & BLOB_SHORT) != 0 ? 0 : SHINGLE_NEAR;
	went = asks_went(l->d->own.shingler, &w.fp);
	got = table_find(l->d->known.table, &went, &m);
	w.went = got > 0 || (flags & BLOB_WENT) != 0;
	if (w.code != NULL) {
		if (array_room(&c->went, &c->went_room, c->nwent + 1,
			       sizeof(went)) != 0)
			return -1;
		c->went[c->nwent++] = went;
	}
	return got < 0 ? -1 : table_add(l->d->known.table, &w, &at);
}

static int
learn_rows(struct learner *l, const struct blob_head *h, struct blob_reader *r)
{
	for (uint64_t n = blob_read_count(r, 20); n > 0 && !r->bad; n--)
		if (learn_row(l, r, h->first) != 0)
			return -1;
	return 0;
}

/* Whose texts the blobs are for: all for the same split. */
static bool
agree(struct cluster *c, const struct blob_head *h, char *why)
{
	bool facts = h->kind == BLOB_FACTS;
	uint32_t split = facts ? h->split : h->other;
	uint64_t sum = facts ? h->sum : h->other_sum;

	if (c->knows && c->split != split) {
		snprintf(why, DEDUP_WHY, "blobs for several splits");
		return false;
	}
	if (c->knows && c->sum != sum) {
		snprintf(why, DEDUP_WHY, "%s", BLOB_CHANGED);
		return false;
	}
	c->knows = true;
	c->split = split;
	c->sum = sum;
	return true;
}

static enum dedup_status
open_all(struct learner *l, uint64_t identity, const struct dedup_text *blobs,
	 char *why)
{
	for (size_t i = 0; i < l->n; i++) {
		struct known_blob *b = &l->blob[i];
		/* What it is not, blob_open() says. */
		bool facts = blobs[i].len > offsetof(struct blob_head, kind) &&
			     blobs[i].text[offsetof(struct blob_head, kind)] ==
			     BLOB_FACTS;

		if (!blob_open(&b->reader, &b->head, blobs[i].text,
			       blobs[i].len, facts ? BLOB_FACTS : BLOB_ROWS,
			       why))
			return DEDUP_ETABLE;
		if (b->head.identity != identity) {
			snprintf(why, DEDUP_WHY, "%s", BLOB_OTHER_OPTIONS);
			return DEDUP_EINVAL;
		}
		if (!agree(l->d->cluster, &b->head, why))
			return DEDUP_EINVAL;
	}
	return DEDUP_OK;
}

static enum dedup_status
learn(struct learner *l, char *why)
{
	for (size_t i = 0; i < l->n; i++) {
		struct known_blob *b = &l->blob[i];
		bool facts = b->head.kind == BLOB_FACTS;

		if ((facts ? learn_facts(l, &b->reader) :
		     learn_rows(l, &b->head, &b->reader)) != 0)
			return DEDUP_ENOMEM;
		if (!blob_is_done(&b->reader)) {
			snprintf(why, DEDUP_WHY, "a blob is damaged");
			return DEDUP_ETABLE;
		}
	}
	return DEDUP_OK;
}

enum dedup_status
dedup_know(struct dedup *d, const struct dedup_split *s,
	   const struct dedup_text *blobs, size_t n, char why[DEDUP_WHY])
{
	struct learner l = { .d = d, .n = n };
	struct cluster *c;
	uint64_t sum;
	enum dedup_status st = api_begin_split(d, s, &c, &sum, why);

	if (st == DEDUP_OK && c->knows)
		st = DEDUP_ESTATE;
	if (st != DEDUP_OK)
		return st;
	c->knows = true;
	c->split = s->number;
	c->sum = sum;
	l.blob = calloc(n + 1, sizeof(*l.blob));
	st = l.blob == NULL ? DEDUP_ENOMEM :
	     open_all(&l, api_identity(d), blobs, why);
	if (st == DEDUP_OK) {
		qsort(l.blob, n, sizeof(*l.blob), by_kind_and_split);
		st = learn(&l, why);
	}
	/* It knows some of it. */
	d->broken |= st != DEDUP_OK;
	free(l.blob);
	free(l.code);
	free(l.key);
	return st;
}
