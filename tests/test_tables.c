/*
 * tables.c: what the library's functions for saved tables say when memory
 * is short.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include <unistd.h>

#include "dedup.h"
#include "words.h"
#include "format.h"

#define WORDS "one two three four five six seven eight nine ten "

static char directory[] = "/tmp/test_tables.XXXXXX";

static const char *
path_of(unsigned i)
{
	static char path[8][sizeof(directory) + 16];

	assert_true(i < ARRAY_LEN(path));
	snprintf(path[i], sizeof(path[i]), "%s/%u.table", directory, i);
	return path[i];
}

static struct dedup *
new_state(bool count)
{
	struct dedup_options opt;
	struct dedup *d;

	dedup_options_init(&opt);
	opt.seeded = true;
	opt.count = count;
	assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
	return d;
}

static void
feed(struct dedup *d, const char *text)
{
	struct dedup_verdict v;

	assert_int_equal(dedup_begin(d), DEDUP_OK);
	assert_int_equal(dedup_end(d, text, strlen(text), &v), DEDUP_OK);
}

static int
label(void *arg, uint64_t document, const char **p, size_t *len)
{
	(void)arg;
	(void)document;
	*p = "a name";
	*len = strlen(*p);
	return 0;
}

static void
save(const char *path, const char *text)
{
	struct dedup *d = new_state(false);
	char why[DEDUP_WHY];

	feed(d, text);
	assert_int_equal(dedup_save(d, path, label, NULL, why), DEDUP_OK);
	dedup_free(d);
}

/* A call that reads or writes tables. */
typedef enum dedup_status call(char *why);

static enum dedup_status
load_and_save(char *why)
{
	struct dedup_options opt;
	struct dedup *d;
	enum dedup_status st;

	dedup_options_init(&opt);
	st = dedup_new(&opt, &d);
	if (st == DEDUP_OK)
		st = dedup_load(d, path_of(0), DEDUP_LOAD_KNOWN, why);
	if (st == DEDUP_OK)
		st = dedup_load(d, path_of(1), DEDUP_LOAD_LISTED, why);
	if (st == DEDUP_OK)
		st = dedup_save(d, path_of(2), label, NULL, why);
	dedup_free(d);
	return st;
}

static enum dedup_status
info(char *why)
{
	struct dedup_table_info i;

	return dedup_table_info(path_of(0), &i, why);
}

static enum dedup_status
test(char *why)
{
	return dedup_table_test(path_of(0), why);
}

static enum dedup_status
merge(char *why)
{
	char *tables[] = { (char *)path_of(0), (char *)path_of(1) };
	size_t bad;

	return dedup_table_merge(path_of(2), tables, 2, 0, &bad, why);
}

static enum dedup_status
lock(char *why)
{
	int fd;
	enum dedup_status st = dedup_table_lock(path_of(2), &fd, why);
	char name[100];

	if (st == DEDUP_OK)
		dedup_table_unlock(path_of(2), fd);
	snprintf(name, sizeof(name), "%s.lock", path_of(2));
	unlink(name);
	return st;
}

static void
test_lack_of_memory_is_not_called_damage(void **state)
{
	static call *const calls[] = { load_and_save, info, test, merge, lock };

	(void)state;
	save(path_of(0), WORDS "\n\n" WORDS "eleven\n");
	save(path_of(1), WORDS "twelve\n\n" WORDS "thirteen fourteen\n");
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		int64_t live = allocations.live;
		char why[DEDUP_WHY];
		uint64_t failed, n = 0;
		enum dedup_status st;

		do {
			allocations_fail(n++, false);
			st = calls[i](why);
			failed = allocations_succeed();
			if (st != DEDUP_OK)
				assert_int_equal(st, DEDUP_ENOMEM);
			assert_int_equal(allocations.live, live);
		} while (failed > 0);
		assert_int_equal(st, DEDUP_OK);
		assert_true(n > 1);
	}
}

static void
assert_same_bytes(const char *a, const char *b)
{
	FILE *f = fopen(a, "r"), *g = fopen(b, "r");
	int c;

	assert_non_null(f);
	assert_non_null(g);
	do {
		c = getc(f);
		assert_int_equal(c, getc(g));
	} while (c != EOF);
	fclose(f);
	fclose(g);
}

/* Make a table say that its words were folded by another version. */
static void
change_unicode(const char *path, const char *version)
{
	struct saved_header h;
	FILE *f = fopen(path, "r+");

	assert_non_null(f);
	assert_int_equal(fread(&h, sizeof(h), 1, f), 1);
	memset(h.unicode, 0, sizeof(h.unicode));
	memcpy(h.unicode, version, strlen(version));
	h.checksum = shingle_checksum(&h, sizeof(h) - sizeof(h.checksum));
	rewind(f);
	assert_int_equal(fwrite(&h, sizeof(h), 1, f), 1);
	assert_int_equal(fclose(f), 0);
}

/* By another Unicode the same text may have other words. */
static void
test_tables_of_another_unicode_are_refused(void **state)
{
	char *both[] = { (char *)path_of(0), (char *)path_of(1) };
	struct dedup_table_info i;
	char why[DEDUP_WHY], want[DEDUP_WHY];
	struct dedup *d = new_state(false);
	size_t bad;

	(void)state;
	save(path_of(0), WORDS);
	save(path_of(1), WORDS);
	assert_int_equal(dedup_table_info(path_of(0), &i, why), DEDUP_OK);
	assert_string_equal(i.unicode, words_unicode());

	change_unicode(path_of(0), "9.0.0");
	snprintf(want, sizeof(want), "made with Unicode 9.0.0, not %s: make it "
		 "anew from the texts, or use a utf8proc of that version",
		 words_unicode());
	assert_int_equal(dedup_load(d, path_of(0), DEDUP_LOAD_KNOWN, why),
			 DEDUP_ETABLE);
	assert_string_equal(why, want);
	assert_int_equal(dedup_load(d, path_of(0), DEDUP_LOAD_LISTED, why),
			 DEDUP_ETABLE);
	assert_int_equal(dedup_load(d, path_of(1), DEDUP_LOAD_KNOWN, why),
			 DEDUP_OK);
	dedup_free(d);
	/* It is sound, and says what it is. */
	assert_int_equal(dedup_table_test(path_of(0), why), DEDUP_OK);
	assert_int_equal(dedup_table_info(path_of(0), &i, why), DEDUP_OK);
	assert_string_equal(i.unicode, "9.0.0");

	assert_int_equal(dedup_table_merge(path_of(2), both, 2, 0, &bad, why),
			 DEDUP_ETABLE);
	assert_int_equal(bad, 1);
	/* Those of one version go together, whichever that is. */
	change_unicode(path_of(1), "9.0.0");
	assert_int_equal(dedup_table_merge(path_of(2), both, 2, 0, &bad, why),
			 DEDUP_OK);
	assert_int_equal(dedup_table_info(path_of(2), &i, why), DEDUP_OK);
	assert_string_equal(i.unicode, "9.0.0");
	/* What goes into messages is a version. */
	change_unicode(path_of(0), "\033[31m");
	assert_int_equal(dedup_table_info(path_of(0), &i, why), DEDUP_ETABLE);
	assert_string_equal(why, "damaged: header is inconsistent");
}

/* Feed the documents from .. to to a state that only counts, and save it. */
static void
count_part(const char *path, unsigned from, unsigned to, bool exact)
{
	struct dedup_options opt;
	struct dedup_verdict v;
	char why[DEDUP_WHY], text[200];
	struct dedup *d;

	dedup_options_init(&opt);
	opt.seeded = opt.counts_only = true;
	opt.exact = exact;
	opt.contained = !exact;
	assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
	assert_int_equal(dedup_passes_left(d), 0);
	for (unsigned i = from; i < to; i++) {
		/* One line is in all, one in every third, others in one. */
		snprintf(text, sizeof(text), "Home\nThird %u\n\n" WORDS "\n\n"
			 WORDS "\n\nOwn %u\n", i % 3, i);
		assert_int_equal(dedup_document(d, text, strlen(text), &v),
				 DEDUP_OK);
		assert_int_equal(v.nremovals, 0);
	}
	assert_int_equal(dedup_save(d, path, label, NULL, why), DEDUP_OK);
	dedup_free(d);
}

static void
assert_counts(const char *path, uint64_t documents, uint64_t counts)
{
	struct dedup_table_info i;
	char why[DEDUP_WHY];

	assert_int_equal(dedup_table_test(path, why), DEDUP_OK);
	assert_int_equal(dedup_table_info(path, &i, why), DEDUP_OK);
	assert_int_equal(i.units, 0);
	assert_int_equal(i.shingles, 0);
	assert_int_equal(i.counted, documents);
	assert_int_equal(i.counts, counts);
	assert_false(i.labels);
}

static void
test_counts_of_parts_are_those_of_all(void **state)
{
	char *parts[] = { (char *)path_of(0), (char *)path_of(1) };
	char *whole = (char *)path_of(2), why[DEDUP_WHY];
	size_t bad;

	(void)state;
	count_part(path_of(0), 0, 4, false);
	count_part(path_of(1), 4, 9, true);
	count_part(path_of(2), 0, 9, false);
	/* Home, three thirds, the long line, nine of their own. */
	assert_counts(path_of(2), 9, 14);
	assert_int_equal(dedup_table_merge(path_of(3), parts, 2, 0, &bad, why),
			 DEDUP_OK);
	assert_same_bytes(path_of(2), path_of(3));
	for (uint64_t least = 0; least < 12; least++) {
		assert_int_equal(dedup_table_merge(path_of(3), parts, 2, least,
						   &bad, why), DEDUP_OK);
		assert_int_equal(dedup_table_merge(path_of(4), &whole, 1, least,
						   &bad, why), DEDUP_OK);
		assert_counts(path_of(3), 9, least <= 1 ? 14 : least <= 3 ? 5 :
			      least <= 9 ? 2 : 0);
		assert_same_bytes(path_of(3), path_of(4));
	}
}

/* Without units it does not matter how these would have been compared. */
static void
test_a_table_without_units_goes_with_any_matching(void **state)
{
	char *tables[] = {
		(char *)path_of(1), (char *)path_of(0), (char *)path_of(1),
	};
	struct dedup_table_info i;
	struct dedup_options opt;
	char why[DEDUP_WHY];
	struct dedup *d;
	size_t bad;

	(void)state;
	save(path_of(0), WORDS);
	count_part(path_of(1), 0, 4, true);
	for (int j = 0; j < 8; j++) {
		dedup_options_init(&opt);
		opt.boilerplate = 3;
		opt.exact = j == 1;
		opt.contained = j == 2;
		opt.threshold = j == 3 ? 0.8 : 0;
		opt.ngram = j == 4 ? 5 : 3;
		opt.places = j != 5;
		opt.min_words = j == 6 ? 6 : 5;
		opt.fold_digits = j == 7;
		assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
		assert_int_equal(dedup_load(d, path_of(1), DEDUP_LOAD_KNOWN,
					    why),
				 j < 6 ? DEDUP_OK : DEDUP_ETABLE);
		if (j < 6)
			feed(d, WORDS "\n\nHome");
		dedup_free(d);
	}
	/* The merged one is as those that have units. */
	assert_int_equal(dedup_table_merge(path_of(2), tables, 3, 0, &bad, why),
			 DEDUP_OK);
	assert_int_equal(dedup_table_info(path_of(2), &i, why), DEDUP_OK);
	assert_false(i.exact);
	assert_int_equal(i.units, 1);
	assert_int_equal(i.counted, 8);
	/* In any grouping. */
	assert_int_equal(dedup_table_merge(path_of(3), tables, 2, 0, &bad, why),
			 DEDUP_OK);
	tables[1] = (char *)path_of(3);
	assert_int_equal(dedup_table_merge(path_of(4), tables + 1, 2, 0, &bad,
					   why), DEDUP_OK);
	assert_same_bytes(path_of(2), path_of(4));
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(directory) == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++)
		unlink(path_of(i));
	return rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lack_of_memory_is_not_called_damage),
		cmocka_unit_test(test_tables_of_another_unicode_are_refused),
		cmocka_unit_test(test_counts_of_parts_are_those_of_all),
		cmocka_unit_test(
			test_a_table_without_units_goes_with_any_matching),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
