/*
 * Look-ups read memory at random.  A group of pieces takes each step before any
 * of them is judged, so that their reads overlap: the slots of fingerprints,
 * then those of sketches, then the records that these name.
 *
 * With several threads, look-ups themselves are made ahead, as proposals: when
 * the unit is judged, only what came since is looked up.
 */
#include "engine.h"

static bool
is_looked_up(const struct piece *p)
{
	return piece_is_unit(p) && p->unit->compared;
}

/* If its words will be asked for, fetch what its sketch leads to. */
static int
fetch_sketch(struct dedup *d, size_t i)
{
	const struct piece *p = &d->own.pieces[i];
	struct unit *u = p->unit;
	struct match m;

	if (!is_looked_up(p) || !split_wants_words(&d->own, u) || u->headline)
		return 0;
	if (u->proposal != NULL) {
		if (!u->proposal->exact && !u->proposal->near)
			table_prefetch_add(d->known.table, &u->w);
		return 0;
	}
	if (table_find(d->known.table, &u->w.fp, &m) != 0)
		return 0;
	if (split_sketch(&d->own, u) != 0)
		return -1;
	table_prefetch_near(d->known.table, &u->w, d->opt.threshold);
	return 0;
}

int
ahead_fetch(struct dedup *d, size_t from, size_t to)
{
	const struct piece *p = d->own.pieces;

	for (size_t i = from; i < to; i++)
		if (is_looked_up(&p[i]))
			table_prefetch(d->known.table, &p[i].unit->w.fp);
	if (d->opt.exact)
		return 0;
	if (d->threads.familiar.tag != NULL)
		for (size_t i = from; i < to; i++)
			if (is_looked_up(&p[i]))
				familiar_note(&d->threads.familiar,
					      &p[i].unit->w.fp);
	table_begin_group(d->known.table);
	for (size_t i = from; i < to; i++)
		if (fetch_sketch(d, i) != 0)
			return -1;
	for (size_t i = from; i < to; i++)
		if (is_looked_up(&p[i]) && p[i].unit->sketched &&
		    p[i].unit->proposal == NULL)
			table_prefetch_records(d->known.table, &p[i].unit->w,
					       d->opt.threshold);
	return 0;
}

/* Is the unit known word for word?  If not, its sketch is needed. */
static int
propose_exact(const struct dedup *d, struct split *s, const struct piece *p)
{
	struct proposal *to = &s->early.proposals[p - s->pieces];
	struct unit *u = p->unit;

	if (!is_looked_up(p) || !split_wants_words(s, u))
		return 0;
	/* What fails here is looked up again when it is judged. */
	if (table_propose_find(d->known.table, &u->w.fp, to) > 0) {
		u->proposal = to;
		return 0;
	}
	if (split_sketch(s, u) != 0)
		return -1;
	table_prefetch_near(d->known.table, &u->w, d->opt.threshold);
	return 0;
}

static void
propose_near(const struct dedup *d, struct split *s, const struct piece *p)
{
	struct proposal *to = &s->early.proposals[p - s->pieces];
	struct unit *u = p->unit;

	if (table_propose(d->known.table, s->early.scratch, &u->w,
			  d->opt.threshold, to) == 0)
		u->proposal = to;
}

static bool
is_to_be_proposed(const struct piece *p)
{
	return is_looked_up(p) && p->unit->sketched &&
	       p->unit->proposal == NULL;
}

int
ahead_propose(const struct dedup *d, struct split *s)
{
	struct table *t = d->known.table;

	if (s->early.scratch == NULL)
		s->early.scratch = scratch_new();
	if (s->early.scratch == NULL)
		return -1;
	if (array_room(&s->early.proposals, &s->early.room, s->npieces,
		       sizeof(*s->early.proposals)) != 0)
		return -1;
	for (size_t i = 0; i < s->npieces; i += PREFETCH_GROUP) {
		struct piece *p = s->pieces + i;
		size_t n = s->npieces - i < PREFETCH_GROUP ?
			   s->npieces - i : PREFETCH_GROUP;

		for (size_t k = 0; k < n; k++)
			if (is_looked_up(&p[k]))
				table_prefetch(t, &p[k].unit->w.fp);
		for (size_t k = 0; k < n; k++)
			if (propose_exact(d, s, &p[k]) != 0)
				return -1;
		for (size_t k = 0; k < n; k++)
			if (is_to_be_proposed(&p[k]))
				table_prefetch_records(t, &p[k].unit->w,
						       d->opt.threshold);
		for (size_t k = 0; k < n; k++)
			if (is_to_be_proposed(&p[k]))
				propose_near(d, s, &p[k]);
	}
	return 0;
}
