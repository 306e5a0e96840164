/*
 * WARC records (ISO 28500, WARC/1.0 and 1.1) in a buffer: where one's parts
 * are, which part is text, and how its header reads when some text is gone.
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
 * The block is what Content-Length counts.  Input is already decompressed, any
 * bytes; offsets count from the record's first byte.  Nothing is built but the
 * new header, no function keeps state between calls, all may be called from
 * any thread.
 *
 * A length that lies must not move what comes after it: a record counts only
 * if line ends follow its block, and then another record or the end of input.
 * Whatever is not such a record is to be passed on as it is, up to the next
 * place that warc_resync() finds.
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
 * A field's value, without the space around it; of the ID and the URI also
 * without angle brackets.  A folded value has its line ends and space within.
 * 'off' is 0 where the record has no such field; of several the first counts.
 */
struct warc_value {
	size_t off, len;
};

/* All zero before the first warc_scan() of a record. */
struct warc_record {
	/* When 0 was returned. */
	uint64_t need;		/* no answer before there are so many bytes, or
				   all there will be */

	/* -1: what is wrong.  1: why it has no text, NULL if it has some.
	   Static, without a full stop. */
	const char *why;

	/* When header_len is set: with 1, perhaps with 0 and -1. */
	unsigned version;	/* 1.1 is 1001 */
	size_t header_len;	/* with the empty line */
	uint64_t block_len;
	bool wanted;		/* the header does not rule out text */
	struct warc_value field[WARC_NFIELDS];

	/* When 1 was returned. */
	uint64_t size;		/* header, block and trailer */
	size_t trailer_off, trailer_len;
	size_t http_len;	/* of the HTTP header, if the text comes after
				   one, else 0 */
	size_t text_off, text_len;	/* 0 and 0 if it has no text */

	/* warc.c's own. */
	size_t seen;		/* bytes that hold no end of the header */
	size_t nhttp_lengths;	/* Content-Lengths of the HTTP header */
};

/*
 * Read the record at the beginning of the 'len' bytes at 'buf'; 'eof' says
 * that no more will come.  *r is zero, or as an earlier call left it that
 * returned 0 for the same bytes and fewer.  The answer, but for r->need, does
 * not depend on how many calls it took; all together take time linear in the
 * header, and a text's HTTP header.
 *
 * Returns 1, 0 (never with 'eof') or -1: no record is here, one whose
 * Content-Length is missing, malformed, more than one, over 2^63 - 1 or wrong,
 * or that is cut off.  Accepted beyond ISO 28500: LF for CR LF; more line
 * ends after a block than two, up to WARC_TRAILER_MAX bytes; at the end of
 * input just one CR LF; lines without a colon, which count for nothing; other
 * versions, which never have text.
 *
 * A length that is wrong just by line ends that stand beside the right ones
 * may be believed.  No byte is lost by it.
 *
 * Text is what can be taken for UTF-8 (no charset, or UTF-8, or ASCII) in
 *	- a conversion whose Content-Type is text/plain or absent,
 *	- a resource or a response whose Content-Type is text/plain,
 *	- a response over HTTP whose HTTP header says text/plain, neither
 *	  encoded nor in chunks: what follows that header.
 * Never in a record that has a WARC-Segment-Number or says Type or
 * Content-Type twice, nor in a resource named metadata:, which is how wget
 * keeps its own log.
 */
int warc_scan(const char *buf, size_t len, bool eof, struct warc_record *r);

/*
 * The line ends after a block, for one that was not gathered: 'buf' begins
 * where the block ended.  1: it was a record, and *trailer_len bytes are its
 * trailer.  0: more bytes are needed.  -1: wrong Content-Length; call
 * warc_resync() on these bytes with the last one of the block before them, so
 * that a record that begins right here is seen.
 */
int warc_trailer(const char *buf, size_t len, bool eof, size_t *trailer_len);

/*
 * After -1: pass the first *pass bytes on as they are.  True: another record
 * begins after these.  False: ask again with what is left and more, or with
 * 'eof', when nothing is left, stop.
 *
 * A record begins with a line "WARC/" digits "." digits.  One at buf[0] is not
 * meant; a line begins after an LF in 'buf' only.  *pass is at least 1 if
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
 * What is to stand before the 'n' 'kept' spans, which are what is left of the
 * text of the record at 'rec', in order, or longer than all of it and anything
 * that is to stand in its place: its header, and HTTP header if there
 * is one, with Content-Length made right in each, WARC-Block-Digest and
 * WARC-Payload-Digest computed anew, and these lines taken out where
 * digest_begin() does not know the algorithm.  All other bytes are as they
 * were; if nothing is gone, all.  So the whole record is now
 *
 *	these *len bytes, the kept spans, the trailer at rec + r->trailer_off.
 *
 * r->why must be NULL.  To be freed; NULL, with errno ENOMEM, on failure.
 */
char *warc_rewrite(const char *rec, const struct warc_record *r,
		   const struct warc_span *kept, size_t n, size_t *len);

#endif
