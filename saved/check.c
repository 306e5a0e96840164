/*
 * Checks a saved table when it is opened: its header, the bounds and the ends
 * of its sections, the checksums of its blocks.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "format.h"

int
saved_fail(char *why, int error, const char *format, ...)
{
	va_list ap;

	if (why != NULL) {
		va_start(ap, format);
		vsnprintf(why, SAVED_WHY, format, ap);
		va_end(ap);
	}
	errno = error;
	return -1;
}

const char *
saved_section_name(enum saved_section s)
{
	static const char *const names[SAVED_SECTIONS] = {
		"exact", "index", "arena", "runs", "counts", "labels", "text",
	};

	return s < SAVED_SECTIONS ? names[s] : "?";
}

/* The section that a byte of the file is in, for messages. */
static const char *
section_at(const struct saved *f, uint64_t offset)
{
	for (unsigned i = SAVED_SECTIONS; i-- > 0;)
		if (f->h.section[i].length > 0 &&
		    f->h.section[i].offset <= offset)
			return saved_section_name(i);
	return "header";
}

int
saved_check_block(struct saved *f, size_t block)
{
	size_t at = SAVED_BODY + block * BLOCK;
	size_t len = f->h.sums - at < BLOCK ? f->h.sums - at : BLOCK;
	uint64_t sum;

	memcpy(&sum, f->map + f->h.sums + block * sizeof(sum), sizeof(sum));
	if (shingle_checksum(f->map + at, len) != sum) {
		errno = EBADMSG;
		return -1;
	}
	__atomic_store_n(&f->good[block], 1, __ATOMIC_RELAXED);
	return 0;
}

/* What is wrong with the section, or NULL. */
static const char *
section_fault(const struct saved_header *h, unsigned i, uint64_t *end)
{
	static const unsigned char plain[SAVED_SECTIONS] = {
		[SAVED_ARENA] = GRAIN,
		[SAVED_RUNS] = sizeof(struct saved_start),
		[SAVED_LABELS] = sizeof(struct saved_label), [SAVED_TEXT] = 1,
	};
	const struct saved_extent *s = &h->section[i];
	uint64_t width = i == SAVED_EXACT ? exact_width(h) :
			 i == SAVED_INDEX ? KEY_WIDTH :
			 i == SAVED_COUNTS ? COUNT_WIDTH : plain[i];
	uint64_t count = s->n;

	if (s->offset % ALIGNMENT != 0 || s->offset < *end ||
	    s->offset > h->sums || s->length > h->sums - s->offset)
		return "lies outside";
	*end = s->offset + s->length;
	if (plain[i] != 0) {
		if (s->nslots != 0 || s->tail != 0)
			return "has slots";
	} else {
		if (s->n > s->length || s->nslots != slots_for(s->n) ||
		    s->tail > s->length || (s->n == 0 && s->tail != 0) ||
		    (s->n > 0 && s->tail == 0))
			return "has a wrong number of slots";
		count = s->nslots + s->tail;
	}
	if (s->length % width != 0 || s->length / width != count)
		return "has a wrong length";
	return NULL;
}

/* Do the numbers of the header fit each other and the file? */
static int
check_sections(const struct saved_header *h, char *why)
{
	const struct saved_extent *s = h->section;
	uint64_t end = SAVED_BODY;

	for (unsigned i = 0; i < SAVED_SECTIONS; i++) {
		const char *fault = section_fault(h, i, &end);

		if (fault != NULL)
			return saved_fail(why, EBADMSG,
				"damaged: section %s %s",
				saved_section_name(i), fault);
	}
	if (s[SAVED_ARENA].n > REFERENCE_MOST ||
	    (exact_width(h) == sizeof(struct fingerprint) &&
	     s[SAVED_ARENA].n + s[SAVED_INDEX].n +
	     s[SAVED_RUNS].n > 0) ||
	    h->documents >> 48 != 0 || h->counted >> 48 != 0 ||
	    s[SAVED_LABELS].n > h->documents ||
	    h->fold_digits > 1 || h->near > 1 || h->places > 1 ||
	    h->sketch > 1)
		return saved_fail(why, EBADMSG,
				  "damaged: header is inconsistent");
	return 0;
}

/* Is it digits and dots, then NULs?  It is printed in messages. */
static bool
is_version(const char v[SAVED_UNICODE])
{
	size_t n = strnlen(v, SAVED_UNICODE);

	return n < SAVED_UNICODE && strspn(v, "0123456789.") == n &&
	       saved_all_zero((const unsigned char *)v + n,
			      (const unsigned char *)v + SAVED_UNICODE);
}

int
saved_check_header(struct saved *f, char *why)
{
	const struct saved_header *h = &f->h;
	uint64_t blocks;

	if (f->len < sizeof(h->magic) ||
	    memcmp(f->map, SAVED_MAGIC, sizeof(h->magic)) != 0)
		return saved_fail(why, EBADMSG, "not a table of dedup");
	if (f->len < SAVED_BODY)
		return saved_fail(why, EBADMSG,
			"truncated: %zu bytes, less than a header", f->len);
	memcpy(&f->h, f->map, sizeof(f->h));
	if (h->version > SAVED_VERSION)
		return saved_fail(why, ENOTSUP,
			"format version %u is newer than %u: "
			"use a newer dedup", h->version, SAVED_VERSION);
	if (h->version > 0 && h->version < SAVED_VERSION)
		return saved_fail(why, ENOTSUP,
			"format version %u, of dedup 0.%u: "
			"make it anew from the texts", h->version, h->version);
	if (h->version < SAVED_VERSION ||
	    shingle_checksum(h, SAVED_BODY - sizeof(h->checksum)) !=
	    h->checksum)
		return saved_fail(why, EBADMSG, "damaged: header");
	if (h->length > f->len)
		return saved_fail(why, EBADMSG,
			"truncated: %zu of %llu bytes", f->len,
			(unsigned long long)h->length);
	if (h->length < f->len)
		return saved_fail(why, EBADMSG,
			"damaged: %zu bytes, not %llu", f->len,
			(unsigned long long)h->length);
	if (h->sums < SAVED_BODY || h->sums > h->length ||
	    h->sums % ALIGNMENT != 0)
		return saved_fail(why, EBADMSG,
				  "damaged: header is inconsistent");
	blocks = (h->sums - SAVED_BODY + BLOCK - 1) / BLOCK;
	if (h->nsums != blocks ||
	    h->length - h->sums != blocks * sizeof(uint64_t))
		return saved_fail(why, EBADMSG,
				  "damaged: header is inconsistent");
	if (shingle_checksum(f->map + h->sums, f->len - h->sums) !=
	    h->sums_checksum)
		return saved_fail(why, EBADMSG, "damaged: checksums");
	return check_sections(h, why);
}

int
saved_check_blocks(struct saved *f, char *why)
{
	for (size_t b = 0; b < f->h.nsums; b++) {
		uint64_t at = SAVED_BODY + (uint64_t)b * BLOCK;

		if (!__atomic_load_n(&f->good[b], __ATOMIC_RELAXED) &&
		    saved_check_block(f, b) != 0)
			return saved_fail(why, EBADMSG,
				"damaged: the megabyte from byte %llu, "
				"from section %s on", (unsigned long long)at,
				section_at(f, at));
	}
	return 0;
}

bool
saved_all_zero(const unsigned char *p, const unsigned char *end)
{
	while (p < end)
		if (*p++ != 0)
			return false;
	return true;
}

static int
bad_section(char *why, enum saved_section s, const char *what)
{
	return saved_fail(why, EBADMSG, "damaged: section %s %s",
			  saved_section_name(s), what);
}

/* Are all bytes zero between the sections, and in reserved fields? */
static int
check_gaps(struct saved *f, char *why)
{
	const struct saved_header *h = &f->h;
	uint64_t end = SAVED_BODY;

	for (unsigned i = 0; i <= SAVED_SECTIONS; i++) {
		uint64_t begin = i < SAVED_SECTIONS ?
				 h->section[i].offset : h->sums;

		if (begin - end >= ALIGNMENT ||
		    saved_ready(f, f->map + end, begin - end) != 0 ||
		    !saved_all_zero(f->map + end, f->map + begin))
			return saved_fail(why, EBADMSG,
				"damaged: something between sections");
		if (i < SAVED_SECTIONS)
			end = begin + h->section[i].length;
	}
	if (!is_version(h->unicode) ||
	    !saved_all_zero(h->zeros, h->zeros + sizeof(h->zeros)) ||
	    h->secret_id != shingle_checksum(h->secret, SAVED_SECRET))
		return saved_fail(why, EBADMSG,
				  "damaged: header is inconsistent");
	return 0;
}

/* Slots: does their number follow from the place of the last entry? */
static int
check_last_slots(struct saved *f, enum saved_section i,
		 const struct sorted_slots *o, char *why)
{
	size_t total = o->nslots + o->tail, first, last = 0;
	bool any = false;

	if (total == 0)
		return 0;
	first = total > 16 ? total - 16 : 0;
	if (saved_ready(f, o->slots + first * o->width,
			(total - first) * o->width) != 0)
		return bad_section(why, i, "does not fit its checksum");
	for (size_t at = first; at < total; at++)
		if (sorted_slots_key(o->slots + at * o->width) != 0) {
			any = true;
			last = at;
		}
	if (total != slots_in_all(o->n, any ? last : 0))
		return bad_section(why, i, "has a wrong number of slots");
	return 0;
}

/*
 * Records: none at 0.  The longest must not be longer than all of them
 * together, since memory for comparing it is reserved: not more than the file
 * has.
 */
static int
check_arena(struct saved *f, char *why)
{
	struct saved_header *h = &f->h;
	uint64_t n = h->section[SAVED_ARENA].n;
	uint64_t most = n > 1 ? (n - 1) * GRAIN / sizeof(uint16_t) : 0;

	if (n > 0 && (saved_ready(f, f->arena, GRAIN) != 0 ||
		      sorted_slots_key(f->arena) != 0))
		return bad_section(why, SAVED_ARENA, "does not begin with 0");
	if (h->longest > most)
		h->longest = (uint32_t)most;
	return 0;
}

/*
 * Runs, which are few: each place is resolved by them.  Documents are checked
 * here too, so that no place is past the end of the labels.
 */
static int
check_runs(struct saved *f, char *why)
{
	const struct saved_extent *s = &f->h.section[SAVED_RUNS];
	const struct saved_start *r = f->runs;
	bool any = f->h.places && f->h.section[SAVED_ARENA].n > 1;

	if (saved_ready(f, f->map + s->offset, s->length) != 0)
		return bad_section(why, SAVED_RUNS,
				   "does not fit its checksum");
	if ((s->n > 0) != any || (any && r[0].grain != 1))
		return bad_section(why, SAVED_RUNS, "does not fit the records");
	for (uint64_t i = 0; i < s->n; i++)
		if (r[i].grain >= f->h.section[SAVED_ARENA].n ||
		    r[i].documents >= f->h.documents ||
		    (i > 0 && (r[i].grain <= r[i - 1].grain ||
			       r[i].documents < r[i - 1].documents)))
			return bad_section(why, SAVED_RUNS, "is out of order");
	return 0;
}

/* Labels: the first and the last one. */
static int
check_labels(struct saved *f, char *why)
{
	uint64_t n = f->h.section[SAVED_LABELS].n, document;
	const char *p;
	size_t len;

	if ((n == 0) != (f->h.section[SAVED_TEXT].length == 0))
		return bad_section(why, SAVED_LABELS, "has empty ones only");
	if (n == 0)
		return 0;
	if (saved_label_at(f, 0, &document, &p, &len) != 0 ||
	    f->labels[0].begin != 0 ||
	    saved_label_at(f, n - 1, &document, &p, &len) != 0)
		return bad_section(why, SAVED_LABELS, "does not fit the text");
	return 0;
}

int
saved_check_ends(struct saved *f, char *why)
{
	if (check_gaps(f, why) != 0 ||
	    check_last_slots(f, SAVED_EXACT, &f->exact, why) != 0 ||
	    check_last_slots(f, SAVED_INDEX, &f->index, why) != 0 ||
	    check_last_slots(f, SAVED_COUNTS, &f->counts, why) != 0 ||
	    check_arena(f, why) != 0 || check_runs(f, why) != 0 ||
	    check_labels(f, why) != 0)
		return -1;
	return 0;
}
