/* How much of each document was removed. */
#include "losses.h"

#include <stdbool.h>
#include <string.h>

void
losses_begin(struct losses *l, uint64_t document)
{
	l->open = (struct loss){ .document = document };
}

/* Make the bins wide enough for byte 'off'; nothing is in them: 'empty'. */
static void
widen(struct losses *l, uint64_t off, bool empty)
{
	while (off / LOSSES_BINS >= l->width) {
		for (size_t i = 0; i < LOSSES_BINS / 2 && !empty; i++)
			l->bin[i] = l->bin[2 * i] + l->bin[2 * i + 1];
		if (!empty)
			memset(l->bin + LOSSES_BINS / 2, 0, sizeof(l->bin) / 2);
		l->width *= 2;
	}
}

void
losses_removed(struct losses *l, uint64_t off, uint64_t len)
{
	uint64_t middle = off + len / 2;
	bool first = l->open.gone == 0;

	if (first) {
		memset(l->bin, 0, sizeof(l->bin));
		l->width = 1;
	}
	widen(l, middle, first);
	l->bin[middle / l->width] += len;
	l->open.gone += len;
	l->open.units++;
}

/* What the bins say of tenths of the document, by their middle. */
static void
add_tenths(struct losses *l)
{
	double len = (double)l->open.bytes;

	for (size_t i = 0; i < LOSSES_BINS; i++) {
		double middle = ((double)i + 0.5) * (double)l->width;
		size_t tenth = (size_t)(LOSSES_TENTHS * middle / len);

		if (l->bin[i] > 0)
			l->tenth[tenth < LOSSES_TENTHS ? tenth :
				 LOSSES_TENTHS - 1] += l->bin[i];
	}
}

/* Put it in its place, if it has one; of equal ones the earlier is first. */
static void
insert(struct loss_list *list, const struct loss *one)
{
	size_t i = list->n;

	if (i == LOSSES_MOST && list->loss[i - 1].gone >= one->gone)
		return;
	if (i < LOSSES_MOST)
		list->n++;
	else
		i--;
	for (; i > 0 && list->loss[i - 1].gone < one->gone; i--)
		list->loss[i] = list->loss[i - 1];
	list->loss[i] = *one;
}

static size_t
share_class(const struct loss *one)
{
	if (one->gone == 0)
		return 0;
	if (one->gone >= one->bytes)
		return LOSSES_SHARES - 1;
	return 1 + (size_t)(10 * (double)one->gone / (double)one->bytes);
}

void
losses_end(struct losses *l, uint64_t bytes)
{
	struct loss *one = &l->open;
	double share;

	one->bytes = bytes;
	l->documents++;
	l->bytes += bytes;
	l->share[share_class(one)]++;
	if (one->gone == 0)
		return;
	share = (double)one->gone / (double)bytes;
	l->touched++;
	l->gone += one->gone;
	l->whole += one->gone >= bytes;
	add_tenths(l);
	insert(&l->most, one);
	if (bytes < LOSSES_LEAST || share <= LOSSES_MOSTLY)
		return;
	l->mostly++;
	insert(&l->mostly_gone, one);
}
