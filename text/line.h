/*
 * A line of a document and the words on it.  This is what words.c gives to
 * unit.c and the engine, and all that they share.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct line {
	uint64_t off;		/* where it starts, bytes into the document */
	uint32_t len;		/* bytes, its newline included */
	uint32_t nwords;	/* words, however short */
	uint32_t solo2, solo4;	/* of these, Han and kana; Thai, Lao, Khmer,
				 * Burmese: see words_length() */
	uint32_t extra;		/* words of addresses, beyond one each */
	uint32_t norm;		/* its words: offset into scan.norm, ... */
	uint32_t norm_len;	/* ... and bytes; a space follows each word */
	uint8_t quote;		/* marks of quoted mail at its beginning */
	bool blank;		/* nothing but white space, marks of quoted
				 * mail, or the leader of a comment */
	bool joined;		/* set by unit.c: it continues wrapped text */
	bool digits;		/* some word has a digit in it */
	bool ascii;		/* no byte is over 0x7f */
	bool oversize;		/* too long to judge; its words are not read */
	bool begins;		/* false: it continues the line before */
};

/*
 * The length in words of lines with these sums, comparable across scripts.  Two
 * characters of Han and kana count as one word, and so do four of the other
 * scripts without spaces.  An address counts as many words as it has runs of
 * letters.
 */
static inline uint32_t
words_length(uint32_t nwords, uint32_t solo2, uint32_t solo4, uint32_t extra)
{
	if ((solo2 | solo4) == 0)	/* most often */
		return nwords + extra;
	return nwords - solo2 - solo4 + (solo2 + 1) / 2 + (solo4 + 3) / 4 +
	       extra;
}

/*
 * Lines that are read and not judged yet.  'norm' holds their words, case
 * folded and each followed by one space, line after line.
 */
struct scan {
	struct line *lines;
	size_t nlines, lines_room;
	char *norm;
	size_t norm_len, norm_room;
};

static inline uint32_t
line_length(const struct line *l)
{
	return words_length(l->nwords, l->solo2, l->solo4, l->extra);
}

#endif
