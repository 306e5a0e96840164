/*
 * Ask for a witness: candidates against the rules "near" and "similar", at once
 * or in two steps.
 */
#include "candidates.h"
#include "rules.h"

/* One of the two rules. */
typedef int rule_matches(const struct table *t, struct scratch *s,
			 const struct words *w, double threshold,
			 const unsigned char *record, double *resemblance);

/*
 * The most promising candidate that the rule accepts, among those that share
 * more than 'over' of the sketch: 1 with 'm' and *shared set, 0, or -1.  They
 * need not be sorted: mostly none is accepted, and all are looked at.
 */
static int
best_match(const struct table *t, struct scratch *s, const struct words *w,
	   double threshold, rule_matches *matches, const struct candidate *c,
	   size_t n, uint32_t over, struct match *m, uint32_t *shared)
{
	const struct candidate *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const unsigned char *p;
		double resemblance;
		int got;

		if (c[i].shared <= over ||
		    (best != NULL && !candidates_is_before(&c[i], best)))
			continue;
		p = record_at(t, c[i].table, c[i].ref);
		got = p == NULL ? -1 :
		      matches(t, s, w, threshold, p, &resemblance);
		if (got < 0)
			return -1;
		if (got == 0)
			continue;
		best = &c[i];
		*shared = c[i].shared;
		*m = (struct match){
			.resemblance = resemblance,
			.place = record_place(t, c[i].table, c[i].ref, p),
			.table = c[i].table, .ref = c[i].ref,
			.similar = matches == similar_matches,
		};
	}
	return best != NULL;
}

/* May one of the rules accept it? */
static inline bool
any_is_possible(const struct words *w, double threshold,
		const unsigned char *record)
{
	return near_is_possible(w, threshold, record) ||
	       (threshold > 0.0 && similar_is_possible(w, threshold, record));
}

/*
 * Both rules, "near" first.  'before' is what they found among older records; a
 * newer one wins only if its rule comes first, or if it shares more of the
 * sketch.  1 with *p set, 0, or -1.
 */
static int
match_any(const struct table *t, struct scratch *s, const struct words *w,
	  double threshold, struct candidate *c, size_t n,
	  const struct proposal *before, struct proposal *p)
{
	bool was_near = before->near && !before->m.similar;
	int got;

	if (n == 0)
		return 0;
	near_begin(s);
	got = best_match(t, s, w, threshold, near_matches, c, n,
			 was_near ? before->shared : 0, &p->m, &p->shared);
	if (got == 0 && threshold > 0.0 && !was_near) {
		/* To count edits takes long: the likely ones first. */
		candidates_sort(c, n);
		got = best_match(t, s, w, threshold, similar_matches, c, n,
				 before->near ? before->shared : 0, &p->m,
				 &p->shared);
	}
	scratch_unmark(s, w);
	p->near = got > 0;
	return got;
}

static const struct proposal nothing;

/*
 * The shingles of a unit's sketch, and how many of them are looked up.  A
 * record that says all that the unit says has all the unit's shingles, but for
 * those around a word that is joined; and so, if it is found under any, then
 * under the smallest one.  Its bucket may be full, though, and the word may be
 * joined there: so there are two more.  Rule "similar" asks for all of them.
 */
static inline struct asked
ask_sketch(const struct table *t, const struct words *w, double threshold,
	   uint64_t own[SKETCH_PROBE], uint8_t *room)
{
	return (struct asked){
		.v = index_keys(t, w, own), .sketch = true, .room = room,
		.n = w->n < TABLE_NEAR_WORDS ? 0 : w->nprobe,
		.open = buckets_wanted(threshold),
	};
}

int
table_near(struct table *t, const struct words *w, double threshold,
	   struct match *m)
{
	struct candidate c[CANDIDATES];
	uint64_t own[SKETCH_PROBE];
	struct asked a = ask_sketch(t, w, threshold, own, NULL);
	struct proposal p;
	int n = candidates_propose(t, w, &a, 0.0, near_is_possible, c);
	int got = n < 0 ? -1 : match_any(t, &t->scratch, w, 0.0, c, (size_t)n,
					 &nothing, &p);

	if (got > 0)
		*m = p.m;
	return got;
}

int
table_similar(struct table *t, const struct words *w, double threshold,
	      struct match *m)
{
	struct scratch *s = &t->scratch;
	struct candidate c[CANDIDATES];
	uint64_t own[SKETCH_PROBE];
	struct asked a = ask_sketch(t, w, threshold, own, NULL);
	uint32_t shared;
	int n = candidates_propose(t, w, &a, threshold, similar_is_possible,
				   c), got;

	if (n <= 0)
		return n;
	candidates_sort(c, (size_t)n);
	got = best_match(t, s, w, threshold, similar_matches, c, (size_t)n, 0,
			 m, &shared);
	scratch_unmark(s, w);
	return got;
}

int
table_propose(const struct table *t, struct scratch *s, const struct words *w,
	      double threshold, struct proposal *p)
{
	struct candidate c[CANDIDATES];
	uint64_t own[SKETCH_PROBE];
	struct asked a = ask_sketch(t, w, threshold, own, p->room);
	int n;

	*p = (struct proposal){
		.upto = t->arena.used, .epoch = t->epoch,
	};
	n = candidates_propose(t, w, &a, threshold, any_is_possible, c);
	p->asked = (uint8_t)a.looked;
	if (n < 0 ||
	    match_any(t, s, w, threshold, c, (size_t)n, &nothing, p) < 0)
		return -1;
	p->looked = true;
	return 0;
}

/*
 * The records since the proposal that a rule may accept: how many, or -1 where
 * a bucket became full, so that others would be looked into now.
 */
static int
propose_recent(const struct table *t, const struct words *w, double threshold,
	       const struct proposal *p, struct candidate *c)
{
	size_t n = 0, next;
	uint64_t ref;

	for (uint32_t i = 0; i < p->asked && t->index.n > 0; i++) {
		struct bucket b;
		unsigned newer = 0;

		if (!recent_has(t, p->upto, (uint32_t)w->probe[i]))
			continue;
		next = 0;
		b = bucket_open(t, index_key(t, w->probe[i]));
		while ((ref = bucket_next(&b)) != 0) {
			if (ref < p->upto)
				continue;
			newer++;
			if (any_is_possible(w, threshold,
					    arena_at(&t->arena, ref)))
				n = candidates_count(c, n, &next, 0, ref);
		}
		if (threshold <= 0.0 && newer > 0 && newer == p->room[i])
			return -1;
	}
	return (int)n;
}

int
table_near_after(struct table *t, const struct words *w, double threshold,
		 const struct proposal *p, struct match *m)
{
	struct candidate c[CANDIDATES];
	struct proposal newer;
	int n = p->epoch != t->epoch ? -1 :
		propose_recent(t, w, threshold, p, c), got;

	if (n < 0) {
		got = table_near(t, w, threshold, m);
		return got != 0 || threshold <= 0.0 ? got :
		       table_similar(t, w, threshold, m);
	}
	got = match_any(t, &t->scratch, w, threshold, c, (size_t)n, p, &newer);
	if (got < 0 || (got == 0 && !p->near))
		return got;
	*m = got > 0 ? newer.m : p->m;
	match_refresh(t, m);
	return 1;
}
