/* Parses the command line, by the table of options. */
#include "options.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "message.h"
#include "option.h"
#include "option_wrong.h"
#include "visible.h"
#include "value.h"

/* Arguments. */

static_assert(sizeof(enum format) == sizeof(int), "enums are stored as int");

static void *
field_of(const struct option_info *o, struct options *opt)
{
	return (char *)opt + o->at;
}

static bool
take_word(const struct option_info *o, struct options *opt, const char *arg,
	  char *why)
{
	unsigned n;
	int value;

	if (!value_word(arg, o->values, &n, why))
		return false;
	value = o->first + (int)n;
	memcpy(field_of(o, opt), &value, sizeof(value));
	return true;
}

/* Store the argument.  False, with 'why' set, if it is wrong. */
static bool
take(const struct option_info *o, struct options *opt, char *arg, char *why)
{
	const char *wrong = NULL;

	switch (o->type) {
	case OPTION_LIBRARY:
		return dedup_options_set(&opt->dedup, o->name, arg, why);
	case OPTION_FLAG:
		*(bool *)field_of(o, opt) = true;
		break;
	case OPTION_SET:
		memcpy(field_of(o, opt), &o->first, sizeof(o->first));
		break;
	case OPTION_WORD:
		return take_word(o, opt, arg, why);
	case OPTION_NUMBER:
		return value_number(arg, o->least, o->most, field_of(o, opt),
				    why);
	case OPTION_SHARE:
		return value_share(arg, false, field_of(o, opt), why);
	case OPTION_SIZE:
		return value_size(arg, field_of(o, opt), why);
	case OPTION_STRING:
		*(const char **)field_of(o, opt) = arg;
		break;
	case OPTION_SPECIAL:
		wrong = o->take(opt, arg);
		break;
	case OPTION_ACTION:
		break;
	}
	if (wrong != NULL)
		snprintf(why, VALUE_WHY, "%s", wrong);
	return wrong == NULL;
}

/* The whole line. */

/* Add an option to the hash of all that the output depends on. */
static void
note_decider(struct options *opt, const struct option_info *o, const char *arg)
{
	if (o->apart)
		return;
	opt->deciders = hash_string(opt->deciders, o->name);
	opt->deciders = hash_string(opt->deciders, arg != NULL ? arg : "");
}

/* The value of long option number i for getopt: not a character. */
#define LONG(i) (256 + (int)(i))

static void
fill_getopt(char *shorts, struct option *longs)
{
	for (size_t i = 0; i < option_count; i++) {
		struct option_info o = option_at(i);

		longs[i] = (struct option){
			.name = o.name, .val = LONG(i),
			.has_arg = option_is_optional(&o) ? optional_argument :
				   o.arg != NULL ? required_argument
						 : no_argument,
		};
		if (o.letter == '\0')
			continue;
		*shorts++ = o.letter;
		if (o.arg != NULL)
			*shorts++ = ':';
	}
	longs[option_count] = (struct option){ .name = NULL };
	*shorts = '\0';
}

/* The number of the option that getopt found; option_count: none. */
static size_t
number_of(int found)
{
	size_t i = 0;

	if (found >= LONG(0))
		return (size_t)(found - LONG(0));
	while (i < option_count && option_at(i).letter != found)
		i++;
	return i;
}

/*
 * Has an unknown option a control character in its name?  It may come from the
 * name of a file, and getopt would print it to the terminal unchanged.
 */
static bool
has_controls(int argc, char **argv)
{
	char shown[VISIBLE_MOST * 256];

	for (int i = 1; i < argc; i++) {
		size_t n = strcspn(argv[i], "=");

		if (argv[i][0] == '-' &&
		    (n > 256 || visible_copy(shown, argv[i], n, false) > n))
			return true;
	}
	return false;
}

/*
 * Refuse a second value, which would silently override the first.  Whoever
 * gives two files or two numbers means both, or has forgotten the first.
 */
static enum action
check_again(const struct option_info *o, const char *before, const char *arg)
{
	before = before != NULL ? before : "";
	arg = arg != NULL ? arg : "";
	if (o->arg == NULL || o->again || strcmp(before, arg) == 0)
		return ACTION_FILTER;
	return option_wrong("--%s: given twice, as '%s' and as '%s'", o->name,
			    before, arg);
}

void
options_free(struct options *opt)
{
	free(opt->loads.name);
	free(opt->against.name);
	opt->loads = opt->against = (struct names){ NULL, 0, 0 };
}

/* Handle option number i, with its argument. */
static enum action
read_option(struct options *opt, size_t i, char *arg)
{
	struct option_info o = option_at(i);
	char why[VALUE_WHY];
	enum action action = opt->given[i] ?
			     check_again(&o, opt->arg[i], arg) : ACTION_FILTER;

	if (action != ACTION_FILTER)
		return action;
	if (o.type == OPTION_ACTION)
		return o.act(&o, arg);
	if (o.given != 0)
		*((bool *)((char *)opt + o.given)) = true;
	if (!take(&o, opt, arg, why))
		return option_wrong_value(o.name, arg, why);
	opt->given[i] = true;
	opt->arg[i] = arg;
	note_decider(opt, &o, arg);
	return ACTION_FILTER;
}

enum action
options_parse(struct options *opt, int argc, char **argv)
{
	static char standard_input[] = "-";
	static char *no_files[] = { standard_input, NULL };
	char shorts[2 * OPTIONS_MAX + 1];
	struct option longs[OPTIONS_MAX + 1];
	int found;

	assert(option_count <= OPTIONS_MAX);
	opterr = !has_controls(argc, argv);
	option_defaults(opt);
	opt->deciders = HASH_BEGIN;
	fill_getopt(shorts, longs);
	while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		size_t i = number_of(found);
		enum action action;

		if (i == option_count) {
			if (opterr == 0)
				message("unrecognized option '%s'",
					argv[optind - 1]);
			option_hint();
			return ACTION_WRONG;
		}
		action = read_option(opt, i, optarg);
		if (action != ACTION_FILTER)
			return action;
		if (i == option_find("in-place") && optarg == NULL)
			opt->after_in_place = argv[optind];
	}
	/* "-o -" is as if there were none. */
	opt->given[option_find("output")] = opt->output != NULL;
	opt->stats |= opt->json;
	opt->files = argv + optind;
	opt->nfiles = (size_t)(argc - optind);
	if (opt->nfiles == 0 && opt->list == NULL && opt->list0 == NULL) {
		opt->files = no_files;
		opt->nfiles = 1;
	}
	return ACTION_FILTER;
}
