/*
 * Judge: compare pieces, in the corpus's order, with what was said before.
 *
 * A unit is judged in its place, and then recorded, whether it is removed or
 * not: the record of a removed unit has the place of its witness.  A unit that
 * is said in full soon after has a witness that comes later, and that may be
 * removed as well; so the witness is only named when the piece is cut, and all
 * up to there is decided.  The judge sees words as hashes, and no text.
 */
#include "engine.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void
judge_reset(struct dedup *d)
{
	d->at.linked = d->at.judged = d->at.cut = 0;
	d->marks.n = d->marks.looked = 0;
	d->headings.n = d->block.nbare = d->chains.n = 0;
	d->block.number = d->block.words_left = 0;
	d->block.words_why.reason = DEDUP_NREASONS;	/* none has gone */
	d->beside = (struct beside){ .any = false };
	d->last.unit = d->last.line = (struct fate){ .goes = false };
}

/* A unit that is dropped may be one that was never compared. */
static void
chains_dropped(struct chains *c, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->chain[i].piece >= n)
			c->chain[k++] = (struct chain){
				c->chain[i].piece - n, c->chain[i].from,
			};
	c->n = k;
}

void
judge_dropped(struct dedup *d, size_t n)
{
	for (size_t i = 0; i < d->headings.n; i++)
		d->headings.heading[i].piece -= n;
	chains_dropped(&d->chains, n);
	d->block.bare -= n < d->block.bare ? n : d->block.bare;
}

/*
 * A compared unit against what is known: 1 with its 'why', 0, or -1.  If 'id'
 * is not NULL, *id becomes the identity of the text that says it.
 */
static int
look_up(struct dedup *d, struct piece *p, uint64_t *id)
{
	struct unit *u = p->unit;
	enum dedup_reason reason = DEDUP_EXACT;
	struct match m;
	int got = d->known.listed != NULL ? listed_find(d, u, &u->why) : 0;

	if (got != 0)
		return got;
	if (d->asks != NULL && asks_look_up(d, p) != 0)
		return -1;
	got = u->proposal != NULL ?
	      table_find_after(d->known.table, &u->w.fp, u->proposal, &m) :
	      table_find(d->known.table, &u->w.fp, &m);
	if (got == 0 && split_wants_words(&d->own, u) && !u->headline) {
		if (split_sketch(&d->own, u) != 0)
			return -1;
		got = resembling_find(d, d->known.table, u, &m, &reason);
		if (got > 0 && id != NULL)
			*id = table_identity(d->known.table, &m);
	}
	/*
	 * A text of the same words was removed, and its witness may say more:
	 * then the match is near.
	 */
	if (got > 0 && reason == DEDUP_EXACT && split_wants_words(&d->own, u) &&
	    !u->headline && table_went(d->known.table, &m)) {
		struct match other;

		if (split_sketch(&d->own, u) != 0)
			return -1;
		got = resembling_find(d, d->known.table, u, &other, &reason);
		if (got < 0)
			return -1;
		if (got > 0)
			m = other;
		else
			reason = DEDUP_EXACT;
		got = 1;
	}
	if (got <= 0 || (reason == DEDUP_EXACT &&
			 !engine_wants(d, DEDUP_EXACT)))
		return got < 0 ? -1 : 0;
	/* What was found early may lead elsewhere by now. */
	if (d->known.places && m.table == 0 && m.ref != 0)
		m.place = table_place(d->known.table, m.ref);
	u->why = finding_of(d, reason, &m);
	return !keep_none_is_last(d, u, p->off);
}

/*
 * Record a text at this place; if it cannot be remembered, it is kept all the
 * same.
 */
static void
record_at(struct dedup *d, const struct piece *p, const struct place *at)
{
	struct unit *u = p->unit;
	struct table *t = d->reference.on ? d->known.listed : d->known.table;

	if (d->asks != NULL && !d->reference.on && asks_record(d, p) != 0)
		goto unrecorded;
	if (split_wants_words(&d->own, u)) {
		if (split_sketch(&d->own, u) != 0)
			goto unrecorded;
	} else {
		u->w.code = NULL;
	}
	if (table_add(t, &u->w, at) == 0)
		return;
unrecorded:
	/* What is known is all up to some unit. */
	if (errno == ENOMEM)
		table_fill(t);
	d->known.damaged |= errno == EBADMSG;
	d->stats.unrecorded++;
}

static void
record(struct dedup *d, const struct piece *p)
{
	struct unit *u = p->unit;
	struct place at = engine_place(d, p->off, p->line);

	d->reference.any_long |= u->length >= SHINGLE_NEAR;
	/* What follows a part of a reference text may be anywhere. */
	if ((u->compared || (u->part && d->reference.on)) && !u->broken)
		record_at(d, p, &at);
}

/*
 * A removed text is recorded too, except what is known already and what cannot
 * be a witness: no single text says all that a cut-off lead says, since its
 * words that ask to read on are in none.
 */
static void
record_gone(struct dedup *d, const struct piece *p)
{
	struct unit *u = p->unit;

	if (!u->compared || u->broken || d->opt.threshold > 0 ||
	    d->opt.keep == DEDUP_KEEP_NONE || u->why.table != 0 ||
	    (u->why.reason != DEDUP_NEAR && u->why.reason != DEDUP_CONTAINED &&
	     !(u->why.reason == DEDUP_LEAD && u->said)))
		return;
	u->w.went = true;
	record_at(d, p, &u->why.witness);
	u->recorded = d->known.places &&
		      u->why.witness.document == d->input.document;
	u->root_off = u->why.witness.offset;
	u->root_line = u->why.witness.line;
}

/* Verdicts. */

static int
set_removed(struct dedup *d, struct piece *p)
{
	p->verdict = GOES;
	d->stats.removed[p->unit->why.reason]++;
	if (d->opt.keep == DEDUP_KEEP_FIRST)
		return 0;
	if (!d->pass.last)
		return keep_none_note(d, p);
	keep_none_lead(d, p);
	return 0;
}

/* It stays, unless every copy is to be removed and it has one. */
static int
set_kept(struct dedup *d, struct piece *p)
{
	if (d->pass.last && keep_none_removes(d, p))
		return set_removed(d, p);
	p->verdict = STAYS;
	return 0;
}

/* The lines of a run, right behind it, are decided with it. */
static int
decide_run(struct dedup *d, size_t run, const struct piece *p)
{
	struct unit *u = p->unit;
	int got = 0;

	for (size_t i = run + 1; got == 0 && i < d->own.npieces; i++) {
		struct piece *l = &d->own.pieces[i];

		if (!piece_is_of_run(l))
			break;
		if (l->kind == PIECE_REPEAT || l->verdict != UNDECIDED)
			continue;
		if (p->verdict == GOES) {
			l->verdict = GOES;
			l->unit->why = u->why;
			l->unit->root_off = u->root_off;
			l->unit->root_line = u->root_line;
		} else {
			d->stats.units += keep_none_removes(d, l);
			got = set_kept(d, l);
		}
	}
	return got;
}

/* Unit i is decided: so are its lines, if it is a run. */
static inline int
decide_lines(struct dedup *d, size_t i, const struct piece *p)
{
	return p->kind == PIECE_RUN ? decide_run(d, i, p) : 0;
}

int
judge_goes(struct dedup *d, size_t i)
{
	struct piece *p = &d->own.pieces[i];

	return set_removed(d, p) != 0 ? -1 : decide_lines(d, i, p);
}

int
judge_stays(struct dedup *d, size_t i)
{
	struct piece *p = &d->own.pieces[i];

	return set_kept(d, p) != 0 ? -1 : decide_lines(d, i, p);
}

/* It says again what stands directly before. */
static int
repeat(struct dedup *d, struct piece *p)
{
	struct unit *u = p->unit;

	u->why = (struct finding){
		.reason = DEDUP_REPEAT, .resemblance = 1.0,
		.witness = engine_place(d, u->root_off, u->root_line),
	};
	return set_removed(d, p);
}

/* Rule 4. */

/* Does unit i, or a line of it, go by rule 5 or 6?  1, 0, or -1. */
static int
is_taken(struct dedup *d, size_t i)
{
	struct piece *p = &d->own.pieces[i];
	struct finding f;
	int got = 0;

	if (d->own.hash_lines && p->kind == PIECE_UNIT)
		got = boilerplate_find(d, p, &f);
	for (size_t k = i + 1; d->own.hash_lines && p->kind == PIECE_RUN &&
	     got == 0 && k < d->own.npieces; k++) {
		const struct piece *l = &d->own.pieces[k];

		if (!piece_is_of_run(l))
			break;
		got = boilerplate_find(d, l, &f);
	}
	if (got != 0 || (!p->unit->compared && !p->unit->part &&
			 p->unit->mark == 0))
		return got;
	return listed_find(d, p->unit, &f);
}

/*
 * Where does the first unit begin that leads to unit i?  Those before are done.
 */
static uint64_t
chain_begin(struct chains *c, size_t i, uint64_t off)
{
	uint64_t from = off;
	size_t n = 0;

	for (size_t k = 0; k < c->n; k++)
		if (c->chain[k].piece == i)
			from = c->chain[k].from;
		else if (c->chain[k].piece > i)
			c->chain[n++] = c->chain[k];
	c->n = n;
	return from;
}

/* Unit i leads to its completers. */
static void
chain_on(struct chains *c, const struct split *s, size_t i, uint64_t from)
{
	unsigned completers = s->pieces[i].unit->completers;

	for (unsigned bit = 0; bit < LOOKAHEAD_UNITS; bit++) {
		size_t to, k;

		if ((completers >> bit & 1) == 0)
			continue;
		to = lookahead_piece(s, i, bit);
		for (k = 0; k < c->n && c->chain[k].piece != to; k++)
			;
		assert(k < LOOKAHEAD_UNITS);
		if (k == c->n)
			c->chain[c->n++] = (struct chain){ to, from };
		else if (from < c->chain[k].from)
			c->chain[k].from = from;
	}
}

/* Is unit i said in full soon after?  1 with its 'why', 0, or -1. */
static int
is_completed(struct dedup *d, size_t i, struct piece *p)
{
	struct unit *u = p->unit;
	uint64_t from = d->chains.n > 0 ?
			chain_begin(&d->chains, i, p->off) : p->off;
	const struct piece *first;

	if (u->completers == 0 || p->off + p->len - from > CHAIN_BYTES)
		return 0;
	for (unsigned bit = 0; bit < LOOKAHEAD_UNITS; bit++)
		if (u->completers >> bit & 1) {
			int got = is_taken(d, lookahead_piece(&d->own, i, bit));

			if (got != 0)
				return got < 0 ? -1 : 0;
		}
	chain_on(&d->chains, &d->own, i, from);
	first = &d->own.pieces[lookahead_piece(&d->own, i,
			(unsigned)__builtin_ctz(u->completers))];
	u->why = (struct finding){
		.reason = DEDUP_LEAD, .resemblance = 1.0,
		.witness = engine_place(d, first->off, first->line),
	};
	return 1;
}

/* A unit that is known by its company, and by reference texts. */
static int
judge_short(struct dedup *d, size_t i, struct unit *u)
{
	int got = u->part || u->mark > 0 ? listed_find(d, u, &u->why) : 0;

	if (got <= 0)
		return got < 0 ? -1 : beside_short(d, i);
	d->beside.any = false;
	return judge_goes(d, i) != 0 ? -1 : beside_settle(d);
}

/* A unit against all that was said before, and what follows soon. */
static int
judge_unit(struct dedup *d, size_t i, struct piece *p)
{
	struct unit *u = p->unit;
	bool wanted = beside_wants_identity(d, i);
	uint64_t mine = 0, theirs = 0;
	int got;

	d->stats.units++;
	if (u->repeats && engine_wants(d, DEDUP_REPEAT))
		return repeat(d, p) != 0 || decide_lines(d, i, p) != 0 ? -1 :
		       beside_passed(d);
	if (!u->compared)
		return judge_short(d, i, u);
	if (wanted) {
		if (split_wants_identity(&d->own, u) &&
		    split_sketch(&d->own, u) != 0)
			return -1;
		mine = theirs = words_identity(&u->w);
	}
	got = (u->completers == 0 && d->chains.n == 0) ||
	      !engine_wants(d, DEDUP_LEAD) ? 0 : is_completed(d, i, p);
	if (got == 0)
		got = look_up(d, p, wanted ? &theirs : NULL);
	if (got < 0)
		return -1;
	if (got > 0) {
		record_gone(d, p);
		got = set_removed(d, p);
	} else {
		record(d, p);
		got = set_kept(d, p);
	}
	if (got != 0 || decide_lines(d, i, p) != 0)
		return -1;
	/* Most units have no company. */
	d->beside.any = false;
	if (!wanted)
		return 0;
	d->beside = (struct beside){
		.any = !u->broken &&
		       (p->verdict == STAYS || u->why.reason != DEDUP_LISTED),
		.goes = p->verdict == GOES && !u->has_copy &&
			(u->why.reason == DEDUP_EXACT ||
			 u->why.reason == DEDUP_NEAR),
		.exact = u->why.reason == DEDUP_EXACT,
		.mine = mine, .theirs = theirs, .off = p->off,
		.witness = u->why.witness,
	};
	return beside_judged(d, i);
}

/* Pieces, in order. */

/* Lines without words are removed if all lines with words are. */
static void
take_bare_lines(struct dedup *d, size_t run, const struct finding *why)
{
	for (size_t i = run + 1; i < d->own.npieces; i++) {
		struct piece *l = &d->own.pieces[i];

		if (!piece_is_of_run(l))
			break;
		if (l->kind == PIECE_REST && l->verdict == UNDECIDED) {
			l->verdict = GOES;
			l->unit->why = *why;
		}
	}
}

/*
 * Lines of a run are looked at before the run: they vote, and may be
 * boilerplate.  *rest: are any words left?
 */
static int
judge_lines(struct dedup *d, size_t run, bool *rest)
{
	struct piece *p = &d->own.pieces[run];
	struct unit *u = p->unit;

	*rest = p->nwords > 0 || u->w.n == 0;
	for (size_t i = run + 1; i < d->own.npieces; i++) {
		struct piece *l = &d->own.pieces[i];
		int got;

		if (!piece_is_of_run(l))
			break;
		boilerplate_vote(d, l);
		got = boilerplate_find(d, l, &l->unit->why);
		if (got < 0)
			return -1;
		if (got > 0) {
			d->stats.units++;
			u->broken = true;
			u->why = l->unit->why;
			if (set_removed(d, l) != 0)
				return -1;
		}
		*rest |= l->kind == PIECE_REST && got == 0 && l->nwords > 0;
	}
	if (!*rest) {
		p->verdict = GOES;	/* its lines do, each for itself */
		take_bare_lines(d, run, &u->why);
	}
	return 0;
}

/* Nothing is judged in this pass, but perhaps recorded for reference. */
static int
keep_all(struct dedup *d, size_t i, struct piece *p)
{
	d->stats.units++;
	if (d->reference.on)
		record(d, p);
	p->verdict = STAYS;
	return decide_lines(d, i, p);
}

/* A unit without words, such as a rule, goes if all words of its block do. */
static void
wait_for_words(struct dedup *d, size_t i)
{
	if (d->block.nbare++ == 0)
		d->block.bare = i;
}

/* Those of the block that ends. */
__attribute__((noinline)) static int
judge_bare(struct dedup *d)
{
	bool stays = d->block.words_left > 0 ||
		     d->block.words_why.reason == DEDUP_NREASONS;

	for (size_t i = d->block.bare; d->block.nbare > 0 &&
				       i < d->own.npieces; i++) {
		struct piece *p = &d->own.pieces[i];

		if (!piece_is_unit(p) || p->unit->w.n > 0 ||
		    p->verdict != UNDECIDED)
			continue;
		p->unit->why = d->block.words_why;
		/* If that is a repeat: what it repeats, as in cut_before(). */
		p->unit->root_off = d->block.words_why.witness.offset;
		if ((stays ? judge_stays : judge_goes)(d, i) != 0)
			return -1;
		d->block.nbare--;
	}
	d->block.nbare = 0;
	return 0;
}

/* A block ends, or all that there is does. */
static int
end_block(struct dedup *d)
{
	if (d->block.nbare > 0 && judge_bare(d) != 0)
		return -1;
	d->block.number++;
	d->block.words_left = 0;
	d->block.words_why.reason = DEDUP_NREASONS;
	d->beside.any = false;
	return 0;
}

static int
judge_one(struct dedup *d, size_t i, struct piece *p)
{
	struct unit *u = p->unit;
	bool rest = true;
	int got = 0;

	d->stats.lines += u->nlines;
	d->stats.short_lines += u->short_lines;
	if (p->kind == PIECE_RUN && d->own.hash_lines) {
		if (judge_lines(d, i, &rest) != 0)
			return -1;
	} else if (d->own.hash_lines) {
		boilerplate_vote(d, p);
		got = boilerplate_find(d, p, &u->why);
	}
	if (got < 0)
		return -1;
	if (!d->pass.judges || d->reference.on)
		return keep_all(d, i, p);
	if (got > 0 || !rest) {
		/* It is no unit's witness, and no company. */
		d->stats.units += got > 0;
		got = got > 0 ? judge_goes(d, i) : 0;
		d->beside.any = false;
		if (got == 0)
			got = beside_settle(d);
	} else if (u->w.n == 0) {
		d->stats.units++;
		d->beside.any = false;
		if (!u->rule && judge_stays(d, i) != 0)
			return -1;
		if (u->rule)
			wait_for_words(d, i);
		return beside_passed(d);
	} else {
		got = judge_unit(d, i, p);
	}
	/* One that waits is removed in any case if it is a copy. */
	if (p->verdict == GOES || keep_none_removes(d, p))
		d->block.words_why = u->why;
	else
		d->block.words_left++;
	return got;
}

/* A line that repeats what stands before it, if it is no boilerplate. */
static int
judge_repeat(struct dedup *d, struct piece *p)
{
	int got = 0;

	if (p->verdict != UNDECIDED)
		return beside_passed(d);
	d->stats.units++;
	if (d->own.hash_lines) {
		boilerplate_vote(d, p);
		got = boilerplate_find(d, p, &p->unit->why);
	}
	if (got < 0)
		return -1;
	if (got == 0 && d->pass.judges && !d->reference.on &&
	    engine_wants(d, DEDUP_REPEAT))
		got = repeat(d, p);
	else if (got > 0)
		got = set_removed(d, p);
	else
		p->verdict = STAYS;
	return got != 0 ? -1 : beside_passed(d);
}

static int
judge_piece(struct dedup *d, size_t i)
{
	struct piece *p = &d->own.pieces[i];

	switch (p->kind) {
	case PIECE_SEPARATOR:
		return end_block(d);
	case PIECE_PASS:
		p->verdict = STAYS;
		d->stats.oversize += p->begins;
		d->block.words_left++;
		d->beside.any = false;
		return beside_settle(d);
	case PIECE_UNIT:
	case PIECE_RUN:
		return judge_one(d, i, p);
	case PIECE_REST:
		return 0;
	case PIECE_REPEAT:
		return judge_repeat(d, p);
	}
	return 0;
}

/* All pieces that are linked; and cut them as far as they are decided. */
int
judge_linked(struct dedup *d, bool final)
{
	while (d->at.judged < d->at.linked) {
		size_t to = d->at.judged + PREFETCH_GROUP;

		if (to > d->at.linked)
			to = d->at.linked;
		if (d->pass.judges && !d->reference.on &&
		    ahead_fetch(d, d->at.judged, to) != 0)
			return -1;
		for (; d->at.judged < to; d->at.judged++)
			if (judge_piece(d, d->at.judged) != 0)
				return -1;
	}
	if (final && (end_block(d) != 0 || beside_settle(d) != 0))
		return -1;
	return resolve_decided(d);
}
