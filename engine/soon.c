/*
 * Rule 4: what is said in full soon after.
 *
 * Within the next few units stands what says all that this one says:
 *
 *	The storm left 12,000 homes without ...		a cut-off lead
 *	By our staff
 *	The storm left 12,000 homes without power.	its completer
 *
 * or the next one, or the one after it, says the same with a label or a credit
 * around it.  Which units these are is known from the document alone; what
 * becomes of them is for the judge.  What is quoted completes nothing that is
 * quoted less, and what is cut off completes nothing at all: nothing leads back
 * to it.
 */
#include "engine.h"

#include <string.h>

#include "letter.h"
#include "vectors.h"

int
soon_list(struct view *v)
{
	v->nunits = 0;
	if (array_room(&v->unit, &v->room, v->n, sizeof(*v->unit)) != 0)
		return -1;
	for (size_t i = 0; i < v->n; i++) {
		struct piece *p = view_at(v, i);

		if ((!piece_is_unit(p) || p->repeats) && p->kind != PIECE_PASS)
			continue;
		p->rank = (uint32_t)v->nunits;
		v->unit[v->nunits++] = (struct listed_unit){
			.piece = i, .off = p->off, .norm_len = p->norm_len,
			.nwords = p->w.n, .quote = p->quote,
			.passes = p->kind == PIECE_PASS,
			.completes = !p->listing &&
				     p->ending == ENDING_WHOLE,
		};
	}
	return 0;
}

/* Has all been read up to there, so that no more units begin before it? */
static bool
reaches(const struct view *v, uint64_t end)
{
	const struct piece *last = view_at(v, v->n - 1);

	return last->off + last->len > end;
}

/*
 * The units that piece i may be said in, 'wanted' at most: how many, -1 if more
 * are to come.
 */
static int
find_window(const struct view *v, size_t i, int wanted, bool final)
{
	const struct piece *u = view_at(v, i);
	const struct listed_unit *next = v->unit + u->rank + 1;
	size_t most = v->nunits - u->rank - 1;
	uint64_t end = u->off + u->len + SOON_BYTES;
	int n = 0;

	for (; n < wanted; n++) {
		if ((size_t)n == most)
			return final || reaches(v, end) ? n : -1;
		if (next[n].passes || next[n].off > end)
			break;
	}
	return n;
}

/*
 * Do the words at 'want' stand in norm[0..len), from the beginning of a word
 * on?  In linear time, so a space in front of them is looked for too.  1, 0, or
 * -1 with ENOMEM.
 */
static int
has_words(struct split *s, const char *norm, size_t len, const char *want,
	  size_t n)
{
	if (n > len)
		return 0;
	if (memcmp(norm, want, n) == 0)
		return 1;
	if (array_room(&s->folded, &s->folded_room, n + 1, 1) != 0)
		return -1;
	s->folded[0] = ' ';
	memcpy(s->folded + 1, want, n);
	return memmem(norm, len, s->folded, n + 1) != NULL;
}

/* Bytes of the last word of these, the space behind it included. */
static size_t
last_word(const char *words, size_t len)
{
	size_t n = len > 0;

	while (n < len && words[len - n - 1] != ' ')
		n++;
	return n;
}

/* Bytes of a unit's words that are its own, if it is a cut-off lead; else 0. */
static size_t
own_words(const struct view *v, size_t i)
{
	const struct piece *u = view_at(v, i);
	const char *words = view_words(v, i);
	size_t len = u->norm_len;

	if (u->ending == ENDING_WHOLE ||
	    u->length < view_split(v, i)->opt.min_words + u->asks)
		return 0;
	for (unsigned k = u->asks; k > 0; k--)
		len -= last_word(words, len);
	return len;
}

/* May the last of these words be the beginning of one?  Not of a number. */
static bool
may_be_cut(const char *words, size_t len)
{
	size_t from = len - last_word(words, len), n;

	for (; from + 1 < len; from += n)
		switch (letter_first(words + from, len - from, &n)) {
		case LETTER_DIGIT: case LETTER_OTHER: case LETTER_NONE:
			return false;
		default:
			break;
		}
	return true;
}

/*
 * The next units in which a cut-off lead goes on, one bit each: whole ones that
 * it begins with, and the one that has the rest of it; 0 where none has, -1
 * with ENOMEM.
 */
static int
complete_lead(const struct view *v, size_t i, const struct listed_unit *next,
	      int n)
{
	const struct piece *u = view_at(v, i);
	const char *rest = view_words(v, i);
	size_t len = own_words(v, i);
	/* The last word may be cut too; then no space has to follow it. */
	bool partial = u->ending == ENDING_INSIDE && len > 0 &&
		       may_be_cut(rest, len);
	int taken = 0;

	for (int k = 0; k < n && len > 0; k++) {
		const char *words = view_words(v, next[k].piece);
		size_t has = next[k].norm_len;
		int got;

		/* The same once more is no completion. */
		if (next[k].quote > u->quote || !next[k].completes ||
		    (has == u->norm_len &&
		     memcmp(words, view_words(v, i), has) == 0))
			continue;
		got = has_words(view_split(v, i), words, has, rest,
				len - partial);
		if (got != 0)
			return got < 0 ? -1 : taken | 1 << k;
		if (has > 0 && has < len && memcmp(rest, words, has) == 0) {
			taken |= 1 << k;
			rest += has;
			len -= has;
		}
	}
	return 0;
}

/*
 * What rule 2 asks, once more, of units near each other.  Nearly all of them
 * are strangers, so lengths come first, then a few bytes, then all words.
 */

/* May 'c' say all of 'u' in the sense of rule 2, by their lengths? */
static bool
lengths_allow(const struct piece *u, const struct listed_unit *c)
{
	return c->norm_len > u->norm_len && c->quote <= u->quote &&
	       2 * (uint64_t)c->nwords <= 3 * (uint64_t)u->w.n && c->completes;
}

#define FEW_PLACES 64	/* bytes among which one may begin in another */
#define PROBE 16	/* bytes, those of has_16_bytes(): they are hardly in
			 * two texts by chance */

/*
 * If 'u' stands in 'c' in one piece, it is moved there by d bytes at most, as c
 * is so much longer:
 *
 *	u	uuuuuuuuuuuuuuuuuuuuuuuuu
 *	c	lllllluuuuuuuuuuuuuuuuuuuuuuuuurrrr
 *
 * So the first bytes of u are to be found there, those in its middle, and the
 * last ones.  A word that is joined may stand in the way of one of these, but
 * hardly of two; where one of the units has accents, one has to do.
 */
static bool
bytes_allow(const struct split *s, const char *c, size_t clen, const char *u,
	    size_t ulen, bool ascii)
{
	size_t slack = ascii ? 4 : 16, n = clen - ulen + PROBE + 2 * slack;
	size_t at[3] = { ulen - PROBE, 0, ulen / 2 - PROBE / 2 };
	unsigned hits = 0, want = ascii ? 2 : 1;

	if (ulen < PROBE)
		return true;
	for (unsigned k = 0; k < 3 && hits < want && want - hits <= 3 - k; k++) {
		size_t from = at[k] > slack ? at[k] - slack : 0;

		hits += has_16_bytes(c + from, from + n < clen ? n :
				     clen - from, u + at[k], s->wide);
	}
	return hits >= want;
}

/* The loose form of words, 'at' bytes into the scratch, where there is room. */
static const char *
fold(struct split *s, const char *words, size_t *len, bool ascii, size_t at)
{
	if (ascii)
		return words;
	*len = loose_fold(s->loose, words, *len, s->folded + at);
	return s->folded + at;
}

/* Does piece k say all that piece i says?  1, 0, or -1 with ENOMEM. */
static int
says(const struct view *v, size_t k, size_t i)
{
	const struct piece *u = view_at(v, i), *c = view_at(v, k);
	const char *uw = view_words(v, i), *cw = view_words(v, k);
	size_t ulen = u->norm_len, clen = c->norm_len;
	struct split *s = view_split(v, i);

	if (u->ascii && c->ascii) {
		size_t letters = ulen - u->w.n;

		/* Few places to begin at are sooner looked at than bytes. */
		return clen - c->w.n > letters &&
		       (clen - letters < FEW_PLACES ||
			bytes_allow(s, cw, clen, uw, ulen, true)) &&
		       loose_says_letters(cw, clen, uw, ulen, letters) &&
		       bytes_allow(s, cw, clen, uw, ulen, true);
	}
	if (!bytes_allow(s, cw, clen, uw, ulen, false))
		return 0;
	/* Room for both first, so that neither moves. */
	if (array_room(&s->folded, &s->folded_room, ulen + clen, 1) != 0)
		return -1;
	uw = fold(s, uw, &ulen, u->ascii, 0);
	cw = fold(s, cw, &clen, c->ascii, u->norm_len);
	/* More letters: a space follows each word. */
	return clen - c->w.n > ulen - u->w.n && loose_says(cw, clen, uw, ulen);
}

/*
 * The last of the next units that says more than this one, and all that it
 * says.  One bit, or 0; -1 with ENOMEM.
 */
static int
said_in_full(const struct view *v, size_t i, const struct listed_unit *next,
	     int n)
{
	const struct piece *u = view_at(v, i);

	for (int k = n; k-- > 0; ) {
		int got = lengths_allow(u, &next[k]) ?
			  says(v, next[k].piece, i) : 0;

		if (got != 0)
			return got < 0 ? -1 : 1 << k;
	}
	return 0;
}

/*
 * Its completers, if it is a lead, or may be said in full soon after.  Most
 * pieces are neither, and need no room for what this works with.
 */
__attribute__((noinline)) static int
link_unit(const struct view *v, size_t i, bool lead, bool full, bool final)
{
	struct piece *u = view_at(v, i);
	int n = find_window(v, i, lead ? SOON_UNITS : SOON_NEXT, final);
	const struct listed_unit *next = v->unit + u->rank + 1;
	int got = 0;

	if (n < 0)
		return 0;
	if (lead)
		got = complete_lead(v, i, next, n);
	if (full && got == 0) {
		got = said_in_full(v, i, next, n < SOON_NEXT ? n : SOON_NEXT);
		u->said = got > 0;
	}
	if (got < 0)
		return -1;
	u->completers = (uint8_t)got;
	u->linked = true;
	return 1;
}

int
soon_link(const struct view *v, size_t i, bool final)
{
	struct piece *u = view_at(v, i);
	const struct dedup_options *opt = &view_split(v, i)->opt;
	bool judged = piece_is_unit(u) && u->compared && !u->listing &&
		      opt->unit != DEDUP_UNIT_DOCUMENT;
	bool lead = judged && u->ending != ENDING_WHOLE;
	bool full = judged && !opt->exact && !u->headline &&
		    u->length >= DEDUP_NEAR_WORDS;

	if (!u->linked && (lead || full))
		return link_unit(v, i, lead, full, final);
	u->linked = true;
	return 1;
}
