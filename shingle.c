/*
 * Words to fingerprints and sketches.
 *
 * The input is from words.c: lower-case words, each followed by one space.  A
 * fingerprint is XXH3_128bits of those bytes under the secret.  Each word, in
 * its loose form, gets a public hash for shingles and a keyed one, 24 bits of
 * which are its code and tag.
 */
#include "shingle.h"

#include "array.h"
#include "letters.h"
#include "loose.h"
#include "mix.h"
#include "ngrams.h"
#include "word_hash.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define RANDOM_MOST ((size_t)256)	/* bytes of one getentropy() */
#define POOL_BLOCK ((size_t)256 << 10)

static int
random_bytes(void *to, size_t len)
{
	unsigned char *p = to;

	while (len > 0) {
		size_t n = len < RANDOM_MOST ? len : RANDOM_MOST;

		if (getentropy(p, n) != 0)
			return -1;
		p += n;
		len -= n;
	}
	return 0;
}

struct shingler *
shingler_new(const struct shingle_options *opt)
{
	struct shingler *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->loose = loose_new();
	if (s->loose == NULL)
		goto fail;
	s->ngram = opt->ngram;
	s->window = opt->window;
	s->sketch = opt->sketch;
	s->every = opt->every;
	s->wide = vectors_available() >= VECTORS_WIDE;
	if (opt->secret != NULL) {
		memcpy(s->secret, opt->secret, SHINGLE_SECRET);
	} else if (opt->seeded) {
		unsigned char seed[sizeof(opt->seed)];

		for (size_t i = 0; i < sizeof(seed); i++)
			seed[i] = (unsigned char)(opt->seed >> 8 * i);
		XXH3_generateSecret(s->secret, SHINGLE_SECRET, seed, sizeof(seed));
	} else if (random_bytes(s->secret, SHINGLE_SECRET) != 0) {
		goto fail;
	}
	for (size_t i = 0; i < 4; i++)
		s->key[i] = XXH3_64bits_withSecret(&i, 1, s->secret,
						   SHINGLE_SECRET);
	s->open[0] = PUBLIC_0;
	s->open[1] = PUBLIC_1;
	for (size_t i = 0; i < 2; i++) {
		s->key[i] |= NH_ODD;
		s->open[i] |= NH_ODD;
	}
	return s;
fail:
	shingler_free(s);
	return NULL;
}

void
shingler_free(struct shingler *s)
{
	if (s == NULL)
		return;
	while (s->pool != NULL) {
		struct block *b = s->pool;

		s->pool = b->next;
		free(b);
	}
	loose_free(s->loose);
	free(s->word);
	free(s->public);
	free(s->shingle);
	free(s->at);
	free(s->letters);
	free(s);
}

size_t
shingler_memory(const struct shingler *s)
{
	size_t n = sizeof(*s) + loose_memory(s->loose) + s->letters_room +
		   s->room * (sizeof(*s->word) + sizeof(*s->public) +
			      sizeof(*s->shingle) + sizeof(*s->at));

	for (const struct block *b = s->pool; b != NULL; b = b->next)
		n += sizeof(*b) + b->room;
	return n;
}

void
shingler_release(struct shingler *s)
{
	struct block *b = s->pool;

	if (b == NULL)
		return;
	while (b->next != NULL || b->room > 16 * POOL_BLOCK) {
		s->pool = b->next;
		free(b);
		b = s->pool;
		if (b == NULL)
			return;
	}
	b->used = 0;
}

void *
shingler_take(struct shingler *s, size_t n)
{
	struct block *b = s->pool;
	void *p;

	n = (n + 15) & ~(size_t)15;
	if (b == NULL || b->room - b->used < n) {
		size_t room = n > POOL_BLOCK ? n : POOL_BLOCK;

		b = malloc(sizeof(*b) + room);
		if (b == NULL)
			return NULL;
		*b = (struct block){ .next = s->pool, .room = room };
		s->pool = b;
	}
	p = b->data + b->used;
	b->used += n;
	return p;
}

void
shingler_hand_out_every(struct shingler *s)
{
	s->every = true;
}

struct fingerprint
shingler_fingerprint(const struct shingler *s, const char *norm, size_t len)
{
	XXH128_hash_t h = XXH3_128bits_withSecret(norm, len, s->secret,
						  SHINGLE_SECRET);

	return (struct fingerprint){ h.high64 + (h.high64 == 0), h.low64 };
}

const unsigned char *
shingler_secret_bytes(const struct shingler *s)
{
	return s->secret;
}

uint64_t
shingler_secret(const struct shingler *s)
{
	return s->key[3];
}

uint64_t
shingle_identity(const uint16_t *code, const uint8_t *tag, uint32_t n)
{
	return XXH3_64bits_withSeed(tag, n, XXH3_64bits(code,
		n * sizeof(*code)));
}

uint64_t
shingle_identity_of(const struct fingerprint *fp)
{
	/* Equals the hash of a unit's words only by chance. */
	return XXH3_64bits_withSeed(fp, sizeof(*fp), PUBLIC_1);
}

uint64_t
words_identity(const struct words *w)
{
	return w->code != NULL ? shingle_identity(w->code, w->tag, w->n)
			       : shingle_identity_of(&w->fp);
}

uint64_t
shingle_checksum(const void *p, size_t len)
{
	return XXH3_64bits(p, len);
}

/* The loose form of the words, also with SHINGLE_SLACK bytes after it. */
static int
make_loose(struct shingler *s, struct words *w, const char *norm, size_t len,
	   bool ascii)
{
	char *p;

	w->loose = norm;
	w->loose_len = (uint32_t)len;
	if (ascii)
		return 0;
	p = shingler_take(s, len + SHINGLE_SLACK);
	if (p == NULL)
		return -1;
	len = loose_fold(s->loose, norm, len, p);
	memset(p + len, 0, SHINGLE_SLACK);
	w->loose = p;
	w->loose_len = (uint32_t)len;
	return 0;
}

/* Make room for so many words, of so many bytes. */
static int
reserve(struct shingler *s, uint32_t nwords, size_t len)
{
	if (nwords > s->room) {
		size_t room = nwords + nwords / 4 + 256, all = room + AFTER;

		if (array_resize(&s->word, all, sizeof(*s->word)) != 0 ||
		    array_resize(&s->public, all, sizeof(*s->public)) != 0 ||
		    array_resize(&s->shingle, all, sizeof(*s->shingle)) != 0 ||
		    array_resize(&s->at, all, sizeof(*s->at)) != 0)
			return -1;
		s->room = room;
	}
	if (len + SHINGLE_SLACK > s->letters_room) {
		size_t room = len + len / 4 + 1024;

		if (array_resize(&s->letters, room, 1) != 0)
			return -1;
		s->letters_room = room;
	}
	return 0;
}

int
shingler_words(struct shingler *s, struct words *w, const char *norm,
	       size_t len, bool digits, bool ascii)
{
	w->near = w->key = w->probe = w->winnowed = w->every = NULL;
	w->nnear = w->nwinnowed = w->nevery = 0;
	w->nask = w->kept = w->absent = 0;
	w->nprobe = w->nkeep = 0;
	if (reserve(s, w->n, len) != 0)
		return -1;
	w->code = shingler_take(s, w->n * sizeof(*w->code));
	w->tag = shingler_take(s, w->n * sizeof(*w->tag));
	if (w->code == NULL || w->tag == NULL ||
	    make_loose(s, w, norm, len, ascii) != 0)
		return -1;
	w->shingler = s;
	word_hash_all(s, w);
	w->digits = digits ? word_hash_numbers(s, w) : 0;
	w->digits &= ~3u;	/* a record has flags there */
	if (w->length >= SHINGLE_NEAR && letters_take(s, w, ascii) != 0)
		return -1;
	return wants_ngrams(s) ? ngrams_take(s, w) : 0;
}
