/*
 * warc.c against hand-written edges, cut at every byte, and on random records
 * that are put together here and so known.  Digests were computed by Python's
 * hashlib; tests/warc.py has other readers of WARC look at whole files.
 *
 * Every input stands in a buffer of its exact size, so that a build with
 * -fsanitize=address sees each read past its end.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include "warc.h"

#define INPUT_MAX	8192
#define EVENTS_MAX	256
#define SPANS_MAX	16

#define V10	"WARC/1.0\r\n"
#define V11	"WARC/1.1\r\n"
#define END	"\r\n\r\n"

/* Bytes put together; what does not fit is a failure. */
struct text {
	size_t len;
	char p[INPUT_MAX];
};

static void
put(struct text *t, const char *p, size_t len)
{
	assert_true(len <= sizeof(t->p) - t->len);
	memcpy(t->p + t->len, p, len);
	t->len += len;
}

static void
put_s(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

static void
put_n(struct text *t, size_t n)
{
	char digits[32];

	put(t, digits, (size_t)snprintf(digits, sizeof(digits), "%zu", n));
}

/* A record of these header lines and this block, with the right length. */
static void
put_record(struct text *t, const char *lines, const char *block)
{
	put_s(t, V10);
	put_s(t, lines);
	put_s(t, "Content-Length: ");
	put_n(t, strlen(block));
	put_s(t, END);
	put_s(t, block);
	put_s(t, END);
}

/* warc_scan() of a copy of exact size. */
static int
scan(const char *p, size_t len, bool eof, struct warc_record *r)
{
	char *copy = exact_copy(p, len);
	int got = warc_scan(copy, len, eof, r);

	free(copy);
	assert_in_range(got + 1, 0, 2);
	assert_false(eof && got == 0);
	if (got < 0)
		assert_non_null(r->why);
	if (got == 0)
		assert_true(r->need > len);
	return got;
}

/* The record that all of the input is. */
static struct warc_record
scan_one(const char *p, size_t len)
{
	struct warc_record r = { 0 };

	if (scan(p, len, true, &r) != 1)
		fail_msg("%s in:\n%.*s", r.why, (int)len, p);
	assert_int_equal(r.size, len);
	assert_int_equal(r.header_len + r.block_len, r.trailer_off);
	assert_int_equal(r.trailer_off + r.trailer_len, len);
	if (r.why == NULL)
		assert_int_equal(r.text_off + r.text_len, r.trailer_off);
	else
		assert_int_equal(r.text_off + r.text_len + r.http_len, 0);
	return r;
}

static struct warc_record
scan_s(const char *s)
{
	return scan_one(s, strlen(s));
}

static void
expect_bad(const char *p, size_t len, const char *why)
{
	struct warc_record r = { 0 };
	int got = scan(p, len, true, &r);

	if (got != -1 || strcmp(r.why, why) != 0)
		fail_msg("%d, %s, not %s, in:\n%.*s", got, r.why, why,
			 (int)len, p);
}

static void
expect_field(const char *p, const struct warc_record *r, enum warc_field field,
	     const char *want)
{
	struct warc_value v = r->field[field];

	if (v.len != strlen(want) || memcmp(p + v.off, want, v.len) != 0)
		fail_msg("field %d: \"%.*s\", not \"%s\"", field, (int)v.len,
			 p + v.off, want);
}

/* What a reader of a stream sees: a record, or bytes to pass on. */
struct event {
	bool record;
	size_t off, len;
	struct warc_record r;	/* of a record; else just its 'why' */
};

struct walk {
	size_t n;
	struct event e[EVENTS_MAX];
};

static void
add_event(struct walk *w, bool record, size_t off, size_t len,
	  const struct warc_record *r)
{
	struct event *e = &w->e[w->n];

	/* However often it was passed in pieces: once. */
	if (!record && w->n > 0 && !e[-1].record &&
	    e[-1].off + e[-1].len == off && r->why == NULL) {
		e[-1].len += len;
		return;
	}
	assert_true(w->n < EVENTS_MAX);
	w->n++;
	e->record = record;
	e->off = off;
	e->len = len;
	e->r = *r;
	e->r.need = e->r.seen = 0;
}

/*
 * Read as the header of warc.h tells: at first 'first' bytes are there, then
 * always 'step' more, then the news that there are no more.
 */
static void
walk(const char *p, size_t len, size_t first, size_t step, struct walk *w)
{
	size_t pos = 0, have = first < len ? first : len;
	struct warc_record r = { 0 };
	bool eof = false, lost = false;
	uint64_t need = 0;

	w->n = 0;
	while (!(eof && pos == len)) {
		size_t pass = 0, n = have - pos;
		char *copy;
		int got = 0;

		if (!lost && n > 0) {
			got = scan(p + pos, n, eof, &r);
			assert_true(got == 0 || eof || n >= need);
			need = r.need;
			if (got < 0) {
				lost = true;
				add_event(w, false, pos, 0, &r);
			} else if (got > 0) {
				assert_in_range(r.size, 1, n);
				pass = (size_t)r.size;
				add_event(w, true, pos, pass, &r);
			}
		}
		if (lost) {
			copy = exact_copy(p + pos, n);
			lost = !warc_resync(copy, n, eof, &pass);
			free(copy);
			assert_true(pass <= n);
			assert_true(pass > 0 || n < WARC_RESYNC_MIN);
			r.why = NULL;
			add_event(w, false, pos, pass, &r);
			got = lost ? 0 : 1;
			if (eof && lost)
				assert_int_equal(pass, n);
		}
		pos += pass;
		if (got != 0 || lost) {
			r = (struct warc_record){ 0 };
			need = 0;
		}
		if (got == 0 && !(eof && lost)) {
			assert_false(eof && n > 0);
			eof = have == len;
			have = len - have > step ? have + step : len;
		}
	}
}

static void
expect_same_walk(const struct walk *a, const struct walk *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		struct event x = a->e[i], y = b->e[i];

		assert_int_equal(x.record, y.record);
		assert_int_equal(x.off, y.off);
		assert_int_equal(x.len, y.len);
		assert_int_equal(x.r.header_len, y.r.header_len);
		assert_int_equal(x.r.block_len, y.r.block_len);
		assert_int_equal(x.r.size, y.r.size);
		assert_int_equal(x.r.text_off, y.r.text_off);
		assert_int_equal(x.r.text_len, y.r.text_len);
		assert_int_equal(x.r.http_len, y.r.http_len);
		assert_ptr_equal(x.r.why, y.r.why);
		assert_memory_equal(x.r.field, y.r.field, sizeof(x.r.field));
	}
}

/* The pieces are all of the input, in order. */
static void
expect_whole(const struct walk *w, size_t len)
{
	size_t at = 0;

	for (size_t i = 0; i < w->n; i++) {
		assert_int_equal(w->e[i].off, at);
		at += w->e[i].len;
	}
	assert_int_equal(at, len);
}

static size_t
count_records(const struct walk *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += w->e[i].record;
	return n;
}

/* Records of many kinds, good and bad, and bytes that are none. */
static void
put_sample(struct text *t)
{
	put_s(t, "some line\r\nWARC/1.0\nWARC/1.1 is a format\nWARC/");
	put_s(t, "\r\n\n");
	put_record(t, "WARC-Type: warcinfo\r\n", "software: by hand\r\n");
	put_record(t, "WARC-Type: conversion\r\n"
		   "Content-Type: text/plain\r\n", "one two\n\nthree\n");
	put_s(t, "WARC/1.1\nWARC-Type: resource\nContent-Length: 4\n"
	      "Content-Type: text/plain\n\nabc\n\n\n");
	put_s(t, V11 "WARC-Type: conversion\r\nContent-Length: 9" END
	      "too short" "!" END);
	put_s(t, V11 "WARC-Type: conversion\r\nContent-Length: 30" END
	      "too long" END);
	put_s(t, V11 "No-Length: 5" END "?" END);
	put_s(t, V11 "WARC-Type: conver\r\n" V11 "WARC-Type: conversion\r\n"
	      "Content-Length:\r\n\t0" END "\r\n\n\r\n\n");
	put_record(t, "WARC-Type: response\r\n"
		   "Content-Type: application/http;msgtype=response\r\n",
		   "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
		   "Content-Length: 6" END "five\r\n");
}

static void
test_answers_do_not_depend_on_where_input_is_cut(void **state)
{
	struct walk whole, cut;
	struct text t = { 0 };

	(void)state;
	put_sample(&t);
	walk(t.p, t.len, t.len, 1, &whole);
	expect_whole(&whole, t.len);
	assert_int_equal(count_records(&whole), 5);
	for (size_t step = 1; step < 40; step++) {
		walk(t.p, t.len, step, step, &cut);
		expect_same_walk(&whole, &cut);
	}
	for (size_t at = 0; at < t.len; at++) {
		walk(t.p, t.len, at, t.len, &cut);
		expect_same_walk(&whole, &cut);
	}
}

static void
test_truncation_spoils_no_more_than_the_last_record(void **state)
{
	struct walk whole, cut;
	struct text t = { 0 };

	(void)state;
	put_sample(&t);
	walk(t.p, t.len, t.len, 1, &whole);
	for (size_t len = 0; len < t.len; len++) {
		size_t last = 0;

		walk(t.p, len, len, 1, &cut);
		expect_whole(&cut, len);
		for (size_t i = 0; i < cut.n; i++)
			if (cut.e[i].record)
				last = i;
		for (size_t i = 0; i < last; i++) {
			assert_int_equal(cut.e[i].off, whole.e[i].off);
			assert_int_equal(cut.e[i].len, whole.e[i].len);
			assert_int_equal(cut.e[i].record, whole.e[i].record);
		}
		/* That one may have lost some of its line ends. */
		if (cut.n > 0 && cut.e[last].record) {
			struct warc_record *a = &cut.e[last].r;
			struct warc_record *b = &whole.e[last].r;

			assert_true(whole.e[last].record);
			assert_int_equal(a->trailer_off, b->trailer_off);
			assert_in_range(a->trailer_len, 1, b->trailer_len);
		}
	}
}

static void
test_scan_finds_every_part(void **state)
{
	static const char rec[] = V10
		"WARC-Type: conversion\r\n"
		"WARC-Target-URI: http://example.org/a\r\n"
		"WARC-Date: 2024-05-18T12:00:00Z\r\n"
		"WARC-Record-ID: <urn:uuid:5c0e>\r\n"
		"WARC-Refers-To: <urn:uuid:17aa>\r\n"
		"WARC-Block-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ\r\n"
		"WARC-Payload-Digest: md5:x\r\n"
		"WARC-Identified-Content-Language: eng\r\n"
		"WARC-Truncated: length\r\n"
		"Content-Type: text/plain\r\n"
		"Content-Length: 6" END "text.\n" END;
	struct warc_record r = scan_s(rec);

	(void)state;
	assert_null(r.why);
	assert_true(r.wanted);
	assert_int_equal(r.version, 1000);
	assert_int_equal(r.block_len, 6);
	assert_int_equal(r.http_len, 0);
	assert_int_equal(r.text_len, 6);
	assert_int_equal(r.trailer_len, 4);
	assert_memory_equal(rec + r.text_off, "text.\n", 6);
	expect_field(rec, &r, WARC_TYPE, "conversion");
	expect_field(rec, &r, WARC_RECORD_ID, "urn:uuid:5c0e");
	expect_field(rec, &r, WARC_TARGET_URI, "http://example.org/a");
	expect_field(rec, &r, WARC_CONTENT_TYPE, "text/plain");
	expect_field(rec, &r, WARC_CONTENT_LENGTH, "6");
	expect_field(rec, &r, WARC_BLOCK_DIGEST,
		     "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
	expect_field(rec, &r, WARC_PAYLOAD_DIGEST, "md5:x");
	expect_field(rec, &r, WARC_TRUNCATED, "length");
	assert_int_equal(r.field[WARC_SEGMENT_NUMBER].off, 0);
}

static void
test_header_is_known_before_its_block_has_come(void **state)
{
	static const char head[] = V11 "WARC-Type: conversion\r\n"
		"Content-Length: 9223372036854775807" END "abc";
	struct warc_record r = { 0 };

	(void)state;
	for (size_t len = 0; len + 3 < sizeof(head) - 1; len++) {
		assert_int_equal(scan(head, len, false, &r), 0);
		assert_int_equal(r.header_len, 0);
	}
	assert_int_equal(scan(head, sizeof(head) - 1, false, &r), 0);
	assert_int_equal(r.header_len, sizeof(head) - 4);
	assert_true(r.block_len == INT64_MAX);
	assert_true(r.need == r.header_len + (uint64_t)INT64_MAX + 1);
	assert_true(r.wanted);
	expect_field(head, &r, WARC_TYPE, "conversion");
	assert_int_equal(scan(head, sizeof(head) - 1, true, &r), -1);
}

static void
test_header_may_be_written_in_other_ways(void **state)
{
	static const char *const recs[] = {
		V10 "warc-TYPE:conversion\r\nCONTENT-length:4\r\n"
		"warc-target-uri:<http://example.org/>" END "text" END,
		V10 "WARC-Type \t:\t conversion \t\r\nContent-Length: 0004\r\n"
		"WARC-Target-URI:   < http://example.org/>" END "text" END,
		V10 "WARC-Type:\r\n conversion\r\nContent-Length:\r\n\t\r\n 4"
		"\r\n \r\nWARC-Target-URI: <http:\r\n //example.org/>" END
		"text" END,
		V11 "no colon\r\n: no name\r\n continued: 1\r\n"
		"WARC-Type: conversion\r\nContent-Length: 4\r\nEmpty:" END
		"text" END,
		V11 " a: continuation of nothing\r\nWARC-Type: conversion\r\n"
		"Content-Length: 4" END "text" END,
		"WARC/1.1\nWARC-Type: conversion\nContent-Length: 4\n\ntext\n"
		"\n",
		"WARC/1.1\nWARC-Type: conversion\nContent-Length: 4\r\n\ntext"
		"\r\n\n",
		V10 "WARC-Type: conversion\r\nContent-Length: 4\r\n"
		"\xff\xfe: \x01\x80\r\nWARC/1.0: no version" END "text" END,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recs); i++) {
		struct text t = { 0 };
		struct warc_record r;

		put_s(&t, recs[i]);
		r = scan_one(t.p, t.len);
		expect_field(t.p, &r, WARC_TYPE, "conversion");
		assert_int_equal(r.block_len, 4);
		assert_null(r.why);
		assert_memory_equal(t.p + r.text_off, "text", 4);
		if (i == 0)
			expect_field(t.p, &r, WARC_TARGET_URI,
				     "http://example.org/");
		if (i == 2)
			expect_field(t.p, &r, WARC_TARGET_URI,
				     "http:\r\n //example.org/");
	}
}

static void
test_first_of_equal_fields_counts(void **state)
{
	static const char rec[] = V10 "WARC-Target-URI: a\r\n"
		"WARC-Target-URI: b\r\nContent-Length: 0" END END;
	struct warc_record r = scan_s(rec);

	(void)state;
	expect_field(rec, &r, WARC_TARGET_URI, "a");
}

static void
test_only_a_version_line_begins_a_record(void **state)
{
	static const char *const bad[] = {
		"", "\r\nWARC/1.0\r\n", " WARC/1.0\r\n", "warc/1.0\r\n",
		"WARC/1\r\n", "WARC/.1\r\n", "WARC/1.\r\n", "WARC/1.0 \r\n",
		"WARC/1.0\r", "WARC/1.0\rX", "WARC/1.x\r\n", "WARC/1,0\r\n",
		"WARC/1.0000\r\n", "WARC/-1.0\r\n", "WARC/1.0.0\r\n",
		"\xef\xbb\xbfWARC/1.0\r\n", "WARC 1.0\r\n",
	};
	static const char rest[] = "Content-Length: 0" END END;
	struct warc_record r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct text t = { 0 };

		put_s(&t, bad[i]);
		put_s(&t, rest);
		expect_bad(t.p, t.len, "not a WARC record");
	}
	r = scan_s("WARC/0.18\r\nWARC-Type: conversion\r\n"
		   "Content-Length: 0" END END);
	assert_int_equal(r.version, 18);
	assert_string_equal(r.why, "unknown WARC version");
	r = scan_s("WARC/100.0\nContent-Length: 0\n\n\n\n");
	assert_int_equal(r.version, 100000);
}

static void
test_length_must_be_one_number_below_2_to_the_63(void **state)
{
	static const char *const invalid[] = {
		"", " ", "-1", "+4", "12abc", "0x4", "4 4", "4,4", "4.0",
		"9223372036854775808", "18446744073709551615",
		"18446744073709551620", "99999999999999999999999999", "4\r\n 4",
		"\xd9\xa4",
	};
	struct text t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(invalid); i++) {
		t.len = 0;
		put_s(&t, V10 "Content-Length:");
		put_s(&t, invalid[i]);
		put_s(&t, END "text" END);
		expect_bad(t.p, t.len, "invalid Content-Length");
	}
	t.len = 0;
	put_s(&t, V10 "Content-Length: 9223372036854775807" END "text" END);
	expect_bad(t.p, t.len, "cut off, or its Content-Length is too large");
	t.len = 0;
	put_s(&t, V10 "Content-Type: text/plain" END "text" END);
	expect_bad(t.p, t.len, "no Content-Length");
	t.len = 0;
	put_s(&t, V10 "Content-Length: 4\r\nContent-length: 4" END "text" END);
	expect_bad(t.p, t.len, "more than one Content-Length");
}

/* A record that says its block has 'said' bytes, and another after it. */
static bool
length_is_believed(size_t said, const char *block)
{
	struct text t = { 0 };
	struct walk w;
	size_t second;

	put_s(&t, V10 "WARC-Type: conversion\r\nContent-Length: ");
	put_n(&t, said);
	put_s(&t, END);
	put_s(&t, block);
	put_s(&t, END);
	second = t.len;
	put_record(&t, "WARC-Type: conversion\r\n", "the second");
	walk(t.p, t.len, t.len, 1, &w);
	expect_whole(&w, t.len);

	/* Whatever the first says, the second is found. */
	assert_int_equal(w.e[w.n - 1].off, second);
	assert_true(w.e[w.n - 1].record);
	assert_int_equal(w.e[w.n - 1].r.text_len, 10);
	return w.e[0].record;
}

static void
test_lying_length_is_seen_and_the_next_record_found(void **state)
{
	static const char block[] = "first\r\n\r\nline two, WARC/1.0";
	size_t len = strlen(block);

	(void)state;
	for (size_t said = 0; said < len + 40; said++)
		if (length_is_believed(said, block) != (said == len))
			fail_msg("%zu for %zu", said, len);
	assert_false(length_is_believed(1000, block));
	assert_false(length_is_believed(SIZE_MAX / 2, block));

	/* If just line ends are in dispute, there is no telling. */
	assert_true(length_is_believed(5, "12345\r\n"));
	assert_false(length_is_believed(5, "12345\n"));
	assert_false(length_is_believed(8, "12345\r\n"));
}

static void
test_line_ends_and_a_record_or_the_end_follow_a_block(void **state)
{
	static const struct {
		const char *after;
		int len;	/* of the trailer; -1: bad */
	} cases[] = {
		{ "\r\n\r\n", 4 }, { "\n\n", 2 }, { "\r\n\n", 3 },
		{ "\r\n", 2 }, { "\r\n\r", 3 }, { "\n\n\r", 3 },
		{ "\r\n\r\n\r\n\n\n\r\n", 10 }, { "\r\n\r\nWARC/1.0\n", 4 },
		{ "\n\nWARC/1.0\r\n", 2 }, { "\r\n\r\n\r\nWARC/0.18\r\n", 6 },
		{ "\r\n\r\nW", 4 }, { "\r\n\r\nWARC/1.0\r", 4 },
		{ "\n", -1 }, { "\n\r", -1 }, { "\n\r\n", -1 },
		{ "\n\r\n\r\n", -1 }, { "", -1 }, { "\r", -1 },
		{ "\r\r\n", -1 }, { " \r\n", -1 },
		{ "\r\nWARC/1.0\r\n", -1 }, { "\nW", -1 }, { "W", -1 },
		{ "WARC/1.0\r\n", -1 }, { "\r\n\r\nx", -1 },
		{ "\r\n\r\n WARC/1.0\r\n", -1 }, { "\r\n\r\nWARC/1.0 x", -1 },
		{ "\r\n\r\nWARC/1.0\rX", -1 }, { "\r\n\r\n\r\r\n", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = strlen(cases[i].after), trailer_len = 99;
		char *copy = exact_copy(cases[i].after, len);
		int got = warc_trailer(copy, len, true, &trailer_len);
		struct warc_record r = { 0 };
		struct text t = { 0 };

		if (got != (cases[i].len < 0 ? -1 : 1))
			fail_msg("case %zu", i);
		if (got == 1)
			assert_int_equal(trailer_len, cases[i].len);
		put_s(&t, V10 "Content-Length: 3" END "abc");
		put(&t, copy, len);
		assert_int_equal(scan(t.p, t.len, true, &r), got);
		if (got == 1)
			assert_int_equal(r.trailer_len, trailer_len);
		free(copy);
		/* No answer changes when more is known. */
		for (size_t n = 0; n < len; n++) {
			int early = warc_trailer(cases[i].after, n, false,
						 &trailer_len);

			if (early != 0)
				assert_int_equal(early, got);
		}
	}
}

static void
test_line_ends_after_a_block_are_bounded(void **state)
{
	size_t trailer_len, max = WARC_TRAILER_MAX;
	struct text t = { 0 };

	(void)state;
	while (t.len < max)
		put_s(&t, "\r\n");
	put_s(&t, "WARC/1.0\n");
	assert_int_equal(warc_trailer(t.p, t.len, false, &trailer_len), 1);
	assert_int_equal(trailer_len, max);
	for (size_t n = 0; n < t.len; n++)
		assert_int_equal(warc_trailer(t.p, n, false, &trailer_len), 0);
	t.len = max;
	put_s(&t, "\nWARC/1.0\n");
	assert_int_equal(warc_trailer(t.p, t.len, false, &trailer_len), -1);
	t.len = max;
	put_s(&t, "\r");
	assert_int_equal(warc_trailer(t.p, t.len, false, &trailer_len), -1);
}

static void
test_record_that_begins_in_a_header_ends_it(void **state)
{
	struct walk w;
	struct text t = { 0 };

	(void)state;
	put_s(&t, V10 "WARC-Type: conversion\r\n");
	put_record(&t, "WARC-Type: conversion\r\n", "text");
	expect_bad(t.p, t.len, "another record begins in its header");
	walk(t.p, t.len, t.len, 1, &w);
	assert_int_equal(count_records(&w), 1);
	assert_true(w.e[w.n - 1].record);
}

static void
test_header_is_bounded(void **state)
{
	size_t size = WARC_HEADER_MAX + 100;
	char *p = malloc(size);
	struct warc_record r = { 0 };
	static const char head[] = V10 "Content-Length: 0\r\nX: ";
	size_t end = WARC_HEADER_MAX - 4;

	(void)state;
	assert_non_null(p);
	memset(p, 'x', size);
	memcpy(p, head, sizeof(head) - 1);
	assert_int_equal(warc_scan(p, WARC_HEADER_MAX - 1, false, &r), 0);
	assert_int_equal(warc_scan(p, WARC_HEADER_MAX, false, &r), -1);
	assert_string_equal(r.why, "header too long");
	for (size_t over = 0; over < 2; over++) {
		memcpy(p + end + over, END END, 8);
		for (size_t len = size; len >= end; len--) {
			r = (struct warc_record){ 0 };
			assert_int_equal(warc_scan(p, len, false, &r),
					 over && len >= WARC_HEADER_MAX ? -1 :
					 len <= end + 8 ? 0 : -1);
		}
		r = (struct warc_record){ 0 };
		assert_int_equal(warc_scan(p, end + 8 + over, true, &r),
				 over ? -1 : 1);
	}
	free(p);
}

static void
test_header_in_single_bytes_is_waited_for(void **state)
{
	size_t size = WARC_HEADER_MAX;
	char *p = malloc(size);
	struct warc_record r = { 0 };

	(void)state;
	assert_non_null(p);
	memset(p, 'x', size);
	memcpy(p, V10, strlen(V10));
	for (size_t i = size / 2; i < size; i += 2)
		p[i] = '\n';
	for (size_t len = 0; len < size; len++)
		assert_int_equal(warc_scan(p, len, false, &r), 0);
	free(p);
}

static void
test_resync_stops_at_lines_that_begin_a_record(void **state)
{
	static const struct {
		const char *p;
		int at;		/* -1: no record */
	} cases[] = {
		{ "\nWARC/1.0\r\n", 1 }, { "x\r\nWARC/1.1\nx", 3 },
		{ "WARC/1.0\nx\n\nWARC/1.0\n", 12 }, { "\nWARC/0.17\r\n", 1 },
		{ "WARC/1.0\r\nWARC/1.0\r\n", 10 }, { "", -1 }, { "\n", -1 },
		{ "WARC/1.0\r\n", -1 }, { "\rWARC/1.0\r\n", -1 },
		{ "x WARC/1.0\r\n", -1 }, { "\n WARC/1.0\r\n", -1 },
		{ "\nWARC/1.0 \r\n", -1 }, { "\nWARC/1.0", -1 },
		{ "\nWARC/a.b\n\nWARC/1\n\n\nWARC/1.0\r\n", 20 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = strlen(cases[i].p), pass;
		char *copy = exact_copy(cases[i].p, len);
		bool found = warc_resync(copy, len, true, &pass);

		if (found != (cases[i].at >= 0) ||
		    pass != (found ? (size_t)cases[i].at : len))
			fail_msg("case %zu: %d, %zu", i, found, pass);
		free(copy);
	}
}

static void
test_resync_passes_all_but_what_may_begin_a_record(void **state)
{
	static const char input[] =
		"some text\r\nWARC/100.100\r\nWARC-Type: x\r\n";

	(void)state;
	for (size_t len = 0; len < sizeof(input); len++) {
		size_t pass;
		bool found = warc_resync(input, len, false, &pass);

		if (len >= 25) {
			assert_true(found);
			assert_int_equal(pass, 11);
		} else {
			assert_false(found);
			assert_int_equal(pass, len < 11 ? len : 10);
		}
	}
}

static void
test_text_is_what_can_be_taken_for_utf8_text(void **state)
{
#define TYPE(t)	"WARC-Type: " t "\r\n"
#define MEDIA(m) "Content-Type: " m "\r\n"
	static const char *const none = "not of a type that has text";
	static const struct {
		const char *lines, *why;
	} cases[] = {
		{ TYPE("conversion"), NULL },
		{ TYPE("Conversion") MEDIA("Text/Plain"), NULL },
		{ TYPE("conversion") MEDIA("text/plain;charset=utf-8"), NULL },
		{ TYPE("conversion") MEDIA("text/plain ; x=y; Charset = "
					   "\"UTF8\""), NULL },
		{ TYPE("conversion") MEDIA("text/plain;\r\n charset=US-ASCII"),
		  NULL },
		{ TYPE("conversion") MEDIA("text/plain; x-charset=utf-16"),
		  NULL },
		{ TYPE("conversion") MEDIA("text/plain; charset"), NULL },
		{ TYPE("conversion") MEDIA("text/plain;"), NULL },
		{ TYPE("conversion") "WARC-Truncated: length\r\n", NULL },
		{ TYPE("resource") MEDIA("text/plain"), NULL },
		{ TYPE("response") MEDIA("text/plain"), NULL },
		{ TYPE("conversion") MEDIA("text/html"), "not text/plain" },
		{ TYPE("conversion") MEDIA("text/plainer"), "not text/plain" },
		{ TYPE("conversion") MEDIA("application/http"),
		  "not text/plain" },
		{ TYPE("conversion") MEDIA("text/plain; charset=utf-16le"),
		  "not UTF-8" },
		{ TYPE("conversion") MEDIA("text/plain; charset=utf-8; "
					   "charset=koi8-r"), "not UTF-8" },
		{ TYPE("conversion") MEDIA("text/plain; charset="),
		  "not UTF-8" },
		{ TYPE("resource"), "not text/plain" },
		{ TYPE("resource") MEDIA("text/dns"), "not text/plain" },
		{ TYPE("resource") MEDIA("text/plain") "WARC-Target-URI: "
		  "<metadata://gnu.org/software/wget/warc/wget.log>\r\n",
		  "not text/plain" },
		{ TYPE("response") MEDIA("text/dns"), "not text/plain" },
		{ TYPE("warcinfo") MEDIA("text/plain"), none },
		{ TYPE("metadata") MEDIA("text/plain"), none },
		{ TYPE("request") MEDIA("text/plain"), none },
		{ TYPE("revisit") MEDIA("text/plain"), none },
		{ TYPE("unheard-of") MEDIA("text/plain"), none },
		{ MEDIA("text/plain"), none },
		{ TYPE("conversions"), none }, { TYPE("conversio"), none },
		{ TYPE("continuation") "WARC-Segment-Number: 2\r\n",
		  "part of a segmented record" },
		{ TYPE("continuation"), none },
		{ TYPE("conversion") "WARC-Segment-Number: 1\r\n",
		  "part of a segmented record" },
		{ TYPE("conversion") TYPE("conversion"),
		  "more than one type" },
		{ TYPE("conversion") MEDIA("text/plain") MEDIA("text/plain"),
		  "more than one type" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text t = { 0 };
		struct warc_record r;

		put_record(&t, cases[i].lines, "some text");
		r = scan_one(t.p, t.len);
		if (r.why != cases[i].why &&
		    (r.why == NULL || cases[i].why == NULL ||
		     strcmp(r.why, cases[i].why) != 0))
			fail_msg("%s: %s", cases[i].lines, r.why);
		assert_int_equal(r.wanted, cases[i].why == NULL);
		assert_int_equal(r.text_len, r.why == NULL ? 9 : 0);
	}
}

static void
test_text_over_http_is_what_comes_after_the_header(void **state)
{
	static const char *const plain = "not text/plain";
	static const struct {
		const char *http, *why;
	} cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/plain" END, NULL },
		{ "HTTP/2 200\ncontent-type:TEXT/plain\n\n", NULL },
		{ "http/1.0 404 x\r\nA\r\n: b\r\nContent-Type:\r\n text/plain;"
		  "\r\n\tcharset='utf-8'" END, NULL },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
		  "Content-Encoding: identity\r\nTransfer-Encoding:" END,
		  NULL },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/html" END, plain },
		{ "HTTP/1.1 200 OK" END, plain },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/plain; "
		  "charset=iso-8859-1" END, "not UTF-8" },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
		  "content-encoding: gzip" END, "encoded" },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
		  "Transfer-Encoding: chunked" END, "encoded" },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
		  "Content-Type: text/plain" END, "more than one type" },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n",
		  "no end of the HTTP header" },
		{ "HTTP/1.1 200 OK", "no end of the HTTP header" },
		{ "GET / HTTP/1.1\r\nContent-Type: text/plain" END,
		  "no HTTP header" },
		{ "HTTP", "no HTTP header" }, { "", "no HTTP header" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool ends = cases[i].why == NULL ||
			    strstr(cases[i].why, "no ") == NULL;
		struct text t = { 0 }, block = { 0 };
		struct warc_record r;

		put_s(&block, cases[i].http);
		put(&block, ends ? "body\n" : "", ends ? 6 : 1);
		put_record(&t, "WARC-Type: response\r\nContent-Type: "
			   "Application/HTTP ; msgtype=response\r\n", block.p);
		r = scan_one(t.p, t.len);
		if (r.why != cases[i].why &&
		    (r.why == NULL || cases[i].why == NULL ||
		     strcmp(r.why, cases[i].why) != 0))
			fail_msg("%s: %s", cases[i].http, r.why);
		assert_true(r.wanted);
		assert_int_equal(r.text_len, r.why == NULL ? 5 : 0);
		if (r.why == NULL) {
			assert_int_equal(r.http_len, strlen(cases[i].http));
			assert_memory_equal(t.p + r.text_off, "body\n", 5);
		}
	}
}

/* The record 'rec' with just these spans of its text left: *out. */
static void
rewrite(const char *rec, const struct warc_record *r,
	const struct warc_span *kept, size_t n, struct text *out)
{
	size_t len;
	char *head = warc_rewrite(rec, r, kept, n, &len);

	assert_non_null(head);
	out->len = 0;
	put(out, head, len);
	for (size_t i = 0; i < n; i++)
		put(out, kept[i].p, kept[i].len);
	put(out, rec + r->trailer_off, r->trailer_len);
	free(head);
}

static void
expect_rewritten(const char *rec, size_t cut, const char *want)
{
	struct warc_record r = scan_s(rec);
	const char *text = rec + r.text_off;
	struct warc_span kept[2] = {
		{ text, cut }, { text + cut + 6, r.text_len - cut - 6 },
	};
	struct text out;

	assert_null(r.why);
	rewrite(rec, &r, kept, 2, &out);
	if (out.len != strlen(want) || memcmp(out.p, want, out.len) != 0)
		fail_msg("got:\n%.*s\nwant:\n%s", (int)out.len, out.p, want);
	scan_one(out.p, out.len);
}

#ifdef HAVE_NETTLE
#define IF_NETTLE(s)	s
#else
#define IF_NETTLE(s)
#endif

/* Digests of "keep this\n". */
#define SHA1_32		"SI3DNJOUEIPVUPXY5GKQNXL752USBAOX"
#define SHA1_16		"923636a5d4221f5a3ef8e99506dd7feea92081d7"

static void
test_rewriting_changes_lengths_and_digests_only(void **state)
{
	(void)state;
	expect_rewritten(
		V10 "WARC-Type: conversion\r\n"
		"warc-block-digest:\tSHA1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ \r\n"
		"X-Other:  kept \r\n folded\r\n"
		"CONTENT-length :  0016  \r\n"
		"no colon\r\n"
		"WARC-Payload-Digest: sha1:\r\n folded\r\n"
		"WARC-Payload-Digest:\r\n sha1:"
		"da39a3ee5e6b4b0d3255bfef95601890afd80709\r\n"
		"Last: x" END "keep gone, this\n" END "\n",
		5,
		V10 "WARC-Type: conversion\r\n"
		IF_NETTLE("warc-block-digest:\tSHA1:" SHA1_32 " \r\n")
		"X-Other:  kept \r\n folded\r\n"
		"CONTENT-length :  10  \r\n"
		"no colon\r\n"
		IF_NETTLE("WARC-Payload-Digest:\r\n sha1:" SHA1_16 "\r\n")
		"Last: x" END "keep this\n" END "\n");
}

static void
test_rewritten_header_keeps_its_line_ends(void **state)
{
	(void)state;
	expect_rewritten(
		"WARC/1.1\nWARC-Type: resource\nContent-Type: text/plain\r\n"
		"Content-Length: 16\nWARC-Block-Digest: crc32:0\n\r\n"
		"keep gone, this\n\n\n", 5,
		"WARC/1.1\nWARC-Type: resource\nContent-Type: text/plain\r\n"
		"Content-Length: 10\n\r\n"
		"keep this\n\n\n");
}

static void
test_rewritten_http_header_has_the_new_length(void **state)
{
	(void)state;
	expect_rewritten(
		V10 "WARC-Type: response\r\n"
		"Content-Type: application/http; msgtype=response\r\n"
		"WARC-Payload-Digest: "
		"sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ\r\n"
		"WARC-Block-Digest: md5:2QOYZWMPACZAJ2MABGMOZ6CCPY======\r\n"
		"Content-Length: 81" END
		"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
		"Content-Length: 16" END "keep gone, this\n" END,
		5,
		V10 "WARC-Type: response\r\n"
		"Content-Type: application/http; msgtype=response\r\n"
		IF_NETTLE("WARC-Payload-Digest: sha1:" SHA1_32 "\r\n"
		"WARC-Block-Digest: md5:DISICSMTYZAQ6IVTTB5I6QPOTY======\r\n")
		"Content-Length: 75" END
		"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
		"Content-Length: 10" END "keep this\n" END);

	/* Several lengths, and an empty one: it grows. */
	expect_rewritten(
		V10 "WARC-Type: response\r\nContent-Type: application/http\r\n"
		"Content-Length: 93" END
		"HTTP/1.1 200 OK\nContent-Type: text/plain\ncontent-length:\n"
		"Content-Length: ??\n\nkeep gone, this\n" END,
		5,
		V10 "WARC-Type: response\r\nContent-Type: application/http\r\n"
		"Content-Length: 89" END
		"HTTP/1.1 200 OK\nContent-Type: text/plain\ncontent-length:10\n"
		"Content-Length: 10\n\nkeep this\n" END);
}

/* What becomes of a block digest; NULL: its line goes. */
static void
expect_digest(const char *old, const char *new)
{
	struct text rec = { 0 }, want = { 0 };

#ifndef HAVE_NETTLE
	new = NULL;
#endif
	put_s(&rec, V10 "WARC-Type: conversion\r\nWARC-Block-Digest: ");
	put_s(&rec, old);
	put_s(&rec, "\r\nContent-Length: 16" END "keep gone, this\n" END);
	put_s(&want, V10 "WARC-Type: conversion\r\n");
	if (new != NULL) {
		put_s(&want, "WARC-Block-Digest: ");
		put_s(&want, new);
		put_s(&want, "\r\n");
	}
	put_s(&want, "Content-Length: 10" END "keep this\n" END);
	put(&rec, "", 1);
	put(&want, "", 1);
	expect_rewritten(rec.p, 5, want.p);
}

static void
test_digest_keeps_its_algorithm_and_look(void **state)
{
	(void)state;
	expect_digest("md5:d41d8cd98f00b204e9800998ecf8427e",
		      "md5:14e611baf1371aa5d5050e8cde07082f");
	expect_digest("MD5:D41D8CD98F00B204E9800998ECF8427E",
		      "MD5:14E611BAF1371AA5D5050E8CDE07082F");
	expect_digest("md5:00000000000000000000000000000000",
		      "md5:14e611baf1371aa5d5050e8cde07082f");
	expect_digest("md5:2QOYZWMPACZAJ2MABGMOZ6CCPY",
		      "md5:CTTBDOXRG4NKLVIFB2GN4BYIF4");
	expect_digest("md5:2QOYZWMPACZAJ2MABGMOZ6CCPY======",
		      "md5:CTTBDOXRG4NKLVIFB2GN4BYIF4======");
	expect_digest("Sha-1:3i42h3s6nnfq2msvx7xzkyayscx5qbyj",
		      "Sha-1:si3dnjoueipvupxy5gkqnxl752usbaox");
	expect_digest("sha1:22222222222222222222222222222222",
		      "sha1:" SHA1_32);
	expect_digest("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
		      "sha1:" SHA1_16);
	expect_digest("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca"
		      "495991b7852b855",
		      "sha256:f3a9668425b638769b094d7fcb4b0fb7df08afce8ff678394"
		      "d18cf4cb91ee7e5");
	expect_digest("sha-256:4OYMIQUY7QOBJGX36TEJS35ZEQT24QPEMSNZGTFESWMRW6CS"
		      "XBKQ====",
		      "sha-256:6OUWNBBFWY4HNGYJJV74WSYPW7PQRL6OR73HQOKNDDHUZOI6"
		      "47SQ====");
	expect_digest("SHA384:HCYGBJ2RVSLDQTGZGJ7LDMPDNIQ73NYRCS7AOQ2MBTD36Y7W4"
		      "HNCOTW6X7TW6ZP32UNNF4KITC4VW===",
		      "SHA384:AIXXXFUBPXZAH5OWKOXHIT3LMLIFJQKYJBXWPVYH57VVYW5OR"
		      "KVM75O4OHXYYD7YVBNJPLPNKU44O===");
	expect_digest("sha512:Z6B6CNL6564L34KUFBINM3MAA7LCBZAFBNLRLXED6SUSDU3M5"
		      "HHEPUGRHROYL4VQ76BRRUUHP3WC6Y5ZGG6UOQL2QGSTQMT27ET5UPQ",
		      "sha512:H4DXGPGRHRBBYIICDLILSSZU5ZLGZXUZSKY67QD6JP2PHTQ64"
		      "EBKKDVGJDXPWOSDEPFEZAIGU7HU5F3HSIUE5YBBHTM4MTPGZQVF4KI");
}

static void
test_digest_that_is_not_known_goes(void **state)
{
	static const char *const unknown[] = {
		"", ":", "sha1", "sha1:", "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
		"crc32:00000000", "sha:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
		"sha11:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
		"sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBY",
		"sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJA",
		"sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBY1",
		"sha1:3i42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
		"sha1: 3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
		"sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ=",
		"sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ sha1:x",
		"md5:2QOYZWMPACZAJ2MABGMOZ6CCPY=====",
		"md5:d41d8cd98f00b204e9800998ecf8427e=",
		"md5:d41d8cd98f00b204e9800998ecf8427g",
		"md5:d41D8cd98f00b204e9800998ecf8427e",
		"sha1:2jmj7l5rSw0yVb/vlWAYkK/YBwk=",	/* base64 */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
		expect_digest(unknown[i], NULL);
}

static void
test_nothing_removed_changes_nothing(void **state)
{
	static const char rec[] = V10 "WARC-Type: conversion\r\n"
		"WARC-Block-Digest: sha1:wrong\r\nContent-Length: 0005" END
		"abcde" END;
	struct warc_record r = scan_s(rec);
	const char *text = rec + r.text_off;
	struct warc_span kept[] = { { text, 0 }, { text, 2 }, { text + 2, 3 } };
	struct text out;

	(void)state;
	rewrite(rec, &r, kept, 3, &out);
	assert_int_equal(out.len, sizeof(rec) - 1);
	assert_memory_equal(out.p, rec, out.len);
}

static void
test_everything_removed_leaves_an_empty_block(void **state)
{
	static const char rec[] = V10 "WARC-Type: conversion\r\n"
		"Content-Length: 5" END "abcde" END;
	static const char want[] = V10 "WARC-Type: conversion\r\n"
		"Content-Length: 0" END END;
	struct warc_record r = scan_s(rec);
	struct text out;

	(void)state;
	rewrite(rec, &r, NULL, 0, &out);
	assert_int_equal(out.len, sizeof(want) - 1);
	assert_memory_equal(out.p, want, out.len);
	assert_int_equal(scan_one(out.p, out.len).text_len, 0);
}

static void
test_rewrite_survives_failing_allocations(void **state)
{
	static const char rec[] = V10 "WARC-Type: conversion\r\n"
		"Content-Length: 5" END "abcde" END;
	struct warc_record r = scan_s(rec);
	struct warc_span kept = { rec + r.text_off, 3 };
	char *head = NULL;
	size_t len;

	(void)state;
	for (uint64_t n = 0; head == NULL; n++) {
		int64_t live = allocations.live;

		allocations_fail(n, false);
		head = warc_rewrite(rec, &r, &kept, 1, &len);
		assert_int_equal(allocations_succeed(), head == NULL);
		assert_int_equal(allocations.live - live, head != NULL);
		if (head == NULL)
			assert_int_equal(errno, ENOMEM);
		else
			assert_int_equal(n, 2);
	}
	free(head);
}

/* A record as it was put together, and what warc.c must say of it. */
struct known {
	struct text bytes;
	size_t block_len, http_len;	/* 0 if it has no text over HTTP */
	bool is_text;
};

static const char *
one_of(struct rng *g, const char *const *strings, size_t n)
{
	return strings[rng_below(g, (uint32_t)n)];
}

#define ONE_OF(g, ...)	one_of(g, (const char *const[]){ __VA_ARGS__ }, \
	ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })))

static void
put_random_text(struct rng *g, struct text *t)
{
	for (uint32_t n = rng_below(g, 12); n > 0; n--)
		put_s(t, ONE_OF(g, "a line\n", "\r\n", "\n", "WARC/1.0",
				"WARC/1.1\r\n", "some words", "\xc3\xa9\xff",
				": ", "Content-Length: 3\r\n", "\r\n\r\n"));
	if (rng_once(g, 4))
		put(t, "", 1);
}

static void
random_record(struct rng *g, struct known *k)
{
	const char *eol = rng_once(g, 4) ? "\n" : "\r\n";
	bool http = rng_once(g, 2), plain = !rng_once(g, 4);
	struct text block = { 0 };
	uint32_t length_at = rng_below(g, 6);

	memset(k, 0, sizeof(*k));
	if (http) {
		put_s(&block, "HTTP/1.1 200 OK");
		put_s(&block, eol);
		put_s(&block, plain ? "Content-Type: text/plain" : "X: y");
		put_s(&block, eol);
		for (uint32_t n = rng_below(g, 3); n > 0; n--) {
			put_s(&block, ONE_OF(g, "Content-Length: 7",
					     "content-length:", "Server: x",
					     "X-Content-Length: 3"));
			put_s(&block, eol);
		}
		put_s(&block, eol);
		k->http_len = plain ? block.len : 0;
	}
	put_random_text(g, &block);
	k->is_text = plain;
	k->block_len = block.len;
	put_s(&k->bytes, ONE_OF(g, "WARC/1.0", "WARC/1.1"));
	put_s(&k->bytes, eol);
	put_s(&k->bytes, http ? "WARC-Type: response" :
	      plain ? "WARC-Type: conversion" : "WARC-Type: metadata");
	put_s(&k->bytes, eol);
	put_s(&k->bytes, http ? "Content-Type: application/http" :
	      "Content-Type: text/plain");
	put_s(&k->bytes, eol);
	for (uint32_t i = 0; i < 6; i++) {
		if (i == length_at) {
			put_s(&k->bytes, "Content-Length: ");
			put_n(&k->bytes, block.len);
		} else {
			put_s(&k->bytes, ONE_OF(g, "WARC-Record-ID: <urn:x>",
				"X: folded\r\n more", "WARC-Block-Digest: "
				"sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
				"WARC-Payload-Digest: "
				"md5:d41d8cd98f00b204e9800998ecf8427e",
				"WARC-Target-URI: http://example.org/?a=b:c",
				"WARC-Block-Digest: unknown:x"));
		}
		put_s(&k->bytes, eol);
	}
	put_s(&k->bytes, eol);
	put(&k->bytes, block.p, block.len);
	put_s(&k->bytes, eol);
	put_s(&k->bytes, eol);
}

/* But for the digests, which may go, the fields read the same. */
static void
expect_same_fields(const char *p, const struct warc_record *a, const char *q,
		   const struct warc_record *b)
{
	for (int i = 0; i < WARC_NFIELDS; i++) {
		struct warc_value x = a->field[i], y = b->field[i];

		if (i == WARC_CONTENT_LENGTH || i == WARC_BLOCK_DIGEST ||
		    i == WARC_PAYLOAD_DIGEST)
			continue;
		assert_int_equal(x.len, y.len);
		assert_memory_equal(p + x.off, q + y.off, x.len);
	}
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->trailer_len, b->trailer_len);
	assert_ptr_equal(a->why, b->why);
}

static void
test_rewritten_records_read_back(void **state)
{
	struct rng g = { 1 };
	size_t ntexts = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct warc_span kept[SPANS_MAX];
		struct warc_record r, again;
		struct text out, twice, text = { 0 };
		struct known k;
		size_t n = 0, at = 0;

		random_record(&g, &k);
		r = scan_one(k.bytes.p, k.bytes.len);
		assert_int_equal(r.block_len, k.block_len);
		assert_int_equal(r.why == NULL, k.is_text);
		assert_int_equal(r.http_len, k.http_len);
		if (r.why != NULL)
			continue;
		ntexts++;
		while (n < SPANS_MAX && at < r.text_len) {
			size_t left = r.text_len - at;
			size_t len = rng_below(&g, (uint32_t)left + 1);

			kept[n].p = k.bytes.p + r.text_off + at;
			kept[n].len = len;
			put(&text, kept[n++].p, len);
			at += len + (rng_once(&g, 2) ? 0 :
				     rng_below(&g, (uint32_t)(left - len) + 1));
		}
		rewrite(k.bytes.p, &r, kept, n, &out);
		again = scan_one(out.p, out.len);
		assert_int_equal(again.text_len, text.len);
		assert_memory_equal(out.p + again.text_off, text.p, text.len);
		expect_same_fields(k.bytes.p, &r, out.p, &again);
		if (text.len == r.text_len) {
			assert_int_equal(out.len, k.bytes.len);
			assert_memory_equal(out.p, k.bytes.p, out.len);
		}
		/* What is right stays: without a byte, and with it again. */
		if (again.text_len > 0) {
			struct warc_span less = { out.p + again.text_off,
						  again.text_len - 1 };

			rewrite(out.p, &again, &less, 1, &twice);
			assert_int_equal(scan_one(twice.p, twice.len).text_len,
					 text.len - 1);
		}
	}
	assert_in_range(ntexts, 10000, 19000);
}

static void
test_random_damage_costs_no_byte(void **state)
{
	struct rng g = { 2 };
	static struct walk whole, cut;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct text t = { 0 };
		struct known k;

		for (uint32_t n = rng_range(&g, 1, 4); n > 0; n--) {
			random_record(&g, &k);
			put(&t, k.bytes.p, k.bytes.len);
		}
		for (uint32_t n = rng_below(&g, 4); n > 0; n--) {
			size_t at = rng_below(&g, (uint32_t)t.len);

			if (rng_once(&g, 2)) {
				t.p[at] = (char)rng_below(&g, 256);
			} else {
				memmove(t.p + at, t.p + at + 1,
					t.len - at - 1);
				t.len--;
			}
		}
		walk(t.p, t.len, t.len, 1, &whole);
		expect_whole(&whole, t.len);
		walk(t.p, t.len, rng_below(&g, (uint32_t)t.len),
		     rng_range(&g, 1, 200), &cut);
		expect_same_walk(&whole, &cut);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_answers_do_not_depend_on_where_input_is_cut),
		cmocka_unit_test(
			test_truncation_spoils_no_more_than_the_last_record),
		cmocka_unit_test(test_scan_finds_every_part),
		cmocka_unit_test(
			test_header_is_known_before_its_block_has_come),
		cmocka_unit_test(test_header_may_be_written_in_other_ways),
		cmocka_unit_test(test_first_of_equal_fields_counts),
		cmocka_unit_test(test_only_a_version_line_begins_a_record),
		cmocka_unit_test(
			test_length_must_be_one_number_below_2_to_the_63),
		cmocka_unit_test(
			test_lying_length_is_seen_and_the_next_record_found),
		cmocka_unit_test(
			test_line_ends_and_a_record_or_the_end_follow_a_block),
		cmocka_unit_test(test_line_ends_after_a_block_are_bounded),
		cmocka_unit_test(test_record_that_begins_in_a_header_ends_it),
		cmocka_unit_test(test_header_is_bounded),
		cmocka_unit_test(test_header_in_single_bytes_is_waited_for),
		cmocka_unit_test(
			test_resync_stops_at_lines_that_begin_a_record),
		cmocka_unit_test(
			test_resync_passes_all_but_what_may_begin_a_record),
		cmocka_unit_test(test_text_is_what_can_be_taken_for_utf8_text),
		cmocka_unit_test(
			test_text_over_http_is_what_comes_after_the_header),
		cmocka_unit_test(
			test_rewriting_changes_lengths_and_digests_only),
		cmocka_unit_test(test_rewritten_header_keeps_its_line_ends),
		cmocka_unit_test(test_rewritten_http_header_has_the_new_length),
		cmocka_unit_test(test_digest_keeps_its_algorithm_and_look),
		cmocka_unit_test(test_digest_that_is_not_known_goes),
		cmocka_unit_test(test_nothing_removed_changes_nothing),
		cmocka_unit_test(
			test_everything_removed_leaves_an_empty_block),
		cmocka_unit_test(test_rewrite_survives_failing_allocations),
		cmocka_unit_test(test_rewritten_records_read_back),
		cmocka_unit_test(test_random_damage_costs_no_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
