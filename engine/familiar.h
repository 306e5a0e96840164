/*
 * Fingerprints that were probably met before.  One thread notes them; others ask
 * at the same time, and may be told either thing wrongly.  So it is good for
 * nothing but to leave out work that somebody else will do if it was needed.
 */
#ifndef FAMILIAR_H
#define FAMILIAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "shingle.h"

#define FAMILIAR_BITS 21	/* of the place of a fingerprint's byte */

struct familiar {
	uint8_t *tag;		/* 8 bits of the last one here; 0: none */
};

static inline size_t
familiar_memory(void)
{
	return (size_t)1 << FAMILIAR_BITS;
}

/* 0, or -1 with ENOMEM. */
static inline int
familiar_init(struct familiar *f)
{
	if (f->tag == NULL)
		f->tag = calloc(familiar_memory(), 1);
	return f->tag != NULL ? 0 : -1;
}

static inline void
familiar_free(struct familiar *f)
{
	free(f->tag);
}

static inline uint8_t *
familiar_place(const struct familiar *f, const struct fingerprint *fp)
{
	return &f->tag[fp->lo >> (64 - FAMILIAR_BITS)];
}

static inline uint8_t
familiar_tag(const struct fingerprint *fp)
{
	return (uint8_t)(fp->lo | 1);
}

static inline void
familiar_note(struct familiar *f, const struct fingerprint *fp)
{
	__atomic_store_n(familiar_place(f, fp), familiar_tag(fp),
			 __ATOMIC_RELAXED);
}

static inline bool
familiar_has(const struct familiar *f, const struct fingerprint *fp)
{
	return __atomic_load_n(familiar_place(f, fp), __ATOMIC_RELAXED) ==
	       familiar_tag(fp);
}

#endif
