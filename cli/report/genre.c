/* What a text of several lines looks like. */
#include "genre.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define LINES_MOST 40		/* that are looked at */
#define LINES_LEAST 3
#define VERSE_LEAST 15		/* bytes of its lines, on average */
#define VERSE_MOST 75

/* Lines of each kind. */
struct lines {
	size_t n, bytes;
	size_t longest;
	size_t cells;		/* have columns */
	size_t code;		/* end, begin or are put together as code is */
	size_t capital;		/* begin with a capital, as verse does */
	unsigned short len[LINES_MOST], word[LINES_MOST];	/* the first */
	size_t ended;		/* end a sentence */
};

/* Columns: tabs, bars, or gaps of two blanks and more between words. */
static bool
has_cells(const char *s, size_t len)
{
	size_t gaps = 0;

	for (size_t i = 0; i < len; i++) {
		bool gap = i > 0 && i + 1 < len && s[i] == ' ' &&
			   s[i - 1] == ' ' && s[i + 1] != ' ';

		gaps += gap + (s[i] == '|') + 2 * (s[i] == '\t');
	}
	return gaps >= 2;
}

static bool
begins_with(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len > n && memcmp(s, word, n) == 0;
}

/* 's' begins after the indent. */
static bool
is_code(const char *s, size_t len, bool indented)
{
	static const char *const begins[] = {
		"#include", "#define", "def ", "import ", "return ", "//",
		"</", "<?", "if (", "for (", "$ ", "SELECT ",
	};
	char last = s[len - 1];

	if (last == ';' || last == '{' || last == '}' ||
	    (indented && (last == ')' || last == ':' || last == ',')) ||
	    (last == '>' && s[0] == '<'))
		return true;
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (begins_with(s, len, begins[i]))
			return true;
	return false;
}

/* With a capital, or a quote; but not all in capitals. */
static bool
begins_verse(const char *s, size_t len)
{
	if (*s == '"' || *s == '\'' || (unsigned char)*s >= 0xc3)
		return true;
	return *s >= 'A' && *s <= 'Z' &&
	       !(len > 1 && s[1] >= 'A' && s[1] <= 'Z');
}

static void
add_line(struct lines *l, const char *s, size_t len)
{
	size_t indent = 0, word = 0;
	char last;

	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\r' ||
			   s[len - 1] == '\t'))
		len--;
	while (indent < len && (s[indent] == ' ' || s[indent] == '\t'))
		indent++;
	if (indent == len)
		return;
	s += indent;
	len -= indent;
	last = s[len - 1];
	while (word < len && s[word] != ' ')
		word++;
	l->len[l->n] = (unsigned short)(len < USHRT_MAX ? len : USHRT_MAX);
	l->word[l->n++] = (unsigned short)(word < USHRT_MAX ? word : USHRT_MAX);
	l->bytes += len;
	l->longest = len > l->longest ? len : l->longest;
	l->cells += has_cells(s, len);
	l->code += is_code(s, len, indent > 0);
	l->capital += begins_verse(s, len);
	l->ended += last == '.' || last == '!' || last == '?' || last == ':';
}

/* After most lines, would the next word not have fitted? */
static bool
is_wrapped(const struct lines *l)
{
	size_t full = 0;

	for (size_t i = 0; i + 1 < l->n; i++)
		full += (size_t)l->len[i] + 1 + l->word[i + 1] > l->longest;
	return 4 * full > 3 * (l->n - 1);
}

/* Are there lines enough? */
static bool
has_lines(const char *text, size_t len)
{
	const char *end = text + len;

	for (size_t i = 1; i < LINES_LEAST; i++) {
		text = memchr(text, '\n', (size_t)(end - text));
		if (text == NULL || ++text == end)
			return false;
	}
	return true;
}

enum genre
genre_of(const char *text, size_t len)
{
	struct lines l = { .n = 0 };

	if (!has_lines(text, len))	/* most have not */
		return GENRE_PROSE;
	while (len > 0 && l.n < LINES_MOST) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl != NULL ? (size_t)(nl - text) : len;

		add_line(&l, text, n);
		n += nl != NULL;
		text += n;
		len -= n;
	}
	if (l.n < LINES_LEAST)
		return GENRE_PROSE;
	if (2 * l.code >= l.n)
		return GENRE_CODE;
	if (2 * l.cells >= l.n)
		return GENRE_TABLE;
	if (l.longest <= VERSE_MOST && l.bytes >= VERSE_LEAST * l.n &&
	    4 * l.capital >= 3 * l.n && 2 * l.ended < l.n && !is_wrapped(&l))
		return GENRE_VERSE;
	return GENRE_PROSE;
}

const char *
genre_name(enum genre genre)
{
	static const char *const names[GENRES] = {
		"prose", "verse", "code", "table",
	};

	return names[genre];
}
