/*
 * libFuzzer target for json.c: on any bytes, what must hold whatever they
 * are.  With -DFUZZ_MAIN it is a program instead, which does the same to each
 * file named as an argument.
 *
 * The input is used twice: as a record, and as a text to be escaped.  Every
 * buffer has its exact size, so that -fsanitize=address sees each overrun.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define NPATHS	4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert, but not to be compiled out. */
static void
must(bool ok)
{
	if (!ok)
		abort();
}

static char *
buffer(size_t size)
{
	char *p = malloc(size > 0 ? size : 1);

	must(p != NULL);
	return p;
}

static int
scan(const char *rec, size_t len, struct json_value found[NPATHS])
{
	static const char *const dotted[NPATHS] = {
		"text", "meta", "meta.text", "a.b.c",
	};
	struct json_path paths[NPATHS];
	const char *why = NULL;
	size_t at = SIZE_MAX;
	int got;

	for (size_t i = 0; i < NPATHS; i++)
		must(json_path_parse(&paths[i], dotted[i]) == 0);
	got = json_scan(rec, len, paths, NPATHS, found, &why, &at);
	must(got == 0 ? why == NULL : got == -1 && why != NULL && at <= len);
	return got;
}

/*
 * Cut the body where each 'step'-th byte of its text begins.  The pieces make
 * up the body, and decode to what they stand for in the text.
 */
static void
check_pieces(const char *raw, size_t len, const char *text, size_t n,
	     size_t step)
{
	struct json_cursor c = { 0, 0 };
	char *out = buffer(len);

	for (size_t d = 0; d < n; ) {
		struct json_cursor from = c;
		size_t part;

		d = n - d > step ? d + step : n;
		json_seek(raw, len, &c, d);
		must(c.raw >= from.raw && c.raw <= len);
		must(c.decoded >= from.decoded && c.decoded <= d);
		must(d - c.decoded < 4);
		part = json_decode(raw + from.raw, c.raw - from.raw, out);
		must(part == c.decoded - from.decoded);
		must(memcmp(out, text + from.decoded, part) == 0);
	}
	must(c.raw == len && c.decoded == n);
	free(out);
}

static void
check_string(const char *rec, size_t size, struct json_value v)
{
	char *raw, *text;
	size_t n;

	must(v.off >= 1 && v.off < size && v.len < size - v.off);
	must(rec[v.off - 1] == '"' && rec[v.off + v.len] == '"');
	raw = buffer(v.len);
	memcpy(raw, rec + v.off, v.len);
	text = buffer(v.len);
	n = json_decode(raw, v.len, text);
	must(v.escaped ? n < v.len : n == v.len);
	check_pieces(raw, v.len, text, n, 1);
	check_pieces(raw, v.len, text, n, 7);
	check_pieces(raw, v.len, text, n, SIZE_MAX);
	free(raw);
	free(text);
}

/*
 * Whatever the text, its escaped form is the body of a string, and the text
 * that it decodes to, now UTF-8, comes back unchanged from a second round.
 */
static void
check_escape(const char *text, size_t size)
{
	char *body = buffer(6 * size), *rec, *out, *body2, *out2;
	struct json_value v[NPATHS];
	size_t len = json_escape(text, size, body), len2, n;

	must(len >= size && len <= 6 * size);
	rec = buffer(len + 11);
	memcpy(rec, "{\"text\":\"", 9);
	memcpy(rec + 9, body, len);
	memcpy(rec + 9 + len, "\"}", 2);
	must(scan(rec, len + 11, v) == 0);
	must(v[0].kind == JSON_STRING && v[0].off == 9 && v[0].len == len);

	out = buffer(len);
	n = json_decode(body, len, out);
	must(n >= size && n <= len);
	body2 = buffer(6 * n);
	len2 = json_escape(out, n, body2);
	must(len2 >= n && len2 <= len);
	out2 = buffer(len2);
	must(json_decode(body2, len2, out2) == n);
	must(memcmp(out, out2, n) == 0);
	free(body);
	free(rec);
	free(out);
	free(body2);
	free(out2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_value v[NPATHS];
	char *rec = buffer(size);

	if (size > 0)
		memcpy(rec, data, size);
	if (scan(rec, size, v) == 0) {
		for (size_t i = 0; i < NPATHS; i++) {
			must(v[i].off <= size && v[i].len <= size - v[i].off);
			must(v[i].kind == JSON_STRING || !v[i].escaped);
			if (v[i].kind == JSON_STRING)
				check_string(rec, size, v[i]);
		}
	}
	check_escape(rec, size);
	free(rec);
	return 0;
}

#ifdef FUZZ_MAIN
static int
replay(const char *name)
{
	FILE *f = fopen(name, "rb");
	long size;
	char *p;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
		perror(name);
		return -1;
	}
	rewind(f);
	p = buffer((size_t)size);
	must(fread(p, 1, (size_t)size, f) == (size_t)size);
	fclose(f);
	LLVMFuzzerTestOneInput((const uint8_t *)p, (size_t)size);
	free(p);
	return 0;
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]) != 0)
			return 1;
	return 0;
}
#endif
