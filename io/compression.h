/* Kinds of compression: their names, levels, suffixes and magic numbers. */
#ifndef COMPRESSION_H
#define COMPRESSION_H

#include <stdbool.h>
#include <stddef.h>

enum compression_kind {
	COMPRESSION_NONE,
	COMPRESSION_GZIP,
	COMPRESSION_ZSTD,
	COMPRESSION_XZ,
};

struct compression {
	enum compression_kind kind;
	int level;		/* below 0: the default of the kind */
};

/*
 * "none", or "gzip", "zstd" or "xz", with a level behind a colon or without:
 * gzip 0 to 9 (6), zstd 1 to 22 (3), xz 0 to 9 (6).  0, or -1 and *why says
 * what is wrong with it.
 */
int compression_parse(const char *arg, struct compression *c,
		      const char **why);

/* By .gz, .zst or .xz, at the default level; none where there is no other. */
struct compression compression_of_suffix(const char *path);

/*
 * A suffix that says that the file is compressed in a way that cannot be read
 * or written, as .bz2; NULL where it has none of these.
 */
const char *compression_unknown(const char *path);

/* Bytes of the name before that suffix: all, where there is none. */
size_t compression_plain_len(const char *path);

/* ".gz", ".zst", ".xz", or "". */
const char *compression_suffix(enum compression_kind kind);

/* "none", "gzip", "zstd", "xz". */
const char *compression_name(enum compression_kind kind);

/* The level that is used where 'c' has none. */
int compression_level(const struct compression *c);

/* NULL, or where the library for it was left out, "built without zlib". */
const char *compression_missing(enum compression_kind kind);

/* No magic number is longer. */
#define COMPRESSION_MAGIC 6

/*
 * What begins with these n bytes: true, and the kind; or false, where it
 * depends on what comes next.  COMPRESSION_MAGIC bytes always suffice.
 */
bool compression_of_magic(const unsigned char *head, size_t n,
			  enum compression_kind *kind);

#endif
