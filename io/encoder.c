/*
 * Bytes to compressed bytes, as a stream; knows no files.
 *
 * No time, name or system stands in what is written.  Every member (gzip),
 * frame (zstd) and stream (xz) has a checksum of its text.
 */
#include "encoder.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef HAVE_ZLIB
#define ZLIB_CONST
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#include <zstd_errors.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif

struct library;

struct encoder {
	const struct library *library;
	int level;
	bool begun;		/* a member has, and has not ended */
	union {
		char none;
#ifdef HAVE_ZLIB
		z_stream gzip;
#endif
#ifdef HAVE_ZSTD
		ZSTD_CCtx *zstd;
#endif
#ifdef HAVE_LZMA
		lzma_stream xz;
#endif
	} u;
};

/*
 * begin() starts a member; 'len' is its length, or SIZE_MAX if that is not
 * known.  All answer as encoder_run() does, open() and begin() never 1.
 */
struct library {
	int (*open)(struct encoder *e);
	int (*begin)(struct encoder *e, size_t len);
	int (*step)(struct encoder *e, struct encoder_io *io,
		    enum encoder_op op);
	void (*close)(struct encoder *e);
};

#if defined(HAVE_ZLIB) || defined(HAVE_ZSTD) || defined(HAVE_LZMA)
static int
fail(int error)
{
	errno = error;
	return -1;
}
#endif

/* gzip. */

#ifdef HAVE_ZLIB
/* 15 bits of window, and 16 more say that it is gzip and not zlib. */
#define GZIP_WINDOW (15 + 16)
#define GZIP_MEMORY 8		/* the default of zlib */

static int
gzip_open(struct encoder *e)
{
	if (deflateInit2(&e->u.gzip, e->level, Z_DEFLATED, GZIP_WINDOW,
			 GZIP_MEMORY, Z_DEFAULT_STRATEGY) == Z_OK)
		return 0;
	return fail(ENOMEM);
}

static int
gzip_begin(struct encoder *e, size_t len)
{
	(void)len;
	return deflateReset(&e->u.gzip) == Z_OK ? 0 : fail(EINVAL);
}

static uInt
at_most_gigabyte(size_t n)
{
	return n < (size_t)1 << 30 ? (uInt)n : (uInt)1 << 30;
}

static int
gzip_step(struct encoder *e, struct encoder_io *io, enum encoder_op op)
{
	static const int flush[] = {
		[ENCODER_GO_ON] = Z_NO_FLUSH, [ENCODER_FLUSH] = Z_SYNC_FLUSH,
		[ENCODER_FINISH] = Z_FINISH,
	};
	z_stream *z = &e->u.gzip;
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
	if (got != Z_OK && got != Z_BUF_ERROR)
		return fail(EINVAL);
	/* Room that is left says that nothing is pending. */
	return op == ENCODER_FINISH || io->len > 0 || z->avail_out == 0;
}

static void
gzip_close(struct encoder *e)
{
	deflateEnd(&e->u.gzip);
}

static const struct library gzip = {
	gzip_open, gzip_begin, gzip_step, gzip_close,
};
#endif

/* zstd. */

#ifdef HAVE_ZSTD
static int
zstd_failed(size_t got)
{
	return fail(ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation ?
		    ENOMEM : EINVAL);
}

static int
zstd_open(struct encoder *e)
{
	ZSTD_CCtx *ctx = ZSTD_createCCtx();

	if (ctx == NULL)
		return fail(ENOMEM);
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, e->level);
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
	e->u.zstd = ctx;
	return 0;
}

/* It begins by itself, and sees by itself what length is known. */
static int
zstd_begin(struct encoder *e, size_t len)
{
	(void)e;
	(void)len;
	return 0;
}

static int
zstd_step(struct encoder *e, struct encoder_io *io, enum encoder_op op)
{
	static const ZSTD_EndDirective directive[] = {
		[ENCODER_GO_ON] = ZSTD_e_continue,
		[ENCODER_FLUSH] = ZSTD_e_flush, [ENCODER_FINISH] = ZSTD_e_end,
	};
	ZSTD_inBuffer in = { .src = io->in, .size = io->len };
	ZSTD_outBuffer out = { .dst = io->out, .size = io->room };
	size_t got = ZSTD_compressStream2(e->u.zstd, &out, &in, directive[op]);

	if (ZSTD_isError(got))
		return zstd_failed(got);
	io->in += in.pos;
	io->len -= in.pos;
	io->out += out.pos;
	io->room -= out.pos;
	return io->len > 0 || (op != ENCODER_GO_ON && got > 0);
}

static void
zstd_close(struct encoder *e)
{
	ZSTD_freeCCtx(e->u.zstd);
}

static const struct library zstd = {
	zstd_open, zstd_begin, zstd_step, zstd_close,
};
#endif

/* xz. */

#ifdef HAVE_LZMA
static int
xz_failed(lzma_ret got)
{
	return fail(got == LZMA_MEM_ERROR ? ENOMEM : EINVAL);
}

static int
xz_open(struct encoder *e)
{
	static const lzma_stream none = LZMA_STREAM_INIT;

	e->u.xz = none;
	return 0;
}

static int
xz_begin(struct encoder *e, size_t len)
{
	lzma_options_lzma lzma2;
	lzma_filter filters[] = {
		{ .id = LZMA_FILTER_LZMA2, .options = &lzma2 },
		{ .id = LZMA_VLI_UNKNOWN },
	};
	lzma_ret got;

	if (lzma_lzma_preset(&lzma2, (uint32_t)e->level))
		return fail(EINVAL);
	if (lzma2.dict_size > len)
		lzma2.dict_size = len < LZMA_DICT_SIZE_MIN ?
				  LZMA_DICT_SIZE_MIN : (uint32_t)len;
	/* Again on the same stream, it takes what memory it had before. */
	got = lzma_stream_encoder(&e->u.xz, filters, LZMA_CHECK_CRC64);
	return got == LZMA_OK ? 0 : xz_failed(got);
}

static int
xz_step(struct encoder *e, struct encoder_io *io, enum encoder_op op)
{
	static const lzma_action action[] = {
		[ENCODER_GO_ON] = LZMA_RUN, [ENCODER_FLUSH] = LZMA_SYNC_FLUSH,
		[ENCODER_FINISH] = LZMA_FINISH,
	};
	lzma_stream *xz = &e->u.xz;
	lzma_ret got;

	xz->next_in = (const uint8_t *)io->in;
	xz->avail_in = io->len;
	xz->next_out = (uint8_t *)io->out;
	xz->avail_out = io->room;
	got = lzma_code(xz, action[op]);
	io->in = (const char *)xz->next_in;
	io->len = xz->avail_in;
	io->out = (char *)xz->next_out;
	io->room = xz->avail_out;
	if (got == LZMA_STREAM_END)
		return 0;
	if (got != LZMA_OK && got != LZMA_BUF_ERROR)
		return xz_failed(got);
	return op != ENCODER_GO_ON || io->len > 0;
}

static void
xz_close(struct encoder *e)
{
	lzma_end(&e->u.xz);
}

static const struct library xz = { xz_open, xz_begin, xz_step, xz_close };
#endif

/* All of them. */

static const struct library *
library_of(enum compression_kind kind)
{
	switch (kind) {
#ifdef HAVE_ZLIB
	case COMPRESSION_GZIP:
		return &gzip;
#endif
#ifdef HAVE_ZSTD
	case COMPRESSION_ZSTD:
		return &zstd;
#endif
#ifdef HAVE_LZMA
	case COMPRESSION_XZ:
		return &xz;
#endif
	default:
		return NULL;
	}
}

struct encoder *
encoder_new(const struct compression *c)
{
	const struct library *library = library_of(c->kind);
	struct encoder *e;

	if (library == NULL) {
		errno = ENOTSUP;
		return NULL;
	}
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->library = library;
	e->level = compression_level(c);
	if (library->open(e) != 0) {
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
	e->library->close(e);
	free(e);
}

int
encoder_run(struct encoder *e, struct encoder_io *io, enum encoder_op op)
{
	int more;

	assert(io->room > 0);
	if (!e->begun && e->library->begin(e, op == ENCODER_FINISH ? io->len :
					  SIZE_MAX) != 0)
		return -1;
	e->begun = true;
	while ((more = e->library->step(e, io, op)) > 0 && io->room > 0)
		;
	if (more == 0 && op == ENCODER_FINISH)
		e->begun = false;
	return more;
}
