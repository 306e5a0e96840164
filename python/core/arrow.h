/*
 * The Arrow C data interface: its structs, copies of them that share buffers,
 * and arrays made here.  No Python in it.
 *
 * https://arrow.apache.org/docs/format/CDataInterface.html
 */
#ifndef ARROW_H
#define ARROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARROW_FLAG_NULLABLE 2

struct ArrowSchema {
	const char *format, *name, *metadata;
	int64_t flags, n_children;
	struct ArrowSchema **children, *dictionary;
	void (*release)(struct ArrowSchema *);
	void *private_data;
};

struct ArrowArray {
	int64_t length, null_count, offset, n_buffers, n_children;
	const void **buffers;
	struct ArrowArray **children, *dictionary;
	void (*release)(struct ArrowArray *);
	void *private_data;
};

struct ArrowArrayStream {
	int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *);
	int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *);
	const char *(*get_last_error)(struct ArrowArrayStream *);
	void (*release)(struct ArrowArrayStream *);
	void *private_data;
};

/* All functions that return int: 0, or -1 if memory runs out. */

/* A copy with its own memory; with another format, if one is given. */
int arrow_copy_schema(struct ArrowSchema *to, const struct ArrowSchema *from,
		      const char *format);

/* A new schema; 'children' are moved into it, or released on failure. */
int arrow_make_schema(struct ArrowSchema *to, const char *format,
		      const char *name, int64_t flags,
		      struct ArrowSchema *children, size_t n);

/* An array with several owners; any thread may drop it. */
struct shared;

/* Moves 'array'; NULL: no memory, and it was released. */
struct shared *arrow_share(struct ArrowArray *array);
struct shared *arrow_hold(struct shared *s);
void arrow_drop(struct shared *s);	/* NULL is fine */
const struct ArrowArray *arrow_array(const struct shared *s);

/* An array for a consumer: it keeps the buffers alive and copies none. */
int arrow_export(struct ArrowArray *to, struct shared *s);

/*
 * The same, but with another array, which is moved, at the end of a path of
 * children: path[0] of 's', path[1] of that, and so on; depth is over 0.
 */
int arrow_replace(struct ArrowArray *to, struct shared *s, const size_t *path,
		  size_t depth, struct ArrowArray *array);

/*
 * A new array of 'length', whose buffers came from malloc() and are moved; of
 * children and 'dictionary' (or NULL) as well.  All are released on failure.
 */
int arrow_make_array(struct ArrowArray *to, int64_t length, int64_t nulls,
		     void *const *buffers, size_t nbuffers,
		     struct ArrowArray *children, size_t nchildren,
		     struct ArrowArray *dictionary);

/* A bitmap of 'n', all set; NULL: no memory. */
uint8_t *arrow_bitmap(size_t n);

static inline bool
arrow_bit(const uint8_t *bitmap, int64_t i)
{
	return bitmap == NULL || (bitmap[i / 8] >> (i % 8) & 1) != 0;
}

static inline void
arrow_clear_bit(uint8_t *bitmap, int64_t i)
{
	bitmap[i / 8] &= (uint8_t)~(1u << (i % 8));
}

#endif
