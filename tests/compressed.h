/*
 * What the tests of source.c and writer.c share: text and noise, and the
 * libraries' own functions that take a buffer whole, as an oracle.
 *
 * Include random.h before.  Where a library was left out, its tests skip:
 * skip_missing().
 */
#ifndef COMPRESSED_H
#define COMPRESSED_H

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif

#include "compression.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

struct blob {
	unsigned char *p;
	size_t len;
};

static const enum compression_kind all_kinds[] = {
	COMPRESSION_GZIP, COMPRESSION_ZSTD, COMPRESSION_XZ,
};

static inline bool
is_missing(enum compression_kind kind)
{
	if (compression_missing(kind) == NULL)
		return false;
	print_message("skipped: %s: %s\n", compression_name(kind),
		      compression_missing(kind));
	return true;
}

/* for_each_kind(k) { ... }: those that there are. */
#define for_each_kind(k) \
	for (size_t k##_i = 0; k##_i < ARRAY_LEN(all_kinds); k##_i++) \
		for (enum compression_kind k = all_kinds[k##_i], \
		     k##_once = COMPRESSION_XZ; \
		     k##_once != COMPRESSION_NONE && !is_missing(k); \
		     k##_once = COMPRESSION_NONE)

static inline struct blob
blob_new(size_t len)
{
	struct blob b = { malloc(len > 0 ? len : 1), len };

	assert_non_null(b.p);
	return b;
}

static inline struct blob
blob_of(const void *p, size_t len)
{
	struct blob b = blob_new(len);

	if (len > 0)
		memcpy(b.p, p, len);
	return b;
}

/* Behind it, what 'more' is; that is freed. */
static inline void
blob_append(struct blob *b, struct blob more)
{
	b->p = realloc(b->p, b->len + more.len + 1);
	assert_non_null(b->p);
	if (more.len > 0)
		memcpy(b->p + b->len, more.p, more.len);
	b->len += more.len;
	free(more.p);
}

/* Words that come again. */
static inline struct blob
text_blob(struct rng *r, size_t len)
{
	struct blob b = blob_new(len);

	for (size_t i = 0; i < len; ) {
		struct rng word = { rng_below(r, 500) };

		for (uint32_t n = rng_range(&word, 2, 9); n > 0 && i < len; n--)
			b.p[i++] = (unsigned char)('a' + rng_below(&word, 26));
		if (i < len)
			b.p[i++] = rng_once(r, 9) ? '\n' : ' ';
	}
	return b;
}

static inline struct blob
noise_blob(struct rng *r, size_t len)
{
	struct blob b = blob_new(len);

	for (size_t i = 0; i < len; i++)
		b.p[i] = (unsigned char)rng_next(r);
	return b;
}

static inline struct blob
zeros_blob(size_t len)
{
	struct blob b = blob_new(len);

	memset(b.p, 0, len);
	return b;
}

/* A member, frame or stream of it, as the library itself makes one. */
static inline struct blob
pack(enum compression_kind kind, int level, struct blob text)
{
	struct blob b = blob_new(text.len + text.len / 8 + 1024);

	(void)level;
	switch (kind) {
#ifdef HAVE_ZLIB
	case COMPRESSION_GZIP: {
		z_stream z = { 0 };

		assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 31, 9,
					      Z_DEFAULT_STRATEGY), Z_OK);
		z.next_in = text.p;
		z.avail_in = (uInt)text.len;
		z.next_out = b.p;
		z.avail_out = (uInt)b.len;
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		b.len = z.total_out;
		deflateEnd(&z);
		break;
	}
#endif
#ifdef HAVE_ZSTD
	case COMPRESSION_ZSTD: {
		ZSTD_CCtx *ctx = ZSTD_createCCtx();

		ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, level);
		ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
		b.len = ZSTD_compress2(ctx, b.p, b.len, text.p, text.len);
		assert_false(ZSTD_isError(b.len));
		ZSTD_freeCCtx(ctx);
		break;
	}
#endif
#ifdef HAVE_LZMA
	case COMPRESSION_XZ: {
		size_t at = 0;

		assert_int_equal(lzma_easy_buffer_encode((uint32_t)level,
			LZMA_CHECK_CRC64, NULL, text.p, text.len, b.p, &at,
			b.len), LZMA_OK);
		b.len = at;
		break;
	}
#endif
	default:
		fail_msg("no such library");
	}
	return b;
}

/*
 * What is packed there, whole: also of several members; how many there are
 * goes to *members, and -1 where that is not told.
 */
static inline struct blob
unpack(enum compression_kind kind, const unsigned char *p, size_t len,
       size_t room, int *members)
{
	struct blob b = blob_new(room + 1);
	size_t at = 0;

	(void)p;
	(void)len;
	*members = 0;
	switch (kind) {
#ifdef HAVE_ZLIB
	case COMPRESSION_GZIP:
		while (len > 0) {
			z_stream z = { 0 };

			assert_int_equal(inflateInit2(&z, 31), Z_OK);
			z.next_in = (Bytef *)p;
			z.avail_in = (uInt)len;
			z.next_out = b.p + at;
			z.avail_out = (uInt)(b.len - at);
			assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
			p += z.total_in;
			len -= z.total_in;
			at += z.total_out;
			inflateEnd(&z);
			++*members;
		}
		break;
#endif
#ifdef HAVE_ZSTD
	case COMPRESSION_ZSTD:
		while (len > 0) {
			size_t n = ZSTD_findFrameCompressedSize(p, len), got;

			assert_false(ZSTD_isError(n));
			assert_true(p[4] & 4);		/* has a checksum */
			got = ZSTD_decompress(b.p + at, b.len - at, p, n);
			assert_false(ZSTD_isError(got));
			p += n;
			len -= n;
			at += got;
			++*members;
		}
		break;
#endif
#ifdef HAVE_LZMA
	case COMPRESSION_XZ: {
		size_t in = 0;

		for (; in < len; ++*members) {
			uint64_t memory = UINT64_MAX;

			assert_int_equal(lzma_stream_buffer_decode(&memory, 0,
				NULL, p, &in, len, b.p, &at, b.len), LZMA_OK);
		}
		break;
	}
#endif
	case COMPRESSION_NONE:
		assert_true(len <= b.len);
		memcpy(b.p, p, len);
		at = len;
		break;
	default:
		fail_msg("no such library");
	}
	b.len = at;
	return b;
}

/* The levels that are tried. */
static inline int
level_least(enum compression_kind kind)
{
	return kind == COMPRESSION_ZSTD ? 1 : 0;
}

static inline int
level_most(enum compression_kind kind)
{
	return kind == COMPRESSION_ZSTD ? 22 : 9;
}

static inline void
assert_blob(struct blob got, struct blob want)
{
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.p, want.p, want.len);
}

#endif
