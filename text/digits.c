/* Numbers to "0". */
#include "digits.h"

#include "character.h"
#include "loose.h"

#include <string.h>

/*
 * Is the character at s[0..len), of a folded word, a digit of any script?  *n
 * becomes its length in bytes.
 */
static bool
is_digit(struct fold *f, const char *s, size_t len, size_t *n)
{
	utf8proc_int32_t c;

	*n = decode((const unsigned char *)s, len, &c);
	if (*n == 0) {
		*n = 1;
		return false;
	}
	return (fold_info(f, (uint32_t)c) & DIGIT) != 0;
}

/* Where the digit after the signs of a number at norm[from] is, or 'from'. */
static size_t
after_signs(struct fold *f, const char *norm, size_t from, size_t end)
{
	size_t at = from, n;

	for (int i = 0; i < 3 && norm[at] != ' '; i++) {
		if (!loose_is_fact(norm + at, end - at))
			return from;
		is_digit(f, norm + at, end - at, &n);
		at += n;
		if (is_digit(f, norm + at, end - at, &n))
			return at;
	}
	return from;
}

/*
 * Replace every run of numbers on a line, with the signs between digits, by one
 * "0", and move the line's words to 'to'.
 */
static size_t
fold_line(struct fold *f, struct line *l, char *norm, size_t to)
{
	size_t from = l->norm, end = from + l->norm_len;
	bool was_number = false;

	l->norm = (uint32_t)to;
	l->nwords = 0;
	while (from < end) {
		size_t start = to, n;
		bool number, in_number = false;

		for (; norm[from] != ' '; from += n) {
			bool digit = is_digit(f, norm + from, end - from, &n);

			if (!digit && in_number) {
				size_t next = after_signs(f, norm, from, end);

				if (next > from) {
					n = next - from;
					continue;
				}
			}
			if (!digit) {
				memmove(norm + to, norm + from, n);
				to += n;
			} else if (!in_number) {
				norm[to++] = '0';
			}
			in_number = digit;
		}
		number = in_number && to == start + 1;
		if (number && was_number) {
			to = start;	/* 1 204 is one number */
		} else {
			norm[to++] = ' ';
			l->nwords++;
		}
		was_number = number;
		from++;
	}
	l->norm_len = (uint32_t)(to - l->norm);
	l->digits = false;
	return to;
}

void
digits_fold(struct fold *f, struct scan *out, size_t first)
{
	size_t to = first < out->nlines ? out->lines[first].norm : 0;

	for (size_t i = first; i < out->nlines; i++) {
		struct line *l = &out->lines[i];

		if (l->digits) {
			to = fold_line(f, l, out->norm, to);
			continue;
		}
		memmove(out->norm + to, out->norm + l->norm, l->norm_len);
		l->norm = (uint32_t)to;
		to += l->norm_len;
	}
	if (first < out->nlines)
		out->norm_len = to;
}
