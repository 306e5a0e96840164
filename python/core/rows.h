/*
 * Rows and documents.  Rows are counted over all columns, from 0 in each pass,
 * those of reference columns apart.  A null is a row and not a document.  The
 * library counts documents, reference ones first.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From this document on, up to that of the next place, rows go up by one. */
struct row_place {
	uint64_t document, row;
};

struct rows {
	uint64_t documents;		/* reference ones first */
	uint64_t references;		/* of them */
	uint64_t rows, reference_rows;
	struct row_place *place;	/* ascending */
	size_t nplaces, room;
};

/* The next row, a document or a null: 0, or -1 if memory runs out. */
int rows_add(struct rows *r, bool reference, bool is_document);

/* The row of a document that was added. */
uint64_t rows_of(const struct rows *r, uint64_t document);

/* Forget all but reference rows: the next pass begins. */
void rows_again(struct rows *r);

void rows_free(struct rows *r);

#endif
