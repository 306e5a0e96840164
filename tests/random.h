/*
 * What the tests of the modules share: a seeded generator, copies without a
 * byte to spare, and an allocator that fails on demand.
 *
 * A program that defines FAIL_ALLOCATIONS before it includes this is to be
 * linked with
 *
 *	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
 *	-Wl,--wrap=posix_memalign
 *
 * Then each allocation of the module and of the test (not those inside shared
 * libraries) is counted, and can be made to fail.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* For tests that open files by their descriptors. */
static inline bool
has_proc(void)
{
	return access("/proc/self/fd", X_OK) == 0;
}

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * Of n rounds or of every case, `make check` takes a fifth.  Where CHECK_LONG is
 * set, as by `make check-long`, all are taken.
 */
static inline unsigned
every(void)
{
	return getenv("CHECK_LONG") == NULL ? 5 : 1;
}

static inline unsigned
rounds(unsigned n)
{
	return n > every() ? n / every() : 1;
}

struct rng {
	uint64_t state;
};

/* SplitMix64 (Steele, Lea and Flood 2014). */
static inline uint64_t
rng_next(struct rng *r)
{
	uint64_t z = (r->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to n - 1. */
static inline uint32_t
rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)(((rng_next(r) >> 32) * n) >> 32);
}

/* 'low' to 'high', both included. */
static inline uint32_t
rng_range(struct rng *r, uint32_t low, uint32_t high)
{
	return low + rng_below(r, high - low + 1);
}

/* True once in n times. */
static inline bool
rng_once(struct rng *r, uint32_t n)
{
	return rng_below(r, n) == 0;
}

/* A copy of 'len' bytes with nothing behind them; to be freed. */
static inline void *
exact_copy(const void *p, size_t len)
{
	void *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

static inline int
compare_u32(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* Sort v[0..n) and remove all but one of equal values: how many are left. */
static inline uint32_t
sort_distinct(uint32_t *v, uint32_t n)
{
	uint32_t got = 0;

	if (n > 0)
		qsort(v, n, sizeof(*v), compare_u32);
	for (uint32_t i = 0; i < n; i++)
		if (got == 0 || v[got - 1] != v[i])
			v[got++] = v[i];
	return got;
}

static inline int
compare_u64(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* The same for 64 bits. */
static inline uint32_t
sort_distinct64(uint64_t *v, uint32_t n)
{
	uint32_t got = 0;

	if (n > 0)
		qsort(v, n, sizeof(*v), compare_u64);
	for (uint32_t i = 0; i < n; i++)
		if (got == 0 || v[got - 1] != v[i])
			v[got++] = v[i];
	return got;
}

#ifdef FAIL_ALLOCATIONS

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
int __real_posix_memalign(void **p, size_t alignment, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
int __wrap_posix_memalign(void **p, size_t alignment, size_t size);
void __wrap_free(void *p);

static struct {
	bool armed;
	bool on;		/* all that follow fail too */
	uint64_t left;		/* that many succeed before one fails */
	uint64_t failed;	/* since it was armed */
	int64_t live;		/* blocks not freed */
} allocations;

/* From now on allocation number n, from 0, fails; or 'on', all from it. */
static inline void
allocations_fail(uint64_t n, bool on)
{
	allocations.armed = true;
	allocations.on = on;
	allocations.left = n;
	allocations.failed = 0;
}

/* No more: how many failed. */
static inline uint64_t
allocations_succeed(void)
{
	allocations.armed = false;
	return allocations.failed;
}

static bool
allocation_fails(void)
{
	if (!allocations.armed)
		return false;
	if (allocations.left > 0) {
		allocations.left--;
		return false;
	}
	allocations.armed = allocations.on;
	allocations.failed++;
	errno = ENOMEM;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	void *p = allocation_fails() ? NULL : __real_malloc(size);

	allocations.live += p != NULL;
	return p;
}

void *
__wrap_calloc(size_t n, size_t size)
{
	void *p = allocation_fails() ? NULL : __real_calloc(n, size);

	allocations.live += p != NULL;
	return p;
}

void *
__wrap_realloc(void *p, size_t size)
{
	void *q = allocation_fails() ? NULL : __real_realloc(p, size);

	allocations.live += p == NULL && q != NULL;
	return q;
}

int
__wrap_posix_memalign(void **p, size_t alignment, size_t size)
{
	int got = allocation_fails() ? ENOMEM :
		  __real_posix_memalign(p, alignment, size);

	allocations.live += got == 0;
	return got;
}

void
__wrap_free(void *p)
{
	allocations.live -= p != NULL;
	__real_free(p);
}

#endif /* FAIL_ALLOCATIONS */

#endif
