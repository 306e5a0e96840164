/*
 * Addresses: of mail, of pages.  One is found at its '@' or "://".
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include "character.h"

struct address {
	size_t from, to;	/* the address; empty: there is none */
	size_t end;		/* of the stretch; no other address is in it */
};

/* May the sign at text[p], an '@' or a '/', make an address? */
bool address_may_be(const struct reading *r, size_t p);

/*
 * Does it make an address of the stretch that it is in?  A stretch has no white
 * space, no bracket except ( and ), no quote, and no characters of scripts
 * without spaces.  The address leaves out the punctuation around it, and begins
 * before this sign.
 */
void address_find(const struct reading *r, size_t p, struct address *a);

#endif
