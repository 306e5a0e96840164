/*
 * The characters of a text, read forwards or backwards from any place: UTF-8,
 * bytes that are not UTF-8, and character references.
 */
#ifndef CHARACTER_H
#define CHARACTER_H

#include "entity.h"
#include "fold.h"

/* A text that is being read; it begins at the start of a line. */
struct reading {
	struct fold *fold;
	const char *text;
	size_t len;
};

/* A character of the text, or a byte of it that is not UTF-8. */
struct character {
	utf8proc_int32_t c;
	uint32_t info;
	uint16_t len;		/* bytes; 0: the end of the text */
	bool entity;		/* it does not join what is before it */
};

/* Bytes of the UTF-8 character at s[0..len), len > 0; 0: it is not UTF-8. */
static inline size_t
decode(const unsigned char *s, size_t len, utf8proc_int32_t *c)
{
	utf8proc_ssize_t n;

	if (s[0] < 0x80) {
		*c = s[0];
		return 1;
	}
	/* Most characters of two and three bytes: no value is too small. */
	if (s[0] >= 0xc2 && s[0] <= 0xdf && len > 1 && (s[1] & 0xc0) == 0x80) {
		*c = (s[0] & 0x1f) << 6 | (s[1] & 0x3f);
		return 2;
	}
	if (s[0] > 0xe0 && s[0] < 0xed && len > 2 &&
	    (s[1] & 0xc0) == 0x80 && (s[2] & 0xc0) == 0x80) {
		*c = (s[0] & 0xf) << 12 | (s[1] & 0x3f) << 6 | (s[2] & 0x3f);
		return 3;
	}
	n = utf8proc_iterate(s, (utf8proc_ssize_t)(len < 4 ? len : 4), c);
	return n > 0 ? (size_t)n : 0;
}

/* What a reference of n bytes stands for; a newline becomes a space. */
static inline struct character
character_of_entity(const struct reading *r, uint32_t c, size_t n)
{
	if (c == '\n')
		c = ' ';
	return (struct character){
		(utf8proc_int32_t)c, fold_info(r->fold, c), (uint16_t)n, true,
	};
}

/* Bytes of the '<', '=' or '>' at s[0] and of a mark that strikes it out. */
static inline size_t
struck_out(const char *s, size_t len, utf8proc_int32_t *c)
{
	if (len < 3 || s[1] != '\xcc' || s[2] != '\xb8')
		return 1;
	*c = *c == '=' ? 0x2260 : *c == '<' ? 0x226e : 0x226f;
	return 3;
}

static inline struct character
character_at(const struct reading *r, size_t p)
{
	struct character ch = { 0, SEPARATOR, 0, false };
	uint32_t c;
	size_t n;

	if (p >= r->len)
		return ch;
	ch.len = (uint16_t)decode((const unsigned char *)r->text + p,
				  r->len - p, &ch.c);
	if (ch.len == 0) {
		ch.info = BYTE;
		ch.len = 1;
		return ch;
	}
	if (ch.c == '&') {
		n = entity_at(r->text + p, r->len - p, &c);
		if (n > 0)
			return character_of_entity(r, c, n);
	} else if (ch.c >= '<' && ch.c <= '>') {
		ch.len = (uint16_t)struck_out(r->text + p, r->len - p, &ch.c);
	}
	ch.info = fold_info(r->fold, (uint32_t)ch.c);
	return ch;
}

/* The character that ends before text[p]; none if p is 0. */
static inline struct character
character_before(const struct reading *r, size_t p)
{
	const unsigned char *s = (const unsigned char *)r->text;
	struct character ch = { 0, SEPARATOR, 0, false };
	size_t start = p;
	uint32_t c;

	if (p == 0)
		return ch;
	if (s[p - 1] == ';') {
		size_t n = entity_before(r->text, p, &c);

		if (n > 0)
			return character_of_entity(r, c, n);
	}
	do
		start--;
	while (start > 0 && p - start < 4 && (s[start] & 0xc0) == 0x80);
	ch.len = (uint16_t)decode(s + start, p - start, &ch.c);
	if (ch.len != p - start) {
		ch.c = s[p - 1];
		ch.len = 1;
		ch.info = BYTE;
		return ch;
	}
	if (ch.c == 0x338 && start > 0 && s[start - 1] >= '<' &&
	    s[start - 1] <= '>') {
		ch.c = s[start - 1];
		ch.len = (uint16_t)struck_out(r->text + start - 1, 3, &ch.c);
	}
	ch.info = fold_info(r->fold, (uint32_t)ch.c);
	return ch;
}

#endif
