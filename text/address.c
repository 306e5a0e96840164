/* Where an address begins and ends. */
#include "address.h"

#include "seen.h"

/*
 * Can it be in an address?  All words can, except those of scripts without
 * spaces.
 */
static bool
is_in_address(struct seen s)
{
	return s.is & WORD && !(s.is & BREAKS);
}

bool
address_may_be(const struct reading *r, size_t p)
{
	if (r->text[p] == '@')
		return is_in_address(peek_behind(r, p)) &&
		       is_in_address(peek(r, p + 1));
	return p > 0 && r->text[p - 1] == ':' && p + 1 < r->len &&
	       r->text[p + 1] == '/' && is_in_address(peek_behind(r, p - 1)) &&
	       peek_behind(r, p - 1).is & LETTERS;
}

/* May it be at the end of an address, or at its beginning? */
static bool
is_at_end(struct seen s)
{
	return s.is & WORD || (s.c < 0x80 && s.c != 0 &&
	       (s.c == '/' || s.c == '=' || s.c == '&' || s.c == '%' ||
		s.c == '#' || s.c == '+' || s.c == '-' || s.c == '_' ||
		s.c == '~' || s.c == '$' || s.c == '@'));
}

void
address_find(const struct reading *r, size_t p, struct address *a)
{
	size_t at, next;
	struct seen s;

	a->from = a->to = p;
	for (next = p; s = behind(r, &next),
	     !(s.is & (WHITE | END | BREAKS)); )
		if (s.is & WORD && !(s.is & MARK))
			a->from = next;
	for (next = at = p; s = ahead(r, &next),
	     !(s.is & (WHITE | END | BREAKS)); at = next)
		if (is_at_end(s) && a->from < p)
			a->to = next;
	a->end = at;
}
