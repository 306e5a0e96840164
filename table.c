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

#define GRAIN 8			/* bytes a reference counts in */
#define CHUNK_GRAINS ((size_t)1 << 14)
#define FULL_TAGS 32		/* shorter units keep 8 bits a tag */
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
	unsigned char **chunk;	/* by number: start of its 128 KB */
	bool *owned;		/* it is the first of an allocation */
	size_t nchunks, room;
	size_t used;		/* grains, from the start of chunk 0 */
};

struct table {
	bool near, places, full_tags;
	uint32_t secret;
	struct ordered exact;	/* fingerprint [u32 reference] */
	struct ordered index;	/* mixed shingle hash << 32 | reference */
	struct arena arena;
	uint32_t *mine, *other;	/* words of two units; scratch */
	size_t mine_room, other_room;
};

static void
arena_free(struct arena *a)
{
	for (size_t i = 0; i < a->nchunks; i++)
		if (a->owned[i])
			free(a->chunk[i]);
	free(a->chunk);
	free(a->owned);
	*a = (struct arena){ 0 };
}

static size_t
arena_memory(const struct arena *a)
{
	return a->nchunks * CHUNK_GRAINS * GRAIN +
	       a->room * (sizeof(*a->chunk) + sizeof(*a->owned));
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
	bool *owned;

	if (a->nchunks + n <= a->room)
		return 0;
	chunk = realloc(a->chunk, room * sizeof(*chunk));
	if (chunk == NULL)
		return -1;
	a->chunk = chunk;
	owned = realloc(a->owned, room * sizeof(*owned));
	if (owned == NULL)
		return -1;
	a->owned = owned;
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
		p = malloc(n * CHUNK_GRAINS * GRAIN);
		if (p == NULL)
			return 0;
		at = end == 0 ? 1 : end;
		for (size_t i = 0; i < n; i++) {
			a->chunk[a->nchunks] = p + i * CHUNK_GRAINS * GRAIN;
			a->owned[a->nchunks++] = i == 0;
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
	 * The exact table is what -x holds, and is to stay under 20 bytes an
	 * entry: 16 / 0.92 to 16 / (0.92 / 1.125).
	 */
	ordered_init(&t->exact, sizeof(struct fingerprint) +
		     (t->near || t->places ? sizeof(uint32_t) : 0),
		     0.92, 1.125);
	ordered_init(&t->index, sizeof(uint64_t), 0.85, 1.125);
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
 * nobody can fill one stretch of it.  One to one: buckets stay what they are.
 */
static uint64_t
index_key(const struct table *t, uint32_t shingle)
{
	uint32_t x = shingle ^ t->secret;

	x = (x ^ x >> 16) * 0x7feb352du;
	x = (x ^ x >> 15) * (t->secret | 1);
	x ^= x >> 16;
	return (uint64_t)x << 32;
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
		ordered_prefetch(&t->index, index_key(t, w->probe[i]));
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

static size_t
propose(const struct table *t, const uint32_t *shingle, uint32_t n,
	struct candidate *c, size_t have)
{
	if (t->index.n == 0)
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t key = index_key(t, shingle[i]);
		const unsigned char *p = ordered_find(&t->index, key | 1);

		for (; ordered_key(p) >> 32 == key >> 32 &&
		     ordered_key(p) != 0; p += sizeof(uint64_t)) {
			uint32_t ref = (uint32_t)ordered_key(p);
			size_t j = 0;

			while (j < have && c[j].ref != ref)
				j++;
			if (j == have) {
				if (have == CANDIDATES)
					continue;
				c[have++] = (struct candidate){ ref, 0 };
				__builtin_prefetch(arena_at(&t->arena, ref));
			}
			c[j].shared++;
		}
	}
	return have;
}

/* Of c[0..n), the most promising to the front. */
static void
best_first(struct candidate *c, size_t n)
{
	size_t best = 0;
	struct candidate swap;

	for (size_t i = 1; i < n; i++)
		if (c[i].shared > c[best].shared ||
		    (c[i].shared == c[best].shared && c[i].ref < c[best].ref))
			best = i;
	swap = c[0];
	c[0] = c[best];
	c[best] = swap;
}

/*
 * How many words there are of each low byte of a code: a cheap bound on what
 * two units share, which tells most strangers apart.
 */
struct bag {
	bool filled;
	uint16_t count[256];
};

static void
fill_bag(struct bag *bag, const struct words *w)
{
	memset(bag->count, 0, sizeof(bag->count));
	for (uint32_t i = 0; i < w->n; i++)
		bag->count[w->code[i] & 255]++;
	bag->filled = true;
}

/* Can a record of n words have no more than 'most' that are not in the bag? */
static bool
bag_allows(const struct bag *bag, const uint16_t *code, uint32_t n,
	   uint32_t most)
{
	uint16_t left[256];
	uint32_t strange = 0;

	memcpy(left, bag->count, sizeof(left));
	while (n > 0 && strange <= most) {
		/* A few words without looking whether it is enough. */
		uint32_t step = n < 16 ? n : 16;

		n -= step;
		for (; step > 0; step--) {
			uint16_t *k = &left[*code++ & 255];

			strange += *k == 0;
			*k = (uint16_t)(*k - (*k > 0));
		}
	}
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

int
table_near(struct table *t, const struct words *w, double threshold,
	   struct match *m)
{
	struct candidate c[CANDIDATES];
	size_t n = propose(t, w->probe, w->nprobe, c, 0);
	struct bag bag = { .filled = false };

	for (size_t i = 0; i < n; i++) {
		struct record r;
		uint32_t most, longer, total;
		double allowed;
		int64_t edits;

		best_first(c + i, n - i);
		r = record_at(t, c[i].ref);
		if (r.digits != w->digits)
			continue;
		total = r.nwords + w->n;
		longer = r.nwords > w->n ? r.nwords - w->n : w->n - r.nwords;
		allowed = (1.0 - threshold) * total + 1e-9;
		most = allowed < LCS_MOST_EDITS ? (uint32_t)allowed
						: LCS_MOST_EDITS;
		if (longer > most || r.nwords < TABLE_NEAR_WORDS)
			continue;
		if (!bag.filled && w->n <= UINT16_MAX)
			fill_bag(&bag, w);
		/* Of the edits, so many may be words that w lacks. */
		if (bag.filled &&
		    !bag_allows(&bag, codes_at(t, c[i].ref), r.nwords,
				(most + r.nwords - w->n) / 2))
			continue;
		edits = count_edits(t, w, c[i].ref, r.nwords, most);
		if (edits < 0)
			return -1;
		if (edits > most)
			continue;
		m->resemblance = 1.0 - (double)edits / total;
		m->place = place_at(t, c[i].ref);
		return 1;
	}
	return 0;
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
	size_t n = propose(t, w->winnowed, w->nwinnowed, c, 0);

	for (size_t i = 0; i < n; i++) {
		struct record r;

		best_first(c + i, n - i);
		r = record_at(t, c[i].ref);
		if (r.nwords <= w->n)
			continue;
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
	uint64_t key = index_key(t, shingle), entry = key | ref;
	unsigned char *p;
	unsigned in = 0;

	if (ordered_reserve(&t->index) != 0)
		return -1;
	p = ordered_find(&t->index, key | 1);
	for (; ordered_key(p) >> 32 == key >> 32 && ordered_key(p) != 0;
	     p += sizeof(uint64_t)) {
		if ((uint32_t)ordered_key(p) == ref)
			return 0;
		in++;
	}
	if (in < TABLE_BUCKET)
		ordered_insert(&t->index, p, &entry);
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
