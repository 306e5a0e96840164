/* Recognises formats of text by how a file begins, and by its name. */
#include "markup.h"

#include <string.h>
#include <strings.h>

static const struct binary html = {
	"HTML", "trafilatura < FILE | dedup, or lynx -dump -nolist -force_html "
	"FILE | dedup",
};
static const struct binary xml = {
	"XML", "xmllint --xpath '//text()' FILE | dedup",
};
static const struct binary array = {
	"a JSON array", "jq -c '.[]' FILE | dedup -f jsonl --text-field=NAME",
};
static const struct binary strings = {
	"a JSON array", "jq -c '.[] | {text: .}' FILE | dedup -f jsonl",
};
static const struct binary object = {
	"JSON in several lines", "jq -c . FILE | dedup -f jsonl "
	"--text-field=NAME",
};
static const struct binary csv = {
	"CSV", "mlr --icsv --ojsonl cat FILE | dedup -f jsonl "
	"--text-field=COLUMN",
};
static const struct binary tsv = {
	"TSV", "mlr --itsv --ojsonl cat FILE | dedup -f jsonl "
	"--text-field=COLUMN",
};
static const struct binary latex = {
	"LaTeX", "pandoc -f latex -t plain --wrap=none FILE | dedup",
};
static const struct binary rtf = {
	"RTF", "unrtf --text FILE | dedup",
};
static const struct binary postscript = {
	"PostScript", "ps2ascii FILE | dedup",
};
static const struct binary captions_of = {
	"timed captions", "a tool for subtitles",
};

static size_t
skip_space(const char *s, size_t len, size_t i)
{
	while (i < len && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' ||
			   s[i] == '\r'))
		i++;
	return i;
}

/* Does s[i..len) begin so, in any case? */
static bool
begins(const char *s, size_t len, size_t i, const char *with)
{
	size_t n = strlen(with);

	return len - i >= n && strncasecmp(s + i, with, n) == 0;
}

/* ... as the name of a tag: what follows ends it? */
static bool
begins_tag(const char *s, size_t len, size_t i, const char *tag)
{
	size_t end = i + strlen(tag);

	return begins(s, len, i, tag) &&
	       (end == len || s[end] == '>' || s[end] == ' ' ||
		s[end] == '\n' || s[end] == '\r' || s[end] == '\t');
}

static size_t
skip_comments(const char *s, size_t len, size_t i)
{
	while (begins(s, len, i, "<!--")) {
		const char *end = memmem(s + i, len - i, "-->", 3);

		if (end == NULL)
			return len;
		i = skip_space(s, len, (size_t)(end - s) + 3);
	}
	return i;
}

static const struct binary *
find_tags(const char *s, size_t len, size_t i)
{
	static const char *const first[] = {
		"<!doctype html", "<html", "<head", "<body",
	};

	if (begins(s, len, i, "<?xml ")) {
		const char *end = memmem(s + i, len - i, "?>", 2);
		size_t at = end != NULL ? (size_t)(end - s) + 2 : len;

		at = skip_comments(s, len, skip_space(s, len, at));
		return begins_tag(s, len, at, "<!doctype html") ||
		       begins_tag(s, len, at, "<html") ? &html : &xml;
	}
	i = skip_comments(s, len, i);
	for (size_t k = 0; k < sizeof(first) / sizeof(*first); k++)
		if (begins_tag(s, len, i, first[k]))
			return &html;
	return begins(s, len, i, "<!DOCTYPE ") ? &xml : NULL;
}

/* Behind the string that begins at s[i]; len: it does not end. */
static size_t
skip_string(const char *s, size_t len, size_t i)
{
	for (i++; i < len && s[i] != '"' && s[i] != '\n'; i++)
		i += s[i] == '\\';
	return i < len && s[i] == '"' ? i + 1 : len;
}

/* An array, or an object that is in several lines. */
static const struct binary *
find_json(const char *s, size_t len, size_t i)
{
	size_t at = skip_space(s, len, i + 1), end;

	if (at >= len)
		return NULL;
	if (s[i] == '[' && s[at] == '{') {
		at = skip_space(s, len, at + 1);
		return at < len && (s[at] == '"' || s[at] == '}') ? &array :
		       NULL;
	}
	if (s[at] != '"')
		return NULL;
	end = skip_space(s, len, skip_string(s, len, at));
	if (end >= len)
		return NULL;
	if (s[i] == '[')
		return s[end] == ',' ||
		       (s[end] == ']' && skip_space(s, len, end + 1) == len) ?
		       &strings : NULL;
	return s[end] == ':' && memchr(s + i, '\n', at - i) != NULL ? &object :
	       NULL;
}

static bool
has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && strcasecmp(name + n - m, suffix) == 0;
}

/* "00:00:01,600 --> 00:00:04,200", at the beginning of s[i..len) */
static bool
has_times(const char *s, size_t len, size_t i)
{
	size_t n = 0;

	while (i + n < len && ((s[i + n] >= '0' && s[i + n] <= '9') ||
			       s[i + n] == ':' || s[i + n] == ',' ||
			       s[i + n] == '.'))
		n++;
	return n >= 9 && begins(s, len, i + n, " --> ");
}

static bool
are_captions(const char *s, size_t len, size_t i)
{
	size_t n = i;

	if (begins_tag(s, len, i, "WEBVTT"))
		return true;
	while (n < len && s[n] >= '0' && s[n] <= '9')
		n++;
	return n > i && has_times(s, len, skip_space(s, len, n));
}

/* By the name, if the beginning does not speak against it. */
static const struct binary *
find_name(const char *name, const char *s, size_t len)
{
	const char *nl = memchr(s, '\n', len);
	size_t line = nl != NULL ? (size_t)(nl - s) : len;

	if (has_suffix(name, ".csv"))
		return memchr(s, ',', line) != NULL ||
		       memchr(s, ';', line) != NULL ? &csv : NULL;
	if (has_suffix(name, ".tsv"))
		return memchr(s, '\t', line) != NULL ? &tsv : NULL;
	if (has_suffix(name, ".tex") || has_suffix(name, ".latex"))
		return memchr(s, '\\', len) != NULL ? &latex : NULL;
	if (has_suffix(name, ".html") || has_suffix(name, ".htm") ||
	    has_suffix(name, ".xhtml"))
		return *s == '<' ? &html : NULL;
	if (has_suffix(name, ".xml"))
		return *s == '<' ? &xml : NULL;
	return NULL;
}

const struct binary *
markup_recognize(const char *name, const char *s, size_t len, bool *captions)
{
	const struct binary *is = NULL;
	size_t i = begins(s, len, 0, "\xef\xbb\xbf") ? 3 : 0;

	*captions = false;
	i = skip_space(s, len, i);
	if (i >= len)
		return NULL;
	if (are_captions(s, len, i)) {
		*captions = true;
		return &captions_of;
	}
	if (s[i] == '<')
		is = find_tags(s, len, i);
	else if (s[i] == '[' || s[i] == '{')
		is = begins(s, len, i, "{\\rtf") ? &rtf : find_json(s, len, i);
	else if (begins(s, len, i, "\\documentclass") ||
		 begins(s, len, i, "\\documentstyle"))
		is = &latex;
	else if (begins(s, len, i, "%!PS-"))
		is = &postscript;
	return is != NULL ? is : find_name(name, s + i, len - i);
}
