/* --annotate=text: all stays, with marks around what would be removed. */
#ifndef MARKS_H
#define MARKS_H

#include "body.h"
#include "provenance.h"
#include "sink.h"

struct marks {
	struct sink sink;
	struct body body;
	const struct provenance *provenance;
};

extern const struct sink_ops sink_of_marks;

#endif
