/* The loose form of words, and whether one text contains another in it. */
#include "loose.h"

#include "vectors.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define PAGE_BITS 8
#define PAGES (0x110000 >> PAGE_BITS)

/* What becomes of a code point; UNKNOWN is one not looked at yet. */
enum {
	UNKNOWN = 0,
	KEEP = 1u << 24,
	DROP = 2u << 24,
	ONE = 3u << 24,		/* becomes the code point in the low bits */
	TWO = 4u << 24,		/* becomes two letters, 8 bits each */
	KIND = 7u << 24,
	CODEPOINT = 0x1fffff,
};

struct loose {
	uint32_t two[0x800];	/* those of two bytes in UTF-8 */
	uint32_t *page[PAGES];
	size_t npages;
};

struct loose *
loose_new(void)
{
	return calloc(1, sizeof(struct loose));
}

void
loose_free(struct loose *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < PAGES && l->npages > 0; i++) {
		l->npages -= l->page[i] != NULL;
		free(l->page[i]);
	}
	free(l);
}

size_t
loose_memory(const struct loose *l)
{
	return sizeof(*l) + l->npages * (sizeof(uint32_t) << PAGE_BITS);
}

/* The marks of Latin, Greek, Cyrillic, Arabic and Hebrew. */
static bool
is_mark(utf8proc_int32_t c)
{
	static const struct {
		utf8proc_int32_t first, last;
	} range[] = {
		{ 0x0300, 0x036f },	/* of any script */
		{ 0x0483, 0x0489 },	/* Cyrillic */
		{ 0x0591, 0x05c7 },	/* Hebrew */
		{ 0x0610, 0x061a },	/* Arabic */
		{ 0x064b, 0x065f },
		{ 0x0670, 0x0670 },
		{ 0x06d6, 0x06ed },
		{ 0x0898, 0x089f },
		{ 0x08ca, 0x08ff },
		{ 0x1ab0, 0x1aff },	/* of any script */
		{ 0x1dc0, 0x1dff },
		{ 0x20d0, 0x20ff },
		{ 0xfe20, 0xfe2f },
	};

	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++)
		if (c >= range[i].first && c <= range[i].last)
			switch (utf8proc_category(c)) {
			case UTF8PROC_CATEGORY_MN:
			case UTF8PROC_CATEGORY_ME:
				return true;
			default:
				return false;
			}
	return false;
}

/* Letters that writers replace by others, but Unicode does not decompose. */
static uint32_t
known(utf8proc_int32_t c)
{
	switch (c) {
	case 0x00e6:	/* æ */
		return TWO | 'a' << 8 | 'e';
	case 0x0153:	/* œ */
		return TWO | 'o' << 8 | 'e';
	case 0x00f8:	/* ø */
		return ONE | 'o';
	case 0x0111:	/* đ */
		return ONE | 'd';
	case 0x0127:	/* ħ */
		return ONE | 'h';
	case 0x0131:	/* ı */
		return ONE | 'i';
	case 0x0142:	/* ł */
		return ONE | 'l';
	case 0x0167:	/* ŧ */
		return ONE | 't';
	case 0x0640:	/* tatweel */
		return DROP;
	case 0x0649:	/* alef maksura, Farsi yeh: yeh */
	case 0x06cc:
		return ONE | 0x064a;
	case 0x06a9:	/* keheh: kaf */
		return ONE | 0x0643;
	case 0x06be:	/* heh doachashmee, heh goal, ae: heh */
	case 0x06c1:
	case 0x06d5:
		return ONE | 0x0647;
	}
	if (c >= 0x06f0 && c <= 0x06f9)		/* digits */
		return ONE | (uint32_t)(c - 0x06f0 + 0x0660);
	/* Letters that stand for apostrophe, prime, ayn, hamza, okina. */
	return c >= 0x02b9 && c <= 0x02bf ? DROP : KEEP;
}

static uint32_t
compute_info(utf8proc_int32_t c)
{
	utf8proc_int32_t buf[16];
	int boundclass = 0;
	utf8proc_ssize_t n;
	uint32_t base;

	if (is_mark(c))
		return DROP;
	n = utf8proc_decompose_char(c, buf, 16, (utf8proc_option_t)
				    (UTF8PROC_STABLE | UTF8PROC_DECOMPOSE),
				    &boundclass);
	if (n < 1 || n > 16)
		return KEEP;
	if (n == 1)
		return known(c);
	/* Beyond these five scripts a mark is more than a mark. */
	if (buf[0] >= 0x700)
		return KEEP;
	for (utf8proc_ssize_t i = 1; i < n; i++)
		if (!is_mark(buf[i]))
			return KEEP;
	base = known(buf[0]);
	return base == KEEP ? ONE | (uint32_t)buf[0] : base;
}

/* compute_info(), remembered; if memory runs out it is only slower. */
static uint32_t
info(struct loose *l, utf8proc_int32_t c)
{
	uint32_t **page = &l->page[c >> PAGE_BITS];
	uint32_t *slot;

	if (c < 0x800) {
		if (l->two[c] == UNKNOWN)
			l->two[c] = compute_info(c);
		return l->two[c];
	}
	if (*page == NULL) {
		*page = calloc((size_t)1 << PAGE_BITS, sizeof(**page));
		if (*page == NULL)
			return compute_info(c);
		l->npages++;
	}
	slot = &(*page)[c & ((1 << PAGE_BITS) - 1)];
	if (*slot == UNKNOWN)
		*slot = compute_info(c);
	return *slot;
}

/* How many bytes of p[0..len) come before the first that is not ASCII. */
static size_t
ascii_length(const char *p, size_t len)
{
	size_t n = 0;
	uint64_t v;

	for (; len - n >= sizeof(v); n += sizeof(v)) {
		memcpy(&v, p + n, sizeof(v));
		if ((v & 0x8080808080808080) != 0)
			break;
	}
	while (n < len && (unsigned char)p[n] < 0x80)
		n++;
	return n;
}

/* Where the word begins that p[at] is part of. */
static size_t
word_start(const char *p, size_t at)
{
	while (at > 0 && p[at - 1] != ' ')
		at--;
	return at;
}

/*
 * How many bytes of p[0..len) are characters of two or three bytes that are
 * known to stay, each with or without a space after it.  They are copied to
 * 'to' unchanged.
 */
static inline size_t
copy_known(const struct loose *l, const char *p, size_t len, char *to)
{
	size_t n = 0;

	while (len - n >= 4) {
		unsigned a = (unsigned char)p[n], b = (unsigned char)p[n + 1];
		unsigned c = (unsigned char)p[n + 2];

		if (a < 0xc2 || (b & 0xc0) != 0x80)
			break;
		if (a < 0xe0) {
			if (l->two[(a & 0x1f) << 6 | (b & 0x3f)] != KEEP)
				break;
			memcpy(to + n, p + n, 2);
			n += 2;
		} else {
			const uint32_t *page;

			/* Valid UTF-8 that needs no further check. */
			if (a == 0xe0 ? b < 0xa0 : a >= 0xed)
				break;
			page = l->page[(a & 0xf) << 4 | (b >> 2 & 0xf)];
			if ((c & 0xc0) != 0x80 || page == NULL ||
			    page[(b & 3) << 6 | (c & 0x3f)] != KEEP)
				break;
			memcpy(to + n, p + n, 3);
			n += 3;
		}
		if (p[n] == ' ')
			to[n++] = ' ';
	}
	return n;
}

size_t
loose_fold(struct loose *l, const char *norm, size_t len, char *to)
{
	size_t from = 0, out = 0, n;

	for (; from < len; from += n) {
		utf8proc_int32_t c;
		utf8proc_ssize_t got;
		uint32_t what;

		if ((unsigned char)norm[from] < 0x80) {
			n = ascii_length(norm + from, len - from);
			memcpy(to + out, norm + from, n);
			out += n;
			continue;
		}
		n = copy_known(l, norm + from, len - from, to + out);
		if (n > 0) {
			out += n;
			continue;
		}
		got = utf8proc_iterate((const utf8proc_uint8_t *)norm + from,
				       (utf8proc_ssize_t)(len - from), &c);
		n = got <= 0 ? 1 : (size_t)got;
		what = got <= 0 ? KEEP : info(l, c);
		switch (what & KIND) {
		case KEEP:
			memcpy(to + out, norm + from, n);
			out += n;
			break;
		case ONE:
			out += (size_t)utf8proc_encode_char(
				(utf8proc_int32_t)(what & CODEPOINT),
				(utf8proc_uint8_t *)to + out);
			break;
		case TWO:
			to[out++] = (char)(what >> 8 & 0xff);
			to[out++] = (char)(what & 0xff);
			break;
		default:	/* DROP, unless nothing of the word is left */
			if ((from + n == len || norm[from + n] == ' ') &&
			    (out == 0 || to[out - 1] == ' ')) {
				size_t start = word_start(norm, from);

				memcpy(to + out, norm + start,
				       from + n - start);
				out += from + n - start;
			}
		}
	}
	return out;
}

bool
loose_is_digit(const char *p, size_t len)
{
	utf8proc_int32_t c;

	if (len == 0)
		return false;
	if ((unsigned char)*p < 0x80)
		return *p >= '0' && *p <= '9';
	if (utf8proc_iterate((const utf8proc_uint8_t *)p,
			     (utf8proc_ssize_t)len, &c) <= 0)
		return false;
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return true;
	default:
		return false;
	}
}

bool
loose_is_fact_beyond(const char *p, size_t len)
{
	utf8proc_int32_t c;

	if (utf8proc_iterate((const utf8proc_uint8_t *)p,
			     (utf8proc_ssize_t)len, &c) <= 0)
		return false;
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return false;
	default:
		return true;
	}
}

/* Walks over letters, and over the spaces that count as letters. */
struct walk {
	const char *p;
	size_t len, at;
};

/* Skip a space that is not a letter; is there a letter? */
static bool
at_letter(struct walk *w)
{
	if (w->at < w->len && w->p[w->at] == ' ' &&
	    !loose_parts_number(w->p, w->len, w->at))
		w->at++;
	return w->at < w->len;
}

/* Do the letters of c from here on begin with those of u? */
static bool
stands_here(struct walk c, struct walk u)
{
	while (at_letter(&u)) {
		if (!at_letter(&c) || c.p[c.at] != u.p[u.at])
			return false;
		c.at++;
		u.at++;
	}
	return true;
}

#define BASE 0x9e3779b97f4a7c15	/* of the rolling hash; odd */
#define MOST_TRIES 64

/*
 * Karp and Rabin (1987): the hash of as many letters as u has is rolled over c.
 * If it equals that of u, between the right boundaries, the letters are
 * compared.  If they differ too often, as in a text made for it, the answer is
 * no.
 */
static bool
says_rolling(const char *c, size_t clen, const char *u, size_t ulen)
{
	struct walk front = { c, clen, 0 }, back = front, w = { u, ulen, 0 };
	uint64_t want = 0, hash = 0, power = 1;
	size_t n = 0, have = 0;
	unsigned tries = 0;

	for (; at_letter(&w); w.at++, n++) {
		want = want * BASE + (unsigned char)u[w.at] + 1;
		power *= BASE;
	}
	w.at = 0;
	if (n == 0)
		return true;
	if (n > clen)
		return false;
	for (; at_letter(&front); front.at++) {
		hash = hash * BASE + (unsigned char)c[front.at] + 1;
		if (++have > n) {
			at_letter(&back);
			hash -= power * ((unsigned char)c[back.at] + 1);
			back.at++;
			have--;
		}
		if (have < n || hash != want)
			continue;
		at_letter(&back);
		if ((back.at > 0 && c[back.at - 1] != ' ') ||
		    (front.at + 1 < clen && c[front.at + 1] != ' '))
			continue;
		if (stands_here(back, w))
			return true;
		if (++tries == MOST_TRIES)
			return false;
	}
	return false;
}

/* How many bytes c and u have in common at their beginning. */
static inline size_t
alike(const char *c, size_t clen, const char *u, size_t ulen)
{
	size_t most = clen < ulen ? clen : ulen, n = 0;

	for (; n + 8 <= most; n += 8)
		if (memcmp(c + n, u + n, 8) != 0)
			break;
	while (n < most && c[n] == u[n])
		n++;
	return n;
}

/*
 * Is u in c from c[from] on, where a word begins, up to the end of a word?
 * *steps is reduced by the letters that are looked at.
 */
static bool
stands_at(const char *c, size_t clen, size_t from, const char *u, size_t ulen,
	  int64_t *steps)
{
	size_t i = from, j = 0;

	while (j < ulen) {
		size_t n = alike(c + i, clen - i, u + j, ulen - j);

		i += n;
		j += n;
		*steps -= (int64_t)n + 1;
		if (j == ulen)
			break;
		/* One may continue after a space that is not a letter. */
		if (u[j] == ' ' && !loose_parts_number(u, ulen, j))
			j++;
		else if (i < clen && c[i] == ' ' &&
			 !loose_parts_number(c, clen, i))
			i++;
		else
			return false;
	}
	return i == clen || c[i] == ' ' || (i > 0 && c[i - 1] == ' ');
}

/*
 * Nearly all pairs are unrelated: wherever a word of c begins as u does, they
 * differ soon after.  If they do not, the rolling hash bounds the time.
 */
bool
loose_says_letters(const char *c, size_t clen, const char *u, size_t ulen,
		   size_t letters)
{
	int64_t steps = 4 * (int64_t)(clen + ulen);
	size_t end;	/* it begins before this, if at all */

	if (ulen == 0)
		return true;
	if (clen < letters || clen == 0)
		return false;
	end = letters == 0 ? clen : clen - letters + 1;
	for (size_t at = c[0] == u[0] ? 0 : find_word(c, end, 0, u[0]);
	     at < end; at = find_word(c, end, at, u[0])) {
		if (stands_at(c, clen, at, u, ulen, &steps))
			return true;
		if (steps < 0)
			return says_rolling(c, clen, u, ulen);
	}
	return false;
}

bool
loose_says(const char *c, size_t clen, const char *u, size_t ulen)
{
	return loose_says_letters(c, clen, u, ulen, 0);
}
