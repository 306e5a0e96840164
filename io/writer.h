/*
 * Bytes to a file, gathered, and compressed if so asked; or to a file that
 * takes the place of another only once it is whole.
 */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "compression.h"
#include "replace.h"

struct writer {
	int fd;
	char *buf;
	size_t len;			/* in buf */
	unsigned long long total;	/* bytes put */
	unsigned long long written;	/* bytes that left */
	int error;		/* errno of the first failure; then all fails */
	bool ours;
	struct encoder *encoder;	/* NULL: plain */
	char *out;			/* what it gave */
	size_t out_len;
	bool amid;		/* bytes of a member were put */
	bool unflushed;		/* some that a reader might not see yet */
	bool any;		/* a member was ended */
	struct replace file;
	char *target, *temporary;	/* of 'file'; NULL: nothing is replaced */
	bool sealed;		/* the temporary file is as it will be */
};

/*
 * To 'path', made if it is not there, or to standard output where 'path' is
 * NULL.  'c' may be NULL: plain.  Nothing is truncated yet.  0, or -1 with
 * errno: ENOTSUP is what compression_missing() has the words for.
 */
int writer_open(struct writer *w, const char *path,
		const struct compression *c);

/* Is it the same regular file that 'fd' is? */
bool writer_is(const struct writer *w, int fd);

/* Begin from an empty file: separate from opening, so as to check first. */
int writer_truncate(struct writer *w);

/*
 * 0, or -1 with errno, then and at every later call.  A flush makes all that
 * was put visible to a reader.  What is written is a function of the bytes
 * put, of where members end and of where it was flushed; not of how the bytes
 * came.
 */
int writer_put(struct writer *w, const void *data, size_t len);
int writer_flush(struct writer *w);

/*
 * End the gzip member, zstd frame or xz stream here, if it has begun; the next
 * byte begins another.  Plain, it does nothing.  Where no byte is put at all,
 * closing makes one, empty.
 */
int writer_end_member(struct writer *w);

/*
 * Finish, and wait until the disk has it, where it goes to a regular file; then
 * nothing more may be put.  0, or -1 with errno of the first failure.
 */
int writer_sync(struct writer *w);

/*
 * Finish, close: 0, or -1 with errno of the first failure.  Descriptor 1 goes
 * to /dev/null from then on, so that no file that is opened later has it.
 */
int writer_close(struct writer *w);

/*
 * All that was put leaves, but nothing says that it is the end: what is
 * compressed is cut off.  Then as writer_abort().
 */
void writer_break_off(struct writer *w);

/*
 * The same as writer_open(), but what stands at 'path' stays as it is until
 * writer_commit(): a temporary file gathers the bytes, in the same directory
 * (see replace.h).  Where 'path' is a symbolic link, the file that it points to
 * is replaced.  Hard links to the old one keep the old one.  EISDIR, or EINVAL
 * where it exists and is no regular file.
 *
 * Mode and owner will be those of 'like', or where that is NULL, of the file
 * replaced, or of any new file.
 */
int writer_replace(struct writer *w, const char *path,
		   const struct compression *c, const struct stat *like);

/*
 * Finish, and put it in place, in one step: what is found there after a crash
 * is all old or all new.  'durable' waits until the disk has it.  0, or -1
 * with errno of the first failure; then the old one is still there and the
 * temporary file is not (but the new one is, where it was the directory that
 * could not be made durable).  Either way, it is closed.
 *
 * Where the owner cannot be given to it, it is the caller's, not set-id, and
 * open to its group only where it is open to all.
 */
int writer_commit(struct writer *w, bool durable);

/*
 * Finish and close the temporary file, 'durable' or not, to be committed or
 * aborted at any later time; of the writer little is left till then.  0, or -1
 * with errno of the first failure: then it was aborted.
 */
int writer_seal(struct writer *w, bool durable);

/*
 * Close, and leave all as it was, but for what a writer without a temporary
 * file has written; errno stays.
 */
void writer_abort(struct writer *w);

#endif
