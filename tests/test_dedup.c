/*
 * The engine through its public header: documents made of few words and few
 * lines, so that every rule meets every other, under all options.
 *
 * A random test that fails prints the smallest documents it can find that
 * still fail.  TEST_DEDUP_ROUNDS multiplies the rounds, TEST_DEDUP_SEED moves
 * where they start.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include <dirent.h>
#include <math.h>

#include "dedup.h"
#include "oracle.h"

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
ahead_holds(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers a, b = { .n = 0 };
	const char *what;

	opt->keep = seed % 4 == 0;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = ask(c, opt, PIECES_AHEAD, seed, &b);
	if (what == NULL)
		what = check_equal(&a, &b, true);
	answers_free(&a);
	answers_free(&b);
	return what;
}

static void
test_reading_ahead_changes_nothing(void **state)
{
	(void)state;
	must_hold(ahead_holds, 1500, 23);
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
		part.stats = one.stats;
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

/* Text without repeats. */

/* A word that was never said before, nor begins another; no digits. */
static void
put_new_word(struct text *t, unsigned *number)
{
	char word[] = "qaaaaa";
	unsigned v = ++*number;

	for (size_t i = sizeof(word) - 1; v > 0 && i > 0; v /= 26)
		word[--i] = (char)('a' + v % 26);
	puts_to(t, word);
}

static void
put_new_lines(struct rng *r, struct text *t, unsigned *number)
{
	static const char *const odd[] = {
		"\n", "\n\n", "```\n", "{\n", "---\n", "\r\n", "}}\n", "~~~\n",
	};
	static const char *const end[] = {
		".\n", "\n", "...\n", " Read more\n", ",\n", ";\n", "\n\n",
		"\xe2\x80\xa6\n", " = x[i];\n",
	};

	for (unsigned n = rng_below(r, 60); n > 0; n--) {
		if (rng_once(r, 4)) {
			puts_to(t, odd[rng_below(r, ARRAY_LEN(odd))]);
			continue;
		}
		for (unsigned k = 1 + rng_below(r, 25); k > 0; k--) {
			put_new_word(t, number);
			puts_to(t, k > 1 ? " " : "");
		}
		puts_to(t, end[rng_below(r, ARRAY_LEN(end))]);
	}
}

static void
test_text_without_repeats_stays(void **state)
{
	struct rng r = { 11 };

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct corpus c = { .n = 0 };
		struct dedup_options opt;
		struct answers a;
		unsigned number = 0;

		make_options(&r, &opt);
		opt.keep = rng_below(&r, 2);
		/* "Read more" and the like is little in common. */
		opt.threshold = opt.threshold < 0.5 ? 0.5 : opt.threshold;
		for (unsigned i = 1 + rng_below(&r, 4); i > 0; i--) {
			struct text t = { NULL, 0, 0 };

			put(&t, "", 0);
			put_new_lines(&r, &t, &number);
			corpus_add(&c, t.p, t.len);
			free(t.p);
		}
		assert_null(ask(&c, &opt, PIECES_WHOLE, 0, &a));
		if (a.stats.removed_bytes > 0) {
			options_print(&opt);
			corpus_print(&c);
			fail_msg("offset %llu goes", (unsigned long long)
				 (a.doc[0].n > 0 ? a.doc[0].removals[0].offset
						 : 0));
		}
		answers_free(&a);
		corpus_free(&c);
	}
}

/* Prose of many words: what the sketch is made for. */
static void
put_prose(struct rng *r, struct text *t, unsigned nwords)
{
	for (unsigned i = 0; i < nwords; i++) {
		unsigned word = 1 + rng_below(r, 3000);

		put_new_word(t, &word);
		puts_to(t, i + 1 < nwords ? " " : "\n\n");
	}
}

/* The same text, some words of it others, none beside another one. */
static void
put_edited(struct rng *r, struct text *t, const char *s, unsigned edits,
	   unsigned nwords)
{
	bool *edit = calloc(nwords + 1, sizeof(*edit));
	unsigned i = 0, word = 5000;

	assert_non_null(edit);
	while (edits > 0) {
		i = 1 + rng_below(r, nwords - 1);
		if (edit[i - 1] || edit[i] || edit[i + 1])
			continue;
		edit[i] = true;
		edits--;
	}
	for (i = 0; i < nwords; i++) {
		size_t n = strcspn(s, " \n");

		if (edit[i])
			put_new_word(t, &word);
		else
			put(t, s, n);
		puts_to(t, i + 1 < nwords ? " " : "\n\n");
		s += n + 1;
	}
	free(edit);
}

static void
test_near_duplicates_are_found(void **state)
{
	struct rng r = { 12 };
	struct text t = { NULL, 0, 0 };
	struct corpus c = { .n = 0 };
	struct dedup_options opt;
	struct answers a;
	unsigned units = 0;

	(void)state;
	dedup_options_init(&opt);
	opt.unit = DEDUP_UNIT_PARAGRAPH;
	while (t.len < 600000) {
		struct text unit = { NULL, 0, 0 };
		unsigned nwords = 12 + rng_below(&r, 90);

		put_prose(&r, &unit, nwords);
		put(&t, unit.p, unit.len);
		put_edited(&r, &t, unit.p, 1 + rng_below(&r, nwords / 20 + 1),
			   nwords);
		free(unit.p);
		units++;
	}
	corpus_add(&c, t.p, t.len);
	assert_null(ask(&c, &opt, PIECES_WHOLE, 0, &a));
	assert_null(check_spans(&c, &a));
	assert_int_equal(a.stats.removed[DEDUP_EXACT], 0);
	assert_true(a.stats.removed[DEDUP_NEAR] * 100 > (size_t)units * 99);
	assert_true(a.stats.removed[DEDUP_NEAR] <= units);
	answers_free(&a);
	corpus_free(&c);
	free(t.p);
}

/* The rules by example. */

static void
check_example(const struct dedup_options *opt, const char *in, const char *out)
{
	struct corpus c = { .n = 0 }, kept = { .n = 0 };
	struct answers a;
	const char *what;

	corpus_add(&c, in, strlen(in));
	what = ask(&c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = check_spans(&c, &a);
	if (what == NULL)
		what = check_witnesses(&c, opt, &a);
	if (what != NULL)
		fail_msg("%s", what);
	kept_corpus(&c, &a, &kept);
	corpus_add(&kept, out, strlen(out));
	if (kept.doc[0].len != kept.doc[1].len ||
	    memcmp(kept.doc[0].text, out, kept.doc[0].len) != 0) {
		corpus_print(&kept);
		fail_msg("kept is document 0, expected document 1");
	}
	answers_free(&a);
	corpus_free(&c);
	corpus_free(&kept);
}

#define TEN "one two three four five six seven eight nine ten"

static void
test_same_words_go(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_example(&opt, "The \xe2\x80\x9c" "Cable\xe2\x80\x9d goes on, on."
		      "\n\nthe CABLE - goes on: on\n\nNothing else to say."
		      "\n\n\xef\xbc\xb4he 'cable' goes on on",
		      "The \xe2\x80\x9c" "Cable\xe2\x80\x9d goes on, on.\n\n"
		      "Nothing else to say.\n");
	/* A removed first block takes the blank lines after it along. */
	check_example(&opt, "\n" TEN "\n" TEN "\n\n\nYes.\n\nYes.\n",
		      "\n" TEN "\n\n\nYes.\n\nYes.\n");
	check_example(&opt, "Yes, yes.\n\nYes, yes.\n\nNo.\n\nYes, yes.\n",
		      "Yes, yes.\n\nNo.\n\nYes, yes.\n");
	opt.min_words = 11;
	check_example(&opt, TEN "\n\nNo.\n\n" TEN "\n",
		      TEN "\n\nNo.\n\n" TEN "\n");
}

static void
test_near_ones_go_unless_numbers_differ(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_example(&opt, TEN "\n\n" TEN " eleven\n", TEN "\n");
	check_example(&opt, TEN " 96\n\n" TEN " 98\n",
		      TEN " 96\n\n" TEN " 98\n");
	check_example(&opt, "one two three four five six seven\n\n"
		      "one two three four five six seven eight\n",
		      "one two three four five six seven\n\n"
		      "one two three four five six seven eight\n");
	opt.fold_digits = true;
	check_example(&opt, TEN " 96\n\n" TEN " 1,298\n", TEN " 96\n");
	opt.fold_digits = false;
	opt.exact = true;
	check_example(&opt, TEN "\n\n" TEN " eleven\n",
		      TEN "\n\n" TEN " eleven\n");
	opt.exact = false;
	opt.threshold = 1;
	check_example(&opt, TEN "\n\n" TEN " eleven\n",
		      TEN "\n\n" TEN " eleven\n");
}

static void
test_short_lines_are_one_unit(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_example(&opt, "Home\nNews\nSport\nFilms\nMore of it\n\n"
		      "Sport\n\nHome\nNews\nSport\nFilms\nMore of it\n",
		      "Home\nNews\nSport\nFilms\nMore of it\n\nSport\n");
	check_example(&opt, "At sea\nAt sea\nAt sea\nNow\nNow\nAt sea\n",
		      "At sea\nNow\nNow\nAt sea\n");
	/* A run goes on across a line that goes. */
	check_example(&opt, TEN "\n\nAlpha beta\n" TEN "\ngamma delta epsilon"
		      "\n\nalpha beta\ngamma delta epsilon\n",
		      TEN "\n\nAlpha beta\ngamma delta epsilon\n");
}

#define WRAPPED								\
	"The ferry was late again, the quay was empty again, and it was\n" \
	"cold again, and so nobody stood there to see how it arrived in\n" \
	"the fog, with no one on board of it either.\n"

static void
test_wrapped_blocks_and_listings_are_units(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_example(&opt, WRAPPED "\nthe fog, with no one on board of it "
		      "either.\n\n" WRAPPED,
		      WRAPPED "\nthe fog, with no one on board of it either."
		      "\n");
	check_example(&opt, "```\na b c d e f\n\na b c d e f\n```\n\n"
		      "a b c d e f\n\n```\na b c d e f\n\na b c d e f\n```\n",
		      "```\na b c d e f\n\na b c d e f\n```\n\na b c d e f\n");
	check_example(&opt, "x = f(a, b, c, d);\nx = f(a, b, c, d);\n",
		      "x = f(a, b, c, d);\nx = f(a, b, c, d);\n");
}

static void
test_cut_off_leads_go(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_example(&opt, "one two three four fi...\n\nNews\n\n" TEN "\n",
		      "News\n\n" TEN "\n");
	check_example(&opt, "One two three four five. Read more \xc2\xbb\n\n"
		      TEN "\n", TEN "\n");
	check_example(&opt, "one two three four five [\xe2\x80\xa6]\n\n"
		      "One two three\n\nfour five six seven eight\n",
		      "One two three\n\nfour five six seven eight\n");
	check_example(&opt, "one two three four fi ...\n\n" TEN "\n",
		      "one two three four fi ...\n\n" TEN "\n");
	check_example(&opt, "one two three fo...\n\n" TEN "\n",
		      "one two three fo...\n\n" TEN "\n");
	/* Eight units are waited for. */
	check_example(&opt, "one two three four five...\n\na\n\nb\n\nc\n\nd"
		      "\n\ne\n\nf\n\ng\n\n" TEN "\n",
		      "a\n\nb\n\nc\n\nd\n\ne\n\nf\n\ng\n\n" TEN "\n");
	check_example(&opt, "one two three four five...\n\na\n\nb\n\nc\n\nd"
		      "\n\ne\n\nf\n\ng\n\nh\n\n" TEN "\n",
		      "one two three four five...\n\na\n\nb\n\nc\n\nd\n\ne"
		      "\n\nf\n\ng\n\nh\n\n" TEN "\n");
}

static void
test_contained_ones_go_where_asked_for(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_example(&opt, TEN "\n\nTHREE four five six seven\n",
		      TEN "\n\nTHREE four five six seven\n");
	opt.contained = true;
	check_example(&opt, TEN "\n\nTHREE four five six seven\n", TEN "\n");
	check_example(&opt, TEN "\n\nthree four five six eight\n",
		      TEN "\n\nthree four five six eight\n");
}

/* States. */

static void
test_options_out_of_range_are_refused(void **state)
{
	struct dedup_options plain, o;
	struct dedup *d;

	(void)state;
	dedup_options_init(&plain);
#define REFUSED(field, value)						\
	do {								\
		o = plain;						\
		o.field = value;					\
		d = (struct dedup *)&o;					\
		assert_int_equal(dedup_new(&o, &d), DEDUP_EINVAL);	\
		assert_null(d);						\
	} while (0)
	REFUSED(unit, DEDUP_UNIT_DOCUMENT + 1);
	REFUSED(scope, DEDUP_SCOPE_DOCUMENT + 1);
	REFUSED(keep, DEDUP_KEEP_NONE + 1);
	REFUSED(min_words, 0);
	REFUSED(ngram, 0);
	REFUSED(ngram, DEDUP_NGRAM_MAX + 1);
	REFUSED(threshold, 0);
	REFUSED(threshold, -0.5);
	REFUSED(threshold, 1.0001);
	REFUSED(threshold, NAN);
#undef REFUSED
	o = plain;
	o.ngram = DEDUP_NGRAM_MAX;
	o.threshold = 1;
	o.min_words = UINT32_MAX;
	assert_int_equal(dedup_new(&o, &d), DEDUP_OK);
	dedup_free(d);
	dedup_free(NULL);
}

static void
test_calls_in_a_wrong_state_are_refused(void **state)
{
	static const char text[] = TEN "\n\n" TEN "\n\nmore of it";
	struct dedup_options opt;
	struct dedup_verdict v;
	struct dedup_stats stats;
	struct dedup *d;
	size_t len = strlen(text), decided;

	(void)state;
	dedup_options_init(&opt);
	assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
	assert_int_equal(dedup_feed(d, text, len, &v), DEDUP_ESTATE);
	assert_int_equal(dedup_flush(d, text, len, &v), DEDUP_ESTATE);
	assert_int_equal(dedup_end(d, text, len, &v), DEDUP_ESTATE);
	assert_int_equal(v.nremovals, 0);
	assert_int_equal(dedup_again(d), DEDUP_ESTATE);
	assert_int_equal(dedup_begin(d), DEDUP_OK);
	assert_int_equal(dedup_begin(d), DEDUP_ESTATE);
	assert_int_equal(dedup_document(d, text, len, &v), DEDUP_ESTATE);
	assert_int_equal(dedup_feed(d, text, len, &v), DEDUP_OK);
	decided = (size_t)v.decided;
	assert_in_range(decided, 1, len - 1);
	/* Less than what is undecided; and none of it changed anything. */
	assert_int_equal(dedup_feed(d, text + decided, len - decided - 1, &v),
			 DEDUP_ESTATE);
	assert_int_equal(dedup_end(d, text + decided, len - decided, &v),
			 DEDUP_OK);
	assert_int_equal(v.decided, len);
	assert_int_equal(dedup_end(d, text, len, &v), DEDUP_ESTATE);
	dedup_get_stats(d, &stats);
	assert_int_equal(stats.documents, 1);
	assert_int_equal(stats.bytes, len);
	assert_int_equal(stats.units, 3);
	assert_int_equal(stats.removed[DEDUP_EXACT], 1);
	assert_true(stats.memory > 0);
	dedup_free(d);

	opt.keep = DEDUP_KEEP_NONE;
	assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
	assert_int_equal(dedup_begin(d), DEDUP_OK);
	assert_int_equal(dedup_again(d), DEDUP_ESTATE);
	assert_int_equal(dedup_end(d, text, len, &v), DEDUP_OK);
	assert_int_equal(v.nremovals, 1);
	assert_int_equal(dedup_again(d), DEDUP_OK);
	assert_int_equal(dedup_again(d), DEDUP_ESTATE);
	assert_int_equal(dedup_document(d, text, len, &v), DEDUP_OK);
	assert_int_equal(v.nremovals, 2);
	dedup_free(d);		/* in whatever state */
	assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
	assert_int_equal(dedup_begin(d), DEDUP_OK);
	assert_int_equal(dedup_feed(d, text, len, &v), DEDUP_OK);
	dedup_free(d);
}

static void
test_empty_documents_are_documents(void **state)
{
	static const char *const text[] = { "", "\n", " ", "\r\n\n \n", "\0" };
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	for (opt.unit = 0; opt.unit <= DEDUP_UNIT_DOCUMENT; opt.unit++) {
		struct corpus c = { .n = 0 };
		struct answers a;

		for (size_t i = 0; i < ARRAY_LEN(text); i++)
			corpus_add(&c, text[i], i < 4 ? strlen(text[i]) : 1);
		for (int how = PIECES_WHOLE; how <= PIECES_BYTES; how++) {
			assert_null(ask(&c, &opt, how, 0, &a));
			assert_int_equal(a.stats.documents, ARRAY_LEN(text));
			assert_int_equal(a.stats.removed_bytes, 0);
			answers_free(&a);
		}
		corpus_free(&c);
	}
}

static void
test_names_are_told(void **state)
{
	static const char *const reason[] = {
		"exact", "near", "repeat", "lead", "contained", "boilerplate",
		"listed",
	};

	(void)state;
	for (int i = 0; i < DEDUP_NREASONS; i++)
		assert_string_equal(dedup_reason_name(i), reason[i]);
	for (int i = DEDUP_OK; i <= DEDUP_ETABLE; i++)
		assert_true(strlen(dedup_strerror(i)) > 0);
	assert_string_equal(dedup_version(), DEDUP_VERSION);
}

/* Flushing. */

/*
 * Of the lines that were complete at a flush, all that stay, but for blank
 * ones at their end, are settled: 'tail' is what is not.
 */
static const char *
check_flushed(const struct document *doc, uint64_t decided, uint64_t fed,
	      const struct answer *a)
{
	uint64_t end = fed;

	while (end > 0 && doc->text[end - 1] != '\n')
		end--;
	for (uint64_t i = decided; i < end; i++) {
		bool gone = false;

		for (size_t k = 0; k < a->n; k++)
			gone |= i - a->removals[k].offset <
				a->removals[k].length;
		if (!gone && strchr(" \t\r\n", doc->text[i]) == NULL &&
		    (unsigned char)doc->text[i] < 0x80)
			return "a line is not settled by a flush";
	}
	return NULL;
}

static const char *
flush_holds(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers a = { .n = c->n };
	struct rng r = { seed };
	const char *what = NULL;
	struct dedup *d;

	/* A block and a document are units only when they are whole. */
	opt->unit = seed % 2 ? DEDUP_UNIT_LINE : DEDUP_UNIT_AUTO;
	assert_int_equal(dedup_new(opt, &d), DEDUP_OK);
	for (size_t i = 0; i < c->n && what == NULL; i++) {
		const struct document *doc = &c->doc[i];
		uint64_t decided = 0, fed = 0, at[64], was[64];
		size_t flushes = 0;
		bool end;

		assert_int_equal(dedup_begin(d), DEDUP_OK);
		do {
			struct dedup_verdict v;
			bool flush = rng_once(&r, 3) && flushes < 64;
			char *text;

			fed += rng_below(&r, 100);
			end = fed >= doc->len;
			fed = end ? doc->len : fed;
			text = exact_copy(doc->text + decided, fed - decided);
			assert_int_equal((end ? dedup_end : flush ?
				dedup_flush : dedup_feed)(d, text,
				fed - decided, &v), DEDUP_OK);
			free(text);
			answer_add(&a.doc[i], &v);
			decided = v.decided;
			if (flush && !end) {
				at[flushes] = fed;
				was[flushes++] = decided;
			}
		} while (!end);
		for (size_t k = 0; k < flushes && what == NULL; k++)
			what = check_flushed(doc, was[k], at[k], &a.doc[i]);
	}
	dedup_get_stats(d, &a.stats);
	dedup_free(d);
	if (what == NULL)
		what = check_spans(c, &a);
	answers_free(&a);
	return what;
}

static void
test_flush_settles_all_complete_lines(void **state)
{
	(void)state;
	must_hold(flush_holds, 500, 13);
}

/* Memory. */

#define LONG_TEXT							\
	"Menu\nNews of it\nSport\n\n" TEN "\n\n"			\
	"one two three four five...\n\nMenu\nNews of it\nSport\n\n"	\
	TEN " eleven\n\n" WRAPPED "\nthree four five six seven\n\n"	\
	"alpha beta gamma delta nin\xc3\xa9...\n\nAt sea\nAt sea\n\n"	\
	TEN "\n\xe2\x84\xab\xcc\x81\xef\xac\x83\n\n" WRAPPED "\n"	\
	"alpha beta gamma delta nin\xc3\xa9" "e and so on\n" TEN "\n"	\
	"So it goes on.\n"

/* What comes of LONG_TEXT, twice over and with all that the engine can do. */
struct outcome {
	enum dedup_status status;
	uint64_t failed;	/* allocations */
	uint64_t unrecorded;	/* units, in both readings */
	uint64_t nremovals, offsets;
	struct dedup_stats stats;
};

static enum dedup_status
feed_pieces(struct dedup *d, struct outcome *o)
{
	static const char text[] = LONG_TEXT;
	size_t decided = 0, fed = 0, len = strlen(text);
	enum dedup_status st = dedup_begin(d);
	struct dedup_verdict v;

	while (fed < len && st == DEDUP_OK) {
		fed = fed + 150 < len ? fed + 150 : len;
		st = (fed == len ? dedup_end : dedup_feed)
			(d, text + decided, fed - decided, &v);
		for (size_t i = 0; i < v.nremovals; i++)
			o->offsets += v.removals[i].offset *
				      (v.removals[i].reason + 1u);
		o->nremovals += v.nremovals;
		decided = (size_t)v.decided;
	}
	if (st != DEDUP_ENOMEM)
		return st;
	/* It can only be freed now. */
	assert_int_equal(v.nremovals, 0);
	o->failed += allocations_succeed();
	assert_int_equal(dedup_feed(d, text, len, &v), DEDUP_ESTATE);
	assert_int_equal(dedup_end(d, text, len, &v), DEDUP_ESTATE);
	assert_int_equal(dedup_begin(d), DEDUP_ESTATE);
	assert_int_equal(dedup_again(d), DEDUP_ESTATE);
	return DEDUP_ENOMEM;
}

/* With allocation k failing and, if 'on', all from it. */
static struct outcome
outcome_without(uint64_t k, bool on)
{
	struct outcome o = { .failed = 0 };
	struct dedup_options opt;
	struct dedup *d;
	int64_t live = allocations.live;

	dedup_options_init(&opt);
	opt.contained = true;
	opt.keep = DEDUP_KEEP_NONE;
	opt.seeded = true;
	allocations_fail(k, on);
	o.status = dedup_new(&opt, &d);
	if (o.status == DEDUP_OK) {
		for (int i = 0; i < 4 && o.status == DEDUP_OK; i++) {
			if (i == 2)
				assert_int_equal(dedup_again(d), DEDUP_OK);
			o.status = feed_pieces(d, &o);
			dedup_get_stats(d, &o.stats);
			if (i % 2 == 1)
				o.unrecorded += o.stats.unrecorded;
		}
	} else {
		assert_null(d);
	}
	o.failed += allocations_succeed();
	dedup_free(d);
	assert_int_equal(allocations.live, live);
	return o;
}

static void
test_lack_of_memory_is_told_and_leaks_nothing(void **state)
{
	struct outcome all = outcome_without(UINT64_MAX, false);

	(void)state;
	for (size_t i = 0; i <= DEDUP_CONTAINED; i++)
		assert_true(all.stats.removed[i] > 0);
	for (int on = 0; on < 2; on++) {
		struct outcome o;
		uint64_t k = 0;

		do {
			o = outcome_without(k++, on);
			if (o.status != DEDUP_OK) {
				assert_int_equal(o.status, DEDUP_ENOMEM);
				continue;
			}
			/* Less is known, or nothing has changed. */
			if (o.unrecorded > 0)
				continue;
			assert_int_equal(o.nremovals, all.nremovals);
			assert_int_equal(o.offsets, all.offsets);
		} while (o.failed > 0);
		assert_int_equal(o.status, DEDUP_OK);
		assert_true(k > 20);
	}
}

/* Sizes. */

#define MIB ((size_t)1 << 20)

/* What may wait by dedup.h, but for units of megabytes, and what is in hand. */
#define AHEAD ((size_t)768 << 10)

/* So many bytes, at least, of lines that are all different. */
static void
put_many(struct text *t, size_t len, unsigned words_a_line,
	 const char *newline)
{
	unsigned number = 0;

	for (size_t end = t->len + len; t->len < end; ) {
		for (unsigned i = 0; i < words_a_line; i++) {
			put_new_word(t, &number);
			puts_to(t, "abcdefghijklmnopqrstuvwxyz ");
		}
		puts_to(t, newline);
	}
}

static void
put_times(struct text *t, size_t len, const char *s)
{
	for (size_t end = t->len + len; t->len < end; )
		puts_to(t, s);
}

/*
 * Whatever pieces it comes in, the answers are the same and no more than
 * 'undecided' bytes wait, beyond a piece.  Frees 't'.
 */
static void
check_large(struct text *t, enum dedup_unit unit, size_t undecided,
	    struct answers *a)
{
	struct corpus c = { .n = 0 };
	struct dedup_options opt;
	struct answers b = { .n = 0 };
	const char *what;
	size_t waited;

	dedup_options_init(&opt);
	opt.unit = unit;
	corpus_add(&c, t->p, t->len);
	free(t->p);
	*t = (struct text){ NULL, 0, 0 };
	what = ask(&c, &opt, PIECES_WHOLE, 0, a);
	if (what == NULL)
		what = ask(&c, &opt, PIECES_LARGE, 1, &b);
	if (what == NULL)
		what = check_equal(a, &b, true);
	if (what == NULL && a->doc[0].n < 10)
		what = check_spans(&c, a);
	waited = b.undecided;
	for (uint64_t seed = 1; what == NULL && seed < 4; seed++) {
		answers_free(&b);
		what = ask(&c, &opt, PIECES_AHEAD, seed, &b);
		if (what == NULL)
			what = check_equal(a, &b, true);
	}
	answers_free(&b);
	corpus_free(&c);
	if (what == NULL && waited <= undecided + PIECE_MAX)
		return;
	answers_free(a);
	if (what != NULL)
		fail_msg("%s", what);
	fail_msg("%zu bytes undecided, %zu allowed", waited,
		 undecided + PIECE_MAX);
}

static void
test_unit_too_long_to_judge_stays(void **state)
{
	static const struct {
		enum dedup_unit unit;
		unsigned words;		/* in a line */
		const char *newline;
	} kind[] = {
		{ DEDUP_UNIT_AUTO, 100, "" },		/* a line */
		{ DEDUP_UNIT_LINE, 100, "" },
		{ DEDUP_UNIT_PARAGRAPH, 100, "" },
		{ DEDUP_UNIT_AUTO, 4, "\n" },		/* a run */
		{ DEDUP_UNIT_PARAGRAPH, 9, "\n" },
		{ DEDUP_UNIT_DOCUMENT, 9, "\n\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kind); i++) {
		struct text t = { NULL, 0, 0 };
		struct answers a;

		puts_to(&t, TEN "\n\n");
		put_many(&t, 5 * MIB, kind[i].words, kind[i].newline);
		puts_to(&t, "\n\n" TEN "\n\n");
		put_many(&t, 5 * MIB, kind[i].words, kind[i].newline);
		puts_to(&t, "\n\n" TEN "\n");
		check_large(&t, kind[i].unit, 2 * DEDUP_UNIT_MAX, &a);
		if (kind[i].unit == DEDUP_UNIT_DOCUMENT) {
			assert_int_equal(a.stats.oversize, 1);
			assert_int_equal(a.doc[0].n, 0);
		} else {
			assert_int_equal(a.stats.oversize, 2);
			assert_int_equal(a.doc[0].n, 2);
		}
		answers_free(&a);
	}
}

/*
 * Text of several hundred KiB in which blocks, listings, and what only looks
 * like one, are about as long as is waited for.
 */
static void
put_long_blocks(struct rng *r, struct text *t)
{
	static const char *const line[] = {
		TEN "\n", "one two three\n", "```\n", "~~~\n", "...\n",
		"\xc2\xa0\n", "x = f(y); /* of it */\n", "Share\n",
	};
	static const char *const blank[] = { "\n", " \n", "\r\n", "\t\n\n" };

	while (t->len < 700000) {
		size_t end = t->len + rng_below(r, rng_once(r, 2) ? 150000 :
						2000);
		unsigned blanks = rng_below(r, 4) * 50;
		unsigned odd = rng_once(r, 2) ? 3000 : 20;

		while (t->len < end) {
			char s[80];

			if (rng_once(r, odd)) {
				puts_to(t, line[rng_below(r, ARRAY_LEN(line))]);
				continue;
			}
			if (blanks > 0 && rng_once(r, blanks)) {
				puts_to(t, blank[rng_below(r, 4)]);
				continue;
			}
			snprintf(s, sizeof(s), "word%u of a line that %u says "
				 "this time\n", rng_below(r, 300),
				 rng_below(r, 9));
			puts_to(t, s);
		}
		if (rng_once(r, 2))
			puts_to(t, blank[rng_below(r, 4)]);
	}
}

static void
test_reading_ahead_of_long_blocks_changes_nothing(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		struct rng r = { i + 7 };
		struct text t = { NULL, 0, 0 };
		struct answers a;

		put_long_blocks(&r, &t);
		check_large(&t, i % 2 == 0 ? DEDUP_UNIT_AUTO : i / 2 % 4,
			    2 * DEDUP_UNIT_MAX, &a);
		answers_free(&a);
	}
}

static void
test_many_blank_lines_do_not_wait(void **state)
{
	struct text t = { NULL, 0, 0 };
	struct answers a;

	(void)state;
	puts_to(&t, TEN "\n");
	put_times(&t, MIB, "\n");
	puts_to(&t, TEN "\n");
	put_times(&t, MIB, " \r\n");
	check_large(&t, DEDUP_UNIT_AUTO, AHEAD, &a);
	assert_int_equal(a.doc[0].n, 1);
	answers_free(&a);
	puts_to(&t, "Alpha beta gamma delta ep...\n\n");
	put_times(&t, 2 * MIB, "\n");
	check_large(&t, DEDUP_UNIT_AUTO, AHEAD, &a);
	answers_free(&a);
}

/* Look-ahead. */

static void
check_ahead(const char *first, const char *times)
{
	struct text t = { NULL, 0, 0 };
	struct answers a;

	puts_to(&t, TEN "\n\n");
	puts_to(&t, first);
	put_times(&t, 2 * MIB, times);
	check_large(&t, DEDUP_UNIT_AUTO, AHEAD, &a);
	answers_free(&a);
}

static void
test_look_ahead_is_bounded(void **state)
{
	static const char lead[] = "Alpha beta gamma delta ep...\n\n";

	(void)state;
	check_ahead("", TEN "\n\n");
	check_ahead("", TEN "\n");
	check_ahead("No\nYes\n\n", "No\nYes\n\n");
	check_ahead("```\n", TEN "\n\nand other text than this here\n\n");
	check_ahead(lead, "No.\n\nYes.\n\n");
	/* While nothing stays, what waits is told by length alone. */
	check_ahead(lead, TEN "\n\n");
	check_ahead("Alpha beta\n", TEN "\n");
}

/*
 * A second pass over the output of these drops nothing.  Each has been seen to
 * drop something, or stands for many that have.
 */

static void
check_again(const char *const *text, size_t n)
{
	struct corpus c = { .n = 0 };
	struct dedup_options opt;
	struct answers a;
	const char *what;

	dedup_options_init(&opt);
	for (size_t i = 0; i < n; i++)
		corpus_add(&c, text[i], strlen(text[i]));
	what = ask(&c, &opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = check_second_pass(&c, &opt, &a);
	answers_free(&a);
	if (what != NULL && c.doc[c.n - 1].len < 1000)
		corpus_print(&c);
	corpus_free(&c);
	if (what != NULL)
		fail_msg("%s", what);
}

#define CHECK_AGAIN(...)						\
	check_again((const char *const []){ __VA_ARGS__ },		\
		    ARRAY_LEN(((const char *const []){ __VA_ARGS__ })))

/* Lines that are wrapped text where they follow each other. */
#define LINE_A "all of the words of this line are in one line of wrapped text"
#define LINE_B "and there is more of it, said on the line after that"

static void
test_second_pass_where_the_rest_reads_as_a_whole(void **state)
{
	(void)state;
	CHECK_AGAIN(LINE_A "\n" LINE_A "\n" LINE_B "\n\n" LINE_A "\n```\n"
		    LINE_A "\n");
	CHECK_AGAIN("{\n{\n" LINE_A "\n" LINE_A "\n\n" LINE_A "\n" LINE_A
		    "\n{\nby me and them\n");
	CHECK_AGAIN(LINE_A "\n" LINE_A "\nby me\n\n" LINE_A "\nby us\n"
		    LINE_B ".\n" LINE_A "\n");
	/* A line that comes before may not be told from a whole block. */
	CHECK_AGAIN(TEN "\n\n[\n[\nby me\n.\n" TEN "\n\nby me\nof it\n");
	/* The whole ends as a cut-off lead does. */
	CHECK_AGAIN(LINE_A "\n" TEN "\nand so...\n\n" LINE_A " and so on\n");
	CHECK_AGAIN(TEN ".\n\n" LINE_A "\n" TEN "\nand so...\n\n" LINE_A
		    " and so on\n");
	CHECK_AGAIN(TEN "\n\n{\n" TEN "\none two (three)...\n{\nfour fi...\n"
		    "\none two three four five\n");
}

static void
test_second_pass_where_a_lead_waits_beyond_a_whole(void **state)
{
	(void)state;
	CHECK_AGAIN("One two three four five...\n\n" LINE_A "\n" LINE_A "\n"
		    LINE_B "\n\n" TEN "\n");
	CHECK_AGAIN(LINE_A "\n\nOne two three four five...\n\n.\n" LINE_A
		    "\n;\n\n" TEN "\n");
}

static void
test_second_pass_where_a_run_goes_before_a_lead(void **state)
{
	(void)state;
	CHECK_AGAIN("Sign up now\nfor our letter\n\nSign up now\n"
		    "for our letter\nOne two three four five...\n" TEN "\n");
	CHECK_AGAIN("So it is\n\nSo it is\nOne two three four five...\n\n"
		    TEN "\n");
}

static void
test_second_pass_where_a_run_made_leads_stay(void **state)
{
	(void)state;
	CHECK_AGAIN("Sign up\nfor our letter\n\nRead on\nSign up\n\n"
		    "One two three four five...\n\nSign up\nfor our letter\n\n"
		    TEN "\n");
	CHECK_AGAIN("Sign up now\n\nsign up now for letters...\n\n"
		    "Sign up now\nfor letters\n\n"
		    "sign up now for letters and more\n");
}

/* Articles, as read from the directory beside ours. */

static char *
read_file(const char *directory, const char *name, size_t *len)
{
	char path[512], *p;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	p = malloc(1 << 20);
	assert_non_null(p);
	*len = fread(p, 1, 1 << 20, f);
	fclose(f);
	return p;
}

static void
test_articles_come_out_clean(void **state)
{
	const char *raw = "../shared/articles/raw";
	const char *clean = "../shared/articles/clean";
	struct dirent *e;
	DIR *dir = opendir(raw);

	(void)state;
	if (dir == NULL) {
		print_message("no %s: skipped\n", raw);
		skip();
	}
	while ((e = readdir(dir)) != NULL) {
		struct corpus c = { .n = 0 }, kept = { .n = 0 };
		struct dedup_options opt;
		struct answers a;
		size_t len;
		char *p;

		if (e->d_name[0] == '.')
			continue;
		p = read_file(raw, e->d_name, &len);
		corpus_add(&c, p, len);
		free(p);
		dedup_options_init(&opt);
		assert_null(ask(&c, &opt, PIECES_RANDOM, 1, &a));
		kept_corpus(&c, &a, &kept);
		p = read_file(clean, e->d_name, &len);
		assert_int_equal(kept.doc[0].len, len);
		assert_memory_equal(kept.doc[0].text, p, len);
		free(p);
		assert_null(check_spans(&c, &a));
		assert_null(check_witnesses(&c, &opt, &a));
		assert_null(check_rules(&c, &opt, &a, NULL));
		assert_null(check_second_pass(&c, &opt, &a));
		answers_free(&a);
		corpus_free(&c);
		corpus_free(&kept);
	}
	closedir(dir);
}

/* The rest of the block may still come, and is to stand apart as before. */
static void
test_flush_leaves_the_separator_of_a_block_that_may_go_on(void **state)
{
	static const char first[] = TEN "\n\n" TEN "\n", more[] = "Can it be";
	char text[sizeof(first) + sizeof(more)];
	struct dedup_options opt;
	struct dedup_verdict v;
	struct dedup *d;
	uint64_t decided;

	(void)state;
	strcpy(text, first);
	strcat(text, more);
	dedup_options_init(&opt);
	assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
	assert_int_equal(dedup_begin(d), DEDUP_OK);
	assert_int_equal(dedup_flush(d, text, strlen(first), &v), DEDUP_OK);
	assert_int_equal(v.nremovals, 1);
	assert_int_equal(v.removals[0].separator_length, 0);
	decided = v.decided;
	assert_int_equal(dedup_end(d, text + decided, strlen(text) - decided,
				   &v), DEDUP_OK);
	assert_int_equal(v.nremovals, 0);
	dedup_free(d);
}

/* A lead far above what completes it, in a block judged as it comes in. */
static void
test_pieces_change_nothing_where_a_lead_waits_for_long(void **state)
{
	static const char full[] = "here stands in full what was begun far "
		"above and then cut off by somebody";
	const size_t lead = 44;
	struct text t = { NULL, 0, 0 };
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	for (unsigned gap = 523200; gap < 524600; gap += 100) {
		uint64_t removed[2];
		char line[100];
		size_t from;

		t.len = 0;
		for (unsigned i = 0; i < 2500; i++) {
			snprintf(line, sizeof(line), "q%u r%u s%u t%u u%u "
				 "v%u\n", i, i, i, i, i, i);
			puts_to(&t, line);
		}
		from = t.len;
		put(&t, full, lead);
		puts_to(&t, "...\n");
		for (unsigned i = 0; t.len - from < gap; i = (i + 1) % 2500) {
			snprintf(line, sizeof(line), "q%u r%u s%u t%u u%u "
				 "v%u\n", i, i, i, i, i, i);
			puts_to(&t, line);
		}
		puts_to(&t, full);
		puts_to(&t, "\n");
		for (unsigned i = 0; i < 100; i++)
			puts_to(&t, "q0 r0 s0 t0 u0 v0\n");
		for (unsigned i = 0; i < 2; i++) {
			size_t step = i == 0 ? t.len : 30, had = 0;
			uint64_t decided = 0;
			struct dedup_verdict v;
			struct dedup_stats stats;
			struct dedup *d;

			assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
			assert_int_equal(dedup_begin(d), DEDUP_OK);
			while (had < t.len) {
				had += t.len - had < step ? t.len - had : step;
				assert_int_equal(dedup_feed(d, t.p + decided,
					had - decided, &v), DEDUP_OK);
				decided = v.decided;
			}
			assert_int_equal(dedup_end(d, t.p + decided,
				had - decided, &v), DEDUP_OK);
			dedup_get_stats(d, &stats);
			removed[i] = stats.removed[DEDUP_LEAD];
			dedup_free(d);
		}
		assert_int_equal(removed[0], removed[1]);
	}
	free(t.p);
}

/* More is read into a part after a look-up: its words move. */
static void
test_parts_may_be_read_into_after_a_look_up(void **state)
{
	struct text t = { NULL, 0, 0 };
	struct dedup_stretch s = { .ends = true };
	struct dedup_options opt;
	struct dedup_verdict v;
	struct dedup_part *part;
	struct dedup *d;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		char line[80];

		snprintf(line, sizeof(line), "some line of text that says "
			 "thing number %05u%s\n", i, i == 0 ? "..." : "");
		puts_to(&t, line);
	}
	s.text = t.p;
	dedup_options_init(&opt);
	assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
	assert_int_equal(dedup_part_new(d, false, &part), DEDUP_OK);
	s.len = (size_t)(strchr(t.p, '\n') + 1 - t.p);
	assert_int_equal(dedup_part_read(part, &s), DEDUP_OK);
	dedup_begin_proposals(d);
	assert_int_equal(dedup_part_propose(d, part), DEDUP_OK);
	s.len = t.len;
	assert_int_equal(dedup_part_read(part, &s), DEDUP_OK);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(dedup_begin(d), DEDUP_OK);
		assert_int_equal(dedup_feed_part(d, part, &v), DEDUP_OK);
	}
	assert_int_equal(v.nremovals, 1);
	dedup_part_free(part);
	dedup_free(d);
	free(t.p);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_words_go),
		cmocka_unit_test(test_near_ones_go_unless_numbers_differ),
		cmocka_unit_test(test_short_lines_are_one_unit),
		cmocka_unit_test(test_wrapped_blocks_and_listings_are_units),
		cmocka_unit_test(test_cut_off_leads_go),
		cmocka_unit_test(test_contained_ones_go_where_asked_for),
		cmocka_unit_test(test_options_out_of_range_are_refused),
		cmocka_unit_test(test_calls_in_a_wrong_state_are_refused),
		cmocka_unit_test(test_empty_documents_are_documents),
		cmocka_unit_test(test_names_are_told),
		cmocka_unit_test(test_text_without_repeats_stays),
		cmocka_unit_test(test_near_duplicates_are_found),
		cmocka_unit_test(test_what_goes_is_whole_lines_in_order),
		cmocka_unit_test(test_sizes_of_pieces_change_nothing),
		cmocka_unit_test(test_reading_ahead_changes_nothing),
		cmocka_unit_test(
			test_reading_ahead_of_long_blocks_changes_nothing),
		cmocka_unit_test(test_second_pass_drops_nothing),
		cmocka_unit_test(test_witnesses_stay_and_say_the_same),
		cmocka_unit_test(test_exact_answers_are_those_of_the_rules),
		cmocka_unit_test(test_answers_are_those_of_the_rules),
		cmocka_unit_test(test_secret_changes_nothing),
		cmocka_unit_test(test_places_change_nothing_but_the_witness),
		cmocka_unit_test(test_scope_document_begins_afresh),
		cmocka_unit_test(test_keep_none_drops_the_witnesses_too),
		cmocka_unit_test(test_flush_settles_all_complete_lines),
		cmocka_unit_test(
			test_flush_leaves_the_separator_of_a_block_that_may_go_on),
		cmocka_unit_test(
			test_lack_of_memory_is_told_and_leaks_nothing),
		cmocka_unit_test(test_unit_too_long_to_judge_stays),
		cmocka_unit_test(test_many_blank_lines_do_not_wait),
		cmocka_unit_test(test_look_ahead_is_bounded),
		cmocka_unit_test(test_articles_come_out_clean),
		cmocka_unit_test(
			test_second_pass_where_the_rest_reads_as_a_whole),
		cmocka_unit_test(
			test_second_pass_where_a_lead_waits_beyond_a_whole),
		cmocka_unit_test(
			test_second_pass_where_a_run_goes_before_a_lead),
		cmocka_unit_test(test_second_pass_where_a_run_made_leads_stay),
		cmocka_unit_test(
			test_pieces_change_nothing_where_a_lead_waits_for_long),
		cmocka_unit_test(
			test_parts_may_be_read_into_after_a_look_up),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
