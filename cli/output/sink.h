/*
 * A sink decides what becomes of the bytes of documents: it writes the text
 * without what is removed, or what is removed, or both with marks, or nothing.
 *
 * output.c walks a document, be it text, a JSON string or WARC, and calls the
 * sink in the order of the input: begin; around, kept and removed, which
 * together are all of its bytes; end.  Bytes that are in no document are passed
 * between two of them.
 */
#ifndef SINK_H
#define SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "dedup.h"
#include "range.h"

/* The document at hand. */
struct sink_document {
	uint64_t number;
	enum item_kind kind;	/* ITEM_TEXT, ITEM_RECORD or ITEM_WARC */
	bool titled;		/* the output has others beside it */

	/* Of records, which are known as a whole when they begin: */
	const char *bytes;
	size_t len;
	const struct warc_record *warc;
	bool changed;		/* something is removed from it */
	bool listed;		/* ... since a reference text says it */
	uint64_t words;		/* that are left of it */
};

/* A removal: blank lines, its unit, blank lines; no range is empty. */
#define REMOVED_RANGES 3
struct removed {
	const struct dedup_removal *removal;
	struct range range[REMOVED_RANGES];
	size_t n;
	size_t unit;		/* number of the unit's range */
};

struct sink;

/* Each returns 0, or -1 with errno.  NULL: the sink does nothing there. */
struct sink_ops {
	int (*begin)(struct sink *s);
	/* Text that was decided, before its parts follow as kept or removed. */
	int (*decided)(struct sink *s, const struct range *text);
	/* Bytes of a record that are not its text. */
	int (*around)(struct sink *s, const struct range *r);
	int (*kept)(struct sink *s, const struct range *r);
	int (*removed)(struct sink *s, const struct removed *r);
	/* So many words of the document's text are left so far. */
	int (*words)(struct sink *s, uint64_t words);
	int (*end)(struct sink *s);
	/*
	 * Bytes of a file that are in no document: of text, or of a record of this
	 * kind that has none; 'ends': the last ones of it.
	 */
	int (*pass)(struct sink *s, enum item_kind kind, const char *bytes,
		    size_t len, bool ends);
};

/* The first member of each sink's own struct. */
struct sink {
	const struct sink_ops *ops;
	const struct sink_document *document;	/* from begin to end */
};

/* The calls, for who walks and for a sink that hands on to another. */

static inline int
sink_begin(struct sink *s, const struct sink_document *document)
{
	s->document = document;
	return s->ops->begin != NULL ? s->ops->begin(s) : 0;
}

static inline int
sink_decided(struct sink *s, const struct range *text)
{
	return s->ops->decided != NULL ? s->ops->decided(s, text) : 0;
}

static inline int
sink_around(struct sink *s, const struct range *r)
{
	return s->ops->around != NULL ? s->ops->around(s, r) : 0;
}

static inline int
sink_kept(struct sink *s, const struct range *r)
{
	return s->ops->kept != NULL ? s->ops->kept(s, r) : 0;
}

static inline int
sink_removed(struct sink *s, const struct removed *r)
{
	return s->ops->removed != NULL ? s->ops->removed(s, r) : 0;
}

static inline int
sink_words(struct sink *s, uint64_t words)
{
	return s->ops->words != NULL ? s->ops->words(s, words) : 0;
}

static inline int
sink_end(struct sink *s)
{
	return s->ops->end != NULL ? s->ops->end(s) : 0;
}

static inline int
sink_pass(struct sink *s, enum item_kind kind, const char *bytes, size_t len,
	  bool ends)
{
	return s->ops->pass != NULL ? s->ops->pass(s, kind, bytes, len, ends)
				    : 0;
}

#endif
