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

#define SHORT_WORDS 64	/* a record is searched in the plain way */

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

/* Where the unit's codes stand in the record's from j on; p->n if nowhere. */
static uint32_t
find_codes(const struct pair *p, uint32_t j)
{
	const uint16_t *mine = p->w->code, *other = p->code;
	size_t size = p->w->n * sizeof(*mine);
	const char *end = (const char *)(other + p->n), *at;

	if (p->n <= SHORT_WORDS) {
		for (; j + p->w->n <= p->n; j++)
			if (other[j] == mine[0] &&
			    memcmp(other + j, mine, size) == 0)
				return j;
		return p->n;
	}
	/* Linear time.  A hit in the middle of a code is none. */
	for (at = (const char *)(other + j); at < end; at++) {
		at = memmem(at, (size_t)(end - at), mine, size);
		if (at == NULL)
			break;
		if ((size_t)(at - (const char *)other) % sizeof(*other) == 0)
			return (uint32_t)((const uint16_t *)(const void *)at -
					  other);
	}
	return p->n;
}

/* Is it said word by word? */
static bool
is_said(struct pair *p)
{
	for (uint32_t j = 0; j + p->w->n <= p->n; j++) {
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

/* What the unit's letters can be written as from this byte on; kept in v. */
static const struct pieces *
pieces_at(const struct pair *p, size_t byte, struct pieces *v)
{
	if (v->byte == byte && v->n > 0)
		return v;
	v->byte = byte;
	v->n = shingler_pieces(p->w, byte, v->piece);
	v->codes = 0;
	for (size_t i = 0; i < v->n; i++)
		v->codes |= (uint64_t)1 << (v->piece[i].code & 63);
	return v;
}

/* Go on to the beginning of a word. */
static void
go_to_word(const struct pair *p, struct letter *at, uint32_t word)
{
	const struct letter known = p->s->known;
	const struct words *w = p->w;

	if (word == at->word)
		return;
	/* Candidates often differ from the unit in the same place. */
	if (known.word <= word && known.word > at->word)
		*at = known;
	for (; at->word < word; at->word++)
		at->byte = (size_t)((const char *)memchr(w->loose + at->byte,
			' ', w->loose_len - at->byte) - w->loose) + 1;
	p->s->known = *at;
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

/* Is all of the unit said from the record's word j on? */
static bool
is_said_from(struct pair *p, uint32_t j)
{
	const struct words *w = p->w;
	uint32_t *passed = p->s->other;
	const uint32_t from = j;
	struct letter at = { 0, 0 };
	bool whole = true;	/* 'at' is where a word begins */

	for (;;) {
		const struct pieces *v;
		uint32_t i = at.word;
		size_t k;

		while (whole && i < w->n && j < p->n &&
		       is_word(p, j, w->code[i], w->tag[i])) {
			passed[j++] = words_hash(w, i++);
		}
		if (i == w->n)
			return p->tag != NULL ||
			       checks_agree(p, from, j);
		if (j == p->n || !spend(p, i - at.word + 1))
			return false;
		go_to_word(p, &at, i);
		v = pieces_at(p, at.byte, &p->s->last);
		k = find_piece(p, v, j++);
		if (!spend(p, k + 1) || k == v->n)
			return false;
		passed[j - 1] = v->piece[k].code;
		for (uint32_t b = 0; b < v->piece[k].len; b++)
			at.word += w->loose[at.byte + b] == ' ';
		at.byte += v->piece[k].len;
		whole = w->loose[at.byte - 1] == ' ';
	}
}

/* The same from any place on. */
static bool
is_said_joined(struct pair *p)
{
	const struct pieces *first = pieces_at(p, 0, &p->s->first);

	for (uint32_t j = 0; j < p->n; j++) {
		size_t k = find_piece(p, first, j);

		if (k == first->n)
			continue;
		if (is_said_from(p, j))
			return true;
		if (p->left == 0)
			return false;
	}
	return false;
}

void
near_begin(struct scratch *s)
{
	s->first.n = s->last.n = 0;
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
	if (scratch_reserve(s, n) != 0)
		return -1;
	return is_said(&p) ||
	       (w->shingler != NULL && w->loose != NULL && is_said_joined(&p));
}

int
near_matches(const struct table *t, struct scratch *s, const struct words *w,
	     double threshold, const unsigned char *record,
	     double *resemblance)
{
	uint32_t n = record_head(record).nwords, strange;

	if (!near_is_possible(w, threshold, record))
		return 0;
	/*
	 * Words of the record that the unit lacks: those around the stretch,
	 * and where an eighth of the unit's words are joined in another way,
	 * two for each.  In a short one that may be most.
	 */
	strange = w->n / 4 + 4;
	strange = n + strange > w->n ? n + strange - w->n : 0;
	if (n > SHORT_WORDS / 2 &&
	    !scratch_may_match(s, record_codes(t, record), n, strange))
		return 0;
	*resemblance = 2.0 * w->n / ((double)w->n + n);
	if (*resemblance > 1.0)
		*resemblance = 1.0;
	return near_says(t, s, w, record);
}
