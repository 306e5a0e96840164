/* Shingles of letters, for rule "near". */
#include "letters.h"

#include "mix.h"

#include <assert.h>

#define SHINGLE_STRETCHES 16	/* steps to choose shingles in, at most */

/*
 * The letters of a unit that is not all ASCII, so that a number of bytes means
 * about the same in any script: a byte for each character of an alphabet or of
 * an Indic script, three for the others, which carry more.
 */
static void
fold_letters(struct shingler *s, const struct words *w)
{
	const unsigned char *p = (const unsigned char *)w->loose;
	const unsigned char *end = p + w->loose_len;
	char *to = s->letters;
	uint32_t *at = s->at;

	*at++ = 0;
	while (p < end) {
		unsigned c = *p++;

		if (c == ' ') {
			*at++ = (uint32_t)(to - s->letters);
			continue;
		}
		/* Bytes after the last word can be read. */
		if (c >= 0xc2 && c < 0xe0 && (*p & 0xc0) == 0x80) {
			c = c << 6 | (*p++ & 0x3f);
		} else if ((c == 0xe0 || c == 0xe1) && (*p & 0xc0) == 0x80 &&
			   (p[1] & 0xc0) == 0x80) {
			c = p[0] << 6 | (p[1] & 0x3f);
			p += 2;
		}
		*to++ = (char)c;
	}
}

/* The word before which the shingle that begins with word i ends. */
static uint32_t
end_of_shingle(const struct shingler *s, uint32_t i, uint32_t nwords)
{
	uint32_t most = i + SHINGLE_SPAN < nwords ? i + SHINGLE_SPAN : nwords;
	uint32_t end = i + 1;

	while (end < most && s->at[end] - s->at[i] < SHINGLE_LETTERS)
		end++;
	return end;
}

static_assert(SHINGLE_LETTERS == 20 && SHINGLE_SPAN == HASH_STRETCH,
	      "what hash_stretches() hashes");

/* Digits of pi: the keys of ranks, and of the lower 32 bits. */
static const uint64_t rank_key[3] = {
	0x13198a2e03707344 | NH_ODD, 0xa4093822299f31d0 | NH_ODD,
	0x082efa98ec4e6c89 | NH_ODD,
};

/* The hash of the shingle that begins with word i; the upper half: its rank. */
static inline uint64_t
hash_letters(const struct shingler *s, uint32_t i)
{
	uint32_t at = s->at[i];
	struct bytes_20 v = take_20_bytes(s->letters + at,
					  s->at[i + SHINGLE_SPAN] - at);
	uint64_t more = fold(v.a ^ rank_key[2], v.b ^ rank_key[0]) ^
			v.c * XXH_PRIME64_2;

	return (uint64_t)nh_24(v.a, v.b, v.c, rank_key) << 32 |
	       (uint32_t)(more ^ more >> 32);
}

/* Set s->shingle to their ranks: how many there are. */
static uint32_t
rank_letters(struct shingler *s, uint32_t nwords)
{
	uint32_t n = nwords, total = s->at[nwords];

	for (uint32_t i = 1; i <= SHINGLE_SPAN; i++)
		s->at[nwords + i] = total;
	/* Keep those of full length, or the only one. */
	while (n > 1 && total - s->at[n - 1] < SHINGLE_LETTERS &&
	       n - 1 + SHINGLE_SPAN > nwords)
		n--;
	hash_stretches(s->letters, s->at, n, rank_key, s->shingle, s->wide);
	return n;
}

/* How many words the shortest possible copy of a unit of n words has. */
static uint32_t
shortest_copy(uint32_t n)
{
	uint32_t least = (2 * n + 2) / 3;

	if (least < SHINGLE_NEAR)
		least = SHINGLE_NEAR;
	return least < n ? least : n;
}

/* Shingles from .. to, and the smallest of them. */
struct stretch {
	uint32_t from, to, at;
};

/* A unit whose shingles are chosen. */
struct choice {
	struct shingler *s;
	struct words *w;
	uint32_t n;		/* shingles */
	uint32_t copy;		/* words in the shortest copy */
	struct stretch open[SHINGLE_STRETCHES + 1];
	uint32_t nopen;
};

/* Does a stretch have all the shingles of some copy? */
static bool
has_window(const struct choice *c, const struct stretch *p)
{
	uint32_t end = p->from + c->copy;

	return end <= c->w->n &&
	       (p->to == c->n || end_of_shingle(c->s, p->to, c->w->n) > end);
}

/*
 * Is the smallest one of a stretch in such a copy?  A shingle that ends where
 * the next one does is not.
 */
static bool
is_in_window(const struct choice *c, const struct stretch *p)
{
	return has_window(c, p) &&
	       (p->to == c->n || end_of_shingle(c->s, p->at, c->w->n) <
				 end_of_shingle(c->s, p->to, c->w->n));
}

static void
open_stretch(struct choice *c, uint32_t from, uint32_t to)
{
	struct stretch *p = &c->open[c->nopen];

	if (from == to)
		return;
	*p = (struct stretch){ from, to, 0 };
	if (c->w->nask == SHINGLE_ASK && !has_window(c, p))
		return;
	p->at = find_smallest(c->s->shingle, from, to, c->s->wide);
	c->nopen++;
}

/* Remove the stretch with the smallest rank from the open ones. */
static struct stretch
next_stretch(struct choice *c)
{
	const uint32_t *rank = c->s->shingle;
	uint32_t k = 0;
	struct stretch p;

	for (uint32_t i = 1; i < c->nopen; i++)
		if (rank[c->open[i].at] < rank[c->open[k].at])
			k = i;
	p = c->open[k];
	c->open[k] = c->open[--c->nopen];
	return p;
}

/* Add a shingle that the unit is recorded under, unless it was added last. */
static void
keep_shingle(struct words *w, uint64_t hash)
{
	for (uint32_t i = 0; i < w->nask; i++)
		if (w->near[i] == hash) {
			w->kept |= (uint8_t)(1u << i);
			return;
		}
	if (w->nnear == w->nask || w->near[w->nnear - 1] != hash)
		w->near[w->nnear++] = hash;
}

/*
 * The smallest of every window, if there may be many windows.  A queue holds,
 * in ascending order, those of the current window that may still become the
 * smallest.
 */
static int
keep_windows(struct choice *c)
{
	struct words *w = c->w;
	const uint32_t *rank = c->s->shingle;
	uint32_t *queue = (uint32_t *)(void *)c->s->word, head = 0, tail = 0;
	uint32_t next = 0, windows = w->n - c->copy + 1;
	uint64_t *near = shingler_take(c->s, (windows + SHINGLE_ASK) *
				   sizeof(*near));

	if (near == NULL)
		return -1;
	memcpy(near, w->near, w->nask * sizeof(*near));
	w->near = near;
	w->nnear = w->nask;
	w->kept = 0;
	for (uint32_t i = 0; i < windows; i++) {
		for (; next < c->n && end_of_shingle(c->s, next, w->n) <=
		       i + c->copy; next++) {
			while (tail > head && rank[queue[tail - 1]] >=
			       rank[next])
				tail--;
			queue[tail++] = next;
		}
		while (tail > head && queue[head] < i)
			head++;
		if (tail > head)
			keep_shingle(w, hash_letters(c->s, queue[head]));
	}
	return 0;
}

/*
 * The smallest shingles, by which the unit is looked up, and the smallest of
 * every window.  The smallest of all is that of all windows that contain it;
 * all other windows are on one side of it.
 */
static int
choose_letters(struct shingler *s, struct words *w, uint32_t n)
{
	struct choice c;

	c.s = s;
	c.w = w;
	c.n = n;
	c.copy = shortest_copy(w->n);
	c.nopen = 0;
	w->near = shingler_take(s, SHINGLE_STRETCHES * sizeof(*w->near));
	if (w->near == NULL)
		return -1;
	open_stretch(&c, 0, n);
	for (unsigned step = 0; c.nopen > 0; step++) {
		struct stretch p = next_stretch(&c);
		bool kept = is_in_window(&c, &p);
		uint64_t hash;

		if (step == SHINGLE_STRETCHES)
			return keep_windows(&c);
		hash = hash_letters(s, p.at);
		/* Equal ones come in a row. */
		if (w->nnear > 0 && hash == w->near[w->nnear - 1]) {
			if (kept && w->nnear == w->nask)
				w->kept |= (uint8_t)(1u << (w->nask - 1));
		} else if (w->nask < SHINGLE_ASK) {
			w->kept |= (uint8_t)((unsigned)kept << w->nask++);
			w->near[w->nnear++] = hash;
		} else if (kept) {
			w->near[w->nnear++] = hash;
		}
		open_stretch(&c, p.from, p.at);
		open_stretch(&c, p.at + 1, p.to);
	}
	return 0;
}

int
letters_take(struct shingler *s, struct words *w, bool ascii)
{
	const uint64_t secret = shingler_secret(s);
	uint32_t n;

	if (!ascii)
		fold_letters(s, w);
	n = rank_letters(s, w->n);
	if (s->every) {
		w->every = shingler_take(s, n * sizeof(*w->every));
		if (w->every == NULL)
			return -1;
		w->nevery = n;
		for (uint32_t i = 0; i < n; i++)
			w->every[i] = hash_letters(s, i);
	}
	if (choose_letters(s, w, n) != 0)
		return -1;
	w->key = shingler_take(s, w->nnear * sizeof(*w->key));
	if (w->key == NULL)
		return -1;
	for (uint32_t i = 0; i < w->nnear; i++)
		w->key[i] = shingle_key(secret, w->near[i]);
	return 0;
}
