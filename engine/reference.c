/*
 * What else is recorded of reference texts.  Their units were recorded as those
 * of any text; here are
 *
 *	parts	a line that is complete, without its number or its label, and
 *		without the options or the answer behind it
 *	wholes	a short text none of whose units has SHINGLE_NEAR words
 *	N-grams	with options.against_ngram
 *
 * A part is a unit of a split of its own, in a table of its own: so it makes no
 * difference when it is recorded.  Text is gathered up to WHOLE_BYTES; of a
 * longer document the blocks that are complete are taken then, or the lines of a
 * block that is longer.  N-grams across such a cut are not recorded.
 */
#include "reference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "forms.h"
#include "last_byte.h"

#define WHOLE_BYTES ((size_t)64 << 10)

struct reference_text {
	struct split split;
	struct forms forms;
	char *text;		/* of the document, not yet taken */
	size_t len, room;
	uint64_t off, line;	/* where that begins */
};

void
reference_free(struct reference_text *r)
{
	if (r == NULL)
		return;
	split_free(&r->split);
	free(r->forms.form);
	free(r->text);
	free(r);
}

size_t
reference_memory(const struct reference_text *r)
{
	return r == NULL ? 0 : sizeof(*r) + split_memory(&r->split) + r->room +
	       r->forms.room * sizeof(*r->forms.form);
}

/* Each part is one unit, however short it is. */
static struct reference_text *
text_new(const struct dedup *d)
{
	struct reference_text *r = calloc(1, sizeof(*r));
	struct dedup_options opt = d->opt;

	if (r == NULL)
		return NULL;
	opt.unit = DEDUP_UNIT_DOCUMENT;
	opt.min_words = 1;
	if (split_init(&r->split, &opt,
		       shingler_secret_bytes(d->own.shingler)) != 0) {
		reference_free(r);
		return NULL;
	}
	return r;
}

/* The one unit of a text: NULL if it has no words, or -1 in *got. */
static struct unit *
unit_of(struct split *s, const char *text, size_t len, int *got)
{
	struct stretch all = { .text = text, .len = len, .ends = true };

	split_clear(s);
	*got = split_read(s, &all);
	for (size_t i = 0; *got == 0 && i < s->npieces; i++) {
		struct unit *u = s->pieces[i].unit;

		if (u == NULL || u->w.n == 0)
			continue;
		*got = split_sketch(s, u);
		return *got == 0 ? u : NULL;
	}
	return NULL;
}

/* It cannot be remembered: what is known is all up to here. */
static int
settle(struct dedup *d, int got)
{
	if (got == 0 || errno != ENOMEM)
		return got;
	table_fill(d->known.parts);
	d->stats.unrecorded++;
	return 0;
}

/* Record a part of the text at hand, if it is long enough. */
static int
add_part(struct dedup *d, const struct form *f)
{
	struct reference_text *r = d->reference.text;
	struct place at = engine_place(d, r->off + f->off, f->line);
	int got;
	struct unit *u = unit_of(&r->split, r->text + f->off, f->len, &got);

	if (u == NULL || u->length < SHINGLE_NEAR)
		return got;
	return settle(d, table_add(d->known.parts, &u->w, &at));
}

/* The first n bytes of the text at hand, as N-grams. */
static int
add_ngrams(struct dedup *d, size_t n)
{
	struct reference_text *r = d->reference.text;
	struct ngram_table *g = d->known.ngrams;
	struct scan *scan = &r->split.scan;
	uint32_t first = 0;
	int got;
	struct unit *u = unit_of(&r->split, r->text, n, &got);

	if (u == NULL)
		return got;
	for (size_t i = 0; i < scan->nlines; i++) {
		const struct line *l = &scan->lines[i];
		struct place at = engine_place(d, r->off + l->off,
					       r->line + i);

		if (l->nwords > 0 && ngram_table_line(g, first, &at) != 0)
			return settle(d, -1);
		first += l->nwords;
	}
	if (d->opt.memory > 0 && ngram_table_memory(g) > d->opt.memory) {
		errno = ENOMEM;
		return settle(d, -1);
	}
	return settle(d, ngram_table_add(g, &u->w));
}

/* The first n bytes of the text at hand are whole blocks: take them. */
static int
take_blocks(struct dedup *d, size_t n, bool whole)
{
	struct reference_text *r = d->reference.text;
	struct form all = { 0, n, r->line };

	r->forms.n = 0;
	if (forms_find(&r->forms, r->text, n, r->line) != 0)
		return settle(d, -1);
	for (size_t i = 0; i < r->forms.n; i++)
		if (add_part(d, &r->forms.form[i]) != 0)
			return -1;
	if (whole && !d->reference.any_long && add_part(d, &all) != 0)
		return -1;
	return d->known.ngrams != NULL ? add_ngrams(d, n) : 0;
}

/* The last n bytes of the text at hand stay. */
static void
keep_last(struct reference_text *r, size_t n)
{
	size_t gone = r->len - n;

	for (size_t i = 0; i < gone; i++)
		r->line += r->text[i] == '\n';
	if (n > 0)
		memmove(r->text, r->text + gone, n);
	r->off += gone;
	r->len = n;
}

/* Does a blank line end at byte i, with its newline? */
static bool
ends_blank(const char *text, size_t i)
{
	if (text[--i] != '\n')
		return false;
	while (i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t' ||
			 text[i - 1] == '\r'))
		i--;
	return i > 0 && text[i - 1] == '\n';
}

/* Where to cut what is gathered: behind a block, a line, a word, or all. */
static size_t
find_cut(const struct reference_text *r)
{
	const char *nl = last_byte(r->text, '\n', r->len);
	const char *space = last_byte(r->text, ' ', r->len);

	for (size_t i = r->len; i > 0; i--)
		if (ends_blank(r->text, i))
			return i;
	if (nl != NULL)
		return (size_t)(nl - r->text) + 1;
	return space != NULL ? (size_t)(space - r->text) + 1 : r->len;
}

/* The document ends: what follows is another one. */
static void
reset(struct reference_text *r)
{
	split_clear(&r->split);
	r->len = 0;
	r->off = r->line = 0;
}

int
reference_take(struct dedup *d, const char *text, size_t len, bool ends)
{
	struct reference_text *r = d->reference.text;

	if (d->opt.exact)
		return 0;
	if (r == NULL)
		r = d->reference.text = text_new(d);
	if (r == NULL)
		return -1;
	while (len > 0) {
		size_t n = WHOLE_BYTES - r->len;

		n = n < len ? n : len;
		if (array_room(&r->text, &r->room, WHOLE_BYTES, 1) != 0)
			return -1;
		memcpy(r->text + r->len, text, n);
		r->len += n;
		text += n;
		len -= n;
		if (r->len < WHOLE_BYTES)
			break;
		n = find_cut(r);
		if (take_blocks(d, n, false) != 0)
			return -1;
		keep_last(r, r->len - n);
	}
	if (!ends)
		return 0;
	if (take_blocks(d, r->len, r->off == 0) != 0)
		return -1;
	reset(r);
	d->reference.any_long = false;
	return 0;
}
