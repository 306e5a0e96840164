/* Saved tables: opening, looking up, checking.  merge.c writes them. */
#include "saved.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace.h"
#include "saved_format.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BIG_ENDIAN_MACHINE false
#else
#define BIG_ENDIAN_MACHINE true
#endif

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

/* Opening. */

bool
saved_is(const char *path)
{
	unsigned char magic[8];
	struct stat st;
	int fd = stat(path, &st) == 0 && S_ISREG(st.st_mode) ?
		 open(path, O_RDONLY | O_CLOEXEC) : -1;
	bool is;

	if (fd < 0)
		return false;
	is = read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic) &&
	     memcmp(magic, SAVED_MAGIC, sizeof(magic)) == 0;
	close(fd);
	return is;
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

/* Do the numbers of the header fit together, and the file? */
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

static int
check_header(struct saved *f, char *why)
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

/* Digits and dots, then NULs: it goes into messages. */
static bool
is_version(const char v[SAVED_UNICODE])
{
	size_t n = strnlen(v, SAVED_UNICODE);

	return n < SAVED_UNICODE && strspn(v, "0123456789.") == n &&
	       saved_all_zero((const unsigned char *)v + n,
			      (const unsigned char *)v + SAVED_UNICODE);
}

/* Zero between the sections, and in what is kept for later. */
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

/* Slots: the last entry is where their number says, and nothing follows it. */
static int
check_last_slots(struct saved *f, enum saved_section i,
		 const struct ordered *o, char *why)
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
		if (ordered_key(o->slots + at * o->width) != 0) {
			any = true;
			last = at;
		}
	if (total != slots_in_all(o->n, any ? last : 0))
		return bad_section(why, i, "has a wrong number of slots");
	return 0;
}

/*
 * Records: none at 0.  The longest is not longer than all of them: what it
 * takes to compare it is reserved, and is not to be more than the file has.
 */
static int
check_arena(struct saved *f, char *why)
{
	struct saved_header *h = &f->h;
	uint64_t n = h->section[SAVED_ARENA].n;
	uint64_t most = n > 1 ? (n - 1) * GRAIN / sizeof(uint16_t) : 0;

	if (n > 0 && (saved_ready(f, f->arena, GRAIN) != 0 ||
		      ordered_key(f->arena) != 0))
		return bad_section(why, SAVED_ARENA, "does not begin with 0");
	if (h->longest > most)
		h->longest = (uint32_t)most;
	return 0;
}

/*
 * Runs, which are few: each place is resolved by them.  Documents are compared
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

/* Slots as they lie in the file, for ordered_home() and the like. */
static struct ordered
slots_of(const struct saved *f, enum saved_section i, size_t width)
{
	const struct saved_extent *s = &f->h.section[i];
	struct ordered o;

	ordered_init(&o, width, 0.9, 2.0);
	o.slots = f->map + s->offset;
	o.nslots = s->nslots;
	o.tail = s->tail;
	o.n = s->n;
	return o;
}

static int
map(struct saved *f, const char *path, char *why)
{
	/* O_NONBLOCK: opening a pipe does not wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *p;

	if (fd < 0)
		return saved_fail(why, errno, "%s", strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		close(fd);
		return saved_fail(why, EBADMSG, "not a table of dedup");
	}
	f->len = (size_t)st.st_size;
	p = mmap(NULL, f->len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED) {
		int error = errno;

		close(fd);
		return saved_fail(why, error, "%s", strerror(error));
	}
	close(fd);
	f->map = p;
	return 0;
}

/* Map it, and check what the header says. */
static int
begin(struct saved *f, const char *path, char *why)
{
	if (map(f, path, why) != 0 || check_header(f, why) != 0)
		return -1;
	f->good = calloc(f->h.nsums + 1, 1);
	if (f->good == NULL)
		return saved_fail(why, ENOMEM, "%s", strerror(ENOMEM));
	f->exact = slots_of(f, SAVED_EXACT, exact_width(&f->h));
	f->index = slots_of(f, SAVED_INDEX, KEY_WIDTH);
	f->counts = slots_of(f, SAVED_COUNTS, COUNT_WIDTH);
	f->arena = f->map + f->h.section[SAVED_ARENA].offset;
	f->runs = (const void *)(f->map + f->h.section[SAVED_RUNS].offset);
	f->labels = (const void *)(f->map + f->h.section[SAVED_LABELS].offset);
	return 0;
}

int
saved_open_as(struct saved **result, const char *path, size_t small,
	      size_t eager, char why[SAVED_WHY])
{
	struct saved *f;
	int error;

	*result = NULL;
	if (BIG_ENDIAN_MACHINE)
		return saved_fail(why, ENOTSUP,
			"tables cannot be used on this machine (big-endian)");
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return saved_fail(why, ENOMEM, "%s", strerror(ENOMEM));
	if (begin(f, path, why) != 0 ||
	    (f->len <= eager && saved_check_blocks(f, why) != 0) ||
	    saved_check_ends(f, why) != 0 ||
	    (f->len <= small && saved_verify_content(f, why) != 0)) {
		error = errno;
		saved_close(f);
		errno = error;
		return -1;
	}
	*result = f;
	return 0;
}

int
saved_open(struct saved **f, const char *path, char why[SAVED_WHY])
{
	return saved_open_as(f, path, SAVED_SMALL, SAVED_EAGER, why);
}

void
saved_close(struct saved *f)
{
	if (f == NULL)
		return;
	if (f->map != NULL)
		munmap(f->map, f->len);
	free(f->good);
	free(f);
}

/* What it is. */

void
saved_get_options(const struct saved_header *h,
		  struct saved_options *o)
{
	*o = (struct saved_options){
		.ngram = h->ngram, .min_words = h->min_words, .unit = h->unit,
		.window = h->window, .words = h->words,
		.fold_digits = h->fold_digits, .near = h->near,
		.places = h->places, .sketch = h->sketch,
	};
	memcpy(o->unicode, h->unicode, SAVED_UNICODE);
}

/* "made with --ngram=4, not 3": how 'have' differs from 'want'. */
static int
compare_options(const struct saved_options *have,
		const struct saved_options *want, char *why)
{
	const struct {
		bool have, want;
		const char *name;
	} flags[] = {
		{ have->fold_digits, want->fold_digits, "--fold-digits" },
		{ !have->near, !want->near, "--exact" },
		{ have->window > 0, want->window > 0, "--contained" },
		{ have->sketch, want->sketch, "--threshold" },
		{ have->places, want->places, "the places of units" },
	};
	const struct {
		uint32_t have, want;
		const char *name;
	} numbers[] = {
		{ have->ngram, want->ngram, "--ngram=" },
		{ have->min_words, want->min_words, "--min-words=" },
		{ have->window, want->window, "a window of " },
	};

	if (have->words != want->words)
		return saved_fail(why, EINVAL,
			"made with version %u of the rules for words, not %u: "
			"make it anew from the texts",
			have->words, want->words);
	if (memcmp(have->unicode, want->unicode, SAVED_UNICODE) != 0)
		return saved_fail(why, EINVAL,
			"made with Unicode %s, not %s: make it anew from the "
			"texts, or use a utf8proc of that version",
			have->unicode, want->unicode);
	if (have->unit != want->unit)
		return saved_fail(why, EINVAL,
				  "made with another --unit");
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].have != flags[i].want)
			return saved_fail(why, EINVAL, "made %s %s",
				flags[i].have ? "with" : "without",
				flags[i].name);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].have != numbers[i].want)
			return saved_fail(why, EINVAL,
				"made with %s%u, not %u", numbers[i].name,
				numbers[i].have, numbers[i].want);
	return 0;
}

int
saved_check(const struct saved *f,
	    const struct saved_options *want,
	    char why[SAVED_WHY])
{
	struct saved_options have;

	saved_get_options(&f->h, &have);
	if (f->exact.n == 0) {
		have.ngram = want->ngram;
		have.window = want->window;
		have.near = want->near;
		have.places = want->places;
		have.sketch = want->sketch;
	}
	return compare_options(&have, want, why);
}

struct saved_options
saved_options_of(struct saved *const *f, size_t n)
{
	struct saved_options o;
	size_t i = 0;

	while (i + 1 < n && f[i]->exact.n == 0)
		i++;
	saved_get_options(&f[f[i]->exact.n > 0 ? i : 0]->h, &o);
	return o;
}

const unsigned char *
saved_secret(const struct saved *f)
{
	return f->h.secret;
}

uint64_t
saved_index_secret(const struct saved *f)
{
	return f->h.index_secret;
}

uint32_t
saved_longest(const struct saved *f)
{
	return f->h.longest;
}

void
saved_get_info(const struct saved *f, struct saved_info *i)
{
	*i = (struct saved_info){
		.version = f->h.version, .secret_id = f->h.secret_id,
		.length = f->h.length, .documents = f->h.documents,
		.counted = f->h.counted,
	};
	saved_get_options(&f->h, &i->options);
	for (unsigned s = 0; s < SAVED_SECTIONS; s++) {
		i->entries[s] = f->h.section[s].n;
		i->bytes[s] = f->h.section[s].length;
	}
	i->labels = i->entries[SAVED_LABELS];
}

/* Looking up. */

/*
 * Entries stand close to their homes.  Where four slots in five are taken, the
 * chance that so many follow one another is below 1e-60; a file in which they
 * do was made to cost time.
 */
#define SCAN_MOST ((size_t)1 << 16)

/*
 * A reading of slots from a key's home on, over no byte that has not been
 * compared, none past the section and no more than SCAN_MOST.
 */
struct scan {
	struct saved *f;
	const unsigned char *p, *safe, *end;
	size_t width;
};

static struct scan
scan_from(struct saved *f, const struct ordered *o, uint64_t key)
{
	const unsigned char *p = o->slots + ordered_home(o, key) * o->width;

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
		errno = EBADMSG;	/* no empty slot where one has to be */
		return -1;
	}
	if (saved_ready(s->f, s->p, s->width) != 0)
		return -1;
	/* Safe to the end of the block of its last byte. */
	at = (size_t)(s->p + s->width - 1 - s->f->map) - SAVED_BODY;
	at = (at / BLOCK + 1) * BLOCK + SAVED_BODY;
	s->safe = (size_t)(s->end - s->f->map) < at ? s->end : s->f->map + at;
	return 0;
}

/* The slot of the fingerprint: 1 with *at set, 0, or -1. */
static int
find_slot(struct saved *f, const struct ordered *o,
	  const struct fingerprint *fp, const unsigned char **at)
{
	struct scan s;

	if (o->n == 0)
		return 0;
	for (s = scan_from(f, o, fp->hi);; s.p += s.width) {
		uint64_t key;

		if (scan_ready(&s) != 0)
			return -1;
		key = ordered_key(s.p);
		if (key == 0 || key > fp->hi)
			return 0;
		if (key == fp->hi &&
		    ordered_key(s.p + sizeof(key)) == fp->lo) {
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
saved_bucket(struct saved *f, uint64_t key, uint64_t ref[TABLE_BUCKET])
{
	struct scan s;
	int n = 0;

	if (f->index.n == 0)
		return 0;
	for (s = scan_from(f, &f->index, key << 24);
	     n < TABLE_BUCKET; s.p += s.width) {
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

/* Is there room for the first bytes of a record? */
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
	/* Each label that was looked at has been compared. */
	if (low == n || f->labels[low].document != document)
		return 0;
	return saved_label_at(f, low, &found, p, len);
}

/* Prefetching decides nothing, so it reads what has not been compared. */

void
saved_prefetch(const struct saved *f, const struct fingerprint *fp)
{
	ordered_prefetch(&f->exact, fp->hi);
}

void
saved_prefetch_bucket(const struct saved *f, uint64_t key)
{
	ordered_prefetch(&f->index, key << 24);
}

void
saved_prefetch_records(const struct saved *f, uint64_t key)
{
	const struct ordered *o = &f->index;
	size_t at, last;

	if (o->n == 0)
		return;
	at = ordered_home(o, key << 24);
	last = at + 2 * TABLE_BUCKET;
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

/* Locking. */

/* A table has one lock, whatever links lead to it. */
static char *
lock_name(const char *path)
{
	static const char suffix[] = ".lock";
	struct stat st;
	char *target, *name;
	size_t len;

	if (replace_target(&target, path, &st) >= 0)
		path = target;
	else if (errno == ENOMEM)
		return NULL;
	len = strlen(path);
	name = malloc(len + sizeof(suffix));
	if (name != NULL) {
		memcpy(name, path, len);
		memcpy(name + len, suffix, sizeof(suffix));
	}
	free(target);
	return name;
}

/* Is the file that was locked the one that has the name? */
static bool
is_named(int fd, const char *name)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(name, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int
saved_lock(const char *path, char why[SAVED_WHY])
{
	char *name = lock_name(path);
	int fd, error;

	if (name == NULL)
		return saved_fail(why, ENOMEM, "%s", strerror(ENOMEM));
	/* Whoever held it may have removed it between these two. */
	for (;;) {
		fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			  0600);
		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
			break;
		if (is_named(fd, name)) {
			free(name);
			return fd;
		}
		close(fd);
	}
	error = errno;
	free(name);
	if (fd < 0)
		return saved_fail(why, error, "cannot lock: %s",
				  strerror(error));
	close(fd);
	if (error == EWOULDBLOCK)
		return saved_fail(why, EWOULDBLOCK,
				  "another run is writing it");
	return saved_fail(why, error, "cannot lock: %s", strerror(error));
}

void
saved_unlock(const char *path, int lock)
{
	char *name;

	if (lock < 0)
		return;
	name = lock_name(path);
	/* It is still held, so no other process can have locked this file. */
	if (name != NULL && is_named(lock, name))
		unlink(name);
	free(name);
	close(lock);
}
