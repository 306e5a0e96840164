/*
 * A removed piece leads to a text that says it, and that may be removed as
 * well.  Once all texts of this chain are decided, the one at its end stays;
 * then the piece is cut, in the order of the document.
 */
#include "engine.h"

/* The piece that this byte is in, if it is not cut yet; or NULL. */
static struct piece *
piece_of(const struct dedup *d, uint64_t off)
{
	size_t low = d->at.cut, high = d->own.npieces;

	if (low == high || off < d->own.pieces[low].off)
		return NULL;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (d->own.pieces[middle].off <= off)
			low = middle;
		else
			high = middle;
	}
	return &d->own.pieces[low];
}

/*
 * What is repeated is the unit or line that was cut last, or one that was not
 * cut yet.
 */
static const struct finding *
cut_before(const struct dedup *d, const struct piece *p)
{
	const struct fate *f = p->kind == PIECE_REPEAT ? &d->last.line
						       : &d->last.unit;

	return f->goes && f->off <= p->unit->root_off &&
	       p->unit->root_off <= f->off + f->len ? &f->why : NULL;
}

/* A repeat is removed as what it repeats is. */
static void
go_as(struct dedup *d, struct unit *u, const struct finding *why)
{
	d->stats.removed[u->why.reason]--;
	d->stats.removed[why->reason]++;
	u->why = *why;
}

/* The place of a witness, as its record has it by now. */
static struct place
place_now(const struct dedup *d, const struct finding *f)
{
	bool moves = f->ref != 0 && d->known.places &&
		     f->witness.document == d->input.document;

	return moves ? table_place(d->known.table, f->ref) : f->witness;
}

/*
 * Where does the chain of witnesses of a removed piece end?  All before the
 * current pieces is decided, and its records say so by now.  1, or 0: something
 * on the way is not decided yet.
 *
 * A step leads to an earlier text, or to a later one that has more letters.  So
 * no step is taken twice, unless hashes of words are the same by chance.
 */
static int
resolve(struct dedup *d, const struct piece *p)
{
	const struct finding *before = NULL;
	struct unit *u = p->unit;
	const struct piece *q;
	size_t steps = d->own.npieces;

	if (u->why.reason == DEDUP_REPEAT)
		before = cut_before(d, p);
	if (before != NULL)
		go_as(d, u, before);
	u->why.witness = place_now(d, &u->why);
	while (steps-- > 0 && u->why.table == 0 && !u->why.last &&
	       u->why.reason != DEDUP_BOILERPLATE &&
	       u->why.reason != DEDUP_LISTED &&
	       u->why.witness.document == d->input.document &&
	       (q = piece_of(d, u->why.witness.offset)) != NULL && q != p) {
		if (q->verdict == UNDECIDED)
			return 0;
		if (q->verdict == STAYS)
			break;
		/* A rule that stands before the repeat that it goes with. */
		if (u->why.reason == DEDUP_REPEAT)
			go_as(d, u, &q->unit->why);
		u->why.witness = place_now(d, &q->unit->why);
		u->why.table = q->unit->why.table;
		u->why.last = q->unit->why.last;
	}
	return 1;
}

/* All else is only asked if it goes. */
static inline void
set_fate(struct fate *f, const struct piece *p)
{
	f->goes = p->verdict == GOES;
	if (!f->goes)
		return;
	f->off = p->off;
	f->len = p->len;
	f->why = p->unit->why;
}

/* What may be repeated next. */
static void
note_fate(struct dedup *d, const struct piece *p)
{
	const struct unit *u = p->unit;

	if (p->kind == PIECE_PASS)
		d->last.line.goes = false;
	if (u == NULL || p->kind == PIECE_REPEAT)
		return;
	if (p->kind != PIECE_REST && !u->repeats && u->w.n > 0)
		set_fate(&d->last.unit, p);
	/* What repeats a unit of one line was said there. */
	if (p->kind == PIECE_RUN ? p->len > 0 : !u->repeats)
		set_fate(&d->last.line, p);
}

/* Its record leads to where the chain ends, which is known now. */
static void
lead_on(struct dedup *d, const struct unit *u)
{
	struct place from = engine_place(d, u->root_off, u->root_line);

	if (u->recorded && u->why.table == 0)
		table_move(d->known.table, &u->w.fp, &from, &u->why.witness);
}

int
resolve_decided(struct dedup *d)
{
	bool keeps = d->opt.keep == DEDUP_KEEP_NONE;

	for (; d->at.cut < d->at.judged; d->at.cut++) {
		struct piece *p = &d->own.pieces[d->at.cut];

		if (p->verdict == UNDECIDED && p->kind != PIECE_SEPARATOR)
			return 0;
		if (p->verdict == GOES && !keeps) {
			if (resolve(d, p) == 0)
				return 0;
			lead_on(d, p->unit);
		}
		note_fate(d, p);
		if (cut_piece(&d->cutter, p, d->opt.places,
			      &d->stats.removed_bytes) != 0)
			return -1;
	}
	return 0;
}
