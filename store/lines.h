/*
 * A multiset of entries, each a key and a reference of 40 bits, in lines of the
 * cache: most look-ups and additions touch one line only.
 *
 *	home(key) = key * nlines / 2^40		grows with the key
 *
 * An entry is in its home or, if that was full, in the first line after it that
 * was not.  Each line that it passed is marked: one bit of eight, chosen by the
 * lowest bits of the key, says that some such key is further right.  A search
 * begins at home and continues as long as it finds the mark of its key.
 *
 *	line       0        1        2        3
 *	entries    aa       bbbbbb   cd       -
 *	marks               c				c has its home in 1
 *
 * (Linear probing with buckets: Knuth, The Art of Computer Programming, 6.4.)
 * The order within a line has no meaning.  But all entries up to the end of a
 * line without marks have smaller keys than those after it.
 *
 * It grows in place, by a factor, from the last line to the first: each entry
 * moves to its new home, which is never further left.
 */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "slab.h"
#include "vectors.h"

#define LINE_ENTRIES 6
#define LINES_BITS 40		/* of keys and references */

struct line_of_entries {
	uint32_t upper[LINE_ENTRIES];	/* 32 bits of each key */
	uint32_t ref[LINE_ENTRIES];	/* the lower 32 of each reference */
	uint8_t lower[LINE_ENTRIES];	/* 8 bits of each key */
	uint8_t ref_upper[LINE_ENTRIES];
	uint8_t n;			/* entries */
	uint8_t past[2];		/* marks: see struct lines */
	uint8_t unused;
};

struct lines {
	struct line_of_entries *line;	/* nlines + tail of them */
	struct slab slab;	/* where they are */
	size_t nlines;		/* homes */
	size_t tail;		/* lines after the last home */
	size_t n;		/* entries */
	size_t max;		/* grow when n reaches this */
	unsigned turn;		/* which of the marks are valid: the others are
				 * from before the last growth */
};

/* Empty, and without storage. */
void lines_init(struct lines *l);

/* Free the storage; afterwards it is as after lines_init(). */
void lines_free(struct lines *l);

/*
 * Make room for one more entry, if lines_memory() stays within 'most': 0, or -1
 * with ENOMEM and all entries as they were.  It grows by less than usual if
 * only that fits, but not by so little that moving all entries would not pay.
 * Places found before become invalid.
 */
int lines_reserve_within(struct lines *l, size_t most);

size_t lines_memory(const struct lines *l);

static inline bool
lines_have_room(const struct lines *l)
{
	/* An added entry lands in the last line at the latest. */
	return l->n < l->max && l->line[l->nlines + l->tail - 1].n == 0;
}

static inline struct line_of_entries *
lines_home(const struct lines *l, uint64_t key)
{
	return l->line + (size_t)(__extension__ (unsigned __int128)key *
				  l->nlines >> LINES_BITS);
}

static inline void
lines_prefetch(const struct lines *l, uint64_t key, bool write)
{
	if (l->line == NULL)
		return;
	if (write)
		__builtin_prefetch(lines_home(l, key), 1);
	else
		__builtin_prefetch(lines_home(l, key));
}

/* The key and the reference of entry i of a line. */
static inline uint64_t
line_key(const struct line_of_entries *p, unsigned i)
{
	return (uint64_t)p->upper[i] << 8 | p->lower[i];
}

static inline uint64_t
line_ref(const struct line_of_entries *p, unsigned i)
{
	return (uint64_t)p->ref_upper[i] << 32 | p->ref[i];
}

/* Which entries of a line have this key, as bits. */
static inline unsigned
line_find(const struct line_of_entries *p, uint64_t key)
{
	/* Some of 'ref' and of 'ref_upper' can be read too: eight in all. */
	return mask_of_keys(p->upper, p->lower, p->n, (uint32_t)(key >> 8),
			    (uint8_t)key);
}

/* Can this key, whose home is this line or one before it, be further right? */
static inline bool
line_goes_on(const struct lines *l, const struct line_of_entries *p,
	     uint64_t key)
{
	return (p->past[l->turn] >> (key & 7) & 1) != 0;
}

/* Add an entry; there is room. */
static inline void
lines_add(struct lines *l, uint64_t key, uint64_t ref)
{
	struct line_of_entries *p = lines_home(l, key);
	unsigned i;

	for (; p->n == LINE_ENTRIES; p++)
		p->past[l->turn] |= (uint8_t)(1u << (key & 7));
	i = p->n++;
	p->upper[i] = (uint32_t)(key >> 8);
	p->lower[i] = (uint8_t)key;
	p->ref[i] = (uint32_t)ref;
	p->ref_upper[i] = (uint8_t)(ref >> 32);
	l->n++;
}

/* Remove this entry, once, if it is there. */
void lines_remove(struct lines *l, uint64_t key, uint64_t ref);

/*
 * How many lines to take from number 'from' on, so that all their keys are
 * smaller than those in the lines after them: at least one, 0 at the end.
 */
size_t lines_stretch(const struct lines *l, size_t from);

#endif
