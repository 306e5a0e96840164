/*
 * Documents that are forgotten, reference ones, tables and counts, through the
 * public header: an engine that forgot answers as one that was never told.
 */
#include "random.h"

#include <unistd.h>

#include "dedup.h"

#define DOCUMENTS 40
#define MAX_REMOVALS 64

/* Documents of lines out of few, with words replaced here and there. */
struct documents {
	char text[DOCUMENTS][4096];
	size_t len[DOCUMENTS];
	bool forgotten[DOCUMENTS];
};

static void
append(struct documents *d, unsigned i, const char *s)
{
	size_t len = strlen(s);

	assert_true(d->len[i] + len < sizeof(d->text[i]));
	memcpy(d->text[i] + d->len[i], s, len + 1);
	d->len[i] += len;
}

static void
make_documents(struct documents *d, struct rng *r)
{
	static const char *const word[] = {
		"north", "wind", "ferry", "late", "bread", "glass", "seven",
		"house", "river", "paper", "96", "98",
	};

	memset(d, 0, sizeof(*d));
	for (unsigned i = 0; i < DOCUMENTS; i++) {
		unsigned lines = rng_below(r, 8);

		d->forgotten[i] = rng_once(r, 3);
		for (unsigned j = 0; j < lines; j++) {
			struct rng line = { 1000 + rng_below(r, 25) };
			unsigned n = rng_range(&line, 2, 20);
			unsigned odd = rng_below(r, 60);

			for (unsigned k = 0; k < n; k++) {
				uint32_t w = rng_below(&line,
						       ARRAY_LEN(word));

				append(d, i, word[k == odd ? 7 : w]);
				append(d, i, k + 1 < n ? " " : "");
			}
			append(d, i, rng_once(r, 20) ? " ...\n" : "\n");
			if (rng_once(r, 2))
				append(d, i, "\n");
		}
	}
}

/* A verdict that outlives the next call. */
struct answer {
	struct dedup_removal removal[MAX_REMOVALS];
	size_t n;
	uint64_t words;
};

static void
keep(struct answer *a, const struct dedup_verdict *v)
{
	assert_true(v->nremovals <= MAX_REMOVALS);
	for (size_t i = 0; i < v->nremovals; i++)
		a->removal[i] = v->removals[i];
	a->n = v->nremovals;
	a->words = v->words;
}

/* The same, where documents are numbered by 'number'. */
static void
check_same(const struct answer *a, const struct answer *b,
	   const unsigned *number)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->words, b->words);
	for (size_t i = 0; i < a->n; i++) {
		const struct dedup_removal *x = &a->removal[i];
		const struct dedup_removal *y = &b->removal[i];

		assert_int_equal(x->begin, y->begin);
		assert_int_equal(x->end, y->end);
		assert_int_equal(x->unit_begin, y->unit_begin);
		assert_int_equal(x->unit_end, y->unit_end);
		assert_int_equal(x->reason, y->reason);
		assert_true(x->resemblance == y->resemblance);
		assert_int_equal(x->witness.document,
				 number[y->witness.document]);
		assert_int_equal(x->witness.offset, y->witness.offset);
		assert_int_equal(x->witness.line, y->witness.line);
	}
}

static struct dedup *
new_engine(const struct dedup_options *opt)
{
	struct dedup *d;

	assert_int_equal(dedup_new(opt, &d), DEDUP_OK);
	return d;
}

static void
feed(struct dedup *d, const struct documents *docs, unsigned i,
     struct answer *a)
{
	struct dedup_verdict v;

	assert_int_equal(dedup_document(d, docs->text[i], docs->len[i], &v),
			 DEDUP_OK);
	keep(a, &v);
}

/* One reading of all by an engine that forgets, and one that never knew. */
static void
read_both(struct dedup *forgets, struct dedup *twin,
	  const struct documents *docs)
{
	unsigned number[DOCUMENTS], n = 0;

	/* All of them: without a first copy, a witness may come later. */
	for (unsigned i = 0; i < DOCUMENTS; i++)
		if (!docs->forgotten[i])
			number[n++] = i;
	for (unsigned i = 0; i < DOCUMENTS; i++) {
		struct answer a, b;

		feed(forgets, docs, i, &a);
		if (docs->forgotten[i]) {
			assert_int_equal(dedup_forget(forgets), DEDUP_OK);
			continue;
		}
		feed(twin, docs, i, &b);
		check_same(&a, &b, number);
	}
}

static void
any_options(struct rng *r, struct dedup_options *opt)
{
	dedup_options_init(opt);
	opt->seeded = true;
	opt->seed = rng_next(r);
	opt->exact = rng_once(r, 4);
	opt->contained = !opt->exact && rng_once(r, 3);
	opt->fold_digits = rng_once(r, 4);
	opt->unit = rng_below(r, 4);
	opt->min_words = rng_range(r, 1, 6);
}

static void
test_what_was_forgotten_was_never_fed(void **state)
{
	static struct documents docs;
	struct rng r = { 1 };

	(void)state;
	for (int round = 0; round < 120; round++) {
		struct dedup_options opt;
		struct dedup *forgets, *twin;

		any_options(&r, &opt);
		opt.keep = rng_once(&r, 3) ? DEDUP_KEEP_NONE :
					     DEDUP_KEEP_FIRST;
		make_documents(&docs, &r);
		twin = new_engine(&opt);
		opt.can_forget = true;
		forgets = new_engine(&opt);
		read_both(forgets, twin, &docs);
		if (opt.keep == DEDUP_KEEP_NONE) {
			assert_int_equal(dedup_again(forgets), DEDUP_OK);
			assert_int_equal(dedup_again(twin), DEDUP_OK);
			read_both(forgets, twin, &docs);
		}
		dedup_free(forgets);
		dedup_free(twin);
	}
}

/* What each() of a batch forgets, and beside it an engine that never read it. */
struct both {
	const struct documents *docs;
	struct dedup *forgets, *twin;
	unsigned number[DOCUMENTS], n;
	size_t stop;		/* after this document */
};

static size_t
forgotten_until(const struct documents *docs, size_t last)
{
	size_t n = 0;

	for (size_t i = 0; i <= last; i++)
		n += docs->forgotten[i];
	return n;
}

static int
get_text(void *arg, size_t i, struct dedup_text *text)
{
	const struct both *both = arg;

	*text = (struct dedup_text){ both->docs->text[i], both->docs->len[i] };
	return 0;
}

static int
forget_some(void *arg, size_t i, const struct dedup_verdict *v)
{
	struct both *both = arg;
	struct answer a, b;

	keep(&a, v);
	if (both->docs->forgotten[i]) {
		assert_int_equal(dedup_forget(both->forgets), DEDUP_OK);
	} else {
		both->number[both->n++] = (unsigned)i;
		feed(both->twin, both->docs, (unsigned)i, &b);
		check_same(&a, &b, both->number);
	}
	return i == both->stop;
}

static void
test_a_batch_can_forget_and_stop(void **state)
{
	static struct documents docs;
	struct rng r = { 3 };

	(void)state;
	for (int round = 0; round < 120; round++) {
		struct dedup_text text[DOCUMENTS];
		struct both both = {
			.docs = &docs, .stop = rng_below(&r, DOCUMENTS),
		};
		bool longer;
		struct dedup_options opt;

		any_options(&r, &opt);
		opt.threads = rng_range(&r, 1, 4);
		make_documents(&docs, &r);
		for (unsigned i = 0; i < DOCUMENTS; i++)
			text[i] = (struct dedup_text){ docs.text[i],
						       docs.len[i] };
		/* Said to be long, so that each is work of its own. */
		longer = rng_once(&r, 2);
		for (unsigned i = 0; longer && i < DOCUMENTS; i++)
			text[i].len = 1 << 20;
		both.twin = new_engine(&opt);
		opt.can_forget = true;
		both.forgets = new_engine(&opt);
		assert_int_equal(dedup_documents(both.forgets, text, DOCUMENTS,
						 longer ? get_text : NULL,
						 forget_some, &both),
				 DEDUP_ESTOP);
		assert_int_equal(both.n + forgotten_until(&docs, both.stop),
				 both.stop + 1);
		dedup_free(both.forgets);
		dedup_free(both.twin);
	}
}

static void
test_forgetting_has_to_be_announced(void **state)
{
	struct dedup_options opt;
	struct dedup_verdict v;
	struct dedup *d;

	(void)state;
	dedup_options_init(&opt);
	d = new_engine(&opt);
	assert_int_equal(dedup_forget(d), DEDUP_ESTATE);
	assert_int_equal(dedup_document(d, "a", 1, &v), DEDUP_OK);
	assert_int_equal(dedup_forget(d), DEDUP_ESTATE);
	dedup_free(d);

	opt.can_forget = true;
	d = new_engine(&opt);
	assert_int_equal(dedup_forget(d), DEDUP_ESTATE);
	assert_int_equal(dedup_begin(d), DEDUP_OK);
	assert_int_equal(dedup_forget(d), DEDUP_ESTATE);
	assert_int_equal(dedup_end(d, "a", 1, &v), DEDUP_OK);
	assert_int_equal(dedup_forget(d), DEDUP_OK);
	assert_int_equal(dedup_forget(d), DEDUP_ESTATE);
	dedup_free(d);
}

static const char line[] = "one two three four five six\n";
static const char lines[] = "a menu\n\none two three four five six\n";

static void
document(struct dedup *d, const char *text, struct dedup_verdict *v)
{
	assert_int_equal(dedup_document(d, text, strlen(text), v), DEDUP_OK);
}

/* Readings: none more, one to count, one to find copies, or both. */
static void
test_there_are_as_many_readings_as_are_told(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct dedup_options opt;
		struct dedup_verdict v;
		struct dedup *d;
		unsigned left = (i & 1) + (i >> 1);

		dedup_options_init(&opt);
		opt.boilerplate = i & 1 ? 2 : 0;
		opt.keep = i & 2 ? DEDUP_KEEP_NONE : DEDUP_KEEP_FIRST;
		d = new_engine(&opt);
		for (;;) {
			assert_int_equal(dedup_passes_left(d), left);
			document(d, lines, &v);
			document(d, line, &v);
			if (left-- == 0)
				break;
			assert_int_equal(dedup_again(d), DEDUP_OK);
		}
		assert_int_equal(dedup_again(d), DEDUP_ESTATE);
		assert_int_equal(v.nremovals, 1);
		assert_int_equal(v.removals[0].reason, i & 1 ?
				 DEDUP_BOILERPLATE : DEDUP_EXACT);
		assert_int_equal(v.removals[0].documents, i & 1 ? 2 : 0);
		assert_int_equal(v.removals[0].witness.document, 0);
		assert_int_equal(v.removals[0].witness.offset, 8);
		dedup_free(d);
	}
}

static void
test_reference_documents_come_first_and_stay(void **state)
{
	struct dedup_options opt;
	struct dedup_stats s;
	struct dedup_verdict v;
	struct dedup *d;

	(void)state;
	dedup_options_init(&opt);
	opt.keep = DEDUP_KEEP_NONE;
	opt.can_forget = true;
	d = new_engine(&opt);
	assert_int_equal(dedup_reference(d, false), DEDUP_OK);
	assert_int_equal(dedup_reference(d, true), DEDUP_OK);
	assert_int_equal(dedup_reference(d, true), DEDUP_OK);
	document(d, line, &v);
	assert_int_equal(v.nremovals, 0);
	document(d, line, &v);
	assert_int_equal(v.nremovals, 0);
	assert_int_equal(dedup_forget(d), DEDUP_ESTATE);
	assert_int_equal(dedup_reference(d, false), DEDUP_OK);
	assert_int_equal(dedup_forget(d), DEDUP_ESTATE);
	assert_int_equal(dedup_begin(d), DEDUP_OK);
	assert_int_equal(dedup_reference(d, true), DEDUP_ESTATE);
	assert_int_equal(dedup_end(d, line, strlen(line), &v), DEDUP_OK);
	assert_int_equal(v.nremovals, 1);
	assert_int_equal(v.removals[0].reason, DEDUP_LISTED);
	assert_int_equal(v.removals[0].witness.document, 0);
	assert_int_equal(dedup_reference(d, true), DEDUP_ESTATE);
	assert_int_equal(dedup_again(d), DEDUP_OK);
	assert_int_equal(dedup_reference(d, true), DEDUP_ESTATE);
	document(d, lines, &v);
	assert_int_equal(v.nremovals, 1);
	assert_int_equal(v.removals[0].reason, DEDUP_LISTED);
	dedup_get_stats(d, &s);
	assert_int_equal(s.documents, 1);
	assert_int_equal(s.removed[DEDUP_LISTED], 1);
	dedup_free(d);
}

static void
test_top_tells_of_the_most_frequent(void **state)
{
	struct dedup_options opt;
	struct dedup_common top[3];
	struct dedup_verdict v;
	struct dedup *d;

	(void)state;
	dedup_options_init(&opt);
	opt.count = true;
	d = new_engine(&opt);
	assert_int_equal(dedup_passes_left(d), 0);
	document(d, "only here\n", &v);
	document(d, lines, &v);
	document(d, line, &v);
	document(d, lines, &v);
	assert_int_equal(dedup_top(d, top, 3), 2);
	assert_int_equal(top[0].documents, 3);
	assert_int_equal(top[0].first.document, 1);
	assert_int_equal(top[0].first.offset, 8);
	assert_int_equal(top[0].first.line, 2);
	assert_int_equal(top[1].documents, 2);
	assert_int_equal(top[1].first.offset, 0);
	assert_int_equal(dedup_top(d, top, 1), 1);
	assert_int_equal(dedup_top(d, top, 0), 0);
	dedup_free(d);
}

static char *
temporary(void)
{
	static char path[] = "/tmp/dedup-test-XXXXXX";
	int fd;

	strcpy(path + sizeof(path) - 7, "XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	return path;
}

static int
label(void *arg, uint64_t i, const char **p, size_t *len)
{
	*p = arg;
	*len = i == 0 ? strlen(arg) : 0;
	return 0;
}

/* With labels and without; counts come along. */
static void
test_tables_tell_of_documents_that_have_labels(void **state)
{
	char why[DEDUP_WHY], name[] = "first", *path = temporary();

	(void)state;
	for (int labels = 0; labels < 2; labels++) {
		struct dedup_table_info info;
		struct dedup_options opt;
		struct dedup_verdict v;
		struct dedup *d;
		const char *p;
		size_t len;

		dedup_options_init(&opt);
		opt.count = true;
		d = new_engine(&opt);
		document(d, lines, &v);
		document(d, "a menu\n", &v);
		assert_int_equal(dedup_begin(d), DEDUP_OK);
		assert_int_equal(dedup_save(d, path, NULL, NULL, why),
				 DEDUP_ESTATE);
		assert_int_equal(dedup_end(d, "", 0, &v), DEDUP_OK);
		assert_int_equal(dedup_save(d, path, labels ? label : NULL,
					    name, why), DEDUP_OK);
		dedup_free(d);

		assert_true(dedup_is_table(path));
		assert_int_equal(dedup_table_test(path, why), DEDUP_OK);
		assert_int_equal(dedup_table_info(path, &info, why), DEDUP_OK);
		assert_int_equal(info.documents, 3);
		assert_int_equal(info.counted, 3);
		/* One, and the heading before it, as such. */
		assert_int_equal(info.units, 2);
		assert_int_equal(info.labels, labels);

		opt.count = false;
		opt.boilerplate = 2;
		d = new_engine(&opt);
		assert_int_equal(dedup_load(d, path, DEDUP_LOAD_KNOWN, why),
				 DEDUP_OK);
		assert_int_equal(dedup_passes_left(d), 0);
		document(d, lines, &v);
		assert_int_equal(v.nremovals, 2);
		assert_int_equal(v.removals[0].reason, DEDUP_BOILERPLATE);
		assert_int_equal(v.removals[0].documents, 2);
		assert_int_equal(v.removals[0].witness.table, 1);
		assert_true(v.removals[0].witness.document == UINT64_MAX);
		assert_int_equal(dedup_get_label(d, 1, UINT64_MAX, &p, &len),
				 DEDUP_EINVAL);
		assert_int_equal(v.removals[1].reason, DEDUP_EXACT);
		assert_int_equal(v.removals[1].witness.table, 1);
		assert_int_equal(v.removals[1].witness.document, 0);
		assert_int_equal(v.removals[1].witness.offset, 8);
		assert_int_equal(dedup_get_label(d, 1, 0, &p, &len), DEDUP_OK);
		assert_int_equal(len, labels ? strlen(name) : 0);
		assert_memory_equal(p, name, len);
		assert_int_equal(dedup_get_label(d, 1, 3, &p, &len),
				 DEDUP_EINVAL);
		assert_int_equal(dedup_get_label(d, 2, 0, &p, &len),
				 DEDUP_EINVAL);
		assert_int_equal(dedup_load(d, path, DEDUP_LOAD_KNOWN, why),
				 DEDUP_ESTATE);
		dedup_free(d);
	}
	unlink(path);
}

/* A table that is refused leaves the engine as it was. */
static void
test_refused_table_changes_nothing(void **state)
{
	char why[DEDUP_WHY], *path = temporary();
	struct dedup_options opt, other;
	struct dedup_verdict v;
	struct dedup *d, *e;

	(void)state;
	dedup_options_init(&opt);
	d = new_engine(&opt);
	document(d, line, &v);
	assert_int_equal(dedup_save(d, path, NULL, NULL, why), DEDUP_OK);
	dedup_free(d);
	other = opt;
	other.places = false;
	other.min_words = 3;
	d = new_engine(&other);
	e = new_engine(&other);
	assert_int_equal(dedup_load(d, path, DEDUP_LOAD_KNOWN, why),
			 DEDUP_ETABLE);
	assert_string_equal(why, "made with --min-words=5, not 3");
	assert_int_equal(dedup_load(d, path, DEDUP_LOAD_LISTED, why),
			 DEDUP_ETABLE);
	document(d, line, &v);
	assert_int_equal(v.nremovals, 0);
	document(d, line, &v);
	assert_int_equal(v.nremovals, 1);
	/* It can be saved, and loaded by one of the same options. */
	assert_int_equal(dedup_save(d, path, NULL, NULL, why), DEDUP_OK);
	assert_int_equal(dedup_load(e, path, DEDUP_LOAD_KNOWN, why), DEDUP_OK);
	document(e, line, &v);
	assert_int_equal(v.nremovals, 1);
	assert_int_equal(v.removals[0].witness.table, 1);
	dedup_free(d);
	dedup_free(e);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_forgotten_was_never_fed),
		cmocka_unit_test(test_a_batch_can_forget_and_stop),
		cmocka_unit_test(test_forgetting_has_to_be_announced),
		cmocka_unit_test(test_there_are_as_many_readings_as_are_told),
		cmocka_unit_test(test_reference_documents_come_first_and_stay),
		cmocka_unit_test(test_top_tells_of_the_most_frequent),
		cmocka_unit_test(
			test_tables_tell_of_documents_that_have_labels),
		cmocka_unit_test(test_refused_table_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
