/*
 * A sink that another one watches: it is told all that the sink is told, before
 * it.
 */
#ifndef WATCHED_H
#define WATCHED_H

#include "sink.h"

struct watched {
	struct sink sink;
	struct sink *watcher, *next;
};

extern const struct sink_ops sink_of_watched;

#endif
