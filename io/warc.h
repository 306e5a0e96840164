/*
 * WARC records (ISO 28500, WARC/1.0 and 1.1) in a buffer: where the parts of a
 * record are, which part is text, and its new header if some text is removed.
 *
 *	WARC/1.1 CRLF		header_len	the version
 *	Name: value CRLF			fields
 *	CRLF
 *	HTTP/1.1 200 OK CRLF	http_len	responses over HTTP: at the
 *	Name: value CRLF			beginning of the block
 *	CRLF
 *	text			text_len	the rest of the block
 *	CRLF CRLF		trailer_len
 *
 * Content-Length is the length of the block.  Input is already decompressed and
 * may be any bytes; offsets count from the record's first byte.  Only the new
 * header is allocated.  No function keeps state between calls, and all may be
 * called from any thread.
 *
 * A wrong length must not affect the records after it: a record counts only if
 * line ends follow its block, and then another record or the end of input.
 * Anything else has to be passed on unchanged, up to the next place that
 * warc_resync() finds.
 *
 * To read a stream:
 *
 *	struct warc_record r = { 0 };
 *
 *	1	use it; drop its r.size bytes; r = (struct warc_record){ 0 }
 *	0	read on until the buffer has r.need bytes or input ends, then
 *		ask again with the same r.  If r.header_len is set, the header
 *		is known: a block that is too large, or not r.wanted, may be
 *		passed on without being gathered (then warc_trailer())
 *	-1	warc_resync(); r = (struct warc_record){ 0 }
 */
#ifndef WARC_H
#define WARC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WARC_HEADER_MAX		((size_t)1 << 20)	/* bytes; of the HTTP
							   header also */
#define WARC_TRAILER_MAX	((size_t)1 << 10)

enum warc_field {
	WARC_TYPE,
	WARC_RECORD_ID,
	WARC_TARGET_URI,
	WARC_CONTENT_TYPE,
	WARC_CONTENT_LENGTH,
	WARC_BLOCK_DIGEST,
	WARC_PAYLOAD_DIGEST,
	WARC_TRUNCATED,
	WARC_SEGMENT_NUMBER,
	WARC_NFIELDS
};

/*
 * A field's value, without the space around it; the ID and the URI also without
 * angle brackets.  A folded value includes its line ends and spaces.  'off' is
 * 0 if the record has no such field; of several the first counts.
 */
struct warc_value {
	size_t off, len;
};

/* All zero before the first warc_scan() of a record. */
struct warc_record {
	/* If 0 was returned. */
	uint64_t need;		/* no answer is possible with fewer bytes,
				   * unless input ends */

	/* -1: what is wrong.  1: why it has no text, NULL if it has some.
	   Static, without a full stop. */
	const char *why;

	/* If header_len is set: always with 1, sometimes with 0 and -1. */
	unsigned version;	/* 1.1 is 1001 */
	size_t header_len;	/* with the empty line */
	uint64_t block_len;
	bool wanted;		/* the header does not rule out text */
	struct warc_value field[WARC_NFIELDS];

	/* If 1 was returned. */
	uint64_t size;		/* header, block and trailer */
	size_t trailer_off, trailer_len;
	size_t http_len;	/* of the HTTP header, if the text comes after
				   one, else 0 */
	size_t text_off, text_len;	/* 0 and 0 if it has no text */

	/* warc.c's own. */
	size_t seen;		/* bytes in which the header does not end */
	size_t nhttp_lengths;	/* Content-Lengths of the HTTP header */
};

/*
 * Read the record at the beginning of the 'len' bytes at 'buf'; 'eof' says that
 * no more will come.  *r is zero, or as an earlier call left it that returned 0
 * for fewer of the same bytes.  The answer, except for r->need, does not depend
 * on how many calls were made.  All calls together take time linear in the
 * header and, for a text, its HTTP header.
 *
 * Returns 1, 0 (never with 'eof') or -1. -1 means that no record is here, or
 * that it is cut off, or that its Content-Length is missing, malformed,
 * repeated, over 2^63 - 1 or wrong.  Accepted beyond ISO 28500: LF for CR LF;
 * more than two line ends after a block, up to WARC_TRAILER_MAX bytes; only one
 * CR LF at the end of input; lines without a colon, which are ignored; other
 * versions, which never have text.
 *
 * A length that is wrong only by line ends next to the right ones may be
 * accepted.  No byte is lost by that.
 *
 * Text is what can be taken for UTF-8 (no charset, or UTF-8, or ASCII) in
 *	- a conversion whose Content-Type is text/plain or absent,
 *	- a resource or a response whose Content-Type is text/plain,
 *	- a response over HTTP whose HTTP header says text/plain, neither
 *	  encoded nor chunked: what follows that header.
 * There is no text in a record that has a WARC-Segment-Number or has Type or
 * Content-Type twice, nor in a resource named metadata:, in which wget keeps
 * its own log.
 */
int warc_scan(const char *buf, size_t len, bool eof, struct warc_record *r);

/*
 * The line ends after a block that was not gathered: 'buf' begins where the
 * block ended.  1: it was a record, and *trailer_len bytes are its trailer.  0:
 * more bytes are needed.  -1: wrong Content-Length; call warc_resync() on the
 * last byte of the block and these bytes, so that a record that begins right
 * here is found.
 */
int warc_trailer(const char *buf, size_t len, bool eof, size_t *trailer_len);

/*
 * After -1: pass on the first *pass bytes unchanged.  True: another record
 * begins after them.  False: call it again with the rest and more, or with
 * 'eof'; stop if nothing is left.
 *
 * A record begins with a line "WARC/" digits "." digits.  One at buf[0] does
 * not count; a line begins only after an LF in 'buf'.  *pass is at least 1 if
 * 'len' is at least WARC_RESYNC_MIN, or if 'eof' and 'len' is not 0.
 */
#define WARC_RESYNC_MIN 16
bool warc_resync(const char *buf, size_t len, bool eof, size_t *pass);

/* A run of bytes of the text. */
struct warc_span {
	const char *p;
	size_t len;
};

/*
 * The new header of the record at 'rec' whose text becomes the 'n' spans
 * 'kept', in order: what is left of the text, or any other text that is longer.
 * Content-Length is updated in the WARC header and in the HTTP header, if there
 * is one.  WARC-Block-Digest and WARC-Payload-Digest are computed anew, or
 * their lines removed if digest_begin() does not know the algorithm.  All other
 * bytes stay; if nothing was removed, all do.  The caller writes
 *
 *	these *len bytes, the kept spans, the trailer at rec + r->trailer_off.
 *
 * r->why must be NULL.  The caller frees the result; NULL with ENOMEM.
 */
char *warc_rewrite(const char *rec, const struct warc_record *r,
		   const struct warc_span *kept, size_t n, size_t *len);

#endif
