/*
 * Saved tables: writing one from others and from a table in memory.
 *
 *	1	one pass over all fingerprints finds the units that an earlier
 *		source knows, and marks their records, which are left out
 *	2	each section is written in one pass over that section of the
 *		sources
 *
 * The place of a record in the new arena follows from what was left out before
 * it.  So a reference is mapped by counting marks, and order is kept.  Slots
 * are sorted, so a pass is a merge.  Everything is read in order, and written
 * by a second thread, which also computes the checksums.
 *
 *	merge.c -> sections.c -> passes.c -> cursor.c -> sources.c
 *		all to block_writer.c
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "merge_state.h"
#include "replace.h"

static int
out_of_memory(char *why)
{
	return saved_fail(why, ENOMEM, "%s", strerror(ENOMEM));
}

/* Set errno and its message; returns -1. */
static int
failed(struct merge *m)
{
	int error = errno;

	/* In which file is the damage, and where? */
	for (size_t i = 0; error == EBADMSG && i < m->in.n; i++) {
		char what[SAVED_WHY];

		if (m->in.source[i].file != NULL &&
		    saved_verify(m->in.source[i].file, what) != 0)
			return saved_fail(m->why, error, "table %zu: %.150s",
					  i + 1, what);
	}
	return saved_fail(m->why, error, "%s", strerror(error));
}

/* Write all of it to a new file. */
static int
put_table(struct merge *m, int fd)
{
	uint64_t units, entries, counts, grains = 1;

	if (lseek(fd, SAVED_BODY, SEEK_SET) < 0 ||
	    blocks_open(&m->out, fd) != 0)
		return failed(m);
	m->in.places = m->h.places;
	for (size_t i = 0; i < m->in.n; i++)
		if (saved_source_leave_out_gaps(&m->in.source[i]) != 0)
			return failed(m);
	if (pass_exact(&m->in, &units, NULL) != 0)
		return failed(m);
	for (size_t i = 0; i < m->in.n; i++) {
		m->in.source[i].begin = grains;
		grains += saved_source_count(&m->in.source[i]);
		if (grains > REFERENCE_MOST)
			return saved_fail(m->why, EFBIG,
				"more than 8 TiB of records: too much for "
				"one table");
	}
	if (exact_width(&m->h) == sizeof(struct fingerprint))
		grains = 0;
	if (pass_index(&m->in, &entries, NULL) != 0 ||
	    pass_counts(&m->in, &counts, NULL) != 0 ||
	    merge_slots(m, SAVED_EXACT, exact_width(&m->h), units,
		      pass_exact) != 0 ||
	    merge_slots(m, SAVED_INDEX, KEY_WIDTH, entries,
		      pass_index) != 0 ||
	    merge_arena(m, grains) != 0 || merge_runs(m, grains) != 0 ||
	    merge_slots(m, SAVED_COUNTS, COUNT_WIDTH, counts,
		      pass_counts) != 0 ||
	    merge_labels(m) != 0 || merge_end(m) != 0)
		return failed(m);
	return 0;
}

/* The sources, and what the header will say. */

static void
add_file(struct merge *m, struct saved *f)
{
	struct saved_source *p = &m->in.source[m->in.n++];
	uint64_t grains = f->h.section[SAVED_ARENA].n;

	*p = (struct saved_source){
		.file = f, .exact = f->exact, .index = f->index,
		.counts = f->counts, .spans = &p->all, .nspans = 1,
		.all = { f->arena + GRAIN, 1, grains > 1 ? grains : 1 },
		.documents = m->h.documents,
	};
	p->end = p->all.end;
	m->h.documents += f->h.documents;
	m->h.counted += f->h.counted;
	if (f->h.longest > m->h.longest)
		m->h.longest = f->h.longest;
}

static void
add_own(struct merge *m, const struct saved_own *own)
{
	struct saved_source *p = &m->in.source[m->in.n++];
	const struct sorted_slots none = { .n = 0 };

	*p = (struct saved_source){
		.exact = *own->exact, .index = none, .buckets = own->index,
		.counts = m->run->counts != NULL ? *m->run->counts : none,
		.spans = own->spans, .nspans = own->nspans, .end = 1,
		.documents = m->h.documents,
	};
	if (own->nspans > 0)
		p->end = own->spans[own->nspans - 1].end;
	m->h.documents += m->run->documents;
	m->h.counted += m->run->counted;
	if (own->longest > m->h.longest)
		m->h.longest = own->longest;
}

static void
describe(struct saved_header *h, const struct saved_options *o,
	 const unsigned char *secret, uint64_t index_secret)
{
	memcpy(h->magic, SAVED_MAGIC, sizeof(h->magic));
	h->version = SAVED_VERSION;
	h->ngram = o->ngram;
	h->min_words = o->min_words;
	h->unit = o->unit;
	h->window = o->window;
	h->words = o->words;
	h->fold_digits = o->fold_digits;
	h->near = o->near;
	h->places = o->places;
	h->sketch = o->sketch;
	memcpy(h->unicode, o->unicode, SAVED_UNICODE);
	h->index_secret = index_secret;
	memcpy(h->secret, secret, SAVED_SECRET);
	h->secret_id = shingle_checksum(secret, SAVED_SECRET);
}

/* Does file i have the described options and secret? */
static int
check_file(const struct merge *m, const struct saved *f)
{
	struct saved_options want;

	saved_get_options(&m->h, &want);
	if (saved_check(f, &want, m->why) != 0)
		return -1;
	if (memcmp(f->h.secret, m->h.secret, SAVED_SECRET) != 0 ||
	    f->h.index_secret != m->h.index_secret)
		return saved_fail(m->why, EINVAL,
				  "made with another secret");
	return 0;
}

static bool
is_too_many(const struct merge *m)
{
	return m->h.documents >> 48 != 0 || m->h.counted >> 48 != 0;
}

static int
collect(struct merge *m, struct saved *const *f, size_t n,
	const struct saved_own *own)
{
	struct saved_options options;

	if (own != NULL) {
		describe(&m->h, m->run->options, m->run->secret,
			 own->index_secret);
	} else if (n == 0) {
		return saved_fail(m->why, EINVAL, "nothing to merge");
	} else {
		options = saved_options_of(f, n);
		describe(&m->h, &options, f[0]->h.secret,
			 f[0]->h.index_secret);
	}
	m->in.source = calloc(n + 1, sizeof(*m->in.source));
	if (m->in.source == NULL)
		return out_of_memory(m->why);
	for (size_t i = 0; i < n; i++) {
		if (check_file(m, f[i]) != 0)
			return -1;
		add_file(m, f[i]);
		if (is_too_many(m))
			break;
	}
	if (own != NULL && !is_too_many(m))
		add_own(m, own);
	return is_too_many(m) ? saved_fail(m->why, EFBIG, "2^48 documents or "
					   "more: too many for one table") : 0;
}

/* Write it beside 'path', then put it in its place. */
static int
replace(struct merge *m, const char *path)
{
	struct replace r;
	int result;

	/* Only its owner may read it, since it has the secret. */
	if (replace_begin(&r, path, NULL, 0600) != 0) {
		if (errno == EINVAL || errno == EISDIR)
			return saved_fail(m->why, EINVAL, "not a regular file");
		return failed(m);
	}
	result = put_table(m, r.fd);
	blocks_close(&m->out);
	if (result != 0)
		replace_abort(&r);
	else if (replace_commit(&r, true) != 0)
		result = failed(m);
	return result;
}

static int
write_table(struct merge *m, const char *path, struct saved *const *f,
	    size_t n, const struct saved_own *own)
{
	int result = -1, error;

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		return saved_fail(m->why, ENOTSUP,
			"tables cannot be used on this machine (big-endian)");
	if (collect(m, f, n, own) == 0)
		result = replace(m, path);
	error = errno;
	for (size_t i = 0; i < m->in.n; i++)
		free(m->in.source[i].holes);
	free(m->in.source);
	errno = error;
	return result;
}

int
saved_write(const char *path, struct saved *const *f, size_t n,
	    const struct saved_own *own,
	    const struct saved_run *run, char why[SAVED_WHY])
{
	struct merge m = { .run = run, .why = why };

	return write_table(&m, path, f, n, own);
}

int
saved_merge(const char *path, struct saved *const *f, size_t n,
	    uint64_t least, char why[SAVED_WHY])
{
	struct merge m = { .in.least = least, .why = why };

	return write_table(&m, path, f, n, NULL);
}
