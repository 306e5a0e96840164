/* Messages about a wrong command line. */
#include "option_wrong.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "message.h"

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
option_wrong_value(const char *name, const char *value, const char *why)
{
	return option_wrong("--%s: %s: %s", name, value, why);
}
