/*
 * Applies verdicts to the output: writes the kept text, or what --diff,
 * --repeated and --annotate make of it; and logs each removal.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "annotate.h"
#include "dedup.h"
#include "diff.h"
#include "hold.h"
#include "log.h"
#include "options.h"
#include "origin.h"
#include "reader.h"
#include "writer.h"

/* Bytes of a document that are in memory, in one or two stretches. */
struct stretch {
	const char *text;
	uint64_t off;		/* in the document */
	size_t len;
};

struct output {
	const struct options *opt;
	struct writer *to;
	const struct origins *origins;
	struct log *log;
	struct diff *diff;
	bool silent;		/* first of two passes: nothing is written */
	uint64_t document;	/* number of the current one */
	uint64_t document_at;	/* text: where it begins in its file */
	struct annotations annotations;
	bool gathers;		/* WARC: text is gathered in 'text' first */
	char *text;
	size_t text_len, text_room;
	uint64_t gone;		/* removals, and short documents removed */
	struct hold *hold;	/* --min-doc-words: what may be removed yet */
	bool dropped;		/* the last document was */
	uint64_t words;		/* left of the current document */
	uint64_t short_documents, short_bytes;
	bool log_failed;	/* the log could not be written */
};

/* All: 0, or -1 with errno. */

/* Before the first document; output_free() undoes it.  -1: ENOMEM. */
int output_init(struct output *o);

/* Bytes that are not part of a document's text. */
int output_pass(struct output *o, const char *text, size_t len);

/*
 * A document of text begins, continues with bytes that the verdict decides,
 * ends.  These bytes are in the stretches.
 */
int output_begin_text(struct output *o, uint64_t document, uint64_t at,
		      bool titled);
int output_text(struct output *o, const struct stretch *s, size_t n,
		const struct dedup_verdict *v);
int output_end_text(struct output *o);

/* A record ('rec' is all of it) and the verdict on its text. */
int output_record(struct output *o, uint64_t document, const struct item *it,
		  const char *rec, const struct dedup_verdict *v);

/* A record without a verdict. */
int output_pass_record(struct output *o, const char *rec, size_t len);

/*
 * A WARC record ('rec' is all of it), what warc_scan() said of it, and the
 * verdict on its text.  If compressed, each is a member of its own.
 */
int output_warc(struct output *o, uint64_t document, const struct item *it,
		const struct warc_record *r, const char *rec,
		const struct dedup_verdict *v);

/*
 * A record without a verdict, or bytes that are not a record; 'ends': the last
 * of them.
 */
int output_pass_warc(struct output *o, const char *bytes, size_t len,
		     bool ends);

void output_free(struct output *o);

#endif
