/* What the files of the extension share.  Objects, and the module's state. */
#ifndef CORE_H
#define CORE_H

/* One extension for CPython 3.11 and later; free-threaded ones have no such. */
#ifndef Py_GIL_DISABLED
#define Py_LIMITED_API 0x030b0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "arrow.h"
#include "dedup.h"

struct state {
	PyObject *table_error;
	PyTypeObject *arrow_type, *deduper_type;
	PyTypeObject *span_type, *witness_type;	/* named tuples of _spans.py */
	PyObject *reasons;			/* a tuple of their names */
};

/* -1, with a MemoryError. */
static inline int
core_no_memory(void)
{
	PyErr_NoMemory();
	return -1;
}

/* Arrow data that is held here: libdedup.Arrow. */
struct arrow {
	PyObject_HEAD
	struct ArrowSchema schema;	/* no schema yet: release is NULL */
	struct shared **chunk;
	size_t n, room;
};

extern PyType_Spec arrow_spec, deduper_spec;

/* An object without chunks; the schema is moved, or released on failure. */
struct arrow *arrow_new(struct state *s, struct ArrowSchema *schema);

/* Moves 'array' into it, or releases it: 0, or -1 with an exception. */
int arrow_append(struct arrow *a, struct ArrowArray *array);

/* tables.c: functions of the module. */
PyObject *table_lock(PyObject *module, PyObject *args);
PyObject *table_unlock(PyObject *module, PyObject *args);
PyObject *table_is(PyObject *module, PyObject *args);
PyObject *table_info(PyObject *module, PyObject *args);
PyObject *table_test(PyObject *module, PyObject *args);
PyObject *table_merge(PyObject *module, PyObject *args);

/*
 * options.c: a list of what the library says of each option, as tuples of the
 * fields of struct dedup_option; what is wrong with a value, or "".
 */
PyObject *options_list(void);
PyObject *options_check(PyObject *module, PyObject *args);

/* Set them from a dict of names and texts, None for flags: 0, or -1. */
int options_set(struct dedup_options *to, PyObject *given);

/* cluster.c: a corpus in parts; functions of the module. */
PyObject *cluster_scan(PyObject *module, PyObject *args);
PyObject *cluster_match(PyObject *module, PyObject *list);
PyObject *cluster_rows(PyObject *module, PyObject *args);
PyObject *cluster_cut(PyObject *module, PyObject *args);
PyObject *cluster_secret(PyObject *module, PyObject *options);

/* An object that gives Arrow data by the methods of the PyCapsule protocol. */
struct source {
	struct ArrowSchema schema;
	struct ArrowArray array;	/* if there is only one */
	PyObject *capsule;		/* of the stream, else NULL */
	struct ArrowArrayStream *stream;
};

/* 0, or -1 with an exception; then there is nothing to close. */
int source_open(struct source *s, PyObject *object);
void source_close(struct source *s);

/* 1: the next array is in *to.  0: there is none.  -1 with an exception. */
int source_next(struct source *s, struct ArrowArray *to);

/* A new reference to all of it, without a copy. */
PyObject *arrow_read(struct state *s, PyObject *object);

/* All chunks of a list of libdedup.Arrow, which have one type. */
PyObject *arrow_join(struct state *s, PyObject *list);

PyObject *top_fetch(PyObject *module, PyObject *args);	/* top.c */

PyObject *json_find(PyObject *module, PyObject *args);	/* jsonl.c */
PyObject *json_cut(PyObject *module, PyObject *args);

#endif
