/* What a misspelt option or value was meant to be. */
#ifndef OPTION_NEAR_H
#define OPTION_NEAR_H

#include <stddef.h>

#include "option.h"

/*
 * What to say of an option that there is not, 'name' without dashes and what
 * follows "=": the nearest one, or what to use in place of one that other tools
 * have.  Room for 'size' bytes at 'to'; empty if there is nothing to say.
 */
void option_advise(const char *name, size_t len, char *to, size_t size);

/* The word of a list such as "text jsonl warc" that is nearest, or NULL. */
const char *option_nearest_word(const char *words, const char *text,
				size_t *len);

/*
 * Other names that are taken: each the option of 'name', with this value if it
 * is not NULL, and with --stats if that is true.  NULL at the end.
 */
struct option_alias {
	const char *alias, *name;
	char *value;
	bool stats;
};
extern const struct option_alias option_aliases[];
#define OPTION_ALIASES 8	/* no more than that */

#endif
