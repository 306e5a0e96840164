/*
 * HTML into memory.  Text that is not ours is data: nothing in it can end an
 * element or an attribute, run, hide, or turn the line round.
 */
#ifndef HTML_H
#define HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct html {
	char *buf;
	size_t len, room;
	bool no_memory;		/* what was put last is not all there */
};

/* Ours, as it is; as printf(), up to 511 bytes. */
void html_put(struct html *h, const char *s);
__attribute__((format(printf, 2, 3)))
void html_format(struct html *h, const char *format, ...);

/*
 * Foreign text, between tags or in an attribute with quotes.  Of controls a
 * picture is shown, or their number; of bytes that are not UTF-8, U+FFFD.
 * Newlines and tabs stay, and so does nothing else that has no width.
 */
void html_text(struct html *h, const char *s, size_t len);

/*
 * The same on one line, with one blank for all that are in a row: at most 'most'
 * bytes of it, then an ellipsis.
 */
void html_line(struct html *h, const char *s, size_t len, size_t most);

/* 12,345; 1.2 MB; 12.3 %. */
void html_number(struct html *h, uint64_t n);
void html_bytes(struct html *h, uint64_t n);
void html_share(struct html *h, uint64_t part, uint64_t whole);

/* Forget what was put after the first 'len' bytes. */
void html_back(struct html *h, size_t len);

void html_free(struct html *h);

#endif
