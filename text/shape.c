/* What a line looks like, from its bytes alone. */
#include "shape.h"

#include "bytes.h"
#include "ending.h"
#include "item.h"
#include "letter.h"
#include "vectors.h"

#include <utf8proc.h>

#define WRAP_MAX 120		/* columns: what is wider was not wrapped */

/* Skip white space from s[*i] on; the column that this ends at. */
static unsigned
skip_space(const char *s, size_t len, size_t *i, unsigned col)
{
	for (; *i < len && is_space(s[*i]); ++*i)
		col = s[*i] == ' ' ? col + 1 : (col | 7) + 1;
	return col;
}

/* Bytes of the comment leader or mail mark that s[0..len) begins with, or 0. */
static size_t
leader_length(const char *s, size_t len)
{
	size_t n = 1;

	switch (*s) {
	case '/':
		if (len > 1 && s[1] == '*') {
			for (n = 2; n < len && s[n] == '*'; n++)
				;
			return n;
		}
		for (; n < len && s[n] == '/'; n++)
			;
		return n > 1 && item_is_apart(s + n, len - n) ? n : 0;
	case '-':
		return len > 1 && s[1] == '-' && item_is_apart(s + 2, len - 2) ?
		       2 : 0;
	case 'd':
		return len >= 3 && memcmp(s, "dnl", 3) == 0 &&
		       item_is_apart(s + 3, len - 3) ? 3 : 0;
	case '#': case ';': case '%': case '*': case '>':
		for (; n < len && s[n] == *s; n++)
			;
		return *s == '>' || item_is_apart(s + n, len - n) ? n : 0;
	default:
		return 0;
	}
}

/* Pass over a leader; marks of mail may follow each other. */
static void
shape_leader(struct shape *p)
{
	size_t i = p->words, n = leader_length(p->s + i, p->len - i);

	if (n == 0)
		return;
	p->leader = p->s[i];
	do {
		i += n;
		p->col = skip_space(p->s, p->len, &i, p->col + (unsigned)n);
		for (n = 0; p->leader == '>' && i + n < p->len &&
		     p->s[i + n] == '>'; n++)
			;
	} while (n > 0);
	p->words = (uint32_t)i;
}

/* May there be marks that stand on others, as in Indic scripts and Thai? */
static bool
has_marks(const char *s, size_t len)
{
	unsigned char any = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		any |= (unsigned char)(c == 0xe0 || c == 0xe1 || c == 0xcc ||
				       (c >= 0xd6 && c <= 0xdd));
	}
	return any != 0;
}

static size_t
columns_by_table(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t got;

		got = utf8proc_iterate((const utf8proc_uint8_t *)s + i,
				       (utf8proc_ssize_t)(len - i), &c);
		n += got > 0 ? (size_t)utf8proc_charwidth(c) : 1;
		i += got > 0 ? (size_t)got : 1;
	}
	return n;
}

/* Most often without tables. */
static size_t
columns_not_ascii(const char *s, size_t len)
{
	size_t n = len;

	if (has_marks(s, len))
		return columns_by_table(s, len);
	for (size_t i = 0; i < len;) {
		unsigned char more = 0, wide = 0;

		/* Sums of a byte: so the compiler finds vectors. */
		for (size_t end = len - i > 240 ? i + 240 : len; i < end; i++) {
			unsigned char c = (unsigned char)s[i];

			more = (unsigned char)(more + ((c & 0xc0) == 0x80));
			/* Han, kana, Hangul, wide forms, emoji take two. */
			wide = (unsigned char)(wide + (c >= 0xe3 &&
						       c != 0xee && c <= 0xf0));
		}
		n = n - more + wide;
	}
	return n;
}

/* Columns of s[0..len). */
static inline size_t
columns(const char *s, size_t len, bool ascii)
{
	return ascii ? len : columns_not_ascii(s, len);
}

/* The kind of the first letter, behind brackets and quotes. */
static void
shape_first(struct shape *p)
{
	const char *s = p->s + p->words;
	size_t len = p->len - p->words, n;
	enum letter kind = LETTER_NONE;

	for (int k = 0; k < 4; k++, s += n, len -= n) {
		kind = letter_first(s, len, &n);
		if (kind != LETTER_OTHER)
			break;
		p->quoted = true;
	}
	p->first = (unsigned char)kind;
}

/* What the end of the line tells. */
static void
shape_end(struct shape *p)
{
	char last = p->s[p->len - 1];

	/* Most lines that were wrapped end in a letter. */
	if ((last | 0x20) >= 'a' && (last | 0x20) <= 'z')
		return;
	p->closed = ending_is_sentence(p->s, p->len);
	if (p->closed)
		return;
	p->colon = last == ':' || ((unsigned char)last >= 0x80 &&
				   ends_in(p->s, p->len, "："));
	p->open = p->colon || last == ',' || last == ';' || last == '(' ||
		  last == '[' || last == '{' || last == '-' || last == '=' ||
		  last == '\\' || last == '+' || last == '|' || last == '&';
	if (!p->open && (unsigned char)last >= 0x80)
		p->open = ends_in(p->s, p->len, "—") ||
			  ends_in(p->s, p->len, "–") ||
			  ends_in(p->s, p->len, "、") ||
			  ends_in(p->s, p->len, "，") ||
			  ends_in(p->s, p->len, "；") ||
			  ends_in(p->s, p->len, "،");
}

/* What its first bytes tell, of a line that does not begin with a letter. */
static void
shape_begin(struct shape *p)
{
	const char *s;
	size_t len;

	shape_leader(p);
	s = p->s + p->words;
	len = p->len - p->words;
	if (len == 0)
		return;
	p->bullet = p->leader == 0 && item_begins_bullet(s, len);
	p->number = item_begins_number(s, len);
	shape_first(p);
	if (p->quoted && (unsigned char)*s < 0x80)
		p->sign = *s;
}

void
shape_of(struct shape *p, const struct unit_block *b, size_t i)
{
	const struct line *l = &b->lines[i];
	const char *s = block_text(b, i);
	size_t len = trimmed(s, l->len), at = 0, end;

	*p = (struct shape){
		.s = s, .len = (uint32_t)len, .first = LETTER_NONE,
	};
	if (len > 0 && is_space(*s))
		p->indent = p->col = skip_space(s, len, &at, 0);
	p->words = (uint32_t)at;
	if (at == len)
		return;
	/* Most lines begin with a word, and no "a)", "dnl" or "o". */
	if (is_ascii_letter(s[at]) && at + 2 < len &&
	    is_ascii_letter(s[at + 1]) && s[at] != 'd')
		p->first = (s[at] & 0x20) != 0 ? LETTER_LOWER : LETTER_UPPER;
	else
		shape_begin(p);
	if (p->words == len)
		return;
	shape_end(p);
	s += p->words;
	len -= p->words;
	end = find_space(s, len);
	/* "word: text", "\"key\": value" */
	p->label = end > 1 && end < 32 && end < len && s[end - 1] == ':';
	p->wide = len > WRAP_MAX && (l->ascii || len > 4 * WRAP_MAX ||
				     columns(s, len, false) > WRAP_MAX);
	if (p->wide)
		return;
	p->width = p->col + (uint32_t)columns(s, len, l->ascii);
	/* Scripts without spaces may break anywhere. */
	if (2 * (l->solo2 + l->solo4) > l->nwords) {
		p->spaced = true;
		p->next = 2;
		return;
	}
	p->next = (uint32_t)columns(s, end, l->ascii);
	p->spaced = end < len &&
		    end + 1 + find_space(s + end + 1, len - end - 1) < len;
}
