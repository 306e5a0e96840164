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
#include "option_near.h"
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
#define ALIAS(i) (LONG(OPTIONS_MAX) + (int)(i))

static void
fill_getopt(char *shorts, struct option *longs)
{
	const struct option_alias *a = option_aliases;
	size_t n = option_count;

	*shorts++ = ':';	/* tells a value that is missing */
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
	for (; a->alias != NULL; a++, n++) {
		longs[n] = longs[option_find(a->name)];
		longs[n].name = a->alias;
		if (a->value == NULL && !a->stats)
			continue;
		longs[n].has_arg = no_argument;
		longs[n].val = ALIAS(a - option_aliases);
	}
	longs[n] = (struct option){ .name = NULL };
	*shorts = '\0';
}

/* The number of the option that getopt found; option_count: none. */
static size_t
number_of(int found)
{
	size_t i = 0;

	if (found >= LONG(0))
		return (size_t)(found - LONG(0));
	while (i < option_count && (found == '?' || found == ':' ||
				    option_at(i).letter != found))
		i++;
	return i;
}

/* A long option that there is not, or of which this is the beginning. */
static enum action
wrong_long(const char *arg)
{
	size_t len = strcspn(arg + 2, "="), n = 0;
	char which[512] = "", advice[128];

	for (size_t i = 0; i < option_count; i++) {
		const char *name = option_name(i);
		size_t at = strlen(which);

		if (len == 0 || strncmp(name, arg + 2, len) != 0)
			continue;
		n++;
		snprintf(which + at, sizeof(which) - at, " '--%s'", name);
	}
	if (n > 1)
		return option_wrong("option '%.*s' is ambiguous; "
				    "possibilities:%s", (int)len + 2, arg,
				    which);
	option_advise(arg + 2, len, advice, sizeof(advice));
	return option_wrong("unrecognized option '%.*s'%s", (int)len + 2, arg,
			    advice);
}

/* What getopt found wrong: 'found' is '?' or ':', 'arg' what it looked at. */
static enum action
wrong_option(int found, const char *arg)
{
	bool is_long = strncmp(arg, "--", 2) == 0;
	char name[2] = { (char)optopt, '\0' }, advice[128];

	if (found == ':')
		return is_long ?
		       option_wrong("option '%s' requires an argument", arg) :
		       option_wrong("option requires an argument -- '%c'",
				    optopt);
	if (is_long && optopt >= LONG(0))
		return option_wrong("option '--%s' doesn't allow an argument",
				    option_name((size_t)(optopt - LONG(0))));
	if (is_long)
		return wrong_long(arg);
	option_advise(name, 1, advice, sizeof(advice));
	return option_wrong("invalid option -- '%c'%s", optopt, advice);
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
	free(opt->lists.name);
	free(opt->against.name);
	free(opt->against_fields.name);
	opt->lists = opt->loads = opt->against = opt->against_fields =
		(struct names){ NULL, 0, 0 };
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
		return option_wrong_value(&o, arg, why);
	opt->given[i] = true;
	opt->arg[i] = arg;
	note_decider(opt, &o, arg);
	return ACTION_FILTER;
}

/*
 * --pages: a page is a document; what three pages in ten have, numbers aside, is
 * removed, and nothing else.
 */
static void
set_pages(struct options *opt)
{
	struct dedup_options *d = &opt->dedup;

	if (opt->separator == NULL)
		opt->separator = "\f";
	if (d->boilerplate == 0 && d->boilerplate_share <= 0)
		d->boilerplate_share = 0.3;
	if (d->only == 0 && opt->except == 0)
		d->only = 1U << DEDUP_BOILERPLATE;
	d->fold_digits = true;
}

enum action
options_parse(struct options *opt, int argc, char **argv)
{
	static char standard_input[] = "-";
	static char *no_files[] = { standard_input, NULL };
	char shorts[2 * OPTIONS_MAX + 2];
	struct option longs[OPTIONS_MAX + OPTION_ALIASES + 1];
	int found;

	assert(option_count <= OPTIONS_MAX);
	opterr = 0;		/* its messages know no near ones */
	option_defaults(opt);
	opt->deciders = HASH_BEGIN;
	fill_getopt(shorts, longs);
	while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		size_t i = number_of(found);
		enum action action;

		if (found >= ALIAS(0)) {
			const struct option_alias *a =
				&option_aliases[found - ALIAS(0)];

			i = option_find(a->name);
			optarg = a->value;
			opt->stats |= a->stats;
		}
		if (i >= option_count)
			return wrong_option(found, argv[optind - 1]);
		/* -h is shorter than --help. */
		if (found == 'h')
			optarg = argv[optind - 1];
		action = read_option(opt, i, optarg);
		if (action != ACTION_FILTER)
			return action;
		if (i == option_find("in-place") && optarg == NULL)
			opt->after_in_place = argv[optind];
	}
	/* "-o -" is as if there were none. */
	opt->given[option_find("output")] = opt->output != NULL;
	opt->stats |= opt->json;
	if (opt->pages)
		set_pages(opt);
	if (opt->except != 0) {
		if (opt->dedup.only == 0)
			opt->dedup.only = (1U << DEDUP_NREASONS) - 1;
		opt->dedup.only &= ~opt->except;
		if (opt->dedup.only == 0)
			return option_wrong("--except: leaves no reason to "
					    "remove anything");
	}
	opt->files = argv + optind;
	opt->nfiles = (size_t)(argc - optind);
	if (opt->nfiles == 0 && opt->lists.n == 0) {
		opt->files = no_files;
		opt->nfiles = 1;
	}
	return ACTION_FILTER;
}
