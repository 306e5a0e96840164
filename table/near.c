/*
 * Rule "near": a recorded unit contains all words of the unit in a row, and is
 * not much longer.
 *
 * Words are compared by 24 bits (words_hash()), which come from their loose
 * form, so accents do not count.  The joining of words does not count either.
 * The table has no letters, but the unit has.  The shingler lists which words
 * the unit's letters could be written as (shingler_joints()), and their hashes
 * are compared with those of the record.
 *
 *	unit	the | web | site | of | her | home town  |
 *	record	the | website    | of | her | home | town | and ...
 *
 * From any place in the record there is one way to go on, since the letters are
 * fixed.  If another one fits, that is by chance, since two words have the same
 * 24 bits; it leads nowhere, and the walk turns back.  So the result does not
 * depend on the secret.
 */
#include "rules.h"

#define SHORT_WORDS 64	/* a record of fewer is searched word by word */

/* The unit's words, and those of a record, in place. */
struct pair {
	const struct words *w;
	struct scratch *s;
	const uint16_t *code;	/* of the record */
	const uint8_t *tag;
	uint32_t n;		/* its words */
	bool held;		/* look for the record's words in the unit */
};

/* Spend steps; false: too many were spent. */
static bool
spend(struct pair *p, uint64_t steps)
{
	p->s->left -= steps < p->s->left ? steps : p->s->left;
	return p->s->left > 0;
}

static inline bool
is_word(const struct pair *p, uint32_t j, uint32_t hash)
{
	return (p->code[j] | (uint32_t)p->tag[j] << 16) == hash;
}

/*
 * Where the unit's codes are among the record's from j on; p->n if nowhere.  In
 * linear time.
 */
static uint32_t
find_codes(const struct pair *p, uint32_t j)
{
	const uint16_t *mine = p->w->code, *other = p->code;
	size_t size = p->w->n * sizeof(*mine);
	const char *end = (const char *)(other + p->n), *at;

	for (at = (const char *)(other + j); at < end; at++) {
		at = memmem(at, (size_t)(end - at), mine, size);
		if (at == NULL)
			break;
		/* A hit in the middle of a code does not count. */
		if ((size_t)(at - (const char *)other) % sizeof(*other) == 0)
			return (uint32_t)((const uint16_t *)(const void *)at -
					  other);
	}
	return p->n;
}

static bool
is_said_after(struct pair *p, uint32_t j)
{
	for (; j + p->w->n <= p->n; j++) {
		j = find_codes(p, j);
		if (j == p->n)
			return false;
		if (memcmp(p->tag + j, p->w->tag, p->w->n) == 0)
			return true;
		if (!spend(p, p->w->n))
			return false;
	}
	return false;
}

/*
 * Which of the record's words j to j + 7 have one of the n codes?  As bits; see
 * mask_of_codes().  A read past the codes of a record of eight words or more
 * reads its tags.
 */
BODY unsigned
find_in_group(const struct pair *p, uint32_t j, const uint16_t (*want)[CODES],
	      size_t n, size_t stride)
{
	unsigned have = p->n - j < CODES ? p->n - j : CODES;

	return p->n >= CODES ?
	       mask_of_codes(p->code + j, have, want, n, stride) :
	       mask_of_codes_plain(p->code + j, have, want, n);
}

static inline void
spread(uint16_t to[CODES], uint32_t code)
{
	for (unsigned i = 0; i < CODES; i++)
		to[i] = (uint16_t)code;
}

/* Is it contained word by word? */
static bool
is_said(struct pair *p)
{
	const uint16_t *mine = p->w->code;
	uint32_t n = p->w->n, failed = 0;
	_Alignas(16) uint16_t first[1][CODES];

	spread(first[0], mine[0]);
	for (uint32_t at = 0; at + n <= p->n; at += CODES) {
		unsigned m = find_in_group(p, at, first, 1, 1);

		for (; m != 0; m &= m - 1) {
			uint32_t j = at + (uint32_t)__builtin_ctz(m);

			if (j + n > p->n)
				return false;
			/* The first and the last are rarely equal by chance. */
			if (p->code[j + n - 1] != mine[n - 1])
				continue;
			if (++failed > SHORT_WORDS)
				return is_said_after(p, j);
			if (memcmp(p->code + j, mine, n * sizeof(*mine)) != 0)
				continue;
			if (memcmp(p->tag + j, p->w->tag, n) == 0)
				return true;
			if (!spend(p, n))
				return false;
		}
	}
	return false;
}

/* Set v to what the unit's letters can be written as from this byte on. */
static void
make_joints(const struct pair *p, size_t byte, uint32_t word, struct joints *v)
{
	v->byte = byte;
	v->word = word;
	v->n = shingler_joints(p->w, byte, v->joint);
	v->codes = 0;
	for (size_t i = 0; i < v->n; i++)
		v->codes |= (uint64_t)1 << (v->joint[i].code & 63);
}

/* Go back from the beginning of a word to that of the word before. */
static void
go_back(const struct words *w, struct letter *at)
{
	do
		at->byte--;
	while (at->byte > 0 && w->loose[at->byte - 1] != ' ');
	at->word--;
}

/* Go to the beginning of a word. */
static void
go_to_word(const struct pair *p, struct letter *at, uint32_t word)
{
	const struct letter known = p->s->known;

	if (word == at->word)
		return;
	/* Candidates often differ from the unit in the same place. */
	if (known.word <= word && known.word > at->word)
		*at = known;
	if (word == at->word)
		return;
	if (known.word > word && known.word - word < word - at->word) {
		*at = known;
		while (at->word > word)
			go_back(p->w, at);
	} else {
		at->byte = shingler_skip(p->w, at->byte, word - at->word);
		at->word = word;
	}
	p->s->known = *at;
}

/* The joints from a place on: cached, or made now. */
static inline const struct joints *
joints_at(const struct pair *p, struct letter *at, uint32_t word, bool whole)
{
	struct joints *v = word == 0 && whole ? &p->s->first
					      : &p->s->last[word % LAST];

	if (v->n > 0 && whole && v->word == word) {
		*at = (struct letter){ word, v->byte };
		return v;
	}
	go_to_word(p, at, word);
	if (v->n == 0 || v->byte != at->byte)
		make_joints(p, at->byte, whole ? word : UINT32_MAX, v);
	return v;
}

/* How many of n codes are equal, from a and from b on. */
static inline uint32_t
codes_alike(const uint16_t *a, const uint16_t *b, uint32_t n)
{
	uint32_t i = 0;

	for (; i + 4 <= n; i += 4)
		if (memcmp(a + i, b + i, 4 * sizeof(*a)) != 0)
			break;
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

/* How many words are equal, of the record from j on and the unit from i on. */
BODY uint32_t
words_alike(const struct pair *p, uint32_t j, uint32_t i)
{
	const struct words *w = p->w;
	uint32_t most = w->n - i < p->n - j ? w->n - i : p->n - j, k = 0;
	uint32_t n = codes_alike(p->code + j, w->code + i, most);

	for (; k + 8 <= n; k += 8)
		if (memcmp(p->tag + j + k, w->tag + i + k, 8) != 0)
			break;
	while (k < n && p->tag[j + k] == w->tag[i + k])
		k++;
	return k;
}

#define TURNINGS 32	/* open ways, at most */

/* A way to go on: the record's word j, and a place in the unit's letters. */
struct turning {
	uint32_t j, word;
	struct letter at;	/* it is here, or 'word' begins further on */
	bool whole;		/* 'at' is where a word begins, ... */
	bool passed;		/* ... and that word is not the way */
};

struct walk {
	struct turning open[TURNINGS];	/* the last one is tried first */
	size_t n;
};

static void
open_turning(struct walk *to, struct turning t)
{
	/* More ways than that fit only by many chances at once. */
	if (to->n < TURNINGS)
		to->open[to->n++] = t;
}

/* Move behind a joint of so many bytes. */
static void
open_behind(const struct pair *p, struct walk *to, const struct turning *t,
	    uint32_t len)
{
	struct turning next = { .j = t->j + 1, .at = t->at };

	for (uint32_t b = 0; b < len; b++)
		next.at.word += p->w->loose[next.at.byte + b] == ' ';
	next.at.byte += len;
	next.word = next.at.word;
	next.whole = p->w->loose[next.at.byte - 1] == ' ';
	open_turning(to, next);
}

/* Open the ways of the joints that are the record's word j, shortest last. */
static bool
open_pieces(struct pair *p, struct walk *to, struct turning t)
{
	const struct joints *v = joints_at(p, &t.at, t.word, t.whole);

	if ((v->codes >> (p->code[t.j] & 63) & 1) != 0)
		for (size_t i = v->n; i-- > t.passed; )
			if (is_word(p, t.j, v->joint[i].code))
				open_behind(p, to, &t, v->joint[i].len);
	/* The same number whatever the secret, so that it does not matter. */
	return spend(p, 4);
}

/* Have the two been passed so far that all that was asked for is found? */
static inline bool
is_all(const struct pair *p, uint32_t j, uint32_t word)
{
	return p->held ? j == p->n : word == p->w->n;
}

/*
 * Is all of the unit in the record from its word 'from' on?  Or, with 'held',
 * is all of the record from there on in the unit from this word on?
 */
static bool
is_said_from(struct pair *p, uint32_t from, uint32_t word)
{
	struct walk walk = { .n = 0 };

	open_turning(&walk, (struct turning){
		.j = from, .word = word, .whole = true,
	});
	while (walk.n > 0) {
		struct turning t = walk.open[--walk.n];
		uint32_t alike = 0;

		if (t.whole && !t.passed) {
			alike = words_alike(p, t.j, t.word);
			if (is_all(p, t.j + alike, t.word + alike))
				return true;
		}
		if (alike > 0) {
			t.j += alike;
			t.word += alike;
			/* The last equal word may be so by chance. */
			open_turning(&walk, (struct turning){
				.j = t.j - 1, .word = t.word - 1, .at = t.at,
				.whole = true, .passed = true,
			});
		}
		if (t.j < p->n && t.word < p->w->n &&
		    !open_pieces(p, &walk, t))
			return false;
		if (!spend(p, alike / 8 + 1))
			return false;
	}
	return false;
}

/* Which of the record's words j to j + 7 the unit may begin with, as bits. */
static unsigned
find_first(const struct pair *p, uint32_t j)
{
	const struct joints *first = &p->s->first;
	unsigned m = 0;

	if (first->n <= SPREAD)
		return find_in_group(p, j, p->s->spread,
				     (first->n + 3) / 4 * 4, 4);
	for (uint32_t k = 0; k < CODES && j + k < p->n; k++)
		m |= (unsigned)(first->codes >> (p->code[j + k] & 63) & 1) << k;
	return m;
}

/* The joints that the unit's letters may begin with. */
static void
know_first(struct pair *p)
{
	struct joints *first = &p->s->first;

	if (first->n > 0)
		return;
	make_joints(p, 0, 0, first);
	/* Four at a time; the last ones may repeat the first one. */
	for (size_t i = 0; i < (first->n + 3) / 4 * 4 && i < SPREAD; i++)
		spread(p->s->spread[i],
		       first->joint[i < first->n ? i : 0].code);
}

/* May the unit's word i begin as the record's word j does? */
static bool
begins_at(const struct pair *p, uint32_t j, uint32_t i)
{
	struct letter at = { 0, 0 };
	const struct joints *v;

	/* A long word is not among the joints. */
	if (is_word(p, j, words_hash(p->w, i)))
		return true;
	v = joints_at(p, &at, i, true);
	if ((v->codes >> (p->code[j] & 63) & 1) != 0)
		for (size_t k = 0; k < v->n; k++)
			if (is_word(p, j, v->joint[k].code))
				return true;
	return false;
}

/*
 * Is it contained, with words joined or split?  A word of the record is at most
 * three of the unit's, so what is left has to be a third as long.
 */
static bool
is_said_loosely(struct pair *p)
{
	const uint32_t least = (p->w->n + 2) / 3;

	know_first(p);
	for (uint32_t at = 0; at + least <= p->n; at += CODES)
		for (unsigned m = find_first(p, at); m != 0; m &= m - 1) {
			uint32_t j = at + (uint32_t)__builtin_ctz(m);

			if (!begins_at(p, j, 0))
				continue;
			if (p->s->left == 0)
				return false;
			if (is_said_from(p, j, 0))
				return true;
		}
	return false;
}

void
near_begin(struct scratch *s, const struct words *w)
{
	s->first.n = 0;
	for (unsigned i = 0; i < LAST; i++)
		s->last[i].n = 0;
	s->known = (struct letter){ 0, 0 };
	/* Bounds the time if the same words occur many times. */
	s->left = near_steps(w);
}

bool
near_says(const struct table *t, struct scratch *s, const struct words *w,
	  const unsigned char *record)
{
	uint32_t n = record_head(record).nwords;
	const uint16_t *code = record_codes(t, record);
	struct pair p = {
		.w = w, .s = s, .code = code, .n = n,
		.tag = (const uint8_t *)(code + n),
	};

	if (w->shingler == NULL || w->loose == NULL)
		return is_said(&p);
	/* If words are repeated, word by word takes fewer steps. */
	return is_said_loosely(&p) || (s->left == 0 && is_said(&p));
}

bool
near_matches(const struct table *t, struct scratch *s, const struct words *w,
	     const unsigned char *record, double *resemblance)
{
	uint32_t n = record_head(record).nwords;

	if (!near_says(t, s, w, record))
		return false;
	*resemblance = 2.0 * w->n / ((double)w->n + n);
	if (*resemblance > 1.0)
		*resemblance = 1.0;
	return true;
}

/*
 * Try the unit's words that the record may begin with, nearest to this one
 * first.
 */
static bool
is_held_about(struct pair *p, uint32_t at, uint32_t r)
{
	/* A word of the record is at most three of the unit's. */
	uint32_t first = at > 3 * (uint64_t)r ? at - 3 * r : 0;
	uint32_t likely = at > r ? at - r : 0;

	for (uint32_t k = 0; likely >= first + k || likely + k <= at; k++)
		for (int up = 0; up <= 1; up++) {
			uint32_t i = up ? likely + k : likely - k;

			if (up ? i > at || k == 0 : likely < first + k)
				continue;
			if (!spend(p, 4))
				return false;
			if (begins_at(p, 0, i) && is_said_from(p, 0, i))
				return true;
		}
	return false;
}

bool
near_holds(const struct table *t, struct scratch *s, const struct words *w,
	   uint32_t at, const unsigned char *record)
{
	uint32_t n = record_head(record).nwords;
	const uint16_t *code = record_codes(t, record);
	struct pair p = {
		.w = w, .s = s, .code = code, .n = n,
		.tag = (const uint8_t *)(code + n), .held = true,
	};

	if (w->loose == NULL || n > 3 * (uint64_t)w->n)
		return false;
	/* From one of its words on the record is as the unit from here on. */
	for (uint32_t r = 0; r < n && spend(&p, 1); r++)
		if (begins_at(&p, r, at) && is_said_from(&p, r, at) &&
		    (r == 0 || is_held_about(&p, at, r)))
			return true;
	return false;
}
