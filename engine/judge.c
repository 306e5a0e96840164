/*
 * Judge: pieces in the corpus's order against what was kept.
 *
 * A unit is judged where it stands, but one that others say in full soon after
 * is judged right after the last of these.  What stays is recorded at that
 * moment, so that each witness is a unit that stayed.  The judge sees words as
 * hashes, and no text.
 */
#include "engine.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void
judge_reset(struct dedup *d)
{
	d->linked = d->judged = d->cut = d->nwaiting = 0;
	d->last = d->last_cut = (struct fate){ .goes = false };
}

/* What was found in a table. */

/*
 * The number of the table that a match is from, as the caller counts those
 * that were loaded: 'i' is counted among those of this kind.
 */
static unsigned
loaded_number(const struct dedup *d, enum dedup_load kind, unsigned i)
{
	for (unsigned n = 0; n < d->nloaded && i > 0; n++)
		if (d->loaded[n].kind == kind && --i == 0)
			return n + 1;
	return 0;
}

struct finding
judge_finding(const struct dedup *d, enum dedup_reason reason,
	      const struct match *m)
{
	return (struct finding){
		.reason = reason, .resemblance = m->resemblance,
		.witness = m->place,
		.table = loaded_number(d, reason == DEDUP_LISTED ?
				       DEDUP_LOAD_LISTED : DEDUP_LOAD_KNOWN,
				       m->table),
	};
}

/*
 * Rule 2, and --threshold and --contained: does a unit of the table say what
 * this one says?  The words are there.  1 with 'm' and 'reason', 0, or -1.
 */
int
judge_resembling(const struct dedup *d, struct table *t, struct piece *p,
		 struct match *m, enum dedup_reason *reason)
{
	double threshold = d->opt.threshold;
	bool early = p->proposal != NULL && t == d->table;
	int got = 0;

	if (p->w.n >= DEDUP_NEAR_WORDS) {
		got = early ? table_near_after(t, &p->w, threshold,
					       p->proposal, m)
			    : table_near(t, &p->w, m);
		if (got == 0 && !early && threshold > 0)
			got = table_similar(t, &p->w, threshold, m);
		*reason = got > 0 && m->similar ? DEDUP_SIMILAR : DEDUP_NEAR;
	}
	if (got == 0 && d->opt.contained && p->w.n >= d->opt.ngram) {
		*reason = DEDUP_CONTAINED;
		got = table_containing(t, &p->w, m);
	}
	return got;
}

/* A compared unit against what is known: 1 with p->why set, 0, or -1. */
static int
look_up(struct dedup *d, struct split *s, struct piece *p)
{
	enum dedup_reason reason = DEDUP_EXACT;
	struct match m;
	int got = listed_find(d, s, p, &p->why);

	if (got != 0)
		return got;
	got = p->proposal != NULL ?
	      table_find_after(d->table, &p->w.fp, p->proposal, &m) :
	      table_find(d->table, &p->w.fp, &m);
	if (got == 0 && split_wants_words(s, p)) {
		if (split_sketch(s, p) != 0)
			return -1;
		got = judge_resembling(d, d->table, p, &m, &reason);
	}
	if (got > 0)
		p->why = judge_finding(d, reason, &m);
	return got;
}

/* What cannot be remembered is kept all the same. */
static void
record(struct dedup *d, struct split *s, struct piece *p)
{
	struct place at = engine_place(d, p->off, p->line);
	struct table *t = d->reference ? d->listed : d->table;

	if (!p->compared)
		return;
	if (split_wants_words(s, p)) {
		if (split_sketch(s, p) != 0)
			goto unrecorded;
	} else {
		p->w.code = NULL;
	}
	if (table_add(t, &p->w, &at) == 0)
		return;
unrecorded:
	/* What is known is all up to some unit. */
	if (errno == ENOMEM)
		table_fill(t);
	d->damaged |= errno == EBADMSG;
	d->stats.unrecorded++;
}

/* Verdicts. */

static int
let_go(struct dedup *d, struct piece *p)
{
	p->verdict = GOES;
	d->stats.removed[p->why.reason]++;
	return d->opt.keep == DEDUP_KEEP_NONE && !d->second ?
	       keep_none_doom(d, p) : 0;
}

/* It stays; but if no copy is to, it may have one. */
static int
let_stay(struct dedup *d, struct split *s, struct piece *p)
{
	record(d, s, p);
	p->doomed = keep_none_find(d, p, &p->why);
	if (p->doomed)
		return let_go(d, p);
	p->verdict = STAYS;
	return 0;
}

/* Why it goes is only known, and asked, if it does. */
static inline void
note_fate(struct fate *f, const struct piece *p)
{
	f->goes = p->verdict == GOES;
	if (f->goes)
		f->why = p->why;
}

/* A repeat goes as what it repeats does, or for that. */
static int
follow(struct dedup *d, const struct fate *before, struct piece *p)
{
	if (before->goes)
		p->why = before->why;
	else
		p->why = (struct finding){
			.reason = DEDUP_REPEAT, .resemblance = 1.0,
			.witness = engine_place(d, p->root_off, p->root_line),
		};
	return let_go(d, p);
}

/* Against what was kept; nothing more is waited for. */
static int
judge_unit(struct dedup *d, struct split *s, struct piece *p)
{
	int got = 0;

	d->stats.units++;
	if (p->repeats)
		return follow(d, &d->last, p);
	if (p->compared)
		got = look_up(d, s, p);
	if (got < 0)
		return -1;
	return got > 0 ? let_go(d, p) : let_stay(d, s, p);
}

/* Rule 4. */

/* Piece i is said in full by units of which the last one is this. */
static size_t
last_completer(const struct dedup *d, size_t i)
{
	uint8_t bits = view_at(&d->view, i)->completers;
	unsigned last = 0;

	while (bits >> (last + 1) != 0)
		last++;
	return soon_unit(&d->view, i, last);
}

/* Do all of them stay, or go as copies of what stays?  Then p->why says so. */
static bool
is_completed(const struct dedup *d, size_t i)
{
	struct piece *p = view_at(&d->view, i);
	bool first = true;

	for (unsigned bit = 0; bit < SOON_UNITS; bit++) {
		const struct piece *c;
		bool stays;

		if ((p->completers >> bit & 1) == 0)
			continue;
		c = view_at(&d->view, soon_unit(&d->view, i, bit));
		/* What goes for want of an only copy completes it as well. */
		stays = c->verdict == STAYS || c->doomed;
		if (!stays && !(c->verdict == GOES &&
				c->why.reason == DEDUP_EXACT))
			return false;
		if (first)
			p->why = (struct finding){
				.witness = stays ?
					engine_place(d, c->off, c->line) :
					c->why.witness,
				.table = stays ? 0 : c->why.table,
			};
		first = false;
	}
	p->why.reason = DEDUP_LEAD;
	p->why.resemblance = 1.0;
	return true;
}

/* Unit i has been judged: so can those be that waited for it. */
static int
end_waiting(struct dedup *d, size_t i)
{
	size_t n = 0;
	int got = 0;

	for (size_t k = 0; k < d->nwaiting; k++) {
		struct waiting w = d->waiting[k];
		struct piece *p = view_at(&d->view, w.piece);

		if (w.last != i) {
			d->waiting[n++] = w;
			continue;
		}
		if (is_completed(d, w.piece)) {
			d->stats.units++;
			got |= let_go(d, p);
		} else {
			got |= judge_unit(d, view_split(&d->view, w.piece), p);
		}
	}
	d->nwaiting = n;
	return got;
}

/* Pieces, in order. */

/*
 * The lines of a run are looked at before it: votes, and boilerplate.  *rest is
 * whether anything else is left of it.
 */
static int
judge_lines(struct dedup *d, size_t i, bool *rest)
{
	*rest = false;
	for (i++; i < d->view.n; i++) {
		struct piece *p = view_at(&d->view, i);
		int got;

		if (p->kind != PIECE_REST && p->kind != PIECE_REPEAT)
			break;
		boilerplate_vote(d, p);
		got = boilerplate_find(d, p, &p->why);
		if (got < 0)
			return -1;
		if (got > 0) {
			d->stats.units++;
			if (let_go(d, p) != 0)
				return -1;
		}
		*rest |= p->kind == PIECE_REST && got == 0;
	}
	return 0;
}

/* Nothing is judged in this reading, but perhaps recorded for reference. */
static int
keep_all(struct dedup *d, struct split *s, struct piece *p)
{
	d->stats.units++;
	if (d->reference)
		record(d, s, p);
	p->verdict = STAYS;
	return 0;
}

static int
judge_one(struct dedup *d, size_t i)
{
	struct piece *p = view_at(&d->view, i);
	struct split *s = view_split(&d->view, i);
	bool rest = true;
	int got = 0;

	if (p->kind == PIECE_RUN && s->hash_lines) {
		if (judge_lines(d, i, &rest) != 0)
			return -1;
	} else if (s->hash_lines) {
		boilerplate_vote(d, p);
		got = boilerplate_find(d, p, &p->why);
	}
	if (got < 0)
		return -1;
	if (got > 0) {
		d->stats.units++;
		got = let_go(d, p);
	} else if (!rest) {
		p->verdict = GOES;	/* its lines do, each for itself */
		p->why = view_at(&d->view, i + 1)->why;
	} else if (!d->judging || d->reference) {
		return keep_all(d, s, p);
	} else if (p->completers != 0) {
		assert(d->nwaiting < SOON_UNITS + 1);
		d->waiting[d->nwaiting++] = (struct waiting){
			i, last_completer(d, i),
		};
	} else {
		got = judge_unit(d, s, p);
	}
	note_fate(&d->last, p);
	return got != 0 ? -1 : end_waiting(d, i);
}

/* A line that repeats: only its vote; it follows what stands before it. */
static int
judge_repeat(struct dedup *d, struct split *s, struct piece *p)
{
	int got = 0;

	if (p->verdict != UNDECIDED)
		return 0;
	d->stats.units++;
	if (s->hash_lines) {
		boilerplate_vote(d, p);
		got = boilerplate_find(d, p, &p->why);
	}
	return got <= 0 ? got : let_go(d, p);
}

static int
judge_piece(struct dedup *d, size_t i)
{
	struct piece *p = view_at(&d->view, i);

	switch (p->kind) {
	case PIECE_SEPARATOR:
		return 0;
	case PIECE_PASS:
		p->verdict = STAYS;
		d->stats.oversize += p->begins;
		return 0;
	case PIECE_UNIT:
	case PIECE_RUN:
		return judge_one(d, i);
	case PIECE_REST:
		return 0;
	case PIECE_REPEAT:
		return judge_repeat(d, view_split(&d->view, i), p);
	}
	return 0;
}

/*
 * Look-ups read memory at random.  A batch of pieces takes each step before any
 * of them is judged, so that their reads overlap: the slots of fingerprints,
 * then those of sketches, then the records that these name.
 */

static bool
is_looked_up(const struct piece *p)
{
	return piece_is_unit(p) && p->compared;
}

/* Will its words be asked for?  Then the sketch is what is wanted. */
static int
fetch_sketch(struct dedup *d, size_t i)
{
	struct piece *p = view_at(&d->view, i);
	struct split *s = view_split(&d->view, i);
	struct match m;

	if (!is_looked_up(p) || !split_wants_words(s, p))
		return 0;
	if (p->proposal != NULL) {
		if (!p->proposal->exact && !p->proposal->near)
			table_prefetch_add(d->table, &p->w);
		return 0;
	}
	if (table_find(d->table, &p->w.fp, &m) != 0)
		return 0;
	if (split_sketch(s, p) != 0)
		return -1;
	table_prefetch_near(d->table, &p->w, d->opt.threshold);
	return 0;
}

static int
fetch_batch(struct dedup *d, size_t from, size_t to)
{
	const struct view *v = &d->view;

	for (size_t i = from; i < to; i++)
		if (is_looked_up(view_at(v, i)))
			table_prefetch(d->table, &view_at(v, i)->w.fp);
	if (d->opt.exact)
		return 0;
	table_begin_batch(d->table);
	for (size_t i = from; i < to; i++)
		if (fetch_sketch(d, i) != 0)
			return -1;
	for (size_t i = from; i < to; i++) {
		struct piece *p = view_at(v, i);

		if (is_looked_up(p) && p->sketched && p->proposal == NULL)
			table_prefetch_records(d->table, &p->w,
					       d->opt.threshold);
	}
	return 0;
}

/*
 * In order of the document, now that all before it is decided: a run's further
 * lines go with the run, and a line that repeats with what stands before it.
 */
static int
settle_line(struct dedup *d, struct piece *p)
{
	if (p->kind == PIECE_REPEAT && d->judging && !d->reference)
		return follow(d, &d->last_cut, p);
	p->verdict = STAYS;
	if (p->kind == PIECE_REPEAT)
		return 0;
	if (d->last_cut.goes) {
		p->verdict = GOES;
		p->why = d->last_cut.why;
	} else if (keep_none_find(d, p, &p->why)) {
		d->stats.units++;
		return let_go(d, p);
	}
	return 0;
}

static int
cut_decided(struct dedup *d)
{
	for (; d->cut < d->judged; d->cut++) {
		struct piece *p = view_at(&d->view, d->cut);
		bool line = p->kind == PIECE_REST || p->kind == PIECE_REPEAT;

		if (p->verdict == UNDECIDED) {
			if (line && settle_line(d, p) != 0)
				return -1;
			if (!line && p->kind != PIECE_SEPARATOR)
				return 0;
		}
		if (piece_is_unit(p) || p->kind == PIECE_PASS)
			note_fate(&d->last_cut, p);
		if (cut_piece(d, p) != 0)
			return -1;
	}
	return 0;
}

/* All pieces that are linked; and cut them as far as they are decided. */
int
judge_linked(struct dedup *d)
{
	while (d->judged < d->linked) {
		size_t to = d->judged + BATCH;

		if (to > d->linked)
			to = d->linked;
		if (d->judging && !d->reference &&
		    fetch_batch(d, d->judged, to) != 0)
			return -1;
		for (; d->judged < to; d->judged++)
			if (judge_piece(d, d->judged) != 0)
				return -1;
	}
	return cut_decided(d);
}

/* Looking up early. */

/* Is the unit known word for word?  If not, its sketch is what is wanted. */
static int
propose_exact(const struct dedup *d, struct split *s, struct piece *p)
{
	struct proposal *to = &s->proposals[p - s->pieces];

	if (!is_looked_up(p) || !split_wants_words(s, p))
		return 0;
	/* What fails here is asked again when it is judged. */
	if (table_propose_find(d->table, &p->w.fp, to) > 0) {
		p->proposal = to;
		return 0;
	}
	if (split_sketch(s, p) != 0)
		return -1;
	table_prefetch_near(d->table, &p->w, d->opt.threshold);
	return 0;
}

static void
propose_near(const struct dedup *d, struct split *s, struct piece *p)
{
	struct proposal *to = &s->proposals[p - s->pieces];

	if (table_propose(d->table, s->scratch, &p->w, d->opt.threshold,
			  to) == 0)
		p->proposal = to;
}

static bool
is_to_be_proposed(const struct piece *p)
{
	return is_looked_up(p) && p->sketched && p->proposal == NULL;
}

int
judge_propose(const struct dedup *d, struct split *s)
{
	if (s->scratch == NULL && (s->scratch = scratch_new()) == NULL)
		return -1;
	if (array_room(&s->proposals, &s->proposals_room, s->npieces,
		       sizeof(*s->proposals)) != 0)
		return -1;
	for (size_t i = 0; i < s->npieces; i += BATCH) {
		struct piece *p = s->pieces + i;
		size_t n = s->npieces - i < BATCH ? s->npieces - i : BATCH;

		for (size_t k = 0; k < n; k++)
			if (is_looked_up(&p[k]))
				table_prefetch(d->table, &p[k].w.fp);
		for (size_t k = 0; k < n; k++)
			if (propose_exact(d, s, &p[k]) != 0)
				return -1;
		for (size_t k = 0; k < n; k++)
			if (is_to_be_proposed(&p[k]))
				table_prefetch_records(d->table, &p[k].w,
						       d->opt.threshold);
		for (size_t k = 0; k < n; k++)
			if (is_to_be_proposed(&p[k]))
				propose_near(d, s, &p[k]);
	}
	return 0;
}
