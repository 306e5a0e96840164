/*
 * The parts of a reference text that count by themselves, whatever stands about
 * them: a question without its number, without its options, without its answer.
 *
 *	12. Which of these metals is liquid in an ordinary room?
 *	    -----------------------------------------------------	a part
 *	A) iron   B) mercury   C) gold
 *
 *	Q: Which river forms the border? A: the Lorne
 *	   ------------------------------				a part
 *
 * Only bytes are looked at.  How many words a part has, and whether that is
 * enough, is for others to say; so is what the whole text is good for.
 */
#ifndef FORMS_H
#define FORMS_H

#include <stddef.h>
#include <stdint.h>

struct form {
	size_t off, len;	/* in the text */
	uint64_t line;		/* its first one, from 0 */
};

/* All zero at the beginning; free(form) at the end. */
struct forms {
	struct form *form;
	size_t n, room;
};

/*
 * Add the parts of text[0..len), of which no part is a whole block.  'line'
 * lines are before it.  0, or -1 with ENOMEM.
 */
int forms_find(struct forms *f, const char *text, size_t len, uint64_t line);

#endif
