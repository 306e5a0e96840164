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
	bool blank;		/* nothing but white space */
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

#endif
