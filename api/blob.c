/* Blobs: see blob.h. */
#include "blob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "shingle.h"

int
blob_bytes(struct blob *b, const void *p, size_t n)
{
	if (n == 0)
		return 0;
	if (array_room(&b->p, &b->room, b->n + n, 1) != 0)
		return -1;
	memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

int
blob_begin(struct blob *b, const struct blob_head *h)
{
	struct blob_head head = *h;

	b->n = 0;
	memcpy(head.magic, BLOB_MAGIC, sizeof(head.magic));
	head.version = BLOB_VERSION;
	return blob_bytes(b, &head, sizeof(head));
}

int
blob_number(struct blob *b, uint64_t v)
{
	unsigned char bytes[10];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		bytes[n++] = (unsigned char)(v | 0x80);
	bytes[n++] = (unsigned char)v;
	return blob_bytes(b, bytes, n);
}

static uint64_t
checksum_of(const struct blob_head *h, const unsigned char *body, size_t len)
{
	struct {
		struct blob_head head;
		uint64_t body;
	} all = { *h, len > 0 ? shingle_checksum(body, len) : 0 };

	all.head.checksum = 0;
	return shingle_checksum(&all, sizeof(all));
}

void
blob_end(struct blob *b)
{
	struct blob_head h;

	memcpy(&h, b->p, sizeof(h));
	h.length = b->n;
	h.checksum = checksum_of(&h, b->p + sizeof(h), b->n - sizeof(h));
	memcpy(b->p, &h, sizeof(h));
}

void
blob_free(struct blob *b)
{
	free(b->p);
	*b = (struct blob){ .p = NULL };
}

static const char *
fault_of(const struct blob_head *h, const unsigned char *p, size_t len,
	 enum blob_kind kind)
{
	if (h->version != BLOB_VERSION)
		return "a blob of another version of the library";
	if (h->length != len ||
	    h->checksum != checksum_of(h, p + sizeof(*h), len - sizeof(*h)))
		return "a blob is damaged";
	if (h->kind != kind)
		return "a blob of another step";
	return NULL;
}

bool
blob_open(struct blob_reader *r, struct blob_head *h, const void *p,
	  size_t len, enum blob_kind kind, char why[DEDUP_WHY])
{
	const unsigned char *bytes = p;
	const char *fault = "no blob of dedup";

	if (len >= sizeof(*h)) {
		memcpy(h, p, sizeof(*h));
		if (memcmp(h->magic, BLOB_MAGIC, sizeof(h->magic)) == 0)
			fault = fault_of(h, bytes, len, kind);
	}
	if (fault != NULL) {
		snprintf(why, DEDUP_WHY, "%s", fault);
		return false;
	}
	*r = (struct blob_reader){ bytes + sizeof(*h), bytes + len, false };
	return true;
}

const unsigned char *
blob_read_bytes(struct blob_reader *r, size_t n)
{
	const unsigned char *p = r->p;

	if ((size_t)(r->end - r->p) < n) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	return p;
}

uint64_t
blob_read_fixed(struct blob_reader *r, size_t n)
{
	const unsigned char *p = blob_read_bytes(r, n);
	uint64_t v = 0;

	if (p != NULL)
		memcpy(&v, p, n);
	return v;
}

uint64_t
blob_read_number(struct blob_reader *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint64_t byte = blob_read_fixed(r, 1);

		v |= (byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return v;
	}
	r->bad = true;
	return 0;
}

uint64_t
blob_read_count(struct blob_reader *r, size_t size)
{
	uint64_t n = blob_read_number(r);

	if (n <= (uint64_t)(r->end - r->p) / size)
		return n;
	r->bad = true;
	return 0;
}

bool
blob_is_done(const struct blob_reader *r)
{
	return !r->bad && r->p == r->end;
}
