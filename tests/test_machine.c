/* Limits of control groups, in a file system that is made up. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine.h"

static char dir[] = "/tmp/test_machine.XXXXXX";

static void
put(const char *group, const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "mkdir -p %s%s", dir, group);
	assert_int_equal(system(path), 0);
	snprintf(path, sizeof(path), "%s%s/%s", dir, group, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
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
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void
test_the_least_limit_of_a_group_and_those_above_counts(void **state)
{
	(void)state;
	put("/a/b/c", "memory.max", "max\n");
	put("/a/b/c", "cpu.max", "max 100000\n");
	assert_true(machine_memory_limit("0::/a/b/c\n", dir) == UINT64_MAX);
	assert_int_equal(machine_processor_limit("0::/a/b/c\n", dir), UINT_MAX);
	put("/a/b", "memory.max", "1000000\n");
	put("/a", "memory.max", "2000000\n");
	put("/a", "cpu.max", "150000 100000\n");
	assert_int_equal(machine_memory_limit("0::/a/b/c\n", dir), 1000000);
	assert_int_equal(machine_memory_limit("0::/a\n", dir), 2000000);
	assert_int_equal(machine_processor_limit("0::/a/b/c", dir), 2);
	put("/a/b", "cpu.max", "100000 100000\n");
	assert_int_equal(machine_processor_limit("0::/a/b/c", dir), 1);
	/* Groups that are not in sight, and the one that is mounted. */
	assert_true(machine_memory_limit("0::/x/y\n", dir) == UINT64_MAX);
	put("", "memory.max", "500\n");
	assert_int_equal(machine_memory_limit("0::/x/y\n", dir), 500);
	assert_int_equal(machine_memory_limit("0::/\n", dir), 500);
}

static void
test_both_versions_of_control_groups_are_known(void **state)
{
	static const char groups[] = "12:pids:/p\n4:cpu,cpuacct:/g\n"
				     "3:memory:/g/h\n2:cpuset:/g\n0::/none\n";

	(void)state;
	put("/memory/g/h", "memory.limit_in_bytes", "9223372036854771712\n");
	put("/memory/g", "memory.limit_in_bytes", "300\n");
	put("/cpu/g", "cpu.cfs_quota_us", "-1\n");
	put("/cpu/g", "cpu.cfs_period_us", "100000\n");
	put("", "memory.max", "max\n");
	assert_int_equal(machine_memory_limit(groups, dir), 300);
	assert_int_equal(machine_processor_limit(groups, dir), UINT_MAX);
	put("/cpu/g", "cpu.cfs_quota_us", "210000\n");
	assert_int_equal(machine_processor_limit(groups, dir), 3);
}

static void
test_anything_else_is_no_limit(void **state)
{
	static const char *const groups[] = {
		"", "\n\n", ":", "::", "0:", "0::", "0::a", "memory", "1:memory",
		"1:memory:", "1:memory:x", ":memory:/", "1:mem:/\n:", "0::/a\\b",
	};

	(void)state;
	put("", "cpu.max", "x\n");
	put("/z", "memory.max", "");
	put("/z", "cpu.max", "5\n");
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		assert_true(machine_memory_limit(groups[i], dir) ==
			    UINT64_MAX);
		assert_int_equal(machine_processor_limit(groups[i], dir),
				 UINT_MAX);
	}
	assert_true(machine_memory_limit("0::/z", dir) == UINT64_MAX);
	assert_int_equal(machine_processor_limit("0::/z", dir), UINT_MAX);
}

static void
test_affinity_bounds_the_processors(void **state)
{
	cpu_set_t all, one;

	(void)state;
	assert_true(machine_processors() >= 1);
	assert_true(machine_memory() > 0);
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(machine_processors(), 1);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_the_least_limit_of_a_group_and_those_above_counts),
		cmocka_unit_test(test_both_versions_of_control_groups_are_known),
		cmocka_unit_test(test_anything_else_is_no_limit),
		cmocka_unit_test(test_affinity_bounds_the_processors),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
