/* The parts of a reference text, by the labels in it and the ends of lines. */
#include "forms.h"

#include <stdbool.h>

#include "array.h"
#include "bytes.h"
#include "ending.h"
#include "item.h"

#define LABEL_MOST 24		/* bytes of a word that labels what follows */
#define OPTION_MOST 2048	/* bytes from an option to the next one */

static bool
is_white(char c)
{
	return is_space(c) || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* Marks of emphasis, quotes and headings, which are no words. */
static bool
is_mark(char c)
{
	return c == '*' || c == '_' || c == '#' || c == '>' || c == '"';
}

static size_t
skip(const char *s, size_t len, bool marks)
{
	size_t i = 0;

	while (i < len && (is_white(s[i]) || (marks && is_mark(s[i]))))
		i++;
	return i;
}

static size_t
digits_at(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && n < 5 && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

/*
 * Bytes of a label "Question:", "Q12.", "Frage 3:", "A." at the beginning of
 * s[0..len), or 0.
 */
static size_t
word_label(const char *s, size_t len)
{
	size_t n = 0, digits, end;

	while (n < len && n < LABEL_MOST &&
	       (is_ascii_letter(s[n]) || (s[n] & 0x80) != 0))
		n++;
	if (n == 0 || n == LABEL_MOST)
		return 0;
	end = n + (n + 1 < len && s[n] == ' ');
	digits = digits_at(s + end, len - end);
	end = digits > 0 ? end + digits : n;
	if (end >= len || !(s[end] == ':' || s[end] == '.' || s[end] == ')'))
		return 0;
	/* "Vitamin." ends a sentence, "A." and "Question 3." are labels. */
	if (s[end] != ':' && digits == 0 && n > 1)
		return 0;
	for (end++; end < len && is_mark(s[end]); end++)
		;
	return end == len || is_white(s[end]) ? end : 0;
}

/* Bytes of a number or letter of a list there, or 0. */
static size_t
number_label(const char *s, size_t len)
{
	size_t n = 0;

	if (len == 0 || !item_begins_number(s, len))
		return 0;
	while (n < len && !is_white(s[n]))
		n++;
	return n;
}

/* Bytes of all labels, and white space, at the beginning of s[0..len). */
static size_t
labels_at(const char *s, size_t len)
{
	size_t at = 0, n;

	do {
		size_t text = at + skip(s + at, len - at, true);

		n = number_label(s + text, len - text);
		if (n == 0)
			n = word_label(s + text, len - text);
		if (n > 0)
			at = text + n;
	} while (n > 0);
	return at + skip(s + at, len - at, false);
}

/* Does a line begin as an item, or with a label? */
static bool
begins_item(const char *s, size_t len)
{
	size_t at = skip(s, len, true);

	return at < len && (item_begins_bullet(s + at, len - at) ||
			    number_label(s + at, len - at) > 0 ||
			    word_label(s + at, len - at) > 0);
}

/*
 * The letter or digit of an option "A)", "(b)", "[1]", "C.", "D:" at the
 * beginning of s[0..len), or 0.  *open is the bracket before it, *close the
 * sign behind it.
 */
static char
option_at(const char *s, size_t len, char *open, char *close)
{
	size_t i = len > 0 && (*s == '(' || *s == '[');

	*open = i > 0 ? *s : 0;
	if (i + 1 >= len || !(is_ascii_letter(s[i]) ||
			      (s[i] >= '0' && s[i] <= '9')))
		return 0;
	*close = s[i + 1];
	if (*close != ')' && *close != ']' && (*open != 0 ||
	    (*close != '.' && *close != ':')))
		return 0;
	return i + 2 == len || is_white(s[i + 2]) ? s[i] : 0;
}

/* Does the option that follows this one stand somewhere in s[0..len)? */
static bool
goes_on(const char *s, size_t len, char option, char open, char close)
{
	for (size_t i = 1; i < len && i < OPTION_MOST; i++) {
		char o, c;

		if (is_white(s[i - 1]) &&
		    option_at(s + i, len - i, &o, &c) == option + 1 &&
		    o == open && c == close)
			return true;
	}
	return false;
}

/* Bytes before the options, or the answer, in s[0..len); or len. */
static size_t
stem_of(const char *s, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		char open, close, option;

		if (!is_white(s[i - 1]) || is_white(s[i]))
			continue;
		option = option_at(s + i, len - i, &open, &close);
		if ((option == 'A' || option == 'a' || option == '1') &&
		    goes_on(s + i, len - i, option, open, close))
			return i;
		if (word_label(s + i, len - i) > 0 &&
		    ending_is_sentence(s, trimmed(s, i)))
			return i;
	}
	return len;
}

static int
add(struct forms *f, size_t off, size_t end, uint64_t line)
{
	if (end <= off)
		return 0;
	if (array_room(&f->form, &f->room, f->n + 1, sizeof(*f->form)) != 0)
		return -1;
	f->form[f->n++] = (struct form){ off, end - off, line };
	return 0;
}

/* A block, and lines of it that belong together. */
struct lines {
	size_t begin, end;
	uint64_t line;		/* of 'begin' */
};

static int
add_lines(struct forms *f, const char *text, const struct lines *block,
	  const struct lines *l)
{
	size_t at = l->begin + labels_at(text + l->begin, l->end - l->begin);
	size_t stem = at < l->end ? at + stem_of(text + at, l->end - at) : at;
	uint64_t line = l->line;

	if (at >= l->end)
		return 0;
	for (size_t i = l->begin; i < at; i++)
		line += text[i] == '\n';
	if (stem < l->end && add(f, at, stem, line) != 0)
		return -1;
	if (l->begin == block->begin && l->end < block->end &&
	    at > l->begin + skip(text + l->begin, at - l->begin, true) &&
	    add(f, at, block->end, line) != 0)
		return -1;
	if (l->begin == block->begin && l->end == block->end &&
	    at == l->begin + skip(text + l->begin, at - l->begin, true))
		return 0;
	return add(f, at, l->end, line);
}

/* The lines of a block, up to the end of a sentence or before an item. */
static int
add_block(struct forms *f, const char *text, const struct lines *block)
{
	struct lines l = *block;
	uint64_t line = block->line;

	for (size_t at = block->begin; at < block->end; line++) {
		const char *nl = memchr(text + at, '\n', block->end - at);
		size_t next = nl != NULL ? (size_t)(nl - text) + 1 : block->end;
		bool first = at == l.begin;

		if (!first && begins_item(text + at, next - at)) {
			l.end = at;
			if (add_lines(f, text, block, &l) != 0)
				return -1;
			l = (struct lines){ at, 0, line };
		}
		if (next == block->end || ending_is_sentence(text + at,
				trimmed(text + at, next - at))) {
			l.end = next;
			if (add_lines(f, text, block, &l) != 0)
				return -1;
			l = (struct lines){ next, 0, line + 1 };
		}
		at = next;
	}
	return 0;
}

int
forms_find(struct forms *f, const char *text, size_t len, uint64_t line)
{
	struct lines block = { 0, 0, line };
	size_t at = 0;

	for (; at < len; line++) {
		const char *nl = memchr(text + at, '\n', len - at);
		size_t next = nl != NULL ? (size_t)(nl - text) + 1 : len;
		bool blank = skip(text + at, next - at, false) == next - at;

		if (blank && block.end > block.begin &&
		    add_block(f, text, &block) != 0)
			return -1;
		if (blank)
			block = (struct lines){ next, next, line + 1 };
		else
			block.end = next;
		at = next;
	}
	return block.end > block.begin ? add_block(f, text, &block) : 0;
}
