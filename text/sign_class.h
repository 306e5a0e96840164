/*
 * What a sign may be used as, wherever it is, and the plainest way to write it.
 */
#ifndef SIGN_CLASS_H
#define SIGN_CLASS_H

#include "put.h"

/* What a sign may be used as; 0 to 15, in the top bits of its info. */
enum sign_class {
	CLASS_PLAIN,		/* ASCII, see the table in seen.c; or no use */
	CLASS_WHITE,
	CLASS_LONG_DASH,	/* no minus */
	CLASS_CURRENCY,
	CLASS_PERCENT,
	CLASS_PRIME,
	CLASS_OPERATOR,
	CLASS_RELATION,		/* an operator, or before a number */
	CLASS_NEARLY,		/* a symbol, or before a number */
	CLASS_SYMBOL,
	CLASS_BULLET,		/* a symbol, unless it opens a line */
	CLASS_OPEN,
	CLASS_CLOSE,
	CLASS_QUOTE,
	CLASS_SECTION,
	CLASS_RATIO,
};

/* Kind, class and plainest form of the folded code point c, a separator. */
uint32_t sign_info(uint32_t c);

/* The class of a sign that others follow; none is CLASS_PLAIN. */
static inline uint32_t
sign_class_of(uint32_t c)
{
	uint32_t class = sign_info(c) >> CLASS_SHIFT;

	return class != CLASS_PLAIN ? class : CLASS_QUOTE;
}

#endif
