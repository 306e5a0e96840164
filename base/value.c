/* Values as a user types them. */
#include "value.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "machine.h"

static bool
refuse(char why[VALUE_WHY], const char *reason)
{
	snprintf(why, VALUE_WHY, "%s", reason);
	return false;
}

static bool
refuse_number(uint64_t least, uint64_t most, char why[VALUE_WHY])
{
	if (most == UINT64_MAX)
		return refuse(why, "not a whole number below 2^64");
	if (least == 0)
		snprintf(why, VALUE_WHY, "not a whole number up to %" PRIu64,
			 most);
	else
		snprintf(why, VALUE_WHY, "not a whole number from %" PRIu64
			 " to %" PRIu64, least, most);
	return false;
}

/* Read digits at the beginning of 'text' to *to; returns their end, or NULL. */
static const char *
read_digits(const char *text, uint64_t *to)
{
	char *end;

	if (*text < '0' || *text > '9')
		return NULL;	/* strtoull would accept signs and spaces */
	errno = 0;
	*to = strtoull(text, &end, 10);
	return errno == 0 ? end : NULL;
}

bool
value_number(const char *text, uint64_t least, uint64_t most, uint64_t *to,
	     char why[VALUE_WHY])
{
	uint64_t n;
	const char *end = read_digits(text, &n);

	if (end == NULL || *end != '\0' || n < least || n > most)
		return refuse_number(least, most, why);
	*to = n;
	return true;
}

/* A number without sign, with "." for the point in any locale. */
static bool
read_real(const char *text, double *to)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	char *end = NULL;

	if (c == (locale_t)0)
		return false;
	errno = 0;
	if ((*text >= '0' && *text <= '9') || *text == '.')
		*to = strtod_l(text, &end, c);
	freelocale(c);
	return end != NULL && errno == 0 && *end == '\0';
}

bool
value_share(const char *text, bool over, double *to, char why[VALUE_WHY])
{
	double v;

	if (value_percent(text, &v)) {
		*to = v;
		return true;
	}
	/* strtod would accept hexadecimal numbers, too. */
	if (strspn(text, "0123456789.eE+-") != strlen(text) ||
	    !read_real(text, &v) || !(v >= 0) || !(v <= 1) ||
	    (over && !(v > 0)))
		return refuse(why, over ? "not a number over 0, up to 1" :
			      "not a number from 0 to 1");
	*to = v;
	return true;
}

bool
value_percent(const char *text, double *to)
{
	size_t n = strspn(text, "0123456789.");
	char number[32];
	double v;

	if (n == 0 || n >= sizeof(number) || strcmp(text + n, "%") != 0)
		return false;
	memcpy(number, text, n);
	number[n] = '\0';
	if (!read_real(number, &v) || !(v > 0) || !(v <= 100))
		return false;
	*to = v / 100;
	return true;
}

/* What may follow the K, M, G or T of a size. */
static bool
is_bytes(const char *s)
{
	return *s == '\0' || strcasecmp(s, "b") == 0 ||
	       strcasecmp(s, "ib") == 0;
}

bool
value_size(const char *text, uint64_t *to, char why[VALUE_WHY])
{
	static const char units[] = "KMGTkmgt";
	static const char reason[] = "not a size such as 500M, 2G or 30%";
	const char *end, *unit;
	double share;
	uint64_t n;

	if (value_percent(text, &share)) {
		n = (uint64_t)((double)machine_memory() * share);
		if (n == 0)
			return refuse(why, reason);
		*to = n;
		return true;
	}
	end = read_digits(text, &n);
	if (end == NULL || n == 0)
		return refuse(why, reason);
	unit = *end != '\0' ? strchr(units, *end) : NULL;
	/* "500MB" and "2GiB" are what people write. */
	if (*end != '\0' && (unit == NULL || !is_bytes(end + 1)))
		return refuse(why, reason);
	for (ptrdiff_t i = unit != NULL ? (unit - units) % 4 : -1; i >= 0;
	     i--) {
		if (n > UINT64_MAX / 1024)
			return refuse(why, reason);
		n *= 1024;
	}
	*to = n;
	return true;
}

size_t
value_word_at(const char *words, unsigned i, const char **word)
{
	for (; i > 0 && *words != '\0'; i--) {
		words += strcspn(words, " ");
		words += *words == ' ';
	}
	*word = words;
	return strcspn(words, " ");
}

bool
value_word(const char *text, const char *words, unsigned *to,
	   char why[VALUE_WHY])
{
	const char *word;
	size_t len, n;

	for (unsigned i = 0; (len = value_word_at(words, i, &word)) > 0; i++)
		if (strlen(text) == len && memcmp(text, word, len) == 0) {
			*to = i;
			return true;
		}
	/* "not auto, text or jsonl" */
	n = (size_t)snprintf(why, VALUE_WHY, "not ");
	for (unsigned i = 0; (len = value_word_at(words, i, &word)) > 0 &&
	     n < VALUE_WHY; i++)
		n += (size_t)snprintf(why + n, VALUE_WHY - n, "%s%.*s",
				      i == 0 ? "" : word[len] == '\0' ?
				      " or " : ", ", (int)len, word);
	return false;
}
