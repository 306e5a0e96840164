/* Decompresses a stream of bytes; knows no files. */
#ifndef DECODER_H
#define DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compression.h"

struct decoder;

/* Input and output of decoder_run(), which updates all except 'last'. */
struct decoder_io {
	const unsigned char *in;
	size_t len;
	bool last;		/* there is no input after this */
	unsigned char *out;
	size_t room;
};

enum decoder_status {
	DECODER_ROOM,		/* all room was used: there may be more */
	DECODER_INPUT,		/* all input was used: there is no more */
	DECODER_END,		/* the data end here, properly */
	DECODER_ERROR,		/* the output before it is good */
};

/*
 * NULL with errno: ENOMEM, or ENOTSUP if the library was left out.  'window':
 * the longest window in bytes that the data may ask for; rounded down to a
 * power of two, from 1 KiB to 2 GiB.
 */
struct decoder *decoder_new(enum compression_kind kind, uint64_t window);
void decoder_free(struct decoder *d);

/*
 * Decode one member, frame or stream after another, until one of the above
 * holds; 'room' is not 0.  The output and the final status do not depend on how
 * input and room are divided.  With DECODER_ERROR it sets errno: ENOMEM, or
 * EBADMSG for bad data.
 */
enum decoder_status decoder_run(struct decoder *d, struct decoder_io *io);

/* Bytes of memory that its library holds now. */
uint64_t decoder_memory(const struct decoder *d);

/* After DECODER_ERROR: what was wrong.  It lives as long as the decoder. */
const char *decoder_error(const struct decoder *d);

#endif
