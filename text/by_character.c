/* Text to words, a character at a time. */
#include "by_character.h"

#include "cluster.h"
#include "sign.h"

/* The info of the last character before text[p] that folds to something. */
static uint32_t
info_before(struct sink *k, size_t p)
{
	struct character ch;

	do {
		ch = character_before(&k->r, p);
		p -= ch.len;
	} while (is_ignored(ch.info));
	return ch.info;
}

static bool
is_raised(uint32_t info)
{
	return (info & (SUPER | SUB)) != 0 && (info & KIND) != JOINS;
}

/*
 * Raised digits and digits on the line are never one number: put a sign between
 * them that shows which are which.
 */
static void
put_raised(struct sink *k, struct character ch, size_t p)
{
	uint32_t how = ch.info & (SUPER | SUB), before;

	if (how == 0 && (p == 0 || ((unsigned char)k->r.text[p - 1] < 0x80 &&
				    k->r.text[p - 1] != ';')))
		return;
	before = info_before(k, p);
	if ((before & DIGIT) && (before & (SUPER | SUB)) != how &&
	    k->put.place == INSIDE)
		put_sign(&k->put, how == 0 ? '|' : how == SUB ? '_' : '^');
}

/*
 * Read the address that begins at *p as one word, and count its length beyond
 * one word.
 */
static int
put_address(struct sink *k, size_t *p)
{
	size_t at = *p, runs = 0;
	struct character ch, next = character_at(&k->r, at);
	bool in_run = false;

	put_end(&k->put);
	while (at < k->address.to) {
		ch = next;
		at += ch.len;
		k->high |= (unsigned char)k->r.text[at - 1] >= 0x80;
		next = character_at(&k->r, at);
		if ((ch.info & KIND) == SEPARATOR) {
			put_sign(&k->put, ch.info);
			in_run = false;
			continue;
		}
		runs += !in_run;
		in_run = true;
		if ((ch.info & KIND) == BYTE)
			sink_byte(k, at - 1);
		else if ((ch.info & KIND) == LETTER && !cluster_joins(next))
			put_folded(&k->put, ch.info);
		else if (cluster_read(k, ch, &next, &at) != 0)
			return -1;
	}
	put_end(&k->put);
	k->extra += runs > 0 ? (uint32_t)runs - 1 : 0;
	k->stop = k->r.len;
	sink_set_mark(k, at);
	*p = at;
	return 0;
}

/* Write the sign ch, of one or several code points; there is room. */
static void
put_counted(struct sink *k, struct character ch, unsigned verdict)
{
	uint32_t c = (ch.info & KIND) == SEVERAL ? (uint32_t)ch.c : ch.info;

	if (verdict & SIGN_JOINS_BEFORE)
		put_reopen(&k->put);
	k->skips = (verdict & SIGN_JOINS_AFTER) != 0;
	if ((verdict & SIGN_IS) == SIGN_SYMBOL) {
		put_symbol(&k->put, c);
	} else if (c == 0x2103 || c == 0x2109) {	/* degrees C, F */
		put_sign(&k->put, 0xb0);
		put_sign(&k->put, c == 0x2103 ? 'c' : 'f');
	} else {
		put_sign(&k->put, c);
	}
}

/* A line of the text ends before text[p]. */
static int
end_line(struct sink *k, size_t p)
{
	int failed;

	put_end(&k->put);
	failed = sink_line(k, p, k->put.out->norm_len, k->put.nwords,
			  k->put.digits);
	k->put.nwords = 0;
	k->put.digits = false;
	return failed;
}

#define SIGN_SKIP (SIGN_IS + 1 + SIGN_JOINS_BEFORE + SIGN_JOINS_AFTER)

/* The separator ch at text[start]: does it count as a sign, and how? */
static inline unsigned
verdict_of(struct sink *k, struct character ch, size_t start)
{
	if (k->skips && sign_is_white(ch.info))
		return SIGN_SKIP;
	if (ch.c == ' ' || sign_is_idle(&k->r, start, start + ch.len, &ch))
		return SIGN_GAP;
	return sign_verdict(&k->r, start, &ch);
}

/*
 * Read a separator, or a character that folds to several, the first of which is
 * a separator.
 */
static int
put_separator(struct sink *k, struct character ch, struct character *next,
	      size_t start, size_t *p)
{
	unsigned verdict = verdict_of(k, ch, start);

	if (verdict == SIGN_SKIP) {
		k->skips = false;
	} else if (verdict != SIGN_GAP) {
		if (is_raised(ch.info))
			put_raised(k, ch, start);
		put_counted(k, ch, verdict);
	} else if ((ch.info & KIND) == SEVERAL || cluster_joins(*next)) {
		return cluster_read(k, ch, next, p);
	} else {
		put_end(&k->put);
	}
	return 0;
}

/* Read ch, which is at text[start..*p), and what joins it. */
static inline int
put_character(struct sink *k, struct character ch, struct character *next,
	      size_t start, size_t *p)
{
	uint32_t kind = ch.info & KIND;

	if (ch.c == '\n' && !ch.entity)
		return end_line(k, *p);
	if (kind == SEPARATOR ||
	    (kind == SEVERAL && ch.info >> CLASS_SHIFT != CLASS_PLAIN))
		return put_separator(k, ch, next, start, p);
	if (ch.info & DIGIT && kind != SOLO)
		put_raised(k, ch, start);
	if (kind == BYTE)
		sink_byte(k, *p - 1);
	else if (kind == SEVERAL || kind == JOINS || cluster_joins(*next))
		return cluster_read(k, ch, next, p);
	else
		put_folded(&k->put, ch.info);
	return 0;
}

const unsigned char chunk_edge[0x100] = {
	['!'] = 3, ['='] = 1, ['&'] = 2,
	['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1,
	['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1,
#define HIGH_4(c) [(c)] = 4, [(c) + 1] = 4, [(c) + 2] = 4, [(c) + 3] = 4
#define HIGH_8(c) HIGH_4(c), HIGH_4((c) + 4)
	HIGH_8(0x80), HIGH_8(0x88), HIGH_8(0x90), HIGH_8(0x98),
	HIGH_8(0xa0), HIGH_8(0xa8), HIGH_8(0xb0), HIGH_8(0xb8),
	HIGH_8(0xc0), HIGH_8(0xc8), HIGH_8(0xd0), HIGH_8(0xd8),
	HIGH_8(0xe0), HIGH_8(0xe8), HIGH_8(0xf0), HIGH_8(0xf8),
};

int
by_character_read(struct sink *k, size_t *pos, bool all)
{
	const char *s = k->r.text;
	size_t p = *pos, start;
	struct character ch, next = character_at(&k->r, p);
	uint32_t before = SEPARATOR;	/* the last character's info */

	do {
		start = p;
		if (p == k->address.from && p < k->address.to) {
			if (put_address(k, &p) != 0)
				return -1;
			next = character_at(&k->r, p);
			before = SEPARATOR;
			sink_note_words(k, start, p);
			continue;
		}
		ch = next;
		p += ch.len;
		k->high |= (unsigned char)s[p - 1] >= 0x80;
		next = character_at(&k->r, p);
		if ((ch.info & KIND) == SEPARATOR &&
		    (ch.c == '@' || ch.c == '/') && !ch.entity &&
		    sink_finds_address(k, start)) {
			p = sink_go_back(k);
			if (!all)
				break;
			sink_forget_words(k);
			next = character_at(&k->r, p);
			before = SEPARATOR;
			continue;
		}
		if (put_character(k, ch, &next, start, &p) != 0)
			return -1;
		if (!is_ignored(ch.info))
			before = ch.info;
		sink_note_words(k, start, p);
	} while (p < k->r.len &&
		 (all || chunk_edge[(unsigned char)s[p]] >= 2 ||
		  (p + 1 < k->r.len && (unsigned char)s[p + 1] >= 0x80) ||
		  k->skips || is_raised(before)));
	if (!all && k->put.place >= AFTER_SOLO)
		put_end(&k->put);
	*pos = p;
	return 0;
}
