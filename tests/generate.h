/*
 * Random documents under random options, and the smallest of those that fail.
 */
#ifndef GENERATE_H
#define GENERATE_H

#include "answers.h"
#include "random.h"

/* Text that grows. */
struct text {
	char *p;
	size_t len, room;
};

void put(struct text *t, const char *s, size_t len);
void puts_to(struct text *t, const char *s);

void make_options(struct rng *r, struct dedup_options *o);

/* What must hold of any documents: NULL, or what is wrong. */
typedef const char *property(const struct corpus *, struct dedup_options *,
			     uint64_t seed);

/*
 * Does it hold of so many documents?  If not, it prints the smallest ones it
 * can find that still fail.  TEST_DEDUP_ROUNDS multiplies the rounds(),
 * TEST_DEDUP_SEED moves where they start; 'stream' sets tests apart.
 */
bool hold(property *holds, unsigned n, uint64_t stream, bool large);

#endif
