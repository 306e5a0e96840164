/*
 * Batches of documents.
 *
 * A batch is a piece of the input in one buffer, and a list of what is in it:
 * text, records, bytes that only pass.  The reader fills it; then its items are
 * handled in the order of the input.
 */
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "options.h"
#include "warc.h"

enum item_kind {
	ITEM_FILE,		/* a file begins */
	ITEM_TEXT,		/* a document of text, or a piece of one */
	ITEM_RECORD,		/* a JSONL record, its newline included */
	ITEM_WARC,		/* a WARC record, or a piece of one that is not
				 * judged; bytes that are not a record are bad */
	ITEM_PASS,		/* bytes that stay as they are */
	ITEM_ERROR,		/* an error to report: 'why' */
	ITEM_END,		/* the file ends */
};

/* What became of a record, once prepared. */
enum record_state {
	RECORD_TEXT,		/* has a text */
	RECORD_BAD,		/* not a JSON object or WARC record: 'why' */
	RECORD_NO_TEXT,		/* has no string there */
	RECORD_LONG,		/* (part of) one too long to judge */
	RECORD_BLANK,
};

struct item {
	enum item_kind kind;
	enum record_state state;
	size_t file;		/* number of its file */
	size_t off, len;	/* its bytes in the batch */
	uint64_t at;		/* where they begin in the file */
	uint64_t line;		/* lines of the file before it, if counted */
	uint64_t section;	/* text: number of the document in its file,
				 * from 1; 0: the file is one document */
	uint64_t offset;	/* text: bytes of the document before it;
				 * WARC: of the record */
	bool begins, ends;	/* text: the document; record: it is whole */
	bool object;		/* file: text that begins with a JSON object */
	bool captions;		/* file: timed captions, which stay */
	uint64_t memory;	/* file: bytes that decoding it takes */
	struct json_value v[2];	/* record: text and id */
	size_t warc;		/* WARC, with text: number in batch.warcs */
	const char *text;	/* what is judged: of a record, unescaped */
	size_t text_len;
	const char *what, *why;	/* an error, static or the batch's own */
	char *owned;		/* ... which is this */
};

struct batch {
	char *buf;		/* BATCH_HEAD bytes to use, then 'len' */
	size_t len, room;	/* without the head */
	struct item *items;
	size_t n, items_room;
	struct warc_record *warcs;	/* of those items that have text */
	size_t nwarcs, warcs_room;
	char *texts;		/* of records, unescaped */
	size_t texts_room;
	uint64_t raw;		/* bytes of files read when it was full */
};

#define BATCH_HEAD ((size_t)64 << 10)	/* before the bytes, for the user */

int batch_init(struct batch *b);
void batch_free(struct batch *b);

/* Forget what was in it. */
void batch_clear(struct batch *b);

/* The same, but keep no room that only a huge record needs. */
void batch_empty(struct batch *b);

/* Its bytes: offsets of items begin here. */
char *batch_bytes(const struct batch *b);

/* Room for 'more' bytes after those that it has: 0, or -1 with ENOMEM. */
int batch_room(struct batch *b, size_t more);

/* Find the texts of all items: 0, or -1 with ENOMEM. */
int batch_prepare(struct batch *b, const struct options *opt);

#endif
