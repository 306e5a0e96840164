/*
 * Verifies a saved table: all that dedup-table(5) promises of the entries.  It
 * reads the file once, and the records that the entries refer to once more.
 */
#include "saved.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

#define BIT(i) ((uint64_t)1 << ((i) & 63))

struct check {
	struct saved *f;
	char *why;
	uint64_t *starts;	/* a bit for each grain where a record begins */
	uint64_t *known;	/* and for those that have a fingerprint */
	uint64_t records;
};

static int
bad(const struct check *c, enum saved_section s, const char *what)
{
	return saved_fail(c->why, EBADMSG, "damaged: section %s: %s",
			  saved_section_name(s), what);
}

static int
verify_arena(struct check *c)
{
	struct saved *f = c->f;
	uint64_t n = f->h.section[SAVED_ARENA].n, ref = 1, run = 0;
	uint64_t documents = f->h.documents;

	if (n > 0 && sorted_slots_key(f->arena) != 0)
		return bad(c, SAVED_ARENA, "does not begin with 0");
	while (ref < n) {
		const unsigned char *p = saved_record(f, ref);
		struct record r;
		size_t len, grains;

		if (p == NULL)
			return bad(c, SAVED_ARENA, "a record too long");
		memcpy(&r, p, sizeof(r));
		len = record_length(f->h.places, r.nwords);
		grains = (len + GRAIN - 1) / GRAIN;
		if (!saved_all_zero(p + len, p + grains * GRAIN))
			return bad(c, SAVED_ARENA, "no 0 after a record");
		if (run < f->h.section[SAVED_RUNS].n &&
		    f->runs[run].grain == ref)
			run++;
		if (f->h.places &&
		    (run == 0 ||
		     saved_place(f, ref, p).document >=
		     documents))
			return bad(c, SAVED_ARENA,
				   "a record of no document");
		c->starts[ref / 64] |= BIT(ref);
		c->records++;
		ref += grains;
	}
	if (run != f->h.section[SAVED_RUNS].n)
		return bad(c, SAVED_RUNS, "begins within a record");
	return 0;
}

/* Does a record begin there? */
static bool
is_start(const struct check *c, uint64_t ref)
{
	return ref > 0 && ref < c->f->h.section[SAVED_ARENA].n &&
	       (c->starts[ref / 64] & BIT(ref)) != 0;
}

/* What is wrong with the entry at p, which follows 'last'; or NULL. */
typedef const char *verify_entry(struct check *c, const unsigned char *p,
				 const unsigned char *last);

static const char *
verify_exact(struct check *c, const unsigned char *p,
	     const unsigned char *last)
{
	uint64_t ref;

	if (last != NULL &&
	    (sorted_slots_key(p) < sorted_slots_key(last) ||
	     (sorted_slots_key(p) == sorted_slots_key(last) &&
	      sorted_slots_key(p + 8) <= sorted_slots_key(last + 8))))
		return "out of order";
	if (c->f->exact.width == sizeof(struct fingerprint))
		return NULL;
	ref = load40(p + sizeof(struct fingerprint));
	if (ref == 0)
		return c->f->h.places ? "no record" : NULL;
	if (!is_start(c, ref))
		return "refers to no record";
	if ((c->known[ref / 64] & BIT(ref)) != 0)
		return "two of one record";
	c->known[ref / 64] |= BIT(ref);
	c->records--;
	return NULL;
}

static const char *
verify_index(struct check *c, const unsigned char *p,
	     const unsigned char *last)
{
	saved_key e = load_key(p);
	struct record r;

	if (last != NULL && e <= load_key(last))
		return "out of order";
	if (key_of(e) == 0)
		return "an entry without a key";
	if (!is_start(c, reference_of(e)))
		return "refers to no record";
	memcpy(&r, c->f->arena + reference_of(e) * GRAIN, sizeof(r));
	return r.nwords == 0 ? "refers to a record without words" : NULL;
}

static const char *
verify_counts(struct check *c, const unsigned char *p,
	      const unsigned char *last)
{
	if (last != NULL &&
	    (sorted_slots_key(p) < sorted_slots_key(last) ||
	     (sorted_slots_key(p) == sorted_slots_key(last) &&
	      sorted_slots_key(p + 8) <= sorted_slots_key(last + 8))))
		return "out of order";
	(void)c;
	return load40(p + sizeof(struct fingerprint)) == 0 ? "a count of 0"
							   : NULL;
}

static int
verify_slots(struct check *c, enum saved_section s,
	     const struct sorted_slots *o, verify_entry *verify)
{
	const unsigned char *last = NULL;
	size_t next = 0, n = 0, in = 0;

	for (size_t i = 0; i < o->nslots + o->tail; i++) {
		const unsigned char *p = o->slots + i * o->width;
		uint64_t key = sorted_slots_key(p);
		const char *fault;

		if (key == 0) {
			if (!saved_all_zero(p, p + o->width))
				return bad(c, s, "an empty slot is not empty");
			continue;
		}
		if (i != (sorted_slots_home(o, key) > next ?
			  sorted_slots_home(o, key) : next))
			return bad(c, s, "an entry in a wrong slot");
		fault = verify(c, p, last);
		if (fault != NULL)
			return bad(c, s, fault);
		if (s == SAVED_INDEX) {
			in = last != NULL && sorted_slots_key(last) >> 24 ==
			     key >> 24 ? in + 1 : 1;
			if (in > TABLE_POSTINGS)
				return bad(c, s, "a bucket too full");
		}
		last = p;
		next = i + 1;
		n++;
	}
	if (n != o->n)
		return bad(c, s, "a wrong number of entries");
	if (o->nslots + o->tail != slots_in_all(n, next - 1))
		return bad(c, s, "a wrong number of slots");
	return 0;
}

static int
verify_labels(const struct check *c)
{
	/* check_labels() has checked where they begin and end. */
	for (uint64_t i = 0; i < c->f->h.section[SAVED_LABELS].n; i++) {
		uint64_t document;
		const char *p;
		size_t len;

		if (saved_label_at(c->f, i, &document, &p, &len) != 0)
			return bad(c, SAVED_LABELS, "out of order");
	}
	return 0;
}

int
saved_verify_content(struct saved *f, char why[SAVED_WHY])
{
	struct check c = { .f = f, .why = why };
	size_t words = f->h.section[SAVED_ARENA].n / 64 + 1;
	int result = -1;

	c.starts = calloc(words, sizeof(*c.starts));
	c.known = calloc(words, sizeof(*c.known));
	if (c.starts == NULL || c.known == NULL) {
		saved_fail(why, ENOMEM, "%s", strerror(ENOMEM));
		goto out;
	}
	if (verify_arena(&c) != 0 ||
	    verify_slots(&c, SAVED_EXACT, &f->exact, verify_exact) != 0 ||
	    verify_slots(&c, SAVED_INDEX, &f->index, verify_index) != 0 ||
	    verify_slots(&c, SAVED_COUNTS, &f->counts, verify_counts) != 0 ||
	    verify_labels(&c) != 0)
		goto out;
	if (c.records != 0) {
		bad(&c, SAVED_ARENA, "a record without a fingerprint");
		goto out;
	}
	result = 0;
out:
	free(c.starts);
	free(c.known);
	return result;
}

int
saved_verify(struct saved *f, char why[SAVED_WHY])
{
	/* Compare everything again: the caller asks for a full check. */
	memset(f->good, 0, f->h.nsums);
	if (saved_check_blocks(f, why) != 0 || saved_check_ends(f, why) != 0)
		return -1;
	return saved_verify_content(f, why);
}
