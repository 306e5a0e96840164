/*
 * The format of an input, from its name or else from its first bytes.
 *
 * The bytes may come in pieces.  The answer depends on the bytes only, and no
 * byte is looked at twice, however long the first line is.
 */
#ifndef FORMAT_GUESS_H
#define FORMAT_GUESS_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "options.h"

/* A first line longer than this is not JSONL. */
#define FORMAT_GUESS_MAX ((size_t)64 << 20)

struct format_guess {
	const struct json_path *text_path;	/* of JSONL, to a text */
	size_t looked;		/* bytes that hold no newline */
	bool object;		/* the answer is text, but the first line is a
				 * JSON object without text at that path */
};

/* By .jsonl, .ndjson, .warc, .wet or .wat, compressed or not; else auto. */
enum format format_of_name(const char *path);

/*
 * From the first 'len' bytes, at 's', of an input, which ends there if 'eof'.
 * FORMAT_AUTO: ask again with the same *g and more bytes.  At first *g is a
 * text_path and zeros.
 */
enum format format_guess(struct format_guess *g, const char *s, size_t len,
			 bool eof);

#endif
