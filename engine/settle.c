/*
 * Decisions to removals, in order.
 *
 * Decisions wait here as entries until those before them are known.  Then
 * blank lines are dealt out: a block of which nothing stays takes those before
 * it along, or those after it where nothing was kept before.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

void
settle_reset(struct dedup *d)
{
	d->head += d->nentries;
	d->nentries = 0;
	d->start = 0;
	d->out = (struct settled){
		.removals = d->out.removals,
		.room = d->out.room,
	};
}

void
settle_free(struct dedup *d)
{
	free(d->entries);
	free(d->out.removals);
	free(d->doomed);
}

int
settle_put(struct dedup *d, const struct entry *e)
{
	if (d->start + d->nentries == d->entries_room) {
		if (d->start > 0 && d->start >= d->nentries) {
			memmove(d->entries, d->entries + d->start,
				d->nentries * sizeof(*e));
			d->start = 0;
		} else {
			size_t room = 2 * d->entries_room + 256;
			struct entry *p = realloc(d->entries,
						  room * sizeof(*p));

			if (p == NULL)
				return -1;
			d->entries = p;
			d->entries_room = room;
		}
	}
	d->entries[d->start + d->nentries++] = *e;
	return 0;
}

struct entry *
settle_entry(struct dedup *d, size_t number)
{
	return &d->entries[d->start + (number - d->head)];
}

static int
by_place(const void *a, const void *b)
{
	const struct doomed *x = a, *y = b;

	if (x->document != y->document)
		return x->document < y->document ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (int)x->line - (int)y->line;
}

/* The same, and the copies of each in order. */
static int
by_place_and_copy(const void *a, const void *b)
{
	const struct place *x = &((const struct doomed *)a)->why.witness;
	const struct place *y = &((const struct doomed *)b)->why.witness;
	int order = by_place(a, b);

	if (order != 0)
		return order;
	if (x->document != y->document)
		return x->document < y->document ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

void
settle_doom(struct dedup *d)
{
	size_t n = 0;

	if (d->ndoomed > 0)
		qsort(d->doomed, d->ndoomed, sizeof(*d->doomed),
		      by_place_and_copy);
	/* One copy is enough to tell of: the first. */
	for (size_t i = 0; i < d->ndoomed; i++)
		if (n == 0 || by_place(&d->doomed[n - 1], &d->doomed[i]) != 0)
			d->doomed[n++] = d->doomed[i];
	d->ndoomed = n;
}

/* Remember that the witness of a removal has a copy: this one. */
static int
doom_witness(struct dedup *d, const struct entry *e)
{
	struct doomed *p;

	if (e->why.reason == DEDUP_LEAD || e->why.reason == DEDUP_CONTAINED)
		return 0;	/* the full text is no copy */
	if (e->why.reason == DEDUP_BOILERPLATE ||
	    e->why.reason == DEDUP_LISTED || e->why.table != 0)
		return 0;	/* there is none that stays */
	if (d->ndoomed == d->doomed_room) {
		size_t room = 2 * d->doomed_room + 64;

		p = realloc(d->doomed, room * sizeof(*p));
		if (p == NULL)
			return -1;
		d->doomed = p;
		d->doomed_room = room;
	}
	p = &d->doomed[d->ndoomed++];
	*p = (struct doomed){
		.document = e->why.witness.document,
		.offset = e->why.witness.offset,
		.line = e->line_witness,
		.why = e->why,
	};
	p->why.witness = (struct place){ d->document, e->off, e->line };
	return 0;
}

/* Is what stays in a first reading to go in the second? */
static const struct doomed *
find_doomed(const struct dedup *d, const struct entry *e)
{
	struct doomed key = { .document = d->document, .offset = e->unit };
	const struct doomed *p;

	if (d->ndoomed == 0)
		return NULL;
	p = bsearch(&key, d->doomed, d->ndoomed, sizeof(key), by_place);
	if (p != NULL)
		return p;
	key.offset = e->off;
	key.line = true;
	return bsearch(&key, d->doomed, d->ndoomed, sizeof(key), by_place);
}

static int
put_removal(struct dedup *d, const struct entry *e)
{
	struct settled *out = &d->out;
	struct dedup_removal *last = out->n > 0 ? &out->removals[out->n - 1]
						: NULL;

	d->stats.removed_bytes += e->len;
	d->stats.removed[e->why.reason] += e->first;
	/* The lines of a run go as one span where they stand together. */
	if (!e->first && last != NULL && out->last_unit == e->unit &&
	    last->offset + last->length == e->off &&
	    last->reason == e->why.reason) {
		last->length += e->len;
		return 0;
	}
	out->last_unit = e->unit;
	if (out->n == out->room) {
		size_t room = 2 * out->room + 64;
		struct dedup_removal *p = realloc(out->removals,
						  room * sizeof(*p));

		if (p == NULL)
			return -1;
		out->removals = p;
		out->room = room;
	}
	out->removals[out->n++] = (struct dedup_removal){
		.offset = e->off,
		.length = e->len,
		.line = e->line,
		.reason = e->why.reason,
		.resemblance = e->why.resemblance,
	};
	out->removals[out->n - 1].witness.table = e->why.table;
	out->removals[out->n - 1].documents = e->why.documents;
	if (d->opt.places)
		out->removals[out->n - 1].witness = (struct dedup_place){
			.document = e->why.witness.document,
			.offset = e->why.witness.offset,
			.line = e->why.witness.line,
			.table = e->why.table,
		};
	return 0;
}

/* A separator goes with a removal: before the first of its block, or ... */
static void
take_separator(struct dedup *d, size_t removal, uint64_t off, uint64_t len)
{
	struct dedup_removal *r = &d->out.removals[removal];

	if (len == 0)
		return;
	r->separator_offset = off;
	r->separator_length = len;
	d->stats.removed_bytes += len;
}

static int
settle_one(struct dedup *d, struct entry *e)
{
	struct settled *out = &d->out;

	if (e->kind == ENTRY_KEPT && d->second) {
		const struct doomed *p = find_doomed(d, e);

		if (p != NULL) {
			e->kind = ENTRY_GONE;
			e->why = p->why;
		}
	}
	switch (e->kind) {
	case ENTRY_BLOCK:
		out->sep_off = e->off;
		out->sep_len = e->len;
		if (out->take_next) {
			/* ... after the last one. */
			take_separator(d, out->n - 1, e->off, e->len);
			out->take_next = false;
			out->sep_len = 0;
			out->decided = e->off + e->len;
		}
		out->block_kept = out->block_gone = false;
		out->block_first = out->n;
		break;
	case ENTRY_HOLD:
		out->block_kept = true;
		out->decided = e->off;
		break;
	case ENTRY_KEPT:
		out->block_kept = out->document_kept = true;
		out->decided = e->off + e->len;
		out->words += e->nwords;
		d->stats.units += e->first;
		break;
	case ENTRY_GONE:
		out->block_gone = true;
		if (out->block_kept)
			out->decided = e->off + e->len;
		d->stats.units += e->first;
		if (put_removal(d, e) != 0)
			return -1;
		if (d->opt.keep == DEDUP_KEEP_NONE && !d->second)
			return doom_witness(d, e);
		break;
	case ENTRY_END:
		if (out->block_kept || !out->block_gone) {
			out->decided = e->off;
		} else if (out->document_kept) {
			take_separator(d, out->block_first, out->sep_off,
				       out->sep_len);
			out->decided = e->off;
		} else {
			out->take_next = true;
		}
		break;
	case ENTRY_LEAD:
	case ENTRY_WAIT:
		break;
	}
	return 0;
}

int
settle_drain(struct dedup *d)
{
	while (d->nentries > 0) {
		struct entry *e = &d->entries[d->start];

		if (e->kind == ENTRY_LEAD || e->kind == ENTRY_WAIT)
			break;
		if (settle_one(d, e) != 0)
			return -1;
		d->start++;
		d->head++;
		d->nentries--;
	}
	if (d->nentries == 0)
		d->start = 0;
	return 0;
}
