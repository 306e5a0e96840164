/*
 * load_save.c: what the library's functions for saved tables say when memory
 * is short, and how long saving takes.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include <time.h>
#include <unistd.h>

#include "dedup.h"

#define WORDS "one two three four five six seven eight nine ten "

static char directory[] = "/tmp/test_load_save.XXXXXX";

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

	return dedup_table_merge(path_of(2), tables, 2, &bad, why);
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

/* In whatever order the entries of the counts are given. */
static void
test_saving_counts_takes_less_than_counting(void **state)
{
	struct dedup *d = new_state(true);
	char why[DEDUP_WHY], text[4096];
	clock_t start = clock(), counting, saving;

	(void)state;
	for (unsigned i = 0; i < 12000; i++) {
		int n = 0;

		for (unsigned j = 0; j < 10; j++)
			n += snprintf(text + n, sizeof(text) - (size_t)n,
				      WORDS "%u a%u b%u.\n\n", i, j, i * j);
		feed(d, text);
	}
	counting = clock() - start;
	start = clock();
	assert_int_equal(dedup_save(d, path_of(3), NULL, NULL, why), DEDUP_OK);
	saving = clock() - start;
	dedup_free(d);
	assert_true(saving < counting);
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
		cmocka_unit_test(test_saving_counts_takes_less_than_counting),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
