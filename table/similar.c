/*
 * Rule "similar": how much a unit resembles one that was recorded, in word
 * order.
 *
 * Candidates are excluded in order of cost: by numbers and lengths, by a bitmap
 * of the words, by the count of edits, by where the edits are.
 */
#include "rules.h"

/*
 * How many words may be added, missing or replaced in gaps of two or more,
 * if the shorter of two units has n words.  Scattered words that differ are
 * typing errors and edits.  A gap is another name, place or clause, and so
 * another fact, as a number is.
 */
static uint32_t
gap_allowance(uint32_t n)
{
	return n < 18 ? 3 : n / 6;
}

/*
 * Edits between the unit and a record, if they are at most 'most', otherwise
 * more; -1 with ENOMEM.
 */
static int64_t
count_edits(const struct table *t, struct scratch *s, const struct words *w,
	    const unsigned char *p, uint32_t nwords, uint32_t most)
{
	uint32_t shorter = nwords < w->n ? nwords : w->n;
	uint32_t edits, words;

	if (!s->taken && scratch_take_unit(s, w) != 0)
		return -1;
	s->taken = true;
	if (scratch_take_record(t, s, p, nwords) != 0)
		return -1;
	edits = lcs_edits(&s->lcs, s->other, nwords, most);
	if (edits > most)
		return edits;
	/* As long as the unit, if it has as many words. */
	if ((uint64_t)shorter * w->length < TABLE_REPLACE_WORDS *
	    (uint64_t)w->n && edits > 1)
		return (int64_t)most + 1;
	if (edits <= gap_allowance(shorter))
		return edits;
	if (lcs_gaps(&s->lcs, s->other, nwords, edits, &words) != 0)
		return -1;
	return words <= gap_allowance(shorter) ? edits : (int64_t)most + 1;
}

void
similar_begin(struct scratch *s, const struct words *w)
{
	s->lcs.left = similar_steps(w);
	s->taken = false;
}

int
similar_matches(const struct table *t, struct scratch *s,
		const struct words *w, double threshold,
		const unsigned char *record, double *resemblance)
{
	uint32_t n = record_head(record).nwords, total = n + w->n, most;
	int64_t edits;

	if (s->lcs.left == 0 || !similar_is_possible(w, threshold, record))
		return 0;
	/* The first look takes some steps too. */
	s->lcs.left -= n / 8 < s->lcs.left ? n / 8 : s->lcs.left;
	most = edits_allowed(threshold, total);
	/* The record may have so many words that w lacks. */
	if (!scratch_may_match(s, w, record_codes(t, record), n,
			       (most + n - w->n) / 2))
		return 0;
	edits = count_edits(t, s, w, record, n, most);
	if (edits < 0)
		return -1;
	*resemblance = 1.0 - (double)edits / total;
	return edits <= most;
}
