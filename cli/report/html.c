/* HTML into memory. */
#include "html.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "array.h"

static void
put(struct html *h, const char *s, size_t len)
{
	if (h->no_memory ||
	    array_room(&h->buf, &h->room, h->len + len, 1) != 0) {
		h->no_memory = true;
		return;
	}
	if (len > 0)
		memcpy(h->buf + h->len, s, len);
	h->len += len;
}

void
html_put(struct html *h, const char *s)
{
	put(h, s, strlen(s));
}

void
html_format(struct html *h, const char *format, ...)
{
	char buf[512];
	va_list args;

	va_start(args, format);
	vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	html_put(h, buf);
}

/*
 * Is it shown by its number?  What has no width of its own, or turns the
 * direction: soft hyphens, joiners, marks, tags, variation beyond emoji's.
 */
static bool
is_hidden(utf8proc_int32_t c)
{
	utf8proc_category_t category;

	if (c < 0x80)
		return false;
	if (c == 0x200c || c == 0x200d)		/* scripts need joiners */
		return false;
	category = utf8proc_category(c);
	return category == UTF8PROC_CATEGORY_CC ||
	       category == UTF8PROC_CATEGORY_CF ||
	       category == UTF8PROC_CATEGORY_ZL ||
	       category == UTF8PROC_CATEGORY_ZP ||
	       category == UTF8PROC_CATEGORY_CO ||
	       category == UTF8PROC_CATEGORY_CS;
}

/* A character of ASCII. */
static void
put_ascii(struct html *h, char c, bool lines)
{
	char picture[4];

	switch (c) {
	case '&':
		html_put(h, "&amp;");
		break;
	case '<':
		html_put(h, "&lt;");
		break;
	case '>':
		html_put(h, "&gt;");
		break;
	case '"':
		html_put(h, "&quot;");
		break;
	case '\'':
		html_put(h, "&#39;");
		break;
	default:
		if ((c >= ' ' && c != 0x7f) ||
		    (lines && (c == '\n' || c == '\t'))) {
			put(h, &c, 1);
			break;
		}
		/* U+2400 ..., its picture. */
		snprintf(picture, sizeof(picture), "\xe2\x90%c",
			 c == 0x7f ? 0xa1 : 0x80 + c);
		put(h, picture, 3);
	}
}

/* How many bytes at the beginning may stand as they are: of ASCII. */
static size_t
plain(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= ' ' && s[n] < 0x7f && s[n] != '&' &&
	       s[n] != '<' && s[n] != '>' && s[n] != '"' && s[n] != '\'')
		n++;
	return n;
}

static void
put_text(struct html *h, const char *s, size_t len, bool lines)
{
	while (len > 0) {
		size_t as_is = plain(s, len);
		utf8proc_int32_t c;
		utf8proc_ssize_t n;

		put(h, s, as_is);
		s += as_is;
		len -= as_is;
		if (len == 0)
			return;
		n = utf8proc_iterate((const utf8proc_uint8_t *)s,
				     (utf8proc_ssize_t)len, &c);
		if (n <= 0) {
			html_put(h, "\xef\xbf\xbd");
			n = 1;
		} else if (c < 0x80) {
			if (!(c == '\r' && lines && len > 1 && s[1] == '\n'))
				put_ascii(h, (char)c, lines);
		} else if (is_hidden(c)) {
			html_format(h, "&lt;U+%04" PRIX32 "&gt;", (uint32_t)c);
		} else {
			put(h, s, (size_t)n);
		}
		s += n;
		len -= (size_t)n;
	}
}

/* The first 'most' bytes, but whole characters. */
static size_t
cut(const char *s, size_t len, size_t most)
{
	if (len <= most)
		return len;
	for (size_t n = most; n > 0 && n + 4 > most; n--)
		if (((unsigned char)s[n] & 0xc0) != 0x80)
			return n;
	return most;
}

void
html_text(struct html *h, const char *s, size_t len)
{
	put_text(h, s, len, true);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void
html_line(struct html *h, const char *s, size_t len, size_t most)
{
	size_t n = cut(s, len, most);
	bool any = false;

	for (size_t i = 0, from; i < n; any = true) {
		while (i < n && is_blank(s[i]))
			i++;
		from = i;
		while (i < n && !is_blank(s[i]))
			i++;
		if (any && from < i)
			html_put(h, " ");
		put_text(h, s + from, i - from, false);
	}
	if (n < len)
		html_put(h, "\xe2\x80\xa6");
}

void
html_number(struct html *h, uint64_t n)
{
	char digits[24], buf[32];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n), to = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf[to++] = ',';
		buf[to++] = digits[i];
	}
	put(h, buf, (size_t)to);
}

void
html_bytes(struct html *h, uint64_t n)
{
	static const char *const names[] = { "kB", "MB", "GB", "TB", "PB" };
	double of = (double)n / 1000;
	size_t i = 0;

	if (n < 1000) {
		html_format(h, "%" PRIu64 "\xc2\xa0" "B", n);
		return;
	}
	for (; of >= 999.5 && i < 4; i++)
		of /= 1000;
	html_format(h, of < 9.95 ? "%.1f\xc2\xa0%s" : "%.0f\xc2\xa0%s", of, names[i]);
}

void
html_share(struct html *h, uint64_t part, uint64_t whole)
{
	double of = whole == 0 ? 0 : 100 * (double)part / (double)whole;

	if (part > 0 && of < 0.1)
		html_put(h, "&lt;\xc2\xa0" "0.1\xc2\xa0%");
	else if (part < whole && of > 99.9)
		html_put(h, "&gt;\xc2\xa0" "99.9\xc2\xa0%");
	else
		html_format(h, "%.1f\xc2\xa0%%", of);
}

void
html_back(struct html *h, size_t len)
{
	if (!h->no_memory)
		h->len = len;
}

void
html_free(struct html *h)
{
	free(h->buf);
}
