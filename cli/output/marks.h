/* --annotate=text: all stays, with marks around what would be removed. */
#ifndef MARKS_H
#define MARKS_H

#include "clean.h"
#include "provenance.h"

struct marks {
	struct clean clean;
	const struct provenance *provenance;
};

extern const struct sink_ops sink_of_marks;

#endif
