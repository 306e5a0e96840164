/* What a unit is found to resemble in a table, as a finding. */
#include "engine.h"

/*
 * The number of the table that a match is from, as the caller counts those
 * that were loaded: 'i' is counted among those of this kind.
 */
static unsigned
loaded_number(const struct dedup *d, enum dedup_load kind, unsigned i)
{
	for (unsigned n = 0; n < d->known.nloaded && i > 0; n++)
		if (d->known.loaded[n].kind == kind && --i == 0)
			return n + 1;
	return 0;
}

struct finding
finding_of(const struct dedup *d, enum dedup_reason reason,
	   const struct match *m)
{
	return (struct finding){
		.reason = reason, .resemblance = m->resemblance,
		.witness = m->place,
		.ref = m->table == 0 && reason != DEDUP_LISTED ? m->ref : 0,
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
resembling_find(const struct dedup *d, struct table *t, struct unit *u,
		struct match *m, enum dedup_reason *reason)
{
	double threshold = d->opt.threshold;
	/* What is known word for word was not looked up further. */
	bool early = u->proposal != NULL && t == d->known.table &&
		     !u->proposal->exact;
	/* What is listed is so for any of these reasons. */
	bool any = t == d->known.listed || t == d->known.parts;
	bool near = any || engine_wants(d, DEDUP_NEAR);
	bool similar = threshold > 0 && (any || engine_wants(d, DEDUP_SIMILAR));
	int got = 0;

	if (u->length >= SHINGLE_NEAR && (near || similar)) {
		got = !near ? 0 : early ? table_near_after(t, &u->w, threshold,
					       u->proposal, m)
			    : table_near(t, &u->w, m);
		if (got > 0 && m->similar && !similar)
			got = 0;
		if (got == 0 && !(early && near) && similar)
			got = table_similar(t, &u->w, threshold, m);
		*reason = got > 0 && m->similar ? DEDUP_SIMILAR : DEDUP_NEAR;
	}
	if (got == 0 && d->opt.contained && u->w.n >= d->opt.ngram &&
	    (any || engine_wants(d, DEDUP_CONTAINED))) {
		*reason = DEDUP_CONTAINED;
		got = table_containing(t, &u->w, m);
	}
	return got;
}
