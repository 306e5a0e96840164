/*
 * Text to lines of words: case folding, Unicode, word boundaries.
 *
 * Most text is ASCII, so there are two paths.  The fast one takes 64 bytes at
 * a time and computes a bit per byte: is it part of a word, is it a newline.
 * The output is the word characters in lower case and one space for each run of
 * other characters:
 *
 *	text   T h e   " C a b l e " ,   g o e s \n
 *	word   1 1 1 0 0 1 1 1 1 1 0 0 0 1 1 1 1 0
 *	keep   1 1 1 1 0 1 1 1 1 1 1 0 0 1 1 1 1 1	word | word << 1
 *	norm   t h e _ c a b l e _ g o e s _
 *
 * If a chunk has digits, or signs that may count, their neighbours show which
 * of these signs to ask about (sign.h); there are few.  Those that do count are
 * then part of a word.
 *
 * The slow one takes a character at a time.  It starts one character before the
 * first byte over 0x7f, since a combining mark changes the character before it,
 * and ends at two ASCII bytes in a row.  Most characters fold to the same words
 * wherever they are.  A mark (or a Hangul vowel, or a character that folds to
 * nothing) may join the character before it; then both are folded together
 * (cluster.h).
 */
#include "words.h"

#include "by_character.h"
#include "by_chunk.h"
#include "digits.h"

#include <errno.h>
#include <stdlib.h>
#include <utf8proc.h>

struct words_reader {
	bool fold_digits;
	enum vectors vectors;	/* what the machine has, or less */
	struct fold fold;
};

struct words_reader *
words_new(bool fold_digits)
{
	struct words_reader *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->fold_digits = fold_digits;
	w->vectors = vectors_available();
	return w;
}

void
words_limit(struct words_reader *w, enum vectors most)
{
	if (w->vectors > most)
		w->vectors = most;
}

const char *
words_unicode(void)
{
	return utf8proc_unicode_version();
}

void
words_free(struct words_reader *w)
{
	if (w == NULL)
		return;
	fold_free(&w->fold);
	free(w);
}

size_t
words_memory(const struct words_reader *w)
{
	return sizeof(*w) + w->fold.memory;
}

static int
read_plain(struct sink *k)
{
	size_t p = 0;

	return k->r.len > 0 ? by_character_read(k, &p, true) : 0;
}

static int
read_with(struct words_reader *w, bool plain, struct scan *out,
	  struct word_spans *spans, const char *text, size_t len,
	  uint64_t off)
{
	size_t nlines = out->nlines, norm_len = out->norm_len;
	struct sink k = {
		.put.out = out, .r = { &w->fold, text, len },
		.off = off, .norm_start = norm_len, .stop = len,
		.bad_norm = SIZE_MAX, .spans = spans,
	};

	if (scan_reserve_norm(out, room_for(len)) != 0 ||
	    (plain ? read_plain(&k) : by_chunk_read(&k, w->vectors)) != 0)
		goto fail;
	put_end(&k.put);
	if (k.line < len &&
	    sink_line(&k, len, out->norm_len, k.put.nwords, k.put.digits) != 0)
		goto fail;
	if (w->fold_digits)
		digits_fold(&w->fold, out, nlines);
	return 0;
fail:
	out->nlines = nlines;
	out->norm_len = norm_len;
	errno = ENOMEM;
	return -1;
}

int
words_read(struct words_reader *w, struct scan *out, const char *text,
	   size_t len, uint64_t off)
{
	return read_with(w, false, out, NULL, text, len, off);
}

int
words_read_plain(struct words_reader *w, struct scan *out, const char *text,
		 size_t len, uint64_t off)
{
	return read_with(w, true, out, NULL, text, len, off);
}

int
words_read_spans(struct words_reader *w, struct scan *out,
		 struct word_spans *spans, const char *text, size_t len,
		 uint64_t off)
{
	size_t n = spans->n;

	spans->failed = false;
	if (read_with(w, true, out, spans, text, len, off) != 0)
		return -1;
	if (spans->failed) {
		errno = ENOMEM;
		return -1;
	}
	for (; n < spans->n; n++)
		spans->span[n].off += off;
	return 0;
}

int
words_skip(struct scan *out, size_t len, uint64_t off, bool begins)
{
	if (scan_reserve_line(out) != 0)
		return -1;
	out->lines[out->nlines++] = (struct line){
		.off = off,
		.len = (uint32_t)len,
		.norm = (uint32_t)out->norm_len,
		.oversize = true,
		.begins = begins,
	};
	return 0;
}
