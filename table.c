/*
 * The fingerprint table.
 *
 * A record in the arena, on a boundary of 8 bytes:
 *
 *	u32 nwords   u32 digits   [place, 24 bytes]   u16 code ...   tags
 *
 * with 8 bits of tag a word where the unit is short or has to be compared
 * closely, else 2 bits.  A reference to a record is its offset in the arena in
 * units of 8 bytes, so that 32 bits reach 32 GB, and earlier records have
 * smaller references.
 */
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lcs.h"
#include "ordered.h"
#include "pages.h"
#include "vector.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define GRAIN 8			/* bytes a reference counts in */
#define CHUNK_GRAINS (PAGES_HUGE / GRAIN)
#define SMALL_CHUNKS 4		/* without huge pages, to begin with */
#define FULL_TAGS 32		/* shorter units keep 8 bits a tag */
#define CODE_WORDS 64		/* of 64 bits: see mark_codes() */
#define CANDIDATES (SKETCH_PROBE * TABLE_BUCKET)

struct record {
	uint32_t nwords;	/* codes; 0 where there are none */
	uint32_t digits;
};

/*
 * Storage that only grows, in chunks that never move.  A record longer than a
 * chunk gets a larger allocation, which counts as several chunks.
 */
struct arena {
	unsigned char **chunk;	/* by number: its PAGES_HUGE bytes */
	uint32_t *chunks;	/* of an allocation that begins here; else 0 */
	size_t nchunks, room;
	size_t used;		/* grains, from the start of chunk 0 */
};

struct table {
	bool near, places, full_tags;
	uint32_t secret;
	struct ordered exact;	/* fingerprint [u32 reference] */
	struct ordered index;	/* mixed shingle hash << 32 | reference */
	struct arena arena;
	uint64_t codes[CODE_WORDS];	/* which the unit at hand has */
	uint32_t *mine, *other;	/* words of two units; scratch */
	size_t mine_room, other_room;
};

static void
arena_free(struct arena *a)
{
	for (size_t i = 0; i < a->nchunks; i++)
		if (a->chunks[i] > 0)
			pages_free(a->chunk[i],
				   a->chunks[i] * CHUNK_GRAINS * GRAIN);
	free(a->chunk);
	free(a->chunks);
	*a = (struct arena){ 0 };
}

static size_t
arena_memory(const struct arena *a)
{
	return a->used * GRAIN +
	       a->room * (sizeof(*a->chunk) + sizeof(*a->chunks));
}

static unsigned char *
arena_at(const struct arena *a, uint32_t ref)
{
	return a->chunk[ref / CHUNK_GRAINS] + ref % CHUNK_GRAINS * GRAIN;
}

/* Room for n more chunk pointers. */
static int
arena_pointers(struct arena *a, size_t n)
{
	size_t room = a->room + a->room / 2 + n;
	unsigned char **chunk;
	uint32_t *chunks;

	if (a->nchunks + n <= a->room)
		return 0;
	chunk = realloc(a->chunk, room * sizeof(*chunk));
	if (chunk == NULL)
		return -1;
	a->chunk = chunk;
	chunks = realloc(a->chunks, room * sizeof(*chunks));
	if (chunks == NULL)
		return -1;
	a->chunks = chunks;
	a->room = room;
	return 0;
}

/* Reference to 'len' new bytes, or 0 with ENOMEM; none is 0 otherwise. */
static uint32_t
arena_take(struct arena *a, size_t len)
{
	size_t grains = (len + GRAIN - 1) / GRAIN;
	size_t end = a->nchunks * CHUNK_GRAINS;
	size_t at = a->used == 0 ? 1 : a->used;

	if (at + grains > end) {
		size_t n = (grains + 1 + CHUNK_GRAINS - 1) / CHUNK_GRAINS;
		unsigned char *p;

		if (arena_pointers(a, n) != 0)
			return 0;
		/* The first ones may be all there is: touch no more of them
		 * than is used. */
		p = pages_resize(NULL, 0, n * CHUNK_GRAINS * GRAIN,
				 a->nchunks >= SMALL_CHUNKS);
		if (p == NULL) {
			errno = ENOMEM;
			return 0;
		}
		at = end == 0 ? 1 : end;
		for (size_t i = 0; i < n; i++) {
			a->chunk[a->nchunks] = p + i * CHUNK_GRAINS * GRAIN;
			a->chunks[a->nchunks++] = i == 0 ? (uint32_t)n : 0;
		}
	}
	if (at + grains > UINT32_MAX) {
		errno = ENOMEM;
		return 0;
	}
	a->used = at + grains;
	return (uint32_t)at;
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
	free(t->mine);
	free(t->other);
	free(t);
}

void
table_clear(struct table *t)
{
	ordered_clear(&t->exact);
	ordered_clear(&t->index);
	arena_free(&t->arena);
}

size_t
table_memory(const struct table *t)
{
	return sizeof(*t) + ordered_memory(&t->exact) +
	       ordered_memory(&t->index) +
	       arena_memory(&t->arena) +
	       (t->mine_room + t->other_room) * sizeof(*t->mine);
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
	ordered_prefetch(&t->exact, fp->hi);
}

void
table_prefetch_near(const struct table *t, const struct words *w)
{
	for (uint32_t i = 0; i < w->nprobe; i++)
		ordered_prefetch(&t->index,
				 (uint64_t)index_key(t, w->probe[i]) << 32);
}

static struct record
record_at(const struct table *t, uint32_t ref)
{
	struct record r;

	memcpy(&r, arena_at(&t->arena, ref), sizeof(r));
	return r;
}

static struct place
place_at(const struct table *t, uint32_t ref)
{
	struct place p = { 0, 0, 0 };

	if (t->places)
		memcpy(&p, arena_at(&t->arena, ref) + sizeof(struct record),
		       sizeof(p));
	return p;
}

static const uint16_t *
codes_at(const struct table *t, uint32_t ref)
{
	return (const uint16_t *)(const void *)(arena_at(&t->arena, ref) +
		sizeof(struct record) + (t->places ? sizeof(struct place) : 0));
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

int
table_find(const struct table *t, const struct fingerprint *fp,
	   struct match *m)
{
	unsigned char *at;
	const unsigned char *p = exact_slot(t, fp, &at);

	if (p == NULL)
		return 0;
	*m = (struct match){ .resemblance = 1.0 };
	if (t->places) {
		uint32_t ref;

		memcpy(&ref, p + sizeof(*fp), sizeof(ref));
		m->place = place_at(t, ref);
	}
	return 1;
}

/* Words: code, and above it the tag, in 32 bits. */

static unsigned
tag_bits(const struct table *t, uint32_t nwords)
{
	return t->full_tags || nwords < FULL_TAGS ? 8 : 2;
}

static size_t
tags_length(const struct table *t, uint32_t nwords)
{
	return tag_bits(t, nwords) == 8 ? nwords : (nwords + 3) / 4;
}

static int
reserve(uint32_t **v, size_t *room, size_t n)
{
	size_t more = n + n / 4 + 256;
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

/* A unit's words to t->mine, with tags of so many bits or, at 0, none. */
static int
take_mine(struct table *t, const struct words *w, unsigned bits)
{
	uint32_t mask = (1u << bits) - 1;

	if (reserve(&t->mine, &t->mine_room, w->n) != 0)
		return -1;
	for (uint32_t i = 0; i < w->n; i++)
		t->mine[i] = w->code[i] | (w->tag[i] & mask) << 16;
	return 0;
}

/* A record's words to t->other, likewise. */
static int
take_other(struct table *t, uint32_t ref, uint32_t n, unsigned bits)
{
	const uint16_t *code = codes_at(t, ref);
	const uint8_t *tag = (const uint8_t *)(code + n);
	unsigned stored = tag_bits(t, n);
	uint32_t mask = (1u << bits) - 1;

	if (reserve(&t->other, &t->other_room, n) != 0)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t v = stored == 8 ? tag[i] : tag[i / 4] >> 2 * (i % 4);

		t->other[i] = code[i] | (v & mask) << 16;
	}
	return 0;
}

/* Candidates: which records share shingles with the unit, and how many. */

struct candidate {
	uint32_t ref, shared;
};

/* Count a record once more among the candidates; how many there are. */
static size_t
count_candidate(struct candidate *c, size_t have, uint32_t ref)
{
	for (size_t i = 0; i < have; i++)
		if (c[i].ref == ref) {
			c[i].shared++;
			return have;
		}
	if (have == CANDIDATES)
		return have;
	c[have] = (struct candidate){ ref, 1 };
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
may_be_near(const struct table *t, const struct words *w, double threshold,
	    uint32_t ref)
{
	struct record r = record_at(t, ref);
	uint32_t longer = r.nwords > w->n ? r.nwords - w->n : w->n - r.nwords;

	return r.digits == w->digits && r.nwords >= TABLE_NEAR_WORDS &&
	       longer <= edits_allowed(threshold, r.nwords + w->n);
}

/* The records that share sampled shingles with the unit and may be near. */
static size_t
propose_near(const struct table *t, const struct words *w, double threshold,
	     struct candidate *c)
{
	size_t have = 0;
	uint32_t ref;

	for (uint32_t i = 0; i < w->nprobe && t->index.n > 0; i++) {
		struct bucket b = open_bucket(t, w->probe[i]);

		while ((ref = next_record(&b)) != 0)
			if (may_be_near(t, w, threshold, ref))
				have = count_candidate(c, have, ref);
	}
	return have;
}

/* The longer records that share winnowed shingles with the unit. */
static size_t
propose_longer(const struct table *t, const struct words *w,
	       struct candidate *c)
{
	size_t have = 0;
	uint32_t ref;

	for (uint32_t i = 0; i < w->nwinnowed && t->index.n > 0; i++) {
		struct bucket b = open_bucket(t, w->winnowed[i]);

		while ((ref = next_record(&b)) != 0)
			if (record_at(t, ref).nwords > w->n)
				have = count_candidate(c, have, ref);
	}
	return have;
}

void
table_prefetch_records(const struct table *t, const struct words *w)
{
	uint32_t ref;

	if (t->index.n == 0)
		return;
	for (uint32_t i = 0; i < w->nprobe; i++) {
		struct bucket b = open_bucket(t, w->probe[i]);

		while ((ref = next_record(&b)) != 0)
			__builtin_prefetch(arena_at(&t->arena, ref));
	}
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
				  c[j - 1].ref > x.ref)); j--)
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
mark_codes(struct table *t, const struct words *w)
{
	for (uint32_t i = 0; i < w->n; i++)
		t->codes[CODE_WORD(w->code[i])] |= CODE_BIT(w->code[i]);
}

static void
unmark_codes(struct table *t, const struct words *w)
{
	for (uint32_t i = 0; i < w->n; i++)
		t->codes[CODE_WORD(w->code[i])] = 0;
}

/* Can all but 'most' of these n words be words of the marked unit? */
static bool
codes_allow(const struct table *t, const uint16_t *code, uint32_t n,
	    uint32_t most)
{
	uint32_t strange = 0;

	/* A few words at a time without looking whether it is enough. */
	for (; n >= 16 && strange <= most; n -= 16, code += 16)
		for (uint32_t i = 0; i < 16; i++)
			strange += (t->codes[CODE_WORD(code[i])] &
				    CODE_BIT(code[i])) == 0;
	for (; n > 0 && strange <= most; n--, code++)
		strange += (t->codes[CODE_WORD(*code)] & CODE_BIT(*code)) == 0;
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
count_edits(struct table *t, const struct words *w, uint32_t ref,
	    uint32_t nwords, uint32_t most)
{
	unsigned bits = tag_bits(t, nwords < w->n ? w->n : nwords);
	uint32_t shorter = nwords < w->n ? nwords : w->n;
	uint32_t edits, common, forged;

	if (take_mine(t, w, 0) != 0 || take_other(t, ref, nwords, 0) != 0)
		return -1;
	edits = lcs_edits(t->mine, w->n, t->other, nwords, most);
	if (edits > most)
		return edits;
	if (shorter < TABLE_REPLACE_WORDS && edits > 1)
		return (int64_t)most + 1;
	if (edits > stretch_allowance(shorter)) {
		uint32_t words;

		if (lcs_stretches(t->mine, w->n, t->other, nwords, edits,
				  &words) != 0)
			return -1;
		if (words > stretch_allowance(shorter))
			return (int64_t)most + 1;
	}
	common = (w->n + nwords - edits) / 2;
	forged = common < 16 ? 1 : common / 8;
	if (edits + 2 * forged > LCS_MOST_EDITS)
		forged = (LCS_MOST_EDITS - edits) / 2;
	if (take_mine(t, w, bits) != 0 || take_other(t, ref, nwords, bits) != 0)
		return -1;
	if (lcs_edits(t->mine, w->n, t->other, nwords, edits + 2 * forged) >
	    edits + 2 * forged)
		return (int64_t)most + 1;
	return edits;
}

/* Is this record near?  As table_near(). */
static int
is_near(struct table *t, const struct words *w, double threshold, uint32_t ref,
	struct match *m)
{
	struct record r = record_at(t, ref);
	uint32_t total = r.nwords + w->n;
	uint32_t most = edits_allowed(threshold, total);
	int64_t edits;

	/* Of the edits, so many may be words of the record that w lacks. */
	if (!codes_allow(t, codes_at(t, ref), r.nwords,
			 (most + r.nwords - w->n) / 2))
		return 0;
	edits = count_edits(t, w, ref, r.nwords, most);
	if (edits < 0)
		return -1;
	if (edits > most)
		return 0;
	m->resemblance = 1.0 - (double)edits / total;
	m->place = place_at(t, ref);
	return 1;
}

int
table_near(struct table *t, const struct words *w, double threshold,
	   struct match *m)
{
	struct candidate c[CANDIDATES];
	size_t n = w->n < TABLE_NEAR_WORDS ? 0 :
		   propose_near(t, w, threshold, c);
	int got = 0;

	if (n == 0)
		return 0;
	sort_candidates(c, n);
	mark_codes(t, w);
	for (size_t i = 0; i < n && got == 0; i++)
		got = is_near(t, w, threshold, c[i].ref, m);
	unmark_codes(t, w);
	return got;
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
	struct candidate c[CANDIDATES];
	size_t n = propose_longer(t, w, c);

	sort_candidates(c, n);
	for (size_t i = 0; i < n; i++) {
		struct record r = record_at(t, c[i].ref);

		if (take_mine(t, w, 8) != 0 ||
		    take_other(t, c[i].ref, r.nwords, 8) != 0)
			return -1;
		if (!stands_in(t->other, r.nwords, t->mine, w->n))
			continue;
		m->resemblance = 1.0;
		m->place = place_at(t, c[i].ref);
		return 1;
	}
	return 0;
}

/* Enter a record under a shingle, unless the bucket is full. */
static int
index_add(struct table *t, uint32_t shingle, uint32_t ref)
{
	uint64_t entry;
	struct bucket b;
	uint32_t other;
	unsigned in = 0;

	if (ordered_reserve(&t->index) != 0)
		return -1;
	b = open_bucket(t, shingle);
	while ((other = next_record(&b)) != 0) {
		if (other == ref)
			return 0;
		in++;
	}
	if (in >= TABLE_BUCKET)
		return 0;
	/* References grow: the new one goes behind the others. */
	entry = (uint64_t)b.key << 32 | ref;
	ordered_insert(&t->index, ordered_find(&t->index, entry), &entry);
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
	ref = arena_take(&t->arena, sizeof(r) +
			 (t->places ? sizeof(*at) : 0) +
			 r.nwords * sizeof(*w->code) +
			 tags_length(t, r.nwords));
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
		put_tags(p, w, tag_bits(t, r.nwords));
	}
	return ref;
}

int
table_add(struct table *t, const struct words *w, const struct place *at)
{
	unsigned char entry[sizeof(w->fp) + sizeof(uint32_t)];
	unsigned char *slot;
	uint32_t ref = 0;

	/* What may fail comes first; until the last step nothing is found. */
	if (ordered_reserve(&t->exact) != 0)
		return -1;
	if (w->code != NULL || t->places) {
		ref = put_record(t, w, at);
		if (ref == 0)
			return -1;
	}
	if (w->code != NULL) {
		for (uint32_t i = 0; i < w->nkeep; i++)
			if (index_add(t, w->probe[i], ref) != 0)
				return -1;
		for (uint32_t i = 0; i < w->nwinnowed; i++)
			if (index_add(t, w->winnowed[i], ref) != 0)
				return -1;
	}
	if (t->exact.n == 0)
		slot = ordered_find(&t->exact, w->fp.hi);
	else if (exact_slot(t, &w->fp, &slot) != NULL)
		return 0;	/* known already: the earlier one stands */
	memcpy(entry, &w->fp.hi, sizeof(w->fp.hi));
	memcpy(entry + sizeof(w->fp.hi), &w->fp.lo, sizeof(w->fp.lo));
	memcpy(entry + sizeof(w->fp), &ref, sizeof(ref));
	ordered_insert(&t->exact, slot, entry);
	return 0;
}
