/* The files of a run: operands and lists of names. */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "source.h"

/* What a file is while it is read, to see whether it stays the same. */
struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
	enum compression_kind kind;
};

/* What a path leads to, once files_look() has asked. */
enum file_kind { FILE_UNKNOWN, FILE_MISSING, FILE_REGULAR, FILE_OTHER };

struct file {
	const char *path;	/* "-" is standard input */
	enum file_kind kind;
	dev_t dev;		/* FILE_REGULAR: which one it is, ... */
	ino_t ino;
	uint64_t size;		/* ... and its bytes */
	struct stamp *stamp;	/* if f->stamps, once it has been opened */
	_Atomic bool skip;	/* no more of it is wanted */
	bool reported;		/* its error was printed in an earlier pass */
};

struct files {
	struct file *file;
	size_t n, room;
	char **text;		/* of lists; the names point into them */
	size_t ntexts;
	bool stamps;		/* they are wanted, and only regular files */
	struct source *spooled;	/* for two passes: by number; fd -1: open
				 * the file again */
	uint64_t size;		/* bytes of all, if known ... */
	bool sized;		/* ... which they are if all are regular */
};

/*
 * Add operands, or the regular files in a folder and in those in it, by their
 * names and without following links, or the names in a list ("-" is standard
 * input): one a line, or each ended by a NUL if there is any.  0, or -1 with
 * errno.
 */
int files_take(struct files *f, char *const *operands, size_t n);
int files_take_folder(struct files *f, const char *path);
int files_read_list(struct files *f, const char *list);
void files_free(struct files *f);

/* Stamp what was opened, if it has no stamp yet: 0, or -1 with errno. */
int files_stamp(struct file *f, struct source *s);

/* Is it the same file, unchanged? */
bool files_is_same(const struct stamp *a, const struct stat *b);

/*
 * What kind of file is it?  The system is asked only the first time: a run over
 * small files takes as long as its system calls.
 */
enum file_kind files_look(struct file *f);

/* Find out f->size and f->sized. */
void files_measure(struct files *f);

#endif
