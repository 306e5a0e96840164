/* Bytes to compressed bytes, as a stream; knows no files. */
#ifndef ENCODER_H
#define ENCODER_H

#include <stddef.h>

#include "compression.h"

struct encoder;

/* What encoder_run() takes and gives; it moves all on. */
struct encoder_io {
	const char *in;
	size_t len;
	char *out;
	size_t room;
};

enum encoder_op {
	ENCODER_GO_ON,		/* more comes */
	ENCODER_FLUSH,		/* a reader is to see all that came so far */
	ENCODER_FINISH,		/* end the member, frame or stream */
};

/*
 * NULL with errno: ENOMEM, or ENOTSUP where the library was left out.
 * The level of 'c' is in range.
 */
struct encoder *encoder_new(const struct compression *c);
void encoder_free(struct encoder *e);

/*
 * 1 where it wants room to go on, with the same operation and the input that
 * is left; 0 where all is done; -1 with errno.  What comes out is a function
 * of the level and of what was put in, of where it was cut, and of how much
 * room there was.  The first call after ENCODER_FINISH begins a new member;
 * where that call is to finish it, too, the encoder knows its length and takes
 * no more memory than that needs.
 */
int encoder_run(struct encoder *e, struct encoder_io *io, enum encoder_op op);

#endif
