/*
 * Writes documents in the format that they were read in.  The header of a WARC
 * record has the length of its text, so a text that changes is gathered first.
 */
#ifndef BODY_H
#define BODY_H

#include "sink.h"
#include "writer.h"

struct body {
	struct writer *to;
	char *gathered;		/* the new text of a WARC record */
	size_t len, room;
};

/* All: 0, or -1 with errno. */

/* Bytes around the text; bytes of the text, as they are to stand there. */
int body_around(struct body *b, const struct sink_document *d,
		const struct range *r);
int body_text(struct body *b, const struct sink_document *d, const char *bytes,
	      size_t len);

int body_end(struct body *b, const struct sink_document *d);

/* After bytes that are in no document: the last ones of a WARC record? */
int body_end_pass(struct body *b, enum item_kind kind, bool ends);

void body_free(struct body *b);

#endif
