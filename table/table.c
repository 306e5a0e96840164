/* The fingerprint table.  What a record looks like stands in record.h. */
#include "table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lcs.h"
#include "ordered.h"
#include "pages.h"
#include "record.h"
#include "vector.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define CHUNK_GRAINS (PAGES_HUGE / GRAIN)
#define SMALL_CHUNKS 4		/* without huge pages, to begin with */
#define CODE_WORDS 64		/* of 64 bits: see mark_codes() */
#define CANDIDATES (SKETCH_PROBE * TABLE_BUCKET)

struct span {
	uint32_t chunks;
	uint32_t end;		/* of its records: a reference */
};

/*
 * Storage that only grows, in chunks that never move.  A record longer than a
 * chunk gets a larger allocation, which counts as several chunks.
 */
struct arena {
	unsigned char **chunk;	/* by number: its PAGES_HUGE bytes */
	struct span *span;	/* of an allocation that begins here; else 0 */
	size_t nchunks, room;
	size_t last;		/* chunk where the last allocation begins */
	size_t used;		/* grains, from the start of chunk 0 */
};

/* For comparing two units. */
struct scratch {
	uint64_t codes[CODE_WORDS];	/* which the unit at hand has */
	uint32_t *mine, *other;	/* words of the two */
	size_t mine_room, other_room;
};

struct table {
	bool near, places, full_tags;
	uint32_t secret;
	struct ordered exact;	/* fingerprint [u32 reference] */
	struct ordered index;	/* mixed shingle hash << 32 | reference */
	struct arena arena;
	struct tablefile **attached;
	unsigned nattached;
	size_t limit;			/* of table_memory(); 0: none */
	bool full;
	uint32_t longest;		/* at least the nwords of each record */
	struct scratch scratch;
	/*
	 * Which keys were entered since the arena had 'since' grains, by some
	 * of their bits; NULL until it is asked for.
	 */
	uint64_t *recent;
	uint32_t since;
	uint32_t epoch;		/* of proposals; see table_undo() */
	/* What was recorded since the mark. */
	bool marked;
	struct undo *undo;
	size_t nundo, undo_room;
	struct arena_mark {
		size_t nchunks, last, used;
		uint32_t end, longest;
	} mark;
};

/* An entry that was made: of the index, or of the exact ones. */
struct undo {
	uint64_t hi, lo;	/* fingerprint; or hi is 0, and the entry */
};

#define RECENT_BITS 21

/* A place among the recent ones. */
static inline uint32_t
recent_bit(uint32_t key)
{
	return (key * 0x9e3779b1u) >> (32 - RECENT_BITS);
}

static inline void
mark_recent(struct table *t, uint32_t key)
{
	uint32_t bit = recent_bit(key);

	if (t->recent != NULL)
		t->recent[bit / 64] |= (uint64_t)1 << bit % 64;
}

/* May the key have been entered since records were 'upto'? */
static inline bool
is_recent(const struct table *t, uint32_t upto, uint32_t key)
{
	uint32_t bit = recent_bit(key);

	return t->recent == NULL || t->since > upto ||
	       (t->recent[bit / 64] >> bit % 64 & 1) != 0;
}

void
table_begin_proposals(struct table *t)
{
	size_t size = ((size_t)1 << RECENT_BITS) / 8;

	if (t->recent == NULL)
		t->recent = malloc(size);
	if (t->recent != NULL)
		memset(t->recent, 0, size);
	t->since = (uint32_t)t->arena.used;
}

struct scratch *
scratch_new(void)
{
	return calloc(1, sizeof(struct scratch));
}

static void
scratch_clear(struct scratch *s)
{
	free(s->mine);
	free(s->other);
}

void
scratch_free(struct scratch *s)
{
	if (s == NULL)
		return;
	scratch_clear(s);
	free(s);
}

static void
arena_free(struct arena *a)
{
	for (size_t i = 0; i < a->nchunks; i++)
		if (a->span[i].chunks > 0)
			pages_free(a->chunk[i], a->span[i].chunks *
				   CHUNK_GRAINS * GRAIN);
	free(a->chunk);
	free(a->span);
	*a = (struct arena){ 0 };
}

/* With room for so many pointers. */
static size_t
arena_bytes(const struct arena *a, size_t used, size_t room)
{
	return used * GRAIN + room * (sizeof(*a->chunk) + sizeof(*a->span));
}

static size_t
arena_memory(const struct arena *a)
{
	return arena_bytes(a, a->used, a->room);
}

static unsigned char *
arena_at(const struct arena *a, uint32_t ref)
{
	return a->chunk[ref / CHUNK_GRAINS] + ref % CHUNK_GRAINS * GRAIN;
}

/* Room for so many chunk pointers. */
static int
arena_pointers(struct arena *a, size_t room)
{
	unsigned char **chunk;
	struct span *span;

	if (room == a->room)
		return 0;
	chunk = realloc(a->chunk, room * sizeof(*chunk));
	if (chunk == NULL)
		return -1;
	a->chunk = chunk;
	span = realloc(a->span, room * sizeof(*span));
	if (span == NULL)
		return -1;
	a->span = span;
	a->room = room;
	return 0;
}

/* n more chunks, in one allocation. */
static int
arena_grow(struct arena *a, size_t n, size_t room)
{
	unsigned char *p;

	if (arena_pointers(a, room) != 0)
		return -1;
	/* The first ones may be all there is: touch no more of them than is
	 * used. */
	p = pages_resize(NULL, 0, n * CHUNK_GRAINS * GRAIN,
			 a->nchunks >= SMALL_CHUNKS);
	if (p == NULL)
		return -1;
	a->last = a->nchunks;
	for (size_t i = 0; i < n; i++) {
		a->chunk[a->nchunks] = p + i * CHUNK_GRAINS * GRAIN;
		a->span[a->nchunks++] = (struct span){
			.chunks = i == 0 ? (uint32_t)n : 0,
		};
	}
	return 0;
}

/*
 * Reference to 'len' new bytes; 0 with ENOMEM where there are none, or
 * arena_memory() would exceed 'most'.
 */
static uint32_t
arena_take(struct arena *a, size_t len, size_t most)
{
	size_t grains = (len + GRAIN - 1) / GRAIN;
	size_t end = a->nchunks * CHUNK_GRAINS, n = 0, room = a->room;
	size_t at = a->used == 0 ? 1 : a->used;

	if (at + grains > end) {
		n = (grains + 1 + CHUNK_GRAINS - 1) / CHUNK_GRAINS;
		at = end == 0 ? 1 : end;
		if (a->nchunks + n > room)
			room += room / 2 + n;
	}
	if (at + grains > UINT32_MAX ||
	    arena_bytes(a, at + grains, room) > most ||
	    (n > 0 && arena_grow(a, n, room) != 0)) {
		errno = ENOMEM;
		return 0;
	}
	a->used = at + grains;
	a->span[a->last].end = (uint32_t)a->used;
	return (uint32_t)at;
}

/* Give back what was taken last. */
static void
arena_untake(struct arena *a, uint32_t ref)
{
	a->used = ref;
	a->span[a->last].end = ref;
}

struct table *
table_new(const struct table_options *opt, uint32_t secret)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->near = opt->near;
	t->places = opt->places;
	t->full_tags = opt->full_tags;
	t->limit = opt->limit;
	t->secret = secret;
	/*
	 * What -x holds is to stay under 20 bytes an entry: fingerprints alone
	 * come to 16 / 0.92 and, just grown, to 16 / (0.92 / 1.125).
	 */
	if (t->near || t->places)
		ordered_init(&t->exact, sizeof(struct fingerprint) +
			     sizeof(uint32_t), 0.88, 1.3);
	else
		ordered_init(&t->exact, sizeof(struct fingerprint), 0.92,
			     1.125);
	ordered_init(&t->index, sizeof(uint64_t), 0.8, 1.4);
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	ordered_free(&t->exact);
	ordered_free(&t->index);
	arena_free(&t->arena);
	free(t->attached);
	scratch_clear(&t->scratch);
	free(t->recent);
	free(t->undo);
	free(t);
}

void
table_clear(struct table *t)
{
	ordered_clear(&t->exact);
	ordered_clear(&t->index);
	arena_free(&t->arena);
	t->full = t->marked = false;
	t->epoch++;
	t->longest = 0;
	for (unsigned i = 0; i < t->nattached; i++)
		if (tablefile_longest(t->attached[i]) > t->longest)
			t->longest = tablefile_longest(t->attached[i]);
}

int
table_attach(struct table *t, struct tablefile *f, char why[TABLEFILE_WHY])
{
	struct tablefile_info i;
	struct tablefile **v;

	tablefile_get_info(f, &i);
	if (i.options.near != t->near || i.options.places != t->places ||
	    i.options.full_tags != t->full_tags) {
		snprintf(why, TABLEFILE_WHY, "made for other records");
		errno = EINVAL;
		return -1;
	}
	if (tablefile_index_secret(f) != t->secret) {
		snprintf(why, TABLEFILE_WHY, "made with another secret");
		errno = EINVAL;
		return -1;
	}
	if (t->exact.n > 0) {
		snprintf(why, TABLEFILE_WHY, "comes after units");
		errno = EINVAL;
		return -1;
	}
	v = realloc(t->attached, (t->nattached + 1) * sizeof(void *));
	if (v == NULL) {
		snprintf(why, TABLEFILE_WHY, "%s", strerror(ENOMEM));
		return -1;
	}
	t->attached = v;
	v[t->nattached++] = f;
	if (tablefile_longest(f) > t->longest)
		t->longest = tablefile_longest(f);
	return 0;
}

/* Words that scratch has room for once n were to fit. */
static size_t
scratch_room(size_t n)
{
	return n + n / 4 + 256;
}

/* What mine and other come to where the longest record has so many words. */
static size_t
scratch_bytes(uint32_t longest)
{
	size_t n = (size_t)longest + LCS_MOST_EDITS;

	return longest == 0 ? 0 :
	       2 * scratch_room(n) * sizeof(uint32_t);
}

static size_t
scratch_memory(const struct scratch *s)
{
	return (s->mine_room + s->other_room) * sizeof(*s->mine);
}

size_t
table_memory(const struct table *t)
{
	return sizeof(*t) + t->nattached * sizeof(void *) +
	       ordered_memory(&t->exact) + ordered_memory(&t->index) +
	       arena_memory(&t->arena) +
	       scratch_memory(&t->scratch);
}

/* What a part of the table, which has 'now' bytes, may come to. */
static size_t
allowance(const struct table *t, size_t now)
{
	size_t rest;

	if (t->limit == 0)
		return SIZE_MAX;
	rest = table_memory(t) - now -
	       scratch_memory(&t->scratch) +
	       scratch_bytes(t->longest);
	return rest < t->limit ? t->limit - rest : 0;
}

static int
reserve_entry(struct table *t, struct ordered *o)
{
	size_t now, most = SIZE_MAX;

	if (t->limit > 0) {
		now = ordered_memory(o);
		most = allowance(t, now);
		/* The other half is for the other parts, which grow too. */
		if (most > now)
			most = now + (most - now) / 2;
	}
	return ordered_reserve_within(o, most);
}

bool
table_full(const struct table *t)
{
	return t->full;
}

void
table_set_limit(struct table *t, size_t limit)
{
	t->limit = limit;
}

void
table_fill(struct table *t)
{
	t->full = true;
}

size_t
table_count(const struct table *t)
{
	return t->exact.n;
}

/*
 * A shingle's hash is public; where it goes in the index is not, so that
 * nobody can fill one stretch of it.  One to one (but for one pair), so that
 * buckets stay what they are.
 */
static uint32_t
index_key(const struct table *t, uint32_t shingle)
{
	uint32_t x = shingle ^ t->secret;

	x = (x ^ x >> 16) * 0x7feb352du;
	x = (x ^ x >> 15) * (t->secret | 1);
	x ^= x >> 16;
	return x + (x == 0);	/* 0 is what an empty slot holds */
}

void
table_prefetch(const struct table *t, const struct fingerprint *fp)
{
	for (unsigned i = 0; i < t->nattached; i++)
		tablefile_prefetch(t->attached[i], fp);
	ordered_prefetch(&t->exact, fp->hi);
}

void
table_prefetch_near(const struct table *t, const struct words *w)
{
	for (uint32_t i = 0; i < w->nprobe; i++) {
		uint32_t key = index_key(t, w->probe[i]);

		for (unsigned j = 0; j < t->nattached; j++)
			tablefile_prefetch_bucket(t->attached[j], key);
		ordered_prefetch(&t->index, (uint64_t)key << 32);
	}
}

void
table_prefetch_add(const struct table *t, const struct words *w)
{
	for (uint32_t i = 0; i < w->nkeep && t->index.n > 0; i++) {
		uint64_t key = (uint64_t)index_key(t, w->probe[i]) << 32;
		const unsigned char *p = t->index.slots + sizeof(key) *
					 ordered_home(&t->index, key);

		/* Its entries may have been pushed on from the first line. */
		__builtin_prefetch(p, 1);
		__builtin_prefetch(p + ORDERED_LINE, 1);
	}
}

/* Records, from where they begin. */

static struct record
head_of(const unsigned char *p)
{
	struct record r;

	memcpy(&r, p, sizeof(r));
	return r;
}

static const uint16_t *
codes_of(const struct table *t, const unsigned char *p)
{
	return (const uint16_t *)(const void *)(p + sizeof(struct record) +
		(t->places ? sizeof(struct place) : 0));
}

/* The record of a reference in one of the tables; NULL with EBADMSG. */
static const unsigned char *
record_at(const struct table *t, unsigned table, uint32_t ref)
{
	return table == 0 ? arena_at(&t->arena, ref) :
	       tablefile_record(t->attached[table - 1], ref);
}

static struct place
place_of(const struct table *t, unsigned table, uint32_t ref,
	 const unsigned char *p)
{
	struct place place = { 0, 0, 0 };

	if (table > 0)
		return tablefile_place(t->attached[table - 1], ref, p);
	if (t->places)
		memcpy(&place, p + sizeof(struct record), sizeof(place));
	return place;
}

/* Slot of the fingerprint, or NULL; *at where it would be. */
static const unsigned char *
exact_slot(const struct table *t, const struct fingerprint *fp,
	   unsigned char **at)
{
	unsigned char *p;

	*at = NULL;
	if (t->exact.n == 0)
		return NULL;
	for (p = ordered_find(&t->exact, fp->hi); ordered_key(p) == fp->hi;
	     p += t->exact.width)
		if (ordered_key(p + sizeof(fp->hi)) == fp->lo)
			return p;
	*at = p;
	return NULL;
}

/* In which attached table the fingerprint is, to *table; 1, 0, or -1. */
static int
find_attached(const struct table *t, const struct fingerprint *fp,
	      unsigned *table, uint32_t *ref)
{
	for (unsigned i = 0; i < t->nattached; i++) {
		int got = tablefile_find(t->attached[i], fp, ref);

		if (got != 0) {
			*table = i + 1;
			return got;
		}
	}
	return 0;
}

int
table_find(const struct table *t, const struct fingerprint *fp,
	   struct match *m)
{
	const unsigned char *p;
	unsigned char *at;
	unsigned table = 0;
	uint32_t ref = 0;

	if (t->nattached > 0) {
		int got = find_attached(t, fp, &table, &ref);

		if (got < 0)
			return -1;
	}
	if (table == 0) {
		p = exact_slot(t, fp, &at);
		if (p == NULL)
			return 0;
		if (t->places)
			memcpy(&ref, p + sizeof(*fp), sizeof(ref));
	}
	if (t->places) {
		p = record_at(t, table, ref);
		if (p == NULL)
			return -1;
		*m = (struct match){ 1.0, place_of(t, table, ref, p), table };
	} else {
		*m = (struct match){ .resemblance = 1.0, .table = table };
	}
	return 1;
}

/* Words: code, and above it the tag, in 32 bits. */

static int
reserve(uint32_t **v, size_t *room, size_t n)
{
	size_t more = scratch_room(n);
	uint32_t *p;

	if (n <= *room)
		return 0;
	p = realloc(*v, more * sizeof(*p));
	if (p == NULL)
		return -1;
	*v = p;
	*room = more;
	return 0;
}

/* A unit's words to s->mine, with tags of so many bits or, at 0, none. */
static int
take_mine(struct scratch *s, const struct words *w, unsigned bits)
{
	uint32_t mask = (1u << bits) - 1;

	if (reserve(&s->mine, &s->mine_room, w->n) != 0)
		return -1;
	for (uint32_t i = 0; i < w->n; i++)
		s->mine[i] = w->code[i] | (w->tag[i] & mask) << 16;
	return 0;
}

/* A record's words to s->other, likewise. */
static int
take_other(const struct table *t, struct scratch *s, const unsigned char *p,
	   uint32_t n, unsigned bits)
{
	const uint16_t *code = codes_of(t, p);
	const uint8_t *tag = (const uint8_t *)(code + n);
	unsigned stored = record_tag_bits(t->full_tags, n);
	uint32_t mask = (1u << bits) - 1;

	if (reserve(&s->other, &s->other_room, n) != 0)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t v = stored == 8 ? tag[i] : tag[i / 4] >> 2 * (i % 4);

		s->other[i] = code[i] | (v & mask) << 16;
	}
	return 0;
}

/* Candidates: which records share shingles with the unit, and how many. */

struct candidate {
	uint32_t ref, shared;
	unsigned table;		/* as in struct match */
};

/* Count a record once more among the candidates; how many there are. */
static size_t
count_candidate(struct candidate *c, size_t have, unsigned table, uint32_t ref)
{
	for (size_t i = 0; i < have; i++)
		if (c[i].ref == ref && c[i].table == table) {
			c[i].shared++;
			return have;
		}
	if (have == CANDIDATES)
		return have;
	c[have] = (struct candidate){ ref, 1, table };
	return have + 1;
}

/*
 * Which of the eight index entries at p are of this key, as bits; *more:
 * entries of it may follow them.  All at once, without a branch that would be
 * hard to predict.
 */
BODY unsigned
glance(const unsigned char *p, uint32_t key, bool *more)
{
	uint64_t last = ordered_key(p + 7 * sizeof(uint64_t));
	unsigned hits = 0;

#ifdef __SSE2__
	const __m128i k = _mm_set1_epi32((int)key);

	for (unsigned i = 0; i < 2; i++) {
		__m128 a = _mm_loadu_ps((const float *)(p + 32 * i));
		__m128 b = _mm_loadu_ps((const float *)(p + 32 * i + 16));
		/* the upper halves of four entries */
		__m128i keys = _mm_castps_si128(_mm_shuffle_ps(a, b, 0xdd));

		hits |= (unsigned)_mm_movemask_ps(_mm_castsi128_ps(
			_mm_cmpeq_epi32(keys, k))) << 4 * i;
	}
#else
	for (unsigned i = 0; i < 8; i++)
		hits |= (unsigned)(ordered_key(p + 8 * i) >> 32 == key) << i;
#endif
	*more = last != 0 && last >> 32 <= key;
	return hits;
}

/* The records under a shingle, the earlier ones first. */
struct bucket {
	const unsigned char *p;	/* the line of entries at hand */
	uint32_t key;
	unsigned hits;		/* of its entries, those still to come */
	bool more;
};

BODY struct bucket
open_bucket(const struct table *t, uint32_t shingle)
{
	struct bucket b = { .key = index_key(t, shingle) };

	b.p = t->index.slots + sizeof(uint64_t) *
	      ordered_home(&t->index, (uint64_t)b.key << 32);
	b.hits = glance(b.p, b.key, &b.more);
	return b;
}

/* The next one's reference, 0 where there is none. */
BODY uint32_t
next_record(struct bucket *b)
{
	const unsigned char *p;

	while (b->hits == 0) {
		if (!b->more)
			return 0;
		b->p += ORDERED_LINE;
		b->hits = glance(b->p, b->key, &b->more);
	}
	p = b->p + sizeof(uint64_t) * (unsigned)__builtin_ctz(b->hits);
	b->hits &= b->hits - 1;
	return (uint32_t)ordered_key(p);
}

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
	struct record r = head_of(p);
	uint32_t longer = r.nwords > w->n ? r.nwords - w->n : w->n - r.nwords;

	return r.digits == w->digits && r.nwords >= TABLE_NEAR_WORDS &&
	       longer <= edits_allowed(threshold, r.nwords + w->n);
}

/* A record under a shingle, of whichever table. */
struct found {
	const unsigned char *record;
	uint32_t ref;
	unsigned table;
};

/* Is a record among f[0..n)? */
static bool
is_among(const struct table *t, const struct found *f, size_t n,
	 const unsigned char *p)
{
	size_t len = record_length(false, t->full_tags, head_of(p).nwords) -
		     sizeof(struct record);

	for (size_t i = 0; i < n; i++)
		if (memcmp(f[i].record, p, sizeof(struct record)) == 0 &&
		    memcmp(codes_of(t, f[i].record), codes_of(t, p), len) == 0)
			return true;
	return false;
}

/*
 * The records under a shingle in the attached tables, the first TABLE_BUCKET
 * of them, to f: how many, or -1.  A unit that several of the tables have
 * counts where it is first: it has the same words and so the same record, but
 * for the place; and where it has none under this shingle in an earlier table,
 * that one's bucket was full before it came, and is all of what is found.
 */
static int
find_in_attached(const struct table *t, uint32_t shingle,
		 struct found f[TABLE_BUCKET])
{
	uint32_t key = index_key(t, shingle);
	int have = 0;

	for (unsigned i = 0; i < t->nattached; i++) {
		uint32_t ref[TABLE_BUCKET];
		int before = have;
		int n = tablefile_bucket(t->attached[i], key, ref);

		if (n < 0)
			return -1;
		for (int j = 0; j < n && have < TABLE_BUCKET; j++) {
			const unsigned char *p;

			p = tablefile_record(t->attached[i], ref[j]);
			if (p == NULL)
				return -1;
			if (!is_among(t, f, (size_t)before, p))
				f[have++] = (struct found){ p, ref[j], i + 1 };
		}
	}
	return have;
}

/* The records under a shingle in all tables; as find_in_attached(). */
static int
find_in_all(const struct table *t, uint32_t shingle,
	    struct found f[TABLE_BUCKET])
{
	int have = find_in_attached(t, shingle, f);
	struct bucket b;
	uint32_t ref;

	if (have < 0 || have == TABLE_BUCKET || t->index.n == 0)
		return have;
	b = open_bucket(t, shingle);
	while (have < TABLE_BUCKET && (ref = next_record(&b)) != 0)
		f[have++] = (struct found){ arena_at(&t->arena, ref), ref, 0 };
	return have;
}

/*
 * The records that share sampled shingles with the unit and may be near: how
 * many, or -1.
 */
static int
propose_near(const struct table *t, const struct words *w, double threshold,
	     struct candidate *c)
{
	size_t have = 0;
	uint32_t ref;

	if (t->nattached > 0)
		goto attached;
	for (uint32_t i = 0; i < w->nprobe && t->index.n > 0; i++) {
		struct bucket b = open_bucket(t, w->probe[i]);

		while ((ref = next_record(&b)) != 0)
			if (may_be_near(w, threshold,
					arena_at(&t->arena, ref)))
				have = count_candidate(c, have, 0, ref);
	}
	return (int)have;
attached:
	for (uint32_t i = 0; i < w->nprobe; i++) {
		struct found f[TABLE_BUCKET];
		int n = find_in_all(t, w->probe[i], f);

		if (n < 0)
			return -1;
		for (int j = 0; j < n; j++)
			if (may_be_near(w, threshold, f[j].record))
				have = count_candidate(c, have, f[j].table,
						       f[j].ref);
	}
	return (int)have;
}

/* The longer records that share winnowed shingles with the unit; likewise. */
static int
propose_longer(const struct table *t, const struct words *w,
	       struct candidate *c)
{
	size_t have = 0;

	for (uint32_t i = 0; i < w->nwinnowed; i++) {
		struct found f[TABLE_BUCKET];
		int n = find_in_all(t, w->winnowed[i], f);

		if (n < 0)
			return -1;
		for (int j = 0; j < n; j++)
			if (head_of(f[j].record).nwords > w->n)
				have = count_candidate(c, have, f[j].table,
						       f[j].ref);
	}
	return (int)have;
}

void
table_prefetch_records(const struct table *t, const struct words *w)
{
	uint32_t ref;

	for (unsigned i = 0; i < t->nattached; i++)
		for (uint32_t j = 0; j < w->nprobe; j++)
			tablefile_prefetch_records(t->attached[i],
				index_key(t, w->probe[j]));
	if (t->index.n == 0)
		return;
	for (uint32_t i = 0; i < w->nprobe; i++) {
		struct bucket b = open_bucket(t, w->probe[i]);

		while ((ref = next_record(&b)) != 0)
			__builtin_prefetch(arena_at(&t->arena, ref));
	}
}

/* Of two tables, which one was before: their own come last. */
static inline bool
is_older(const struct candidate *a, const struct candidate *b)
{
	return a->table == b->table ? a->ref < b->ref :
	       a->table - 1 < b->table - 1;
}

/* Most promising first: by how much is shared, then by age. */
static void
sort_candidates(struct candidate *c, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct candidate x = c[i];
		size_t j = i;

		for (; j > 0 && (c[j - 1].shared < x.shared ||
				 (c[j - 1].shared == x.shared &&
				  is_older(&x, &c[j - 1]))); j--)
			c[j] = c[j - 1];
		c[j] = x;
	}
}

/*
 * Which codes the unit has, by 12 of their bits: a cheap bound on what it may
 * share with another, which tells most strangers apart.
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
 * So many words may be added, missing or replaced in stretches of two or more,
 * where the shorter of two units has n words.  Scattered words that differ are
 * typing errors and edits; a stretch is another name, place or clause, and so
 * another fact, as a number is.
 */
static uint32_t
stretch_allowance(uint32_t n)
{
	return n < 18 ? 3 : n / 6;
}

/*
 * Edits between the unit and a record, 'most' at most, else more than that; -1
 * with ENOMEM.  By codes first: that alone decides what is near.  Then by
 * codes and tags, which differ where a word was made to look like another: of
 * the words in common, one may, or an eighth.
 */
static int64_t
count_edits(const struct table *t, struct scratch *s, const struct words *w,
	    const unsigned char *p, uint32_t nwords, uint32_t most)
{
	unsigned bits = record_tag_bits(t->full_tags, nwords < w->n ? w->n : nwords);
	uint32_t shorter = nwords < w->n ? nwords : w->n;
	uint32_t edits, common, forged;

	if (take_mine(s, w, 0) != 0 || take_other(t, s, p, nwords, 0) != 0)
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
	if (take_mine(s, w, bits) != 0 || take_other(t, s, p, nwords, bits) != 0)
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
	nwords = head_of(p).nwords;
	total = nwords + w->n;
	most = edits_allowed(threshold, total);
	/* Of the edits, so many may be words of the record that w lacks. */
	if (!codes_allow(s, codes_of(t, p), nwords,
			 (most + nwords - w->n) / 2))
		return 0;
	edits = count_edits(t, s, w, p, nwords, most);
	if (edits < 0)
		return -1;
	if (edits > most)
		return 0;
	*m = (struct match){
		1.0 - (double)edits / total,
		place_of(t, c->table, c->ref, p), c->table,
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
	sort_candidates(c, n);
	mark_codes(s, w);
	for (size_t i = 0; i < n && got == 0 && c[i].shared > over; i++) {
		got = is_near(t, s, w, threshold, &c[i], m);
		*shared = c[i].shared;
	}
	unmark_codes(s, w);
	return got;
}

int
table_near(struct table *t, const struct words *w, double threshold,
	   struct match *m)
{
	struct candidate c[CANDIDATES];
	uint32_t shared;
	int n = w->n < TABLE_NEAR_WORDS ? 0 :
		propose_near(t, w, threshold, c);

	return n < 0 ? -1 : first_near(t, &t->scratch, w, threshold, c,
				       (size_t)n, 0, m, &shared);
}

int
table_propose_find(const struct table *t, const struct fingerprint *fp,
		   struct proposal *p)
{
	int got;

	*p = (struct proposal){
		.upto = (uint32_t)t->arena.used, .epoch = t->epoch,
	};
	got = table_find(t, fp, &p->m);
	p->looked = p->exact = got > 0;
	return got;
}

int
table_propose(const struct table *t, struct scratch *s, const struct words *w,
	      double threshold, struct proposal *p)
{
	struct candidate c[CANDIDATES];
	int n = w->n < TABLE_NEAR_WORDS ? 0 :
		propose_near(t, w, threshold, c), got;

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

/*
 * What was recorded since is newer than all that was proposed: it comes first
 * only where it shares more of the sketch.
 */
int
table_find_after(struct table *t, const struct fingerprint *fp,
		 const struct proposal *p, struct match *m)
{
	if (p->epoch != t->epoch)
		return table_find(t, fp, m);
	if (p->exact) {
		*m = p->m;
		return 1;
	}
	return is_recent(t, p->upto, (uint32_t)fp->hi) ? table_find(t, fp, m)
						       : 0;
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

		if (!is_recent(t, p->upto, w->probe[i]))
			continue;
		b = open_bucket(t, w->probe[i]);
		while ((ref = next_record(&b)) != 0)
			if (ref >= p->upto &&
			    may_be_near(w, threshold,
					arena_at(&t->arena, ref)))
				n = count_candidate(c, n, 0, ref);
	}
	got = first_near(t, &t->scratch, w, threshold, c, n, over, m, &shared);
	if (got != 0 || !p->near)
		return got;
	*m = p->m;
	return 1;
}

/* Does b[0..nb) stand in a[0..na) as it is? */
static bool
stands_in(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	const unsigned char *p = (const unsigned char *)a, *end = p + 4 * na;

	while ((p = memmem(p, (size_t)(end - p), b, 4 * nb)) != NULL) {
		if ((size_t)(p - (const unsigned char *)a) % 4 == 0)
			return true;
		p++;
	}
	return false;
}

int
table_containing(struct table *t, const struct words *w, struct match *m)
{
	struct scratch *s = &t->scratch;
	struct candidate c[CANDIDATES];
	int n = propose_longer(t, w, c);

	if (n < 0)
		return -1;
	sort_candidates(c, (size_t)n);
	for (int i = 0; i < n; i++) {
		const unsigned char *p = record_at(t, c[i].table, c[i].ref);
		uint32_t nwords;

		if (p == NULL)
			return -1;
		nwords = head_of(p).nwords;
		if (take_mine(s, w, 8) != 0 ||
		    take_other(t, s, p, nwords, 8) != 0)
			return -1;
		if (!stands_in(s->other, nwords, s->mine, w->n))
			continue;
		*m = (struct match){
			1.0, place_of(t, c[i].table, c[i].ref, p), c[i].table,
		};
		return 1;
	}
	return 0;
}

/* Shingle number i of those a unit is indexed under. */
static inline uint32_t
indexed_under(const struct words *w, uint32_t i)
{
	return i < w->nkeep ? w->probe[i] : w->winnowed[i - w->nkeep];
}

/* Remember how to take this entry back, if that may be wanted. */
static int
log_undo(struct table *t, uint64_t hi, uint64_t lo)
{
	if (!t->marked)
		return 0;
	if (t->nundo == t->undo_room) {
		size_t room = 2 * t->undo_room + 256;
		struct undo *p = realloc(t->undo, room * sizeof(*p));

		if (p == NULL)
			return -1;
		t->undo = p;
		t->undo_room = room;
	}
	t->undo[t->nundo++] = (struct undo){ hi, lo };
	return 0;
}

/* Enter a record under a shingle, unless the bucket is full. */
static int
index_add(struct table *t, uint32_t shingle, uint32_t ref)
{
	struct found f[TABLE_BUCKET];
	uint64_t entry;
	struct bucket b;
	uint32_t other;
	int in = 0;

	if (t->nattached > 0) {
		in = find_in_attached(t, shingle, f);
		if (in < 0 || in == TABLE_BUCKET)
			return in < 0 ? -1 : 0;
	}
	if (reserve_entry(t, &t->index) != 0)
		return -1;
	b = open_bucket(t, shingle);
	while ((other = next_record(&b)) != 0) {
		if (other == ref)
			return 0;
		in++;
	}
	if (in >= TABLE_BUCKET)
		return 0;
	mark_recent(t, shingle);
	/* References grow: the new one goes behind the others. */
	entry = (uint64_t)b.key << 32 | ref;
	if (log_undo(t, 0, entry) != 0)
		return -1;
	ordered_insert(&t->index, ordered_find(&t->index, entry), &entry);
	return 0;
}

/* Take a record out from under the first n of the unit's shingles. */
static void
index_undo(struct table *t, const struct words *w, uint32_t n, uint32_t ref)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t entry = (uint64_t)index_key(t, indexed_under(w, i))
				 << 32 | ref;
		unsigned char *p = ordered_find(&t->index, entry);

		if (ordered_key(p) == entry)
			ordered_remove(&t->index, p);
	}
}

/* Enter a record under all the unit's shingles, or under none. */
static int
index_add_all(struct table *t, const struct words *w, uint32_t ref)
{
	uint32_t n = w->nkeep + w->nwinnowed;

	for (uint32_t i = 0; i < n; i++)
		if (index_add(t, indexed_under(w, i), ref) != 0) {
			int error = errno;

			if (t->index.n > 0)
				index_undo(t, w, i, ref);
			errno = error;
			return -1;
		}
	return 0;
}

static void
put_tags(unsigned char *to, const struct words *w, unsigned bits)
{
	if (bits == 8) {
		memcpy(to, w->tag, w->n);
		return;
	}
	for (uint32_t i = 0; i < w->n; i += 4) {
		unsigned v = 0;

		for (uint32_t j = 0; j < 4 && i + j < w->n; j++)
			v |= (w->tag[i + j] & 3u) << 2 * j;
		*to++ = (unsigned char)v;
	}
}

/* A record for the unit: its reference, 0 with ENOMEM. */
static uint32_t
put_record(struct table *t, const struct words *w, const struct place *at)
{
	struct record r = { 0, 0 };
	unsigned char *p;
	uint32_t ref;

	if (w->code != NULL)
		r = (struct record){ w->n, w->digits };
	ref = arena_take(&t->arena,
			 record_length(t->places, t->full_tags, r.nwords),
			 allowance(t, arena_memory(&t->arena)));
	if (ref == 0)
		return 0;
	p = arena_at(&t->arena, ref);
	memcpy(p, &r, sizeof(r));
	p += sizeof(r);
	if (t->places) {
		memcpy(p, at, sizeof(*at));
		p += sizeof(*at);
	}
	if (r.nwords > 0) {
		memcpy(p, w->code, r.nwords * sizeof(*w->code));
		p += r.nwords * sizeof(*w->code);
		put_tags(p, w, record_tag_bits(t->full_tags, r.nwords));
	}
	return ref;
}

/* Record a unit that is not known; 'slot' is for its fingerprint. */
static int
add_unknown(struct table *t, const struct words *w, const struct place *at,
	    unsigned char *slot)
{
	unsigned char entry[sizeof(w->fp) + sizeof(uint32_t)];
	uint32_t ref = 0;

	if (w->code != NULL || t->places) {
		ref = put_record(t, w, at);
		if (ref == 0)
			return -1;
	}
	if (w->code != NULL && index_add_all(t, w, ref) != 0) {
		arena_untake(&t->arena, ref);
		return -1;
	}
	if (log_undo(t, w->fp.hi, w->fp.lo) != 0) {
		if (w->code != NULL && t->index.n > 0)
			index_undo(t, w, w->nkeep + w->nwinnowed, ref);
		if (ref != 0)
			arena_untake(&t->arena, ref);
		return -1;
	}
	memcpy(entry, &w->fp.hi, sizeof(w->fp.hi));
	memcpy(entry + sizeof(w->fp.hi), &w->fp.lo, sizeof(w->fp.lo));
	memcpy(entry + sizeof(w->fp), &ref, sizeof(ref));
	ordered_insert(&t->exact, slot, entry);
	return 0;
}

int
table_add(struct table *t, const struct words *w, const struct place *at)
{
	uint32_t longest = t->longest, ref;
	unsigned char *slot;
	unsigned table;
	int got;

	if (t->full) {
		errno = ENOMEM;
		return -1;
	}
	got = t->nattached == 0 ? 0 : find_attached(t, &w->fp, &table, &ref);
	if (got != 0)
		return got < 0 ? -1 : 0;
	if (w->code != NULL && w->n > t->longest)
		t->longest = w->n;
	if (reserve_entry(t, &t->exact) != 0)
		goto fail;
	if (t->exact.n == 0)
		slot = ordered_find(&t->exact, w->fp.hi);
	else if (exact_slot(t, &w->fp, &slot) != NULL)
		return 0;	/* known already: the earlier one stands */
	if (add_unknown(t, w, at, slot) == 0) {
		mark_recent(t, (uint32_t)w->fp.hi);
		return 0;
	}
fail:
	t->longest = longest;
	t->full = errno == ENOMEM;
	return -1;
}

void
table_mark(struct table *t)
{
	t->marked = true;
	t->nundo = 0;
	t->mark = (struct arena_mark){
		t->arena.nchunks, t->arena.last, t->arena.used,
		t->arena.nchunks > 0 ? t->arena.span[t->arena.last].end : 0,
		t->longest,
	};
}

void
table_undo(struct table *t)
{
	struct arena *a = &t->arena;

	for (size_t i = t->nundo; t->marked && i-- > 0; ) {
		struct fingerprint fp = { t->undo[i].hi, t->undo[i].lo };
		unsigned char *p, *at;

		if (fp.hi != 0) {
			p = (unsigned char *)exact_slot(t, &fp, &at);
			if (p != NULL)
				ordered_remove(&t->exact, p);
			continue;
		}
		p = ordered_find(&t->index, fp.lo);
		if (ordered_key(p) == fp.lo)
			ordered_remove(&t->index, p);
	}
	t->nundo = 0;
	if (t->marked)
		t->longest = t->mark.longest;
	if (!t->marked || a->nchunks == 0)
		return;
	while (a->nchunks > t->mark.nchunks) {
		size_t i = --a->nchunks;

		if (a->span[i].chunks > 0)
			pages_free(a->chunk[i], a->span[i].chunks *
				   CHUNK_GRAINS * GRAIN);
	}
	a->last = t->mark.last;
	a->used = t->mark.used;
	if (a->nchunks > 0)
		a->span[a->last].end = t->mark.end;
	/* What was proposed may rest on what is gone. */
	if (a->used < t->since)
		t->epoch++;
}

int
table_save(const struct table *t, const char *path,
	   const struct tablefile_run *run, char why[TABLEFILE_WHY])
{
	struct tablefile_span *spans = malloc((t->arena.nchunks + 1) *
					      sizeof(*spans));
	struct tablefile_part own = {
		.exact = &t->exact, .index = &t->index, .spans = spans,
		.index_secret = t->secret, .longest = t->longest,
	};
	int result;

	if (spans == NULL) {
		snprintf(why, TABLEFILE_WHY, "%s", strerror(ENOMEM));
		return -1;
	}
	for (size_t i = 0; i < t->arena.nchunks; i++) {
		/* Reference 0 is none. */
		size_t first = i == 0 ? 1 : i * CHUNK_GRAINS;

		if (t->arena.span[i].end <= first)
			continue;
		spans[own.nspans++] = (struct tablefile_span){
			arena_at(&t->arena, (uint32_t)first), first,
			t->arena.span[i].end,
		};
	}
	result = tablefile_write(path, t->attached, t->nattached, &own, run,
				 why);
	free(spans);
	return result;
}
