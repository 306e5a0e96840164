/* Which words of a text another one lacks. */
#include "word_diff.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

#define UNMATCHED SIZE_MAX
#define WORDS_MOST ((size_t)1 << 28)

#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

/* A word of the library's, and the hash of its form: FNV-1a. */
struct word {
	struct dedup_word is;
	uint64_t hash;
};

static uint64_t
hash_form(uint64_t h, const struct dedup_word *w)
{
	for (size_t i = 0; i < w->form_len; i++)
		h = (h ^ (unsigned char)w->form[i]) * HASH_PRIME;
	return h;
}

/* Take the words of a text, at most 'most': -1 with ENOMEM. */
static int
take_words(struct word_diff *w, int which, const char *s, size_t len,
	   size_t most)
{
	const struct dedup_word *words;
	enum dedup_status got = DEDUP_OK;
	size_t n = 0;

	w->nwords[which] = 0;
	if (w->reader[which] == NULL)
		got = dedup_words_new(&w->reader[which]);
	if (got == DEDUP_OK)
		got = dedup_words_read(w->reader[which], s, len, most, &words,
				       &n);
	if (got == DEDUP_EINVAL)	/* a line that is never compared */
		return 0;
	n = n < most ? n : most;
	if (got != DEDUP_OK ||
	    array_room(&w->words[which], &w->words_room[which], n,
		       sizeof(**w->words)) != 0) {
		errno = ENOMEM;
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		w->words[which][i] = (struct word){
			words[i], hash_form(HASH_BEGIN, &words[i]),
		};
	w->nwords[which] = n;
	return 0;
}

/*
 * Myers (1986), but it may end anywhere in b, and a deletion costs 2: with 1,
 * deleting the last words would cost no more than replacing one before them. x
 * counts words of a, y of b, and k = y - x is a diagonal. steps[] holds, for
 * each cost d and k = -d .. d, the largest x that is reached on k at cost d, or
 * -1:
 *
 *	d = 0:       0
 *	d = 1:    -1 0 1
 *	d = 2: -2 -1 0 1 2
 */
static int32_t
step_at(const struct word_diff *w, ptrdiff_t d, ptrdiff_t k)
{
	return d < 0 || k < -d || k > d ? -1 : w->steps[d * d + d + k];
}

enum edit { NO_EDIT, DELETION, INSERTION };

/* The largest x at which a diagonal is entered, or -1; and by which edit. */
static int32_t
enter(const struct word_diff *w, ptrdiff_t d, ptrdiff_t k, enum edit *how)
{
	int32_t deleted = step_at(w, d - 2, k + 1);
	int32_t inserted = step_at(w, d - 1, k - 1);
	int32_t x = step_at(w, d - 1, k);

	*how = NO_EDIT;
	if (deleted >= 0 && deleted + 1 > x) {
		x = deleted + 1;
		*how = DELETION;
	}
	if (inserted > x && inserted + k <= (ptrdiff_t)w->nwords[1]) {
		x = inserted;
		*how = INSERTION;
	}
	return x;
}

static int32_t
follow(const struct word_diff *w, int32_t x, ptrdiff_t k)
{
	const struct word *a = w->words[0], *b = w->words[1];
	ptrdiff_t na = (ptrdiff_t)w->nwords[0], nb = (ptrdiff_t)w->nwords[1];

	while (x < na && x + k < nb && a[x].hash == b[x + k].hash)
		x++;
	return x;
}

/*
 * Find the d and k at which all of a is passed; of several k the largest, with
 * the fewest deletions.  Returns 1; 0 if it costs too much; -1 with ENOMEM.
 */
static int
find_end(struct word_diff *w, ptrdiff_t *end_d, ptrdiff_t *end_k)
{
	enum edit how;

	for (ptrdiff_t d = 0; d <= WORD_DIFF_COST; d++) {
		if (array_room(&w->steps, &w->steps_room,
			       (size_t)((d + 1) * (d + 1)),
			       sizeof(*w->steps)) != 0)
			return -1;
		for (ptrdiff_t k = d; k >= -d; k--) {
			int32_t x = d == 0 ? 0 : enter(w, d, k, &how);

			if (x >= 0)
				x = follow(w, x, k);
			w->steps[d * d + d + k] = x;
			if (x == (int32_t)w->nwords[0]) {
				*end_d = d;
				*end_k = k;
				return 1;
			}
		}
	}
	return 0;
}

/* Trace back to the words in common: how many. */
static size_t
trace(struct word_diff *w, ptrdiff_t d, ptrdiff_t k)
{
	int32_t x = (int32_t)w->nwords[0];
	size_t common = 0;

	for (; d >= 0; d--) {
		enum edit how = NO_EDIT;
		int32_t from = d == 0 ? 0 : enter(w, d, k, &how);

		common += (size_t)(x - from);
		while (x > from) {
			x--;
			w->match[x] = (size_t)(x + k);
		}
		if (how == DELETION) {
			x--;
			k++;
			d--;	/* the other half of its cost */
		} else if (how == INSERTION) {
			k--;
		}
	}
	return common;
}

/*
 * For "a b" in "a c a b" the trace takes the first a.  Take the last:
 * insertions come as early as possible, and may then be before all of a.
 */
static void
slide(struct word_diff *w)
{
	const struct word *a = w->words[0], *b = w->words[1];
	size_t *match = w->match;

	for (size_t i = w->nwords[0]; i-- > 1;)
		if (match[i] != UNMATCHED && match[i - 1] != UNMATCHED &&
		    b[match[i] - 1].hash == a[i - 1].hash)
			match[i - 1] = match[i] - 1;
}

/* The hash of the words from .. to, joined to one; numbers stay apart. */
static uint64_t
joined(const struct word *words, size_t from, size_t to)
{
	uint64_t h = HASH_BEGIN;

	for (size_t i = from; i < to; i++) {
		if (i > from && words[i].is.apart)
			h = (h ^ ' ') * HASH_PRIME;
		h = hash_form(h, &words[i].is);
	}
	return h;
}

static size_t
end_of(const struct word *w)
{
	return w->is.off + w->is.len;
}

/* The first word of b, from number 'from' on, that begins another line. */
static size_t
line_end(const struct word_diff *w, size_t from, const char *s)
{
	const struct word *b = w->words[1];
	size_t to = from;

	while (to < w->nwords[1] &&
	       memchr(s + end_of(&b[to - 1]), '\n',
		      b[to].is.off - end_of(&b[to - 1])) == NULL)
		to++;
	return to;
}

/* Add a change: words i .. i_end of a for j .. j_end of b.  -1 with ENOMEM. */
static int
add_change(struct word_diff *w, size_t i, size_t i_end, size_t j,
	   size_t j_end)
{
	const struct word *a = w->words[0], *b = w->words[1];
	bool open = i == 0 || i_end == w->nwords[0];
	struct word_change c = { 0, 0, 0, 0 };

	if (open && j_end - j > i_end - i)
		j_end = j;
	if ((i == i_end && j == j_end) ||
	    (i < i_end && j < j_end &&
	     joined(a, i, i_end) == joined(b, j, j_end)))
		return 0;
	if (i < i_end) {
		c.off = a[i].is.off;
		c.len = end_of(&a[i_end - 1]) - c.off;
	} else {
		c.off = end_of(&a[i - 1]);
	}
	if (j < j_end) {
		c.other_off = i < i_end ? b[j].is.off : end_of(&b[j - 1]);
		c.other_len = end_of(&b[j_end - 1]) - c.other_off;
	}
	if (array_room(&w->change, &w->room, w->n + 1, sizeof(c)) != 0)
		return -1;
	w->change[w->n++] = c;
	return 0;
}

/* Add the changes between the words in common. */
static int
collect(struct word_diff *w, const char *sb)
{
	size_t na = w->nwords[0], i = 0, j = 0;

	for (size_t m = 0; m < na; m++) {
		if (w->match[m] == UNMATCHED)
			continue;
		if (add_change(w, i, m, j, w->match[m]) != 0)
			return -1;
		i = m + 1;
		j = w->match[m] + 1;
	}
	return add_change(w, i, na, j, line_end(w, j, sb));
}

int
word_diff(struct word_diff *w, const char *a, size_t alen, const char *b,
	  size_t blen)
{
	ptrdiff_t d, k;
	size_t na;
	int got;

	w->n = 0;
	if (take_words(w, 0, a, alen, WORDS_MOST) != 0)
		return -1;
	na = w->nwords[0];
	if (na == 0 || na == WORDS_MOST)
		return 0;
	/*
	 * The part of b that is similar is not much longer than a; another unit
	 * follows.
	 */
	if (take_words(w, 1, b, blen, 2 * na + 64) != 0 ||
	    array_room(&w->match, &w->match_room, na,
		       sizeof(*w->match)) != 0)
		return -1;
	for (size_t i = 0; i < na; i++)
		w->match[i] = UNMATCHED;
	got = find_end(w, &d, &k);
	if (got <= 0)
		return got;
	if (2 * trace(w, d, k) < na)
		return 0;
	slide(w);
	return collect(w, b);
}

void
word_diff_free(struct word_diff *w)
{
	free(w->change);
	for (int i = 0; i < 2; i++) {
		dedup_words_free(w->reader[i]);
		free(w->words[i]);
	}
	free(w->match);
	free(w->steps);
}
