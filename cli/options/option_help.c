/* --help, --version and --completion, from the table of options. */
#include <stdio.h>
#include <string.h>

#include "option.h"
#include "option_wrong.h"
#include "value.h"

#define HELP_WIDTH 47		/* columns of it, behind the options */

/* The help of an option, with its default. */
static void
put_help(const struct option_info *o, char *to, size_t size)
{
	const char *usual = o->usual != NULL ? o->usual : "";
	size_t len = strlen(usual);

	if (o->usual == NULL && o->type == OPTION_WORD && o->first == 0)
		len = value_word_at(o->values, 0, &usual);
	snprintf(to, size, len > 0 ? "%s (%.*s)" : "%s", o->help, (int)len,
		 usual);
}

/* What people come with. */
static const struct {
	const char *what, *command;
} tasks[] = {
	{ "an article", "dedup article.txt > clean.txt" },
	{ "what goes, and why", "dedup --diff article.txt" },
	{ "the pages of a site", "dedup -r pages --output-dir=clean" },
	{ "menus and footers too", "dedup -b 10% -r pages --output-dir=clean" },
	{ "a dump", "dedup --text-field=text -o clean.jsonl dump.jsonl.gz" },
	{ "a crawl", "dedup -o clean.warc.wet crawl.warc.wet.gz" },
	{ "decontamination",
	  "dedup --against=bench.jsonl --drop-listed train.jsonl" },
	{ "  that, and no more", "... --only=listed" },
	{ "known from before", "dedup --update=seen.table today.jsonl" },
	{ "text of a PDF", "pdftotext book.pdf - | dedup --pages" },
	{ "a list of lines", "dedup -x -u line -m 1 names.txt" },
};

/* An option and its help, in lines of 79 columns. */
static void
print_option(const char *left, const char *help)
{
	printf("  %-29s", left);
	while (strlen(help) > HELP_WIDTH) {
		size_t n = HELP_WIDTH;

		while (help[n] != ' ')
			n--;
		printf(" %.*s\n%31s", (int)n, help, "");
		help += n + 1;
	}
	printf(" %s\n", help);
}

enum action
option_help(const struct option_info *unused, const char *arg)
{
	bool all = arg == NULL;

	(void)unused;
	printf("Usage: dedup [OPTION]... [FILE]...\n"
	       "Remove text that says again what was said: copies, "
	       "near-copies, repeated\ncaptions, cut-off teasers and "
	       "boilerplate.  Without FILE, or if FILE is -, read\nstandard "
	       "input; write what is kept to standard output.\n\n");
	for (size_t i = 0; i < sizeof(tasks) / sizeof(*tasks); i++)
		printf("  %-22s %s\n", tasks[i].what, tasks[i].command);
	for (size_t i = 0; i < option_count; i++) {
		struct option_info o = option_at(i);
		char left[64], help[128];
		int n;

		if (!all && !o.often)
			continue;
		if (o.group != NULL && all)
			printf("\n%s:\n", o.group);
		else if (i == 0)
			printf("\n");
		n = o.letter != '\0' ? snprintf(left, sizeof(left), "-%c, ",
					       o.letter)
				    : snprintf(left, sizeof(left), "    ");
		snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s",
			 o.name, option_is_optional(&o) ? "[=" :
			 o.arg != NULL ? "=" : "",
			 o.arg != NULL ? o.arg + option_is_optional(&o) : "");
		put_help(&o, help, sizeof(help));
		print_option(left, help);
	}
	printf("\nExit status: 0 done; 1 --check found something to remove; "
	       "2 trouble.\n%s: man dedup\n",
	       all ? "Full documentation" :
		     "All options: dedup --help; full documentation");
	return ACTION_DONE;
}

enum action
option_version(const struct option_info *unused, const char *arg)
{
	(void)unused;
	(void)arg;
	printf("dedup %s\n", dedup_version());
	return ACTION_DONE;
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
	for (size_t i = 0; i < option_count; i++) {
		struct option_info o = option_at(i);

		if (o.arg == NULL || option_is_optional(&o))
			continue;
		printf("\t--%s", o.name);
		if (o.letter != '\0')
			printf("|-%c", o.letter);
		if (o.values == NULL)
			printf(") return ;;\n");
		else if (strcmp(o.values, "FILE") == 0)
			printf(") mapfile -t COMPREPLY < "
			       "<(compgen -f -- \"$cur\"); return ;;\n");
		else if (strcmp(o.values, "DIR") == 0)
			printf(") mapfile -t COMPREPLY < "
			       "<(compgen -d -- \"$cur\"); return ;;\n");
		else
			printf(") mapfile -t COMPREPLY < <(compgen -W '%s' "
			       "-- \"$cur\"); return ;;\n", o.values);
	}
	printf("\tesac\n\tcase $cur in\n\t-*) mapfile -t COMPREPLY < "
	       "<(compgen -W '");
	for (size_t i = 0; i < option_count; i++) {
		struct option_info o = option_at(i);

		printf("%s--%s%s", i > 0 ? " " : "", o.name,
		       o.arg != NULL && !option_is_optional(&o) ? "=" : "");
	}
	/* What is still to be written follows the "=" at once. */
	printf("' -- \"$cur\")\n"
	       "\t\tif [[ ${COMPREPLY[0]} == *= ]]; then compopt -o "
	       "nospace 2>/dev/null || :; fi ;;\n"
	       "\t*) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
	       "\tesac\n}\n"
	       "complete -o filenames -F _dedup dedup\n");
}

/* Print 'help' with its default filled in, without quotes and brackets. */
static void
print_plain(const struct option_info *o)
{
	char help[128];

	put_help(o, help, sizeof(help));
	for (const char *p = help; *p != '\0'; p++)
		putchar(*p == '\'' || *p == '[' || *p == ']' || *p == ':'
			? ' ' : *p);
}

static void
print_zsh(void)
{
	printf("#compdef dedup\n# zsh completion for dedup\n_arguments -s \\\n");
	for (size_t i = 0; i < option_count; i++) {
		struct option_info o = option_at(i);
		const char *eq = option_is_optional(&o) ? "=-" :
				 o.arg != NULL ? "=" : "";

		if (o.letter != '\0')
			printf("\t'(-%c --%s)'{-%c%s,--%s%s}'[", o.letter,
			       o.name, o.letter, o.arg != NULL ? "+" : "",
			       o.name, eq);
		else
			printf("\t'--%s%s[", o.name, eq);
		print_plain(&o);
		printf("]");
		if (o.arg != NULL) {
			printf("%s%.*s:", option_is_optional(&o) ? "::" : ":",
			       (int)strcspn(o.arg + option_is_optional(&o), "]"),
			       o.arg + option_is_optional(&o));
			if (o.values == NULL)
				printf(" ");
			else if (strcmp(o.values, "FILE") == 0)
				printf("_files");
			else if (strcmp(o.values, "DIR") == 0)
				printf("_files -/");
			else
				printf("(%s)", o.values);
		}
		printf("' \\\n");
	}
	printf("\t'*:file:_files'\n");
}

static void
print_fish(void)
{
	printf("# fish completion for dedup\n");
	for (size_t i = 0; i < option_count; i++) {
		struct option_info o = option_at(i);

		printf("complete -c dedup -l %s", o.name);
		if (o.letter != '\0')
			printf(" -s %c", o.letter);
		if (o.arg != NULL && o.values != NULL &&
		    strcmp(o.values, "FILE") == 0)
			printf(" -r -F");
		else if (o.arg != NULL && o.values != NULL &&
			 strcmp(o.values, "DIR") == 0)
			printf(" -x -a '(__fish_complete_directories)'");
		else if (o.arg != NULL && o.values != NULL)
			printf(" -x -a '%s'", o.values);
		else if (o.arg != NULL && !option_is_optional(&o))
			printf(" -x");
		printf(" -d '");
		print_plain(&o);
		printf("'\n");
	}
}

enum action
option_completion(const struct option_info *o, const char *arg)
{
	if (strcmp(arg, "bash") == 0)
		print_bash();
	else if (strcmp(arg, "zsh") == 0)
		print_zsh();
	else if (strcmp(arg, "fish") == 0)
		print_fish();
	else
		return option_wrong_value(o, arg, "not bash, zsh or fish");
	return ACTION_DONE;
}
