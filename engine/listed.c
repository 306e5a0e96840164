/*
 * Rule 6: remove what a reference text or table says, and what contains a whole
 * reference text of SHINGLE_NEAR words or more.
 */
#include "engine.h"

/* Its words, and each of its shingles. */
static int
sketch_wholly(struct split *s, struct unit *u)
{
	shingler_hand_out_every(s->shingler);
	/* It may have been sketched before these were asked for. */
	u->sketched &= u->w.every != NULL;
	return split_sketch(s, u);
}

int
listed_find(struct dedup *d, struct unit *u, struct finding *f)
{
	enum dedup_reason reason;
	struct match m;
	int got;

	if (d->known.listed == NULL)
		return 0;
	got = table_find(d->known.listed, &u->w.fp, &m);
	if (got == 0 && split_wants_words(&d->own, u)) {
		if (sketch_wholly(&d->own, u) != 0)
			return -1;
		if (!u->headline)
			got = resembling_find(d, d->known.listed, u, &m,
					      &reason);
		if (got == 0)
			got = table_holding(d->known.listed, &u->w, &m);
	}
	if (got > 0)
		*f = finding_of(d, DEDUP_LISTED, &m);
	return got;
}
