/* The command line, by the table of options. */
#include "options.h"

#include <assert.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "message.h"
#include "option.h"
#include "option_number.h"
#include "shown.h"

#define HINT "Try 'dedup --help'.\n"

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
	fputs(HINT, stderr);
	return ACTION_WRONG;
}

enum action
option_wrong_value(const struct option_info *o, const char *arg,
		   const char *why)
{
	return option_wrong("--%s: %s: %s", o->name, arg, why);
}

/* Arguments. */

static_assert(sizeof(enum format) == sizeof(int), "enums are stored as int");

static void *
field_of(const struct option_info *o, struct options *opt)
{
	return (char *)opt + o->at;
}

/* The word number 'i' of the list: its length, 0 behind the last. */
static size_t
word_at(const char *list, int i, const char **word)
{
	for (; i > 0 && *list != '\0'; i--) {
		list += strcspn(list, " ");
		list += *list == ' ';
	}
	*word = list;
	return strcspn(list, " ");
}

/* "not auto, text or jsonl" */
static enum action
wrong_word(const struct option_info *o, const char *arg)
{
	char why[128] = "not ";
	const char *word;
	size_t len, n = strlen(why);

	for (int i = 0; (len = word_at(o->values, i, &word)) > 0; i++)
		n += (size_t)snprintf(why + n, sizeof(why) - n, "%s%.*s",
				      i == 0 ? "" : word[len] == '\0' ?
				      " or " : ", ", (int)len, word);
	return option_wrong_value(o, arg, why);
}

static enum action
take_word(const struct option_info *o, struct options *opt, const char *arg)
{
	const char *word;
	size_t len;

	for (int i = 0; (len = word_at(o->values, i, &word)) > 0; i++) {
		int value = o->first + i;

		if (strlen(arg) != len || memcmp(arg, word, len) != 0)
			continue;
		memcpy(field_of(o, opt), &value, sizeof(value));
		return ACTION_FILTER;
	}
	return wrong_word(o, arg);
}

static enum action
take_number(const struct option_info *o, struct options *opt, const char *arg)
{
	char why[80];
	uint64_t n;

	if (option_number(arg, o->least, o->most, &n) == 0) {
		if (o->type == OPTION_UNSIGNED)
			*(unsigned *)field_of(o, opt) = (unsigned)n;
		else
			*(uint64_t *)field_of(o, opt) = n;
		return ACTION_FILTER;
	}
	if (o->most == UINT64_MAX)
		snprintf(why, sizeof(why), "not a whole number below 2^64");
	else if (o->least == 0)
		snprintf(why, sizeof(why), "not a whole number up to %" PRIu64,
			 o->most);
	else
		snprintf(why, sizeof(why), "not a whole number from %" PRIu64
			 " to %" PRIu64, o->least, o->most);
	return option_wrong_value(o, arg, why);
}

static enum action
take_real(const struct option_info *o, struct options *opt, const char *arg)
{
	double value;

	if (option_share(arg, &value) != 0 || (o->over && !(value > 0)))
		return option_wrong_value(o, arg, o->over ?
					  "not a number over 0, up to 1" :
					  "not a number from 0 to 1");
	*(double *)field_of(o, opt) = value;
	return ACTION_FILTER;
}

enum action
option_take(const struct option_info *o, struct options *opt, char *arg)
{
	const char *why = NULL;

	if (o->given != 0)
		*((bool *)((char *)opt + o->given)) = true;
	switch (o->type) {
	case OPTION_FLAG:
		*(bool *)field_of(o, opt) = true;
		break;
	case OPTION_SET:
		memcpy(field_of(o, opt), &o->first, sizeof(o->first));
		break;
	case OPTION_WORD:
		return take_word(o, opt, arg);
	case OPTION_UNSIGNED:
	case OPTION_NUMBER:
		return take_number(o, opt, arg);
	case OPTION_REAL:
		return take_real(o, opt, arg);
	case OPTION_SIZE:
		if (option_size(arg, field_of(o, opt)) != 0)
			why = "not a size as 500M, 2G or 30%";
		break;
	case OPTION_STRING:
		*(const char **)field_of(o, opt) = arg;
		break;
	case OPTION_SPECIAL:
		why = o->take(opt, arg);
		break;
	case OPTION_ACTION:
		return o->act(o, arg);
	}
	return why == NULL ? ACTION_FILTER : option_wrong_value(o, arg, why);
}

void
option_print(const struct option_info *o, const struct options *opt, char *buf,
	     size_t size)
{
	const void *field = (const char *)opt + o->at;
	const char *word;
	size_t len;
	int value;

	*buf = '\0';
	switch (o->type) {
	case OPTION_WORD:
		memcpy(&value, field, sizeof(value));
		if (value < o->first)
			break;
		len = word_at(o->values, value - o->first, &word);
		snprintf(buf, size, "%.*s", (int)len, word);
		break;
	case OPTION_UNSIGNED:
		snprintf(buf, size, "%u", *(const unsigned *)field);
		break;
	case OPTION_NUMBER:
		snprintf(buf, size, "%" PRIu64, *(const uint64_t *)field);
		break;
	case OPTION_REAL:
		snprintf(buf, size, "%g", *(const double *)field);
		break;
	default:
		break;
	}
}

/* The whole line. */

/* What the output depends on. */
static void
note_decider(struct options *opt, const struct option_info *o, const char *arg)
{
	if (o->apart)
		return;
	opt->deciders = hash_string(opt->deciders, o->name);
	opt->deciders = hash_string(opt->deciders, arg != NULL ? arg : "");
}

/* getopt's own names for the options. */
static void
fill_getopt(char *shorts, struct option *longs)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option_info *o = &option_table[i];

		longs[i] = (struct option){
			.name = o->name, .val = o->id,
			.has_arg = option_is_optional(o) ? optional_argument :
				   o->arg != NULL ? required_argument
						  : no_argument,
		};
		if (!option_is_short(o))
			continue;
		*shorts++ = (char)o->id;
		if (o->arg != NULL)
			*shorts++ = ':';
	}
	longs[option_count] = (struct option){ .name = NULL };
	*shorts = '\0';
}

/*
 * Is there an option with a control character in its name, as a file may have?
 * getopt would put it on the terminal as it is.
 */
static bool
has_controls(int argc, char **argv)
{
	char shown[SHOWN_MOST * 256];

	for (int i = 1; i < argc; i++) {
		size_t n = strcspn(argv[i], "=");

		if (argv[i][0] == '-' &&
		    (n > 256 || shown_copy(shown, argv[i], n, false) > n))
			return true;
	}
	return false;
}

/*
 * What it was given before would be overridden in silence: who gives two files
 * or two numbers means both, or has forgotten the first.
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

enum action
options_parse(struct options *opt, int argc, char **argv)
{
	static char standard_input[] = "-";
	static char *no_files[] = { standard_input, NULL };
	char shorts[2 * OPTIONS_MAX + 1];
	struct option longs[OPTIONS_MAX + 1];
	bool given[OPTIONS_MAX] = { false };
	const char *args[OPTIONS_MAX];
	int id;

	assert(option_count <= OPTIONS_MAX);
	opterr = !has_controls(argc, argv);
	option_defaults(opt);
	opt->deciders = HASH_BEGIN;
	fill_getopt(shorts, longs);
	while ((id = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_info *o = option_find(id);
		enum action action;

		if (o == NULL) {
			if (opterr == 0)
				message("unrecognized option '%s'",
					argv[optind - 1]);
			fputs(HINT, stderr);
			return ACTION_WRONG;
		}
		action = given[o - option_table] ?
			 check_again(o, args[o - option_table], optarg) :
			 ACTION_FILTER;
		if (action == ACTION_FILTER)
			action = option_take(o, opt, optarg);
		if (action != ACTION_FILTER)
			return action;
		if (o->id == OPT_IN_PLACE && optarg == NULL)
			opt->after_in_place = argv[optind];
		given[o - option_table] = true;
		args[o - option_table] = optarg;
		note_decider(opt, o, optarg);
	}
	opt->stats |= opt->json;
	opt->files = argv + optind;
	opt->nfiles = (size_t)(argc - optind);
	if (opt->nfiles == 0 && opt->list == NULL && opt->list0 == NULL) {
		opt->files = no_files;
		opt->nfiles = 1;
	}
	return option_check(opt, given);
}
