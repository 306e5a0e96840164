/*
 * Random documents, made of few words and few lines, so that every rule meets
 * every other.
 */
#include "generate.h"

#include <time.h>

#define SHRINK_SECONDS 20	/* to look for smaller ones */

static uint64_t
setting(const char *name, uint64_t otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? strtoull(s, NULL, 0) : otherwise;
}

void
put(struct text *t, const char *s, size_t len)
{
	if (len > SIZE_MAX / 4)
		abort();
	if (t->len + len + 1 > t->room) {
		t->room = 2 * (t->len + len) + 64;
		t->p = must_have(realloc(t->p, t->room));
	}
	memcpy(t->p + t->len, s, len);
	t->len += len;
	t->p[t->len] = '\0';
}

void
puts_to(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

/* Lines to build documents of. */

static const char *const vocabulary[] = {
	"a", "be", "cat", "dove", "eagle", "falcon", "gopher", "elephant",
	"i", "of", "the", "lion", "moose", "newt's", "quail", "rat",
	"96", "98", "3rd", "1,204", "x7",
	"caf\xc3\xa9", "\xe4\xb8\xad\xe6\x96\x87", "\xef\xac\x81sh",
	("stra\xc3\x9f" "e"), "\xd0\x9c\xd0\xb8\xd1\x80", "e\xcc\x81t\xc3\xa9",
	/* Numbers, signs and addresses: one word each, or two. */
	"1,214", "214", "3-5", "2.5.1", "-5", "\xe2\x88\x92" "5", "+5", "5", "5%",
	"5 %", "$5", "\xe2\x82\xac" "5", "<5", "A+", "A-", "C++", "C#", "#dove",
	"@rat", "a = b", "a != b", "a + b", "10\xe2\x81\xb6", "1\xc2\xbd",
	"\xe2\x9c\x93", "\xf0\x9f\x91\x8d", "\xe2\x86\x92", "cat@dove.example",
	"http://cat.example/a-b?c=1", "&amp;", "R&amp;D", "cat&#39;s",
	"\xe0\xb8\x81\xe0\xb8\xb2", "\xd9\x8a", "\xdb\x8c",
};
#define PLAIN_WORDS 16

static const char *const ending[] = {
	".", "", ",", "!", "\"", ";", " ", " \t", "\r", "...", "\xe2\x80\xa6",
	" [\xe2\x80\xa6]", " ...", " Read more", "... Read more \xc2\xbb",
};
#define PLAIN_ENDINGS 9

/* What documents are made from: all lines are drawn from a pool. */
struct kit {
	struct rng rng;
	unsigned nwords;	/* of the vocabulary */
	unsigned odd;		/* one in so many words is an odd one */
	struct text pool[20];
	unsigned npool;
};

static const char *
any_word(struct kit *k)
{
	if (rng_once(&k->rng, k->odd))
		return vocabulary[rng_below(&k->rng, ARRAY_LEN(vocabulary))];
	return vocabulary[rng_below(&k->rng, k->nwords)];
}

static void
put_words(struct kit *k, struct text *t, unsigned n)
{
	static const char *const space[] = {
		" ", " ", " ", " ", " ", " ", ", ", "  ", " - ", " \xe2\x80\x9c",
	};

	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			puts_to(t, space[rng_below(&k->rng, ARRAY_LEN(space))]);
		puts_to(t, any_word(k));
	}
}

static size_t
columns(const struct text *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->len; i++)
		n += (t->p[i] & 0xc0) != 0x80;
	return n;
}

/* A line of this many columns, or a few more. */
static void
put_filled(struct kit *k, struct text *t, size_t wanted)
{
	puts_to(t, any_word(k));
	while (columns(t) < wanted) {
		puts_to(t, " ");
		puts_to(t, any_word(k));
	}
	if (columns(t) > wanted && rng_once(&k->rng, 2)) {
		while (columns(t) > wanted)
			t->len--;
		t->p[t->len] = '\0';
	}
}

static void
put_end(struct kit *k, struct text *t)
{
	puts_to(t, ending[rng_below(&k->rng, rng_once(&k->rng, 3) ?
				ARRAY_LEN(ending) : PLAIN_ENDINGS)]);
}

/* Another line of the pool, with its words or some of them. */
static void
put_variant(struct kit *k, struct text *t, const struct text *of)
{
	static const char *const close[] = {
		"...", "\xe2\x80\xa6", " [\xe2\x80\xa6]", "... Read more",
		". Read more", "", ".",
	};
	size_t len = of->len, from = 0;

	switch (rng_below(&k->rng, 13)) {
	case 0:		/* cut off, at a word or inside one */
	case 1:
		len = len > 0 ? 1 + rng_below(&k->rng, (unsigned)len) : 0;
		if (rng_once(&k->rng, 2))
			while (len > 0 && of->p[len - 1] != ' ')
				len--;
		put(t, of->p, len);
		puts_to(t, close[rng_below(&k->rng, ARRAY_LEN(close))]);
		break;
	case 2:		/* a part from within, or the rest of it */
		from = len > 0 ? rng_below(&k->rng, (unsigned)len) : 0;
		put(t, of->p + from, len - from);
		break;
	case 3:		/* longer */
		put(t, of->p, len);
		puts_to(t, " ");
		put_words(k, t, 1 + rng_below(&k->rng, 4));
		break;
	case 4:		/* upper case */
		for (size_t i = 0; i < len; i++) {
			char c = of->p[i];

			if (c >= 'a' && c <= 'z')
				c = (char)(c - 'a' + 'A');
			put(t, &c, 1);
		}
		break;
	case 5:		/* a word is another one, or gone */
		from = len > 0 ? rng_below(&k->rng, (unsigned)len) : 0;
		while (from > 0 && of->p[from - 1] != ' ')
			from--;
		put(t, of->p, from);
		if (rng_once(&k->rng, 2))
			puts_to(t, any_word(k));
		while (from < len && of->p[from] != ' ')
			from++;
		put(t, of->p + from, len - from);
		break;
	case 6:		/* other quotes and punctuation */
		puts_to(t, "\xe2\x80\x98");
		put(t, of->p, len);
		puts_to(t, "\xe2\x80\x99 -");
		break;
	case 8:		/* a label before it, or a credit after it */
	case 9:
		if (rng_once(&k->rng, 2))
			puts_to(t, "Photo: ");
		put(t, of->p, len);
		if (rng_once(&k->rng, 2))
			puts_to(t, " Foto: Moose/dove");
		break;
	case 10:	/* accents that are there or not */
		for (size_t i = 0; i < len; i++) {
			put(t, of->p + i, 1);
			if (of->p[i] == 'e' && rng_once(&k->rng, 2))
				puts_to(t, "\xcc\x81");
		}
		break;
	case 11:	/* words joined, or parted */
		for (size_t i = 0; i < len; i++) {
			if (of->p[i] == ' ' && rng_once(&k->rng, 4))
				continue;
			put(t, of->p + i, 1);
			if (of->p[i] == 'o' && rng_once(&k->rng, 8))
				puts_to(t, " ");
		}
		break;
	case 12:	/* the last words go, or the first ones */
		for (from = 0; from < len && of->p[from] != ' '; from++)
			;
		if (rng_once(&k->rng, 2))
			put(t, of->p + from, len - from);
		else
			put(t, of->p, len - from);
		break;
	case 7:		/* with more of the pool */
		put(t, of->p, len);
		puts_to(t, " ");
		of = &k->pool[rng_below(&k->rng, k->npool)];
		put(t, of->p, of->len);
		break;
	}
}

static void
put_odd(struct kit *k, struct text *t)
{
	static const char *const odd[] = {
		"```", "```", "~~~", "   ``` c", "    ```", "---", "\xff\xfe",
		"{", "}", "a = b[i];", "if (x[3] == y) { f(&z); }", "|", "***",
		"\xe2\x80\xa6", "...", "Read more", "Yes.", "read more...",
		("\xef\xbb\xbf" "cat dove"), "\xe4\xb8\xad", "\x01", "=>",
		"a\xcc\x81", "\xcc\x81", "$x = {", "return (a <= b);",
	};

	if (rng_once(&k->rng, 8))
		put(t, "a\0b c", 5);
	else
		puts_to(t, odd[rng_below(&k->rng, ARRAY_LEN(odd))]);
}

static void
fill_pool(struct kit *k)
{
	static const unsigned width[] = {
		20, 38, 39, 40, 41, 45, 51, 52, 53, 60, 72, 88, 99, 100, 101,
		120, 180,
	};

	k->npool = 0;
	for (unsigned n = 3 + rng_below(&k->rng, 14); k->npool < n; k->npool++) {
		struct text *t = &k->pool[k->npool];

		t->len = 0;
		put(t, "", 0);
		switch (rng_below(&k->rng, k->npool > 0 ? 9 : 3)) {
		case 0:
			put_words(k, t, rng_below(&k->rng, 20));
			put_end(k, t);
			break;
		case 1:
			put_words(k, t, rng_below(&k->rng, 5));
			put_end(k, t);
			break;
		case 2:
			put_filled(k, t, width[rng_below(&k->rng,
						     ARRAY_LEN(width))]);
			put_end(k, t);
			break;
		case 3:
			put_odd(k, t);
			break;
		default:
			put_variant(k, t, &k->pool[rng_below(&k->rng, k->npool)]);
		}
	}
}

static void
put_newline(struct kit *k, struct text *t)
{
	puts_to(t, rng_once(&k->rng, 30) ? "\r\n" : "\n");
}

static void
put_blank(struct kit *k, struct text *t)
{
	static const char *const blank[] = {
		"\n", "\n", "\n", "\n", "\n\n", "  \n", "\r\n", "\t\n\n",
		"\xc2\xa0\n", "\xe3\x80\x80\n", ">\n", "> >\n\n", "#\n", " *\n",
	};

	puts_to(t, blank[rng_below(&k->rng, ARRAY_LEN(blank))]);
}

/* Words wrapped to some width, some of them those of the pool. */
static void
put_wrapped(struct kit *k, struct text *t)
{
	static const char *const leader[] = {
		"", "", "", "  ", "# ", "// ", " * ", "> ", "> > ", "\t",
	};
	const char *lead = leader[rng_below(&k->rng, ARRAY_LEN(leader))];
	size_t width = 24 + rng_below(&k->rng, 78), at = 0;
	struct text words = { NULL, 0, 0 };
	struct text *from = &k->pool[rng_below(&k->rng, k->npool)];

	put(&words, from->p, from->len);
	puts_to(&words, " ");
	put_words(k, &words, 5 + rng_below(&k->rng, 30));
	puts_to(t, lead);
	for (size_t i = 0; i < words.len; ) {
		size_t end = i + 1;

		while (end < words.len && words.p[end] != ' ')
			end++;
		if (at + (end - i) > width && at > 0) {
			put_newline(k, t);
			puts_to(t, lead);
			i += words.p[i] == ' ';
			at = 0;
		}
		put(t, words.p + i, end - i);
		at += end - i;
		i = end;
	}
	put_newline(k, t);
	free(words.p);
}

static void
put_listing(struct kit *k, struct text *t)
{
	static const char *const code[] = {
		"for (i = 0; i < n; i++)", "\tx[i] = y(a, b[i]);", "}", "{",
		"\tif (a.b == c->d) {", "\treturn f(x, y, z);", "else",
		"\t\tfree(p);", "| a | b | c |", "* one two three four five",
	};
	bool fenced = rng_once(&k->rng, 3);

	puts_to(t, fenced ? "```\n" : "");
	for (unsigned n = 1 + rng_below(&k->rng, 5); n > 0; n--) {
		puts_to(t, code[rng_below(&k->rng, ARRAY_LEN(code))]);
		put_newline(k, t);
		if (fenced && rng_once(&k->rng, 5))
			puts_to(t, "\n");
	}
	puts_to(t, fenced && !rng_once(&k->rng, 5) ? "```\n" : "");
}

/* A line of the pool below its own heading, or another's, or two of them. */
static void
put_headed(struct kit *k, struct text *t)
{
	static const char *const heading[] = {
		"Cat", "Dove and rat", "96", "The lion:", "## Moose", "* * *",
		"\xe4\xb8\xad\xe6\x96\x87",
	};
	unsigned i = rng_below(&k->rng, k->npool);
	struct text *l = &k->pool[i];

	for (unsigned n = 1 + rng_once(&k->rng, 4); n > 0; n--) {
		unsigned h = rng_once(&k->rng, 4) ? rng_below(&k->rng, 7) :
			     (i + n) % 7;

		puts_to(t, heading[h]);
		puts_to(t, rng_once(&k->rng, 3) ? "\n" : "\n\n");
	}
	put(t, l->p, l->len);
	put_newline(k, t);
	puts_to(t, rng_once(&k->rng, 2) ? "\n" : "");
}

static void
put_document(struct kit *k, struct text *t, unsigned nlines)
{
	unsigned blanks = nlines > 200 ? 100 + rng_below(&k->rng, 5000) :
			  2 + rng_below(&k->rng, 6);
	size_t was = 0;

	for (unsigned i = 0; i < nlines; i++) {
		struct text *l = &k->pool[rng_below(&k->rng, k->npool)];
		size_t start = t->len;

		if (rng_once(&k->rng, blanks)) {
			put_blank(k, t);
		} else if (rng_once(&k->rng, 12)) {
			put_wrapped(k, t);
		} else if (rng_once(&k->rng, 10)) {
			put_headed(k, t);
		} else if (rng_once(&k->rng, 25)) {
			put_listing(k, t);
		} else if (rng_once(&k->rng, 6) && start > was) {
			char *copy = must_have(malloc(start - was));

			/* The line before once more, or the block. */
			memcpy(copy, t->p + was, start - was);
			put(t, copy, start - was);
			free(copy);
		} else {
			puts_to(t, rng_once(&k->rng, 20) ? "> " : "");
			put(t, l->p, l->len);
			put_newline(k, t);
			was = start;
		}
	}
	if (t->len > 0 && rng_once(&k->rng, 3))
		t->len--;
}

/* 'large': with blocks of more than 64 KiB. */
static void
make_corpus(struct rng *r, struct corpus *c, bool large)
{
	static const unsigned words[] = { 2, 3, 5, 8, PLAIN_WORDS };
	struct kit k = { .rng = *r };
	unsigned ndocs = rng_once(r, 2) ? 1 : 1 + rng_below(r, large ? 2 : 6);
	unsigned most = rng_once(r, 4) ? 40 : 12;

	if (large)
		most = 3000;
	k.rng.state = rng_next(r);
	k.nwords = words[rng_below(&k.rng, ARRAY_LEN(words))];
	k.odd = rng_once(&k.rng, 2) ? 1000 : 2 + rng_below(&k.rng, 20);
	fill_pool(&k);
	c->n = 0;
	c->nreference = ndocs > 1 && rng_once(&k.rng, 6);
	for (unsigned i = 0; i < ndocs; i++) {
		struct text t = { NULL, 0, 0 };

		put(&t, "", 0);
		put_document(&k, &t, rng_below(&k.rng, most));
		corpus_add(c, t.p, t.len);
		free(t.p);
	}
	for (size_t i = 0; i < ARRAY_LEN(k.pool); i++)
		free(k.pool[i].p);
}

void
make_options(struct rng *r, struct dedup_options *o)
{
	static const double threshold[] = {
		0, 0, 0, 0, 0, 0, 0.8, 0.5, 0.6, 0.9, 1, 0.01,
	};

	dedup_options_init(o);
	if (rng_once(r, 3))
		o->unit = rng_below(r, 4);
	if (rng_once(r, 2))
		o->min_words = 1 + rng_below(r, 8);
	if (rng_once(r, 2))
		o->ngram = 1 + rng_below(r, 5);
	o->threshold = threshold[rng_below(r, ARRAY_LEN(threshold))];
	o->exact = rng_once(r, 3);
	o->fold_digits = rng_once(r, 5);
	o->contained = rng_once(r, 4);
	o->boilerplate = rng_once(r, 5) ? 2 + rng_below(r, 2) : 0;
	o->scope = rng_once(r, 6);
	o->seeded = true;
	o->seed = rng_next(r);
}

/* What must hold of any documents. */

/* Try without the bytes from .. to of a document; keep that if it fails. */
static bool
shrinks(struct corpus *c, size_t doc, size_t from, size_t to, property *holds,
	struct dedup_options *opt, uint64_t seed)
{
	struct corpus less = { .nreference = c->nreference };
	struct dedup_options o = *opt;
	struct document *d;

	if (from >= to)
		return false;
	for (size_t i = 0; i < c->n; i++)
		corpus_add(&less, c->doc[i].text, c->doc[i].len);
	d = &less.doc[doc];
	memmove(d->text + from, d->text + to, d->len - to);
	d->len -= to - from;
	if (holds(&less, &o, seed) == NULL) {
		corpus_free(&less);
		return false;
	}
	corpus_free(c);
	*c = less;
	return true;
}

static size_t
piece_end(const struct document *d, size_t from, unsigned how)
{
	size_t to = from;

	if (how == 0)
		return from + (d->len - from + 1) / 2;
	if (how == 1 || how == 2) {
		while (to < d->len && d->text[to] != (how == 1 ? '\n' : ' ') &&
		       (to == from || d->text[to] != '\n'))
			to++;
		return to < d->len ? to + 1 : to;
	}
	return from + 1;
}

static void
shrink(struct corpus *c, property *holds, struct dedup_options *opt,
       uint64_t seed)
{
	time_t end = time(NULL) + SHRINK_SECONDS;
	bool any;

	do {
		any = false;
		for (size_t i = 0; i < c->n; i++)
			for (unsigned how = 0; how < 4; how++)
				for (size_t at = 0; at < c->doc[i].len &&
				     time(NULL) < end; ) {
					size_t to = piece_end(&c->doc[i], at,
							      how);

					if (shrinks(c, i, at, to, holds, opt,
						    seed))
						any = true;
					else
						at = to;
				}
		for (size_t i = 0; i < c->n; i++) {
			struct corpus less = { .n = 0 };
			struct dedup_options o = *opt;

			if (c->doc[i].len > 0)
				continue;
			less.nreference = c->nreference - (i < c->nreference);
			for (size_t k = 0; k < c->n; k++)
				if (k != i)
					corpus_add(&less, c->doc[k].text,
						   c->doc[k].len);
			if (holds(&less, &o, seed) != NULL) {
				corpus_free(c);
				*c = less;
				any = true;
				break;
			}
			corpus_free(&less);
		}
	} while (any && time(NULL) < end);
}

/* Simpler options, where it still fails. */
static void
simplify(const struct corpus *c, property *holds, struct dedup_options *opt,
	 uint64_t seed)
{
	struct dedup_options plain, o, p;

	dedup_options_init(&plain);
	plain.seeded = true;
#define TRY(field)							\
	do {								\
		o = *opt;						\
		o.field = plain.field;					\
		p = o;							\
		if (holds(c, &p, seed) != NULL)				\
			*opt = o;					\
	} while (0)
	TRY(unit);
	TRY(scope);
	TRY(min_words);
	TRY(ngram);
	TRY(threshold);
	TRY(fold_digits);
	TRY(contained);
	TRY(boilerplate);
	TRY(seed);
	TRY(exact);
	if (!opt->exact) {
		o = *opt;
		o.exact = true;
		p = o;
		if (holds(c, &p, seed) != NULL)
			*opt = o;
	}
#undef TRY
}

bool
hold(property *holds, unsigned n, uint64_t stream, bool large)
{
	uint64_t first = setting("TEST_DEDUP_SEED", 1);

	n = rounds(n) * (unsigned)setting("TEST_DEDUP_ROUNDS", 1);
	for (uint64_t i = first; i < first + n; i++) {
		struct rng r = { i << 8 ^ stream };
		struct dedup_options opt, o;
		struct corpus c = { .n = 0 };
		uint64_t seed;
		const char *what;

		make_corpus(&r, &c, large);
		make_options(&r, &opt);
		seed = rng_next(&r);
		o = opt;
		what = holds(&c, &o, seed);
		if (what != NULL) {
			simplify(&c, holds, &opt, seed);
			shrink(&c, holds, &opt, seed);
			simplify(&c, holds, &opt, seed);
			o = opt;
			fprintf(stderr, "TEST_DEDUP_SEED=%llu: %s; "
				"of the smallest: %s\n", (unsigned long long)i,
				what, holds(&c, &o, seed));
			options_print(&opt);
			corpus_print(&c);
			corpus_free(&c);
			return false;
		}
		corpus_free(&c);
	}
	return true;
}
