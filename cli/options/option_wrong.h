/* What is wrong with the command line, on standard error. */
#ifndef OPTION_WRONG_H
#define OPTION_WRONG_H

#include "options.h"

/* Each says it, with a hint, and returns ACTION_WRONG. */
__attribute__((format(printf, 1, 2)))
enum action option_wrong(const char *format, ...);
enum action option_wrong_value(const char *name, const char *value,
			       const char *why);

/* The hint alone. */
void option_hint(void);

#endif
