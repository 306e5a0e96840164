/*
 * Reference texts, beyond their units: the parts of them that count by
 * themselves (forms.h), texts as a whole, and their N-grams.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

struct dedup;
struct reference_text;

/*
 * The next bytes of the open reference document, all of which come here in
 * order, after its units were recorded as far as they can be.  'ends': it ends
 * with them.  0, or -1 with ENOMEM or EBADMSG.
 */
int reference_take(struct dedup *d, const char *text, size_t len, bool ends);

void reference_free(struct reference_text *r);
size_t reference_memory(const struct reference_text *r);

#endif
