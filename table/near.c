/*
 * Rule "near": one unit that was kept says all that the unit at hand says, in
 * one piece, and is not much longer.
 *
 * Words are compared by code and tag, which come from their loose form, so
 * accents do not count.  The joining of words does not count either.  The table
 * has no letters, but the unit has: the shingler says which words the unit's
 * letters could be written as (shingler_pieces()), and their hashes are
 * compared with those of the record.
 *
 *	unit	the | web | site | of | her | home town  |
 *	record	the | website    | of | her | home | town | and ...
 *
 * From any place in the record there is one way to go on, since the letters
 * are fixed.  So the walk never turns back.
 */
#include "rules.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define SHORT_WORDS 64	/* a record of fewer is searched in the plain way */

/* The unit's words, and those of a record where they lie. */
struct pair {
	const struct words *w;
	struct scratch *s;
	const uint16_t *code;	/* of the record */
	const uint8_t *tag;	/* or NULL: it has checks */
	const unsigned char *check;
	uint32_t n;		/* its words */
	uint64_t left;		/* steps until it is given up */
};

/* Count down; false: enough. */
static bool
spend(struct pair *p, uint64_t steps)
{
	p->left -= steps < p->left ? steps : p->left;
	return p->left > 0;
}

/* Do as many bits of a hash as the record has agree with its word j? */
static inline bool
is_word(const struct pair *p, uint32_t j, uint16_t code, uint32_t tag)
{
	return p->code[j] == code && (p->tag == NULL || p->tag[j] == tag);
}

/*
 * By their codes, the record's words from .. to are those in s->other.  Do their
 * checks say so too?  A group of which only a part is among them says nothing.
 */
static bool
checks_agree(const struct pair *p, uint32_t from, uint32_t to)
{
	const uint32_t *v = p->s->other;
	uint32_t j = (from + CHECK_WORDS - 1) / CHECK_WORDS * CHECK_WORDS, end;

	for (; j < to; j = end) {
		uint32_t check = 0;
		uint16_t upper;

		end = j + CHECK_WORDS < p->n ? j + CHECK_WORDS : p->n;
		if (end > to)
			break;
		for (uint32_t i = j; i < end; i++)
			check += record_check_word(i, v[i]);
		memcpy(&upper, p->check + j / CHECK_WORDS * sizeof(upper),
		       sizeof(upper));
		if (upper != check >> 16)
			return false;
	}
	return true;
}

static bool
tags_agree(const struct pair *p, uint32_t j)
{
	const struct words *w = p->w;

	if (p->tag != NULL)
		return memcmp(p->tag + j, w->tag, w->n) == 0;
	for (uint32_t i = 0; i < w->n; i++)
		p->s->other[j + i] = words_hash(w, i);
	return checks_agree(p, j, j + w->n);
}

/*
 * Where the unit's codes stand in the record's from j on; p->n if nowhere.  In
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
		/* A hit in the middle of a code is none. */
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
		if (tags_agree(p, j))
			return true;
		if (!spend(p, p->w->n))
			return false;
	}
	return false;
}

#define GROUP 8		/* codes that are compared at once */

/*
 * Which of the record's words j to j + 7 have one of the n codes, each of which
 * stands there eight times?  As bits.  What is read behind the codes of a record
 * of eight words or more is its tags or checks.  n is a multiple
 * of the stride, which is a constant.
 */
BODY unsigned
find_in_group(const struct pair *p, uint32_t j, const uint16_t (*want)[GROUP],
	      size_t n, size_t stride)
{
	unsigned m = 0;

#ifdef __SSE2__
	if (p->n >= GROUP) {
		__m128i v = _mm_loadu_si128((const void *)(p->code + j));
		__m128i same = _mm_setzero_si128();

		for (size_t i = 0; i < n; i += stride)
			for (size_t k = i; k < i + stride; k++)
				same = _mm_or_si128(same, _mm_cmpeq_epi16(v,
					_mm_load_si128((const void *)want[k])));
		m = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(same,
			_mm_setzero_si128()));
		return p->n - j < GROUP ? m & ((1u << (p->n - j)) - 1) : m;
	}
#endif
	for (uint32_t k = 0; k < GROUP && j + k < p->n; k++)
		for (size_t i = 0; i < n; i++)
			m |= (unsigned)(p->code[j + k] == want[i][0]) << k;
	return m;
}

static inline void
spread(uint16_t to[GROUP], uint32_t code)
{
	for (unsigned i = 0; i < GROUP; i++)
		to[i] = (uint16_t)code;
}

/* Is it said word by word? */
static bool
is_said(struct pair *p)
{
	const uint16_t *mine = p->w->code;
	uint32_t n = p->w->n, failed = 0;
	_Alignas(16) uint16_t first[1][GROUP];

	spread(first[0], mine[0]);
	for (uint32_t at = 0; at + n <= p->n; at += GROUP) {
		unsigned m = find_in_group(p, at, first, 1, 1);

		for (; m != 0; m &= m - 1) {
			uint32_t j = at + (uint32_t)__builtin_ctz(m);

			if (j + n > p->n)
				return false;
			/* The first and the last are seldom alike by chance. */
			if (p->code[j + n - 1] != mine[n - 1])
				continue;
			if (++failed > SHORT_WORDS)
				return is_said_after(p, j);
			if (memcmp(p->code + j, mine, n * sizeof(*mine)) != 0)
				continue;
			if (tags_agree(p, j))
				return true;
			if (!spend(p, n))
				return false;
		}
	}
	return false;
}

/* What the unit's letters can be written as from this byte on, to v. */
static void
make_pieces(const struct pair *p, size_t byte, uint32_t word, struct pieces *v)
{
	v->byte = byte;
	v->word = word;
	v->n = shingler_pieces(p->w, byte, v->piece);
	v->codes = 0;
	for (size_t i = 0; i < v->n; i++)
		v->codes |= (uint64_t)1 << (v->piece[i].code & 63);
}

/* Go on to the beginning of a word. */
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
	at->byte = shingler_skip(p->w, at->byte, word - at->word);
	at->word = word;
	p->s->known = *at;
}

/* The pieces from a place on: kept, or made now. */
static inline const struct pieces *
pieces_at(const struct pair *p, struct letter *at, uint32_t word, bool whole)
{
	struct pieces *v = word == 0 && whole ? &p->s->first
					      : &p->s->last[word % LAST];

	if (v->n > 0 && whole && v->word == word) {
		*at = (struct letter){ word, v->byte };
		return v;
	}
	go_to_word(p, at, word);
	if (v->n == 0 || v->byte != at->byte)
		make_pieces(p, at->byte, whole ? word : UINT32_MAX, v);
	return v;
}

/* The piece that is the record's word j: its number, or v->n. */
static size_t
find_piece(const struct pair *p, const struct pieces *v, uint32_t j)
{
	size_t i = 0;

	if ((v->codes >> (p->code[j] & 63) & 1) == 0)
		return v->n;
	while (i < v->n && !is_word(p, j, (uint16_t)v->piece[i].code,
				    v->piece[i].code >> 16))
		i++;
	return i;
}

/* How many codes are alike from a and from b on, of n. */
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

/* How many words of the record from j on are those of the unit from i on. */
BODY uint32_t
words_alike(const struct pair *p, uint32_t j, uint32_t i)
{
	const struct words *w = p->w;
	uint32_t most = w->n - i < p->n - j ? w->n - i : p->n - j, k = 0;
	uint32_t n = codes_alike(p->code + j, w->code + i, most);

	if (p->tag == NULL)
		return n;
	for (; k + 8 <= n; k += 8)
		if (memcmp(p->tag + j + k, w->tag + i + k, 8) != 0)
			break;
	while (k < n && p->tag[j + k] == w->tag[i + k])
		k++;
	return k;
}

/* Those words go to s->other, for checks_agree(). */
static void
pass_words(const struct pair *p, uint32_t j, uint32_t i, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++)
		p->s->other[j + k] = words_hash(p->w, i + k);
}

/*
 * Is all of the unit said from the record's word 'from' on?  What is passed is
 * only written down where that is so, in a second walk.
 */
static bool
is_said_from(struct pair *p, uint32_t from, bool write)
{
	const struct words *w = p->w;
	uint32_t j = from;
	struct letter at = { 0, 0 };
	bool whole = true;	/* 'at' is where a word begins */

	for (;;) {
		uint32_t alike = whole ? words_alike(p, j, at.word) : 0;
		const struct pieces *v;
		size_t k;

		if (write)
			pass_words(p, j, at.word, alike);
		j += alike;
		if (at.word + alike == w->n)
			return p->tag != NULL ||
			       (write ? checks_agree(p, from, j) :
				is_said_from(p, from, true));
		if (j == p->n || (!write && !spend(p, alike + 1)))
			return false;
		v = pieces_at(p, &at, at.word + alike, whole);
		k = find_piece(p, v, j++);
		if (k == v->n || (!write && !spend(p, k + 1)))
			return false;
		if (write)
			p->s->other[j - 1] = v->piece[k].code;
		for (uint32_t b = 0; b < v->piece[k].len; b++)
			at.word += w->loose[at.byte + b] == ' ';
		at.byte += v->piece[k].len;
		whole = w->loose[at.byte - 1] == ' ';
	}
}

/* The record's words j to j + 7 that the unit may begin with, as bits. */
static unsigned
find_first(const struct pair *p, uint32_t j)
{
	const struct pieces *first = &p->s->first;
	unsigned m = 0;

	if (first->n <= SPREAD)
		return find_in_group(p, j, p->s->spread,
				     (first->n + 3) / 4 * 4, 4);
	for (uint32_t k = 0; k < GROUP && j + k < p->n; k++)
		m |= (unsigned)(first->codes >> (p->code[j + k] & 63) & 1) << k;
	return m;
}

/* The pieces that the unit's letters may begin with. */
static void
know_first(struct pair *p)
{
	struct pieces *first = &p->s->first;

	if (first->n > 0)
		return;
	make_pieces(p, 0, 0, first);
	/* Four at a time; the last ones may be the first one once more. */
	for (size_t i = 0; i < (first->n + 3) / 4 * 4 && i < SPREAD; i++)
		spread(p->s->spread[i],
		       first->piece[i < first->n ? i : 0].code);
}

/*
 * Is it said with words joined or parted, or not?  A word of the record is three
 * of the unit's at most, so what is left has to be a third as long.
 */
static bool
is_said_loosely(struct pair *p)
{
	const uint64_t left = p->left;
	const uint32_t least = (p->w->n + 2) / 3;

	know_first(p);
	for (uint32_t at = 0; at + least <= p->n; at += GROUP)
		for (unsigned m = find_first(p, at); m != 0; m &= m - 1) {
			uint32_t j = at + (uint32_t)__builtin_ctz(m);

			if (is_said_from(p, j, false))
				return true;
			if (p->left > 0)
				continue;
			/* Where words are repeated this takes fewer steps. */
			p->left = left;
			return is_said(p);
		}
	return false;
}

void
near_begin(struct scratch *s)
{
	s->first.n = 0;
	for (unsigned i = 0; i < LAST; i++)
		s->last[i].n = 0;
	s->known = (struct letter){ 0, 0 };
}

int
near_says(const struct table *t, struct scratch *s, const struct words *w,
	  const unsigned char *record)
{
	uint32_t n = record_head(record).nwords;
	const uint16_t *code = record_codes(t, record);
	struct pair p = {
		.w = w, .s = s, .code = code, .n = n,
		.check = (const unsigned char *)(code + n),
		/* Bounds the time where the same word stands many times. */
		.left = 4096 + 8 * ((uint64_t)w->n + n),
	};

	if (record_has_tags(t->full_tags, n))
		p.tag = p.check;
	if (n > s->other_room && scratch_reserve(s, n) != 0)
		return -1;
	return w->shingler != NULL && w->loose != NULL ? is_said_loosely(&p)
						       : is_said(&p);
}

int
near_matches(const struct table *t, struct scratch *s, const struct words *w,
	     double threshold, const unsigned char *record,
	     double *resemblance)
{
	uint32_t n = record_head(record).nwords, strange;

	int got;

	/* Else all candidates are. */
	if (threshold > 0.0 && !near_is_possible(w, threshold, record))
		return 0;
	got = near_says(t, s, w, record);
	if (got <= 0)
		return got;
	/*
	 * Words of the record that the unit lacks: those around the stretch,
	 * and where an eighth of the unit's words are joined in another way,
	 * two for each.  In a short one that may be most.
	 */
	strange = w->n / 4 + 4;
	strange = n + strange > w->n ? n + strange - w->n : 0;
	if (n > SHORT_WORDS / 2 &&
	    !scratch_may_match(s, w, record_codes(t, record), n, strange))
		return 0;
	*resemblance = 2.0 * w->n / ((double)w->n + n);
	if (*resemblance > 1.0)
		*resemblance = 1.0;
	return 1;
}
