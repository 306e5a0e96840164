/* One output has one format. */
#include "format_check.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "format_guess.h"

/* Is the output one file of records or text as they came? */
static bool
is_one_output(const struct options *opt)
{
	return opt->output_dir == NULL && !opt->in_place && opt->top == 0 &&
	       !opt->dedup.counts_only &&
	       (opt->show == SHOW_KEPT || opt->show == SHOW_REMOVED) &&
	       opt->annotate != ANNOTATE_JSONL &&
	       opt->annotate != ANNOTATE_DOLMA;
}

const char *
format_check_next(struct format_check *c, const struct options *opt,
		  enum format format)
{
	static const char *const why[] = {
		[FORMAT_TEXT] = "it is text, unlike the input before it: "
				"one output cannot hold both; see --output-dir",
		[FORMAT_JSONL] = "it is JSONL, unlike the input before it: "
				 "one output cannot hold both; see --output-dir",
		[FORMAT_WARC] = "it is WARC, unlike the input before it: "
				"one output cannot hold both; see --output-dir",
	};

	if (c->format == format)
		return NULL;
	if (c->format == FORMAT_AUTO) {
		c->format = format;
		return NULL;
	}
	return is_one_output(opt) ? why[format] : NULL;
}

const char *
format_check_names(const struct options *opt, const struct files *files,
		   const char **why)
{
	struct format_check c = { .format = FORMAT_AUTO };

	for (size_t i = 0; i < files->n && opt->format == FORMAT_AUTO; i++) {
		const char *path = files->file[i].path;
		enum format format = format_of_name(path);

		if (format == FORMAT_AUTO)
			continue;
		*why = format_check_next(&c, opt, format);
		if (*why != NULL)
			return path;
	}
	return NULL;
}
