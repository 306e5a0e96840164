/*
 * How else words could be written: joined with the next ones, or split; see
 * shingler_joints().
 */
#include "loose.h"
#include "mix.h"
#include "shingler.h"
#include "word_hash.h"

/* Where the character that ends before p[at] begins. */
static size_t
char_before(const char *p, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)p[at] & 0xc0) == 0x80);
	return at;
}

/* Are both the character before 'left' and the one at 'right' facts? */
static bool
parts_numbers(const struct words *w, size_t left, size_t right)
{
	unsigned char c = (unsigned char)w->loose[right];
	size_t last;

	if (c >= 'a' && c <= 'z')
		return false;
	last = char_before(w->loose, left);
	return loose_is_fact(w->loose + last, left - last) &&
	       loose_is_fact(w->loose + right, w->loose_len - right);
}

/*
 * Where the word that begins at 'at' ends; 'm' are the spaces from 'base' on.
 */
BODY size_t
end_of_word(const struct words *w, size_t base, uint64_t m, size_t at)
{
	const char *p;

	m = at - base < 64 ? m >> (at - base) : 0;
	if (m != 0)
		return at + (size_t)__builtin_ctzll(m);
	p = memchr(w->loose + at, ' ', w->loose_len - at);
	return p == NULL ? w->loose_len : (size_t)(p - w->loose);
}

size_t
shingler_joints(const struct words *w, size_t at, struct joint *to)
{
	const struct shingler *s = w->shingler;
	const char *p = w->loose;
	uint64_t m = mask_of_spaces(p + at);
	size_t end = end_of_word(w, at, m, at), next = end, from = at, len = 0;
	const uint64_t *k = s->key;
	uint64_t a, b, rest;
	char joined[SHINGLE_JOINED + 16];
	size_t n = 0;

	/* This word, then with the next one, then with the next two. */
	while (n < 3 && next - from <= SHINGLE_JOINED - len) {
		/* Extra bytes are overwritten, or not read. */
		if (next - from <= 16)
			memcpy(joined + len, p + from, 16);
		else
			memcpy(joined + len, p + from, next - from);
		len += next - from;
		from = next + 1;
		to[n++] = (struct joint){
			word_hash_code(s, joined, len), (uint32_t)(from - at),
		};
		if (from >= w->loose_len || parts_numbers(w, next, from))
			break;
		next = end_of_word(w, at, m, from);
	}
	/* First parts of this word. */
	if (end - at > SHINGLE_JOINED)
		end = at + SHINGLE_JOINED;
	rest = nh_product(0, k[1]);
	a = load_8_bytes(p + at);
	b = load_8_bytes(p + at + 8);
	for (size_t i = 1; i < end - at; i++) {
		uint32_t code;

		if (((unsigned char)p[at + i] & 0xc0) == 0x80 ||
		    parts_numbers(w, at + i, at + i))
			continue;
		if (i <= 8)
			code = nh_finish(nh_product(a & first_bytes[i],
						    k[0]) + rest);
		else if (i <= 16)
			code = nh_16(a, b & first_bytes[i - 8], k);
		else
			code = word_hash_code(s, p + at, i);
		to[n++] = (struct joint){ code & 0xffffff, (uint32_t)i };
	}
	return n;
}

size_t
shingler_skip(const struct words *w, size_t at, uint32_t n)
{
	for (; n > 0; at += 64) {
		uint64_t m = mask_of_spaces(w->loose + at);

		for (; m != 0; m &= m - 1)
			if (--n == 0)
				return at + (size_t)__builtin_ctzll(m) + 1;
	}
	return at;
}
