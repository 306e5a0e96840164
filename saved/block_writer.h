/*
 * Writes the body of a saved table to a file: in order, through two buffers.
 * While one fills, a second thread writes the other and computes the checksums
 * of its blocks.
 */
#ifndef BLOCK_WRITER_H
#define BLOCK_WRITER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "format.h"

#define BUFFER (4 * BLOCK)	/* bytes written at a time */
#define SLACK ((size_t)64)	/* bytes of an entry, at least */

struct block_writer {
	int fd;
	unsigned char *buffer[2];	/* BUFFER + SLACK bytes, zero beyond */
	unsigned at;			/* which one fills */
	uint64_t base;		/* where in the body this buffer begins */
	uint64_t *sums;		/* of the blocks handed over */
	size_t nsums, room;

	bool threaded;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t turn;
	/* For the thread; under the mutex. */
	const unsigned char *job;	/* NULL: none */
	size_t job_len;
	uint64_t *job_sums;
	bool done;
	int error;
};

/* 0, or -1 with ENOMEM; close it in any case. */
int blocks_open(struct block_writer *o, int fd);
void blocks_close(struct block_writer *o);

/* Wait until the thread has written what it was given: 0, or errno. */
int blocks_wait(struct block_writer *o);

/*
 * Hand over the first 'len' bytes; the rest of the buffer is moved to the next
 * one.  0, or -1 with errno.
 */
int blocks_hand_over(struct block_writer *o, size_t len);

/*
 * Where to put the bytes of the body from 'at' on, at most SLACK; they are zero
 * so far.  All bytes more than SLACK before 'at' must be final.  NULL on an
 * error.
 */
static inline unsigned char *
blocks_at(struct block_writer *o, uint64_t at)
{
	while (__builtin_expect(at >= o->base + BUFFER, 0))
		if (blocks_hand_over(o, BUFFER) != 0)
			return NULL;
	return o->buffer[o->at] + (at - o->base);
}

/* Copy bytes to 'at' of the body: 0, or -1 with errno. */
int blocks_copy(struct block_writer *o, uint64_t at, const unsigned char *p,
		size_t len);

#endif
