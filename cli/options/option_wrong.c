/* Messages about a wrong command line. */
#include "option_wrong.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "option_near.h"

void
option_hint(void)
{
	fputs("Try 'dedup --help'.\n", stderr);
}

enum action
option_wrong(const char *format, ...)
{
	char *why = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&why, format, args) < 0)
		why = NULL;
	va_end(args);
	message("%s", why != NULL ? why : format);
	free(why);
	option_hint();
	return ACTION_WRONG;
}

enum action
option_wrong_value(const struct option_info *o, const char *value,
		   const char *why)
{
	const char *near = NULL;
	size_t len = 0;

	if (o->values != NULL && strcmp(o->values, "FILE") != 0 &&
	    strcmp(o->values, "DIR") != 0)
		near = option_nearest_word(o->values, value, &len);
	if (near == NULL)
		return option_wrong("--%s: %s: %s", o->name, value, why);
	return option_wrong("--%s: %s: %s; did you mean %.*s?", o->name, value,
			    why, (int)len, near);
}
