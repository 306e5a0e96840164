/*
 * The sinks that write documents as they were: without what is removed, or,
 * with --repeated, only what is removed.
 */
#ifndef CLEAN_H
#define CLEAN_H

#include "body.h"
#include "sink.h"

struct clean {
	struct sink sink;
	struct body body;
};

extern const struct sink_ops sink_of_kept, sink_of_removed;

/* The operations of sink_of_kept, for a sink that begins with this struct. */
int clean_around(struct sink *s, const struct range *r);
int clean_kept(struct sink *s, const struct range *r);
int clean_end(struct sink *s);
int clean_pass(struct sink *s, enum item_kind kind, const char *bytes,
	       size_t len, bool ends);

#endif
