/*
 * Rule 4: what is said in full soon after.
 *
 * One of the next few units says all that this one says:
 *
 *	The storm left 12,000 homes without ...		a cut-off lead
 *	By our staff
 *	The storm left 12,000 homes without power.	its completer
 *
 * or the next one, or the one after it, says the same with a label or a credit
 * around it.  Which units these are follows from the document alone; the judge
 * decides what becomes of them.  A quoted unit completes none that is quoted
 * less, and a cut-off unit completes none at all, so no chain leads back to it.
 */
#include "split.h"

#include <string.h>

#include "letter.h"
#include "vectors.h"

static void
list_unit(struct split *s, size_t i)
{
	const struct piece *p = &s->pieces[i];
	struct unit *u = p->unit;
	struct listed_unit *to = &s->lookahead.listed[s->lookahead.n];

	if (p->kind == PIECE_PASS) {
		*to = (struct listed_unit){
			.piece = i, .off = p->off, .passes = true,
		};
		s->lookahead.n++;
	} else if (piece_is_unit(p) && !u->repeats) {
		*to = (struct listed_unit){
			.piece = i, .off = p->off, .unit = u,
			.norm_len = u->norm_len, .nwords = u->w.n,
			.quote = u->quote,
			.completes = !u->listing &&
				     u->ending == ENDING_WHOLE,
		};
		u->rank = (uint32_t)s->lookahead.n++;
	}
}

int
lookahead_list(struct split *s, size_t from)
{
	s->lookahead.n = 0;
	if (!s->lookahead.wanted)
		return 0;
	if (array_room(&s->lookahead.listed, &s->lookahead.room, s->npieces,
		       sizeof(*s->lookahead.listed)) != 0)
		return -1;
	for (size_t i = from; i < s->npieces; i++)
		list_unit(s, i);
	return 0;
}

/* Has all been read up to there, so that no more units begin before it? */
static bool
reaches(const struct split *s, uint64_t end)
{
	const struct piece *last = &s->pieces[s->npieces - 1];

	return last->off + last->len > end;
}

/*
 * The units that piece i may be said in, 'wanted' at most: how many, -1 if more
 * are to come.
 */
static int
find_window(const struct split *s, const struct piece *p, int wanted,
	    bool final)
{
	size_t rank = p->unit->rank, most = s->lookahead.n - rank - 1;
	const struct listed_unit *next = s->lookahead.listed + rank + 1;
	uint64_t end = p->off + p->len + LOOKAHEAD_BYTES;
	int n = 0;

	for (; n < wanted; n++) {
		if ((size_t)n == most)
			return final || reaches(s, end) ? n : -1;
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
	if (array_room(&s->lookahead.folded, &s->lookahead.folded_room, n + 1,
		       1) != 0)
		return -1;
	s->lookahead.folded[0] = ' ';
	memcpy(s->lookahead.folded + 1, want, n);
	return memmem(norm, len, s->lookahead.folded, n + 1) != NULL;
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
own_words(const struct split *s, const struct unit *u)
{
	const char *words = unit_words(u);
	size_t len = u->norm_len;

	if (u->ending == ENDING_WHOLE ||
	    u->length < s->opt.min_words + u->asks)
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
 * it begins with, and the one that has the rest of it; 0 if none has, -1 with
 * ENOMEM.
 */
static int
complete_lead(struct split *s, const struct unit *u,
	      const struct listed_unit *next, int n)
{
	const char *rest = unit_words(u);
	size_t len = own_words(s, u);
	/* The last word may be cut too; then no space has to follow it. */
	bool partial = u->ending == ENDING_INSIDE && len > 0 &&
		       may_be_cut(rest, len);
	int taken = 0;

	for (int k = 0; k < n && len > 0; k++) {
		size_t has = next[k].norm_len;
		const char *words;
		int got;

		if (next[k].quote > u->quote || !next[k].completes)
			continue;
		words = unit_words(next[k].unit);
		/* The same once more is no completion. */
		if (has == u->norm_len &&
		    memcmp(words, unit_words(u), has) == 0)
			continue;
		got = has_words(s, words, has, rest, len - partial);
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
lengths_allow(const struct unit *u, const struct listed_unit *c)
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
 * hardly of two; if one of the units has accents, one must be enough.
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
	for (unsigned k = 0; k < 3 && hits < want && want - hits <= 3 - k;
	     k++) {
		size_t from = at[k] > slack ? at[k] - slack : 0;

		hits += has_16_bytes(c + from, from + n < clen ? n :
				     clen - from, u + at[k], s->lookahead.wide);
	}
	return hits >= want;
}

/* The loose form of words, at byte 'at' of the scratch, which has room. */
static const char *
fold(struct split *s, const char *words, size_t *len, bool ascii, size_t at)
{
	if (ascii)
		return words;
	*len = loose_fold(s->lookahead.loose, words, *len,
			  s->lookahead.folded + at);
	return s->lookahead.folded + at;
}

/* Does unit 'c' say all that unit 'u' says?  1, 0, or -1 with ENOMEM. */
static int
says(struct split *s, const struct unit *c, const struct unit *u)
{
	const char *uw = unit_words(u), *cw = unit_words(c);
	size_t ulen = u->norm_len, clen = c->norm_len;

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
	if (array_room(&s->lookahead.folded, &s->lookahead.folded_room,
		       ulen + clen, 1) != 0)
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
said_in_full(struct split *s, const struct unit *u,
	     const struct listed_unit *next, int n)
{
	for (int k = n; k-- > 0; ) {
		int got = lengths_allow(u, &next[k]) ?
			  says(s, next[k].unit, u) : 0;

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
link_unit(struct split *s, const struct piece *p, bool lead, bool full,
	  bool final)
{
	struct unit *u = p->unit;
	int n = find_window(s, p, lead ? LOOKAHEAD_UNITS : LOOKAHEAD_NEXT,
			    final);
	const struct listed_unit *next = s->lookahead.listed + u->rank + 1;
	int got = 0;

	if (n < 0)
		return 0;
	if (lead)
		got = complete_lead(s, u, next, n);
	if (full && got == 0) {
		got = said_in_full(s, u, next, n < LOOKAHEAD_NEXT ? n :
							 LOOKAHEAD_NEXT);
		u->said = got > 0;
	}
	if (got < 0)
		return -1;
	u->completers = (uint8_t)got;
	u->linked = true;
	return 1;
}

/* Is the piece there that follows unit i, with all of its lines? */
static bool
is_followed(const struct split *s, size_t i)
{
	for (i++; i < s->npieces; i++)
		if (!piece_is_of_run(&s->pieces[i]))
			return true;
	return false;
}

int
lookahead_link(struct split *s, size_t i, bool final)
{
	const struct piece *p = &s->pieces[i];
	const struct unit *u = p->unit;
	bool lead, full;

	/* It is judged by what follows, too: see beside_wants_identity(). */
	if (!final && piece_is_unit(p) && !is_followed(s, i))
		return 0;
	if (!piece_is_unit(p) || !u->compared || u->listing || u->linked ||
	    s->opt.unit == DEDUP_UNIT_DOCUMENT)
		return 1;
	lead = u->ending != ENDING_WHOLE;
	full = !s->opt.exact && !u->headline && u->length >= SHINGLE_NEAR;
	return lead || full ? link_unit(s, p, lead, full, final) : 1;
}
