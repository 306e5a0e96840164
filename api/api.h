/*
 * What the files of the public calls share, dedup.c above them included.
 *
 *	dedup.c		one document, passes, statistics
 *	documents.c	many documents, and long ones, by several threads
 *	tables.c	saved tables
 *	cluster.c	a corpus in parts; match.c, rows.c, know.c, blob.c
 *	options.c	options by name
 *	word_list.c	the words of a text
 */
#ifndef API_H
#define API_H

#include "engine.h"

/* dedup.c: a public call begins; and ends, with what came of it. */
void api_begin_call(struct dedup *d, struct dedup_verdict *v);
enum dedup_status api_end_call(struct dedup *d, int result, bool ends,
			       struct dedup_verdict *v);

/*
 * dedup.c: the next stretch of the open document, which 's' has prepared.  0,
 * or -1 with errno.
 */
int api_feed(struct dedup *d, struct split *s);

/* dedup.c: an empty table of these options and secret; NULL with ENOMEM. */
struct table *api_new_table(const struct dedup *d);

/*
 * tables.c: take over another secret: what depends on the old one is made anew.
 */
enum dedup_status api_adopt_secret(struct dedup *d, const unsigned char *secret,
				   bool places);

/* cluster.c: NULL is fine. */
void api_cluster_free(struct cluster *c);

/* dedup.c: share options.memory out anew. */
void api_share_memory(struct dedup *d);

/*
 * dedup.c: fill a struct of which the caller knows 'size' bytes, and this
 * version 'known'.
 */
void api_fill(void *to, size_t size, const void *from, size_t known);

/* documents.c: does the open document's text go to several threads? */
bool api_has_threads(struct dedup *d);

/*
 * Then these read what of it is not read yet, all of it or up to the last cut:
 * 0, or -1 with errno.
 */
int api_feed_threads(struct dedup *d, const char *text, size_t len, bool ends);

/*
 * options.c: take the options of a caller who may know fewer of them, or more
 * but asks for none of these.  False: it asks for one, or one is out of range.
 */
bool options_take(struct dedup_options *to, const struct dedup_options *from);

#endif
