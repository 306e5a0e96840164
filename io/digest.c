/*
 * Digests in the form of given ones.  Others know what a digest is of and which
 * header line has it.
 *
 * Within an algorithm the number of digits says whether it is base16 or base32:
 *
 *		md5   sha1   sha256   sha384   sha512
 *	bytes	 16     20       32       48       64
 *	base16	 32     40       64       96      128
 *	base32	 26     32       52       77      103
 *
 * After base32 there may be '=' up to a multiple of 8 (RFC 4648).
 *
 * Base64 is not recognised: one that happens to have no '+', '/', '-' or '_'
 * does not show which of the two alphabets is meant.
 */
#include "digest.h"

#ifdef HAVE_NETTLE

#include <assert.h>
#include <string.h>

#include <nettle/nettle-meta.h>
#include <nettle/version.h>

#define SIZE_MAX_BYTES	64	/* of the longest digest */

struct digest_algorithm {
	const char *label;	/* lower case */
	const struct nettle_hash *hash;
};

static const struct digest_algorithm algorithms[] = {
	{ "md5", &nettle_md5 },
	{ "sha1", &nettle_sha1 }, { "sha-1", &nettle_sha1 },
	{ "sha256", &nettle_sha256 }, { "sha-256", &nettle_sha256 },
	{ "sha384", &nettle_sha384 }, { "sha-384", &nettle_sha384 },
	{ "sha512", &nettle_sha512 }, { "sha-512", &nettle_sha512 },
};

/* By base (16, 32) and case (upper, lower). */
static const char *const alphabets[2][2] = {
	{ "0123456789ABCDEF", "0123456789abcdef" },
	{ "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
	  "abcdefghijklmnopqrstuvwxyz234567" },
};

static const struct digest_algorithm *
find_algorithm(const char *label, size_t len)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		const char *want = algorithms[i].label;
		size_t n = 0;

		while (n < len && want[n] != '\0' &&
		       (label[n] == want[n] ||
			(label[n] >= 'A' && label[n] + 32 == want[n])))
			n++;
		if (n == len && want[n] == '\0')
			return &algorithms[i];
	}
	return NULL;
}

/* The alphabet of base 'b' (index above) that has all digits, or NULL. */
static const char *
find_alphabet(size_t b, const char *digits, size_t n)
{
	/* If it has no letters: lower case for base16, upper for base32. */
	for (size_t i = 0; i < 2; i++) {
		const char *alphabet = alphabets[b][b == 0 ? 1 - i : i];
		size_t have = 0;

		while (have < n && digits[have] != '\0' &&
		       strchr(alphabet, digits[have]) != NULL)
			have++;
		if (have == n)
			return alphabet;
	}
	return NULL;
}

bool
digest_begin(struct digest *d, const char *value, size_t len)
{
	const char *colon = len > 0 ? memchr(value, ':', len) : NULL;
	size_t size, n;

	if (colon == NULL)
		return false;
	d->label_len = (size_t)(colon - value) + 1;
	d->len = len - d->label_len;
	d->algorithm = find_algorithm(value, d->label_len - 1);
	if (d->algorithm == NULL)
		return false;
	n = d->len;
	while (n > 0 && colon[n] == '=')
		n--;
	size = d->algorithm->hash->digest_size;
	if (n == 2 * size && n == d->len)
		d->alphabet = find_alphabet(0, colon + 1, n);
	else if (n == (8 * size + 4) / 5 &&
		 (n == d->len || d->len == (n + 7) / 8 * 8))
		d->alphabet = find_alphabet(1, colon + 1, n);
	else
		return false;
	if (d->alphabet == NULL)
		return false;
	assert(d->algorithm->hash->context_size <= sizeof(d->context));
	assert(size <= SIZE_MAX_BYTES);
	d->algorithm->hash->init(&d->context);
	return true;
}

void
digest_add(struct digest *d, const void *data, size_t len)
{
	if (len > 0)
		d->algorithm->hash->update(&d->context, len, data);
}

void
digest_end(struct digest *d, char *out)
{
	size_t size = d->algorithm->hash->digest_size, n = 0;
	unsigned width = strlen(d->alphabet) == 16 ? 4 : 5;
	unsigned bits = 0, nbits = 0;	/* read, but not yet written as a
					 * digit */
	unsigned char raw[SIZE_MAX_BYTES];

#if NETTLE_VERSION_MAJOR >= 4
	d->algorithm->hash->digest(&d->context, raw);
#else
	d->algorithm->hash->digest(&d->context, size, raw);
#endif
	for (size_t i = 0; i < size; i++) {
		bits = bits << 8 | raw[i];
		for (nbits += 8; nbits >= width; nbits -= width)
			out[n++] = d->alphabet[bits >> (nbits - width) &
					       ((1U << width) - 1)];
		bits &= (1U << nbits) - 1;
	}
	if (nbits > 0)
		out[n++] = d->alphabet[bits << (width - nbits)];
	while (n < d->len)
		out[n++] = '=';
}

#else /* no digests: nothing is recognised, so that nothing else is called */

bool
digest_begin(struct digest *d, const char *value, size_t len)
{
	(void)d;
	(void)value;
	(void)len;
	return false;
}

void
digest_add(struct digest *d, const void *data, size_t len)
{
	(void)d;
	(void)data;
	(void)len;
}

void
digest_end(struct digest *d, char *out)
{
	(void)d;
	(void)out;
}

#endif
