#include "part.h"

#include <string.h>

#include "bytes.h"
#include "ending.h"
#include "item.h"

#define NAME_MAX 32		/* bytes before the colon in "name: value" */
#define HEAD_LINES 2		/* with words: more are a menu, a box */

/*
 * A bullet, a number, a dash; besides, the option of a manual page, the marks
 * of a heading, the prompt of a shell.
 */
static bool
begins_item(const char *s, size_t len)
{
	size_t n = 0;

	if (len == 0)
		return false;
	if (item_begins_number(s, len))
		return true;
	if (is_ascii_letter(*s) && *s != 'o')		/* most often */
		return false;
	if (item_begins_bullet(s, len))
		return true;
	switch (*s) {
	case '-':
		while (n < len && s[n] == '-')
			n++;
		return n < len && (is_ascii_letter(s[n]) || s[n] == ' ');
	case '#':
		while (n < len && s[n] == '#')
			n++;
		return item_is_apart(s + n, len - n);
	case '$':
		return item_is_apart(s + 1, len - 1);
	default:
		return false;
	}
}

/* "Reported-by: Jane Doe": the name is one word. */
static bool
begins_name(const char *s, size_t len)
{
	static const char wide[] = "：";

	for (size_t i = 0; i < len && i < NAME_MAX; i++) {
		if ((unsigned char)s[i] <= ' ')
			return i > 2 && s[i - 1] == ':';
		if (s[i] == wide[2] && ends_in(s, i + 1, wide))
			return i > 2 && i + 1 < len && i + 1 < NAME_MAX;
	}
	return false;
}

/* Bytes of s[0..len) before its text: white space, marks of quoted mail. */
static size_t
leader_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (s[n] == ' ' || s[n] == '\t' || s[n] == '>'))
		n++;
	return n;
}

/* An item by itself: a list is a text, as a menu is. */
static bool
is_item(const char *s, size_t len)
{
	const char *end = s + len;

	if (!begins_item(s, len))
		return false;
	while ((s = memchr(s, '\n', (size_t)(end - s))) != NULL) {
		s++;
		s += leader_length(s, (size_t)(end - s));
		if (begins_item(s, (size_t)(end - s)))
			return false;
	}
	return true;
}

/* A year: 2024; or numbers that are one word: 2024-05-12 1.2.3 10:30 */
static bool
is_date(const char *word, size_t len)
{
	size_t digits = 0, numbers = 0;

	for (size_t i = 0; i < len; i++) {
		bool digit = word[i] >= '0' && word[i] <= '9';

		numbers += digit && (i == 0 || word[i - 1] < '0' ||
				     word[i - 1] > '9');
		digits += digit;
	}
	return numbers > 1 || (digits == 4 && len == 4 &&
			       (*word == '1' || *word == '2'));
}

static bool
has_date(const char *words, size_t len)
{
	const char *end = words + len, *space;

	for (; words < end; words = space + 1) {
		space = memchr(words, ' ', (size_t)(end - words));
		if (space == NULL)
			space = end;
		if (is_date(words, (size_t)(space - words)))
			return true;
	}
	return false;
}

/* With a date or a version, with a name and its value, or underlined. */
static bool
is_head(const struct part_text *t, const char *s, size_t len)
{
	return t->headline && t->nlines <= HEAD_LINES &&
	       (t->underlined || begins_name(s, len) ||
		has_date(t->words, t->words_len));
}

/* Most texts end in a letter, a digit or a full stop. */
static inline bool
may_be_open(char last)
{
	return last != '.' && !is_ascii_letter(last) &&
	       !(last >= '0' && last <= '9');
}

bool
part_is(const struct part_text *t)
{
	size_t len = trimmed(t->text, t->len), n;
	const char *s = t->text;

	if (t->length >= PART_WORDS || len == 0)
		return false;
	if (t->listing || (may_be_open(s[len - 1]) && ending_is_open(s, len)))
		return true;
	n = leader_length(s, len);
	return is_item(s + n, len - n) || is_head(t, s + n, len - n);
}
