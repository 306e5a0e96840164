/*
 * Finds the places of a few values in a JSON record.
 *
 * A record is one line of JSONL: an object per RFC 8259, any bytes, no NUL at
 * the end needed.  json_scan() checks all of it and reports where the requested
 * values are; it builds no tree and allocates nothing.  A string that was found
 * can be unescaped (json_decode).  An offset in the unescaped text can be
 * turned into one in the record (json_seek), so that a caller can cut text out
 * of a record and leave every other byte as it was.  New text can be written as
 * a JSON string (json_escape).
 *
 * Strings are bytes here: invalid UTF-8 passes through, and whether a text is
 * UTF-8 is the caller's concern.  No function keeps state between calls; all
 * may be called from any thread.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_PATH_MAX	16	/* components in a dotted path */
#define JSON_DEPTH_MAX	512	/* containers in one another, the record's own
				   object included */

/*
 * The keys that lead from the record's object down to a value.  The names
 * point into the string given to json_path_parse() and are compared as bytes
 * with unescaped keys.  Paths lead through objects only, never into arrays.
 */
struct json_path {
	size_t n;		/* components, 1..JSON_PATH_MAX */
	struct {
		const char *name;	/* 'len' bytes, no NUL after them */
		size_t len;		/* at least 1 */
	} part[JSON_PATH_MAX];
};

enum json_kind {
	JSON_NONE,		/* not in the record */
	JSON_STRING,
	JSON_OTHER		/* there, but not a string */
};

/* Where a value is in its record; all zero if kind is JSON_NONE. */
struct json_value {
	enum json_kind kind;
	size_t off, len;	/* bytes; of a string, those between the quotes,
				   * of other values, all */
	bool escaped;		/* a string with a backslash in it */
};

/* A place in a string body, in both its forms; start from {0, 0}. */
struct json_cursor {
	size_t raw;		/* bytes of the escaped form before it */
	size_t decoded;		/* bytes of the unescaped form before it */
};

/*
 * Split "meta.text" into "meta" and "text".  'dotted' ends in NUL, stays the
 * caller's and must outlive *p, which points into it.  A key with a dot in it
 * cannot be named.  Returns 0, or -1 with errno EINVAL if a component is empty
 * or there are more than JSON_PATH_MAX; then *p must not be used.
 */
int json_path_parse(struct json_path *p, const char *dotted);

/* Bytes of a UTF-8 byte-order mark at 's', which is not part of a record. */
size_t json_bom_len(const char *s, size_t len);

/*
 * Check the 'len' bytes at 'rec', and set found[i] for each of the 'npaths'
 * paths; one path may lead through or equal another.  Space around the object
 * is part of the record.  Of equal keys in one object the last one counts, as
 * in jansson and Python: "a.b" is absent from {"a":{"b":1},"a":2}.  Keys are
 * equal if their unescaped bytes are.
 *
 * Accepted beyond what some parsers do: invalid UTF-8 within strings, escapes
 * of lone surrogates, \u0000, numbers of any size.  Rejected beyond RFC 8259:
 * more than JSON_DEPTH_MAX containers in one another.
 *
 * Returns 0, or -1 if the bytes are not one JSON object; then *why is a
 * static message without a full stop, *at the offset in bytes (0..len) that it
 * is about, and found[] must not be used.  On 0, *why and *at are unchanged.
 * Time is at worst linear in 'len' times the bytes of all paths; memory use is
 * fixed.
 */
int json_scan(const char *rec, size_t len,
	      const struct json_path *paths, size_t npaths,
	      struct json_value *found, const char **why, size_t *at);

/*
 * Unescape the 'len' bytes between the quotes of a string that json_scan()
 * accepted into 'out', which has room for 'len' bytes and does not overlap
 * them.  Returns the number of bytes that are the text, at most 'len'; bytes
 * of 'out' after these may have been written too.  A surrogate pair becomes
 * one character; a lone surrogate its 3 bytes in generalized UTF-8 (WTF-8),
 * which are not valid UTF-8.  Cannot fail.
 */
size_t json_decode(const char *raw, size_t len, char *out);

/*
 * Move *c forward to where byte 'decoded' of the unescaped text begins in the
 * 'len' bytes at 'raw' (as for json_decode).  'decoded' is not before
 * c->decoded, else nothing happens.  Afterwards c->decoded is 'decoded',
 * unless that is inside the bytes of one escape (a pair counts as one): then
 * the cursor is at the start of that escape; or past the end: then it is at the
 * end.  At the end, c->raw is 'len'.  All calls on one cursor together take
 * time linear in 'len'.
 *
 * A cut at any such place leaves two valid string bodies, and they decode to
 * the two parts of the text.  If a piece is cut out, the rest decodes to the
 * text without it, with one exception: a lone high surrogate and a lone low one
 * that were on either side of it now make a pair.
 */
void json_seek(const char *raw, size_t len, struct json_cursor *c,
	       size_t decoded);

/*
 * Write 'len' bytes of any text as the body of a JSON string, without the
 * quotes, to 'out', which has room for 6 * 'len' bytes and does not overlap
 * them; that the product fits a size_t is the caller's concern.  Returns the
 * number of bytes that are the body; bytes of 'out' after these may have been
 * written too.  Quotes, backslashes and bytes below 0x20 are escaped, each
 * byte that is not part of valid UTF-8 becomes "\ufffd", all else is copied.
 * Cannot fail.
 */
size_t json_escape(const char *text, size_t len, char *out);

#endif
