/* files.c: stamps of what was opened. */
#include "random.h"

#include <unistd.h>

#include "files.h"

static void
test_a_file_has_a_stamp_once_it_was_opened(void **state)
{
	struct files f = { .stamps = true };
	char *name = (char *)"/proc/self/exe";
	struct source s;

	(void)state;
	if (source_open(&s, name) != 0)
		skip();
	assert_int_equal(files_take(&f, &name, 1), 0);
	assert_null(f.file[0].stamp);
	assert_int_equal(files_stamp(&f.file[0], &s), 0);
	assert_non_null(f.file[0].stamp);
	assert_int_equal(f.file[0].stamp->size, (off_t)source_size(&s));
	source_close(&s);
	files_free(&f);
}

/* Who rewrites the file would use a stamp that is not there. */
static void
test_a_stamp_that_cannot_be_had_is_a_failure(void **state)
{
	struct files f = { .stamps = true };
	char *name = (char *)"name";
	struct source s = { .fd = -1, .known = true };

	(void)state;
	assert_int_equal(files_take(&f, &name, 1), 0);
	errno = 0;
	assert_int_equal(files_stamp(&f.file[0], &s), -1);
	assert_int_equal(errno, EBADF);
	assert_null(f.file[0].stamp);
	files_free(&f);
}

static struct file
named(const char *path)
{
	return (struct file){ .path = path };
}

static void
test_a_path_is_looked_at_once(void **state)
{
	char name[] = "/tmp/dedup-test-XXXXXX";
	int fd = mkstemp(name);
	struct file f = named(name), gone = named(name);
	struct file null = named("/dev/null"), folder = named("/");
	enum file_kind before;
	ssize_t written;
	struct stat st;

	(void)state;
	assert_true(fd >= 0);
	/* Nothing is left of it, whatever comes. */
	written = write(fd, "seven\n", 6);
	before = files_look(&f);
	unlink(name);
	assert_int_equal(written, 6);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(before, FILE_REGULAR);
	assert_int_equal(f.size, 6);
	assert_true(f.dev == st.st_dev && f.ino == st.st_ino);
	close(fd);
	assert_int_equal(files_look(&f), FILE_REGULAR);
	assert_int_equal(files_look(&gone), FILE_MISSING);
	assert_int_equal(files_look(&null), FILE_OTHER);
	assert_int_equal(files_look(&folder), FILE_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_has_a_stamp_once_it_was_opened),
		cmocka_unit_test(test_a_stamp_that_cannot_be_had_is_a_failure),
		cmocka_unit_test(test_a_path_is_looked_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
