/*
 * One option: what the parser, --help, the completions and the checks know of
 * it.  Only for the files whose names begin with "option"; others use
 * options.h.
 */
#ifndef OPTION_H
#define OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

enum option_type {
	OPTION_LIBRARY,		/* of the library, by its name */
	OPTION_FLAG,		/* a bool becomes true */
	OPTION_SET,		/* an enum becomes 'first' */
	OPTION_WORD,		/* an enum: 'first' plus the index in
				 * 'values' */
	OPTION_NUMBER,		/* a uint64_t from 'least' to 'most' */
	OPTION_SHARE,		/* a double from 0 to 1 */
	OPTION_SIZE,		/* a uint64_t: bytes, or a share of memory */
	OPTION_STRING,		/* a const char * */
	OPTION_SPECIAL,		/* 'take' handles it */
	OPTION_ACTION,		/* 'act' does it, and nothing else is done */
};

/*
 * In the table, an option of the library has its name and what the library does
 * not know of it; option_at() fills in the rest.
 */
struct option_info {
	const char *name;	/* the long one */
	char letter;		/* the short one; 0: none */
	const char *arg;	/* name of its argument or NULL; in brackets if
				 * optional */
	const char *group;	/* heading in --help; NULL: as before */
	const char *help;
	const char *usual;	/* its default, for --help; NULL: the first of
				 * its words, or the help has it */
	const char *values;	/* the words it takes, or "FILE", "DIR" */
	enum option_type type;
	size_t at;		/* of its field in struct options */
	size_t given;		/* of a bool that is set if it is given; 0:
				 * none */
	int first;
	uint64_t least, most;
	bool often;		/* -h has it, too */
	bool apart;		/* the output does not depend on it */
	bool again;		/* it may be repeated, and all values count */
	bool of_tables;		/* allowed with --merge, --list or --test */

	/* NULL, or what is wrong with 'arg'. */
	const char *(*take)(struct options *opt, char *arg);
	enum action (*act)(const struct option_info *o, const char *arg);
};

/* The options in the order of --help: option_at(0 .. option_count - 1). */
extern const size_t option_count;
struct option_info option_at(size_t i);
const char *option_name(size_t i);

/* The number of the option with this name, which must exist. */
size_t option_find(const char *name);

/* Can its argument be left out? */
bool option_is_optional(const struct option_info *o);

/* The defaults of all options. */
void option_defaults(struct options *opt);

/* For the table: print help, version, completions. */
enum action option_help(const struct option_info *o, const char *arg);
enum action option_version(const struct option_info *o, const char *arg);
enum action option_completion(const struct option_info *o, const char *arg);

#endif
