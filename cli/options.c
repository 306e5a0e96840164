/* The table of options, and what is made of it. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hash.h"
#include "json.h"

#define THREADS_MAX 256
#define MIN_DOC_WORDS_MAX 1000000

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
};

static const struct option_info {
	int id;			/* a character: its short name too */
	const char *name, *arg;	/* long name; name of its argument or NULL;
				 * in brackets: it can be left out */
	const char *group;	/* heading in --help; NULL: as before */
	const char *help;	/* %s: its default */
	const char *values;	/* the words it takes, or "FILE" */
} table[] = {
	{ 'f', "format", "FORMAT", "Input",
	  "auto, text, jsonl or warc (%s)", "auto text jsonl warc" },
	{ 'a', "text", NULL, NULL,
	  "read binary data and UTF-16 as text, too", NULL },
	{ OPT_TEXT_FIELD, "text-field", "NAME", NULL,
	  "JSONL: field to clean, a dotted path (text)", NULL },
	{ OPT_ID_FIELD, "id-field", "NAME", NULL,
	  "JSONL: field that names a record in logs (id)", NULL },
	{ OPT_SEPARATOR, "document-separator", "LINE", NULL,
	  "text: such a line ends a document", NULL },
	{ OPT_FILES_FROM, "files-from", "LIST", NULL,
	  "read the names of files from LIST, one a line", "FILE" },
	{ OPT_FILES0_FROM, "files0-from", "LIST", NULL,
	  "the same, a NUL after each", "FILE" },
	{ 'u', "unit", "UNIT", "Units",
	  "what is judged: auto, line, paragraph or document (%s)",
	  "auto line paragraph document" },
	{ 'm', "min-words", "N", NULL,
	  "compare a shorter unit only with the one before it (%s)", NULL },
	{ 'x', "exact", NULL, "Matching",
	  "no near-duplicates: same words only", NULL },
	{ 't', "threshold", "R", NULL,
	  "near: least resemblance, over 0 up to 1 (%s)", NULL },
	{ 'n', "ngram", "N", NULL,
	  "near: words in a shingle, 1 to 32 (%s)", NULL },
	{ OPT_FOLD_DIGITS, "fold-digits", NULL, NULL,
	  "all numbers are equal", NULL },
	{ OPT_CONTAINED, "contained", NULL, NULL,
	  "remove what stands inside a longer unit, too", NULL },
	{ OPT_SCOPE, "scope", "SCOPE", NULL,
	  "where copies are looked for: all or document (%s)", "all document" },
	{ OPT_KEEP, "keep", "WHICH", NULL,
	  "which copy stays: first or none (%s)", "first none" },
	{ 'b', "boilerplate", "N|P%", NULL,
	  "remove what is in N documents, or in P %% of them, from all", NULL },
	{ OPT_AGAINST, "against", "FILE", NULL,
	  "remove what this text, or table, says", "FILE" },
	{ OPT_SEED, "seed", "N", NULL,
	  "derive the fingerprints' secret from N (random)", NULL },
	{ OPT_LOAD, "load", "TABLE", "Tables",
	  "know what a table knows; may be given again", "FILE" },
	{ OPT_SAVE, "save", "TABLE", NULL,
	  "write what is known in the end to a table", "FILE" },
	{ OPT_UPDATE, "update", "TABLE", NULL,
	  "load a table, if there is one, and save it again", "FILE" },
	{ OPT_MERGE, "merge", NULL, NULL,
	  "merge tables, the operands, into that of -o", NULL },
	{ OPT_LIST, "list", NULL, NULL, "tell what is in tables", NULL },
	{ OPT_TEST, "test", NULL, NULL, "check tables", NULL },
	{ 'o', "output", "FILE", "Output",
	  "write to FILE, not to standard output", "FILE" },
	{ OPT_OUTPUT_DIR, "output-dir", "DIR", NULL,
	  "write each FILE to DIR/FILE", "FILE" },
	{ OPT_IN_PLACE, "in-place", "[SUFFIX]", NULL,
	  "rewrite each FILE; keep what it was as FILE with SUFFIX", NULL },
	{ OPT_COMPRESS, "compress", "KIND", NULL,
	  "none, gzip, zstd or xz, with :LEVEL (by the suffix)",
	  "none gzip zstd xz" },
	{ OPT_MIN_DOC_WORDS, "min-doc-words", "N", NULL,
	  "drop documents of which fewer words are left", NULL },
	{ 'd', "repeated", NULL, NULL, "print what would be removed", NULL },
	{ OPT_ANNOTATE, "annotate", "HOW", NULL,
	  "mark instead of removing: text, jsonl or dolma",
	  "text jsonl dolma" },
	{ OPT_CHECK, "check", NULL, NULL,
	  "print nothing; exit 1 if anything would be removed", NULL },
	{ OPT_DIFF, "diff", NULL, "Explaining",
	  "show what is removed, where and why", NULL },
	{ OPT_TOP, "top", "N", NULL,
	  "only list the N texts that are in most documents", NULL },
	{ OPT_COLOR, "color", "WHEN", NULL,
	  "colour of --diff: auto, always or never (%s)", "auto always never" },
	{ OPT_LOG, "log", "FILE", NULL,
	  "write a JSON line for each removal to FILE", "FILE" },
	{ 's', "stats", NULL, NULL, "counts, on standard error", NULL },
	{ OPT_JSON, "json", NULL, NULL, "the counts as JSON", NULL },
	{ OPT_PROGRESS, "progress", NULL, NULL,
	  "tell how far it has come, on standard error", NULL },
	{ OPT_NO_PROGRESS, "no-progress", NULL, NULL,
	  "do not, though that is a terminal", NULL },
	{ 'q', "quiet", NULL, NULL, "no warnings", NULL },
	{ 'T', "threads", "N", "Resources",
	  "use N threads; 0: one a core (0; 1 on a pipe)", NULL },
	{ 'M', "memory", "SIZE", NULL,
	  "for what is known: bytes, K, M, G, T or %% of RAM (50%%)", NULL },
	{ OPT_ON_FULL, "on-full", "WHAT", NULL,
	  "when that is full: pass what is new, or fail (pass)", "pass fail" },
	{ OPT_MAX_REMOVED, "max-removed", "R", NULL,
	  "fail where more than this share of the text would go", NULL },
	{ OPT_RESUME, "resume", NULL, NULL,
	  "--output-dir: go on where a run was stopped", NULL },
	{ 'h', "help", NULL, "Other", "print this and exit", NULL },
	{ 'V', "version", NULL, NULL, "print the version and exit", NULL },
	{ OPT_COMPLETION, "completion", "SHELL", NULL,
	  "print completions for bash, zsh or fish and exit",
	  "bash zsh fish" },
};

#define NOPTIONS (sizeof(table) / sizeof(table[0]))

static const char *const formats[] = { "auto", "text", "jsonl", "warc", NULL };
static const char *const units[] = { "auto", "line", "paragraph", "document",
				     NULL };
static const char *const scopes[] = { "all", "document", NULL };
static const char *const keeps[] = { "first", "none", NULL };
static const char *const colors[] = { "auto", "always", "never", NULL };
static const char *const annotations[] = { "none", "text", "jsonl", "dolma",
					   NULL };
static const char *const on_full[] = { "pass", "fail", NULL };
static const char *const shells[] = { "bash", "zsh", "fish", NULL };

/* The default of an option as text in buf, or NULL. */
static const char *
default_of(int id, char *buf, size_t size)
{
	struct dedup_options o;

	dedup_options_init(&o);
	switch (id) {
	case 'f':
		return formats[FORMAT_AUTO];
	case 'u':
		return units[o.unit];
	case 'm':
		snprintf(buf, size, "%u", o.min_words);
		return buf;
	case 't':
		snprintf(buf, size, "%g", o.threshold);
		return buf;
	case 'n':
		snprintf(buf, size, "%u", o.ngram);
		return buf;
	case OPT_SCOPE:
		return scopes[o.scope];
	case OPT_KEEP:
		return keeps[o.keep];
	case OPT_COLOR:
		return colors[COLOR_AUTO];
	default:
		return "";
	}
}

static bool
is_short(int id)
{
	return id < 256;
}

/* An argument that can be left out. */
static bool
is_optional(const struct option_info *o)
{
	return o->arg != NULL && o->arg[0] == '[';
}

static void
print_help(void)
{
	printf("Usage: dedup [OPTION]... [FILE]...\n"
	       "Strip duplicate and near-duplicate paragraphs, repeated "
	       "captions, cut-off\nteasers and boilerplate from text.  "
	       "Without FILE, or where FILE is -, read\nstandard input; "
	       "write what is kept to standard output.\n");
	for (size_t i = 0; i < NOPTIONS; i++) {
		const struct option_info *o = &table[i];
		char left[64], value[32], help[128];
		int n;

		if (o->group != NULL)
			printf("\n%s:\n", o->group);
		n = is_short(o->id) ? snprintf(left, sizeof(left), "-%c, ",
					       o->id)
				    : snprintf(left, sizeof(left), "    ");
		snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s",
			 o->name, is_optional(o) ? "[=" :
			 o->arg != NULL ? "=" : "",
			 o->arg != NULL ? o->arg + is_optional(o) : "");
		snprintf(help, sizeof(help), o->help,
			 default_of(o->id, value, sizeof(value)));
		printf("  %-29s %s\n", left, help);
	}
	printf("\nExit status: 0 done; 1 --check found something to remove; "
	       "2 trouble.\nFull documentation: man dedup\n");
}

/* Completions. */

static void
print_bash(void)
{
	printf("# bash completion for dedup\n"
	       "_dedup()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
	       "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n\n"
	       "\tif [ \"$cur\" = \"=\" ]; then cur=\n"
	       "\telif [ \"$prev\" = \"=\" ]; then "
	       "prev=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n"
	       "\tCOMPREPLY=()\n"
	       "\tcase $prev in\n");
	for (size_t i = 0; i < NOPTIONS; i++) {
		const struct option_info *o = &table[i];

		if (o->arg == NULL || is_optional(o))
			continue;
		printf("\t--%s", o->name);
		if (is_short(o->id))
			printf("|-%c", o->id);
		if (o->values == NULL)
			printf(") return ;;\n");
		else if (strcmp(o->values, "FILE") == 0)
			printf(") mapfile -t COMPREPLY < "
			       "<(compgen -f -- \"$cur\"); return ;;\n");
		else
			printf(") mapfile -t COMPREPLY < <(compgen -W '%s' "
			       "-- \"$cur\"); return ;;\n", o->values);
	}
	printf("\tesac\n\tcase $cur in\n\t-*) mapfile -t COMPREPLY < "
	       "<(compgen -W '");
	for (size_t i = 0; i < NOPTIONS; i++)
		printf("%s--%s", i > 0 ? " " : "", table[i].name);
	printf("' -- \"$cur\") ;;\n"
	       "\t*) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
	       "\tesac\n}\n"
	       "complete -o filenames -F _dedup dedup\n");
}

/* 'help' with its default filled in, quotes and brackets out of the way. */
static void
print_plain(const struct option_info *o)
{
	char value[32], help[128];

	snprintf(help, sizeof(help), o->help,
		 default_of(o->id, value, sizeof(value)));
	for (const char *p = help; *p != '\0'; p++)
		putchar(*p == '\'' || *p == '[' || *p == ']' || *p == ':'
			? ' ' : *p);
}

static void
print_zsh(void)
{
	printf("#compdef dedup\n# zsh completion for dedup\n_arguments -s \\\n");
	for (size_t i = 0; i < NOPTIONS; i++) {
		const struct option_info *o = &table[i];
		const char *eq = is_optional(o) ? "=-" :
				 o->arg != NULL ? "=" : "";

		if (is_short(o->id))
			printf("\t'(-%c --%s)'{-%c%s,--%s%s}'[", o->id,
			       o->name, o->id, o->arg != NULL ? "+" : "",
			       o->name, eq);
		else
			printf("\t'--%s%s[", o->name, eq);
		print_plain(o);
		printf("]");
		if (o->arg != NULL) {
			printf("%s%.*s:", is_optional(o) ? "::" : ":",
			       (int)strcspn(o->arg + is_optional(o), "]"),
			       o->arg + is_optional(o));
			if (o->values == NULL)
				printf(" ");
			else if (strcmp(o->values, "FILE") == 0)
				printf("_files");
			else
				printf("(%s)", o->values);
		}
		printf("' \\\n");
	}
	printf("\t'*:file:_files'\n");
}

static void
print_fish(void)
{
	printf("# fish completion for dedup\n");
	for (size_t i = 0; i < NOPTIONS; i++) {
		const struct option_info *o = &table[i];

		printf("complete -c dedup -l %s", o->name);
		if (is_short(o->id))
			printf(" -s %c", o->id);
		if (o->arg != NULL && o->values != NULL &&
		    strcmp(o->values, "FILE") == 0)
			printf(" -r -F");
		else if (o->arg != NULL && o->values != NULL)
			printf(" -x -a '%s'", o->values);
		else if (o->arg != NULL && !is_optional(o))
			printf(" -x");
		printf(" -d '");
		print_plain(o);
		printf("'\n");
	}
}

/* Arguments. */

__attribute__((format(printf, 1, 2))) static enum action
wrong(const char *format, ...)
{
	va_list args;

	fputs("dedup: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\nTry 'dedup --help'.\n", stderr);
	return ACTION_WRONG;
}

static enum action
wrong_value(const struct option_info *o, const char *arg, const char *why)
{
	return wrong("--%s: %s: %s", o->name, arg, why);
}

/* Index of the word in the list, or -1. */
static int
find_word(const char *const *list, const char *word)
{
	for (int i = 0; list[i] != NULL; i++)
		if (strcmp(list[i], word) == 0)
			return i;
	return -1;
}

/* A whole number, all of the argument: 0, or -1. */
static int
parse_number(const char *arg, uint64_t least, uint64_t most, uint64_t *value)
{
	char *end;
	unsigned long long n;

	if (*arg < '0' || *arg > '9')
		return -1;	/* strtoull takes signs and spaces */
	errno = 0;
	n = strtoull(arg, &end, 10);
	if (errno != 0 || *end != '\0' || n < least || n > most)
		return -1;
	*value = n;
	return 0;
}

/* From 0 to 1: 0, or -1. */
static int
parse_share(const char *arg, double *value)
{
	char *end;
	double v;

	if ((*arg < '0' || *arg > '9') && *arg != '.')
		return -1;
	if (strspn(arg, "0123456789.eE+-") != strlen(arg))
		return -1;
	errno = 0;
	v = strtod(arg, &end);
	if (errno != 0 || *end != '\0' || !(v >= 0) || !(v <= 1))
		return -1;
	*value = v;
	return 0;
}

/* N documents, or P% of them. */
static int
parse_boilerplate(const char *arg, struct dedup_options *d)
{
	size_t n = strlen(arg);
	char number[32], *end;

	d->boilerplate = 0;
	d->boilerplate_share = 0;
	if (n == 0 || arg[n - 1] != '%')
		return parse_number(arg, 2, UINT32_MAX, &d->boilerplate);
	if (n > sizeof(number) || strspn(arg, "0123456789.") != n - 1)
		return -1;
	memcpy(number, arg, n - 1);
	number[n - 1] = '\0';
	d->boilerplate_share = strtod(number, &end) / 100;
	return *end == '\0' && d->boilerplate_share > 0 &&
	       d->boilerplate_share <= 1 ? 0 : -1;
}

static uint64_t
physical_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

/* A size in bytes, or a share of all memory. */
static int
parse_memory(const char *arg, uint64_t *bytes)
{
	static const char letters[] = "KMGT";
	const char *unit;
	char *end;
	uint64_t n;

	if (*arg < '0' || *arg > '9')
		return -1;
	errno = 0;
	n = strtoull(arg, &end, 10);
	if (errno != 0 || n == 0)
		return -1;
	if (strcmp(end, "%") == 0) {
		*bytes = physical_memory() / 100 * n;
		return n <= 100 && *bytes > 0 ? 0 : -1;
	}
	unit = *end != '\0' ? strchr(letters, *end) : NULL;
	if (*end != '\0' && (unit == NULL || end[1] != '\0'))
		return -1;
	for (; unit != NULL && unit >= letters; unit--) {
		if (n > UINT64_MAX / 1024)
			return -1;
		n *= 1024;
	}
	*bytes = n;
	return 0;
}

static enum action
add_load(struct options *opt, char *arg)
{
	char **p = realloc(opt->loads, (opt->nloads + 1) * sizeof(*p));

	if (p == NULL)
		return wrong("out of memory");
	opt->loads = p;
	p[opt->nloads++] = arg;
	return ACTION_FILTER;
}

static enum action
print_completion(const struct option_info *o, const char *arg)
{
	switch (find_word(shells, arg)) {
	case 0:
		print_bash();
		return ACTION_DONE;
	case 1:
		print_zsh();
		return ACTION_DONE;
	case 2:
		print_fish();
		return ACTION_DONE;
	default:
		return wrong_value(o, arg, "not bash, zsh or fish");
	}
}

static const struct option_info *
find_option(int id)
{
	for (size_t i = 0; i < NOPTIONS; i++)
		if (table[i].id == id)
			return &table[i];
	return NULL;
}

/* Take one option. */
static enum action
apply(struct options *opt, int id, char *arg)
{
	const struct option_info *o = find_option(id);
	struct dedup_options *d = &opt->dedup;
	const char *why;
	uint64_t n;
	int word = 0;

	switch (id) {
	case 'f':
		word = find_word(formats, arg);
		if (word < 0)
			return wrong_value(o, arg, "not auto, text, jsonl or "
					   "warc");
		opt->format = (enum format)word;
		break;
	case 'a':
		opt->text = true;
		break;
	case OPT_TEXT_FIELD:
		opt->text_field = arg;
		break;
	case OPT_ID_FIELD:
		opt->id_field = arg;
		opt->id_given = true;
		break;
	case OPT_SEPARATOR:
		if (*arg == '\0' || strchr(arg, '\n') != NULL)
			return wrong_value(o, arg, "not the text of a line");
		opt->separator = arg;
		break;
	case 'u':
		word = find_word(units, arg);
		if (word < 0)
			return wrong_value(o, arg, "not auto, line, paragraph "
					   "or document");
		d->unit = (enum dedup_unit)word;
		break;
	case 'm':
		if (parse_number(arg, 1, 1000000, &n) != 0)
			return wrong_value(o, arg, "not a whole number from 1 "
					   "to 1000000");
		d->min_words = (unsigned)n;
		break;
	case 'x':
		d->exact = true;
		break;
	case 't':
		if (parse_share(arg, &d->threshold) != 0 ||
		    !(d->threshold > 0))
			return wrong_value(o, arg, "not a number over 0, up "
					   "to 1");
		break;
	case 'n':
		if (parse_number(arg, 1, DEDUP_NGRAM_MAX, &n) != 0)
			return wrong_value(o, arg, "not a whole number from 1 "
					   "to 32");
		d->ngram = (unsigned)n;
		break;
	case OPT_FOLD_DIGITS:
		d->fold_digits = true;
		break;
	case OPT_CONTAINED:
		d->contained = true;
		break;
	case OPT_SCOPE:
		word = find_word(scopes, arg);
		if (word < 0)
			return wrong_value(o, arg, "not all or document");
		d->scope = (enum dedup_scope)word;
		break;
	case OPT_KEEP:
		word = find_word(keeps, arg);
		if (word < 0)
			return wrong_value(o, arg, "not first or none");
		d->keep = (enum dedup_keep)word;
		break;
	case OPT_SEED:
		if (parse_number(arg, 0, UINT64_MAX, &d->seed) != 0)
			return wrong_value(o, arg, "not a whole number below "
					   "2^64");
		d->seeded = true;
		break;
	case 'o':
		opt->output = strcmp(arg, "-") == 0 ? NULL : arg;
		break;
	case OPT_OUTPUT_DIR:
		if (*arg == '\0')
			return wrong_value(o, arg, "not the name of a "
					   "directory");
		opt->output_dir = arg;
		break;
	case OPT_IN_PLACE:
		if (arg != NULL && (*arg == '\0' || strchr(arg, '/') != NULL))
			return wrong_value(o, arg, "not the end of a name");
		opt->in_place = true;
		opt->suffix = arg;
		break;
	case OPT_COMPRESS:
		if (compression_parse(arg, &opt->compress, &why) != 0)
			return wrong_value(o, arg, why);
		why = compression_missing(opt->compress.kind);
		if (why != NULL)
			return wrong_value(o, arg, why);
		opt->compress_given = true;
		break;
	case OPT_MIN_DOC_WORDS:
		if (parse_number(arg, 1, MIN_DOC_WORDS_MAX,
				 &opt->min_doc_words) != 0)
			return wrong_value(o, arg, "not a whole number from 1 "
					   "to 1000000");
		break;
	case OPT_PROGRESS:
		opt->progress = PROGRESS_ALWAYS;
		break;
	case OPT_NO_PROGRESS:
		opt->progress = PROGRESS_NEVER;
		break;
	case OPT_MAX_REMOVED:
		if (parse_share(arg, &opt->max_removed) != 0)
			return wrong_value(o, arg, "not a number from 0 to 1");
		opt->guarded = true;
		break;
	case OPT_RESUME:
		opt->resume = true;
		break;
	case 'd':
		opt->show = SHOW_REMOVED;
		break;
	case OPT_CHECK:
		opt->show = SHOW_NOTHING;
		break;
	case OPT_DIFF:
		opt->show = SHOW_DIFF;
		break;
	case OPT_ANNOTATE:
		word = find_word(annotations + 1, arg);
		if (word < 0)
			return wrong_value(o, arg, "not text, jsonl or dolma");
		opt->annotate = (enum annotate)(word + 1);
		break;
	case OPT_FILES_FROM:
		opt->list = arg;
		break;
	case OPT_FILES0_FROM:
		opt->list0 = arg;
		break;
	case 'T':
		if (parse_number(arg, 0, THREADS_MAX, &n) != 0)
			return wrong_value(o, arg, "not a whole number up to "
					   "256");
		opt->threads = (unsigned)n;
		opt->threads_given = true;
		break;
	case 'b':
		if (parse_boilerplate(arg, d) != 0)
			return wrong_value(o, arg, "not a number of documents "
					   "from 2, nor a share up to 100%");
		break;
	case OPT_TOP:
		if (parse_number(arg, 1, 1000000, &opt->top) != 0)
			return wrong_value(o, arg, "not a whole number from 1 "
					   "to 1000000");
		break;
	case OPT_AGAINST:
		opt->against = arg;
		break;
	case OPT_LOAD:
		return add_load(opt, arg);
	case OPT_SAVE:
		opt->save = arg;
		break;
	case OPT_UPDATE:
		opt->update = arg;
		break;
	case OPT_MERGE:
		opt->mode = MODE_MERGE;
		break;
	case OPT_LIST:
		opt->mode = MODE_LIST;
		break;
	case OPT_TEST:
		opt->mode = MODE_TEST;
		break;
	case 'M':
		if (parse_memory(arg, &d->memory) != 0)
			return wrong_value(o, arg, "not a size as 500M, 2G or "
					   "30%");
		break;
	case OPT_ON_FULL:
		word = find_word(on_full, arg);
		if (word < 0)
			return wrong_value(o, arg, "not pass or fail");
		opt->fail_full = word == 1;
		break;
	case OPT_COLOR:
		word = find_word(colors, arg);
		if (word < 0)
			return wrong_value(o, arg, "not auto, always or never");
		opt->color = (enum color)word;
		break;
	case OPT_LOG:
		if (strcmp(arg, "-") == 0)
			return wrong_value(o, arg, "not the name of a file");
		opt->log = arg;
		break;
	case 's':
		opt->stats = true;
		break;
	case OPT_JSON:
		opt->stats = opt->json = true;
		break;
	case 'q':
		opt->quiet = true;
		break;
	case 'h':
		print_help();
		return ACTION_DONE;
	case 'V':
		printf("dedup %s\n", dedup_version());
		return ACTION_DONE;
	case OPT_COMPLETION:
		return print_completion(o, arg);
	default:
		fputs("Try 'dedup --help'.\n", stderr);
		return ACTION_WRONG;
	}
	return ACTION_FILTER;
}

/*
 * Does the output hang on it?  What is not named here is taken to: to refuse to
 * resume is the lesser evil.
 */
static bool
is_decider(int id)
{
	switch (id) {
	case 'T': case 's': case 'q': case 'o':
	case OPT_JSON: case OPT_COLOR: case OPT_LOG: case OPT_PROGRESS:
	case OPT_NO_PROGRESS: case OPT_RESUME: case OPT_OUTPUT_DIR:
	case OPT_FILES_FROM: case OPT_FILES0_FROM: case OPT_SEED:
	case OPT_SAVE:
		return false;
	default:
		return true;
	}
}

static void
note_decider(struct options *opt, const struct option_info *o, const char *arg)
{
	if (!is_decider(o->id))
		return;
	opt->deciders = hash_string(opt->deciders, o->name);
	opt->deciders = hash_string(opt->deciders, arg != NULL ? arg : "");
}

/* getopt's own names for the options. */
static void
fill_getopt(char *shorts, struct option *longs)
{
	for (size_t i = 0; i < NOPTIONS; i++) {
		const struct option_info *o = &table[i];

		longs[i] = (struct option){
			.name = o->name, .val = o->id,
			.has_arg = is_optional(o) ? optional_argument :
				   o->arg != NULL ? required_argument
						  : no_argument,
		};
		if (!is_short(o->id))
			continue;
		*shorts++ = (char)o->id;
		if (o->arg != NULL)
			*shorts++ = ':';
	}
	longs[NOPTIONS] = (struct option){ .name = NULL };
	*shorts = '\0';
}

/* Say that an option that was given does nothing beside the others. */
static void
warn_of(const struct options *opt, const bool *given, int id, const char *why)
{
	const struct option_info *o = find_option(id);

	if (given[o - table] && !opt->quiet)
		fprintf(stderr, "dedup: --%s has no effect %s\n", o->name, why);
}

static void
warn_of_useless(const struct options *opt, const bool *given)
{
	const struct dedup_options *d = &opt->dedup;

	if (d->exact) {
		warn_of(opt, given, 't', "with --exact");
		warn_of(opt, given, 'n', "with --exact");
	}
	if (opt->format == FORMAT_TEXT) {
		warn_of(opt, given, OPT_TEXT_FIELD, "with --format=text");
		warn_of(opt, given, OPT_ID_FIELD, "with --format=text");
	}
	if (opt->format == FORMAT_JSONL)
		warn_of(opt, given, 'a', "with --format=jsonl");
	if (opt->format == FORMAT_WARC) {
		warn_of(opt, given, OPT_TEXT_FIELD, "with --format=warc");
		warn_of(opt, given, OPT_ID_FIELD, "with --format=warc");
		warn_of(opt, given, 'a', "with --format=warc");
	}
	if (opt->show != SHOW_DIFF)
		warn_of(opt, given, OPT_COLOR, "without --diff");
	if (opt->top > 0)
		warn_of(opt, given, 'b', "with --top");
	if (opt->format != FORMAT_TEXT && opt->log == NULL &&
	    opt->show != SHOW_DIFF && opt->annotate == ANNOTATE_NONE &&
	    opt->save == NULL && opt->update == NULL &&
	    !(opt->top > 0 && opt->json))
		warn_of(opt, given, OPT_ID_FIELD, "without --log, --diff or "
			"--annotate");
	if (opt->in_place)
		warn_of(opt, given, OPT_COMPRESS, "with --in-place");
	if (opt->show == SHOW_NOTHING)
		warn_of(opt, given, OPT_COMPRESS, "with --check");
	if (opt->progress == PROGRESS_ALWAYS)
		warn_of(opt, given, OPT_NO_PROGRESS, "before --progress");
	if (opt->progress == PROGRESS_NEVER)
		warn_of(opt, given, OPT_PROGRESS, "before --no-progress");
}

/* The same, of where the output goes. */
static enum action
check_outputs(const struct options *opt)
{
	if ((opt->output != NULL) + (opt->output_dir != NULL) +
	    opt->in_place > 1)
		return wrong("--output, --output-dir and --in-place exclude "
			     "each other");
	if (opt->output_dir != NULL &&
	    (opt->show == SHOW_NOTHING || opt->show == SHOW_DIFF))
		return wrong("--output-dir: not with --check or --diff");
	if (opt->in_place && (opt->show != SHOW_KEPT ||
			      opt->annotate != ANNOTATE_NONE))
		return wrong("--in-place: not with --repeated, --check, --diff "
			     "or --annotate");
	if (opt->top > 0 && (opt->output_dir != NULL || opt->in_place ||
			     opt->min_doc_words > 0 || opt->guarded))
		return wrong("--top: only lists; not with --output-dir, "
			     "--in-place, --min-doc-words or --max-removed");
	if (opt->resume && opt->output_dir == NULL)
		return wrong("--resume: needs --output-dir");
	if (opt->resume && opt->guarded)
		return wrong("--resume and --max-removed exclude each other");
	return ACTION_FILTER;
}

/* --merge, --list, --test: what is for text is refused, each by its name. */
static enum action
check_tables(const struct options *opt, const bool *given)
{
	size_t modes = 0;

	for (size_t i = 0; i < NOPTIONS; i++)
		switch (table[i].id) {
		case OPT_MERGE: case OPT_LIST: case OPT_TEST:
			modes += given[i];
			break;
		case 'o': case OPT_JSON: case 'q':
			break;
		default:
			if (given[i])
				return wrong("--%s: not with --merge, --list "
					     "or --test", table[i].name);
		}
	if (modes > 1)
		return wrong("--merge, --list and --test exclude each other");
	if (opt->mode == MODE_MERGE && opt->output == NULL)
		return wrong("--merge: needs --output=FILE");
	if (opt->mode != MODE_MERGE && opt->output != NULL)
		return wrong("--output: --list and --test write to standard "
			     "output");
	for (size_t i = 0; i < opt->nfiles; i++)
		if (strcmp(opt->files[i], "-") == 0)
			return wrong("--merge, --list and --test need tables "
				     "as operands");
	return ACTION_FILTER;
}

/* Options that contradict each other. */
static enum action
check_together(const struct options *opt, const bool *given, int nshow)
{
	const struct dedup_options *d = &opt->dedup;
	struct json_path path;

	if (json_path_parse(&path, opt->text_field) != 0)
		return wrong("--text-field: %s: not a path of field names",
			     opt->text_field);
	if (json_path_parse(&path, opt->id_field) != 0)
		return wrong("--id-field: %s: not a path of field names",
			     opt->id_field);

	if (nshow > 1)
		return wrong("--repeated, --check and --diff exclude each "
			     "other");
	if (opt->annotate != ANNOTATE_NONE && nshow > 0)
		return wrong("--annotate: not with --repeated, --check or "
			     "--diff");
	if (opt->mode != MODE_FILTER)
		return check_tables(opt, given);
	if (opt->top > 0 && (nshow > 0 || opt->log != NULL ||
			     opt->annotate != ANNOTATE_NONE))
		return wrong("--top: only lists; not with --repeated, --check, "
			     "--diff, --log or --annotate");
	if (opt->top > 0 && (opt->nloads > 0 || opt->save != NULL ||
			     opt->update != NULL || opt->against != NULL))
		return wrong("--top: only lists; not with --load, --save, "
			     "--update or --against");
	if (d->scope == DEDUP_SCOPE_DOCUMENT &&
	    (opt->nloads > 0 || opt->save != NULL || opt->update != NULL))
		return wrong("--scope=document: not with --load, --save or "
			     "--update");
	if (d->exact && d->contained)
		return wrong("--exact and --contained exclude each other");
	if (opt->separator != NULL && opt->format == FORMAT_JSONL)
		return wrong("--document-separator: not with --format=jsonl");
	if (opt->separator != NULL && opt->format == FORMAT_WARC)
		return wrong("--document-separator: not with --format=warc");
	if (opt->output != NULL && opt->show == SHOW_NOTHING)
		return wrong("--output: --check writes nothing");
	if (opt->min_doc_words > 0 &&
	    (opt->annotate != ANNOTATE_NONE ||
	     (opt->show != SHOW_KEPT && opt->show != SHOW_NOTHING)))
		return wrong("--min-doc-words: not with --repeated, --diff or "
			     "--annotate");
	return check_outputs(opt);
}

enum action
options_parse(struct options *opt, int argc, char **argv)
{
	static char standard_input[] = "-";
	static char *no_files[] = { standard_input, NULL };
	char shorts[2 * NOPTIONS + 1];
	struct option longs[NOPTIONS + 1];
	bool given[NOPTIONS] = { false };
	enum action action;
	int id, nshow = 0;

	*opt = (struct options){
		.text_field = "text", .id_field = "id",
		.deciders = HASH_BEGIN,
	};
	dedup_options_init(&opt->dedup);
	opt->dedup.memory = physical_memory() / 2;
	fill_getopt(shorts, longs);
	while ((id = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		enum show before = opt->show;

		action = apply(opt, id, optarg);
		if (action != ACTION_FILTER)
			return action;
		given[find_option(id) - table] = true;
		note_decider(opt, find_option(id), optarg);
		nshow += opt->show != before;
	}
	opt->files = argv + optind;
	opt->nfiles = (size_t)(argc - optind);
	if (opt->nfiles == 0 && opt->list == NULL && opt->list0 == NULL) {
		opt->files = no_files;
		opt->nfiles = 1;
	}
	action = check_together(opt, given, nshow);
	if (action == ACTION_FILTER)
		warn_of_useless(opt, given);
	return action;
}
