/*
 * Is it a part: a short text that means little without what stands beside it?
 *
 *	To set the zone:		announces what follows
 *	* Fix the build.		an item of a list
 *	zone[i] = get(name, i)		a listing of code
 *	12 May 2024  Jane Doe		a headline with a date, a version
 *	Reported-by: Jane Doe		a name and its value
 */
#ifndef PART_H
#define PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PART_WORDS 20		/* what has so many words is no part */

/* A text, and what is known of it. */
struct part_text {
	const char *text;
	size_t len;
	uint32_t length;	/* in words; an address is one here */
	uint32_t nlines;	/* that have words */
	const char *words;	/* of scan.norm, if some word has a digit */
	size_t words_len;	/* bytes of those; else 0 */
	bool listing;		/* it is one of code */
	bool headline;		/* few words that end no sentence */
	bool underlined;	/* it ends in a line without words */
};

bool part_is(const struct part_text *t);

#endif
