/*
 * The format of an input: what its name says, or else its first bytes.
 *
 * The bytes may come in pieces.  The answer depends on the bytes alone, and
 * none is looked at twice, however long the first line is.
 */
#ifndef FORMAT_GUESS_H
#define FORMAT_GUESS_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "options.h"

/* A first line longer than this is no JSONL. */
#define FORMAT_GUESS_MAX ((size_t)64 << 20)

struct format_guess {
	const struct json_path *text_path;	/* of JSONL, to a text */
	size_t looked;		/* bytes that hold no newline */
	bool object;		/* the answer is text, but the first line is a
				 * JSON object that has no text there */
};

/* By .jsonl, .ndjson, .warc, .wet or .wat, compressed or not; else auto. */
enum format format_of_name(const char *path);

/*
 * By the first 'len' bytes, at 's', of an input that ends there if 'eof'.
 * FORMAT_AUTO: ask again, with the same *g, with more bytes.  *g begins as a
 * text_path and zeros.
 */
enum format format_guess(struct format_guess *g, const char *s, size_t len,
			 bool eof);

#endif
