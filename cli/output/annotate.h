/*
 * --annotate: nothing goes; what would go is marked in the text, or listed
 * beside it as spans of characters.
 */
#ifndef ANNOTATE_H
#define ANNOTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup.h"
#include "options.h"
#include "origin.h"
#include "reader.h"
#include "writer.h"

struct annotations {
	enum annotate kind;
	const struct origins *origins;
	struct writer *to;
	uint64_t chars;		/* of the document, so far */
	struct span *spans;	/* those that would go */
	size_t n, room;
};

/* All, but where it says otherwise: 0, or -1 with errno. */

/*
 * --annotate=text.  The mark that stands before a unit: its length, or -1
 * where there is no room for it.  The one behind a unit.  How many of a unit's
 * bytes stand before the end of its last line, behind which a mark has no
 * place; 'escaped': they are the body of a JSON string.
 */
#define ANNOTATE_MARK 4500	/* room enough */
#define ANNOTATE_END "</dup>"
int annotate_mark(const struct annotations *a, const struct dedup_removal *r,
		  char *buf, size_t size);
size_t annotate_body(const char *raw, size_t len, bool escaped);

/* Does it list spans: --annotate=jsonl and =dolma? */
bool annotate_lists(const struct annotations *a);

/* A document of text: it begins, goes on with text or with a unit, ends. */
int annotate_begin(struct annotations *a, uint64_t document);
int annotate_text(struct annotations *a, const char *text, size_t len);
int annotate_unit(struct annotations *a, const struct dedup_removal *r,
		  const char *text, size_t len);
int annotate_end(struct annotations *a, uint64_t document);

/* A record ('rec' is all of it), and the verdict on its text. */
int annotate_record(struct annotations *a, uint64_t document,
		    const struct item *it, const char *rec,
		    const struct dedup_verdict *v);

void annotate_free(struct annotations *a);

#endif
