/*
 * The command line.  One table of options, in option_table.c, is what the
 * parser, --help, the shell completions and the check that dedup(1) names
 * every option are made of.  What the library has an option for is told there
 * by its name alone.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compression.h"
#include "dedup.h"

enum format { FORMAT_AUTO, FORMAT_TEXT, FORMAT_JSONL, FORMAT_WARC };
/* How what would be removed is marked, where it stays. */
enum annotate { ANNOTATE_NONE, ANNOTATE_TEXT, ANNOTATE_JSONL, ANNOTATE_DOLMA };

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

/* What goes to the output. */
enum show {
	SHOW_KEPT,		/* the text without what is removed */
	SHOW_REMOVED,		/* what is removed (-d) */
	SHOW_DIFF,		/* both, for people (--diff) */
	SHOW_NOTHING,		/* --check */
};

/* Once the memory is full. */
enum on_full { ON_FULL_PASS, ON_FULL_FAIL };

/* What becomes of a table after trouble that left the output whole. */
enum on_error { ON_ERROR_LEAVE, ON_ERROR_SAVE };

/* What the run is about. */
enum mode {
	MODE_FILTER,
	MODE_MERGE,		/* operands are tables, merged into the output */
	MODE_LIST,		/* operands are tables, listed */
	MODE_TEST,		/* operands are tables, checked */
};

/* What an option was given, each time. */
struct names {
	char **name;		/* of argv; the array is to be freed */
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
	const char *separator;	/* of documents; NULL: a file is one */
	const char *output;	/* NULL: standard output */
	const char *output_dir;	/* NULL: none */
	const char *suffix;	/* --in-place: of originals; NULL: none stay */
	const char *after_in_place;	/* the argument behind it, or NULL */
	struct compression compress;
	uint64_t min_doc_words;	/* 0: no matter how few */
	const char *log;	/* NULL: none */
	double max_removed;
	uint64_t deciders;	/* stands for all options that the output
				 * depends on, and their arguments */
	enum progress_when progress;
	bool stats, json, quiet;
	bool text;		/* --text: binary data is text, too */
	bool in_place, resume;
	bool compress_given;	/* else it goes by the suffix */
	bool id_given;		/* id_field was */
	bool guarded;		/* max_removed holds */
	uint64_t top;		/* list so many texts; 0: filter */
	struct names loads, against;	/* --load, --against */
	const char *save, *update;	/* NULL: none */
	uint64_t min_count;	/* --merge: see there; 0: all counts stay */
	uint64_t window;	/* of compressed input: bytes, at most */
	enum on_full on_full;
	enum on_error on_error;
	bool threads_given;	/* else: one where the input is no file */
	const char *list;	/* --files-from; NULL: none */
	const char *list0;	/* --files0-from */
	char **files;		/* operands; "-" is standard input */
	size_t nfiles;

	/* What was given, by the option's number in option_table.c. */
	bool given[OPTIONS_MAX];
	const char *arg[OPTIONS_MAX];	/* the last time; or NULL */
};

/* What the command line asks for. */
enum action {
	ACTION_FILTER,
	ACTION_DONE,		/* --help and the like: it was printed */
	ACTION_WRONG,		/* it is wrong, which has been said */
};

/*
 * Read the command line into *opt, whose strings point into argv; free it in
 * any case.  Messages go to standard error, what was asked for to standard
 * output.
 */
enum action options_parse(struct options *opt, int argc, char **argv);
void options_free(struct options *opt);

/*
 * Do the options go together?  ACTION_FILTER, after warnings of those that do
 * nothing; or ACTION_WRONG, and it was said why.
 */
enum action option_check(const struct options *opt);

#endif
