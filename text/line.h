/*
 * A line of a document and the words on it: what the scanner (shingle.c) tells
 * the segmenter (unit.c) and the engine, and all that these three share.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct line {
	uint64_t off;		/* where it starts, bytes into the document */
	uint32_t len;		/* bytes, its newline included */
	uint32_t nwords;
	uint32_t norm;		/* its words: offset into scan.norm, ... */
	uint32_t norm_len;	/* ... and bytes; a space follows each word */
	uint32_t solo2, solo4;	/* words that are one character, of which two */
				/* (Han, kana) and four (Thai) make a length */
	uint32_t extra;		/* what addresses count beyond their one word */
	uint8_t quote;		/* marks of quoted mail before its text */
	bool blank;		/* white space, or a lone mark of mail, comment */
	bool joined;		/* set by unit.c: wrapped text goes on in it */
	bool digits;		/* some word has a digit in it */
	bool ascii;		/* no byte is over 0x7f */
	bool oversize;		/* too long to judge: words not looked at */
	bool begins;		/* false: it goes on with one that is */
};

/*
 * Lines read and not judged yet.  'norm' holds their words, case folded and
 * each followed by one space, one line behind the other.
 */
struct scan {
	struct line *lines;
	size_t nlines, lines_room;
	char *norm;
	size_t norm_len, norm_room;
};

/*
 * How long lines with these sums are, in words as rules count them, so that a
 * rule means the same in every script.
 */
static inline uint32_t
words_length(uint32_t nwords, uint32_t solo2, uint32_t solo4, uint32_t extra)
{
	return nwords - solo2 - solo4 + (solo2 + 1) / 2 + (solo4 + 3) / 4 +
	       extra;
}

static inline uint32_t
line_length(const struct line *l)
{
	return words_length(l->nwords, l->solo2, l->solo4, l->extra);
}

#endif
