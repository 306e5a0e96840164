/*
 * Applies verdicts: walks a document, tells the sink that the options ask for
 * what stays and what is removed, and logs each removal.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "clean.h"
#include "dedup.h"
#include "diff.h"
#include "groups.h"
#include "log.h"
#include "marks.h"
#include "options.h"
#include "reader.h"
#include "short_documents.h"
#include "sink.h"
#include "spans.h"
#include "watched.h"
#include "writer.h"

struct output {
	struct writer *to;
	struct log log;
	struct groups groups;
	struct sink *sink;	/* of this pass */
	struct sink *watcher;	/* is told all, too, when text is written; or
				 * NULL */
	bool silent;		/* nothing is written in this pass */
	uint64_t removals;	/* that were written */
	struct sink_document document;	/* the current one */
	uint64_t document_at;	/* text: where it begins in its file */

	/* The sinks: the options choose one. */
	struct clean clean;
	struct marks marks;
	struct spans spans;
	struct diff diff;
	struct short_documents short_documents;
	struct watched watched;
	struct sink nothing;
};

/* What a pass over the input is for. */
enum output_pass {
	PASS_WRITES,
	PASS_COUNTS,		/* nothing is written; another pass follows */
	PASS_REFERENCE,		/* a reference text, of which nothing leaves */
};

/* A pass begins; 'to' and what diff and log need is set. */
void output_begin(struct output *o, const struct options *opt,
		  enum output_pass pass);

/* What it holds beside what was given to it. */
void output_free(struct output *o);

/* Is the last document one that was removed, since too few words were left? */
bool output_dropped(const struct output *o);

/* How often was anything removed, all passes together? */
uint64_t output_gone(const struct output *o);

/* All others: 0, or -1 with errno. */

/*
 * A document of text begins, at byte 'at' of its file, continues with bytes
 * that the verdict decides, ends.  'text' begins at byte 'off' of the document.
 */
int output_begin_text(struct output *o, uint64_t document, uint64_t at,
		      bool titled);
int output_text(struct output *o, const char *text, uint64_t off,
		const struct dedup_verdict *v);
int output_end_text(struct output *o);

/* A record ('rec' is all of it) and the verdict on its text. */
int output_record(struct output *o, uint64_t document, const struct item *it,
		  const char *rec, const struct dedup_verdict *v);

/*
 * A WARC record ('rec' is all of it), what warc_scan() said of it, and the
 * verdict on its text.  If compressed, each is a member of its own.
 */
int output_warc(struct output *o, uint64_t document, const struct item *it,
		const struct warc_record *r, const char *rec,
		const struct dedup_verdict *v);

/*
 * Bytes that are in no document: of a text, or of a record of this kind that
 * has no verdict; 'ends': the last of its bytes.
 */
int output_pass(struct output *o, enum item_kind kind, const char *bytes,
		size_t len, bool ends);

#endif
