/*
 * Decompresses a stream of bytes; knows no files.
 *
 * Handles what may be between members and after the last for all libraries.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec.h"

/* Windows, as powers of two: the longest is for addresses of 64 bits. */
#define WINDOW_LOG_LEAST 10
#define WINDOW_LOG_MOST (sizeof(size_t) > 4 ? 31 : 27)

struct decoder {
	enum compression_kind kind;
	const struct codec *codec;
	void *state;		/* the codec's */
	unsigned window_log;	/* the longest window that the data may ask for;
				 * for xz, with its tables */
	bool between;		/* before the first member or after one */
	bool first;		/* none has ended yet */
	bool pending;		/* the room was used up: there may be more */
	bool padded;		/* zero bytes after the last one: */
	unsigned padding;	/* how many, modulo 4 */
	char message[120];
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

static void
corrupt(struct decoder *d, const char *why)
{
	snprintf(d->message, sizeof(d->message), "corrupt %s data: %s",
		 compression_name(d->kind), why);
	errno = EBADMSG;
}

static void
window_too_long(struct decoder *d)
{
	bool small = d->window_log < 20;

	snprintf(d->message, sizeof(d->message),
		 "%s data that need a window of more than %u %s",
		 compression_name(d->kind),
		 1u << (d->window_log - (small ? 10 : 20)),
		 small ? "KiB" : "MiB");
	errno = EBADMSG;
}

struct decoder *
decoder_new(enum compression_kind kind, uint64_t window)
{
	const struct codec *codec = codec_of(kind);
	struct decoder *d;

	if (codec == NULL || codec->missing != NULL) {
		errno = ENOTSUP;
		return NULL;
	}
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->kind = kind;
	d->codec = codec;
	d->window_log = WINDOW_LOG_LEAST;
	while (d->window_log < WINDOW_LOG_MOST && window >> d->window_log > 1)
		d->window_log++;
	d->between = d->first = true;
	d->state = codec->decode_open(d->window_log);
	if (d->state == NULL) {
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
	d->codec->decode_close(d->state);
	free(d);
}

uint64_t
decoder_memory(const struct decoder *d)
{
	return d->codec->decode_memory(d->state);
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
 * After a member: does another one begin?  Zero bytes may follow: in gzip only
 * at the very end, as on tapes; in xz, in fours.
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
	if (!d->first && d->codec->decode_begin(d->state) != 0) {
		out_of_memory(d);
		return DECODER_ERROR;
	}
	d->between = d->padded = false;
	return DECODER_ROOM;
}

/* One call of the library: 1, 0 if the member ended, or -1. */
static int
step(struct decoder *d, struct decoder_io *io)
{
	const char *why = "";

	switch (d->codec->decode(d->state, io, d->pending, &why)) {
	case CODEC_ON:
		return 1;
	case CODEC_END:
		return 0;
	case CODEC_NO_MEMORY:
		out_of_memory(d);
		break;
	case CODEC_NOT_BEGUN:
		/* Is it the first member, or garbage after one? */
		if (d->first)
			corrupt(d, "bad header");
		else
			garbage(d);
		break;
	case CODEC_WINDOW:
		window_too_long(d);
		break;
	case CODEC_CORRUPT:
		corrupt(d, why);
		break;
	}
	return -1;
}

enum decoder_status
decoder_run(struct decoder *d, struct decoder_io *io)
{
	assert(io->room > 0);
	while (io->room > 0) {
		enum decoder_status st = DECODER_ROOM;
		int got;

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
		got = step(d, io);
		if (got < 0)
			return DECODER_ERROR;
		d->pending = got > 0 && io->room == 0;
		d->first &= got > 0;
		d->between = got == 0;
	}
	return DECODER_ROOM;
}
