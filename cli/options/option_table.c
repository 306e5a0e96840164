/* The table of options, and how the special ones read their arguments. */
#include "option.h"

#include <assert.h>
#include <string.h>

#include "array.h"
#include "json.h"
#include "machine.h"
#include "source.h"
#include "value.h"

#define AT(field) offsetof(struct options, field)

static const char *
wrong_path(const char *arg)
{
	struct json_path path;

	return json_path_parse(&path, arg) != 0 ? "not a path of field names" :
	       NULL;
}

static const char *
take_text_field(struct options *opt, char *arg)
{
	opt->text_field = arg;
	return wrong_path(arg);
}

static const char *
take_id_field(struct options *opt, char *arg)
{
	opt->id_field = arg;
	return wrong_path(arg);
}

static const char *
take_except(struct options *opt, char *arg)
{
	static char why[DEDUP_WHY];
	struct dedup_options these = opt->dedup;

	these.only = 0;
	if (!dedup_options_set(&these, "only", arg, why))
		return why;
	opt->except = these.only;
	/* A heading stays if its text does, or if it is named. */
	if (strstr(arg, "heading") == NULL)
		opt->except &= ~(1U << DEDUP_HEADING);
	return NULL;
}

static const char *
take_separator(struct options *opt, char *arg)
{
	opt->separator = arg;
	return *arg == '\0' || strchr(arg, '\n') != NULL ?
	       "not the text of a line" : NULL;
}

static const char *
add_name(struct names *names, char *arg)
{
	if (array_room(&names->name, &names->room, names->n + 1,
		       sizeof(*names->name)) != 0)
		return "out of memory";
	names->name[names->n++] = arg;
	return NULL;
}

static const char *
take_list(struct options *opt, char *arg)
{
	return add_name(&opt->lists, arg);
}

static const char *
take_load(struct options *opt, char *arg)
{
	return add_name(&opt->loads, arg);
}

static const char *
take_against(struct options *opt, char *arg)
{
	const char *why = add_name(&opt->against, arg);

	return why != NULL ? why : add_name(&opt->against_fields, NULL);
}

/* Of the last reference text; before the first one, of all without their own. */
static const char *
take_against_field(struct options *opt, char *arg)
{
	struct names *f = &opt->against_fields;

	if (f->n == 0 && opt->against_field != NULL)
		return "two of them before --against";
	if (f->n == 0)
		opt->against_field = arg;
	else if (f->name[f->n - 1] == NULL)
		f->name[f->n - 1] = arg;
	else
		return "two of them for one --against";
	return wrong_path(arg);
}

static const char *
take_output(struct options *opt, char *arg)
{
	static const char *const names[] = {
		"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1",
	};

	opt->output = arg;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(arg, names[i]) == 0)
			opt->output = NULL;
	return NULL;
}

static const char *
take_output_dir(struct options *opt, char *arg)
{
	opt->output_dir = arg;
	return *arg == '\0' ? "not the name of a directory" : NULL;
}

static const char *
take_in_place(struct options *opt, char *arg)
{
	opt->in_place = true;
	opt->suffix = arg;
	return arg != NULL && (*arg == '\0' || strchr(arg, '/') != NULL) ?
	       "not the end of a name" : NULL;
}

static const char *
take_compress(struct options *opt, char *arg)
{
	const char *why;

	opt->compress_given = true;
	if (compression_parse(arg, &opt->compress, &why) != 0)
		return why;
	return compression_missing(opt->compress.kind);
}

static const char *
take_progress(struct options *opt, char *arg)
{
	static char why[VALUE_WHY];
	unsigned n = PROGRESS_ALWAYS;

	if (arg != NULL && !value_word(arg, "auto always never", &n, why))
		return why;
	opt->progress = (enum progress_when)n;
	return NULL;
}

static const char *
take_log(struct options *opt, char *arg)
{
	enum compression_kind kind = compression_of_suffix(arg).kind;

	opt->log = arg;
	if (compression_unknown(arg) != NULL)
		return "it would not be compressed: .gz, .zst and .xz are known";
	return compression_missing(kind);
}

static const char *
take_report(struct options *opt, char *arg)
{
	opt->report = arg;
	if (strcmp(arg, "-") == 0)
		return "not the name of a file";
	return compression_unknown(arg) != NULL ||
	       compression_of_suffix(arg).kind != COMPRESSION_NONE ?
	       "the page is not compressed: give it another name" : NULL;
}

/* In the order of --help. */
static const struct option_info option_table[] = {
	{
		.name = "format", .often = true, .letter = 'f', .arg = "FORMAT",
		.group = "Input",
		.help = "auto, text, jsonl or warc",
		.values = "auto text jsonl warc",
		.type = OPTION_WORD, .at = AT(format),
	},
	{
		.name = "text", .letter = 'a',
		.help = "read binary data and UTF-16 as text, too",
		.type = OPTION_FLAG, .at = AT(text),
	},
	{
		.name = "text-field", .often = true, .arg = "NAME",
		.help = "JSONL: field to clean, a dotted path (text)",
		.type = OPTION_SPECIAL, .take = take_text_field,
	},
	{
		.name = "id-field", .arg = "NAME",
		.help = "JSONL: field that names a record in logs (id)",
		.type = OPTION_SPECIAL, .take = take_id_field,
		.given = AT(id_given),
	},
	{
		.name = "document-separator", .often = true,
		.arg = "LINE",
		.help = "text: line that ends a document",
		.type = OPTION_SPECIAL, .take = take_separator,
	},
	{
		.name = "pages", .often = true,
		.help = "text of a PDF: remove what its pages repeat",
		.type = OPTION_FLAG, .at = AT(pages),
	},
	{
		.name = "recursive", .often = true, .letter = 'r',
		.help = "read the files in folders, in the order of names",
		.type = OPTION_FLAG, .at = AT(recursive),
	},
	{
		.name = "files-from", .arg = "LIST",
		.help = "read names of files, one a line or a NUL after each",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_list, .again = true,
		.apart = true,
	},
	{
		.name = "unit", .often = true, .group = "Units",
		.type = OPTION_LIBRARY,
	},
	{ .name = "min-words", .often = true, .type = OPTION_LIBRARY },
	{
		.name = "exact", .often = true, .group = "Matching",
		.type = OPTION_LIBRARY,
	},
	{ .name = "threshold", .often = true, .type = OPTION_LIBRARY },
	{ .name = "ngram", .type = OPTION_LIBRARY },
	{ .name = "fold-digits", .type = OPTION_LIBRARY },
	{ .name = "contained", .type = OPTION_LIBRARY },
	{ .name = "scope", .type = OPTION_LIBRARY },
	{ .name = "keep", .often = true, .type = OPTION_LIBRARY },
	{ .name = "boilerplate", .often = true, .type = OPTION_LIBRARY },
	{ .name = "only", .often = true, .type = OPTION_LIBRARY },
	{
		.name = "except", .arg = "REASON,...",
		.help = "remove for all reasons but these: lead, near, ...",
		.type = OPTION_SPECIAL, .take = take_except,
	},
	{
		.name = "against", .often = true, .arg = "FILE",
		.help = "remove what is in a text or table; repeatable",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_against, .again = true,
	},
	{
		.name = "against-field", .arg = "NAME",
		.help = "JSONL: text field of the --against before it",
		.type = OPTION_SPECIAL, .take = take_against_field,
		.again = true,
	},
	{ .name = "against-ngram", .type = OPTION_LIBRARY },
	{
		.name = "seed", .usual = "random",
		.type = OPTION_LIBRARY, .apart = true,
	},
	{
		.name = "load", .arg = "TABLE",
		.group = "Tables",
		.help = "load a saved table; repeatable",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_load, .again = true,
	},
	{
		.name = "save", .arg = "TABLE",
		.help = "save what is known at the end as a table",
		.values = "FILE",
		.type = OPTION_STRING, .at = AT(save),
		.apart = true,
	},
	{
		.name = "update", .often = true, .arg = "TABLE",
		.help = "load a table, if it exists, and save it again",
		.values = "FILE",
		.type = OPTION_STRING, .at = AT(update),
	},
	{
		.name = "on-error", .arg = "WHAT",
		.help = "after a bad record, leave a table or save it",
		.values = "leave save",
		.type = OPTION_WORD, .at = AT(on_error), .apart = true,
	},
	{ .name = "counts-only", .type = OPTION_LIBRARY },
	{
		.name = "merge",
		.help = "merge the tables FILE ... into that of -o",
		.type = OPTION_SET, .at = AT(mode),
		.first = MODE_MERGE,
		.of_tables = true,
	},
	{
		.name = "min-count", .arg = "N",
		.help = "--merge: drop counts of texts in fewer documents",
		.type = OPTION_NUMBER, .at = AT(min_count),
		.least = 1, .most = UINT32_MAX,
		.of_tables = true,
	},
	{
		.name = "list",
		.help = "list what is in the tables FILE ...",
		.type = OPTION_SET, .at = AT(mode),
		.first = MODE_LIST,
		.of_tables = true,
	},
	{
		.name = "test",
		.help = "check the tables FILE ...",
		.type = OPTION_SET, .at = AT(mode),
		.first = MODE_TEST,
		.of_tables = true,
	},
	{
		.name = "output", .often = true, .letter = 'o', .arg = "FILE",
		.group = "Output",
		.help = "write to FILE, not to standard output",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_output,
		.apart = true,
		.of_tables = true,
	},
	{
		.name = "output-dir", .often = true, .arg = "DIR",
		.help = "write each FILE to DIR/FILE",
		.values = "DIR",
		.type = OPTION_SPECIAL, .take = take_output_dir,
		.apart = true,
	},
	{
		.name = "in-place", .often = true, .arg = "[SUFFIX]",
		.help = "rewrite each FILE; back it up as FILE+SUFFIX",
		.type = OPTION_SPECIAL, .take = take_in_place,
	},
	{
		.name = "compress", .arg = "KIND",
		.help = "none, gzip, zstd or xz, with :LEVEL (by the suffix)",
		.values = "none gzip zstd xz",
		.type = OPTION_SPECIAL, .take = take_compress,
	},
	{
		.name = "min-doc-words", .often = true, .arg = "N",
		.help = "drop documents left with fewer than N words; 1: empty",
		.type = OPTION_NUMBER, .at = AT(min_doc_words),
		.least = 1, .most = 1000000,
	},
	{
		.name = "drop-listed", .often = true,
		.help = "drop documents with a text of --against, whole",
		.type = OPTION_FLAG, .at = AT(drop_listed),
	},
	{
		.name = "repeated", .letter = 'd',
		.help = "print what would be removed",
		.type = OPTION_SET, .at = AT(show),
		.first = SHOW_REMOVED,
	},
	{
		.name = "annotate", .arg = "HOW",
		.help = "mark instead of removing: text, jsonl or dolma",
		.values = "text jsonl dolma",
		.type = OPTION_WORD, .at = AT(annotate),
		.first = ANNOTATE_TEXT,
	},
	{
		.name = "check", .often = true,
		.help = "print nothing; exit 1 if anything would be removed",
		.type = OPTION_SET, .at = AT(show),
		.first = SHOW_NOTHING,
	},
	{
		.name = "diff", .often = true,
		.group = "Explaining",
		.help = "show what is removed, where and why",
		.type = OPTION_SET, .at = AT(show),
		.first = SHOW_DIFF,
	},
	{
		.name = "top", .arg = "N",
		.help = "only list the N texts in the most documents",
		.type = OPTION_NUMBER, .at = AT(top),
		.least = 1, .most = 1000000,
	},
	{
		.name = "color", .arg = "WHEN",
		.help = "colour of --diff: auto, always or never",
		.values = "auto always never",
		.type = OPTION_WORD, .at = AT(color),
		.apart = true,
	},
	{
		.name = "log", .often = true, .arg = "FILE",
		.help = "write a JSON line for each removal to FILE",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_log,
		.apart = true,
	},
	{
		.name = "report", .often = true, .arg = "FILE",
		.help = "write a page (HTML) that shows what is removed",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_report,
		.apart = true,
	},
	{
		.name = "groups", .arg = "FILE",
		.help = "write a JSON line for each text that has copies",
		.values = "FILE",
		.type = OPTION_STRING, .at = AT(groups),
		.apart = true,
	},
	{
		.name = "stats", .often = true, .letter = 's',
		.help = "counts, on standard error",
		.type = OPTION_FLAG, .at = AT(stats),
		.apart = true,
	},
	{
		.name = "json",
		.help = "the counts as JSON",
		.type = OPTION_FLAG, .at = AT(json),
		.apart = true,
		.of_tables = true,
	},
	{
		.name = "progress", .arg = "[WHEN]",
		.help = "show progress: auto, always (if no WHEN) or never",
		.usual = "auto", .values = "auto always never",
		.type = OPTION_SPECIAL, .take = take_progress, .apart = true,
	},
	{
		.name = "quiet", .letter = 'q',
		.help = "no warnings",
		.type = OPTION_FLAG, .at = AT(quiet),
		.apart = true,
		.of_tables = true,
	},
	{
		.name = "threads", .often = true, .group = "Resources",
		.usual = "0; 1 on a pipe", .given = AT(threads_given),
		.type = OPTION_LIBRARY, .apart = true,
	},
	{
		.name = "memory", .often = true, .usual = "50%",
		.type = OPTION_LIBRARY,
	},
	{
		.name = "max-window", .arg = "SIZE",
		.help = "longest window of compressed input, to 2G (128M)",
		.type = OPTION_SIZE, .at = AT(window), .apart = true,
	},
	{
		.name = "on-full", .arg = "WHAT",
		.help = "if memory is full: pass new text unjudged, or fail",
		.values = "pass fail",
		.type = OPTION_WORD, .at = AT(on_full),
	},
	{
		.name = "max-removed", .often = true, .arg = "R",
		.help = "fail if more than this share would be removed",
		.type = OPTION_SHARE, .at = AT(max_removed),
		.given = AT(guarded),
	},
	{
		.name = "resume",
		.help = "--output-dir: resume an interrupted run",
		.type = OPTION_FLAG, .at = AT(resume),
		.apart = true,
	},
	{
		.name = "help", .often = true, .letter = 'h',
		.group = "Other",
		.help = "print this and exit",
		.type = OPTION_ACTION, .act = option_help,
	},
	{
		.name = "version", .letter = 'V',
		.help = "print the version and exit",
		.type = OPTION_ACTION, .act = option_version,
	},
	{
		.name = "completion", .arg = "SHELL",
		.help = "print completions for bash, zsh or fish and exit",
		.values = "bash zsh fish",
		.type = OPTION_ACTION, .act = option_completion,
	},
};

const size_t option_count = sizeof(option_table) / sizeof(option_table[0]);

/* Fill in what the library knows of one of its options. */
static void
fill_in(struct option_info *o)
{
	const struct dedup_option *of;
	size_t i = 0;

	while ((of = dedup_option_at(i)) != NULL &&
	       strcmp(of->name, o->name) != 0)
		i++;
	assert(of != NULL);
	o->letter = of->letter;
	o->arg = of->arg;
	o->help = of->help;
	o->values = of->words;
	if (o->usual == NULL)
		o->usual = of->value;
}

struct option_info
option_at(size_t i)
{
	struct option_info o = option_table[i];

	if (o.type == OPTION_LIBRARY)
		fill_in(&o);
	return o;
}

const char *
option_name(size_t i)
{
	return option_table[i].name;
}

size_t
option_find(const char *name)
{
	size_t i = 0;

	while (i < option_count && strcmp(option_table[i].name, name) != 0)
		i++;
	assert(i < option_count);
	return i;
}

bool
option_is_optional(const struct option_info *o)
{
	return o->arg != NULL && o->arg[0] == '[';
}

void
option_defaults(struct options *opt)
{
	*opt = (struct options){ .text_field = "text", .id_field = "id" };
	dedup_options_init(&opt->dedup);
	opt->dedup.threads = 0;
	opt->dedup.memory = machine_memory() / 2;
	opt->window = SOURCE_WINDOW;
}
