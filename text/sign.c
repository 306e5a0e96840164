/* Which signs count, decided by the characters around them. */
#include "sign.h"

#include "seen.h"

#define RUN_MOST 3

/* Up to three signs of some kinds in a row, and the characters around them. */
struct run {
	struct seen sign[RUN_MOST];
	unsigned n;
	struct seen before, after;
	size_t from, to;	/* where 'before' begins, where 'after' ends */
};

/*
 * The run of signs of a kind that contains 's' at text[from..to); false: it has
 * more than three.
 */
static bool
gather(const struct reading *r, size_t from, size_t to, struct seen s,
       uint32_t kind, struct run *run)
{
	struct seen left[RUN_MOST + 1];
	unsigned n = 0;

	run->n = 0;
	for (;;) {
		run->before = behind(r, &from);
		if (!(run->before.is & kind))
			break;
		if (n == RUN_MOST - 1)
			return false;
		left[n++] = run->before;
	}
	while (n > 0)
		run->sign[run->n++] = left[--n];
	run->sign[run->n++] = s;
	for (;;) {
		run->after = ahead(r, &to);
		if (!(run->after.is & kind))
			break;
		if (run->n == RUN_MOST)
			return false;
		run->sign[run->n++] = run->after;
	}
	run->from = from;
	run->to = to;
	return true;
}

/* Is it between two digits, with at most two other signs, and no bracket? */
static bool
is_in_number(const struct reading *r, size_t from, size_t to)
{
	const uint32_t ends = DIGITS | ENDS_NUMBER;
	unsigned n = 1;
	struct seen s;

	while (!((s = behind(r, &from)).is & ends))
		if (++n > RUN_MOST)
			return false;
	if (!(s.is & DIGITS))
		return false;
	while (!((s = ahead(r, &to)).is & ends))
		if (++n > RUN_MOST)
			return false;
	return s.is & DIGITS;
}

/* Is all of the line before text[p] white space and marks of quoted mail? */
static bool
opens_line(const struct reading *r, size_t p)
{
	struct seen s;

	do
		s = behind(r, &p);
	while (s.is & WHITE || s.c == '>');
	return s.is & END;
}

/*
 * Is it a prefix of the number after it?  Signs may be between.  After a word
 * only a sign of currency is one, and an operator with what follows it.
 */
static bool
is_prefix(const struct reading *r, size_t from, size_t to, struct seen s)
{
	struct run run;

	if (!gather(r, from, to, s, PREFIX, &run) ||
	    !(run.after.is & DIGITS) ||
	    (run.before.is & WORD &&
	     !(run.sign[0].is & (CURRENCY | OPERATOR))))
		return false;
	for (unsigned i = 0; i + 1 < run.n; i++)
		if (run.sign[i].c == '.' ||
		    (run.sign[i].is & run.sign[i + 1].is & DASH))
			return false;
	return s.c != '>' || !opens_line(r, from);
}

/* Does the number that ends before text[p] begin with a currency? */
static bool
has_currency(const struct reading *r, size_t p)
{
	struct seen s;
	int n = 0;

	do
		s = behind(r, &p);
	while ((s.is & DIGITS || s.c == '.' || s.c == ',') && ++n < 24);
	if (s.is & WHITE)
		s = behind(r, &p);
	return s.is & CURRENCY;
}

/*
 * A sign of currency always counts.  The space between it and its number does
 * not separate: the one before it, or else the one after it.
 */
static unsigned
currency(const struct reading *r, size_t from, size_t to)
{
	size_t left = from, right = to;
	struct seen before = behind(r, &left), after = ahead(r, &right);
	bool follows = after.is & WHITE && peek(r, right).is & DIGITS;
	bool suffix = before.is & WHITE &&
		      peek_behind(r, left).is & DIGITS &&
		      !(after.is & DIGITS);

	if (suffix && !(follows && has_currency(r, left)))
		return SIGN_PART | SIGN_JOINS_BEFORE;
	if (follows && !(before.is & DIGITS))
		return SIGN_PART | SIGN_JOINS_AFTER;
	return SIGN_PART;
}

static unsigned
percent(const struct reading *r, size_t from, size_t to, struct seen s)
{
	struct seen before = behind(r, &from), after;

	if (before.is & DIGITS)
		return SIGN_PART;
	if (!(before.is & WHITE) || !(peek_behind(r, from).is & DIGITS))
		return SIGN_GAP;
	after = peek(r, to);
	if (after.is & DIGITS || (after.is & LETTERS && s.c != 0xb0))
		return SIGN_GAP;
	return SIGN_PART | SIGN_JOINS_BEFORE;
}

/* Is it the plus of A+ or C++? */
static bool
is_plus_of_name(const struct reading *r, size_t from, size_t to, struct seen s)
{
	struct run run;

	if (!gather(r, from, to, s, OPERATOR, &run) ||
	    !(run.before.is & WORD) || run.after.is & WORD)
		return false;
	for (unsigned i = 0; i < run.n; i++)
		if (run.sign[i].c != '+')
			return false;
	return true;
}

/*
 * Is it the minus of A- or AA-, after one to three upper-case letters?  At the
 * end of a line, after more than one letter, it may be a hyphen.
 */
static bool
is_minus_of_name(const struct reading *r, size_t from, size_t to)
{
	struct seen s = peek(r, to);
	unsigned n = 0;

	if (s.is & (WORD | DASH))
		return false;
	while (s.is & WHITE)
		s = ahead(r, &to);
	for (;; n++) {
		struct seen letter = behind(r, &from);

		if (!(letter.is & UPPER_CASE))
			return n > 0 && n <= 3 && !(letter.is & WORD) &&
			       (n == 1 || !(s.is & END));
		if (n == 3)
			return false;
	}
}

/* May these be before and after an operator? */
static bool
ends_operand(const struct reading *r, struct seen s, size_t from)
{
	if (s.is & (WORD | CLOSE | QUOTE | UNIT))
		return true;
	return (s.c == '+' || s.c == '#') &&
	       peek_behind(r, from).is & WORD;
}

static bool
begins_operand(const struct reading *r, struct seen s, size_t to)
{
	struct seen next;

	if (s.is & QUOTE)	/* name != "root" */
		s = ahead(r, &to);
	if (s.is & (WORD | OPEN))
		return true;
	if (!(s.is & (PREFIX | NAME)))
		return false;
	next = peek(r, to);
	return (s.is & PREFIX && next.is & DIGITS) ||
	       (s.is & NAME && next.is & LETTERS);
}

static bool
all_are(const struct run *run, char c)
{
	for (unsigned i = 0; i < run->n; i++)
		if (run->sign[i].c != (unsigned char)c)
			return false;
	return true;
}

/* Is the run an operator, such as != or -> or &&? */
static bool
makes_operator(const struct run *run)
{
	bool any = false, equal = false, arrow = false;

	if (all_are(run, '&') || all_are(run, '|'))
		return run->n == 2;
	for (unsigned i = 0; i < run->n; i++) {
		uint32_t c = run->sign[i].c;

		any |= (run->sign[i].is & OPERATOR) != 0;
		equal |= c == '=';
		arrow |= c == '<' || c == '>';
		if (c == '&' || c == '|' ||
		    (c == '>' && i + 1 < run->n && run->sign[i + 1].c == '<'))
			return false;
	}
	for (unsigned i = 0; i < run->n; i++) {
		bool last = i > 0 && i + 1 == run->n &&
			    run->after.is & DIGITS;

		if (run->sign[i].c == '!' && !equal)
			return false;
		if (run->sign[i].is & DASH && !arrow && !last)
			return false;
	}
	return any;
}

/* Is it between operands, with a space on both sides or on none? */
static bool
is_operator(const struct reading *r, size_t from, size_t to, struct seen s)
{
	struct run run;
	bool spaced;

	if (!gather(r, from, to, s, IN_OPERATOR, &run))
		return false;
	spaced = run.before.is & run.after.is & WHITE;
	if (spaced) {
		run.before = behind(r, &run.from);
		run.after = ahead(r, &run.to);
	}
	if (!ends_operand(r, run.before, run.from) ||
	    (!spaced && run.before.is & UNIT) ||
	    !begins_operand(r, run.after, run.to))
		return false;
	return makes_operator(&run);
}

/* Is it a letter that is a word by itself? */
static bool
is_single(struct seen s, struct seen beyond)
{
	return s.is & LETTERS && !(s.is & BREAKS) &&
	       !(beyond.is & (WORD | QUOTE | DASH));
}

/* Is it as in 7 - 3, 1 / 2, x / y: with a space on both sides? */
static bool
is_ratio(const struct reading *r, size_t from, size_t to, struct seen s)
{
	struct seen before, after;
	bool letters = s.is & LETTER_TOO;

	if (!(behind(r, &from).is & WHITE) || !(ahead(r, &to).is & WHITE))
		return false;
	before = behind(r, &from);
	if (!(before.is & (DIGITS | UNIT)) &&
	    !(letters && is_single(before, peek_behind(r, from))))
		return false;
	after = ahead(r, &to);
	return after.is & DIGITS ||
	       (after.is & PREFIX && peek(r, to).is & DIGITS) ||
	       (letters && is_single(after, peek(r, to)));
}

/* Is the sign at text[from], after a letter, the minus of 1e-6? */
static bool
is_in_exponent(const struct reading *r, size_t from)
{
	struct seen e = behind(r, &from);

	return (e.c == 'e' || e.c == 'E') && peek_behind(r, from).is & DIGITS;
}

/* Is white space on one side only, and no part of an operator on the other? */
static bool
is_lopsided(struct seen one, struct seen other)
{
	return one.is & (WHITE | END) && !(other.is & (WHITE | IN_OPERATOR));
}

/* A sign that is not a unit; 'before' and 'after' are around it. */
static bool
is_part(const struct reading *r, size_t from, size_t to, struct seen s,
	struct seen before, struct seen after)
{
	if (s.is & NAME && after.is & LETTERS && !(before.is & WORD))
		return true;
	if (s.is & PREFIX && after.is & (DIGITS | PREFIX)) {
		if (after.is & DIGITS && before.is & LETTERS &&
		    (s.is & DASH || s.c == '+') && is_in_exponent(r, from))
			return true;
		if (is_prefix(r, from, to, s))
			return true;
	}
	if (s.c == '+' && is_plus_of_name(r, from, to, s))
		return true;
	if (s.c == '#' && before.is & LETTERS && !(after.is & WORD))
		return true;
	if (s.is & DASH && s.is & PREFIX && before.is & UPPER_CASE &&
	    is_minus_of_name(r, from, to))
		return true;
	if (s.is & IN_OPERATOR && !is_lopsided(before, after) &&
	    !is_lopsided(after, before) && is_operator(r, from, to, s))
		return true;
	return s.is & RATIO && before.is & after.is & WHITE &&
	       is_ratio(r, from, to, s);
}

unsigned
sign_verdict(const struct reading *r, size_t p, const struct character *ch)
{
	struct seen s = seen_of(ch->info), before, after;
	size_t to = p + ch->len;

	if (s.is & (NO_SIGN | OPEN | CLOSE))
		return SIGN_GAP;
	before = peek_behind(r, p);
	after = peek(r, to);
	if (!((before.is | after.is) & ENDS_NUMBER) && is_in_number(r, p, to))
		return SIGN_PART;
	if (!(s.is & ~(uint32_t)(QUOTE | BREAKS)))
		return SIGN_GAP;
	if (s.is & CURRENCY)
		return currency(r, p, to);
	if (s.is & PERCENT)
		return percent(r, p, to, s);
	if (s.is & PRIME)
		return before.is & DIGITS ? SIGN_PART : SIGN_GAP;
	/* A hyphen. */
	if (s.is & DASH && after.is & LETTERS && !(before.is & IN_OPERATOR))
		return SIGN_GAP;
	if (is_part(r, p, to, s, before, after))
		return SIGN_PART;
	if (!(s.is & SYMBOL) ||
	    (s.is & BULLET && !(after.is & SYMBOL) && opens_line(r, p)))
		return SIGN_GAP;
	return SIGN_SYMBOL;
}

bool
sign_is_white(uint32_t info)
{
	return (seen_of(info).is & (WHITE | END)) != 0;
}
