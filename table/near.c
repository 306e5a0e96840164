/*
 * Rule "near": one unit that was kept says all that the unit at hand says, in
 * one piece, and is not much longer.
 *
 * Words are compared by code and tag, which come from their loose form; so
 * accents do not count.  Nor does the joining of words, though the table has
 * no letters: it asks the shingler which words the unit's own letters could
 * be written as (shingler_pieces()) and compares their hashes.
 *
 *	unit	the | web | site | of | her | home town  |
 *	record	the | website    | of | her | home | town | and ...
 *
 * From any place in the record there is one way to go on, as the letters say;
 * so the walk never turns back.
 */
#include "rules.h"

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

/* A place in the unit's loose words. */
struct at {
	uint32_t word;
	size_t byte;		/* in that word; its beginning, but for a part */
};

/* What is compared: two lists of words, and the letters of the first. */
struct pair {
	const struct words *w;
	const uint32_t *mine, *other;
	uint32_t nother, mask;	/* bits of a hash that the record has */
	uint64_t left;		/* steps until it is given up */
};

/* Count down; false: enough. */
static bool
spend(struct pair *p, uint64_t steps)
{
	p->left -= steps < p->left ? steps : p->left;
	return p->left > 0;
}

static void
go_to_word(const struct words *w, struct at *at, uint32_t word)
{
	for (; at->word < word; at->word++)
		at->byte = (size_t)((const char *)memchr(w->loose + at->byte,
			' ', w->loose_len - at->byte) - w->loose) + 1;
}

/* Go on by the piece that is the other's word j, if there is one. */
static bool
pass_piece(struct pair *p, struct at *at, uint32_t j)
{
	struct joint piece[SHINGLE_PIECES];
	size_t n = shingler_pieces(p->w, at->byte, piece), i = 0;

	if (!spend(p, n))
		return false;
	while (i < n && (piece[i].code & p->mask) != p->other[j])
		i++;
	if (i == n)
		return false;
	for (uint32_t k = 0; k < piece[i].len; k++)
		at->word += p->w->loose[at->byte + k] == ' ';
	at->byte += piece[i].len;
	return true;
}

/* Is all of the unit said from the other's word j on? */
static bool
is_said_from(struct pair *p, uint32_t j)
{
	const struct words *w = p->w;
	struct at at = { 0, 0 };
	bool whole = true;	/* 'at' is where a word begins */

	for (;;) {
		uint32_t i = at.word;

		while (whole && i < w->n && j < p->nother &&
		       p->mine[i] == p->other[j])
			i++, j++;
		if (i == w->n)
			return true;
		if (j == p->nother || !spend(p, i - at.word + 1))
			return false;
		go_to_word(w, &at, i);
		if (!pass_piece(p, &at, j))
			return false;
		j++;
		whole = w->loose[at.byte - 1] == ' ';
	}
}

/* The same from any place on. */
static bool
is_said_joined(struct pair *p)
{
	struct joint first[SHINGLE_PIECES];
	size_t n = shingler_pieces(p->w, 0, first);
	uint64_t have = 0;

	/* Where a word begins as the unit does, by 6 bits of it first. */
	for (size_t i = 0; i < n; i++) {
		first[i].code &= p->mask;
		have |= (uint64_t)1 << (first[i].code & 63);
	}
	for (uint32_t j = 0; j < p->nother; j++) {
		size_t i = 0;

		if ((have >> (p->other[j] & 63) & 1) == 0)
			continue;
		while (i < n && first[i].code != p->other[j])
			i++;
		if (i < n && is_said_from(p, j))
			return true;
		if (!spend(p, i + 1))
			return false;
	}
	return false;
}

int
near_says(const struct table *t, struct scratch *s, const struct words *w,
	  const unsigned char *record)
{
	uint32_t n = record_head(record).nwords;
	unsigned bits = record_tag_bits(t->full_tags, n);
	struct pair p;

	if (scratch_take_unit(s, w, bits) != 0 ||
	    scratch_take_record(t, s, record, n, bits) != 0)
		return -1;
	if (stands_in(s->other, n, s->mine, w->n))
		return 1;
	if (w->shingler == NULL || w->loose == NULL)
		return 0;
	p = (struct pair){
		.w = w, .mine = s->mine, .other = s->other, .nother = n,
		.mask = ((uint32_t)1 << (16 + bits)) - 1,
		/* Words of one letter again and again come no further. */
		.left = 4096 + 8 * ((uint64_t)w->n + n),
	};
	return is_said_joined(&p);
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
	 * two for each.
	 */
	strange = w->n / 4 + 4;
	strange = n + strange > w->n ? n + strange - w->n : 0;
	if (!scratch_may_match(s, record_codes(t, record), n, strange))
		return 0;
	*resemblance = 2.0 * w->n / ((double)w->n + n);
	if (*resemblance > 1.0)
		*resemblance = 1.0;
	return near_says(t, s, w, record);
}
