/*
 * One source, several instruction sets: VARIANTS(f) gives f_wide(), compiled
 * for AVX2 and BMI2, beside the baseline f(), where the machine is an x86-64.
 * The body of both is f_body(), always inlined.  has_wide_vectors() tells at
 * run time which one to call; both give the same results.
 */
#ifndef VECTOR_H
#define VECTOR_H

#include <stdbool.h>

#define BODY __attribute__((always_inline)) static inline

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

static inline bool
has_wide_vectors(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}
#else
#define WIDE

static inline bool
has_wide_vectors(void)
{
	return false;
}
#endif

#endif
