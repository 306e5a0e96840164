/*
 * Reads files.
 *
 * Compressed files are recognised by their first bytes and decompressed: gzip
 * (RFC 1952), zstd (RFC 8878) and xz, any number of members, frames or streams
 * in a row, from files and pipes alike.  Memory is that of the codec's window,
 * however much comes out.  A source is used by one thread at a time.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "compression.h"

/* source_ready() reads so far ahead: little, since it is copied. */
#define SOURCE_HELD 256

/* The longest window that compressed text may ask for, as in zstd itself. */
#define SOURCE_WINDOW ((uint64_t)128 << 20)

struct source {
	int fd;
	bool live;		/* a pipe, terminal or socket: may pause */
	bool ours;		/* has to be closed */
	bool known;		/* the kind is */
	bool eof;		/* fd is at its end */
	bool ended;		/* the text is */
	enum compression_kind kind;
	off_t start;		/* for a regular file: where reading begins */
	uint64_t size;		/* from there to the end, at the beginning */
	uint64_t consumed;	/* bytes read of fd */
	/* Text not given yet; as long as the kind is unknown, bytes of fd. */
	unsigned char held[SOURCE_HELD];
	size_t nheld;
	uint64_t window;		/* for a decoder; 0: SOURCE_WINDOW */
	struct decoder *decoder;	/* NULL: plain */
	unsigned char *raw;		/* input; [raw_at, raw_end) is left */
	size_t raw_at, raw_end;
	int error;		/* errno of the first failure; then all fails */
	const char *why;	/* the reason, if errno does not say it */
};

/* "-" is standard input.  0, or -1 with errno; a directory is EISDIR. */
int source_open(struct source *s, const char *path);

/*
 * The same for a path that the caller has seen to be a regular file of so many
 * bytes: one system call less, which matters with a million small files.  If it
 * is a pipe by now, it does not wait for a writer; "-" is a name.
 */
int source_open_regular(struct source *s, const char *path, uint64_t size);
void source_close(struct source *s);

/*
 * Bytes read, 0 at the end, -1 with errno, also for all later calls;
 * source_error() has a message.  All good bytes before a failure are given
 * first.  'room' is not 0.  Fewer bytes than 'room' do not mean the end.
 */
ssize_t source_read(struct source *s, void *buf, size_t room);

/*
 * After -1: "truncated gzip data", "garbage after the last zstd frame", or
 * strerror() of errno.  It lives until the source is closed or rewound.
 */
const char *source_error(const struct source *s);

/*
 * Is there text, its end, or an error, within 'ms' milliseconds?  Then
 * source_read() does not block.
 */
bool source_ready(struct source *s, int ms);

/* How it is compressed.  Waits for the first bytes, but takes none. */
enum compression_kind source_kind(struct source *s);

/*
 * Set the longest window that compressed text may ask for, before any of it is
 * read.  And bytes of memory that decoding takes so far.
 */
void source_allow_window(struct source *s, uint64_t window);
uint64_t source_memory(const struct source *s);

/* Progress, in bytes of the file; a size of 0 is unknown. */
uint64_t source_size(const struct source *s);
uint64_t source_consumed(const struct source *s);

/*
 * Make sure that the source can be read again from where it is now: unless it
 * is a regular file, it is copied unchanged to an unlinked one in $TMPDIR (or
 * /tmp).  Call it before source_read() and source_ready().  0, or -1 with
 * errno.  Then source_rewind() goes back there, at any time.
 */
int source_spool(struct source *s);
int source_rewind(struct source *s);

#endif
