/* See cluster_run.h. */
#include "cluster_run.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

/* Blobs, and for which split or bucket they are. */
struct blobs {
	struct one_blob {
		uint32_t to;
		struct dedup_text blob;
	} *one;
	size_t n, room;
};

static int
keep_blob(struct blobs *b, uint32_t to, const void *p, size_t len)
{
	char *copy = malloc(len);

	if (copy == NULL ||
	    array_room(&b->one, &b->room, b->n + 1, sizeof(*b->one)) != 0) {
		free(copy);
		return -1;
	}
	memcpy(copy, p, len);
	b->one[b->n++] = (struct one_blob){ to, { copy, len } };
	return 0;
}

static void
blobs_free(struct blobs *b)
{
	for (size_t i = 0; i < b->n; i++)
		free((char *)b->one[i].blob.text);
	free(b->one);
	*b = (struct blobs){ .one = NULL };
}

/* Those for one, side by side; to be freed. */
static struct dedup_text *
blobs_for(const struct blobs *b, uint32_t to, struct dedup_text *list,
	  size_t *n)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->one[i].to == to)
			list[(*n)++] = b->one[i].blob;
	return list;
}

/* What a step hands out, and where it goes. */
struct step {
	struct parts *p;
	struct blobs *asks, *links, *facts, *rows;
	struct removals *removals;
	uint64_t first;
};

static int
take_ask(void *arg, unsigned bucket, const void *blob, size_t len)
{
	struct step *s = arg;

	s->p->bytes[0] += len;
	return keep_blob(s->asks, bucket, blob, len);
}

static int
take_match(void *arg, bool facts, uint32_t split, const void *blob, size_t len)
{
	struct step *s = arg;

	s->p->bytes[1] += len;
	return keep_blob(facts ? s->facts : s->links, split, blob, len);
}

static int
take_rows(void *arg, uint32_t asker, const void *blob, size_t len)
{
	struct step *s = arg;

	s->p->bytes[2] += len;
	return keep_blob(s->rows, asker, blob, len);
}

static int
take_verdict(void *arg, size_t i, const struct dedup_verdict *v)
{
	struct step *s = arg;
	struct removals *to = s->removals;

	if (array_room(&to->one, &to->room, to->n + v->nremovals + 1,
		       sizeof(*to->one)) != 0)
		return -1;
	for (size_t k = 0; k < v->nremovals; k++)
		to->one[to->n++] = (struct one_removal){
			s->first + i, v->removals[k],
		};
	return 0;
}

void
removals_free(struct removals *r)
{
	free(r->one);
	*r = (struct removals){ .one = NULL };
}

static struct dedup_split
split_of(const struct parts *p, uint32_t k)
{
	size_t from = p->n * k / p->nsplits;

	return (struct dedup_split){
		k, p->texts + from, p->n * (k + 1) / p->nsplits - from,
	};
}

static enum dedup_status
new_after_reference(const struct parts *p, struct dedup **d)
{
	enum dedup_status st = dedup_new(p->opt, d);
	struct dedup_verdict v;

	if (st == DEDUP_OK)
		st = dedup_set_secret(*d, p->secret);
	if (st != DEDUP_OK || p->nreference == 0)
		return st;
	st = dedup_reference(*d, true);
	for (size_t i = 0; i < p->nreference && st == DEDUP_OK; i++)
		st = dedup_document(*d, p->reference[i].text,
				    p->reference[i].len, &v);
	return st == DEDUP_OK ? dedup_reference(*d, false) : st;
}

static enum dedup_status
new_for(const struct parts *p, uint32_t k, struct dedup **d)
{
	enum dedup_status st = new_after_reference(p, d);

	return st != DEDUP_OK ? st :
	       dedup_number(*d, p->nreference + p->n * k / p->nsplits);
}

/* A callback that had no memory is not one that wants to stop. */
static enum dedup_status
status(enum dedup_status st)
{
	return st == DEDUP_ESTOP ? DEDUP_ENOMEM : st;
}

static enum dedup_status
scan_alone(struct parts *p, uint32_t k, struct blobs *asks)
{
	struct step s = { .p = p, .asks = asks };
	struct dedup_split split = split_of(p, k);
	struct dedup *d;
	enum dedup_status st = new_for(p, k, &d);

	if (st == DEDUP_OK)
		st = dedup_scan(d, &split, p->buckets, take_ask, NULL, &s,
				p->why);
	dedup_free(d);
	return status(st);
}

static enum dedup_status
match_all(struct parts *p, const struct blobs *asks, struct blobs *links,
	  struct blobs *facts)
{
	struct step s = { .p = p, .links = links, .facts = facts };
	struct dedup_text *list = malloc((asks->n + 1) * sizeof(*list));
	enum dedup_status st = list == NULL ? DEDUP_ENOMEM : DEDUP_OK;

	for (unsigned b = 0; b < p->buckets && st == DEDUP_OK; b++) {
		size_t n = 0;

		blobs_for(asks, b, list, &n);
		st = dedup_match(list, n, take_match, &s, p->why);
	}
	free(list);
	return status(st);
}

static enum dedup_status
rows_of(struct parts *p, uint32_t k, const struct blobs *links,
	struct blobs *rows)
{
	struct step s = { .p = p, .rows = rows };
	struct dedup_split split = split_of(p, k);
	struct dedup_text *list = malloc((links->n + 1) * sizeof(*list));
	struct dedup *d = NULL;
	size_t n = 0;
	enum dedup_status st = list == NULL ? DEDUP_ENOMEM :
			       new_for(p, k, &d);

	if (st == DEDUP_OK) {
		blobs_for(links, k, list, &n);
		st = dedup_rows(d, &split, list, n, take_rows, &s, p->why);
	}
	dedup_free(d);
	free(list);
	return status(st);
}

static enum dedup_status
judge(struct parts *p, uint32_t k, const struct blobs *rows,
      const struct blobs *facts, struct blobs *asks, struct removals *to)
{
	struct dedup_split split = split_of(p, k);
	struct step s = {
		.p = p, .asks = asks, .removals = to,
		.first = p->nreference + (uint64_t)(split.texts - p->texts),
	};
	struct dedup_text *list = malloc((rows->n + facts->n + 1) *
					 sizeof(*list));
	struct dedup *d = NULL;
	size_t n = 0;
	enum dedup_status st = list == NULL ? DEDUP_ENOMEM :
			       new_for(p, k, &d);

	if (st == DEDUP_OK) {
		blobs_for(rows, k, list, &n);
		blobs_for(facts, k, list, &n);
		st = dedup_know(d, &split, list, n, p->why);
	}
	if (st == DEDUP_OK)
		st = dedup_scan(d, &split, p->buckets, take_ask, take_verdict,
				&s, p->why);
	dedup_free(d);
	free(list);
	return status(st);
}

/* Are the facts for split k the same bytes in both? */
static bool
same_facts(const struct blobs *a, const struct blobs *b, uint32_t k)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a->n && a->one[i].to != k)
			i++;
		while (j < b->n && b->one[j].to != k)
			j++;
		if (i == a->n || j == b->n)
			return i == a->n && j == b->n;
		if (a->one[i].blob.len != b->one[j].blob.len ||
		    memcmp(a->one[i].blob.text, b->one[j].blob.text,
			   a->one[i].blob.len) != 0)
			return false;
		i++;
		j++;
	}
}

/* A split's state between scans. */
struct part {
	struct blobs asks;
	struct removals removals;
	unsigned scans;
};

/* Judge those whose facts have changed: *any were.  Then match all asks. */
static enum dedup_status
judge_changed(struct parts *p, struct part *part, const struct blobs *rows,
	      struct blobs *before, struct blobs *now, bool *any)
{
	struct blobs asks = { .n = 0 }, none = { .n = 0 };
	enum dedup_status st = DEDUP_OK;

	*any = false;
	for (uint32_t k = 0; k < p->nsplits && st == DEDUP_OK; k++) {
		if (part[k].scans > 0 && same_facts(before, now, k))
			continue;
		*any = true;
		blobs_free(&part[k].asks);
		part[k].removals.n = 0;
		st = judge(p, k, rows, now, &part[k].asks, &part[k].removals);
		if (++part[k].scans > p->scans)
			p->scans = part[k].scans;
	}
	blobs_free(before);
	*before = *now;
	*now = (struct blobs){ .n = 0 };
	for (uint32_t k = 0; k < p->nsplits && st == DEDUP_OK; k++)
		for (size_t i = 0; i < part[k].asks.n; i++) {
			if (array_room(&asks.one, &asks.room, asks.n + 1,
				       sizeof(*asks.one)) != 0)
				st = DEDUP_ENOMEM;
			else
				asks.one[asks.n++] = part[k].asks.one[i];
		}
	if (st == DEDUP_OK && *any)
		st = match_all(p, &asks, &none, now);
	free(asks.one);
	blobs_free(&none);
	return st;
}

static struct one_removal *
removal_at(const struct removals *r, uint64_t document, uint64_t offset)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct one_removal *x = &r->one[middle];

		if (x->document < document ||
		    (x->document == document && x->r.unit_begin < offset))
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->n && r->one[low].document == document &&
	       r->one[low].r.unit_begin == offset ? &r->one[low] : NULL;
}

/* Follow witnesses to the one that stays. */
static void
follow(struct removals *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct dedup_place *w = &r->one[i].r.witness;
		const struct one_removal *x;

		if (r->one[i].r.reason == DEDUP_LISTED)
			continue;
		for (size_t n = 0; n < r->n && (x = removal_at(r, w->document,
							     w->offset)) !=
					       NULL; n++)
			*w = x->r.witness;
	}
}

enum dedup_status
run_parts(struct parts *p, struct removals *to)
{
	struct blobs asks = { .n = 0 }, links = { .n = 0 }, rows = { .n = 0 };
	struct blobs before = { .n = 0 }, now = { .n = 0 };
	struct part *part = calloc(p->nsplits, sizeof(*part));
	struct step s = { .removals = to };
	enum dedup_status st = part == NULL ? DEDUP_ENOMEM : DEDUP_OK;
	bool any = true;

	p->scans = 0;
	for (uint32_t k = 0; k < p->nsplits && st == DEDUP_OK; k++)
		st = scan_alone(p, k, &asks);
	if (st == DEDUP_OK)
		st = match_all(p, &asks, &links, &now);
	for (uint32_t k = 0; k < p->nsplits && st == DEDUP_OK; k++)
		st = rows_of(p, k, &links, &rows);
	while (st == DEDUP_OK && any)
		st = judge_changed(p, part, &rows, &before, &now, &any);
	for (uint32_t k = 0; part != NULL && k < p->nsplits; k++) {
		const struct removals *r = &part[k].removals;

		for (size_t i = 0; i < r->n && st == DEDUP_OK; i++) {
			struct dedup_verdict v = { &r->one[i].r, 1, 0, 0, 0 };

			s.first = r->one[i].document;
			if (take_verdict(&s, 0, &v) != 0)
				st = DEDUP_ENOMEM;
		}
		blobs_free(&part[k].asks);
		removals_free(&part[k].removals);
	}
	follow(to);
	free(part);
	blobs_free(&asks);
	blobs_free(&links);
	blobs_free(&rows);
	blobs_free(&before);
	blobs_free(&now);
	return st;
}

enum dedup_status
run_whole(const struct parts *p, struct removals *to)
{
	struct step s = { .removals = to, .first = p->nreference };
	struct dedup *d;
	enum dedup_status st = new_after_reference(p, &d);

	if (st == DEDUP_OK)
		st = dedup_documents(d, p->texts, p->n, NULL, take_verdict,
				     &s);
	dedup_free(d);
	return status(st);
}
