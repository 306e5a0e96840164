/* The format of an input. */
#include "format_guess.h"

#include <string.h>

#include "compression.h"

static bool
has_suffix(const char *s, size_t n, const char *end)
{
	size_t m = strlen(end);

	return n >= m && memcmp(s + n - m, end, m) == 0;
}

enum format
format_of_name(const char *path)
{
	static const struct {
		const char *suffix;
		enum format format;
	} known[] = {
		{ ".jsonl", FORMAT_JSONL }, { ".ndjson", FORMAT_JSONL },
		{ ".warc", FORMAT_WARC }, { ".wet", FORMAT_WARC },
		{ ".wat", FORMAT_WARC },
	};
	size_t n = compression_plain_len(path);

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (has_suffix(path, n, known[i].suffix))
			return known[i].format;
	return FORMAT_AUTO;
}

/* Is the first line a JSON object with a text in it? */
static enum format
guess_jsonl(struct format_guess *g, const char *s, size_t len, bool eof)
{
	struct json_value v;
	const char *why, *nl;
	size_t at, bom = json_bom_len(s, len);

	if (len <= bom || s[bom] != '{')
		return FORMAT_TEXT;
	nl = memchr(s + g->looked, '\n', len - g->looked);
	g->looked = len;
	if (nl == NULL && !eof && len < FORMAT_GUESS_MAX)
		return FORMAT_AUTO;
	if (nl != NULL)
		len = (size_t)(nl - s);
	if (json_scan(s + bom, len - bom, g->text_path, 1, &v, &why, &at) != 0)
		return FORMAT_TEXT;
	g->object = v.kind != JSON_STRING;
	return g->object ? FORMAT_TEXT : FORMAT_JSONL;
}

enum format
format_guess(struct format_guess *g, const char *s, size_t len, bool eof)
{
	static const char warc[] = "WARC/";
	const size_t n = sizeof(warc) - 1;

	if (len < n && !eof)
		return FORMAT_AUTO;
	if (len >= n && memcmp(s, warc, n) == 0)
		return FORMAT_WARC;
	return guess_jsonl(g, s, len, eof);
}
