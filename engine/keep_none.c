/*
 * No copy stays (DEDUP_KEEP_NONE): the first pass remembers the witnesses of
 * what is removed, and the last pass removes them too.
 */
#include "engine.h"

#include <stdlib.h>

/* A text that has a copy, to be removed in the last pass. */
struct copy {
	uint64_t document, offset;
	bool line;		/* a line of a run, else a unit */
	struct finding why;	/* witness: that copy */
};

static int
compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
by_place(const void *a, const void *b)
{
	const struct copy *x = a, *y = b;
	int order = compare(x->document, y->document);

	if (order == 0)
		order = compare(x->offset, y->offset);
	return order != 0 ? order : (int)x->line - (int)y->line;
}

/* The same, and the copies of each in order. */
static int
by_place_and_copy(const void *a, const void *b)
{
	const struct place *x = &((const struct copy *)a)->why.witness;
	const struct place *y = &((const struct copy *)b)->why.witness;
	int order = by_place(a, b);

	if (order == 0)
		order = compare(x->document, y->document);
	return order != 0 ? order : compare(x->offset, y->offset);
}

/* The first pass is over. */
void
keep_none_sort(struct copies *c)
{
	size_t n = 0;

	if (c->n > 0)
		qsort(c->copy, c->n, sizeof(*c->copy), by_place_and_copy);
	/* One copy is enough to name: the first. */
	for (size_t i = 0; i < c->n; i++)
		if (n == 0 || by_place(&c->copy[n - 1], &c->copy[i]) != 0)
			c->copy[n++] = c->copy[i];
	c->n = n;
}

/*
 * Does the removed piece say all that the witness says?  A witness that is near
 * may say more: it stays, and so does the heading beside it.
 */
static bool
is_copy(const struct dedup *d, const struct piece *p)
{
	struct unit *u = p->unit;

	return u->why.reason == DEDUP_EXACT || u->why.reason == DEDUP_REPEAT ||
	       (u->why.reason == DEDUP_HEADING && d->beside.exact);
}

/* The witness of what goes has a copy: this piece. */
int
keep_none_note(struct dedup *d, const struct piece *p)
{
	struct unit *u = p->unit;
	struct copy *x;

	if (!is_copy(d, p) || u->why.table != 0)
		return 0;
	if (array_room(&d->copies.copy, &d->copies.room, d->copies.n + 1,
		       sizeof(*x)) != 0)
		return -1;
	x = &d->copies.copy[d->copies.n++];
	*x = (struct copy){
		.document = u->why.witness.document,
		.offset = u->why.witness.offset,
		.line = u->why.reason == DEDUP_REPEAT &&
			p->kind == PIECE_REPEAT,
		.why = u->why,
	};
	x->why.witness = engine_place(d, p->off, p->line);
	return 0;
}

static const struct copy *
find(const struct copies *c, const struct copy *key)
{
	return bsearch(key, c->copy, c->n, sizeof(*key), by_place);
}

/* Has this piece, which would stay, a copy that the first pass saw? */
bool
keep_none_removes(const struct dedup *d, struct piece *p)
{
	struct unit *u = p->unit;
	struct copy key = { .document = d->input.document, .offset = p->off };
	const struct copy *x = NULL;

	if (!d->pass.last || d->copies.n == 0 || u->has_copy)
		return u->has_copy;
	if (piece_is_unit(p))
		x = find(&d->copies, &key);
	key.line = true;
	if (x == NULL && p->kind != PIECE_RUN)
		x = find(&d->copies, &key);
	if (x == NULL)
		return false;
	u->why = x->why;
	u->has_copy = true;
	return true;
}

size_t
keep_none_memory(const struct copies *c)
{
	return c->room * sizeof(*c->copy);
}
