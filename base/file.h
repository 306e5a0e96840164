/* Operations on files that several modules need. */
#ifndef FILE_H
#define FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Read up to n bytes of a regular file from 'off' on: how many, fewer only at
 * its end, or -1 with errno.
 */
ssize_t file_read_at(int fd, void *to, size_t n, off_t off);

/* Write all of it: 0, or -1 with errno; then some may be written. */
int file_write_all(int fd, const void *data, size_t len);

/* The length of the folder in 'path', with its slash; 0: there is none. */
size_t file_folder_len(const char *path);

/*
 * Where the link at 'path' points, as a path from here; the caller frees it.
 * NULL with errno: EINVAL if it is not a link.
 */
char *file_link_target(const char *path);

/*
 * Wait until the folder of 'path' is on disk.  It is not an error if that
 * cannot be done: if the folder may be written but not read, or if the file
 * system does not support it.  0, or -1 with errno.
 */
int file_sync_folder(const char *path);

/*
 * Give a pipe more room, so that each side sleeps and wakes less often.  Does
 * nothing if 'fd' is no pipe, or may not have it.
 */
void file_widen_pipe(int fd);

#endif
