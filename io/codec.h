/*
 * What decoder.c and encoder.c need of a compression library: gzip.c, zstd.c
 * and xz.c provide it, each for one library.
 *
 * A library decodes and encodes one member (gzip), frame (zstd) or stream (xz)
 * at a time.  All are called members here.
 */
#ifndef CODEC_H
#define CODEC_H

#include "decoder.h"
#include "encoder.h"

/* The result of one call of a library. */
enum codec_step {
	CODEC_ON,		/* as far as input and room went */
	CODEC_END,		/* the member ended */
	CODEC_NO_MEMORY,
	CODEC_NOT_BEGUN,	/* it is not a member */
	CODEC_WINDOW,		/* the data ask for a longer window */
	CODEC_CORRUPT,		/* *why says what is wrong */
};

struct codec {
	const char *missing;	/* NULL, or the library was left out */

	/*
	 * NULL: out of memory.  Windows have at most 2^window_log bytes;
	 * decode_begin() prepares for each member after the first: 0, or -1 if
	 * memory runs out.  'pending': the last call used all of its room.
	 */
	void *(*decode_open)(unsigned window_log);
	int (*decode_begin)(void *state);
	enum codec_step (*decode)(void *state, struct decoder_io *io,
				  bool pending, const char **why);
	uint64_t (*decode_memory)(const void *state);
	void (*decode_close)(void *state);

	/*
	 * NULL, or -1: errno says why.  encode_begin() starts a member; 'len'
	 * is its length, or SIZE_MAX if that is not known.  encode() answers as
	 * encoder_run() does.
	 */
	void *(*encode_open)(int level);
	int (*encode_begin)(void *state, size_t len);
	int (*encode)(void *state, struct encoder_io *io, enum encoder_op op);
	void (*encode_close)(void *state);
};

extern const struct codec codec_gzip, codec_zstd, codec_xz;

/* NULL for COMPRESSION_NONE. */
const struct codec *codec_of(enum compression_kind kind);

#endif
