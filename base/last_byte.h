/* memrchr(), which not every C library has: the last 'c' of 'n' bytes. */
#ifndef LAST_BYTE_H
#define LAST_BYTE_H

#include <stddef.h>
#include <string.h>

static inline const char *
last_byte(const char *p, char c, size_t n)
{
#if defined(__linux__) && !defined(PORTABLE)
	return memrchr(p, c, n);
#else
	while (n > 0)
		if (p[--n] == c)
			return p + n;
	return NULL;
#endif
}

#endif
