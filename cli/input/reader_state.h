/*
 * The reader's own state, and what its files share: reader.c opens one file after
 * the other; reader_text.c, reader_jsonl.c and reader_warc.c each cut one format
 * into items, and read on by reader_fill.c.
 *
 *	b->buf	| head | items so far | rest: read, in no item yet |
 *		       0              r->pos                       b->len
 */
#ifndef READER_STATE_H
#define READER_STATE_H

#include "reader.h"

#define RECORD_MAX ((size_t)64 << 20)	/* longer ones pass unjudged */
#define CHUNK ((size_t)128 << 10)	/* bytes read at a time */
#define BATCH_ITEMS 8192

/* Where reading of WARC stands. */
enum warc_phase {
	AT_RECORD,		/* where one should begin */
	IN_BLOCK,		/* of one that is not gathered */
	AT_TRAILER,		/* of the same, before its last byte */
	IN_BAD,			/* in no record, up to the next */
};

struct reader {
	const struct options *opt;
	struct files *files;
	struct json_path text_path;
	size_t size;
	const atomic_int *demand;
	atomic_bool waits;	/* for a live input */
	uint64_t window;	/* of compressed text, at most */

	size_t next;		/* file to be opened */
	bool open;		/* files[next - 1] is */
	struct source own, *src;
	uint64_t raw;		/* bytes of earlier files */
	enum format format;
	bool object;		/* text, that begins with a JSON object */
	bool eof;
	uint64_t at;		/* bytes of the file in items so far */
	uint64_t line;		/* and lines, of JSONL and separated text */
	bool within_line;		/* those bytes end within one */
	bool within_record;	/* ... of a record too long to judge, or of
				 * WARC passed in pieces */

	/* The document of text at hand. */
	uint64_t part;
	uint64_t document_at;
	bool begun;

	/* The WARC record at hand. */
	enum warc_phase phase;
	struct warc_record warc;	/* AT_RECORD: as warc_scan() left it */
	uint64_t record_at;	/* where it begins in the file */
	uint64_t block_left;	/* IN_BLOCK: bytes of the block to come */

	char *carry;		/* read, and in no item yet */
	size_t carry_len, carry_room;
	size_t pos;		/* in the batch: bytes in items */
	size_t looked;		/* from pos: without what is looked for */
};

static inline char *
rest(const struct reader *r, const struct batch *b)
{
	return batch_bytes(b) + r->pos;
}

static inline size_t
rest_len(const struct reader *r, const struct batch *b)
{
	return b->len - r->pos;
}

/* An item of the next 'len' bytes of the rest; NULL with ENOMEM. */
struct item *reader_add(struct reader *r, struct batch *b, enum item_kind kind,
			size_t len);

/* ... that tells of an error of the file: 0, or -1 with ENOMEM. */
int reader_add_error(struct reader *r, struct batch *b, const char *what,
		     const char *why);

/*
 * Read on into the batch: 1, 0 at the end of the file, -1 with ENOMEM.  The
 * file's end stands for what cannot be read, so that all that was read goes
 * through.
 */
int reader_read_on(struct reader *r, struct batch *b);

/* Has a live input nothing just now, and somebody waits for what is at hand? */
bool reader_pauses(struct reader *r);

/* Is there no need to wait for more, as something is at hand? */
bool reader_is_enough(struct reader *r, const struct batch *b);

/* A document of text begins here: reader_text.c. */
void reader_begin_document(struct reader *r);

/* One format each, until the batch is full or the file ends: 1, or -1. */
int reader_text(struct reader *r, struct batch *b);
int reader_jsonl(struct reader *r, struct batch *b);
int reader_warc(struct reader *r, struct batch *b);

#endif
