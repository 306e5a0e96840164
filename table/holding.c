/*
 * The reverse of "contained": which record does the unit contain, in a row,
 * whatever else it has?
 *
 * A record is entered under its own smallest shingle, so each shingle of the
 * unit is looked up.
 */
#include "candidates.h"
#include "rules.h"

#define AHEAD 8		/* look-ups that are prefetched */

static uint64_t
key_of(const struct table *t, const struct words *w, uint32_t i)
{
	return index_key(t, w->every[i]);
}

/*
 * Does the unit contain a record under its shingle i that is older than *best?
 * 'any': there is a *best.  0, or -1.
 */
static int
look_under(struct table *t, const struct words *w, uint32_t i,
	   struct candidate *best, bool *any)
{
	struct found f[TABLE_POSTINGS];
	int n = index_find(t, key_of(t, w, i), f);

	for (int k = 0; k < n; k++) {
		struct candidate c = { f[k].ref, 1, f[k].table };

		if (*any && !candidates_is_older(&c, best))
			continue;
		if (near_holds(t, &t->scratch, w, i, f[k].record)) {
			*best = c;
			*any = true;
		}
	}
	return n < 0 ? -1 : 0;
}

int
table_holding(struct table *t, const struct words *w, struct match *m)
{
	struct candidate best = { 0, 0, 0 };
	const unsigned char *p;
	bool any = false;

	near_begin(&t->scratch, w);
	t->scratch.left = holding_steps(w);
	for (uint32_t i = 0; i < w->nevery; i++) {
		if (i + AHEAD < w->nevery)
			buckets_prefetch(&t->index, key_of(t, w, i + AHEAD),
					 false);
		/* Equal shingles in a row are looked up once. */
		if (i > 0 && w->every[i] == w->every[i - 1])
			continue;
		if (look_under(t, w, i, &best, &any) != 0)
			return -1;
	}
	t->given_up += t->scratch.left == 0;
	if (!any)
		return 0;
	p = record_at(t, best.table, best.ref);
	if (p == NULL)
		return -1;
	*m = (struct match){
		.resemblance = 1.0, .table = best.table, .ref = best.ref,
		.place = record_place(t, best.table, best.ref, p),
	};
	return 1;
}

/*
 * Word by word: where does the record begin in the unit, if its word 'at' is a
 * word of it?  UINT32_MAX: nowhere.
 */
static uint32_t
begin_of(const struct table *t, const struct words *w, uint32_t at,
	 const unsigned char *record)
{
	uint32_t n = record_head(record).nwords;
	const uint16_t *code = record_codes(t, record);
	const uint8_t *tag = (const uint8_t *)(code + n);

	for (uint32_t r = 0; r < n && r <= at && n - r <= w->n - at; r++)
		if (code[r] == w->code[at] && tag[r] == w->tag[at] &&
		    memcmp(code, w->code + at - r, n * sizeof(*code)) == 0 &&
		    memcmp(tag, w->tag + at - r, n) == 0)
			return at - r;
	return UINT32_MAX;
}

int
table_spans(struct table *t, const struct words *w, table_span_taken *take,
	    void *arg)
{
	struct found f[TABLE_POSTINGS];

	for (uint32_t i = 0; i < w->nevery && i < w->n; i++) {
		int n = index_find(t, key_of(t, w, i), f);

		if (n < 0)
			return -1;
		for (int k = 0; k < n; k++) {
			uint32_t from = begin_of(t, w, i, f[k].record);
			struct match m = {
				.resemblance = 1.0, .table = f[k].table,
				.ref = f[k].ref,
			};

			if (from == UINT32_MAX)
				continue;
			m.place = record_place(t, f[k].table, f[k].ref,
					       f[k].record);
			if (take(arg, from, record_head(f[k].record).nwords,
				 &m) != 0)
				return -1;
		}
	}
	return 0;
}
