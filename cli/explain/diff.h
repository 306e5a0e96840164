/*
 * --diff: the text for people to read, with marks on what is removed, and why;
 * if it is only similar to its witness, also on the words that differ.
 */
#ifndef DIFF_H
#define DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup.h"
#include "origin.h"
#include "texts.h"
#include "word_diff.h"
#include "writer.h"

struct diff {
	const struct origins *origins;
	struct writer *to;
	bool color;
	bool terminal;		/* the output is one: controls are escaped */
	bool in_line;		/* the output is inside a line */
	bool remembers;		/* it keeps texts, since they may have
				 * witnesses */
	bool apart;		/* witnesses are in the same document only */
	struct texts texts;
	struct word_diff words;
};

/* All: 0, or -1 with errno. */

/* Remember bytes of a document, before its text up to there is put. */
void diff_remember(struct diff *d, uint64_t document, uint64_t off,
		   const char *text, size_t len);

/* A document begins. */
int diff_title(struct diff *d, uint64_t document);

/* Text that is kept; a unit that is removed. */
int diff_kept(struct diff *d, const char *text, size_t len);
int diff_gone(struct diff *d, uint64_t document,
	      const struct dedup_removal *removal, const char *text,
	      size_t len);

void diff_free(struct diff *d);

#endif
