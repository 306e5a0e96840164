/*
 * What a code point folds to: NFKC case folding (Unicode UAX #15) and whether
 * the result is part of a word.  Computed by utf8proc at the first use and
 * remembered.
 */
#ifndef FOLD_H
#define FOLD_H

#include "put.h"

#define FOLD_PAGE_BITS 8
#define FOLD_PAGES (0x110000 >> FOLD_PAGE_BITS)
#define FOLD_PAIRS_BITS 11

/* A folded code point with its kind and flags; a mark has the kind JOINS. */
struct folded {
	uint32_t c;
	uint32_t class;		/* canonical combining class; 0: a starter */
};

/*
 * What a code point folds to when it is beside one that joins.  The head is
 * ready to be written, since nothing that follows changes it.  The tail is
 * decomposed, since marks that follow may compose with it.
 *
 *	code point	head			tail
 *	fi (U+FB01)	f			i
 *	U+00B4		(the end of a word)	U+0301
 *	e with acute	-			e U+0301
 *	U+0301		-			U+0301
 *	U+00AD		-			-
 */
struct form {
	uint32_t head_kind;	/* of its first character; 0: no head */
	uint32_t head_len;	/* bytes; they are stored after the tail */
	uint32_t head_words;	/* that begin after the first character */
	uint32_t head_solo2, head_solo4;	/* of all that begin */
	enum place head_place;	/* where the output is after it */
	bool head_digits;
	uint32_t ntail;
	struct folded tail[];
};

/* 256 code points; 'forms' is filled as forms are asked for. */
struct fold_page {
	uint32_t info[1 << FOLD_PAGE_BITS];
	struct forms {
		struct form *of[1 << FOLD_PAGE_BITS];
	} *forms;
};

/* 'joined' is what a starter and the next code point compose to, or 0. */
struct fold_pair {
	uint32_t starter, next, joined;
};

/* Everything that is remembered; all zero at the beginning. */
struct fold {
	struct fold_page *page[FOLD_PAGES];
	size_t memory;		/* bytes of what page[] leads to */
	struct fold_pair pairs[1 << FOLD_PAIRS_BITS];	/* last of each hash */
};

void fold_free(struct fold *f);

/* fold_info() at the first use; if memory runs out it is only slower. */
uint32_t fold_find_info(struct fold *f, uint32_t c);

/* Kind, flags and folded code point of c. */
static inline uint32_t
fold_info(struct fold *f, uint32_t c)
{
	const struct fold_page *page = f->page[c >> FOLD_PAGE_BITS];
	uint32_t info = UNKNOWN;

	if (page != NULL)
		info = page->info[c & ((1 << FOLD_PAGE_BITS) - 1)];
	return info != UNKNOWN ? info : fold_find_info(f, c);
}

/* Owned by f; NULL if memory runs out. */
const struct form *fold_form(struct fold *f, uint32_t c);

/* A folded code point as it is written: the bar of a fraction is a slash. */
static inline uint32_t
fold_plain(uint32_t folded)
{
	return folded == (LETTER | 0x2044) ? LETTER | '/' : folded;
}

/* What a starter and the next code point compose to, with its kind, or 0. */
uint32_t fold_join(struct fold *f, uint32_t starter, uint32_t next);

/* May this folded code point (with its kind) change the one before it? */
static inline bool
fold_may_join(uint32_t folded)
{
	uint32_t c = folded & CODEPOINT;

	return (folded & KIND) == JOINS ||
	       (c >= 0x1160 && c <= 0x11ff);	/* Hangul vowels and finals */
}

#endif
