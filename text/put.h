/*
 * Writes words, one folded code point at a time: puts a space at the end of
 * each word, and counts the words.
 */
#ifndef PUT_H
#define PUT_H

#include "line.h"

#include <utf8proc.h>

/*
 * A code point in 32 bits (see fold.h):
 *
 *	31..28   27    26..24     23    22   21    20..0
 *	class  DIGIT    kind   UPPER  SUB  SUPER   the code point it folds to
 *
 * Only SEPARATOR, LETTER and SOLO have the last field; for a sign that is
 * written in several ways it is the plainest (sign.h).
 */
enum {
	UNKNOWN = 0,
	SEPARATOR = 1u << 24,
	LETTER = 2u << 24,	/* letter or digit */
	SOLO = 3u << 24,	/* a word by itself */
	JOINS = 4u << 24,	/* may change what is before it */
	SEVERAL = 5u << 24,	/* folds to several code points */
	BYTE = 6u << 24,	/* not UTF-8: a letter of its own */
	KIND = 7u << 24,
	DIGIT = 1u << 27,	/* flag on LETTER and SOLO, and on SEVERAL
				 * that begin and end with one */
	SUPER = 1u << 21,	/* superscript, fraction, number in a circle */
	SUB = 1u << 22,		/* subscript */
	UPPER = 1u << 23,	/* an upper-case letter, before it is folded */
	CODEPOINT = 0x1fffff,
	CLASS_SHIFT = 28,	/* enum sign_class, on SEPARATOR, SEVERAL */
	IGNORED = 1u << 28,	/* on JOINS: it folds to nothing */
};

/* Does a character of this info fold to nothing? */
static inline bool
is_ignored(uint32_t info)
{
	return (info & (KIND | IGNORED)) == (JOINS | IGNORED);
}

/* Where in a word the output is. */
enum place { OUTSIDE, INSIDE, AFTER_SOLO, AFTER_SYMBOL };

struct put {
	struct scan *out;	/* its norm has room */
	uint32_t nwords;	/* in the line so far */
	uint32_t solo2, solo4;	/* of these, as in struct line */
	bool digits;		/* the line has one */
	enum place place;
};

static inline void
put_char(struct scan *out, uint32_t c)
{
	char *to = out->norm + out->norm_len;

	if (c < 0x80) {
		*to = (char)c;
		out->norm_len++;
	} else if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		out->norm_len += 2;
	} else {
		out->norm_len += (size_t)utf8proc_encode_char(
			(utf8proc_int32_t)c, (utf8proc_uint8_t *)to);
	}
}

static inline void
put_end(struct put *p)
{
	if (p->place != OUTSIDE)
		p->out->norm[p->out->norm_len++] = ' ';
	p->place = OUTSIDE;
}

/* A character of this kind comes next: write the space before it. */
static inline void
put_begin(struct put *p, uint32_t kind)
{
	switch (kind & KIND) {
	case SEPARATOR:
		put_end(p);
		return;
	case SOLO:
		put_end(p);
		p->place = AFTER_SOLO;
		p->nwords++;
		break;
	case LETTER:
	case BYTE:
		if (p->place >= AFTER_SOLO)
			put_end(p);
		/* fall through */
	default:		/* a mark stays with its letter */
		if (p->place == OUTSIDE) {
			p->place = INSIDE;
			p->nwords++;
		}
	}
	if (kind & DIGIT)
		p->digits = true;
}

/* A word in a script without spaces began: count it by script. */
static inline void
put_solo(struct put *p, uint32_t c)
{
	if (c >= 0x2e80 && (c < 0xa9e0 || c > 0xaa7f))
		p->solo2++;
	else
		p->solo4++;
}

/* Write a folded code point, given with its kind; there is room. */
static inline void
put_folded(struct put *p, uint32_t c)
{
	put_begin(p, c);
	if ((c & KIND) == SEPARATOR)
		return;
	if ((c & KIND) == SOLO)
		put_solo(p, c & CODEPOINT);
	put_char(p->out, c & CODEPOINT);
}

/* Continue the word that just ended. */
static inline void
put_reopen(struct put *p)
{
	if (p->place == OUTSIDE && p->out->norm_len > 0 &&
	    p->out->norm[p->out->norm_len - 1] == ' ') {
		p->out->norm_len--;
		p->place = INSIDE;
	}
}

/* Write a sign that is part of a word, or makes one. */
static inline void
put_sign(struct put *p, uint32_t c)
{
	put_begin(p, LETTER);
	put_char(p->out, c & CODEPOINT);
}

/* Write a symbol: symbols that touch are one word. */
static inline void
put_symbol(struct put *p, uint32_t c)
{
	if (p->place != AFTER_SYMBOL) {
		put_end(p);
		p->place = AFTER_SYMBOL;
		p->nwords++;
	}
	put_char(p->out, c & CODEPOINT);
}

#endif
