/* Escapes control characters. */
#include "visible.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

static bool
is_control(utf8proc_int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c ||
	       c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Escape a control, or a byte that is not UTF-8: how many bytes it becomes. */
static size_t
show(char *to, utf8proc_int32_t c, bool byte)
{
	char buf[16];
	int n;

	if (byte)
		n = snprintf(buf, sizeof(buf), "<%02X>", (unsigned)c);
	else if (c < 0x80)
		n = snprintf(buf, sizeof(buf), "^%c", (int)c ^ 0x40);
	else
		n = snprintf(buf, sizeof(buf), "<U+%04X>", (unsigned)c);
	memcpy(to, buf, (size_t)n);	/* without the NUL */
	return (size_t)n;
}

size_t
visible_copy(char *to, const char *s, size_t len, bool text)
{
	size_t n = 0;

	while (len > 0) {
		unsigned char first = (unsigned char)*s;
		utf8proc_int32_t c = first;
		utf8proc_ssize_t used = 1;

		if (first >= 0x80)
			used = utf8proc_iterate((const utf8proc_uint8_t *)s,
						(utf8proc_ssize_t)len, &c);
		if (used <= 0 && first < 0xa0) {
			n += show(to + n, first, true);
			used = 1;
		} else if (used <= 0) {
			to[n++] = *s;
			used = 1;
		} else if (is_control(c) && !(text && c == '\t')) {
			n += show(to + n, c, false);
		} else {
			memcpy(to + n, s, (size_t)used);
			n += (size_t)used;
		}
		s += used;
		len -= (size_t)used;
	}
	return n;
}
