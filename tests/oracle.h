/*
 * What must hold of the answers of dedup.h, checked the slow and obvious way.
 *
 *	ask()		feed documents in pieces of some size: the answers
 *	check_*()	NULL, or what an answer breaches
 *	judge_*()	the rules once more, by comparing word sequences
 *
 * Words come from words_read_plain() and the kind of a block from unit_kind();
 * these have tests of their own.  All else here is independent of the engine:
 * no fingerprints, no sketches, no look-ahead, every document in memory.
 * Where memory runs out, the process is aborted.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include "dedup.h"

#define MAX_DOCUMENTS 16

struct document {
	char *text;
	size_t len;
};

struct corpus {
	struct document doc[MAX_DOCUMENTS];
	size_t n;
};

/* To be freed with corpus_free(). */
void corpus_add(struct corpus *c, const char *text, size_t len);
void corpus_free(struct corpus *c);
void corpus_print(const struct corpus *c);	/* as C strings, to stderr */
void options_print(const struct dedup_options *opt);

/* How documents are cut up. */
enum pieces {
	PIECES_WHOLE,
	PIECES_BYTES,
	PIECES_RANDOM,		/* up to 200 bytes */
	PIECES_LARGE,		/* up to 256 KiB */
	PIECES_AHEAD,		/* read ahead, in stretches of any size */
};
#define PIECE_MAX	((size_t)256 << 10)

struct answer {
	struct dedup_removal *removals;
	size_t n, room;
};

/* Append what a verdict tells. */
void answer_add(struct answer *a, const struct dedup_verdict *v);

struct answers {
	struct answer doc[MAX_DOCUMENTS];
	size_t n;
	struct dedup_stats stats;
	size_t undecided;	/* bytes at most */
};

/*
 * What the library says of these documents; of the second reading, with
 * DEDUP_KEEP_NONE.  Each call's text is a buffer of exact size that is gone
 * after it.  NULL, or what went wrong; 'a' is to be freed with answers_free()
 * either way.
 */
const char *ask(const struct corpus *c, const struct dedup_options *opt,
		enum pieces pieces, uint64_t seed, struct answers *a);
void answers_free(struct answers *a);

/* The documents without what the answers drop; to be freed. */
void kept_corpus(const struct corpus *c, const struct answers *a,
		 struct corpus *out);

/* Spans: in order, apart, whole lines, separators blank and adjacent. */
const char *check_spans(const struct corpus *c, const struct answers *a);

/* The same spans, reasons, counts and, with 'witnesses', witnesses. */
const char *check_equal(const struct answers *a, const struct answers *b,
			bool witnesses);

/*
 * Every witness of a first reading is kept, is where it may be, and says what
 * the reason tells of it.
 */
const char *check_witnesses(const struct corpus *c,
			    const struct dedup_options *opt,
			    const struct answers *a);

/* A second pass over the output drops nothing. */
const char *check_second_pass(const struct corpus *c,
			      const struct dedup_options *opt,
			      const struct answers *a);

/* How often the sketch proposed what the oracle finds near. */
struct oracle_counts {
	uint64_t judged;	/* corpora compared to the end */
	uint64_t unsure;	/* ... and not, as a miss left it open */
	uint64_t near;		/* units of 12 words or more with a kept unit */
	uint64_t missed;	/* of resemblance 0.9 or more; missed ones */
};

/*
 * The answers are those of the rules.  With options.exact they must be equal.
 * Else what the sketch decides, that is which near-duplicates and contained
 * units are found, is taken from 'a', if the words allow it; all else follows.
 */
const char *check_rules(const struct corpus *c,
			const struct dedup_options *opt,
			const struct answers *a, struct oracle_counts *counts);

/*
 * With DEDUP_KEEP_NONE: beyond what 'first', the answers of DEDUP_KEEP_FIRST,
 * drop, the witnesses of its exact and near duplicates and repeats go, and
 * nothing else.
 */
const char *check_keep_none(const struct corpus *c,
			    const struct dedup_options *opt,
			    const struct answers *first,
			    const struct answers *none);

/* 2M/(|a|+|b|) of two texts by the table of Wagner and Fischer (1974). */
double oracle_resemblance(const char *a, const char *b);

#endif
