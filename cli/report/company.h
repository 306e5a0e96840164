/*
 * The text of copies that stay, with what stands before and after it.
 *
 * What came from a plain file is read there again once it is wanted.  Of what
 * can be read but once (a pipe, a file that is rewritten or compressed) the
 * first COMPANY_MOST bytes are remembered.
 */
#ifndef COMPANY_H
#define COMPANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "options.h"
#include "provenance.h"
#include "range.h"
#include "text_cache.h"

#define COMPANY_MOST ((size_t)8 << 20)

struct company {
	const struct options *opt;
	const struct provenance *provenance;
	struct text_cache cache;
	struct timespec began;	/* a file that was changed later is not read */
	const char *file;	/* that the last document was of, ... */
	bool again;		/* ... and can be read again */
	char *buf;		/* bytes of a file */
	size_t room;
	char *text;		/* unescaped */
	size_t text_room;
};

/* A text around a place: it begins at byte 'at' of 'text'. */
struct passage {
	const char *text;
	size_t len, at;
};

void company_begin(struct company *c, const struct options *opt,
		   const struct provenance *provenance);
void company_free(struct company *c);

/* Text of a document; documents come in order, each from its beginning. */
void company_remember(struct company *c, uint64_t document,
		      const struct range *text);

/*
 * The text at a place: some bytes before it, if there are any, and 'most' from
 * there, if the document has so many.  It lives until the next call.  False: it
 * is not at hand.
 */
bool company_find(struct company *c, const struct dedup_place *at, size_t most,
		  struct passage *found);

#endif
