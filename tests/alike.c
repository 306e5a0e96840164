/* When one sequence of words says what another says. */
#include "alike.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "answers.h"

#define REPLACE_WORDS 10	/* in fewer no word may be another one */

struct word {
	const char *p;
	size_t len;
};

static struct word *
split(const struct seq *s)
{
	struct word *w = must_have(malloc((s->n + 1) * sizeof(*w)));
	const char *p = s->norm;
	uint32_t n = 0;

	while (p < s->norm + s->len) {
		const char *end = memchr(p, ' ', s->len);

		w[n++] = (struct word){ p, (size_t)(end - p) };
		p = end + 1;
	}
	if (n != s->n)
		abort();
	return w;
}

static bool
same_word(const struct word *a, const struct word *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

bool
seq_same(const struct seq *a, const struct seq *b)
{
	return a->len == b->len && memcmp(a->norm, b->norm, a->len) == 0;
}

static bool
has_digit(const struct word *w)
{
	for (size_t i = 0; i < w->len; ) {
		utf8proc_int32_t c;
		utf8proc_category_t kind;
		utf8proc_ssize_t n = utf8proc_iterate(
			(const utf8proc_uint8_t *)w->p + i,
			(utf8proc_ssize_t)(w->len - i), &c);

		if (n <= 0) {
			i++;	/* not UTF-8: a letter */
			continue;
		}
		kind = utf8proc_category(c);
		if (kind == UTF8PROC_CATEGORY_ND ||
		    kind == UTF8PROC_CATEGORY_NL ||
		    kind == UTF8PROC_CATEGORY_NO)
			return true;
		i += (size_t)n;
	}
	return false;
}

/* Length of the longest common subsequence. */
static uint32_t
common_words(const struct word *a, uint32_t na, const struct word *b,
	     uint32_t nb)
{
	uint32_t *row = must_have(calloc(nb + 1, sizeof(*row)));
	uint32_t m;

	for (uint32_t i = 0; i < na; i++) {
		uint32_t diagonal = 0;

		for (uint32_t j = 0; j < nb; j++) {
			uint32_t above = row[j + 1];

			if (same_word(&a[i], &b[j]))
				row[j + 1] = diagonal + 1;
			else if (row[j] > above)
				row[j + 1] = row[j];
			diagonal = above;
		}
	}
	m = row[nb];
	free(row);
	return m;
}

double
resemblance(const struct seq *a, const struct seq *b)
{
	struct word *x = split(a), *y = split(b);
	double r = 2.0 * common_words(x, a->n, y, b->n) / (a->n + b->n);

	free(x);
	free(y);
	return r;
}

/* Are the words with digits the same, in the same order? */
static bool
same_numbers(const struct seq *a, const struct seq *b)
{
	struct word *x = split(a), *y = split(b);
	uint32_t i = 0, j = 0;
	bool same = true;

	for (;;) {
		while (i < a->n && !has_digit(&x[i]))
			i++;
		while (j < b->n && !has_digit(&y[j]))
			j++;
		if (i == a->n || j == b->n)
			break;
		if (!same_word(&x[i++], &y[j++])) {
			same = false;
			break;
		}
	}
	if (same)
		same = i == a->n && j == b->n;
	free(x);
	free(y);
	return same;
}

/*
 * Of all alignments of a[0..na) and b[0..nb) with the most words in common,
 * the fewest words in stretches: between two words in common, all that stand
 * there where it is two or more of a or of b.  left[i][j]: words in common of
 * a[i..] and b[j..]; least[i][j]: words in stretches from there on, where i
 * and j come right after words in common.
 */
static uint32_t
stretch_words(const struct word *a, uint32_t na, const struct word *b,
	      uint32_t nb)
{
	size_t width = nb + 1, size = (na + 1) * width;
	uint32_t *left = must_have(calloc(size, sizeof(*left)));
	uint32_t *least = must_have(malloc(size * sizeof(*least)));
	uint32_t result;

	for (uint32_t i = na; i-- > 0; )
		for (uint32_t j = nb; j-- > 0; ) {
			uint32_t *at = left + i * width + j;

			*at = same_word(&a[i], &b[j]) ? at[width + 1] + 1 :
			      at[1] > at[width] ? at[1] : at[width];
		}
	for (uint32_t i = na + 1; i-- > 0; )
		for (uint32_t j = nb + 1; j-- > 0; ) {
			uint32_t most = left[i * width + j], best = UINT32_MAX;

			for (uint32_t p = i; p <= na; p++) {
				if (left[p * width + j] < most)
					break;
				for (uint32_t q = j; q <= nb; q++) {
					uint32_t cost = p - i + (q - j);

					if (left[p * width + q] < most)
						break;
					if (p - i < 2 && q - j < 2)
						cost = 0;
					if (most == 0 ? p < na || q < nb :
					    p == na || q == nb ||
					    !same_word(&a[p], &b[q]))
						continue;
					if (most > 0)
						cost += least[(p + 1) * width +
							      q + 1];
					best = cost < best ? cost : best;
				}
			}
			least[i * width + j] = best;
		}
	result = least[0];
	free(left);
	free(least);
	return result;
}

/* Is what differs scattered, in the best alignment or, 'surely', in any? */
static bool
is_scattered(const struct seq *a, const struct seq *b, double r, bool surely)
{
	uint32_t shorter = a->n < b->n ? a->n : b->n, words;
	uint32_t length = a->length < b->length ? a->length : b->length;
	uint32_t edits = (uint32_t)((1 - r) * (a->n + b->n) + 0.5);
	uint32_t common = (a->n + b->n - edits) / 2;
	uint32_t allowed = shorter < 18 ? 3 : shorter / 6;
	struct word *x, *y;

	if (length < REPLACE_WORDS)
		return edits <= 1;
	if (edits <= allowed)
		return true;
	if (surely)
		return false;
	/* Two words at most, beside each word in common, are no stretch. */
	if (edits > allowed + 2 * (common + 1))
		return false;
	x = split(a);
	y = split(b);
	words = stretch_words(x, a->n, y, b->n);
	free(x);
	free(y);
	return words <= allowed;
}

double
similar_to(const struct seq *a, const struct seq *b, double threshold,
	   bool fold_digits, bool surely)
{
	double r;

	if (!fold_digits && !same_numbers(a, b))
		return 0;
	r = resemblance(a, b);
	return r >= threshold - 1e-9 && is_scattered(a, b, r, surely) ? r : 0;
}

/* Loose form. */

struct range {
	utf8proc_int32_t first, last;
};

/* Does it go: a mark of Latin, Greek, Cyrillic, Hebrew or Arabic? */
static bool
is_dropped(utf8proc_int32_t c)
{
	static const struct range mark[] = {
		{ 0x300, 0x36f }, { 0x483, 0x489 },
		{ 0x591, 0x5bd }, { 0x5bf, 0x5bf }, { 0x5c1, 0x5c2 },
		{ 0x5c4, 0x5c5 }, { 0x5c7, 0x5c7 },
		{ 0x610, 0x61a }, { 0x640, 0x640 }, { 0x64b, 0x65f },
		{ 0x670, 0x670 }, { 0x6d6, 0x6dc }, { 0x6df, 0x6e4 },
		{ 0x6e7, 0x6e8 }, { 0x6ea, 0x6ed }, { 0x8d3, 0x8e1 },
		{ 0x8e3, 0x8ff }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
		{ 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f },
	};

	for (size_t i = 0; i < sizeof(mark) / sizeof(*mark); i++)
		if (c >= mark[i].first && c <= mark[i].last)
			return true;
	return false;
}

static utf8proc_int32_t
plain_letter(utf8proc_int32_t c)
{
	return c == 0x142 ? 'l' : c == 0xf8 ? 'o' : c == 0x111 ? 'd' :
	       c == 0x131 ? 'i' : c;
}

/* Append the word's letters, without what is dropped or with all. */
static void
loosen(struct loose *l, const struct word *w, bool drop)
{
	for (size_t k = 0; k < w->len; ) {
		utf8proc_int32_t c, part[32];
		utf8proc_ssize_t n = utf8proc_iterate(
			(const utf8proc_uint8_t *)w->p + k,
			(utf8proc_ssize_t)(w->len - k), &c), m = 0;
		int boundary = 0;

		if (n <= 0)
			l->text[l->len++] = w->p[k];
		else
			m = utf8proc_decompose_char(c, part, 32,
				UTF8PROC_DECOMPOSE, &boundary);
		k += n > 0 ? (size_t)n : 1;
		for (utf8proc_ssize_t i = 0; i < m; i++)
			if (!drop || !is_dropped(part[i]))
				l->len += (size_t)utf8proc_encode_char(
					plain_letter(part[i]),
					(utf8proc_uint8_t *)l->text + l->len);
	}
}

/* Does the word begin, or end, in a digit? */
static bool
digit_at(const struct word *w, bool at_end)
{
	struct word c = { w->p, 1 };
	size_t from = at_end ? w->len - 1 : 0;

	while (at_end && from > 0 && (w->p[from] & 0xc0) == 0x80)
		from--;
	c.p = w->p + from;
	while (from + c.len < w->len && (c.p[c.len] & 0xc0) == 0x80)
		c.len++;
	return has_digit(&c);
}

struct loose
loose_of(const struct seq *s)
{
	struct word *w = split(s);
	struct loose l = { .words = { .n = s->n, .length = s->length } };

	l.text = must_have(malloc(16 * s->len + 16));
	l.words.norm = must_have(malloc(16 * s->len + 16));
	l.start = must_have(malloc((s->n + 1) * sizeof(*l.start)));
	l.end = must_have(malloc((s->n + 1) * sizeof(*l.end)));
	for (uint32_t i = 0; i < s->n; i++) {
		size_t len;

		if (i > 0 && digit_at(&w[i - 1], true) &&
		    digit_at(&w[i], false))
			l.text[l.len++] = ' ';
		l.start[i] = l.len;
		loosen(&l, &w[i], true);
		if (l.len == l.start[i])
			loosen(&l, &w[i], false);
		l.end[i] = l.len;
		len = l.len - l.start[i];
		l.letters += len;
		memcpy(l.words.norm + l.words.len, l.text + l.start[i], len);
		l.words.len += len;
		l.words.norm[l.words.len++] = ' ';
	}
	l.text = must_have(realloc(l.text, l.len + 1));
	free(w);
	return l;
}

void
loose_end(struct loose *l)
{
	free(l->text);
	free(l->words.norm);
	free(l->start);
	free(l->end);
}

bool
says(const struct loose *a, const struct loose *b)
{
	uint32_t k = 0;

	for (uint32_t i = 0; i < a->words.n && a->start[i] + b->len <= a->len;
	     i++) {
		while (k < a->words.n && a->end[k] < a->start[i] + b->len)
			k++;
		if (k < a->words.n && a->end[k] == a->start[i] + b->len &&
		    memcmp(a->text + a->start[i], b->text, b->len) == 0)
			return true;
	}
	return false;
}

double
near_to(const struct loose *a, const struct loose *b)
{
	double r = 2.0 * b->words.n / ((double)a->words.n + b->words.n);

	/* Where words are joined, the longer one may have fewer of them. */
	r = r < 1 ? r : 1;
	return r >= 0.8 && says(a, b) ? r : 0;
}
