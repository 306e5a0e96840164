/*
 * The engine: three stages, of which only the second is done in order.
 *
 *	split	text -> pieces: units with their words and hashes	pure
 *	judge	pieces, in order -> verdicts, each with its witness	table
 *	cut	pieces and verdicts -> spans to remove			pure
 *
 *	split.c		lines, and pieces in order
 *	block.c		which lines are a block
 *	plan.c		its units; rule 3, repeats of what is directly before
 *	lookahead.c	rule 4, what is said in full soon after
 *	boundary.c	where a long text may be cut for several threads, and
 *			how its stretches are joined again
 *	units.c		memory of the units
 *	judge.c		rules 1 and 2, and which rule comes before which
 *	ahead.c		prefetching, and look-ups before their turn
 *	resembling.c	rule 2, --threshold and --contained against one table
 *	resolve.c	the text that stays, at the end of a chain of copies
 *	asks.c		what the texts of a split ask of those before them
 *	beside.c	short units are removed with the unit beside them
 *	boilerplate.c	rule 5, text that is in many documents
 *	listed.c	rule 6, text that a reference text says
 *	reference.c	parts of reference texts, and ngram_table.c, their N-grams
 *	keep_none.c	no copy stays: what the last pass removes
 *	cut.c		spans, and the blank lines that are removed with them
 *
 *	workers.c	several threads at the stages
 *	familiar.h	what need not be sketched early
 *
 * What a document's units are depends on its bytes and the options alone.
 * Nothing that splits or cuts knows the table, and the judge sees no text.
 *
 * A unit is compared with what was said before it, whatever became of that: a
 * unit that was removed is known too, and leads to its witness.  "Says all" is
 * transitive, so at the end of the chain is a text that stays.  Only four
 * things do read verdicts: options.threshold, since a text that is like another
 * need not be like a third; options.memory, which ends what is known;
 * dedup_forget(); and DEDUP_KEEP_NONE and _LAST in their last pass.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "asks.h"
#include "cut.h"
#include "dedup.h"
#include "judge.h"
#include "piece.h"
#include "reference.h"
#include "split.h"

struct workers;
struct cluster;

/* Documents that were read as reference texts, the first ones. */
struct reference {
	bool on;		/* what is read is for known.listed */
	bool was_counting;	/* before that */
	uint64_t documents;
	uint64_t bytes, units;	/* in 'stats', before those */
	struct reference_text *text;	/* see reference.c; or NULL */
	bool any_long;		/* a unit of the document has SHINGLE_NEAR
				 * words */
};

struct threads {
	struct workers *workers;	/* or NULL */
	struct familiar familiar;	/* with workers: what was judged */
	bool none;		/* they are not wanted, or cannot be had */
	size_t stretch;		/* bytes that one reads ahead at a time */
};

/* The current document. */
struct input {
	uint64_t document;	/* its number */
	bool open;
	bool ended;		/* dedup_forget() may be of it */
	uint64_t given;		/* bytes of it that the caller has shown, ... */
	uint64_t end;		/* and that were read; up to 'given', but for
				 * what is gathered for several threads */
	size_t enough;		/* so much of that is looked at again */
	bool ahead;		/* what was read was read ahead, in stretches;
				 * then also known are: */
	uint64_t line;		/* lines of it before 'end' */
	bool inside;		/* 'end' is inside of a giant block */
};

struct dedup {
	struct dedup_options opt;
	bool broken;		/* out of memory inside of a call */
	struct input input;
	struct threads threads;
	struct split own;	/* all pieces of the current document: of text
				 * that is fed, and of what is read ahead */
	struct reached at;

	struct known known;
	struct counting counting;
	struct reference reference;
	struct marks marks;
	struct pass pass;
	struct copies copies;

	struct chains chains;
	struct block block;
	struct beside beside;
	struct headings headings;
	struct last_fates last;
	struct asks *asks;	/* what is told of a split; NULL: nothing */
	struct cluster *cluster;	/* api/cluster.c's, or NULL */

	struct cutter cutter;
	struct dedup_stats stats;
};

/* May anything be removed for this reason? */
static inline bool
engine_wants(const struct dedup *d, enum dedup_reason reason)
{
	return d->opt.only == 0 || (d->opt.only >> reason & 1) != 0;
}

static inline struct place
engine_place(const struct dedup *d, uint64_t off, uint64_t line)
{
	return (struct place){ d->input.document, off, line };
}

#endif
