/*
 * --min-doc-words: what is left of a document waits here until it is known
 * whether that is enough; if not, the whole document is removed.
 */
#ifndef HOLD_H
#define HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"

/* A document with more bytes left is not short, however few words it has. */
#define HOLD_MAX ((size_t)16 << 20)

struct hold {
	bool on;		/* too few words are known so far */
	char *buf;
	size_t len, room;
	struct piece *pieces;	/* where in the file; 'bytes' is set later */
	size_t n, pieces_room;
};

/* NULL with ENOMEM.  hold_free(NULL) is harmless. */
struct hold *hold_new(void);
void hold_free(struct hold *h);

/* A document begins. */
void hold_begin(struct hold *h);

/* Add bytes that stay, with their offset in the file.  0, or -1 with ENOMEM. */
int hold_add(struct hold *h, uint64_t at, const char *text, size_t len);

/* The document ends: point each piece at its bytes. */
void hold_end(struct hold *h);

#endif
