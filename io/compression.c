/* Kinds of compression: their names, levels, suffixes and magic numbers. */
#include "compression.h"

#include <assert.h>
#include <string.h>

#include "codec.h"

/* In the order of enum compression_kind. */
static const struct kind {
	const char *name, *suffix;
	int least, most, usual;		/* levels */
	const char *wrong_level;
	const struct codec *codec;
} kinds[] = {
	{ .name = "none", .wrong_level = "none has no level" },
	{
		.name = "gzip", .suffix = ".gz",
		.most = 9, .usual = 6,
		.wrong_level = "a level of gzip is 0 to 9",
		.codec = &codec_gzip,
	},
	{
		.name = "zstd", .suffix = ".zst",
		.least = 1, .most = 22, .usual = 3,
		.wrong_level = "a level of zstd is 1 to 22",
		.codec = &codec_zstd,
	},
	{
		.name = "xz", .suffix = ".xz",
		.most = 9, .usual = 6,
		.wrong_level = "a level of xz is 0 to 9",
		.codec = &codec_xz,
	},
};

#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct kind *
kind_of(enum compression_kind kind)
{
	assert((size_t)kind < NKINDS);
	return &kinds[kind];
}

/* "0" to "99", or -1. */
static int
parse_level(const char *s)
{
	int n = 0;

	if (strlen(s) < 1 || strlen(s) > 2 || strspn(s, "0123456789") <
	    strlen(s))
		return -1;
	while (*s != '\0')
		n = 10 * n + (*s++ - '0');
	return n;
}

/* "gzip", or its suffix without the dot, "gz"? */
static bool
is_called(const struct kind *k, const char *s, size_t len)
{
	return (strlen(k->name) == len && memcmp(s, k->name, len) == 0) ||
	       (k->suffix != NULL && len > 0 && strlen(k->suffix) == len + 1 &&
		memcmp(s, k->suffix + 1, len) == 0);
}

int
compression_parse(const char *arg, struct compression *c, const char **why)
{
	size_t len = strcspn(arg, ":");

	for (size_t i = 0; i < NKINDS; i++) {
		const struct kind *k = &kinds[i];
		int level = -1;

		if (!is_called(k, arg, len))
			continue;
		if (arg[len] == ':') {
			level = parse_level(arg + len + 1);
			if (i == COMPRESSION_NONE || level < k->least ||
			    level > k->most) {
				*why = k->wrong_level;
				return -1;
			}
		}
		c->kind = (enum compression_kind)i;
		c->level = level;
		return 0;
	}
	*why = "not none, gzip, zstd or xz";
	return -1;
}

struct compression
compression_of_suffix(const char *path)
{
	struct compression c = { .kind = COMPRESSION_NONE, .level = -1 };
	size_t len = strlen(path);

	for (size_t i = 1; i < NKINDS; i++) {
		size_t n = strlen(kinds[i].suffix);

		if (len > n && memcmp(path + len - n, kinds[i].suffix, n) == 0)
			c.kind = (enum compression_kind)i;
	}
	return c;
}

const char *
compression_unknown(const char *path)
{
	static const char *const suffixes[] = {
		".bz2", ".lz4", ".lzma", ".lz", ".lzo", ".br", ".Z", ".zip",
		".7z",
	};
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t n = strlen(suffixes[i]);

		if (len > n && strcmp(path + len - n, suffixes[i]) == 0)
			return suffixes[i];
	}
	return NULL;
}

size_t
compression_plain_len(const char *path)
{
	struct compression c = compression_of_suffix(path);

	return strlen(path) - strlen(compression_suffix(c.kind));
}

const char *
compression_suffix(enum compression_kind kind)
{
	const char *suffix = kind_of(kind)->suffix;

	return suffix != NULL ? suffix : "";
}

const char *
compression_name(enum compression_kind kind)
{
	return kind_of(kind)->name;
}

int
compression_level(const struct compression *c)
{
	return c->level < 0 ? kind_of(c->kind)->usual : c->level;
}

const struct codec *
codec_of(enum compression_kind kind)
{
	return kind_of(kind)->codec;
}

const char *
compression_missing(enum compression_kind kind)
{
	const struct codec *codec = codec_of(kind);

	return codec != NULL ? codec->missing : NULL;
}

/*
 * RFC 1952 with deflate, the only method; RFC 8878, a frame or one of sixteen
 * kinds of skippable frames; the .xz file format 1.2, 2.1.1.1.
 */
static const struct magic {
	enum compression_kind kind;
	unsigned char len, loose;	/* bits of the first byte that may
					 * vary */
	unsigned char bytes[COMPRESSION_MAGIC];
} magics[] = {
	{ COMPRESSION_GZIP, 3, 0x00, { 0x1f, 0x8b, 0x08 } },
	{ COMPRESSION_ZSTD, 4, 0x00, { 0x28, 0xb5, 0x2f, 0xfd } },
	{ COMPRESSION_ZSTD, 4, 0x0f, { 0x50, 0x2a, 0x4d, 0x18 } },
	{ COMPRESSION_XZ, 6, 0x00, { 0xfd, '7', 'z', 'X', 'Z', 0x00 } },
};

bool
compression_of_magic(const unsigned char *head, size_t n,
		     enum compression_kind *kind)
{
	*kind = COMPRESSION_NONE;
	if (n == 0)
		return false;
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		const struct magic *m = &magics[i];
		size_t len = n < m->len ? n : m->len;

		if ((head[0] & ~m->loose) != m->bytes[0] ||
		    memcmp(head + 1, m->bytes + 1, len - 1) != 0)
			continue;
		if (len < m->len)
			return false;	/* no two begin alike */
		*kind = m->kind;
		return true;
	}
	return true;
}
