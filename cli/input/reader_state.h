/*
 * The reader's state, which its files share: reader.c opens one file after the
 * other; reader_text.c, reader_jsonl.c and reader_warc.c each cut one format into
 * items, and reader_fill.c reads more bytes for them.
 *
 *	b->buf	| head | items so far | rest: read, in no item yet |
 *		       0              r->pos                       b->len
 */
#ifndef READER_STATE_H
#define READER_STATE_H

#include "reader.h"

#define RECORD_MAX ((size_t)64 << 20)	/* longer ones pass without being judged */
#define CHUNK ((size_t)128 << 10)	/* bytes read at a time */
#define BATCH_ITEMS 8192

/* How far reading of WARC has come. */
enum warc_phase {
	AT_RECORD,		/* where a record should begin */
	IN_BLOCK,		/* of a record that is not gathered */
	AT_TRAILER,		/* of such a record, before its last byte */
	IN_BAD,			/* outside records, up to the next one */
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
	bool object;		/* text that begins with a JSON object */
	bool passes;		/* text that stays as it is */
	bool eof;
	uint64_t at;		/* bytes of the file in items so far */
	uint64_t line;		/* and lines, of JSONL and separated text */
	bool within_line;		/* those bytes end within a line */
	bool within_record;	/* ... within a record too long to judge,
				 * or WARC passed in pieces */

	/* The current document of text. */
	uint64_t section;
	uint64_t document_at;
	bool begun;

	/* The current WARC record. */
	enum warc_phase phase;
	struct warc_record warc;	/* AT_RECORD: as warc_scan() left it */
	uint64_t record_at;	/* where it begins in the file */
	uint64_t block_left;	/* IN_BLOCK: bytes of the block to come */

	char *carry;		/* read, and in no item yet */
	size_t carry_len, carry_room;
	size_t pos;		/* in the batch: bytes in items */
	size_t looked;		/* bytes from pos that were searched in vain */
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

/* Add an item of the next 'len' bytes of the rest; NULL with ENOMEM. */
struct item *reader_add(struct reader *r, struct batch *b, enum item_kind kind,
			size_t len);

/* ... that reports an error of the file: 0, or -1 with ENOMEM. */
int reader_add_error(struct reader *r, struct batch *b, const char *what,
		     const char *why);

/*
 * Read more into the batch: 1, 0 at the end of the file, -1 with ENOMEM.  A read
 * error counts as the end of the file, so that all bytes before it are used.
 */
int reader_read_on(struct reader *r, struct batch *b);

/* Does a live input pause while somebody waits for the batch? */
bool reader_pauses(struct reader *r);

/* Has the batch enough, so that there is no need to wait for more? */
bool reader_is_enough(struct reader *r, const struct batch *b);

/* A document of text begins here: reader_text.c. */
void reader_begin_document(struct reader *r);

/* Read one format until the batch is full or the file ends: 1, or -1. */
int reader_text(struct reader *r, struct batch *b);
int reader_jsonl(struct reader *r, struct batch *b);
int reader_warc(struct reader *r, struct batch *b);

#endif
