/* The rules of dedup(1) once more, the slow and obvious way. */
#include "oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alike.h"
#include "ending.h"
#include "unit.h"
#include "words.h"

#define NONE SIZE_MAX
#define NEAR_ENOUGH 1e-9	/* equal, as far as rounding goes */
#define AHEAD_UNITS 8		/* where a unit may be said in full */
#define AHEAD_BYTES ((size_t)64 << 10)
#define MOST_UNSURE 4		/* units for which all that may be is tried */

/* Split: a document to units. */

enum kind { LINE, RUN, WRAPPED, LISTING, WHOLE };

/* Why something goes, if it does. */
struct finding {
	bool found;
	enum dedup_reason reason;
	double resemblance;
	struct dedup_place witness;
	uint64_t documents;
};

struct unit {
	enum kind kind;
	size_t first, last;	/* lines; a run may have repeats in between */
	struct dedup_place place;
	struct seq words;
	struct loose loose;
	size_t section;		/* what is too long to judge parts these */
	size_t repeats;		/* the unit that it says again, or NONE */
	size_t completer[AHEAD_UNITS];
	size_t ncompleters;
	bool unsure;		/* these may have been missed */
	bool judged;
	struct finding why;
};

struct row {			/* a line of the document */
	size_t unit;		/* that it is part of, or NONE */
	size_t root;		/* the line that it repeats, or NONE */
	bool gone, separator;	/* goes, as part of a unit or blank */
	struct finding why;
};

struct block {
	size_t first, last;	/* lines */
	bool giant;
};

struct paper {
	const struct dedup_options *opt;
	const char *text;
	struct scan scan;
	struct row *row;
	struct unit *unit;
	size_t nunits;
	struct block *block;
	size_t nblocks;
	size_t number;		/* of the document */
	/* While it is split: what stands directly before. */
	size_t section;
	size_t before;		/* a line, or the first one of a unit */
	struct seq before_words;
	size_t before_unit;
	bool oversize;		/* something is too long to judge */
	const struct answer *hint;	/* the library's, or NULL */
	unsigned missed;	/* see complete_near() */
	unsigned *nunsure;
};

static const struct line *
line_of(const struct paper *p, size_t i)
{
	return &p->scan.lines[i];
}

static uint64_t
line_end(const struct paper *p, size_t i)
{
	return line_of(p, i)->off + line_of(p, i)->len;
}

static struct dedup_place
place_of(const struct paper *p, size_t i)
{
	return (struct dedup_place){ p->number, line_of(p, i)->off, i, 0 };
}

static struct seq
words_of(const struct paper *p, size_t i)
{
	const struct line *l = line_of(p, i);

	return (struct seq){ p->scan.norm + l->norm, l->norm_len, l->nwords };
}

static void
grow(struct seq *s, const struct seq *more)
{
	s->norm = must_have(realloc(s->norm, s->len + more->len + 1));
	memcpy(s->norm + s->len, more->norm, more->len);
	s->len += more->len;
	s->n += more->n;
}

static bool
is_compared(const struct paper *p, const struct unit *u)
{
	return u->words.n >= p->opt->min_words;
}

static void
add_unit(struct paper *p, struct unit u)
{
	struct unit *before = p->before_unit == NONE ? NULL :
			      &p->unit[p->before_unit];

	u.place = place_of(p, u.first);
	u.loose = loose_of(&u.words);
	u.section = p->section;
	u.repeats = NONE;
	if (before != NULL && u.words.n >= 2 && !is_compared(p, &u) &&
	    seq_same(&before->words, &u.words))
		u.repeats = before->repeats != NONE ? before->repeats :
			    p->before_unit;
	*(struct unit *)append(&p->unit, p->nunits, sizeof(u)) = u;
	p->before_unit = p->nunits++;
}

static void
add_whole(struct paper *p, enum kind kind, size_t first, size_t last)
{
	struct unit u = { .kind = kind, .first = first, .last = last };

	for (size_t i = first; i <= last; i++) {
		struct seq s = words_of(p, i);

		p->row[i].unit = p->nunits;
		grow(&u.words, &s);
	}
	p->before = first;
	p->before_words = u.words;
	add_unit(p, u);
}

/* Lines that repeat the one before are no part of a run. */
static void
add_run(struct paper *p, size_t first, size_t last)
{
	struct unit u = { .kind = RUN, .first = NONE };

	for (size_t i = first; i <= last; i++) {
		struct seq s = words_of(p, i);

		if (p->before != NONE && s.n >= 2 &&
		    seq_same(&s, &p->before_words)) {
			p->row[i].root = p->before;
			continue;
		}
		u.first = u.first == NONE ? i : u.first;
		u.last = i;
		p->row[i].unit = p->nunits;
		p->before = i;
		p->before_words = s;
		grow(&u.words, &s);
	}
	if (u.first != NONE)
		add_unit(p, u);
}

/* What is too long to judge stays, and nothing is compared with it. */
static void
add_oversize(struct paper *p)
{
	p->before = p->before_unit = NONE;
	p->section++;
	p->oversize = true;
}

/* The units of a block, or of a chunk of it. */
static void
split_piece(struct paper *p, size_t first, size_t last)
{
	static const enum kind kind[] = {
		[UNIT_LINE] = LINE, [UNIT_RUN] = RUN,
		[UNIT_WRAPPED] = WRAPPED, [UNIT_LISTING] = LISTING,
	};
	size_t n = last - first + 1;
	struct unit_span *span = must_have(malloc(n * sizeof(*span)));

	n = unit_split(line_of(p, first), n, p->text, 0, p->scan.norm,
		       p->opt->min_words, span);
	for (size_t i = 0; i < n; first += span[i++].nlines)
		if (span[i].kind == UNIT_RUN)
			add_run(p, first, first + span[i].nlines - 1);
		else
			add_whole(p, kind[span[i].kind], first,
				  first + span[i].nlines - 1);
	free(span);
}

static void
split_lines(struct paper *p, size_t first, size_t last)
{
	for (size_t i = first; i <= last; i++)
		if (line_of(p, i)->oversize)
			add_oversize(p);
		else
			add_whole(p, LINE, i, i);
}

/* In chunks of whole lines, where it is too long; most often it is one. */
static void
split_chunks(struct paper *p, size_t first, size_t last)
{
	for (size_t i = first, end; i <= last; i = end + 1) {
		for (end = i; end < last && line_end(p, end + 1) -
		     line_of(p, i)->off <= UNIT_BLOCK_MAX; end++)
			;
		if (line_of(p, i)->oversize)
			add_oversize(p);
		else
			split_piece(p, i, end);
	}
}

static void
split_block(struct paper *p, size_t first, size_t last)
{
	bool whole = p->opt->unit >= DEDUP_UNIT_PARAGRAPH;
	struct block *b = append(&p->block, p->nblocks++, sizeof(*b));

	*b = (struct block){ first, last, .giant =
		line_end(p, last) - line_of(p, first)->off >
		(whole ? DEDUP_UNIT_MAX : UNIT_BLOCK_MAX) };
	if (p->opt->unit == DEDUP_UNIT_LINE)
		split_lines(p, first, last);
	else if (!whole)
		split_chunks(p, first, last);
	else if (b->giant)
		add_oversize(p);
	else
		add_whole(p, WHOLE, first, last);
}

static bool
is_fence(const struct paper *p, size_t i)
{
	return p->opt->unit == DEDUP_UNIT_AUTO &&
	       unit_is_fence(p->text + line_of(p, i)->off, line_of(p, i)->len);
}

/* The last line of the block that begins here. */
static size_t
block_end(const struct paper *p, size_t first)
{
	size_t n = p->scan.nlines, end = first;

	if (p->opt->unit == DEDUP_UNIT_DOCUMENT) {
		end = n - 1;
		while (line_of(p, end)->blank)
			end--;
		return end;
	}
	for (size_t i = first + 1; i < n && is_fence(p, first) &&
	     line_end(p, i) - line_of(p, first)->off <= UNIT_BLOCK_MAX; i++)
		if (is_fence(p, i)) {
			end = i;
			break;
		}
	while (end + 1 < n && !line_of(p, end + 1)->blank)
		end++;
	return end;
}

/* Rule 4: what says a unit in full soon after it. */

/* Where do these words stand in 's', from the beginning of one on? */
static bool
stands_in(const struct seq *s, const char *want, size_t len)
{
	for (size_t i = 0; i + len <= s->len; i++)
		if ((i == 0 || s->norm[i - 1] == ' ') &&
		    memcmp(s->norm + i, want, len) == 0)
			return true;
	return false;
}

/* The words that are a lead's own: none where it is no lead. */
static struct seq
own_words(const struct paper *p, const struct unit *u, bool *partial)
{
	uint64_t off = u->place.offset;
	enum ending cut = ending_of(p->text + off, line_end(p, u->last) - off);
	struct seq s = u->words;

	*partial = cut == ENDING_INSIDE;
	if (cut == ENDING_WHOLE)
		return (struct seq){ NULL, 0, 0 };
	for (int drop = cut == ENDING_READ_MORE ? 2 : 0; drop > 0 && s.n > 0;
	     drop--, s.n--)
		do
			s.len--;
		while (s.len > 0 && s.norm[s.len - 1] != ' ');
	return s;
}

static void
complete_lead(const struct paper *p, struct unit *u, const size_t *next,
	      size_t nnext)
{
	bool partial;
	struct seq rest = own_words(p, u, &partial);

	if (u->kind == LISTING || rest.n < p->opt->min_words || rest.n == 0)
		return;
	for (size_t i = 0; i < nnext; i++) {
		const struct seq *s = &p->unit[next[i]].words;
		bool all = stands_in(s, rest.norm, rest.len - partial);

		/* The same once more completes nothing. */
		if (seq_same(s, &u->words))
			continue;
		if (!all && (s->len == 0 || s->len >= rest.len ||
			     memcmp(rest.norm, s->norm, s->len) != 0))
			continue;
		u->completer[u->ncompleters++] = next[i];
		if (all)
			return;
		rest.norm += s->len;
		rest.len -= s->len;
	}
	u->ncompleters = 0;
}

/* Does the library name the unit so: itself, or what it is a copy of? */
static bool
rests_there(const struct paper *p, const struct unit *u,
	    const struct dedup_place *at)
{
	const struct dedup_removal *r = removal_of(p->hint, u->place.offset);

	return same_place(&u->place, at) || (r != NULL &&
	       r->reason == DEDUP_EXACT && same_place(&r->witness, at));
}

/*
 * The last one that says it.  The library may miss those that say it in loose
 * form only.  If it names one as the witness, it is that; else two bits of
 * p->missed for each such unit say how many of the last ones it has missed: 3,
 * all of them.
 */
static void
complete_near(struct paper *p, struct unit *u, const size_t *next,
	      size_t nnext)
{
	const struct dedup_removal *r = p->hint == NULL ? NULL :
		removal_of(p->hint, u->place.offset);
	size_t found[AHEAD_UNITS], n = 0, strict = 0, named = 0;

	if (u->ncompleters > 0 || p->opt->exact || u->kind == LISTING)
		return;
	for (size_t i = 0; i < nnext; i++) {
		const struct unit *v = &p->unit[next[i]];

		if (v->kind == LISTING ||
		    v->loose.letters <= u->loose.letters ||
		    near_to(&v->loose, &u->loose) == 0)
			continue;
		found[n++] = next[i];
		if (stands_in(&v->words, u->words.norm, u->words.len))
			strict = n;
		if (r != NULL && r->reason == DEDUP_LEAD &&
		    rests_there(p, v, &r->witness))
			named = n;
	}
	u->unsure = n > strict;
	if (named > strict) {
		n = named;
	} else if (u->unsure) {
		size_t most = n - strict;
		size_t miss = p->missed >> 2 * ((*p->nunsure)++ % MOST_UNSURE)
			      & 3;

		n -= miss < 3 && miss < most ? miss : most;
	}
	if (n > 0)
		u->completer[u->ncompleters++] = found[n - 1];
}

static void
find_completers(struct paper *p, size_t i)
{
	struct unit *u = &p->unit[i];
	size_t next[AHEAD_UNITS], n = 0;

	if (!is_compared(p, u))
		return;
	for (size_t k = i + 1; k < p->nunits && n < AHEAD_UNITS; k++) {
		const struct unit *v = &p->unit[k];

		if (v->section != u->section ||
		    v->place.offset - line_end(p, u->last) > AHEAD_BYTES)
			break;
		if (v->repeats == NONE)
			next[n++] = k;
	}
	complete_lead(p, u, next, n);
	complete_near(p, u, next, n);
}

static void
split_document(struct paper *p, const struct corpus *c)
{
	size_t number = p->number;

	read_lines(&c->doc[number], p->opt->fold_digits, &p->scan);
	p->row = must_have(calloc(p->scan.nlines + 1, sizeof(*p->row)));
	for (size_t i = 0; i < p->scan.nlines; i++)
		p->row[i].unit = p->row[i].root = NONE;
	for (size_t i = 0; i < p->scan.nlines; i++)
		if (!line_of(p, i)->blank) {
			size_t last = block_end(p, i);

			split_block(p, i, last);
			i = last;
		}
	/* Of a reference document all stays. */
	if (p->opt->unit != DEDUP_UNIT_DOCUMENT && number >= c->nreference)
		for (size_t i = 0; i < p->nunits; i++)
			find_completers(p, i);
}

static void
paper_free(struct paper *p)
{
	for (size_t i = 0; i < p->nunits; i++) {
		free(p->unit[i].words.norm);
		loose_end(&p->unit[i].loose);
	}
	free(p->unit);
	free(p->row);
	free(p->block);
	scan_free(&p->scan);
}

/* When its turn comes: after this unit. */
static size_t
turn_of(const struct unit *u, size_t i)
{
	return u->ncompleters > 0 ? u->completer[u->ncompleters - 1] : i;
}

/* Judge: which units go. */

struct vote {
	struct seq words;
	uint64_t documents;
	size_t last;		/* document */
	struct dedup_place first, second;
};

struct known {
	const struct unit *u;
	bool listed;
};

struct judge {
	const struct corpus *c;
	const struct dedup_options *opt;
	struct paper paper[MAX_DOCUMENTS];
	struct vote *votes;
	size_t nvotes;
	struct known *known;
	size_t nknown;
	const struct answers *hint;	/* the library's, or NULL */
	unsigned nunsure;
	struct oracle_counts counts;
};

static struct vote *
find_vote(struct judge *j, const struct seq *s)
{
	for (size_t i = 0; i < j->nvotes; i++)
		if (seq_same(&j->votes[i].words, s))
			return &j->votes[i];
	return NULL;
}

static void
vote(struct judge *j, const struct seq *s, struct dedup_place at)
{
	struct vote *v = find_vote(j, s);

	if (s->n == 0)
		return;
	if (v == NULL) {
		v = append(&j->votes, j->nvotes++, sizeof(*v));
		*v = (struct vote){ *s, 1, at.document, at, at };
	} else if (v->last != at.document) {
		if (v->documents++ == 1)
			v->second = at;
		v->last = at.document;
	}
}

/* Does the unit vote line by line, repeats too?  Then they are no units. */
static void
vote_all(struct judge *j)
{
	for (size_t d = j->c->nreference; d < j->c->n; d++) {
		const struct paper *p = &j->paper[d];

		for (size_t i = 0; i < p->scan.nlines; i++) {
			size_t u = p->row[i].unit;
			struct seq s = words_of(p, i);

			if (p->row[i].root != NONE || (u != NONE &&
			    p->unit[u].kind == RUN))
				vote(j, &s, place_of(p, i));
			else if (u != NONE && i == p->unit[u].first)
				vote(j, &p->unit[u].words, place_of(p, i));
		}
	}
}

static struct finding
boilerplate(struct judge *j, const struct seq *s, struct dedup_place at)
{
	const struct vote *v = s->n > 0 ? find_vote(j, s) : NULL;

	if (j->opt->boilerplate == 0 || v == NULL ||
	    v->documents < j->opt->boilerplate)
		return (struct finding){ .found = false };
	return (struct finding){
		true, DEDUP_BOILERPLATE, 1,
		same_place(&v->first, &at) ? v->second : v->first,
		v->documents,
	};
}

/* How well does 'u' rest on 'k' by this reason?  0: not at all. */
static double
rests_on(const struct dedup_options *opt, enum dedup_reason reason,
	 const struct unit *u, const struct unit *k)
{
	bool listing = u->kind == LISTING || k->kind == LISTING;

	switch (reason) {
	case DEDUP_EXACT:
		return seq_same(&u->words, &k->words);
	case DEDUP_NEAR:
		return listing || opt->exact ? 0 :
		       near_to(&k->loose, &u->loose);
	case DEDUP_SIMILAR:
		return listing || opt->exact || opt->threshold == 0 ? 0 :
		       similar_to(&u->loose.words, &k->loose.words, opt->threshold,
				  opt->fold_digits, false);
	case DEDUP_CONTAINED:
		return !listing && !opt->exact && opt->contained &&
		       u->words.n >= opt->ngram &&
		       says(&k->loose, &u->loose);
	default:
		return 0;
	}
}

/* What the library says of the unit, if it goes. */
static const struct dedup_removal *
hint_of(const struct judge *j, const struct paper *p, const struct unit *u)
{
	for (size_t i = u->first; i <= u->last; i++)
		if (&p->unit[p->row[i].unit] == u && p->row[i].unit != NONE &&
		    p->row[i].why.reason != DEDUP_BOILERPLATE)
			return removal_of(&j->hint->doc[p->number],
					  line_of(p, i)->off);
	return NULL;
}

/* Something is near or similar: is it to be expected that it is found? */
static void
count_miss(struct judge *j, const struct unit *u, bool listed,
	   enum dedup_reason reason, bool found)
{
	struct oracle_counts *n = &j->counts;
	bool words = false, sure = false;

	for (size_t k = 0; k < j->nknown; k++) {
		const struct unit *w = j->known[k].u;
		const struct seq *s = &u->loose.words, *t = &w->loose.words;

		if (j->known[k].listed != listed ||
		    rests_on(j->opt, reason, u, w) == 0)
			continue;
		words |= stands_in(&w->words, u->words.norm, u->words.len);
		sure |= reason == DEDUP_SIMILAR && s->n >= SURE_WORDS &&
			similar_to(s, t, SURE_RESEMBLANCE, j->opt->fold_digits,
				   true) > 0;
	}
	if (reason == DEDUP_NEAR) {
		*(words ? &n->near : &n->loose) += 1;
		*(words ? &n->near_missed : &n->loose_missed) += !found;
	}
	n->similar += sure;
	n->similar_missed += sure && !found;
}

/*
 * Search by this reason among what was kept, or the reference: the first one,
 * or that which the library found.
 */
static struct finding
search(struct judge *j, const struct paper *p, const struct unit *u,
       bool listed, enum dedup_reason reason)
{
	const struct dedup_removal *r = j->hint == NULL ||
		reason == DEDUP_EXACT ? NULL : hint_of(j, p, u);
	enum dedup_reason said = listed ? DEDUP_LISTED : reason;
	struct finding f = { .found = false };
	double best = 0;

	for (size_t k = 0; k < j->nknown && !f.found; k++) {
		const struct unit *w = j->known[k].u;
		double v;

		if (j->known[k].listed != listed)
			continue;
		v = rests_on(j->opt, reason, u, w);
		best = v > best ? v : best;
		if (v > 0 && (reason == DEDUP_EXACT || j->hint == NULL ||
			      (r != NULL && r->reason == said &&
			       same_place(&w->place, &r->witness) &&
			       fabs(v - r->resemblance) < NEAR_ENOUGH)))
			f = (struct finding){ true, said, v, w->place, 0 };
	}
	if (best > 0 && reason != DEDUP_EXACT)
		count_miss(j, u, listed, reason, f.found);
	return f;
}

static struct finding
search_all(struct judge *j, const struct paper *p, const struct unit *u)
{
	static const enum dedup_reason order[] = {
		DEDUP_EXACT, DEDUP_NEAR, DEDUP_SIMILAR, DEDUP_CONTAINED,
	};
	struct finding f = { .found = false };

	for (int listed = 1; listed >= 0; listed--)
		for (size_t i = 0; i < 4 && !f.found; i++)
			f = search(j, p, u, listed, order[i]);
	return f;
}

/* Rule 4: do all completers stay, or go as copies of what stays? */
static struct finding
completed(const struct paper *p, const struct unit *u)
{
	struct finding f = { u->ncompleters > 0, DEDUP_LEAD, 1,
			     { 0, 0, 0, 0 }, 0 };

	for (size_t i = u->ncompleters; i-- > 0; ) {
		const struct unit *v = &p->unit[u->completer[i]];

		if (!v->judged || (v->why.found &&
				   v->why.reason != DEDUP_EXACT))
			f.found = false;
		f.witness = v->why.found ? v->why.witness : v->place;
	}
	return f;
}

/* The finding of a repeat of what stands there. */
static struct finding
repeat_of(const struct finding *root, struct dedup_place place)
{
	return root->found ? *root :
	       (struct finding){ true, DEDUP_REPEAT, 1, place, 0 };
}

/* Lines of runs go by themselves; does all of the unit go? */
static bool
all_boilerplate(struct judge *j, struct paper *p, struct unit *u)
{
	bool all = true;

	if (u->kind != RUN) {
		u->why = boilerplate(j, &u->words, u->place);
		return u->why.found;
	}
	for (size_t i = u->first; i <= u->last; i++) {
		struct seq s = words_of(p, i);

		if (p->row[i].unit == NONE)
			continue;
		p->row[i].why = boilerplate(j, &s, place_of(p, i));
		all &= p->row[i].why.found;
		if (all)
			u->why = p->row[i].why;
	}
	u->why.found = all;
	return all;
}

static void
judge_unit(struct judge *j, struct paper *p, struct unit *u)
{
	bool reference = p->number < j->c->nreference;

	u->judged = true;
	if (!reference && all_boilerplate(j, p, u))
		return;
	u->why = (struct finding){ .found = false };
	if (!reference) {
		u->why = completed(p, u);
		if (!u->why.found && u->repeats != NONE)
			u->why = repeat_of(&p->unit[u->repeats].why,
					   p->unit[u->repeats].place);
		if (!u->why.found && is_compared(p, u))
			u->why = search_all(j, p, u);
	}
	if (!u->why.found && is_compared(p, u))
		*(struct known *)append(&j->known, j->nknown++,
			sizeof(struct known)) = (struct known){ u, reference };
}

/* Cut: verdicts of units to lines. */

static void
cut(struct judge *j, struct paper *p)
{
	for (size_t i = 0; i < p->scan.nlines; i++) {
		struct row *r = &p->row[i];
		struct seq s = words_of(p, i);

		if (r->unit != NONE && !r->why.found)
			r->why = p->unit[r->unit].why;
		if (r->root == NONE)
			continue;
		/* What it repeats comes before it, and has its finding. */
		r->why = boilerplate(j, &s, place_of(p, i));
		if (!r->why.found)
			r->why = repeat_of(&p->row[r->root].why,
					   place_of(p, r->root));
		if (p->number < j->c->nreference)
			r->why.found = false;
	}
	for (size_t i = 0; i < p->scan.nlines; i++)
		p->row[i].gone = p->row[i].why.found;
}

static void
set_separator(struct paper *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		p->row[i].separator = true;
}

/* Blank lines go with blocks of which nothing stays. */
static void
cut_separators(struct paper *p)
{
	bool kept = false;

	for (size_t i = 0; i < p->scan.nlines; i++)
		p->row[i].separator = false;
	for (size_t i = 0; i < p->nblocks; i++) {
		const struct block *b = &p->block[i];
		size_t before = i == 0 ? 0 : b[-1].last + 1;
		size_t after = i + 1 < p->nblocks ? b[1].first :
			       p->scan.nlines;
		bool gone = true;

		for (size_t k = b->first; k <= b->last; k++)
			gone &= p->row[k].gone;
		if (gone && !kept)
			set_separator(p, b->last + 1, after);
		else if (gone && !b->giant)
			set_separator(p, before, b->first);
		kept |= !gone;
	}
}

static void
judge_begin(struct judge *j, const struct corpus *c,
	    const struct dedup_options *opt, const struct answers *hint,
	    unsigned missed)
{
	*j = (struct judge){ .c = c, .opt = opt, .hint = hint };
	for (size_t d = 0; d < c->n; d++) {
		j->paper[d] = (struct paper){
			.opt = opt, .text = c->doc[d].text, .number = d,
			.before = NONE, .before_unit = NONE,
			.hint = hint == NULL ? NULL : &hint->doc[d],
			.missed = missed, .nunsure = &j->nunsure,
		};
		split_document(&j->paper[d], c);
	}
	if (opt->boilerplate > 0)
		vote_all(j);
}

static void
judge_end(struct judge *j)
{
	for (size_t d = 0; d < j->c->n; d++)
		paper_free(&j->paper[d]);
	free(j->votes);
	free(j->known);
}

static void
judge_document(struct judge *j, struct paper *p)
{
	size_t listed = 0;

	while (listed < j->nknown && j->known[listed].listed)
		listed++;
	if (j->opt->scope == DEDUP_SCOPE_DOCUMENT)
		j->nknown = listed;
	for (size_t i = 0; i < p->nunits; i++) {
		if (turn_of(&p->unit[i], i) == i)
			judge_unit(j, p, &p->unit[i]);
		for (size_t k = 0; k < i; k++)
			if (turn_of(&p->unit[k], k) == i)
				judge_unit(j, p, &p->unit[k]);
	}
	cut(j, p);
	cut_separators(p);
}

/* The document as judged against what the library says, line by line. */
static const char *
compare_document(const struct judge *j, const struct paper *p,
		 const struct answer *a)
{
	static const struct dedup_place nowhere;
	uint64_t words = 0;

	for (size_t i = 0; i < p->scan.nlines; i++) {
		const struct row *row = &p->row[i];
		const struct finding *f = &row->why;
		uint64_t off = line_of(p, i)->off;
		const struct dedup_removal *r = removal_of(a, off);

		if (row->separator != in_separator(a, off))
			return row->separator ?
			       "a separator stays, by the rules it goes" :
			       "a separator goes, by the rules it stays";
		if (row->gone != (r != NULL))
			return r == NULL ? "a line stays, by the rules it goes"
					 : "a line goes, by the rules it stays";
		words += r == NULL ? line_of(p, i)->nwords : 0;
		if (r == NULL)
			continue;
		if (r->reason != f->reason)
			return "another reason than by the rules";
		if (fabs(r->resemblance - f->resemblance) > NEAR_ENOUGH)
			return "another resemblance than by the rules";
		if (!same_place(&r->witness, j->opt->places ?
				&f->witness : &nowhere))
			return "another witness than by the rules";
		if (r->documents != f->documents)
			return "another number of documents";
	}
	return p->oversize || words == a->words ? NULL :
	       "another number of words kept";
}

/*
 * Not so, if that is what 'what' says; are there others that the library may
 * have missed?  Where they are too many, nothing is said against it.
 */
static bool
try_again(const struct judge *j, unsigned *missed, const char **what)
{
	unsigned n = j->nunsure < MOST_UNSURE ? j->nunsure : MOST_UNSURE;

	if (*what == NULL)
		return false;
	if (++*missed < 1u << 2 * n)
		return true;
	if (j->nunsure > MOST_UNSURE)
		*what = NULL;
	return false;
}

static void
add_counts(struct oracle_counts *to, const struct oracle_counts *n)
{
	to->near += n->near;
	to->near_missed += n->near_missed;
	to->loose += n->loose;
	to->loose_missed += n->loose_missed;
	to->similar += n->similar;
	to->similar_missed += n->similar_missed;
}

const char *
check_rules(const struct corpus *c, const struct dedup_options *opt,
	    const struct answers *a, struct oracle_counts *counts)
{
	const char *what, *first = NULL;
	unsigned missed = 0;
	bool again;

	do {
		struct judge j;

		judge_begin(&j, c, opt, a, missed);
		what = NULL;
		for (size_t i = 0; i < c->n && what == NULL; i++) {
			judge_document(&j, &j.paper[i]);
			what = compare_document(&j, &j.paper[i], &a->doc[i]);
		}
		if (counts != NULL && what == NULL)
			add_counts(counts, &j.counts);
		first = missed == 0 ? what : first;
		again = try_again(&j, &missed, &what);
		if (counts != NULL && first != NULL && what == NULL &&
		    j.nunsure > MOST_UNSURE)
			counts->unsure++;
		judge_end(&j);
	} while (again);
	return what != NULL ? first : NULL;
}

/* With DEDUP_KEEP_NONE. */

static bool
dooms(const struct finding *f)
{
	return f->found && (f->reason == DEDUP_EXACT ||
			    f->reason == DEDUP_NEAR ||
			    f->reason == DEDUP_SIMILAR ||
			    f->reason == DEDUP_REPEAT);
}

/* The unit that begins there goes. */
static void
doom_unit(struct judge *j, const struct dedup_place *at)
{
	struct paper *p = &j->paper[at->document];
	size_t u = p->row[at->line].unit;

	for (size_t i = 0; i < p->scan.nlines; i++)
		p->row[i].gone |= p->row[i].unit == u;
}

static void
doom_witnesses(struct judge *j, struct paper *p)
{
	for (size_t u = 0; u < p->nunits; u++)
		if (dooms(&p->unit[u].why))
			doom_unit(j, &p->unit[u].why.witness);
	for (size_t i = 0; i < p->scan.nlines; i++) {
		size_t root = p->row[i].root;

		if (root == NONE || p->row[root].why.found ||
		    !dooms(&p->row[i].why))
			continue;
		if (p->unit[p->row[root].unit].kind == RUN)
			p->row[root].gone = true;
		else
			doom_unit(j, &p->row[i].why.witness);
	}
}

/* The documents as judged and doomed against the answers. */
static const char *
compare_keep_none(struct judge *j, const struct answers *none)
{
	for (size_t d = j->c->nreference; d < j->c->n; d++) {
		struct paper *p = &j->paper[d];

		cut_separators(p);
		for (size_t i = 0; i < p->scan.nlines; i++) {
			uint64_t off = line_of(p, i)->off;
			bool gone = removal_of(&none->doc[d], off) != NULL;

			if (gone != p->row[i].gone)
				return gone ? "goes without a copy" :
					      "stays and has a copy";
			if (p->row[i].separator !=
			    in_separator(&none->doc[d], off))
				return "another separator";
		}
	}
	return NULL;
}

const char *
check_keep_none(const struct corpus *c, const struct dedup_options *opt,
		const struct answers *first, const struct answers *none)
{
	const char *what;
	unsigned missed = 0;
	bool again;

	do {
		struct judge j;

		judge_begin(&j, c, opt, first, missed);
		for (size_t d = 0; d < c->n; d++)
			judge_document(&j, &j.paper[d]);
		for (size_t d = 0; d < c->n; d++)
			doom_witnesses(&j, &j.paper[d]);
		what = compare_keep_none(&j, none);
		again = try_again(&j, &missed, &what);
		judge_end(&j);
	} while (again);
	return what;
}

/* The oracle's own answers. */

static bool
same_finding(const struct finding *a, const struct finding *b)
{
	return a->reason == b->reason && a->resemblance == b->resemblance &&
	       same_place(&a->witness, &b->witness);
}

static struct dedup_removal *
removal_begin(struct answer *a, const struct paper *p, size_t i)
{
	const struct finding *f = &p->row[i].why;
	struct dedup_removal *r = append(&a->removals, a->n++, sizeof(*r));

	*r = (struct dedup_removal){
		.offset = line_of(p, i)->off, .line = i, .reason = f->reason,
		.resemblance = f->resemblance, .documents = f->documents,
	};
	if (p->opt->places)
		r->witness = f->witness;
	return r;
}

/* Blank lines from .. to go with the removal, if none before took them. */
static void
take_separator(const struct paper *p, struct answer *a, size_t i, size_t from,
	       size_t to)
{
	struct dedup_removal *r = &a->removals[i];

	if (from >= to || !p->row[from].separator || r->separator_length > 0 ||
	    in_separator(a, line_of(p, from)->off))
		return;
	r->separator_offset = line_of(p, from)->off;
	r->separator_length = line_end(p, to - 1) - r->separator_offset;
}

static void
answer_of(const struct paper *p, struct answer *a)
{
	for (size_t b = 0; b < p->nblocks; b++) {
		const struct block *k = &p->block[b];
		size_t begin = a->n;
		struct dedup_removal *r = NULL;
		bool gone = true;

		for (size_t i = k->first; i <= k->last; i++) {
			gone &= p->row[i].gone;
			if (!p->row[i].gone) {
				a->words += line_of(p, i)->nwords;
				continue;
			}
			if (i == k->first || !p->row[i - 1].gone ||
			    p->row[i].unit != p->row[i - 1].unit ||
			    !same_finding(&p->row[i].why, &p->row[i - 1].why))
				r = removal_begin(a, p, i);
			r->length = line_end(p, i) - r->offset;
		}
		if (!gone)
			continue;
		take_separator(p, a, begin, b == 0 ? 0 : k[-1].last + 1,
			       k->first);
		take_separator(p, a, a->n - 1, k->last + 1,
			       b + 1 < p->nblocks ? k[1].first :
			       p->scan.nlines);
	}
}

void
oracle_answers(const struct corpus *c, const struct dedup_options *opt,
	       struct answers *a)
{
	struct judge j;

	memset(a, 0, sizeof(*a));
	a->n = c->n;
	judge_begin(&j, c, opt, NULL, 0);
	for (size_t d = 0; d < c->n; d++) {
		judge_document(&j, &j.paper[d]);
		answer_of(&j.paper[d], &a->doc[d]);
	}
	judge_end(&j);
}

/* Witnesses, each for itself and without judging the documents again. */

struct witnesses {
	struct judge j;		/* its papers */
	const struct answers *a;
};

static const struct dedup_removal *
removal_at(const struct witnesses *w, const struct paper *p, size_t line)
{
	return removal_of(&w->a->doc[p->number], line_of(p, line)->off);
}

/* Do all its lines stay, but for boilerplate? */
static bool
unit_stays(const struct witnesses *w, const struct paper *p, size_t u)
{
	bool any = false;

	for (size_t i = p->unit[u].first; i <= p->unit[u].last; i++) {
		const struct dedup_removal *r = removal_at(w, p, i);

		if (p->row[i].unit != u)
			continue;
		if (r != NULL && r->reason != DEDUP_BOILERPLATE)
			return false;
		any |= r == NULL;
	}
	return any;
}

/* Was 'v' of document 'q' judged before 'u' of document 'p'? */
static bool
was_before(const struct paper *q, size_t v, const struct paper *p, size_t u)
{
	size_t x = turn_of(&q->unit[v], v), y = turn_of(&p->unit[u], u);

	if (q != p || p->unit[u].unsure || q->unit[v].unsure)
		return q->number <= p->number;
	return x != y ? x < y : v == x || (u != y && v < u);
}

/* Rule 4: do they all stay, or are they exact copies? */
static bool
all_complete(const struct witnesses *w, const struct paper *p,
	     const struct unit *u)
{
	for (size_t i = 0; i < u->ncompleters; i++) {
		size_t v = u->completer[i];
		const struct dedup_removal *r =
			removal_at(w, p, p->unit[v].first);

		if (!unit_stays(w, p, v) && (r == NULL ||
					     r->reason != DEDUP_EXACT))
			return false;
	}
	return u->ncompleters > 0;
}

static const char *
check_unit(const struct witnesses *w, const struct paper *p, size_t i,
	   const struct dedup_removal *r)
{
	const struct unit *u = &p->unit[i], *v;
	const struct paper *q = &w->j.paper[r->witness.document];
	size_t k = q->row[r->witness.line].unit;
	bool said = false;

	if (k == NONE || !same_place(&q->unit[k].place, &r->witness))
		return "a witness that is no unit";
	v = &q->unit[k];
	if (r->reason == DEDUP_LEAD && u->unsure)
		return near_to(&v->loose, &u->loose) > 0 ? NULL :
		       "a lead's witness that does not say it";
	if (r->reason == DEDUP_LEAD)
		return !all_complete(w, p, u) ? "a lead that is not completed" :
		       v == &p->unit[u->completer[0]] ||
		       seq_same(&v->words, &p->unit[u->completer[0]].words) ?
		       NULL : "a lead's witness that does not complete it";
	if (!was_before(q, k, p, i))
		return "a witness that is later";
	if (r->reason == DEDUP_REPEAT)
		return u->repeats == k && seq_same(&u->words, &v->words) ?
		       NULL : "a repeat of something else";
	if (!is_compared(p, u))
		return "a unit that is too short to compare";
	for (enum dedup_reason m = DEDUP_EXACT; m < DEDUP_NREASONS; m++)
		if (m == r->reason || r->reason == DEDUP_LISTED)
			said |= fabs(rests_on(w->j.opt, m, u, v) -
				     r->resemblance) < NEAR_ENOUGH;
	return said ? NULL : "a witness that does not say it";
}

/* A repeat rests on a line or unit before it, or on what that rests on. */
static const char *
check_repeat(const struct witnesses *w, const struct paper *p, size_t i,
	     const struct dedup_removal *r)
{
	size_t root = p->row[i].root;
	const struct dedup_removal *s = removal_at(w, p, root);

	if (s == NULL)
		return r->reason == DEDUP_REPEAT &&
		       r->witness.offset == line_of(p, root)->off ? NULL :
		       "a repeat that does not name what it repeats";
	return s->reason == r->reason && s->resemblance == r->resemblance &&
	       same_place(&s->witness, &r->witness) ? NULL :
	       "a repeat that does not go as what it repeats";
}

static const char *
check_place(const struct witnesses *w, const struct dedup_place *at)
{
	const struct paper *q;

	if (at->document >= w->j.c->n)
		return "a witness in no document";
	q = &w->j.paper[at->document];
	if (at->line >= q->scan.nlines ||
	    line_of(q, at->line)->off != at->offset)
		return "a witness that is no line";
	return NULL;
}

static const char *
check_line(const struct witnesses *w, const struct paper *p, size_t i,
	   const struct dedup_removal *r)
{
	const char *what = check_place(w, &r->witness);
	size_t witness = r->witness.document;

	if (what != NULL || r->reason == DEDUP_BOILERPLATE)
		return what;
	if ((r->reason == DEDUP_LISTED) != (witness < w->j.c->nreference))
		return "a witness on the wrong side of the reference";
	if (w->j.opt->scope == DEDUP_SCOPE_DOCUMENT &&
	    r->reason != DEDUP_LISTED && witness != p->number)
		return "a witness in another document";
	if (!unit_stays(w, &w->j.paper[witness],
			w->j.paper[witness].row[r->witness.line].unit))
		return "a witness that goes";
	return p->row[i].root != NONE ? check_repeat(w, p, i, r) :
	       p->row[i].unit == NONE ? "a line goes that is in no unit" :
	       check_unit(w, p, p->row[i].unit, r);
}

const char *
check_witnesses(const struct corpus *c, const struct dedup_options *opt,
		const struct answers *a)
{
	struct witnesses w = { .a = a };
	const char *what = NULL;

	judge_begin(&w.j, c, opt, a, 0);
	for (size_t d = c->nreference; d < c->n && what == NULL; d++) {
		const struct paper *p = &w.j.paper[d];

		for (size_t i = 0; i < p->scan.nlines && what == NULL; i++) {
			const struct dedup_removal *r = removal_at(&w, p, i);

			if (r != NULL)
				what = check_line(&w, p, i, r);
		}
	}
	judge_end(&w.j);
	return what;
}
