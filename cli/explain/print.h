/* Strings, numbers and JSON to a writer.  All: 0, or -1 with errno. */
#ifndef PRINT_H
#define PRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "writer.h"

int print_string(struct writer *w, const char *s);

/* As printf(), up to 255 bytes. */
__attribute__((format(printf, 2, 3)))
int print_format(struct writer *w, const char *format, ...);

/* Text with control characters escaped: see visible_copy(). */
int print_visible(struct writer *w, const char *s, size_t len, bool text);

/* Text as (part of) the body of a JSON string; with quotes; "key":"text". */
int print_escaped(struct writer *w, const char *s, size_t len);
int print_quoted(struct writer *w, const char *s, size_t len);
int print_field(struct writer *w, const char *key, const char *s);

/* "text":"..." or, if it is not UTF-8, "base64":"..." of all its bytes. */
int print_bytes_field(struct writer *w, const char *s, size_t len);

#endif
