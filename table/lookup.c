/*
 * Look up a witness: compare candidates by the rules "near" and "similar", at
 * once or in two steps.
 */
#include "candidates.h"
#include "rules.h"

static struct match
match_of(const struct table *t, const struct candidate *c,
	 const unsigned char *record, double resemblance)
{
	return (struct match){
		.resemblance = resemblance, .table = c->table, .ref = c->ref,
		.place = record_place(t, c->table, c->ref, record),
	};
}

/*
 * The first of the candidates that is near: 1 with 'm' set, 0, or -1.  One that
 * stays is preferred to those that were removed, since a user can read it.
 */
static int
first_near(const struct table *t, struct scratch *s, const struct words *w,
	   struct candidate *c, size_t n, struct match *m)
{
	int got = 0;

	candidates_sort(c, n, candidates_is_older);
	for (size_t i = 0; i < n; i++) {
		const unsigned char *p = record_at(t, c[i].table, c[i].ref);
		double resemblance;

		if (p == NULL)
			return -1;
		if ((got > 0 && record_went(p)) ||
		    !near_matches(t, s, w, p, &resemblance))
			continue;
		*m = match_of(t, &c[i], p, resemblance);
		got = 1;
		if (!record_went(p))
			break;
	}
	return got;
}

/*
 * The most promising candidate that is similar, among those that share more
 * than 'over' of the sketch: 1 with 'm' and *shared set, 0, or -1.
 */
static int
best_similar(const struct table *t, struct scratch *s, const struct words *w,
	     double threshold, struct candidate *c, size_t n, uint32_t over,
	     struct match *m, uint32_t *shared)
{
	/* Counting edits takes long: begin with the likely ones. */
	candidates_sort(c, n, candidates_is_before);
	for (size_t i = 0; i < n && c[i].shared > over; i++) {
		const unsigned char *p = record_at(t, c[i].table, c[i].ref);
		double resemblance;
		int got = p == NULL ? -1 :
			  similar_matches(t, s, w, threshold, p, &resemblance);

		if (got < 0)
			return -1;
		if (got == 0)
			continue;
		*m = match_of(t, &c[i], p, resemblance);
		m->similar = true;
		*shared = c[i].shared;
		return 1;
	}
	return 0;
}

/* What a unit is looked up by: its smallest shingles, and its sketch. */
static struct query
near_query(const struct words *w)
{
	bool keys = w->key != NULL;

	return (struct query){
		.v = keys ? w->key : w->near, .n = index_lookups(w),
		.keys = keys,
	};
}

static struct query
sketch_query(const struct words *w)
{
	return (struct query){ .v = w->probe, .n = w->nprobe };
}

static int
collect_near(const struct table *t, const struct words *w,
	     struct candidate c[CANDIDATES])
{
	struct query q = near_query(w);

	return candidates_collect(t, w, &q, 0.0, near_is_possible, c);
}

static int
collect_similar(const struct table *t, const struct words *w,
		double threshold, struct candidate c[CANDIDATES])
{
	struct query q = sketch_query(w);

	return candidates_collect(t, w, &q, threshold, similar_is_possible, c);
}

static int
find_near(const struct table *t, struct scratch *s, const struct words *w,
	  struct match *m)
{
	struct candidate c[CANDIDATES];
	int n = collect_near(t, w, c);

	if (n <= 0)
		return n;
	near_begin(s, w);
	return first_near(t, s, w, c, (size_t)n, m);
}

static int
find_similar(const struct table *t, struct scratch *s, const struct words *w,
	     double threshold, struct match *m, uint32_t *shared)
{
	struct candidate c[CANDIDATES];
	int n = collect_similar(t, w, threshold, c), got;

	if (n <= 0)
		return n;
	similar_begin(s, w);
	got = best_similar(t, s, w, threshold, c, (size_t)n, 0, m, shared);
	scratch_unmark(s, w);
	return got;
}

int
table_near(struct table *t, const struct words *w, struct match *m)
{
	return find_near(t, &t->scratch, w, m);
}

int
table_similar(struct table *t, const struct words *w, double threshold,
	      struct match *m)
{
	uint32_t shared;
	int got;

	t->scratch.lcs.left = 1;
	got = find_similar(t, &t->scratch, w, threshold, m, &shared);
	t->given_up += t->scratch.lcs.left == 0;
	return got;
}

uint64_t
table_given_up(const struct table *t)
{
	return t->given_up;
}

int
table_propose(const struct table *t, struct scratch *s, const struct words *w,
	      double threshold, struct proposal *p)
{
	int got;

	*p = (struct proposal){
		.upto = t->arena.used, .epoch = t->epoch,
	};
	s->left = near_steps(w);
	s->lcs.left = similar_steps(w);
	got = find_near(t, s, w, &p->m);
	if (got == 0 && threshold > 0.0)
		got = find_similar(t, s, w, threshold, &p->m, &p->shared);
	p->near = got > 0;
	p->left = s->left;
	p->steps = s->lcs.left;
	p->looked = got >= 0;
	return got < 0 ? -1 : 0;
}

/*
 * The records under n shingles that are newer than the proposal and pass the
 * filter.
 */
static size_t
collect_recent(const struct table *t, const struct words *w, double threshold,
	       const struct proposal *p, const uint64_t *shingle, uint32_t n,
	       candidate_filter *filter, struct candidate *c)
{
	size_t have = 0, next;
	uint64_t ref;

	for (uint32_t i = 0; i < n && t->index.n > 0; i++) {
		struct postings b;

		if (!recent_has(t, p->upto, (uint32_t)shingle[i]))
			continue;
		next = 0;
		b = postings_open(t, index_key(t, shingle[i]));
		while ((ref = postings_next(&b)) != 0)
			if (ref >= p->upto &&
			    filter(w, threshold, arena_at(&t->arena, ref)))
				have = candidates_count(c, have, &next, 0, ref);
	}
	return have;
}

/*
 * "near" among newer records; a proposed record is older and comes first.  The
 * steps left are those that the proposal left.
 */
static int
near_after(struct table *t, const struct words *w, const struct proposal *p,
	   struct match *m)
{
	struct candidate c[CANDIDATES];
	size_t n = collect_recent(t, w, 0.0, p, w->near, index_lookups(w),
				  near_is_possible, c);

	if (n == 0)
		return 0;
	near_begin(&t->scratch, w);
	t->scratch.left = p->left;
	return first_near(t, &t->scratch, w, c, n, m);
}

/*
 * "similar" likewise: a newer record wins if it shares more.  If the proposal
 * used up all steps, a look-up at once might have spent them on other
 * candidates; then look up at once.
 */
static int
similar_after(struct table *t, const struct words *w, double threshold,
	      const struct proposal *p, struct match *m)
{
	struct scratch *s = &t->scratch;
	struct candidate c[CANDIDATES];
	size_t n = collect_recent(t, w, threshold, p, w->probe, w->nprobe,
				  similar_is_possible, c);
	uint32_t shared;
	int got = 0;

	if (n > 0) {
		if (p->steps == 0)
			return table_similar(t, w, threshold, m);
		similar_begin(s, w);
		s->lcs.left = p->steps;
		got = best_similar(t, s, w, threshold, c, n,
				   p->near ? p->shared : 0, m, &shared);
		scratch_unmark(s, w);
		if (got < 0)
			return -1;
		if (s->lcs.left == 0)
			return table_similar(t, w, threshold, m);
	} else {
		t->given_up += p->steps == 0;
	}
	if (got > 0 || !p->near)
		return got;
	*m = p->m;
	return 1;
}

int
table_near_after(struct table *t, const struct words *w, double threshold,
		 const struct proposal *p, struct match *m)
{
	bool near = p->near && !p->m.similar;
	int got;

	/*
	 * A record that stays may be newer than a proposed one that was
	 * removed.
	 */
	if (p->epoch != t->epoch || (near && table_went(t, &p->m)))
		got = table_near(t, w, m);
	else if (near)
		*m = p->m, got = 1;
	else
		got = near_after(t, w, p, m);
	if (got != 0 || threshold <= 0.0)
		return got;
	return p->epoch != t->epoch ? table_similar(t, w, threshold, m) :
	       similar_after(t, w, threshold, p, m);
}
