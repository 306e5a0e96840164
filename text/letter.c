/*
 * What kind of character a text begins with: ASCII is decided here, all else by
 * utf8proc's tables.
 */
#include "letter.h"

#include <utf8proc.h>

static enum letter
ascii_kind(unsigned char c)
{
	if (c >= 'a' && c <= 'z')
		return LETTER_LOWER;
	if (c >= 'A' && c <= 'Z')
		return LETTER_UPPER;
	return c >= '0' && c <= '9' ? LETTER_DIGIT : LETTER_OTHER;
}

enum letter
letter_first(const char *s, size_t len, size_t *n)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t got;

	*n = len > 0;
	if (len == 0)
		return LETTER_NONE;
	if ((unsigned char)*s < 0x80)
		return ascii_kind((unsigned char)*s);
	got = utf8proc_iterate((const utf8proc_uint8_t *)s,
			       (utf8proc_ssize_t)(len < 4 ? len : 4), &c);
	if (got <= 0)
		return LETTER_CASELESS;
	*n = (size_t)got;
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LL:
		return LETTER_LOWER;
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LT:
		return LETTER_UPPER;
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return LETTER_CASELESS;
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return LETTER_DIGIT;
	default:
		return LETTER_OTHER;
	}
}
