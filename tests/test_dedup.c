/*
 * The engine through its public header: documents made of few words and few
 * lines, so that every rule meets every other, under all options.
 *
 * A random test that fails prints the smallest documents it can find that
 * still fail.  TEST_DEDUP_ROUNDS multiplies the rounds, TEST_DEDUP_SEED moves
 * where they start.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../dedup.h"
#include "oracle.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

/* Random numbers, the same everywhere. */

struct rng {
	uint64_t state;
};

static uint64_t
draw(struct rng *r)
{
	uint64_t x = r->state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* 0 .. n - 1 */
static unsigned
below(struct rng *r, unsigned n)
{
	return (unsigned)(draw(r) % n);
}

static bool
one_in(struct rng *r, unsigned n)
{
	return below(r, n) == 0;
}

static uint64_t
setting(const char *name, uint64_t otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? strtoull(s, NULL, 0) : otherwise;
}

/* Text that grows. */

struct text {
	char *p;
	size_t len, room;
};

static void
put(struct text *t, const char *s, size_t len)
{
	if (t->len + len + 1 > t->room) {
		t->room = 2 * (t->len + len) + 64;
		t->p = realloc(t->p, t->room);
		assert_non_null(t->p);
	}
	memcpy(t->p + t->len, s, len);
	t->len += len;
	t->p[t->len] = '\0';
}

static void
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
	"stra\xc3\x9f" "e", "\xd0\x9c\xd0\xb8\xd1\x80", "e\xcc\x81t\xc3\xa9",
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
	if (one_in(&k->rng, k->odd))
		return vocabulary[below(&k->rng, ARRAY_LEN(vocabulary))];
	return vocabulary[below(&k->rng, k->nwords)];
}

static void
put_words(struct kit *k, struct text *t, unsigned n)
{
	static const char *const space[] = {
		" ", " ", " ", " ", " ", " ", ", ", "  ", " - ", " \xe2\x80\x9c",
	};

	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			puts_to(t, space[below(&k->rng, ARRAY_LEN(space))]);
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
	if (columns(t) > wanted && one_in(&k->rng, 2)) {
		while (columns(t) > wanted)
			t->len--;
		t->p[t->len] = '\0';
	}
}

static void
put_end(struct kit *k, struct text *t)
{
	puts_to(t, ending[below(&k->rng, one_in(&k->rng, 3) ?
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

	switch (below(&k->rng, 8)) {
	case 0:		/* cut off, at a word or inside one */
	case 1:
		len = len > 0 ? 1 + below(&k->rng, (unsigned)len) : 0;
		if (one_in(&k->rng, 2))
			while (len > 0 && of->p[len - 1] != ' ')
				len--;
		put(t, of->p, len);
		puts_to(t, close[below(&k->rng, ARRAY_LEN(close))]);
		break;
	case 2:		/* a part from within, or the rest of it */
		from = len > 0 ? below(&k->rng, (unsigned)len) : 0;
		put(t, of->p + from, len - from);
		break;
	case 3:		/* longer */
		put(t, of->p, len);
		puts_to(t, " ");
		put_words(k, t, 1 + below(&k->rng, 4));
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
		from = len > 0 ? below(&k->rng, (unsigned)len) : 0;
		while (from > 0 && of->p[from - 1] != ' ')
			from--;
		put(t, of->p, from);
		if (one_in(&k->rng, 2))
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
	case 7:		/* with more of the pool */
		put(t, of->p, len);
		puts_to(t, " ");
		of = &k->pool[below(&k->rng, k->npool)];
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
		"\xef\xbb\xbf" "cat dove", "\xe4\xb8\xad", "\x01", "=>",
		"a\xcc\x81", "\xcc\x81", "$x = {", "return (a <= b);",
	};

	if (one_in(&k->rng, 8))
		put(t, "a\0b c", 5);
	else
		puts_to(t, odd[below(&k->rng, ARRAY_LEN(odd))]);
}

static void
fill_pool(struct kit *k)
{
	static const unsigned width[] = {
		20, 38, 39, 40, 41, 45, 51, 52, 53, 60, 72, 88, 99, 100, 101,
		120, 180,
	};

	k->npool = 0;
	for (unsigned n = 3 + below(&k->rng, 14); k->npool < n; k->npool++) {
		struct text *t = &k->pool[k->npool];

		t->len = 0;
		put(t, "", 0);
		switch (below(&k->rng, k->npool > 0 ? 9 : 3)) {
		case 0:
			put_words(k, t, below(&k->rng, 20));
			put_end(k, t);
			break;
		case 1:
			put_words(k, t, below(&k->rng, 5));
			put_end(k, t);
			break;
		case 2:
			put_filled(k, t, width[below(&k->rng,
						     ARRAY_LEN(width))]);
			put_end(k, t);
			break;
		case 3:
			put_odd(k, t);
			break;
		default:
			put_variant(k, t, &k->pool[below(&k->rng, k->npool)]);
		}
	}
}

static void
put_newline(struct kit *k, struct text *t)
{
	puts_to(t, one_in(&k->rng, 30) ? "\r\n" : "\n");
}

static void
put_blank(struct kit *k, struct text *t)
{
	static const char *const blank[] = {
		"\n", "\n", "\n", "\n", "\n\n", "  \n", "\r\n", "\t\n\n",
		"\xc2\xa0\n",
	};

	puts_to(t, blank[below(&k->rng, ARRAY_LEN(blank))]);
}

/* Words wrapped to some width, some of them those of the pool. */
static void
put_wrapped(struct kit *k, struct text *t)
{
	size_t width = 40 + below(&k->rng, 62), at = 0;
	struct text words = { NULL, 0, 0 };
	struct text *from = &k->pool[below(&k->rng, k->npool)];

	put(&words, from->p, from->len);
	puts_to(&words, " ");
	put_words(k, &words, 5 + below(&k->rng, 30));
	for (size_t i = 0; i < words.len; ) {
		size_t end = i + 1;

		while (end < words.len && words.p[end] != ' ')
			end++;
		if (at + (end - i) > width && at > 0) {
			put_newline(k, t);
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
put_document(struct kit *k, struct text *t, unsigned nlines)
{
	unsigned blanks = 2 + below(&k->rng, 6);
	size_t was = 0;

	for (unsigned i = 0; i < nlines; i++) {
		struct text *l = &k->pool[below(&k->rng, k->npool)];
		size_t start = t->len;

		if (one_in(&k->rng, blanks)) {
			put_blank(k, t);
		} else if (one_in(&k->rng, 12)) {
			put_wrapped(k, t);
		} else if (one_in(&k->rng, 6) && start > was) {
			char *copy = malloc(start - was);

			/* The line before once more, or the block. */
			assert_non_null(copy);
			memcpy(copy, t->p + was, start - was);
			put(t, copy, start - was);
			free(copy);
		} else {
			put(t, l->p, l->len);
			put_newline(k, t);
			was = start;
		}
	}
	if (t->len > 0 && one_in(&k->rng, 3))
		t->len--;
}

static void
make_corpus(struct rng *r, struct corpus *c)
{
	static const unsigned words[] = { 2, 3, 5, 8, PLAIN_WORDS };
	struct kit k = { .rng = *r };
	unsigned ndocs = one_in(r, 2) ? 1 : 1 + below(r, 4);
	unsigned most = one_in(r, 4) ? 40 : 12;

	k.rng.state = draw(r);
	k.nwords = words[below(&k.rng, ARRAY_LEN(words))];
	k.odd = one_in(&k.rng, 2) ? 1000 : 2 + below(&k.rng, 20);
	fill_pool(&k);
	c->n = 0;
	for (unsigned i = 0; i < ndocs; i++) {
		struct text t = { NULL, 0, 0 };

		put(&t, "", 0);
		put_document(&k, &t, below(&k.rng, most));
		corpus_add(c, t.p, t.len);
		free(t.p);
	}
	for (size_t i = 0; i < ARRAY_LEN(k.pool); i++)
		free(k.pool[i].p);
}

static void
make_options(struct rng *r, struct dedup_options *o)
{
	static const double threshold[] = { 0.8, 0.8, 0.5, 0.6, 0.9, 1, 0.01 };

	dedup_options_init(o);
	if (one_in(r, 3))
		o->unit = below(r, 4);
	if (one_in(r, 2))
		o->min_words = 1 + below(r, 8);
	if (one_in(r, 2))
		o->ngram = 1 + below(r, 5);
	o->threshold = threshold[below(r, ARRAY_LEN(threshold))];
	o->exact = one_in(r, 3);
	o->fold_digits = one_in(r, 5);
	o->contained = one_in(r, 4);
	o->scope = one_in(r, 6);
	o->seeded = true;
	o->seed = draw(r);
}

/* What must hold of any documents. */

typedef const char *property(const struct corpus *, struct dedup_options *,
			     uint64_t seed);

/* Try without the bytes from .. to of a document; keep that if it fails. */
static bool
shrinks(struct corpus *c, size_t doc, size_t from, size_t to, property *holds,
	struct dedup_options *opt, uint64_t seed)
{
	struct corpus less = { .n = 0 };
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
	bool any;

	do {
		any = false;
		for (size_t i = 0; i < c->n; i++)
			for (unsigned how = 0; how < 4; how++)
				for (size_t at = 0; at < c->doc[i].len; ) {
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
	} while (any);
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

static void
must_hold(property *holds, unsigned rounds, uint64_t stream)
{
	uint64_t first = setting("TEST_DEDUP_SEED", 1);

	rounds *= (unsigned)setting("TEST_DEDUP_ROUNDS", 1);
	for (uint64_t i = first; i < first + rounds; i++) {
		struct rng r = { i << 8 ^ stream };
		struct dedup_options opt, o;
		struct corpus c = { .n = 0 };
		uint64_t seed;
		const char *what;

		make_corpus(&r, &c);
		make_options(&r, &opt);
		seed = draw(&r);
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
			fail();
		}
		corpus_free(&c);
	}
}

static const char *
spans_hold(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers a;
	const char *what;

	opt->keep = seed % 4 == 0;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = check_spans(c, &a);
	answers_free(&a);
	return what;
}

static void
test_what_goes_is_whole_lines_in_order(void **state)
{
	(void)state;
	must_hold(spans_hold, 2000, 1);
}

static const char *
pieces_hold(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers a, b = { .n = 0 };
	const char *what;

	opt->keep = seed % 4 == 0;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = ask(c, opt, seed % 2 ? PIECES_BYTES : PIECES_RANDOM,
			   seed, &b);
	if (what == NULL)
		what = check_equal(&a, &b, true);
	answers_free(&a);
	answers_free(&b);
	return what;
}

static void
test_sizes_of_pieces_change_nothing(void **state)
{
	(void)state;
	must_hold(pieces_hold, 500, 2);
}

static const char *
second_pass_holds(const struct corpus *c, struct dedup_options *opt,
		  uint64_t seed)
{
	struct answers a;
	const char *what;

	(void)seed;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = check_second_pass(c, opt, &a);
	answers_free(&a);
	return what;
}

static void
test_second_pass_drops_nothing(void **state)
{
	(void)state;
	must_hold(second_pass_holds, 6000, 3);
}

static const char *
witnesses_hold(const struct corpus *c, struct dedup_options *opt,
	       uint64_t seed)
{
	struct answers a;
	const char *what;

	(void)seed;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = check_witnesses(c, opt, &a);
	answers_free(&a);
	return what;
}

static void
test_witnesses_stay_and_say_the_same(void **state)
{
	(void)state;
	must_hold(witnesses_hold, 2000, 4);
}

static struct oracle_counts counts;

static const char *
rules_hold(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers a;
	const char *what;

	(void)seed;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = check_rules(c, opt, &a, &counts);
	answers_free(&a);
	return what;
}

static const char *
exact_rules_hold(const struct corpus *c, struct dedup_options *opt,
		 uint64_t seed)
{
	opt->exact = true;
	opt->contained = false;
	return rules_hold(c, opt, seed);
}

static void
test_exact_answers_are_those_of_the_rules(void **state)
{
	(void)state;
	counts = (struct oracle_counts){ .judged = 0 };
	must_hold(exact_rules_hold, 2500, 5);
	assert_int_equal(counts.unsure, 0);
}

static void
test_answers_are_those_of_the_rules(void **state)
{
	(void)state;
	counts = (struct oracle_counts){ .judged = 0 };
	must_hold(rules_hold, 2500, 6);
	assert_true(counts.unsure * 20 < counts.judged);
	print_message("near: %llu, missed by the sketch: %llu; "
		      "%llu of %llu not compared\n",
		      (unsigned long long)counts.near,
		      (unsigned long long)counts.missed,
		      (unsigned long long)counts.unsure,
		      (unsigned long long)(counts.judged + counts.unsure));
	assert_true(counts.missed * 100 < counts.near);
}

static const char *
secret_holds(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers a, b = { .n = 0 };
	const char *what;

	opt->keep = seed % 4 == 0;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	opt->seeded = seed % 2 == 0;
	opt->seed ^= seed;
	if (what == NULL)
		what = ask(c, opt, PIECES_WHOLE, 0, &b);
	if (what == NULL)
		what = check_equal(&a, &b, true);
	answers_free(&a);
	answers_free(&b);
	return what;
}

static void
test_secret_changes_nothing(void **state)
{
	(void)state;
	must_hold(secret_holds, 1000, 7);
}

static const char *
places_hold(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers a, b = { .n = 0 };
	const char *what;

	opt->keep = seed % 4 == 0;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	opt->places = false;
	if (what == NULL)
		what = ask(c, opt, PIECES_WHOLE, 0, &b);
	if (what == NULL)
		what = check_equal(&a, &b, false);
	for (size_t i = 0; i < b.n && what == NULL; i++)
		for (size_t k = 0; k < b.doc[i].n; k++) {
			struct dedup_place *p = &b.doc[i].removals[k].witness;

			if (p->document != 0 || p->offset != 0 || p->line != 0)
				what = "a witness in spite of places = false";
		}
	answers_free(&a);
	answers_free(&b);
	return what;
}

static void
test_places_change_nothing_but_the_witness(void **state)
{
	(void)state;
	must_hold(places_hold, 500, 8);
}

static const char *
scope_holds(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers all, one;
	const char *what;

	opt->keep = seed % 4 == 0;
	opt->scope = DEDUP_SCOPE_DOCUMENT;
	what = ask(c, opt, PIECES_WHOLE, 0, &all);
	for (size_t i = 0; i < c->n && what == NULL; i++) {
		struct corpus alone = { .doc = { c->doc[i] }, .n = 1 };
		struct answers part = { .doc = { all.doc[i] }, .n = 1 };

		what = ask(&alone, opt, PIECES_WHOLE, 0, &one);
		for (size_t k = 0; k < one.doc[0].n; k++)
			one.doc[0].removals[k].witness.document += i;
		if (what == NULL)
			what = check_equal(&part, &one, true);
		answers_free(&one);
	}
	answers_free(&all);
	return what;
}

static void
test_scope_document_begins_afresh(void **state)
{
	(void)state;
	must_hold(scope_holds, 700, 9);
}

static const char *
keep_none_holds(const struct corpus *c, struct dedup_options *opt,
		uint64_t seed)
{
	struct answers first, none = { .n = 0 };
	const char *what;

	(void)seed;
	opt->keep = DEDUP_KEEP_FIRST;
	what = ask(c, opt, PIECES_WHOLE, 0, &first);
	opt->keep = DEDUP_KEEP_NONE;
	if (what == NULL)
		what = ask(c, opt, PIECES_WHOLE, 0, &none);
	if (what == NULL)
		what = check_keep_none(c, opt, &first, &none);
	answers_free(&first);
	answers_free(&none);
	return what;
}

static void
test_keep_none_drops_the_witnesses_too(void **state)
{
	(void)state;
	must_hold(keep_none_holds, 1500, 10);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_goes_is_whole_lines_in_order),
		cmocka_unit_test(test_sizes_of_pieces_change_nothing),
		cmocka_unit_test(test_second_pass_drops_nothing),
		cmocka_unit_test(test_witnesses_stay_and_say_the_same),
		cmocka_unit_test(test_exact_answers_are_those_of_the_rules),
		cmocka_unit_test(test_answers_are_those_of_the_rules),
		cmocka_unit_test(test_secret_changes_nothing),
		cmocka_unit_test(test_places_change_nothing_but_the_witness),
		cmocka_unit_test(test_scope_document_begins_afresh),
		cmocka_unit_test(test_keep_none_drops_the_witnesses_too),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
