/* Messages on standard error. */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "visible.h"

/* Columns of the line that is being redrawn; there is only one terminal. */
static size_t drawn;

#define ROOM 1024		/* bytes of a message if there is no memory for
				 * more */

void
message_redraw(const char *line)
{
	size_t n = strlen(line);

	if (n > 0)
		fprintf(stderr, "\rdedup: %-*s", (int)drawn, line);
	else if (drawn > 0)
		fprintf(stderr, "\r%*s\r", (int)drawn + 7, "");
	fflush(stderr);
	drawn = n;
}

void
message(const char *format, ...)
{
	char few[ROOM], few_visible[VISIBLE_MOST * ROOM];
	char *all = NULL, *visible = NULL;
	va_list args;
	size_t n;
	int len;

	va_start(args, format);
	len = vsnprintf(few, sizeof(few), format, args);
	va_end(args);
	if (len < 0)
		return;
	n = (size_t)len;
	if (n >= sizeof(few)) {
		all = malloc(n + 1);
		visible = malloc(VISIBLE_MOST * n);
	}
	if (all != NULL && visible != NULL) {
		va_start(args, format);
		vsnprintf(all, n + 1, format, args);
		va_end(args);
		n = visible_copy(visible, all, n, false);
	} else {
		n = visible_copy(few_visible, few, strlen(few), false);
	}
	message_redraw("");
	fprintf(stderr, "dedup: %.*s\n", (int)n,
		all != NULL && visible != NULL ? visible : few_visible);
	free(all);
	free(visible);
}

const char *
message_name(const char *path)
{
	return path == NULL ? "standard output" :
	       strcmp(path, "-") == 0 ? "standard input" : path;
}
