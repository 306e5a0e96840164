/*
 * Writes a file through a buffer, compressed if so asked; or a file that
 * replaces another one only when it is complete.
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
	unsigned long long written;	/* bytes written out */
	int error;		/* errno of the first failure; then all fails */
	bool ours;
	struct encoder *encoder;	/* NULL: plain */
	char *out;			/* its output */
	size_t out_len;
	bool amid;		/* bytes of a member were put */
	bool unflushed;		/* bytes that a reader might not see yet */
	bool any;		/* a member was ended */
	struct replace file;
	char *target, *temporary;	/* of 'file'; NULL: replaces nothing */
	bool sealed;		/* the temporary file is complete */
};

/*
 * Write to 'path', which is created if it does not exist, or to standard output
 * if 'path' is NULL.  'c' may be NULL: plain.  Nothing is truncated yet.  0, or
 * -1 with errno; for ENOTSUP compression_missing() has a message.
 */
int writer_open(struct writer *w, const char *path,
		const struct compression *c);

/* Is it the same regular file as 'fd'? */
bool writer_is(const struct writer *w, int fd);

/*
 * What it replaces is not the file but one whose name has this at its end, too:
 * 0, or -1 with ENOMEM.
 */
int writer_add_suffix(struct writer *w, const char *suffix);

/* Empty the file: separate from opening, so that checks can come first. */
int writer_truncate(struct writer *w);

/*
 * 0, or -1 with errno, also for all later calls.  A flush makes everything that
 * was put visible to a reader.  The file depends on the bytes put, on where
 * members end and on where it was flushed; not on how the bytes were divided.
 */
int writer_put(struct writer *w, const void *data, size_t len);
int writer_flush(struct writer *w);

/*
 * End the gzip member, zstd frame or xz stream here, if one has begun; the next
 * byte begins another.  Does nothing for plain files.  If no byte is put at
 * all, closing makes one, empty.
 */
int writer_end_member(struct writer *w);

/*
 * Finish, and if it is a regular file wait until it is on disk; then nothing
 * more may be put.  0, or -1 with errno of the first failure.
 */
int writer_sync(struct writer *w);

/*
 * Finish and close: 0, or -1 with errno of the first failure.  Descriptor 1
 * then leads to /dev/null, so that no file that is opened later gets it.
 */
int writer_close(struct writer *w);

/*
 * Write out everything that was put, but do not mark it as complete: compressed
 * data are cut off.  Then as writer_abort().
 */
void writer_break_off(struct writer *w);

/*
 * The same as writer_open(), but the file at 'path' stays as it is until
 * writer_commit(): the bytes are written to a temporary file in the same
 * directory (see replace.h).  If 'path' is a symbolic link, the file that it
 * points to is replaced.  Hard links to the old one keep the old one.  EISDIR
 * if it is a directory, EINVAL if it is not a regular file either.
 *
 * Mode and owner will be those of 'like'; if that is NULL, those of the file
 * replaced; if there is none, those of any new file.
 */
int writer_replace(struct writer *w, const char *path,
		   const struct compression *c, const struct stat *like);

/*
 * Finish, and put it in place in one step: after a crash the file there is all
 * old or all new.  With 'durable', wait until it is on disk.  0, or -1 with
 * errno of the first failure: then the temporary file is gone and the old file
 * still there (or the new one, if only the directory could not be synced).
 * Either way, it is closed.
 *
 * If its owner cannot be changed, it belongs to the caller, has no set-id bits,
 * and is open to its group only if it is open to all.
 */
int writer_commit(struct writer *w, bool durable);

/*
 * Finish and close the temporary file, 'durable' or not, to be committed or
 * aborted at any later time; until then the writer holds little memory.  0, or
 * -1 with errno of the first failure: then it was aborted.
 */
int writer_seal(struct writer *w, bool durable);

/*
 * Close, and leave everything as it was, except what a writer without a
 * temporary file has written; errno stays.
 */
void writer_abort(struct writer *w);

#endif
