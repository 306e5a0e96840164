/*
 * The engine through its public header: the rules by example, and random
 * documents under all options (generate.h).
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include <dirent.h>
#include <math.h>

#include "dedup.h"
#include "generate.h"
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
	assert_true(hold(spans_hold, 2000, 1, false));
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
	assert_true(hold(pieces_hold, 500, 2, false));
}

static const char *
batch_holds(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers a, b = { .n = 0 };
	const char *what;

	opt->keep = seed % 4 == 0;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = ask(c, opt, PIECES_BATCH, seed, &b);
	if (what == NULL)
		what = check_equal(&a, &b, true);
	answers_free(&a);
	answers_free(&b);
	return what;
}

static void
test_many_documents_in_one_call_change_nothing(void **state)
{
	(void)state;
	assert_true(hold(batch_holds, 1500, 25, false));
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
	assert_true(hold(ahead_holds, 1500, 23, false));
}

static uint64_t again_dropped, again_bytes;

static const char *
second_pass_holds(const struct corpus *c, struct dedup_options *opt,
		  uint64_t seed)
{
	struct answers a;
	const char *what;

	(void)seed;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = second_pass(c, opt, &a, &again_dropped, &again_bytes);
	answers_free(&a);
	return what;
}

/* What stood apart may stand together then: little, even of such text. */
static void
test_second_pass_drops_little(void **state)
{
	(void)state;
	again_dropped = again_bytes = 0;
	assert_true(hold(second_pass_holds, 2000, 3, false));
	print_message("second pass: %.2f %% of the bytes\n",
		      100.0 * (double)again_dropped / (double)again_bytes);
	assert_true(again_dropped * 20 < again_bytes);
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
	assert_true(hold(witnesses_hold, 2000, 4, false));
}

/* The oracle against itself: what the rules say has witnesses that stay. */
static const char *
own_witnesses_hold(const struct corpus *c, struct dedup_options *opt,
		   uint64_t seed)
{
	struct answers a;
	const char *what;

	(void)seed;
	oracle_answers(c, opt, &a);
	what = check_witnesses(c, opt, &a);
	if (what == NULL)
		what = check_rules(c, opt, &a, NULL);
	answers_free(&a);
	return what;
}

static void
test_rules_name_witnesses_that_stay(void **state)
{
	(void)state;
	assert_true(hold(own_witnesses_hold, 500, 14, false));
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
	assert_true(hold(exact_rules_hold, 2500, 5, false));
}

static void
test_answers_are_those_of_the_rules(void **state)
{
	(void)state;
	counts = (struct oracle_counts){ .near = 0 };
	assert_true(hold(rules_hold, 2500, 6, false));
	print_message("missed by the sketch: %llu of %llu near, %llu of %llu "
		      "in loose form, %llu of %llu before they are said, "
		      "%llu of %llu similar\n",
		      (unsigned long long)counts.near_missed,
		      (unsigned long long)counts.near,
		      (unsigned long long)counts.loose_missed,
		      (unsigned long long)counts.loose,
		      (unsigned long long)counts.soon_missed,
		      (unsigned long long)counts.soon,
		      (unsigned long long)counts.similar_missed,
		      (unsigned long long)counts.similar);
	/* Shares of a few are chance. */
	if (every() > 1)
		return;
	assert_true(counts.near_missed * 100 < counts.near);
	/* Such short words as these are seldom joined so often. */
	assert_true(counts.loose_missed * 5 < counts.loose);
	assert_true(counts.similar_missed * 100 < counts.similar);
}

/* All of it, with blocks that are too long to be split at once. */
static const char *
large_holds(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers a, b = { .n = 0 };
	const char *what;

	opt->exact |= seed % 2 == 0;
	what = ask(c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = check_spans(c, &a);
	if (what == NULL)
		what = check_rules(c, opt, &a, NULL);
	for (enum pieces how = PIECES_RANDOM; how <= PIECES_BATCH &&
	     what == NULL; how++) {
		answers_free(&b);
		what = ask(c, opt, how, seed, &b);
		if (what == NULL)
			what = check_equal(&a, &b, true);
	}
	answers_free(&a);
	answers_free(&b);
	return what;
}

static void
test_answers_on_long_blocks_are_those_of_the_rules(void **state)
{
	(void)state;
	assert_true(hold(large_holds, 12, 24, true));
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
	assert_true(hold(secret_holds, 1000, 7, false));
}

/* A word that is no other one, most often. */
static void
put_any_word(struct rng *r, struct text *t)
{
	char word[16];
	unsigned len = rng_range(r, 2, 7);

	for (unsigned i = 0; i < len; i++)
		word[i] = "aeiou" "bdfglmnprst"[rng_below(r, 16)];
	put(t, word, len);
}

/*
 * Sentences that lose words at their ends, and, 'joined', such as have words
 * joined and parted; each is a near copy of others, and of these of yet others.
 */
static void
put_chains(struct rng *r, struct text *t, bool joined)
{
	struct text s = { NULL, 0, 0 };

	for (unsigned n = rng_range(r, 14, 40); n > 0; n--) {
		put_any_word(r, &s);
		puts_to(&s, n > 1 ? " " : "");
	}
	for (unsigned k = rng_range(r, 2, 12); k > 0; k--) {
		size_t from = 0, to = s.len;

		for (unsigned n = rng_below(r, 4); n > 0; n--)
			from += strcspn(s.p + from, " ") + 1;
		for (unsigned n = rng_below(r, 4); n > 0; n--)
			while (s.p[--to] != ' ')
				;
		for (size_t i = from; i < to; i++)
			if (s.p[i] != ' ' || !joined || !rng_once(r, 5)) {
				put(t, s.p + i, 1);
				if (joined && rng_once(r, 30))
					puts_to(t, " ");
			}
		puts_to(t, ".\n\n");
	}
	free(s.p);
}

static void
test_eight_secrets_give_the_same(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		struct rng r = { 800 + i };
		struct corpus c = { .n = 0 };
		struct dedup_options opt;
		struct answers first, a;
		const char *what;

		dedup_options_init(&opt);
		opt.seeded = true;
		opt.contained = i % 4 == 3;
		opt.threshold = i % 5 == 4 ? 0.8 : 0;
		for (unsigned k = 0; k < 3; k++) {
			struct text t = { NULL, 0, 0 };

			for (unsigned n = 0; n < 25; n++)
				put_chains(&r, &t, i % 2 == 1);
			corpus_add(&c, t.p, t.len);
			free(t.p);
		}
		assert_null(ask(&c, &opt, PIECES_WHOLE, 0, &first));
		what = check_witnesses(&c, &opt, &first);
		if (what != NULL)
			fail_msg("corpus %u: %s", i, what);
		for (opt.seed = 1; opt.seed < 8; opt.seed++) {
			what = ask(&c, &opt, PIECES_WHOLE, 0, &a);
			if (what == NULL)
				what = check_equal(&first, &a, true);
			if (what != NULL)
				fail_msg("corpus %u, secret %u: %s", i,
					 (unsigned)opt.seed, what);
			answers_free(&a);
		}
		answers_free(&first);
		corpus_free(&c);
	}
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
	assert_true(hold(places_hold, 500, 8, false));
}

static const char *
scope_holds(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers all, one;
	const char *what;

	opt->keep = seed % 4 == 0;
	opt->scope = DEDUP_SCOPE_DOCUMENT;
	/* These look at all documents. */
	opt->boilerplate = 0;
	if (c->nreference > 0)
		return NULL;
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
	assert_true(hold(scope_holds, 700, 9, false));
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
	assert_true(hold(keep_none_holds, 1500, 10, false));
}

/* What goes is said by what stays, with the last copy too. */
static const char *
keep_last_holds(const struct corpus *c, struct dedup_options *opt,
		uint64_t seed)
{
	struct answers last;
	const char *what;

	(void)seed;
	opt->keep = DEDUP_KEEP_LAST;
	what = ask(c, opt, PIECES_WHOLE, 0, &last);
	if (what == NULL)
		what = check_witnesses(c, opt, &last);
	answers_free(&last);
	return what;
}

static void
test_keep_last_keeps_a_text_that_says_it(void **state)
{
	(void)state;
	assert_true(hold(keep_last_holds, 1500, 31, false));
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
		if (opt.threshold > 0 && opt.threshold < 0.5)
			opt.threshold = 0.5;
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
				 (a.doc[0].n > 0 ? a.doc[0].removals[0].begin
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
test_similar_units_are_found(void **state)
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
	opt.threshold = 0.8;
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
	assert_true(a.stats.removed[DEDUP_SIMILAR] * 100 > (size_t)units * 99);
	assert_true(a.stats.removed[DEDUP_SIMILAR] <= units);
	answers_free(&a);
	corpus_free(&c);
	free(t.p);
}

/* The rules by example: what the library says, and what the oracle says. */

static void
check_kept(const struct corpus *c, const struct answers *a, const char *out)
{
	struct corpus kept;

	kept_corpus(c, a, &kept);
	corpus_add(&kept, out, strlen(out));
	if (kept.doc[0].len != kept.doc[1].len ||
	    memcmp(kept.doc[0].text, out, kept.doc[0].len) != 0) {
		corpus_print(&kept);
		fail_msg("kept is document 0, expected document 1");
	}
	corpus_free(&kept);
}

static void
check_example(const struct dedup_options *opt, const char *in, const char *out)
{
	struct corpus c = { .n = 0 };
	struct answers a, rules;
	const char *what;

	corpus_add(&c, in, strlen(in));
	oracle_answers(&c, opt, &rules);
	check_kept(&c, &rules, out);
	what = ask(&c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = check_spans(&c, &a);
	if (what == NULL)
		what = check_witnesses(&c, opt, &a);
	if (what != NULL)
		fail_msg("%s", what);
	check_kept(&c, &a, out);
	answers_free(&rules);
	answers_free(&a);
	corpus_free(&c);
}

/* A span that goes: its line, why, and the line of its witness. */
struct gone {
	uint64_t line;
	enum dedup_reason reason;
	uint64_t witness;
};

static void
check_spans_are(const struct answers *a, const struct gone *want, size_t n)
{
	for (size_t i = 0; i < n && i < a->doc[0].n; i++) {
		const struct dedup_removal *r = &a->doc[0].removals[i];

		assert_int_equal(r->line, want[i].line);
		assert_string_equal(dedup_reason_name(r->reason),
				    dedup_reason_name(want[i].reason));
		assert_int_equal(r->witness.line, want[i].witness);
	}
	assert_int_equal(a->doc[0].n, n);
}

static void
check_gone(const struct dedup_options *opt, const char *in,
	   const struct gone *want, size_t n)
{
	struct corpus c = { .n = 0 };
	struct answers a, rules;
	const char *what;

	corpus_add(&c, in, strlen(in));
	oracle_answers(&c, opt, &rules);
	check_spans_are(&rules, want, n);
	what = ask(&c, opt, PIECES_WHOLE, 0, &a);
	if (what == NULL)
		what = check_witnesses(&c, opt, &a);
	if (what != NULL)
		fail_msg("%s", what);
	check_spans_are(&a, want, n);
	answers_free(&rules);
	answers_free(&a);
	corpus_free(&c);
}

#define CHECK_GONE(opt, in, ...)					\
	check_gone(opt, in, (const struct gone []){ __VA_ARGS__ },	\
		   ARRAY_LEN(((const struct gone []){ __VA_ARGS__ })))

static void
check_stays(const struct dedup_options *opt, const char *in)
{
	check_example(opt, in, in);
}

/* Fewer than 12 words, which a full stop keeps from being a headline. */
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
	/* Verse says it again, and goes on. */
	check_stays(&opt, "Row, row, row your boat,\n"
		    "Row, row, row your boat,\nGently down the stream.\n");
	opt.min_words = 11;
	check_stays(&opt, TEN "\n\nNo.\n\n" TEN "\n");
}

/* What stands between two units so that they are not one soon after another. */
#define APART "a\n\nb\n\nc\n\nd\n\ne\n\nf\n\ng\n\nh\n\n"
#define APART_TOO "i\n\nj\n\nk\n\nl\n\nm\n\nn\n\no\n\np\n\n"

static void
test_what_a_kept_unit_says_in_one_piece_goes(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	CHECK_GONE(&opt, TEN " eleven\n\n" TEN ".\n", { 2, DEDUP_NEAR, 0 });
	CHECK_GONE(&opt, "Photo: " TEN " eleven\n\n" TEN " eleven.\n",
		   { 2, DEDUP_NEAR, 0 });
	/* Accents and joined words. */
	CHECK_GONE(&opt, "one two three four web site seven caf\xc3\xa9 nine"
		   "\n\none two three four website seven cafe nine.\n",
		   { 2, DEDUP_NEAR, 0 });
	CHECK_GONE(&opt, TEN " \xc5\x82\xc3\xb3" "d\xc5\xba\n\n"
		   TEN " lodz.\n", { 2, DEDUP_NEAR, 0 });
	/* It is not the other way round. */
	check_stays(&opt, TEN ".\n\n" APART TEN " eleven.\n");
	/* Much longer. */
	check_stays(&opt, TEN " a b c d e f.\n\n" TEN ".\n");
	check_stays(&opt, "one two three four five six seven eight.\n\n"
		    "one two three four five six seven.\n");
	opt.exact = true;
	check_stays(&opt, TEN " eleven.\n\n" TEN ".\n");
}

/* The page's title says the headline too, but is the worse copy. */
static void
test_headline_goes_only_as_an_exact_copy(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_stays(&opt, TEN " - The Daily Heron\n\n" APART TEN "\n");
	check_stays(&opt, TEN "\n\n" TEN " - The Daily Heron\n");
	CHECK_GONE(&opt, TEN "\n\n" APART TEN "!\n",
		   { 18, DEDUP_EXACT, 0 });
	/* What ends a sentence is none, and neither is what is longer. */
	CHECK_GONE(&opt, TEN " and more\n\n" APART "\xe2\x80\x9c" TEN
		   "?\xe2\x80\x9d\n", { 18, DEDUP_NEAR, 0 });
	CHECK_GONE(&opt, TEN " eleven twelve thirteen\n\n" APART TEN
		   " eleven twelve\n", { 18, DEDUP_NEAR, 0 });
}

/* What an earlier text says goes, also where that text went itself. */
static void
test_what_became_of_an_earlier_text_does_not_matter(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	/* Of 20, 16 and 13 words: the first is too long for the last. */
	CHECK_GONE(&opt, TEN " a b c d e f g h i j.\n\n" APART TEN
		   " a b c d e f.\n\n" APART_TOO TEN " a b c.\n",
		   { 18, DEDUP_NEAR, 0 }, { 36, DEDUP_NEAR, 0 });
	CHECK_GONE(&opt, TEN " a b c d e f g h i j.\n\n" APART TEN
		   " a b c d e f.\n\n" APART_TOO TEN " A B C D E F\n",
		   { 18, DEDUP_NEAR, 0 }, { 36, DEDUP_NEAR, 0 });
	check_stays(&opt, TEN " a b c d e f g h i j.\n\n" APART TEN
		    " a b c.\n");
	/* Of texts that are merely similar, just those that stay count. */
	opt.threshold = 0.8;
	CHECK_GONE(&opt, TEN " a b c d e f g h i j.\n\n" APART TEN
		   " a b c d e f.\n\n" APART_TOO TEN " a b c.\n",
		   { 18, DEDUP_NEAR, 0 });
}

static void
test_negation_stays(void **state)
{
	static const char *const pair[] = {
		"You must pay the fee before the end of the month.\n\n"
		"You need not pay the fee before the end of the month.\n",
		"You must not pay the fee before the end of the month.\n\n"
		"You must pay the fee before the end of the month.\n",
		"You must pay the fee before the end of the month.\n\n"
		"You must not pay the fee before the end of the month.\n",
		"The team of women came home with the cup on Monday.\n\n"
		"The team of men came home with the cup on Monday.\n",
		"The team of men came home with the cup on Monday.\n\n"
		"The team of men came home with the cup on Friday.\n",
		TEN " 96\n\n" TEN " 98\n",
		TEN " 1 50\n\n" TEN " 150\n",
		TEN " 150\n\n" TEN " 1 50\n",
	};
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	for (size_t i = 0; i < ARRAY_LEN(pair); i++)
		check_stays(&opt, pair[i]);
	opt.fold_digits = true;
	check_example(&opt, TEN " 96\n\n" TEN " 1,298\n", TEN " 96\n");
}

static void
test_similar_ones_go_where_asked_for(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_stays(&opt, TEN " alpha.\n\n" TEN " beta.\n");
	opt.threshold = 0.8;
	CHECK_GONE(&opt, TEN " alpha.\n\n" TEN " beta.\n",
		   { 2, DEDUP_SIMILAR, 0 });
	check_stays(&opt, TEN " 96.\n\n" TEN " 98.\n");
	/* What is near comes first. */
	CHECK_GONE(&opt, TEN " alpha.\n\n" TEN ".\n", { 2, DEDUP_NEAR, 0 });
	opt.threshold = 1;
	check_stays(&opt, TEN " alpha.\n\n" TEN " beta.\n");
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
}

#define LONG "Nobody was there to see it come in on that day."

static void
test_run_ends_at_a_longer_line_whether_or_not_that_goes(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_stays(&opt, "Alpha beta\nGamma delta epsilon\n\nAlpha beta\n"
		    LONG "\nGamma delta epsilon\n");
	check_example(&opt, LONG "\n\nAlpha beta\nGamma delta epsilon\n\n"
		      "Alpha beta\n" LONG "\nGamma delta epsilon\n",
		      LONG "\n\nAlpha beta\nGamma delta epsilon\n\n"
		      "Alpha beta\nGamma delta epsilon\n");
}

/* Units of a document do not depend on what goes before and around them. */
static void
test_units_do_not_change_with_neighbours(void **state)
{
	static const char text[] = "Sign up\n" LONG "\nFor letters\nAnd news\n"
		"\nSign up\nFor letters\nAnd news\n\nAnd news\n";
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	CHECK_GONE(&opt, text, { 9, DEDUP_REPEAT, 7 });
	for (int i = 0; i < 2; i++) {
		struct corpus c = { .n = 0 };
		struct answers a;

		if (i == 1)
			corpus_add(&c, LONG, strlen(LONG));
		corpus_add(&c, text, strlen(text));
		assert_null(ask(&c, &opt, PIECES_WHOLE, 0, &a));
		assert_null(check_rules(&c, &opt, &a, NULL));
		assert_int_equal(a.doc[i].n, 1 + i);
		assert_int_equal(a.doc[i].removals[i].line, 9);
		assert_int_equal(a.doc[i].removals[i].witness.line, 7);
		answers_free(&a);
		corpus_free(&c);
	}
}

static void
test_long_line_goes_though_its_block_stays(void **state)
{
	static const char a[] = "The ferry was late again, so the quay filled "
		"with people.\n";
	static const char b[] = "Nobody on board had an idea of what went wrong "
		"that day.\n";
	static const char c[] = "Then the fog came in, and all of them went home "
		"at last.\nThe end\n";
	struct dedup_options opt;
	char in[1000], out[1000];

	(void)state;
	dedup_options_init(&opt);
	snprintf(in, sizeof(in), "%s%s\n%s%s%s", a, b, a, b, c);
	snprintf(out, sizeof(out), "%s%s\n%s", a, b, c);
	check_example(&opt, in, out);
}

#define CAPTION "Two fishermen mend their nets on the quay of Hvide Sande"

static void
test_bare_caption_goes_before_the_same_with_credit(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	CHECK_GONE(&opt, CAPTION ".\n\n" CAPTION ". Photo: Ann Lee\n",
		   { 0, DEDUP_LEAD, 2 });
	CHECK_GONE(&opt, CAPTION ".\n\nNews\n\nImage: " CAPTION "\n",
		   { 0, DEDUP_LEAD, 4 });
	/* Each is said by the next. */
	CHECK_GONE(&opt, CAPTION ".\n\nImage: " CAPTION "\n\nImage: "
		   CAPTION " (Ann Lee)\n",
		   { 0, DEDUP_LEAD, 4 }, { 2, DEDUP_LEAD, 4 });
	CHECK_GONE(&opt, CAPTION " (Ann Lee)\n\n" CAPTION ".\n",
		   { 2, DEDUP_NEAR, 0 });
	/* Further off, a headline, and what is quoted. */
	check_stays(&opt, CAPTION ".\n\nNews\n\nSport\n\n" CAPTION
		    ". Photo: Ann Lee\n");
	check_stays(&opt, CAPTION "\n\n" CAPTION ". Photo: Ann Lee\n");
	check_stays(&opt, CAPTION ".\n\n> " CAPTION ". Photo: Ann Lee\n");
	CHECK_GONE(&opt, "> " CAPTION ".\n\n" CAPTION ". Photo: Ann Lee\n",
		   { 0, DEDUP_LEAD, 2 });
	opt.exact = true;
	check_stays(&opt, CAPTION ".\n\n" CAPTION ". Photo: Ann Lee\n");
	opt.exact = false;
	opt.unit = DEDUP_UNIT_DOCUMENT;
	check_stays(&opt, CAPTION ".\n\n" CAPTION ". Photo: Ann Lee\n");
}

static void
test_repeat_of_a_gone_line_names_what_stays(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	CHECK_GONE(&opt, "Share\n\nSo it is\nSo it is\n\nSo it is\n",
		   { 3, DEDUP_REPEAT, 2 }, { 5, DEDUP_REPEAT, 2 });
	/* In the run that goes, and after it. */
	CHECK_GONE(&opt, "Sign up now\nfor our letter\n\n" TEN "\n\n"
		   "Sign up now\nfor our letter\nFor our letter!\n\n"
		   "For our letter\n",
		   { 5, DEDUP_EXACT, 0 }, { 7, DEDUP_EXACT, 0 },
		   { 9, DEDUP_EXACT, 0 });
	/* A run that repeats a run, and a line that repeats its last line. */
	CHECK_GONE(&opt, "Sign up\nFor it\n\nSign up\nFor it\n\nFor it\n",
		   { 3, DEDUP_REPEAT, 0 }, { 6, DEDUP_REPEAT, 0 });
}

#define WRAPPED								\
	"The ferry was late again, the quay was empty again, and it was\n" \
	"cold again, and so nobody stood there to see how it arrived in\n" \
	"the fog, with no one on board of it either.\n"

static void
test_wrapped_blocks_are_units(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_example(&opt, WRAPPED "\nthe fog, with no one on board of it "
		      "either.\n\n" WRAPPED,
		      WRAPPED "\nthe fog, with no one on board of it either."
		      "\n");
}

#define CODE								\
	"for (i = 0; i < n_of_all; i++) {\n"				\
	"\tsum[i] += weight[i] * value(list, i);\n"			\
	"\tprintf(\"%d %d\\n\", i, sum[i]);\n"				\
	"}\n"

static void
test_listing_goes_only_whole(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_example(&opt, CODE "\n" CODE, CODE);
	opt.contained = true;
	check_stays(&opt, CODE "return sum[n_of_all - 1];\n\n" CODE);
	check_stays(&opt, CODE "\n" CODE "return sum[n_of_all - 1];\n");
	opt.contained = false;
	check_stays(&opt, TEN "\n\nx = f(a, b, c, d);\n"
		    "x = f(a, b, c, d);\n");
	check_example(&opt, "```\n" TEN "\n\n" TEN "\n```\n\n" TEN "\n\n"
		      "```\n" TEN "\n\n" TEN "\n```\n",
		      "```\n" TEN "\n\n" TEN "\n```\n\n" TEN "\n");
}

/* Each of these twice, in other company: known by what is beside it. */
static void
test_part_stays_in_other_company(void **state)
{
	static const char *const part[] = {
		"To set the zone of the clock:",
		"In the beginning of the year,",
		"* Fix the build on all machines.",
		"-h, --help\n      Show this help and exit.",
		"\xe2\x80\x94 Jane Doe, in a speech",
		"12 May 2024  Jane Doe  jane@example.org",
		"Reported-by: Jane Doe of the north",
		"All that is new here\n--------------------",
		"```\nset the zone of the clock\n```",
	};
	struct dedup_options opt;
	char text[600];

	(void)state;
	dedup_options_init(&opt);
	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		snprintf(text, sizeof(text), "%s\n\nOne says this of it all.\n"
			 "\n%s\n\nOne says that of it all.\n",
			 part[i], part[i]);
		check_stays(&opt, text);
	}
}

static void
test_part_goes_with_what_it_stands_beside(void **state)
{
	static const char page[] =
		"To set the zone of the clock:\n\n"
		"* give the option for it;\n\n"
		"* set it in the file for that.\n\n"
		"The clock has to be set again after that.\n";
	struct dedup_options opt;
	char text[600];

	(void)state;
	dedup_options_init(&opt);
	snprintf(text, sizeof(text), "%s\n%s", page, page);
	check_example(&opt, text, page);
	CHECK_GONE(&opt, text, { 8, DEDUP_HEADING, 0 },
		   { 10, DEDUP_HEADING, 2 }, { 12, DEDUP_HEADING, 4 },
		   { 14, DEDUP_EXACT, 6 });
	/* It is told by itself where the user says what a unit is, ... */
	opt.unit = DEDUP_UNIT_PARAGRAPH;
	check_example(&opt, "Set the zone of it:\n\nOne.\n\n"
		      "Set the zone of it:\n\nTwo.\n",
		      "Set the zone of it:\n\nOne.\n\nTwo.\n");
	/* ... and in a list of lines. */
	opt.unit = DEDUP_UNIT_AUTO;
	check_example(&opt, "river stone cloud one two,\n"
		      "tiger lemon cabin three four five,\n"
		      "river stone cloud one two,\n"
		      "ember fjord grape six seven,\n",
		      "river stone cloud one two,\n"
		      "tiger lemon cabin three four five,\n"
		      "ember fjord grape six seven,\n");
}

/* What is no part may say the same; and a part may be said in full soon. */
static void
test_part_is_no_witness(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_stays(&opt, "To set the zone of the clock:\n\nNo.\n\n"
		    "To set the zone of the clock.\n");
	/* Directly behind, it is a repeat, as what is short. */
	check_example(&opt, "* Fix the build on it.\n\n"
		      "* Fix the build on it.\n", "* Fix the build on it.\n");
}

#define DATED "May 2024, one two three four five six seven eight"

/* The question of a benchmark may end in a colon. */
static void
test_part_is_listed(void **state)
{
	static const char part[] = "The capital of the north is:\n";
	static const char page[] = "One.\n\nThe capital of the north is:\n";
	/* The last one goes on in lower case, so it repeats just a line. */
	static const char again[] = "One.\n\n" DATED "\n" DATED "\n\n" DATED
		"\nand so on\n";
	struct corpus c = { .n = 0 }, kept = { .n = 0 };
	struct dedup_options opt;
	struct answers a;

	(void)state;
	dedup_options_init(&opt);
	corpus_add(&c, page, strlen(page));
	corpus_add(&c, DATED, strlen(DATED));
	c.nreference = 2;
	corpus_add(&c, page, strlen(page));
	corpus_add(&c, part, strlen(part));
	corpus_add(&c, again, strlen(again));
	assert_null(ask(&c, &opt, PIECES_WHOLE, 0, &a));
	assert_null(check_rules(&c, &opt, &a, NULL));
	assert_null(check_witnesses(&c, &opt, &a));
	kept_corpus(&c, &a, &kept);
	assert_int_equal(kept.doc[2].len, strlen("One.\n"));
	assert_int_equal(kept.doc[3].len, 0);
	assert_int_equal(kept.doc[4].len, strlen("One.\n\nand so on\n"));
	assert_int_equal(a.stats.removed[DEDUP_REPEAT], 0);
	answers_free(&a);
	corpus_free(&c);
	corpus_free(&kept);
}

/* Not even as the first one, when there is no room for words yet. */
static void
test_block_without_words_is_not_listed(void **state)
{
	static const char page[] = "***\n---\n\n" DATED "\n";
	struct corpus c = { .n = 0 };
	struct dedup_options opt;
	struct answers a;

	(void)state;
	dedup_options_init(&opt);
	corpus_add(&c, "", 0);
	c.nreference = 1;
	corpus_add(&c, page, strlen(page));
	assert_null(ask(&c, &opt, PIECES_WHOLE, 0, &a));
	assert_int_equal(a.doc[1].n, 0);
	answers_free(&a);
	corpus_free(&c);
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
	check_stays(&opt, "one two three four fi ...\n\n" TEN "\n");
	check_stays(&opt, "one two three fo...\n\n" TEN "\n");
	/* With -x too. */
	opt.exact = true;
	check_example(&opt, "one two three four fi...\n\n" TEN "\n",
		      TEN "\n");
}

static void
test_eight_units_are_looked_at(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_example(&opt, "one two three four five...\n\na\n\nb\n\nc\n\nd"
		      "\n\ne\n\nf\n\ng\n\n" TEN "\n",
		      "a\n\nb\n\nc\n\nd\n\ne\n\nf\n\ng\n\n" TEN "\n");
	check_stays(&opt, "one two three four five...\n\n" APART TEN "\n");
	/* Repeats are none, units that go are. */
	check_example(&opt, "one two three four five...\n\na b\n\na b\n\nb\n\n"
		      "c\n\nd\n\ne\n\nf\n\ng\n\n" TEN "\n",
		      "a b\n\nb\n\nc\n\nd\n\ne\n\nf\n\ng\n\n" TEN "\n");
	check_example(&opt, "five six seven eight nine\n\n"
		      "one two three four five...\n\na\n\nb\n\nc\n\nd\n\ne"
		      "\n\nf\n\ng\n\nfive six seven eight nine\n\n" TEN "\n",
		      "five six seven eight nine\n\n"
		      "one two three four five...\n\na\n\nb\n\nc\n\nd\n\ne"
		      "\n\nf\n\ng\n\n" TEN "\n");
}

static void
test_lead_completed_by_a_removed_exact_copy_names_what_stays(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	CHECK_GONE(&opt, TEN "\n\none two three four five...\n\n" TEN "\n",
		   { 2, DEDUP_LEAD, 0 }, { 4, DEDUP_EXACT, 0 });
	CHECK_GONE(&opt, TEN " eleven\n\none two three four five...\n\n" TEN
		   ".\n", { 2, DEDUP_LEAD, 0 }, { 4, DEDUP_NEAR, 0 });
}

/* A lead and what completes it never both go for each other. */
static void
test_lead_is_no_witness_of_what_completes_it(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	CHECK_GONE(&opt, TEN " eleven. Read more\n\n" TEN " eleven.\n",
		   { 0, DEDUP_LEAD, 2 });
	CHECK_GONE(&opt, TEN " eleven twelve thirteen \xe2\x80\xa6\n\n" TEN
		   " eleven.\n\nTwelve thirteen, and then as many more.\n",
		   { 0, DEDUP_LEAD, 2 });
	check_stays(&opt, TEN " \xe2\x80\xa6\n\nNews\n");
}

/* What goes from all documents, or is listed, says nothing in full. */
static void
test_boilerplate_completes_nothing(void **state)
{
	static const char lead[] = "one two three four five...\n";
	struct corpus c = { .n = 0 }, kept = { .n = 0 };
	struct dedup_options opt;
	struct answers a;
	struct text t = { NULL, 0, 0 };

	(void)state;
	dedup_options_init(&opt);
	opt.boilerplate = 2;
	puts_to(&t, lead);
	puts_to(&t, "\n" TEN ".\n");
	corpus_add(&c, t.p, t.len);
	corpus_add(&c, TEN ".\n", strlen(TEN ".\n"));
	assert_null(ask(&c, &opt, PIECES_WHOLE, 0, &a));
	assert_null(check_rules(&c, &opt, &a, NULL));
	kept_corpus(&c, &a, &kept);
	assert_int_equal(kept.doc[0].len, strlen(lead));
	assert_memory_equal(kept.doc[0].text, lead, strlen(lead));
	assert_int_equal(kept.doc[1].len, 0);
	answers_free(&a);
	corpus_free(&c);
	corpus_free(&kept);
	free(t.p);
}

static void
test_heading_goes_with_what_it_heads(void **state)
{
	static const char first[] =
		"The chair opened the meeting at nine and welcomed all "
		"members from the north.";
	static const char second[] =
		"All of them voted for the plan to dredge the inner basin in "
		"the winter.";
	struct dedup_options opt;
	char page[600], text[1300];

	(void)state;
	dedup_options_init(&opt);
	snprintf(page, sizeof(page), "Harbour\n\nAttendance\n\n%s\n\n"
		 "Votes\n\n%s\n", first, second);
	snprintf(text, sizeof(text), "%s\n%s", page, page);
	check_example(&opt, text, page);
	CHECK_GONE(&opt, text, { 10, DEDUP_HEADING, 0 },
		   { 12, DEDUP_HEADING, 2 }, { 14, DEDUP_EXACT, 4 },
		   { 16, DEDUP_HEADING, 6 }, { 18, DEDUP_EXACT, 8 });
	/* What repeats one goes as it does, all its lines. */
	CHECK_GONE(&opt, "a b\nc\n\n" TEN ".\n\nNo.\n\na b\nc\n\n"
		   "a b\na b\nc\n\n" TEN ".\n",
		   { 7, DEDUP_HEADING, 0 }, { 10, DEDUP_HEADING, 0 },
		   { 11, DEDUP_HEADING, 0 }, { 12, DEDUP_HEADING, 0 },
		   { 14, DEDUP_EXACT, 3 });
	/* Another one stays, and so does one over another text. */
	snprintf(text, sizeof(text), "%s\nNotes\n\n%s\n\nVotes\n\n"
		 "None were cast on that day.\n", page, second);
	CHECK_GONE(&opt, text, { 12, DEDUP_EXACT, 8 });
}

static void
test_contained_ones_go_where_asked_for(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	check_stays(&opt, TEN "\n\nTHREE four five six seven.\n");
	opt.contained = true;
	check_example(&opt, TEN "\n\nTHREE four five six seven.\n",
		      TEN "\n");
	check_stays(&opt, TEN "\n\nTHREE four five six seven\n");
	check_stays(&opt, TEN "\n\nthree four five six eight.\n");
}

/* What is cut off completes nothing; and no lead waits for another. */
static void
test_leads_complete_no_leads(void **state)
{
	struct dedup_options opt;

	(void)state;
	dedup_options_init(&opt);
	CHECK_GONE(&opt, "one two three four five...\n\n"
		   "one two three four five six seven...\n\n" TEN "\n",
		   { 0, DEDUP_LEAD, 4 }, { 2, DEDUP_LEAD, 4 });
	check_stays(&opt, "one two three four five...\n\n"
		    "one two three four five six seven...\n");
}

/* The rest of each stands in a unit that is too short to be compared. */
static void
test_any_number_of_leads_end_in_short_units(void **state)
{
	struct text t = { NULL, 0, 0 };
	struct dedup_options opt;
	struct gone gone[12];
	char line[100];

	(void)state;
	dedup_options_init(&opt);
	for (unsigned i = 0; i < 12; i++) {
		char c = (char)('a' + i);

		snprintf(line, sizeof(line), "Ferry%c leaves the harbour at "
			 "noon. Then rain%c ...\n\n", c, c);
		puts_to(&t, line);
		snprintf(line, sizeof(line), "Ferry%c leaves the harbour at "
			 "noon.\n\nThen rain%c.\n\n", c, c);
		puts_to(&t, line);
		for (unsigned k = 0; k < 80; k++) {
			snprintf(line, sizeof(line), "short%c x%u\n\n", c, k);
			puts_to(&t, line);
		}
		gone[i] = (struct gone){ 166 * i, DEDUP_LEAD, 166 * i + 2 };
	}
	check_gone(&opt, t.p, gone, 12);
	free(t.p);
}

/* Each is said in full by the eighth after it. */
static void
test_eight_leads_in_a_row(void **state)
{
	struct text t = { NULL, 0, 0 };
	struct dedup_options opt;
	struct gone gone[8];
	char line[100];

	(void)state;
	dedup_options_init(&opt);
	for (unsigned i = 0; i < 16; i++) {
		snprintf(line, sizeof(line), "Word%c and so on it goes%s\n\n",
			 'a' + i % 8, i < 8 ? " ..." : " on.");
		puts_to(&t, line);
	}
	for (unsigned i = 0; i < 8; i++)
		gone[i] = (struct gone){ 2 * i, DEDUP_LEAD, 2 * (i + 8) };
	check_gone(&opt, t.p, gone, 8);
	free(t.p);
}

static void
test_giant_block_leaves_the_separator_before_it(void **state)
{
	struct text t = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct dedup_options opt;
	char line[80];

	(void)state;
	dedup_options_init(&opt);
	puts_to(&out, "Title\n\n");
	for (unsigned i = 0; out.len < 100000; i++) {
		snprintf(line, sizeof(line), "Line %u says this and "
			 "that, but nothing else.\n", i);
		puts_to(&out, line);
	}
	puts_to(&t, out.p);
	puts_to(&t, "\n");
	puts_to(&t, out.p + strlen("Title\n\n"));
	puts_to(&out, "\n");
	check_example(&opt, t.p, out.p);
	free(t.p);
	free(out.p);
}

/* Removals. */

static void
check_removal_is(const struct answer *a, size_t i, uint64_t begin,
		 uint64_t unit_begin, uint64_t unit_end, uint64_t end)
{
	assert_true(i < a->n);
	assert_int_equal(a->removals[i].begin, begin);
	assert_int_equal(a->removals[i].unit_begin, unit_begin);
	assert_int_equal(a->removals[i].unit_end, unit_end);
	assert_int_equal(a->removals[i].end, end);
}

/* However it is fed. */
static void
test_removal_is_one_span_with_its_blank_lines(void **state)
{
	static const char first[] = "one two\nthree four\n\n\nfive six\n\n"
		"one two\nthree four\n\n\nthree four\nseven\n\nfive six\n";
	static const char second[] = "\none two\nthree four\n\n\neight\n";
	struct dedup_options opt;
	struct corpus c = { .n = 0 };

	(void)state;
	dedup_options_init(&opt);
	opt.unit = DEDUP_UNIT_LINE;
	opt.min_words = 2;
	corpus_add(&c, first, strlen(first));
	corpus_add(&c, second, strlen(second));
	for (enum pieces pieces = PIECES_WHOLE; pieces <= PIECES_BATCH;
	     pieces++) {
		struct answers a;

		assert_null(ask(&c, &opt, pieces, 1, &a));
		assert_null(check_spans(&c, &a));
		assert_int_equal(a.doc[0].n, 4);
		/* The first of its block has those before, the last none. */
		check_removal_is(&a.doc[0], 0, 30, 31, 39, 39);
		check_removal_is(&a.doc[0], 1, 39, 39, 50, 50);
		/* Of this block a line stays. */
		check_removal_is(&a.doc[0], 2, 52, 52, 63, 63);
		check_removal_is(&a.doc[0], 3, 69, 70, 79, 79);
		/* Nothing is kept before: the last has those after. */
		assert_int_equal(a.doc[1].n, 2);
		check_removal_is(&a.doc[1], 0, 1, 1, 9, 9);
		check_removal_is(&a.doc[1], 1, 9, 9, 20, 22);
		answers_free(&a);
	}
	corpus_free(&c);
}

static void
test_apply_keeps_what_no_removal_has(void **state)
{
	static const char text[] = "0123456789";
	struct dedup_removal r[] = {
		{ .begin = 100, .end = 102 }, { .begin = 102, .end = 103 },
		{ .begin = 107, .end = 108 },
	};
	struct dedup_verdict v = { .removals = NULL };
	char out[] = "..........";

	(void)state;
	/* As after an error; then nothing is decided. */
	assert_int_equal(dedup_apply(text, 10, &v, out), 0);
	assert_int_equal(dedup_apply(NULL, 0, &v, NULL), 0);
	v.begin = v.decided = 100;
	assert_int_equal(dedup_apply(text, 10, &v, out), 0);
	v.decided = 109;
	assert_int_equal(dedup_apply(text, 10, &v, out), 9);
	assert_string_equal(out, "012345678.");
	v.removals = r;
	v.nremovals = 3;
	assert_int_equal(dedup_apply(text, 10, &v, out), 5);
	assert_memory_equal(out, "34568", 5);
	/* In place; what is not decided stays where it is. */
	strcpy(out, text);
	assert_int_equal(dedup_apply(out, 10, &v, out), 5);
	assert_memory_equal(out, "34568", 5);
	assert_int_equal(out[9], '9');
	/* A text shorter than the verdict's: no byte behind it is read. */
	assert_int_equal(dedup_apply("01234", 5, &v, out), 2);
	assert_int_equal(dedup_apply("0", 1, &v, out), 0);
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
	REFUSED(keep, DEDUP_KEEP_LAST + 1);
	REFUSED(against_ngram, 4);
	REFUSED(against_ngram, 101);
	REFUSED(only, 1U << DEDUP_NREASONS);
	REFUSED(min_words, 0);
	REFUSED(ngram, 0);
	REFUSED(ngram, 33);
	REFUSED(threshold, -0.5);
	REFUSED(threshold, 1.0001);
	REFUSED(threshold, NAN);
#undef REFUSED
	o = plain;
	o.ngram = 32;
	o.threshold = 1;
	o.min_words = UINT32_MAX;
	assert_int_equal(dedup_new(&o, &d), DEDUP_OK);
	dedup_free(d);
	dedup_free(NULL);
}

static void
test_calls_in_a_wrong_state_are_refused(void **state)
{
	static const char text[] = "Title\n\n" TEN "\n\n" TEN "\n\nmore of it";
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
	assert_int_equal(stats.units, 4);
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
		"exact", "near", "similar", "repeat", "lead", "contained",
		"boilerplate", "listed", "heading",
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
			gone |= a->removals[k].unit_begin <= i &&
				i < a->removals[k].unit_end;
		/* Marks of mail and comments may make a blank line. */
		if (!gone && strchr(" \t\r\n>#*/;%-", doc->text[i]) == NULL &&
		    (unsigned char)doc->text[i] < 0x80)
			return "a line is not settled by a flush";
	}
	return NULL;
}

static const char *
flush_holds(const struct corpus *c, struct dedup_options *opt, uint64_t seed)
{
	struct answers a = { .n = c->n };
	struct corpus all = *c;
	struct rng r = { seed };
	const char *what = NULL;
	struct dedup *d;

	/* A block and a document are units only when they are whole. */
	opt->unit = seed % 2 ? DEDUP_UNIT_LINE : DEDUP_UNIT_AUTO;
	opt->boilerplate = 0;
	all.nreference = 0;
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
		what = check_spans(&all, &a);
	answers_free(&a);
	return what;
}

static void
test_flush_settles_all_complete_lines(void **state)
{
	(void)state;
	assert_true(hold(flush_holds, 500, 13, false));
}

/* Memory. */

#define LONG_TEXT							\
	"Menu\nNews of it\nSport\n\n" TEN " eleven\n\n"			\
	"one two three four five...\n\nMenu\nNews of it\nSport\n\n"	\
	TEN ".\n\n" WRAPPED "\nthree four five six seven.\n\n"		\
	"alpha beta gamma delta nin\xc3\xa9...\n\nAt sea\nAt sea\n\n"	\
	TEN "\n\xe2\x84\xab\xcc\x81\xef\xac\x83\n\n" WRAPPED "\n"	\
	"alpha beta gamma delta nin\xc3\xa9" "e and so on\n\nHead\n\n" TEN	\
	"\n\n" TEN " twelve.\n\nHead\n\n" TEN "\n\nSo it goes on.\n"

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
			o->offsets += v.removals[i].begin *
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
	opt.threshold = 0.8;
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
	assert_true(all.stats.removed[DEDUP_HEADING] > 0);
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

/* With threads, megabytes take minutes under AddressSanitizer. */
#ifdef __SANITIZE_ADDRESS__
#define LARGE_SEEDS 1
#else
#define LARGE_SEEDS 4
#endif

/* Bytes that may wait for threads, with a piece of PIECES_AHEAD. */
#define AHEAD_MOST (2 * (DEDUP_UNIT_MAX + PIECE_MAX) + 2 * PIECE_MAX)

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
	for (uint64_t seed = 1; what == NULL && seed < LARGE_SEEDS;
	     seed += every()) {
		answers_free(&b);
		what = ask(&c, &opt, PIECES_AHEAD, seed, &b);
		if (what == NULL)
			what = check_equal(a, &b, true);
		if (what == NULL && b.undecided > undecided + AHEAD_MOST)
			what = "more is gathered for threads than may be";
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
	for (unsigned i = 0; i < rounds(24); i++) {
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
	put_times(&t, MIB, times);
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
	check_ahead(lead, TEN "\n\n");
	check_ahead("Alpha beta\n", TEN "\n");
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
		uint64_t dropped = 0, bytes = 0;
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
		assert_null(second_pass(&c, &opt, &a, &dropped, &bytes));
		assert_int_equal(dropped, 0);
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
	assert_int_equal(v.removals[0].begin, v.removals[0].unit_begin);
	assert_int_equal(v.removals[0].end, v.removals[0].unit_end);
	decided = v.decided;
	assert_int_equal(dedup_end(d, text + decided, strlen(text) - decided,
				   &v), DEDUP_OK);
	assert_int_equal(v.nremovals, 0);
	dedup_free(d);
}

/* Memory that was short in the first of two readings is not forgotten. */
static void
test_memory_that_was_short_is_reported_after_another_reading(void **state)
{
	struct dedup_options opt;
	struct dedup_stats stats;
	struct dedup_verdict v;
	struct dedup *d;

	(void)state;
	dedup_options_init(&opt);
	opt.keep = DEDUP_KEEP_NONE;
	opt.memory = (uint64_t)1 << 20;
	assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
	dedup_get_stats(d, &stats);
	for (unsigned i = 0; !stats.full; i++) {
		char text[100];
		int n = snprintf(text, sizeof(text), "Unit %u says that it is "
				 "%u and no other one, not %u.\n", i, i, ~i);

		assert_true(i < 1000000);
		assert_int_equal(dedup_document(d, text, (size_t)n, &v),
				 DEDUP_OK);
		dedup_get_stats(d, &stats);
	}
	assert_int_equal(dedup_again(d), DEDUP_OK);
	assert_int_equal(dedup_document(d, "A word.\n", 8, &v), DEDUP_OK);
	dedup_get_stats(d, &stats);
	assert_true(stats.full);
	assert_true(stats.unrecorded > 0);
	dedup_free(d);
}

/* A struct of another version: one field fewer, or eight bytes more. */
static void
test_a_program_of_another_version_fits(void **state)
{
	struct { struct dedup_options opt; uint64_t more; } longer = {
		.more = 0,
	};
	struct { struct dedup_stats stats; uint64_t more; } large = {
		.more = 1,
	};
	struct dedup_options opt;
	struct dedup *d;

	(void)state;
	dedup_options_init(&opt);
	opt.size = offsetof(struct dedup_options, memory);
	opt.memory = 1;		/* which is no field to that program */
	assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
	dedup_stats_fill(d, &large.stats, sizeof(large));
	assert_int_equal(large.more, 0);
	assert_false(large.stats.full);
	large.more = 1;
	dedup_stats_fill(d, &large.stats, sizeof(large.stats));
	assert_int_equal(large.more, 1);
	dedup_free(d);

	dedup_options_fill(&longer.opt, sizeof(longer));
	assert_int_equal(longer.opt.size, sizeof(longer));
	assert_int_equal(dedup_new(&longer.opt, &d), DEDUP_OK);
	dedup_free(d);
	longer.more = 1;	/* it asks for what there is not */
	assert_int_equal(dedup_new(&longer.opt, &d), DEDUP_EINVAL);
	opt.size = 0;
	assert_int_equal(dedup_new(&opt, &d), DEDUP_EINVAL);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_memory_that_was_short_is_reported_after_another_reading),
		cmocka_unit_test(test_a_program_of_another_version_fits),
		cmocka_unit_test(test_same_words_go),
		cmocka_unit_test(test_what_a_kept_unit_says_in_one_piece_goes),
		cmocka_unit_test(test_headline_goes_only_as_an_exact_copy),
		cmocka_unit_test(
			test_what_became_of_an_earlier_text_does_not_matter),
		cmocka_unit_test(test_negation_stays),
		cmocka_unit_test(test_similar_ones_go_where_asked_for),
		cmocka_unit_test(test_short_lines_are_one_unit),
		cmocka_unit_test(
			test_run_ends_at_a_longer_line_whether_or_not_that_goes),
		cmocka_unit_test(test_units_do_not_change_with_neighbours),
		cmocka_unit_test(test_long_line_goes_though_its_block_stays),
		cmocka_unit_test(
			test_bare_caption_goes_before_the_same_with_credit),
		cmocka_unit_test(test_repeat_of_a_gone_line_names_what_stays),
		cmocka_unit_test(test_wrapped_blocks_are_units),
		cmocka_unit_test(test_listing_goes_only_whole),
		cmocka_unit_test(test_part_stays_in_other_company),
		cmocka_unit_test(test_part_goes_with_what_it_stands_beside),
		cmocka_unit_test(test_part_is_no_witness),
		cmocka_unit_test(test_part_is_listed),
		cmocka_unit_test(test_block_without_words_is_not_listed),
		cmocka_unit_test(test_cut_off_leads_go),
		cmocka_unit_test(test_eight_units_are_looked_at),
		cmocka_unit_test(
		test_lead_completed_by_a_removed_exact_copy_names_what_stays),
		cmocka_unit_test(test_lead_is_no_witness_of_what_completes_it),
		cmocka_unit_test(test_boilerplate_completes_nothing),
		cmocka_unit_test(test_heading_goes_with_what_it_heads),
		cmocka_unit_test(test_leads_complete_no_leads),
		cmocka_unit_test(test_any_number_of_leads_end_in_short_units),
		cmocka_unit_test(test_eight_leads_in_a_row),
		cmocka_unit_test(
			test_giant_block_leaves_the_separator_before_it),
		cmocka_unit_test(test_removal_is_one_span_with_its_blank_lines),
		cmocka_unit_test(test_apply_keeps_what_no_removal_has),
		cmocka_unit_test(test_contained_ones_go_where_asked_for),
		cmocka_unit_test(test_options_out_of_range_are_refused),
		cmocka_unit_test(test_calls_in_a_wrong_state_are_refused),
		cmocka_unit_test(test_empty_documents_are_documents),
		cmocka_unit_test(test_names_are_told),
		cmocka_unit_test(test_text_without_repeats_stays),
		cmocka_unit_test(test_similar_units_are_found),
		cmocka_unit_test(test_what_goes_is_whole_lines_in_order),
		cmocka_unit_test(test_sizes_of_pieces_change_nothing),
		cmocka_unit_test(test_reading_ahead_changes_nothing),
		cmocka_unit_test(
			test_many_documents_in_one_call_change_nothing),
		cmocka_unit_test(
			test_reading_ahead_of_long_blocks_changes_nothing),
		cmocka_unit_test(test_second_pass_drops_little),
		cmocka_unit_test(test_rules_name_witnesses_that_stay),
		cmocka_unit_test(test_witnesses_stay_and_say_the_same),
		cmocka_unit_test(test_exact_answers_are_those_of_the_rules),
		cmocka_unit_test(test_answers_are_those_of_the_rules),
		cmocka_unit_test(
			test_answers_on_long_blocks_are_those_of_the_rules),
		cmocka_unit_test(test_secret_changes_nothing),
		cmocka_unit_test(test_eight_secrets_give_the_same),
		cmocka_unit_test(test_places_change_nothing_but_the_witness),
		cmocka_unit_test(test_scope_document_begins_afresh),
		cmocka_unit_test(test_keep_none_drops_the_witnesses_too),
		cmocka_unit_test(test_keep_last_keeps_a_text_that_says_it),
		cmocka_unit_test(test_flush_settles_all_complete_lines),
		cmocka_unit_test(
			test_flush_leaves_the_separator_of_a_block_that_may_go_on),
		cmocka_unit_test(
			test_lack_of_memory_is_told_and_leaks_nothing),
		cmocka_unit_test(test_unit_too_long_to_judge_stays),
		cmocka_unit_test(test_many_blank_lines_do_not_wait),
		cmocka_unit_test(test_look_ahead_is_bounded),
		cmocka_unit_test(test_articles_come_out_clean),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
