/*
 * Compressed bytes to bytes, as a stream; knows no files.
 *
 * Each library decodes one member (gzip), frame (zstd) or stream (xz); what
 * may stand between them and behind the last is the same code for all three.
 * All are called member here.
 */
#include "decoder.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
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

/* The windows of zstd, as powers of two: the longest where addresses have 64 bits. */
#define WINDOW_LOG_LEAST 10
#define WINDOW_LOG_MOST (sizeof(size_t) > 4 ? 31 : 27)

struct library;

struct decoder {
	enum compression_kind kind;
	const struct library *library;
	unsigned window_log;	/* the longest window that is allocated because
				 * the data say so; of xz, and its tables */
	bool between;		/* no member has begun or one is at its end */
	bool first;		/* none was at its end */
	bool pending;		/* the room ran out: there may be more */
	bool padded;		/* zero bytes after the last one: */
	unsigned padding;	/* how many, modulo 4 */
	union {
		char none;
#ifdef HAVE_ZLIB
		z_stream gzip;
#endif
#ifdef HAVE_ZSTD
		struct {
			ZSTD_DCtx *ctx;
			size_t wants;		/* so much input is next */
		} zstd;
#endif
#ifdef HAVE_LZMA
		lzma_stream xz;
#endif
	} u;
	char message[120];
};

/* What one call of a library came to. */
enum step { STEP_ON, STEP_END, STEP_ERROR };

/* begin() readies for a member after the first.  0, or -1 for out of memory. */
struct library {
	int (*open)(struct decoder *d);
	int (*begin)(struct decoder *d);
	enum step (*step)(struct decoder *d, struct decoder_io *io);
	uint64_t (*memory)(const struct decoder *d);
	void (*close)(struct decoder *d);
};

const char *
decoder_error(const struct decoder *d)
{
	return d->message;
}

static void
out_of_memory(struct decoder *d)
{
	snprintf(d->message, sizeof(d->message), "out of memory for %s data",
		 compression_name(d->kind));
	errno = ENOMEM;
}

static void
truncated(struct decoder *d)
{
	snprintf(d->message, sizeof(d->message), "truncated %s data",
		 compression_name(d->kind));
	errno = EBADMSG;
}

static void
garbage(struct decoder *d)
{
	static const char *const member[] = {
		[COMPRESSION_GZIP] = "member", [COMPRESSION_ZSTD] = "frame",
		[COMPRESSION_XZ] = "stream",
	};

	snprintf(d->message, sizeof(d->message), "garbage after the last %s %s",
		 compression_name(d->kind), member[d->kind]);
	errno = EBADMSG;
}

#if defined(HAVE_ZLIB) || defined(HAVE_ZSTD) || defined(HAVE_LZMA)
static enum step
corrupt(struct decoder *d, const char *why)
{
	snprintf(d->message, sizeof(d->message), "corrupt %s data: %s",
		 compression_name(d->kind), why);
	errno = EBADMSG;
	return STEP_ERROR;
}

/* It is no member at all: the first one, or what stands after one. */
static enum step
not_begun(struct decoder *d)
{
	if (d->first)
		return corrupt(d, "bad header");
	garbage(d);
	return STEP_ERROR;
}
#endif

#if defined(HAVE_ZSTD) || defined(HAVE_LZMA)
static enum step
window_too_long(struct decoder *d)
{
	bool small = d->window_log < 20;

	snprintf(d->message, sizeof(d->message),
		 "%s data that need a window of more than %u %s",
		 compression_name(d->kind),
		 1u << (d->window_log - (small ? 10 : 20)),
		 small ? "KiB" : "MiB");
	errno = EBADMSG;
	return STEP_ERROR;
}
#endif

/* gzip. */

#ifdef HAVE_ZLIB
/* 15 bits of window, and 16 more say that it is gzip and not zlib. */
#define GZIP_WINDOW (15 + 16)

static int
gzip_open(struct decoder *d)
{
	return inflateInit2(&d->u.gzip, GZIP_WINDOW) == Z_OK ? 0 : -1;
}

static int
gzip_begin(struct decoder *d)
{
	return inflateReset(&d->u.gzip) == Z_OK ? 0 : -1;
}

static void
gzip_close(struct decoder *d)
{
	inflateEnd(&d->u.gzip);
}

static uInt
at_most_gigabyte(size_t n)
{
	return n < (size_t)1 << 30 ? (uInt)n : (uInt)1 << 30;
}

static enum step
gzip_step(struct decoder *d, struct decoder_io *io)
{
	z_stream *z = &d->u.gzip;
	uInt len = at_most_gigabyte(io->len);
	uInt room = at_most_gigabyte(io->room);
	int got;

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
		return STEP_END;
	case Z_OK:
	case Z_BUF_ERROR:	/* there was nothing to do */
		return STEP_ON;
	case Z_MEM_ERROR:
		out_of_memory(d);
		return STEP_ERROR;
	default:
		if (z->total_in <= 2)		/* 1f 8b */
			return not_begun(d);
		return corrupt(d, z->msg != NULL ? z->msg : "bad stream");
	}
}

static uint64_t
gzip_memory(const struct decoder *d)
{
	(void)d;
	return (uint64_t)1 << 15;
}

static const struct library gzip = {
	gzip_open, gzip_begin, gzip_step, gzip_memory, gzip_close,
};
#endif

/* zstd. */

#ifdef HAVE_ZSTD
#define BLOCK_HEADER ((size_t)3)
#define FRAME_HEADER ((size_t)5)	/* the least that is asked for */

static int
zstd_open(struct decoder *d)
{
	ZSTD_DCtx *ctx = ZSTD_createDCtx();

	if (ctx == NULL)
		return -1;
	ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax,
			       (int)d->window_log);
	d->u.zstd.ctx = ctx;
	d->u.zstd.wants = FRAME_HEADER;
	return 0;
}

static int
zstd_begin(struct decoder *d)
{
	d->u.zstd.wants = FRAME_HEADER;		/* the rest it does itself */
	return 0;
}

static void
zstd_close(struct decoder *d)
{
	ZSTD_freeDCtx(d->u.zstd.ctx);
}

/*
 * A call that fails does not say what it had put out before.  So no call may
 * both put out and fail: what is pending is put out without more input, and a
 * block without the header of the next, which zstd asks for together.
 */
static size_t
zstd_portion(const struct decoder *d, size_t len)
{
	size_t most = d->u.zstd.wants;

	if (d->pending)
		return 0;
	if (most > BLOCK_HEADER)
		most -= BLOCK_HEADER;
	return len < most ? len : most;
}

static enum step
zstd_step(struct decoder *d, struct decoder_io *io)
{
	ZSTD_inBuffer in = {
		.src = io->in, .size = zstd_portion(d, io->len),
	};
	ZSTD_outBuffer out = { .dst = io->out, .size = io->room };
	size_t got = ZSTD_decompressStream(d->u.zstd.ctx, &out, &in);

	io->in += in.pos;
	io->len -= in.pos;
	io->out += out.pos;
	io->room -= out.pos;
	d->u.zstd.wants = got;
	if (got == 0)
		return STEP_END;
	if (!ZSTD_isError(got))
		return STEP_ON;
	switch (ZSTD_getErrorCode(got)) {
	case ZSTD_error_memory_allocation:
		out_of_memory(d);
		return STEP_ERROR;
	case ZSTD_error_frameParameter_windowTooLarge:
		return window_too_long(d);
	case ZSTD_error_prefix_unknown:
		return not_begun(d);
	default:
		return corrupt(d, ZSTD_getErrorName(got));
	}
}

static uint64_t
zstd_memory(const struct decoder *d)
{
	return ZSTD_sizeof_DCtx(d->u.zstd.ctx);
}

static const struct library zstd = {
	zstd_open, zstd_begin, zstd_step, zstd_memory, zstd_close,
};
#endif

/* xz. */

#ifdef HAVE_LZMA
#define XZ_TABLES ((uint64_t)1 << 20)

/* Again on the same stream, it takes what memory it had before. */
static int
xz_begin(struct decoder *d)
{
	uint64_t most = ((uint64_t)1 << d->window_log) + XZ_TABLES;

	return lzma_stream_decoder(&d->u.xz, most, 0) == LZMA_OK ? 0 : -1;
}

static int
xz_open(struct decoder *d)
{
	static const lzma_stream none = LZMA_STREAM_INIT;

	d->u.xz = none;
	return xz_begin(d);
}

static void
xz_close(struct decoder *d)
{
	lzma_end(&d->u.xz);
}

static enum step
xz_step(struct decoder *d, struct decoder_io *io)
{
	lzma_stream *xz = &d->u.xz;
	lzma_ret got;

	xz->next_in = io->in;
	xz->avail_in = io->len;
	xz->next_out = io->out;
	xz->avail_out = io->room;
	got = lzma_code(xz, LZMA_RUN);
	io->in = xz->next_in;
	io->len = xz->avail_in;
	io->out = xz->next_out;
	io->room = xz->avail_out;
	switch (got) {
	case LZMA_STREAM_END:
		return STEP_END;
	case LZMA_OK:
	case LZMA_BUF_ERROR:	/* there was nothing to do */
		return STEP_ON;
	case LZMA_MEM_ERROR:
		out_of_memory(d);
		return STEP_ERROR;
	case LZMA_MEMLIMIT_ERROR:
		return window_too_long(d);
	case LZMA_FORMAT_ERROR:
		return not_begun(d);
	case LZMA_OPTIONS_ERROR:
		return corrupt(d, "unknown filter or option");
	default:
		return corrupt(d, "bad checksum or stream");
	}
}

static uint64_t
xz_memory(const struct decoder *d)
{
	return lzma_memusage(&d->u.xz);
}

static const struct library xz = {
	xz_open, xz_begin, xz_step, xz_memory, xz_close,
};
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

struct decoder *
decoder_new(enum compression_kind kind, uint64_t window)
{
	const struct library *library = library_of(kind);
	struct decoder *d;

	if (library == NULL) {
		errno = ENOTSUP;
		return NULL;
	}
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->kind = kind;
	d->library = library;
	d->window_log = WINDOW_LOG_LEAST;
	while (d->window_log < WINDOW_LOG_MOST && window >> d->window_log > 1)
		d->window_log++;
	d->between = d->first = true;
	if (library->open(d) != 0) {
		free(d);
		errno = ENOMEM;
		return NULL;
	}
	return d;
}

void
decoder_free(struct decoder *d)
{
	if (d == NULL)
		return;
	d->library->close(d);
	free(d);
}

uint64_t
decoder_memory(const struct decoder *d)
{
	return d->library->memory(d);
}

/* Can a member begin with this byte? */
static bool
may_begin(enum compression_kind kind, unsigned char byte)
{
	enum compression_kind seen;

	/* Every magic number has more than one byte. */
	if (compression_of_magic(&byte, 1, &seen))
		return false;
	switch (kind) {
	case COMPRESSION_GZIP:
		return byte == 0x1f;
	case COMPRESSION_ZSTD:
		return byte != 0x1f && byte != 0xfd;
	default:
		return byte == 0xfd;
	}
}

/*
 * Where a member is over: does another one begin?  Zero bytes may follow: in
 * gzip only at the very end, as tapes have them; in xz, in fours.
 */
static enum decoder_status
next_member(struct decoder *d, struct decoder_io *io)
{
	bool pads = !d->first && d->kind != COMPRESSION_ZSTD;

	for (; pads && io->len > 0 && *io->in == 0; io->in++, io->len--) {
		d->padding = (d->padding + 1) % 4;
		d->padded = true;
	}
	if (io->len == 0 && !io->last)
		return DECODER_INPUT;
	if (d->kind == COMPRESSION_XZ && d->padding != 0) {
		garbage(d);
		return DECODER_ERROR;
	}
	if (io->len == 0)
		return DECODER_END;
	if (!may_begin(d->kind, *io->in) ||
	    (d->padded && d->kind == COMPRESSION_GZIP)) {
		garbage(d);
		return DECODER_ERROR;
	}
	if (!d->first && d->library->begin(d) != 0) {
		out_of_memory(d);
		return DECODER_ERROR;
	}
	d->between = d->padded = false;
	return DECODER_ROOM;
}

enum decoder_status
decoder_run(struct decoder *d, struct decoder_io *io)
{
	assert(io->room > 0);
	while (io->room > 0) {
		enum decoder_status st = DECODER_ROOM;

		if (d->between)
			st = next_member(d, io);
		if (st != DECODER_ROOM)
			return st;
		if (io->len == 0 && !d->pending) {
			if (!io->last)
				return DECODER_INPUT;
			truncated(d);
			return DECODER_ERROR;
		}
		switch (d->library->step(d, io)) {
		case STEP_ON:
			d->pending = io->room == 0;
			break;
		case STEP_END:
			d->pending = d->first = false;
			d->between = true;
			break;
		case STEP_ERROR:
			return DECODER_ERROR;
		}
	}
	return DECODER_ROOM;
}
