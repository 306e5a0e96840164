/*
 * A unit that is too short to be compared, and a part (see part.h), is judged
 * by the company it is in.
 *
 * A heading is removed with the unit after it if the same heading is before the
 * text that says that unit.  So are up to HEADINGS in a row, each with the
 * next, if those that are no parts are quoted as often as the unit.  So are
 * short units behind a unit in its block, such as the last lines of a sign-up
 * box.
 *
 *	Votes				known: "votes" before 4711
 *	All members voted for ...	its identity is 4711
 *	...
 *	Votes				goes, as 4711 says the next unit
 *	All members voted for ...	goes
 *
 * What is known is the fingerprint of the short unit's words and of the
 * identity of the text beside it.  It has the place of a short unit that stays.
 */
#include "engine.h"

#include <errno.h>
#include <string.h>

enum side { BEFORE, BEHIND };

/* A short unit, on this side of what 'id' stands for. */
static struct fingerprint
key_of(const struct dedup *d, const struct piece *p, enum side side,
       uint64_t id)
{
	uint64_t v[4] = { p->unit->w.fp.hi, p->unit->w.fp.lo, id, side };
	char bytes[sizeof(v)];

	memcpy(bytes, v, sizeof(v));
	return shingler_fingerprint(d->own.shingler, bytes, sizeof(bytes));
}

/* Is it known there?  1 with p->unit->why, 0, or -1. */
static int
find_key(struct dedup *d, struct piece *p, const struct fingerprint *key)
{
	struct match m;
	int got;

	if (d->asks != NULL && asks_find_fact(d, key) != 0)
		return -1;
	got = table_find(d->known.table, key, &m);
	if (got <= 0)
		return got;
	p->unit->why = finding_of(d, DEDUP_HEADING, &m);
	return !keep_none_is_last(d, p->unit, p->off);
}

/* Known from now on, by the place of itself or of what it went for. */
static void
record_key(struct dedup *d, const struct piece *p,
	   const struct fingerprint *key)
{
	struct unit *u = p->unit;
	struct words w = { .fp = *key };
	struct place at = engine_place(d, p->off, p->line);

	if (d->asks != NULL && asks_tell_fact(d, key, p) != 0)
		goto unrecorded;
	if (p->verdict == GOES && !u->has_copy && u->why.table != 0)
		return;
	if (p->verdict == GOES && !u->has_copy)
		at = u->why.witness;
	if (table_add(d->known.table, &w, &at) == 0)
		return;
unrecorded:
	if (errno == ENOMEM)
		table_fill(d->known.table);
	d->known.damaged |= errno == EBADMSG;
}

/* A short unit is decided. */
static int
settle(struct dedup *d, const struct heading *h, bool goes)
{
	struct piece *p = &d->own.pieces[h->piece];
	struct unit *u = p->unit;
	struct fingerprint key;

	if (goes) {
		/* One that has a copy was never counted as left. */
		d->block.words_left -= h->block == d->block.number &&
				       !u->has_copy;
		u->has_copy = false;
	}
	if ((goes ? judge_goes : judge_stays)(d, h->piece) != 0)
		return -1;
	if (p->verdict == GOES && h->block == d->block.number)
		d->block.words_why = u->why;
	if (h->behind) {
		key = key_of(d, p, BEHIND, h->mine);
		record_key(d, p, &key);
	}
	return 0;
}

/* No unit follows: those that wait are kept. */
int
beside_settle(struct dedup *d)
{
	int got = 0;

	for (size_t i = 0; i < d->headings.n; i++)
		got |= settle(d, &d->headings.heading[i], false);
	d->headings.n = 0;
	return got;
}

/* The one that waits longest is kept. */
static int
settle_first(struct dedup *d)
{
	if (settle(d, &d->headings.heading[0], false) != 0)
		return -1;
	d->headings.n--;
	memmove(d->headings.heading, d->headings.heading + 1,
		d->headings.n * sizeof(*d->headings.heading));
	return 0;
}

/* None waits for ever: few units may come between it and its unit. */
int
beside_passed(struct dedup *d)
{
	struct headings *h = &d->headings;

	for (size_t i = 0; i < h->n; i++)
		h->heading[i].passed++;
	while (h->n > 0 && h->heading[0].passed > LOOKAHEAD_UNITS)
		if (settle_first(d) != 0)
			return -1;
	return 0;
}

int
beside_short(struct dedup *d, size_t i)
{
	struct piece *p = &d->own.pieces[i];
	struct heading h = {
		.piece = i, .behind = d->beside.any, .mine = d->beside.mine,
		.block = d->block.number,
	};
	bool goes = d->beside.any && d->beside.goes &&
		    engine_wants(d, DEDUP_HEADING);
	int got = 0;

	if (goes) {
		struct fingerprint key = key_of(d, p, BEHIND,
						d->beside.theirs);

		got = find_key(d, p, &key);
	}
	d->beside.any = false;
	if (got < 0)
		return -1;
	if (got > 0) {
		h.block = UINT64_MAX;	/* it was never left */
		return settle(d, &h, true);
	}
	if (d->headings.n == HEADINGS && settle_first(d) != 0)
		return -1;
	d->headings.heading[d->headings.n++] = h;
	return 0;
}

/* Does what becomes of unit i's neighbours depend on its identity? */
bool
beside_wants_identity(const struct dedup *d, size_t i)
{
	if (d->headings.n > 0)
		return true;
	for (i++; i < d->own.npieces; i++) {
		const struct piece *p = &d->own.pieces[i];

		if (p->kind == PIECE_SEPARATOR || p->kind == PIECE_PASS)
			return false;
		if (piece_is_unit(p))
			return !p->unit->compared && p->unit->w.n > 0;
	}
	return false;
}

/*
 * All keys that headings may go by are asked for at once, also those beyond one
 * that is not known yet.
 */
static int
ask_for_all(struct dedup *d, const struct heading *h, size_t n)
{
	uint64_t id = d->beside.theirs;

	for (size_t k = n; k > 0 && d->beside.any && d->beside.goes; k--) {
		struct fingerprint key = key_of(d,
			&d->own.pieces[h[k - 1].piece], BEFORE, id);

		if (asks_find_fact(d, &key) != 0)
			return -1;
		id = key.lo;
	}
	return 0;
}

/* Unit i was judged: remove or keep the headings before it. */
int
beside_judged(struct dedup *d, size_t i)
{
	struct heading h[HEADINGS];
	size_t n = d->headings.n, k;
	uint64_t id = d->beside.theirs;

	if (n == 0)
		return 0;
	/* "Jane:" before what is quoted is no heading, nor is what it ends. */
	for (k = n; k > 0; k--) {
		const struct piece *p;

		p = &d->own.pieces[d->headings.heading[k - 1].piece];
		if (p->unit->quote != d->own.pieces[i].unit->quote &&
		    !p->unit->part)
			break;
	}
	for (; k > 0; k--, n--)
		if (settle_first(d) != 0)
			return -1;
	memcpy(h, d->headings.heading, n * sizeof(*h));
	d->headings.n = 0;
	if (d->asks != NULL && ask_for_all(d, h, n) != 0)
		return -1;
	for (k = n; k > 0 && d->beside.any && d->beside.goes &&
	     engine_wants(d, DEDUP_HEADING); k--) {
		struct piece *p = &d->own.pieces[h[k - 1].piece];
		struct fingerprint key = key_of(d, p, BEFORE, id);
		int got = find_key(d, p, &key);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		if (settle(d, &h[k - 1], true) != 0)
			return -1;
		id = key.lo;
	}
	for (; k > 0; k--)
		if (settle(d, &h[k - 1], false) != 0)
			return -1;
	/* They are recorded as before this unit, whether removed or not. */
	id = d->beside.mine;
	for (k = n; k > 0 && d->beside.any; k--) {
		const struct piece *p = &d->own.pieces[h[k - 1].piece];
		struct fingerprint key = key_of(d, p, BEFORE, id);

		record_key(d, p, &key);
		id = key.lo;
	}
	return 0;
}
