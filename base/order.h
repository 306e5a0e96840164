/* The order of two numbers, for qsort(): below, equal or above 0. */
#ifndef ORDER_H
#define ORDER_H

#include <stdint.h>

static inline int
order_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

#endif
