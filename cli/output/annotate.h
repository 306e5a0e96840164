/*
 * --annotate: nothing is removed; what would be removed is marked in the text,
 * or listed beside it as spans of characters.
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
	struct span *spans;	/* those that would be removed */
	size_t n, room;
};

/* All return 0, or -1 with errno, unless the comment says otherwise. */

/*
 * --annotate=text.  The mark before a unit: its length, or -1 if there is no
 * room for it.  The mark after a unit.  How many of a unit's bytes are before
 * the end of its last line, after which no mark is put; 'escaped': they are the
 * body of a JSON string.
 */
#define ANNOTATE_MARK 4500	/* room enough */
#define ANNOTATE_END "</dup>"
int annotate_mark(const struct annotations *a, const struct dedup_removal *r,
		  char *buf, size_t size);
size_t annotate_body(const char *raw, size_t len, bool escaped);

/* Does it list spans, as --annotate=jsonl and =dolma do? */
bool annotate_lists(const struct annotations *a);

/* A document of text begins, continues with text or with a unit, ends. */
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
