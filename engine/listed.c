/*
 * Rule 6: remove what a reference text or table says, and what contains a whole
 * reference text of SHINGLE_NEAR words or more, or a part of one that counts by
 * itself; with options.against_ngram, what has so many words in a row with one.
 *
 * A block may have several units, and a reference text may go from one into the
 * next: a question that was wrapped, in a list.  So the words of such a block
 * are looked at as a whole, before its units are judged, and each unit that has
 * some of what is found there is listed.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

/* Its words, and each of its shingles. */
static int
sketch_wholly(struct split *s, struct unit *u)
{
	shingler_hand_out_every(s->shingler);
	/* It may have been sketched before these were asked for. */
	u->sketched &= u->w.every != NULL;
	return split_sketch(s, u);
}

/* Is it said in this table, or does it contain what is?  1, 0, -1. */
static int
find_in(struct dedup *d, struct table *t, struct unit *u, struct match *m)
{
	enum dedup_reason reason;
	int got = table_find(t, &u->w.fp, m);

	if (got != 0 || !split_wants_identity(&d->own, u))
		return got;
	if (sketch_wholly(&d->own, u) != 0)
		return -1;
	if (!u->headline && !u->listing)
		got = resembling_find(d, t, u, m, &reason);
	return got != 0 ? got : table_holding(t, &u->w, m);
}

/* N-grams of a unit: the first one, and how many words are in any. */
struct share {
	bool any;
	struct place first;
	uint32_t end, words;
};

static int
add_to_share(void *arg, uint32_t from, uint32_t n, const struct place *at)
{
	struct share *s = arg;

	if (!s->any)
		s->first = *at;
	s->any = true;
	s->words += from + n - (from > s->end ? from : s->end);
	s->end = from + n;
	return 0;
}

/* Are so many of its words in a row in a reference text?  1, 0, -1. */
static int
find_ngram(struct dedup *d, struct unit *u, struct match *m)
{
	struct share s = { .any = false };

	if (u->w.n < d->opt.against_ngram)
		return 0;
	if (split_sketch(&d->own, u) != 0 ||
	    ngram_table_find(d->known.ngrams, &u->w, add_to_share, &s) != 0)
		return -1;
	*m = (struct match){
		.place = s.first, .resemblance = (double)s.words / u->w.n,
	};
	return s.any;
}

int
listed_find(struct dedup *d, struct unit *u, struct finding *f)
{
	const struct known *k = &d->known;
	struct match m;
	int got;

	if (k->listed == NULL || !engine_wants(d, DEDUP_LISTED))
		return 0;
	got = find_in(d, k->listed, u, &m);
	if (got == 0 && k->parts != NULL)
		got = find_in(d, k->parts, u, &m);
	if (got == 0 && k->ngrams != NULL)
		got = find_ngram(d, u, &m);
	if (got == 0 && u->mark > 0) {
		m = d->marks.match[u->mark - 1];
		got = 1;
	}
	if (got > 0)
		*f = finding_of(d, DEDUP_LISTED, &m);
	return got;
}

/* Blocks. */

void
listed_free(struct marks *m)
{
	free(m->match);
	free(m->words);
}

/* A block: the units among these pieces, and all of their words. */
struct joined {
	struct dedup *d;
	size_t from, to;
	struct words w;
};

/* Its units that have some of these words are listed. */
static int
mark_units(void *arg, uint32_t from, uint32_t n, const struct match *m)
{
	struct joined *b = arg;
	struct marks *marks = &b->d->marks;
	uint32_t first = 0;

	if (array_room(&marks->match, &marks->room, marks->n + 1,
		       sizeof(*m)) != 0)
		return -1;
	marks->match[marks->n++] = *m;
	for (size_t i = b->from; i < b->to; i++) {
		const struct piece *p = &b->d->own.pieces[i];

		if (!piece_is_unit(p))
			continue;
		if (first < from + n && from < first + p->unit->w.n &&
		    p->unit->mark == 0)
			p->unit->mark = (uint32_t)marks->n;
		first += p->unit->w.n;
	}
	return 0;
}

static int
mark_ngram(void *arg, uint32_t from, uint32_t n, const struct place *at)
{
	struct match m = { .resemblance = 1.0, .place = *at };

	return mark_units(arg, from, n, &m);
}

/* The words of the block, one after the other: 0, or -1 with ENOMEM. */
static int
join_words(struct joined *b)
{
	struct split *s = &b->d->own;
	struct marks *marks = &b->d->marks;
	bool digits = false, ascii = true;
	size_t len = 0;

	b->w = (struct words){ .n = 0 };
	for (size_t i = b->from; i < b->to; i++) {
		const struct unit *u = s->pieces[i].unit;

		if (!piece_is_unit(&s->pieces[i]))
			continue;
		if (array_room(&marks->words, &marks->words_room,
			       len + u->norm_len + SHINGLE_SLACK, 1) != 0)
			return -1;
		memcpy(marks->words + len, unit_words(u), u->norm_len);
		len += u->norm_len;
		b->w.n += u->w.n;
		b->w.length += u->length;
		digits |= u->digits;
		ascii &= u->ascii;
	}
	memset(marks->words + len, 0, SHINGLE_SLACK);
	shingler_hand_out_every(s->shingler);
	return shingler_words(s->shingler, &b->w, marks->words, len, digits,
			      ascii);
}

/* A block of which some units are 'from' to 'to'. */
static int
mark_block(struct dedup *d, size_t from, size_t to)
{
	const struct known *k = &d->known;
	struct joined b = { .d = d, .from = from, .to = to };
	size_t n = 0;
	int got;

	for (size_t i = from; i < to; i++)
		n += piece_is_unit(&d->own.pieces[i]) &&
		     d->own.pieces[i].unit->w.n > 0;
	if (n < 2)
		return 0;
	got = join_words(&b);
	if (got == 0 && b.w.length >= SHINGLE_NEAR)
		got = table_spans(k->listed, &b.w, mark_units, &b);
	if (got == 0 && b.w.length >= SHINGLE_NEAR && k->parts != NULL)
		got = table_spans(k->parts, &b.w, mark_units, &b);
	if (got == 0 && k->ngrams != NULL)
		got = ngram_table_find(k->ngrams, &b.w, mark_ngram, &b);
	shingler_release(d->own.shingler);
	return got;
}

int
listed_mark(struct dedup *d)
{
	size_t from = d->marks.looked, n = d->own.npieces;

	d->marks.looked = n;
	if (d->known.listed == NULL || d->opt.exact || d->reference.on ||
	    !d->pass.judges)
		return 0;
	for (size_t i = from; i <= n; i++) {
		if (i < n && d->own.pieces[i].kind != PIECE_SEPARATOR &&
		    d->own.pieces[i].kind != PIECE_PASS)
			continue;
		if (mark_block(d, from, i) != 0)
			return -1;
		from = i + 1;
	}
	return 0;
}
