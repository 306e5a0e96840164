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

#endif
