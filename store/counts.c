/* In how many documents is a text? */
#include "counts.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

#define MOST (((uint64_t)1 << 40) - 1)	/* the most that fits in an entry */

/* The places of two copies of a text, in different documents. */
struct copies {
	struct place first, second;
};

struct entry {
	uint64_t hi, lo;
	uint64_t documents, last, number;
};

void
counts_init(struct counts *c, bool places)
{
	*c = (struct counts){ .places = places };
	sorted_slots_init(&c->set, places ? COUNTS_WIDTH_PLACES : COUNTS_WIDTH,
			  0.88, 1.3);
}

void
counts_free(struct counts *c)
{
	sorted_slots_free(&c->set);
	free(c->copies);
	c->copies = NULL;
}

size_t
counts_memory(const struct counts *c)
{
	return sorted_slots_memory(&c->set) +
	       c->copies_room * sizeof(*c->copies);
}

static struct entry
load(const struct counts *c, const unsigned char *p)
{
	return (struct entry){
		.hi = sorted_slots_key(p), .lo = sorted_slots_key(p + 8),
		.documents = load40(p + 16), .last = load40(p + 21),
		.number = c->places ? load40(p + 26) : 0,
	};
}

static void
store(const struct counts *c, unsigned char *p, const struct entry *e)
{
	memcpy(p, &e->hi, 8);
	memcpy(p + 8, &e->lo, 8);
	store40(p + 16, e->documents);
	store40(p + 21, e->last);
	if (c->places)
		store40(p + 26, e->number);
}

/* The slot of the fingerprint, or NULL with *at where it would be. */
static unsigned char *
find(const struct counts *c, const struct fingerprint *fp, unsigned char **at)
{
	unsigned char *p;

	*at = NULL;
	if (c->set.n == 0)
		return NULL;
	for (p = sorted_slots_find(&c->set, fp->hi);
	     sorted_slots_key(p) == fp->hi; p += c->set.width)
		if (sorted_slots_key(p + 8) == fp->lo)
			return p;
	*at = p;
	return NULL;
}

/* How large the set of entries may become. */
static size_t
allowance(const struct counts *c)
{
	size_t copies = c->copies_room * sizeof(*c->copies);

	if (c->limit == 0)
		return SIZE_MAX;
	return copies < c->limit ? c->limit - copies : 0;
}

/* Room for one more pair of copies. */
static int
reserve_copies(struct counts *c)
{
	size_t room = c->copies_room + c->copies_room / 2 + 64;

	if (!c->places || c->ncopies < c->copies_room)
		return 0;
	if (c->ncopies == MOST ||
	    (c->limit != 0 && sorted_slots_memory(&c->set) +
	     room * sizeof(*c->copies) > c->limit))
		return -1;
	if (array_resize(&c->copies, room, sizeof(*c->copies)) != 0)
		return -1;
	c->copies_room = room;
	return 0;
}

void
counts_vote(struct counts *c, const struct fingerprint *fp,
	    const struct place *at)
{
	unsigned char bytes[COUNTS_WIDTH_PLACES];
	unsigned char *slot, *p = find(c, fp, &slot);
	struct entry e;

	if (p != NULL) {
		e = load(c, p);
		if (e.last == (at->document & MOST) || e.documents == MOST)
			return;
		e.last = at->document & MOST;
		e.documents++;
		if (e.documents == 2 && c->places)
			c->copies[e.number].second = *at;
		store(c, p, &e);
		return;
	}
	if (c->full || reserve_copies(c) != 0 ||
	    sorted_slots_reserve_within(&c->set, allowance(c)) != 0) {
		c->full = true;
		return;
	}
	e = (struct entry){
		.hi = fp->hi, .lo = fp->lo, .documents = 1,
		.last = at->document & MOST, .number = c->ncopies,
	};
	if (c->places)
		c->copies[c->ncopies++] = (struct copies){ *at, *at };
	store(c, bytes, &e);
	if (find(c, fp, &slot) != NULL || slot == NULL)
		slot = sorted_slots_find(&c->set, fp->hi);
	sorted_slots_insert(&c->set, slot, bytes);
}

static void
fill(const struct counts *c, const struct entry *e, struct counted *found)
{
	*found = (struct counted){
		.fp = { e->hi, e->lo }, .documents = e->documents,
	};
	if (c->places) {
		found->first = c->copies[e->number].first;
		found->second = c->copies[e->number].second;
	}
}

bool
counts_find(const struct counts *c, const struct fingerprint *fp,
	    struct counted *found)
{
	unsigned char *at, *p = find(c, fp, &at);
	struct entry e;

	if (p == NULL)
		return false;
	e = load(c, p);
	fill(c, &e, found);
	return true;
}

size_t
counts_slots(const struct counts *c)
{
	return c->set.n == 0 ? 0 : c->set.nslots + c->set.tail;
}

bool
counts_at(const struct counts *c, size_t i, struct counted *found)
{
	const unsigned char *p = c->set.slots + i * c->set.width;
	struct entry e;

	if (sorted_slots_key(p) == 0)
		return false;
	e = load(c, p);
	fill(c, &e, found);
	return true;
}

/* Is a before b?  By documents, then by place, then by fingerprint. */
static bool
comes_before(const struct counted *a, const struct counted *b)
{
	if (a->documents != b->documents)
		return a->documents > b->documents;
	if (a->first.document != b->first.document)
		return a->first.document < b->first.document;
	if (a->first.offset != b->first.offset)
		return a->first.offset < b->first.offset;
	return a->fp.hi < b->fp.hi;
}

static void
swap(struct counted *a, struct counted *b)
{
	struct counted x = *a;

	*a = *b;
	*b = x;
}

/* A heap with the last of all on top. */
static void
sift_down(struct counted *heap, size_t n, size_t i)
{
	for (size_t k; (k = 2 * i + 1) < n; i = k) {
		if (k + 1 < n && comes_before(&heap[k], &heap[k + 1]))
			k++;
		if (!comes_before(&heap[i], &heap[k]))
			return;
		swap(&heap[i], &heap[k]);
	}
}

size_t
counts_top(const struct counts *c, struct counted *top, size_t n)
{
	size_t got = 0;
	struct counted x;

	for (size_t i = 0; i < counts_slots(c) && n > 0; i++) {
		if (!counts_at(c, i, &x) || x.documents < 2)
			continue;
		if (got < n) {
			top[got++] = x;
			for (size_t k = got / 2; got == n && k-- > 0; )
				sift_down(top, n, k);
		} else if (comes_before(&x, &top[0])) {
			top[0] = x;
			sift_down(top, n, 0);
		}
	}
	for (size_t k = got / 2; got < n && k-- > 0; )
		sift_down(top, got, k);
	for (size_t k = got; k-- > 1; ) {
		swap(&top[0], &top[k]);
		sift_down(top, k, 0);
	}
	return got;
}
