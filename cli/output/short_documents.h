/*
 * --min-doc-words and --drop-listed: what is left of a document waits here until
 * it is known whether it stays.  Then another sink gets it; if not, the whole
 * document is removed.
 */
#ifndef SHORT_DOCUMENTS_H
#define SHORT_DOCUMENTS_H

#include "log.h"
#include "sink.h"

struct short_documents {
	struct sink sink;
	struct sink *next;	/* gets the documents that stay */
	uint64_t min_words;
	bool drop_listed;	/* drop what says something that is listed */
	struct log *log;

	bool waits;		/* it is not known yet whether it stays */
	bool listed;		/* something listed was removed from it */
	uint64_t words;		/* left of the document so far */
	uint64_t text;		/* bytes of its text left so far */
	char *left;		/* the bytes left of it */
	size_t len, room;
	struct range *range;	/* where these are in the file; 'raw' is set
				 * at the end */
	size_t n, ranges_room;

	bool dropped;		/* the last document was removed */
	uint64_t documents, bytes;	/* that were removed, so far */
	uint64_t text_bytes;	/* of these, text */
	uint64_t undropped;	/* listed, but too long to wait: they stay */
};

extern const struct sink_ops sink_of_long_documents;

void short_documents_free(struct short_documents *s);

#endif
