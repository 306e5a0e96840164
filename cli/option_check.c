/* Options that contradict each other, and such as do nothing. */
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "message.h"
#include "option.h"

static bool
is_given(const bool *given, int id)
{
	return given[option_find(id) - option_table];
}

/* Say that an option that was given does nothing beside the others. */
static void
warn_of(const struct options *opt, const bool *given, int id, const char *why)
{
	const struct option_info *o = option_find(id);

	if (given[o - option_table] && !opt->quiet)
		message("--%s has no effect %s", o->name, why);
}

/* --top and --counts-only count what is the same, and judge nothing. */
static void
warn_beside_counting(const struct options *opt, const bool *given)
{
	static const int matching[] = {
		'x', 't', 'n', OPT_CONTAINED, OPT_SCOPE, OPT_KEEP,
	};
	const char *why = opt->top > 0 ? "with --top" : "with --counts-only";

	if (opt->top > 0)
		warn_of(opt, given, 'b', why);
	else if (!opt->dedup.counts_only)
		return;
	for (size_t i = 0; i < sizeof(matching) / sizeof(*matching); i++)
		warn_of(opt, given, matching[i], why);
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
		warn_of(opt, given, 'a', "with --format=warc");
		warn_of(opt, given, OPT_TEXT_FIELD, "with --format=warc");
		warn_of(opt, given, OPT_ID_FIELD, "with --format=warc");
	}
	if (opt->show != SHOW_DIFF)
		warn_of(opt, given, OPT_COLOR, "without --diff");
	warn_beside_counting(opt, given);
	if (opt->loads.n == 0 && opt->save == NULL && opt->update == NULL &&
	    opt->against.n == 0)
		warn_of(opt, given, OPT_SEED, "without a table");
	if (opt->format != FORMAT_TEXT && opt->log == NULL &&
	    opt->show != SHOW_DIFF && opt->annotate == ANNOTATE_NONE &&
	    ((opt->save == NULL && opt->update == NULL) ||
	     d->counts_only) && !(opt->top > 0 && opt->json))
		warn_of(opt, given, OPT_ID_FIELD, "without --log, --diff or "
			"--annotate");
	if (opt->save == NULL && opt->update == NULL)
		warn_of(opt, given, OPT_ON_ERROR, "without --save or --update");
	if (opt->in_place)
		warn_of(opt, given, OPT_COMPRESS, "with --in-place");
	if (opt->show == SHOW_NOTHING)
		warn_of(opt, given, OPT_COMPRESS, "with --check");
	if (opt->progress == PROGRESS_ALWAYS)
		warn_of(opt, given, OPT_NO_PROGRESS, "before --progress");
	if (opt->progress == PROGRESS_NEVER)
		warn_of(opt, given, OPT_PROGRESS, "before --no-progress");
}

/*
 * "--in-place .bak a" would rewrite a and keep nothing of it.  Is that a suffix
 * rather than the name of a file?
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

/* Does its name say that it is compressed, though it would not be? */
static bool
is_misnamed(const struct options *opt)
{
	return opt->output != NULL && !opt->compress_given &&
	       compression_unknown(opt->output) != NULL;
}

/* The same, of where the output goes. */
static enum action
check_outputs(const struct options *opt)
{
	if ((opt->output != NULL) + (opt->output_dir != NULL) +
	    opt->in_place > 1)
		return option_wrong("--output, --output-dir and --in-place exclude "
			     "each other");
	if (opt->output_dir != NULL &&
	    (opt->show == SHOW_NOTHING || opt->show == SHOW_DIFF))
		return option_wrong("--output-dir: not with --check or --diff");
	if (opt->in_place && (opt->show != SHOW_KEPT ||
			      opt->annotate != ANNOTATE_NONE))
		return option_wrong("--in-place: not with --repeated, --check, --diff "
			     "or --annotate");
	if (opt->top > 0 && (opt->output_dir != NULL || opt->in_place ||
			     opt->min_doc_words > 0 || opt->guarded))
		return option_wrong("--top: only lists; not with --output-dir, "
			     "--in-place, --min-doc-words or --max-removed");
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
	if (opt->log != NULL &&
	    (compression_unknown(opt->log) != NULL ||
	     compression_of_suffix(opt->log).kind != COMPRESSION_NONE))
		return option_wrong("--log: %s: the log is not compressed: "
				    "give it another name", opt->log);
	if (opt->resume && opt->output_dir == NULL)
		return option_wrong("--resume: needs --output-dir");
	if (opt->resume && opt->guarded)
		return option_wrong("--resume and --max-removed exclude each other");
	return ACTION_FILTER;
}

/* --merge, --list, --test: what is for text is refused, each by its name. */
static enum action
check_tables(const struct options *opt, const bool *given)
{
	size_t modes = 0;

	for (size_t i = 0; i < option_count; i++)
		switch (option_table[i].id) {
		case OPT_MERGE: case OPT_LIST: case OPT_TEST:
			modes += given[i];
			break;
		case 'o': case OPT_JSON: case 'q': case OPT_MIN_COUNT:
			break;
		default:
			if (given[i])
				return option_wrong("--%s: not with --merge, --list "
					     "or --test", option_table[i].name);
		}
	if (modes > 1)
		return option_wrong("--merge, --list and --test exclude each other");
	if (opt->mode == MODE_MERGE && opt->output == NULL)
		return option_wrong("--merge: needs --output=FILE");
	if (opt->mode != MODE_MERGE && opt->min_count > 0)
		return option_wrong("--min-count: only with --merge");
	if (opt->mode != MODE_MERGE && opt->output != NULL)
		return option_wrong("--output: --list and --test write to standard "
			     "output");
	for (size_t i = 0; i < opt->nfiles; i++)
		if (strcmp(opt->files[i], "-") == 0)
			return option_wrong("--merge, --list and --test need tables "
				     "as operands");
	return ACTION_FILTER;
}

/* --counts-only: nothing is judged, and nothing goes out but a table. */
static enum action
check_counting(const struct options *opt, const bool *given)
{
	static const int others[] = {
		'o', OPT_OUTPUT_DIR, OPT_IN_PLACE, OPT_MIN_DOC_WORDS, 'd',
		OPT_ANNOTATE, OPT_CHECK, OPT_DIFF, OPT_TOP, OPT_LOG,
		OPT_AGAINST, OPT_MAX_REMOVED,
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (is_given(given, others[i]))
			return option_wrong("--counts-only: only counts; not "
					    "with --%s",
					    option_find(others[i])->name);
	if (opt->save == NULL && opt->update == NULL)
		return option_wrong("--counts-only: needs --save=TABLE or "
				    "--update=TABLE");
	return ACTION_FILTER;
}

/* Options that contradict each other. */
static enum action
check_together(const struct options *opt, const bool *given)
{
	const struct dedup_options *d = &opt->dedup;
	struct json_path path;
	int nshow = is_given(given, 'd') + is_given(given, OPT_CHECK) +
		    is_given(given, OPT_DIFF);

	if (json_path_parse(&path, opt->text_field) != 0)
		return option_wrong("--text-field: %s: not a path of field names",
			     opt->text_field);
	if (json_path_parse(&path, opt->id_field) != 0)
		return option_wrong("--id-field: %s: not a path of field names",
			     opt->id_field);
	if (nshow > 1)
		return option_wrong("--repeated, --check and --diff exclude each "
			     "other");
	if (opt->annotate != ANNOTATE_NONE && nshow > 0)
		return option_wrong("--annotate: not with --repeated, --check or "
			     "--diff");
	if (opt->mode != MODE_FILTER)
		return check_tables(opt, given);
	if (opt->min_count > 0)
		return option_wrong("--min-count: only with --merge");
	if (d->counts_only && check_counting(opt, given) != ACTION_FILTER)
		return ACTION_WRONG;
	if (opt->top > 0 && (nshow > 0 || opt->log != NULL ||
			     opt->annotate != ANNOTATE_NONE))
		return option_wrong("--top: only lists; not with --repeated, --check, "
			     "--diff, --log or --annotate");
	if (opt->top > 0 && (opt->loads.n > 0 || opt->save != NULL ||
			     opt->update != NULL || opt->against.n > 0))
		return option_wrong("--top: only lists; not with --load, --save, "
			     "--update or --against");
	if (d->scope == DEDUP_SCOPE_DOCUMENT && !d->counts_only &&
	    (opt->save != NULL || opt->update != NULL))
		return option_wrong("--scope=document: not with --save or --update");
	if (d->exact && d->contained)
		return option_wrong("--exact and --contained exclude each other");
	if (opt->separator != NULL && opt->format == FORMAT_JSONL)
		return option_wrong("--document-separator: not with --format=jsonl");
	if (opt->separator != NULL && opt->format == FORMAT_WARC)
		return option_wrong("--document-separator: not with --format=warc");
	if (opt->output != NULL && opt->show == SHOW_NOTHING)
		return option_wrong("--output: --check writes nothing");
	if (opt->min_doc_words > 0 &&
	    (opt->annotate != ANNOTATE_NONE ||
	     (opt->show != SHOW_KEPT && opt->show != SHOW_NOTHING)))
		return option_wrong("--min-doc-words: not with --repeated, --diff or "
			     "--annotate");
	return check_outputs(opt);
}

enum action
option_check(const struct options *opt, const bool *given)
{
	enum action action = check_together(opt, given);

	if (action == ACTION_FILTER)
		warn_of_useless(opt, given);
	return action;
}
