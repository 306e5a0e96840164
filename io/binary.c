/*
 * Recognises binary data by magic numbers, UTF-16 and UTF-32, and data with
 * many bytes that are never in text.
 */
#include "binary.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MAGIC_WINDOW 512	/* a weak magic number needs a NUL in these */
#define KINDS_MIN 8		/* see binary.h */
#define FEW 8
#define NULS_SHARE 100
#define CONTROLS_SHARE 50
#define ASCII_MIN 4		/* characters; for UTF-16 without a byte-order
				 * mark */

static const char pictures[] = "there is no text to read in it";
static const char unpack[] = "unpack it first";
static const char convert[] = "convert it to text first";
static const char twice[] =
	"it was compressed twice: decompress it once more first";

/* Text may begin with a weak magic number: it counts only with a NUL nearby. */
static const struct magic {
	const char *bytes;
	size_t len, at;
	bool weak;
	struct binary is;
} magics[] = {
#define STRONG(s) s, sizeof(s) - 1, 0, false
#define WEAK(s) s, sizeof(s) - 1, 0, true
#define WEAK_AT(s, at) s, sizeof(s) - 1, at, true
	{ STRONG("\x7f" "ELF"),
	  { "ELF program or library", "strings FILE | dedup" } },
	{ WEAK("MZ\x90"),
	  { "Windows program or library", "strings FILE | dedup" } },
	{ STRONG("\xca\xfe\xba\xbe"),
	  { "Java class or Mach-O program", "strings FILE | dedup" } },
	{ STRONG("\xcf\xfa\xed\xfe"),
	  { "Mach-O program or library", "strings FILE | dedup" } },
	{ STRONG("\0asm"), { "WebAssembly", "strings FILE | dedup" } },
	{ STRONG("\xde\x12\x04\x95"),
	  { "compiled message catalogue", "msgunfmt FILE | dedup" } },

	{ WEAK_AT("ustar", 257), { "tar archive", "tar -xf FILE" } },
	{ STRONG("!<arch>\n"),
	  { "ar archive or Debian package", unpack } },
	{ WEAK("07070"), { "cpio archive", unpack } },
	{ STRONG("\xed\xab\xee\xdb"), { "RPM package", unpack } },
	{ STRONG("PK\3\4"),
	  { "zip archive, or an office document or book kept as one",
	    "unzip -p FILE | dedup, or convert it to text first" } },
	{ STRONG("PK\5\6"), { "zip archive without files", unpack } },
	{ STRONG("7z\xbc\xaf\x27\x1c"),
	  { "7z archive", "7z x -so FILE | dedup" } },
	{ STRONG("Rar!\x1a\7"), { "rar archive", unpack } },

	{ STRONG("\x1f\x9d"),
	  { "compress (.Z) data", "gzip -dc FILE | dedup" } },
	{ STRONG("\x04\x22\x4d\x18"), { "lz4 data", "lz4 -dc FILE | dedup" } },
	{ STRONG("LZIP\1"), { "lzip data", "lzip -dc FILE | dedup" } },
	{ STRONG("\x1f\x8b\x08"), { "gzip data", twice } },
	{ STRONG("\x28\xb5\x2f\xfd"), { "zstd data", twice } },
	{ STRONG("\xfd" "7zXZ\0"), { "xz data", twice } },

	{ WEAK("PAR1"),
	  { "Parquet",
	    "python3 -m libdedup FILE -o DIR, or convert it to JSONL" } },
	{ STRONG("ARROW1\0"),
	  { "Arrow file",
	    "convert it to JSONL, or use dedup's Python package" } },
	{ STRONG("Obj\1"), { "Avro", "convert it to JSONL first" } },
	{ WEAK("ORC"), { "ORC", "convert it to JSONL first" } },
	{ STRONG("SQLite format 3\0"),
	  { "SQLite database", "sqlite3 FILE .dump" } },
	{ STRONG("\x93NUMPY"), { "NumPy array", convert } },
	{ STRONG("\x89HDF\r\n\x1a\n"), { "HDF5", convert } },
	{ STRONG("\x89" "dedup\r\n"),
	  { "table of dedup", "--load=FILE, or dedup --list FILE" } },

	{ STRONG("%PDF-"), { "PDF", "pdftotext FILE - | dedup" } },
	{ STRONG("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
	  { "office document (.doc, .xls, .ppt)", convert } },

	{ STRONG("\x89PNG\r\n\x1a\n"), { "PNG picture", pictures } },
	{ STRONG("\xff\xd8\xff"), { "JPEG picture", pictures } },
	{ WEAK("GIF87a"), { "GIF picture", pictures } },
	{ WEAK("GIF89a"), { "GIF picture", pictures } },
	{ STRONG("II*\0"), { "TIFF picture", pictures } },
	{ STRONG("MM\0*"), { "TIFF picture", pictures } },
	{ WEAK("RIFF"), { "RIFF (WAV, AVI or WebP)", pictures } },
	{ STRONG("OggS\0"), { "Ogg", pictures } },
	{ STRONG("fLaC\0"), { "FLAC", pictures } },
	{ STRONG("ID3\2"), { "MP3", pictures } },
	{ STRONG("ID3\3"), { "MP3", pictures } },
	{ STRONG("ID3\4"), { "MP3", pictures } },
	{ WEAK_AT("ftyp", 4), { "MP4 or a related format", pictures } },
	{ STRONG("\x1a\x45\xdf\xa3"), { "Matroska or WebM", pictures } },
	{ STRONG("\0\1\0\0\0"), { "TrueType font", pictures } },
	{ WEAK("OTTO"), { "OpenType font", pictures } },
	{ WEAK("wOFF"), { "WOFF font", pictures } },
	{ WEAK("wOF2"), { "WOFF2 font", pictures } },
};

static const struct binary document = {
	"office document or book (.docx, .odt, .epub)",
	"pandoc -t plain --wrap=none FILE | dedup",
};
static const struct binary bzip2 = {
	"bzip2 data", "bzip2 -dc FILE | dedup",
};
static const struct binary utf16 = {
	"UTF-16", "iconv -f UTF-16 -t UTF-8 FILE | dedup",
};
static const struct binary utf16le = {
	"UTF-16LE", "iconv -f UTF-16LE -t UTF-8 FILE | dedup",
};
static const struct binary utf16be = {
	"UTF-16BE", "iconv -f UTF-16BE -t UTF-8 FILE | dedup",
};
static const struct binary utf32 = {
	"UTF-32", "iconv -f UTF-32 -t UTF-8 FILE | dedup",
};
static const struct binary utf32le = {
	"UTF-32LE", "iconv -f UTF-32LE -t UTF-8 FILE | dedup",
};
static const struct binary utf32be = {
	"UTF-32BE", "iconv -f UTF-32BE -t UTF-8 FILE | dedup",
};
static const struct binary with_nuls = {
	"binary data (many NUL bytes)", convert,
};
static const struct binary with_controls = {
	"binary data (many control characters)", convert,
};

/* A control character that is never in text, such as NUL. */
static bool
is_foreign(unsigned char c)
{
	return c < 0x20 && !(c >= '\a' && c <= '\r') && c != 0x1b;
}

/* A zip archive that is a document, by the names of its members? */
static bool
holds_document(const char *s, size_t len)
{
	static const char *const names[] = {
		"[Content_Types].xml", "word/", "mimetypeapplication/epub+zip",
		"mimetypeapplication/vnd.oasis.opendocument",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (memmem(s, len, names[i], strlen(names[i])) != NULL)
			return true;
	return false;
}

/* "BZh", the size of a block, and the magic number of the first block. */
static bool
is_bzip2(const char *s, size_t len)
{
	return len >= 10 && memcmp(s, "BZh", 3) == 0 &&
	       s[3] >= '1' && s[3] <= '9' &&
	       (memcmp(s + 4, "1AY&SY", 6) == 0 ||
		memcmp(s + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

static const struct binary *
find_magic(const char *s, size_t len)
{
	size_t near = len < MAGIC_WINDOW ? len : MAGIC_WINDOW;
	bool nul = len > 0 && memchr(s, '\0', near) != NULL;

	if (is_bzip2(s, len))
		return &bzip2;
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
		const struct magic *m = &magics[i];

		if (len >= m->at + m->len && (nul || !m->weak) &&
		    memcmp(s + m->at, m->bytes, m->len) == 0)
			return &m->is;
	}
	return NULL;
}

/* A code unit of 'size' bytes, 2 or 4. */
static uint32_t
unit_at(const char *s, size_t size, bool big)
{
	uint32_t u = 0;

	for (size_t i = 0; i < size; i++)
		u = u << 8 | (unsigned char)s[big ? i : size - 1 - i];
	return u;
}

/*
 * Is it valid UTF-16 (size 2) or UTF-32 (4)?  Then *ascii is how many of the
 * characters are ASCII.  A character that is cut off at the end does not count.
 */
static bool
is_wide(const char *s, size_t len, size_t size, bool big, size_t *ascii)
{
	*ascii = 0;
	for (size_t i = 0; i + size <= len; i += size) {
		uint32_t u = unit_at(s + i, size, big);

		if (u < 0x80 ? is_foreign((unsigned char)u) :
		    u > 0x10ffff || (u & 0xfffe) == 0xfffe)
			return false;
		*ascii += u < 0x80;
		if (u >> 11 != 0xd800 >> 11)
			continue;
		if (size == 4 || u >> 10 != 0xd800 >> 10)
			return false;
		i += size;
		if (i + size <= len &&
		    unit_at(s + i, size, big) >> 10 != 0xdc00 >> 10)
			return false;
	}
	return true;
}

/*
 * UTF-16 or UTF-32 without a byte-order mark, or NULL.  'thick': it has many
 * NUL bytes or control characters; else half of it has to be ASCII.
 */
static const struct binary *
find_wide(const char *s, size_t len, bool thick)
{
	static const struct {
		size_t size;
		bool big;
		const struct binary *is;
	} forms[] = {
		{ 4, false, &utf32le }, { 4, true, &utf32be },
		{ 2, false, &utf16le }, { 2, true, &utf16be },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t size = forms[i].size, ascii;

		if (is_wide(s, len, size, forms[i].big, &ascii) &&
		    ascii >= ASCII_MIN && (thick || ascii >= len / size / 2))
			return forms[i].is;
	}
	return NULL;
}

static const struct binary *
find_mark(const char *s, size_t len)
{
	size_t ascii;

	if (len >= 4 && memcmp(s, "\xff\xfe\0\0", 4) == 0 &&
	    is_wide(s, len, 4, false, &ascii))
		return &utf32;
	if (len >= 4 && memcmp(s, "\0\0\xfe\xff", 4) == 0)
		return &utf32;
	if (len >= 2 && (memcmp(s, "\xff\xfe", 2) == 0 ||
			 memcmp(s, "\xfe\xff", 2) == 0))
		return &utf16;
	return NULL;
}

/* Fast: counts the bytes for which is_foreign() is true, and a few more. */
static size_t
count_controls(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		n += (c < 0x20) & (c != '\n') & (c != '\t') & (c != '\r');
	}
	return n;
}

/* Data with many bytes that are never in text, or NULL. */
static const struct binary *
find_thick(const char *s, size_t len)
{
	size_t count[0x20] = { 0 }, foreign = 0, kinds = 0;
	const struct binary *wide;
	bool nuls, controls;

	if (count_controls(s, len) < ASCII_MIN)
		return NULL;
	for (size_t i = 0; i < len; i++)
		if (is_foreign((unsigned char)s[i]))
			count[(unsigned char)s[i]]++;
	for (size_t c = 1; c < 0x20; c++) {
		foreign += count[c];
		kinds += count[c] > 0;
	}
	nuls = count[0] > FEW && count[0] > len / NULS_SHARE;
	controls = foreign > FEW && foreign > len / CONTROLS_SHARE &&
		   kinds >= KINDS_MIN;
	wide = find_wide(s, len, nuls || controls);
	return wide != NULL ? wide : nuls ? &with_nuls :
	       controls ? &with_controls : NULL;
}

const struct binary *
binary_recognize(const char *s, size_t len)
{
	const struct binary *is = find_mark(s, len);

	if (len > BINARY_WINDOW)
		len = BINARY_WINDOW;
	if (is == NULL)
		is = find_magic(s, len);
	/* The first member of a document says what it is. */
	if (len >= 4 && memcmp(s, "PK\3\4", 4) == 0 && holds_document(s, len))
		return &document;
	return is != NULL ? is : find_thick(s, len);
}
