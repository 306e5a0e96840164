/*
 * No copy stays (DEDUP_KEEP_NONE): the first pass remembers the witnesses of
 * what is removed, and the last pass removes them too.
 *
 * The last copy stays (DEDUP_KEEP_LAST): it is the same, but the last one of the
 * copies is kept, and stands for the first as a witness.  That is of units
 * alone: what repeats what is directly before it goes as always.
 */
#include "engine.h"

#include <stdlib.h>

#include "order.h"

/* A text that has a copy, to be removed in the last pass. */
struct copy {
	uint64_t document, offset;
	bool line;		/* a line of a run, else a unit */
	bool lost;		/* see is_lost() */
	bool heading;		/* it goes with the unit at 'unit', a copy of
				 * what is at 'of' */
	uint64_t unit;
	struct place of;
	struct finding why;	/* witness: that copy */
};

static int
by_place(const void *a, const void *b)
{
	const struct copy *x = a, *y = b;
	int order = order_u64(x->document, y->document);

	if (order == 0)
		order = order_u64(x->offset, y->offset);
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
		order = order_u64(x->document, y->document);
	return order != 0 ? order : order_u64(x->offset, y->offset);
}

static bool
is_at(const struct place *p, uint64_t document, uint64_t offset)
{
	return p->document == document && p->offset == offset;
}

static const struct copy *find(const struct copies *c, const struct copy *key);

/*
 * A heading goes for its last copy only if what that heads is a last copy: else
 * both would be gone, since that one goes with its text.
 */
static bool
is_lost(const struct copies *c, const struct copy *x)
{
	struct copy key = {
		.document = x->of.document, .offset = x->of.offset,
	};
	const struct copy *unit;

	if (!x->heading)
		return false;
	unit = find(c, &key);
	return unit == NULL || !is_at(&unit->why.witness,
				      x->why.witness.document, x->unit);
}

/* The headings that would be lost stay. */
static void
keep_headings(struct copies *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		c->copy[i].lost = is_lost(c, &c->copy[i]);
	for (size_t i = 0; i < c->n; i++)
		if (!c->copy[i].lost)
			c->copy[n++] = c->copy[i];
	c->n = n;
}

/* The first pass is over.  One copy is enough to name: the first, or the last. */
void
keep_none_sort(struct copies *c, bool last)
{
	size_t n = 0;

	if (c->n > 0)
		qsort(c->copy, c->n, sizeof(*c->copy), by_place_and_copy);
	for (size_t i = 0; i < c->n; i++)
		if (n == 0 || by_place(&c->copy[n - 1], &c->copy[i]) != 0)
			c->copy[n++] = c->copy[i];
		else if (last)
			c->copy[n - 1] = c->copy[i];
	c->n = n;
	if (last)
		keep_headings(c);
}

/*
 * Does the removed piece say all that the witness says?  A witness that is near
 * may say more: it stays, and so does the heading beside it.  A rule says
 * nothing: it is removed with the words of its block.
 */
static bool
is_copy(const struct dedup *d, const struct piece *p)
{
	struct unit *u = p->unit;

	if (u->rule)
		return false;
	return u->why.reason == DEDUP_EXACT || u->why.reason == DEDUP_REPEAT ||
	       (u->why.reason == DEDUP_HEADING && d->beside.exact);
}

/* Was the text that it was found by removed?  Its witness may say more. */
static bool
leads_on(const struct dedup *d, const struct unit *u)
{
	struct match m = { .table = 0, .ref = u->why.ref };

	return m.ref != 0 && table_went(d->known.table, &m);
}

/* The witness of what goes has a copy: this piece. */
int
keep_none_note(struct dedup *d, const struct piece *p)
{
	struct unit *u = p->unit;
	struct copy *x;

	if (!is_copy(d, p) || u->why.table != 0 ||
	    (d->opt.keep == DEDUP_KEEP_LAST &&
	     (u->why.reason == DEDUP_REPEAT || leads_on(d, u))))
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
		.heading = u->why.reason == DEDUP_HEADING,
		.unit = d->beside.off, .of = d->beside.witness,
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

/* The copies of the unit at this place. */
static const struct copy *
copies_of(const struct dedup *d, const struct place *at)
{
	struct copy key = { .document = at->document, .offset = at->offset };

	return d->opt.keep == DEDUP_KEEP_LAST && d->pass.last &&
	       d->copies.n > 0 ? find(&d->copies, &key) : NULL;
}

/* Does this unit, at 'off', say what its witness says, and is it the last one? */
bool
keep_none_is_last(const struct dedup *d, const struct unit *u, uint64_t off)
{
	bool may_be = (u->why.reason == DEDUP_EXACT ||
		       u->why.reason == DEDUP_HEADING) && u->why.table == 0;
	const struct copy *x = may_be ? copies_of(d, &u->why.witness) : NULL;

	return x != NULL && is_at(&x->why.witness, d->input.document, off);
}

/* The witness of what goes may have gone for its last copy. */
void
keep_none_lead(const struct dedup *d, struct piece *p)
{
	struct finding *f = &p->unit->why;
	const struct copy *x;

	if (d->opt.keep != DEDUP_KEEP_LAST || f->table != 0 ||
	    f->reason == DEDUP_LISTED || f->reason == DEDUP_BOILERPLATE)
		return;
	x = copies_of(d, &f->witness);
	if (x != NULL)
		f->witness = x->why.witness;
	/* A teaser's is later, too, and may be removed. */
	f->last = x != NULL || (f->reason != DEDUP_LEAD &&
				f->witness.document == d->input.document &&
				f->witness.offset > p->off);
	if (f->last)
		f->ref = 0;
}

size_t
keep_none_memory(const struct copies *c)
{
	return c->room * sizeof(*c->copy);
}
