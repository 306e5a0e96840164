/*
 * Files to batches of documents.
 *
 * The reader looks for as little as it needs to cut the input where batches
 * can be prepared apart: line ends of JSONL, headers of WARC, separator lines,
 * the places in a long text that dedup_find_cut() names.  All else is done by
 * batch_prepare().
 */
#include "reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CHUNK ((size_t)128 << 10)	/* bytes read at a time */
#define RECORD_MAX ((size_t)64 << 20)	/* longer ones pass unjudged */
#define UNWANTED_MAX ((size_t)1 << 20)	/* WARC without text: not gathered */
#define STRETCH_MAX ((size_t)16 << 20)	/* no cut in so much: feed the text */
#define BATCH_ITEMS 8192
#define ROOM_KEPT ((size_t)4 << 20)	/* in a batch that is empty */

/* Where reading of WARC stands. */
enum warc_phase {
	AT_RECORD,		/* where one should begin */
	IN_BLOCK,		/* of one that is not gathered */
	AT_TRAILER,		/* of the same, before its last byte */
	IN_BAD,			/* in no record, up to the next */
};

struct reader {
	const struct options *opt;
	struct files *files;
	const struct dedup *d;
	struct json_path text_path;
	bool ahead;
	size_t size;

	size_t next;		/* file to be opened */
	bool open;		/* files[next - 1] is */
	struct source own, *src;
	uint64_t raw;		/* bytes of earlier files */
	enum format format;
	bool object;		/* text, that begins with a JSON object */
	bool eof;
	uint64_t at;		/* bytes of the file in items so far */
	uint64_t line;		/* and lines, of JSONL and separated text */
	bool amid_line;		/* those bytes end within one */
	bool amid_record;	/* ... of a record too long to judge, or of
				 * WARC passed in pieces */

	/* The document of text at hand. */
	uint64_t part;
	uint64_t document_at;
	bool begun;
	bool fed;		/* the rest of it is fed */
	bool inside;		/* see dedup_cut */

	/* The WARC record at hand. */
	enum warc_phase phase;
	struct warc_record warc;	/* at AT_RECORD: as warc_scan() left it */
	uint64_t record_at;	/* where it begins in the file */
	uint64_t block_left;	/* IN_BLOCK: bytes of the block to come */

	char *carry;		/* read, and in no item yet */
	size_t carry_len, carry_room;
	size_t pos;		/* in the batch: bytes in items */
	size_t looked;		/* from pos: without what is looked for */
};

struct reader *
reader_new(const struct options *opt, struct files *files,
	   const struct dedup *d, bool ahead, size_t size)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->opt = opt;
	r->files = files;
	r->d = d;
	r->ahead = ahead;
	r->size = size;
	r->src = &r->own;
	/* options.c has looked at it. */
	(void)json_path_parse(&r->text_path, opt->text_field);
	return r;
}

static void
close_file(struct reader *r)
{
	if (r->open && r->src == &r->own)
		source_close(&r->own);
	r->open = false;
}

void
reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	close_file(r);
	free(r->carry);
	free(r);
}

bool
reader_ready(const struct reader *r, int ms)
{
	return !r->open || r->eof || source_ready(r->src, ms);
}

/* Batches. */

int
batch_init(struct batch *b, struct dedup *d)
{
	*b = (struct batch){ .room = 2 * CHUNK };
	b->buf = malloc(BATCH_HEAD + b->room);
	if (b->buf != NULL && dedup_part_new(d, &b->part) == DEDUP_OK)
		return 0;
	free(b->buf);
	*b = (struct batch){ .buf = NULL };
	return -1;
}

static void
batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->items[i].owned);
	dedup_part_clear(b->part);
	b->n = b->len = b->nwarcs = 0;
}

void
batch_empty(struct batch *b)
{
	char *p;

	batch_clear(b);
	if (b->room > ROOM_KEPT &&
	    (p = realloc(b->buf, BATCH_HEAD + 2 * CHUNK)) != NULL) {
		b->buf = p;
		b->room = 2 * CHUNK;
	}
	if (b->texts_room > ROOM_KEPT) {
		free(b->texts);
		b->texts = NULL;
		b->texts_room = 0;
	}
}

void
batch_free(struct batch *b)
{
	if (b->part != NULL)
		batch_clear(b);
	dedup_part_free(b->part);
	free(b->buf);
	free(b->items);
	free(b->warcs);
	free(b->texts);
}

static char *
bytes_of(const struct batch *b)
{
	return b->buf + BATCH_HEAD;
}

static int
batch_room(struct batch *b, size_t more)
{
	size_t room = b->room;
	char *buf;

	if (b->room - b->len >= more)
		return 0;
	while (room - b->len < more)
		room *= 2;
	buf = realloc(b->buf, BATCH_HEAD + room);
	if (buf == NULL)
		return -1;
	b->buf = buf;
	b->room = room;
	return 0;
}

static struct item *
add_item(struct reader *r, struct batch *b, enum item_kind kind, size_t len)
{
	struct item *it;

	if (b->n == b->items_room) {
		size_t room = 2 * b->items_room + 64;

		it = realloc(b->items, room * sizeof(*it));
		if (it == NULL)
			return NULL;
		b->items = it;
		b->items_room = room;
	}
	it = &b->items[b->n++];
	*it = (struct item){
		.kind = kind, .file = r->next - 1, .off = r->pos, .len = len,
		.at = r->at, .line = r->line,
	};
	r->pos += len;
	r->at += len;
	r->looked -= r->looked < len ? r->looked : len;
	if (len > 0)
		r->amid_line = bytes_of(b)[r->pos - 1] != '\n';
	return it;
}

static int
add_error(struct reader *r, struct batch *b, const char *what, const char *why)
{
	struct item *it = add_item(r, b, ITEM_ERROR, 0);

	if (it == NULL)
		return -1;
	it->what = what;
	it->owned = strdup(why);
	it->why = it->owned;
	return it->owned != NULL ? 0 : -1;
}

static char *
rest(const struct reader *r, const struct batch *b)
{
	return bytes_of(b) + r->pos;
}

static size_t
rest_len(const struct reader *r, const struct batch *b)
{
	return b->len - r->pos;
}

/*
 * Read on into the batch: 1, 0 at the end of the file, -1 with ENOMEM.  The
 * file's end stands for what cannot be read, so that all that was read goes
 * through.
 */
static int
read_on(struct reader *r, struct batch *b)
{
	ssize_t n;

	if (r->files->file[r->next - 1].skip)
		r->eof = true;
	if (r->eof)
		return 0;
	if (batch_room(b, CHUNK) != 0)
		return -1;
	n = source_read(r->src, bytes_of(b) + b->len, b->room - b->len < CHUNK ?
			b->room - b->len : CHUNK);
	if (n > 0) {
		b->len += (size_t)n;
		/* All that it had when it was opened: spare small files the
		 * call that finds no more. */
		r->eof = (size_t)n < CHUNK && !r->src->live &&
			 source_kind(r->src) == COMPRESSION_NONE &&
			 source_size(r->src) > 0 &&
			 source_consumed(r->src) == source_size(r->src);
		return 1;
	}
	r->eof = true;
	return n < 0 ? add_error(r, b, "cannot read", source_error(r->src)) : 0;
}

/* Is there no need to wait for more, as something is at hand? */
static bool
is_enough(const struct reader *r, const struct batch *b)
{
	return b->len >= r->size || b->n >= BATCH_ITEMS ||
	       (b->n > 0 && !source_ready(r->src, 0));
}

/* Text. */

/*
 * Where a document-separator line begins, from the position on, else where
 * what there is ends; its length to *size, its newline included.  Only
 * complete lines count, unless the file ends here.
 */
static size_t
find_separator(const struct reader *r, const struct batch *b, size_t *size)
{
	const char *sep = r->opt->separator, *text = rest(r, b);
	size_t n = strlen(sep), len = rest_len(r, b), from = r->looked;

	while (from < len) {
		const char *p = memmem(text + from, len - from, sep, n);
		size_t at, end;

		if (p == NULL)
			break;
		at = (size_t)(p - text);
		end = at + n;
		end += end < len && text[end] == '\r';
		if ((at == 0 ? !r->amid_line : text[at - 1] == '\n') &&
		    (end < len ? text[end] == '\n' : r->eof)) {
			*size = end - at + (end < len);
			return at;
		}
		from = at + 1;
	}
	return len;
}

/* Bytes before what may be the beginning of a separator line. */
static size_t
before_partial_line(const char *sep, const char *text, size_t len)
{
	const char *nl = memrchr(text, '\n', len);
	size_t line = nl != NULL ? (size_t)(nl - text) + 1 : 0;

	return len - line <= strlen(sep) + 1 ? line : len;
}

static uint64_t
count_lines(const char *s, size_t len)
{
	uint64_t n = 0;

	for (const char *end = s + len;
	     (s = memchr(s, '\n', (size_t)(end - s))) != NULL; s++)
		n++;
	return n;
}

static void
begin_document(struct reader *r)
{
	r->part += r->opt->separator != NULL;
	r->document_at = r->at;
	r->begun = r->fed = r->inside = false;
}

/* 'len' bytes of the document at hand: an item. */
static int
add_text(struct reader *r, struct batch *b, size_t len, bool ends, bool ahead,
	 bool goes_on)
{
	const char *text = rest(r, b);
	struct item *it;

	it = add_item(r, b, ITEM_TEXT, len);
	if (it == NULL)
		return -1;
	it->part = r->part;
	it->offset = it->at - r->document_at;
	it->begins = !r->begun;
	it->ends = ends;
	it->ahead = ahead;
	it->inside = r->inside;
	it->goes_on = goes_on;
	r->inside = goes_on;
	r->begun = true;
	r->fed |= !ahead;
	if (r->opt->separator != NULL)
		r->line += count_lines(text, len);
	return 0;
}

/*
 * What there is of a document that does not end here: 1 where an item could be
 * made of it, 0 where there has to be more, -1.
 */
static int
take_stretch(struct reader *r, struct batch *b, size_t len)
{
	struct dedup_cut cut;

	if (len == 0)
		return 0;
	if (!r->ahead || r->fed)
		return add_text(r, b, len, false, false, false) != 0 ? -1 : 1;
	if (dedup_find_cut(r->d, rest(r, b), len, r->inside, &cut))
		return add_text(r, b, cut.at, false, true, cut.inside) != 0 ?
		       -1 : 1;
	if (len < STRETCH_MAX)
		return 0;
	return add_text(r, b, len, false, false, false) != 0 ? -1 : 1;
}

/* Text until the batch is full or the file ends: as reader_next(). */
static int
read_text(struct reader *r, struct batch *b)
{
	size_t want = r->size;

	for (;;) {
		size_t len = rest_len(r, b), sep_len = 0, ready = len;
		bool separated = false;

		if (r->opt->separator != NULL) {
			ready = find_separator(r, b, &sep_len);
			separated = ready < len;
			r->looked = ready;
			if (!separated && !r->eof)
				ready = r->looked = before_partial_line(
					r->opt->separator, rest(r, b), len);
		}
		if (separated || r->eof) {
			if (add_text(r, b, ready, true, r->ahead && !r->fed,
				     false) != 0)
				return -1;
			if (!separated)
				return 1;
			if (add_item(r, b, ITEM_PASS, sep_len) == NULL)
				return -1;
			r->line++;
			r->looked = 0;
			begin_document(r);
			if (b->n >= BATCH_ITEMS)
				return 1;
			continue;
		}
		if (b->len >= want || (b->len > 0 &&
				       !source_ready(r->src, 0))) {
			int got = take_stretch(r, b, ready);

			if (got < 0)
				return -1;
			if (got > 0 || b->n > 0)
				return 1;
			want = b->len + r->size;
		}
		if (read_on(r, b) < 0)
			return -1;
	}
}

/* JSONL. */

static int
add_record(struct reader *r, struct batch *b, size_t len,
	   enum record_state state, bool whole)
{
	struct item *it = add_item(r, b, ITEM_RECORD, len);

	if (it == NULL)
		return -1;
	it->state = state;
	it->begins = !r->amid_record;
	it->ends = whole;
	r->amid_record = !whole;
	r->line += whole;
	return 0;
}

static int
read_records(struct reader *r, struct batch *b)
{
	for (;;) {
		char *s = rest(r, b);
		size_t len = rest_len(r, b);
		char *nl = memchr(s + r->looked, '\n', len - r->looked);
		size_t n = nl != NULL ? (size_t)(nl - s) + 1 : len;

		if (nl != NULL || (r->eof && len > 0)) {
			if (add_record(r, b, n, r->amid_record ? RECORD_LONG :
				       RECORD_TEXT, true) != 0)
				return -1;
			if (b->n >= BATCH_ITEMS)
				return 1;
			continue;
		}
		if (r->eof)
			return 1;
		r->looked = len;
		if (len > RECORD_MAX || (r->amid_record && len > 0)) {
			if (add_record(r, b, len, RECORD_LONG, false) != 0)
				return -1;
			return 1;
		}
		if (is_enough(r, b) && b->n > 0)
			return 1;
		if (read_on(r, b) < 0)
			return -1;
	}
}

/* WARC. */

/*
 * An item of what is next of the record at hand, 'len' bytes: all of it, or a
 * piece; the last one knows what became of it.
 */
static int
add_warc(struct reader *r, struct batch *b, uint64_t len,
	 enum record_state state, bool ends)
{
	struct item *it = add_item(r, b, ITEM_WARC, (size_t)len);

	if (it == NULL)
		return -1;
	if (!r->amid_record)
		r->record_at = it->at;
	it->state = state;
	it->begins = !r->amid_record;
	it->ends = ends;
	it->offset = it->at - r->record_at;
	it->why = state == RECORD_BAD ? r->warc.why : NULL;
	r->amid_record = !ends;
	if (ends) {
		r->phase = AT_RECORD;
		r->warc = (struct warc_record){ 0 };
	}
	return 0;
}

/* A record with text: an item, and where its parts are. */
static int
add_warc_text(struct reader *r, struct batch *b)
{
	if (b->nwarcs == b->warcs_room) {
		size_t room = 2 * b->warcs_room + 64;
		struct warc_record *p = realloc(b->warcs, room * sizeof(*p));

		if (p == NULL)
			return -1;
		b->warcs = p;
		b->warcs_room = room;
	}
	b->warcs[b->nwarcs] = r->warc;
	if (add_warc(r, b, r->warc.size, RECORD_TEXT, true) != 0)
		return -1;
	b->items[b->n - 1].warc = b->nwarcs++;
	return 0;
}

static const char *const cut_off =
	"cut off, or its Content-Length is too large";

static enum record_state
state_of_passed(const struct reader *r)
{
	return r->warc.wanted ? RECORD_LONG : RECORD_NO_TEXT;
}

/*
 * A record begins here: 1 where something became of it, 0 where there has to
 * be more, -1.  What is done hangs on the file alone, not on how much of it
 * happens to be at hand: a record too long to be gathered is passed in pieces
 * once there are so many bytes, whatever else may be known of it by then.
 */
static int
take_warc(struct reader *r, struct batch *b)
{
	size_t len = rest_len(r, b), most;
	int got = warc_scan(rest(r, b), len, r->eof, &r->warc);

	most = r->warc.wanted ? RECORD_MAX : UNWANTED_MAX;
	if (r->warc.header_len > 0 && r->warc.block_len > most && len > most) {
		r->block_left = r->warc.block_len;
		r->phase = IN_BLOCK;
		return add_warc(r, b, r->warc.header_len, state_of_passed(r),
				false) != 0 ? -1 : 1;
	}
	if (got < 0)
		r->phase = IN_BAD;
	else if (got > 0 && r->warc.why == NULL)
		return add_warc_text(r, b) != 0 ? -1 : 1;
	else if (got > 0)
		return add_warc(r, b, r->warc.size, RECORD_NO_TEXT, true) != 0 ?
		       -1 : 1;
	return got < 0;
}

/* The next of a block that is not gathered, but for its last byte. */
static int
pass_block(struct reader *r, struct batch *b)
{
	uint64_t len = rest_len(r, b);

	if (len >= r->block_left)
		len = r->block_left - 1;
	if (len > 0 && add_warc(r, b, len, state_of_passed(r), false) != 0)
		return -1;
	r->block_left -= len;
	if (r->block_left == 1) {
		r->phase = AT_TRAILER;
		return 1;
	}
	if (!r->eof)
		return 0;
	r->warc.why = cut_off;
	return add_warc(r, b, 0, RECORD_BAD, true) != 0 ? -1 : 1;
}

/* The last byte of such a block, and what follows it. */
static int
pass_trailer(struct reader *r, struct batch *b)
{
	size_t len = rest_len(r, b), trailer_len = 0;
	int got = r->eof ? -1 : 0;

	if (len > 0)
		got = warc_trailer(rest(r, b) + 1, len - 1, r->eof,
				   &trailer_len);
	if (got > 0)
		return add_warc(r, b, 1 + trailer_len, state_of_passed(r),
				true) != 0 ? -1 : 1;
	if (got < 0) {
		r->warc.why = len == 0 ? cut_off : "wrong Content-Length";
		r->phase = IN_BAD;
	}
	return got < 0;
}

/* Bytes that are no record, up to the next one. */
static int
pass_bad(struct reader *r, struct batch *b)
{
	size_t len = rest_len(r, b), pass;
	bool ends = warc_resync(rest(r, b), len, r->eof, &pass) || r->eof;

	if ((pass > 0 || ends) && add_warc(r, b, pass, RECORD_BAD, ends) != 0)
		return -1;
	return ends;
}

/* WARC until the batch is full or the file ends: as reader_next(). */
static int
read_warc(struct reader *r, struct batch *b)
{
	for (;;) {
		int got;

		if (r->phase == AT_RECORD &&
		    ((r->eof && rest_len(r, b) == 0) || b->n >= BATCH_ITEMS))
			return 1;
		got = r->phase == AT_RECORD ? take_warc(r, b) :
		      r->phase == IN_BLOCK ? pass_block(r, b) :
		      r->phase == AT_TRAILER ? pass_trailer(r, b) :
					       pass_bad(r, b);
		if (got < 0)
			return -1;
		if (got > 0)
			continue;
		if (is_enough(r, b) && b->n > 0)
			return 1;
		if (read_on(r, b) < 0)
			return -1;
	}
}

/* Formats. */

static bool
has_suffix(const char *s, size_t n, const char *end)
{
	size_t m = strlen(end);

	return n >= m && memcmp(s + n - m, end, m) == 0;
}

/* The name without what says how it is compressed. */
static size_t
plain_name(const char *path)
{
	static const char *const packed[] = { ".gz", ".zst", ".xz" };
	size_t n = strlen(path);

	for (size_t i = 0; i < 3; i++)
		if (has_suffix(path, n, packed[i]))
			return n - strlen(packed[i]);
	return n;
}

static size_t
bom_length(const char *s, size_t len)
{
	return len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* Is the first line a JSON object with a text in it?  -1: ENOMEM. */
static int
looks_like_jsonl(struct reader *r, struct batch *b)
{
	struct json_value v;
	const char *why, *nl;
	size_t at, len, bom;

	if (r->opt->separator != NULL)
		return 0;
	while (rest_len(r, b) < 4 && !r->eof)
		if (read_on(r, b) < 0)
			return -1;
	bom = bom_length(rest(r, b), rest_len(r, b));
	if (rest_len(r, b) <= bom || rest(r, b)[bom] != '{')
		return 0;
	while ((nl = memchr(rest(r, b), '\n', rest_len(r, b))) == NULL &&
	       !r->eof && rest_len(r, b) < RECORD_MAX)
		if (read_on(r, b) < 0)
			return -1;
	len = nl != NULL ? (size_t)(nl - rest(r, b)) : rest_len(r, b);
	if (json_scan(rest(r, b) + bom, len - bom, &r->text_path, 1, &v, &why,
		      &at) != 0)
		return 0;
	r->object = v.kind != JSON_STRING;
	return !r->object;
}

/* Does it begin as a WARC record does?  -1: ENOMEM. */
static int
looks_like_warc(struct reader *r, struct batch *b)
{
	static const char magic[] = "WARC/";
	const size_t n = sizeof(magic) - 1;

	if (r->opt->separator != NULL)
		return 0;
	while (rest_len(r, b) < n && !r->eof)
		if (read_on(r, b) < 0)
			return -1;
	return rest_len(r, b) >= n && memcmp(rest(r, b), magic, n) == 0;
}

static int
find_format(struct reader *r, struct batch *b, const char *path)
{
	size_t n = plain_name(path);
	int got;

	r->format = r->opt->format;
	if (r->format != FORMAT_AUTO)
		return 0;
	r->format = FORMAT_JSONL;
	if (has_suffix(path, n, ".jsonl") || has_suffix(path, n, ".ndjson"))
		return 0;
	r->format = FORMAT_WARC;
	if (has_suffix(path, n, ".warc") || has_suffix(path, n, ".wet") ||
	    has_suffix(path, n, ".wat"))
		return 0;
	got = looks_like_warc(r, b);
	if (got != 0)
		return got < 0 ? -1 : 0;
	r->format = FORMAT_JSONL;
	got = looks_like_jsonl(r, b);
	if (got < 0)
		return -1;
	if (got == 0)
		r->format = FORMAT_TEXT;
	return 0;
}

/* Files. */

/* What is to be rewritten is not to be waited for, as a pipe would be. */
static bool
is_unfit(const struct reader *r, const char *path)
{
	struct stat st;

	return r->files->stamps && stat(path, &st) == 0 &&
	       !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* The next file, if there is one: 1, 0, -1. */
static int
open_next(struct reader *r, struct batch *b)
{
	while (r->next < r->files->n) {
		size_t i = r->next++;
		struct file *f = &r->files->file[i];
		struct source *spooled = r->files->spooled;
		struct item *it;
		size_t number;

		if (f->skip)
			continue;
		r->at = r->line = r->part = 0;
		r->eof = r->amid_line = r->amid_record = false;
		r->phase = AT_RECORD;
		r->warc = (struct warc_record){ 0 };
		r->looked = 0;
		if (is_unfit(r, f->path)) {
			if (add_error(r, b, "cannot open",
				      "not a regular file") != 0)
				return -1;
			continue;
		}
		if (spooled != NULL && spooled[i].fd >= 0) {
			r->src = &spooled[i];
			if (source_rewind(r->src) != 0) {
				if (add_error(r, b, "cannot read again",
					      strerror(errno)) != 0)
					return -1;
				continue;
			}
		} else {
			r->src = &r->own;
			if (source_open(r->src, f->path) != 0) {
				if (add_error(r, b, "cannot open",
					      strerror(errno)) != 0)
					return -1;
				continue;
			}
		}
		r->open = true;
		r->object = false;
		number = b->n;
		it = add_item(r, b, ITEM_FILE, 0);
		if (it == NULL ||
		    (r->files->stamps && files_stamp(f, r->src) != 0) ||
		    find_format(r, b, f->path) != 0)
			return -1;
		b->items[number].object = r->object;
		begin_document(r);
		return 1;
	}
	return 0;
}

/* What the batch has no item of waits for the next one. */
static int
carry_over(struct reader *r, struct batch *b)
{
	size_t len = rest_len(r, b);

	if (len > r->carry_room) {
		char *p = realloc(r->carry, len + len / 2);

		if (p == NULL)
			return -1;
		r->carry = p;
		r->carry_room = len + len / 2;
	}
	if (len > 0)
		memcpy(r->carry, rest(r, b), len);
	r->carry_len = len;
	b->len -= len;
	return 0;
}

int
reader_next(struct reader *r, struct batch *b)
{
	int got = 1;

	batch_clear(b);
	if (batch_room(b, r->carry_len + CHUNK) != 0)
		return -1;
	if (r->carry_len > 0)
		memcpy(bytes_of(b), r->carry, r->carry_len);
	b->len = r->carry_len;
	r->pos = 0;
	while (got > 0 && b->n < BATCH_ITEMS &&
	       (b->len < r->size || b->n == 0)) {
		if (!r->open) {
			got = open_next(r, b);
			if (got <= 0)
				break;
		}
		got = r->format == FORMAT_JSONL ? read_records(r, b) :
		      r->format == FORMAT_WARC ? read_warc(r, b) :
						 read_text(r, b);
		if (got < 0)
			break;
		if (!r->eof || rest_len(r, b) > 0)
			break;
		r->raw += source_consumed(r->src);
		close_file(r);
		if (add_item(r, b, ITEM_END, 0) == NULL)
			got = -1;
	}
	b->raw = r->raw + (r->open ? source_consumed(r->src) : 0);
	if (got < 0 || carry_over(r, b) != 0)
		return -1;
	return b->n > 0;
}

/* Preparing. */

static bool
is_space(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' &&
		    s[i] != '\n')
			return false;
	return true;
}

/* A text into the batch's part. */
static void
read_ahead(struct batch *b, struct item *it, const char *text, size_t len)
{
	struct dedup_stretch s = {
		.text = text, .len = len, .offset = it->offset,
		.inside = it->inside, .goes_on = it->goes_on,
		.ends = it->kind != ITEM_TEXT || it->ends,
	};

	if (dedup_part_read(b->part, &s) != DEDUP_OK)
		b->no_memory = true;
}

/* Room for the unescaped texts of all records: no more than themselves. */
static int
texts_room(struct batch *b)
{
	char *p;

	if (b->texts_room >= b->len)
		return 0;
	p = realloc(b->texts, b->room);
	if (p == NULL)
		return -1;
	b->texts = p;
	b->texts_room = b->room;
	return 0;
}

static void
prepare_record(struct batch *b, struct item *it, const struct json_path *paths,
	       size_t *used)
{
	const char *rec = bytes_of(b) + it->off;
	const char *why;
	size_t at, bom;

	if (it->state != RECORD_TEXT)
		return;
	if (is_space(rec, it->len)) {
		it->state = RECORD_BLANK;
		return;
	}
	/* A byte-order mark is no part of the first record. */
	bom = it->at == 0 ? bom_length(rec, it->len) : 0;
	if (json_scan(rec + bom, it->len - bom, paths, 2, it->v, &why, &at)) {
		it->state = RECORD_BAD;
		it->why = why;
		return;
	}
	if (it->v[0].kind != JSON_STRING) {
		it->state = RECORD_NO_TEXT;
		return;
	}
	it->v[0].off += bom;
	it->v[1].off += bom;
	it->text = rec + it->v[0].off;
	it->text_len = it->v[0].len;
	if (it->v[0].escaped) {
		char *to;

		if (texts_room(b) != 0) {
			b->no_memory = true;
			return;
		}
		to = b->texts + *used;
		it->text_len = json_decode(it->text, it->text_len, to);
		it->text = to;
		*used += it->text_len;
	}
	read_ahead(b, it, it->text, it->text_len);
}

static void
prepare_warc(struct batch *b, struct item *it)
{
	if (it->state != RECORD_TEXT)
		return;
	it->text = bytes_of(b) + it->off + b->warcs[it->warc].text_off;
	it->text_len = b->warcs[it->warc].text_len;
	read_ahead(b, it, it->text, it->text_len);
}

void
batch_prepare(struct batch *b, const struct options *opt)
{
	struct json_path paths[2];	/* text, id */
	size_t used = 0;

	b->no_memory = json_path_parse(&paths[0], opt->text_field) != 0 ||
		       json_path_parse(&paths[1], opt->id_field) != 0;
	for (size_t i = 0; i < b->n && !b->no_memory; i++) {
		struct item *it = &b->items[i];

		if (it->kind == ITEM_RECORD)
			prepare_record(b, it, paths, &used);
		else if (it->kind == ITEM_WARC)
			prepare_warc(b, it);
		else if (it->kind == ITEM_TEXT && it->ahead)
			read_ahead(b, it, bytes_of(b) + it->off, it->len);
	}
}

void
batch_propose(struct batch *b, const struct dedup *d)
{
	if (!b->no_memory && dedup_part_propose(d, b->part) != DEDUP_OK)
		b->no_memory = true;
}
