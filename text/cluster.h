/*
 * A character with all that may join it, brought to its normal form:
 *
 *	text	a	n ~ .		U+FDFA		b
 *		|	|		|		|
 *		as it	decompose,	four words,	as it
 *		is	sort marks,	from a table	is
 *			compose
 *
 * By UAX #15 this gives the normal form of the whole: each cluster starts at a
 * boundary of normalisation.  More than MARKS_MAX marks in a row are not text:
 * the cluster is cut there, so that time stays linear.
 */
#ifndef CLUSTER_H
#define CLUSTER_H

#include "sink.h"

/* Does it join the character before it? */
static inline bool
cluster_joins(struct character ch)
{
	return (ch.info & KIND) == JOINS && !ch.entity;
}

/*
 * Read ch and all that may join it, from *pos on, as one cluster; *next is the
 * first character after it.
 */
int cluster_read(struct sink *k, struct character ch, struct character *next,
		 size_t *pos);

#endif
