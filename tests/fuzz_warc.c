/*
 * libFuzzer target for warc.c: on any bytes, what must hold whatever they
 * are.  With -DFUZZ_MAIN it is a program instead, which does the same to each
 * file named as an argument.
 *
 * The input is read as a stream twice, once whole and once in pieces, and each
 * text found loses some of its bytes.  Every buffer has its exact size, so
 * that -fsanitize=address sees each overrun.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "warc.h"

#define NSPANS	4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert, but not to be compiled out. */
static void
must(bool ok)
{
	if (!ok)
		abort();
}

static char *
copy_of(const char *p, size_t size)
{
	char *copy = malloc(size > 0 ? size : 1);

	must(copy != NULL);
	if (size > 0)
		memcpy(copy, p, size);
	return copy;
}

static void
check_parts(const struct warc_record *r, size_t len)
{
	must(r->header_len >= strlen("WARC/1.0\n\n") && r->size <= len);
	must(r->header_len <= WARC_HEADER_MAX);
	must(r->header_len + r->block_len == r->trailer_off);
	must(r->trailer_off + r->trailer_len == r->size);
	must(r->trailer_len >= 2 && r->trailer_len <= WARC_TRAILER_MAX);
	must(r->wanted || r->why != NULL);
	if (r->why == NULL) {
		must(r->text_off == r->header_len + r->http_len);
		must(r->text_off + r->text_len == r->trailer_off);
	} else {
		must(r->text_off + r->text_len + r->http_len == 0);
	}
	for (int i = 0; i < WARC_NFIELDS; i++)
		must(r->field[i].off + r->field[i].len < r->header_len);
}

static void
check_same(const struct warc_record *a, const struct warc_record *b)
{
	must(a->why == b->why && a->size == b->size);
	must(a->header_len == b->header_len && a->block_len == b->block_len);
	must(a->text_off == b->text_off && a->text_len == b->text_len);
	must(a->http_len == b->http_len && a->version == b->version);
	must(memcmp(a->field, b->field, sizeof(a->field)) == 0);
}

/* With some of its text gone, a record reads as before, but for that. */
static void
check_rewrite(const char *rec, const struct warc_record *r, unsigned seed)
{
	struct warc_span kept[NSPANS] = { { NULL, 0 } };
	struct warc_record again = { 0 };
	size_t at = 0, text_len = 0, len, head_len;
	char *head, *out;

	for (size_t i = 0; i < NSPANS; i++) {
		size_t left = r->text_len - at, n = left > 0 ? seed % left : 0;

		kept[i].p = rec + r->text_off + at;
		kept[i].len = (seed & 1) != 0 ? left : n;
		at += kept[i].len;
		text_len += kept[i].len;
		seed = seed * 1103515245 + 12345;
		at += (seed & 0x10000) != 0 && at < r->text_len;
	}
	head = warc_rewrite(rec, r, kept, NSPANS, &head_len);
	must(head != NULL);
	len = head_len + text_len + r->trailer_len;
	out = malloc(len);
	must(out != NULL);
	memcpy(out, head, head_len);
	at = head_len;
	for (size_t i = 0; i < NSPANS; i++) {
		memcpy(out + at, kept[i].p, kept[i].len);
		at += kept[i].len;
	}
	memcpy(out + at, rec + r->trailer_off, r->trailer_len);

	must(warc_scan(out, len, true, &again) == 1);
	check_parts(&again, len);
	must(again.why == NULL && again.size == len);
	must(again.text_off == head_len && again.text_len == text_len);
	must(again.version == r->version);
	for (int i = 0; i < WARC_NFIELDS; i++) {
		struct warc_value a = r->field[i], b = again.field[i];

		if (i == WARC_CONTENT_LENGTH || i == WARC_BLOCK_DIGEST ||
		    i == WARC_PAYLOAD_DIGEST)
			continue;
		must(a.len == b.len);
		must(memcmp(rec + a.off, out + b.off, a.len) == 0);
	}
	if (text_len == r->text_len)
		must(len == r->size && memcmp(out, rec, len) == 0);
	free(head);
	free(out);
}

/* The answer for the bytes at 'p', if they come in steps. */
static int
scan_in_steps(const char *p, size_t len, size_t step, struct warc_record *r)
{
	int got = 0;

	*r = (struct warc_record){ 0 };
	for (size_t n = step; got == 0 && n < len; n += step) {
		char *copy = copy_of(p, n);
		uint64_t need = r->need;

		got = warc_scan(copy, n, false, r);
		must(got == 0 || n >= need);
		must(got != 0 || r->need > n);
		free(copy);
	}
	return got != 0 ? got : warc_scan(p, len, true, r);
}

/* Where resync finds a record, if the bytes come in steps. */
static size_t
resync_in_steps(const char *p, size_t len, size_t step)
{
	size_t pos = 0, pass;

	for (size_t end = step; end < len; end += step) {
		char *copy = copy_of(p + pos, end - pos);
		bool found = warc_resync(copy, end - pos, false, &pass);

		must(pass <= end - pos);
		must(pass > 0 || end - pos < WARC_RESYNC_MIN);
		free(copy);
		pos += pass;
		if (found)
			return pos;
	}
	warc_resync(p + pos, len - pos, true, &pass);
	return pos + pass;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t step = size > 0 ? 1 + data[size - 1] % 61 : 1, pos = 0;

	while (pos < size) {
		size_t len = size - pos, pass;
		char *p = copy_of((const char *)data + pos, len);
		struct warc_record r = { 0 }, slow;
		int got = warc_scan(p, len, true, &r);

		must(got == 1 || got == -1);
		must(scan_in_steps(p, len, step, &slow) == got);
		if (got == 1) {
			check_parts(&r, len);
			check_same(&r, &slow);
			if (r.why == NULL)
				check_rewrite(p, &r, (unsigned)size);
			pass = (size_t)r.size;
		} else {
			must(r.why != NULL && r.why == slow.why);
			must(warc_resync(p, len, true, &pass) || pass == len);
			must(resync_in_steps(p, len, step) == pass);
		}
		must(pass > 0 && pass <= len);
		pos += pass;
		free(p);
	}
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
	p = malloc((size_t)size + 1);
	must(p != NULL);
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
