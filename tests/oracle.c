/* The rules of dedup(1) once more, the slow and obvious way. */
#include "oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alike.h"
#include "bytes.h"
#include "ending.h"
#include "item.h"
#include "letter.h"
#include "listing.h"
#include "unit.h"
#include "words.h"

#define NONE SIZE_MAX
#define NEAR_WORDS 8		/* of a near-duplicate, at least */
#define NEAR_ENOUGH 1e-9	/* equal, as far as rounding goes */
#define AHEAD_UNITS 8		/* where a cut-off lead may be said in full */
#define AHEAD_BYTES ((size_t)64 << 10)
#define NEXT_UNITS 2		/* where any unit may be */
#define HEADLINE_WORDS 12	/* fewer, and no end of a sentence */
#define PART_WORDS 20		/* fewer, and little without its company */

/* Split: a document to units. */

enum kind { LINE, RUN, LISTING, WHOLE };

/* Why something goes, if it does. */
struct finding {
	bool found;
	enum dedup_reason reason;
	double resemblance;
	struct dedup_place witness;
	uint64_t documents;
	bool near;		/* a heading: of a text that is near */
};

struct unit {
	enum kind kind;
	size_t first, last;	/* lines; a run may have repeats in between */
	struct dedup_place place;
	struct seq words;
	struct loose loose;
	uint32_t length;	/* in words as rules count them */
	bool headline;		/* few words that end no sentence */
	bool part;		/* long enough, but told by its company */
	unsigned quote;		/* marks of quoted mail before it */
	size_t section;		/* what is too long to judge parts these */
	size_t repeats;		/* the unit that it says again, or NONE */
	size_t completer[AHEAD_UNITS];
	size_t ncompleters;
	size_t near[NEXT_UNITS];	/* units that say all of it, and more */
	size_t nnear;
	bool broken;		/* boilerplate, or a part of it is */
	bool listed, may_be_listed;	/* ... or as far as the words allow */
	size_t number;		/* in its document */
	size_t nknown;		/* texts that were known before it */
	enum dedup_reason by;	/* how one of them says it */
	const struct unit *says;	/* it goes by this one */
	bool choosing;
	const struct unit *with;	/* has no words, and goes as that does */
	bool late, doomed;	/* decided after its block; no copy stays */
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
	bool oversize;		/* something in it is too long to judge */
};

struct paper {
	const struct dedup_options *opt;
	const char *text;
	struct scan scan;
	struct units split;
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
	bool alone;		/* it is all of its document, or of a giant */
	bool oversize;		/* something is too long to judge */
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

	return (struct seq){ p->scan.norm + l->norm, l->norm_len, l->nwords, 0 };
}

static void
grow(struct seq *s, const struct seq *more)
{
	s->norm = must_have(realloc(s->norm, s->len + more->len + 1));
	memcpy(s->norm + s->len, more->norm, more->len);
	s->len += more->len;
	s->n += more->n;
}

/* How many words of lines first to last, those of 'u', rules count. */
static uint32_t
length_of(const struct paper *p, const struct unit *u, size_t number)
{
	uint32_t n = 0, solo2 = 0, solo4 = 0, extra = 0;

	for (size_t i = u->first; i <= u->last; i++) {
		const struct line *l = line_of(p, i);

		if (p->row[i].unit != number)
			continue;
		n += l->nwords;
		solo2 += l->solo2;
		solo4 += l->solo4;
		extra += l->extra;
	}
	return words_length(n, solo2, solo4, extra);
}

static bool
is_long(const struct paper *p, const struct unit *u)
{
	return u->length >= p->opt->min_words;
}

/* With what is no reference. */
static bool
is_compared(const struct paper *p, const struct unit *u)
{
	return is_long(p, u) && !u->part;
}

/* May it go as near, or for what stands behind it? */
static bool
may_resemble(const struct paper *p, const struct unit *u)
{
	return !p->opt->exact && u->kind != LISTING &&
	       u->length >= NEAR_WORDS && !u->headline;
}

/*
 * Rule 3: in two words or more.  A cell, of which every second one is a number,
 * and a line of code are the same by nature.
 */
static bool
says_again(const struct paper *p, const struct seq *s,
	   const struct seq *before, size_t first, size_t last)
{
	const char *text = p->text + line_of(p, first)->off;
	size_t len = line_end(p, last) - line_of(p, first)->off;

	return s->n >= 2 && seq_same(s, before) &&
	       !unit_is_cell(s->norm, s->len, s->n) &&
	       listing_signs(text, trimmed(text, len)) == 0 &&
	       !ending_is_open(text, len);
}

/* Where the text of line i begins, behind white space and marks of mail. */
static const char *
text_begin(const struct paper *p, size_t i, size_t *len)
{
	const char *s = p->text + line_of(p, i)->off;

	*len = trimmed(s, line_of(p, i)->len);
	for (; *len > 0 && memchr(" \t>", *s, 3) != NULL; s++)
		--*len;
	return s;
}

/* A bullet, a number, a heading's mark, a prompt; or the option of a command. */
static bool
is_item(const struct paper *p, size_t i)
{
	size_t len, n = 0;
	const char *s = text_begin(p, i, &len);

	if (len == 0)
		return false;
	if (item_begins_bullet(s, len) || item_begins_number(s, len))
		return true;
	if (*s == '$')
		return len == 1 || s[1] == ' ' || s[1] == '\t';
	while (n < len && s[n] == *s)
		n++;
	if (*s == '#')
		return n == len || s[n] == ' ' || s[n] == '\t';
	return *s == '-' && n < len && (s[n] == ' ' ||
		((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z'));
}

/* "name: value", with a name of one word, in two bytes or more. */
static bool
has_name(const struct paper *p, size_t i)
{
	size_t len, n = 0;
	const char *s = text_begin(p, i, &len), *colon;

	while (n < len && (unsigned char)s[n] > ' ')
		n++;
	if (n < len && n < 32 && n > 2 && s[n - 1] == ':')
		return true;
	colon = memmem(s, n, "：", 3);
	return colon != NULL && colon > s && colon + 3 - s < 32 &&
	       colon + 3 < s + len;
}

/* Is there a word with two numbers in it, or one that is a year? */
static bool
has_date(const struct seq *s)
{
	static const char digits[] = "0123456789";
	size_t numbers = 0, from = 0;

	for (size_t i = 0; i < s->len; i++) {
		bool digit = strchr(digits, s->norm[i]) != NULL &&
			     s->norm[i] != 0;

		if (s->norm[i] == ' ') {
			numbers = 0;
			from = i + 1;
		}
		if (digit && (i == from ||
			      strchr(digits, s->norm[i - 1]) == NULL))
			numbers++;
		if (numbers > 1)
			return true;
		if (digit && i == from + 3 && strspn(s->norm + from,
						     digits) == 4 &&
		    s->norm[i + 1] == ' ' && (s->norm[from] == '1' ||
					      s->norm[from] == '2'))
			return true;
	}
	return false;
}

/* Does it mean little without what is beside it? */
static bool
is_part(const struct paper *p, const struct unit *u)
{
	const char *text = p->text + u->place.offset;
	size_t len = line_end(p, u->last) - u->place.offset;
	size_t lines = 0, items = 0;
	uint32_t length = u->length;

	if (p->opt->unit != DEDUP_UNIT_AUTO || p->alone || !is_long(p, u))
		return false;
	for (size_t i = u->first; i <= u->last; i++) {
		items += is_item(p, i);
		if (p->row[i].unit != p->nunits)
			continue;
		lines += line_of(p, i)->nwords > 0;
		/* An address is one word. */
		length -= line_of(p, i)->extra;
	}
	if (length >= PART_WORDS)
		return false;
	if (u->kind == LISTING || ending_is_open(text, len))
		return true;
	if (is_item(p, u->first) && items == 1)
		return true;
	return length < HEADLINE_WORDS && !ending_is_sentence(text, len) &&
	       lines <= 2 && (line_of(p, u->last)->nwords == 0 ||
			      has_name(p, u->first) || has_date(&u->words));
}

static void
add_unit(struct paper *p, struct unit u)
{
	struct unit *before = p->before_unit == NONE ? NULL :
			      &p->unit[p->before_unit];

	u.place = place_of(p, u.first);
	u.length = u.words.length = length_of(p, &u, p->nunits);
	u.loose = loose_of(&u.words);
	u.section = p->section;
	u.repeats = NONE;
	u.number = p->nunits;
	u.quote = line_of(p, u.first)->quote;
	u.headline = u.length < HEADLINE_WORDS &&
		     !ending_is_sentence(p->text + u.place.offset,
					 line_end(p, u.last) - u.place.offset);
	u.part = is_part(p, &u);
	if (before != NULL && !is_compared(p, &u) && !is_compared(p, before) &&
	    says_again(p, &u.words, &before->words, u.first, u.last))
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
	add_unit(p, u);
	/* No line repeats a unit that is compared: the unit it is in may. */
	p->before = is_compared(p, &p->unit[p->nunits - 1]) ? NONE : first;
	p->before_words = u.words;
}

/* Lines that repeat the one before are no part of a run. */
static void
add_run(struct paper *p, size_t first, size_t last)
{
	struct unit u = { .kind = RUN, .first = NONE };

	for (size_t i = first; i <= last; i++) {
		struct seq s = words_of(p, i);

		if (p->before != NONE &&
		    says_again(p, &s, &p->before_words, i, i)) {
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
	p->block[p->nblocks - 1].oversize = true;
}

/* The units of a block, or of a chunk of it; 'alone': there is nothing else. */
static void
split_piece(struct paper *p, size_t first, size_t last, bool alone)
{
	struct unit_block b = {
		.lines = p->scan.lines + first, .n = last - first + 1,
		.text = p->text, .norm = p->scan.norm,
		.min_words = p->opt->min_words, .alone = alone,
		.marks = p->opt->boilerplate > 0,
		.by_line = p->opt->boilerplate > 0 ||
			   p->opt->keep == DEDUP_KEEP_NONE,
	};

	p->alone = alone;
	if (first == last && line_length(b.lines) >= b.min_words &&
	    !unit_is_fence(b.text + b.lines->off, b.lines->len)) {
		add_whole(p, LINE, first, last);
		return;
	}
	if (unit_split(&p->split, &b) != 0)
		abort();
	for (size_t i = 0; i < p->split.nspans; i++) {
		const struct unit_span *s = &p->split.span[i];

		if (s->kind == UNIT_RUN)
			add_run(p, first, first + s->nlines - 1);
		else
			add_whole(p, s->kind == UNIT_LINE ? LINE : LISTING,
				  first, first + s->nlines - 1);
		first += s->nlines;
	}
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

/* Is there nothing but blank lines besides these? */
static bool
is_all(const struct paper *p, size_t first, size_t last)
{
	for (size_t i = 0; i < p->scan.nlines; i++)
		if ((i < first || i > last) && !line_of(p, i)->blank)
			return false;
	return true;
}

/* In chunks of whole lines, where it is too long; most often it is one. */
static void
split_chunks(struct paper *p, size_t first, size_t last)
{
	bool all = is_all(p, first, last);

	for (size_t i = first, end; i <= last; i = end + 1) {
		for (end = i; end < last && line_end(p, end + 1) -
		     line_of(p, i)->off <= UNIT_BLOCK_MAX; end++)
			;
		if (line_of(p, i)->oversize)
			add_oversize(p);
		else
			split_piece(p, i, end, all || i > first || end < last);
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
	while (end + 1 < n && !line_of(p, end + 1)->blank &&
	       (p->opt->unit != DEDUP_UNIT_AUTO ||
		line_of(p, end + 1)->quote == line_of(p, end)->quote))
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

/* Is the last word nothing but letters?  Else it is not one that was cut. */
static bool
ends_in_letters(const struct seq *s)
{
	size_t from = s->len - (s->len > 0);

	while (from > 0 && s->norm[from - 1] != ' ')
		from--;
	while (from + 1 < s->len) {
		size_t n;
		enum letter kind = letter_first(s->norm + from, s->len - from,
						&n);

		if (kind == LETTER_DIGIT || kind == LETTER_OTHER ||
		    kind == LETTER_NONE)
			return false;
		from += n;
	}
	return true;
}

/* How a unit that is compared ends, and the words that ask to read on. */
static enum ending
ending_at(const struct paper *p, const struct unit *u, uint32_t *asks)
{
	uint64_t off = u->place.offset;
	struct ending_filter filter;

	ending_filter_init(&filter);
	*asks = ending_read_more(&filter, u->words.norm, u->words.len);
	return !is_compared(p, u) ? ENDING_WHOLE : *asks > 0 ?
	       ENDING_READ_MORE :
	       ending_of(p->text + off, line_end(p, u->last) - off);
}

static bool
is_lead(const struct paper *p, const struct unit *u)
{
	uint32_t asks;

	return ending_at(p, u, &asks) != ENDING_WHOLE;
}

/* The words that are a lead's own: none where it is no lead. */
static struct seq
own_words(const struct paper *p, const struct unit *u, bool *partial)
{
	uint32_t asks;
	enum ending cut = ending_at(p, u, &asks);
	struct seq s = u->words;

	*partial = cut == ENDING_INSIDE && ends_in_letters(&s);
	if (cut == ENDING_WHOLE || u->length < p->opt->min_words + asks)
		return (struct seq){ NULL, 0, 0, 0 };
	for (; asks > 0 && s.n > 0; asks--, s.n--)
		do
			s.len--;
		while (s.len > 0 && s.norm[s.len - 1] != ' ');
	return s;
}

/* What is quoted deeper, and what is cut off itself, completes nothing. */
static bool
may_complete(const struct paper *p, const struct unit *v,
	     const struct unit *u)
{
	return v->kind != LISTING && v->quote <= u->quote && !is_lead(p, v);
}

/* By several units in turn, or by one that has the rest of it. */
static void
complete_lead(const struct paper *p, struct unit *u, const size_t *next,
	      size_t nnext)
{
	bool partial;
	struct seq rest = own_words(p, u, &partial);

	if (u->kind == LISTING || rest.n == 0)
		return;
	for (size_t i = 0; i < nnext; i++) {
		const struct seq *s = &p->unit[next[i]].words;
		bool all = stands_in(s, rest.norm, rest.len - partial);

		/* The same once more completes nothing. */
		if (!may_complete(p, &p->unit[next[i]], u) ||
		    seq_same(s, &u->words))
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

/* By the next unit or the one after it, which says more. */
static void
complete_near(const struct paper *p, struct unit *u, const size_t *next,
	      size_t nnext)
{
	if (!may_resemble(p, u) || u->ncompleters > 0)
		return;
	for (size_t i = 0; i < nnext && i < NEXT_UNITS; i++) {
		const struct unit *v = &p->unit[next[i]];

		if (may_complete(p, v, u) && v->loose.letters > u->loose.letters &&
		    near_to(&v->loose, &u->loose) > 0)
			u->near[u->nnear++] = next[i];
	}
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
	unit_free(&p->split);
	free(p->row);
	free(p->block);
	scan_free(&p->scan);
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

struct company;

struct judge {
	const struct corpus *c;
	const struct dedup_options *opt;
	struct paper paper[MAX_DOCUMENTS];
	struct vote *votes;
	size_t nvotes;
	struct known *known;
	size_t nknown;
	struct company *company;
	size_t ncompany;
	const struct answers *hint;	/* the library's, or NULL */
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

/*
 * What votes, and goes, by itself from line i on: a line of a run, or several
 * that were wrapped; a repeat; or a unit.  *last is its last line.
 */
static struct seq
part_of(const struct paper *p, size_t i, size_t *last)
{
	size_t u = p->row[i].unit;
	struct seq s = words_of(p, i);

	*last = i;
	if (u == NONE)
		return s;
	if (p->unit[u].kind != RUN) {
		*last = p->unit[u].last;
		return p->unit[u].words;
	}
	while (*last < p->unit[u].last && p->row[*last + 1].unit == u &&
	       line_of(p, *last + 1)->joined)
		s.n += line_of(p, ++*last)->nwords;
	s.len = line_of(p, *last)->norm + line_of(p, *last)->norm_len -
		line_of(p, i)->norm;
	return s;
}

static void
vote_all(struct judge *j)
{
	for (size_t d = j->c->nreference; d < j->c->n; d++) {
		const struct paper *p = &j->paper[d];

		for (size_t i = 0, last; i < p->scan.nlines; i = last + 1) {
			struct seq s = part_of(p, i, &last);

			if (p->row[i].unit != NONE || p->row[i].root != NONE)
				vote(j, &s, place_of(p, i));
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
		v->documents, false,
	};
}

/* How well does 'u' rest on 'k' by this reason?  0: not at all. */
static double
rests_on(const struct paper *p, enum dedup_reason reason,
	 const struct unit *u, const struct unit *k)
{
	const struct dedup_options *opt = p->opt;
	bool words = !opt->exact && u->kind != LISTING && k->kind != LISTING;
	bool near = words && u->length >= NEAR_WORDS &&
		    k->length >= NEAR_WORDS;

	if (u->headline && reason != DEDUP_EXACT)
		return 0;

	switch (reason) {
	case DEDUP_EXACT:
		return seq_same(&u->words, &k->words);
	case DEDUP_NEAR:
		return near ? near_to(&k->loose, &u->loose) : 0;
	case DEDUP_SIMILAR:
		return !near || opt->threshold == 0 ? 0 :
		       similar_to(&u->loose.words, &k->loose.words,
				  opt->threshold, opt->fold_digits, false);
	case DEDUP_CONTAINED:
		return words && opt->contained && u->words.n >= opt->ngram &&
		       says(&k->loose, &u->loose);
	default:
		return 0;
	}
}

/* ... 'k' being known, or of a reference: that may be held by 'u' too. */
static double
known_by(const struct paper *p, enum dedup_reason reason,
	 const struct unit *u, const struct unit *k, bool listed)
{
	double v = rests_on(p, reason, u, k);

	if (v > 0 || reason != DEDUP_CONTAINED || !listed)
		return v;
	return !p->opt->exact && u->kind != LISTING && k->kind != LISTING &&
	       k->length >= NEAR_WORDS && says(&u->loose, &k->loose);
}

/* What the library says of the unit, if it goes, boilerplate aside. */
static const struct dedup_removal *
hint_of(const struct judge *j, const struct paper *p, const struct unit *u)
{
	const struct dedup_removal *r;

	if (j->hint == NULL)
		return NULL;
	for (size_t i = u->first; i <= u->last; i++) {
		if (p->row[i].unit == NONE || &p->unit[p->row[i].unit] != u)
			continue;
		r = removal_of(&j->hint->doc[p->number], line_of(p, i)->off);
		if (r == NULL || r->reason != DEDUP_BOILERPLATE)
			return r;
	}
	return NULL;
}

/* Something is near or similar: is it to be expected that it is found? */
static void
count_miss(struct judge *j, const struct paper *p, const struct unit *u,
	   bool listed, enum dedup_reason reason, bool found)
{
	struct oracle_counts *n = &j->counts;
	bool words = false, sure = false;

	for (size_t k = 0; k < j->nknown; k++) {
		const struct unit *w = j->known[k].u;
		const struct seq *s = &u->loose.words, *t = &w->loose.words;

		if (j->known[k].listed != listed ||
		    rests_on(p, reason, u, w) == 0)
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
 * Is there one among the texts known that says it, by this reason?  What the
 * library found, unless it is to find all there is.
 */
static bool
search(struct judge *j, const struct paper *p, struct unit *u, bool listed,
       enum dedup_reason reason, bool went)
{
	const struct dedup_removal *r = hint_of(j, p, u);
	enum dedup_reason said = listed ? DEDUP_LISTED : reason;
	bool free = j->hint == NULL || reason == DEDUP_EXACT;
	bool any = false;

	for (size_t k = 0; k < j->nknown && !u->why.found; k++) {
		const struct unit *w = j->known[k].u;
		double v = j->known[k].listed != listed ||
			   (reason == DEDUP_EXACT && w->why.found != went) ?
			   0 : known_by(p, reason, u, w, listed);

		any |= v > 0;
		if (v > 0 && (free || (r != NULL && r->reason == said &&
		    fabs(v - r->resemblance) < NEAR_ENOUGH)))
			u->why = (struct finding){ .found = true,
				.reason = said, .resemblance = v };
	}
	if (any && reason != DEDUP_EXACT)
		count_miss(j, p, u, listed, reason, u->why.found);
	if (!u->why.found)
		return false;
	u->by = reason;
	u->nknown = j->nknown;
	return true;
}

static bool
search_all(struct judge *j, const struct paper *p, struct unit *u, bool listed)
{
	static const enum dedup_reason order[] = {
		DEDUP_EXACT, DEDUP_NEAR, DEDUP_SIMILAR, DEDUP_CONTAINED,
	};

	for (size_t i = 0; i < 4; i++)
		if (search(j, p, u, listed, order[i], false))
			return true;
	/* The same words stood in a text that went for one that says more. */
	return search(j, p, u, listed, DEDUP_EXACT, true);
}

static bool
is_taken(const struct unit *u)
{
	return u->broken || u->listed;
}

/*
 * Rule 4: is it said soon after, by what does not go as what all say?  Of what
 * is near in loose form only, the library may miss some.
 */
static bool
is_completed(struct judge *j, const struct paper *p, struct unit *u)
{
	const struct dedup_removal *r = hint_of(j, p, u);
	bool says = r != NULL && r->reason == DEDUP_LEAD;
	bool sure = u->ncompleters > 0, may = sure, n = u->nnear > 0;

	for (size_t i = 0; i < u->ncompleters; i++) {
		const struct unit *v = &p->unit[u->completer[i]];

		sure &= !is_taken(v) && !v->may_be_listed;
		may &= !is_taken(v);
	}
	/* The last one that says it; those behind it may have been missed. */
	for (size_t i = u->nnear; i-- > 0; ) {
		const struct unit *v = &p->unit[u->near[i]];

		may |= !is_taken(v);
		if (j->hint == NULL || stands_in(&v->words, u->words.norm,
						 u->words.len)) {
			sure = may && !v->may_be_listed;
			break;
		}
	}
	if (j->hint == NULL)
		sure = may;
	if (n && !sure) {
		j->counts.soon += may;
		j->counts.soon_missed += may && !says;
	}
	if (!sure && !(may && says)) {
		u->ncompleters = u->nnear = 0;
		return false;
	}
	u->why = (struct finding){ .found = true,
		.reason = DEDUP_LEAD, .resemblance = 1 };
	return true;
}

/* The finding of a repeat of what stands there. */
static struct finding
repeat_of(const struct finding *root, struct dedup_place place)
{
	return root->found ? *root :
	       (struct finding){ true, DEDUP_REPEAT, 1, place, 0, false };
}

/* Parts of runs go by themselves; does all of the unit go? */
static bool
all_boilerplate(struct judge *j, struct paper *p, struct unit *u)
{
	struct finding found = { .found = false };
	bool all = u->words.n > 0;

	for (size_t i = u->first, last; i < p->scan.nlines; i = last + 1) {
		struct seq s = part_of(p, i, &last);
		struct finding f;

		if (p->row[i].unit != u->number && (p->row[i].root == NONE ||
						    u->kind != RUN))
			break;
		f = boilerplate(j, &s, place_of(p, i));
		for (size_t k = i; k <= last && f.found; k++)
			p->row[k].why = f;
		if (f.found)
			found = f;
		u->broken |= f.found;
		all &= f.found || p->row[i].root != NONE || s.n == 0;
	}
	if (all && found.found)
		u->why = found;
	return u->why.found;
}

/* Rules 5 and 6: these are known before anything else is. */
static void
judge_taint(struct judge *j, struct paper *p, struct unit *u)
{
	struct finding none = { .found = false };

	if (p->number < j->c->nreference || all_boilerplate(j, p, u) ||
	    !is_long(p, u))
		return;
	u->listed = search_all(j, p, u, true);
	u->why = none;
	for (size_t k = 0; k < j->nknown && j->known[k].listed; k++)
		for (enum dedup_reason by = 0; by < DEDUP_NREASONS; by++)
			u->may_be_listed |=
				known_by(p, by, u, j->known[k].u, true) > 0;
}

static void
judge_unit(struct judge *j, struct paper *p, struct unit *u)
{
	bool reference = p->number < j->c->nreference;
	bool judged = !u->why.found && u->repeats == NONE && is_long(p, u);

	if (judged && !reference && !(is_compared(p, u) &&
				      is_completed(j, p, u)) &&
	    !search_all(j, p, u, true) && is_compared(p, u))
		search_all(j, p, u, false);
	judged &= reference || is_compared(p, u);
	if (!judged || u->broken || u->why.reason == DEDUP_LISTED)
		return;
	if (u->why.found && (j->opt->threshold > 0 ||
			      j->opt->keep == DEDUP_KEEP_NONE ||
			      u->ncompleters > 0))
		return;
	/*
	 * The rule of rules: a unit goes if some earlier text says all of it,
	 * whatever became of that text.  What all say, or a list says, is no
	 * text; nor is a cut-off lead, which may say more than its text does;
	 * and with -t just what stays is one.
	 */
	*(struct known *)append(&j->known, j->nknown++,
		sizeof(struct known)) = (struct known){ u, reference };
}

/* Witnesses: the text that stays at the end of the chain. */

static const struct unit *end_of(struct judge *j, const struct unit *u);

static struct dedup_place
witness_by(struct judge *j, const struct unit *v)
{
	return end_of(j, v)->place;
}

/* Is this the place that the library names, or is any as good? */
static bool
is_named(struct judge *j, const struct unit *u, const struct unit *v)
{
	const struct dedup_removal *r =
		hint_of(j, &j->paper[u->place.document], u);
	struct dedup_place at = witness_by(j, v);

	return r == NULL || same_place(&r->witness, &at);
}

/* ... as well as the unit goes?  A list does not tell by which reason. */
static bool
says_by(const struct paper *p, const struct unit *u, const struct unit *v,
	bool listed)
{
	bool any = false;

	for (enum dedup_reason by = 0; by < DEDUP_NREASONS; by++)
		if (by == u->by || (listed && u->by != DEDUP_EXACT))
			any |= fabs(known_by(p, by, u, v, listed) -
				    u->why.resemblance) <= NEAR_ENOUGH;
	return any;
}

/* Choose what the unit goes by: the first one that will do. */
static void
choose(struct judge *j, struct unit *u)
{
	const struct paper *p = &j->paper[u->place.document];
	bool listed = u->why.reason == DEDUP_LISTED;

	if (u->why.reason == DEDUP_LEAD && u->ncompleters > 0) {
		u->says = &p->unit[u->completer[0]];
		return;
	}
	for (size_t i = u->nnear; i-- > 0 && u->why.reason == DEDUP_LEAD; ) {
		const struct unit *v = &p->unit[u->near[i]];

		if (!is_taken(v) && (u->says == NULL || is_named(j, u, v)))
			u->says = v;
		if (j->hint == NULL)
			break;
	}
	for (size_t k = 0; k < u->nknown && u->why.reason != DEDUP_LEAD; k++) {
		const struct unit *v = j->known[k].u;

		if (j->known[k].listed != listed || !says_by(p, u, v, listed))
			continue;
		if (u->says == NULL)
			u->says = v;
		if (u->by == DEDUP_EXACT || is_named(j, u, v)) {
			u->says = v;
			break;
		}
	}
}

static const struct unit *
end_of(struct judge *j, const struct unit *u)
{
	struct unit *v = &j->paper[u->place.document].unit[u->number];

	if (!v->why.found)
		return v;
	if (v->says == NULL) {
		if (v->choosing)
			abort();	/* each says more than the other */
		v->choosing = true;
		choose(j, v);
		v->choosing = false;
	}
	return end_of(j, v->says);
}

static void
resolve(struct judge *j, struct unit *u)
{
	if (u->why.found && u->why.reason != DEDUP_BOILERPLATE &&
	    u->repeats == NONE)
		u->why.witness = end_of(j, u)->place;
}

/* What goes as another unit does, now that it is known how that does. */
static void
follow(struct paper *p)
{
	for (size_t i = 0; i < p->nunits; i++) {
		struct unit *u = &p->unit[i];

		if (u->repeats != NONE && !u->why.found)
			u->why = repeat_of(&p->unit[u->repeats].why,
					   p->unit[u->repeats].place);
	}
	/* That may be a repeat, and come later. */
	for (size_t i = 0; i < p->nunits; i++)
		if (p->unit[i].with != NULL)
			p->unit[i].why = p->unit[i].with->why;
}

/* Company: what is short goes with what it stands beside. */

#define HEADINGS 16

/* Short units before a text, the nearest first; or one that is behind it. */
struct company {
	const struct unit *head[HEADINGS];
	size_t n;
	bool behind;
	const struct unit *text;
	struct dedup_place place;
};

/* A document on its way: short units that wait for the next one. */
struct walk {
	struct judge *j;
	struct paper *p;
	struct unit *wait[HEADINGS];
	const struct unit *after[HEADINGS];	/* they stand behind it */
	unsigned passed[HEADINGS];	/* what came since and is no text */
	size_t nwait;
	const struct unit *beside;	/* of this block, judged last; or NULL */
	const struct unit *gone;	/* the last one of this block */
};

/* Is it known by its words in loose form? */
static bool
is_loose(const struct judge *j, const struct unit *u)
{
	return !j->opt->exact &&
	       (u->length >= NEAR_WORDS || j->opt->contained);
}

static bool
same_text(const struct judge *j, const struct unit *u, const struct unit *v)
{
	return seq_same(&u->words, &v->words) ||
	       (is_loose(j, u) && is_loose(j, v) &&
		seq_same(&u->loose.words, &v->loose.words));
}

static const struct company *
find_company(const struct judge *j, const struct company *want)
{
	for (size_t i = 0; i < j->ncompany; i++) {
		const struct company *c = &j->company[i];
		bool same = c->behind == want->behind && c->n == want->n &&
			    same_text(j, c->text, want->text);

		for (size_t k = 0; k < want->n && same; k++)
			same = seq_same(&c->head[k]->words,
					&want->head[k]->words);
		if (same)
			return c;
	}
	return NULL;
}

static void
add_company(struct judge *j, const struct company *c)
{
	struct company *to = append(&j->company, j->ncompany++, sizeof(*c));
	const struct unit *h = c->head[c->n - 1];

	*to = *c;
	to->place = h->why.found ? h->why.witness : h->place;
}

/* The short unit goes for one of that company, as text 'u' does. */
static void
go_along(struct walk *w, struct unit *h, const struct unit *u,
	 const struct company *c)
{
	const struct paper *p = &w->j->paper[c->place.document];

	h->why = (struct finding){
		.found = true, .reason = DEDUP_HEADING, .resemblance = 1,
		.witness = c->place, .near = u->why.reason == DEDUP_NEAR,
	};
	h->says = &p->unit[p->row[c->place.line].unit];
}

/* Do these go along with a text that goes, as one that says it has them too? */
static bool
goes_along(struct walk *w, struct company *want, const struct unit *u,
	   struct unit *h)
{
	const struct judge *j = w->j;
	const struct dedup_removal *r = hint_of(j, w->p, h);

	if (!u->why.found || (u->why.reason != DEDUP_EXACT &&
			      u->why.reason != DEDUP_NEAR))
		return false;
	/* A text of the same words, gone or not, is asked for its company. */
	for (size_t k = 0; k < u->nknown; k++) {
		const struct company *c;

		if (j->known[k].listed ||
		    !rests_on(w->p, DEDUP_EXACT, u, j->known[k].u))
			continue;
		want->text = j->known[k].u;
		c = find_company(j, want);
		if (c != NULL)
			go_along(w, h, u, c);
		return c != NULL;
	}
	for (size_t k = 0; k < u->nknown; k++) {
		const struct company *c;

		if (j->known[k].listed ||
		    fabs(rests_on(w->p, u->by, u, j->known[k].u) -
			 u->why.resemblance) > NEAR_ENOUGH)
			continue;
		want->text = j->known[k].u;
		c = find_company(j, want);
		/* It may be said by several; which one is up to the sketch. */
		if (c != NULL && (j->hint == NULL ||
				  (r != NULL && r->reason == DEDUP_HEADING &&
				   same_place(&r->witness, &c->place)))) {
			go_along(w, h, u, c);
			return true;
		}
		if (j->hint == NULL)
			return false;
	}
	return false;
}

/* What becomes of the short unit that waits longest is settled. */
static void
end_wait(struct walk *w, size_t n)
{
	for (; n > 0; n--) {
		if (w->after[0] != NULL)
			add_company(w->j, &(struct company){
				.head = { w->wait[0] }, .n = 1, .behind = true,
				.text = w->after[0] });
		w->nwait--;
		memmove(w->wait, w->wait + 1, w->nwait * sizeof(*w->wait));
		memmove(w->after, w->after + 1, w->nwait * sizeof(*w->after));
		memmove(w->passed, w->passed + 1,
			w->nwait * sizeof(*w->passed));
	}
}

/* None waits for more than so many repeats, and units without words. */
static void
walk_on(struct walk *w)
{
	for (size_t i = 0; i < w->nwait; i++)
		w->passed[i]++;
	while (w->nwait > 0 && w->passed[0] > AHEAD_UNITS)
		end_wait(w, 1);
}

static void
walk_short(struct walk *w, struct unit *u)
{
	struct company c = { .head = { u }, .n = 1, .behind = true };
	bool goes = w->beside != NULL && goes_along(w, &c, w->beside, u);

	if (goes) {
		c.text = w->beside;
		add_company(w->j, &c);
	} else {
		if (w->nwait == HEADINGS)
			end_wait(w, 1);
		w->wait[w->nwait] = u;
		w->passed[w->nwait] = 0;
		w->after[w->nwait++] = w->beside;
	}
	w->beside = NULL;
}

static void
walk_judged(struct walk *w, struct unit *u)
{
	struct company c = { .n = 0 };
	bool any = !u->broken && u->why.reason != DEDUP_LISTED, go;

	/* A short "Jane:" before what is quoted is no heading. */
	for (size_t k = w->nwait; k > 0; k--)
		if (w->wait[k - 1]->quote != u->quote &&
		    !w->wait[k - 1]->part) {
			end_wait(w, k);
			break;
		}
	go = any;
	for (size_t k = w->nwait; k > 0 && go; k--) {
		c.head[c.n++] = w->wait[k - 1];
		go = goes_along(w, &c, u, w->wait[k - 1]);
	}
	c = (struct company){ .n = 0, .text = u };
	for (size_t k = w->nwait; k > 0 && any; k--) {
		c.head[c.n++] = w->wait[k - 1];
		add_company(w->j, &c);
	}
	end_wait(w, w->nwait);
	w->beside = any ? u : NULL;
}

static void
walk_unit(struct walk *w, struct unit *u)
{
	if (u->why.found && (u->why.reason == DEDUP_BOILERPLATE ||
			     u->why.reason == DEDUP_LISTED)) {
		w->beside = NULL;
		end_wait(w, w->nwait);
	} else if (u->words.n == 0) {
		w->beside = NULL;
		walk_on(w);
		return;
	} else if (u->repeats != NONE) {
		walk_on(w);
	} else if (is_compared(w->p, u)) {
		walk_judged(w, u);
	} else {
		walk_short(w, u);
	}
	if (u->why.found || u->repeats != NONE)
		w->gone = u;
}

/* Can all of it be seen?  What has control characters is no rule, no bullet. */
static bool
is_rule(const struct paper *p, const struct unit *u)
{
	for (size_t i = u->first; i <= u->last; i++)
		for (size_t k = 0; k < line_of(p, i)->len; k++) {
			char c = p->text[line_of(p, i)->off + k];

			if ((unsigned char)c < ' ' &&
			    strchr("\n\r\t\f", c == 0 ? 1 : c) == NULL)
				return false;
		}
	return true;
}

/* A heading may wait when its block ends: then it is one of those that stay. */
static bool
words_stay(struct paper *p, const struct block *b)
{
	bool any = false;

	for (size_t i = 0; i < p->nunits; i++) {
		struct unit *u = &p->unit[i];

		if (u->first < b->first || u->last > b->last)
			continue;
		u->late = u->words.n > 0 && !u->why.found &&
			  u->repeats == NONE && u->with == NULL;
		any |= u->late;
	}
	return any;
}

/* What has no words goes with all words of its block. */
static void
take_bare(struct walk *w, const struct block *b)
{
	if (words_stay(w->p, b) || b->oversize || w->gone == NULL)
		return;
	for (size_t i = 0; i < w->p->nunits; i++) {
		struct unit *u = &w->p->unit[i];

		if (u->first >= b->first && u->last <= b->last &&
		    u->words.n == 0 && is_rule(w->p, u))
			u->with = w->gone;
	}
}

static void
judge_company(struct judge *j, struct paper *p)
{
	struct walk w = { .j = j, .p = p };
	size_t i = 0, section = 0, line = 0;

	if (p->number < j->c->nreference)
		return;
	for (size_t b = 0; b < p->nblocks; b++) {
		w.beside = w.gone = NULL;
		for (; i < p->nunits && p->unit[i].first <= p->block[b].last;
		     i++) {
			if (p->unit[i].section != section) {
				section = p->unit[i].section;
				w.beside = NULL;
				end_wait(&w, w.nwait);
			}
			for (; line < p->unit[i].first; line++)
				if (p->row[line].root != NONE)
					walk_on(&w);
			walk_unit(&w, &p->unit[i]);
		}
		take_bare(&w, &p->block[b]);
	}
	end_wait(&w, w.nwait);
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
		if (r->root == NONE || p->number < j->c->nreference)
			continue;
		/* What it repeats comes before it, and has its finding. */
		r->why = boilerplate(j, &s, place_of(p, i));
		if (!r->why.found)
			r->why = repeat_of(&p->row[r->root].why,
					   place_of(p, r->root));
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

/*
 * Blank lines go with blocks of which nothing stays: those before it, or where
 * there are none, or nothing was kept before, those after it.
 */
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
		bool blank = before < b->first && !p->row[before].separator;
		bool gone = true;

		for (size_t k = b->first; k <= b->last; k++)
			gone &= p->row[k].gone;
		if (gone && !(kept && blank))
			set_separator(p, b->last + 1, after);
		else if (gone && !b->giant)
			set_separator(p, before, b->first);
		kept |= !gone;
	}
}

static void
judge_begin(struct judge *j, const struct corpus *c,
	    const struct dedup_options *opt, const struct answers *hint)
{
	*j = (struct judge){ .c = c, .opt = opt, .hint = hint };
	for (size_t d = 0; d < c->n; d++) {
		j->paper[d] = (struct paper){
			.opt = opt, .text = c->doc[d].text, .number = d,
			.before = NONE, .before_unit = NONE,
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
	free(j->company);
}

static void
judge_document(struct judge *j, struct paper *p)
{
	size_t listed = 0;

	while (listed < j->nknown && j->known[listed].listed)
		listed++;
	if (j->opt->scope == DEDUP_SCOPE_DOCUMENT) {
		j->nknown = listed;
		j->ncompany = 0;
	}
	for (size_t i = 0; i < p->nunits; i++)
		judge_taint(j, p, &p->unit[i]);
	for (size_t i = 0; i < p->nunits; i++)
		judge_unit(j, p, &p->unit[i]);
	judge_company(j, p);
	for (size_t i = 0; i < p->nunits; i++)
		resolve(j, &p->unit[i]);
	if (p->number >= j->c->nreference)
		follow(p);
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

static void
add_counts(struct oracle_counts *to, const struct oracle_counts *n)
{
	to->near += n->near;
	to->near_missed += n->near_missed;
	to->loose += n->loose;
	to->loose_missed += n->loose_missed;
	to->soon += n->soon;
	to->soon_missed += n->soon_missed;
	to->similar += n->similar;
	to->similar_missed += n->similar_missed;
}

/*
 * Parts of reference texts (text/forms.c), and what goes from one unit into the
 * next, are beyond the oracle: contamination.sh has them.  A case in which the
 * library lists a unit for such a reason is passed over, if the two documents
 * have PART_BYTES in a row, of words in loose form without spaces.
 */
#define PART_BYTES 8	/* a word has one at least */

static bool
any_in_a_row(const struct paper *p, const struct paper *q)
{
	char *x = calloc(1, 1), *y = calloc(1, 1);
	size_t xn = 0, yn = 0;
	bool any = false;

	for (size_t i = 0; i < p->nunits; i++) {
		const struct loose *l = &p->unit[i].loose;

		x = realloc(x, xn + l->len + 1);
		memcpy(x + xn, l->text, l->len);
		xn += l->len;
	}
	for (size_t i = 0; i < q->nunits; i++) {
		const struct loose *l = &q->unit[i].loose;

		y = realloc(y, yn + l->len + 1);
		memcpy(y + yn, l->text, l->len);
		yn += l->len;
	}
	for (size_t i = 0; i + PART_BYTES <= yn && !any; i++)
		any = memmem(x, xn, y + i, PART_BYTES) != NULL;
	free(x);
	free(y);
	return any;
}

static const char *check_listed(const struct paper *p, const struct unit *u,
				const struct unit *v, double resemblance);

/* Does a unit of the reference say this one, as the library says? */
static bool
is_listed_plainly(const struct judge *j, const struct paper *p,
		  const struct unit *u, const struct dedup_removal *r)
{
	for (size_t d = 0; d < j->c->nreference; d++) {
		const struct paper *q = &j->paper[d];

		for (size_t i = 0; i < q->nunits; i++)
			if ((!j->opt->places ||
			     same_place(&q->unit[i].place, &r->witness)) &&
			    check_listed(p, u, &q->unit[i],
					 r->resemblance) == NULL)
				return true;
	}
	return false;
}

/* Does the library list this line for a reason that is beyond the oracle? */
static bool
is_beyond(const struct judge *j, const struct paper *p, size_t i,
	  const struct dedup_removal *r)
{
	if (r->reason != DEDUP_LISTED || p->row[i].unit == NONE ||
	    is_listed_plainly(j, p, &p->unit[p->row[i].unit], r))
		return false;
	for (size_t d = 0; d < j->c->nreference; d++)
		if ((!j->opt->places || r->witness.document == d) &&
		    any_in_a_row(p, &j->paper[d]))
			return true;
	return false;
}

static bool
any_beyond(const struct judge *j, const struct answers *a)
{
	for (size_t d = j->c->nreference; d < j->c->n; d++) {
		const struct paper *p = &j->paper[d];

		for (size_t i = 0; i < p->scan.nlines; i++) {
			const struct dedup_removal *r =
				removal_of(&a->doc[d], line_of(p, i)->off);

			if (r != NULL && is_beyond(j, p, i, r))
				return true;
		}
	}
	return false;
}

const char *
check_rules(const struct corpus *c, const struct dedup_options *opt,
	    const struct answers *a, struct oracle_counts *counts)
{
	const char *what = NULL;
	struct judge j;

	judge_begin(&j, c, opt, a);
	for (size_t i = 0; i < c->n && what == NULL && !any_beyond(&j, a);
	     i++) {
		judge_document(&j, &j.paper[i]);
		what = compare_document(&j, &j.paper[i], &a->doc[i]);
	}
	if (counts != NULL && what == NULL)
		add_counts(counts, &j.counts);
	judge_end(&j);
	return what;
}

/* With DEDUP_KEEP_NONE. */

/* What is near may say more than its copy: it stays, with its heading. */
static bool
dooms(const struct finding *f)
{
	return f->found && (f->reason == DEDUP_EXACT ||
			    (f->reason == DEDUP_HEADING && !f->near) ||
			    f->reason == DEDUP_REPEAT);
}

/* The unit that begins there goes. */
static void
doom_unit(struct judge *j, const struct dedup_place *at)
{
	struct paper *p = &j->paper[at->document];
	size_t u = p->row[at->line].unit;

	p->unit[u].doomed = true;
	for (size_t i = 0; i < p->scan.nlines; i++)
		p->row[i].gone |= p->row[i].unit == u;
}

/* What is said again directly behind has a copy, though it goes as a heading. */
static void
doom_repeated(struct paper *p)
{
	for (size_t u = 0; u < p->nunits; u++)
		if (p->unit[u].repeats != NONE)
			p->unit[p->unit[u].repeats].doomed = true;
	for (size_t i = 0; i < p->scan.nlines; i++)
		if (p->row[i].root != NONE &&
		    p->row[i].why.reason == DEDUP_HEADING) {
			struct unit *u = &p->unit[p->row[p->row[i].root].unit];

			u->doomed |= u->kind != RUN;
		}
}

static void
doom_witnesses(struct judge *j, struct paper *p)
{
	doom_repeated(p);
	for (size_t u = 0; u < p->nunits; u++)
		if (dooms(&p->unit[u].why))
			doom_unit(j, &p->unit[u].why.witness);
	for (size_t i = 0; i < p->scan.nlines; i++) {
		size_t root = p->row[i].root;

		if (root == NONE || p->row[root].why.found ||
		    !dooms(&p->row[i].why))
			continue;
		/* A line of wrapped text is no text by itself. */
		if (p->unit[p->row[root].unit].kind == RUN)
			p->row[root].gone |= !line_of(p, root)->joined ||
				root == 0 || p->row[root - 1].unit !=
					     p->row[root].unit;
		else
			doom_unit(j, &p->row[i].why.witness);
	}
}

/* What has no words goes with all words of its block, here too. */
static void
doom_bare(struct paper *p, const struct block *b)
{
	bool any = false, all = !b->oversize;

	for (size_t i = b->first; i <= b->last; i++)
		if (p->row[i].unit != NONE &&
		    p->unit[p->row[i].unit].words.n > 0) {
			const struct unit *u = &p->unit[p->row[i].unit];

			any |= p->row[i].gone;
			all &= p->row[i].gone && (u->doomed || !u->late);
		}
	for (size_t i = b->first; i <= b->last && any && all; i++)
		p->row[i].gone |= p->row[i].unit == NONE ||
				  is_rule(p, &p->unit[p->row[i].unit]);
}

/* The documents as judged and doomed against the answers. */
static const char *
compare_keep_none(struct judge *j, const struct answers *none)
{
	for (size_t d = j->c->nreference; d < j->c->n; d++) {
		struct paper *p = &j->paper[d];

		for (size_t b = 0; b < p->nblocks; b++)
			doom_bare(p, &p->block[b]);
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

/*
 * What is near goes as in the last reading: what went before it is no text, so
 * that its witness may be another one than with DEDUP_KEEP_FIRST.
 */
const char *
check_keep_none(const struct corpus *c, const struct dedup_options *opt,
		const struct answers *first, const struct answers *none)
{
	struct dedup_options last = *opt;
	const char *what;
	struct judge j;

	(void)first;
	last.keep = DEDUP_KEEP_NONE;
	judge_begin(&j, c, &last, none);
	if (any_beyond(&j, none)) {
		judge_end(&j);
		return NULL;
	}
	for (size_t d = 0; d < c->n; d++)
		judge_document(&j, &j.paper[d]);
	for (size_t d = 0; d < c->n; d++)
		doom_witnesses(&j, &j.paper[d]);
	what = compare_keep_none(&j, none);
	judge_end(&j);
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
		.begin = line_of(p, i)->off, .unit_begin = line_of(p, i)->off,
		.line = i, .reason = f->reason,
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

	if (from >= to || !p->row[from].separator || r->begin < r->unit_begin ||
	    in_separator(a, line_of(p, from)->off))
		return;
	if (line_of(p, from)->off < r->begin)
		r->begin = line_of(p, from)->off;
	else
		r->end = line_end(p, to - 1);
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
			r->end = r->unit_end = line_end(p, i);
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
	judge_begin(&j, c, opt, NULL);
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

/* Does 'v' say unit 'u', or does what says it say more, as 'v' does? */
static bool
says_all(const struct witnesses *w, const struct unit *v, const struct unit *u)
{
	if (w->j.opt->exact)
		return seq_same(&v->words, &u->words);
	/* Where a text between them parts words, within a word, too. */
	return memmem(v->loose.text, v->loose.len, u->loose.text,
		      u->loose.len) != NULL ||
	       /* Of what is similar to something, anything may be left. */
	       w->j.opt->threshold > 0;
}

/* Rule 4: is it said in full there, or by what says that? */
static const char *
check_lead(const struct witnesses *w, const struct paper *p,
	   const struct unit *u, const struct unit *v)
{
	if (u->ncompleters > 0 &&
	    says_all(w, v, &p->unit[u->completer[0]]))
		return NULL;
	for (size_t i = 0; i < u->nnear; i++)
		if (says_all(w, v, &p->unit[u->near[i]]))
			return NULL;
	return "a lead's witness that does not complete it";
}

static const char *
check_listed(const struct paper *p, const struct unit *u,
	     const struct unit *v, double resemblance)
{
	static const enum dedup_reason reason[] = {
		DEDUP_EXACT, DEDUP_NEAR, DEDUP_SIMILAR, DEDUP_CONTAINED,
	};

	for (size_t i = 0; i < 4; i++)
		if (fabs(known_by(p, reason[i], u, v, true) - resemblance) <
		    NEAR_ENOUGH)
			return NULL;
	return "a witness of a list that does not say it";
}

static const char *
check_unit(const struct witnesses *w, const struct paper *p, size_t i,
	   const struct dedup_removal *r)
{
	const struct unit *u = &p->unit[i], *v;
	const struct paper *q = &w->j.paper[r->witness.document];
	size_t k = q->row[r->witness.line].unit;

	if (k == NONE || !same_place(&q->unit[k].place, &r->witness))
		return "a witness that is no unit";
	v = &q->unit[k];
	if (u->words.n == 0)		/* it goes with what is around it */
		return NULL;
	if (r->reason == DEDUP_HEADING)
		return !is_compared(p, u) && seq_same(&u->words, &v->words) ?
		       NULL : "a heading that is another one";
	if (r->reason == DEDUP_REPEAT)
		return u->repeats == k && seq_same(&u->words, &v->words) ?
		       NULL : "a repeat of something else";
	if (u->repeats != NONE)		/* it goes as what it repeats does */
		return NULL;
	if (r->reason == DEDUP_LISTED)
		return is_long(p, u) ?
		       check_listed(p, u, v, r->resemblance) :
		       "a unit that is too short to be listed";
	if (!is_compared(p, u))
		return "a unit that is too short to compare";
	if (r->reason == DEDUP_LEAD)
		return check_lead(w, p, u, v);
	return says_all(w, v, u) ? NULL : "a witness that does not say it";
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
	if (w->j.paper[witness].row[r->witness.line].unit == NONE)
		return "a witness that is no unit";
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

	judge_begin(&w.j, c, opt, a);
	for (size_t d = c->nreference; d < c->n && what == NULL &&
	     !any_beyond(&w.j, a); d++) {
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
