/* Bytes to a file, gathered. */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>
#include <stddef.h>

struct writer {
	int fd;
	char *buf;
	size_t len, room;
	unsigned long long total;	/* bytes put */
	int error;		/* errno of the first failure; then all fails */
	bool ours;
};

/*
 * To 'path', made if it is not there, or to standard output where 'path' is
 * NULL.  Nothing is truncated yet.  0, or -1 with errno.
 */
int writer_open(struct writer *w, const char *path);

/* Is it the same regular file that 'fd' is? */
bool writer_is(const struct writer *w, int fd);

/* Begin from an empty file: separate from opening, so as to check first. */
int writer_truncate(struct writer *w);

/* 0, or -1 with errno, then and at every later call. */
int writer_put(struct writer *w, const void *data, size_t len);
int writer_flush(struct writer *w);

/* Flush, close: 0, or -1 with errno of the first failure. */
int writer_close(struct writer *w);

#endif
