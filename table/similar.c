/*
 * Rule "similar": a unit's resemblance, in word order, to one that was kept.
 *
 * Candidates are dropped in order of cost: by numbers and lengths, by a bitmap
 * of the words, by the count of edits, by where the edits stand, by the tags.
 */
#include "candidates.h"

#include "lcs.h"

/* Edits that the threshold allows between units of so many words in all. */
static inline uint32_t
edits_allowed(double threshold, uint32_t total)
{
	double allowed = (1.0 - threshold) * total + 1e-9;

	return allowed < LCS_MOST_EDITS ? (uint32_t)allowed : LCS_MOST_EDITS;
}

/* Do numbers and lengths allow that the record is near? */
static inline bool
may_be_near(const struct words *w, double threshold, const unsigned char *p)
{
	struct record r = record_head(p);
	uint32_t longer = r.nwords > w->n ? r.nwords - w->n : w->n - r.nwords;

	return r.digits == w->digits && r.nwords >= TABLE_NEAR_WORDS &&
	       longer <= edits_allowed(threshold, r.nwords + w->n);
}

/*
 * Which codes the unit has, by 12 of their bits: a cheap bound on how many
 * words it can share with another, which rules out most candidates.
 */
#define CODE_BIT(code) ((uint64_t)1 << ((code) & 63))
#define CODE_WORD(code) ((code) >> 6 & (CODE_WORDS - 1))

static void
mark_codes(struct scratch *s, const struct words *w)
{
	for (uint32_t i = 0; i < w->n; i++)
		s->codes[CODE_WORD(w->code[i])] |= CODE_BIT(w->code[i]);
}

static void
unmark_codes(struct scratch *s, const struct words *w)
{
	for (uint32_t i = 0; i < w->n; i++)
		s->codes[CODE_WORD(w->code[i])] = 0;
}

/* Can all but 'most' of these n words be words of the marked unit? */
static bool
codes_allow(const struct scratch *s, const uint16_t *code, uint32_t n,
	    uint32_t most)
{
	uint32_t strange = 0;

	/* A few words at a time without looking whether it is enough. */
	for (; n >= 16 && strange <= most; n -= 16, code += 16)
		for (uint32_t i = 0; i < 16; i++)
			strange += (s->codes[CODE_WORD(code[i])] &
				    CODE_BIT(code[i])) == 0;
	for (; n > 0 && strange <= most; n--, code++)
		strange += (s->codes[CODE_WORD(*code)] & CODE_BIT(*code)) == 0;
	return strange <= most;
}

/*
 * How many words may be added, missing or replaced in stretches of two or more,
 * where the shorter of two units has n words.  Scattered words that differ are
 * typing errors and edits.  A stretch is another name, place or clause, and so
 * another fact, as a number is.
 */
static uint32_t
stretch_allowance(uint32_t n)
{
	return n < 18 ? 3 : n / 6;
}

/*
 * Edits between the unit and a record, 'most' at most, else more than that; -1
 * with ENOMEM.  Codes come first: they alone decide what is near.  Then codes
 * and tags are compared: they differ where a word was made to look like
 * another.  One of the words in common may differ so, or an eighth of them.
 */
static int64_t
count_edits(const struct table *t, struct scratch *s, const struct words *w,
	    const unsigned char *p, uint32_t nwords, uint32_t most)
{
	unsigned bits = record_tag_bits(t->full_tags,
					nwords < w->n ? w->n : nwords);
	uint32_t shorter = nwords < w->n ? nwords : w->n;
	uint32_t edits, common, forged;

	if (scratch_take_unit(s, w, 0) != 0 ||
	    scratch_take_record(t, s, p, nwords, 0) != 0)
		return -1;
	edits = lcs_edits(s->mine, w->n, s->other, nwords, most);
	if (edits > most)
		return edits;
	if (shorter < TABLE_REPLACE_WORDS && edits > 1)
		return (int64_t)most + 1;
	if (edits > stretch_allowance(shorter)) {
		uint32_t words;

		if (lcs_stretches(s->mine, w->n, s->other, nwords, edits,
				  &words) != 0)
			return -1;
		if (words > stretch_allowance(shorter))
			return (int64_t)most + 1;
	}
	common = (w->n + nwords - edits) / 2;
	forged = common < 16 ? 1 : common / 8;
	if (edits + 2 * forged > LCS_MOST_EDITS)
		forged = (LCS_MOST_EDITS - edits) / 2;
	if (scratch_take_unit(s, w, bits) != 0 ||
	    scratch_take_record(t, s, p, nwords, bits) != 0)
		return -1;
	if (lcs_edits(s->mine, w->n, s->other, nwords, edits + 2 * forged) >
	    edits + 2 * forged)
		return (int64_t)most + 1;
	return edits;
}

/* Is this record near?  As table_near(). */
static int
is_near(const struct table *t, struct scratch *s, const struct words *w,
	double threshold, const struct candidate *c, struct match *m)
{
	const unsigned char *p = record_at(t, c->table, c->ref);
	uint32_t nwords, total, most;
	int64_t edits;

	if (p == NULL)
		return -1;
	nwords = record_head(p).nwords;
	total = nwords + w->n;
	most = edits_allowed(threshold, total);
	/* The record may have so many words that w lacks. */
	if (!codes_allow(s, record_codes(t, p), nwords,
			 (most + nwords - w->n) / 2))
		return 0;
	edits = count_edits(t, s, w, p, nwords, most);
	if (edits < 0)
		return -1;
	if (edits > most)
		return 0;
	*m = (struct match){
		1.0 - (double)edits / total,
		record_place(t, c->table, c->ref, p), c->table,
	};
	return 1;
}

/*
 * The first of the candidates, which share more than 'over' of the sketch, that
 * is near: 1 with 'm' and *shared set, 0, or -1.
 */
static int
first_near(const struct table *t, struct scratch *s, const struct words *w,
	   double threshold, struct candidate *c, size_t n, uint32_t over,
	   struct match *m, uint32_t *shared)
{
	int got = 0;

	if (n == 0)
		return 0;
	candidates_sort(c, n);
	mark_codes(s, w);
	for (size_t i = 0; i < n && got == 0 && c[i].shared > over; i++) {
		got = is_near(t, s, w, threshold, &c[i], m);
		*shared = c[i].shared;
	}
	unmark_codes(s, w);
	return got;
}

/* The records that may be near: how many, or -1. */
static int
propose_near(const struct table *t, const struct words *w, double threshold,
	     struct candidate *c)
{
	return w->n < TABLE_NEAR_WORDS ? 0 :
	       candidates_propose(t, w, w->probe, w->nprobe, threshold,
				  may_be_near, c);
}

int
table_near(struct table *t, const struct words *w, double threshold,
	   struct match *m)
{
	struct candidate c[CANDIDATES];
	uint32_t shared;
	int n = propose_near(t, w, threshold, c);

	return n < 0 ? -1 : first_near(t, &t->scratch, w, threshold, c,
				       (size_t)n, 0, m, &shared);
}

int
table_propose(const struct table *t, struct scratch *s, const struct words *w,
	      double threshold, struct proposal *p)
{
	struct candidate c[CANDIDATES];
	int n = propose_near(t, w, threshold, c), got;

	*p = (struct proposal){
		.upto = (uint32_t)t->arena.used, .epoch = t->epoch,
	};
	if (n < 0)
		return -1;
	got = first_near(t, s, w, threshold, c, (size_t)n, 0, &p->m,
			 &p->shared);
	if (got < 0)
		return -1;
	p->near = got > 0;
	p->looked = true;
	return 0;
}

int
table_near_after(struct table *t, const struct words *w, double threshold,
		 const struct proposal *p, struct match *m)
{
	struct candidate c[CANDIDATES];
	uint32_t over = p->near ? p->shared : 0, shared, ref;
	size_t n = 0;
	int got;

	if (p->epoch != t->epoch)
		return table_near(t, w, threshold, m);

	for (uint32_t i = 0; i < w->nprobe && w->n >= TABLE_NEAR_WORDS &&
			     t->index.n > 0; i++) {
		struct bucket b;

		if (!recent_has(t, p->upto, w->probe[i]))
			continue;
		b = bucket_open(t, w->probe[i]);
		while ((ref = bucket_next(&b)) != 0)
			if (ref >= p->upto &&
			    may_be_near(w, threshold,
					arena_at(&t->arena, ref)))
				n = candidates_count(c, n, 0, ref);
	}
	got = first_near(t, &t->scratch, w, threshold, c, n, over, m, &shared);
	if (got != 0 || !p->near)
		return got;
	*m = p->m;
	return 1;
}
