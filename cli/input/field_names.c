/* Finds the keys of an object: strings at depth 1 with a colon behind them. */
#include "field_names.h"

#include <stdbool.h>
#include <string.h>

/* Behind the string that begins at rec[i]. */
static size_t
skip_string(const char *rec, size_t len, size_t i)
{
	for (i++; i < len && rec[i] != '"'; i++)
		i += rec[i] == '\\';
	return i < len ? i + 1 : len;
}

static bool
is_key(const char *rec, size_t len, size_t end)
{
	while (end < len && (rec[end] == ' ' || rec[end] == '\t'))
		end++;
	return end < len && rec[end] == ':';
}

/* Add a name: false if it has no room. */
static bool
add(const char *name, size_t n, char *to, size_t size)
{
	static const char more[] = ", ...";
	size_t at = strlen(to);

	if (at + n + sizeof(more) > size) {
		if (at > 0 && at + sizeof(more) <= size)
			memcpy(to + at, more, sizeof(more));
		return false;
	}
	if (at > 0) {
		memcpy(to + at, ", ", 2);
		at += 2;
	}
	memcpy(to + at, name, n);
	to[at + n] = '\0';
	return true;
}

void
field_names(const char *rec, size_t len, char *to, size_t size)
{
	int depth = 0;

	*to = '\0';
	for (size_t i = 0; i < len; i++) {
		size_t end;

		depth += (rec[i] == '{' || rec[i] == '[') -
			 (rec[i] == '}' || rec[i] == ']');
		if (rec[i] != '"')
			continue;
		end = skip_string(rec, len, i);
		if (depth == 1 && is_key(rec, len, end) &&
		    !add(rec + i + 1, end - i - 2, to, size))
			return;
		i = end - 1;
	}
}
