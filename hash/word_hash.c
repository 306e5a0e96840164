/* Hashes of words. */
#include "word_hash.h"

#include "loose.h"
#include "mix.h"

/* Does the word have a digit, of any script? */
static bool
has_digit(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		/* Bytes inside a character never look like its first. */
		if (c < 0x80 ? c >= '0' && c <= '9' :
		    c >= 0xc0 && loose_is_digit(p + i, len - i))
			return true;
	}
	return false;
}

/* The public hash of a word of more than 16 bytes, and its keyed one. */
static uint32_t
hash_long_public(const char *p, size_t len)
{
	return (uint32_t)XXH3_64bits(p, len);
}

static uint32_t
hash_long(const struct shingler *s, const char *p, size_t len)
{
	return (uint32_t)XXH3_64bits_withSecret(p, len, s->secret,
						SHINGLE_SECRET);
}

/*
 * Copy the words to s->word, and their bytes without spaces to s->letters; is
 * there a word of more than 16 bytes?
 */
BODY bool
take_words(struct shingler *s, const struct words *w,
	   uint64_t (*find_spaces)(const char *))
{
	const char *chunk = w->loose, *end = chunk + w->loose_len;
	struct bytes_16 *to = s->word;
	char *const letters = s->letters;
	size_t n = 0;			/* letters so far */
	uint32_t *at = s->at;
	ptrdiff_t start = 0;		/* of a word, relative to the chunk */
	bool any_long = false;

	for (; chunk < end; chunk += 64, start -= 64) {
		uint64_t m = find_spaces(chunk);

		/* Ignore words that follow those of the unit. */
		if (end - chunk < 64)
			m = first_bits(m, (size_t)(end - chunk));
		for (; m != 0; m &= m - 1) {
			ptrdiff_t stop = __builtin_ctzll(m);
			const char *p = chunk + start;
			ptrdiff_t less = start - stop;	/* minus its length */

			*at++ = (uint32_t)n;
			if (less < -16) {
				memcpy(letters + n, p, (size_t)-less);
				take_16_bytes(to++, p, 16);
				any_long = true;
			} else {
				/* Extra bytes are overwritten later. */
				copy_and_take_16_bytes(to++, letters + n, p,
						       less);
			}
			n -= (size_t)less;
			start = stop + 1;
		}
	}
	*at = (uint32_t)n;
	return any_long;
}

static bool
take_words_narrow(struct shingler *s, const struct words *w)
{
	return take_words(s, w, mask_of_spaces);
}

WIDE static bool
take_words_wide(struct shingler *s, const struct words *w)
{
	return take_words(s, w, mask_of_spaces_wide);
}

/* Hash words of more than 16 bytes; s->word has only their first 16. */
static void
hash_long_words(struct shingler *s, struct words *w)
{
	const char *start = w->loose;

	for (uint32_t i = 0; i < w->n; i++) {
		const char *stop = memchr(start, ' ', w->loose_len -
					  (size_t)(start - w->loose));
		size_t len = (size_t)(stop - start);

		if (len > 16) {
			uint32_t keyed = hash_long(s, start, len);

			s->public[i] = hash_long_public(start, len);
			w->code[i] = (uint16_t)keyed;
			w->tag[i] = (uint8_t)(keyed >> 16);
		}
		start = stop + 1;
	}
}

void
word_hash_all(struct shingler *s, struct words *w)
{
	bool any_long = (s->wide ? take_words_wide : take_words_narrow)(s, w);

	if (wants_ngrams(s))
		hash_16_bytes(s->word, w->n, s->open, s->public, s->wide);
	hash_16_bytes_to_24_bits(s->word, w->n, s->key, w->code, w->tag,
				 s->wide);
	if (any_long)
		hash_long_words(s, w);
}

uint32_t
word_hash_code(const struct shingler *s, const char *p, size_t len)
{
	struct bytes_16 v;

	if (len > 16)
		return hash_long(s, p, len) & 0xffffff;
	take_16_bytes(&v, p, len);
	return nh_16(v.a, v.b, s->key) & 0xffffff;
}

uint32_t
shingler_code(const struct shingler *s, const char *p, size_t len)
{
	char word[16] = { 0 };

	if (len > sizeof(word))
		return word_hash_code(s, p, len);
	memcpy(word, p, len);
	return word_hash_code(s, word, len);
}

BODY uint32_t
hash_numbers_body(const struct shingler *s, const struct words *w,
		  uint64_t (*find_digits)(const char *))
{
	const char *p = w->loose, *end = p + w->loose_len;
	uint64_t h = 0;

	/* Few words have a digit: go from one such byte to the next. */
	while (p < end) {
		uint64_t m = find_digits(p);
		const char *from, *stop;

		if (m == 0) {
			p += 64;
			continue;
		}
		from = p + __builtin_ctzll(m);
		if (from >= end)
			break;
		while (from > w->loose && from[-1] != ' ')
			from--;
		stop = from;
		while (*stop != ' ')
			stop++;
		if (has_digit(from, (size_t)(stop - from)))
			h = fold(h + XXH3_64bits_withSecret(from,
				(size_t)(stop - from), s->secret,
				SHINGLE_SECRET), s->key[2] | 1);
		p = stop + 1;
	}
	return (uint32_t)(h ^ h >> 32);
}

static uint32_t
hash_numbers(const struct shingler *s, const struct words *w)
{
	return hash_numbers_body(s, w, mask_of_digits);
}

WIDE static uint32_t
hash_numbers_wide(const struct shingler *s, const struct words *w)
{
	return hash_numbers_body(s, w, mask_of_digits_wide);
}

uint32_t
word_hash_numbers(const struct shingler *s, const struct words *w)
{
	return (s->wide ? hash_numbers_wide : hash_numbers)(s, w);
}
