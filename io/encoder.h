/* Compresses a stream of bytes; knows no files. */
#ifndef ENCODER_H
#define ENCODER_H

#include <stddef.h>

#include "compression.h"

struct encoder;

/* Input and output of encoder_run(), which updates all of it. */
struct encoder_io {
	const char *in;
	size_t len;
	char *out;
	size_t room;
};

enum encoder_op {
	ENCODER_GO_ON,		/* more comes */
	ENCODER_FLUSH,		/* let a reader see all input so far */
	ENCODER_FINISH,		/* end the member, frame or stream */
};

/*
 * NULL with errno: ENOMEM, or ENOTSUP if the library was left out.  The level
 * of 'c' is in range.
 */
struct encoder *encoder_new(const struct compression *c);
void encoder_free(struct encoder *e);

/*
 * 1 if it needs more room: call it again with the same operation and the input
 * that is left; 0 if all is done; -1 with errno.  The output depends on the
 * level, the input, where the input was divided, and how much room there was.
 * The first call after ENCODER_FINISH begins a new member; if that call also
 * finishes it, the encoder knows its length and takes no more memory than that
 * needs.
 */
int encoder_run(struct encoder *e, struct encoder_io *io, enum encoder_op op);

#endif
