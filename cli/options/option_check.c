/*
 * Finds options that contradict each other or have no effect, by the table
 * 'rules'.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "option.h"
#include "option_wrong.h"

enum relation {
	NOT_WITH, ONLY_WITH,		/* any of 'b'; otherwise an error */
	IDLE_WITH, IDLE_WITHOUT,	/* then 'a' has no effect: a warning */
};

/*
 * 'a' and 'b' are lists of conditions, with spaces between.  A condition is an
 * option, "check", or an option with its value, "scope=document"; "!check"
 * means that it was not given, and "+" joins two that must both hold.  A rule
 * applies to each condition of 'a' that holds, and compares it with all of 'b'
 * except itself.  "%s" in 'why' is the option of 'a'.  Errors come first; only
 * the first one is printed, but all warnings are.
 */
static const struct rule {
	const char *a;
	enum relation relation;
	const char *b, *why;
} rules[] = {
#define SHOWS "repeated check diff"
	{ SHOWS, NOT_WITH, SHOWS,
	  "--repeated, --check and --diff cannot be used together" },
	{ "annotate", NOT_WITH, SHOWS,
	  "--annotate: not with --repeated, --check or --diff" },
#define TABLES "merge list test"
	{ TABLES, NOT_WITH, TABLES,
	  "--merge, --list and --test cannot be used together" },
	{ "merge", ONLY_WITH, "output", "--merge: needs --output=FILE" },
	{ "min-count", ONLY_WITH, "merge", "--min-count: only with --merge" },
	{ "output", NOT_WITH, "list test",
	  "--output: --list and --test write to standard output" },
#define DROPS "min-doc-words drop-listed"
	{ "output output-dir in-place " DROPS " repeated annotate check "
	  "diff top log groups report against max-removed", NOT_WITH,
	  "counts-only",
	  "--counts-only: only counts; not with --%s" },
	{ "counts-only", ONLY_WITH, "save update",
	  "--counts-only: needs --save=TABLE or --update=TABLE" },
	{ SHOWS " log groups report annotate", NOT_WITH, "top",
	  "--top: only lists; not with --%s" },
	{ "top", NOT_WITH, "load save update against",
	  "--top: only lists; not with --load, --save, --update or "
	  "--against" },
	{ "scope=document+!counts-only", NOT_WITH, "save update",
	  "--scope=document: not with --save or --update" },
	{ "exact", NOT_WITH, "contained",
	  "--exact and --contained cannot be used together" },
	{ "document-separator pages", NOT_WITH, "format=jsonl",
	  "--%s: not with --format=jsonl" },
	{ "document-separator pages", NOT_WITH, "format=warc",
	  "--%s: not with --format=warc" },
	{ "log=-", ONLY_WITH, "output output-dir in-place check",
	  "--log=-: the text goes to standard output, too: see --output" },
	{ "output", NOT_WITH, "check", "--output: --check writes nothing" },
	{ DROPS, NOT_WITH, "repeated diff annotate",
	  "--%s: not with --repeated, --diff or --annotate" },
	{ DROPS, NOT_WITH, "keep=last",
	  "--%s: not with --keep=last, which reads the text twice" },
	{ "drop-listed against-field against-ngram", ONLY_WITH, "against",
	  "--%s: needs --against=FILE" },
#define PLACES "output output-dir in-place"
	{ PLACES, NOT_WITH, PLACES,
	  "--output, --output-dir and --in-place cannot be used together" },
	{ "output-dir", NOT_WITH, "check diff",
	  "--output-dir: not with --check or --diff" },
	{ "in-place", NOT_WITH, SHOWS " annotate",
	  "--in-place: not with --repeated, --check, --diff or --annotate" },
	{ "output-dir in-place " DROPS " max-removed", NOT_WITH, "top",
	  "--top: only lists; not with --%s" },
	{ "resume", ONLY_WITH, "output-dir", "--resume: needs --output-dir" },
	{ "resume", NOT_WITH, "max-removed",
	  "--resume and --max-removed cannot be used together" },

	{ "threshold ngram against-ngram", IDLE_WITH, "exact",
	  "with --exact" },
	{ "text-field id-field", IDLE_WITH, "format=text",
	  "with --format=text" },
	{ "text", IDLE_WITH, "format=jsonl", "with --format=jsonl" },
	{ "text text-field id-field", IDLE_WITH, "format=warc",
	  "with --format=warc" },
	{ "color", IDLE_WITHOUT, "diff", "without --diff" },
	/* Counting equal texts involves no matching. */
#define MATCHING "exact threshold ngram contained scope keep only except"
	{ "boilerplate " MATCHING, IDLE_WITH, "top", "with --top" },
	{ MATCHING, IDLE_WITH, "counts-only", "with --counts-only" },
	{ "seed", IDLE_WITHOUT, "load save update against",
	  "without a table" },
	{ "id-field+!format=text", IDLE_WITHOUT, "log report diff annotate "
	  "top+json save+!counts-only update+!counts-only",
	  "without --log, --report, --diff or --annotate" },
	{ "on-error", IDLE_WITHOUT, "save update",
	  "without --save or --update" },
	{ "compress", IDLE_WITH, "in-place", "with --in-place" },
	{ "compress", IDLE_WITH, "check", "with --check" },
};

#define NRULES (sizeof(rules) / sizeof(rules[0]))

static bool
is_text(const char *text, const char *s, size_t len)
{
	return strlen(text) == len && memcmp(text, s, len) == 0;
}

/* One option of a condition: "NAME", "NAME=VALUE", or "!" before it. */
static bool
is_so(const struct options *opt, const char *s, size_t len)
{
	bool negated = *s == '!';
	size_t n, i = 0;

	s += negated;
	len -= negated;
	n = strcspn(s, "= +");
	n = n < len ? n : len;
	/* Few are given: most names need no look. */
	while (i < option_count && !(opt->given[i] &&
				     is_text(option_name(i), s, n)))
		i++;
	return (i < option_count && (n == len || is_text(opt->arg[i],
				s + n + 1, len - n - 1))) != negated;
}

/* A condition begins at 's'. */
static bool
holds(const struct options *opt, const char *s)
{
	size_t len = strcspn(s, " +");

	while (is_so(opt, s, len)) {
		if (s[len] != '+')
			return true;
		s += len + 1;
		len = strcspn(s, " +");
	}
	return false;
}

/* The next condition of a list; NULL after the last. */
static const char *
next_of(const char *s)
{
	s += strcspn(s, " ");
	return *s == ' ' ? s + 1 : NULL;
}

/* Does any condition of a list hold, not counting the one at 'self'? */
static bool
any_holds(const struct options *opt, const char *list, const char *self)
{
	size_t len = strcspn(self, " ");

	for (const char *b = list; b != NULL; b = next_of(b))
		if ((strcspn(b, " ") != len || memcmp(b, self, len) != 0) &&
		    holds(opt, b))
			return true;
	return false;
}

/* Report that the rule applies to the condition 'a'. */
static enum action
speak(const struct rule *r, const struct options *opt, const char *a)
{
	char name[32];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(a, "=+ "), a);
	if (r->relation == NOT_WITH || r->relation == ONLY_WITH)
		return option_wrong(r->why, name);
	if (!opt->quiet)
		message("--%s has no effect %s", name, r->why);
	return ACTION_FILTER;
}

static enum action
apply(const struct rule *r, const struct options *opt)
{
	bool with = r->relation == NOT_WITH || r->relation == IDLE_WITH;
	enum action action = ACTION_FILTER;

	for (const char *a = r->a; a != NULL && action == ACTION_FILTER;
	     a = next_of(a))
		if (holds(opt, a) && any_holds(opt, r->b, a) == with)
			action = speak(r, opt, a);
	return action;
}

/* --merge, --list, --test: refuse options for text, by name. */
static enum action
check_tables(const struct options *opt)
{
	for (size_t i = 0; i < option_count; i++)
		if (opt->given[i] && !option_at(i).of_tables)
			return option_wrong("--%s: not with --merge, --list "
					    "or --test", option_name(i));
	for (size_t i = 0; i < opt->nfiles; i++)
		if (strcmp(opt->files[i], "-") == 0)
			return option_wrong("--merge, --list and --test need "
					    "tables as operands");
	return ACTION_FILTER;
}

/*
 * "--in-place .bak a" would rewrite a without a backup.  Does this look like a
 * suffix and not like the name of a file?
 */
static bool
is_suffix(const char *arg)
{
	static const char *const usual[] = { "bak", "orig", "old" };

	if (arg == NULL || *arg == '\0' || strcmp(arg, "-") == 0 ||
	    strchr(arg, '/') != NULL || access(arg, F_OK) == 0)
		return false;
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		if (strcmp(arg, usual[i]) == 0)
			return true;
	return strchr("._~", *arg) != NULL;
}

/* Does the name say "compressed", though the file would not be? */
static bool
is_misnamed(const struct options *opt)
{
	return opt->output != NULL && !opt->compress_given &&
	       compression_unknown(opt->output) != NULL;
}

/* Check for names that do not fit what would be done. */
static enum action
check_names(const struct options *opt)
{
	if (opt->in_place && opt->suffix == NULL &&
	    is_suffix(opt->after_in_place))
		return option_wrong("--in-place: %s: no such file; a suffix is "
				    "given as --in-place=%s",
				    opt->after_in_place, opt->after_in_place);
	if (is_misnamed(opt))
		return option_wrong("--output: %s: it would not be compressed: "
				    "gzip (.gz), zstd (.zst) and xz (.xz) are "
				    "known; --compress=none writes it plain",
				    opt->output);
	return ACTION_FILTER;
}

enum action
option_check(const struct options *opt)
{
	enum action action = opt->mode != MODE_FILTER ? check_tables(opt) :
			     ACTION_FILTER;
	size_t i = 0;

	for (; i < NRULES && rules[i].relation <= ONLY_WITH &&
	     action == ACTION_FILTER; i++)
		action = apply(&rules[i], opt);
	if (action == ACTION_FILTER && opt->mode == MODE_FILTER)
		action = check_names(opt);
	if (action != ACTION_FILTER)
		return action;
	for (; i < NRULES; i++)
		apply(&rules[i], opt);
	return ACTION_FILTER;
}
