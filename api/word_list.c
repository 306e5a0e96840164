/* The words of a text and where they are, as dedup.h describes them. */
#include "dedup.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "loose.h"
#include "words.h"

#define BLOCK_LEAST ((size_t)4096)	/* bytes that are read at once */
#define BLOCK_MOST ((size_t)1 << 28)	/* words_read() takes no longer lines */

struct dedup_words {
	struct words_reader *reader;
	struct loose *loose;
	struct scan scan;
	struct word_spans spans;
	char *form;			/* loose forms of scan.norm */
	size_t form_room;
	struct dedup_word *word;
	size_t word_room;
};

enum dedup_status
dedup_words_new(struct dedup_words **to)
{
	struct dedup_words *w = calloc(1, sizeof(*w));

	*to = NULL;
	if (w == NULL)
		return DEDUP_ENOMEM;
	w->reader = words_new(false);
	w->loose = loose_new();
	if (w->reader == NULL || w->loose == NULL) {
		dedup_words_free(w);
		return DEDUP_ENOMEM;
	}
	*to = w;
	return DEDUP_OK;
}

void
dedup_words_free(struct dedup_words *w)
{
	if (w == NULL)
		return;
	words_free(w->reader);
	loose_free(w->loose);
	scan_free(&w->scan);
	free(w->spans.span);
	free(w->form);
	free(w->word);
	free(w);
}

/* The bytes of the lines that make a block of 'least' bytes, or of all. */
static size_t
block_of(const char *text, size_t len, size_t least)
{
	const char *nl = NULL;

	if (len > least)
		nl = memchr(text + least, '\n', len - least);
	return nl != NULL ? (size_t)(nl + 1 - text) : len;
}

/* The words that the spans and the scan have; room is there. */
static size_t
put_words(struct dedup_words *w, size_t form_len)
{
	size_t at = 0, n = 0;

	while (at < form_len && n < w->spans.n) {
		const char *form = w->form + at;
		const char *end = memchr(form, ' ', form_len - at);

		w->word[n] = (struct dedup_word){
			w->spans.span[n].off, w->spans.span[n].len, form,
			(size_t)(end - form),
			at > 0 && loose_parts_number(w->form, form_len, at - 1),
		};
		at += w->word[n++].form_len + 1;
	}
	return n;
}

enum dedup_status
dedup_words_read(struct dedup_words *w, const char *text, size_t len,
		 size_t most, const struct dedup_word **words, size_t *n)
{
	size_t at = 0, block, form_len;

	w->spans.n = 0;
	scan_drop(&w->scan, w->scan.nlines);
	for (; at < len && w->spans.n < most; at += block) {
		/* Twice as much each time. */
		block = block_of(text + at, len - at,
				 at < BLOCK_LEAST ? BLOCK_LEAST :
				 at < BLOCK_MOST / 2 ? at : BLOCK_MOST / 2);
		if (block > BLOCK_MOST)
			return DEDUP_EINVAL;
		if (words_read_spans(w->reader, &w->scan, &w->spans, text + at,
				     block, at) != 0)
			return DEDUP_ENOMEM;
	}
	if (array_room(&w->form, &w->form_room, w->scan.norm_len + 1, 1) != 0 ||
	    array_room(&w->word, &w->word_room, w->spans.n + 1,
		       sizeof(*w->word)) != 0)
		return DEDUP_ENOMEM;
	form_len = loose_fold(w->loose, w->scan.norm, w->scan.norm_len,
			      w->form);
	*words = w->word;
	*n = put_words(w, form_len);
	return DEDUP_OK;
}
