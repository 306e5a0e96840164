/* xz, by liblzma. */
#include "codec.h"

#ifdef HAVE_LZMA

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>

#define XZ_TABLES ((uint64_t)1 << 20)

static const lzma_stream none = LZMA_STREAM_INIT;

struct decoding {
	lzma_stream xz;
	uint64_t most;		/* bytes of memory */
};

struct encoding {
	lzma_stream xz;
	int level;
};

/* On the same stream it uses its memory again. */
static int
decode_begin(void *state)
{
	struct decoding *d = state;

	return lzma_stream_decoder(&d->xz, d->most, 0) == LZMA_OK ? 0 : -1;
}

static void *
decode_open(unsigned window_log)
{
	struct decoding *d = malloc(sizeof(*d));

	if (d == NULL)
		return NULL;
	d->xz = none;
	d->most = ((uint64_t)1 << window_log) + XZ_TABLES;
	if (decode_begin(d) == 0)
		return d;
	free(d);
	return NULL;
}

static enum codec_step
decode(void *state, struct decoder_io *io, bool pending, const char **why)
{
	struct decoding *d = state;
	lzma_ret got;

	(void)pending;
	d->xz.next_in = io->in;
	d->xz.avail_in = io->len;
	d->xz.next_out = io->out;
	d->xz.avail_out = io->room;
	got = lzma_code(&d->xz, LZMA_RUN);
	io->in = d->xz.next_in;
	io->len = d->xz.avail_in;
	io->out = d->xz.next_out;
	io->room = d->xz.avail_out;
	*why = got == LZMA_OPTIONS_ERROR ? "unknown filter or option" :
	       "bad checksum or stream";
	switch (got) {
	case LZMA_STREAM_END:
		return CODEC_END;
	case LZMA_OK:
	case LZMA_BUF_ERROR:	/* there was nothing to do */
		return CODEC_ON;
	case LZMA_MEM_ERROR:
		return CODEC_NO_MEMORY;
	case LZMA_MEMLIMIT_ERROR:
		return CODEC_WINDOW;
	case LZMA_FORMAT_ERROR:
		return CODEC_NOT_BEGUN;
	default:
		return CODEC_CORRUPT;
	}
}

static uint64_t
decode_memory(const void *state)
{
	const struct decoding *d = state;

	return lzma_memusage(&d->xz);
}

static void
decode_close(void *state)
{
	struct decoding *d = state;

	lzma_end(&d->xz);
	free(d);
}

static int
failed(lzma_ret got)
{
	errno = got == LZMA_MEM_ERROR ? ENOMEM : EINVAL;
	return -1;
}

static void *
encode_open(int level)
{
	struct encoding *e = malloc(sizeof(*e));

	if (e != NULL)
		*e = (struct encoding){ none, level };
	return e;
}

static int
encode_begin(void *state, size_t len)
{
	struct encoding *e = state;
	lzma_options_lzma lzma2;
	lzma_filter filters[] = {
		{ .id = LZMA_FILTER_LZMA2, .options = &lzma2 },
		{ .id = LZMA_VLI_UNKNOWN },
	};
	lzma_ret got;

	if (lzma_lzma_preset(&lzma2, (uint32_t)e->level))
		return failed(LZMA_OPTIONS_ERROR);
	if (lzma2.dict_size > len)
		lzma2.dict_size = len < LZMA_DICT_SIZE_MIN ?
				  LZMA_DICT_SIZE_MIN : (uint32_t)len;
	/* On the same stream it uses its memory again. */
	got = lzma_stream_encoder(&e->xz, filters, LZMA_CHECK_CRC64);
	return got == LZMA_OK ? 0 : failed(got);
}

static int
encode(void *state, struct encoder_io *io, enum encoder_op op)
{
	static const lzma_action action[] = {
		[ENCODER_GO_ON] = LZMA_RUN, [ENCODER_FLUSH] = LZMA_SYNC_FLUSH,
		[ENCODER_FINISH] = LZMA_FINISH,
	};
	struct encoding *e = state;
	lzma_ret got;

	e->xz.next_in = (const uint8_t *)io->in;
	e->xz.avail_in = io->len;
	e->xz.next_out = (uint8_t *)io->out;
	e->xz.avail_out = io->room;
	got = lzma_code(&e->xz, action[op]);
	io->in = (const char *)e->xz.next_in;
	io->len = e->xz.avail_in;
	io->out = (char *)e->xz.next_out;
	io->room = e->xz.avail_out;
	if (got == LZMA_STREAM_END)
		return 0;
	if (got != LZMA_OK && got != LZMA_BUF_ERROR)
		return failed(got);
	return op != ENCODER_GO_ON || io->len > 0;
}

static void
encode_close(void *state)
{
	struct encoding *e = state;

	lzma_end(&e->xz);
	free(e);
}

const struct codec codec_xz = {
	NULL,
	decode_open, decode_begin, decode, decode_memory, decode_close,
	encode_open, encode_begin, encode, encode_close,
};

#else

const struct codec codec_xz = { .missing = "built without liblzma" };

#endif
