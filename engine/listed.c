/* Rule 6: what a reference text or table says goes. */
#include "engine.h"

int
listed_find(struct dedup *d, struct split *s, struct piece *p,
	    struct finding *f)
{
	enum dedup_reason reason;
	struct match m;
	int got;

	if (d->listed == NULL)
		return 0;
	got = table_find(d->listed, &p->w.fp, &m);
	if (got == 0 && split_wants_words(s, p)) {
		if (split_sketch(s, p) != 0)
			return -1;
		got = judge_resembling(d, d->listed, p, &m, &reason);
	}
	if (got > 0)
		*f = judge_finding(d, DEDUP_LISTED, &m);
	return got;
}
