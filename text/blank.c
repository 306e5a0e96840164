/* Which lines are blank, and marks of quoted mail. */
#include "blank.h"

#include "sign.h"

#include <string.h>

/*
 * Is this line, which has no words, blank: has it only white space, marks of
 * quoted mail, or one leader of a comment?
 */
static bool
is_blank(const struct reading *r, size_t p, size_t end)
{
	static const char *const leader[] = { "#", "*", "//", ";", "%", "--" };
	size_t from = end, to = end;
	struct character ch;

	while (p < end && (r->text[p] == ' ' ||
			   (r->text[p] >= '\t' && r->text[p] <= '\r')))
		p++;
	for (; p < end; p += ch.len) {
		ch = character_at(r, p);
		if (sign_is_white(ch.info) || ch.c == '>' ||
		    is_ignored(ch.info))
			continue;
		if (from == end)
			from = p;
		else if (to != p)
			return false;
		to = p + ch.len;
		if (to - from > 2)
			return false;
	}
	if (from == end)
		return true;
	for (size_t i = 0; i < sizeof(leader) / sizeof(leader[0]); i++)
		if (strlen(leader[i]) == to - from &&
		    memcmp(r->text + from, leader[i], to - from) == 0)
			return true;
	return false;
}

/* Marks of quoted mail that s[0..len) begins with. */
static uint8_t
quote_depth(const char *s, size_t len)
{
	uint8_t n = 0;

	for (size_t i = 0; i < len && n < UINT8_MAX; i++) {
		if (s[i] == '>')
			n++;
		else if (s[i] != ' ')
			break;
	}
	return n;
}

__attribute__((noinline)) void
blank_mark(const struct reading *r, size_t p, struct line *l)
{
	l->quote = quote_depth(r->text + p, l->len);
	l->blank = l->nwords == 0 && is_blank(r, p, p + l->len);
}
