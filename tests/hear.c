/* What a test's functions write to standard error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "hear.h"

static char said[2048];
static FILE *file;
static int before;

void
hear(void)
{
	file = tmpfile();
	assert_non_null(file);
	fflush(stderr);
	before = dup(STDERR_FILENO);
	assert_true(before >= 0);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
}

const char *
heard(void)
{
	size_t n;

	fflush(stderr);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	rewind(file);
	n = fread(said, 1, sizeof(said) - 1, file);
	said[n] = '\0';
	fclose(file);
	return said;
}
