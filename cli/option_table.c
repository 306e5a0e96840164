/* The table of options, and what the special ones take. */
#include "option.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "machine.h"
#include "option_number.h"
#include "source.h"

#define AT(field) offsetof(struct options, field)

static const char *
take_separator(struct options *opt, char *arg)
{
	opt->separator = arg;
	return *arg == '\0' || strchr(arg, '\n') != NULL ?
	       "not the text of a line" : NULL;
}

/* N documents, or P% of them. */
static const char *
take_boilerplate(struct options *opt, char *arg)
{
	static const char *const why =
		"not a number of documents from 2, nor a share up to 100%";
	struct dedup_options *d = &opt->dedup;
	size_t n = strlen(arg);
	char number[32], *end;

	d->boilerplate = 0;
	d->boilerplate_share = 0;
	if (n == 0 || arg[n - 1] != '%')
		return option_number(arg, 2, UINT32_MAX,
				     &d->boilerplate) != 0 ? why : NULL;
	if (n > sizeof(number) || strspn(arg, "0123456789.") != n - 1)
		return why;
	memcpy(number, arg, n - 1);
	number[n - 1] = '\0';
	d->boilerplate_share = strtod(number, &end) / 100;
	return *end == '\0' && d->boilerplate_share > 0 &&
	       d->boilerplate_share <= 1 ? NULL : why;
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
take_load(struct options *opt, char *arg)
{
	return add_name(&opt->loads, arg);
}

static const char *
take_against(struct options *opt, char *arg)
{
	return add_name(&opt->against, arg);
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
take_log(struct options *opt, char *arg)
{
	opt->log = arg;
	return strcmp(arg, "-") == 0 ? "not the name of a file" : NULL;
}

/* In the order of --help. */
const struct option_info option_table[] = {
	{
		.id = 'f', .name = "format", .arg = "FORMAT",
		.group = "Input",
		.help = "auto, text, jsonl or warc (%s)",
		.values = "auto text jsonl warc",
		.type = OPTION_WORD, .at = AT(format),
	},
	{
		.id = 'a', .name = "text",
		.help = "read binary data and UTF-16 as text, too",
		.type = OPTION_FLAG, .at = AT(text),
	},
	{
		.id = OPT_TEXT_FIELD, .name = "text-field", .arg = "NAME",
		.help = "JSONL: field to clean, a dotted path (text)",
		.type = OPTION_STRING, .at = AT(text_field),
	},
	{
		.id = OPT_ID_FIELD, .name = "id-field", .arg = "NAME",
		.help = "JSONL: field that names a record in logs (id)",
		.type = OPTION_STRING, .at = AT(id_field),
		.given = AT(id_given),
	},
	{
		.id = OPT_SEPARATOR, .name = "document-separator",
		.arg = "LINE",
		.help = "text: such a line ends a document",
		.type = OPTION_SPECIAL, .take = take_separator,
	},
	{
		.id = OPT_FILES_FROM, .name = "files-from", .arg = "LIST",
		.help = "read the names of files from LIST, one a line",
		.values = "FILE",
		.type = OPTION_STRING, .at = AT(list),
		.apart = true,
	},
	{
		.id = OPT_FILES0_FROM, .name = "files0-from", .arg = "LIST",
		.help = "the same, a NUL after each",
		.values = "FILE",
		.type = OPTION_STRING, .at = AT(list0),
		.apart = true,
	},
	{
		.id = 'u', .name = "unit", .arg = "UNIT",
		.group = "Units",
		.help = "what is judged: auto, line, paragraph or document (%s)",
		.values = "auto line paragraph document",
		.type = OPTION_WORD, .at = AT(dedup.unit),
	},
	{
		.id = 'm', .name = "min-words", .arg = "N",
		.help = "compare a shorter unit only with the one before it (%s)",
		.type = OPTION_UNSIGNED, .at = AT(dedup.min_words),
		.least = 1, .most = 1000000,
	},
	{
		.id = 'x', .name = "exact",
		.group = "Matching",
		.help = "same words only; not what one unit says in full",
		.type = OPTION_FLAG, .at = AT(dedup.exact),
	},
	{
		.id = 't', .name = "threshold", .arg = "R",
		.help = "remove similar units too, of such resemblance, to 1",
		.type = OPTION_REAL, .at = AT(dedup.threshold),
		.over = true,
	},
	{
		.id = 'n', .name = "ngram", .arg = "N",
		.help = "words in a shingle of -t and --contained, to 32 (%s)",
		.type = OPTION_UNSIGNED, .at = AT(dedup.ngram),
		.least = 1, .most = DEDUP_NGRAM_MAX,
	},
	{
		.id = OPT_FOLD_DIGITS, .name = "fold-digits",
		.help = "all numbers are equal",
		.type = OPTION_FLAG, .at = AT(dedup.fold_digits),
	},
	{
		.id = OPT_CONTAINED, .name = "contained",
		.help = "remove what stands inside a longer unit, too",
		.type = OPTION_FLAG, .at = AT(dedup.contained),
	},
	{
		.id = OPT_SCOPE, .name = "scope", .arg = "SCOPE",
		.help = "where copies are looked for: all or document (%s)",
		.values = "all document",
		.type = OPTION_WORD, .at = AT(dedup.scope),
	},
	{
		.id = OPT_KEEP, .name = "keep", .arg = "WHICH",
		.help = "which copy stays: first or none (%s)",
		.values = "first none",
		.type = OPTION_WORD, .at = AT(dedup.keep),
	},
	{
		.id = 'b', .name = "boilerplate", .arg = "N|P%",
		.help = "remove what is in N documents, or in P %% of them, from all",
		.type = OPTION_SPECIAL, .take = take_boilerplate,
	},
	{
		.id = OPT_AGAINST, .name = "against", .arg = "FILE",
		.help = "remove what a text, or table, says; may be given again",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_against, .again = true,
	},
	{
		.id = OPT_SEED, .name = "seed", .arg = "N",
		.help = "derive the fingerprints' secret from N (random)",
		.type = OPTION_NUMBER, .at = AT(dedup.seed),
		.most = UINT64_MAX, .given = AT(dedup.seeded), .apart = true,
	},
	{
		.id = OPT_LOAD, .name = "load", .arg = "TABLE",
		.group = "Tables",
		.help = "know what a table knows; may be given again",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_load, .again = true,
	},
	{
		.id = OPT_SAVE, .name = "save", .arg = "TABLE",
		.help = "write what is known in the end to a table",
		.values = "FILE",
		.type = OPTION_STRING, .at = AT(save),
		.apart = true,
	},
	{
		.id = OPT_UPDATE, .name = "update", .arg = "TABLE",
		.help = "load a table, if there is one, and save it again",
		.values = "FILE",
		.type = OPTION_STRING, .at = AT(update),
	},
	{
		.id = OPT_ON_ERROR, .name = "on-error", .arg = "WHAT",
		.help = "after a bad record, leave a table or save it (%s)",
		.values = "leave save",
		.type = OPTION_WORD, .at = AT(on_error), .apart = true,
	},
	{
		.id = OPT_COUNTS_ONLY, .name = "counts-only",
		.help = "only count, for -b, into the table to be saved",
		.type = OPTION_FLAG, .at = AT(dedup.counts_only),
	},
	{
		.id = OPT_MERGE, .name = "merge",
		.help = "merge tables, the operands, into that of -o",
		.type = OPTION_SET, .at = AT(mode),
		.first = MODE_MERGE,
	},
	{
		.id = OPT_MIN_COUNT, .name = "min-count", .arg = "N",
		.help = "--merge: drop counts of texts in fewer documents",
		.type = OPTION_NUMBER, .at = AT(min_count),
		.least = 1, .most = UINT32_MAX,
	},
	{
		.id = OPT_LIST, .name = "list",
		.help = "list what is in tables",
		.type = OPTION_SET, .at = AT(mode),
		.first = MODE_LIST,
	},
	{
		.id = OPT_TEST, .name = "test",
		.help = "check tables",
		.type = OPTION_SET, .at = AT(mode),
		.first = MODE_TEST,
	},
	{
		.id = 'o', .name = "output", .arg = "FILE",
		.group = "Output",
		.help = "write to FILE, not to standard output",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_output,
		.apart = true,
	},
	{
		.id = OPT_OUTPUT_DIR, .name = "output-dir", .arg = "DIR",
		.help = "write each FILE to DIR/FILE",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_output_dir,
		.apart = true,
	},
	{
		.id = OPT_IN_PLACE, .name = "in-place", .arg = "[SUFFIX]",
		.help = "rewrite each FILE; keep what it was as FILE with SUFFIX",
		.type = OPTION_SPECIAL, .take = take_in_place,
	},
	{
		.id = OPT_COMPRESS, .name = "compress", .arg = "KIND",
		.help = "none, gzip, zstd or xz, with :LEVEL (by the suffix)",
		.values = "none gzip zstd xz",
		.type = OPTION_SPECIAL, .take = take_compress,
	},
	{
		.id = OPT_MIN_DOC_WORDS, .name = "min-doc-words", .arg = "N",
		.help = "drop documents of which fewer words are left",
		.type = OPTION_NUMBER, .at = AT(min_doc_words),
		.least = 1, .most = 1000000,
	},
	{
		.id = 'd', .name = "repeated",
		.help = "print what would be removed",
		.type = OPTION_SET, .at = AT(show),
		.first = SHOW_REMOVED,
	},
	{
		.id = OPT_ANNOTATE, .name = "annotate", .arg = "HOW",
		.help = "mark instead of removing: text, jsonl or dolma",
		.values = "text jsonl dolma",
		.type = OPTION_WORD, .at = AT(annotate),
		.first = ANNOTATE_TEXT,
	},
	{
		.id = OPT_CHECK, .name = "check",
		.help = "print nothing; exit 1 if anything would be removed",
		.type = OPTION_SET, .at = AT(show),
		.first = SHOW_NOTHING,
	},
	{
		.id = OPT_DIFF, .name = "diff",
		.group = "Explaining",
		.help = "show what is removed, where and why",
		.type = OPTION_SET, .at = AT(show),
		.first = SHOW_DIFF,
	},
	{
		.id = OPT_TOP, .name = "top", .arg = "N",
		.help = "only list the N texts that are in most documents",
		.type = OPTION_NUMBER, .at = AT(top),
		.least = 1, .most = 1000000,
	},
	{
		.id = OPT_COLOR, .name = "color", .arg = "WHEN",
		.help = "colour of --diff: auto, always or never (%s)",
		.values = "auto always never",
		.type = OPTION_WORD, .at = AT(color),
		.apart = true,
	},
	{
		.id = OPT_LOG, .name = "log", .arg = "FILE",
		.help = "write a JSON line for each removal to FILE",
		.values = "FILE",
		.type = OPTION_SPECIAL, .take = take_log,
		.apart = true,
	},
	{
		.id = 's', .name = "stats",
		.help = "counts, on standard error",
		.type = OPTION_FLAG, .at = AT(stats),
		.apart = true,
	},
	{
		.id = OPT_JSON, .name = "json",
		.help = "the counts as JSON",
		.type = OPTION_FLAG, .at = AT(json),
		.apart = true,
	},
	{
		.id = OPT_PROGRESS, .name = "progress",
		.help = "show how far it has come, on standard error",
		.type = OPTION_SET, .at = AT(progress),
		.first = PROGRESS_ALWAYS, .apart = true,
	},
	{
		.id = OPT_NO_PROGRESS, .name = "no-progress",
		.help = "do not, though that is a terminal",
		.type = OPTION_SET, .at = AT(progress),
		.first = PROGRESS_NEVER, .apart = true,
	},
	{
		.id = 'q', .name = "quiet",
		.help = "no warnings",
		.type = OPTION_FLAG, .at = AT(quiet),
		.apart = true,
	},
	{
		.id = 'T', .name = "threads", .arg = "N",
		.group = "Resources",
		.help = "use N threads; 0: one a core (0; 1 on a pipe)",
		.type = OPTION_UNSIGNED, .at = AT(threads),
		.most = 256, .given = AT(threads_given), .apart = true,
	},
	{
		.id = 'M', .name = "memory", .arg = "SIZE",
		.help = "for what is known: bytes, K, M, G, T or %% of RAM (50%%)",
		.type = OPTION_SIZE, .at = AT(dedup.memory),
	},
	{
		.id = OPT_MAX_WINDOW, .name = "max-window", .arg = "SIZE",
		.help = "memory that compressed input may ask for, to 2G (128M)",
		.type = OPTION_SIZE, .at = AT(window), .apart = true,
	},
	{
		.id = OPT_ON_FULL, .name = "on-full", .arg = "WHAT",
		.help = "when that is full: pass what is new, or fail (pass)",
		.values = "pass fail",
		.type = OPTION_WORD, .at = AT(on_full),
	},
	{
		.id = OPT_MAX_REMOVED, .name = "max-removed", .arg = "R",
		.help = "fail where more than this share of the text would go",
		.type = OPTION_REAL, .at = AT(max_removed),
		.given = AT(guarded),
	},
	{
		.id = OPT_RESUME, .name = "resume",
		.help = "--output-dir: go on where a run was stopped",
		.type = OPTION_FLAG, .at = AT(resume),
		.apart = true,
	},
	{
		.id = 'h', .name = "help",
		.group = "Other",
		.help = "print this and exit",
		.type = OPTION_ACTION, .act = option_help,
	},
	{
		.id = 'V', .name = "version",
		.help = "print the version and exit",
		.type = OPTION_ACTION, .act = option_version,
	},
	{
		.id = OPT_COMPLETION, .name = "completion", .arg = "SHELL",
		.help = "print completions for bash, zsh or fish and exit",
		.values = "bash zsh fish",
		.type = OPTION_ACTION, .act = option_completion,
	},
};

const size_t option_count = sizeof(option_table) / sizeof(option_table[0]);

const struct option_info *
option_find(int id)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_table[i].id == id)
			return &option_table[i];
	return NULL;
}

bool
option_is_short(const struct option_info *o)
{
	return o->id < 256;
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
	opt->dedup.memory = machine_memory() / 2;
	opt->window = SOURCE_WINDOW;
}
