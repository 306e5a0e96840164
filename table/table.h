/*
 * The fingerprint table: the words of every recorded unit.
 *
 *	exact                 arena                      index
 *	fingerprint -> ref    +-------------------+      shingle -> refs
 *	ab12...     -> 1 ---->| 1  record         |<---- 5c3a... -> 1, 7
 *	c0de...     -> 7 ---->| 7  record         |<---- 77e0... -> 7
 *	                      +-------------------+
 *
 * exact finds a unit with the same words. index proposes the first
 * TABLE_POSTINGS records under each shingle of a unit; their words decide.  A
 * record (record.h) has a unit's place and its words.  No text is kept.
 *
 * Only kept units are here, so every match is a witness.
 *
 * Saved tables can be attached.  Then all their units are known, as if they had
 * been recorded here before, those of the first table first.  The files are
 * only read, in place.  A call that finds damage in one returns -1 with
 * EBADMSG.
 *
 * States of a table:
 *
 *	       table_add()        no memory left, or table_fill()
 *	empty ------------> open --------------------------------> full
 *	  ^                   |                                      |
 *	  +-------------------+------------- table_clear() ----------+
 *
 * Files can be attached to an empty table only.  A full one answers as before
 * and records nothing more.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "saved.h"
#include "shingle.h"

#define TABLE_REPLACE_WORDS 10	/* in shorter ones no word may be replaced */

struct table_options {
	bool near;		/* keep word sequences and the sketch index */
	bool places;		/* keep places */
	size_t limit;		/* bytes of memory, or 0; see table_add() */
};

/* A witness. */
struct match {
	double resemblance;
	struct place place;	/* zero without table_options.places */
	unsigned table;		/* 0: its own; i: the i-th one attached */
	bool similar;		/* by table_similar(), not by table_near() */
	uint64_t ref;		/* of its record; 0: it has none, ... */
	struct fingerprint fp;	/* ... and this is its fingerprint */
};

/* Memory for comparing units; each thread that does needs its own. */
struct scratch;
struct scratch *scratch_new(void);
void scratch_free(struct scratch *s);

/*
 * What was found for a unit among the records made up to some time.  All zero:
 * not looked up yet.
 */
struct proposal {
	bool looked;
	bool exact;		/* the table has it: 'm' */
	bool near;		/* 'm' is near or similar to it */
	struct match m;
	uint32_t shared;	/* shingles of the sketch shared with that */
	uint64_t left, steps;	/* left for "near" and "similar" */
	uint64_t upto;		/* records before this reference were looked
				 * up */
	uint32_t epoch;		/* when that was; void in a later epoch */
};

struct table;

struct table *table_new(const struct table_options *opt, uint64_t secret);
void table_free(struct table *t);

/* Forget what was recorded; attached files stay. */
void table_clear(struct table *t);

/*
 * Look up a saved table too, after those attached before.  'f' stays the
 * caller's and must outlive 't', which must still be empty.  0, or -1 with
 * EINVAL: made with another secret, or holds other records; or ENOMEM.
 * saved_check() checks all other options.
 */
int table_attach(struct table *t, struct saved *f,
		 char why[SAVED_WHY]);

/*
 * Prefetch what the calls below will read: the slot of a fingerprint; the
 * buckets of a sketch, or only those that adding the unit would fill; and, once
 * those are there, the records they refer to.  'threshold' is that of
 * table_near().
 */
void table_prefetch(const struct table *t, const struct fingerprint *fp);
void table_prefetch_near(const struct table *t, const struct words *w,
			 double threshold);
void table_prefetch_add(const struct table *t, const struct words *w);
void table_prefetch_records(const struct table *t, struct words *w,
			    double threshold);

/*
 * A group of units is prefetched and then judged.  What
 * table_prefetch_records() finds to be absent need not be looked up again until
 * the next group begins.
 */
void table_begin_group(struct table *t);

/* The unit with these words: 1 with 'm' set, 0, or -1. */
int table_find(const struct table *t, const struct fingerprint *fp,
	       struct match *m);

/*
 * A unit that contains all words of this one in a row.  They are compared in
 * loose form, and words may be joined or split.  Both units have SHINGLE_NEAR
 * words or more.  With n and m words, the resemblance 2n/(n+m) is at least 0.8;
 * if it is more than 1 it counts as 1. 1 with 'm' set, 0, or -1.  If there are
 * several, it is the earliest.
 */
int table_near(struct table *t, const struct words *w, struct match *m);

/*
 * A unit whose resemblance 2M/(|a|+|b|) to this one is 'threshold' or more,
 * where M is the length of their longest common subsequence of words, and
 * whose words with digits are the same in the same order.  Differences have to
 * be scattered: gaps of two words or more may have three words in all, or
 * a sixth of the shorter unit.  Below TABLE_REPLACE_WORDS only one word may be
 * added or missing.  If there are several such units, it is the one that shares
 * most of the sketch, then the earliest.  May also fail with ENOMEM.
 */
int table_similar(struct table *t, const struct words *w, double threshold,
		  struct match *m);

/*
 * The same in two steps.  The first is for other threads: it sets *p to what is
 * known or near now; if the threshold is more than 0 and none is near, to what
 * is similar now.  The second comes later, when more may have been recorded or
 * taken back; it gives the answer that table_find(), or table_near() and then
 * table_similar(), would give at that time.  The threshold is the same in both.
 *
 * Several threads may propose at a time, while none does anything else with the
 * table or with the attached files. table_propose_find() returns 1, 0 or -1;
 * only 1 counts as a proposal. table_propose() returns 0, or -1 if nothing was
 * proposed.
 */
int table_propose_find(const struct table *t, const struct fingerprint *fp,
		       struct proposal *p);
int table_propose(const struct table *t, struct scratch *s,
		  const struct words *w, double threshold, struct proposal *p);
int table_find_after(struct table *t, const struct fingerprint *fp,
		     const struct proposal *p, struct match *m);
int table_near_after(struct table *t, const struct words *w, double threshold,
		     const struct proposal *p, struct match *m);

/* As table_near(), but for two units of any length. */
int table_containing(struct table *t, const struct words *w, struct match *m);

/*
 * The reverse: the first record of SHINGLE_NEAR words or more that this unit
 * contains in a row, whatever else it has.  The shingler has to hand out every
 * shingle.  1 with 'm' set, 0, or -1.
 */
int table_holding(struct table *t, const struct words *w, struct match *m);

/*
 * All records of SHINGLE_NEAR words or more that stand in the unit word for
 * word: 'take' gets each, n words from word 'from' on, perhaps several times.
 * If it returns -1, the call ends.  The shingler has to hand out every shingle.
 * 0, or -1.
 */
typedef int table_span_taken(void *arg, uint32_t from, uint32_t n,
			     const struct match *m);
int table_spans(struct table *t, const struct words *w, table_span_taken *take,
		void *arg);

/* How many comparisons were given up, since they would have taken too long. */
uint64_t table_given_up(const struct table *t);

/*
 * 64 bits that stand for the words of a witness: what words_identity() gives
 * for a unit of the same words or, if these are not recorded, for the
 * fingerprint of the unit that was looked up.
 */
uint64_t table_identity(const struct table *t, const struct match *m);

/*
 * Record a unit; if w->code is NULL it will be found by fingerprint only.  A
 * unit that is known already stays as it was.  0, or -1 and nothing was
 * recorded.  ENOMEM: it would take more than table_options.limit, or more
 * memory than there is.  The table is full from then on and records nothing
 * more.  So it knows all units that were offered up to some unit, and with a
 * limit that is the same one in each run.
 */
int table_add(struct table *t, const struct words *w, const struct place *at);

/*
 * Was the unit of this match removed?  Then its place is that of a unit that
 * contains it.
 */
bool table_went(const struct table *t, const struct match *m);

/* The place in a record of the table itself, at this time. */
struct place table_place(const struct table *t, uint64_t ref);

/*
 * Change the place of a unit that was recorded here, if it still is 'from'.
 * table_undo() leaves it as it is.
 */
void table_move(struct table *t, const struct fingerprint *fp,
		const struct place *from, const struct place *to);

bool table_full(const struct table *t);

/* Set another limit; 0: none. */
void table_set_limit(struct table *t, size_t limit);

/*
 * Savepoint: from now on remember what is recorded.  Undo: take it back, so
 * that the table answers as it did at the savepoint; but a full table stays
 * full.  A new savepoint replaces the one before.
 */
void table_savepoint(struct table *t);
void table_undo(struct table *t);

/*
 * Proposals begin: when a unit that is proposed from now on is judged, it is
 * compared with what was recorded in the meantime.
 */
void table_begin_proposals(struct table *t);

/* Make it full: for a caller that had no memory to offer a unit. */
void table_fill(struct table *t);

/*
 * Save what it knows and what the attached tables know.  The result is that of
 * saved_merge() of these and of a file with the table's own units, from
 * run->documents documents: places are numbered from 0 in the run.
 */
int table_save(const struct table *t, const char *path,
	       const struct saved_run *run, char why[SAVED_WHY]);

/*
 * Bytes held, not counting attached files.  That is within the limit, unless an
 * empty table takes more, or the units of an attached table are so long that
 * comparing them does.
 */
size_t table_memory(const struct table *t);
size_t table_count(const struct table *t);

#endif
