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
 * "none", "gzip", "zstd" or "xz", maybe with a colon and a level: gzip 0 to 9
 * (6), zstd 1 to 22 (3), xz 0 to 9 (6).  0, or -1 with *why set to what is
 * wrong.
 */
int compression_parse(const char *arg, struct compression *c,
		      const char **why);

/* By .gz, .zst or .xz, at the default level; none for other names. */
struct compression compression_of_suffix(const char *path);

/*
 * The suffix of a compression that is not supported, such as .bz2; NULL if the
 * path has no such suffix.
 */
const char *compression_unknown(const char *path);

/* Bytes of the path before that suffix: all, if there is none. */
size_t compression_plain_len(const char *path);

/* ".gz", ".zst", ".xz", or "". */
const char *compression_suffix(enum compression_kind kind);

/* "none", "gzip", "zstd", "xz". */
const char *compression_name(enum compression_kind kind);

/* The level that is used: that of 'c', or the default. */
int compression_level(const struct compression *c);

/* NULL or, if the library for it was left out, "built without zlib". */
const char *compression_missing(enum compression_kind kind);

/* No magic number is longer. */
#define COMPRESSION_MAGIC 6

/*
 * How is data compressed that begins with these n bytes?  True with *kind set;
 * or false if more bytes are needed.  COMPRESSION_MAGIC bytes always suffice.
 */
bool compression_of_magic(const unsigned char *head, size_t n,
			  enum compression_kind *kind);

#endif
