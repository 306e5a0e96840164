/*
 * A corpus in parts gives the answers of one run: the same removals, reasons,
 * similarities and witnesses, however it is cut up.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include "blob.h"
#include "cluster_run.h"
#include "generate.h"

static unsigned char secret[DEDUP_SECRET];

/* Texts. */

struct texts {
	struct dedup_text *text;
	size_t n;
};

static void
free_texts(struct texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free((char *)t->text[i].text);
	free(t->text);
}

/* A sentence of a pool: always the same for a number. */
static void
put_sentence(struct text *t, struct rng *r, unsigned number)
{
	static const char *const syllable[] = {
		"ba", "co", "di", "fu", "ge", "ha", "ki", "lo", "mu", "ne",
		"pi", "ra", "so", "tu", "ve", "wa",
	};
	static const unsigned length[] = { 6, 8, 9, 10, 12, 16, 24, 40, 70 };
	struct rng s = { 77 + number };
	unsigned n = length[number % ARRAY_LEN(length)], from = 0, to = n;
	unsigned odd = UINT32_MAX, accent = UINT32_MAX, joined = UINT32_MAX;

	/* A part of it, a label or credit around it, small changes. */
	if (rng_once(r, 4))
		from = rng_below(r, n / 3 + 1);
	if (rng_once(r, 4))
		to = n - rng_below(r, n / 3 + 1);
	if (rng_once(r, 6))
		puts_to(t, "Photo of today: ");
	if (rng_once(r, 10))
		odd = rng_below(r, n);
	if (rng_once(r, 10))
		accent = rng_below(r, n);
	if (rng_once(r, 10))
		joined = rng_below(r, n);
	for (unsigned i = 0; i < n; i++) {
		unsigned parts = rng_range(&s, 1, 4);

		for (unsigned k = 0; k < parts; k++) {
			unsigned c = rng_below(&s, ARRAY_LEN(syllable));

			if (i >= from && i < to)
				puts_to(t, syllable[i == odd ? 3 : c]);
		}
		if (i >= from && i < to) {
			if (i == accent)
				puts_to(t, "\xc3\xa9");
			if (i != joined)
				puts_to(t, " ");
		}
	}
	if (rng_once(r, 12))
		puts_to(t, "says Ada Brink");
}

static const char *const heading[] = {
	"Votes", "Share this", "Read on", "The weather", "12 May", "Comments",
};

/* One that is likely to be there. */
static void
put_heading(struct text *t, struct rng *r, unsigned number)
{
	unsigned n = ARRAY_LEN(heading);

	puts_to(t, heading[(rng_once(r, 4) ? rng_below(r, n) : number) % n]);
	puts_to(t, rng_once(r, 2) ? "\n" : "\n\n");
}

/* A unit, or some that belong together. */
static void
put_some(struct text *t, struct rng *r, unsigned pool)
{
	unsigned number = rng_below(r, pool);

	switch (rng_below(r, 12)) {
	case 0:			/* a cut-off lead, and then all of it */
		put_sentence(t, r, number);
		puts_to(t, "...\nBy our staff\n");
		put_sentence(t, r, number);
		break;
	case 1:			/* with a credit, soon after */
		put_sentence(t, r, number);
		puts_to(t, "\n");
		put_sentence(t, r, number);
		puts_to(t, "(Ada Brink)");
		break;
	case 2:			/* code */
		puts_to(t, "\n```\n");
		put_sentence(t, r, number);
		puts_to(t, "\n```\n");
		break;
	case 3: case 4: case 5:	/* headings, one or some */
		do
			put_heading(t, r, number);
		while (rng_once(r, 2));
		put_sentence(t, r, number);
		puts_to(t, ".\n");
		break;
	case 6: case 7:		/* a box with something behind it */
		puts_to(t, "\n");
		put_sentence(t, r, number);
		puts_to(t, ".\n");
		put_heading(t, r, number + 1);
		if (rng_once(r, 2))
			put_sentence(t, r, number + 1);
		break;
	case 8:			/* a menu */
		puts_to(t, "\nHome\nNews\nNews\nSport\nMail\n");
		break;
	default:
		put_sentence(t, r, number);
		puts_to(t, ".");
		break;
	}
	puts_to(t, rng_once(r, 3) ? "\n\n" : "\n");
}

static void
make_texts(struct texts *to, struct rng *r, size_t n, unsigned pool)
{
	to->n = n;
	to->text = calloc(n, sizeof(*to->text));
	assert_non_null(to->text);
	for (size_t i = 0; i < n; i++) {
		struct text t = { .p = NULL };
		unsigned units = rng_below(r, 8);

		for (unsigned k = 0; k < units; k++)
			put_some(&t, r, pool);
		if (rng_once(r, 20))
			puts_to(&t, "x");
		to->text[i] = (struct dedup_text){
			t.p == NULL ? calloc(1, 1) : t.p, t.len,
		};
	}
}

/* Comparing. */

static void
print_removal(const char *what, const struct one_removal *x)
{
	fprintf(stderr, "%s: document %u, %u to %u, %s %.3f, as %u at %u\n",
		what, (unsigned)x->document, (unsigned)x->r.begin,
		(unsigned)x->r.end, dedup_reason_name(x->r.reason),
		x->r.resemblance, (unsigned)x->r.witness.document,
		(unsigned)x->r.witness.offset);
}

static bool
same(const struct one_removal *a, const struct one_removal *b)
{
	const struct dedup_removal *x = &a->r, *y = &b->r;

	return a->document == b->document && x->begin == y->begin &&
	       x->end == y->end && x->unit_begin == y->unit_begin &&
	       x->unit_end == y->unit_end && x->line == y->line &&
	       x->reason == y->reason &&
	       memcmp(&x->resemblance, &y->resemblance, 8) == 0 &&
	       x->witness.document == y->witness.document &&
	       x->witness.offset == y->witness.offset &&
	       x->witness.line == y->witness.line;
}

static void
check_same(const struct parts *p, const struct removals *a,
	   const struct removals *b)
{
	size_t n = a->n < b->n ? a->n : b->n, i;

	for (i = 0; i < n && same(&a->one[i], &b->one[i]); i++)
		;
	if (i == a->n && i == b->n)
		return;
	fprintf(stderr, "%u splits:\n", p->nsplits);
	if (i < a->n)
		print_removal("one run", &a->one[i]);
	if (i < b->n)
		print_removal("in parts", &b->one[i]);
	fail();
}

/* The first nreference of the texts are reference texts. */
static void
check_parts(const struct texts *t, size_t nreference,
	    const struct dedup_options *opt, unsigned nsplits, unsigned buckets)
{
	struct removals whole = { .n = 0 }, parts = { .n = 0 };
	struct parts p = {
		.texts = t->text + nreference, .n = t->n - nreference,
		.reference = t->text, .nreference = nreference,
		.nsplits = nsplits, .buckets = buckets, .opt = opt,
		.secret = secret,
	};

	assert_int_equal(run_whole(&p, &whole), DEDUP_OK);
	if (run_parts(&p, &parts) != DEDUP_OK)
		fail_msg("%s", p.why);
	check_same(&p, &whole, &parts);
	assert_true(t->n < 50 || whole.n > 0);
	removals_free(&whole);
	removals_free(&parts);
}

static void
set_options(struct dedup_options *o, unsigned i)
{
	dedup_options_init(o);
	o->exact = i == 1;
	o->contained = i == 2;
	o->unit = i == 3 ? DEDUP_UNIT_LINE : i == 4 ? DEDUP_UNIT_PARAGRAPH :
		  DEDUP_UNIT_AUTO;
	o->fold_digits = i == 5;
	o->scope = i == 6 ? DEDUP_SCOPE_DOCUMENT : DEDUP_SCOPE_ALL;
	o->threads = i == 7 ? 3 : 1;
	o->places = i != 8;
	o->min_words = i == 9 ? 2 : 5;
	o->against_ngram = i == 10 ? 8 : 0;
	/* Each reason but these. */
	if (i == 11)
		o->only = ~(1u << DEDUP_EXACT | 1u << DEDUP_LEAD);
	if (i == 12)
		o->only = ~(1u << DEDUP_NEAR | 1u << DEDUP_HEADING);
	if (i >= 11)
		o->only &= (1u << DEDUP_NREASONS) - 1;
}

#define OPTIONS 13

static const unsigned splits[] = { 1, 2, 7, 64 };

static void
test_cluster_gives_the_answers_of_one_run(void **state)
{
	(void)state;
	for (unsigned round = 0; round < rounds(50); round++)
		for (unsigned i = 0; i < OPTIONS; i++) {
			struct rng r = { 1000 * round + i };
			struct dedup_options o;
			struct texts t;

			set_options(&o, i);
			make_texts(&t, &r, rng_range(&r, 60, 200),
				   rng_range(&r, 3, 60));
			for (unsigned k = 0; k < ARRAY_LEN(splits); k++)
				check_parts(&t, 0, &o, splits[k],
					    rng_range(&r, 1, 9));
			check_parts(&t, t.n / 10, &o, 7, 2);
			free_texts(&t);
		}
}

/* Blobs. */

/* The last one of each kind that two splits gave. */
struct kinds {
	struct dedup_text blob[5];
	struct dedup_text asks[2];
	unsigned nasks;
};

static void
keep(struct dedup_text *to, const void *p, size_t len)
{
	free((char *)to->text);
	*to = (struct dedup_text){ exact_copy(p, len), len };
}

static int
keep_asks(void *arg, unsigned bucket, const void *p, size_t len)
{
	struct kinds *k = arg;

	assert_int_equal(bucket, 0);
	keep(&k->asks[k->nasks++], p, len);
	keep(&k->blob[BLOB_ASKS], p, len);
	return 0;
}

static int
keep_matched(void *arg, bool facts, uint32_t split, const void *p, size_t len)
{
	struct kinds *k = arg;

	assert_int_equal(split, facts);
	keep(&k->blob[facts ? BLOB_FACTS : BLOB_LINKS], p, len);
	return 0;
}

static int
keep_rows(void *arg, uint32_t asker, const void *p, size_t len)
{
	struct kinds *k = arg;

	assert_int_equal(asker, 1);
	keep(&k->blob[BLOB_ROWS], p, len);
	return 0;
}

#define STORY "The ferry was late again this morning, as the wind had turned " \
	"in the night.\n"

static const struct dedup_text two[] = {
	{ "Votes\n\n" STORY, sizeof("Votes\n\n" STORY) - 1 },
	{ "Votes\n\n" STORY "\nMore of it\n",
	  sizeof("Votes\n\n" STORY "\nMore of it\n") - 1 },
};

static struct dedup *
new_with(const struct dedup_options *o)
{
	struct dedup *d;

	assert_int_equal(dedup_new(o, &d), DEDUP_OK);
	assert_int_equal(dedup_set_secret(d, secret), DEDUP_OK);
	return d;
}

static void
make_kinds(struct kinds *k, const struct dedup_options *o)
{
	struct dedup_split s[2] = { { 0, two, 1 }, { 1, two + 1, 1 } };
	struct dedup *d;
	char why[DEDUP_WHY];

	memset(k, 0, sizeof(*k));
	for (unsigned i = 0; i < 2; i++) {
		d = new_with(o);
		assert_int_equal(dedup_number(d, i), DEDUP_OK);
		assert_int_equal(dedup_scan(d, &s[i], 1, keep_asks, NULL, k,
					    why), DEDUP_OK);
		dedup_free(d);
	}
	assert_int_equal(dedup_match(k->asks, 2, keep_matched, k, why),
			 DEDUP_OK);
	d = new_with(o);
	assert_int_equal(dedup_rows(d, &s[0], &k->blob[BLOB_LINKS], 1,
				    keep_rows, k, why), DEDUP_OK);
	dedup_free(d);
	for (unsigned i = BLOB_ASKS; i <= BLOB_ROWS; i++)
		assert_non_null(k->blob[i].text);
}

static void
free_kinds(struct kinds *k)
{
	for (unsigned i = 0; i < ARRAY_LEN(k->blob); i++)
		free((char *)k->blob[i].text);
	for (unsigned i = 0; i < ARRAY_LEN(k->asks); i++)
		free((char *)k->asks[i].text);
}

static int
drop_asks(void *arg, unsigned bucket, const void *p, size_t len)
{
	(void)arg, (void)bucket, (void)p, (void)len;
	return 0;
}

static int
drop_matched(void *arg, bool facts, uint32_t split, const void *p, size_t len)
{
	(void)facts;
	return drop_asks(arg, split, p, len);
}

/* Give a blob to the step that takes it. */
static enum dedup_status
give(const struct kinds *k, unsigned kind, const struct dedup_text *blob,
     const struct dedup_options *o, char why[DEDUP_WHY])
{
	struct dedup_split s = { kind == BLOB_LINKS ? 0 : 1,
				 kind == BLOB_LINKS ? two : two + 1, 1 };
	struct dedup *d;
	enum dedup_status st;

	if (kind == BLOB_ASKS) {
		struct dedup_text both[2] = { *blob, k->asks[0] };

		return dedup_match(both, 2, drop_matched, NULL, why);
	}
	d = new_with(o);
	st = kind == BLOB_LINKS ?
	     dedup_rows(d, &s, blob, 1, drop_asks, NULL, why) :
	     dedup_know(d, &s, blob, 1, why);
	if (st == DEDUP_OK && kind != BLOB_LINKS)
		st = dedup_scan(d, &s, 1, drop_asks, NULL, NULL, why);
	dedup_free(d);
	return st;
}

static void
test_blob_with_a_damaged_byte_is_refused(void **state)
{
	struct dedup_options o;
	struct kinds k;
	char why[DEDUP_WHY];

	(void)state;
	dedup_options_init(&o);
	make_kinds(&k, &o);
	for (unsigned kind = BLOB_ASKS; kind <= BLOB_ROWS; kind++) {
		size_t len = k.blob[kind].len;
		char *p = exact_copy(k.blob[kind].text, len);
		struct dedup_text blob = { p, len };

		assert_int_equal(give(&k, kind, &blob, &o, why), DEDUP_OK);
		for (size_t i = 0; i < len; i++) {
			p[i] ^= (char)(1 << i % 8);
			assert_int_equal(give(&k, kind, &blob, &o, why),
					 DEDUP_ETABLE);
			assert_true(why[0] != '\0');
			p[i] ^= (char)(1 << i % 8);
		}
		for (blob.len = 0; blob.len < len; blob.len++)
			assert_int_equal(give(&k, kind, &blob, &o, why),
					 DEDUP_ETABLE);
		free(p);
	}
	free_kinds(&k);
}

/* Bytes that are wrong under a checksum that is right. */
static void
test_blob_made_by_an_enemy_is_read_within_its_bounds(void **state)
{
	struct dedup_options o;
	struct kinds k;
	struct rng r = { 5 };
	char why[DEDUP_WHY];

	(void)state;
	dedup_options_init(&o);
	make_kinds(&k, &o);
	for (unsigned round = 0; round < rounds(20000); round++) {
		unsigned kind = rng_range(&r, BLOB_ASKS, BLOB_ROWS);
		size_t len = k.blob[kind].len, head = sizeof(struct blob_head);
		unsigned char *p = exact_copy(k.blob[kind].text, len);
		struct dedup_text blob = { (char *)p, len };
		struct blob b;

		/* Often in the body's first numbers. */
		for (unsigned n = rng_range(&r, 1, 4); n > 0; n--)
			p[head + rng_below(&r, rng_once(&r, 2) ? 8 :
				(uint32_t)(len - head))] ^=
				(unsigned char)rng_range(&r, 1, 255);
		if (rng_once(&r, 4))
			blob.len = head + rng_below(&r, (uint32_t)(len - head));
		b = (struct blob){ p, blob.len, blob.len };
		blob_end(&b);
		p = realloc(p, blob.len);
		blob.text = (char *)p;
		give(&k, kind, &blob, &o, why);
		free(p);
	}
	free_kinds(&k);
}

static void
test_blob_of_other_options_or_texts_is_refused_by_name(void **state)
{
	struct dedup_options o, other;
	struct kinds k;
	char why[DEDUP_WHY], text[] = "Something else stands here now.\n";
	struct dedup_text changed = { text, sizeof(text) - 1 };
	struct dedup_split s = { 0, &changed, 1 };
	struct dedup *d;

	(void)state;
	dedup_options_init(&o);
	other = o;
	other.min_words = 6;
	make_kinds(&k, &o);
	for (unsigned kind = BLOB_LINKS; kind <= BLOB_ROWS; kind++) {
		assert_int_equal(give(&k, kind, &k.blob[kind], &other, why),
				 DEDUP_EINVAL);
		assert_non_null(strstr(why, "other options"));
	}
	d = new_with(&o);
	assert_int_equal(dedup_rows(d, &s, &k.blob[BLOB_LINKS], 1, keep_rows,
				    &k, why), DEDUP_EINVAL);
	assert_non_null(strstr(why, "the pass before"));
	dedup_free(d);
	s.number = 1;
	d = new_with(&o);
	assert_int_equal(dedup_know(d, &s, &k.blob[BLOB_ROWS], 1, why),
			 DEDUP_EINVAL);
	assert_non_null(strstr(why, "the pass before"));
	dedup_free(d);
	free_kinds(&k);
}

/* Options whose answers depend on verdicts. */
static void
test_options_that_read_verdicts_are_refused(void **state)
{
	static const char *const word[] = {
		"threshold", "memory", "keep=none", "keep=last", "forgotten",
		"boilerplate",
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(word); i++) {
		struct dedup_split s = { 0, two, 1 };
		struct dedup_options o;
		struct dedup *d;
		char why[DEDUP_WHY];

		dedup_options_init(&o);
		o.threshold = i == 0 ? 0.8 : 0;
		o.memory = i == 1 ? 1 << 30 : 0;
		o.keep = i == 2 ? DEDUP_KEEP_NONE :
			 i == 3 ? DEDUP_KEEP_LAST : DEDUP_KEEP_FIRST;
		o.can_forget = i == 4;
		o.boilerplate = i == 5 ? 2 : 0;
		d = new_with(&o);
		assert_int_equal(dedup_scan(d, &s, 1, keep_asks, NULL, NULL,
					    why), DEDUP_EINVAL);
		assert_non_null(strstr(why, word[i]));
		dedup_free(d);
	}
}

static void
test_cluster_without_memory_says_so(void **state)
{
	struct rng r = { 9 };
	struct dedup_options o;
	struct texts t;
	struct removals whole = { .n = 0 };
	struct parts p = { .nsplits = 3, .buckets = 2, .opt = &o,
			   .secret = secret };
	uint64_t failed = 1;

	(void)state;
	dedup_options_init(&o);
	make_texts(&t, &r, 12, 6);
	p.texts = t.text;
	p.n = t.n;
	assert_int_equal(run_whole(&p, &whole), DEDUP_OK);
	for (uint64_t n = 0; failed > 0; n += every()) {
		struct removals parts = { .n = 0 };
		int64_t live = allocations.live;
		enum dedup_status st;

		allocations_fail(n, false);
		st = run_parts(&p, &parts);
		failed = allocations_succeed();
		/* Sometimes it can do without. */
		if (st == DEDUP_OK)
			check_same(&p, &whole, &parts);
		else
			assert_int_equal(st, DEDUP_ENOMEM);
		removals_free(&parts);
		assert_int_equal(allocations.live, live);
	}
	removals_free(&whole);
	free_texts(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cluster_gives_the_answers_of_one_run),
		cmocka_unit_test(test_blob_with_a_damaged_byte_is_refused),
		cmocka_unit_test(
			test_blob_made_by_an_enemy_is_read_within_its_bounds),
		cmocka_unit_test(
			test_blob_of_other_options_or_texts_is_refused_by_name),
		cmocka_unit_test(test_options_that_read_verdicts_are_refused),
		cmocka_unit_test(test_cluster_without_memory_says_so),
	};

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (unsigned char)(i * 37 + 11);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
