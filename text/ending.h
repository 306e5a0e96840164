/* How a text ends: as a cut-off lead does? */
#ifndef ENDING_H
#define ENDING_H

#include <stddef.h>

/* In an ellipsis ("...", "…", "[…]") or in "Read more"? */
enum ending {
	ENDING_WHOLE,		/* neither */
	ENDING_INSIDE,		/* ellipsis right after a word: may be cut */
	ENDING_AFTER,		/* ellipsis after a space or punctuation */
	ENDING_READ_MORE,	/* the words "read more", 2, are not its own */
};
enum ending ending_of(const char *text, size_t len);

#endif
