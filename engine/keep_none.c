/*
 * No copy stays (DEDUP_KEEP_NONE): the first reading remembers the witnesses of
 * what goes, and the last one drops them too.
 */
#include "engine.h"

#include <stdlib.h>

/* A copy to drop in the last reading. */
struct doomed {
	uint64_t document, offset;
	bool line;		/* a line of a run, else a unit */
	struct finding why;	/* witness: the copy that doomed it */
};

static int
compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
by_place(const void *a, const void *b)
{
	const struct doomed *x = a, *y = b;
	int order = compare(x->document, y->document);

	if (order == 0)
		order = compare(x->offset, y->offset);
	return order != 0 ? order : (int)x->line - (int)y->line;
}

/* The same, and the copies of each in order. */
static int
by_place_and_copy(const void *a, const void *b)
{
	const struct place *x = &((const struct doomed *)a)->why.witness;
	const struct place *y = &((const struct doomed *)b)->why.witness;
	int order = by_place(a, b);

	if (order == 0)
		order = compare(x->document, y->document);
	return order != 0 ? order : compare(x->offset, y->offset);
}

/* The first reading is over. */
void
keep_none_sort(struct dedup *d)
{
	size_t n = 0;

	if (d->ndoomed > 0)
		qsort(d->doomed, d->ndoomed, sizeof(*d->doomed),
		      by_place_and_copy);
	/* One copy is enough to name: the first. */
	for (size_t i = 0; i < d->ndoomed; i++)
		if (n == 0 || by_place(&d->doomed[n - 1], &d->doomed[i]) != 0)
			d->doomed[n++] = d->doomed[i];
	d->ndoomed = n;
}

/*
 * Is all that the witness says said by the piece that goes?  A text that is near
 * may say more: it stays, and so does the heading beside it.
 */
static bool
is_copy(const struct dedup *d, const struct piece *p)
{
	return p->unit->why.reason == DEDUP_EXACT || p->unit->why.reason == DEDUP_REPEAT ||
	       (p->unit->why.reason == DEDUP_HEADING && d->beside.exact);
}

/* The witness of what goes has a copy: this piece. */
int
keep_none_doom(struct dedup *d, const struct piece *p)
{
	struct doomed *x;

	if (!is_copy(d, p) || p->unit->why.table != 0)
		return 0;
	if (array_room(&d->doomed, &d->doomed_room, d->ndoomed + 1,
		       sizeof(*x)) != 0)
		return -1;
	x = &d->doomed[d->ndoomed++];
	*x = (struct doomed){
		.document = p->unit->why.witness.document,
		.offset = p->unit->why.witness.offset,
		.line = p->unit->why.reason == DEDUP_REPEAT &&
			p->kind == PIECE_REPEAT,
		.why = p->unit->why,
	};
	x->why.witness = engine_place(d, p->off, p->line);
	return 0;
}

/* Has this piece, which would stay, a copy that the first reading saw? */
bool
keep_none_dooms(const struct dedup *d, struct piece *p)
{
	struct doomed key = { .document = d->document, .offset = p->off };
	const struct doomed *x = NULL;

	if (!d->second || d->ndoomed == 0 || p->unit->doomed)
		return p->unit->doomed;
	if (piece_is_unit(p))
		x = bsearch(&key, d->doomed, d->ndoomed, sizeof(key), by_place);
	key.line = true;
	if (x == NULL && p->kind != PIECE_RUN)
		x = bsearch(&key, d->doomed, d->ndoomed, sizeof(key), by_place);
	if (x == NULL)
		return false;
	p->unit->why = x->why;
	p->unit->doomed = true;
	return true;
}

size_t
keep_none_memory(const struct dedup *d)
{
	return d->doomed_room * sizeof(*d->doomed);
}
