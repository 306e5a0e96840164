/*
 * Scans WARC records, and makes the header of a record with less text.
 *
 * A header is read line by line, and only if it is complete, so that it makes
 * no difference where the input is divided.  Others know what is in a text, and
 * where bytes come from and go to.
 */
#include "warc.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"

#define VERSION_DIGITS	3	/* at most, on either side of the dot */
#define NUMBER_MAX	20	/* digits of UINT64_MAX */

/* A field of a header, and the lines that continue it. */
struct field {
	size_t start, end;	/* all its lines, with the last one's end */
	size_t name_len;	/* the name is at 'start'; 0: it has none */
	size_t value, value_len;	/* without space around it */
};

static const char *const names[WARC_NFIELDS] = {
	[WARC_TYPE] = "warc-type",
	[WARC_RECORD_ID] = "warc-record-id",
	[WARC_TARGET_URI] = "warc-target-uri",
	[WARC_CONTENT_TYPE] = "content-type",
	[WARC_CONTENT_LENGTH] = "content-length",
	[WARC_BLOCK_DIGEST] = "warc-block-digest",
	[WARC_PAYLOAD_DIGEST] = "warc-payload-digest",
	[WARC_TRUNCATED] = "warc-truncated",
	[WARC_SEGMENT_NUMBER] = "warc-segment-number",
};

static const char *const not_text = "not text/plain";

/* Always -1. */
static int
fail(struct warc_record *r, const char *why)
{
	r->why = why;
	return -1;
}

/* Ask for 'need' bytes; fails at the end of input. */
static int
more(struct warc_record *r, uint64_t need, bool eof, const char *why)
{
	if (eof)
		return fail(r, why);
	r->need = need;
	return 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Do the bytes equal 'word', which is in lower case?  In any locale. */
static bool
equals(const char *p, size_t len, const char *word)
{
	size_t i = 0;

	for (; i < len && word[i] != '\0'; i++)
		if (p[i] != word[i] &&
		    !(p[i] >= 'A' && p[i] <= 'Z' && p[i] + 32 == word[i]))
			return false;
	return i == len && word[i] == '\0';
}

/* Strip the space around the *len bytes at *p. */
static void
trim(const char **p, size_t *len)
{
	while (*len > 0 && is_space(**p)) {
		++*p;
		--*len;
	}
	while (*len > 0 && is_space((*p)[*len - 1]))
		--*len;
}

/* Where the line with 'at' ends, after its LF; 'len' if it has none. */
static size_t
line_end(const char *p, size_t len, size_t at)
{
	const char *lf = at < len ? memchr(p + at, '\n', len - at) : NULL;

	return lf != NULL ? (size_t)(lf - p) + 1 : len;
}

/*
 * Bytes of the line end at 'p', or 0.  A CR at the end of the bytes may be half
 * of one; then *cut is set.
 */
static size_t
line_end_len(const char *p, size_t len, bool *cut)
{
	*cut = len == 1 && *p == '\r';
	if (len > 0 && *p == '\n')
		return 1;
	return len > 1 && p[0] == '\r' && p[1] == '\n' ? 2 : 0;
}

/*
 * Bytes of the line at 'p' if it begins a record, with *version set; 0 if more
 * bytes are needed to know; else -1.
 */
static int
start_line(const char *p, size_t len, unsigned *version)
{
	static const char magic[] = "WARC/";
	unsigned number[2] = { 0, 0 };
	size_t i = 0, end;
	bool cut;

	for (; magic[i] != '\0'; i++)
		if (i == len || p[i] != magic[i])
			return i == len ? 0 : -1;
	for (int k = 0; k < 2; k++) {
		size_t first = i;

		for (; i < len && is_digit(p[i]); i++) {
			if (i - first == VERSION_DIGITS)
				return -1;
			number[k] = 10 * number[k] + (unsigned)(p[i] - '0');
		}
		if (i == len)
			return 0;
		if (i == first || (k == 0 && p[i++] != '.'))
			return -1;
	}
	end = line_end_len(p + i, len - i, &cut);
	if (end == 0)
		return cut ? 0 : -1;
	*version = 1000 * number[0] + number[1];
	return (int)(i + end);
}

/*
 * The field at *pos of a header of 'len' bytes that begins at 'p'.  False at
 * its empty line, or at the end of the bytes; else *pos goes past the field.
 */
static bool
next_field(const char *p, size_t len, size_t *pos, struct field *f)
{
	size_t end = line_end(p, len, *pos);
	const char *colon, *value;
	bool cut;

	if (*pos == len || line_end_len(p + *pos, end - *pos, &cut) > 0)
		return false;
	*f = (struct field){ .start = *pos };
	colon = memchr(p + *pos, ':', end - *pos);
	while (end < len && (p[end] == ' ' || p[end] == '\t'))
		end = line_end(p, len, end);
	f->end = *pos = end;
	f->value = end;
	if (colon == NULL)
		return true;
	f->name_len = (size_t)(colon - p) - f->start;
	while (f->name_len > 0 && is_space(p[f->start + f->name_len - 1]))
		f->name_len--;
	value = colon + 1;
	f->value_len = end - (size_t)(value - p);
	trim(&value, &f->value_len);
	f->value = (size_t)((f->value_len > 0 ? value : colon + 1) - p);
	return true;
}

static bool
named(const char *p, const struct field *f, const char *name)
{
	return equals(p + f->start, f->name_len, name);
}

/* Is the media type, without its parameters, 'type'? */
static bool
media_is(const char *p, size_t len, const char *type)
{
	const char *end = len > 0 ? memchr(p, ';', len) : NULL;

	if (end != NULL)
		len = (size_t)(end - p);
	trim(&p, &len);
	return equals(p, len, type);
}

/* Does this parameter of a media type name a charset other than UTF-8? */
static bool
is_other_charset(const char *p, size_t len)
{
	const char *equal = len > 0 ? memchr(p, '=', len) : NULL;
	size_t name_len;

	if (equal == NULL)
		return false;
	name_len = (size_t)(equal - p);
	len -= name_len + 1;
	trim(&p, &name_len);
	if (!equals(p, name_len, "charset"))
		return false;
	p = equal + 1;
	trim(&p, &len);
	if (len >= 2 && (*p == '"' || *p == '\'') && p[len - 1] == *p) {
		p++;
		len -= 2;
	}
	return !equals(p, len, "utf-8") && !equals(p, len, "utf8") &&
	       !equals(p, len, "us-ascii") && !equals(p, len, "ascii");
}

/* Can text of this media type be taken for UTF-8? */
static bool
charset_is_utf8(const char *p, size_t len)
{
	const char *semicolon;

	while (len > 0 && (semicolon = memchr(p, ';', len)) != NULL) {
		size_t n = (size_t)(semicolon - p);

		if (is_other_charset(p, n))
			return false;
		p += n + 1;
		len -= n + 1;
	}
	return !is_other_charset(p, len);
}

/* NULL if this media type is text, else why not. */
static const char *
refuse_media(const char *p, size_t len)
{
	if (!media_is(p, len, "text/plain"))
		return not_text;
	return charset_is_utf8(p, len) ? NULL : "not UTF-8";
}

/* Read the digits of a length, at most 2^63 - 1.  False if it is not one. */
static bool
parse_length(const char *p, size_t len, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(p[i] - '0');

		if (!is_digit(p[i]) || *value > (INT64_MAX - digit) / 10)
			return false;
		*value = 10 * *value + digit;
	}
	return len > 0;
}

static bool
value_is(const char *buf, const struct warc_record *r, enum warc_field field,
	 const char *word)
{
	return equals(buf + r->field[field].off, r->field[field].len, word);
}

/* Is the block an HTTP message, its header first? */
static bool
is_http(const char *buf, const struct warc_record *r)
{
	struct warc_value type = r->field[WARC_CONTENT_TYPE];

	return value_is(buf, r, WARC_TYPE, "response") &&
	       media_is(buf + type.off, type.len, "application/http");
}

/* Why the record's own header rules out text, or NULL. */
static const char *
refuse_header(const char *buf, const struct warc_record *r,
	      const size_t count[WARC_NFIELDS])
{
	static const char scheme[] = "metadata:";
	struct warc_value media = r->field[WARC_CONTENT_TYPE];
	struct warc_value uri = r->field[WARC_TARGET_URI];
	bool conversion = value_is(buf, r, WARC_TYPE, "conversion");
	bool resource = value_is(buf, r, WARC_TYPE, "resource");

	if (r->version != 1000 && r->version != 1001)
		return "unknown WARC version";
	if (count[WARC_TYPE] > 1 || count[WARC_CONTENT_TYPE] > 1)
		return "more than one type";
	if (count[WARC_SEGMENT_NUMBER] > 0)
		return "part of a segmented record";
	if (!conversion && !resource && !value_is(buf, r, WARC_TYPE,
						  "response"))
		return "not of a type that has text";
	if (resource && uri.len >= sizeof(scheme) - 1 &&
	    equals(buf + uri.off, sizeof(scheme) - 1, scheme))
		return not_text;
	if ((conversion && media.len == 0) || is_http(buf, r))
		return NULL;
	return refuse_media(buf + media.off, media.len);
}

/* Read the fields of the header, whose length is 'len'. */
static int
read_header(const char *buf, size_t len, size_t pos, struct warc_record *r)
{
	size_t count[WARC_NFIELDS] = { 0 };
	struct warc_value length;
	struct field f;

	while (next_field(buf, len, &pos, &f)) {
		for (int i = 0; i < WARC_NFIELDS; i++) {
			if (!named(buf, &f, names[i]) || count[i]++ > 0)
				continue;
			r->field[i].off = f.value;
			r->field[i].len = f.value_len;
			if ((i == WARC_RECORD_ID || i == WARC_TARGET_URI) &&
			    f.value_len >= 2 && buf[f.value] == '<' &&
			    buf[f.value + f.value_len - 1] == '>') {
				r->field[i].off++;
				r->field[i].len -= 2;
			}
		}
	}
	length = r->field[WARC_CONTENT_LENGTH];
	if (count[WARC_CONTENT_LENGTH] == 0)
		return fail(r, "no Content-Length");
	if (count[WARC_CONTENT_LENGTH] > 1)
		return fail(r, "more than one Content-Length");
	if (!parse_length(buf + length.off, length.len, &r->block_len))
		return fail(r, "invalid Content-Length");
	r->header_len = len;
	r->why = refuse_header(buf, r, count);
	r->wanted = r->why == NULL;
	return 1;
}

/*
 * Find the end of the header, and read it.  It is known not to end before
 * r->seen.  Bytes past WARC_HEADER_MAX are not looked at.
 */
static int
find_header(const char *buf, size_t len, bool eof, struct warc_record *r)
{
	size_t limit = len < WARC_HEADER_MAX ? len : WARC_HEADER_MAX;
	int first = start_line(buf, len, &r->version), start;
	unsigned version;
	const char *lf;
	bool cut;

	if (first < 0)
		return fail(r, "not a WARC record");
	if (r->seen == 0 && first > 0)
		r->seen = (size_t)first - 1;
	while (first > 0 && r->seen < limit) {
		size_t at, end;

		lf = memchr(buf + r->seen, '\n', limit - r->seen);
		if (lf == NULL) {
			r->seen = limit;
			break;
		}
		r->seen = (size_t)(lf - buf);
		at = r->seen + 1;
		end = at + line_end_len(buf + at, limit - at, &cut);
		if (end > at)
			return read_header(buf, end, (size_t)first, r);
		start = start_line(buf + at, limit - at, &version);
		if (start > 0)
			return fail(r, "another record begins in its header");
		if (start == 0 || cut)
			break;
		r->seen = at;
	}
	if (limit == WARC_HEADER_MAX)
		return fail(r, "header too long");
	return more(r, (uint64_t)len + 1, eof, "cut off in its header");
}

/* Does the value name no coding, or only "identity"? */
static bool
is_plain(const char *p, const struct field *f)
{
	return f->value_len == 0 ||
	       equals(p + f->value, f->value_len, "identity");
}

/*
 * Read the HTTP header at the beginning of a block of 'len' bytes.  NULL if
 * text follows it, else why not.
 */
static const char *
read_http(const char *p, size_t len, struct warc_record *r)
{
	static const char magic[] = "http/";
	size_t pos = line_end(p, len, 0), ntypes = 0;
	const char *why = not_text;
	struct field f;
	bool cut;

	if (len < sizeof(magic) - 1 || !equals(p, sizeof(magic) - 1, magic))
		return "no HTTP header";
	while (next_field(p, len, &pos, &f)) {
		if (pos > WARC_HEADER_MAX)
			return "HTTP header too long";
		if (named(p, &f, "content-type")) {
			why = refuse_media(p + f.value, f.value_len);
			ntypes++;
		} else if (named(p, &f, "content-length")) {
			r->nhttp_lengths++;
		} else if ((named(p, &f, "content-encoding") ||
			    named(p, &f, "transfer-encoding")) &&
			   !is_plain(p, &f)) {
			return "encoded";
		}
	}
	if (pos == len)
		return "no end of the HTTP header";
	if (ntypes > 1)
		return "more than one type";
	r->http_len = pos + line_end_len(p + pos, len - pos, &cut);
	return why;
}

/* Set where the text is in a complete record. */
static void
find_text(const char *buf, struct warc_record *r)
{
	size_t block_len = (size_t)r->block_len;

	if (r->why == NULL && is_http(buf, r))
		r->why = read_http(buf + r->header_len, block_len, r);
	if (r->why != NULL) {
		r->http_len = r->nhttp_lengths = 0;
		return;
	}
	r->text_off = r->header_len + r->http_len;
	r->text_len = block_len - r->http_len;
}

int
warc_scan(const char *buf, size_t len, bool eof, struct warc_record *r)
{
	uint64_t end;
	int got;

	if (r->header_len == 0 && (got = find_header(buf, len, eof, r)) <= 0)
		return got;
	end = r->header_len + r->block_len;
	if (len < end)
		return more(r, end + 1, eof,
			    "cut off, or its Content-Length is too large");
	got = warc_trailer(buf + end, len - end, eof, &r->trailer_len);
	if (got < 0)
		return fail(r, "wrong Content-Length");
	if (got == 0)
		return more(r, (uint64_t)len + 1, eof, NULL);
	r->trailer_off = (size_t)end;
	r->size = end + r->trailer_len;
	find_text(buf, r);
	return 1;
}

int
warc_trailer(const char *buf, size_t len, bool eof, size_t *trailer_len)
{
	size_t at = 0, nends = 0, n;
	unsigned version;
	bool cut;
	int start;

	while ((n = line_end_len(buf + at, len - at, &cut)) > 0 &&
	       at + n <= WARC_TRAILER_MAX) {
		/* LF, then CR LF: a length that is wrong by one. */
		if (nends == 1 && n > at)
			return -1;
		at += n;
		nends++;
	}
	if (n > 0)
		return -1;
	if (cut && !eof)
		return at + 2 <= WARC_TRAILER_MAX ? 0 : -1;
	if (cut)
		at++;			/* half a line end, at the very end */
	*trailer_len = at;
	if (at == len)
		return !eof ? 0 :
		       nends > 1 || (nends == 1 && *buf == '\r') ? 1 : -1;
	start = start_line(buf + at, len - at, &version);
	if (nends < 2 || start < 0)
		return -1;
	return start > 0 || eof;
}

bool
warc_resync(const char *buf, size_t len, bool eof, size_t *pass)
{
	unsigned version;
	size_t at = 0;

	while ((at = line_end(buf, len, at)) < len) {
		int start = start_line(buf + at, len - at, &version);

		if (start > 0) {
			*pass = at;
			return true;
		}
		if (start == 0)
			break;
	}
	/* A record might begin here, so the LF before it is needed again. */
	if (!eof && len > 0 && buf[at - 1] == '\n')
		*pass = at - 1;
	else
		*pass = len;
	return false;
}

/* Growing output, with room for everything. */
struct out {
	char *p;
	size_t len;
};

static void
put(struct out *o, const char *p, size_t len)
{
	if (len > 0)
		memcpy(o->p + o->len, p, len);
	o->len += len;
}

/* Put a field with another number for its value. */
static void
put_number(struct out *o, const char *p, const struct field *f, uint64_t number)
{
	char digits[NUMBER_MAX + 1];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, number);
	size_t after = f->value + f->value_len;

	put(o, p + f->start, f->value - f->start);
	put(o, digits, (size_t)n);
	put(o, p + after, f->end - after);
}

/* Put a field with the digest of these spans in the form of the old one. */
static void
put_digest(struct out *o, const char *p, const struct field *f,
	   const struct warc_span *spans, size_t n)
{
	size_t after = f->value + f->value_len;
	struct digest d;

	if (!digest_begin(&d, p + f->value, f->value_len))
		return;
	for (size_t i = 0; i < n; i++)
		digest_add(&d, spans[i].p, spans[i].len);
	put(o, p + f->start, f->value + d.label_len - f->start);
	digest_end(&d, o->p + o->len);
	o->len += d.len;
	put(o, p + after, f->end - after);
}

/* Put the HTTP header with the length of the text that now follows it. */
static void
put_http(struct out *o, const char *p, size_t len, uint64_t text_len)
{
	size_t pos = line_end(p, len, 0);
	struct field f;

	put(o, p, pos);
	while (next_field(p, len, &pos, &f)) {
		if (named(p, &f, "content-length"))
			put_number(o, p, &f, text_len);
		else
			put(o, p + f.start, f.end - f.start);
	}
	put(o, p + pos, len - pos);
}

/*
 * Put the record's header for a block of block[0], its HTTP header, and the
 * text block[1..n).
 */
static void
put_header(struct out *o, const char *rec, const struct warc_record *r,
	   const struct warc_span *block, size_t n, uint64_t block_len)
{
	size_t pos = line_end(rec, r->header_len, 0);
	struct field f;

	put(o, rec, pos);
	while (next_field(rec, r->header_len, &pos, &f)) {
		if (named(rec, &f, names[WARC_CONTENT_LENGTH]))
			put_number(o, rec, &f, block_len);
		else if (named(rec, &f, names[WARC_BLOCK_DIGEST]))
			put_digest(o, rec, &f, block, n);
		else if (named(rec, &f, names[WARC_PAYLOAD_DIGEST]))
			put_digest(o, rec, &f, block + 1, n - 1);
		else
			put(o, rec + f.start, f.end - f.start);
	}
	put(o, rec + pos, r->header_len - pos);
}

/*
 * The new HTTP header is made first, after the room for the record's header,
 * which needs its length and digest:
 *
 *	header_len + NUMBER_MAX | http_len + nhttp_lengths * NUMBER_MAX
 */
char *
warc_rewrite(const char *rec, const struct warc_record *r,
	     const struct warc_span *kept, size_t n, size_t *len)
{
	size_t room = r->header_len + NUMBER_MAX, text_len = 0;
	struct out header = { .len = 0 }, http = { .len = 0 };
	struct warc_span *block;

	assert(r->why == NULL && r->size > 0);
	for (size_t i = 0; i < n; i++)
		text_len += kept[i].len;
	header.p = malloc(room + r->http_len + r->nhttp_lengths * NUMBER_MAX);
	block = n < SIZE_MAX / sizeof(*block) ?
		malloc((n + 1) * sizeof(*block)) : NULL;
	if (header.p == NULL || block == NULL) {
		free(header.p);
		free(block);
		return NULL;
	}
	if (text_len == r->text_len) {
		put(&header, rec, r->text_off);
	} else {
		http.p = header.p + room;
		if (r->http_len > 0)
			put_http(&http, rec + r->header_len, r->http_len,
				 text_len);
		block[0] = (struct warc_span){ http.p, http.len };
		if (n > 0)
			memcpy(block + 1, kept, n * sizeof(*block));
		put_header(&header, rec, r, block, n + 1,
			   (uint64_t)http.len + text_len);
		memmove(header.p + header.len, http.p, http.len);
		header.len += http.len;
	}
	free(block);
	*len = header.len;
	return header.p;
}
