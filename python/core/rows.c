/* Rows and documents: the places where a null comes between are kept. */
#include "rows.h"

#include <stdlib.h>

#include "array.h"

static int
add_document(struct rows *r, uint64_t row)
{
	bool goes_on = r->nplaces > 0 && rows_of(r, r->documents) == row;

	if (!goes_on) {
		if (array_room(&r->place, &r->room, r->nplaces + 1,
			       sizeof(*r->place)) != 0)
			return -1;
		r->place[r->nplaces++] = (struct row_place){ r->documents,
							     row };
	}
	r->documents++;
	return 0;
}

int
rows_add(struct rows *r, bool reference, bool is_document)
{
	uint64_t *n = reference ? &r->reference_rows : &r->rows;

	if (is_document) {
		if (add_document(r, *n) != 0)
			return -1;
		r->references += reference;
	}
	++*n;
	return 0;
}

uint64_t
rows_of(const struct rows *r, uint64_t document)
{
	size_t low = 0, high = r->nplaces;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (r->place[middle].document <= document)
			low = middle;
		else
			high = middle;
	}
	return r->place[low].row + (document - r->place[low].document);
}

void
rows_again(struct rows *r)
{
	r->documents = r->references;
	r->rows = 0;
	while (r->nplaces > 0 &&
	       r->place[r->nplaces - 1].document >= r->references)
		r->nplaces--;
}

void
rows_free(struct rows *r)
{
	free(r->place);
}
