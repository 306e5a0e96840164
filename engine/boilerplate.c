/*
 * Rule 5: text that is in many documents is removed from all of them, short
 * lines too.  Each line of a run and each other unit has one vote a document.
 */
#include "engine.h"

bool
boilerplate_wanted(const struct dedup *d)
{
	return d->opt.boilerplate > 0 || d->opt.boilerplate_share > 0;
}

/*
 * In how many of 'counted' documents must a text be?  0: none is boilerplate.
 */
uint64_t
boilerplate_least(const struct dedup *d, uint64_t counted)
{
	double share = d->opt.boilerplate_share * (double)counted;
	uint64_t n = d->opt.boilerplate;

	if (!boilerplate_wanted(d))
		return 0;
	if (n == 0) {
		/* 7 % of 100 are 7, whatever 0.07 is in binary. */
		share -= share * 1e-12;
		n = (uint64_t)share;
		n += (double)n < share;
	}
	return n < 2 ? 2 : n;
}

void
boilerplate_vote(struct dedup *d, const struct piece *p)
{
	struct place at = engine_place(d, p->off, p->line);

	if (d->counting.on && p->nwords > 0)
		counts_vote(&d->counting.counts, &p->unit->w.fp, &at);
}

/* What loaded tables have counted. */
static int
find_in_tables(struct dedup *d, const struct piece *p, struct finding *f)
{
	*f = (struct finding){
		.reason = DEDUP_BOILERPLATE, .resemblance = 1.0,
		.witness = { .document = UINT64_MAX },
	};
	for (unsigned i = 0; i < d->known.nloaded; i++) {
		const struct loaded *l = &d->known.loaded[i];
		uint64_t n = 0;

		if (l->kind == DEDUP_LOAD_KNOWN &&
		    saved_count(l->file, &p->unit->w.fp, &n) != 0)
			return -1;
		if (n > 0 && f->documents == 0)
			f->table = i + 1;
		f->documents += n;
	}
	return f->documents >= d->counting.least;
}

int
boilerplate_find(struct dedup *d, const struct piece *p, struct finding *f)
{
	struct counted c;

	if (d->counting.least == 0 || p->nwords == 0 || d->reference.on ||
	    !engine_wants(d, DEDUP_BOILERPLATE))
		return 0;
	if (d->counting.from_tables)
		return find_in_tables(d, p, f);
	if (!counts_find(&d->counting.counts, &p->unit->w.fp, &c) ||
	    c.documents < d->counting.least)
		return 0;
	*f = (struct finding){
		.reason = DEDUP_BOILERPLATE, .resemblance = 1.0,
		.documents = c.documents,
		.witness = c.first.document == d->input.document &&
			   c.first.offset == p->off ? c.second : c.first,
	};
	return 1;
}
