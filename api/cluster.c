/*
 * A corpus in parts, its splits, which several machines judge: together they
 * give the answers of one run over all of it.
 *
 * That is possible since a unit is compared with what was said before it,
 * whatever became of that (engine.h).  The answer on a unit depends on the
 * texts before it in four ways:
 *
 *	1 the first unit with its fingerprint
 *	2 the first TABLE_POSTINGS different units under each of its keys
 *	3 which of those were removed: one that stays is preferred
 *	4 that a short unit was beside the text that says its neighbour
 *
 * Of 1 and 2 what is recorded, and where, is known from each split alone: a
 * unit is recorded unless the same words are known, and then the record of the
 * earlier split counts.  What is among the first of all is among the first of
 * its split.  So one exchange brings the words of all units that a split may
 * need:
 *
 *	scan	a split's texts -> what it asks, and what it records
 *	match	all splits' asks, a bucket of them at a time -> which units are
 *		wanted of whom, by whom
 *	rows	a split's texts, what is wanted of it -> those units' records
 *	know	the rows of earlier splits, in the corpus's order
 *	scan	again: now each unit meets all that it would meet in one run
 *
 * 3 and 4 are facts, a few bits each, that depend on other facts.  Each scan
 * tells and asks them, and match answers.  If a split is answered as it was
 * before, its last scan stands; else it is scanned again.  When all are
 * answered as before, all verdicts are those of one run: the first split knows
 * all that it needs, so what it tells is right, and so on, split by split.  Few
 * facts depend on others, so that it takes two or three scans.
 *
 * A witness is where the unit is that says it, which may be removed as well, if
 * it is in an earlier split: who wants the one that stays follows the chain,
 * from removal to removal.
 *
 * Each blob (blob.h) has the checksum of the texts that it is of: a split that
 * is another one in the next pass is an error.  Skew is bounded: a split asks
 * once for each text, and names SCAN_MOST units a key.
 *
 * Left to others: which bytes go where, and when.
 */
#include "cluster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "order.h"
#include "saved.h"

#define SCAN_MOST 16		/* units a key: TABLE_POSTINGS, and some more
				 * that may turn out to be known as code */
#define BUCKETS_MOST 65536

enum dedup_status
api_refuse(char *why, const char *reason)
{
	snprintf(why, DEDUP_WHY, "%s", reason);
	return DEDUP_EINVAL;
}

/* What the answers of one run depend on, beyond what the parts exchange. */
static const char *
reason_against(const struct dedup *d)
{
	const struct dedup_options *o = &d->opt;
	struct saved_info i;

	if (o->threshold > 0)
		return "threshold: what is like a text that went may stay, so "
		       "parts cannot be judged apart";
	if (o->memory > 0)
		return "memory: where it is full depends on all that came "
		       "before, so parts cannot be judged apart";
	if (o->keep == DEDUP_KEEP_NONE)
		return "keep=none: whether a copy comes later is not known to "
		       "the part that has the first one";
	if (o->keep == DEDUP_KEEP_LAST)
		return "keep=last: whether a copy comes later is not known to "
		       "the part that has the first one";
	if (o->can_forget)
		return "documents that are forgotten (min-doc-words) change "
		       "what is known, so parts cannot be judged apart";
	if (!d->pass.judges || d->counting.on)
		return "boilerplate: counts of all parts are needed first: "
		       "load a table of counts";
	for (unsigned k = 0; k < d->known.nloaded; k++) {
		saved_get_info(d->known.loaded[k].file, &i);
		if (d->known.loaded[k].kind == DEDUP_LOAD_KNOWN &&
		    i.entries[SAVED_EXACT] > 0)
			return "a loaded table of texts: give its texts as the "
			       "first parts";
	}
	return NULL;
}

/* Was nothing fed but reference documents? */
static bool
is_fresh(const struct dedup *d)
{
	return !d->input.open && !d->broken && !d->reference.on &&
	       !d->pass.last && d->stats.documents == d->reference.documents;
}

enum dedup_status
dedup_number(struct dedup *d, uint64_t first)
{
	if (!is_fresh(d) || first < d->reference.documents)
		return DEDUP_ESTATE;
	d->stats.documents = d->reference.documents = first;
	return DEDUP_OK;
}

void
dedup_secret(const struct dedup *d, unsigned char secret[DEDUP_SECRET])
{
	memcpy(secret, shingler_secret_bytes(d->own.shingler), DEDUP_SECRET);
}

enum dedup_status
dedup_set_secret(struct dedup *d, const unsigned char secret[DEDUP_SECRET])
{
	if (!is_fresh(d) || d->known.nloaded > 0 || d->known.listed != NULL ||
	    d->cluster != NULL || d->threads.workers != NULL)
		return DEDUP_ESTATE;
	return api_adopt_secret(d, secret, d->known.places);
}

/* Equal only if the parts were made with the same of all that matters. */
uint64_t
api_identity(const struct dedup *d)
{
	const struct dedup_options *o = &d->opt;
	char text[256];
	int n = snprintf(text, sizeof(text),
		"%s %d %d %s unit %u scope %u words %u ngram %u %d%d%d%d "
		"only %x listed %zu by %u tables %u", DEDUP_VERSION,
		BLOB_VERSION, SHINGLE_VERSION, words_unicode(), o->unit,
		o->scope, o->min_words, o->ngram, o->exact, o->fold_digits,
		o->contained, d->known.places, o->only,
		d->known.listed == NULL ? 0 : table_count(d->known.listed),
		o->against_ngram, d->known.nloaded);

	return shingler_fingerprint(d->own.shingler, text, (size_t)n).lo;
}

/* A checksum of all texts, and where each begins. */
static uint64_t
sum_of(const struct dedup_split *s, uint64_t *begin)
{
	uint64_t at = 0, sum = 0;

	for (size_t i = 0; i < s->n; i++) {
		uint64_t all[3] = { sum, s->texts[i].len, 0 };

		if (s->texts[i].len > 0)
			all[2] = shingle_checksum(s->texts[i].text,
						  s->texts[i].len);
		sum = shingle_checksum(all, sizeof(all));
		begin[i] = at;
		at += s->texts[i].len;
	}
	begin[s->n] = at;
	return sum;
}

static struct cluster *
cluster_of(struct dedup *d)
{
	if (d->cluster == NULL) {
		d->cluster = calloc(1, sizeof(*d->cluster));
		if (d->cluster != NULL)
			asks_init(&d->cluster->asks);
	}
	return d->cluster;
}

void
api_cluster_free(struct cluster *c)
{
	if (c == NULL)
		return;
	asks_free(&c->asks);
	free(c->went);
	free(c->begin);
	free(c);
}

/* A call begins that reads a split: DEDUP_OK with *c and *sum. */
enum dedup_status
api_begin_split(struct dedup *d, const struct dedup_split *s,
		struct cluster **c, uint64_t *sum, char why[DEDUP_WHY])
{
	const char *reason = reason_against(d);

	*why = '\0';
	if (reason != NULL)
		return api_refuse(why, reason);
	if (s->number == BLOB_NONE)
		return api_refuse(why, "a split of no number");
	if (!is_fresh(d))
		return DEDUP_ESTATE;
	*c = cluster_of(d);
	if (*c == NULL)
		return DEDUP_ENOMEM;
	free((*c)->begin);
	(*c)->begin = s->n < SIZE_MAX / sizeof(uint64_t) ?
		      malloc((s->n + 1) * sizeof(uint64_t)) : NULL;
	if ((*c)->begin == NULL)
		return DEDUP_ENOMEM;
	*sum = sum_of(s, (*c)->begin);
	(*c)->asks.begin = (*c)->begin;
	(*c)->asks.first = d->stats.documents;
	return DEDUP_OK;
}

/* Asks, in order: each once. */

static int
compare_fp(const struct fingerprint *a, const struct fingerprint *b)
{
	return a->hi != b->hi ? order_u64(a->hi, b->hi)
			      : order_u64(a->lo, b->lo);
}

static int
by_text(const void *a, const void *b)
{
	const struct ask_text *x = a, *y = b;
	int order = compare_fp(&x->fp, &y->fp);

	/* What is recorded first. */
	if (order == 0)
		order = y->records - x->records;
	return order != 0 ? order : order_u64(x->at, y->at);
}

static void
sort_texts(struct asks *a)
{
	size_t n = 0;

	if (a->ntexts > 0)
		qsort(a->text, a->ntexts, sizeof(*a->text), by_text);
	for (size_t i = 0; i < a->ntexts; i++)
		if (n == 0 || compare_fp(&a->text[n - 1].fp,
					 &a->text[i].fp) != 0)
			a->text[n++] = a->text[i];
	a->ntexts = n;
}

static int
by_key(const void *a, const void *b)
{
	const struct ask_key *x = a, *y = b;
	int order = order_u64(x->key, y->key);

	/* What is looked up comes before what is recorded. */
	if (order == 0)
		order = (y->kind == ASK_LOOKS) - (x->kind == ASK_LOOKS);
	return order != 0 ? order : order_u64(x->at, y->at);
}

static void
sort_keys(struct asks *a)
{
	size_t n = 0;
	unsigned recorded = 0;

	if (a->nkeys > 0)
		qsort(a->key, a->nkeys, sizeof(*a->key), by_key);
	for (size_t i = 0; i < a->nkeys; i++) {
		struct ask_key k = a->key[i], *last = a->key + n - 1;

		if (n == 0 || last->key != k.key)
			recorded = 0;
		else if (last->kind == k.kind && last->at == k.at)
			continue;
		recorded += k.kind == ASK_RECORDS;
		if (recorded > SCAN_MOST + 1)
			continue;
		if (recorded == SCAN_MOST + 1)
			k.kind = ASK_MORE;
		a->key[n++] = k;
	}
	a->nkeys = n;
}

static int
by_fact(const void *a, const void *b)
{
	const struct ask_fact *x = a, *y = b;
	int order = compare_fp(&x->fp, &y->fp);

	/* What is told, in the order in which it was. */
	if (order == 0)
		order = y->tells - x->tells;
	return order != 0 ? order : order_u64(x->number, y->number);
}

static void
sort_facts(struct asks *a)
{
	size_t n = 0;

	if (a->nfacts > 0)
		qsort(a->fact, a->nfacts, sizeof(*a->fact), by_fact);
	for (size_t i = 0; i < a->nfacts; i++)
		if (n == 0 || compare_fp(&a->fact[n - 1].fp,
					 &a->fact[i].fp) != 0)
			a->fact[n++] = a->fact[i];
	a->nfacts = n;
}

/* Buckets, in the order of what is sorted. */

static unsigned
bucket_of(uint64_t hash, unsigned bits, unsigned buckets)
{
	return (unsigned)(__extension__ (unsigned __int128)hash * buckets >>
			  bits);
}

/* What is left to be written. */
struct writer {
	struct asks a;		/* as it was, but without what is written */
	struct blob blob;
	unsigned bucket, buckets;
};

static int
put_texts(struct writer *w)
{
	struct blob *b = &w->blob;
	size_t n = 0;

	while (n < w->a.ntexts && bucket_of(w->a.text[n].fp.hi, 64,
					    w->buckets) == w->bucket)
		n++;
	if (blob_number(b, n) != 0)
		return -1;
	for (size_t i = 0; i < n; i++, w->a.text++, w->a.ntexts--)
		if (blob_bytes(b, &w->a.text->fp, sizeof(w->a.text->fp)) != 0 ||
		    blob_number(b, w->a.text->at * 2 + w->a.text->records) != 0)
			return -1;
	return n > 0;
}

static int
put_keys(struct writer *w)
{
	struct blob *b = &w->blob;
	size_t n = 0;

	while (n < w->a.nkeys && bucket_of(w->a.key[n].key, BUCKETS_BITS,
					   w->buckets) == w->bucket)
		n++;
	if (blob_number(b, n) != 0)
		return -1;
	for (size_t i = 0; i < n; i++, w->a.key++, w->a.nkeys--) {
		const struct ask_key *k = w->a.key;
		unsigned char kind = (unsigned char)k->kind;

		if (blob_bytes(b, &k->key, BUCKETS_BITS / 8) != 0 ||
		    blob_bytes(b, &kind, 1) != 0)
			return -1;
		if (k->kind != ASK_LOOKS &&
		    (blob_number(b, k->at) != 0 ||
		     blob_bytes(b, &k->tag, BLOB_TAG) != 0))
			return -1;
	}
	return n > 0;
}

int
api_put_place(struct blob *b, const struct place *p, uint64_t first)
{
	return blob_number(b, p->document - first) != 0 ||
	       blob_number(b, p->offset) != 0 ||
	       blob_number(b, p->line) != 0 ? -1 : 0;
}

static int
put_facts(struct writer *w)
{
	struct blob *b = &w->blob;
	size_t n = 0;

	while (n < w->a.nfacts && bucket_of(w->a.fact[n].fp.hi, 64,
					    w->buckets) == w->bucket)
		n++;
	if (blob_number(b, n) != 0)
		return -1;
	for (size_t i = 0; i < n; i++, w->a.fact++, w->a.nfacts--) {
		const struct ask_fact *f = w->a.fact;
		unsigned char tells = f->tells;

		if (blob_bytes(b, &f->fp, sizeof(f->fp)) != 0 ||
		    blob_bytes(b, &tells, 1) != 0 ||
		    (f->tells && api_put_place(b, &f->place, w->a.first) != 0))
			return -1;
	}
	return n > 0;
}

struct blob_head
api_head(const struct dedup *d, const struct dedup_split *s, uint64_t sum,
	enum blob_kind kind)
{
	return (struct blob_head){
		.kind = (uint8_t)kind, .split = s->number, .other = BLOB_NONE,
		.identity = api_identity(d), .sum = sum,
		.first = d->cluster->asks.first,
	};
}

/* Hand out all that was told, bucket by bucket. */
static enum dedup_status
write_asks(struct dedup *d, const struct blob_head *head, unsigned buckets,
	   int (*ask)(void *arg, unsigned bucket, const void *blob, size_t len),
	   void *arg)
{
	struct asks *a = &d->cluster->asks;
	enum dedup_status st = DEDUP_OK;
	struct writer w = { .buckets = buckets };

	sort_texts(a);
	sort_keys(a);
	sort_facts(a);
	w.a = *a;
	for (; w.bucket < buckets && st == DEDUP_OK; w.bucket++) {
		struct blob_head h = *head;
		int texts, keys, facts;

		h.bucket = w.bucket;
		if (blob_begin(&w.blob, &h) != 0 ||
		    (texts = put_texts(&w)) < 0 || (keys = put_keys(&w)) < 0 ||
		    (facts = put_facts(&w)) < 0) {
			st = DEDUP_ENOMEM;
			break;
		}
		if (texts + keys + facts == 0)
			continue;
		blob_end(&w.blob);
		if (ask(arg, w.bucket, w.blob.p, w.blob.n) != 0)
			st = DEDUP_ESTOP;
	}
	blob_free(&w.blob);
	return st;
}

static int
say_nothing(void *arg, size_t i, const struct dedup_verdict *v)
{
	(void)arg;
	(void)i;
	(void)v;
	return 0;
}

/* Judge the split, and listen. */
static enum dedup_status
listen(struct dedup *d, const struct dedup_split *s,
       int (*each)(void *arg, size_t i, const struct dedup_verdict *v),
       void *arg)
{
	struct cluster *c = d->cluster;
	enum dedup_status st;

	c->asks.facts = d->opt.scope == DEDUP_SCOPE_ALL;
	c->asks.texts = c->asks.facts && !c->knows;
	d->asks = &c->asks;
	for (size_t i = 0; i < c->nwent; i++)
		if (asks_find_fact(d, &c->went[i]) != 0)
			return DEDUP_ENOMEM;
	st = dedup_documents(d, s->texts, s->n, NULL,
			     each != NULL ? each : say_nothing, arg);
	d->asks = NULL;
	/* What was not remembered would be an answer that one run gives not. */
	return st == DEDUP_OK && (d->stats.unrecorded > 0 ||
				  table_full(d->known.table)) ? DEDUP_ENOMEM :
	       st;
}

enum dedup_status
dedup_scan(struct dedup *d, const struct dedup_split *s, unsigned buckets,
	   int (*ask)(void *arg, unsigned bucket, const void *blob, size_t len),
	   int (*each)(void *arg, size_t i, const struct dedup_verdict *v),
	   void *arg, char why[DEDUP_WHY])
{
	struct blob_head head;
	struct cluster *c;
	uint64_t sum;
	enum dedup_status st = api_begin_split(d, s, &c, &sum, why);

	if (st != DEDUP_OK)
		return st;
	if (buckets == 0 || buckets > BUCKETS_MOST || ask == NULL)
		return DEDUP_EINVAL;
	if (c->knows && c->split != s->number)
		return api_refuse(why, "what is known is of another split");
	if (c->knows && c->sum != sum)
		return api_refuse(why, BLOB_CHANGED);
	head = api_head(d, s, sum, BLOB_ASKS);
	st = listen(d, s, each, arg);
	if (st != DEDUP_OK) {
		d->asks = NULL;
		d->broken |= st == DEDUP_ENOMEM;
		return st;
	}
	return write_asks(d, &head, buckets, ask, arg);
}
