/*
 * One option: what the parser, --help, the completions and the checks know of
 * it.  For the files whose names begin with "option"; others need options.h.
 */
#ifndef OPTION_H
#define OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

#define OPTIONS_MAX 64		/* more than there are */

/* Identities of the options; those with a short name have that. */
enum {
	OPT_TEXT_FIELD = 256, OPT_ID_FIELD, OPT_SEPARATOR, OPT_FOLD_DIGITS,
	OPT_CONTAINED, OPT_SCOPE, OPT_KEEP, OPT_SEED, OPT_DIFF, OPT_LOG,
	OPT_CHECK, OPT_JSON, OPT_COLOR, OPT_COMPLETION, OPT_ANNOTATE,
	OPT_FILES_FROM, OPT_FILES0_FROM, OPT_COMPRESS, OPT_OUTPUT_DIR,
	OPT_IN_PLACE, OPT_MIN_DOC_WORDS, OPT_PROGRESS, OPT_NO_PROGRESS,
	OPT_MAX_REMOVED, OPT_RESUME,
	OPT_AGAINST, OPT_TOP, OPT_LOAD,
	OPT_SAVE, OPT_UPDATE, OPT_MERGE, OPT_LIST, OPT_TEST, OPT_ON_FULL,
	OPT_COUNTS_ONLY, OPT_MIN_COUNT, OPT_ON_ERROR,
	OPT_MAX_WINDOW,
};

enum option_type {
	OPTION_FLAG,		/* a bool becomes true */
	OPTION_SET,		/* an enum becomes 'first' */
	OPTION_WORD,		/* an enum: 'first' and the place in 'values' */
	OPTION_UNSIGNED,	/* from 'least' to 'most' */
	OPTION_NUMBER,		/* the same, a uint64_t */
	OPTION_REAL,		/* a double up to 1; over 'least', or from it */
	OPTION_SIZE,		/* a uint64_t: bytes, or a share of memory */
	OPTION_STRING,		/* a const char * */
	OPTION_SPECIAL,		/* 'take' knows */
	OPTION_ACTION,		/* 'act' knows: nothing else is done */
};

struct option_info {
	int id;			/* a character: its short name too */
	const char *name, *arg;	/* long name; name of its argument or NULL;
				 * in brackets: it can be left out */
	const char *group;	/* heading in --help; NULL: as before */
	const char *help;	/* %s: its default */
	const char *values;	/* the words it takes, or "FILE" */
	enum option_type type;
	size_t at;		/* of its field in struct options */
	size_t given;		/* of a bool that it was given; 0: none */
	int first;
	uint64_t least, most;
	bool over;		/* real: 'least' itself is too little */
	bool apart;		/* the output does not depend on it */
	bool again;		/* it may be given again, and all count */

	/* NULL, or what is wrong with 'arg'. */
	const char *(*take)(struct options *opt, char *arg);
	enum action (*act)(const struct option_info *o, const char *arg);
};

extern const struct option_info option_table[];
extern const size_t option_count;

const struct option_info *option_find(int id);

/* Has it a short name?  Can its argument be left out? */
bool option_is_short(const struct option_info *o);
bool option_is_optional(const struct option_info *o);

/* Put the argument where it belongs.  ACTION_WRONG: it was said why. */
enum action option_take(const struct option_info *o, struct options *opt,
			char *arg);

/* What 'opt' has of it, as the command line would say it; "": nothing. */
void option_print(const struct option_info *o, const struct options *opt,
		  char *buf, size_t size);

/* All that is not on the command line. */
void option_defaults(struct options *opt);

/* For the table: print help, version, completions. */
enum action option_help(const struct option_info *o, const char *arg);
enum action option_version(const struct option_info *o, const char *arg);
enum action option_completion(const struct option_info *o, const char *arg);

/* Say what is wrong with the command line, or with an argument. */
__attribute__((format(printf, 1, 2)))
enum action option_wrong(const char *format, ...);
enum action option_wrong_value(const struct option_info *o, const char *arg,
			       const char *why);

/* Do all options go together?  'given': by their place in the table. */
enum action option_check(const struct options *opt, const bool *given);

#endif
