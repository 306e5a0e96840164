/*
 * The object that holds a struct dedup, for the files that make its methods.
 *
 * One thread uses it at a time, in the process that made it: anything else is
 * an error.  If a call fails after some of its texts were judged, the object is
 * of no use any more: copies of these texts would be removed from what comes
 * next, and the caller never got the texts.
 */
#ifndef DEDUPER_H
#define DEDUPER_H

#include "core.h"
#include "rows.h"

#include <stdatomic.h>

struct deduper {
	PyObject_HEAD
	struct dedup *d;		/* NULL: closed */
	struct dedup_options opt;
	unsigned min_doc_words;		/* 0: all documents are kept */
	atomic_flag busy;
	long pid;
	const char *spoiled;		/* why it is of no use any more, or NULL */
	struct rows rows;		/* that were given to it */
	PyObject *watch;		/* called with rows read, or NULL */
};

/* 0: nobody else may use it until deduper_leave().  -1 with an exception. */
int deduper_enter(struct deduper *self);
void deduper_leave(struct deduper *self);

struct state *deduper_state(struct deduper *self);

/* The exception of a status; returns NULL. */
PyObject *raise_status(enum dedup_status st);

/* A call failed after texts were judged: it is of no use any more. */
void deduper_spoil(struct deduper *self, const char *why);

/* The methods of judge.c, tables.c, stats.c, top.c. */
PyObject *deduper_judge(struct deduper *self, PyObject *args);
PyObject *deduper_load(struct deduper *self, PyObject *args);
PyObject *deduper_save(struct deduper *self, PyObject *args);
PyObject *deduper_label(struct deduper *self, PyObject *args);
PyObject *deduper_top(struct deduper *self, PyObject *args);
PyObject *deduper_stats(struct deduper *self, PyObject *unused);

#endif
