/*
 * The engine on arbitrary documents under arbitrary options: all that oracle.h
 * can tell of the answers has to hold.
 *
 *	byte 0	unit (2 bits), exact, fold_digits, contained, scope, keep,
 *		and whether the rest is text or line numbers
 *	byte 1	min_words - 1 (3 bits), ngram - 1 (2 bits), threshold (3 bits)
 *	byte 2	boilerplate (2 bits), reference documents (2 bits)
 *	rest	text with documents parted by form feeds; or a line of a
 *		fixed list a byte
 *
 * Without libFuzzer, -DFUZZ_MAIN makes a program that runs the files it is
 * given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

#define TEXT_MAX 4096		/* bytes; the oracle takes their square */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines that have much to do with one another. */
static const char *const line[] = {
	"", "\f", "", " ", "\r",
	"all of the words of this line are in one line of wrapped text",
	"all of the words of this line are in one line of wrapped text",
	"all of the words of this line are in one line, of wrapped text...",
	"all of the words of this line are...",
	"and then there is more of it that is said on the line after",
	"and then there is more of it that is said on the line after, 96",
	"and then there is more of it that is said on the line after, 98",
	"and then there is more...",
	"and then there is more",
	"all of the words of this line are in one line of wrapped text and "
	"then there is more of it that is said on the line after that",
	"all of the words of this line are in one line of wrapped text and "
	"then there is more",
	"all of the words of this line are in one line of wrapped text and "
	"then there is mo\xe2\x80\xa6",
	"AND THEN there is more of it that was said on the line after",
	"more of it that is said",
	"one two three four five six seven eight nine ten",
	"one two three four five six seven eight nine ten eleven",
	"one two three four five six seven eight nine",
	"one two three four five... Read more",
	"one two three four five [\xe2\x80\xa6]",
	"one two three fo...",
	"one two three four", "five six seven eight nine ten", "five six",
	"one two three", "four five six", "one two", "one two...", "one",
	"1", "2", "one 1", "one 2", "two", "by me", "by me", "by us",
	"```", "~~~", "``` c", "{", "}", "x = f(a[1], b[2]);", "f(a, b);",
	"list[0];", "list[1];", "list(0, 1);", "---", "\xe2\x80\xa6", "...",
	"Read more", "and so...", "and so on", "and so on it goes, on and on",
	"\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad",
	"\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad...", "\xff", "\xcc\x81",
	"caf\xc3\xa9 one two three", "cafe\xcc\x81 one two three",
	"one two three four five six seven eight nine caf\xc3\xa9",
	"one two three four five six seven eight nine cafe",
	"onetwo three four five six seven eight nine ten",
	"Photo: one two three four five six seven eight nine ten",
	"one two three four five six seven eight nine ten (by us)",
	"one two three four five six seven eight 9 6",
	"one two three four five six seven eight 96",
};

static void
must_hold(const char *what, const struct corpus *c,
	  const struct dedup_options *opt)
{
	if (what == NULL)
		return;
	fprintf(stderr, "%s\n", what);
	options_print(opt);
	corpus_print(c);
	abort();
}

static void
check(const struct corpus *c, struct dedup_options *opt, enum dedup_keep keep,
      uint64_t seed)
{
	struct answers a, b, none;
	uint64_t dropped = 0, bytes = 0;

	must_hold(ask(c, opt, PIECES_WHOLE, 0, &a), c, opt);
	must_hold(check_spans(c, &a), c, opt);
	must_hold(ask(c, opt, seed % 2 ? PIECES_BYTES : PIECES_RANDOM, seed,
		      &b), c, opt);
	must_hold(check_equal(&a, &b, true), c, opt);
	must_hold(check_witnesses(c, opt, &a), c, opt);
	must_hold(check_rules(c, opt, &a, NULL), c, opt);
	must_hold(second_pass(c, opt, &a, &dropped, &bytes), c, opt);
	if (keep == DEDUP_KEEP_NONE) {
		opt->keep = keep;
		must_hold(ask(c, opt, PIECES_WHOLE, 0, &none), c, opt);
		must_hold(check_spans(c, &none), c, opt);
		must_hold(check_keep_none(c, opt, &a, &none), c, opt);
		answers_free(&none);
	}
	answers_free(&a);
	answers_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const double threshold[] = {
		0, 0, 0, 0.8, 0.5, 0.9, 1, 0.01,
	};
	struct dedup_options opt;
	struct corpus c = { .n = 0 };
	char *text;
	size_t len = 0, start = 0;

	if (size < 3)
		return 0;
	dedup_options_init(&opt);
	opt.unit = data[0] & 3;
	opt.exact = data[0] >> 2 & 1;
	opt.fold_digits = data[0] >> 3 & 1;
	opt.contained = data[0] >> 4 & 1;
	opt.scope = data[0] >> 5 & 1;
	opt.min_words = 1 + (data[1] & 7);
	opt.ngram = 1 + (data[1] >> 3 & 3);
	opt.threshold = threshold[data[1] >> 5];
	opt.boilerplate = data[2] & 3;
	opt.boilerplate += opt.boilerplate == 1;
	opt.seeded = true;
	text = malloc(TEXT_MAX + 200);
	if (text == NULL)
		abort();
	for (size_t i = 3; i < size && len < TEXT_MAX; i++)
		if (data[0] >> 7) {
			const char *s = line[data[i] % (sizeof(line) /
							sizeof(line[0]))];

			memcpy(text + len, s, strlen(s));
			len += strlen(s);
			if (i + 1 < size || data[1] % 2 == 0)
				text[len++] = '\n';
		} else {
			text[len++] = (char)data[i];
		}
	for (size_t i = 0; i <= len && c.n < MAX_DOCUMENTS; i++)
		if (i == len || text[i] == '\f') {
			corpus_add(&c, text + start, i - start);
			start = i + 1;
		}
	free(text);
	c.nreference = data[2] >> 2 & 3;
	if (c.nreference > c.n)
		c.nreference = c.n;
	check(&c, &opt, data[0] >> 6 & 1, size);
	corpus_free(&c);
	return 0;
}

#ifdef FUZZ_MAIN
static int
replay(const char *name)
{
	FILE *f = fopen(name, "rb");
	uint8_t *p = malloc(TEXT_MAX + 2);
	size_t n;

	if (f == NULL || p == NULL) {
		perror(name);
		return -1;
	}
	n = fread(p, 1, TEXT_MAX + 2, f);
	fclose(f);
	LLVMFuzzerTestOneInput(p, n);
	free(p);
	return 0;
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]) != 0)
			return 1;
	return 0;
}
#endif
