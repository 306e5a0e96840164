/* Opens a saved table and says what it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "format.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BIG_ENDIAN_MACHINE false
#else
#define BIG_ENDIAN_MACHINE true
#endif

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
	is = file_read_at(fd, magic, sizeof(magic), 0) ==
	     (ssize_t)sizeof(magic) &&
	     memcmp(magic, SAVED_MAGIC, sizeof(magic)) == 0;
	close(fd);
	return is;
}

/* Slots in the file, for sorted_slots_home() and the like. */
static struct sorted_slots
slots_of(const struct saved *f, enum saved_section i, size_t width)
{
	const struct saved_extent *s = &f->h.section[i];
	struct sorted_slots o;

	sorted_slots_init(&o, width, 0.9, 2.0);
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
	if (map(f, path, why) != 0 || saved_check_header(f, why) != 0)
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
