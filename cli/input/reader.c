/*
 * Files to batches of documents.
 *
 * The reader looks only for what it needs to cut the input into items: line ends
 * of JSONL, headers of WARC, separator lines.  It cuts a long text anywhere.
 * batch_prepare() does everything else.
 */
#include "reader_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "array.h"
#include "binary.h"
#include "clock.h"
#include "format_guess.h"
#include "markup.h"

#define WINDOW_LEAST ((uint64_t)8 << 20)	/* what RFC 8878 asks for */
#define HEAD_WAIT 250			/* ms for the first bytes of a pipe */

struct reader *
reader_new(const struct options *opt, struct files *files, size_t size,
	   const atomic_int *demand)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->opt = opt;
	r->files = files;
	r->size = size;
	r->demand = demand;
	r->src = &r->own;
	/* Part of --memory; but what all tools write can be read. */
	r->window = opt->window;
	if (opt->dedup.memory > 0 && r->window > opt->dedup.memory)
		r->window = opt->dedup.memory;
	if (r->window < WINDOW_LEAST)
		r->window = WINDOW_LEAST;
	/* options.c has checked it. */
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

bool
reader_is_slow(const struct reader *r)
{
	return r->open && (r->format != FORMAT_TEXT || r->src->live ||
			   source_kind(r->src) != COMPRESSION_NONE);
}

bool
reader_waits(const struct reader *r)
{
	return r->waits;
}

/* Formats. */

/* Sets r->format: 0, or -1 with ENOMEM. */
static int
find_format(struct reader *r, struct batch *b, const char *path)
{
	struct format_guess g = { .text_path = &r->text_path };
	enum format format = r->opt->format;

	if (format == FORMAT_AUTO)
		format = format_of_name(path);
	if (format == FORMAT_AUTO && r->opt->separator != NULL)
		format = FORMAT_TEXT;
	while (format == FORMAT_AUTO) {
		format = format_guess(&g, rest(r, b), rest_len(r, b), r->eof);
		if (format == FORMAT_AUTO && reader_read_on(r, b) < 0)
			return -1;
	}
	r->format = format;
	r->object = g.object;
	return 0;
}

/*
 * Is it binary data that looked like text, or text in another format?  Then *is
 * says what, else it is NULL.  A file is judged by its first BINARY_WINDOW bytes.
 * So is a pipe, if that much comes within HEAD_WAIT ms: nobody should wait longer
 * for the first line.  0, or -1 with ENOMEM.
 */
static int
find_binary(struct reader *r, struct batch *b, const char *path,
	    const struct binary **is)
{
	int64_t until = clock_ms() + HEAD_WAIT;

	*is = NULL;
	r->passes = false;
	if (r->format != FORMAT_TEXT || r->opt->text)
		return 0;
	while (rest_len(r, b) < BINARY_WINDOW && !r->eof) {
		int64_t left = r->src->live ? until - clock_ms() : 0;

		if (!source_ready(r->src, left > 0 ? (int)left : 0))
			break;
		if (reader_read_on(r, b) < 0)
			return -1;
	}
	*is = binary_recognize(rest(r, b), rest_len(r, b));
	if (*is == NULL && r->opt->format == FORMAT_AUTO)
		*is = markup_recognize(path, rest(r, b), rest_len(r, b),
				       &r->passes);
	return 0;
}

/* It cannot be read: 0, or -1 with ENOMEM. */
static int
cannot_open(struct reader *r, struct batch *b, const char *what,
	    const char *why)
{
	close_file(r);
	return reader_add_error(r, b, what, why);
}

/* Do not read the file whose item has this number: remove its items, say why. */
static int
refuse(struct reader *r, struct batch *b, size_t number,
       const struct binary *is)
{
	char *why;
	int got;

	while (b->n > number)
		free(b->items[--b->n].owned);
	b->len = r->pos;
	r->raw += source_consumed(r->src);
	if (asprintf(&why, "%s; try: %s (or --text to read it anyway)", is->what,
		     is->advice) < 0)
		return -1;
	got = cannot_open(r, b, "not read", why);
	free(why);
	return got;
}

/* Files. */

/* A file to be rewritten must not be waited for, as a pipe would be. */
static bool
is_unfit(const struct reader *r, const struct file *f)
{
	struct stat st;

	/* Now, not when the run began.  source_open() reports a directory. */
	return r->files->stamps && stat(f->path, &st) == 0 &&
	       !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* Open r->src: 1, 0 if that failed, with an item that says so, or -1. */
static int
open_source(struct reader *r, struct batch *b, size_t file)
{
	struct file *f = &r->files->file[file];
	struct source *spooled = r->files->spooled;

	if (is_unfit(r, f))
		return cannot_open(r, b, "cannot open", "not a regular file");
	if (spooled != NULL && spooled[file].fd >= 0) {
		r->src = &spooled[file];
		if (source_rewind(r->src) != 0)
			return cannot_open(r, b, "cannot read again",
					   strerror(errno));
	} else {
		r->src = &r->own;
		if ((f->kind == FILE_REGULAR && strcmp(f->path, "-") != 0 ?
		     source_open_regular(r->src, f->path, f->size) :
		     source_open(r->src, f->path)) != 0)
			return cannot_open(r, b, "cannot open",
					   strerror(errno));
	}
	r->open = true;
	source_allow_window(r->src, r->window);
	if (r->files->stamps && files_stamp(f, r->src) != 0)
		return cannot_open(r, b, "cannot open", strerror(errno));
	return 1;
}

/* Begin the file that is open: 1, 0 if it is refused, -1. */
static int
begin_file(struct reader *r, struct batch *b, const char *path)
{
	const struct binary *is;
	size_t number = b->n;

	if (reader_add(r, b, ITEM_FILE, 0) == NULL ||
	    find_format(r, b, path) != 0 || find_binary(r, b, path, &is) != 0)
		return -1;
	if (is != NULL && !r->passes)
		return refuse(r, b, number, is);
	b->items[number].captions = r->passes;
	b->items[number].object = r->object;
	b->items[number].memory = source_memory(r->src);
	reader_begin_document(r);
	return 1;
}

/* Open the next file that can be read: 1, 0 if there is none, -1. */
static int
open_next(struct reader *r, struct batch *b)
{
	int got = 0;

	while (got == 0 && r->next < r->files->n) {
		size_t i = r->next++;

		if (r->files->file[i].skip)
			continue;
		r->at = r->line = r->section = 0;
		r->eof = r->within_line = r->within_record = false;
		r->phase = AT_RECORD;
		r->warc = (struct warc_record){ 0 };
		r->looked = 0;
		got = open_source(r, b, i);
		if (got > 0)
			got = begin_file(r, b, r->files->file[i].path);
	}
	return got;
}

/* Keep the bytes that are in no item for the next batch. */
static int
carry_over(struct reader *r, struct batch *b)
{
	size_t len = rest_len(r, b);

	if (array_room(&r->carry, &r->carry_room, len, 1) != 0)
		return -1;
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
		memcpy(batch_bytes(b), r->carry, r->carry_len);
	b->len = r->carry_len;
	r->pos = 0;
	while (got > 0 && b->n < BATCH_ITEMS &&
	       (b->len < r->size || b->n == 0)) {
		if (!r->open) {
			got = open_next(r, b);
			if (got <= 0)
				break;
		}
		got = r->format == FORMAT_JSONL ? reader_jsonl(r, b) :
		      r->format == FORMAT_WARC ? reader_warc(r, b) :
						 reader_text(r, b);
		if (got < 0)
			break;
		if (!r->eof || rest_len(r, b) > 0)
			break;
		r->raw += source_consumed(r->src);
		if (reader_add(r, b, ITEM_END, 0) == NULL)
			got = -1;
		else
			b->items[b->n - 1].memory = source_memory(r->src);
		close_file(r);
	}
	b->raw = r->raw + (r->open ? source_consumed(r->src) : 0);
	if (got < 0 || carry_over(r, b) != 0)
		return -1;
	return b->n > 0;
}
