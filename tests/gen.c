/*
 * gen: seeded corpora for `make bench` and for tests.
 *
 *	gen [-s SEED] [-b BYTES] [-k KIND] [-l FILE] > out
 *
 * The text is made of pseudo-words with natural lengths and frequencies, so
 * no word list is needed.  One seed always gives the same bytes, and a longer
 * corpus begins with the shorter one.  Nothing that was written is remembered:
 * every unit is a function of the seed and its index, and a copy is made by
 * composing the unit of an earlier index again.  So memory does not grow.
 */
#define _POSIX_C_SOURCE 200809L	/* getopt */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VOCABULARY 60000	/* fits the uint16_t of a token */
#define ZIPF_SIZE (1u << 20)	/* the rarest word still gets an entry */
#define MAX_WORDS 192
#define MAX_TEXT 8192		/* a unit is at most MAX_WORDS words of 19 */
#define FIRST_COPY 100		/* as many fresh units before the first copy */

struct rng {
	uint64_t state;
};

struct word {
	char text[16];		/* five syllables of up to three, and a coda */
	uint8_t len;
};

/* Words by falling frequency, and a table that draws them accordingly. */
struct language {
	struct word word[VOCABULARY];
	uint16_t zipf[ZIPF_SIZE];
};

struct token {
	uint16_t word;
	bool capital;
	char mark;		/* punctuation after the word, or 0 */
};

struct text {
	char data[MAX_TEXT];
	size_t len;
};

struct gen {
	const struct language *lang;
	FILE *out;
	FILE *labels;		/* or NULL */
	uint64_t seed;
	uint64_t target;	/* bytes to write, at least */
	uint64_t written;
};

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t
rng_next(struct rng *r)
{
	uint64_t z = (r->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to n - 1.  The bias is below n / 2^32, which no corpus shows. */
static uint32_t
rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)(((rng_next(r) >> 32) * n) >> 32);
}

static uint32_t
rng_between(struct rng *r, uint32_t low, uint32_t high)
{
	return low + rng_below(r, high - low + 1);
}

/* The generator of unit 'index' alone, whatever was drawn before. */
static struct rng
rng_at(uint64_t seed, uint64_t index)
{
	struct rng r = { seed };

	r.state = rng_next(&r) ^ index;
	r.state = rng_next(&r);
	return r;
}

/*
 * One of 'n' earlier units.  The bound is halved a random number of times,
 * so that a few units are copied very often, as boilerplate is.
 */
static uint64_t
earlier_unit(struct rng *r, uint64_t n)
{
	unsigned bits = 0;

	while (n >> bits > 1)
		bits++;
	n >>= rng_below(r, bits + 1);
	return rng_next(r) % n;
}

static void
word_add(struct word *w, const char *s)
{
	size_t len = strlen(s);

	assert(w->len + len <= sizeof(w->text));
	memcpy(w->text + w->len, s, len);
	w->len = (uint8_t)(w->len + len);
}

static void
word_make(struct word *w, struct rng *r, unsigned nsyllables)
{
	static const char *const onset[] = {
		"b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s",
		"t", "v", "w", "z", "c", "j", "st", "tr", "pr", "gl",
	};
	static const char *const vowel[] = {
		"a", "e", "i", "o", "u", "a", "e", "i",
	};
	static const char coda[][2] = { "n", "r", "s", "l", "t" };

	memset(w, 0, sizeof(*w));
	for (unsigned i = 0; i < nsyllables; i++) {
		word_add(w, onset[rng_below(r, sizeof(onset) /
		    sizeof(*onset))]);
		word_add(w, vowel[rng_below(r, sizeof(vowel) /
		    sizeof(*vowel))]);
	}
	if (rng_below(r, 3) > 0)
		word_add(w, coda[rng_below(r, sizeof(coda) / sizeof(*coda))]);
}

/* Frequent words are short: with Zipf's weights a word has 6.2 letters. */
static unsigned
syllables(struct rng *r, unsigned rank)
{
	if (rank < 40)
		return 1;
	if (rank < 200)
		return rng_between(r, 1, 2);
	return rng_between(r, 3, 5);
}

static uint64_t
word_hash(const struct word *w)
{
	uint64_t h = 0xcbf29ce484222325u;	/* FNV-1a */

	for (unsigned i = 0; i < w->len; i++)
		h = (h ^ (unsigned char)w->text[i]) * 0x100000001b3u;
	return h ^ (h >> 32);
}

/* Fill in VOCABULARY distinct words; false when out of memory. */
static bool
language_words(struct language *l)
{
	const size_t mask = (1u << 18) - 1;	/* at most a quarter full */
	uint32_t *used = calloc(mask + 1, sizeof(*used));	/* rank + 1 */
	struct rng r = { 1 };
	unsigned n = 0;

	if (used == NULL)
		return false;
	while (n < VOCABULARY) {
		struct word *w = &l->word[n];
		size_t i;

		word_make(w, &r, syllables(&r, n));
		i = word_hash(w) & mask;
		while (used[i] != 0 &&
		    memcmp(&l->word[used[i] - 1], w, sizeof(*w)) != 0)
			i = (i + 1) & mask;
		if (used[i] == 0)
			used[i] = ++n;
	}
	free(used);
	return true;
}

/* Rank k has a share of the entries in proportion to 1 / k (Zipf 1949). */
static void
language_zipf(struct language *l)
{
	double total = 0, sum = 0;
	size_t i = 0;

	for (unsigned k = 1; k <= VOCABULARY; k++)
		total += 1.0 / k;
	for (unsigned k = 1; k <= VOCABULARY; k++) {
		sum += 1.0 / k;
		while (i < ZIPF_SIZE && (double)i < sum / total * ZIPF_SIZE)
			l->zipf[i++] = (uint16_t)(k - 1);
	}
	while (i < ZIPF_SIZE)
		l->zipf[i++] = VOCABULARY - 1;
}

static struct language *
language_new(void)
{
	struct language *l = malloc(sizeof(*l));

	if (l == NULL)
		return NULL;
	if (!language_words(l)) {
		free(l);
		return NULL;
	}
	language_zipf(l);
	return l;
}

static uint16_t
draw_word(const struct language *l, struct rng *r)
{
	return l->zipf[rng_next(r) & (ZIPF_SIZE - 1)];
}

/* 'n' words as prose: sentences of 6 to 19 words with capital and stop. */
static void
compose(const struct language *l, struct rng *r, struct token *t, unsigned n)
{
	unsigned left = 0;	/* words to the end of the sentence */

	for (unsigned i = 0; i < n; i++) {
		t[i] = (struct token){ .word = draw_word(l, r) };
		if (left == 0) {
			t[i].capital = true;
			left = rng_between(r, 6, 19);
		}
		left--;
		if (left == 0 || i + 1 == n)
			t[i].mark = '.';
		else if (rng_below(r, 16) == 0)
			t[i].mark = ',';
	}
}

/* 'n' words without punctuation: headings, entries of lists and menus. */
static void
compose_entry(const struct language *l, struct rng *r, struct token *t,
    unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		t[i] = (struct token){ .word = draw_word(l, r) };
	t[0].capital = true;
}

/* Replace, insert or delete one of 'n' words; the new number of words. */
static unsigned
edit(const struct language *l, struct rng *r, struct token *t, unsigned n)
{
	unsigned at = rng_below(r, n);
	uint16_t word = draw_word(l, r);

	switch (rng_below(r, 3)) {
	case 0:
		while (word == t[at].word)
			word = draw_word(l, r);
		t[at].word = word;
		return n;
	case 1:
		assert(n < MAX_WORDS);
		memmove(t + at + 1, t + at, (n - at) * sizeof(*t));
		t[at] = (struct token){ .word = word };
		return n + 1;
	default:
		memmove(t + at, t + at + 1, (n - at - 1) * sizeof(*t));
		return n - 1;
	}
}

static void
text_char(struct text *x, char c)
{
	assert(x->len < sizeof(x->data));
	x->data[x->len++] = c;
}

static void
text_string(struct text *x, const char *s)
{
	size_t len = strlen(s);

	assert(len <= sizeof(x->data) - x->len);
	memcpy(x->data + x->len, s, len);
	x->len += len;
}

static void
text_number(struct text *x, uint32_t n)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%" PRIu32, n);
	text_string(x, digits);
}

static void
text_word(struct text *x, const struct word *w, bool capital)
{
	char *to = x->data + x->len;

	assert(sizeof(x->data) - x->len >= sizeof(w->text));
	memcpy(to, w->text, sizeof(w->text));	/* a fixed length is faster */
	if (capital)
		*to = (char)(*to - 'a' + 'A');
	x->len += w->len;
}

/*
 * Words with a space between; with 'width' above 0 broken into lines of at
 * most that many bytes, the later ones indented.
 */
static void
text_words(struct text *x, const struct language *l, const struct token *t,
    unsigned n, unsigned width, unsigned indent)
{
	size_t start = x->len;	/* of the line */

	for (unsigned i = 0; i < n; i++) {
		const struct word *w = &l->word[t[i].word];

		if (i > 0 && width > 0 &&
		    x->len - start + w->len + 2 > width) {
			text_char(x, '\n');
			start = x->len;
			for (unsigned j = 0; j < indent; j++)
				text_char(x, ' ');
		} else if (i > 0) {
			text_char(x, ' ');
		}
		text_word(x, w, t[i].capital);
		if (t[i].mark != 0)
			text_char(x, t[i].mark);
	}
}

static void
put(struct gen *g, const struct text *x)
{
	fwrite(x->data, 1, x->len, g->out);
	g->written += x->len;
}

static bool
wanted(const struct gen *g)
{
	return g->written < g->target && !ferror(g->out);
}

/*
 * Paragraphs of 5 to 150 words, one a line, with a blank line between: 60 %
 * fresh, 30 % exact copies, 10 % copies with one to three words edited.  A
 * label is: number of the paragraph, U (unique), E (exact) or N (near), number
 * among the fresh paragraphs of the one it was made from, edits, words, and
 * document (always 0), with tabs between.
 */
static void
paragraphs(struct gen *g)
{
	struct rng plan = rng_at(g->seed, UINT64_MAX);
	uint64_t fresh = 0;

	for (uint64_t number = 0; wanted(g); number++) {
		struct token t[MAX_WORDS];
		struct text x = { .len = 0 };
		uint32_t lot = rng_below(&plan, 100);
		uint64_t source;
		unsigned n, edits = 0;
		char label;
		struct rng r;

		if (fresh < FIRST_COPY || lot < 60) {
			label = 'U';
			source = fresh++;
		} else if (lot < 90) {
			label = 'E';
			source = earlier_unit(&plan, fresh);
		} else {
			label = 'N';
			source = rng_next(&plan) % fresh;
			edits = rng_between(&plan, 1, 3);
		}
		r = rng_at(g->seed, source);
		n = rng_between(&r, 5, 150);
		compose(g->lang, &r, t, n);
		for (unsigned i = 0; i < edits; i++)
			n = edit(g->lang, &plan, t, n);
		text_words(&x, g->lang, t, n, 0, 0);
		text_string(&x, "\n\n");
		put(g, &x);
		if (g->labels != NULL)
			fprintf(g->labels, "%" PRIu64 "\t%c\t%" PRIu64
			    "\t%u\t%u\t0\n", number, label, source, edits, n);
	}
}

static void
block_heading(const struct language *l, struct rng *r, struct text *x)
{
	struct token t[8];
	unsigned n = rng_between(r, 1, 5);
	size_t start = x->len, len;

	compose_entry(l, r, t, n);
	if (rng_below(r, 2) > 0) {
		text_number(x, rng_between(r, 1, 12));
		text_char(x, '.');
		text_number(x, rng_between(r, 1, 20));
		text_char(x, ' ');
	}
	text_words(x, l, t, n, 0, 0);
	len = x->len - start;
	text_char(x, '\n');
	if (rng_below(r, 3) == 0) {
		for (size_t i = 0; i < len; i++)
			text_char(x, '-');
		text_char(x, '\n');
	}
}

static void
block_wrapped(const struct language *l, struct rng *r, struct text *x)
{
	struct token t[MAX_WORDS];
	unsigned n = rng_between(r, 12, 70);

	compose(l, r, t, n);
	text_words(x, l, t, n, rng_between(r, 64, 78), 0);
	text_char(x, '\n');
}

static void
block_line(const struct language *l, struct rng *r, struct text *x)
{
	struct token t[16];
	unsigned n = rng_between(r, 5, 14);

	compose(l, r, t, n);
	text_words(x, l, t, n, 0, 0);
	text_char(x, '\n');
}

static void
block_bullets(const struct language *l, struct rng *r, struct text *x)
{
	for (unsigned items = rng_between(r, 3, 8); items > 0; items--) {
		struct token t[32];
		unsigned n = rng_between(r, 2, 16);

		compose_entry(l, r, t, n);
		text_string(x, "  * ");
		text_words(x, l, t, n, 72, 4);
		text_char(x, '\n');
	}
}

/* Names and numbers, as in a table of options or contents. */
static void
block_table(const struct language *l, struct rng *r, struct text *x)
{
	for (unsigned rows = rng_between(r, 3, 9); rows > 0; rows--) {
		struct token t[8];
		unsigned n = rng_between(r, 1, 4);

		compose_entry(l, r, t, n);
		text_words(x, l, t, n, 0, 0);
		text_string(x, ": ");
		text_number(x, rng_below(r, 5000));
		text_char(x, '\n');
	}
}

/* Short lines as in documentation; a quarter of the blocks are copies. */
static void
lines(struct gen *g)
{
	static void (*const block[])(const struct language *, struct rng *,
	    struct text *) = {
		block_wrapped, block_wrapped, block_wrapped, block_heading,
		block_line, block_line, block_bullets, block_table,
	};
	struct rng plan = rng_at(g->seed, UINT64_MAX);
	uint64_t fresh = 0;

	while (wanted(g)) {
		struct text x = { .len = 0 };
		uint64_t source;
		struct rng r;

		if (fresh >= FIRST_COPY && rng_below(&plan, 4) == 0)
			source = earlier_unit(&plan, fresh);
		else
			source = fresh++;
		r = rng_at(g->seed, source);
		block[rng_below(&r, sizeof(block) / sizeof(*block))](
		    g->lang, &r, &x);
		text_char(&x, '\n');
		put(g, &x);
	}
}

/* Entries of a log: one sentence that differs in numbers and one name. */
static void
template(struct gen *g)
{
	for (uint64_t number = 0; wanted(g); number++) {
		struct rng r = rng_at(g->seed, number);
		struct text x = { .len = 0 };

		text_string(&x, "host ");
		text_number(&x, rng_below(&r, 1000));
		text_string(&x, " accepted the session of user ");
		text_word(&x, &g->lang->word[rng_below(&r, VOCABULARY)],
		    false);
		text_string(&x, " from port ");
		text_number(&x, rng_below(&r, 65536));
		text_string(&x, " after ");
		text_number(&x, rng_below(&r, 100000));
		text_string(&x, " ms and wrote it to the log as number ");
		text_number(&x, (uint32_t)number);
		text_char(&x, '\n');
		put(g, &x);
	}
}

/*
 * Lines of 13 to 20 words that open with the same nine, so that every line
 * shares the n-grams of the opening with every other.  The words after it are
 * drawn evenly from the vocabulary, so no two lines are near-duplicates.
 */
static void
onebucket(struct gen *g)
{
	struct token t[20];
	struct rng opening = rng_at(g->seed, UINT64_MAX);

	compose_entry(g->lang, &opening, t, 9);
	for (uint64_t number = 0; wanted(g); number++) {
		struct rng r = rng_at(g->seed, number);
		struct text x = { .len = 0 };
		unsigned n = rng_between(&r, 13, 20);

		for (unsigned i = 9; i < n; i++)
			t[i] = (struct token){
				.word = (uint16_t)rng_below(&r, VOCABULARY)
			};
		text_words(&x, g->lang, t, n, 0, 0);
		text_char(&x, '\n');
		put(g, &x);
	}
}

static const struct kind {
	const char *name;
	const char *help;
	void (*write)(struct gen *);
} kinds[] = {
	{ "paragraphs", "long lines, 30 % copies, 10 % edited copies",
	  paragraphs },
	{ "lines", "short lines as in documentation, 25 % copies", lines },
	{ "template", "lines that differ in numbers and one name", template },
	{ "onebucket", "lines with the same opening", onebucket },
};
#define NKINDS (sizeof(kinds) / sizeof(*kinds))

static const struct kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < NKINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* Digits, and with 'units' perhaps k, M or G for a power of 1000. */
static bool
parse_number(const char *s, bool units, uint64_t *number)
{
	uint64_t factor = 1;
	char *end;

	if (*s < '0' || *s > '9')	/* strtoull() would take a sign */
		return false;
	errno = 0;
	*number = strtoull(s, &end, 10);
	if (errno != 0)
		return false;
	if (units) {
		if (*end == 'k')
			factor = 1000;
		else if (*end == 'M')
			factor = 1000000;
		else if (*end == 'G')
			factor = 1000000000;
		end += factor > 1;
	}
	if (*end != '\0' || *number > UINT64_MAX / factor)
		return false;
	*number *= factor;
	return true;
}

static void
usage(FILE *to)
{
	fputs("usage: gen [-s SEED] [-b BYTES[k|M|G]] [-k KIND] [-l FILE]\n"
	      "  -s  seed, default 1\n"
	      "  -b  bytes to write, up to a whole unit more, default 1M\n"
	      "  -l  write the labels of kind paragraphs to FILE\n"
	      "  -k  one of, default the first:\n", to);
	for (size_t i = 0; i < NKINDS; i++)
		fprintf(to, "      %-12s%s\n", kinds[i].name, kinds[i].help);
}

static int
fail(const char *what)
{
	fprintf(stderr, "gen: %s: %s\n", what, strerror(errno));
	return 1;
}

/* Close a file that was written; false when not all of it got there. */
static bool
finish(FILE *f)
{
	bool ok = !ferror(f);

	return fclose(f) == 0 && ok;
}

int
main(int argc, char **argv)
{
	struct gen g = { .out = stdout, .seed = 1, .target = 1000000 };
	const struct kind *kind = &kinds[0];
	const char *labels = NULL;
	struct language *lang;
	bool ok = true;
	int c;

	while (ok && (c = getopt(argc, argv, "b:hk:l:s:")) != -1) {
		switch (c) {
		case 'b':
			ok = parse_number(optarg, true, &g.target);
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'k':
			kind = find_kind(optarg);
			ok = kind != NULL;
			break;
		case 'l':
			labels = optarg;
			break;
		case 's':
			ok = parse_number(optarg, false, &g.seed);
			break;
		default:
			ok = false;
		}
	}
	if (!ok || optind != argc ||
	    (labels != NULL && kind->write != paragraphs)) {
		usage(stderr);
		return 2;
	}
	if (labels != NULL && (g.labels = fopen(labels, "w")) == NULL)
		return fail(labels);
	lang = language_new();
	if (lang == NULL)
		return fail("memory");
	g.lang = lang;
	kind->write(&g);
	free(lang);
	if (g.labels != NULL && !finish(g.labels))
		return fail(labels);
	if (!finish(stdout))
		return fail("standard output");
	return 0;
}
