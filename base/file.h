/* What is done with files in more than one place. */
#ifndef FILE_H
#define FILE_H

#include <stddef.h>

/* All of it: 0, or -1 with errno, and some of it may be written. */
int file_write_all(int fd, const void *data, size_t len);

/* The length of the folder in 'path', with its slash; 0: there is none. */
size_t file_folder_len(const char *path);

/*
 * Where the link at 'path' points, seen from here: to be freed.  NULL with
 * errno: EINVAL if it is no link.
 */
char *file_link_target(const char *path);

/*
 * Wait until the disk has the folder of 'path'.  What cannot be asked for is no
 * error: a folder that may be written but not read, a file system without such
 * a thing.  0, or -1 with errno.
 */
int file_sync_folder(const char *path);

#endif
