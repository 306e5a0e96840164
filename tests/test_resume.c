/* The journal of a batch, where memory or the file system fails. */
#define FAIL_ALLOCATIONS
#include "random.h"

#include <sys/stat.h>
#include <unistd.h>

#include "destinations.h"
#include "resume.h"

static char dir[] = "/tmp/test_resume.XXXXXX";

/* A journal of 'n' inputs, to be closed. */
static void
open_journal(struct resume *r, struct files *files, char *path, size_t room)
{
	static char a[] = "a", b[] = "b";
	char *names[] = { a, b };

	*files = (struct files){ .n = 0 };
	assert_int_equal(files_take(files, names, 2), 0);
	snprintf(path, room, "%s/%s", dir, RESUME_NAME);
	assert_int_equal(resume_open(r, path, 1, NULL, files), 0);
}

static void
test_a_loss_that_cannot_be_noted_is_a_failure(void **state)
{
	char path[100];
	struct files files;
	struct resume r;

	(void)state;
	open_journal(&r, &files, path, sizeof(path));
	allocations_fail(0, true);
	resume_lost(&r, 1);
	allocations_succeed();
	errno = 0;
	assert_int_equal(resume_close(&r, false), -1);
	assert_int_equal(errno, ENOMEM);
	resume_free(&r);
	files_free(&files);
	unlink(path);
}

static void
test_a_loss_is_found_again(void **state)
{
	char path[100];
	struct files files;
	struct resume r;

	(void)state;
	open_journal(&r, &files, path, sizeof(path));
	resume_lost(&r, 1);
	assert_int_equal(resume_close(&r, false), 0);
	resume_free(&r);
	files_free(&files);
	open_journal(&r, &files, path, sizeof(path));
	assert_int_equal(resume_state(&r, 0), RESUME_OPEN);
	assert_int_equal(resume_state(&r, 1), RESUME_LOST);
	assert_int_equal(resume_close(&r, true), 0);
	assert_int_equal(access(path, F_OK), -1);
	resume_free(&r);
	files_free(&files);
}

/* --in-place: fstat() failed when the file was opened, so it has no stamp. */
static void
test_a_file_without_a_stamp_is_not_rewritten(void **state)
{
	char path[100], *names[] = { path };
	struct options opt = { .in_place = true };
	struct files files = { .stamps = true };
	struct destinations o = {
		.opt = &opt, .files = &files, .each = true, .to.fd = -1,
	};
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/a", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(files_take(&files, names, 1), 0);
	assert_int_equal(destinations_begin(&o, 0), DESTINATION_REFUSED);
	assert_string_equal(o.where, path);
	assert_string_equal(o.why, "its state is not known");
	assert_int_equal(destinations_end(&o, true, NULL), DESTINATION_OK);
	destinations_free(&o);
	files_free(&files);
	unlink(path);
}

static int
make_directory(void **state)
{
	(void)state;
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int
remove_directory(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_loss_that_cannot_be_noted_is_a_failure),
		cmocka_unit_test(test_a_loss_is_found_again),
		cmocka_unit_test(test_a_file_without_a_stamp_is_not_rewritten),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
