/*
 * json.c against hand-written edges, and against jansson on random records.
 *
 * Where jansson is stricter than json.c it is shown a copy of the record with
 * the offending bytes replaced by acceptable ones of the same length (see
 * tame()), so that both must still agree on everything, offsets included.
 * Every record stands in a buffer of its exact size, so that a build with
 * -fsanitize=address sees each read past its end.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Both headers have a JSON_STRING; macros of jansson's that say it are out. */
#define JSON_STRING	JANSSON_STRING
#include <jansson.h>
#undef JSON_STRING

#include "json.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))
#define NPATHS_MAX	8
#define RECORD_MAX	8192

/* A copy of 'len' bytes with nothing behind them; to be freed. */
static char *
exact(const char *p, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

/* json_scan() for dotted paths, on a copy of exact size. */
static int
scan(const char *rec, size_t len, const char *const *dotted, size_t n,
     struct json_value *found, const char **why, size_t *at)
{
	struct json_path paths[NPATHS_MAX];
	char *copy = exact(rec, len);
	int got;

	assert_true(n <= NPATHS_MAX);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(json_path_parse(&paths[i], dotted[i]), 0);
	*why = NULL;
	*at = SIZE_MAX;
	got = json_scan(copy, len, paths, n, found, why, at);
	if (got == 0) {
		assert_null(*why);
	} else {
		assert_int_equal(got, -1);
		assert_non_null(*why);
		assert_true(*at <= len);
	}
	free(copy);
	return got;
}

/* What one path finds in an acceptable record. */
static struct json_value
find_n(const char *rec, size_t len, const char *dotted)
{
	struct json_value v;
	const char *why;
	size_t at;

	if (scan(rec, len, &dotted, 1, &v, &why, &at) != 0)
		fail_msg("%.*s: %s at %zu", (int)len, rec, why, at);
	return v;
}

static struct json_value
find(const char *rec, const char *dotted)
{
	return find_n(rec, strlen(rec), dotted);
}

/* The path leads to this kind of value, written like this. */
static void
expect(const char *rec, const char *dotted, enum json_kind kind,
       const char *raw)
{
	struct json_value v = find(rec, dotted);

	if (v.kind != kind || v.len != strlen(raw) ||
	    memcmp(rec + v.off, raw, v.len) != 0)
		fail_msg("%s: %s: kind %d, \"%.*s\"", rec, dotted, v.kind,
			 (int)v.len, rec + v.off);
	assert_int_equal(v.escaped,
			 kind == JSON_STRING && strchr(raw, '\\') != NULL);
}

static void
expect_none(const char *rec, const char *dotted)
{
	struct json_value v = find(rec, dotted);

	assert_int_equal(v.kind, JSON_NONE);
	assert_int_equal(v.off, 0);
	assert_int_equal(v.len, 0);
}

static void
accept(const char *rec)
{
	expect_none(rec, "no such key");
}

static void
reject_n(const char *rec, size_t len, const char *why, size_t at)
{
	static const char *const text = "text";
	struct json_value v;
	const char *got_why;
	size_t got_at;

	if (scan(rec, len, &text, 1, &v, &got_why, &got_at) == 0)
		fail_msg("%.*s: accepted", (int)len, rec);
	if (strcmp(got_why, why) != 0 || got_at != at)
		fail_msg("%.*s: %s at %zu", (int)len, rec, got_why, got_at);
}

static void
reject(const char *rec, const char *why, size_t at)
{
	reject_n(rec, strlen(rec), why, at);
}

#define DECODES(raw, want)	decodes(raw, want, sizeof(want) - 1)

/* Body 'raw' decodes to these bytes. */
static void
decodes(const char *raw, const char *want, size_t want_len)
{
	size_t len = strlen(raw);
	char *in = exact(raw, len), *out = exact(raw, len);

	assert_int_equal(json_decode(in, len, out), want_len);
	assert_memory_equal(out, want, want_len);
	free(in);
	free(out);
}

#define ESCAPES(text, want)	escapes(text, sizeof(text) - 1, want)

/* Text escapes to this body. */
static void
escapes(const char *text, size_t len, const char *want)
{
	char *in = exact(text, len), *out = malloc(6 * len + 1);
	size_t n;

	assert_non_null(out);
	n = json_escape(in, len, out);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(out, want, n);
	free(in);
	free(out);
}

static void
test_path_splits_at_dots(void **state)
{
	struct json_path p;
	const char *dotted = "meta.text.\xc3\xa9";

	(void)state;
	assert_int_equal(json_path_parse(&p, "text"), 0);
	assert_int_equal(p.n, 1);
	assert_int_equal(json_path_parse(&p, dotted), 0);
	assert_int_equal(p.n, 3);
	assert_ptr_equal(p.part[0].name, dotted);
	assert_int_equal(p.part[0].len, 4);
	assert_ptr_equal(p.part[1].name, dotted + 5);
	assert_int_equal(p.part[1].len, 4);
	assert_ptr_equal(p.part[2].name, dotted + 10);
	assert_int_equal(p.part[2].len, 2);
}

static void
test_path_needs_1_to_16_components_none_empty(void **state)
{
	static const char *const bad[] = {
		"", ".", "a.", ".a", "a..b",
		"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q",
	};
	struct json_path p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		errno = 0;
		assert_int_equal(json_path_parse(&p, bad[i]), -1);
		assert_int_equal(errno, EINVAL);
	}
	assert_int_equal(
		json_path_parse(&p, "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p"), 0);
	assert_int_equal(p.n, JSON_PATH_MAX);
}

static void
test_scan_finds_values_of_every_kind(void **state)
{
	const char *rec = " { \"s\" : \"a\\nb\" , \"e\":\"\", \"o\" : { \"k\" "
		": 1 } ,\"a\":[ 1 , \"x\" ],\"n\":-1.5e+3 ,\"t\":true,"
		"\"f\":false,\"z\":null} \r\n\t";

	(void)state;
	expect(rec, "s", JSON_STRING, "a\\nb");
	expect(rec, "e", JSON_STRING, "");
	expect(rec, "o", JSON_OTHER, "{ \"k\" : 1 }");
	expect(rec, "o.k", JSON_OTHER, "1");
	expect(rec, "a", JSON_OTHER, "[ 1 , \"x\" ]");
	expect(rec, "n", JSON_OTHER, "-1.5e+3");
	expect(rec, "t", JSON_OTHER, "true");
	expect(rec, "f", JSON_OTHER, "false");
	expect(rec, "z", JSON_OTHER, "null");
	expect_none(rec, "x");
	expect_none(rec, "s.k");
	expect_none(rec, "o.k.k");
	expect_none(rec, "a.x");
}

static void
test_scan_looks_at_every_path_in_one_pass(void **state)
{
	static const char *const dotted[] = { "m", "m.t", "m.t", "m.u", "t" };
	const char *rec = "{\"t\":0,\"m\":{\"t\":\"x\"}}", *why;
	struct json_value v[ARRAY_LEN(dotted)];
	size_t at;

	(void)state;
	assert_int_equal(scan(rec, strlen(rec), dotted, ARRAY_LEN(dotted), v,
			      &why, &at), 0);
	assert_int_equal(v[0].kind, JSON_OTHER);
	assert_int_equal(v[0].len, strlen("{\"t\":\"x\"}"));
	assert_int_equal(v[1].kind, JSON_STRING);
	assert_memory_equal(&v[1].off, &v[2].off, sizeof(v[1].off));
	assert_int_equal(v[2].kind, JSON_STRING);
	assert_int_equal(v[3].kind, JSON_NONE);
	assert_int_equal(v[4].kind, JSON_OTHER);
	assert_int_equal(scan(rec, strlen(rec), NULL, 0, NULL, &why, &at), 0);
}

static void
test_path_leads_through_objects_only(void **state)
{
	(void)state;
	expect_none("{\"a\":[{\"b\":1}]}", "a.b");
	expect_none("{\"x\":[{\"a\":{\"b\":1}}]}", "a.b");
	expect("{\"x\":[[{\"b\":1}],2],\"b\":3}", "b", JSON_OTHER, "3");
	expect_none("{\"x\":{\"b\":1}}", "b");
	expect_none("{\"b\":{\"a\":1}}", "a.b");
}

static void
test_path_reaches_16_levels_and_ignores_deeper_ones(void **state)
{
	char rec[256] = "", *p = rec;
	struct json_value v;

	(void)state;
	for (int i = 0; i < 18; i++)
		p += sprintf(p, "{\"%c\":", 'a' + i);
	p += sprintf(p, "0");
	for (int i = 0; i < 18; i++)
		p += sprintf(p, "}");
	v = find(rec, "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p");
	assert_int_equal(v.kind, JSON_OTHER);
	assert_int_equal(v.len, strlen("{\"q\":{\"r\":0}}"));
	assert_memory_equal(rec + v.off, "{\"q\":{\"r\":0}}", v.len);
}

static void
test_last_of_equal_keys_wins(void **state)
{
	(void)state;
	expect("{\"a\":\"x\",\"a\":\"y\"}", "a", JSON_STRING, "y");
	expect("{\"a\":\"x\",\"a\":1}", "a", JSON_OTHER, "1");
	expect("{\"a\":1,\"\\u0061\":\"y\"}", "a", JSON_STRING, "y");
}

static void
test_later_parent_hides_all_of_the_earlier(void **state)
{
	(void)state;
	expect_none("{\"a\":{\"b\":1},\"a\":2}", "a.b");
	expect_none("{\"a\":{\"b\":1},\"a\":{}}", "a.b");
	expect_none("{\"a\":{\"b\":1},\"a\":{\"c\":1}}", "a.b");
	expect_none("{\"a\":{\"b\":1},\"a\":[{\"b\":2}]}", "a.b");
	expect("{\"a\":{\"b\":1},\"a\":{\"b\":2}}", "a.b", JSON_OTHER, "2");
	expect("{\"a\":{\"b\":1},\"c\":2}", "a.b", JSON_OTHER, "1");
	expect("{\"a\":{\"b\":1},\"c\":{\"b\":2,\"a\":3}}", "a.b", JSON_OTHER,
	       "1");
	expect_none("{\"a\":{\"b\":{\"c\":1}},\"a\":{\"b\":0}}", "a.b.c");
	expect_none("{\"a\":{\"b\":{\"c\":1},\"b\":{}}}", "a.b.c");
}

static void
test_keys_match_after_unescaping(void **state)
{
	(void)state;
	expect("{\"te\\u0078t\":1}", "text", JSON_OTHER, "1");
	expect("{\"\\u0074\\u0065\\u0078\\u0074\":1}", "text", JSON_OTHER,
	       "1");
	expect("{\"a\\/b\":1}", "a/b", JSON_OTHER, "1");
	expect("{\"caf\\u00E9\":1}", "caf\xc3\xa9", JSON_OTHER, "1");
	expect("{\"\\ud83d\\ude00\":1}", "\xf0\x9f\x98\x80", JSON_OTHER, "1");
	expect("{\"\xf0\x9f\x98\x80\":1}", "\xf0\x9f\x98\x80", JSON_OTHER,
	       "1");
	expect_none("{\"te\\u0078\":1}", "text");
	expect_none("{\"te\\u0078tt\":1}", "text");
	expect_none("{\"text\\u0000\":1}", "text");
	expect_none("{\"\":1}", "text");
	expect_none("{\"a.b\":1}", "a.b");
}

static void
test_record_must_be_one_object(void **state)
{
	(void)state;
	reject("", "not an object", 0);
	reject("  ", "not an object", 2);
	reject("[]", "not an object", 0);
	reject("\"text\"", "not an object", 0);
	reject("null", "not an object", 0);
	reject("\xef\xbb\xbf{}", "not an object", 0);
	reject("{}x", "garbage after the object", 2);
	reject("{} {}", "garbage after the object", 3);
	reject("{}}", "garbage after the object", 2);
	reject_n("{}", 3, "garbage after the object", 2);
	accept("{}");
	accept(" \t\r\n{ } \t\r\n");
}

static void
test_structure_is_strict(void **state)
{
	(void)state;
	reject("{", "unexpected end", 1);
	reject("{\"a\"", "unexpected end", 4);
	reject("{\"a\":", "unexpected end", 5);
	reject("{\"a\":1", "unexpected end", 6);
	reject("{\"a\":1,", "unexpected end", 7);
	reject("{\"a\":[", "unexpected end", 6);
	reject("{\"a\":1,}", "expected a key", 7);
	reject("{,}", "expected a key", 1);
	reject("{1:2}", "expected a key", 1);
	reject("{a:2}", "expected a key", 1);
	reject("{]", "expected a key", 1);
	reject("{\"a\" 1}", "expected ':'", 5);
	reject("{\"a\"}", "expected ':'", 4);
	reject("{\"a\":}", "expected a value", 5);
	reject("{\"a\":]", "expected a value", 5);
	reject("{\"a\":[1,]}", "expected a value", 8);
	reject("{\"a\":[,1]}", "expected a value", 6);
	reject("{\"a\":1 \"b\":2}", "expected ',' or '}'", 7);
	reject("{\"a\":1]", "expected ',' or '}'", 6);
	reject("{\"a\":[1}", "expected ',' or ']'", 7);
	reject("{\"a\":[1 2]}", "expected ',' or ']'", 8);
	reject("{\"a\":[{]}", "expected a key", 7);
	reject("{\"a\":[}]", "expected a value", 6);
	reject("{'a':1}", "expected a key", 1);
	reject("{\"a\":'b'}", "expected a value", 5);
	reject("{/**/}", "expected a key", 1);
	reject("{\"a\":\f1}", "expected a value", 5);
	reject("{\"a\":\xc2\xa0" "1}", "expected a value", 5);
	reject_n("{\"a\":\0}", 7, "expected a value", 5);
	reject_n("{\"a\":1\0}", 8, "expected ',' or '}'", 6);
	reject_n("\0{}", 3, "not an object", 0);
	accept("{\"a\":[[],{},[{}]],\"\":{}}");
}

static void
test_numbers_and_literals_are_strict(void **state)
{
	static const char *const good[] = {
		"0", "-0", "1", "-1", "10", "0.0", "1.25", "0e0", "1E5",
		"1e+05", "1e-5", "1.0E-10", "123456789012345678901234567890",
		"1e999", "true", "false", "null",
	};
	static const char *const bad_number[] = {
		"-", "-a", "1.", "1.e5", "1e", "1e+", "1E-", "-.5", "0.",
	};
	static const char *const bad_literal[] = {
		"t", "tru", "fals", "falsE", "nul", "nan", "trUe",
	};
	char rec[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		snprintf(rec, sizeof(rec), "{\"k\":%s}", good[i]);
		expect(rec, "k", JSON_OTHER, good[i]);
		snprintf(rec, sizeof(rec), "{\"k\":[%s ]}", good[i]);
		accept(rec);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad_number); i++) {
		snprintf(rec, sizeof(rec), "{\"k\":%s}", bad_number[i]);
		reject(rec, "invalid number", 5);
		/* The record's end within the number is no different. */
		reject_n(rec, strlen(rec) - 1, "invalid number", 5);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad_literal); i++) {
		snprintf(rec, sizeof(rec), "{\"k\":%s}", bad_literal[i]);
		reject(rec, "invalid literal", 5);
		reject_n(rec, strlen(rec) - 1, "invalid literal", 5);
	}
	reject("{\"k\":True}", "expected a value", 5);
	reject("{\"k\":NaN}", "expected a value", 5);
	reject("{\"k\":Infinity}", "expected a value", 5);
	reject("{\"k\":+1}", "expected a value", 5);
	reject("{\"k\":.5}", "expected a value", 5);
	reject("{\"k\":01}", "expected ',' or '}'", 6);
	reject("{\"k\":-01}", "expected ',' or '}'", 7);
	reject("{\"k\":0x1}", "expected ',' or '}'", 6);
	reject("{\"k\":1.5.5}", "expected ',' or '}'", 8);
	reject("{\"k\":truex}", "expected ',' or '}'", 9);
	reject("{\"k\":1a}", "expected ',' or '}'", 6);
}

static void
test_strings_are_strict_but_for_their_encoding(void **state)
{
	(void)state;
	reject("{\"a\":\"", "unterminated string", 5);
	reject("{\"a\":\"b", "unterminated string", 5);
	reject("{\"a\":\"b\\\"}", "unterminated string", 5);
	reject("{\"a", "unterminated string", 1);
	reject("{\"a\":\"\n\"}", "control character in string", 6);
	reject("{\"a\":\"b\x1f\"}", "control character in string", 7);
	reject("{\"\t\":1}", "control character in string", 2);
	reject_n("{\"a\":\"\0\"}", 9, "control character in string", 6);
	reject("{\"a\":\"\\x\"}", "invalid escape", 6);
	reject("{\"a\":\"\\'\"}", "invalid escape", 6);
	reject("{\"a\":\"\\N\"}", "invalid escape", 6);
	reject("{\"a\":\"\\u12\"}", "invalid escape", 6);
	reject("{\"a\":\"\\u12g4\"}", "invalid escape", 6);
	reject("{\"a\":\"\\U0041\"}", "invalid escape", 6);
	reject("{\"a\":\"\\u+123\"}", "invalid escape", 6);
	reject("{\"a\":\"\\", "invalid escape", 6);
	reject("{\"a\":\"\\u123", "invalid escape", 6);
	reject("{\"\\q\":1}", "invalid escape", 2);
	accept("{\"a\":\"\x7f\"}");
	accept("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00aF\"}");
	accept("{\"a\":\"\\ud800\", \"b\":\"\\udc00\\ud800\"}");
	accept("{\"a\":\"\\u0000\"}");
	accept("{\"a\":\"\xff\xc3\", \"\x80\":\"\xed\xa0\x80\xc0\x80\"}");
	expect("{\"text\":\"\xe2\x82\"}", "text", JSON_STRING, "\xe2\x82");
}

static void
test_string_ends_are_seen_at_every_alignment(void **state)
{
	char rec[160], body[96];

	(void)state;
	for (size_t n = 0; n < 70; n++) {
		memset(body, 'x', n);
		body[n] = '\0';
		snprintf(rec, sizeof(rec), "{\"k\":\"%s\"}", body);
		expect(rec, "k", JSON_STRING, body);
		for (size_t i = 0; i < n; i++) {
			rec[6 + i] = '\x01';
			reject(rec, "control character in string", 6 + i);
			rec[6 + i] = '"';
			reject(rec, "expected ',' or '}'", 7 + i);
			rec[6 + i] = '\\';
			reject(rec, i + 1 < n ? "invalid escape" :
						"unterminated string",
			       i + 1 < n ? 6 + i : 5);
			rec[6 + i] = '\x80';
			accept(rec);
			rec[6 + i] = 'x';
		}
	}
}

/* A record of 'n' containers in one another, its own object included. */
static size_t
nest(char *rec, size_t n, char open)
{
	size_t len = 0;

	for (size_t i = 1; i < n; i++) {
		if (i == 1 || open == '{') {
			memcpy(rec + len, "{\"a\":", 5);
			len += 5;
		} else {
			rec[len++] = open;
		}
	}
	memcpy(rec + len, "{}", 2);
	len += 2;
	for (size_t i = n; i-- > 1; )
		rec[len++] = i > 1 && open == '[' ? ']' : '}';
	return len;
}

static void
test_nesting_ends_at_512(void **state)
{
	char *rec = malloc(8 * 100000);
	size_t len;

	(void)state;
	assert_non_null(rec);
	for (const char *open = "[{"; *open != '\0'; open++) {
		len = nest(rec, JSON_DEPTH_MAX, *open);
		assert_int_equal(find_n(rec, len, "a").kind, JSON_OTHER);
		len = nest(rec, JSON_DEPTH_MAX + 1, *open);
		reject_n(rec, len, "nested too deep",
			 (size_t)(strstr(rec, "{}") - rec));
	}
	memset(rec, '[', 100000);
	memcpy(rec, "{\"a\":", 5);
	reject_n(rec, 100000, "nested too deep", 5 + JSON_DEPTH_MAX - 1);
	free(rec);
}

static void
test_every_kind_of_nesting_is_told_apart(void **state)
{
	(void)state;
	/* Bits of a level once used must not stay. */
	accept("{\"a\":[[]],\"b\":{\"c\":{}},\"d\":[{\"e\":[]}]}");
	reject("{\"a\":[[]],\"b\":{\"c\":{]}}", "expected a key", 20);
	reject("{\"a\":{\"b\":{}},\"c\":[[}]}", "expected a value", 20);
}

static void
test_every_prefix_of_a_record_is_rejected(void **state)
{
	const char *rec = "{\"text\":\"a\\u00e9\\n\xc3\xa9 and sixteen bytes\","
		"\"n\":[1,-2.5e-3,true,null,{\"k\":{\"l\":\"m\"}}]}";
	static const char *const text = "text";
	struct json_value v;
	const char *why;
	size_t at;

	(void)state;
	for (size_t len = 0; len < strlen(rec); len++)
		assert_int_equal(scan(rec, len, &text, 1, &v, &why, &at), -1);
	accept(rec);
}

static void
test_decode_knows_every_escape(void **state)
{
	(void)state;
	DECODES("", "");
	DECODES("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
	DECODES("\\u0000|\\u007f|\\u0080|\\u07FF|\\u0800|\\uffff",
		"\0|\x7f|\xc2\x80|\xdf\xbf|\xe0\xa0\x80|\xef\xbf\xbf");
	DECODES("\\ud800\\udc00\\uDBFF\\uDFFF",
		"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
	DECODES("plain \xc3\xa9\xff, longer than sixteen bytes\\n",
		"plain \xc3\xa9\xff, longer than sixteen bytes\n");
}

static void
test_decode_keeps_lone_surrogates_as_3_bytes(void **state)
{
	(void)state;
	DECODES("\\ud800", "\xed\xa0\x80");
	DECODES("\\udfff", "\xed\xbf\xbf");
	DECODES("\\udc00\\ud800", "\xed\xb0\x80\xed\xa0\x80");
	DECODES("\\ud83d\\ud83d\\ude00", "\xed\xa0\xbd\xf0\x9f\x98\x80");
	DECODES("\\ud83dx\\ude00", "\xed\xa0\xbdx\xed\xb8\x80");
	DECODES("\\ud83d\\nude00", "\xed\xa0\xbd\nude00");
	DECODES("\\ud83d\\u0041", "\xed\xa0\xbd" "A");
}

static void
test_seek_stops_at_the_start_of_an_escape(void **state)
{
	/* decoded: a 0, grin 1..4, e-acute 5..6, b 7 */
	const char *raw = "a\\ud83d\\ude00\\u00e9b";
	static const size_t want[][3] = {	/* decoded, then cursor */
		{ 0, 0, 0 }, { 1, 1, 1 }, { 2, 1, 1 }, { 4, 1, 1 },
		{ 5, 13, 5 }, { 6, 13, 5 }, { 7, 19, 7 }, { 8, 20, 8 },
		{ 9, 20, 8 },
	};
	struct json_cursor all = { 0, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		struct json_cursor c = { 0, 0 };

		json_seek(raw, strlen(raw), &c, want[i][0]);
		assert_int_equal(c.raw, want[i][1]);
		assert_int_equal(c.decoded, want[i][2]);
		json_seek(raw, strlen(raw), &all, want[i][0]);
		assert_int_equal(all.raw, want[i][1]);
		assert_int_equal(all.decoded, want[i][2]);
	}
	json_seek(raw, strlen(raw), &all, 3);	/* not back */
	assert_int_equal(all.decoded, 8);
}

static void
test_escape_writes_what_a_string_may_hold(void **state)
{
	(void)state;
	ESCAPES("", "");
	ESCAPES("\"\\/\b\f\n\r\t", "\\\"\\\\/\\b\\f\\n\\r\\t");
	ESCAPES("\0\x01\x0f\x10\x1f \x7f",
		"\\u0000\\u0001\\u000f\\u0010\\u001f \x7f");
	ESCAPES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void
test_escape_replaces_each_byte_that_is_not_utf8(void **state)
{
	(void)state;
	ESCAPES("\xff", "\\ufffd");
	ESCAPES("a\x80z", "a\\ufffdz");
	ESCAPES("\xe2\x82", "\\ufffd\\ufffd");
	ESCAPES("\xe2\x82\"", "\\ufffd\\ufffd\\\"");
	ESCAPES("\xf0\x9f\x98\xc3\xa9", "\\ufffd\\ufffd\\ufffd\xc3\xa9");
	ESCAPES("\xc0\x80\xc1\xbf", "\\ufffd\\ufffd\\ufffd\\ufffd");
	ESCAPES("\xe0\x9f\xbf", "\\ufffd\\ufffd\\ufffd");
	ESCAPES("\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd");
	ESCAPES("\xed\x9f\xbf", "\xed\x9f\xbf");
	ESCAPES("\xf0\x8f\xbf\xbf", "\\ufffd\\ufffd\\ufffd\\ufffd");
	ESCAPES("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
	ESCAPES("\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd");
	ESCAPES("\xf5\x80\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd");
}

/* ---- random records ---- */

struct random {
	uint64_t s;
};

/* 0..n-1 (splitmix64) */
static size_t
pick(struct random *r, size_t n)
{
	uint64_t z = r->s += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (size_t)((z ^ z >> 31) % n);
}

struct record {
	char p[RECORD_MAX];
	size_t len;
};

/* Append, but stay well below RECORD_MAX; what is cut is just corrupt. */
static void
put(struct record *r, const char *s, size_t len)
{
	if (len > RECORD_MAX / 2 || r->len > RECORD_MAX / 2 - len)
		return;
	memcpy(r->p + r->len, s, len);
	r->len += len;
}

static void
put_s(struct record *r, const char *s)
{
	put(r, s, strlen(s));
}

static void
put_space(struct random *g, struct record *r)
{
	while (pick(g, 6) == 0)
		put(r, &" \t\r\n"[pick(g, 4)], 1);
}

static void
put_u(struct random *g, struct record *r, unsigned unit)
{
	char s[8];

	snprintf(s, sizeof(s), pick(g, 2) ? "\\u%04x" : "\\u%04X", unit);
	put_s(r, s);
}

/* One piece of a string body. */
static void
put_piece(struct random *g, struct record *r)
{
	static const char *const utf8[] = {
		"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\x7f",
		"\xed\x9f\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf",
	};
	static const char *const not_utf8[] = {
		"\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc0\x80",
		"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80",
	};
	static const char *const simple[] = {
		"\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t",
	};

	switch (pick(g, 10)) {
	case 0: case 1: case 2:
		for (size_t n = pick(g, 40); n > 0; n--)
			put(r, &"abc ,:{}[]'u0"[pick(g, 13)], 1);
		break;
	case 3:
		put_s(r, utf8[pick(g, ARRAY_LEN(utf8))]);
		break;
	case 4:
		if (pick(g, 3) == 0)
			put_s(r, not_utf8[pick(g, ARRAY_LEN(not_utf8))]);
		break;
	case 5: case 6:
		put_s(r, simple[pick(g, ARRAY_LEN(simple))]);
		break;
	case 7:
		put_u(g, r, (unsigned)pick(g, pick(g, 2) ? 0x800 : 0x10000));
		break;
	case 8:
		put_u(g, r, (unsigned)(0xd800 + pick(g, 0x400)));
		put_u(g, r, (unsigned)(0xdc00 + pick(g, 0x400)));
		break;
	default:
		if (pick(g, 3) == 0)
			put_u(g, r, (unsigned)(0xd800 + pick(g, 0x800)));
		else if (pick(g, 3) == 0)
			put_u(g, r, 0);
		break;
	}
}

static void
print_string(struct random *g, struct record *r)
{
	put_s(r, "\"");
	for (size_t n = pick(g, 8); n > 0; n--)
		put_piece(g, r);
	put_s(r, "\"");
}

/* Of few keys, so that many are equal, some letters escaped. */
static void
put_key(struct random *g, struct record *r)
{
	static const char *const keys[] = {
		"text", "meta", "a", "b", "caf\xc3\xa9", "tex", "texts",
	};
	const char *key;

	if (pick(g, 12) == 0) {
		print_string(g, r);
		return;
	}
	put_s(r, "\"");
	for (key = keys[pick(g, ARRAY_LEN(keys))]; *key != '\0'; key++) {
		bool ascii = (*key & 0x80) == 0;

		if (pick(g, 12) != 0 || (!ascii && *key != '\xc3')) {
			put(r, key, 1);
		} else if (ascii) {
			put_u(g, r, (unsigned)*key);
		} else {
			put_u(g, r, 0xe9);	/* both bytes of the e-acute */
			key++;
		}
	}
	put_s(r, "\"");
}

static void
put_number(struct random *g, struct record *r)
{
	char s[64];

	snprintf(s, sizeof(s), "%s%zu", pick(g, 2) ? "-" : "",
		 pick(g, pick(g, 2) ? 10 : SIZE_MAX));
	put_s(r, s);
	if (pick(g, 3) == 0) {
		snprintf(s, sizeof(s), ".%0*zu", (int)pick(g, 12),
			 pick(g, 1000));
		put_s(r, s);
	}
	if (pick(g, 3) == 0) {
		snprintf(s, sizeof(s), "%c%s%zu", pick(g, 2) ? 'e' : 'E',
			 &"+\0-\0\0"[2 * pick(g, 3)], pick(g, 400));
		put_s(r, s);
	}
}

static void
put_value(struct random *g, struct record *r, size_t depth, bool object)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t n = pick(g, 5), kind = object ? 0 : pick(g, 8);

	if (kind <= 2 && (object || depth < 6)) {
		bool array = kind == 2;

		put_s(r, array ? "[" : "{");
		for (put_space(g, r); n > 0; n--) {
			if (!array) {
				put_key(g, r);
				put_space(g, r);
				put_s(r, ":");
				put_space(g, r);
			}
			put_value(g, r, depth + 1, false);
			put_space(g, r);
			if (n > 1)
				put_s(r, ",");
			put_space(g, r);
		}
		put_s(r, array ? "]" : "}");
	} else if (kind <= 5) {
		print_string(g, r);
	} else if (kind == 6) {
		put_number(g, r);
	} else {
		put_s(r, words[pick(g, 3)]);
	}
}

static void
corrupt(struct random *g, struct record *r)
{
	static const char bytes[] = "\"\"\\\\{}[]:,0123456789eE+-.utrfn/ \t\n"
		"\x00\x01\x1f\x7f\x80\xc3\xe2\xff";
	size_t at, n;

	if (r->len == 0)
		return;
	at = pick(g, r->len);
	switch (pick(g, 5)) {
	case 0:
		r->p[at] = (char)pick(g, 256);
		break;
	case 1:
		r->p[at] = bytes[pick(g, sizeof(bytes) - 1)];
		break;
	case 2:
		memmove(r->p + at + 1, r->p + at, r->len - at);
		r->p[at] = bytes[pick(g, sizeof(bytes) - 1)];
		r->len++;
		break;
	case 3:
		n = 1 + pick(g, r->len - at < 8 ? r->len - at : 8);
		memmove(r->p + at, r->p + at + n, r->len - at - n);
		r->len -= n;
		break;
	default:
		r->len = at;
		break;
	}
}

/* ---- the oracle ---- */

/* The four hexadecimal digits at 'p', or -1. */
static long
slow_hex4(const char *p, size_t n)
{
	char s[5];

	if (n < 4)
		return -1;
	memcpy(s, p, 4);
	s[4] = '\0';
	return strspn(s, "0123456789abcdefABCDEF") == 4 ?
	       strtol(s, NULL, 16) : -1;
}

/* The unit of the \u escape at 'p', or -1 if there is none. */
static long
slow_unit(const char *p, size_t n)
{
	return n >= 6 && p[0] == '\\' && p[1] == 'u' ?
	       slow_hex4(p + 2, n - 2) : -1;
}

/* Length of the valid UTF-8 character at 'p', or 0: decode, then judge. */
static size_t
slow_utf8(const char *s, size_t n)
{
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s;
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 :
		     p[0] < 0xf0 ? 3 : p[0] < 0xf8 ? 4 : 0;
	unsigned long u = p[0];

	if (len == 0 || len > n)
		return 0;
	if (len > 1)
		u &= 0x7fu >> len;
	for (size_t i = 1; i < len; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		u = u << 6 | (p[i] & 0x3f);
	}
	return u < least[len] || u > 0x10ffff || (u >= 0xd800 && u < 0xe000) ?
	       0 : len;
}

/*
 * Replace what jansson takes otherwise than json.c, by as many bytes.  It
 * rejects in strings a byte that is not UTF-8 (now 0x7f) and a lone surrogate
 * escape (now U+E000); elsewhere neither is acceptable, before or after.  It
 * overlooks a NUL right after a number or a word (now 0x01, which is no more
 * acceptable anywhere).
 */
static void
tame(char *p, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		long u = slow_unit(p + i, len - i);
		long low = u < 0 ? -1 : slow_unit(p + i + 6, len - i - 6);

		if (u >= 0xd800 && u < 0xdc00 && low >= 0xdc00 && low < 0xe000)
			n = 12;
		else if (u >= 0xd800 && u < 0xe000)
			memcpy(p + i + 2, "e000", n = 4);
		else if (p[i] == '\\')
			n = i + 1 < len && (p[i + 1] & 0x80) == 0 ? 2 : 1;
		else
			n = slow_utf8(p + i, len - i);
		if (n == 0)
			p[i] = '\x7f';
		else if (p[i] == '\0')
			p[i] = '\x01';
		i += n > 0 ? n : 1;
	}
}

/* Replace each \u0000 by \u0001: for keys, where jansson has no NUL. */
static void
tame_nul(char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] != '\\')
			continue;
		if (slow_unit(p + i, len - i) == 0)
			p[i + 5] = '1';
		i++;
	}
}

/*
 * jansson's reading of a tamed record; NULL if it rejects it.  Numbers past
 * a double's range make it stop: their exponents are set to 0, in 'p' too.
 */
static json_t *
oracle(char *p, size_t len)
{
	for (;;) {
		json_error_t e;
		json_t *root = json_loadb(p, len, JSON_ALLOW_NUL |
					  JSON_DECODE_INT_AS_REAL, &e);

		if (root != NULL)
			return root;
		switch (json_error_code(&e)) {
		case json_error_null_byte_in_key:
			tame_nul(p, len);
			break;
		case json_error_numeric_overflow:
			for (size_t i = (size_t)e.position; i-- > 0 &&
			     strchr("eE", p[i]) == NULL; ) {
				assert_non_null(strchr("+-0123456789", p[i]));
				if (p[i] != '+' && p[i] != '-')
					p[i] = '0';
			}
			break;
		case json_error_invalid_utf8:
			fail_msg("not tame: %.*s", (int)len, p);
			break;
		default:
			return NULL;
		}
	}
}

/* What the oracle finds for a dotted path, or NULL. */
static json_t *
oracle_find(json_t *root, const char *dotted)
{
	char path[64], *save, *part;

	snprintf(path, sizeof(path), "%s", dotted);
	for (part = strtok_r(path, ".", &save); part != NULL && root != NULL;
	     part = strtok_r(NULL, ".", &save))
		root = json_object_get(root, part);
	return root;
}

/*
 * Unescape a body byte by byte.  start[d] is the raw offset at which the
 * escape or byte begins that byte d of 'out' comes from, for d up to the
 * length, which is returned.
 */
static size_t
slow_decode(const char *raw, size_t len, char *out, size_t *start)
{
	static const char letters[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	size_t r = 0, w = 0;

	while (r < len) {
		unsigned long u = (unsigned char)raw[r];
		size_t n = 1, w0 = w;
		long low;

		if (raw[r] != '\\') {
			out[w++] = raw[r];
		} else if (raw[r + 1] != 'u') {
			n = 2;
			for (size_t i = 0; i < 16; i += 2)
				if (letters[i] == raw[r + 1])
					out[w++] = letters[i + 1];
		} else {
			n = 6;
			u = (unsigned long)slow_unit(raw + r, len - r);
			low = slow_unit(raw + r + 6, len - r - 6);
			if (u >= 0xd800 && u < 0xdc00 && low >= 0xdc00 &&
			    low < 0xe000) {
				n = 12;
				u = 0x10000 + (u - 0xd800) * 0x400 +
				    ((unsigned long)low - 0xdc00);
			}
			if (u >= 0x10000) {
				out[w++] = (char)(0xf0 + u / 0x40000);
				out[w++] = (char)(0x80 + u / 0x1000 % 0x40);
				out[w++] = (char)(0x80 + u / 0x40 % 0x40);
				out[w++] = (char)(0x80 + u % 0x40);
			} else if (u >= 0x800) {
				out[w++] = (char)(0xe0 + u / 0x1000);
				out[w++] = (char)(0x80 + u / 0x40 % 0x40);
				out[w++] = (char)(0x80 + u % 0x40);
			} else if (u >= 0x80) {
				out[w++] = (char)(0xc0 + u / 0x40);
				out[w++] = (char)(0x80 + u % 0x40);
			} else {
				out[w++] = (char)u;
			}
		}
		assert_true(w > w0 && w - w0 <= n);
		while (w0 < w)
			start[w0++] = r;
		r += n;
	}
	start[w] = len;
	return w;
}

/* ---- properties ---- */

/* First byte of the unit that byte 'd' comes from. */
static size_t
unit_start(const size_t *start, size_t d, size_t n)
{
	while (d > 0 && d < n && start[d - 1] == start[d])
		d--;
	return d;
}

static void
check_seek(struct random *g, const char *raw, size_t len, const size_t *start,
	   size_t n)
{
	struct json_cursor one = { 0, 0 }, c = { 0, 0 };
	char *spliced = exact(raw, len);
	size_t w = 0, at;

	/* Every place in turn, with one cursor. */
	for (size_t d = 0; d <= n; d++) {
		json_seek(raw, len, &one, d);
		assert_int_equal(one.raw, start[d]);
		assert_int_equal(one.decoded, unit_start(start, d, n));
	}
	/* Random places, removing nothing between them. */
	memset(spliced, 0, len);
	for (size_t d = 0; d < n; ) {
		struct json_cursor from = c;

		d += 1 + pick(g, 30);
		json_seek(raw, len, &c, d);
		at = d < n ? d : n;
		assert_int_equal(c.raw, start[at]);
		assert_int_equal(c.decoded, unit_start(start, at, n));
		assert_true(from.raw <= c.raw && w == from.raw);
		memcpy(spliced + w, raw + from.raw, c.raw - from.raw);
		w += c.raw - from.raw;
	}
	assert_int_equal(w, len);
	assert_memory_equal(spliced, raw, len);
	free(spliced);
}

/* Two bodies cut at a random place decode to the two parts of the text. */
static void
check_cut(struct random *g, const char *raw, size_t len, const char *text,
	  size_t n)
{
	struct json_cursor c = { 0, 0 };
	char *a, *b, *out;
	size_t tail;

	json_seek(raw, len, &c, pick(g, n + 1));
	tail = len - c.raw;
	a = exact(raw, c.raw);
	b = exact(raw + c.raw, tail);
	out = exact(raw, len);
	assert_int_equal(json_decode(a, c.raw, out), c.decoded);
	assert_memory_equal(out, text, c.decoded);
	assert_int_equal(json_decode(b, tail, out), n - c.decoded);
	assert_memory_equal(out, text + c.decoded, n - c.decoded);
	free(a);
	free(b);
	free(out);
}

/* A string body of an accepted record, whatever its encoding. */
static void
check_body(struct random *g, const char *rec, struct json_value v)
{
	char *raw = exact(rec + v.off, v.len), *out = exact(raw, v.len);
	char *want = exact(raw, v.len);
	size_t *start = malloc((v.len + 1) * sizeof(*start));
	size_t n;

	assert_non_null(start);
	n = slow_decode(raw, v.len, want, start);
	assert_int_equal(json_decode(raw, v.len, out), n);
	assert_memory_equal(out, want, n);
	assert_int_equal(v.escaped, v.len > 0 &&
			 memchr(raw, '\\', v.len) != NULL);
	check_seek(g, raw, v.len, start, n);
	check_cut(g, raw, v.len, want, n);
	free(raw);
	free(out);
	free(want);
	free(start);
}

/* 'v' of the tamed record 'p' is the value that the oracle has found. */
static void
check_value(const char *p, struct json_value v, const json_t *want)
{
	json_t *got;
	char *raw;
	size_t n;

	if (want == NULL) {
		assert_int_equal(v.kind, JSON_NONE);
		return;
	}
	if (json_typeof(want) != JANSSON_STRING) {
		assert_int_equal(v.kind, JSON_OTHER);
		assert_false(v.escaped);
		got = json_loadb(p + v.off, v.len, JSON_ALLOW_NUL |
				 JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY,
				 NULL);
		assert_non_null(got);
		assert_true(json_equal(got, want));
		assert_null(memchr(" \t\r\n", p[v.off], 4));
		assert_null(memchr(" \t\r\n", p[v.off + v.len - 1], 4));
		json_decref(got);
		return;
	}
	assert_int_equal(v.kind, JSON_STRING);
	raw = exact(p + v.off, v.len);
	n = json_decode(p + v.off, v.len, raw);
	assert_int_equal(n, json_string_length(want));
	assert_memory_equal(raw, json_string_value(want), n);
	free(raw);
}

/* Everything that must hold of any bytes.  Returns whether accepted. */
static bool
check_record(struct random *g, const char *rec, size_t len)
{
	static const char *const dotted[] = {
		"text", "meta", "meta.text", "meta.meta.a", "a.b",
		"caf\xc3\xa9", "a.caf\xc3\xa9.text", "text",
	};
	struct json_value v[ARRAY_LEN(dotted)], t[ARRAY_LEN(dotted)];
	char *tamed = exact(rec, len);
	const char *why;
	size_t at;
	json_t *root;
	int got = scan(rec, len, dotted, ARRAY_LEN(dotted), v, &why, &at);

	tame(tamed, len);
	root = oracle(tamed, len);
	if ((got == 0) != json_is_object(root)) {
		for (size_t i = 0; i < len; i++)
			fprintf(stderr, "%02x ", (unsigned char)rec[i]);
		fail_msg("%.*s: %s at %zu, oracle differs", (int)len, rec,
			 got == 0 ? "accepted" : why, got == 0 ? 0 : at);
	}
	if (got == 0)
		assert_int_equal(scan(tamed, len, dotted, ARRAY_LEN(dotted), t,
				      &why, &at), 0);
	for (size_t i = 0; got == 0 && i < ARRAY_LEN(dotted); i++) {
		assert_int_equal(v[i].kind, t[i].kind);
		assert_int_equal(v[i].off, t[i].off);
		assert_int_equal(v[i].len, t[i].len);
		assert_int_equal(v[i].escaped, t[i].escaped);
		check_value(tamed, t[i], oracle_find(root, dotted[i]));
		if (v[i].kind == JSON_STRING)
			check_body(g, rec, v[i]);
	}
	json_decref(root);
	free(tamed);
	return got == 0;
}

static void
test_random_records_are_read_as_jansson_reads_them(void **state)
{
	struct random g = { 1 };
	struct record r;
	size_t naccepted = 0, ncorrupt_accepted = 0;

	(void)state;
	for (size_t i = 0; i < 30000; i++) {
		r.len = 0;
		put_space(&g, &r);
		put_value(&g, &r, 0, true);
		put_space(&g, &r);
		naccepted += check_record(&g, r.p, r.len);
		for (size_t n = 1 + pick(&g, 3); n > 0; n--)
			corrupt(&g, &r);
		ncorrupt_accepted += check_record(&g, r.p, r.len);
	}
	/* None was cut by put(), and both outcomes were well tried. */
	assert_int_equal(naccepted, 30000);
	assert_in_range(ncorrupt_accepted, 3000, 27000);
}

static void
test_every_changed_byte_is_judged_as_jansson_judges_it(void **state)
{
	static const char rec[] = "{\"text\":\"a\\u00e9\\n\\ud83d\\ude00 \xc3"
		"\xa9 20 bytes of plain text\",\"a\":[1,-2.5e-3,true,{\"b\":"
		"{}}]}";
	struct random g = { 2 };
	char copy[sizeof(rec) - 1];

	(void)state;
	for (size_t i = 0; i < sizeof(copy); i++) {
		for (int c = 0; c < 256; c++) {
			memcpy(copy, rec, sizeof(copy));
			copy[i] = (char)c;
			check_record(&g, copy, sizeof(copy));
		}
	}
}

static void
test_escaped_text_reads_back(void **state)
{
	static const char *const pieces[] = {
		"\"", "\\", "\n", "\x01", "\x1f", "a", "0123456789abcdefg",
		"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\x80", "\xff",
		"\xe2\x82", "\xf0\x9f\x98", "\xed\xa0\x80", "\xc0\x80", "\x7f",
	};
	struct random g = { 3 };

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		struct record in = { .len = 0 }, want = { .len = 0 };
		struct record out = { .len = 0 };
		char *body, *text;
		json_t *root;
		size_t n;

		for (size_t k = pick(&g, 20); k > 0; k--)
			put_s(&in, pieces[pick(&g, ARRAY_LEN(pieces))]);
		if (pick(&g, 4) == 0)
			put(&in, "", 1);
		for (size_t k = 0; k < in.len; k += n > 0 ? n : 1) {
			n = slow_utf8(in.p + k, in.len - k);
			put(&want, n > 0 ? in.p + k : "\xef\xbf\xbd",
			    n > 0 ? n : 3);
		}
		text = exact(in.p, in.len);
		body = malloc(6 * in.len + 1);
		assert_non_null(body);
		n = json_escape(text, in.len, body);
		put_s(&out, "{\"text\":\"");
		put(&out, body, n);
		put_s(&out, "\"}");
		root = json_loadb(out.p, out.len, JSON_ALLOW_NUL, NULL);
		assert_non_null(root);
		assert_int_equal(find_n(out.p, out.len, "text").len, n);
		check_value(out.p, find_n(out.p, out.len, "text"),
			    json_object_get(root, "text"));
		assert_int_equal(json_decode(body, n, out.p), want.len);
		assert_memory_equal(out.p, want.p, want.len);
		json_decref(root);
		free(text);
		free(body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_splits_at_dots),
		cmocka_unit_test(test_path_needs_1_to_16_components_none_empty),
		cmocka_unit_test(test_scan_finds_values_of_every_kind),
		cmocka_unit_test(test_scan_looks_at_every_path_in_one_pass),
		cmocka_unit_test(test_path_leads_through_objects_only),
		cmocka_unit_test(
			test_path_reaches_16_levels_and_ignores_deeper_ones),
		cmocka_unit_test(test_last_of_equal_keys_wins),
		cmocka_unit_test(test_later_parent_hides_all_of_the_earlier),
		cmocka_unit_test(test_keys_match_after_unescaping),
		cmocka_unit_test(test_record_must_be_one_object),
		cmocka_unit_test(test_structure_is_strict),
		cmocka_unit_test(test_numbers_and_literals_are_strict),
		cmocka_unit_test(
			test_strings_are_strict_but_for_their_encoding),
		cmocka_unit_test(test_string_ends_are_seen_at_every_alignment),
		cmocka_unit_test(test_nesting_ends_at_512),
		cmocka_unit_test(test_every_kind_of_nesting_is_told_apart),
		cmocka_unit_test(test_every_prefix_of_a_record_is_rejected),
		cmocka_unit_test(test_decode_knows_every_escape),
		cmocka_unit_test(test_decode_keeps_lone_surrogates_as_3_bytes),
		cmocka_unit_test(test_seek_stops_at_the_start_of_an_escape),
		cmocka_unit_test(test_escape_writes_what_a_string_may_hold),
		cmocka_unit_test(
			test_escape_replaces_each_byte_that_is_not_utf8),
		cmocka_unit_test(
			test_random_records_are_read_as_jansson_reads_them),
		cmocka_unit_test(
			test_every_changed_byte_is_judged_as_jansson_judges_it),
		cmocka_unit_test(test_escaped_text_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
