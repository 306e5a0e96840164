/* zstd, by libzstd. */
#include "codec.h"

#ifdef HAVE_ZSTD

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define BLOCK_HEADER ((size_t)3)
#define FRAME_HEADER ((size_t)5)	/* the least that zstd asks for */

struct decoding {
	ZSTD_DCtx *ctx;
	size_t wants;		/* bytes of input to give next */
};

static void *
decode_open(unsigned window_log)
{
	struct decoding *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->ctx = ZSTD_createDCtx();
	if (d->ctx == NULL) {
		free(d);
		return NULL;
	}
	ZSTD_DCtx_setParameter(d->ctx, ZSTD_d_windowLogMax, (int)window_log);
	d->wants = FRAME_HEADER;
	return d;
}

static int
decode_begin(void *state)
{
	struct decoding *d = state;

	d->wants = FRAME_HEADER;	/* zstd resets the rest itself */
	return 0;
}

/*
 * A call that fails does not say what it had written before.  So no call may
 * both write and fail: pending output is fetched without more input, and a
 * block is given without the header of the next, which zstd asks for together.
 */
static size_t
portion(const struct decoding *d, size_t len, bool pending)
{
	size_t most = d->wants;

	if (pending)
		return 0;
	if (most > BLOCK_HEADER)
		most -= BLOCK_HEADER;
	return len < most ? len : most;
}

static enum codec_step
decode(void *state, struct decoder_io *io, bool pending, const char **why)
{
	struct decoding *d = state;
	ZSTD_inBuffer in = {
		.src = io->in, .size = portion(d, io->len, pending),
	};
	ZSTD_outBuffer out = { .dst = io->out, .size = io->room };
	size_t got = ZSTD_decompressStream(d->ctx, &out, &in);

	io->in += in.pos;
	io->len -= in.pos;
	io->out += out.pos;
	io->room -= out.pos;
	d->wants = got;
	if (got == 0)
		return CODEC_END;
	if (!ZSTD_isError(got))
		return CODEC_ON;
	*why = ZSTD_getErrorName(got);
	switch (ZSTD_getErrorCode(got)) {
	case ZSTD_error_memory_allocation:
		return CODEC_NO_MEMORY;
	case ZSTD_error_frameParameter_windowTooLarge:
		return CODEC_WINDOW;
	case ZSTD_error_prefix_unknown:
		return CODEC_NOT_BEGUN;
	default:
		return CODEC_CORRUPT;
	}
}

static uint64_t
decode_memory(const void *state)
{
	const struct decoding *d = state;

	return ZSTD_sizeof_DCtx(d->ctx);
}

static void
decode_close(void *state)
{
	struct decoding *d = state;

	ZSTD_freeDCtx(d->ctx);
	free(d);
}

static void *
encode_open(int level)
{
	ZSTD_CCtx *ctx = ZSTD_createCCtx();

	if (ctx == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
	return ctx;
}

/*
 * A frame begins by itself, and zstd notices by itself if its length is known.
 */
static int
encode_begin(void *state, size_t len)
{
	(void)state;
	(void)len;
	return 0;
}

static int
encode(void *state, struct encoder_io *io, enum encoder_op op)
{
	static const ZSTD_EndDirective directive[] = {
		[ENCODER_GO_ON] = ZSTD_e_continue,
		[ENCODER_FLUSH] = ZSTD_e_flush, [ENCODER_FINISH] = ZSTD_e_end,
	};
	ZSTD_inBuffer in = { .src = io->in, .size = io->len };
	ZSTD_outBuffer out = { .dst = io->out, .size = io->room };
	size_t got = ZSTD_compressStream2(state, &out, &in, directive[op]);

	if (ZSTD_isError(got)) {
		errno = ZSTD_getErrorCode(got) ==
			ZSTD_error_memory_allocation ? ENOMEM : EINVAL;
		return -1;
	}
	io->in += in.pos;
	io->len -= in.pos;
	io->out += out.pos;
	io->room -= out.pos;
	return io->len > 0 || (op != ENCODER_GO_ON && got > 0);
}

static void
encode_close(void *state)
{
	ZSTD_freeCCtx(state);
}

const struct codec codec_zstd = {
	NULL,
	decode_open, decode_begin, decode, decode_memory, decode_close,
	encode_open, encode_begin, encode, encode_close,
};

#else

const struct codec codec_zstd = { .missing = "built without libzstd" };

#endif
