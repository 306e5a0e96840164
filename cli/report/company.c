/* The text of copies that stay. */
#include "company.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "file.h"
#include "json.h"
#include "warc.h"

#define BEFORE ((size_t)240)		/* bytes before the place */
#define RECORD_LEAST ((size_t)16 << 10)	/* read of a record at first */
#define RECORD_MOST ((size_t)4 << 20)	/* of a longer one nothing is shown */

void
company_begin(struct company *c, const struct options *opt,
	      const struct provenance *provenance)
{
	*c = (struct company){ .opt = opt, .provenance = provenance };
	c->cache.most = COMPANY_MOST;
	clock_gettime(CLOCK_REALTIME, &c->began);
}

void
company_free(struct company *c)
{
	text_cache_free(&c->cache);
	free(c->buf);
	free(c->text);
}

static bool
ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && strcmp(s + len - n, end) == 0;
}

/* As far as its name tells, since a million files are not opened for this. */
static bool
can_be_read_again(const struct company *c, const char *file)
{
	return !c->opt->in_place && strcmp(file, "-") != 0 &&
	       strncmp(file, "/dev/", 5) != 0 &&
	       strncmp(file, "/proc/", 6) != 0 && !ends_in(file, ".gz") &&
	       !ends_in(file, ".zst") && !ends_in(file, ".xz");
}

void
company_remember(struct company *c, uint64_t document, const struct range *text)
{
	const char *file = c->provenance->origin[document].file;

	if (file != c->file) {
		c->file = file;
		c->again = can_be_read_again(c, file);
	}
	if (!c->again)
		text_cache_add(&c->cache, document, text->off, text->text,
			       text->len);
}

static bool
find_in_cache(const struct company *c, const struct dedup_place *at,
	      struct passage *found)
{
	size_t before = at->offset < BEFORE ? (size_t)at->offset : BEFORE;

	if (!text_cache_find(&c->cache, at->document, at->offset - before,
			     &found->text, &found->len))
		return false;
	found->at = before;
	return found->at < found->len;
}

static bool
is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec :
	       a->tv_nsec > b->tv_nsec;
}

/* Open the file again, if it is the one that was read: -1 if not. */
static int
open_again(const struct company *c, const char *file)
{
	int fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
			is_later(&st.st_ctim, &c->began))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Bytes of a file, up to 'most', into the buffer, of which 'n' are there. */
static size_t
read_on(struct company *c, int fd, uint64_t from, size_t n, size_t most)
{
	ssize_t got;

	if (n >= most || array_room(&c->buf, &c->room, most, 1) != 0)
		return n;
	got = file_read_at(fd, c->buf + n, most - n, (off_t)(from + n));
	return got > 0 ? n + (size_t)got : n;
}

/* Where a document of text ends in its file, at the latest. */
static uint64_t
end_of(const struct company *c, uint64_t document)
{
	const struct provenance *p = c->provenance;

	return document + 1 < p->n &&
	       p->origin[document].file == p->origin[document + 1].file ?
	       p->origin[document + 1].offset : UINT64_MAX;
}

static bool
find_in_text(struct company *c, const struct origin *o,
	     const struct dedup_place *at, size_t most, struct passage *found)
{
	size_t before = at->offset < BEFORE ? (size_t)at->offset : BEFORE;
	uint64_t from = o->offset + at->offset - before;
	uint64_t left = end_of(c, at->document) - from;
	size_t want = before + most;
	int fd = open_again(c, o->file);

	if (fd < 0)
		return false;
	if (want > left)
		want = (size_t)left;
	found->len = read_on(c, fd, from, 0, want);
	close(fd);
	found->text = c->buf;
	found->at = before;
	return found->at < found->len;
}

/* The text of a JSONL record at the beginning of the buffer. */
static bool
text_of_record(struct company *c, size_t len, bool first, struct passage *found)
{
	const char *nl = memchr(c->buf, '\n', len), *why;
	size_t bom = first ? json_bom_len(c->buf, len) : 0, at;
	struct json_path path;
	struct json_value v;

	len = nl != NULL ? (size_t)(nl - c->buf) : len;
	if (json_path_parse(&path, c->opt->text_field) != 0 ||
	    json_scan(c->buf + bom, len - bom, &path, 1, &v, &why, &at) != 0 ||
	    v.kind != JSON_STRING ||
	    array_room(&c->text, &c->text_room, v.len + 1, 1) != 0)
		return false;
	found->len = json_decode(c->buf + bom + v.off, v.len, c->text);
	found->text = c->text;
	return true;
}

static bool
text_of_warc(struct company *c, size_t len, struct passage *found)
{
	struct warc_record r = { .need = 0 };

	if (warc_scan(c->buf, len, true, &r) != 1 || r.why != NULL)
		return false;
	found->text = c->buf + r.text_off;
	found->len = r.text_len;
	return true;
}

/*
 * The text of the record: more and more of the file is read, until all of the
 * record is there, or the file ends.
 */
static bool
read_record(struct company *c, const struct origin *o, struct passage *found)
{
	int fd = open_again(c, o->file);
	bool known = false;
	size_t len = 0;

	if (fd < 0)
		return false;
	for (size_t want = RECORD_LEAST; !known && want <= RECORD_MOST;
	     want *= 4) {
		len = read_on(c, fd, o->offset, len, want);
		if (len < want || o->warc || memchr(c->buf, '\n', len) != NULL)
			known = o->warc ? text_of_warc(c, len, found) :
				text_of_record(c, len, o->offset == 0, found);
		if (len < want)
			break;
	}
	close(fd);
	return known;
}

static bool
find_in_record(struct company *c, const struct origin *o,
	       const struct dedup_place *at, struct passage *found)
{
	size_t before = at->offset < BEFORE ? (size_t)at->offset : BEFORE;

	if (!read_record(c, o, found) || at->offset >= found->len)
		return false;
	found->text += at->offset - before;
	found->len -= (size_t)at->offset - before;
	found->at = before;
	return true;
}

bool
company_find(struct company *c, const struct dedup_place *at, size_t most,
	     struct passage *found)
{
	struct origin o;

	/* A table names files as they were when it was made. */
	if (at->table > 0 || !provenance_find(c->provenance, at, &o))
		return false;
	if (!can_be_read_again(c, o.file))
		return find_in_cache(c, at, found);
	return o.id != NULL ? find_in_record(c, &o, at, found) :
			      find_in_text(c, &o, at, most, found);
}
