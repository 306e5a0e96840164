/* Numbers as arguments of options. */
#include "option_number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

int
option_number(const char *arg, uint64_t least, uint64_t most, uint64_t *value)
{
	char *end;
	unsigned long long n;

	if (*arg < '0' || *arg > '9')
		return -1;	/* strtoull takes signs and spaces */
	errno = 0;
	n = strtoull(arg, &end, 10);
	if (errno != 0 || *end != '\0' || n < least || n > most)
		return -1;
	*value = n;
	return 0;
}

int
option_share(const char *arg, double *value)
{
	char *end;
	double v;

	if ((*arg < '0' || *arg > '9') && *arg != '.')
		return -1;
	if (strspn(arg, "0123456789.eE+-") != strlen(arg))
		return -1;
	errno = 0;
	v = strtod(arg, &end);
	if (errno != 0 || *end != '\0' || !(v >= 0) || !(v <= 1))
		return -1;
	*value = v;
	return 0;
}

int
option_size(const char *arg, uint64_t *bytes)
{
	static const char letters[] = "KMGT";
	const char *unit;
	char *end;
	uint64_t n;

	if (*arg < '0' || *arg > '9')
		return -1;
	errno = 0;
	n = strtoull(arg, &end, 10);
	if (errno != 0 || n == 0)
		return -1;
	if (strcmp(end, "%") == 0) {
		*bytes = machine_memory() / 100 * n;
		return n <= 100 && *bytes > 0 ? 0 : -1;
	}
	unit = *end != '\0' ? strchr(letters, *end) : NULL;
	if (*end != '\0' && (unit == NULL || end[1] != '\0'))
		return -1;
	for (; unit != NULL && unit >= letters; unit--) {
		if (n > UINT64_MAX / 1024)
			return -1;
		n *= 1024;
	}
	*bytes = n;
	return 0;
}
