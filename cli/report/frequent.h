/*
 * What is most frequent in a stream, in fixed memory (Misra and Gries 1982).
 *
 * A key is counted from when it enters.  If there are too many, a weight is taken
 * off all of them, and those with none left are forgotten: what weighs more than
 * 'dropped' in all is still there.  As long as 'dropped' is 0, all are, and all
 * weights are exact.
 */
#ifndef FREQUENT_H
#define FREQUENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first member of each user's entry. */
struct frequent_entry {
	uint64_t key, weight;
};

struct frequent {
	char *entries;
	size_t n, most;		/* entries: in use, and room */
	size_t size;		/* bytes of an entry */
	uint32_t *slot;		/* of a key: 1 + its entry; 0: none */
	size_t mask;		/* slots - 1 */
	uint64_t dropped;	/* taken off each weight, at most */
};

/* Room for 'most' entries, from 128, of 'size' bytes: 0, or -1 with ENOMEM. */
int frequent_init(struct frequent *f, size_t most, size_t size);
void frequent_free(struct frequent *f);

/*
 * Add weight, over 0, to a key.  Its entry, valid until the next call; 'fresh':
 * it is new, and all of it but key and weight is for the caller to set.
 */
void *frequent_add(struct frequent *f, uint64_t key, uint64_t weight,
		   bool *fresh);

void *frequent_at(const struct frequent *f, size_t i);

#endif
