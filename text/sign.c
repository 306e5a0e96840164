/* Which signs count, decided by the characters around them. */
#include "sign.h"

#include <utf8proc.h>

/* What a character is to the signs beside it. */
enum {
	LETTERS = 1 << 0,	/* also marks, and bytes that are not UTF-8 */
	DIGITS = 1 << 1,
	WHITE = 1 << 2,		/* white space inside a line */
	END = 1 << 3,		/* of the line, or its beginning */
	OPEN = 1 << 4,		/* a bracket */
	CLOSE = 1 << 5,
	QUOTE = 1 << 6,
	PREFIX = 1 << 7,	/* counts before a digit */
	NAME = 1 << 8,		/* counts before a letter */
	OPERATOR = 1 << 9,
	PART = 1 << 10,		/* of an operator, with others */
	DASH = 1 << 11,
	RATIO = 1 << 12,	/* counts between numbers, with spaces */
	LETTER_TOO = 1 << 13,	/* and between single letters */
	CURRENCY = 1 << 14,
	PERCENT = 1 << 15,	/* counts after a number, over a space too */
	PRIME = 1 << 16,	/* counts after a digit */
	SYMBOL = 1 << 17,
	BULLET = 1 << 18,
	BREAKS = 1 << 19,	/* not part of an address */
	UPPER_CASE = 1 << 20,	/* on LETTERS */
	MARK = 1 << 21,
	CONTROL = 1 << 22,
	WORD = LETTERS | DIGITS,
	/* Besides words, these can end an operand. */
	UNIT = CURRENCY | PERCENT | PRIME,
	IN_OPERATOR = OPERATOR | PART,
	NO_SIGN = WORD | WHITE | END | CONTROL,
	ENDS_NUMBER = LETTERS | WHITE | END | CONTROL | OPEN | CLOSE,
};

static const uint32_t ascii[0x80] = {
#define CONTROL_4(c) [(c)] = CONTROL, [(c) + 1] = CONTROL, \
		     [(c) + 2] = CONTROL, [(c) + 3] = CONTROL
#define CONTROL_8(c) CONTROL_4(c), CONTROL_4((c) + 4)
	CONTROL_8(0), [8] = CONTROL, [0xe] = CONTROL, [0xf] = CONTROL,
	CONTROL_8(0x10), CONTROL_8(0x18), [0x7f] = CONTROL,
	['\n'] = END,
	['\t'] = WHITE, ['\v'] = WHITE, ['\f'] = WHITE, ['\r'] = WHITE,
	[' '] = WHITE,
	['('] = OPEN, ['['] = OPEN | BREAKS, ['{'] = OPEN | BREAKS,
	[')'] = CLOSE, [']'] = CLOSE | BREAKS, ['}'] = CLOSE | BREAKS,
	['"'] = QUOTE | BREAKS, ['\''] = QUOTE, ['`'] = QUOTE | BREAKS,
	['\\'] = BREAKS,
	['+'] = OPERATOR | PREFIX, ['='] = OPERATOR | PREFIX,
	['<'] = OPERATOR | PREFIX | BREAKS, ['>'] = OPERATOR | PREFIX | BREAKS,
	['^'] = OPERATOR | BREAKS,
	['!'] = PART, ['&'] = PART, ['|'] = PART | BREAKS,
	['-'] = DASH | PART | PREFIX | RATIO | LETTER_TOO,
	['/'] = RATIO | LETTER_TOO, ['*'] = RATIO, [':'] = RATIO,
	['~'] = PREFIX, ['.'] = PREFIX,
	['#'] = PREFIX | NAME, ['@'] = NAME,
	['$'] = PREFIX | NAME | CURRENCY,
	['%'] = PERCENT,
#define DIGIT_AT(c) [(c)] = DIGITS
	DIGIT_AT('0'), DIGIT_AT('1'), DIGIT_AT('2'), DIGIT_AT('3'),
	DIGIT_AT('4'), DIGIT_AT('5'), DIGIT_AT('6'), DIGIT_AT('7'),
	DIGIT_AT('8'), DIGIT_AT('9'),
#define LETTER_AT(c) \
	[(c)] = LETTERS | UPPER_CASE, [(c) + 'a' - 'A'] = LETTERS
	LETTER_AT('A'), LETTER_AT('B'), LETTER_AT('C'), LETTER_AT('D'),
	LETTER_AT('E'), LETTER_AT('F'), LETTER_AT('G'), LETTER_AT('H'),
	LETTER_AT('I'), LETTER_AT('J'), LETTER_AT('K'), LETTER_AT('L'),
	LETTER_AT('M'), LETTER_AT('N'), LETTER_AT('O'), LETTER_AT('P'),
	LETTER_AT('Q'), LETTER_AT('R'), LETTER_AT('S'), LETTER_AT('T'),
	LETTER_AT('U'), LETTER_AT('V'), LETTER_AT('W'), LETTER_AT('X'),
	LETTER_AT('Y'), LETTER_AT('Z'),
};

static const uint32_t of_class[16] = {
	[CLASS_WHITE] = WHITE,
	[CLASS_LONG_DASH] = DASH | RATIO | LETTER_TOO | BREAKS,
	[CLASS_CURRENCY] = PREFIX | CURRENCY | BREAKS,
	[CLASS_PERCENT] = PERCENT | BREAKS,
	[CLASS_PRIME] = PRIME | BREAKS,
	[CLASS_OPERATOR] = OPERATOR | BREAKS,
	[CLASS_RELATION] = OPERATOR | PREFIX | BREAKS,
	[CLASS_NEARLY] = PREFIX | SYMBOL | BREAKS,
	[CLASS_SYMBOL] = SYMBOL | BREAKS,
	[CLASS_BULLET] = SYMBOL | BULLET | BREAKS,
	[CLASS_OPEN] = OPEN | BREAKS,
	[CLASS_CLOSE] = CLOSE | BREAKS,
	[CLASS_QUOTE] = QUOTE | BREAKS,
	[CLASS_SECTION] = PREFIX | BREAKS,
	[CLASS_RATIO] = RATIO | BREAKS,
};

/* White space that does not fold to U+0020. */
static bool
is_white(uint32_t c)
{
	return c == 0x85 || c == 0x1680 || c == 0x180e || c == 0x2028 ||
	       c == 0x2029 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
	       c == 0x205f || c == 0x3000 || c == 0xa0;
}

/* The plainest way to write this sign. */
static uint32_t
plainest(uint32_t c)
{
	switch (c) {
	case 0x2212:		/* minus */
		return '-';
	case 0x2044:		/* bars of fractions */
	case 0x2215:
		return '/';
	case 0x2217:
		return '*';
	case 0x2236:
		return ':';
	case 0x2219:		/* dots of multiplication, and in the middle */
	case 0x22c5:
	case 0x2022:
		return 0xb7;
	case 0x066a:		/* Arabic per cent */
		return '%';
	case 0x301c:		/* wave dash: the full-width tilde */
	case 0x223c:
		return '~';
	case 0x2a7d:
	case 0x2266:
		return 0x2264;
	case 0x2a7e:
	case 0x2267:
		return 0x2265;
	}
	return utf8proc_category((utf8proc_int32_t)c) ==
	       UTF8PROC_CATEGORY_PD ? '-' : c;
}

static enum sign_class
known_class(uint32_t c)
{
	switch (c) {
	case 0x2014:
	case 0x2015:
		return CLASS_LONG_DASH;
	case 0x2030:		/* per mille, per ten thousand */
	case 0x2031:
	case 0x0609:
	case 0x060a:
	case 0xb0:		/* degree */
		return CLASS_PERCENT;
	case 0x2032:
	case 0x2033:
	case 0x2034:
	case 0x2057:
		return CLASS_PRIME;
	case 0xd7:
	case 0xf7:
	case 0x2260:
	case 0x226e:
	case 0x226f:
		return CLASS_OPERATOR;
	case 0xb1:
	case 0x2213:
	case 0x2264:
	case 0x2265:
		return CLASS_RELATION;
	case 0x2248:
	case 0x2243:
	case 0x2245:
		return CLASS_NEARLY;
	case 0xa7:
		return CLASS_SECTION;
	case 0xb7:
		return CLASS_RATIO;
	case 0x25aa:		/* bullets of lists */
	case 0x25ab:
	case 0x25a0:
	case 0x25a1:
	case 0x25cf:
	case 0x25cb:
	case 0x25e6:
	case 0x25ba:
	case 0x25b6:
	case 0x25b8:
	case 0x27a4:
	case 0x27a2:
	case 0x25c6:
	case 0x2756:
		return CLASS_BULLET;
	}
	return CLASS_PLAIN;
}

static enum sign_class
class_of(uint32_t c)
{
	enum sign_class known = known_class(c);

	if (known != CLASS_PLAIN)
		return known;
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_SC:
		return CLASS_CURRENCY;
	case UTF8PROC_CATEGORY_SO:
	case UTF8PROC_CATEGORY_SM:
		/* Boxes and bars are drawn with these. */
		return c >= 0x2500 && c <= 0x259f ? CLASS_PLAIN : CLASS_SYMBOL;
	case UTF8PROC_CATEGORY_SK:
		return c >= 0x1f3fb && c <= 0x1f3ff ? CLASS_SYMBOL
						    : CLASS_PLAIN;
	case UTF8PROC_CATEGORY_PS:
		return CLASS_OPEN;
	case UTF8PROC_CATEGORY_PE:
		return CLASS_CLOSE;
	case UTF8PROC_CATEGORY_PI:
	case UTF8PROC_CATEGORY_PF:
		return CLASS_QUOTE;
	default:
		return CLASS_PLAIN;
	}
}

uint32_t
sign_info(uint32_t c)
{
	enum sign_class class = CLASS_PLAIN;
	uint32_t plain = c;

	if (c >= 0x80) {
		plain = plainest(c);
		if (is_white(c))
			class = CLASS_WHITE;
		else if (plain >= 0x80 || c == 0x2014 || c == 0x2015)
			class = class_of(plain >= 0x80 ? plain : c);
	}
	return SEPARATOR | (uint32_t)class << CLASS_SHIFT | plain;
}

/* A character, as far as it matters to the signs beside it. */
struct seen {
	uint32_t is;
	uint32_t c;		/* folded, except ASCII letters */
};

static struct seen
seen_of(uint32_t info)
{
	struct seen s = { 0, info & CODEPOINT };
	enum sign_class class = (enum sign_class)(info >> CLASS_SHIFT);

	switch (info & KIND) {
	case LETTER:
		s.is = info & DIGIT ? DIGITS : LETTERS;
		if (info & UPPER)
			s.is |= UPPER_CASE;
		break;
	case SOLO:
		s.is = LETTERS | BREAKS;
		break;
	case BYTE:
		s.is = LETTERS;
		break;
	case JOINS:
		s.is = info & IGNORED ? 0 : LETTERS | MARK;
		break;
	case SEVERAL:
		if (info & DIGIT)
			s.is = DIGITS;
		else if (class != CLASS_PLAIN)
			s.is = of_class[class];
		else
			s.is = LETTERS | (info & UPPER ? UPPER_CASE : 0);
		break;
	default:
		if (class == CLASS_PLAIN && s.c < 0x80)
			s.is = ascii[s.c];
		else
			s.is = class == CLASS_PLAIN ? BREAKS : of_class[class];
	}
	return s;
}

#define IGNORED_MOST 4		/* characters that fold to nothing, in a row */

static bool
is_ignored(uint32_t info)
{
	return (info & (KIND | IGNORED)) == (JOINS | IGNORED);
}

__attribute__((noinline)) static struct seen
ahead_slow(const struct reading *r, size_t *p)
{
	struct character ch;

	for (int i = 0; *p < r->len; i++) {
		ch = character_at(r, *p);
		*p += ch.len;
		if (!is_ignored(ch.info) || i == IGNORED_MOST)
			return seen_of(ch.info);
	}
	return (struct seen){ END, 0 };
}

__attribute__((noinline)) static struct seen
behind_slow(const struct reading *r, size_t *p)
{
	struct character ch;

	for (int i = 0; *p > 0; i++) {
		ch = character_before(r, *p);
		*p -= ch.len;
		if (!is_ignored(ch.info) || i == IGNORED_MOST)
			return seen_of(ch.info);
	}
	return (struct seen){ END, 0 };
}

/* The character at text[*p], and *p to the next one. */
static inline struct seen
ahead(const struct reading *r, size_t *p)
{
	unsigned char b = *p < r->len ? (unsigned char)r->text[*p] : '&';

	if (b >= 0x80 || b == '&' ||
	    ((unsigned)(b - '<') <= '>' - '<' && *p + 1 < r->len &&
	     r->text[*p + 1] == '\xcc'))
		return ahead_slow(r, p);
	++*p;
	return (struct seen){ ascii[b], b };
}

/* The character before text[*p], and *p to where it begins. */
static inline struct seen
behind(const struct reading *r, size_t *p)
{
	unsigned char b = *p > 0 ? (unsigned char)r->text[*p - 1] : ';';

	if (b >= 0x80 || b == ';')
		return behind_slow(r, p);
	--*p;
	return (struct seen){ ascii[b], b };
}

static struct seen
peek(const struct reading *r, size_t p)
{
	return ahead(r, &p);
}

static struct seen
peek_behind(const struct reading *r, size_t p)
{
	return behind(r, &p);
}

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

/*
 * Can it be in an address?  All words can, except those of scripts without
 * spaces.
 */
static bool
is_in_address(struct seen s)
{
	return s.is & WORD && !(s.is & BREAKS);
}

bool
sign_may_be_address(const struct reading *r, size_t p)
{
	if (r->text[p] == '@')
		return is_in_address(peek_behind(r, p)) &&
		       is_in_address(peek(r, p + 1));
	return p > 0 && r->text[p - 1] == ':' && p + 1 < r->len &&
	       r->text[p + 1] == '/' && is_in_address(peek_behind(r, p - 1)) &&
	       peek_behind(r, p - 1).is & LETTERS;
}

/* May it be at the end of an address, or at its beginning? */
static bool
is_at_end(struct seen s)
{
	return s.is & WORD || (s.c < 0x80 && s.c != 0 &&
	       (s.c == '/' || s.c == '=' || s.c == '&' || s.c == '%' ||
		s.c == '#' || s.c == '+' || s.c == '-' || s.c == '_' ||
		s.c == '~' || s.c == '$' || s.c == '@'));
}

void
sign_find_address(const struct reading *r, size_t p, struct address *a)
{
	size_t at, next;
	struct seen s;

	a->from = a->to = p;
	for (next = p; s = behind(r, &next),
	     !(s.is & (WHITE | END | BREAKS)); )
		if (s.is & WORD && !(s.is & MARK))
			a->from = next;
	for (next = at = p; s = ahead(r, &next),
	     !(s.is & (WHITE | END | BREAKS)); at = next)
		if (is_at_end(s) && a->from < p)
			a->to = next;
	a->end = at;
}
