/*
 * Files to bytes.
 *
 * What is compressed is recognised by its first bytes, and read as what it
 * was before: gzip (RFC 1952), zstd (RFC 8878) and xz, any number of members,
 * frames or streams one behind the other, from files and pipes alike.  Memory
 * is that of the codec's window, however much comes out.  A source is used by
 * one thread at a time.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "compression.h"

/* source_ready() looks so far ahead: little, as it is copied. */
#define SOURCE_HELD 256

/* Bytes of a window that compressed text may ask for, as zstd itself allows. */
#define SOURCE_WINDOW ((uint64_t)128 << 20)

struct source {
	int fd;
	bool live;		/* a pipe, terminal or socket: may pause */
	bool ours;		/* to be closed */
	bool known;		/* the kind is */
	bool eof;		/* fd is at its end */
	bool ended;		/* the text is */
	enum compression_kind kind;
	off_t start;		/* of a regular file: where reading begins */
	uint64_t size;		/* from there to the end, once */
	uint64_t consumed;	/* bytes read of fd */
	/* Text not given yet; while the kind is unknown, what was read. */
	unsigned char held[SOURCE_HELD];
	size_t nheld;
	uint64_t window;		/* of a decoder; 0: SOURCE_WINDOW */
	struct decoder *decoder;	/* NULL: plain */
	unsigned char *raw;		/* input; [raw_at, raw_end) is left */
	size_t raw_at, raw_end;
	int error;		/* errno of the first failure; then all fails */
	const char *why;	/* what it was, if errno does not say it */
};

/* "-" is standard input.  0, or -1 with errno; a directory is EISDIR. */
int source_open(struct source *s, const char *path);

/*
 * The same of what the caller knows to be, or to have been, a regular file of so
 * many bytes: one system call less, which counts where there are a million small
 * files.  It does not wait for a writer if it is a pipe by now; "-" is a name.
 */
int source_open_regular(struct source *s, const char *path, uint64_t size);
void source_close(struct source *s);

/*
 * Bytes read, 0 at the end, -1 with errno, now and from now on; source_error()
 * has the words.  All that was good before a failure is given first.  'room'
 * is not 0.  Fewer bytes than that are no sign of the end.
 */
ssize_t source_read(struct source *s, void *buf, size_t room);

/*
 * After -1: "truncated gzip data", "garbage after the last zstd frame", or
 * what strerror() says of errno.  It lives until the source is closed or
 * rewound.
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
 * What text may ask for that is compressed; before any of it is read.  And bytes
 * of memory that decoding takes, as far as it has come.
 */
void source_allow_window(struct source *s, uint64_t window);
uint64_t source_memory(const struct source *s);

/* Progress, in bytes as they stand in the file; a size of 0 is unknown. */
uint64_t source_size(const struct source *s);
uint64_t source_consumed(const struct source *s);

/*
 * Make sure that the source can be read again from where it stands: what is no
 * regular file is copied, as it is, to an unlinked one in $TMPDIR (or /tmp).
 * Before the first source_read() and source_ready().  0, or -1 with errno.
 * Then source_rewind() goes back there, at any time.
 */
int source_spool(struct source *s);
int source_rewind(struct source *s);

#endif
