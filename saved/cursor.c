/* The entries of a source, in order. */
#include "cursor.h"

#include <errno.h>

#include "array.h"

/*
 * Get some slots, compared with their checksum: how many, 0 at the end, -1 on
 * an error.
 */
static ssize_t
take_slots(struct cursor *c, const unsigned char **from)
{
	size_t n = (size_t)(c->end - c->p) / c->width;

	n = n < AHEAD ? n : AHEAD;
	if (saved_source_ready(c->source, c->p, n * c->width) != 0)
		return -1;
	*from = c->p;
	c->p += n * c->width;
	return (ssize_t)n;
}

/*
 * Copy the index entries in n slots to 'to', with references mapped, and
 * without entries that are left out: how many; SIZE_MAX if a reference is out
 * of bounds.
 */
BODY size_t
map_keys_body(const struct saved_source *source, const unsigned char *p,
	      size_t n, saved_key *restrict to)
{
	const uint64_t end = source->end;
	size_t have = 0;

	for (size_t i = 0; i < n; i++, p += KEY_WIDTH) {
		saved_key e = load_key(p);
		uint64_t ref = reference_of(e), mapped;

		if (ref >= end || (ref == 0 && e != 0))
			return SIZE_MAX;
		mapped = saved_source_map(source, ref);
		to[have] = (e & ~(saved_key)REFERENCE_MOST) | mapped;
		have += (e != 0) & (mapped != 0);
	}
	return have;
}

static size_t
map_keys(const struct saved_source *source, const unsigned char *p, size_t n,
	 saved_key *to)
{
	return map_keys_body(source, p, n, to);
}

WIDE static size_t
map_keys_wide(const struct saved_source *source, const unsigned char *p,
	      size_t n, saved_key *to)
{
	return map_keys_body(source, p, n, to);
}

/*
 * Insert an entry into v[0..n).  Its place is usually near the end, since an
 * entry is few buckets after its home.
 */
static void
insert_key(saved_key *v, size_t n, saved_key e)
{
	for (; n > 0 && v[n - 1] > e; n--)
		v[n] = v[n - 1];
	v[n] = e;
}

/* The entries of the next buckets, sorted: 1, 0 if none are left, or -1. */
static int
sort_buckets(struct cursor *c)
{
	size_t n;

	c->nsorted = c->next_sorted = 0;
	while (c->nsorted < AHEAD &&
	       (n = buckets_cluster(c->buckets, c->bucket)) > 0) {
		if (array_room(&c->sorted, &c->sorted_room,
			       c->nsorted + n * BUCKET_ENTRIES,
			       sizeof(*c->sorted)) != 0)
			return -1;
		for (; n > 0; n--) {
			const struct bucket *p;

			p = &c->buckets->bucket[c->bucket++];
			for (unsigned i = 0; i < p->n; i++)
				insert_key(c->sorted, c->nsorted++,
					   (saved_key)bucket_key(p, i) << 40 |
					   bucket_ref(p, i));
		}
	}
	return c->nsorted > 0;
}

/* fill_keys() for the run's own index. */
static int
fill_own_keys(struct cursor *c)
{
	c->i = c->n = 0;
	while (c->n == 0) {
		if (c->next_sorted == c->nsorted) {
			int got = sort_buckets(c);

			if (got <= 0)
				return got;
		}
		while (c->n < AHEAD && c->next_sorted < c->nsorted) {
			saved_key e = c->sorted[c->next_sorted++];
			uint64_t to = saved_source_map(c->source,
						       reference_of(e));

			c->key[c->n] = (e & ~(saved_key)REFERENCE_MOST) | to;
			c->n += to != 0;
		}
	}
	return 1;
}

/* Prepare entries of an index: 1, 0 if none are left, or -1. */
static int
fill_keys(struct cursor *c)
{
	bool bad = false;

	if (c->buckets != NULL)
		return fill_own_keys(c);
	c->i = c->n = 0;
	while (c->n == 0) {
		const unsigned char *p;
		ssize_t n = take_slots(c, &p);

		if (n <= 0)
			return (int)n;
		c->n = (c->wide ? map_keys_wide : map_keys)
			(c->source, p, (size_t)n, c->key);
		if (c->n == SIZE_MAX)
			goto damaged;
	}
	/* Merging them relies on their order. */
	for (size_t i = 1; i < c->n; i++)
		bad |= c->key[i] <= c->key[i - 1];
	if (!bad)
		return 1;
damaged:
	c->n = 0;
	errno = EBADMSG;
	return -1;
}

static int
append_entry(struct cursor *c, const unsigned char *p)
{
	struct entry e = { sorted_slots_key(p), sorted_slots_key(p + 8), 0 };
	size_t i;

	if (c->width > sizeof(struct fingerprint))
		e.value = load40(p + sizeof(struct fingerprint));
	if (array_room(&c->entry, &c->room, c->n + 1, sizeof(*c->entry)) != 0)
		return -1;
	/* In memory, entries of equal 'hi' are in any order. */
	for (i = c->n++; i > 0 && c->entry[i - 1].hi == e.hi &&
	     c->source->file == NULL && e.lo < c->entry[i - 1].lo; i--)
		c->entry[i] = c->entry[i - 1];
	c->entry[i] = e;
	return 0;
}

/* Prepare fingerprints; those with equal 'hi' together. */
static int
fill_entries(struct cursor *c)
{
	c->i = c->n = 0;
	while (c->n == 0) {
		const unsigned char *p;
		ssize_t n = take_slots(c, &p);

		if (n <= 0)
			return (int)n;
		for (ssize_t i = 0; i < n; i++, p += c->width)
			if (sorted_slots_key(p) != 0 && append_entry(c, p) != 0)
				return -1;
	}
	while (c->source->file == NULL && c->p < c->end &&
	       sorted_slots_key(c->p) == c->entry[c->n - 1].hi) {
		if (append_entry(c, c->p) != 0)
			return -1;
		c->p += c->width;
	}
	return 1;
}

int
cursor_fill(struct cursor *c)
{
	return c->key != NULL ? fill_keys(c) : fill_entries(c);
}

void
cursor_clear(struct cursor *c)
{
	free(c->entry);
	free(c->key);
	free(c->sorted);
}

void
cursors_free(struct cursor *c, size_t n)
{
	for (size_t i = 0; c != NULL && i < n; i++)
		cursor_clear(&c[i]);
	free(c);
}

ssize_t
cursors_open(const struct saved_source *source, size_t n, enum saved_section s,
	     struct cursor **cursors)
{
	struct cursor *c = calloc(n + 1, sizeof(*c));
	size_t have = 0;

	*cursors = c;
	if (c == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct saved_source *p = &source[i];
		const struct sorted_slots *o = s == SAVED_EXACT ? &p->exact :
			s == SAVED_INDEX ? &p->index : &p->counts;
		int got;

		if (o->n == 0 && (s != SAVED_INDEX || p->buckets == NULL))
			continue;
		c[have] = (struct cursor){
			.source = p, .number = i,
			.width = o->width, .room = AHEAD + 1,
			.wide = vectors_available() >= VECTORS_WIDE,
			.buckets = s == SAVED_INDEX ? p->buckets : NULL,
		};
		if (o->n > 0) {
			c[have].p = o->slots;
			c[have].end = o->slots +
				      (o->nslots + o->tail) * o->width;
		}
		if (s == SAVED_INDEX)
			c[have].key = malloc((AHEAD + 1) * sizeof(saved_key));
		else
			c[have].entry = malloc((AHEAD + 1) *
					       sizeof(struct entry));
		if (c[have].key == NULL && c[have].entry == NULL) {
			cursors_free(c, have);
			*cursors = NULL;
			return -1;
		}
		got = cursor_fill(&c[have]);
		if (got < 0) {
			cursors_free(c, have + 1);
			*cursors = NULL;
			return -1;
		}
		if (got > 0) {
			have++;
			continue;
		}
		cursor_clear(&c[have]);
	}
	return (ssize_t)have;
}
