/* pipeline.c: what it prints where a name is missing. */
#include "random.h"

#include <fcntl.h>
#include <unistd.h>

#include "pipeline.h"

/* What pipeline_complain() prints of a path; true: and that is trouble. */
static void
complains(const char *path, const char *line)
{
	struct pipeline p = { .trouble = false };
	char got[200] = "";
	int pipe_fd[2], old = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(pipe_fd), 0);
	assert_true(old >= 0);
	assert_true(dup2(pipe_fd[1], STDERR_FILENO) >= 0);
	pipeline_complain(&p, path, "cannot open", "out of memory");
	fflush(stderr);
	dup2(old, STDERR_FILENO);
	n = read(pipe_fd[0], got, sizeof(got) - 1);
	close(old);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	assert_true(n > 0);
	assert_string_equal(got, line);
	assert_true(p.trouble);
}

/* Memory may be out before the first file: the output has no path then. */
static void
test_every_stream_has_a_name_in_messages(void **state)
{
	(void)state;
	complains("a", "dedup: a: cannot open: out of memory\n");
	complains("-", "dedup: standard input: cannot open: out of memory\n");
	complains(NULL, "dedup: standard output: cannot open: out of memory\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_stream_has_a_name_in_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
