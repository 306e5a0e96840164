/* How a cut-off lead ends. */
#include "ending.h"

#include "bytes.h"

/*
 * Bytes of what may stand behind an ellipsis: a closing bracket, quote or arrow
 * at the end, or a space that does not break.  0: none.
 */
static size_t
closer_length(const char *s, size_t len)
{
	switch (len > 0 ? (unsigned char)s[len - 1] : 0) {
	case ']': case ')': case '"': case '\'': case '>':
		return 1;
	case 0x9d:
		return ends_in(s, len, "”") ? strlen("”") : 0;
	case 0x99:
		return ends_in(s, len, "’") ? strlen("’") : 0;
	case 0x92:
		return ends_in(s, len, "→") ? strlen("→") : 0;
	case 0xbb:
		return ends_in(s, len, "»") ? strlen("»") : 0;
	case 0xa0:
		return ends_in(s, len, "\xc2\xa0") ? 2 : 0;
	default:
		return 0;
	}
}

/* Without white space and those, in any order. */
static size_t
without_closers(const char *s, size_t len)
{
	size_t n;

	do {
		len = trimmed(s, len);
		n = closer_length(s, len);
		len -= n;
	} while (n > 0);
	return len;
}

/* The last nine bytes in lower case are "read more". */
static bool
ends_read_more(const char *s, size_t len)
{
	static const char want[] = "read more";
	const size_t n = sizeof(want) - 1;

	if (len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s[len - n + i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != want[i])
			return false;
	}
	return len == n || s[len - n - 1] == ' ' || s[len - n - 1] == '.' ||
	       s[len - n - 1] == '[' || s[len - n - 1] == '(' ||
	       (s[len - n - 1] & 0x80) != 0;
}

/* May text whose last bytes are these end in an ellipsis or "read more"? */
static bool
may_end_cut(unsigned char last, unsigned char before)
{
	if (last == '.')
		return before == '.';
	if ((last | 0x20) == 'e')
		return (before | 0x20) == 'r';
	return last >= 0x80 || last == ']' || last == ')' || last == '"' ||
	       last == '\'' || last == '>';
}

enum ending
ending_of(const char *text, size_t len)
{
	size_t n = trimmed(text, len), end;

	/* Few texts end as one may: no need to look on in the others. */
	if (n < 3 || !may_end_cut((unsigned char)text[n - 1],
				  (unsigned char)text[n - 2]))
		return ENDING_WHOLE;
	n = end = without_closers(text, len);
	while (n > 0 && (ends_in(text, n, "…") || text[n - 1] == '.'))
		n -= text[n - 1] == '.' ? 1 : strlen("…");
	if (ends_read_more(text, n))
		return ENDING_READ_MORE;
	if (end - n < 3)
		return ENDING_WHOLE;
	if (n == 0 || text[n - 1] == ' ' || text[n - 1] == '[' ||
	    text[n - 1] == '(')
		return ENDING_AFTER;
	return ENDING_INSIDE;
}
