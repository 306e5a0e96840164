/*
 * Digests as WARC headers write them: "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ".
 *
 * An existing value gives the form of the new one: its label, which names the
 * algorithm, base32 or base16, upper or lower case, padded or not. libnettle
 * computes the hashes.  Built without HAVE_NETTLE, no value is recognised.
 *
 * Known are md5, sha1, sha256, sha384 and sha512, in any case and with or
 * without the hyphen of "sha-1".  No function keeps state between calls.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest {
	const struct digest_algorithm *algorithm;
	size_t label_len;	/* bytes before the digits, with the colon */
	size_t len;		/* bytes after these, padding included */
	const char *alphabet;	/* 16 or 32 digits */
	union {
		uint64_t align;
		unsigned char bytes[256];
	} context;
};

/*
 * Begin a digest with the algorithm and form of the 'len' bytes at 'value',
 * which are not used later.  False if they are not known, or if the length is
 * wrong: then *d must not be used.
 */
bool digest_begin(struct digest *d, const char *value, size_t len);

void digest_add(struct digest *d, const void *data, size_t len);

/* Write d->len bytes, which follow the label, to 'out'; ends the use of *d. */
void digest_end(struct digest *d, char *out);

#endif
