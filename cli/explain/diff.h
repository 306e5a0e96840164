/*
 * --diff: the text, for people, with what goes marked, and why it goes; in what
 * is only like its witness, the words that differ.
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
	bool terminal;		/* it goes to one: controls are shown */
	bool in_line;		/* the output stands inside a line */
	bool remembers;		/* texts: there may be witnesses in them */
	bool apart;		/* witnesses are in the same document only */
	struct texts texts;
	struct word_diff words;
};

/* All: 0, or -1 with errno. */

/* Bytes of a document, before its text that stays or goes up to there. */
void diff_remember(struct diff *d, uint64_t document, uint64_t off,
		   const char *text, size_t len);

/* A document begins. */
int diff_title(struct diff *d, uint64_t document);

/* Text that stays; a unit that goes. */
int diff_kept(struct diff *d, const char *text, size_t len);
int diff_gone(struct diff *d, uint64_t document,
	      const struct dedup_removal *removal, const char *text,
	      size_t len);

void diff_free(struct diff *d);

#endif
