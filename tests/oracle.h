/*
 * The rules of dedup(1) once more, the slow and obvious way: every document in
 * memory, words compared as strings, what was kept a list that is searched from
 * the front.  No fingerprints, no sketches, no streaming.
 *
 * Words come from words_read_plain(), the kinds of units from unit_split();
 * these have tests of their own.  All else is independent of the library.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include "answers.h"

/*
 * Every witness of a last reading with DEDUP_KEEP_FIRST is a unit or line that
 * stays, was judged before, and says what the reason says of it.
 */
const char *check_witnesses(const struct corpus *c,
			    const struct dedup_options *opt,
			    const struct answers *a);

/* How often the sketch proposed what the oracle finds near. */
struct oracle_counts {
	uint64_t near, near_missed;	/* units that a kept one says word for
					 * word */
	uint64_t loose, loose_missed;	/* ... and in loose form only */
	uint64_t soon, soon_missed;	/* units that one of the next two says,
					 * in loose form only */
	uint64_t similar, similar_missed;	/* of SURE_WORDS or more, and
						 * of SURE_RESEMBLANCE */
};
#define SURE_WORDS 12
#define SURE_RESEMBLANCE 0.9

/*
 * The answers are those of the rules.  Which near, similar and contained units
 * are found, and by which witness, is up to the sketch: that is taken from 'a'
 * if the words allow it, and 'counts' says how often it found nothing.  With
 * options.exact nothing is taken.
 */
const char *check_rules(const struct corpus *c,
			const struct dedup_options *opt,
			const struct answers *a, struct oracle_counts *counts);

/*
 * With DEDUP_KEEP_NONE: beyond what 'first', the answers of DEDUP_KEEP_FIRST,
 * drop, the witnesses of its exact, near and similar units and of its repeats
 * go, and nothing else.
 */
const char *check_keep_none(const struct corpus *c,
			    const struct dedup_options *opt,
			    const struct answers *first,
			    const struct answers *none);

/*
 * The answers of the rules themselves, with a sketch that misses nothing; but
 * for a->stats.
 */
void oracle_answers(const struct corpus *c, const struct dedup_options *opt,
		    struct answers *a);

#endif
