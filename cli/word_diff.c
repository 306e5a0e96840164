/* Which words of a text another one lacks. */
#include "word_diff.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "array.h"

#define UNMATCHED SIZE_MAX
#define WORDS_MOST ((size_t)1 << 28)
#define FOLD_MOST 32		/* code points that one becomes; 18 by Unicode */

struct word {
	size_t off, len;
	uint64_t hash;		/* of its letters, folded: FNV-1a */
};

#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

/* The first character: its bytes; a byte that is not UTF-8 is 0x110000 + it. */
static size_t
character(const char *s, size_t len, utf8proc_int32_t *c)
{
	utf8proc_ssize_t n;

	*c = (unsigned char)*s;
	if (*c < 0x80)
		return 1;
	n = utf8proc_iterate((const utf8proc_uint8_t *)s,
			     len < 4 ? (utf8proc_ssize_t)len : 4, c);
	if (n > 0)
		return (size_t)n;
	*c = 0x110000 + (unsigned char)*s;
	return 1;
}

static bool
is_mark(utf8proc_int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);

	return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC ||
	       k == UTF8PROC_CATEGORY_ME;
}

static bool
is_letter(utf8proc_int32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		       (c >= 'a' && c <= 'z');
	if (c >= 0x110000 || is_mark(c))
		return true;
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return true;
	default:
		return false;
	}
}

/* Scripts without spaces: Thai, Lao, Burmese, Khmer, kana, Han. */
static bool
is_alone(utf8proc_int32_t c)
{
	return (c >= 0xe00 && c < 0xf00) || (c >= 0x1000 && c < 0x10a0) ||
	       (c >= 0x1780 && c < 0x1800) || (c >= 0x3040 && c < 0x3100) ||
	       (c >= 0x3400 && c < 0xa000) || (c >= 0xf900 && c < 0xfb00) ||
	       (c >= 0x20000 && c < 0x40000);
}

/* Of Latin, Greek, Cyrillic, Hebrew, Arabic; elsewhere marks are vowels. */
static bool
is_accent(utf8proc_int32_t c)
{
	return (c >= 0x300 && c < 0x370) || (c >= 0x483 && c < 0x48a) ||
	       (c >= 0x591 && c < 0x5c8 && is_mark(c)) ||
	       (c >= 0x610 && c < 0x61b) || (c >= 0x64b && c < 0x660) ||
	       c == 0x670;
}

static uint64_t
hash_character(uint64_t h, utf8proc_int32_t c)
{
	utf8proc_int32_t folded[FOLD_MOST];
	utf8proc_ssize_t n = 0;
	int bounds = 0;

	if (c < 0x80)
		return (h ^ (uint64_t)(c >= 'A' && c <= 'Z' ? c + 0x20 : c)) *
		       HASH_PRIME;
	if (c < 0x110000)
		n = utf8proc_decompose_char(c, folded, FOLD_MOST,
			UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
			UTF8PROC_CASEFOLD, &bounds);
	if (n <= 0 || n > FOLD_MOST)
		return (h ^ (uint64_t)c) * HASH_PRIME;
	for (utf8proc_ssize_t i = 0; i < n; i++)
		if (!is_accent(folded[i]))
			h = (h ^ (uint64_t)folded[i]) * HASH_PRIME;
	return h;
}

/* The next word from 'at' on: false, there is none. */
static bool
next_word(struct word *w, const char *s, size_t len, size_t at)
{
	utf8proc_int32_t c = 0, next;
	size_t n = 0;

	while (at < len && (n = character(s + at, len - at, &c),
			    !is_letter(c)))
		at += n;
	if (at >= len)
		return false;
	*w = (struct word){ at, n, hash_character(HASH_BEGIN, c) };
	for (at += n; at < len; at += n) {
		n = character(s + at, len - at, &next);
		if (!is_letter(next) ||
		    (!is_mark(next) && (is_alone(c) || is_alone(next))))
			break;
		w->len += n;
		w->hash = hash_character(w->hash, next);
		c = is_mark(next) ? c : next;
	}
	return true;
}

/* The words of a text, 'most' of them: -1, ENOMEM. */
static int
take_words(struct word_diff *w, int which, const char *s, size_t len,
	   size_t most)
{
	struct word word;
	size_t n = 0;

	for (size_t at = 0; n < most && next_word(&word, s, len, at);
	     at = word.off + word.len) {
		if (array_room(&w->words[which], &w->words_room[which], n + 1,
			       sizeof(word)) != 0)
			return -1;
		w->words[which][n++] = word;
	}
	w->nwords[which] = n;
	return 0;
}

/*
 * Myers (1986), but free to end anywhere in b, and a deletion costs 2: at 1 it
 * would be no dearer to delete the last words than to exchange one before them.
 * x counts words of a, y of b, and k = y - x is a diagonal.  steps[] holds for
 * each cost d and k = -d .. d the largest x to which d leads on k, or -1:
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

/* The largest x at which a diagonal is entered, or -1; the edit before it. */
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
 * The d and k with which all of a is passed; of several k the largest, with
 * the fewest deletions.  1; 0, it costs too much; -1, ENOMEM.
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

/* The way back: the words in common, how many. */
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
 * Of "a b" in "a c a b" the trace takes the first a.  Take the last: what is
 * inserted comes as early as it may, and may so stand before all of a.
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

/* The letters of the words from .. to, as if they were one. */
static uint64_t
joined(const struct word *words, size_t from, size_t to, const char *s)
{
	uint64_t h = HASH_BEGIN;

	for (size_t i = from; i < to; i++) {
		const char *p = s + words[i].off;
		size_t n, left = words[i].len;
		utf8proc_int32_t c;

		for (; left > 0; p += n, left -= n) {
			n = character(p, left, &c);
			h = hash_character(h, c);
		}
	}
	return h;
}

static size_t
end_of(const struct word *w)
{
	return w->off + w->len;
}

/* The words of b after number 'from' - 1 that stand on its line. */
static size_t
line_end(const struct word_diff *w, size_t from, const char *s)
{
	const struct word *b = w->words[1];
	size_t to = from;

	while (to < w->nwords[1] &&
	       memchr(s + end_of(&b[to - 1]), '\n',
		      b[to].off - end_of(&b[to - 1])) == NULL)
		to++;
	return to;
}

/* Words i .. i_end of a stand where j .. j_end of b do: -1, ENOMEM. */
static int
add_change(struct word_diff *w, const char *sa, size_t i, size_t i_end,
	   const char *sb, size_t j, size_t j_end)
{
	const struct word *a = w->words[0], *b = w->words[1];
	bool open = i == 0 || i_end == w->nwords[0];
	struct word_change c = { 0, 0, 0, 0 };

	if (open && j_end - j > i_end - i)
		j_end = j;
	if ((i == i_end && j == j_end) ||
	    (i < i_end && j < j_end &&
	     joined(a, i, i_end, sa) == joined(b, j, j_end, sb)))
		return 0;
	if (i < i_end) {
		c.off = a[i].off;
		c.len = end_of(&a[i_end - 1]) - c.off;
	} else {
		c.off = end_of(&a[i - 1]);
	}
	if (j < j_end) {
		c.other_off = i < i_end ? b[j].off : end_of(&b[j - 1]);
		c.other_len = end_of(&b[j_end - 1]) - c.other_off;
	}
	if (array_room(&w->change, &w->room, w->n + 1, sizeof(c)) != 0)
		return -1;
	w->change[w->n++] = c;
	return 0;
}

/* What stands between the words in common. */
static int
collect(struct word_diff *w, const char *sa, const char *sb)
{
	size_t na = w->nwords[0], i = 0, j = 0;

	for (size_t m = 0; m < na; m++) {
		if (w->match[m] == UNMATCHED)
			continue;
		if (add_change(w, sa, i, m, sb, j, w->match[m]) != 0)
			return -1;
		i = m + 1;
		j = w->match[m] + 1;
	}
	return add_change(w, sa, i, na, sb, j, line_end(w, j, sb));
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
	/* What is alike is not much longer; what follows is another unit. */
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
	return collect(w, a, b);
}

void
word_diff_free(struct word_diff *w)
{
	free(w->change);
	free(w->words[0]);
	free(w->words[1]);
	free(w->match);
	free(w->steps);
}
