/*
 * A block's units: which go.
 *
 * Two things make this more than a look-up per unit.  A unit that goes makes
 * neighbours of what stood around it, and reading the output again must find
 * nothing more: so a run of short lines goes on across a line that goes, and
 * "directly before" means in the output.  And a cut-off lead waits for what
 * follows: it is not in the table until it is known to stay.
 */
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *
text_of(const struct dedup *d, const struct line *l)
{
	return d->part->text + (l->off - d->part->base);
}

void
judge_reset(struct dedup *d)
{
	d->before = (struct before){ .entry = 0 };
	d->run.open = false;
	for (size_t i = 0; i < d->nleads; i++)
		free(d->leads[i].norm);
	d->nleads = 0;
}

void
judge_free(struct dedup *d)
{
	judge_reset(d);
	free(d->leads);
	free(d->run.norm);
	free(d->alive);
}

static struct place
place_of(const struct dedup *d, uint64_t off, uint64_t line)
{
	return (struct place){ d->document, off, line };
}

/* Units against the table. */

static bool
is_compared(const struct dedup *d, const struct unit *u)
{
	return part_is_compared(&d->own, u);
}

static bool
wants_words(const struct dedup *d, const struct unit *u)
{
	return part_wants_words(&d->own, u);
}

static void
prepare(struct dedup *d, struct unit *u)
{
	part_fingerprint(d->part, u);
	if (is_compared(d, u))
		table_prefetch(d->table, &u->w.fp);
}

static int
sketch(struct dedup *d, struct unit *u)
{
	if (u->sketched)
		return 0;
	if (part_sketch(d->part, u) != 0)
		return -1;
	table_prefetch_near(d->table, &u->w);
	return 0;
}

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

static struct finding
found(const struct dedup *d, enum dedup_reason reason, const struct match *m)
{
	return (struct finding){
		.found = true, .reason = reason,
		.resemblance = m->resemblance, .witness = m->place,
		.table = loaded_number(d, reason == DEDUP_LISTED ?
				       DEDUP_LOAD_LISTED : DEDUP_LOAD_KNOWN,
				       m->table),
	};
}

/* Rule 6: does a reference text say it? */
static int
look_up_listed(struct dedup *d, struct unit *u, struct finding *f)
{
	struct match m;
	int got = table_find(d->listed, &u->w.fp, &m);

	if (got == 0 && wants_words(d, u)) {
		if (sketch(d, u) != 0)
			return -1;
		if (u->w.n >= DEDUP_NEAR_WORDS)
			got = table_near(d->listed, &u->w, d->opt.threshold,
					 &m);
		if (got == 0 && d->opt.contained && u->w.n >= d->opt.ngram)
			got = table_containing(d->listed, &u->w, &m);
	}
	if (got > 0)
		*f = found(d, DEDUP_LISTED, &m);
	return got < 0 ? -1 : 0;
}

/* Rule 5. */

/* These words stand here: one vote of the document. */
static void
vote(struct dedup *d, const struct fingerprint *fp, uint32_t nwords,
     uint64_t off, uint64_t line)
{
	struct place at = place_of(d, off, line);

	if (d->counting && nwords > 0)
		counts_vote(&d->counts, fp, &at);
}

/* Are they boilerplate?  0 with 'f' set, or -1. */
static int
is_boilerplate(struct dedup *d, const struct fingerprint *fp, uint32_t nwords,
	       uint64_t off, struct finding *f)
{
	struct counted c;

	f->found = false;
	if (d->least == 0 || nwords == 0 || d->reference)
		return 0;
	if (!d->table_counts) {
		if (!counts_find(&d->counts, fp, &c) ||
		    c.documents < d->least)
			return 0;
		*f = (struct finding){
			.found = true, .reason = DEDUP_BOILERPLATE,
			.resemblance = 1.0, .documents = c.documents,
			.witness = c.first.document == d->document &&
				   c.first.offset == off ? c.second : c.first,
		};
		return 0;
	}
	*f = (struct finding){
		.reason = DEDUP_BOILERPLATE, .resemblance = 1.0,
		.witness = { .document = UINT64_MAX },
	};
	for (unsigned i = 0; i < d->nloaded; i++) {
		uint32_t n = 0;

		if (d->loaded[i].kind == DEDUP_LOAD_KNOWN &&
		    saved_count(d->loaded[i].file, fp, &n) != 0)
			return -1;
		if (n > 0 && f->documents == 0)
			f->table = i + 1;
		f->documents += n;
	}
	f->found = f->documents >= d->least;
	return 0;
}

/* Rules 1 and 2, and --contained: against what is in the table. */
static int
look_up(struct dedup *d, struct unit *u, struct finding *f)
{
	struct match m;
	int got;

	f->found = false;
	if (!is_compared(d, u))
		return 0;
	if (d->listed != NULL) {
		if (look_up_listed(d, u, f) != 0)
			return -1;
		if (f->found)
			return 0;
	}
	got = u->proposal.looked ?
	      table_find_after(d->table, &u->w.fp, &u->proposal, &m) :
	      table_find(d->table, &u->w.fp, &m);
	if (got < 0)
		return -1;
	if (got > 0) {
		*f = found(d, DEDUP_EXACT, &m);
		return 0;
	}
	if (!wants_words(d, u))
		return 0;
	if (sketch(d, u) != 0)
		return -1;
	if (u->w.n >= DEDUP_NEAR_WORDS) {
		got = u->proposal.looked ?
		      table_near_after(d->table, &u->w, d->opt.threshold,
				       &u->proposal, &m) :
		      table_near(d->table, &u->w, d->opt.threshold, &m);
		if (got < 0)
			return -1;
		if (got > 0) {
			*f = found(d, DEDUP_NEAR, &m);
			return 0;
		}
	}
	if (d->opt.contained && u->w.n >= d->opt.ngram) {
		got = table_containing(d->table, &u->w, &m);
		if (got < 0)
			return -1;
		if (got > 0)
			*f = found(d, DEDUP_CONTAINED, &m);
	}
	return 0;
}

/* Begin to fetch what the look-up of a unit will read: first the slots ... */
static int
warm(struct dedup *d, struct unit *u)
{
	struct match m;

	if (!is_compared(d, u) || !wants_words(d, u) || u->proposal.exact ||
	    (!u->proposal.looked && table_find(d->table, &u->w.fp, &m) != 0))
		return 0;
	if (u->proposal.looked) {
		if (!u->proposal.near)
			table_prefetch_add(d->table, &u->w);
		return 0;
	}
	if (u->sketched)
		table_prefetch_near(d->table, &u->w);
	return sketch(d, u);
}

/*
 * ... then the records that these name.  A batch of units takes each step
 * before any of them is judged, so that their reads overlap.
 */
int
judge_warm(struct dedup *d, size_t upto)
{
	struct part *p = d->part;

	while (p->warmed < upto) {
		size_t from = p->warmed, end = from + BATCH_UNITS;

		if (end > p->nunits)
			end = p->nunits;
		for (; p->fetched < end + BATCH_UNITS &&
		       p->fetched < p->nunits; p->fetched++)
			if (is_compared(d, &p->units[p->fetched]))
				table_prefetch(d->table,
					&p->units[p->fetched].w.fp);
		for (size_t i = from; i < end; i++)
			if (warm(d, &p->units[i]) != 0)
				return -1;
		for (size_t i = from; i < end; i++)
			if (p->units[i].sketched &&
			    !p->units[i].proposal.looked)
				table_prefetch_records(d->table,
					&p->units[i].w);
		p->warmed = end;
	}
	return 0;
}

/* Is the unit known word for word?  If not, its sketch is what is wanted. */
static int
propose_exact(const struct dedup *d, struct part *p, struct unit *u)
{
	struct proposal *o = &u->proposal;

	if (!part_is_compared(p, u) || !part_wants_words(p, u))
		return 0;
	/* What fails here is asked again when it is judged. */
	if (table_propose_find(d->table, &u->w.fp, o) > 0)
		return 0;
	if (part_sketch(p, u) != 0)
		return -1;
	table_prefetch_near(d->table, &u->w);
	return 0;
}

static bool
is_proposed(const struct unit *u)
{
	return u->sketched && !u->proposal.exact;
}

int
judge_propose(const struct dedup *d, struct part *p)
{
	size_t fetched = 0;

	if (p->scratch == NULL && (p->scratch = scratch_new()) == NULL)
		return -1;
	part_seal(p);
	for (size_t i = 0; i < p->nunits; i += BATCH_UNITS) {
		size_t end = i + BATCH_UNITS;

		if (end > p->nunits)
			end = p->nunits;
		for (; fetched < end + BATCH_UNITS && fetched < p->nunits;
		     fetched++)
			table_prefetch(d->table, &p->units[fetched].w.fp);
		for (size_t k = i; k < end; k++)
			if (propose_exact(d, p, &p->units[k]) != 0)
				return -1;
		for (size_t k = i; k < end; k++)
			if (is_proposed(&p->units[k]))
				table_prefetch_records(d->table,
					&p->units[k].w);
		for (size_t k = i; k < end; k++)
			if (is_proposed(&p->units[k]))
				table_propose(d->table, p->scratch,
					      &p->units[k].w, d->opt.threshold,
					      &p->units[k].proposal);
	}
	return 0;
}

/* What cannot be remembered is kept all the same. */
static void
record(struct dedup *d, struct unit *u)
{
	struct place at = place_of(d, u->off, u->line);
	struct table *t = d->reference ? d->listed : d->table;

	if (!is_compared(d, u) || !(d->judging || d->reference))
		return;
	if (wants_words(d, u)) {
		if (sketch(d, u) != 0)
			goto unrecorded;
	} else {
		u->w.code = NULL;
	}
	if (table_add(t, &u->w, &at) == 0) {
		if (d->hints != NULL)
			__atomic_store_n(hint_of(d->hints, &u->w.fp),
					 (uint16_t)(u->w.fp.hi | 1),
					 __ATOMIC_RELAXED);
		return;
	}
unrecorded:
	/* What is known is all up to some unit. */
	if (errno == ENOMEM)
		table_fill(t);
	d->damaged |= errno == EBADMSG;
	d->stats.unrecorded++;
}

/* Entries. */

static size_t
next_entry(const struct dedup *d)
{
	return d->head + d->nentries;
}

static int
put_unit(struct dedup *d, const struct unit *u, enum entry_kind kind,
	 const struct finding *f)
{
	struct entry e = {
		.kind = kind, .first = true, .off = u->off, .len = u->len,
		.line = u->line, .unit = u->off, .nwords = u->w.n,
	};

	if (f != NULL)
		e.why = *f;
	return settle_put(d, &e);
}

/* Cut-off leads. */

/* Is 'want' in the words of a unit, from the beginning of a word on? */
static bool
has_words(const char *norm, size_t len, const char *want, size_t n)
{
	const char *p = norm;

	while ((p = memmem(p, len - (size_t)(p - norm), want, n)) != NULL) {
		if (p == norm || p[-1] == ' ')
			return true;
		p++;
	}
	return false;
}

/* Does this unit, kept after the lead, complete it?  Takes what it has. */
static bool
completes(struct lead *l, const struct unit *u, struct place at)
{
	const char *rest = l->norm + l->found;
	size_t n = l->body_len - l->found;

	if (has_words(u->norm, u->norm_len, rest, n - l->partial)) {
		if (l->found == 0)
			l->witness = at;
		return true;
	}
	if (u->norm_len < n && u->norm_len > 0 &&
	    memcmp(rest, u->norm, u->norm_len) == 0) {
		if (l->found == 0)
			l->witness = at;
		l->found += u->norm_len;
	}
	return false;
}

static void
forget_lead(struct dedup *d, size_t i)
{
	free(d->leads[i].norm);
	d->nleads--;
	memmove(d->leads + i, d->leads + i + 1,
		(d->nleads - i) * sizeof(*d->leads));
}

/* The lead goes: what follows says it in full. */
static void
drop_lead(struct dedup *d, size_t i)
{
	struct lead *l = &d->leads[i];
	struct entry *e = settle_entry(d, l->entry);

	e->kind = ENTRY_GONE;
	e->why = (struct finding){
		.found = true, .reason = DEDUP_LEAD, .resemblance = 1.0,
		.witness = l->witness,
	};
	forget_lead(d, i);
}

static void stands_before(struct dedup *d, const struct unit *u, size_t entry);

/* Nothing completes it: it is a unit like any other, judged now. */
static int
end_lead(struct dedup *d, size_t i)
{
	struct lead *l = &d->leads[i];
	struct entry *e = settle_entry(d, l->entry);
	struct finding f;

	if (look_up(d, &l->unit, &f) != 0)
		return -1;
	if (f.found) {
		e->kind = ENTRY_GONE;
		e->why = f;
	} else {
		e->kind = ENTRY_KEPT;
		record(d, &l->unit);
		if (l->entry > d->before.entry || !d->before.unit_set)
			stands_before(d, &l->unit, l->entry);
	}
	forget_lead(d, i);
	return 0;
}

/* Those that are entries from this one on: no more text is to complete them. */
static int
end_leads(struct dedup *d, size_t entry)
{
	for (size_t i = 0; i < d->nleads; )
		if (d->leads[i].entry < entry)
			i++;
		else if (end_lead(d, i) != 0)
			return -1;
	return 0;
}

int
judge_leads(struct dedup *d)
{
	return end_leads(d, d->head);
}

/* However little is kept, a lead waits for no more text than this. */
int
judge_wait(struct dedup *d, uint64_t at)
{
	while (d->nleads > 0 && at - d->leads[0].unit.off > WAIT_BYTES)
		if (end_lead(d, 0) != 0)
			return -1;
	return 0;
}

/* A unit stays: is it what a lead before it was cut from? */
static int
show_leads(struct dedup *d, const struct unit *u)
{
	struct place at = place_of(d, u->off, u->line);

	for (size_t i = 0; i < d->nleads; ) {
		struct lead *l = &d->leads[i];

		l->units++;
		l->bytes += u->len;
		if (completes(l, u, at)) {
			drop_lead(d, i);
		} else if (l->units >= LEAD_UNITS || l->bytes > LEAD_BYTES) {
			if (end_lead(d, i) != 0)
				return -1;
		} else {
			i++;
		}
	}
	return 0;
}

/* Bytes of a unit's words that a lead says; 0 where it is no lead. */
static size_t
lead_body(const struct dedup *d, const struct unit *u, bool *partial)
{
	const struct part *p = d->part;
	enum cut cut = p->ahead ? u->cut :
		       unit_cut(p->text + (u->off - p->base), u->len);
	size_t len = u->norm_len, nwords = u->w.n, drop = 0;

	*partial = cut == CUT_INSIDE;
	if (cut == CUT_NONE)
		return 0;
	if (cut == CUT_READ_MORE)
		drop = 2;
	if (nwords < d->opt.min_words + drop)
		return 0;
	for (; drop > 0; drop--)
		do
			len--;
		while (u->norm[len - 1] != ' ');
	return len;
}

/* Let a unit wait as a lead: 1, 0 where it is none, -1 with ENOMEM. */
static int
put_lead(struct dedup *d, const struct unit *u)
{
	bool partial;
	size_t body = lead_body(d, u, &partial);
	struct lead *l;

	if (body == 0)
		return 0;
	if (part_room(&d->leads, &d->leads_room, d->nleads + 1, sizeof(*l)))
		return -1;
	l = &d->leads[d->nleads];
	*l = (struct lead){
		.entry = next_entry(d), .unit = *u,
		.body_len = body, .partial = partial,
	};
	l->norm = malloc(u->norm_len + SHINGLE_SLACK);
	if (l->norm == NULL)
		return -1;
	memcpy(l->norm, u->norm, u->norm_len);
	memset(l->norm + u->norm_len, 0, SHINGLE_SLACK);
	/* Its words outlive the scan and the pool that *u has them from. */
	l->unit.norm = l->norm;
	l->unit.sketched = false;
	d->nleads++;
	return put_unit(d, u, ENTRY_LEAD, NULL) == 0 ? 1 : -1;
}

/* Repeats of what stands directly before. */

static bool
same(struct fingerprint a, struct fingerprint b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

/* 'u' is the last thing in the output, by entries up to 'entry'. */
static void
stands_before(struct dedup *d, const struct unit *u, size_t entry)
{
	d->before = (struct before){
		.line_set = true, .unit_set = true,
		.line_fp = u->w.fp, .unit_fp = u->w.fp,
		.line = place_of(d, u->off, u->line),
		.unit = place_of(d, u->off, u->line),
		.entry = entry,
	};
}

/*
 * Leads that stand between what was last kept and a repeat of it: whether it
 * is one hangs on them, so they are settled first.
 */
static int
settle_between(struct dedup *d)
{
	return end_leads(d, d->before.entry + 1);
}

/* Rule 3 for a line (or a unit): 1 with 'f' set, 0, or -1. */
static int
is_repeat(struct dedup *d, struct fingerprint fp, uint32_t nwords, bool unit,
	  struct finding *f)
{
	struct before *b = &d->before;

	f->found = false;
	if (nwords < 2)
		return 0;
	for (int settled = 0; ; settled = 1) {
		bool set = unit ? b->unit_set : b->line_set;

		if (!set || !same(fp, unit ? b->unit_fp : b->line_fp))
			return 0;
		if (settled)
			break;
		if (settle_between(d) != 0)
			return -1;
	}
	*f = (struct finding){
		.found = true, .reason = DEDUP_REPEAT, .resemblance = 1.0,
		.witness = unit ? b->unit : b->line,
	};
	return 1;
}

static int close_run(struct dedup *d, bool *stays);

/*
 * A unit by itself: a long line, a whole block, a document.  Where it stays it
 * ends the run of short lines before it.  Next to a run it does not wait as a
 * lead: if it went in the end, the run would not have ended there.
 */
static int
judge_unit(struct dedup *d, struct unit *u, bool may_lead)
{
	struct finding f = { .found = false };
	bool next_to_run;

	vote(d, &u->w.fp, u->w.n, u->off, u->line);
	if (is_boilerplate(d, &u->w.fp, u->w.n, u->off, &f) != 0)
		return -1;
	if (f.found)
		return put_unit(d, u, ENTRY_GONE, &f);
	if (d->reference || !d->judging) {
		if (close_run(d, &next_to_run) != 0)
			return -1;
		record(d, u);
		return put_unit(d, u, ENTRY_KEPT, NULL);
	}
	if (is_compared(d, u)) {
		if (look_up(d, u, &f) != 0)
			return -1;
	} else if (is_repeat(d, u->w.fp, u->w.n, true, &f) < 0) {
		return -1;
	}
	if (f.found)
		return put_unit(d, u, ENTRY_GONE, &f);
	/* A run that goes was no neighbour. */
	if (close_run(d, &next_to_run) != 0)
		return -1;
	if (may_lead && !next_to_run) {
		int got = put_lead(d, u);

		if (got != 0)
			return got < 0 ? -1 : 0;
	}
	stands_before(d, u, next_entry(d));
	if (put_unit(d, u, ENTRY_KEPT, NULL) != 0)
		return -1;
	record(d, u);
	return show_leads(d, u);
}

/*
 * Runs of short lines.  Their entries are put as the lines come, since lines
 * that go may stand between them, and wait until the run is complete.
 */

static int
put_line(struct dedup *d, const struct line *l, uint64_t number,
	 enum entry_kind kind, const struct finding *f)
{
	struct entry e = {
		.kind = kind, .first = true, .off = l->off, .len = l->len,
		.line = number, .unit = l->off, .line_witness = true,
		/* The same in all, whatever pieces the line comes in. */
		.nwords = l->oversize ? (uint32_t)((l->off + l->len) / 8 -
						   l->off / 8) : l->nwords,
	};

	if (f != NULL)
		e.why = *f;
	return settle_put(d, &e);
}

static int
run_append(struct run *r, const char *norm, size_t len)
{
	if (part_room(&r->norm, &r->norm_room,
		      r->norm_len + len + SHINGLE_SLACK, 1) != 0)
		return -1;
	memcpy(r->norm + r->norm_len, norm, len);
	r->norm_len += len;
	memset(r->norm + r->norm_len, 0, SHINGLE_SLACK);
	return 0;
}

static void
run_begin(struct dedup *d, const struct line *l, uint64_t number)
{
	struct run *r = &d->run;

	*r = (struct run){
		.norm = r->norm, .norm_room = r->norm_room, .open = true,
		.off = l->off, .line = number, .entry = next_entry(d),
	};
}

/* A short line: repeats the line before, or goes into the run. */
static int
judge_short(struct dedup *d, const struct line *l, uint64_t number)
{
	struct run *r = &d->run;
	struct fingerprint fp = shingler_fingerprint(d->part->shingler,
		d->part->scan.norm + l->norm, l->norm_len);
	struct finding f = { .found = false };
	struct entry *e;
	bool repeat = false;	/* no part of what its run says */

	vote(d, &fp, l->nwords, l->off, number);
	if (is_boilerplate(d, &fp, l->nwords, l->off, &f) != 0)
		return -1;
	if (f.found || !(d->judging || d->reference))
		return put_line(d, l, number, f.found ? ENTRY_GONE : ENTRY_KEPT,
				&f);
	if (!r->open && d->reference) {
		run_begin(d, l, number);
	} else if (!r->open) {
		size_t nleads = d->nleads;

		if (is_repeat(d, fp, l->nwords, false, &f) < 0)
			return -1;
		if (f.found)
			return put_line(d, l, number, ENTRY_GONE, &f);
		run_begin(d, l, number);
		r->pinned = d->nleads != nleads;
	} else if (l->nwords >= 2 && same(fp, r->last_fp)) {
		repeat = true;
		f = (struct finding){
			.found = !d->reference, .reason = DEDUP_REPEAT,
			.resemblance = 1.0, .witness = r->last,
		};
	}
	r->bytes += l->len;
	if (put_line(d, l, number, ENTRY_WAIT, &f) != 0)
		return -1;
	e = settle_entry(d, next_entry(d) - 1);
	e->unit = r->off;
	e->first = f.found || e->off == r->off;
	if (r->oversize)
		e->kind = f.found ? ENTRY_GONE : ENTRY_KEPT;
	if (repeat)
		return 0;
	r->last_fp = fp;
	r->last = place_of(d, l->off, number);
	r->last_entry = next_entry(d) - 1;
	r->nwords += l->nwords;
	r->digits |= l->digits;
	return r->oversize ? 0 :
	       run_append(r, d->part->scan.norm + l->norm, l->norm_len);
}

/* What is known of the run's entries, all at once. */
static void
settle_run(struct dedup *d, const struct finding *f)
{
	for (size_t i = d->run.entry; i < next_entry(d); i++) {
		struct entry *e = settle_entry(d, i);

		if (e->kind != ENTRY_WAIT)
			continue;
		if (f->found) {
			e->kind = ENTRY_GONE;
			e->first = i == d->run.entry;
			e->why = *f;
			e->line_witness = false;
		} else {
			e->kind = e->why.found ? ENTRY_GONE : ENTRY_KEPT;
		}
	}
}

/*
 * A run too long to judge stays, and what there is of it may leave; so does
 * one that waits behind too many lines that go.
 */
static int
check_run(struct dedup *d, uint64_t at)
{
	static const struct finding stays = { .found = false };

	if (!d->run.open || d->run.oversize ||
	    (d->run.bytes <= DEDUP_UNIT_MAX &&
	     at - d->run.off - d->run.bytes <= WAIT_BYTES))
		return 0;
	d->run.oversize = true;
	d->stats.oversize++;
	settle_run(d, &stays);
	return 0;
}

/* The run, if there is one, is complete: does it stay? */
static int
close_run(struct dedup *d, bool *stays)
{
	struct run *r = &d->run;
	struct finding f = { .found = false };
	struct unit u;

	*stays = false;
	if (!r->open)
		return 0;
	r->open = false;
	u = (struct unit){
		.off = r->off, .line = r->line, .len = r->bytes,
		.norm = r->norm, .norm_len = r->norm_len,
		.digits = r->digits, .w = { .n = r->nwords },
	};
	if (!r->oversize) {
		prepare(d, &u);
		if (d->reference) {
			/* All that it says is listed. */
		} else if (is_compared(d, &u)) {
			if (look_up(d, &u, &f) != 0)
				return -1;
		} else if (is_repeat(d, u.w.fp, u.w.n, true, &f) < 0) {
			return -1;
		}
		if (r->pinned)
			f.found = false;
		settle_run(d, &f);
		if (f.found)
			return 0;
		record(d, &u);
	}
	*stays = true;
	stands_before(d, &u, r->last_entry);
	d->before.line_fp = r->last_fp;
	d->before.line = r->last;
	d->before.unit_set = !r->oversize;
	return r->oversize ? 0 : show_leads(d, &u);
}

/* Blocks. */

/* Bytes that stay whatever they say. */
static int
pass(struct dedup *d, const struct line *l, uint64_t number)
{
	if (put_line(d, l, number, ENTRY_KEPT, NULL) != 0)
		return -1;
	settle_entry(d, next_entry(d) - 1)->first = l->begins;
	d->before = (struct before){ .entry = next_entry(d) - 1 };
	return 0;
}

/* Lines of the block that stay, or may, to d->alive. */
static size_t
survivors(struct dedup *d, const struct block *b, size_t entry)
{
	const struct line *l = d->part->scan.lines + b->first, *end = l + b->n;
	size_t n = 0;

	for (; entry < next_entry(d); entry++) {
		const struct entry *e = settle_entry(d, entry);

		if (e->kind != ENTRY_KEPT && e->kind != ENTRY_LEAD)
			continue;
		while (l < end && l->off < e->off)
			l++;
		if (l < end && l->off == e->off)
			d->alive[n++] = *l;
	}
	return n;
}

/* What was to go of this block stays, and its leads do not wait. */
static void
revoke(struct dedup *d, const struct block *b, size_t entry)
{
	const struct line *l = d->part->scan.lines + b->first + b->n - 1;
	struct unit last = {
		.off = l->off, .line = part_number(d->part, b->first + b->n - 1),
		.len = l->len,
		.norm = d->part->scan.norm + l->norm, .norm_len = l->norm_len,
		.w = { .n = l->nwords },
	};

	for (size_t i = 0; i < d->nleads; ) {
		struct lead *lead = &d->leads[i];

		if (lead->entry < entry) {
			i++;
			continue;
		}
		settle_entry(d, lead->entry)->kind = ENTRY_KEPT;
		record(d, &lead->unit);
		forget_lead(d, i);
	}
	for (; entry < next_entry(d); entry++) {
		struct entry *e = settle_entry(d, entry);

		if (e->kind == ENTRY_GONE &&
		    e->why.reason != DEDUP_BOILERPLATE)
			e->kind = ENTRY_KEPT;
	}
	prepare(d, &last);
	stands_before(d, &last, next_entry(d) - 1);
}

/* What would these n lines be by themselves? */
static enum block_kind
kind_of(const struct dedup *d, size_t n)
{
	return unit_kind(d->alive, n, d->part->text, d->part->base, d->part->scan.norm);
}

#define BLOCK_LEADS 4		/* leads of a block that may wait together */

/*
 * Whichever of its leads go in the end, is what is left of the block lines?
 * '*rest' is the number of those that stay where none of them goes, and these
 * are left in d->alive.
 */
static bool
rest_is_lines(struct dedup *d, const struct block *b, size_t entry,
	      size_t *rest)
{
	size_t lead[BLOCK_LEADS], nleads = 0;
	bool lines = true;

	*rest = 0;
	for (size_t i = entry; i < next_entry(d); i++) {
		if (settle_entry(d, i)->kind != ENTRY_LEAD)
			continue;
		if (nleads == BLOCK_LEADS)
			return false;
		lead[nleads++] = i;
	}
	for (unsigned gone = 1u << nleads; lines && gone-- > 0; ) {
		for (size_t i = 0; i < nleads; i++)
			settle_entry(d, lead[i])->kind =
				gone >> i & 1 ? ENTRY_GONE : ENTRY_LEAD;
		*rest = survivors(d, b, entry);
		lines = *rest == 0 || *rest == b->n ||
			kind_of(d, *rest) == BLOCK_LINES;
	}
	for (size_t i = 0; i < nleads; i++)
		settle_entry(d, lead[i])->kind = ENTRY_LEAD;
	return lines;
}

/*
 * Are these n lines a run that is the same unit as if they were a whole, and
 * would not wait as a lead?
 */
static bool
is_run_or_whole(const struct dedup *d, size_t n)
{
	if (d->run.pinned || unit_is_fence(text_of(d, d->alive),
					   d->alive->len))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct line *l = &d->alive[i];

		if (l->nwords >= d->opt.min_words || l->oversize ||
		    unit_cut(text_of(d, l), l->len) != CUT_NONE)
			return false;
	}
	return true;
}

/*
 * Lines have gone from a block of lines, or may yet.  What is left may look
 * like a whole, and would be judged as one when it is read again: with other
 * units in the table from then on, there is no telling what would go.  So
 * nothing goes.  Short lines alone are one unit either way.
 */
static int
check_block(struct dedup *d, const struct block *b, size_t entry)
{
	bool gone = false, leads = false;
	size_t n;

	for (size_t i = entry; i < next_entry(d); i++) {
		gone |= settle_entry(d, i)->kind == ENTRY_GONE &&
			settle_entry(d, i)->why.reason != DEDUP_BOILERPLATE;
		leads |= settle_entry(d, i)->kind == ENTRY_LEAD;
	}
	if (b->n < 2 || !(gone || leads) || d->opt.unit != DEDUP_UNIT_AUTO)
		return 0;
	if (part_room(&d->alive, &d->alive_room, b->n, sizeof(*d->alive)) != 0)
		return -1;
	if (rest_is_lines(d, b, entry, &n))
		return 0;
	if (leads || !is_run_or_whole(d, n)) {
		revoke(d, b, entry);
		return 0;
	}
	/* As after a whole, not after the last of its lines. */
	d->before.line_fp = d->before.unit_fp;
	d->before.line = d->before.unit;
	return 0;
}

static int
judge_lines(struct dedup *d, const struct block *b)
{
	size_t unit = b->unit;		/* the next one in the part */
	bool stays;

	for (size_t i = 0; i < b->n; i++) {
		const struct line *l = d->part->scan.lines + b->first + i;

		/* Its pieces are as long as what happens to be at hand. */
		if (b->giant && judge_wait(d, l->off + l->len) != 0)
			return -1;
		if (l->oversize) {
			if (close_run(d, &stays) != 0 ||
			    pass(d, l, part_number(d->part, b->first + i)) != 0)
				return -1;
			d->stats.oversize += l->begins;
			continue;
		}
		if (d->opt.unit != DEDUP_UNIT_LINE &&
		    l->nwords < d->opt.min_words) {
			if (judge_short(d, l, part_number(d->part, b->first + i)) != 0)
				return -1;
		} else if (judge_unit(d, &d->part->units[unit++],
				      true) != 0) {
			return -1;
		}
		if (check_run(d, l->off + l->len) != 0)
			return -1;
	}
	return 0;
}

/* A block over DEDUP_UNIT_MAX that would be one unit stays as it is. */
static int
pass_block(struct dedup *d, const struct block *b)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct line *l = d->part->scan.lines + b->first + i;

		if (judge_wait(d, l->off + l->len) != 0 ||
		    pass(d, l, part_number(d->part, b->first + i)) != 0)
			return -1;
	}
	d->stats.oversize += b->begins;
	return 0;
}

int
judge_block(struct dedup *d, const struct block *b)
{
	struct entry e = {
		.kind = ENTRY_BLOCK, .off = b->sep_off, .len = b->sep_len,
	};
	size_t entry;
	bool stays;
	int got;

	if (b->blank) {
		if (settle_put(d, &e) != 0)
			return -1;
		e = (struct entry){ .kind = ENTRY_HOLD, .off = b->end };
		return settle_put(d, &e) != 0 ? -1 : judge_wait(d, b->end);
	}
	if (!b->giant && judge_wait(d, b->end) != 0)
		return -1;
	if (b->begins) {
		if (settle_put(d, &e) != 0)
			return -1;
		e = (struct entry){
			.kind = ENTRY_HOLD, .off = b->sep_off + b->sep_len,
		};
		if ((b->giant || b->cut) && settle_put(d, &e) != 0)
			return -1;
	}
	entry = next_entry(d);
	if (b->kind == BLOCK_LINES)
		got = judge_lines(d, b);
	else if (b->giant)
		got = pass_block(d, b);
	else
		got = judge_unit(d, d->part->units + b->unit,
				 d->opt.unit != DEDUP_UNIT_DOCUMENT);
	if (got != 0 || !b->ends)
		return got;
	if (close_run(d, &stays) != 0)
		return -1;
	if (b->kind == BLOCK_LINES && !b->giant &&
	    check_block(d, b, entry) != 0)
		return -1;
	e = (struct entry){ .kind = ENTRY_END, .off = b->end };
	return settle_put(d, &e);
}
