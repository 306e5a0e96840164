/* What the judge tells of a split: see asks.h. */
#include "asks.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "engine.h"
#include "index.h"

void
asks_init(struct asks *a)
{
	*a = (struct asks){ .texts = false };
	sorted_slots_init(&a->looked, sizeof(struct fingerprint), 0.85, 1.5);
}

void
asks_free(struct asks *a)
{
	free(a->text);
	free(a->key);
	free(a->fact);
	sorted_slots_free(&a->looked);
}

/* Where in the split a piece of the current document is. */
static uint64_t
place_of(const struct dedup *d, const struct piece *p)
{
	return d->asks->begin[d->input.document - d->asks->first] + p->off;
}

static int
add_text(struct asks *a, const struct ask_text *t)
{
	if (array_room(&a->text, &a->texts_room, a->ntexts + 1,
		       sizeof(*a->text)) != 0)
		return -1;
	a->text[a->ntexts++] = *t;
	return 0;
}

static int
add_key(struct asks *a, const struct ask_key *k)
{
	if (array_room(&a->key, &a->keys_room, a->nkeys + 1,
		       sizeof(*a->key)) != 0)
		return -1;
	a->key[a->nkeys++] = *k;
	return 0;
}

static int
add_fact(struct asks *a, const struct ask_fact *f)
{
	if (array_room(&a->fact, &a->facts_room, a->nfacts + 1,
		       sizeof(*a->fact)) != 0)
		return -1;
	a->fact[a->nfacts] = *f;
	a->fact[a->nfacts].number = a->nfacts;
	a->nfacts++;
	return 0;
}

/* Were the keys of these words told before?  1, 0: they are now, or -1. */
static int
was_looked(struct asks *a, const struct fingerprint *fp)
{
	unsigned char *p;

	if (sorted_slots_reserve(&a->looked) != 0)
		return -1;
	for (p = sorted_slots_find(&a->looked, fp->hi);
	     sorted_slots_key(p) == fp->hi; p += a->looked.width)
		if (sorted_slots_key(p + sizeof(fp->hi)) == fp->lo)
			return 1;
	sorted_slots_insert(&a->looked, p, fp);
	return 0;
}

/* The keys that a unit is looked up by, for rule "near" and --contained. */
static int
look_up_keys(struct dedup *d, const struct unit *u)
{
	const struct words *w = &u->w;
	uint64_t secret = shingler_secret(d->own.shingler);
	struct ask_key k = { .kind = ASK_LOOKS };
	uint32_t n = u->length >= SHINGLE_NEAR ? index_lookups(w) : 0;

	for (uint32_t i = 0; i < n; i++) {
		k.key = w->key[i];
		if (add_key(d->asks, &k) != 0)
			return -1;
	}
	n = d->opt.contained && w->n >= d->opt.ngram ? w->nwinnowed : 0;
	for (uint32_t i = 0; i < n; i++) {
		k.key = shingle_key(secret, w->winnowed[i]);
		if (add_key(d->asks, &k) != 0)
			return -1;
	}
	return 0;
}

int
asks_look_up(struct dedup *d, const struct piece *p)
{
	struct unit *u = p->unit;
	struct ask_text t = { .fp = u->w.fp, .at = place_of(d, p) };
	struct match m;
	int got;

	if (!d->asks->texts)
		return 0;
	got = table_find(d->known.table, &u->w.fp, &m);
	if (got == 0)
		got = add_text(d->asks, &t);
	if (got < 0)
		return -1;
	if (!split_wants_words(&d->own, u) || u->headline)
		return 0;
	got = was_looked(d->asks, &u->w.fp);
	if (got != 0)
		return got < 0 ? -1 : 0;
	return split_sketch(&d->own, u) != 0 ? -1 : look_up_keys(d, u);
}

size_t
asks_keys(const struct shingler *s, const struct words *w, uint64_t *to)
{
	uint64_t secret = shingler_secret(s);
	size_t n = 0;

	for (uint32_t i = 0; i < w->nnear; i++) {
		if (!words_keeps(w, i))
			continue;
		if (to != NULL)
			to[n] = w->key[i];
		n++;
	}
	for (uint32_t i = 0; i < w->nwinnowed; i++, n++)
		if (to != NULL)
			to[n] = shingle_key(secret, w->winnowed[i]);
	return n;
}

/* The keys that it is recorded under, or would be if it were no code. */
static int
record_keys(struct dedup *d, const struct piece *p, enum ask_kind kind)
{
	const struct words *w = &p->unit->w;
	struct asks *a = d->asks;
	size_t n = asks_keys(d->own.shingler, w, NULL);
	uint64_t *key = malloc((n + 1) * sizeof(*key));
	int got = key == NULL ? -1 : 0;

	if (got == 0)
		asks_keys(d->own.shingler, w, key);
	for (size_t i = 0; i < n && got == 0; i++)
		got = add_key(a, &(struct ask_key){
			.key = key[i], .at = place_of(d, p), .tag = w->fp.lo,
			.kind = kind,
		});
	free(key);
	return got;
}

struct fingerprint
asks_went(const struct shingler *s, const struct fingerprint *fp)
{
	char bytes[sizeof(*fp) + 1];

	memcpy(bytes, fp, sizeof(*fp));
	bytes[sizeof(*fp)] = 'w';
	return shingler_fingerprint(s, bytes, sizeof(bytes));
}

/* Is it removed for what comes before it, and not by its document alone? */
static bool
went_for_earlier(const struct unit *u)
{
	return u->w.went && u->why.reason != DEDUP_LEAD;
}

/* It was asked for. */
static int
give(struct dedup *d, const struct piece *p)
{
	struct asks *a = d->asks;
	struct asked_unit u = {
		.w = &p->unit->w, .place = engine_place(d, p->off, p->line),
		.at = place_of(d, p),
		.words = split_wants_words(&d->own, p->unit),
		.went = p->unit->w.went && !went_for_earlier(p->unit),
	};

	while (a->nwanted > 0 && *a->wanted < u.at) {
		a->wanted++;
		a->nwanted--;
	}
	if (a->nwanted == 0 || *a->wanted != u.at)
		return 0;
	if (u.words && split_sketch(&d->own, p->unit) != 0)
		return -1;
	return a->give(a->arg, &u);
}

int
asks_record(struct dedup *d, const struct piece *p)
{
	struct asks *a = d->asks;
	struct unit *u = p->unit;
	bool words = split_wants_words(&d->own, u);
	struct ask_text t = {
		.fp = u->w.fp, .at = place_of(d, p), .records = true,
	};
	struct fingerprint went;
	struct match m;
	int got = table_find(d->known.table, &u->w.fp, &m);

	/* What is known already stays as it was. */
	if (got != 0)
		return got < 0 ? -1 : 0;
	if (a->nwanted > 0 && give(d, p) != 0)
		return -1;
	if (a->facts && went_for_earlier(u)) {
		went = asks_went(d->own.shingler, &u->w.fp);
		if (asks_tell_fact(d, &went, p) != 0)
			return -1;
	}
	if (!a->texts)
		return 0;
	if (add_text(a, &t) != 0)
		return -1;
	if (!split_wants_identity(&d->own, u))
		return 0;
	return split_sketch(&d->own, u) != 0 ? -1 :
	       record_keys(d, p, words ? ASK_RECORDS : ASK_KEEPS_OUT);
}

int
asks_find_fact(struct dedup *d, const struct fingerprint *fp)
{
	struct ask_fact f = { .fp = *fp };

	return d->asks->facts ? add_fact(d->asks, &f) : 0;
}

int
asks_tell_fact(struct dedup *d, const struct fingerprint *fp,
	       const struct piece *p)
{
	struct ask_fact f = {
		.fp = *fp, .place = engine_place(d, p->off, p->line),
		.tells = true,
	};

	return d->asks->facts ? add_fact(d->asks, &f) : 0;
}
