/* Text to items: documents, and pieces of long ones. */
#include "reader_state.h"

#include <string.h>

#include "last_byte.h"

/*
 * A line of these 'len' bytes begins with the 'n' bytes of the separator: how long
 * is the separator with its newline?  0: the line is not one, or more bytes are
 * needed to know.
 *
 * A form feed is in front of the first line of a page, and needs no newline.
 */
static size_t
separator_len(const struct reader *r, const char *line, size_t len, size_t n)
{
	size_t end = n + (n < len && line[n] == '\r');

	if (end < len ? line[end] == '\n' : r->eof)
		return end + (end < len);
	return end < len && strcmp(r->opt->separator, "\f") == 0 ? n : 0;
}

/*
 * Where the next document-separator line begins, with its length in *size; or
 * the end of the rest, if there is none.
 */
static size_t
find_separator(const struct reader *r, const struct batch *b, size_t *size)
{
	const char *sep = r->opt->separator, *text = rest(r, b);
	size_t n = strlen(sep), len = rest_len(r, b), from = r->looked;

	while (from < len) {
		const char *p = memmem(text + from, len - from, sep, n);
		size_t at;
		bool begins;

		if (p == NULL)
			break;
		at = (size_t)(p - text);
		begins = at == 0 ? !r->within_line : text[at - 1] == '\n';
		*size = begins ? separator_len(r, p, len - at, n) : 0;
		if (*size > 0)
			return at;
		/* A separator begins a line.  No line is searched twice,
		 * however often it has these words. */
		p = memchr(p + n, '\n', len - at - n);
		if (p == NULL)
			break;
		from = (size_t)(p - text) + 1;
	}
	return len;
}

/*
 * Bytes before what may be the beginning of a separator line.  That is no longer
 * than the separator and a CR, so only so many bytes are looked at.
 */
static size_t
before_partial_line(const char *sep, const char *text, size_t len)
{
	size_t most = strlen(sep) + 1;
	size_t from = len > most + 1 ? len - most - 1 : 0;
	const char *nl = last_byte(text + from, '\n', len - from);
	size_t line = nl != NULL ? (size_t)(nl - text) + 1 : 0;

	return len - line <= most ? line : len;
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

void
reader_begin_document(struct reader *r)
{
	r->section += r->opt->separator != NULL;
	r->document_at = r->at;
	r->begun = false;
}

/* Add an item of 'len' bytes of the current document. */
static int
add_text(struct reader *r, struct batch *b, size_t len, bool ends)
{
	const char *text = rest(r, b);
	struct item *it;

	if (r->passes)
		return reader_add(r, b, ITEM_PASS, len) != NULL ? 0 : -1;
	it = reader_add(r, b, ITEM_TEXT, len);
	if (it == NULL)
		return -1;
	it->section = r->section;
	it->offset = it->at - r->document_at;
	it->begins = !r->begun;
	it->ends = ends;
	r->begun = true;
	if (r->opt->separator != NULL)
		r->line += count_lines(text, len);
	return 0;
}

/* Text until the batch is full or the file ends: as reader_next(). */
int
reader_text(struct reader *r, struct batch *b)
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
			if (add_text(r, b, ready, true) != 0)
				return -1;
			if (!separated)
				return 1;
			if (reader_add(r, b, ITEM_PASS, sep_len) == NULL)
				return -1;
			r->line += !r->within_line;
			r->within_line = false;	/* a page's first line begins */
			r->looked = 0;
			reader_begin_document(r);
			if (b->n >= BATCH_ITEMS)
				return 1;
			continue;
		}
		if (b->len >= want || (b->len > 0 && reader_pauses(r))) {
			if (ready > 0 && add_text(r, b, ready, false) != 0)
				return -1;
			if (b->n > 0)
				return 1;
			want = b->len + r->size;
		}
		if (reader_read_on(r, b) < 0)
			return -1;
	}
}
