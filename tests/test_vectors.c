/* Each loop by vectors against its plain form, on random bytes and numbers. */
#include "random.h"

#include "chunk.h"
#include "vectors.h"

#define ROUNDS 20000

/* Some bytes are as good as everywhere in text, or at the edges of ranges. */
static char
random_byte(struct rng *r)
{
	static const char often[] = " \t\n\"\\09azAZ/:@[`{|}~\x1f\x7f\x80\xff;<+#$&";

	return rng_once(r, 2) ? (char)rng_next(r) :
	       often[rng_below(r, sizeof(often))];
}

static void
random_bytes(struct rng *r, char *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = random_byte(r);
}

/* Text in which most bytes are letters, so that runs are long. */
static void
random_words(struct rng *r, char *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = rng_once(r, 8) ? random_byte(r) :
			(char)('a' + rng_below(r, 3));
}

static bool
is_wide(void)
{
	return vectors_available() >= VECTORS_WIDE;
}

/* The wide forms of inlined functions, as functions of their own. */
#ifdef WIDEST
#define IN_WIDE WIDE static
#define IN_WIDEST WIDEST static
#else
#define IN_WIDE static
#endif

IN_WIDE uint64_t
wide_spaces(const char *p)
{
	return mask_of_spaces_wide(p);
}

IN_WIDE uint64_t
wide_digits(const char *p)
{
	return mask_of_digits_wide(p);
}

static void
test_masks_of_bytes_are_those_of_the_plain_form(void **state)
{
	struct rng r = { 1 };
	char p[64];

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS); i++) {
		random_bytes(&r, p, sizeof(p));
		assert_true(mask_of_spaces(p) == mask_of_spaces_plain(p));
		assert_true(mask_of_digits(p) == mask_of_digits_plain(p));
		if (!is_wide())
			continue;
		assert_true(wide_spaces(p) == mask_of_spaces_plain(p));
		assert_true(wide_digits(p) == mask_of_digits_plain(p));
	}
}

static void
test_keys_are_found_among_eight(void **state)
{
	struct rng r = { 2 };
	_Alignas(16) uint32_t upper[8];
	uint8_t lower[8];

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS); i++) {
		unsigned n = rng_below(&r, 9), k = rng_below(&r, 8);

		for (unsigned j = 0; j < 8; j++) {
			upper[j] = rng_below(&r, 2) << 31 | rng_below(&r, 2);
			lower[j] = (uint8_t)(rng_below(&r, 2) * 0x80);
		}
		assert_int_equal(
			mask_of_keys(upper, lower, n, upper[k], lower[k]),
			mask_of_keys_plain(upper, lower, n, upper[k],
					   lower[k]));
	}
}

static void
test_codes_are_found_among_eight(void **state)
{
	struct rng r = { 3 };
	_Alignas(16) uint16_t want[8][CODES];
	uint16_t v[CODES];

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS); i++) {
		unsigned n = 1 + rng_below(&r, CODES);

		for (unsigned j = 0; j < CODES; j++) {
			uint16_t code = (uint16_t)(0x7ffd + rng_below(&r, 6));

			v[j] = (uint16_t)(0x7ffd + rng_below(&r, 6));
			for (unsigned k = 0; k < CODES; k++)
				want[j][k] = code;
		}
		for (size_t nwant = 1; nwant <= 8; nwant++)
			assert_int_equal(mask_of_codes(v, n, want, nwant, 1),
				mask_of_codes_plain(v, n, want, nwant));
		assert_int_equal(mask_of_codes(v, n, want, 8, 4),
				 mask_of_codes_plain(v, n, want, 8));
	}
}

static void
test_places_are_found_at_any_length(void **state)
{
	struct rng r = { 4 };

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS); i++) {
		size_t len = rng_below(&r, 100), at = 0;
		char text[100], *p;

		random_words(&r, text, len);
		p = exact_copy(text, len);	/* nothing to read behind it */
		assert_int_equal(find_space(p, len), find_space_plain(p, len));
		for (int ascii = 0; ascii < 2; ascii++)
			assert_int_equal(
				find_json_special(p, len, ascii),
				find_json_special_plain(p, len, ascii));
		while (at < len) {
			char first = p[rng_below(&r, (uint32_t)len)];
			size_t want = find_word_plain(p, len, at, first);

			assert_int_equal(find_word(p, len, at, first), want);
			at = want;
		}
		free(p);
	}
}

static void
test_sixteen_bytes_are_found_in_others(void **state)
{
	struct rng r = { 5 };
	char text[200], want[16];

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS); i++) {
		size_t n = rng_below(&r, 150);
		bool is;

		/* Few letters, so that the ends are often right. */
		for (size_t k = 0; k < sizeof(text); k++)
			text[k] = (char)('a' + rng_below(&r, 2));
		memcpy(want, text + rng_below(&r, 180), 16);
		if (rng_once(&r, 3))
			want[rng_below(&r, 16)] ^= 1;
		is = has_16_bytes_plain(text, n, want);
		assert_int_equal(has_16_bytes(text, n, want, false), is);
		if (is_wide())
			assert_int_equal(has_16_bytes(text, n, want, true), is);
	}
}

static void
test_the_first_bytes_are_taken(void **state)
{
	struct rng r = { 6 };
	char p[24], copy[16], zeros[24];

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS); i++) {
		size_t len = rng_below(&r, 17), more = rng_below(&r, 25);
		struct bytes_16 want, got, copied;
		struct bytes_20 v;

		random_bytes(&r, p, sizeof(p));
		take_16_bytes_plain(&want, p, len);
		memset(zeros, 0, sizeof(zeros));
		memcpy(zeros, p, len);
		assert_true(want.a == load_8_bytes(zeros));
		assert_true(want.b == load_8_bytes(zeros + 8));
		take_16_bytes(&got, p, len);
		copy_and_take_16_bytes(&copied, copy, p, -(ptrdiff_t)len);
		assert_memory_equal(&got, &want, sizeof(want));
		assert_memory_equal(&copied, &want, sizeof(want));
		assert_memory_equal(copy, p, sizeof(copy));

		memset(zeros, 0, sizeof(zeros));
		memcpy(zeros, p, more < 20 ? more : 20);
		v = take_20_bytes(p, more);
		assert_true(v.a == load_8_bytes(zeros));
		assert_true(v.b == load_8_bytes(zeros + 8));
		assert_true(v.c == load_8_bytes(zeros + 16));
	}
}

#define HASHED 50

static void
test_hashes_are_those_of_the_plain_form(void **state)
{
	struct rng r = { 7 };
	struct bytes_16 v[HASHED + VECTOR_SLACK];
	uint32_t want[HASHED], got[HASHED + VECTOR_SLACK];
	uint16_t code[HASHED + VECTOR_SLACK], want_code[HASHED];
	uint8_t tag[HASHED + VECTOR_SLACK], want_tag[HASHED];

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS) / 10; i++) {
		uint64_t key[2] = { rng_next(&r), rng_next(&r) };
		size_t n = rng_below(&r, HASHED + 1);

		for (size_t k = 0; k < HASHED + VECTOR_SLACK; k++)
			v[k] = (struct bytes_16){
				rng_next(&r) >> rng_below(&r, 64),
				rng_once(&r, 2) ? 0 : rng_next(&r),
			};
		hash_16_bytes_plain(v, n, key, want);
		hash_16_bytes_to_24_bits_plain(v, n, key, want_code, want_tag);
		for (int wide = 0; wide <= is_wide(); wide++) {
			hash_16_bytes(v, n, key, got, wide);
			hash_16_bytes_to_24_bits(v, n, key, code, tag, wide);
			for (size_t k = 0; k < n; k++) {
				assert_int_equal(got[k], want[k]);
				assert_int_equal(code[k], want_code[k]);
				assert_int_equal(tag[k], want_tag[k]);
				assert_int_equal(code[k] | tag[k] << 16,
						 want[k] & 0xffffff);
			}
		}
	}
}

static void
test_stretches_are_hashed_up_to_their_end(void **state)
{
	struct rng r = { 8 };
	char text[HASHED * 8 + 64];
	uint32_t at[HASHED + HASH_STRETCH], want[HASHED], got[HASHED];

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS) / 10; i++) {
		const uint64_t key[3] = {
			rng_next(&r), rng_next(&r), rng_next(&r),
		};
		uint32_t n = rng_below(&r, HASHED + 1), most;

		random_bytes(&r, text, sizeof(text));
		/* Words of a letter or so make short stretches. */
		most = rng_below(&r, 8);
		at[0] = 0;
		for (uint32_t k = 1; k < HASHED + HASH_STRETCH; k++)
			at[k] = at[k - 1] + (k <= n ? rng_below(&r, most + 1) :
					     0);
		hash_stretches_plain(text, at, n, key, want);
		for (int wide = 0; wide <= is_wide(); wide++) {
			hash_stretches(text, at, n, key, got, wide);
			assert_memory_equal(got, want, n * sizeof(*got));
		}
	}
}

static void
test_symbols_and_spaces_are_counted(void **state)
{
	struct rng r = { 9 };
	static char text[20000];

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS); i++) {
		/* Now and then more than fits in a sum of bytes. */
		size_t len = rng_below(&r, rng_once(&r, 500) ? 20000 : 100);
		struct symbol_count want, got;

		if (rng_once(&r, 4))
			memset(text, rng_once(&r, 2) ? ' ' : '{', len);
		else
			random_bytes(&r, text, len);
		want = count_symbols_plain(text, len);
		got = count_symbols(text, len);
		assert_int_equal(got.symbols, want.symbols);
		assert_int_equal(got.spaces, want.spaces);
		if (len >= 16)
			assert_int_equal(count_spaces(text, len), want.spaces);
	}
}

#define VALUES 200

static void
test_the_smallest_values_are_found(void **state)
{
	struct rng r = { 10 };
	uint32_t v[VALUES + VECTOR_SLACK];
	uint32_t want[SORT_FEW + VECTOR_SLACK + 1];
	uint32_t want_at[SORT_FEW + VECTOR_SLACK + 1];
	uint32_t got[SORT_FEW + VECTOR_SLACK + 1];
	uint32_t got_at[SORT_FEW + VECTOR_SLACK + 1];

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS) / 10; i++) {
		uint32_t n = 1 + rng_below(&r, VALUES), few, from, bound, have;
		uint32_t shift = rng_below(&r, 32);	/* many are equal */
		uint64_t taken;

		for (uint32_t k = 0; k < VALUES + VECTOR_SLACK; k++)
			v[k] = (uint32_t)rng_next(&r) >> shift << shift;
		few = n < SORT_FEW ? n : SORT_FEW;
		from = rng_below(&r, n);
		bound = (uint32_t)rng_next(&r) >> rng_below(&r, 5);
		have = take_below_plain(v, n, bound, want, want_at);
		for (int wide = 0; wide <= is_wide(); wide++) {
			uint32_t k = take_below(v, n, bound, got, got_at,
						wide);

			assert_int_equal(find_smallest(v, from, n, wide),
					 find_smallest_plain(v, from, n));
			if (have > SORT_FEW) {
				assert_true(k > SORT_FEW);
				continue;
			}
			assert_int_equal(k, have);
			assert_memory_equal(got, want, k * sizeof(*got));
			assert_memory_equal(got_at, want_at,
					    k * sizeof(*got_at));
		}
		taken = sort_few_plain(v, few, want);
		for (int wide = 0; wide <= is_wide(); wide++) {
			assert_true(sort_few(v, few, got, wide) == taken);
			for (uint32_t k = 0; k < few; k++)
				if (taken >> k & 1)
					assert_int_equal(got[k], want[k]);
		}
	}
}

/* What one form of the chunk functions says. */
struct said {
	struct masks m;
	struct facts f;
	char low[2 * CHUNK], squeezed[3 * CHUNK];
	size_t len;
};

typedef void say(const char *s, uint64_t keep, struct said *to);

static void
say_narrow(const char *s, uint64_t keep, struct said *to)
{
	to->m = chunk_look(s, to->low, NULL);
	to->f = chunk_facts(s);
	to->len = (size_t)(chunk_squeeze(to->squeezed, to->low, keep) -
			   to->squeezed);
}

#ifdef WIDEST
IN_WIDE void
say_wide(const char *s, uint64_t keep, struct said *to)
{
	to->m = chunk_look_wide(s, to->low, chunk_hidden_constants());
	to->f = chunk_facts_wide(s);
	to->len = (size_t)(chunk_squeeze_wide(to->squeezed, to->low, keep) -
			   to->squeezed);
}

IN_WIDEST void
say_widest(const char *s, uint64_t keep, struct said *to)
{
	to->m = chunk_look_widest(s, to->low, NULL);
	to->f = chunk_facts_wide(s);
	to->len = (size_t)(chunk_squeeze_widest(to->squeezed, to->low, keep) -
			   to->squeezed);
}
#endif

/* These forms, as many as the machine has. */
static size_t
forms(say *to[3])
{
	size_t n = 0;

	to[n++] = say_narrow;
#ifdef WIDEST
	if (vectors_available() >= VECTORS_WIDE)
		to[n++] = say_wide;
	if (vectors_available() >= VECTORS_WIDEST)
		to[n++] = say_widest;
#endif
	return n;
}

static void
test_chunks_are_what_they_are_byte_by_byte(void **state)
{
	struct rng r = { 11 };
	say *form[3];
	size_t n = forms(form);

	(void)state;
	for (unsigned i = 0; i < rounds(ROUNDS); i++) {
		char s[CHUNK], low[CHUNK], kept[CHUNK];
		uint64_t keep = rng_next(&r);
		struct facts f;
		struct masks m;
		size_t len = 0;

		if (rng_once(&r, 2))
			random_bytes(&r, s, CHUNK);
		else
			random_words(&r, s, CHUNK);
		if (rng_once(&r, 2))
			keep |= rng_next(&r) | rng_next(&r);
		if (rng_once(&r, 9))
			keep = rng_once(&r, 2) ? 0 : UINT64_MAX;
		m = chunk_look_plain(s, low, NULL);
		f = chunk_facts(s);
		for (unsigned k = 0; k < CHUNK; k++)
			if (keep >> k & 1)
				kept[len++] = low[k];
		for (size_t k = 0; k < n; k++) {
			struct said x = { .low = "" };

			form[k](s, keep, &x);
			assert_memory_equal(x.low, low, CHUNK);
			assert_true(x.m.high == m.high);
			assert_true(x.m.word == m.word);
			assert_true(x.m.newline == m.newline);
			assert_true((x.m.facts & (f.digit | f.special)) ==
				    (f.digit | f.special));
			assert_true((x.m.facts & m.word & ~f.digit) == 0);
			assert_int_equal(x.m.rare,
					 (x.m.high | x.m.facts) != 0);
			assert_memory_equal(&x.f, &f, sizeof(f));
			assert_int_equal(x.len, len);
			assert_memory_equal(x.squeezed, kept, len);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_masks_of_bytes_are_those_of_the_plain_form),
		cmocka_unit_test(test_keys_are_found_among_eight),
		cmocka_unit_test(test_codes_are_found_among_eight),
		cmocka_unit_test(test_places_are_found_at_any_length),
		cmocka_unit_test(test_sixteen_bytes_are_found_in_others),
		cmocka_unit_test(test_the_first_bytes_are_taken),
		cmocka_unit_test(test_hashes_are_those_of_the_plain_form),
		cmocka_unit_test(test_stretches_are_hashed_up_to_their_end),
		cmocka_unit_test(test_symbols_and_spaces_are_counted),
		cmocka_unit_test(test_the_smallest_values_are_found),
		cmocka_unit_test(test_chunks_are_what_they_are_byte_by_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
