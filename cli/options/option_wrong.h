/* Messages about a wrong command line, on standard error. */
#ifndef OPTION_WRONG_H
#define OPTION_WRONG_H

#include "option.h"

/* Each prints a message and a hint, and returns ACTION_WRONG. */
__attribute__((format(printf, 1, 2)))
enum action option_wrong(const char *format, ...);
enum action option_wrong_value(const struct option_info *o, const char *value,
			       const char *why);

/* Print the hint alone. */
void option_hint(void);

#endif
