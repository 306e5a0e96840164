/*
 * What a misspelt option was meant to be: by the number of letters that differ,
 * and by a list of what other tools call it.
 */
#include "option_near.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

#define LONGEST 32	/* bytes; what is longer is not compared */

static char one[] = "1";

const struct option_alias option_aliases[] = {
	{ "colour", "color", NULL, false },
	{ "jobs", "threads", NULL, false },
	{ "files0-from", "files-from", NULL, false },
	{ "drop-empty", "min-doc-words", one, false },
	{ "dry-run", "check", NULL, true },
	{ NULL, NULL, NULL, false },
};

/* What is asked of other tools, and what to say. */
static const struct {
	const char *name, *advice;
} elsewhere[] = {
	{ "i", "--in-place=.bak rewrites files; case makes no difference" },
	{ "ignore-case", "case makes no difference to dedup" },
	{ "j", "-T N sets the number of threads" },
	{ "workers", "-T N sets the number of threads" },
	{ "parallel", "-T N sets the number of threads" },
	{ "c", "--groups=FILE has the number of copies; --check only looks" },
	{ "count", "--groups=FILE has the number of copies" },
	{ "D", "-d prints what would be removed" },
	{ "R", "-r reads the files of a folder" },
	{ "l", "-u line judges each line" },
	{ "p", "--pages reads what pdftotext writes" },
	{ "e", "--except=REASON,..." }, { "k", "--text-field=NAME" },
	{ "g", "--groups=FILE lists what belongs together" },
	{ "H", "file names are in --log and --diff" },
	{ "key", "--text-field=NAME" }, { "field", "--text-field=NAME" },
	{ "column", "--text-field=NAME" },
	{ "json-field", "--text-field=NAME" },
	{ "input", "files to read are operands" },
	{ "delimiter", "--document-separator=LINE" },
	{ "separator", "--document-separator=LINE" },
	{ "fuzzy", "--threshold=0.8 removes similar text" },
	{ "similarity", "--threshold=0.8 removes similar text" },
	{ "jaccard", "--threshold=0.8 removes similar text" },
	{ "minhash", "--threshold=0.8 removes similar text" },
	{ "inplace", "--in-place" }, { "backup", "--in-place=SUFFIX" },
	{ "no-color", "--color=never" }, { "gzip", "--compress=gzip" },
	{ "no-progress", "--progress=never" },
	{ "zstd", "--compress=zstd" }, { "decontaminate", "--against=FILE" },
	{ "benchmark", "--against=FILE" }, { "include", "find ... | dedup "
	  "--files-from=- chooses files" },
	{ "html", "convert it first: trafilatura < FILE | dedup" },
	{ "save-table", "--save=TABLE" }, { "load-table", "--load=TABLE" },
};

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * How many letters are added, missing, replaced or exchanged with the next one
 * (Damerau 1964)?  UINT_MAX: the words are too long.
 */
static unsigned
distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned d[LONGEST + 1][LONGEST + 1];

	if (n > LONGEST || m > LONGEST)
		return ~0U;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = (unsigned)i;
	for (size_t k = 0; k <= m; k++)
		d[0][k] = (unsigned)k;
	for (size_t i = 1; i <= n; i++)
		for (size_t k = 1; k <= m; k++) {
			d[i][k] = least(d[i - 1][k - 1] +
					(a[i - 1] != b[k - 1]),
					least(d[i - 1][k], d[i][k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1])
				d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
		}
	return d[n][m];
}

/* So many differences are a slip: one in three letters. */
static unsigned
allowed(size_t len)
{
	return len < 3 ? 0 : len < 6 ? 1 : len < 9 ? 2 : 3;
}

static const char *
nearest_option(const char *name, size_t len)
{
	unsigned best = allowed(len) + 1;
	const char *found = NULL;

	for (size_t i = 0; i < option_count; i++) {
		const char *other = option_name(i);
		unsigned d = distance(name, len, other, strlen(other));

		if (d < best) {
			best = d;
			found = other;
		}
	}
	return found;
}

void
option_advise(const char *name, size_t len, char *to, size_t size)
{
	const char *near;

	*to = '\0';
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		if (strlen(elsewhere[i].name) == len &&
		    memcmp(elsewhere[i].name, name, len) == 0) {
			snprintf(to, size, "; see %s", elsewhere[i].advice);
			return;
		}
	near = len > 1 ? nearest_option(name, len) : NULL;
	if (near != NULL)
		snprintf(to, size, "; did you mean --%s?", near);
}

const char *
option_nearest_word(const char *words, const char *text, size_t *len)
{
	unsigned best = allowed(strlen(text)) + 1;
	const char *word, *found = NULL;
	size_t n;

	for (unsigned i = 0; (n = value_word_at(words, i, &word)) > 0; i++) {
		unsigned d = distance(text, strlen(text), word, n);

		/* "para" is the beginning of one. */
		if (strlen(text) > 1 && strlen(text) < n &&
		    memcmp(text, word, strlen(text)) == 0)
			d = 1;
		if (d < best) {
			best = d;
			found = word;
			*len = n;
		}
	}
	return found;
}
