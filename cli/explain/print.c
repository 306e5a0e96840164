/* Strings, numbers and JSON to a writer. */
#include "print.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "json.h"
#include "visible.h"

#define CHUNK ((size_t)4096)	/* bytes escaped at a time */
#define TRIPLES ((size_t)1024)	/* of bytes, in base64, at a time */

int
print_string(struct writer *w, const char *s)
{
	return writer_put(w, s, strlen(s));
}

int
print_format(struct writer *w, const char *format, ...)
{
	char buf[256];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	return n < 0 ? -1 : writer_put(w, buf, (size_t)n < sizeof(buf) ?
				       (size_t)n : sizeof(buf) - 1);
}

/* The first chunk of a text: it ends at the end of a character. */
static size_t
chunk_of(const char *s, size_t len)
{
	size_t n = CHUNK;

	if (len <= CHUNK)
		return len;
	while (n > CHUNK - 4 && (s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

int
print_visible(struct writer *w, const char *s, size_t len, bool text)
{
	char buf[VISIBLE_MOST * CHUNK];

	while (len > 0) {
		size_t n = chunk_of(s, len);

		if (writer_put(w, buf, visible_copy(buf, s, n, text)) != 0)
			return -1;
		s += n;
		len -= n;
	}
	return 0;
}

int
print_escaped(struct writer *w, const char *s, size_t len)
{
	char buf[6 * CHUNK];

	while (len > 0) {
		size_t n = chunk_of(s, len);

		if (writer_put(w, buf, json_escape(s, n, buf)) != 0)
			return -1;
		s += n;
		len -= n;
	}
	return 0;
}

int
print_quoted(struct writer *w, const char *s, size_t len)
{
	return print_string(w, "\"") != 0 || print_escaped(w, s, len) != 0 ||
	       print_string(w, "\"") != 0 ? -1 : 0;
}

int
print_field(struct writer *w, const char *key, const char *s)
{
	return print_format(w, "\"%s\":", key) != 0 ? -1 :
	       print_quoted(w, s, strlen(s));
}

/* RFC 4648: 'len' is a multiple of 3, except at the end. */
static int
put_base64_chunk(struct writer *w, const char *s, size_t len)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	char buf[4 * TRIPLES];
	size_t n = 0;

	for (size_t i = 0; i < len; i += 3) {
		unsigned long v = 0;

		for (size_t j = 0; j < 3; j++)
			v = v << 8 | (i + j < len ? (unsigned char)s[i + j]
						  : 0);
		for (size_t j = 0; j < 4; j++)
			buf[n++] = i + j <= len ?
				   digit[v >> (18 - 6 * j) & 63] : '=';
	}
	return writer_put(w, buf, n);
}

static int
put_base64(struct writer *w, const char *s, size_t len)
{
	while (len > 0) {
		size_t n = len < 3 * TRIPLES ? len : 3 * TRIPLES;

		if (put_base64_chunk(w, s, n) != 0)
			return -1;
		s += n;
		len -= n;
	}
	return 0;
}

static bool
is_utf8(const char *s, size_t len)
{
	while (len > 0) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n;

		n = utf8proc_iterate((const utf8proc_uint8_t *)s,
				     (utf8proc_ssize_t)len, &c);
		if (n <= 0)
			return false;
		s += n;
		len -= (size_t)n;
	}
	return true;
}

int
print_bytes_field(struct writer *w, const char *s, size_t len)
{
	if (is_utf8(s, len))
		return print_string(w, "\"text\":") != 0 ? -1 :
		       print_quoted(w, s, len);
	return print_string(w, "\"base64\":\"") != 0 ||
	       put_base64(w, s, len) != 0 ||
	       print_string(w, "\"") != 0 ? -1 : 0;
}
