/*
 * Compresses a stream of bytes; knows no files.
 *
 * The output names no time, file or system.  Every member (gzip), frame (zstd)
 * and stream (xz) has a checksum of its text.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "codec.h"

struct encoder {
	const struct codec *codec;
	void *state;		/* the codec's */
	bool begun;		/* a member has, and has not ended */
};

struct encoder *
encoder_new(const struct compression *c)
{
	const struct codec *codec = codec_of(c->kind);
	struct encoder *e;

	if (codec == NULL || codec->missing != NULL) {
		errno = ENOTSUP;
		return NULL;
	}
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->codec = codec;
	e->state = codec->encode_open(compression_level(c));
	if (e->state == NULL) {
		free(e);
		return NULL;
	}
	return e;
}

void
encoder_free(struct encoder *e)
{
	if (e == NULL)
		return;
	e->codec->encode_close(e->state);
	free(e);
}

int
encoder_run(struct encoder *e, struct encoder_io *io, enum encoder_op op)
{
	const struct codec *codec = e->codec;
	int more;

	assert(io->room > 0);
	if (!e->begun && codec->encode_begin(e->state, op == ENCODER_FINISH ?
					     io->len : SIZE_MAX) != 0)
		return -1;
	e->begun = true;
	while ((more = codec->encode(e->state, io, op)) > 0 && io->room > 0)
		;
	if (more == 0 && op == ENCODER_FINISH)
		e->begun = false;
	return more;
}
