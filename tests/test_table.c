/*
 * table.c against a list of all units that is searched from one end to the
 * other, with dynamic programming for what two units have in common.
 *
 * The units are made here, as the table knows no text: a word is a number of
 * 16 bits, its code; its tag follows from it; and shingles are hashes of three
 * numbers, or whatever a test wants them to be.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include "lcs.h"
#include "table.h"
#include "table_internal.h"

#define WORDS_MAX	80000
#define INDEX_MAX	200	/* shingles that a unit is found under */
#define WINDOW		4

/* A unit to be. */
struct unit {
	struct words w;
	struct place place;
	uint16_t *code;
	uint8_t *tag;
	uint64_t probe[SKETCH_PROBE];
	uint64_t winnowed[INDEX_MAX];
};

static uint64_t
mix(uint64_t x)
{
	struct rng r = { x };

	return rng_next(&r);
}

/* The words are v[0..n), found under no shingle yet; to be freed. */
static struct unit *
new_unit(const uint32_t *v, uint32_t n)
{
	static uint64_t made;
	struct unit *u = calloc(1, sizeof(*u));

	assert_non_null(u);
	assert_true(n > 0 && n <= WORDS_MAX);
	made++;
	u->code = malloc(n * sizeof(*u->code));
	u->tag = malloc(n);
	assert_non_null(u->code);
	assert_non_null(u->tag);
	for (uint32_t i = 0; i < n; i++) {
		u->code[i] = (uint16_t)v[i];
		u->tag[i] = (uint8_t)mix(v[i]);
	}
	u->w = (struct words){
		.fp = { mix(made) | 1, mix(~made) }, .n = n, .length = n,
		.code = u->code, .tag = u->tag, .near = u->probe,
		.probe = u->probe, .winnowed = u->winnowed,
	};
	u->place = (struct place){ mix(made + 1), mix(made + 2), made };
	return u;
}

static void
free_unit(struct unit *u)
{
	free(u->code);
	free(u->tag);
	free(u);
}

/*
 * Look it up by, and index it under, these shingles, by both rules; short units
 * have none.
 */
static void
set_probes(struct unit *u, const uint64_t *shingle, uint32_t n, uint32_t nkeep)
{
	assert_true(n <= SKETCH_PROBE && nkeep <= n);
	if (u->w.n < SHINGLE_NEAR)
		n = nkeep = 0;
	memcpy(u->probe, shingle, n * sizeof(*shingle));
	u->w.nprobe = (uint16_t)n;
	u->w.nkeep = (uint16_t)nkeep;
	u->w.nask = (uint8_t)n;
	u->w.nnear = n;
	u->w.kept = (uint8_t)((1u << nkeep) - 1);
}

/* Sample the unit's own shingles. */
static void
sketch(struct unit *u)
{
	static uint64_t all[WORDS_MAX];
	uint32_t n = 0, k;

	for (uint32_t i = 0; i + 3 <= u->w.n; i++)
		all[n++] = mix((uint64_t)u->code[i] << 32 |
					 (uint32_t)u->code[i + 1] << 16 |
					 u->code[i + 2]);
	if (n == 0)
		all[n++] = mix(u->code[0]);
	u->w.nwinnowed = 0;
	for (uint32_t i = 0; i + WINDOW <= n; i++) {
		uint64_t least = all[i];

		for (uint32_t j = 1; j < WINDOW; j++)
			if (all[i + j] < least)
				least = all[i + j];
		assert_true(u->w.nwinnowed < INDEX_MAX);
		/* No shingle for another rule is the same. */
		u->winnowed[u->w.nwinnowed++] = ~least;
	}
	u->w.nwinnowed = sort_distinct64(u->winnowed, u->w.nwinnowed);
	n = sort_distinct64(all, n);
	k = n < SKETCH_PROBE ? n : SKETCH_PROBE;
	set_probes(u, all, k, k < 5 ? k : 5);
}

/* The model: what was added, in order. */
struct model {
	struct unit *unit[600];
	size_t n;
};

static bool
indexed(const struct unit *u, uint64_t shingle)
{
	for (uint32_t i = 0; i < u->w.nkeep; i++)
		if (u->probe[i] == shingle)
			return true;
	for (uint32_t i = 0; i < u->w.nwinnowed; i++)
		if (u->winnowed[i] == shingle)
			return true;
	return false;
}

/* Would a posting list hold more than it can, with this unit in it? */
static bool
overflows(const struct model *m, const struct unit *u)
{
	for (uint32_t i = 0; i < u->w.nkeep + u->w.nwinnowed; i++) {
		uint64_t shingle = i < u->w.nkeep ? u->probe[i] :
				   u->winnowed[i - u->w.nkeep];
		size_t n = 0;

		for (size_t j = 0; j < m->n; j++)
			n += indexed(m->unit[j], shingle);
		if (n >= TABLE_POSTINGS)
			return true;
	}
	return false;
}

static void
model_free(struct model *m)
{
	for (size_t i = 0; i < m->n; i++)
		free_unit(m->unit[i]);
	m->n = 0;
}

/* Insertions and deletions from a to b, by the textbook. */
static uint32_t
oracle_edits(const struct unit *a, const struct unit *b)
{
	static uint32_t row[WORDS_MAX + 1];
	uint32_t nb = b->w.n;

	for (uint32_t j = 0; j <= nb; j++)
		row[j] = j;
	for (uint32_t i = 1; i <= a->w.n; i++) {
		uint32_t diagonal = row[0];

		row[0] = i;
		for (uint32_t j = 1; j <= nb; j++) {
			uint32_t above = row[j], left = row[j - 1];

			if (a->code[i - 1] == b->code[j - 1])
				row[j] = diagonal;
			else
				row[j] = 1 + (above < left ? above : left);
			diagonal = above;
		}
	}
	return row[nb];
}

/* Words that differ in gaps: lcs.h, which is tested by itself. */
static uint32_t
gaps(const struct unit *a, const struct unit *b, uint32_t edits)
{
	static uint32_t x[WORDS_MAX], y[WORDS_MAX];
	struct lcs l = { .left = UINT64_MAX };
	uint32_t words;

	for (uint32_t i = 0; i < a->w.n; i++)
		x[i] = a->code[i];
	for (uint32_t i = 0; i < b->w.n; i++)
		y[i] = b->code[i];
	assert_int_equal(lcs_take(&l, x, a->w.n), 0);
	assert_int_equal(lcs_gaps(&l, y, b->w.n, edits, &words), 0);
	lcs_free(&l);
	return words;
}

/*
 * What table.h says: 1 similar, 0 not, -1 where that hangs on how they are
 * aligned.  The threshold is percent / 100.
 */
static int
oracle_similar(const struct unit *a, const struct unit *b, uint32_t percent,
	    uint32_t *edits)
{
	uint32_t total = a->w.n + b->w.n, most;
	uint32_t shorter = a->w.n < b->w.n ? a->w.n : b->w.n;
	bool scattered[2];

	*edits = oracle_edits(a, b);
	if (shorter < SHINGLE_NEAR || a->w.digits != b->w.digits)
		return 0;
	if ((uint64_t)(total - *edits) * 100 < (uint64_t)percent * total)
		return 0;
	if (shorter < TABLE_REPLACE_WORDS)
		return *edits <= 1;
	most = shorter / 6 > 3 ? shorter / 6 : 3;
	scattered[0] = gaps(a, b, *edits) <= most;
	scattered[1] = gaps(b, a, *edits) <= most;
	return scattered[0] == scattered[1] ? scattered[0] : -1;
}

/* Does b stand in a? */
static bool
oracle_contains(const struct unit *a, const struct unit *b)
{
	for (uint32_t i = 0; i + b->w.n <= a->w.n; i++)
		if (memcmp(a->code + i, b->code,
			   b->w.n * sizeof(*a->code)) == 0)
			return true;
	return false;
}

/* Units of the model, by how many of these shingles they are found under. */
static size_t
oracle_candidates(const struct model *m, const uint64_t *shingle, uint32_t n,
		  const struct unit **to)
{
	uint32_t shared[ARRAY_LEN(m->unit)];
	size_t got = 0;

	for (size_t i = 0; i < m->n; i++) {
		uint32_t hits = 0;
		size_t at = got;

		for (uint32_t j = 0; j < n; j++)
			hits += indexed(m->unit[i], shingle[j]);
		if (hits == 0)
			continue;
		for (; at > 0 && shared[at - 1] < hits; at--) {
			to[at] = to[at - 1];
			shared[at] = shared[at - 1];
		}
		to[at] = m->unit[i];
		shared[at] = hits;
		got++;
	}
	return got;
}

static bool
same_place(struct place a, struct place b)
{
	return a.document == b.document && a.offset == b.offset &&
	       a.line == b.line;
}

/* table_similar() answers as the model does; 1, 0, or -1 where it is unsure. */
static int
check_similar(struct table *t, const struct model *m, const struct unit *u,
	   uint32_t percent)
{
	const struct unit *c[ARRAY_LEN(m->unit)];
	size_t n = oracle_candidates(m, u->probe, u->w.nprobe, c);
	struct match got = { .resemblance = -1.0 };
	uint64_t given_up = table_given_up(t);
	int found = table_similar(t, &u->w, percent / 100.0, &got);

	/* Many candidates of few words: not all of them were compared. */
	if (found == 0 && table_given_up(t) > given_up)
		return -1;
	for (size_t i = 0; i < n; i++) {
		uint32_t edits;
		int near = oracle_similar(u, c[i], percent, &edits);
		double want = 1.0 - (double)edits / (u->w.n + c[i]->w.n);

		if (near < 0)
			return -1;
		if (near == 0)
			continue;
		assert_int_equal(found, 1);
		assert_true(same_place(got.place, c[i]->place));
		assert_true(got.resemblance > want - 1e-12 &&
			    got.resemblance < want + 1e-12);
		assert_true(got.similar);
		return 1;
	}
	assert_int_equal(found, 0);
	return 0;
}

/*
 * table_near() likewise: in one piece, of 8 words, at least 0.8 of the words.
 */
static int
check_near(struct table *t, const struct model *m, const struct unit *u)
{
	struct match got = { .resemblance = -1.0 };
	int found = table_near(t, &u->w, &got);

	for (size_t i = 0; i < m->n; i++) {
		const struct unit *c = m->unit[i];
		uint32_t total = u->w.n + c->w.n, hits = 0;

		for (uint32_t j = 0; j < u->w.nask; j++)
			hits += indexed(c, u->w.near[j]);
		if (hits == 0 || u->w.n < 8 || c->w.n < 8 ||
		    20 * u->w.n < 8 * total || !oracle_contains(c, u))
			continue;
		/* Here, unlike in texts, numbers do not follow from words. */
		if (u->w.n == c->w.n && u->w.digits != c->w.digits)
			continue;
		assert_int_equal(found, 1);
		assert_true(same_place(got.place, c->place));
		assert_true(got.resemblance == 2.0 * u->w.n / total);
		assert_false(got.similar);
		return 1;
	}
	assert_int_equal(found, 0);
	return 0;
}

static int
check_containing(struct table *t, const struct model *m, const struct unit *u)
{
	const struct unit *c[ARRAY_LEN(m->unit)];
	size_t n = oracle_candidates(m, u->winnowed, u->w.nwinnowed, c);
	struct match got = { .resemblance = -1.0 };
	int found = table_containing(t, &u->w, &got);

	if (n > SKETCH_PROBE * TABLE_POSTINGS)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!oracle_contains(c[i], u))
			continue;
		assert_int_equal(found, 1);
		assert_true(same_place(got.place, c[i]->place));
		assert_true(got.resemblance == 1.0);
		return 1;
	}
	assert_int_equal(found, 0);
	return 0;
}

static const struct table_options all_options = {
	.near = true, .places = true,
};
static const struct table_options near_options = {
	.near = true, .places = true,
};
static const struct place nowhere;

static bool far_off;	/* tables are as if 32 GiB of records were there */

/* Go on at references of more than 32 bits; no record is before that. */
static void
move_far(struct arena *a)
{
	size_t n = ((uint64_t)1 << 32) / CHUNK_GRAINS + 3;

	a->chunk = calloc(n, sizeof(*a->chunk));
	a->span = calloc(n, sizeof(*a->span));
	assert_non_null(a->chunk);
	assert_non_null(a->span);
	a->nchunks = a->room = n;
	a->used = n * CHUNK_GRAINS;
}

static struct table *
new_table(const struct table_options *opt, uint64_t secret)
{
	struct table *t = table_new(opt, secret);

	assert_non_null(t);
	if (far_off)
		move_far(&t->arena);
	return t;
}

static void
add(struct table *t, const struct unit *u)
{
	assert_int_equal(table_add(t, &u->w, &u->place), 0);
}

static bool
finds(const struct table *t, const struct unit *u, struct place want)
{
	struct match m;

	table_prefetch(t, &u->w.fp);
	if (table_find(t, &u->w.fp, &m) == 0)
		return false;
	assert_true(m.resemblance == 1.0);
	assert_true(same_place(m.place, want));
	return true;
}

/* How many words, out of a vocabulary, to v. */
static uint32_t
random_words(struct rng *r, uint32_t *v, uint32_t n, uint32_t vocabulary)
{
	for (uint32_t i = 0; i < n; i++)
		v[i] = rng_below(r, vocabulary);
	return n;
}

/* Words added, taken away or replaced, alone or in phrases: how many left. */
static uint32_t
edit(struct rng *r, uint32_t *v, uint32_t n, uint32_t times)
{
	for (; times > 0; times--) {
		uint32_t len = rng_once(r, 4) ? rng_range(r, 2, 4) : 1;
		uint32_t at = rng_below(r, n + 1), kind = rng_below(r, 3);

		if (kind != 0 && at + len <= n && n > len) {
			memmove(v + at, v + at + len,
				(n - at - len) * sizeof(*v));
			n -= len;
		}
		if (kind != 1) {
			memmove(v + at + len, v + at, (n - at) * sizeof(*v));
			random_words(r, v + at, len, 65536);
			n += len;
		}
	}
	return n;
}

/* Words off the ends, and others put there: how many are left. */
static uint32_t
cut(struct rng *r, uint32_t *v, uint32_t n)
{
	uint32_t front = rng_below(r, n / 4 + 2), back;

	if (rng_once(r, 4) && n < 300) {
		memmove(v + front, v, n * sizeof(*v));
		random_words(r, v, front, 65536);
		return n + front;
	}
	front = front < n ? front : 0;
	memmove(v, v + front, (n - front) * sizeof(*v));
	n -= front;
	back = rng_below(r, n / 8 + 2);
	return back < n ? n - back : n;
}

static void
test_find_knows_what_was_added_and_nothing_else(void **state)
{
	static const struct table_options options[] = {
		{ .near = false, .places = false },
		{ .near = false, .places = true },
		{ .near = true, .places = false },
		{ .near = true, .places = true },
		{ .near = true, .places = true },
	};
	enum { N = 3000 };
	static struct unit *u[2 * N];
	uint32_t v[1] = { 7 };

	(void)state;
	for (size_t i = 0; i < 2 * N; i++) {
		u[i] = new_unit(v, 1);
		/* Some differ in one half only. */
		if (i % 5 == 1)
			u[i]->w.fp.hi = u[i - 1]->w.fp.hi;
		if (i % 5 == 2)
			u[i]->w.fp.lo = u[i - 1]->w.fp.lo;
		if (i % 100 == 3)
			u[i]->w.fp.lo = 0;
		if (i % 5 != 4 || i % 2 == 0)
			u[i]->w.code = NULL;
	}
	u[0]->w.fp.hi = 1;
	u[5]->w.fp.hi = UINT64_MAX;
	for (size_t o = 0; o < ARRAY_LEN(options); o++) {
		struct table *t = new_table(&options[o], (uint32_t)o);

		assert_int_equal(table_count(t), 0);
		for (size_t i = 0; i < N; i++) {
			bool places = options[o].places;

			assert_false(finds(t, u[2 * i], nowhere));
			if (!options[o].near)
				u[2 * i]->w.code = NULL;
			add(t, u[2 * i]);
			assert_int_equal(table_count(t), i + 1);
			assert_true(finds(t, u[2 * i], places ?
					  u[2 * i]->place : nowhere));
		}
		for (size_t i = 0; i < 2 * N; i++)
			assert_int_equal(finds(t, u[i], options[o].places ?
					       u[i]->place : nowhere),
					 i % 2 == 0);
		table_free(t);
	}
	for (size_t i = 0; i < 2 * N; i++)
		free_unit(u[i]);
	table_free(NULL);
}

static void
test_places_come_back_as_they_were(void **state)
{
	static const uint64_t value[] = {
		0, 1, UINT32_MAX, (uint64_t)1 << 32, UINT64_MAX,
	};
	struct table *t = new_table(&near_options, 3);
	struct model m = { .n = 0 };
	uint32_t v[20];
	struct rng r = { 1 };

	(void)state;
	for (size_t i = 0; i < 125; i++) {
		struct unit *u = new_unit(v, random_words(&r, v, 20, 65536));

		u->place = (struct place){ value[i % 5], value[i / 5 % 5],
					   value[i / 25] };
		sketch(u);
		add(t, u);
		m.unit[m.n++] = u;
	}
	for (size_t i = 0; i < m.n; i++) {
		assert_true(finds(t, m.unit[i], m.unit[i]->place));
		assert_int_equal(check_similar(t, &m, m.unit[i], 80), 1);
	}
	model_free(&m);
	table_free(t);
}

static void
test_known_unit_stays_as_it_was(void **state)
{
	struct table *t = new_table(&near_options, 4);
	uint32_t v[20];
	struct rng r = { 2 };
	struct unit *u = new_unit(v, random_words(&r, v, 20, 65536));
	struct place first = u->place;
	struct match m;

	(void)state;
	sketch(u);
	add(t, u);
	for (uint64_t i = 0; i < 20; i++) {
		u->place = (struct place){ i, i, i };
		if (i % 2 != 0)
			u->w.code = NULL;
		add(t, u);
		u->w.code = u->code;
		assert_int_equal(table_count(t), 1);
		assert_true(finds(t, u, first));
		assert_int_equal(table_similar(t, &u->w, 0.8, &m), 1);
		assert_true(same_place(m.place, first));
	}
	free_unit(u);
	table_free(t);
}

static void
test_places_can_be_changed(void **state)
{
	static const struct table_options bare = { .near = true };
	struct table *t = new_table(&near_options, 4), *none;
	struct unit *u[50], *stranger;
	struct rng r = { 71 };
	uint32_t v[20];
	struct match m;

	(void)state;
	for (size_t i = 0; i < 50; i++) {
		u[i] = new_unit(v, random_words(&r, v, 20, 65536));
		if (i % 3 == 0)
			u[i]->w.code = NULL;
		else
			sketch(u[i]);
		add(t, u[i]);
	}
	/* Who is not there, or stands elsewhere by now, is left alone. */
	stranger = new_unit(v, 20);
	table_move(t, &stranger->w.fp, &nowhere, &nowhere);
	for (size_t i = 0; i < 50; i += 2) {
		struct place to = { i, UINT64_MAX - i, 7 };

		table_move(t, &u[i]->w.fp, &to, &nowhere);
		table_move(t, &u[i]->w.fp, &u[i]->place, &to);
		u[i]->place = to;
	}
	for (size_t i = 0; i < 50; i++) {
		assert_true(finds(t, u[i], u[i]->place));
		if (u[i]->w.code == NULL)
			continue;
		assert_int_equal(table_near(t, &u[i]->w, &m), 1);
		assert_true(same_place(m.place, u[i]->place));
	}
	/* Where there are none it does nothing. */
	none = new_table(&bare, 4);
	add(none, u[1]);
	table_move(none, &u[1]->w.fp, &u[1]->place, &nowhere);
	table_move(none, &u[2]->w.fp, &u[2]->place, &nowhere);
	table_free(none);
	for (size_t i = 0; i < 50; i++)
		free_unit(u[i]);
	free_unit(stranger);
	table_free(t);
}

static void
test_identities_are_those_of_the_witness(void **state)
{
	struct rng r = { 72 };

	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct table_options opt = {
			.near = kind < 2, .places = kind % 2 == 0,
		};
		struct table *t = new_table(&opt, 5);
		struct unit *u[40];
		uint64_t seen[40];
		uint32_t v[30];

		for (size_t i = 0; i < 40; i++) {
			struct match m;

			u[i] = new_unit(v, random_words(&r, v, 30, 65536));
			if (!opt.near || i % 4 == 0)
				u[i]->w.code = NULL;
			else
				sketch(u[i]);
			add(t, u[i]);
			assert_int_equal(table_find(t, &u[i]->w.fp, &m), 1);
			seen[i] = table_identity(t, &m);
			assert_int_equal(seen[i], words_identity(&u[i]->w));
			if (u[i]->w.code == NULL)
				continue;
			assert_int_equal(table_near(t, &u[i]->w, &m), 1);
			assert_int_equal(table_identity(t, &m), seen[i]);
			/* One bit of a word. */
			u[i]->tag[rng_below(&r, 30)] ^= 1;
			assert_true(words_identity(&u[i]->w) != seen[i]);
		}
		assert_int_equal(sort_distinct64(seen, 40), 40);
		for (size_t i = 0; i < 40; i++)
			free_unit(u[i]);
		table_free(t);
	}
}

/* Near-duplicates and strangers, all lengths, all thresholds. */
static void
test_near_and_similar_agree_with_the_oracle(void **state)
{
	static const uint32_t percent[] = { 50, 60, 75, 80, 85, 90, 100 };
	struct rng r = { 3 };
	unsigned answers[3] = { 0, 0, 0 }, near[2] = { 0, 0 };

	(void)state;
	for (int round = 0; round < 18; round++) {
		struct table *t = new_table(round % 2 != 0 ? &near_options :
					    &all_options,
					    (uint32_t)rng_next(&r));
		uint32_t longest = round % 3 == 0 ? 14 : round % 3 == 1 ? 40 :
				   120;
		struct model m = { .n = 0 };

		for (int i = 0; i < 150; i++) {
			uint32_t v[400], n = rng_range(&r, 5, longest);
			double threshold = rng_once(&r, 3) ? 0.8 : 0;
			struct unit *u;

			if (m.n > 0 && !rng_once(&r, 4)) {
				u = m.unit[rng_below(&r, (uint32_t)m.n)];
				n = u->w.n;
				for (uint32_t j = 0; j < n; j++)
					v[j] = u->code[j];
				if (rng_once(&r, 2))
					n = cut(&r, v, n);
				else if (n < 300)
					n = edit(&r, v, n, rng_below(&r,
						 n / 8 + 3));
			} else {
				random_words(&r, v, n, rng_once(&r, 4) ? 8 :
					     65536);
			}
			u = new_unit(v, n);
			u->w.digits = rng_once(&r, 8) ? 96 : 0;
			sketch(u);
			if (i % 2 != 0)
				u->w.nwinnowed = 0;
			table_prefetch_near(t, &u->w, threshold);
			table_prefetch_records(t, &u->w, threshold);
			near[check_near(t, &m, u)]++;
			/* Shorter ones are a test of their own. */
			for (int j = 0; j < 2 && n >= SHINGLE_NEAR; j++)
				answers[1 + check_similar(t, &m, u,
					percent[rng_below(&r, 7)])]++;
			if (overflows(&m, u)) {
				free_unit(u);
				continue;
			}
			add(t, u);
			m.unit[m.n++] = u;
		}
		model_free(&m);
		table_free(t);
	}
	/* Of each kind enough, and few that it cannot tell. */
	assert_true(answers[0] < 200);
	assert_true(answers[1] > 1000);
	assert_true(answers[2] > 1000);
	assert_true(near[0] > 1000);
	assert_true(near[1] > 300);
}

/*
 * v, and v with 'replaced' words replaced and 'added' words added, each next
 * to words in common; all words of both are different.
 */
static uint32_t
scatter(const uint32_t *v, uint32_t n, uint32_t replaced, uint32_t added,
	uint32_t *to)
{
	uint32_t got = 0, strange = n;

	for (uint32_t i = 0; i < n; i++) {
		if (i % 2 != 0 && replaced > 0) {
			to[got++] = strange++;
			replaced--;
		} else {
			to[got++] = v[i];
			if (i % 2 != 0 && added > 0) {
				to[got++] = strange++;
				added--;
			}
		}
	}
	assert_int_equal(replaced + added, 0);
	return got;
}

/* Are they similar?  Each way round. */
static bool
are_similar(struct unit *a, struct unit *b, double threshold)
{
	static const struct table_options full = {
		.near = true, .places = true,
	};
	struct table *t = new_table(&full, 5);
	static const uint64_t shingle[1] = { 12345 };
	struct match m;
	int got[2];

	set_probes(a, shingle, 1, 1);
	set_probes(b, shingle, 1, 1);
	for (int i = 0; i < 2; i++) {
		add(t, i == 0 ? a : b);
		got[i] = table_similar(t, i == 0 ? &b->w : &a->w, threshold, &m);
		assert_true(got[i] == 0 || got[i] == 1);
		table_clear(t);
	}
	assert_int_equal(got[0], got[1]);
	table_free(t);
	return got[0] == 1;
}

/* 2M / (na + nb), to the last word. */
static void
test_threshold_is_exact(void **state)
{
	static const uint32_t percent[] = { 60, 70, 75, 80, 85, 90, 95, 100 };
	static uint32_t v[600], x[1200];
	unsigned exact = 0;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++)
		v[i] = i;
	for (uint32_t n = TABLE_REPLACE_WORDS; n < 600; n += n < 40 ? 1 : 37)
		for (uint32_t p = 0; p < ARRAY_LEN(percent); p++)
			for (uint32_t added = 0; added < 3; added++) {
				uint32_t total = 2 * n + added;
				/* The most that is allowed, and one more. */
				uint32_t r = (total * (100 - percent[p]) -
					      (total * (100 - percent[p]) <
					       100 * added ? 0 : 100 * added)) /
					     200;

				for (uint32_t k = r; k <= r + 1; k++) {
					uint32_t m2 = 2 * (n - k);
					struct unit *a, *b;

					if (k + added > n / 2)
						continue;
					a = new_unit(v, n);
					b = new_unit(x, scatter(v, n, k, added,
								x));
					assert_int_equal(are_similar(a, b,
						percent[p] / 100.0),
						m2 * 100 >=
						percent[p] * total);
					exact += m2 * 100 ==
						 percent[p] * total;
					free_unit(a);
					free_unit(b);
				}
			}
	assert_true(exact > 100);
}

static void
test_long_units_are_compared_in_full(void **state)
{
	static const uint32_t len[] = {
		2000, 5120, 50000, 65535, 65536, 70000,
	};
	static uint32_t v[WORDS_MAX], x[WORDS_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(len); i++) {
		uint32_t n = len[i], most = n / 5;
		struct unit *a, *b, *c;

		if (2 * most > LCS_MOST_EDITS)
			most = LCS_MOST_EDITS / 2;
		/* Codes are 16 bits: words come again in long units. */
		for (uint32_t j = 0; j < n; j++)
			v[j] = i == 5 ? j % 300 : j % 30000;
		a = new_unit(v, n);
		for (uint32_t j = 0; j < n; j++)
			x[j] = j % 5 == 2 && j / 5 < most ? 40000 + j % 9000 :
			       v[j];
		b = new_unit(x, n);
		assert_true(are_similar(a, b, 0.8));
		x[4] = 39999;	/* one too many for the first two */
		c = new_unit(x, n);
		if (2 * most <= LCS_MOST_EDITS && most == n / 5)
			assert_false(are_similar(a, c, 0.8));
		free_unit(a);
		free_unit(b);
		free_unit(c);
	}
}

static void
test_units_with_other_numbers_are_not_similar(void **state)
{
	struct rng r = { 4 };
	uint32_t v[100];

	(void)state;
	for (uint32_t n = 8; n <= 100; n++) {
		struct unit *a = new_unit(v, random_words(&r, v, n, 65536));
		struct unit *b = new_unit(v, n);

		assert_true(are_similar(a, b, 0.8));
		b->w.digits = 4;
		assert_false(are_similar(a, b, 0.8));
		a->w.digits = 0x80000004;
		assert_false(are_similar(a, b, 0.1));
		a->w.digits = 4;
		assert_true(are_similar(a, b, 0.8));
		free_unit(a);
		free_unit(b);
	}
}

static void
test_short_units_are_similar_to_none(void **state)
{
	uint32_t v[20];

	(void)state;
	for (uint32_t i = 0; i < 20; i++)
		v[i] = i * 1000;
	for (uint32_t na = 1; na <= 12; na++)
		for (uint32_t nb = 1; nb <= 12; nb++) {
			struct unit *a = new_unit(v, na);
			struct unit *b = new_unit(v, nb);
			bool may = na >= SHINGLE_NEAR &&
				   nb >= SHINGLE_NEAR;
			uint32_t edits = na > nb ? na - nb : nb - na;

			if (!may)
				assert_false(are_similar(a, b, 0.5));
			else if (edits <= 1)
				assert_true(are_similar(a, b, 0.5));
			free_unit(a);
			free_unit(b);
		}
}

/* Other words in a row are another name; scattered, they are edits. */
static void
test_what_differs_has_to_be_scattered(void **state)
{
	uint32_t v[60], x[60];

	(void)state;
	for (uint32_t i = 0; i < 60; i++)
		v[i] = i * 1000;
	for (uint32_t n = TABLE_REPLACE_WORDS; n <= 60; n++) {
		uint32_t most = n / 6 > 3 ? n / 6 : 3;
		struct unit *a = new_unit(v, n), *b;

		/* Words missing in one gap. */
		for (uint32_t k = 1; k <= n / 3; k++) {
			memcpy(x, v, sizeof(x));
			memmove(x + 3, x + 3 + k, (n - 3 - k) * sizeof(*x));
			b = new_unit(x, n - k);
			most = (n - k) / 6 > 3 ? (n - k) / 6 : 3;
			if (n - k >= TABLE_REPLACE_WORDS)
				assert_int_equal(are_similar(a, b, 0.5),
						 k == 1 || k <= most);
			free_unit(b);
		}
		/* Words replaced, in pairs, apart from one another. */
		most = n / 6 > 3 ? n / 6 : 3;
		for (uint32_t pairs = 1; 4 * pairs < n && pairs <= n / 8;
		     pairs++) {
			memcpy(x, v, sizeof(x));
			for (uint32_t k = 0; k < pairs; k++) {
				x[4 * k + 1]++;
				x[4 * k + 2]++;
			}
			b = new_unit(x, n);
			assert_int_equal(are_similar(a, b, 0.5),
					 4 * pairs <= most);
			free_unit(b);
		}
		free_unit(a);
	}
}

static void
test_most_shared_then_earliest_is_the_witness(void **state)
{
	uint64_t shingle[SKETCH_PROBE];
	struct rng r = { 5 };

	(void)state;
	for (uint32_t i = 0; i < SKETCH_PROBE; i++)
		shingle[i] = i;
	for (int round = 0; round < 400; round++) {
		struct table *t = new_table(&near_options, rng_next(&r));
		struct model m = { .n = 0 };
		struct unit *u;
		uint32_t v[30];

		random_words(&r, v, 30, 65536);
		for (int i = 0; i < TABLE_POSTINGS; i++) {
			uint64_t some[SKETCH_PROBE];
			uint32_t n = 0;

			u = new_unit(v, 30);
			for (uint32_t j = 0; j < SKETCH_PROBE; j++)
				if (rng_once(&r, 2))
					some[n++] = shingle[j];
			set_probes(u, some, n, n);
			u->w.digits = 4 * rng_once(&r, 3);
			add(t, u);
			m.unit[m.n++] = u;
		}
		u = new_unit(v, 30);
		set_probes(u, shingle, SKETCH_PROBE, 1);
		check_similar(t, &m, u, 80);
		u->w.digits = 4;
		check_similar(t, &m, u, 80);
		u->w.nprobe = 0;
		assert_int_equal(check_similar(t, &m, u, 80), 0);
		free_unit(u);
		model_free(&m);
		table_free(t);
	}
}

static bool
same_match(int got, const struct match *a, int want, const struct match *b)
{
	return got == want && (got == 0 || (same_place(a->place, b->place) &&
		a->resemblance == b->resemblance &&
		a->similar == b->similar));
}

static void
propose(const struct table *t, struct scratch *s, const struct unit *u,
	double threshold, struct proposal *p)
{
	if (table_propose_find(t, &u->w.fp, p) == 0)
		assert_int_equal(table_propose(t, s, &u->w, threshold, p), 0);
	assert_true(p->looked);
}

/* What was proposed leads to what is found without. */
static void
check_after(struct table *t, const struct unit *u, double threshold,
	    const struct proposal *p)
{
	struct match x, y;
	int got = table_find_after(t, &u->w.fp, p, &x);
	int want = table_find(t, &u->w.fp, &y);

	assert_true(same_match(got, &x, want, &y));
	if (got > 0)
		return;
	got = table_near_after(t, &u->w, threshold, p, &x);
	want = table_near(t, &u->w, &y);
	if (want == 0 && threshold > 0)
		want = table_similar(t, &u->w, threshold, &y);
	assert_true(same_match(got, &x, want, &y));
}

/*
 * Each of the first shingles of a unit is in as many other units as a list
 * holds.  The others lead to it, also when that came to be after the unit was
 * proposed.
 */
static void
test_a_full_list_does_not_hide_what_others_have(void **state)
{
	struct scratch *s = scratch_new();
	uint64_t shingle[SKETCH_PROBE];
	struct rng r = { 41 };
	uint32_t v[WORDS_MAX];

	(void)state;
	assert_non_null(s);
	for (uint32_t i = 0; i < SKETCH_PROBE; i++)
		shingle[i] = rng_next(&r);
	for (uint32_t full = 0; full < SKETCH_PROBE; full++) {
		struct table *t = new_table(&near_options, full);
		struct unit *u = new_unit(v, random_words(&r, v, 20, 65536));
		struct unit *copy = new_unit(v, 20);
		struct unit *other;
		struct proposal p = { .looked = false };
		struct match m;

		/* It gets into those that are not full yet when it comes. */
		set_probes(copy, shingle, SKETCH_PROBE, SKETCH_PROBE);
		set_probes(u, shingle + full, SKETCH_PROBE - full,
			   SKETCH_PROBE - full);
		add(t, u);
		table_begin_proposals(t);
		propose(t, s, copy, 0.0, &p);
		for (uint32_t i = 0; i < full * TABLE_POSTINGS; i++) {
			other = new_unit(v, random_words(&r, v, 20, 65536));
			set_probes(other, shingle + i / TABLE_POSTINGS, 1, 1);
			add(t, other);
			free_unit(other);
		}
		assert_int_equal(table_near(t, &copy->w, &m), 1);
		assert_true(same_place(m.place, u->place));
		check_after(t, copy, 0.0, &p);
		free_unit(copy);
		free_unit(u);
		table_free(t);
	}
	scratch_free(s);
}

/* A stranger of 20 words, under these shingles. */
static void
add_stranger(struct table *t, struct rng *r, const uint64_t *shingle,
	     uint32_t n)
{
	uint32_t v[20];
	struct unit *u = new_unit(v, random_words(r, v, 20, 65536));

	memcpy(u->winnowed, shingle, n * sizeof(*shingle));
	u->w.nwinnowed = n;
	add(t, u);
	free_unit(u);
}

/*
 * More units stand under the shingles of one than are compared with it: 61
 * under the first eight, and eight under the last, of which the second says it
 * all.  It is among the first 64 whatever the secret, which decides where
 * things lie.
 */
static void
test_which_candidates_are_compared_hangs_on_no_secret(void **state)
{
	enum { SHINGLES = 9, TEXT = 12 };

	(void)state;
	for (uint64_t secret = 1; secret <= 60; secret++) {
		struct rng r = { 43 };
		struct table *t = new_table(&all_options,
					    (uint32_t)(secret * 77777));
		uint64_t shingle[SHINGLES], other[4];
		uint32_t v[20];
		struct unit *u, *whole;
		struct match m;

		for (int i = 0; i < SHINGLES; i++)
			shingle[i] = rng_next(&r);
		random_words(&r, v, 20, 65536);
		whole = new_unit(v, 20);
		u = new_unit(v + 3, TEXT);
		add_stranger(t, &r, shingle, 4);
		for (int b = 0; b < SHINGLES - 1; b++)
			for (int k = b < 4; k < TABLE_POSTINGS; k++)
				add_stranger(t, &r, &shingle[b], 1);
		for (int k = 0; k < TABLE_POSTINGS; k++) {
			if (k == 1) {
				whole->winnowed[0] = shingle[SHINGLES - 1];
				whole->w.nwinnowed = 1;
				add(t, whole);
			} else {
				add_stranger(t, &r, &shingle[SHINGLES - 1], 1);
			}
			for (int i = 0; i < 100; i++) {
				for (int j = 0; j < 4; j++)
					other[j] = rng_next(&r);
				add_stranger(t, &r, other, 4);
			}
		}
		memcpy(u->winnowed, shingle, sizeof(shingle));
		u->w.nwinnowed = SHINGLES;
		assert_int_equal(table_containing(t, &u->w, &m), 1);
		assert_true(same_place(m.place, whole->place));
		free_unit(u);
		free_unit(whole);
		table_free(t);
	}
}

/* A code and a tag are of one hash: words are equal where both are. */
static void
test_words_that_differ_in_tag_differ(void **state)
{
	struct rng r = { 6 };
	uint32_t v[300];

	(void)state;
	for (uint32_t n = 8; n <= 300; n += n < 80 ? 1 : 11) {
		struct table *t = new_table(&near_options, n);
		struct unit *a = new_unit(v, random_words(&r, v, n, 65536));
		struct unit *b = new_unit(v, n);
		uint32_t at = rng_below(&r, n);
		struct match m;

		assert_true(are_similar(a, b, 0.8));
		add(t, a);
		assert_int_equal(table_near(t, &b->w, &m), 1);
		b->tag[at] ^= 1u << rng_below(&r, 8);
		assert_int_equal(table_near(t, &b->w, &m), 0);
		if (n >= TABLE_REPLACE_WORDS)
			assert_true(are_similar(a, b, 0.8));
		for (uint32_t i = 0; i < n; i++)
			b->tag[i] = (uint8_t)~a->tag[i];
		assert_false(are_similar(a, b, 0.1));
		free_unit(a);
		free_unit(b);
		table_free(t);
	}
}

/*
 * All units of a batch are prefetched before any is added.  Ten have the same
 * shingle, and a copy each: a list has the first ones that were added.
 */
static void
test_a_batch_finds_what_it_added_itself(void **state)
{
	enum { UNITS = TABLE_POSTINGS + 2, WORDS = 12 };
	struct table *t = new_table(&near_options, 9);
	struct rng r = { 31 };
	const uint64_t shingle[] = { 17, (uint64_t)1 << 63 };
	uint32_t v[WORDS];
	struct unit *first = new_unit(v, random_words(&r, v, WORDS, 65536));
	struct unit *unit[UNITS], *copy[UNITS];
	struct match m;

	(void)state;
	set_probes(first, &shingle[1], 1, 1);
	add(t, first);
	for (unsigned i = 0; i < UNITS; i++) {
		unit[i] = new_unit(v, random_words(&r, v, WORDS, 65536));
		copy[i] = new_unit(v, WORDS);
		set_probes(unit[i], shingle, 1, 1);
		set_probes(copy[i], shingle, 1, 1);
	}
	table_begin_group(t);
	for (unsigned i = 0; i < UNITS; i++) {
		table_prefetch_near(t, &unit[i]->w, 0.0);
		table_prefetch_records(t, &unit[i]->w, 0.0);
		table_prefetch_records(t, &copy[i]->w, 0.0);
	}
	for (unsigned i = 0; i < UNITS; i++) {
		assert_int_equal(table_near(t, &copy[i]->w, &m), 0);
		add(t, unit[i]);
		assert_int_equal(table_near(t, &copy[i]->w, &m),
				 i < TABLE_POSTINGS);
		if (i < TABLE_POSTINGS)
			assert_true(same_place(m.place, unit[i]->place));
	}
	/* The next batch knows nothing yet. */
	table_begin_group(t);
	for (unsigned i = 0; i < UNITS; i++)
		assert_int_equal(table_near(t, &copy[i]->w, &m),
				 i < TABLE_POSTINGS);
	for (unsigned i = 0; i < UNITS; i++) {
		free_unit(unit[i]);
		free_unit(copy[i]);
	}
	free_unit(first);
	table_free(t);
}

/* Whatever a shingle's hash and the table's secret are. */
static void
test_every_shingle_leads_to_its_record(void **state)
{
	struct rng r = { 7 };

	(void)state;
	for (int round = 0; round < 20; round++) {
		uint64_t secret = round < 3 ? (uint64_t)round - 1 :
				  rng_next(&r);
		struct table *t = new_table(&near_options, secret);
		struct model m = { .n = 0 };
		uint32_t v[9];
		uint64_t special[] = {
			0, 1, 2, UINT64_MAX, UINT64_MAX - 1, secret,
			secret + 1, secret - 1, ~secret,
			secret ^ (uint64_t)1 << 63, secret ^ 1,
			secret ^ (uint64_t)1 << 31, secret ^ (uint64_t)1 << 32,
		};

		for (uint32_t i = 0; i < 500; i++) {
			uint64_t shingle = i < ARRAY_LEN(special) ?
					   special[i] : rng_next(&r);
			struct unit *u;

			/* No two alike, but for the special ones. */
			u = new_unit(v, random_words(&r, v, 9, 65536));
			set_probes(u, &shingle, 1, 1);
			assert_true(check_similar(t, &m, u, 80) <= 0);
			add(t, u);
			m.unit[m.n++] = u;
		}
		for (size_t i = 0; i < m.n; i++)
			assert_int_equal(check_similar(t, &m, m.unit[i], 80), 1);
		model_free(&m);
		table_free(t);
	}
}

/* Other shingles do not lead to it, however the secret mixes them. */
static void
test_no_other_shingle_leads_to_a_record(void **state)
{
	struct rng r = { 14 };
	uint32_t v[9];

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct table *t = new_table(&near_options, rng_next(&r));
		struct unit *u = new_unit(v, random_words(&r, v, 9, 65536));
		uint64_t shingle = rng_next(&r);
		struct match m;

		set_probes(u, &shingle, 1, 1);
		add(t, u);
		assert_int_equal(table_similar(t, &u->w, 0.8, &m), 1);
		for (uint32_t i = 0; i < 64 * 64 + 500; i++) {
			uint64_t other = shingle ^ (uint64_t)1 << i % 64;

			if (i / 64 != i % 64 && i < 64 * 64)
				other ^= (uint64_t)1 << i / 64;
			if (i >= 64 * 64)
				other = rng_next(&r);
			set_probes(u, &other, 1, 1);
			assert_int_equal(table_similar(t, &u->w, 0.8, &m), 0);
		}
		free_unit(u);
		table_free(t);
	}
}

/* The first TABLE_POSTINGS under a shingle are found by it, and no more. */
static void
test_full_list_keeps_the_first(void **state)
{
	static const uint64_t common[1] = { 77 };
	struct table *t = new_table(&all_options, 8);
	struct model m = { .n = 0 };
	struct rng r = { 8 };

	(void)state;
	for (int i = 0; i < 300; i++) {
		uint64_t own[2] = { 77, rng_next(&r) };
		uint32_t v[12];
		struct unit *u = new_unit(v, random_words(&r, v, 12, 65536));

		set_probes(u, own, 2, 2);
		add(t, u);
		m.unit[m.n++] = u;
	}
	for (size_t i = 0; i < m.n; i++) {
		struct unit *u = m.unit[i];
		struct match got;
		uint64_t own = u->probe[1];

		set_probes(u, common, 1, 1);
		assert_int_equal(table_similar(t, &u->w, 0.8, &got),
				 i < TABLE_POSTINGS);
		set_probes(u, &own, 1, 1);
		assert_int_equal(table_similar(t, &u->w, 0.8, &got), 1);
		assert_true(same_place(got.place, u->place));
		assert_true(finds(t, u, u->place));
	}
	model_free(&m);
	table_free(t);
}

/* A flood of units under the same few shingles: each costs what one does. */
static void
test_flooded_lists_cost_bounded_time(void **state)
{
	uint64_t shingle[SKETCH_PROBE];
	uint32_t v[12];
	struct table *t = new_table(&all_options, 9);
	struct rng r = { 9 };
	struct unit *u = new_unit(v, random_words(&r, v, 12, 65536));
	size_t before;

	(void)state;
	for (uint32_t i = 0; i < SKETCH_PROBE; i++)
		shingle[i] = i;
	set_probes(u, shingle, SKETCH_PROBE, SKETCH_PROBE);
	memcpy(u->winnowed, shingle, sizeof(shingle));
	u->w.nwinnowed = SKETCH_PROBE;
	for (uint32_t i = 0; i < 60000; i++) {
		struct match m;

		u->w.fp.hi = mix(i) | 1;
		u->code[i % 12] = (uint16_t)mix(i);
		if (i % 8 == 0) {
			assert_true(table_near(t, &u->w, &m) >= 0);
			assert_true(table_similar(t, &u->w, 0.9, &m) >= 0);
			assert_true(table_containing(t, &u->w, &m) >= 0);
		}
		add(t, u);
	}
	assert_int_equal(table_count(t), 60000);
	before = table_memory(t);
	table_clear(t);
	assert_true(table_memory(t) < before / 100);
	free_unit(u);
	table_free(t);
}

/* Parts of units that were added, and parts that were changed. */
static void
test_containing_agrees_with_the_oracle(void **state)
{
	struct rng r = { 10 };
	unsigned answers[3] = { 0, 0, 0 };

	(void)state;
	for (int round = 0; round < 12; round++) {
		struct table *t = new_table(&all_options,
					    (uint32_t)rng_next(&r));
		struct model m = { .n = 0 };

		for (int i = 0; i < 150; i++) {
			uint32_t v[300], n = rng_range(&r, 7, 90);
			struct unit *u, *part;

			random_words(&r, v, n, round % 3 == 0 ? 12 : 65536);
			if (m.n > 0 && rng_once(&r, 3)) {
				/* Says the same as an earlier one, and more. */
				u = m.unit[rng_below(&r, (uint32_t)m.n)];
				for (uint32_t j = 0; j < u->w.n && n < 180; j++)
					v[n++] = u->code[j];
			}
			u = new_unit(v, n);
			sketch(u);
			if (overflows(&m, u)) {
				free_unit(u);
			} else {
				add(t, u);
				m.unit[m.n++] = u;
			}
			for (int j = 0; j < 3 && m.n > 0; j++) {
				uint32_t first, k;

				u = m.unit[rng_below(&r, (uint32_t)m.n)];
				first = rng_below(&r, u->w.n);
				k = rng_range(&r, 1, u->w.n - first);
				for (uint32_t l = 0; l < k; l++)
					v[l] = u->code[first + l];
				if (rng_once(&r, 3))
					v[rng_below(&r, k)] = 3;
				part = new_unit(v, k);
				sketch(part);
				answers[1 + check_containing(t, &m, part)]++;
				/* One word forged. */
				part->tag[rng_below(&r, k)] ^= 1u <<
					rng_below(&r, 8);
				if (part->w.n > 6) {
					struct match got;

					assert_int_equal(table_containing(t,
						&part->w, &got), 0);
				}
				free_unit(part);
			}
		}
		model_free(&m);
		table_free(t);
	}
	assert_true(answers[0] < 300);
	assert_true(answers[1] > 500);
	assert_true(answers[2] > 500);
}

/* One unit of the words code[i] with tag[i], found under the shingle 5. */
static struct unit *
new_tagged(const uint16_t *code, const uint8_t *tag, uint32_t n)
{
	static const uint64_t shingle[1] = { 5 };
	uint32_t v[10] = { 0 };
	struct unit *u = new_unit(v, n);

	memcpy(u->code, code, n * sizeof(*code));
	memcpy(u->tag, tag, n);
	set_probes(u, shingle, 1, 1);
	u->winnowed[0] = 5;
	u->w.nwinnowed = 1;
	return u;
}

/* However words are stored, they match as words. */
static void
test_containing_does_not_match_between_words(void **state)
{
	static const struct {
		uint16_t code[10];
		uint8_t tag[10];
		uint16_t part[2];
		uint8_t part_tag[2];
		int found;
	} try[] = {
		/* Bytes of code and tag, from the second byte on ... */
		{ { 0x0500, 0x0500, 0x0500, 0x0500 }, { 6, 6, 6, 6 },
		  { 0x0605, 0x0605 }, { 0, 0 }, 0 },
		/* ... the third ... */
		{ { 7, 7, 7, 7 }, { 9, 9, 9, 9 }, { 9, 9 }, { 7, 7 }, 0 },
		/* ... and the last. */
		{ { 0x0403, 0x0403, 0x0403, 0x0403 }, { 0, 0, 0, 0 },
		  { 0x0300, 0x0300 }, { 4, 4 }, 0 },
		/* Codes alone. */
		{ { 0x0102, 0x0102, 0x0102, 0x0102 }, { 1, 1, 1, 1 },
		  { 0x0201, 0x0201 }, { 1, 1 }, 0 },
		/* A match right behind what looks like one. */
		{ { 1, 0, 0, 5 }, { 0, 0, 0, 0 }, { 0, 0 }, { 0, 0 }, 1 },
		{ { 0x0100, 0, 0, 5 }, { 0 }, { 0, 0 }, { 0, 0 }, 1 },
		{ { 2, 2, 1, 2 }, { 0 }, { 2, 1 }, { 0, 0 }, 1 },
		{ { 5, 5, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0 }, { 0, 0 }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(try); i++) {
		struct table *t = new_table(&all_options, (uint32_t)i);
		struct unit *a = new_tagged(try[i].code, try[i].tag, 4);
		struct unit *b = new_tagged(try[i].part, try[i].part_tag, 2);
		struct match m;

		add(t, a);
		assert_int_equal(table_containing(t, &b->w, &m), try[i].found);
		free_unit(a);
		free_unit(b);
		table_free(t);
	}
}

/* As long or longer, but not one with another word at the end. */
static void
test_containing_unit_is_not_shorter(void **state)
{
	static const uint16_t code[10] = { 1, 7, 7, 7, 2, 3, 4, 5, 6, 7 };
	static const uint8_t tag[10] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	struct table *t = new_table(&all_options, 11);
	struct unit *a = new_tagged(code, tag, 9);
	struct unit *b = new_tagged(code + 1, tag, 8);
	struct unit *c = new_tagged(code, tag, 9);
	struct unit *d = new_tagged(code + 1, tag, 3);
	struct unit *e = new_tagged(code, tag, 10);
	struct match m;

	(void)state;
	add(t, a);
	assert_int_equal(table_containing(t, &b->w, &m), 1);
	assert_int_equal(table_containing(t, &d->w, &m), 1);
	assert_int_equal(table_containing(t, &c->w, &m), 1);
	assert_int_equal(table_containing(t, &e->w, &m), 0);
	d->code[2] = 0x0201;
	assert_int_equal(table_containing(t, &d->w, &m), 0);
	free_unit(a);
	free_unit(b);
	free_unit(c);
	free_unit(d);
	free_unit(e);
	table_free(t);
}

static void
test_unit_without_words_is_found_by_fingerprint_alone(void **state)
{
	struct table *t = new_table(&near_options, 12);
	struct rng r = { 11 };
	uint32_t v[20];
	struct unit *u = new_unit(v, random_words(&r, v, 20, 65536));
	struct match m;

	(void)state;
	sketch(u);
	u->w.code = NULL;
	add(t, u);
	u->w.code = u->code;
	assert_true(finds(t, u, u->place));
	assert_int_equal(table_near(t, &u->w, &m), 0);
	assert_int_equal(table_similar(t, &u->w, 0.8, &m), 0);
	free_unit(u);
	table_free(t);
}

static void
test_cleared_table_knows_nothing(void **state)
{
	struct rng r = { 12 };
	struct table *t = new_table(&all_options, 13);
	size_t empty = table_memory(t);

	(void)state;
	table_clear(t);
	for (int round = 0; round < 3; round++) {
		struct model m = { .n = 0 }, none = { .n = 0 };

		for (int i = 0; i < 200; i++) {
			uint32_t v[60];
			struct unit *u = new_unit(v, random_words(&r, v, 60,
								  65536));

			sketch(u);
			add(t, u);
			m.unit[m.n++] = u;
		}
		for (size_t i = 0; i < m.n; i++) {
			assert_true(finds(t, m.unit[i], m.unit[i]->place));
			assert_int_equal(check_similar(t, &m, m.unit[i], 80), 1);
		}
		assert_true(table_memory(t) > empty);
		table_clear(t);
		assert_int_equal(table_count(t), 0);
		for (size_t i = 0; i < m.n; i++) {
			table_prefetch_near(t, &m.unit[i]->w, 0.0);
			table_prefetch_records(t, &m.unit[i]->w, 0.0);
			assert_false(finds(t, m.unit[i], nowhere));
			check_similar(t, &none, m.unit[i], 80);
			check_containing(t, &none, m.unit[i]);
		}
		model_free(&m);
	}
	/* But for scratch. */
	assert_true(table_memory(t) < empty + 20000);
	table_free(t);
}

/* DESIGN.md 6: at most 20 bytes per unit, with exact duplicates alone. */
static void
test_exact_table_takes_20_bytes_a_unit(void **state)
{
	static const struct table_options exact = { .near = false };
	struct table *t = new_table(&exact, 14);
	struct words w = { .n = 5 };

	(void)state;
	for (uint64_t n = 1; n <= 250000; n++) {
		w.fp = (struct fingerprint){ mix(n) | 1, n };
		assert_int_equal(table_add(t, &w, &nowhere), 0);
		if (n > 150000)
			assert_true(table_memory(t) <= 20 * n);
	}
	assert_int_equal(table_count(t), 250000);
	table_free(t);
}

/*
 * When allocation n fails in a look-up, all goes on; when it does while a unit
 * is added, that one and all that follow are not there, and all before are.
 */
static bool
add_with_failure(struct model *m, uint64_t n, bool on)
{
	struct table *t;
	uint64_t failed = 0;
	size_t done = 0;
	bool refused = false;

	allocations_fail(n, on);
	errno = 0;
	t = table_new(&all_options, 15);
	if (t == NULL) {
		assert_int_equal(errno, ENOMEM);
		return allocations_succeed() > 0;
	}
	for (; done < m->n && failed == 0; done++) {
		const struct unit *u = m->unit[done];
		struct match got;
		int result;

		errno = 0;
		result = done % 3 == 0 ? table_near(t, &u->w, &got) :
			 table_similar(t, &u->w, 0.8, &got);
		if (result < 0) {
			assert_int_equal(errno, ENOMEM);
			failed = allocations_succeed();
			assert_true(failed > 0);
		}
		errno = 0;
		result = table_containing(t, &u->w, &got);
		if (result < 0) {
			assert_int_equal(errno, ENOMEM);
			failed = allocations_succeed();
			assert_true(failed > 0);
		}
		assert_false(table_full(t));
		errno = 0;
		result = table_add(t, &u->w, &u->place);
		if (result != 0) {
			assert_int_equal(result, -1);
			assert_int_equal(errno, ENOMEM);
			failed += allocations_succeed();
			assert_true(failed > 0);
			refused = true;
			break;
		}
	}
	failed += allocations_succeed();
	assert_int_equal(table_full(t), refused);
	for (size_t i = done; i < m->n && !table_full(t); i++) {
		add(t, m->unit[i]);
		done = i + 1;
	}
	assert_int_equal(table_count(t), done);
	for (size_t i = 0; i < m->n; i++) {
		struct match got;

		if (i < done) {
			assert_true(finds(t, m->unit[i], m->unit[i]->place));
			assert_int_equal(table_similar(t, &m->unit[i]->w, 0.8,
						    &got), 1);
			continue;
		}
		errno = 0;
		assert_int_equal(table_add(t, &m->unit[i]->w, &nowhere), -1);
		assert_int_equal(errno, ENOMEM);
		assert_int_equal(table_find(t, &m->unit[i]->w.fp, &got), 0);
		/* Nothing of it was left behind to be near to. */
		if (table_similar(t, &m->unit[i]->w, 1.0, &got) != 0)
			fail_msg("unit %zu is half recorded", i);
	}
	table_free(t);
	return failed > 0;
}

static void
test_what_is_recorded_is_all_up_to_a_failed_allocation(void **state)
{
	static uint32_t v[WORDS_MAX];
	struct model m = { .n = 0 };
	struct rng r = { 13 };
	int64_t live;

	(void)state;
	for (int i = 0; i < 60; i++) {
		uint32_t n = i % 20 == 7 ? 60000 : 150;
		struct unit *u;

		random_words(&r, v, n, 65536);
		if (i % 4 == 1) {
			/* Almost the one before. */
			n = m.unit[m.n - 1]->w.n;
			for (uint32_t j = 0; j < n; j++)
				v[j] = m.unit[m.n - 1]->code[j];
			for (uint32_t j = 5; j < n && j < 300; j += 6)
				v[j] ^= 1;
		}
		u = new_unit(v, n);
		if (n < INDEX_MAX) {
			sketch(u);
		} else {
			uint64_t shingle = rng_next(&r);

			set_probes(u, &shingle, 1, 1);
		}
		m.unit[m.n++] = u;
	}
	live = allocations.live;
	for (int on = 0; on < 2; on++) {
		uint64_t n = 0;

		while (add_with_failure(&m, n, on)) {
			n++;
			assert_int_equal(allocations.live, live);
		}
		assert_true(n > 12);
	}
	assert_int_equal(allocations.live, live);
	model_free(&m);
}

/* Units to be, like each other in many ways. */
struct crowd {
	struct unit *unit[120];
	size_t n;
};

static void
crowd_make(struct crowd *c, struct rng *r)
{
	uint32_t v[400];

	for (c->n = 0; c->n < ARRAY_LEN(c->unit); c->n++) {
		uint32_t n = rng_range(r, 5, 30);
		struct unit *u;

		if (c->n > 0 && !rng_once(r, 3)) {
			u = c->unit[rng_below(r, (uint32_t)c->n)];
			n = u->w.n;
			for (uint32_t i = 0; i < n; i++)
				v[i] = u->code[i];
			n = rng_once(r, 2) ? cut(r, v, n) :
			    edit(r, v, n, rng_below(r, n / 8 + 2));
		} else {
			random_words(r, v, n, rng_once(r, 3) ? 6 : 65536);
		}
		u = new_unit(v, n);
		sketch(u);
		/* Some are in great demand: their lists overflow. */
		if (rng_once(r, 3))
			set_probes(u, (uint64_t[]){ 1, 2, 3 }, 3, 2);
		c->unit[c->n] = u;
	}
}

static void
crowd_free(struct crowd *c)
{
	for (size_t i = 0; i < c->n; i++)
		free_unit(c->unit[i]);
}

/* Two tables answer the same. */
static void
check_same(struct table *a, struct table *b, const struct unit *u)
{
	struct match x, y;
	int got, want;

	got = table_find(a, &u->w.fp, &x);
	want = table_find(b, &u->w.fp, &y);
	assert_true(same_match(got, &x, want, &y));
	got = table_near(a, &u->w, &x);
	want = table_near(b, &u->w, &y);
	assert_true(same_match(got, &x, want, &y));
	got = table_similar(a, &u->w, 0.8, &x);
	want = table_similar(b, &u->w, 0.8, &y);
	assert_true(same_match(got, &x, want, &y));
	got = table_containing(a, &u->w, &x);
	want = table_containing(b, &u->w, &y);
	assert_true(same_match(got, &x, want, &y));
}

#define UNDO_ROUNDS 60

/* A table that is taken back to its marks, and one that never left them. */
static void
check_undo(struct rng *r, const struct table_options *opt)
{
	double threshold = rng_once(r, 2) ? 0 : 0.8;
	uint32_t secret = (uint32_t)rng_next(r);
	struct table *t = new_table(opt, secret);
	struct table *twin = new_table(opt, secret);
	struct scratch *s = scratch_new();
	struct proposal proposal[ARRAY_LEN(((struct crowd *)0)->unit)];
	bool proposed[ARRAY_LEN(proposal)] = { false };
	struct crowd c;

	assert_non_null(s);
	crowd_make(&c, r);
	for (int step = 0; step < UNDO_ROUNDS; step++) {
		uint32_t from = rng_below(r, (uint32_t)c.n);
		uint32_t n = rng_below(r, 8);
		bool undo = rng_once(r, 2);

		if (rng_once(r, 3)) {
			table_begin_proposals(t);
			for (uint32_t i = 0; i < c.n; i++)
				if (rng_once(r, 2)) {
					propose(t, s, c.unit[i], threshold,
						&proposal[i]);
					proposed[i] = true;
				}
		}
		table_savepoint(t);
		for (uint32_t i = from; i < from + n && i < c.n; i++) {
			add(t, c.unit[i]);
			if (!undo)
				add(twin, c.unit[i]);
			/* Proposals while there is something to take back. */
			if (rng_once(r, 8)) {
				uint32_t k = rng_below(r, (uint32_t)c.n);

				table_begin_proposals(t);
				propose(t, s, c.unit[k], threshold,
					&proposal[k]);
				proposed[k] = true;
			}
		}
		for (uint32_t i = 0; i < c.n; i += 3)
			if (proposed[i])
				check_after(t, c.unit[i], threshold, &proposal[i]);
		if (undo)
			table_undo(t);
		for (uint32_t i = 0; i < c.n; i++) {
			if (i % 4 == 0)
				check_same(t, twin, c.unit[i]);
			if (proposed[i])
				check_after(t, c.unit[i], threshold, &proposal[i]);
		}
		assert_int_equal(table_count(t), table_count(twin));
	}
	crowd_free(&c);
	scratch_free(s);
	table_free(t);
	table_free(twin);
}

static void
test_what_is_undone_was_never_there_and_proposals_hold(void **state)
{
	static const struct table_options options[] = {
		{ .near = true, .places = true },
		{ .near = true, .places = true },
	};
	struct rng r = { 31 };

	(void)state;
	for (int round = 0; round < 30; round++)
		check_undo(&r, &options[round % ARRAY_LEN(options)]);
}

/* Records longer than a chunk, and chunks that only undone ones are in. */
static void
test_undone_chunks_are_given_back(void **state)
{
	static uint32_t v[WORDS_MAX];
	struct table *t = new_table(&near_options, 3);
	struct rng r = { 32 };
	struct unit *small, *large[40];
	size_t before;

	(void)state;
	random_words(&r, v, WORDS_MAX, 65536);
	small = new_unit(v, 20);
	sketch(small);
	for (size_t i = 0; i < ARRAY_LEN(large); i++) {
		large[i] = new_unit(v + i, WORDS_MAX - 40);
		set_probes(large[i], (uint64_t[]){ 9 }, 1, 1);
	}
	for (int round = 0; round < 4; round++) {
		table_savepoint(t);
		before = table_memory(t);
		for (size_t i = 0; i < ARRAY_LEN(large); i++)
			add(t, large[i]);
		assert_true(table_memory(t) > before + ((size_t)4 << 20));
		table_undo(t);
		assert_int_equal(table_count(t), round > 0);
		assert_true(table_memory(t) < before + ((size_t)1 << 20));
		add(t, small);
		assert_true(finds(t, small, small->place));
		assert_false(finds(t, large[0], large[0]->place));
	}
	for (size_t i = 0; i < ARRAY_LEN(large); i++)
		free_unit(large[i]);
	free_unit(small);
	table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_find_knows_what_was_added_and_nothing_else),
		cmocka_unit_test(test_places_come_back_as_they_were),
		cmocka_unit_test(test_a_batch_finds_what_it_added_itself),
		cmocka_unit_test(test_known_unit_stays_as_it_was),
		cmocka_unit_test(test_places_can_be_changed),
		cmocka_unit_test(test_identities_are_those_of_the_witness),
		cmocka_unit_test(test_near_and_similar_agree_with_the_oracle),
		cmocka_unit_test(test_threshold_is_exact),
		cmocka_unit_test(test_long_units_are_compared_in_full),
		cmocka_unit_test(test_units_with_other_numbers_are_not_similar),
		cmocka_unit_test(test_short_units_are_similar_to_none),
		cmocka_unit_test(test_what_differs_has_to_be_scattered),
		cmocka_unit_test(test_most_shared_then_earliest_is_the_witness),
		cmocka_unit_test(
			test_a_full_list_does_not_hide_what_others_have),
		cmocka_unit_test(
			test_which_candidates_are_compared_hangs_on_no_secret),
		cmocka_unit_test(test_words_that_differ_in_tag_differ),
		cmocka_unit_test(test_every_shingle_leads_to_its_record),
		cmocka_unit_test(test_no_other_shingle_leads_to_a_record),
		cmocka_unit_test(test_full_list_keeps_the_first),
		cmocka_unit_test(test_flooded_lists_cost_bounded_time),
		cmocka_unit_test(test_containing_agrees_with_the_oracle),
		cmocka_unit_test(test_containing_does_not_match_between_words),
		cmocka_unit_test(test_containing_unit_is_not_shorter),
		cmocka_unit_test(
			test_unit_without_words_is_found_by_fingerprint_alone),
		cmocka_unit_test(test_cleared_table_knows_nothing),
		cmocka_unit_test(test_exact_table_takes_20_bytes_a_unit),
		cmocka_unit_test(
			test_what_is_recorded_is_all_up_to_a_failed_allocation),
		cmocka_unit_test(
			test_what_is_undone_was_never_there_and_proposals_hold),
		cmocka_unit_test(test_undone_chunks_are_given_back),
	};

	const struct CMUnitTest far[] = {
		cmocka_unit_test(
			test_find_knows_what_was_added_and_nothing_else),
		cmocka_unit_test(test_places_come_back_as_they_were),
		cmocka_unit_test(test_known_unit_stays_as_it_was),
		cmocka_unit_test(test_near_and_similar_agree_with_the_oracle),
		cmocka_unit_test(test_most_shared_then_earliest_is_the_witness),
		cmocka_unit_test(test_full_list_keeps_the_first),
		cmocka_unit_test(
			test_what_is_undone_was_never_there_and_proposals_hold),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	far_off = true;
	return failed + cmocka_run_group_tests_name(
		"with references of more than 32 bits", far, NULL, NULL);
}
