/*
 * The library's answers on documents in memory, and what must hold of any
 * answer, whatever the rules are.
 *
 *	ask()		feed documents in pieces of some size: the answers
 *	check_*()	NULL, or what an answer breaches
 *
 * Where memory runs out, the process is aborted.
 */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "dedup.h"
#include "line.h"

#define MAX_DOCUMENTS 16

struct document {
	char *text;
	size_t len;
};

struct corpus {
	struct document doc[MAX_DOCUMENTS];
	size_t n;
	size_t nreference;	/* the first ones, of dedup_reference() */
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
	PIECES_AHEAD,		/* the same, read ahead by some threads in
				 * stretches of any size */
	PIECES_BATCH,		/* all in one call, by some threads */
};
#define PIECE_MAX	((size_t)256 << 10)

struct answer {
	struct dedup_removal *removals;
	size_t n, room;
	uint64_t words;		/* of the last verdict */
};

/* Append what a verdict says. */
void answer_add(struct answer *a, const struct dedup_verdict *v);

struct answers {
	struct answer doc[MAX_DOCUMENTS];
	size_t n;
	struct dedup_stats stats;
	size_t undecided;	/* bytes at most */
};

/*
 * What the library says of these documents in its last reading.  Each call's
 * text is a buffer of exact size that is gone after it.  NULL, or what went
 * wrong; 'a' is to be freed with answers_free() either way.
 */
const char *ask(const struct corpus *c, const struct dedup_options *opt,
		enum pieces pieces, uint64_t seed, struct answers *a);
void answers_free(struct answers *a);

/* The documents without what the answers drop; to be freed. */
void kept_corpus(const struct corpus *c, const struct answers *a,
		 struct corpus *out);

/* Bytes that a second pass over the output would drop, and all of these. */
const char *second_pass(const struct corpus *c,
			const struct dedup_options *opt,
			const struct answers *a, uint64_t *dropped,
			uint64_t *bytes);

/* Is what dedup_apply() makes of the text right?  ask() has it checked. */
const char *check_apply(const char *text, size_t len,
			const struct dedup_verdict *v);

/* Removals: in order, apart, each a unit of whole lines and its blank lines. */
const char *check_spans(const struct corpus *c, const struct answers *a);

/* The same spans, reasons, counts and, with 'witnesses', witnesses. */
const char *check_equal(const struct answers *a, const struct answers *b,
			bool witnesses);

/* What the oracle needs too. */

void *must_have(void *p);		/* not NULL, or abort */
void *append(void *v, size_t n, size_t size);	/* one more, at index n */
bool same_place(const struct dedup_place *a, const struct dedup_place *b);

/* The lines of a document, by the plain reader; to be freed. */
void read_lines(const struct document *doc, bool fold_digits,
		struct scan *scan);

/* The removal that drops this byte, or NULL; does a separator? */
const struct dedup_removal *removal_of(const struct answer *a, uint64_t off);
bool in_separator(const struct answer *a, uint64_t off);

#endif
