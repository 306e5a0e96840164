/* gzip, by zlib. */
#include "codec.h"

#ifdef HAVE_ZLIB

#include <errno.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

/* 15 bits of window; 16 more mean gzip and not zlib. */
#define GZIP_WINDOW (15 + 16)
#define GZIP_MEMORY 8		/* the default of zlib */

static uInt
at_most_gigabyte(size_t n)
{
	return n < (size_t)1 << 30 ? (uInt)n : (uInt)1 << 30;
}

static void *
decode_open(unsigned window_log)
{
	z_stream *z = calloc(1, sizeof(*z));

	(void)window_log;
	if (z == NULL || inflateInit2(z, GZIP_WINDOW) == Z_OK)
		return z;
	free(z);
	return NULL;
}

static int
decode_begin(void *state)
{
	return inflateReset(state) == Z_OK ? 0 : -1;
}

static enum codec_step
decode(void *state, struct decoder_io *io, bool pending, const char **why)
{
	z_stream *z = state;
	uInt len = at_most_gigabyte(io->len);
	uInt room = at_most_gigabyte(io->room);
	int got;

	(void)pending;
	z->next_in = io->in;
	z->avail_in = len;
	z->next_out = io->out;
	z->avail_out = room;
	got = inflate(z, Z_NO_FLUSH);
	io->in += len - z->avail_in;
	io->len -= len - z->avail_in;
	io->out += room - z->avail_out;
	io->room -= room - z->avail_out;
	switch (got) {
	case Z_STREAM_END:
		return CODEC_END;
	case Z_OK:
	case Z_BUF_ERROR:	/* there was nothing to do */
		return CODEC_ON;
	case Z_MEM_ERROR:
		return CODEC_NO_MEMORY;
	default:
		*why = z->msg != NULL ? z->msg : "bad stream";
		return z->total_in <= 2 ? CODEC_NOT_BEGUN :	/* 1f 8b */
		       CODEC_CORRUPT;
	}
}

static uint64_t
decode_memory(const void *state)
{
	(void)state;
	return (uint64_t)1 << 15;
}

static void
decode_close(void *state)
{
	inflateEnd(state);
	free(state);
}

static void *
encode_open(int level)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return NULL;
	if (deflateInit2(z, level, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
			 Z_DEFAULT_STRATEGY) == Z_OK)
		return z;
	free(z);
	errno = ENOMEM;
	return NULL;
}

static int
encode_begin(void *state, size_t len)
{
	(void)len;
	if (deflateReset(state) == Z_OK)
		return 0;
	errno = EINVAL;
	return -1;
}

static int
encode(void *state, struct encoder_io *io, enum encoder_op op)
{
	static const int flush[] = {
		[ENCODER_GO_ON] = Z_NO_FLUSH, [ENCODER_FLUSH] = Z_SYNC_FLUSH,
		[ENCODER_FINISH] = Z_FINISH,
	};
	z_stream *z = state;
	uInt len = at_most_gigabyte(io->len);
	uInt room = at_most_gigabyte(io->room);
	bool whole = len == io->len;
	int got;

	z->next_in = (const Bytef *)io->in;
	z->avail_in = len;
	z->next_out = (Bytef *)io->out;
	z->avail_out = room;
	got = deflate(z, whole ? flush[op] : Z_NO_FLUSH);
	io->in += len - z->avail_in;
	io->len -= len - z->avail_in;
	io->out += room - z->avail_out;
	io->room -= room - z->avail_out;
	if (got == Z_STREAM_END)
		return 0;
	if (got != Z_OK && got != Z_BUF_ERROR) {
		errno = EINVAL;
		return -1;
	}
	/* If room is left, nothing is pending. */
	return op == ENCODER_FINISH || io->len > 0 || z->avail_out == 0;
}

static void
encode_close(void *state)
{
	deflateEnd(state);
	free(state);
}

const struct codec codec_gzip = {
	NULL,
	decode_open, decode_begin, decode, decode_memory, decode_close,
	encode_open, encode_begin, encode, encode_close,
};

#else

const struct codec codec_gzip = { .missing = "built without zlib" };

#endif
