/* Writes the body of a saved table to a file, with a thread. */
#include "block_writer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "file.h"

/* Write the bytes, and compute the checksum of each block: 0, or errno. */
static int
put_blocks(int fd, const unsigned char *p, size_t len, uint64_t *sums)
{
	for (size_t i = 0; i < len; i += BLOCK)
		*sums++ = shingle_checksum(p + i,
					   len - i < BLOCK ? len - i : BLOCK);
	return file_write_all(fd, p, len) == 0 ? 0 : errno;
}

static void *
write_jobs(void *arg)
{
	struct block_writer *o = arg;

	pthread_mutex_lock(&o->mutex);
	for (;;) {
		int error;

		while (o->job == NULL && !o->done)
			pthread_cond_wait(&o->turn, &o->mutex);
		if (o->job == NULL)
			break;
		error = o->error;
		pthread_mutex_unlock(&o->mutex);
		if (error == 0)
			error = put_blocks(o->fd, o->job, o->job_len,
					   o->job_sums);
		pthread_mutex_lock(&o->mutex);
		o->error = error;
		o->job = NULL;
		pthread_cond_signal(&o->turn);
	}
	pthread_mutex_unlock(&o->mutex);
	return NULL;
}

int
blocks_open(struct block_writer *o, int fd)
{
	sigset_t all, before;

	*o = (struct block_writer){ .fd = fd };
	for (unsigned i = 0; i < 2; i++) {
		o->buffer[i] = calloc(1, BUFFER + SLACK);
		if (o->buffer[i] == NULL)
			return -1;
	}
	pthread_mutex_init(&o->mutex, NULL);
	pthread_cond_init(&o->turn, NULL);
	/* Leave signals to the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	o->threaded = pthread_create(&o->thread, NULL, write_jobs, o) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return 0;
}

int
blocks_wait(struct block_writer *o)
{
	int error;

	if (!o->threaded)
		return o->error;
	pthread_mutex_lock(&o->mutex);
	while (o->job != NULL)
		pthread_cond_wait(&o->turn, &o->mutex);
	error = o->error;
	pthread_mutex_unlock(&o->mutex);
	return error;
}

void
blocks_close(struct block_writer *o)
{
	if (o->threaded) {
		blocks_wait(o);
		pthread_mutex_lock(&o->mutex);
		o->done = true;
		pthread_cond_signal(&o->turn);
		pthread_mutex_unlock(&o->mutex);
		pthread_join(o->thread, NULL);
	}
	free(o->buffer[0]);
	free(o->buffer[1]);
	free(o->sums);
}

int
blocks_hand_over(struct block_writer *o, size_t len)
{
	unsigned char *full = o->buffer[o->at], *next = o->buffer[!o->at];
	int error = blocks_wait(o);

	if (error != 0) {
		errno = error;
		return -1;
	}
	if (array_room(&o->sums, &o->room, o->nsums + BUFFER / BLOCK,
		       sizeof(*o->sums)) != 0)
		return -1;
	memcpy(next, full + BUFFER, SLACK);
	memset(next + SLACK, 0, BUFFER);
	if (o->threaded) {
		pthread_mutex_lock(&o->mutex);
		o->job_len = len;
		o->job_sums = o->sums + o->nsums;
		o->job = full;
		pthread_cond_signal(&o->turn);
		pthread_mutex_unlock(&o->mutex);
	} else {
		o->error = put_blocks(o->fd, full, len, o->sums + o->nsums);
	}
	o->nsums += (len + BLOCK - 1) / BLOCK;
	o->base += len;
	o->at = !o->at;
	return 0;
}

int
blocks_copy(struct block_writer *o, uint64_t at, const unsigned char *p,
	    size_t len)
{
	while (len > 0) {
		unsigned char *to = blocks_at(o, at);
		size_t n;

		if (to == NULL)
			return -1;
		n = BUFFER - (size_t)(at - o->base);
		n = len < n ? len : n;
		memcpy(to, p, n);
		at += n;
		p += n;
		len -= n;
	}
	return 0;
}
