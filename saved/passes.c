/* Passes over the entries of all sources. */
#include "passes.h"

#include <errno.h>

#define DROPS 64		/* records marked at a time */

/* The slot for the next entry, or NULL on an error. */
static inline unsigned char *
slots_next(struct slots *s, uint64_t key)
{
	uint64_t at = sorted_slots_home(&s->o, key);

	at = at > s->next ? at : s->next;
	s->next = at + 1;
	return blocks_at(s->out, s->begin + at * s->o.width);
}

/* Records to be left out; they are prefetched until they are marked. */
struct drops {
	struct saved_source *source[DROPS];
	uint64_t ref[DROPS];
	size_t n;
};

static int
drops_flush(const struct inputs *in, struct drops *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (saved_source_leave_out_record(d->source[i], in->places,
				     d->ref[i]) != 0)
			return -1;
	d->n = 0;
	return 0;
}

static int
drops_add(const struct inputs *in, struct drops *d, size_t source, uint64_t ref)
{
	struct saved_source *p = &in->source[source];

	if (ref == 0)
		return 0;
	if (ref >= p->end) {
		errno = EBADMSG;
		return -1;
	}
	if (p->file != NULL)
		__builtin_prefetch(p->all.bytes + ((size_t)ref - 1) * GRAIN);
	d->source[d->n] = p;
	d->ref[d->n++] = ref;
	return d->n == DROPS ? drops_flush(in, d) : 0;
}

/* Which of n > 0 cursors is at the smallest entry; the first of equal ones. */
static inline size_t
first_entry(const struct cursor *c, size_t n)
{
	size_t at = 0;

	for (size_t i = 1; i < n; i++)
		if (is_before(&c[i].entry[c[i].i], &c[at].entry[c[at].i]))
			at = i;
	return at;
}

static int
put_entry(struct slots *to, const struct entry *e)
{
	unsigned char *p = slots_next(to, e->hi);

	if (p == NULL)
		return -1;
	memcpy(p, &e->hi, sizeof(e->hi));
	memcpy(p + 8, &e->lo, sizeof(e->lo));
	store40(p + 16, e->value);
	return 0;
}

/*
 * The same for a fingerprint of 'from', with its record's reference in the new
 * arena.
 */
static int
put_exact(struct slots *to, const struct saved_source *from, struct entry e)
{
	if (e.value != 0) {	/* 0: no reference, or already overwritten */
		/* The first pass has checked what it read. */
		e.value = e.value < from->end ?
			  saved_source_map(from, e.value) : 0;
		if (e.value == 0) {
			errno = EBADMSG;
			return -1;
		}
	}
	return put_entry(to, &e);
}

/*
 * Go over the fingerprints of all sources, each once.  With 'to' write them;
 * else count them, to *n, and leave out the records of those that are already
 * known.
 */
int
pass_exact(const struct inputs *in, uint64_t *n, struct slots *to)
{
	struct entry last = { 0, 0, 0 };
	struct drops drops = { .n = 0 };
	struct cursor *c;
	ssize_t opened = cursors_open(in->source, in->n, SAVED_EXACT, &c);
	size_t left = (size_t)opened;
	int result = -1;

	if (opened < 0)
		return -1;
	*n = 0;
	while (left > 0) {
		size_t at = first_entry(c, left), number = c[at].number;
		struct entry e = c[at].entry[c[at].i];

		if (is_before(&last, &e)) {
			(*n)++;
			if (to != NULL &&
			    put_exact(to, &in->source[number], e) != 0)
				goto out;
		} else if (is_before(&e, &last)) {
			errno = EBADMSG;
			goto out;
		} else if (to == NULL &&
			   drops_add(in, &drops, number, e.value) != 0) {
			goto out;
		}
		last = e;
		if (cursor_next(c, at, &left) != 0)
			goto out;
	}
	result = drops_flush(in, &drops);
out:
	cursors_free(c, left);
	return result;
}

/* Merge a[0..na) and b[0..nb), ascending, to 'to'.  No branch to predict. */
static void
merge_keys(const saved_key *a, size_t na, const saved_key *b, size_t nb,
	   saved_key *restrict to)
{
	size_t i = 0, j = 0;

	while (i < na && j < nb) {
		saved_key x = a[i], y = b[j];
		bool second = y < x;

		*to++ = second ? y : x;
		i += !second;
		j += second;
	}
	memcpy(to, a + i, (na - i) * sizeof(*a));
	memcpy(to + na - i, b + j, (nb - j) * sizeof(*b));
}

/* How many of v[0..n), ascending, are up to 'bound'. */
static size_t
keys_up_to(const saved_key *v, size_t n, saved_key bound)
{
	size_t low = 0;

	while (n > 0) {
		size_t half = n / 2;

		if (v[low + half] <= bound) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

/*
 * Set v to the next entries of all cursors, ascending; it has room for AHEAD of
 * each, twice.  Returns how many, 0 at the end, -1 on an error.
 */
static ssize_t
take_keys(struct cursor *c, size_t *n, size_t room, saved_key **v)
{
	saved_key *to = *v, *from = to + room;
	saved_key bound = ~(saved_key)0;
	size_t have = 0;

	/* All entries up to this bound are prepared. */
	for (size_t i = 0; i < *n; i++)
		if (c[i].key[c[i].n - 1] < bound)
			bound = c[i].key[c[i].n - 1];
	for (size_t i = 0; i < *n;) {
		const saved_key *key = c[i].key + c[i].i;
		size_t more = keys_up_to(key, c[i].n - c[i].i, bound);
		size_t before = *n;
		saved_key *swap = from;

		merge_keys(to, have, key, more, from);
		from = to;
		to = swap;
		have += more;
		if (more > 0) {
			c[i].i += more - 1;
			if (cursor_next(c, i, n) != 0)
				return -1;
		}
		i += *n == before;
	}
	*v = to;
	return (ssize_t)have;
}

/* Count or write the entries of v[0..n) that fit in their posting lists. */
static int
put_keys(const saved_key *v, size_t n, saved_key *last, unsigned *listed,
	 uint64_t *count, struct slots *to)
{
	bool bad = false;

	for (size_t i = 0; i < n; i++) {
		saved_key e = v[i];

		*listed = key_of(e) == key_of(*last) ? *listed + 1 : 1;
		bad |= e <= *last;
		*last = e;
		*count += *listed <= TABLE_POSTINGS;
		if (to != NULL && *listed <= TABLE_POSTINGS) {
			uint64_t upper = (uint64_t)(e >> 16);
			uint16_t low = (uint16_t)e;
			unsigned char *p = slots_next(to, upper);

			if (p == NULL)
				return -1;
			memcpy(p, &upper, sizeof(upper));
			memcpy(p + sizeof(upper), &low, sizeof(low));
		}
	}
	if (bad)
		errno = EBADMSG;
	return bad ? -1 : 0;
}

/*
 * The index entries of all sources that fit in their posting lists; as
 * pass_exact().
 */
int
pass_index(const struct inputs *in, uint64_t *n, struct slots *to)
{
	saved_key last = 0, *both = NULL;
	unsigned listed = 0;
	struct cursor *c;
	ssize_t got = cursors_open(in->source, in->n, SAVED_INDEX, &c);
	size_t left = (size_t)got, room = left * AHEAD;
	int result = -1;

	if (got < 0)
		return -1;
	*n = 0;
	both = calloc(2 * room + 1, sizeof(*both));
	if (both == NULL)
		goto out;
	while (left > 0) {
		/* The merged entries end in either half. */
		saved_key *v = both;

		got = take_keys(c, &left, room, &v);
		if (got < 0 ||
		    put_keys(v, (size_t)got, &last, &listed, n, to) != 0)
			goto out;
	}
	result = 0;
out:
	free(both);
	cursors_free(c, left);
	return result;
}

/* A unit's count is complete: count it, and write it with 'to'. */
static int
end_count(const struct inputs *in, uint64_t *n, struct slots *to,
	  const struct entry *sum)
{
	if (sum->hi == 0 || sum->value < in->least)
		return 0;
	(*n)++;
	return to == NULL ? 0 : put_entry(to, sum);
}

/* The counts of all sources, added; as pass_exact(). */
int
pass_counts(const struct inputs *in, uint64_t *n, struct slots *to)
{
	struct entry sum = { 0, 0, 0 };
	struct cursor *c;
	ssize_t opened = cursors_open(in->source, in->n, SAVED_COUNTS, &c);
	size_t left = (size_t)opened;
	int result = -1;

	if (opened < 0)
		return -1;
	*n = 0;
	while (left > 0) {
		size_t at = first_entry(c, left);
		struct entry e = c[at].entry[c[at].i];

		if (is_before(&sum, &e)) {
			if (end_count(in, n, to, &sum) != 0)
				goto out;
			sum = e;
		} else if (is_before(&e, &sum)) {
			errno = EBADMSG;
			goto out;
		} else {
			sum.value += e.value;
			if (sum.value > SAVED_COUNT_MOST)
				sum.value = SAVED_COUNT_MOST;
		}
		if (cursor_next(c, at, &left) != 0)
			goto out;
	}
	result = end_count(in, n, to, &sum);
out:
	cursors_free(c, left);
	return result;
}
