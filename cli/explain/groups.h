/*
 * --groups: which texts belong together: a line of JSON for each text that has
 * copies, with where it stays and where the others were.
 */
#ifndef GROUPS_H
#define GROUPS_H

#include <stddef.h>

#include "dedup.h"
#include "provenance.h"
#include "writer.h"

struct group_member;

struct groups {
	struct writer *to;	/* NULL: they are not wanted */
	struct group_member *member;
	size_t n, room;
};

/* A removal from this document: 0, or -1 with ENOMEM. */
int groups_add(struct groups *g, uint64_t document,
	       const struct dedup_removal *removal);

/*
 * Write all groups, in the order of the texts that stay, and of the copies:
 * 0, or -1 with errno.
 */
int groups_write(struct groups *g, const struct provenance *names);

void groups_free(struct groups *g);

#endif
