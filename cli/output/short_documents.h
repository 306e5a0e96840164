/*
 * --min-doc-words: what is left of a document waits here until it is known
 * whether that is enough.  Then another sink gets it; if not, the whole document
 * is removed.
 */
#ifndef SHORT_DOCUMENTS_H
#define SHORT_DOCUMENTS_H

#include "log.h"
#include "sink.h"

struct short_documents {
	struct sink sink;
	struct sink *next;	/* gets the documents that stay */
	uint64_t min_words;
	struct log *log;

	bool waits;		/* too few words are known so far */
	uint64_t words;		/* left of the document so far */
	char *left;		/* the bytes left of it */
	size_t len, room;
	struct range *range;	/* where these are in the file; 'raw' is set
				 * at the end */
	size_t n, ranges_room;

	bool dropped;		/* the last document was removed */
	uint64_t documents, bytes;	/* that were removed, so far */
};

extern const struct sink_ops sink_of_long_documents;

void short_documents_free(struct short_documents *s);

#endif
