/* Look-ups in a saved table. */
#include <errno.h>
#include <string.h>

#include "format.h"

/*
 * Entries are close to their homes.  With four slots in five taken, the chance
 * of so many in a row is below 1e-60; a file that has them was made to cost
 * time.
 */
#define SCAN_MOST ((size_t)1 << 16)

/*
 * Reads slots from a key's home on: only bytes that have been compared, none
 * past the section, and at most SCAN_MOST slots.
 */
struct scan {
	struct saved *f;
	const unsigned char *p, *safe, *end;
	size_t width;
};

static struct scan
scan_from(struct saved *f, const struct sorted_slots *o, uint64_t key)
{
	const unsigned char *p = o->slots +
				 sorted_slots_home(o, key) * o->width;

	const unsigned char *end = o->slots +
				   (o->nslots + o->tail) * o->width;

	if ((size_t)(end - p) / o->width > SCAN_MOST)
		end = p + SCAN_MOST * o->width;
	return (struct scan){ f, p, p, end, o->width };
}

/* May the slot at s->p be read?  0, or -1 with EBADMSG. */
static inline int
scan_ready(struct scan *s)
{
	size_t at;

	if ((size_t)(s->safe - s->p) >= s->width && s->safe > s->p)
		return 0;
	if ((size_t)(s->end - s->p) < s->width) {
		errno = EBADMSG;	/* no empty slot where one must be */
		return -1;
	}
	if (saved_ready(s->f, s->p, s->width) != 0)
		return -1;
	/* Now safe up to the end of the block with its last byte. */
	at = (size_t)(s->p + s->width - 1 - s->f->map) - SAVED_BODY;
	at = (at / BLOCK + 1) * BLOCK + SAVED_BODY;
	s->safe = (size_t)(s->end - s->f->map) < at ? s->end : s->f->map + at;
	return 0;
}

/* The slot of the fingerprint: 1 with *at set, 0, or -1. */
static int
find_slot(struct saved *f, const struct sorted_slots *o,
	  const struct fingerprint *fp, const unsigned char **at)
{
	struct scan s;

	if (o->n == 0)
		return 0;
	for (s = scan_from(f, o, fp->hi);; s.p += s.width) {
		uint64_t key;

		if (scan_ready(&s) != 0)
			return -1;
		key = sorted_slots_key(s.p);
		if (key == 0 || key > fp->hi)
			return 0;
		if (key == fp->hi &&
		    sorted_slots_key(s.p + sizeof(key)) == fp->lo) {
			*at = s.p;
			return 1;
		}
	}
}

int
saved_find(struct saved *f, const struct fingerprint *fp,
	   uint64_t *ref)
{
	const unsigned char *p;
	int got = find_slot(f, &f->exact, fp, &p);

	*ref = 0;
	if (got > 0 && f->exact.width > sizeof(*fp))
		*ref = load40(p + sizeof(*fp));
	return got;
}

int
saved_count(struct saved *f, const struct fingerprint *fp,
	    uint64_t *count)
{
	const unsigned char *p;
	int got = find_slot(f, &f->counts, fp, &p);

	*count = 0;
	if (got > 0)
		*count = load40(p + sizeof(*fp));
	return got < 0 ? -1 : 0;
}

int
saved_postings(struct saved *f, uint64_t key, uint64_t ref[TABLE_POSTINGS])
{
	struct scan s;
	int n = 0;

	if (f->index.n == 0)
		return 0;
	for (s = scan_from(f, &f->index, key << 24);
	     n < TABLE_POSTINGS; s.p += s.width) {
		saved_key entry;

		if (scan_ready(&s) != 0)
			return -1;
		entry = load_key(s.p);
		if (key_of(entry) == 0 || key_of(entry) > key)
			break;
		if (key_of(entry) == key)
			ref[n++] = reference_of(entry);
	}
	return n;
}

/* Can the first bytes of a record be there? */
static bool
in_arena(const struct saved *f, uint64_t ref)
{
	uint64_t n = f->h.section[SAVED_ARENA].n;

	return ref > 0 && ref < n &&
	       (n - ref) * GRAIN >= record_length(f->h.places, 0);
}

const unsigned char *
saved_record(struct saved *f, uint64_t ref)
{
	const unsigned char *p;
	struct record r;
	size_t len;

	if (!in_arena(f, ref))
		goto bad;
	p = f->arena + (size_t)ref * GRAIN;
	if (saved_ready(f, p, sizeof(r)) != 0)
		return NULL;
	memcpy(&r, p, sizeof(r));
	len = record_length(f->h.places, r.nwords);
	if (r.nwords > f->h.longest ||
	    len > (f->h.section[SAVED_ARENA].n - ref) * GRAIN)
		goto bad;
	return saved_ready(f, p, len) == 0 ? p : NULL;
bad:
	errno = EBADMSG;
	return NULL;
}

struct place
saved_place(const struct saved *f, uint64_t ref,
	    const unsigned char *record)
{
	uint64_t low = 0, high = f->h.section[SAVED_RUNS].n;
	struct place p = { 0, 0, 0 };

	if (!f->h.places)
		return p;
	memcpy(&p, record + sizeof(struct record), sizeof(p));
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (f->runs[middle].grain <= ref)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0)
		p.document += f->runs[low - 1].documents;
	return p;
}

static int
label_ready(struct saved *f, const struct saved_label *l, uint64_t n)
{
	return saved_ready(f, (const unsigned char *)l, n * sizeof(*l));
}

int
saved_label_at(struct saved *f, uint64_t i, uint64_t *document,
	       const char **p, size_t *len)
{
	const struct saved_extent *text = &f->h.section[SAVED_TEXT];
	const struct saved_label *l = f->labels + i;
	bool last = i + 1 == f->h.section[SAVED_LABELS].n;
	const unsigned char *q;
	uint64_t end;

	if (label_ready(f, l, last ? 1 : 2) != 0)
		return -1;
	end = last ? text->length : l[1].begin;
	if (l->begin >= end || end > text->length ||
	    l->document >= f->h.documents ||
	    (!last && l->document >= l[1].document)) {
		errno = EBADMSG;
		return -1;
	}
	q = f->map + text->offset + l->begin;
	if (saved_ready(f, q, end - l->begin) != 0)
		return -1;
	*document = l->document;
	*p = (const char *)q;
	*len = end - l->begin;
	return 0;
}

int
saved_label(struct saved *f, uint64_t document, const char **p,
	    size_t *len)
{
	uint64_t n = f->h.section[SAVED_LABELS].n, low = 0, high = n, found;

	*p = "";
	*len = 0;
	if (document >= f->h.documents) {
		errno = EINVAL;
		return -1;
	}
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (label_ready(f, f->labels + middle, 1) != 0)
			return -1;
		if (f->labels[middle].document < document)
			low = middle + 1;
		else
			high = middle;
	}
	/* Each label that was read has been compared. */
	if (low == n || f->labels[low].document != document)
		return 0;
	return saved_label_at(f, low, &found, p, len);
}

/* Prefetching decides nothing, so it may read unchecked bytes. */

void
saved_prefetch(const struct saved *f, const struct fingerprint *fp)
{
	sorted_slots_prefetch(&f->exact, fp->hi);
}

void
saved_prefetch_postings(const struct saved *f, uint64_t key)
{
	sorted_slots_prefetch(&f->index, key << 24);
}

void
saved_prefetch_records(const struct saved *f, uint64_t key)
{
	const struct sorted_slots *o = &f->index;
	size_t at, last;

	if (o->n == 0)
		return;
	at = sorted_slots_home(o, key << 24);
	last = at + 2 * TABLE_POSTINGS;
	if (last > o->nslots + o->tail)
		last = o->nslots + o->tail;
	for (; at < last; at++) {
		saved_key entry = load_key(o->slots + at * KEY_WIDTH);

		if (key_of(entry) == 0 || key_of(entry) > key)
			return;
		if (key_of(entry) == key && in_arena(f, reference_of(entry)))
			__builtin_prefetch(f->arena +
					   reference_of(entry) * GRAIN);
	}
}
