/*
 * growth: what text costs that is meant to be slow, and twice as much of it.
 *
 * Prints a Markdown table: nanoseconds of processor time a byte of n and of 2n
 * bytes, the best of some runs, and their ratio, which is about 1 where time
 * is linear; and first of each part ordinary text, to compare with.  It judges
 * nothing: what time is measured hangs on who else uses the machine.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dedup.h"
#include "table.h"
#include "unit.h"
#include "warc.h"
#include "words.h"

#define LEN(a)	(sizeof(a) / sizeof((a)[0]))
#define RUNS	5
#define ORDINARY "Кабель 1 идёт к стене, не к двери.\n"

/* Something to be measured: it does its work on s[0..len). */
typedef void work(const char *s, size_t len);

static void
must_be(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "growth: %s failed\n", what);
		exit(2);
	}
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

/* ns a byte. */
static double
cost_of(work *w, const char *s, size_t len)
{
	double best = 1e18;

	for (int i = 0; i < RUNS; i++) {
		double from = now(), taken;

		w(s, len);
		taken = now() - from;
		if (taken < best)
			best = taken;
	}
	return best / (double)len;
}

/* 'unit' again and again, whole ones, up to len bytes; to be freed. */
static char *
repeated(const char *unit, size_t *len)
{
	size_t n = strlen(unit), times = *len / n;
	char *p = malloc(times * n + 1);

	must_be(p != NULL, "malloc");
	for (size_t i = 0; i < times; i++)
		memcpy(p + i * n, unit, n);
	*len = times * n;
	return p;
}

/* As a cell of the table: no bar, no newline, not long. */
static void
print_name(const char *s)
{
	int n = 0;

	for (; *s != '\0' && n < 40; s++, n++) {
		unsigned char c = (unsigned char)*s;

		if (c < ' ' || c >= 0x7f || c == '|')
			n += printf("\\x%02x", c) - 1;
		else
			putchar(c);
	}
}

static void
print_row(const char *what, const char *shape, double once, double twice)
{
	printf("| %s | ", what);
	print_name(shape);
	printf(" | %.1f | %.1f | %.2f |\n", once, twice, twice / once);
	fflush(stdout);
}

static void
measure(const char *what, work *w, const char *unit, size_t n)
{
	double cost[2];

	for (size_t i = 0; i < 2; i++) {
		size_t len = n << i;
		char *p = repeated(unit, &len);

		cost[i] = cost_of(w, p, len);
		free(p);
	}
	print_row(what, unit, cost[0], cost[1]);
}

/* Words of a text, and its units. */

static struct words_reader *reader;

static void
read_words(const char *s, size_t len)
{
	struct scan scan = { 0 };

	must_be(words_read(reader, &scan, s, len, 0) == 0, "words_read");
	scan_free(&scan);
}

static void
words(void)
{
	static const char *const shapes[] = {
		ORDINARY, "\u0301", "\u0301\u0323",
		"e\u0323\u0301\u0327\u0308\u05b0", "\ufdfa", "\ufdfa\u0301",
		"\u0344", "\u0f73", "가\u11a8", "ᅡ", "각", "a\u0301",
		"ab\u0301", "\xe4", "\xe4\u0301", "\xc3\u00ad", "ßﬁ", "ที่",
		"कि", "ｶﾞ", "\u00ad", "ab\xe4", "\ufdfa1", "1\u0301", "a", ".",
		"1", "1.", "-", "a-", "&", "&amp;", "http://a", "a@", "a\n",
	};

	for (int fold = 0; fold < 2; fold++) {
		reader = words_new(fold);
		must_be(reader != NULL, "words_new");
		for (size_t i = 0; i < LEN(shapes); i++)
			measure(fold ? "words, digits folded" : "words",
				read_words, shapes[i], 200000);
		words_free(reader);
	}
}

/* A state of its own for each text, all of it one document. */
static void
judge_document(const char *s, size_t len, double threshold)
{
	struct dedup_options opt;
	struct dedup_verdict v;
	struct dedup *d;

	dedup_options_init(&opt);
	opt.seeded = true;
	opt.threshold = threshold;
	must_be(dedup_new(&opt, &d) == DEDUP_OK &&
		dedup_document(d, s, len, &v) == DEDUP_OK, "dedup_document");
	dedup_free(d);
}

static void
read_document(const char *s, size_t len)
{
	judge_document(s, len, 0);
}

static void
read_similar(const char *s, size_t len)
{
	judge_document(s, len, 0.5);
}

static void
documents(void)
{
	static const char *const shapes[] = {
		"The ferry was late and cold.\n", "a\n", "A\n", "```\n",
		"~~~\nx\n", ".\n", "* a\n", "a:\n b\n", "a\nB ", "|\n", "│ │\n",
		"> a\n", "{\n", "(1) a\n", "\n", " ", "x", "a ", "a a a a a\n",
		"The ferry was late again and it was cold and nobody came,\n",
		"The ferry was late again and it was cold and nobody came.\n",
		"The ferry was late again and it was cold ...\n\n",
		"and so on, as the man on the quay had said it would be\n",
		"x[0] = y[1];\n", "\t\t\t\t\t\t\t\t\n", "&lt;", "1", "1.5 ",
	};

	for (size_t i = 0; i < LEN(shapes); i++)
		measure("document", read_document, shapes[i], 500000);
	for (size_t i = 0; i < LEN(shapes); i++)
		measure("document, -t .5", read_similar, shapes[i], 500000);
}

/* Two long texts of one word, one of which has another word at the end. */
static double
near_of(uint32_t n)
{
	struct dedup_options opt;
	struct dedup_verdict v;
	double best = 1e18;
	char *s[2];

	for (int i = 0; i < 2; i++) {
		size_t len = 0;

		s[i] = malloc(4 * (size_t)n);
		must_be(s[i] != NULL, "malloc");
		for (uint32_t j = 0; j < n; j++)
			len += (size_t)sprintf(s[i] + len, "%s ",
				i == 1 && j > n * 9 / 10 ? "aa" : "a");
	}
	for (int run = 0; run < RUNS; run++) {
		struct dedup *d;
		double from;

		dedup_options_init(&opt);
		opt.seeded = true;
		must_be(dedup_new(&opt, &d) == DEDUP_OK &&
			dedup_document(d, s[0], strlen(s[0]), &v) == DEDUP_OK,
			"dedup_document");
		from = now();
		must_be(dedup_document(d, s[1], strlen(s[1]), &v) == DEDUP_OK,
			"dedup_document");
		if (now() - from < best)
			best = now() - from;
		dedup_free(d);
	}
	best /= (double)strlen(s[1]);
	free(s[0]);
	free(s[1]);
	return best;
}

static void
header(const char *s, size_t len)
{
	struct warc_record r = { 0 };

	for (size_t n = 0; n < len; n++)
		must_be(warc_scan(s, n, false, &r) == 0, "warc_scan");
}

/* A header that comes byte by byte. */
static void
headers(void)
{
	double cost[2];

	for (size_t i = 0; i < 2; i++) {
		size_t size = WARC_HEADER_MAX / 2 << i;
		char *p = malloc(size);

		must_be(p != NULL, "malloc");
		memset(p, 'x', size);
		memcpy(p, "WARC/1.0\r\n", 10);
		for (size_t k = size / 2; k < size; k += 2)
			p[k] = '\n';
		cost[i] = cost_of(header, p, size);
		free(p);
	}
	print_row("WARC", "a header in single bytes", cost[0], cost[1]);
}

/* Counts of n texts: to make, and to save. */
static double
counts_of(unsigned n, bool save, const char *path)
{
	struct dedup_options opt;
	struct dedup_verdict v;
	struct dedup *d;
	char why[DEDUP_WHY], text[4096];
	uint64_t bytes = 0;
	double from = now(), taken;

	dedup_options_init(&opt);
	opt.seeded = true;
	opt.count = true;
	must_be(dedup_new(&opt, &d) == DEDUP_OK, "dedup_new");
	for (unsigned i = 0; i < n; i++) {
		int len = 0;

		for (unsigned j = 0; j < 10; j++)
			len += snprintf(text + len,
				sizeof(text) - (size_t)len,
				"one two three four five %u a%u b%u.\n\n",
				i, j, i * j);
		must_be(dedup_document(d, text, (size_t)len, &v) == DEDUP_OK,
			"dedup_document");
		bytes += (uint64_t)len;
	}
	if (save) {
		from = now();
		must_be(dedup_save(d, path, NULL, NULL, why) == DEDUP_OK,
			"dedup_save");
	}
	taken = now() - from;
	dedup_free(d);
	return taken / (double)bytes;
}

static void
counts(void)
{
	char path[] = "/tmp/growth.XXXXXX";
	int fd = mkstemp(path);

	must_be(fd >= 0, "mkstemp");
	close(fd);
	for (int save = 0; save < 2; save++)
		print_row("counts", save ? "to save" : "to count",
			  counts_of(6000, save, path),
			  counts_of(12000, save, path));
	unlink(path);
}

int
main(void)
{
	printf("| what | text | ns a byte of n | of 2n | ratio |\n"
	       "| --- | --- | ---: | ---: | ---: |\n");
	words();
	documents();
	print_row("near", "one word again and again", near_of(60000),
		  near_of(120000));
	headers();
	counts();
	return 0;
}
