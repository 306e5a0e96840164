/*
 * The command line.  The parser, --help, the shell completions and the check
 * that dedup(1) names every option are all made from one table, in
 * option_table.c.  Options of the library are in it by name only.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compression.h"
#include "dedup.h"

enum format { FORMAT_AUTO, FORMAT_TEXT, FORMAT_JSONL, FORMAT_WARC };
/* How to mark what would be removed, if nothing is removed. */
enum annotate { ANNOTATE_NONE, ANNOTATE_TEXT, ANNOTATE_JSONL, ANNOTATE_DOLMA };

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

/* What is written to the output. */
enum show {
	SHOW_KEPT,		/* the text without what is removed */
	SHOW_REMOVED,		/* what is removed (-d) */
	SHOW_DIFF,		/* both, for people (--diff) */
	SHOW_NOTHING,		/* --check */
};

/* What to do if memory is full. */
enum on_full { ON_FULL_PASS, ON_FULL_FAIL };

/* What happens to a table after an error that left the output complete. */
enum on_error { ON_ERROR_LEAVE, ON_ERROR_SAVE };

/* What the run is about. */
enum mode {
	MODE_FILTER,
	MODE_MERGE,		/* operands are tables, merged into the output */
	MODE_LIST,		/* operands are tables, listed */
	MODE_TEST,		/* operands are tables, checked */
};

/* All values of an option that may be repeated. */
struct names {
	char **name;		/* in argv; the array is ours */
	size_t n, room;
};

#define OPTIONS_MAX 64		/* more options than there are */

struct options {
	enum mode mode;
	struct dedup_options dedup;
	enum format format;
	enum show show;
	enum color color;
	enum annotate annotate;
	const char *text_field, *id_field;
	unsigned except;	/* --except: bits of reasons, as in dedup.only */
	const char *separator;	/* of documents; NULL: a file is one */
	const char *output;	/* NULL: standard output */
	const char *output_dir;	/* NULL: none */
	const char *suffix;	/* --in-place: of backups; NULL: none */
	const char *after_in_place;	/* the argument after it, or NULL */
	struct compression compress;
	uint64_t min_doc_words;	/* 0: keep all documents */
	bool drop_listed;
	const char *log;	/* NULL: none; "-": standard output */
	const char *groups;	/* NULL: none */
	const char *report;	/* NULL: none */
	double max_removed;
	uint64_t deciders;	/* hash of all options that the output depends
				 * on, and their arguments */
	enum progress_when progress;
	bool stats, json, quiet;
	bool text;		/* --text: read binary data as text */
	bool recursive;
	bool in_place, resume;
	bool compress_given;	/* otherwise the suffix decides */
	bool id_given;		/* id_field was */
	bool guarded;		/* max_removed was given */
	bool pages;		/* form feeds part documents, which are pages */
	uint64_t top;		/* list so many texts; 0: filter */
	struct names loads, against;	/* --load, --against */
	struct names against_fields;	/* of each in 'against'; NULL: the text
					 * field */
	const char *against_field;	/* of those that have none of their own */
	const char *save, *update;	/* NULL: none */
	uint64_t min_count;	/* --merge: least count to keep; 0: all */
	uint64_t window;	/* longest window of compressed input, bytes */
	enum on_full on_full;
	enum on_error on_error;
	bool threads_given;	/* otherwise one thread if the input is not a
				 * file */
	struct names lists;	/* --files-from */
	char **files;		/* operands; "-" is standard input */
	size_t nfiles;

	/* What was given, by the option's number in option_table.c. */
	bool given[OPTIONS_MAX];
	const char *arg[OPTIONS_MAX];	/* the last time; or NULL */
};

/* May whole documents be dropped? */
static inline bool
options_drop(const struct options *opt)
{
	return opt->min_doc_words > 0 || opt->drop_listed;
}

/* Does the name of an output stand for standard output? */
static inline bool
options_is_stdout(const char *name)
{
	return name != NULL && name[0] == '-' && name[1] == '\0';
}

/* What the command line asks for. */
enum action {
	ACTION_FILTER,
	ACTION_DONE,		/* --help and the like: it was printed */
	ACTION_WRONG,		/* it is wrong, and a message was printed */
};

/*
 * Read the command line into *opt, whose strings point into argv; always free
 * it.  Messages go to standard error; --help and the like to standard output.
 */
enum action options_parse(struct options *opt, int argc, char **argv);
void options_free(struct options *opt);

/*
 * Do the options fit together?  ACTION_FILTER, with warnings about those that
 * have no effect; or ACTION_WRONG with a message printed.
 */
enum action option_check(const struct options *opt);

#endif
