/*
 * When one sequence of words says what another says, by comparing the words:
 * the same, near, similar, contained.  Slow and obvious.
 */
#ifndef ALIKE_H
#define ALIKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each word is followed by a space. */
struct seq {
	char *norm;
	size_t len;
	uint32_t n;
	uint32_t length;	/* as rules count words; only of whole units */
};

bool seq_same(const struct seq *a, const struct seq *b);

/*
 * Words without what near-duplicates may differ in: the marks of Latin, Greek,
 * Cyrillic, Arabic and Hebrew, the strokes and dots of ł ø đ ı, the tatweel;
 * and without spaces, but for those between two digits.  A word of nothing but
 * marks keeps them.  To be freed.
 */
struct loose {
	char *text;
	size_t len;
	size_t *start, *end;	/* of each word */
	size_t letters;		/* bytes, spaces left out */
	struct seq words;	/* the same with spaces */
};
struct loose loose_of(const struct seq *s);
void loose_end(struct loose *l);

/* Do the words of 'b' stand in 'a' in one piece? */
bool says(const struct loose *a, const struct loose *b);

/* Rule 2: is 'b', of units long enough, near 'a'?  Its resemblance, or 0. */
double near_to(const struct loose *a, const struct loose *b);

/*
 * The rule of -t, for loose words of units long enough: 2M/(|a|+|b|) where it is 'threshold' or
 * more, and what differs is scattered in the best alignment or, 'surely', in
 * any; else 0.
 */
double similar_to(const struct seq *a, const struct seq *b, double threshold,
		  bool fold_digits, bool surely);

/* 2M/(|a|+|b|). */
double resemblance(const struct seq *a, const struct seq *b);

#endif
