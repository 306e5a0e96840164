/*
 * One source, several instruction sets.  A BODY function is always inlined.  A
 * function marked WIDE or WIDEST is compiled for the set of that name below,
 * and may be called only if vectors_available() says so.  All variants give the
 * same results.
 */
#ifndef SIMD_H
#define SIMD_H

#define BODY __attribute__((always_inline)) static inline

enum vectors {
	VECTORS_BASELINE,	/* what the compiler may assume anyway */
	VECTORS_WIDE,		/* AVX2 and BMI2 */
	VECTORS_WIDEST,		/* AVX-512 with VBMI2 */
};

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define WIDEST __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq," \
				     "avx512vbmi,avx512vbmi2," \
				     "bmi,bmi2,lzcnt,popcnt")))

static inline enum vectors
vectors_available(void)
{
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2"))
		return VECTORS_BASELINE;
	return __builtin_cpu_supports("avx512vbmi2") &&
	       __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") ? VECTORS_WIDEST
						  : VECTORS_WIDE;
}
#else
#define WIDE

static inline enum vectors
vectors_available(void)
{
	return VECTORS_BASELINE;
}
#endif

#endif
