/*
 * Digests as WARC headers write them: "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ".
 *
 * A value that is there shows how a new one is to look: its label, which names
 * the algorithm, base32 or base16, upper or lower case, padded or not.  The
 * hashing is libnettle's.  Built without HAVE_NETTLE, no value is recognised.
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
	size_t label_len;	/* bytes before the digits, the colon's too */
	size_t len;		/* bytes after these, padding included */
	const char *alphabet;	/* 16 or 32 digits */
	union {
		uint64_t align;
		unsigned char bytes[256];
	} context;
};

/*
 * Begin a digest of the algorithm and look of the 'len' bytes at 'value', which
 * are not used later.  False if these are not known, or are not a digest's
 * length: then *d is of no use.
 */
bool digest_begin(struct digest *d, const char *value, size_t len);

void digest_add(struct digest *d, const void *data, size_t len);

/* Write d->len bytes, to stand after the label, to 'out'; *d is used up. */
void digest_end(struct digest *d, char *out);

#endif
