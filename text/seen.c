/* A character as the signs beside it see it, from tables. */
#include "seen.h"

#include "sign_class.h"

const uint32_t seen_ascii[0x80] = {
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

struct seen
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
			s.is = seen_ascii[s.c];
		else
			s.is = class == CLASS_PLAIN ? BREAKS : of_class[class];
	}
	return s;
}

#define IGNORED_MOST 4		/* characters that fold to nothing, in a row */

__attribute__((noinline)) struct seen
seen_ahead_slow(const struct reading *r, size_t *p)
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

__attribute__((noinline)) struct seen
seen_behind_slow(const struct reading *r, size_t *p)
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
