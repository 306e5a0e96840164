/* Rows and documents. */
#include "deduper.h"

#include <stdlib.h>

uint64_t
row_of(const struct deduper *self, uint64_t document)
{
	size_t low = 0, high = self->nplaces;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (self->place[middle].document <= document)
			low = middle;
		else
			high = middle;
	}
	return self->place[low].row + (document - self->place[low].document);
}

/* Document number 'document' is this row. */
int
note_row(struct deduper *self, uint64_t document, uint64_t row)
{
	if (self->nplaces > 0 && row_of(self, document) == row)
		return 0;
	if (self->nplaces == self->room) {
		size_t room = 2 * self->room + 4;
		struct place *more = realloc(self->place,
					     room * sizeof(*more));

		if (more == NULL)
			return -1;
		self->place = more;
		self->room = room;
	}
	self->place[self->nplaces++] = (struct place){ document, row };
	return 0;
}
