/*
 * shingle.c: what its hashes depend on and what not, and its sketches against
 * sets of all shingles.
 *
 * A shingle of one word tells that word's public hash, since XXH32 of four
 * bytes can be undone; from these the oracle makes longer shingles.  Words
 * stand in buffers with SHINGLE_SLACK bytes of junk behind them and no more.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include <xxhash.h>

#include "shingle.h"

#define WORDS_MAX 6000

/* Words under construction, each with a space behind it. */
struct text {
	char *p;
	size_t len, room;
	uint32_t nwords;
	uint32_t at[WORDS_MAX + 1];	/* where each begins */
};

static void
put_word(struct text *t, const char *s, size_t len)
{
	if (t->len + len + 1 > t->room) {
		t->room = 2 * (t->len + len) + 64;
		t->p = realloc(t->p, t->room);
		assert_non_null(t->p);
	}
	assert_true(t->nwords < WORDS_MAX);
	t->at[t->nwords++] = (uint32_t)t->len;
	memcpy(t->p + t->len, s, len);
	t->len += len;
	t->p[t->len++] = ' ';
	t->at[t->nwords] = (uint32_t)t->len;
}

static void
put_s(struct text *t, const char *s)
{
	put_word(t, s, strlen(s));
}

static void
clear(struct text *t)
{
	t->len = 0;
	t->nwords = 0;
}

/* Word number k of an endless list, of 1 to 40 bytes; no digits in it. */
static size_t
spell(char *to, uint32_t k)
{
	static const char *const letter[] = {
		"a", "e", "i", "o", "u", "n", "r", "s", "t", "l", "d", "z",
		"é", "漢", "ж", "𐐨",
	};
	struct rng r = { k };
	uint32_t letters = rng_below(&r, 8) == 0 ? 16 : 12;
	uint32_t most = rng_below(&r, 10) == 0 ? 40 : 12;
	size_t want = rng_range(&r, 1, most), n = 0;

	/* All different: it begins with its number, up to the z. */
	for (; k > 0; k /= 11)
		to[n++] = *letter[k % 11];
	to[n++] = 'z';
	while (n < want) {
		const char *s = letter[rng_below(&r, letters)];

		memcpy(to + n, s, strlen(s));
		n += strlen(s);
	}
	return n;
}

/* So many words out of a vocabulary. */
static void
random_words(struct rng *r, struct text *t, uint32_t n, uint32_t vocabulary)
{
	char word[64];

	for (; n > 0; n--)
		put_word(t, word, spell(word, rng_below(r, vocabulary)));
}

static struct shingler *
new_shingler(unsigned ngram, unsigned window, uint64_t seed)
{
	struct shingle_options opt = {
		.ngram = ngram, .sketch = true, .window = window,
		.every = true, .seeded = true, .seed = seed,
	};
	struct shingler *s = shingler_new(&opt);

	assert_non_null(s);
	return s;
}

static bool
is_ascii(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)p[i] >= 0x80)
			return false;
	return true;
}

/* shingler_words() of words number 'first' to 'first + n - 1'. */
static struct words
words_of(struct shingler *s, const struct text *t, uint32_t first, uint32_t n)
{
	static uint64_t junk;
	struct rng r = { junk++ };
	size_t len = t->at[first + n] - t->at[first];
	char *norm = malloc(len + SHINGLE_SLACK);
	/* Long enough for any rule, however few words there are. */
	struct words w = { .n = n, .length = n + SHINGLE_NEAR };

	assert_non_null(norm);
	memcpy(norm, t->p + t->at[first], len);
	for (size_t i = 0; i < SHINGLE_SLACK; i++)
		norm[len + i] = rng_once(&r, 3) ? ' ' : (char)rng_next(&r);
	assert_int_equal(shingler_words(s, &w, norm, len, true,
					is_ascii(norm, len)), 0);
	w.fp = shingler_fingerprint(s, norm, len);
	free(norm);
	return w;
}

static struct words
all_words_of(struct shingler *s, const struct text *t)
{
	return words_of(s, t, 0, t->nwords);
}

/* The oracle. */

/* x with a * x = 1; a is odd. */
static uint32_t
inverse(uint32_t a)
{
	uint32_t x = a;

	for (int i = 0; i < 5; i++)
		x *= 2 - a * x;
	return x;
}

/* v with XXH32(&v, 4, 0) = h. */
static uint32_t
undo_xxh32(uint32_t h)
{
	const uint32_t prime2 = 0x85ebca77, prime3 = 0xc2b2ae3d,
		       prime4 = 0x27d4eb2f, prime5 = 0x165667b1;
	uint32_t v = h;

	v ^= v >> 16;
	v *= inverse(prime3);
	v ^= v >> 13 ^ v >> 26;
	v *= inverse(prime2);
	v ^= v >> 15 ^ v >> 30;
	v *= inverse(prime4);
	v = v >> 17 | v << 15;
	v = (v - prime5 - 4) * inverse(prime3);
	assert_int_equal(XXH32(&v, 4, 0), h);
	return v;
}

static struct shingler *single;		/* shingles of one word */

/* The public hash of each word, asked for one word at a time. */
static void
public_of(const struct text *t, uint32_t *to)
{
	for (uint32_t i = 0; i < t->nwords; i++) {
		struct words w = words_of(single, t, i, 1);

		assert_int_equal(w.nprobe, 1);
		to[i] = undo_xxh32((uint32_t)(w.probe[0] >> 32));
		shingler_release(single);
	}
}

/* A shingle of these words: the rank, and below it what tells it apart. */
static uint64_t
shingle_of(const uint32_t *public, uint32_t ngram)
{
	size_t len = ngram * sizeof(*public);
	uint64_t more = XXH3_64bits(public, len);

	if (ngram == 3) {
		unsigned __int128 x = (public[0] | (uint64_t)public[1] << 32) ^
				      0xa4093822299f31d0;

		x *= public[2] ^ 0x082efa98ec4e6c89;
		more = (uint64_t)x ^ (uint64_t)(x >> 64);
	}
	return (uint64_t)XXH32(public, len, 0) << 32 | (uint32_t)more;
}

/* All shingles in order, from the words' public hashes: how many. */
static uint32_t
shingles_of(const uint32_t *public, uint32_t n, uint32_t ngram, uint64_t *to)
{
	if (n < ngram)
		ngram = n;
	for (uint32_t i = 0; i + ngram <= n; i++)
		to[i] = shingle_of(public + i, ngram);
	return n - ngram + 1;
}

static bool
among(uint64_t x, const uint64_t *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

/* But for the keys, which hang on the secret. */
static void
assert_same_shingles(const struct words *a, const struct words *b)
{
	assert_int_equal(a->nprobe, b->nprobe);
	assert_int_equal(a->nkeep, b->nkeep);
	assert_memory_equal(a->probe, b->probe, 8 * a->nprobe);
	assert_int_equal(a->nwinnowed, b->nwinnowed);
	assert_memory_equal(a->winnowed, b->winnowed, 8 * a->nwinnowed);
	assert_int_equal(a->nevery, b->nevery);
	assert_memory_equal(a->every, b->every, 8 * a->nevery);
	assert_int_equal(a->nask, b->nask);
	assert_int_equal(a->kept, b->kept);
	assert_int_equal(a->nnear, b->nnear);
	assert_memory_equal(a->near, b->near, 8 * a->nnear);
}

/* The sketch is the smallest distinct shingles. */
static void
check_sketch(const struct words *w, const uint32_t *public, uint32_t ngram)
{
	static uint64_t all[WORDS_MAX];
	uint32_t n = shingles_of(public, w->n, ngram, all);

	n = sort_distinct64(all, n);
	assert_int_equal(w->nprobe, n < SKETCH_PROBE ? n : SKETCH_PROBE);
	assert_in_range(w->nkeep, n < SKETCH_KEEP ? n : SKETCH_KEEP,
			w->nprobe);
	assert_memory_equal(w->probe, all, w->nprobe * sizeof(*all));
}

static const uint32_t vocabularies[] = { 1, 2, 3, 10, 60, 1000000 };

static void
test_sketch_is_the_smallest_shingles(void **state)
{
	static uint32_t public[WORDS_MAX];
	struct rng r = { 1 };
	struct text t = { 0 };
	struct shingler *s = new_shingler(3, 0, 5);

	(void)state;
	for (uint32_t v = 0; v < ARRAY_LEN(vocabularies); v++)
		for (uint32_t most = 1; most < 400;
		     most += most < 150 ? 1 : 29) {
			struct words w;

			clear(&t);
			random_words(&r, &t, most, vocabularies[v]);
			public_of(&t, public);
			w = all_words_of(s, &t);
			check_sketch(&w, public, 3);
			assert_null(w.winnowed);
			assert_int_equal(w.nwinnowed, 0);
			shingler_release(s);
		}
	shingler_free(s);
	free(t.p);
}

static void
test_shingles_of_any_length_agree_with_the_oracle(void **state)
{
	static uint32_t public[WORDS_MAX];
	struct rng r = { 2 };
	struct text t = { 0 };

	(void)state;
	for (unsigned ngram = 1; ngram <= SHINGLE_NGRAM_MAX; ngram++) {
		struct shingler *s = new_shingler(ngram, 0, ngram);

		for (int i = 0; i < 24; i++) {
			struct words w;

			clear(&t);
			random_words(&r, &t, rng_range(&r, 1, i < 12 ?
						       ngram + 3 : 120),
				     vocabularies[i % 6]);
			public_of(&t, public);
			w = all_words_of(s, &t);
			check_sketch(&w, public, ngram);
			shingler_release(s);
		}
		shingler_free(s);
	}
	free(t.p);
}

/* Where few of many shingles are sampled, and where most are equal. */
static void
test_sketch_of_a_long_unit_is_the_smallest_shingles(void **state)
{
	static uint32_t public[WORDS_MAX];
	struct rng r = { 3 };
	struct text t = { 0 };

	(void)state;
	for (unsigned ngram = 2; ngram <= 4; ngram++) {
		struct shingler *s = new_shingler(ngram, 0, 6);

		for (uint32_t v = 0; v < ARRAY_LEN(vocabularies); v++) {
			struct words w;

			clear(&t);
			random_words(&r, &t, 1000 * (v + 1) - 7 * ngram,
				     vocabularies[(v + ngram) % 6]);
			/* A few that stand out among equal ones. */
			random_words(&r, &t, rng_below(&r, 20), 1000000);
			public_of(&t, public);
			w = all_words_of(s, &t);
			check_sketch(&w, public, ngram);
			shingler_release(s);
		}
		shingler_free(s);
	}
	free(t.p);
}

static void
test_unit_of_few_words_is_one_shingle(void **state)
{
	struct rng r = { 4 };
	struct text t = { 0 };

	(void)state;
	for (unsigned ngram = 2; ngram <= SHINGLE_NGRAM_MAX; ngram++) {
		struct shingler *s = new_shingler(ngram, 4, 7);

		for (uint32_t n = 1; n <= ngram; n++) {
			uint32_t public[SHINGLE_NGRAM_MAX];
			uint64_t one;
			struct words w;

			clear(&t);
			random_words(&r, &t, n, 1000);
			public_of(&t, public);
			one = shingle_of(public, n);
			w = all_words_of(s, &t);
			assert_int_equal(w.nprobe, 1);
			assert_int_equal(w.nkeep, 1);
			assert_int_equal(w.probe[0], one);
			assert_int_equal(w.nwinnowed, 1);
			assert_int_equal(w.winnowed[0], one);
			shingler_release(s);
		}
		shingler_free(s);
	}
	free(t.p);
}

/* Make each é an e: how long the word is then. */
static size_t
without_accents(char *word, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (memcmp(word + i, "é", 2) == 0) {
			word[n++] = 'e';
			i++;
		} else {
			word[n++] = word[i];
		}
	return n;
}

/*
 * What shingle.c says that it is.  Near-duplicates that are found, and tables
 * once they are stored, hang on it: it must not change unnoticed.
 */
static void
test_public_hash_is_the_documented_one(void **state)
{
	struct text t = { 0 };
	uint32_t public[1];

	(void)state;
	for (uint32_t k = 0; k < 5000; k++) {
		char word[64] = { 0 };
		size_t len = spell(word, k);
		/* Digits of pi; those of the second of each pair are odd. */
		static const uint32_t pi[4] = {
			0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707345,
		};
		uint32_t part[4] = { 0, 0, 0, 0 }, want;
		uint64_t nh;

		clear(&t);
		put_word(&t, word, len);
		public_of(&t, public);
		len = without_accents(word, len);
		for (size_t i = 0; i < len && i < 16; i++)
			part[i / 4] |= (uint32_t)(unsigned char)word[i] <<
				       8 * (i % 4);
		for (size_t i = 0; i < 4; i++)
			part[i] += pi[i];
		nh = (uint64_t)part[0] * part[1] + (uint64_t)part[2] * part[3];
		want = (uint32_t)(nh ^ nh >> 32) * 2654435761u;
		want ^= want >> 15;
		if (len > 16)
			want = (uint32_t)XXH3_64bits(word, len);
		assert_int_equal(public[0], want);
	}
	free(t.p);
}

static void
test_every_byte_of_a_word_counts(void **state)
{
	static const size_t lens[] = { 17, 31, 32, 33, 63, 64, 65, 100, 300 };
	struct rng r = { 5 };
	struct text t = { 0 };

	(void)state;
	for (size_t i = 0; i < 16 + ARRAY_LEN(lens); i++) {
		size_t len = i < 16 ? i + 1 : lens[i - 16];
		uint32_t public[WORDS_MAX];
		char word[300];

		for (size_t j = 0; j < len; j++)
			word[j] = (char)('a' + rng_below(&r, 26));
		clear(&t);
		put_word(&t, word, len);
		for (size_t j = 0; j < len; j++) {
			char was = word[j];

			word[j] = was == 'z' ? 'a' : (char)(was + 1);
			put_word(&t, word, len);
			word[j] = (char)(was ^ 0x80);
			put_word(&t, word, len);
			word[j] = was;
		}
		/* And how many bytes there are. */
		put_word(&t, word, len - (len > 1));
		word[len - 1] = word[0];
		public_of(&t, public);
		for (uint32_t j = 1; j < t.nwords - (len == 1); j++)
			assert_int_not_equal(public[j], public[0]);
	}
	free(t.p);
}

static void
test_words_of_one_letter_again_and_again_differ(void **state)
{
	static char word[200];
	uint32_t public[200];
	struct text t = { 0 };

	(void)state;
	memset(word, 'a', sizeof(word));
	for (size_t len = 1; len <= 200; len++)
		put_word(&t, word, len);
	public_of(&t, public);
	assert_int_equal(sort_distinct(public, 200), 200);
	free(t.p);
}

/* Wherever it stands and whatever stands next to it. */
static void
test_equal_words_have_equal_codes_and_tags(void **state)
{
	struct rng r = { 6 };
	struct text t = { 0 };
	struct shingler *s = new_shingler(3, 5, 8);
	uint16_t code[300];
	uint8_t tag[300];

	(void)state;
	for (uint32_t k = 0; k < 300; k++) {
		char word[64];
		struct words w;

		clear(&t);
		put_word(&t, word, spell(word, k));
		w = all_words_of(s, &t);
		code[k] = w.code[0];
		tag[k] = w.tag[0];
		shingler_release(s);
	}
	for (int i = 0; i < 300; i++) {
		uint32_t k[200], n = rng_range(&r, 1, 200);
		struct words w;
		char word[64];

		clear(&t);
		for (uint32_t j = 0; j < n; j++) {
			k[j] = rng_below(&r, 300);
			put_word(&t, word, spell(word, k[j]));
		}
		w = all_words_of(s, &t);
		for (uint32_t j = 0; j < n; j++) {
			assert_int_equal(w.code[j], code[k[j]]);
			assert_int_equal(w.tag[j], tag[k[j]]);
		}
		shingler_release(s);
	}
	shingler_free(s);
	free(t.p);
}

/* Nor on the words behind the unit, nor on anything else there. */
static void
test_sketch_does_not_depend_on_what_follows(void **state)
{
	struct rng r = { 7 };
	struct text t = { 0 };
	struct shingler *s = new_shingler(3, 5, 9);

	(void)state;
	for (int i = 0; i < 300; i++) {
		uint32_t n = rng_range(&r, 1, 100);
		struct words a, b = { .n = n, .length = n + SHINGLE_NEAR };
		char *norm;

		clear(&t);
		random_words(&r, &t, n, 1000);
		a = all_words_of(s, &t);
		norm = malloc(t.len + SHINGLE_SLACK);
		assert_non_null(norm);
		memcpy(norm, t.p, t.len);
		memset(norm + t.len, i % 2 == 0 ? ' ' : 'a', SHINGLE_SLACK);
		assert_int_equal(shingler_words(s, &b, norm, t.len, true,
						i % 4 < 2 && is_ascii(norm, t.len)), 0);
		free(norm);
		assert_memory_equal(a.code, b.code, n * sizeof(*a.code));
		assert_memory_equal(a.tag, b.tag, n * sizeof(*a.tag));
		assert_int_equal(a.digits, b.digits);
		assert_same_shingles(&a, &b);
		shingler_release(s);
	}
	shingler_free(s);
	free(t.p);
}

static bool
same(struct fingerprint a, struct fingerprint b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

static void
test_secret_follows_from_the_seed(void **state)
{
	struct rng r = { 8 };
	struct text t = { 0 };
	uint64_t secrets[1000];

	(void)state;
	random_words(&r, &t, 60, 1000);
	put_s(&t, "1984");
	for (uint64_t seed = 0; seed < 1000; seed++) {
		struct shingler *a = new_shingler(3, 4, seed << (seed % 57));
		struct shingler *b = new_shingler(5, 0, seed << (seed % 57));
		struct words v = all_words_of(a, &t), w = all_words_of(b, &t);

		assert_true(same(v.fp, w.fp));
		assert_int_equal(v.digits, w.digits);
		assert_memory_equal(v.tag, w.tag, v.n);
		secrets[seed] = shingler_secret(a);
		assert_int_equal(secrets[seed], shingler_secret(b));
		shingler_free(a);
		shingler_free(b);
	}
	/* Some seeds were there before, shifted. */
	assert_true(sort_distinct64(secrets, 1000) > 900);
	free(t.p);
}

/* What the secret keys differs, and what does not depend on it is equal. */
static void
check_keyed(struct shingler *a, struct shingler *b, const struct text *t)
{
	struct words v = all_words_of(a, t), w = all_words_of(b, t);
	uint32_t differ = 0;

	assert_int_not_equal(v.fp.hi, w.fp.hi);
	assert_int_not_equal(v.fp.lo, w.fp.lo);
	assert_int_not_equal(v.digits, w.digits);
	for (uint32_t i = 0; i < v.n; i++)
		differ += v.tag[i] != w.tag[i] && v.code[i] != w.code[i];
	assert_true(differ >= v.n * 9 / 10);
	assert_same_shingles(&v, &w);
	shingler_release(a);
	shingler_release(b);
}

static void
test_sketch_does_not_depend_on_the_secret(void **state)
{
	struct shingle_options opt = {
		.ngram = 3, .sketch = true, .window = 4, .every = true,
	};
	struct rng r = { 9 };
	struct text t = { 0 };

	(void)state;
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct shingler *a = new_shingler(3, 4, seed);
		struct shingler *b = new_shingler(3, 4, seed + 1);

		clear(&t);
		/* Distinct words, since a tag is a function of the word. */
		for (uint32_t k = 0; k < 300; k++) {
			char word[64];

			put_word(&t, word,
				 spell(word, (uint32_t)seed * 300 + k));
		}
		put_s(&t, "1984");
		random_words(&r, &t, 10, 1000);
		check_keyed(a, b, &t);
		shingler_free(b);
		b = shingler_new(&opt);		/* a random secret */
		assert_non_null(b);
		check_keyed(a, b, &t);
		shingler_free(a);
		a = shingler_new(&opt);		/* another one */
		assert_non_null(a);
		check_keyed(a, b, &t);
		assert_int_not_equal(shingler_secret(a), shingler_secret(b));
		shingler_free(a);
		shingler_free(b);
	}
	free(t.p);
}

/*
 * Both halves by themselves, and neither follows from the other: over texts
 * that hardly differ, and secrets.
 */
static void
test_fingerprints_of_different_texts_differ(void **state)
{
	enum { TEXTS = 4000, SECRETS = 5 };
	static uint64_t hi[TEXTS * SECRETS], lo[TEXTS * SECRETS];
	static uint64_t sum[TEXTS * SECRETS], apart[TEXTS * SECRETS];
	struct text t = { 0 };
	size_t n = 0;

	(void)state;
	for (uint64_t seed = 0; seed < SECRETS; seed++) {
		struct shingler *s = new_shingler(3, 0, seed);

		for (uint32_t i = 0; i < TEXTS; i++) {
			struct fingerprint fp;
			char word[64];

			clear(&t);
			for (uint32_t k = i % 50; k > 0; k--)
				put_s(&t, "same");
			put_word(&t, word, spell(word, i));
			for (uint32_t k = i % 7; k > 0; k--)
				put_s(&t, "same");
			fp = shingler_fingerprint(s, t.p, t.len);
			assert_true(same(fp, shingler_fingerprint(s, t.p,
								  t.len)));
			assert_int_not_equal(fp.hi, 0);
			hi[n] = fp.hi;
			lo[n] = fp.lo;
			sum[n] = fp.hi ^ fp.lo;
			apart[n++] = fp.hi - fp.lo;
		}
		shingler_free(s);
	}
	qsort(hi, n, sizeof(*hi), compare_u64);
	qsort(lo, n, sizeof(*lo), compare_u64);
	qsort(sum, n, sizeof(*sum), compare_u64);
	qsort(apart, n, sizeof(*apart), compare_u64);
	for (size_t i = 1; i < n; i++) {
		assert_true(hi[i] != hi[i - 1]);
		assert_true(lo[i] != lo[i - 1]);
		assert_true(sum[i] != sum[i - 1]);
		assert_true(apart[i] != apart[i - 1]);
	}
	free(t.p);
}

/*
 * Texts with equal unkeyed XXH3, 64 bits of it, found by searching for cycles:
 * one of each pair must not pass for the other.
 */
static void
test_collision_without_the_secret_is_none_with_it(void **state)
{
	struct text t[2] = { { 0 }, { 0 } };
	uint64_t h[2];

	(void)state;
	put_s(&t[0], "akakafgfppfmghkg");
	put_s(&t[1], "cencpdkpgedbgpoe");
	for (int i = 0; i < 2; i++) {
		for (int j = 0; j < 50; j++)
			put_s(&t[i], "word");
		h[i] = XXH3_64bits(t[i].p, t[i].len);
		assert_int_equal(XXH3_128bits(t[i].p, t[i].len).low64, h[i]);
	}
	assert_int_equal(h[0], h[1]);
	for (uint64_t seed = 0; seed < 500; seed++) {
		struct shingler *s = new_shingler(3, 0, seed);
		struct fingerprint a, b;

		a = shingler_fingerprint(s, t[0].p, t[0].len);
		b = shingler_fingerprint(s, t[1].p, t[1].len);
		assert_int_not_equal(a.hi, b.hi);
		assert_int_not_equal(a.lo, b.lo);
		shingler_free(s);
	}
	free(t[0].p);
	free(t[1].p);
}

/* Under any secret: 24 bits, no more and no fewer. */
static void
test_different_words_have_the_same_hash_by_chance(void **state)
{
	enum { NWORDS = 5000, SECRETS = 64 };
	static struct text t;
	static uint32_t order[NWORDS];	/* code << 8 | tag */
	uint32_t codes = 0, tags = 0, known = 0;

	(void)state;
	/* One pair is known to have equal hashes, all 64 public bits. */
	put_s(&t, "jnfijfhaoegfcicfdedup");
	put_s(&t, "icjckmlaladlflhodedup");
	for (uint32_t k = 2; k < NWORDS; k++) {
		char word[64];

		put_word(&t, word, spell(word, k));
	}
	for (uint64_t seed = 0; seed < SECRETS; seed++) {
		struct shingler *s = new_shingler(3, 0, seed);
		struct words w = all_words_of(s, &t);
		uint32_t here = 0;

		known += w.code[0] == w.code[1] || w.tag[0] == w.tag[1];
		for (uint32_t i = 0; i < NWORDS; i++)
			order[i] = (uint32_t)w.code[i] << 8 | w.tag[i];
		qsort(order, NWORDS, sizeof(*order), compare_u32);
		for (uint32_t i = 1; i < NWORDS; i++) {
			here += order[i] >> 8 == order[i - 1] >> 8;
			tags += order[i] == order[i - 1];
		}
		/* As many as chance has it: 16 bits. */
		assert_in_range(here, 130, 250);
		codes += here;
		shingler_free(s);
	}
	/* 5000 - 2^16 (1 - e^(-5000 / 2^16)) are 186, and four deviations. */
	assert_in_range(codes, 179 * SECRETS, 193 * SECRETS);
	assert_in_range(tags, codes / 512, codes / 128);
	assert_true(known <= 2);
	free(t.p);
}

static uint32_t
hash_of(const struct words *w, uint32_t i)
{
	return w->code[i] | (uint32_t)w->tag[i] << 16;
}

static struct words
words_in(struct shingler *s, struct text *t, const char *text)
{
	clear(t);
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		put_word(t, text, n);
		text += n + (text[n] == ' ');
	}
	return all_words_of(s, t);
}

static void
test_sketch_is_that_of_the_loose_words(void **state)
{
	static const char *const pair[][2] = {
		{ "le café est fermé à cœur", "le cafe est ferme a coeur" },
		{ "йод ёлка", "иод елка" },
		{ "12 é \u0663x", "12 e \u0663x" },
	};
	struct shingler *s = new_shingler(3, 4, 3);
	struct text t = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pair); i++) {
		struct words v = words_in(s, &t, pair[i][0]);
		struct words w = words_in(s, &t, pair[i][1]);

		assert_false(same(v.fp, w.fp));
		assert_int_equal(v.n, w.n);
		assert_memory_equal(v.code, w.code, v.n * sizeof(*v.code));
		assert_memory_equal(v.tag, w.tag, v.n);
		assert_int_equal(v.digits, w.digits);
		assert_same_shingles(&v, &w);
		assert_int_equal(v.loose_len, t.len);
		assert_memory_equal(v.loose, t.p, t.len);
	}
	shingler_free(s);
	free(t.p);
}

/* A word's hash is that of its letters, wherever it is asked for. */
static void
test_codes_are_those_of_the_letters(void **state)
{
	struct shingler *s = new_shingler(3, 0, 21);
	struct text t = { 0 };
	struct rng r = { 22 };
	struct words w;

	(void)state;
	random_words(&r, &t, 3000, 100000);
	w = all_words_of(s, &t);
	for (uint32_t i = 0, at = 0; i < w.n; i++) {
		uint32_t len = (uint32_t)strcspn(w.loose + at, " ");
		char *copy = exact_copy(w.loose + at, len);

		assert_int_equal(shingler_code(s, copy, len), hash_of(&w, i));
		free(copy);
		at += len + 1;
	}
	shingler_free(s);
	free(t.p);
}

/* Is 'word' among the joints, with so many bytes? */
static bool
has_piece(const struct words *w, size_t at, const char *word, uint32_t len)
{
	struct joint p[SHINGLE_JOINTS];
	uint32_t code = shingler_code(w->shingler, word, strlen(word));
	size_t n = shingler_joints(w, at, p);

	for (size_t i = 0; i < n; i++)
		if (p[i].code == code && p[i].len == len)
			return true;
	return false;
}

static void
test_pieces_are_words_joined_and_parts_of_one(void **state)
{
	struct shingler *s = new_shingler(3, 0, 23);
	struct text t = { 0 };
	struct joint p[SHINGLE_JOINTS];
	struct words w = words_in(s, &t, "the wéb site of us 1 50 a7 8b жук");
	char *copy;

	(void)state;
	copy = malloc(w.loose_len + SHINGLE_SLACK);
	assert_non_null(copy);
	memcpy(copy, w.loose, w.loose_len);
	/* Nothing that stands behind them counts, nor is more of it read. */
	for (size_t i = 0; i < SHINGLE_SLACK; i++)
		copy[w.loose_len + i] = "1 a"[i % 3];
	w.loose = copy;
	assert_int_equal(w.loose_len, 37);
	assert_true(has_piece(&w, 4, "web", 4));
	assert_true(has_piece(&w, 4, "website", 9));
	assert_true(has_piece(&w, 4, "websiteof", 12));
	assert_false(has_piece(&w, 4, "websiteofus", 15));
	assert_true(has_piece(&w, 4, "w", 1));
	assert_true(has_piece(&w, 4, "we", 2));
	assert_true(has_piece(&w, 5, "eb", 3));
	assert_true(has_piece(&w, 5, "ebsite", 8));
	assert_int_equal(shingler_joints(&w, 4, p), 5);
	/* No digit comes to stand next to one, or apart from it. */
	assert_true(has_piece(&w, 13, "ofus1", 8));
	assert_false(has_piece(&w, 19, "150", 5));
	assert_false(has_piece(&w, 21, "5", 1));
	assert_true(has_piece(&w, 21, "50a7", 6));
	assert_false(has_piece(&w, 24, "a78b", 6));
	assert_true(has_piece(&w, 24, "a", 1));
	/* Nor half a letter; nor past the end. */
	assert_int_equal(shingler_joints(&w, 30, p), 3);
	free(copy);
	shingler_free(s);
	free(t.p);
}

/* Long ones are looked at as far as SHINGLE_JOINED goes. */
static void
test_long_pieces_are_bounded(void **state)
{
	struct shingler *s = new_shingler(3, 0, 24);
	struct text t = { 0 };
	struct joint p[SHINGLE_JOINTS];

	(void)state;
	for (uint32_t n = 1; n < 2 * SHINGLE_JOINED + 9; n++) {
		char word[3 * SHINGLE_JOINED];
		struct words w;
		size_t got;

		memset(word, 'a', n);
		clear(&t);
		put_word(&t, word, n);
		put_word(&t, word, SHINGLE_JOINED / 2);
		put_word(&t, word, 1);
		w = all_words_of(s, &t);
		w.loose = t.p;
		got = shingler_joints(&w, 0, p);
		assert_in_range(got, n < SHINGLE_JOINED ? n :
				SHINGLE_JOINED - 1, SHINGLE_JOINTS);
		for (size_t i = 0; i < got; i++)
			assert_true(p[i].len <= SHINGLE_JOINED + 3);
		shingler_release(s);
	}
	shingler_free(s);
	free(t.p);
}

/* Words with digits, in order, and nothing else. */
static void
test_digits_are_equal_where_the_numbers_are(void **state)
{
	static const char *const number[] = {
		"1", "2", "12", "21", "0", "00", "x1", "1x", "2024", "٣",
		"३", "๓", "ⅷ5", "12345678901234567890", "a9", "〇", "𐒠",
	};
	struct rng r = { 10 };
	struct text t[2] = { { 0 }, { 0 } };
	struct shingler *s = new_shingler(3, 0, 11);

	(void)state;
	for (int i = 0; i < 6000; i++) {
		uint32_t list[2][8], n[2];
		struct words w[2];
		bool equal;

		n[0] = rng_below(&r, 5);
		for (uint32_t j = 0; j < n[0]; j++)
			list[0][j] = rng_below(&r, ARRAY_LEN(number));
		memcpy(list[1], list[0], sizeof(list[0]));
		n[1] = n[0];
		switch (rng_below(&r, 5)) {
		case 0:		/* another number */
			if (n[1] > 0)
				list[1][rng_below(&r, n[1])] =
					rng_below(&r, ARRAY_LEN(number));
			break;
		case 1:		/* one less */
			n[1] -= n[1] > 0;
			break;
		case 2:		/* one more */
			list[1][n[1]++] = rng_below(&r, ARRAY_LEN(number));
			break;
		case 3:		/* another order */
			if (n[1] > 1) {
				list[1][0] = list[0][n[1] - 1];
				list[1][n[1] - 1] = list[0][0];
			}
			break;
		}
		equal = n[0] == n[1] &&
			memcmp(list[0], list[1], n[0] * 4) == 0;
		for (int k = 0; k < 2; k++) {
			clear(&t[k]);
			random_words(&r, &t[k], rng_below(&r, 4) + 1, 1000);
			for (uint32_t j = 0; j < n[k]; j++) {
				put_s(&t[k], number[list[k][j]]);
				random_words(&r, &t[k], rng_below(&r, 3),
					     1000);
			}
			w[k] = all_words_of(s, &t[k]);
		}
		assert_int_equal(w[0].digits == w[1].digits, equal);
		shingler_release(s);
	}
	shingler_free(s);
	free(t[0].p);
	free(t[1].p);
}

static void
test_digits_are_not_looked_for_where_there_are_none(void **state)
{
	char norm[8 + SHINGLE_SLACK] = "some 12 ";
	struct shingler *s = new_shingler(3, 0, 12);
	struct words w = { .n = 2 };
	uint32_t none;

	(void)state;
	assert_int_equal(shingler_words(s, &w, norm, 8, false, true), 0);
	none = w.digits;
	assert_int_equal(shingler_words(s, &w, norm, 8, true, true), 0);
	assert_int_not_equal(w.digits, none);
	memcpy(norm, "some on ", 8);
	assert_int_equal(shingler_words(s, &w, norm, 8, true, true), 0);
	assert_int_equal(w.digits, none);
	shingler_free(s);
}

/* As sets: the smallest shingle of every window, and no others. */
static void
test_winnowing_takes_the_smallest_of_every_window(void **state)
{
	static uint64_t all[WORDS_MAX], want[WORDS_MAX];
	static uint32_t public[WORDS_MAX];
	struct rng r = { 13 };
	struct text t = { 0 };

	(void)state;
	for (unsigned window = 1; window <= 40; window++)
		for (int i = 0; i < 30; i++) {
			unsigned ngram = rng_range(&r, 1, 5);
			struct shingler *s = new_shingler(ngram, window, 14);
			uint32_t n, span, nwant = 0;
			struct words w;

			clear(&t);
			random_words(&r, &t, rng_range(&r, 1, i % 2 != 0 ? 20 :
						       150),
				     vocabularies[i % 6]);
			public_of(&t, public);
			w = all_words_of(s, &t);
			check_sketch(&w, public, ngram);
			n = shingles_of(public, t.nwords, ngram, all);
			span = window < n ? window : n;
			for (uint32_t j = 0; j + span <= n; j++) {
				uint64_t least = all[j];

				for (uint32_t k = 1; k < span; k++)
					if (all[j + k] < least)
						least = all[j + k];
				want[nwant++] = least;
			}
			assert_in_range(w.nwinnowed, 1, n);
			nwant = sort_distinct64(want, nwant);
			n = sort_distinct64(w.winnowed, w.nwinnowed);
			assert_int_equal(n, nwant);
			assert_memory_equal(w.winnowed, want, n * 8);
			shingler_free(s);
		}
	free(t.p);
}

static void
test_units_that_share_a_window_share_a_winnowed_shingle(void **state)
{
	struct rng r = { 15 };
	struct text t[2] = { { 0 }, { 0 } };

	(void)state;
	for (int i = 0; i < 3000; i++) {
		unsigned ngram = rng_range(&r, 1, 6);
		unsigned window = rng_range(&r, 1, 20);
		struct shingler *s = new_shingler(ngram, window, 16);
		uint64_t run = rng_next(&r);
		struct words w[2];
		bool shared = false;

		for (int k = 0; k < 2; k++) {
			struct rng common = { run };

			clear(&t[k]);
			random_words(&r, &t[k], rng_below(&r, 40), 1000000);
			random_words(&common, &t[k], window + ngram - 1,
				     vocabularies[i % 6]);
			random_words(&r, &t[k], rng_below(&r, 40), 1000000);
			w[k] = all_words_of(s, &t[k]);
		}
		for (uint32_t j = 0; j < w[0].nwinnowed; j++)
			shared |= among(w[0].winnowed[j], w[1].winnowed,
					w[1].nwinnowed);
		assert_true(shared);
		shingler_free(s);
	}
	free(t[0].p);
	free(t[1].p);
}

/* Words in the shortest piece that may go for a copy of n words. */
static uint32_t
shortest_piece(uint32_t n)
{
	uint32_t piece = (2 * n + 2) / 3;

	piece = piece < SHINGLE_NEAR ? SHINGLE_NEAR : piece;
	return piece < n ? piece : n;
}

/* The smallest shingle of n words from i on, among those that end there. */
static uint64_t
smallest_of_piece(const struct text *t, const struct words *w, uint32_t i,
		  uint32_t n)
{
	uint64_t least = UINT64_MAX;

	for (uint32_t s = i; s < i + n && s < w->nevery; s++) {
		uint32_t end = s, letters = 0;

		while (end < t->nwords && end < s + SHINGLE_SPAN &&
		       letters < SHINGLE_LETTERS) {
			letters += t->at[end + 1] - t->at[end] - 1;
			end++;
		}
		if (end <= i + n && w->every[s] < least)
			least = w->every[s];
	}
	return least;
}

/* Words of one letter, among them, so that many are in a shingle. */
static void
ascii_words(struct rng *r, struct text *t, uint32_t n, uint32_t vocabulary)
{
	char word[64];

	for (; n > 0; n--) {
		struct rng of = { rng_below(r, vocabulary) };
		size_t len = rng_once(&of, 3) ? 1 : rng_range(&of, 2, 24);

		for (size_t i = 0; i < len; i++)
			word[i] = (char)('a' + rng_below(&of, 26));
		put_word(t, word, len);
	}
}

/* As a set: the smallest shingle of every shortest piece, and no others. */
static void
test_a_unit_is_kept_under_the_smallest_of_every_piece(void **state)
{
	static uint64_t want[WORDS_MAX], got[WORDS_MAX], all[WORDS_MAX];
	struct rng r = { 50 };
	struct text t = { 0 };
	struct shingler *s = new_shingler(3, 0, 51);
	size_t entries = 0, ordinary = 0;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		uint32_t nwant = 0, ngot = 0, nall, piece;
		struct words w;

		clear(&t);
		ascii_words(&r, &t, rng_range(&r, 1, i % 50 == 0 ? 900 : 60),
			    vocabularies[i % 6]);
		w = all_words_of(s, &t);
		piece = shortest_piece(t.nwords);
		for (uint32_t k = 0; k + piece <= t.nwords; k++) {
			uint64_t x = smallest_of_piece(&t, &w, k, piece);

			if (x != UINT64_MAX)
				want[nwant++] = x;
		}
		nwant = sort_distinct64(want, nwant);
		for (uint32_t k = 0; k < w.nnear; k++)
			if (words_keeps(&w, k))
				got[ngot++] = w.near[k];
		entries += i % 6 == 5 ? ngot : 0;
		ordinary += i % 6 == 5;
		ngot = sort_distinct64(got, ngot);
		assert_int_equal(ngot, nwant);
		assert_memory_equal(got, want, ngot * sizeof(*got));
		/*
		 * It is looked up by the smallest of all; and by the next one,
		 * unless most are equal.
		 */
		nall = w.nevery;
		memcpy(all, w.every, nall * sizeof(*all));
		nall = sort_distinct64(all, nall);
		nall = nall < SHINGLE_ASK ? nall : SHINGLE_ASK;
		assert_in_range(w.nask, i % 6 == 5 ? nall : 1, nall);
		assert_memory_equal(w.near, all, w.nask * sizeof(*all));
		shingler_release(s);
	}
	printf("%.2f entries a unit\n", (double)entries / (double)ordinary);
	assert_true(entries * 10 < ordinary * 23);
	shingler_free(s);
	free(t.p);
}

/* Shingles in ascending order: each piece has another one that is smallest. */
static void
test_no_unit_takes_long_to_choose_shingles_of(void **state)
{
	static char word[WORDS_MAX][8];
	struct text t = { 0 };
	struct shingler *s = new_shingler(3, 0, 52);
	struct rng r = { 53 };
	uint32_t kept = 0;
	struct words w;

	(void)state;
	/* Words of 7 letters, each shingle of which has the next rank up. */
	for (uint32_t i = 0; i < 400; i++)
		sprintf(word[i], "%c%c%c%c%c%c%c", 'a' + (int)rng_below(&r, 26),
			'a' + (int)rng_below(&r, 26),
			'a' + (int)rng_below(&r, 26),
			'a' + (int)rng_below(&r, 26),
			'a' + (int)rng_below(&r, 26), 'a', 'b');
	for (uint32_t i = 0; i < 400; i++) {
		uint32_t best = i, tries = i < 2 ? 0 : 40;
		uint64_t before = 0, least = UINT64_MAX;

		/* Of some words the one that makes the next shingle larger. */
		for (uint32_t k = 0; k < tries; k++) {
			uint32_t n = t.nwords;
			size_t len = t.len;
			uint64_t x;

			put_s(&t, word[(i + k) % 400]);
			w = all_words_of(s, &t);
			x = w.every[w.nevery - 1];
			before = w.nevery > 1 ? w.every[w.nevery - 2] : 0;
			if (x > before && x < least) {
				least = x;
				best = (i + k) % 400;
			}
			t.nwords = n;
			t.len = len;
			shingler_release(s);
		}
		put_s(&t, word[best]);
	}
	w = all_words_of(s, &t);
	for (uint32_t i = 0; i < w.nnear; i++)
		kept += words_keeps(&w, i);
	/* No more than there are pieces. */
	assert_in_range(kept, 1, t.nwords - shortest_piece(t.nwords) + 1);
	shingler_release(s);
	shingler_free(s);
	free(t.p);
}

/*
 * In any script: any piece that may go for a copy is looked up by one of them.
 */
static void
test_a_piece_is_looked_up_by_what_the_unit_is_kept_under(void **state)
{
	struct rng r = { 54 };
	struct text t = { 0 };
	struct shingler *s = new_shingler(3, 0, 55);

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint32_t n = rng_range(&r, 8, 60), least, first, len;
		struct words w, piece;
		bool found = false;

		clear(&t);
		random_words(&r, &t, n, vocabularies[i % 6]);
		least = shortest_piece(n);
		len = rng_range(&r, least, n);
		first = rng_range(&r, 0, n - len);
		w = all_words_of(s, &t);
		piece = words_of(s, &t, first, len);
		for (uint32_t k = 0; k < w.nnear; k++)
			found |= words_keeps(&w, k) &&
				 w.near[k] == piece.near[0];
		assert_true(found);
		shingler_release(s);
	}
	shingler_free(s);
	free(t.p);
}

/* Only where a word begins, or no longer does, is there another shingle. */
static void
test_joining_words_changes_the_shingles_of_those_words_only(void **state)
{
	struct rng r = { 56 };
	struct text t = { 0 }, joined = { 0 };
	struct shingler *s = new_shingler(3, 0, 57);

	(void)state;
	for (int i = 0; i < 300; i++) {
		uint32_t at, missing = 0;
		struct words a, b;

		clear(&t);
		clear(&joined);
		for (uint32_t k = 0; k < 40; k++) {
			char word[8];

			for (int l = 0; l < 6; l++)
				word[l] = (char)('a' + rng_below(&r, 26));
			put_word(&t, word, 6);
		}
		at = rng_below(&r, 39);
		for (uint32_t k = 0; k < 40; k++) {
			bool both = k == at;

			put_word(&joined, t.p + t.at[k], 6);
			if (both) {
				joined.nwords--;
				joined.len--;
				put_word(&joined, t.p + t.at[++k], 6);
				joined.at[joined.nwords - 1] -= 6;
			}
		}
		a = all_words_of(s, &t);
		b = all_words_of(s, &joined);
		for (uint32_t k = 0; k < b.nevery; k++)
			assert_true(among(b.every[k], a.every, a.nevery));
		for (uint32_t k = 0; k < a.nevery; k++)
			missing += !among(a.every[k], b.every, b.nevery);
		assert_true(missing <= 2);
		shingler_release(s);
	}
	shingler_free(s);
	free(t.p);
	free(joined.p);
}

/* Until they are released, whatever is asked for in between. */
static void
test_arrays_stay_until_released(void **state)
{
	enum { UNITS = 60 };
	struct rng r = { 17 };
	struct text t[UNITS] = { { 0 } };
	struct shingler *s = new_shingler(3, 6, 18);
	struct shingler *other = new_shingler(3, 6, 18);
	size_t empty = shingler_memory(s), one;

	(void)state;
	for (int round = 0; round < 3; round++) {
		struct words w[UNITS];

		for (int i = 0; i < UNITS; i++) {
			clear(&t[i]);
			random_words(&r, &t[i], i % 10 == 0 ? WORDS_MAX :
				     rng_range(&r, 1, 300), 1000);
			w[i] = all_words_of(s, &t[i]);
		}
		for (int i = 0; i < UNITS; i++) {
			struct words v = all_words_of(other, &t[i]);

			assert_memory_equal(w[i].code, v.code, 2 * v.n);
			assert_memory_equal(w[i].tag, v.tag, v.n);
			assert_same_shingles(&w[i], &v);
			shingler_release(other);
		}
		assert_true(shingler_memory(s) > empty);
		shingler_release(s);
	}
	/* What was released is used again. */
	all_words_of(s, &t[0]);
	shingler_release(s);
	one = shingler_memory(s);
	for (int i = 0; i < 1000; i++) {
		all_words_of(s, &t[0]);
		shingler_release(s);
	}
	assert_int_equal(shingler_memory(s), one);
	shingler_release(s);
	shingler_free(s);
	shingler_free(other);
	shingler_free(NULL);
	for (int i = 0; i < UNITS; i++)
		free(t[i].p);
}

static void
test_failed_allocations_leave_a_shingler_of_use(void **state)
{
	struct shingle_options opt = {
		.ngram = 3, .sketch = true, .window = 5, .every = true,
		.seeded = true,
	};
	struct rng r = { 19 };
	struct text t = { 0 };
	int64_t live;

	(void)state;
	random_words(&r, &t, 3000, 1000);
	live = allocations.live;
	for (int on = 0; on < 2; on++)
		for (uint64_t n = 0; ; n++) {
			char *norm = malloc(t.len + SHINGLE_SLACK);
			struct shingler *s;
			struct words a = {
				.n = t.nwords, .length = t.nwords,
			}, b;
			uint64_t failed;
			int got = 0;

			assert_non_null(norm);
			memcpy(norm, t.p, t.len);
			memset(norm + t.len, 0, SHINGLE_SLACK);
			allocations_fail(n, on);
			errno = 0;
			s = shingler_new(&opt);
			if (s == NULL) {
				assert_int_equal(errno, ENOMEM);
				assert_true(allocations_succeed() > 0);
				free(norm);
				continue;
			}
			/* Many at once: more than one block of storage. */
			for (int i = 0; i < 40 && got == 0; i++)
				got = shingler_words(s, &a, norm, t.len,
						     true, false);
			if (got != 0) {
				assert_int_equal(got, -1);
				assert_int_equal(errno, ENOMEM);
			}
			/* Without memory for the loose form of characters it
			 * does as well. */
			failed = allocations_succeed();
			assert_true(got == 0 || failed > 0);
			a.n = t.nwords;
			assert_int_equal(shingler_words(s, &a, norm, t.len,
						     true, false), 0);
			b = all_words_of(s, &t);
			assert_memory_equal(a.code, b.code, 2 * b.n);
			assert_memory_equal(a.probe, b.probe, 8 * b.nprobe);
			shingler_release(s);
			shingler_free(s);
			free(norm);
			assert_int_equal(allocations.live, live);
			if (failed == 0)
				break;
		}
	free(t.p);
}

static int
set_up(void **state)
{
	(void)state;
	single = new_shingler(1, 0, 1);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	shingler_free(single);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sketch_is_the_smallest_shingles),
		cmocka_unit_test(
			test_shingles_of_any_length_agree_with_the_oracle),
		cmocka_unit_test(
			test_sketch_of_a_long_unit_is_the_smallest_shingles),
		cmocka_unit_test(test_unit_of_few_words_is_one_shingle),
		cmocka_unit_test(test_public_hash_is_the_documented_one),
		cmocka_unit_test(test_every_byte_of_a_word_counts),
		cmocka_unit_test(
			test_words_of_one_letter_again_and_again_differ),
		cmocka_unit_test(test_equal_words_have_equal_codes_and_tags),
		cmocka_unit_test(test_sketch_does_not_depend_on_what_follows),
		cmocka_unit_test(test_secret_follows_from_the_seed),
		cmocka_unit_test(test_sketch_does_not_depend_on_the_secret),
		cmocka_unit_test(test_fingerprints_of_different_texts_differ),
		cmocka_unit_test(
			test_collision_without_the_secret_is_none_with_it),
		cmocka_unit_test(
			test_different_words_have_the_same_hash_by_chance),
		cmocka_unit_test(test_sketch_is_that_of_the_loose_words),
		cmocka_unit_test(test_codes_are_those_of_the_letters),
		cmocka_unit_test(test_pieces_are_words_joined_and_parts_of_one),
		cmocka_unit_test(test_long_pieces_are_bounded),
		cmocka_unit_test(test_digits_are_equal_where_the_numbers_are),
		cmocka_unit_test(
			test_digits_are_not_looked_for_where_there_are_none),
		cmocka_unit_test(
			test_winnowing_takes_the_smallest_of_every_window),
		cmocka_unit_test(
		       test_units_that_share_a_window_share_a_winnowed_shingle),
		cmocka_unit_test(
			test_a_unit_is_kept_under_the_smallest_of_every_piece),
		cmocka_unit_test(test_no_unit_takes_long_to_choose_shingles_of),
		cmocka_unit_test(
		      test_a_piece_is_looked_up_by_what_the_unit_is_kept_under),
		cmocka_unit_test(
		   test_joining_words_changes_the_shingles_of_those_words_only),
		cmocka_unit_test(test_arrays_stay_until_released),
		cmocka_unit_test(
			test_failed_allocations_leave_a_shingler_of_use),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
