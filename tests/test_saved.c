/*
 * saved/ and what table.c does with attached tables.
 *
 * The oracle is one table in memory in which all units were recorded one after
 * another; files are also compared with each other, damaged at every bit, and
 * forged with all checksums right.
 */
#define FAIL_ALLOCATIONS
#include "random.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "table.h"
#include "format.h"

#define SECRET 77
#define PATHS 16

static char directory[] = "/tmp/test_saved.XXXXXX";
static unsigned char secret[SAVED_SECRET];

/* Name number i in the tests' directory. */
static const char *
path_of(unsigned i)
{
	static char path[PATHS][sizeof(directory) + 16];

	assert_true(i < PATHS);
	snprintf(path[i], sizeof(path[i]), "%s/%u.table", directory, i);
	return path[i];
}

static uint64_t
mix(uint64_t x)
{
	struct rng r = { x };

	return rng_next(&r);
}

/* A unit that follows from its number; many are near to others. */
struct unit {
	struct words w;
	uint16_t code[80];
	uint8_t tag[80];
	uint64_t probe[SKETCH_PROBE], winnowed[8];
};

#define FAMILY 6	/* units that differ in a word or two */

static void
make_unit(struct unit *u, uint64_t number)
{
	struct rng r = { mix(number / FAMILY) };
	uint32_t n = rng_range(&r, 4, 50), h = 0;

	*u = (struct unit){ .w = { .n = n } };
	for (uint32_t i = 0; i < n; i++)
		u->code[i] = (uint16_t)rng_below(&r, 60000);
	if (number % FAMILY == 5) {
		/* Stands in another one. */
		u->w.n = n = n > 8 ? n / 2 : n;
	} else {
		for (uint32_t i = 0; i < number % FAMILY; i++)
			u->code[(i + number) * 7 % n] = (uint16_t)(number + i);
	}
	for (uint32_t i = 0; i < n; i++)
		u->tag[i] = (uint8_t)mix(u->code[i]);
	for (uint32_t i = 0; i < n; i++)
		h = h * 31 + u->code[i];
	u->w.fp = (struct fingerprint){ mix(h) | 1, mix(~(uint64_t)h) };
	u->w.code = u->code;
	u->w.tag = u->tag;
	u->w.probe = u->probe;
	u->w.winnowed = u->winnowed;
	/* Of the family, so that they are proposed; and some crowded ones. */
	for (uint32_t i = 0; i < 5; i++)
		u->probe[i] = mix(number / FAMILY * 8 + i);
	u->probe[5] = 1000 + u->code[0] % 16;
	u->probe[6] = 2000 + u->code[1] % 64;
	u->w.near = u->probe;
	u->w.length = n;
	if (n >= SHINGLE_NEAR) {
		u->w.nprobe = u->w.nask = 7;
		u->w.nnear = 7;
		u->w.nkeep = 6;
		u->w.kept = (1 << 6) - 1;
	}
	u->winnowed[0] = mix(number / FAMILY + 99);
	u->winnowed[1] = 3000 + u->code[2] % 32;
	u->w.nwinnowed = 2;
	if (n < 6) {
		u->w.code = NULL;	/* by its fingerprint alone */
		u->w.nwinnowed = 0;
	}
}

static const struct table_options kinds[] = {
	{ .near = true, .places = true },
	{ .near = true },
	{ .places = true },
	{ .near = false },
};

static struct saved_options
options_of(const struct table_options *t)
{
	return (struct saved_options){
		.ngram = 3, .min_words = 5, .unit = 1, .words = 1,
		.unicode = "15.0.0",
		.window = t->near ? 6 : 0, .near = t->near,
		.places = t->places, .sketch = t->near,
	};
}

static struct table *
new_table(const struct table_options *opt)
{
	struct table *t = table_new(opt, SECRET);

	assert_non_null(t);
	return t;
}

static void
add(struct table *t, const struct table_options *opt, uint64_t number,
    const struct place *at)
{
	struct unit u;

	make_unit(&u, number);
	if (!opt->near)
		u.w.code = NULL;
	assert_int_equal(table_add(t, &u.w, at), 0);
}

/* A run: units of these numbers, in documents of seven. */
struct run {
	uint64_t number[3000];
	size_t n;
	uint64_t documents;
	const char *label;	/* or NULL */
	uint32_t counts;	/* units counted */
};

static struct place
place_in(size_t i)
{
	return (struct place){ i / 7, i * 100, i };
}

static void
random_run(struct rng *r, struct run *run, size_t n, uint32_t among)
{
	run->n = n;
	for (size_t i = 0; i < n; i++)
		run->number[i] = rng_below(r, among);
	run->documents = n / 7 + 1 + rng_below(r, 3);
	run->label = rng_once(r, 2) ? "run" : NULL;
	run->counts = rng_below(r, 50);
}

static void
record(struct table *t, const struct table_options *opt, const struct run *run,
       uint64_t base)
{
	for (size_t i = 0; i < run->n; i++) {
		struct place at = place_in(i);

		at.document += base;
		add(t, opt, run->number[i], &at);
	}
}

static int
give_label(void *arg, uint64_t document, const char **p, size_t *len)
{
	static char text[64];
	const struct run *run = arg;

	*len = 0;
	if (run->label == NULL || document % 3 == 1)
		return 0;
	*len = (size_t)snprintf(text, sizeof(text), "%s/%s/%llu", run->label,
				document % 5 == 0 ? "long" : "",
				(unsigned long long)document);
	*p = text;
	return 0;
}

/* Save what a run recorded after what is attached. */
static int
save(struct table *t, const struct table_options *opt, struct run *run,
     const char *path, char *why)
{
	struct saved_options options = options_of(opt);
	struct sorted_slots counts;
	struct saved_run r = {
		.options = &options, .secret = secret,
		.documents = run->documents, .counts = &counts,
		.counted = run->counts > 0 ? run->documents : 0,
		.label = give_label, .arg = run,
	};
	int result;

	sorted_slots_init(&counts, COUNT_WIDTH, 0.8, 1.5);
	for (uint32_t i = 0; i < run->counts; i++) {
		unsigned char e[COUNT_WIDTH] = { 0 };
		uint64_t fp[2] = { mix(run->counts + i) | 1, i };
		uint64_t v = i == 3 ? SAVED_COUNT_MOST : i + 1;

		memcpy(e, fp, sizeof(fp));
		store40(e + sizeof(fp), v);
		assert_int_equal(sorted_slots_reserve(&counts), 0);
		sorted_slots_insert(&counts, sorted_slots_find(&counts, fp[0]),
				    e);
	}
	result = table_save(t, path, &r, why);
	sorted_slots_free(&counts);
	return result;
}

static void
save_run(const struct table_options *opt, struct run *run, const char *path)
{
	struct table *t = new_table(opt);
	char why[SAVED_WHY] = "";

	record(t, opt, run, 0);
	if (save(t, opt, run, path, why) != 0)
		fail_msg("%s", why);
	table_free(t);
}

static struct saved *
must_open(const char *path)
{
	struct saved *f;
	char why[SAVED_WHY] = "";

	if (saved_open(&f, path, why) != 0)
		fail_msg("%s: %s", path, why);
	return f;
}

static void
must_verify(struct saved *f)
{
	char why[SAVED_WHY] = "";

	if (saved_verify(f, why) != 0)
		fail_msg("%s", why);
}

static unsigned char *
contents(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	unsigned char *p;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	*len = (size_t)st.st_size;
	p = malloc(*len + 1);
	assert_non_null(p);
	assert_int_equal(read(fd, p, *len), (ssize_t)*len);
	close(fd);
	return p;
}

static void
put_contents(const char *path, const unsigned char *p, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, len), (ssize_t)len);
	close(fd);
}

static void
assert_same_bytes(const char *a, const char *b)
{
	size_t na, nb;
	unsigned char *pa = contents(a, &na), *pb = contents(b, &nb);

	assert_int_equal(na, nb);
	assert_memory_equal(pa, pb, na);
	free(pa);
	free(pb);
}

/* Same answers?  'base' are the documents before each table of 't'. */
static int
assert_same_answer(int got, const struct match *m, const uint64_t *base,
		   size_t nbase, int want, const struct match *n)
{
	assert_int_equal(got, want);
	if (got <= 0)
		return got;
	assert_true(m->resemblance == n->resemblance);
	assert_true(m->table < nbase);
	assert_int_equal(n->table, 0);
	assert_int_equal(m->place.offset, n->place.offset);
	assert_int_equal(m->place.line, n->place.line);
	/* Without places there is nothing to tell by. */
	if (n->place.document != 0 || m->place.document != 0)
		assert_int_equal(m->place.document + base[m->table],
				 n->place.document);
	return got;
}

static uint32_t
compare_answers(struct table *t, const struct table_options *opt,
		const uint64_t *base, size_t nbase, struct table *one,
		uint64_t number)
{
	struct match m, n;
	struct unit u;
	uint32_t hits = 0;

	make_unit(&u, number);
	table_prefetch(t, &u.w.fp);
	table_prefetch_near(t, &u.w, 0.0);
	table_prefetch_records(t, &u.w, 0.0);
	hits += (uint32_t)assert_same_answer(table_find(t, &u.w.fp, &m), &m,
		base, nbase, table_find(one, &u.w.fp, &n), &n);
	if (!opt->near || u.w.code == NULL)
		return hits;
	assert_same_answer(table_near(t, &u.w, &m), &m, base, nbase,
			   table_near(one, &u.w, &n), &n);
	hits += 0x100 * (uint32_t)assert_same_answer(
		table_similar(t, &u.w, 0.7, &m), &m, base, nbase,
		table_similar(one, &u.w, 0.7, &n), &n);
	if (opt->near)
		hits += 0x10000 * (uint32_t)assert_same_answer(
			table_containing(t, &u.w, &m), &m, base, nbase,
			table_containing(one, &u.w, &n), &n);
	return hits;
}

static void
test_attached_tables_are_as_one(void **state)
{
	static struct run run[4];
	uint32_t hits = 0;

	(void)state;
	for (uint64_t seed = 0; seed < rounds(60); seed++) {
		const struct table_options *opt =
			&kinds[seed % ARRAY_LEN(kinds)];
		struct rng r = { seed };
		size_t files = rng_range(&r, 1, 3);
		struct table *t = new_table(opt), *one = new_table(opt);
		struct saved *f[3];
		uint32_t among = rng_range(&r, 20, 1500);
		uint64_t base[4], total = 0;
		char why[SAVED_WHY];

		for (size_t i = 0; i < files; i++) {
			random_run(&r, &run[i], rng_below(&r, 400), among);
			save_run(opt, &run[i], path_of((unsigned)i));
			f[i] = must_open(path_of((unsigned)i));
			must_verify(f[i]);
			assert_int_equal(table_attach(t, f[i], why), 0);
			record(one, opt, &run[i], total);
			base[i + 1] = total;
			total += run[i].documents;
		}
		base[0] = total;
		random_run(&r, &run[3], rng_below(&r, 500), among);
		/* Between the units that are recorded, and after them. */
		for (size_t i = 0; i < run[3].n; i++) {
			struct place at = place_in(i), there = at;

			there.document += total;
			hits |= compare_answers(t, opt, base, files + 1, one,
						rng_below(&r, among + 20));
			add(t, opt, run[3].number[i], &at);
			add(one, opt, run[3].number[i], &there);
		}
		for (uint64_t i = 0; i < among + 20; i++)
			hits += compare_answers(t, opt, base, files + 1, one,
						i);
		table_free(t);
		table_free(one);
		for (size_t i = 0; i < files; i++)
			saved_close(f[i]);
	}
	assert_true((hits & 0xff) && (hits & 0xff00) && hits >> 16);
}

/* Merge or, with 'own', save an empty run with these attached. */
static void
merge(const struct table_options *opt, const char *to, struct saved **f,
      size_t n, bool own)
{
	char why[SAVED_WHY] = "";

	if (own) {
		struct run empty = { .n = 0 };
		struct table *t = new_table(opt);

		for (size_t i = 0; i < n; i++)
			assert_int_equal(table_attach(t, f[i], why), 0);
		if (save(t, opt, &empty, to, why) != 0)
			fail_msg("%s", why);
		table_free(t);
	} else if (saved_merge(to, f, n, 0, why) != 0) {
		fail_msg("%s", why);
	}
}

static void
test_merging_is_associative(void **state)
{
	static struct run run[3];
	uint64_t dropped = 0, kept = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		const struct table_options *opt =
			&kinds[seed % ARRAY_LEN(kinds)];
		struct rng r = { seed + 1000 };
		uint32_t among = rng_range(&r, 20, 3000);
		struct saved *f[6];
		struct saved_info info[6];

		for (unsigned i = 0; i < 3; i++) {
			random_run(&r, &run[i], rng_below(&r, 1500), among);
			if (rng_once(&r, 8))
				run[i].n = 0;
			save_run(opt, &run[i], path_of(i));
			f[i] = must_open(path_of(i));
		}
		merge(opt, path_of(3), f, 2, seed % 3 == 0);
		merge(opt, path_of(4), f + 1, 2, seed % 3 == 1);
		merge(opt, path_of(5), f, 3, false);
		merge(opt, path_of(6), f, 3, true);
		assert_same_bytes(path_of(5), path_of(6));
		/* (ab)c, a(bc) */
		f[3] = must_open(path_of(3));
		f[4] = must_open(path_of(4));
		f[5] = must_open(path_of(5));
		for (unsigned i = 0; i < 6; i++) {
			must_verify(f[i]);
			saved_get_info(f[i], &info[i]);
		}
		merge(opt, path_of(7), (struct saved *[]){ f[3], f[2] }, 2,
		      false);
		assert_same_bytes(path_of(5), path_of(7));
		merge(opt, path_of(7), (struct saved *[]){ f[0], f[4] }, 2,
		      seed % 2);
		assert_same_bytes(path_of(5), path_of(7));
		/* One alone, and one twice over. */
		merge(opt, path_of(7), f + 5, 1, seed % 2);
		assert_same_bytes(path_of(5), path_of(7));
		kept += info[5].entries[SAVED_EXACT];
		for (unsigned i = 0; i < 3; i++)
			dropped += info[i].entries[SAVED_EXACT];
		for (unsigned i = 0; i < 6; i++)
			saved_close(f[i]);
	}
	assert_true(kept > 10000 && dropped > kept + 10000);
}

/* Saving with tables attached is merging them with the run's own. */
static void
test_saving_is_merging(void **state)
{
	static struct run run[3];

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		const struct table_options *opt =
			&kinds[seed % ARRAY_LEN(kinds)];
		struct rng r = { seed + 2000 };
		struct table *t = new_table(opt), *one = new_table(opt);
		struct saved *f[3];
		char why[SAVED_WHY] = "";
		uint64_t base[2] = { 0, 0 };

		for (unsigned i = 0; i < 3; i++)
			random_run(&r, &run[i], rng_range(&r, 1, 900), 2000);
		for (unsigned i = 0; i < 2; i++) {
			save_run(opt, &run[i], path_of(i));
			f[i] = must_open(path_of(i));
			assert_int_equal(table_attach(t, f[i], why), 0);
			record(one, opt, &run[i], base[0]);
			base[0] += run[i].documents;
		}
		record(t, opt, &run[2], 0);
		record(one, opt, &run[2], base[0]);
		/* Over one that is attached. */
		if (save(t, opt, &run[2], path_of(1), why) != 0)
			fail_msg("%s", why);
		table_free(t);
		saved_close(f[0]);
		saved_close(f[1]);
		f[0] = must_open(path_of(1));
		must_verify(f[0]);
		t = new_table(opt);
		assert_int_equal(table_attach(t, f[0], why), 0);
		base[0] = 0;
		for (uint64_t i = 0; i < 2100; i++)
			compare_answers(t, opt, base, 2, one, i);
		table_free(t);
		table_free(one);
		saved_close(f[0]);
	}
}

static void
test_labels_and_counts_add_up(void **state)
{
	static struct run run[3];

	(void)state;
	for (uint64_t seed = 0; seed < 30; seed++) {
		struct rng r = { seed + 3000 };
		struct saved *f[4];
		uint64_t document = 0;
		char why[SAVED_WHY];
		const char *p;
		size_t len;

		for (unsigned i = 0; i < 3; i++) {
			random_run(&r, &run[i], rng_below(&r, 100), 200);
			save_run(&kinds[0], &run[i], path_of(i));
			f[i] = must_open(path_of(i));
		}
		assert_int_equal(saved_merge(path_of(3), f, 3, 0, why), 0);
		f[3] = must_open(path_of(3));
		for (unsigned i = 0; i < 3; i++)
			for (uint64_t d = 0; d < run[i].documents; d++) {
				const char *want = "";
				size_t n;

				assert_int_equal(give_label(&run[i], d, &want,
							    &n), 0);
				assert_int_equal(saved_label(f[3],
					document++, &p, &len), 0);
				assert_int_equal(len, n);
				assert_memory_equal(p, want, n);
			}
		errno = 0;
		assert_int_equal(saved_label(f[3], document, &p, &len), -1);
		assert_int_equal(errno, EINVAL);
		for (unsigned i = 0; i < 3; i++)
			for (uint32_t j = 0; j < run[i].counts; j++) {
				struct fingerprint fp = {
					mix(run[i].counts + j) | 1, j,
				};
				uint64_t sum = 0, got;

				for (unsigned k = 0; k < 3; k++) {
					assert_int_equal(saved_count(f[k],
						&fp, &got), 0);
					sum += got;
				}
				assert_int_equal(saved_count(f[3], &fp,
							     &got), 0);
				assert_true(sum > 0);
				assert_int_equal(got, sum > SAVED_COUNT_MOST ?
						 SAVED_COUNT_MOST : sum);
			}
		for (unsigned i = 0; i < 4; i++)
			saved_close(f[i]);
	}
}

/* Of one small table, kept for the tests of damage. */
static unsigned char *
small_table(size_t *len)
{
	static struct run run;
	struct rng r = { 5 };

	random_run(&r, &run, 12, 40);
	run.label = "run";
	run.counts = 4;
	save_run(&kinds[0], &run, path_of(0));
	return contents(path_of(0), len);
}

static void
assert_refused(const char *path, int error, const char *message)
{
	struct saved *f;
	char why[SAVED_WHY] = "";

	errno = 0;
	if (saved_open(&f, path, why) == 0)
		fail_msg("not refused: %s", message);
	assert_int_equal(errno, error);
	if (strstr(why, message) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why, message);
}

static void
test_every_bit_flipped_is_refused(void **state)
{
	size_t len;
	unsigned char *p = small_table(&len);
	int64_t live = allocations.live;
	int fd = open(path_of(0), O_WRONLY);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < 8 * len; i += every()) {
		unsigned char c = p[i / 8] ^ (unsigned char)(1 << i % 8);
		int error = i / 8 >= 8 && i / 8 < 12 ? ENOTSUP : EBADMSG;

		/* Between sections, one bit of each byte is enough. */
		if (p[i / 8] == 0 && i % 8 != i / 8 % 8)
			continue;
		assert_int_equal(pwrite(fd, &c, 1, (off_t)(i / 8)), 1);
		assert_refused(path_of(0), error, "");
		assert_int_equal(pwrite(fd, p + i / 8, 1, (off_t)(i / 8)), 1);
	}
	close(fd);
	saved_close(must_open(path_of(0)));
	free(p);
	assert_int_equal(allocations.live, live - 1);
}

static void
test_every_truncation_is_refused(void **state)
{
	size_t len;
	unsigned char *p = small_table(&len);

	(void)state;
	for (size_t n = len; n-- > 0;) {
		assert_int_equal(truncate(path_of(0), (off_t)n), 0);
		assert_refused(path_of(0), EBADMSG,
			       n < 8 ? "not a table" : "truncated");
	}
	put_contents(path_of(0), p, len);
	saved_close(must_open(path_of(0)));
	p[len] = 0;
	put_contents(path_of(0), p, len + 1);
	assert_refused(path_of(0), EBADMSG, "damaged");
	free(p);
}

/* Make the checksums right again, whatever the bytes. */
static void
fix_checksums(unsigned char *p, size_t len)
{
	struct saved_header h;

	memcpy(&h, p, sizeof(h));
	if (h.sums >= SAVED_BODY && h.sums <= len && h.nsums <= 64 &&
	    h.nsums * 8 <= len - h.sums) {
		for (uint64_t i = 0; i < h.nsums; i++) {
			uint64_t at = SAVED_BODY + i * BLOCK, sum;

			if (at > h.sums)
				break;
			sum = shingle_checksum(p + at, h.sums - at < BLOCK ?
					       h.sums - at : BLOCK);
			memcpy(p + h.sums + 8 * i, &sum, sizeof(sum));
		}
		h.sums_checksum = shingle_checksum(p + h.sums, len - h.sums);
	}
	h.checksum = shingle_checksum(&h, SAVED_BODY - 8);
	memcpy(p, &h, sizeof(h));
}

static void
test_refusals_say_why(void **state)
{
	struct saved_options made = options_of(&kinds[0]), want;
	char why[SAVED_WHY] = "";
	size_t len;
	unsigned char *p = small_table(&len);
	struct saved *f = must_open(path_of(0)), *other;
	struct table *t;
	uint32_t version = SAVED_VERSION + 1;
	static struct run run;
	struct rng r = { 6 };

	(void)state;
	assert_int_equal(saved_check(f, &made, why), 0);
#define DIFFERS(field, value, message) do { \
		want = made; \
		want.field = (value); \
		errno = 0; \
		assert_int_equal(saved_check(f, &want, why), -1); \
		assert_int_equal(errno, EINVAL); \
		assert_string_equal(why, message); \
	} while (0)
	DIFFERS(ngram, 4, "made with --ngram=3, not 4");
	DIFFERS(min_words, 6, "made with --min-words=5, not 6");
	DIFFERS(unit, 2, "made with another --unit");
	DIFFERS(window, 0, "made with --contained");
	DIFFERS(window, 7, "made with a window of 6, not 7");
	DIFFERS(words, 2,
		"made with version 1 of the rules for words, not 2: "
		"make it anew from the texts");
	want = made;
	memcpy(want.unicode, "16.0.0", 7);
	errno = 0;
	assert_int_equal(saved_check(f, &want, why), -1);
	assert_int_equal(errno, EINVAL);
	assert_string_equal(why, "made with Unicode 15.0.0, not 16.0.0: "
			    "make it anew from the texts, or use a utf8proc "
			    "of that version");
	DIFFERS(fold_digits, true, "made without --fold-digits");
	DIFFERS(near, false, "made without --exact");
	DIFFERS(places, false, "made with the places of units");
	DIFFERS(sketch, false, "made with --threshold");

	t = table_new(&kinds[0], SECRET + 1);
	assert_non_null(t);
	assert_int_equal(table_attach(t, f, why), -1);
	assert_string_equal(why, "made with another secret");
	table_free(t);
	for (size_t i = 1; i < ARRAY_LEN(kinds); i++) {
		t = new_table(&kinds[i]);
		assert_int_equal(table_attach(t, f, why), -1);
		table_free(t);
	}
	t = new_table(&kinds[0]);
	add(t, &kinds[0], 1, &(struct place){ 0, 0, 0 });
	assert_int_equal(table_attach(t, f, why), -1);
	table_free(t);

	/* Merging tables that do not belong together. */
	random_run(&r, &run, 10, 40);
	secret[9] ^= 1;
	save_run(&kinds[0], &run, path_of(1));
	secret[9] ^= 1;
	other = must_open(path_of(1));
	unlink(path_of(2));
	errno = 0;
	assert_int_equal(saved_merge(path_of(2),
		(struct saved *[]){ f, other }, 2, 0, why), -1);
	assert_int_equal(errno, EINVAL);
	assert_string_equal(why, "made with another secret");
	assert_int_equal(access(path_of(2), F_OK), -1);
	saved_close(other);
	saved_close(f);

	memcpy(p + 8, &version, sizeof(version));
	fix_checksums(p, len);
	put_contents(path_of(0), p, len);
	assert_refused(path_of(0), ENOTSUP, "format version 4 is newer than 3: "
		       "use a newer dedup");
	version = 1;
	memcpy(p + 8, &version, sizeof(version));
	put_contents(path_of(0), p, len);
	assert_refused(path_of(0), ENOTSUP, "format version 1, of dedup 0.1: "
		       "make it anew from the texts");
	put_contents(path_of(0), (const unsigned char *)"hello, world", 12);
	assert_refused(path_of(0), EBADMSG, "not a table of dedup");
	put_contents(path_of(0), p, 0);
	assert_refused(path_of(0), EBADMSG, "not a table of dedup");
	assert_refused(directory, EBADMSG, "not a table of dedup");
	assert_refused("/dev/null", EBADMSG, "not a table of dedup");
	assert_refused("/nonexistent", ENOENT, "No such file");
	free(p);
}

/* Add to the reference at 'at' of an entry of the index, or of another. */
static void
move_reference(unsigned char *entry, bool index, uint64_t by)
{
	uint64_t upper, ref;
	uint16_t low;

	if (!index) {
		store40(entry + 16, load40(entry + 16) + by);
		return;
	}
	ref = reference_of(load_key(entry)) + by;
	upper = key_of(load_key(entry)) << 24 | ref >> 16;
	low = (uint16_t)ref;
	memcpy(entry, &upper, sizeof(upper));
	memcpy(entry + sizeof(upper), &low, sizeof(low));
}

/* A table whose records come after 32 GiB of nothing. */
static void
make_far_table(const char *from, const char *to, uint64_t by)
{
	static unsigned char block[BLOCK];
	uint64_t shift = by * GRAIN, zeros, sum;
	struct saved_header h;
	size_t len;
	unsigned char *p = contents(from, &len);
	int fd = open(to, O_RDWR | O_CREAT | O_TRUNC, 0600);
	uint64_t arena;

	assert_true(fd >= 0);
	memcpy(&h, p, sizeof(h));
	arena = h.section[SAVED_ARENA].offset;
	for (unsigned s = SAVED_EXACT; s <= SAVED_INDEX; s++) {
		bool index = s == SAVED_INDEX;
		size_t width = index ? KEY_WIDTH : exact_width(&h);
		unsigned char *q = p + h.section[s].offset;

		for (; q < p + h.section[s].offset + h.section[s].length;
		     q += width)
			if (sorted_slots_key(q) != 0)
				move_reference(q, index, by);
	}
	h.section[SAVED_ARENA].length += shift;
	h.section[SAVED_ARENA].n += by;
	for (unsigned s = SAVED_ARENA + 1; s < SAVED_SECTIONS; s++)
		h.section[s].offset += shift;
	assert_int_equal(pwrite(fd, p, arena, 0), arena);
	assert_int_equal(pwrite(fd, p + arena, h.sums - arena,
				(off_t)(arena + shift)), h.sums - arena);
	h.sums += shift;
	h.nsums = (h.sums - SAVED_BODY + BLOCK - 1) / BLOCK;
	h.length = h.sums + h.nsums * 8;
	memset(block, 0, sizeof(block));
	zeros = shingle_checksum(block, BLOCK);
	p = realloc(p, h.nsums * 8);
	assert_non_null(p);
	for (uint64_t b = 0; b < h.nsums; b++) {
		uint64_t at = SAVED_BODY + b * BLOCK;
		size_t n = h.sums - at < BLOCK ? h.sums - at : BLOCK;

		sum = zeros;
		if (at < arena || at + n > arena + shift) {
			assert_int_equal(pread(fd, block, n, (off_t)at), n);
			sum = shingle_checksum(block, n);
		}
		memcpy(p + 8 * b, &sum, sizeof(sum));
	}
	assert_int_equal(pwrite(fd, p, h.nsums * 8, (off_t)h.sums),
			 h.nsums * 8);
	h.sums_checksum = shingle_checksum(p, h.nsums * 8);
	h.checksum = shingle_checksum(&h, SAVED_BODY - 8);
	assert_int_equal(pwrite(fd, &h, sizeof(h), 0), sizeof(h));
	close(fd);
	free(p);
}

static void
test_records_beyond_32_gigabytes_are_found(void **state)
{
	const uint64_t by = ((uint64_t)1 << 32) + 3 * ALIGNMENT / GRAIN;
	const struct table_options *opt = &kinds[0];
	static struct run run;
	struct table *a = new_table(opt), *b = new_table(opt);
	struct rng r = { 73 };
	struct saved *near, *far;
	char why[SAVED_WHY] = "";
	struct statvfs fs;
	uint32_t found = 0;

	(void)state;
	/* Of the file 32 GiB are a hole, where there are holes. */
	assert_int_equal(statvfs(directory, &fs), 0);
	if (fs.f_bavail * fs.f_frsize < (uint64_t)1 << 30)
		skip();
	random_run(&r, &run, 300, 600);
	save_run(opt, &run, path_of(1));
	make_far_table(path_of(1), path_of(2), by);
	near = must_open(path_of(1));
	far = must_open(path_of(2));
	assert_int_equal(table_attach(a, near, why), 0);
	assert_int_equal(table_attach(b, far, why), 0);
	for (uint64_t i = 0; i < 600; i++) {
		struct match m = { 0 }, n = { 0 };
		struct unit u;
		int got;

		make_unit(&u, i);
		got = table_find(a, &u.w.fp, &m);
		assert_int_equal(table_find(b, &u.w.fp, &n), got);
		assert_memory_equal(&m.place, &n.place, sizeof(m.place));
		found += got == 1;
		if (u.w.code == NULL)
			continue;
		got = table_near(a, &u.w, &m);
		assert_int_equal(table_near(b, &u.w, &n), got);
		assert_memory_equal(&m.place, &n.place, sizeof(m.place));
		got = table_containing(a, &u.w, &m);
		assert_int_equal(table_containing(b, &u.w, &n), got);
		assert_memory_equal(&m.place, &n.place, sizeof(m.place));
		found += got == 1;
	}
	assert_true(found > 300);
	table_free(a);
	table_free(b);
	saved_close(near);
	saved_close(far);
	unlink(path_of(2));
}

/* All that can be done with a table, whatever is in it. */
static void
exercise(const char *path, const struct table_options *opt, bool deep)
{
	struct saved *f, *good;
	struct table *t;
	struct saved_info info;
	char why[SAVED_WHY] = "";

	/* As a large one, so that more of them are opened. */
	if (saved_open_as(&f, path, 0, SAVED_EAGER, why) != 0) {
		assert_true(errno == EBADMSG || errno == ENOTSUP);
		assert_true(strlen(why) > 0);
		return;
	}
	saved_get_info(f, &info);
	if (saved_verify(f, why) == 0 && !deep) {
		saved_close(f);
		return;
	}
	t = new_table(opt);
	if (table_attach(t, f, why) == 0) {
		for (uint64_t i = 0; i < 60; i++) {
			struct match m;
			struct unit u;
			struct place at = { 0, 0, i };
			const char *p;
			size_t len;
			uint64_t n;

			make_unit(&u, i);
			if (!opt->near)
				u.w.code = NULL;
			table_prefetch(t, &u.w.fp);
			table_prefetch_near(t, &u.w, 0.0);
			table_prefetch_records(t, &u.w, 0.0);
			if (table_find(t, &u.w.fp, &m) == 1 &&
			    saved_label(f, m.place.document, &p, &len) == 0
			    && len > 0)
				assert_true(p[0] + p[len - 1] != 1000);
			if (u.w.code != NULL) {
				table_similar(t, &u.w, 0.7, &m);
				table_containing(t, &u.w, &m);
			}
			saved_count(f, &u.w.fp, &n);
			table_add(t, &u.w, &at);
		}
	}
	table_free(t);
	good = must_open(path_of(2));
	saved_merge(path_of(3), (struct saved *[]){ f, good }, 2, 0, why);
	saved_merge(path_of(3), (struct saved *[]){ good, f }, 2, 0, why);
	saved_close(good);
	saved_close(f);
}

/* A copy in which some bytes are others, all checksums right; to be freed. */
static unsigned char *
damaged_copy(const unsigned char *p, size_t len, struct rng *r)
{
	static const uint64_t values[] = {
		0, 1, 2, 7, 8, 0xff, 0x7fffffff, 0xffffffff, UINT64_MAX,
		(uint64_t)1 << 63, 4096, UINT64_MAX - 4095, 0x100000000,
	};
	unsigned char *q = exact_copy(p, len);
	struct saved_header h;

	memcpy(&h, p, sizeof(h));
	for (uint32_t n = rng_range(r, 1, 4); n-- > 0;) {
		const struct saved_extent *s =
			&h.section[rng_below(r, SAVED_SECTIONS)];
		uint64_t v = values[rng_below(r, ARRAY_LEN(values))];
		size_t at;

		if (rng_once(r, 4))
			v = rng_below(r, 2000);
		/* The header, a section, or anywhere. */
		if (rng_once(r, 3))
			at = rng_below(r, 640 / 4) * 4;
		else if (s->length >= 8)
			at = s->offset +
			     rng_below(r, (uint32_t)s->length / 4) * 4;
		else
			at = rng_below(r, (uint32_t)len);
		if (at + 8 > len)
			at = len - 8;
		memcpy(q + at, &v, rng_once(r, 2) ? 8 : rng_once(r, 2) ? 4 : 1);
	}
	memcpy(q, p, 12);
	fix_checksums(q, len);
	return q;
}

static void
test_hostile_tables_do_no_harm(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct rng r = { k + 7 };
		static struct run run;
		unsigned char *p, *q;
		size_t len;

		random_run(&r, &run, 40, 60);
		run.label = "run";
		run.counts = 20;
		save_run(&kinds[k], &run, path_of(1));
		save_run(&kinds[k], &run, path_of(2));
		p = contents(path_of(1), &len);
		exercise(path_of(1), &kinds[k], true);
		for (unsigned i = 0; i < rounds(700); i++) {
			q = damaged_copy(p, len, &r);
			put_contents(path_of(1), q, len);
			exercise(path_of(1), &kinds[k], i % 8 == 0);
			free(q);
		}
		free(p);
	}
}

/* What --test refuses, --load refuses: all of it where the table is small. */
static void
test_what_verification_refuses_is_not_opened(void **state)
{
	size_t opened = 0, as_large = 0, refused = 0;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct rng r = { k + 70 };
		static struct run run;
		unsigned char *p;
		size_t len;

		random_run(&r, &run, 40, 60);
		run.label = "run";
		run.counts = 20;
		save_run(&kinds[k], &run, path_of(1));
		p = contents(path_of(1), &len);
		for (unsigned i = 0; i < rounds(1000); i++) {
			unsigned char *q = damaged_copy(p, len, &r);
			char why[SAVED_WHY] = "";
			struct saved *f;

			put_contents(path_of(1), q, len);
			free(q);
			if (saved_open(&f, path_of(1), why) == 0) {
				opened++;
				assert_int_equal(saved_verify(f, why), 0);
				saved_close(f);
			}
			if (saved_open_as(&f, path_of(1), 0, 0, why) == 0) {
				as_large++;
				refused += saved_verify(f, why) != 0;
				saved_close(f);
			}
		}
		free(p);
	}
	assert_true(opened > 0);
	assert_int_equal(opened, as_large - refused);
	/* Of those that only a reading of all entries would show. */
	assert_true(refused < 1000);
}

/* Entries may be where no table that we write has them. */
static void
test_a_look_up_reads_a_bound_of_slots(void **state)
{
	const uint64_t one = 1;
	struct fingerprint fp = { 2, 2 };
	struct table *t = new_table(&kinds[3]);
	struct saved_options o = options_of(&kinds[3]);
	struct saved_run own = { .options = &o, .secret = secret,
				 .documents = 1 };
	struct rng r = { 71 };
	struct saved_header h;
	char why[SAVED_WHY] = "";
	struct saved *f;
	unsigned char *p;
	size_t len;
	uint64_t ref;

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		struct words w = { .fp = { rng_next(&r) | 1, rng_next(&r) } };

		assert_int_equal(table_add(t, &w, NULL), 0);
	}
	assert_int_equal(table_save(t, path_of(1), &own, why), 0);
	table_free(t);
	p = contents(path_of(1), &len);
	memcpy(&h, p, sizeof(h));
	for (size_t at = 0, last = 0; at + 16 <= h.section[0].length;
	     at += 16) {
		uint64_t key;

		memcpy(&key, p + h.section[0].offset + at, sizeof(key));
		if (key == 0)
			continue;
		for (; last <= at; last += 16)
			memcpy(p + h.section[0].offset + last, &one,
			       sizeof(one));
	}
	fix_checksums(p, len);
	put_contents(path_of(1), p, len);
	free(p);
	assert_refused(path_of(1), EBADMSG, "section exact");
	assert_int_equal(saved_open_as(&f, path_of(1), 0, 0, why), 0);
	errno = 0;
	assert_int_equal(saved_find(f, &fp, &ref), -1);
	assert_int_equal(errno, EBADMSG);
	saved_close(f);
}

/* What verification promises to see beyond checksums. */
static void
test_verification_sees_what_checksums_do_not(void **state)
{
	size_t len;
	unsigned char *p = small_table(&len), *q;
	struct saved_header h;
	size_t seen = 0, all = 0;

	(void)state;
	memcpy(&h, p, sizeof(h));
	/* In the sections of slots, each byte is of some order or other. */
	for (size_t i = SAVED_BODY; i < h.sums; i += every()) {
		const struct saved_extent *arena =
			&h.section[SAVED_ARENA];
		const struct saved_extent *text = &h.section[SAVED_TEXT];
		struct saved *f;
		char why[SAVED_WHY] = "";

		/* Words and labels can be any. */
		if ((i >= arena->offset + 8 &&
		     i < arena->offset + arena->length) ||
		    (i >= text->offset && i < text->offset + text->length))
			continue;
		q = exact_copy(p, len);
		q[i] ^= 0x80;
		fix_checksums(q, len);
		put_contents(path_of(1), q, len);
		free(q);
		all++;
		if (saved_open(&f, path_of(1), why) != 0) {
			seen++;
			continue;
		}
		if (saved_verify(f, why) != 0) {
			assert_non_null(strstr(why, "damaged"));
			seen++;
		}
		saved_close(f);
	}
	/* All but in the low bytes of fingerprints and keys, and of counts. */
	assert_true(all * every() > 10000 && (all - seen) * every() < 600);
	free(p);
}

/* A file can claim any number of documents: none of them takes a byte. */
static void
test_documents_that_are_claimed_take_no_room(void **state)
{
	static struct run run;
	struct rng r = { 31 };
	struct saved *f[2];
	struct saved_header h;
	struct saved_info info;
	char why[SAVED_WHY] = "", want[40];
	const char *label;
	size_t len, n;
	unsigned char *p;

	(void)state;
	random_run(&r, &run, 10, 20);
	run.label = NULL;
	save_run(&kinds[0], &run, path_of(1));
	p = contents(path_of(1), &len);
	memcpy(&h, p, sizeof(h));
	h.documents = (uint64_t)1 << 47;
	memcpy(p, &h, sizeof(h));
	fix_checksums(p, len);
	put_contents(path_of(1), p, len);
	free(p);
	run.label = "run";
	save_run(&kinds[0], &run, path_of(2));
	f[0] = must_open(path_of(1));
	f[1] = must_open(path_of(2));
	assert_int_equal(saved_merge(path_of(3), f, 2, 0, why), 0);
	saved_close(f[0]);
	saved_close(f[1]);
	free(contents(path_of(3), &n));
	assert_true(n < 4 * len);
	f[0] = must_open(path_of(3));
	must_verify(f[0]);
	saved_get_info(f[0], &info);
	assert_true(info.documents == h.documents + run.documents);
	assert_int_equal(saved_label(f[0], 5, &label, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(give_label(&run, 0, &label, &n), 0);
	memcpy(want, label, n);
	want[n] = '\0';
	assert_int_equal(saved_label(f[0], h.documents, &label, &n), 0);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(label, want, n);
	/* There is an end to them. */
	f[1] = must_open(path_of(1));
	errno = 0;
	assert_int_equal(saved_merge(path_of(2), f, 2, 0, why), -1);
	assert_int_equal(errno, EFBIG);
	saved_close(f[0]);
	saved_close(f[1]);
}

/* Bytes of records that were taken back are not left between others. */
static void
test_what_was_undone_is_not_saved(void **state)
{
	struct saved_options o = options_of(&kinds[0]);
	struct saved_run own = { .options = &o, .secret = secret,
				 .documents = 1 };
	char why[SAVED_WHY] = "";
	struct place at = { 0, 0, 0 };
	struct saved *f;

	(void)state;
	for (uint64_t i = 0; i < 40; i++) {
		struct table *t = new_table(&kinds[0]);

		add(t, &kinds[0], 1000, &at);
		table_savepoint(t);
		for (uint64_t j = 0; j < 5; j++)
			add(t, &kinds[0], 100 + i + j, &at);
		table_undo(t);
		for (uint64_t j = 0; j < 5; j++)
			add(t, &kinds[0], i * FAMILY + j, &at);
		assert_int_equal(table_save(t, path_of(1), &own, why), 0);
		table_free(t);
		f = must_open(path_of(1));
		assert_int_equal(saved_verify(f, why), 0);
		saved_close(f);
	}
}

static size_t
files_in_directory(void)
{
	char command[sizeof(directory) + 32];
	FILE *f;
	size_t n = 0;

	snprintf(command, sizeof(command), "ls -A %s | wc -l", directory);
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%zu", &n), 1);
	pclose(f);
	return n;
}

static void
test_full_disk_leaves_the_old_table(void **state)
{
	static struct run run;
	struct rng r = { 8 };
	struct rlimit was, low;
	size_t len, files;
	unsigned char *p;

	(void)state;
	random_run(&r, &run, 3000, 100000);
	save_run(&kinds[0], &run, path_of(0));
	p = contents(path_of(0), &len);
	files = files_in_directory();
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	for (size_t most = 0; most < len; most += len / 50 + 1) {
		struct table *t = new_table(&kinds[0]);
		char why[SAVED_WHY] = "";

		record(t, &kinds[0], &run, 0);
		low = was;
		low.rlim_cur = most;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
		errno = 0;
		assert_int_equal(save(t, &kinds[0], &run, path_of(0), why), -1);
		assert_int_equal(errno, EFBIG);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
		assert_string_equal(why, strerror(EFBIG));
		table_free(t);
		assert_int_equal(files_in_directory(), files);
	}
	signal(SIGXFSZ, SIG_DFL);
	put_contents(path_of(1), p, len);
	assert_same_bytes(path_of(0), path_of(1));
	free(p);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* It holds the secret. */
static void
test_a_table_is_never_open_to_others(void **state)
{
	static const mode_t before[] = { 0644, 0666, 0777, 0640, 0600, 0400 };
	static struct run run;
	struct rng r = { 9 };

	(void)state;
	random_run(&r, &run, 30, 1000);
	unlink(path_of(8));
	save_run(&kinds[0], &run, path_of(8));
	assert_int_equal(mode_of(path_of(8)), 0600);
	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		assert_int_equal(chmod(path_of(8), before[i]), 0);
		save_run(&kinds[0], &run, path_of(8));
		assert_int_equal(mode_of(path_of(8)), before[i] & 0600);
	}
	assert_int_equal(chmod(path_of(8), 0600), 0);
}

/* Also where what it points to is not there yet. */
static void
test_links_to_a_table_are_followed(void **state)
{
	static struct run run;
	struct rng r = { 9 };
	struct stat st;

	(void)state;
	random_run(&r, &run, 30, 1000);
	unlink(path_of(9));
	assert_int_equal(symlink("8.table", path_of(9)), 0);
	for (int there = 0; there < 2; there++) {
		if (!there)
			unlink(path_of(8));
		save_run(&kinds[0], &run, path_of(9));
		assert_int_equal(lstat(path_of(9), &st), 0);
		assert_true(S_ISLNK(st.st_mode));
		assert_int_equal(lstat(path_of(8), &st), 0);
		assert_true(S_ISREG(st.st_mode));
	}
	unlink(path_of(9));
}

static void
test_a_table_is_locked_once(void **state)
{
	char why[SAVED_WHY] = "", name[100];
	int lock = saved_lock(path_of(0), why), other;

	(void)state;
	assert_true(lock >= 0);
	errno = 0;
	assert_int_equal(saved_lock(path_of(0), why), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	assert_string_equal(why, "another run is writing it");
	other = saved_lock(path_of(1), why);
	assert_true(other >= 0);
	saved_unlock(path_of(1), other);
	/* A link is no other table. */
	unlink(path_of(9));
	assert_int_equal(symlink(path_of(0), path_of(9)), 0);
	errno = 0;
	assert_int_equal(saved_lock(path_of(9), why), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	unlink(path_of(9));
	saved_unlock(path_of(0), lock);
	snprintf(name, sizeof(name), "%s.lock", path_of(0));
	assert_int_equal(access(name, F_OK), -1);
	lock = saved_lock(path_of(0), why);
	assert_true(lock >= 0);
	saved_unlock(path_of(0), lock);
	saved_unlock(path_of(0), -1);
	assert_int_equal(saved_lock("/nonexistent/x", why), -1);
	assert_int_equal(errno, ENOENT);
}

/* A table so large that its blocks are compared one by one, when needed. */
static void
test_damage_in_a_large_table_is_met_when_it_matters(void **state)
{
	enum { N = 16000, WORDS = 2000 };
	struct table *t = new_table(&kinds[0]);
	struct run run = { .documents = N };
	static uint16_t code[WORDS];
	static uint8_t tag[WORDS];
	uint64_t probe[1];
	uint32_t found = 0, damaged = 0;
	struct words w = { .n = WORDS, .length = WORDS, .code = code,
			   .tag = tag, .probe = probe, .nprobe = 1,
			   .nkeep = 1, .near = probe, .nnear = 1, .nask = 1,
			   .kept = 1 };
	struct saved *f;
	struct saved_header h;
	char why[SAVED_WHY] = "";
	unsigned char c;
	int fd;

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		for (uint32_t j = 0; j < WORDS; j++)
			code[j] = (uint16_t)(i * 7 + j);
		w.fp = (struct fingerprint){ mix(i) | 1, i };
		probe[0] = mix(i);
		assert_int_equal(table_add(t, &w,
			&(struct place){ i, 0, i }), 0);
	}
	if (save(t, &kinds[0], &run, path_of(0), why) != 0)
		fail_msg("%s", why);
	table_free(t);
	fd = open(path_of(0), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &h, sizeof(h), 0), sizeof(h));
	assert_true(h.length > SAVED_EAGER + BLOCK);
	/* In the middle of the arena. */
	assert_int_equal(pread(fd, &c, 1, (off_t)(h.length / 2)), 1);
	c ^= 4;
	assert_int_equal(pwrite(fd, &c, 1, (off_t)(h.length / 2)), 1);
	f = must_open(path_of(0));
	t = new_table(&kinds[0]);
	assert_int_equal(table_attach(t, f, why), 0);
	for (uint32_t i = 0; i < N; i++) {
		struct match m = { 0 };
		int got, near;

		for (uint32_t j = 0; j < WORDS; j++)
			code[j] = (uint16_t)(i * 7 + j);
		w.fp = (struct fingerprint){ mix(i) | 1, i };
		probe[0] = mix(i);
		errno = 0;
		got = table_find(t, &w.fp, &m);
		if (got < 0)
			assert_int_equal(errno, EBADMSG);
		near = table_near(t, &w, &m);
		assert_int_equal(got, near);
		found += got == 1;
		damaged += got == -1;
		if (got == 1)
			assert_int_equal(m.place.document, i);
	}
	assert_int_equal(found + damaged, N);
	/* Those of one megabyte, and those that reach into it. */
	assert_in_range(damaged, 173, 178);
	assert_int_equal(saved_verify(f, why), -1);
	assert_non_null(strstr(why, "from section arena on"));
	assert_int_equal(saved_merge(path_of(1), &f, 1, 0, why), -1);
	assert_int_equal(errno, EBADMSG);
	assert_non_null(strstr(why, "table 1: damaged: the megabyte"));
	table_free(t);
	saved_close(f);
	c ^= 4;
	assert_int_equal(pwrite(fd, &c, 1, (off_t)(h.length / 2)), 1);
	close(fd);
	f = must_open(path_of(0));
	must_verify(f);
	merge(&kinds[0], path_of(1), (struct saved *[]){ f, f }, 1, false);
	assert_same_bytes(path_of(0), path_of(1));
	saved_close(f);
	unlink(path_of(0));
	unlink(path_of(1));
}

/* Entries that lie across the ends of what is written at a time. */
static void
test_sections_larger_than_a_buffer_come_back(void **state)
{
	struct table *t = new_table(&kinds[2]);
	struct run run = { .documents = 1 };
	struct saved *f;
	char why[SAVED_WHY] = "";

	(void)state;
	for (uint64_t i = 0; i < 400000; i++) {
		struct words w = { .fp = { mix(i) | 1, i }, .n = 9 };

		assert_int_equal(table_add(t, &w, &(struct place){ 0, i, i }),
				 0);
	}
	if (save(t, &kinds[2], &run, path_of(0), why) != 0)
		fail_msg("%s", why);
	table_free(t);
	f = must_open(path_of(0));
	must_verify(f);
	t = new_table(&kinds[2]);
	assert_int_equal(table_attach(t, f, why), 0);
	for (uint64_t i = 0; i < 400000; i++) {
		struct fingerprint fp = { mix(i) | 1, i };
		struct match m;

		assert_int_equal(table_find(t, &fp, &m), 1);
		assert_int_equal(m.place.line, i);
	}
	table_free(t);
	merge(&kinds[2], path_of(1), &f, 1, false);
	assert_same_bytes(path_of(0), path_of(1));
	saved_close(f);
	unlink(path_of(0));
	unlink(path_of(1));
}

/* A table with a limit holds what it has of all that was offered. */
static void
test_limit_holds_a_prefix(void **state)
{
	size_t most = 0;

	(void)state;
	for (uint64_t seed = 39 % every(); seed < 40; seed += every()) {
		struct table_options opt = kinds[seed % ARRAY_LEN(kinds)];
		struct rng r = { seed };
		uint64_t numbers = mix(seed);
		size_t full_at[2];

		opt.limit = (size_t)rng_range(&r, 10, 3000) * 1000;
		if (seed == 39)
			opt.limit = (size_t)24 << 20;
		for (int again = 0; again < 2; again++) {
			struct table *t = new_table(&opt);
			size_t n = 0;
			struct match m;
			struct unit u;

			for (;; n++) {
				struct place at = { n, n, n };

				make_unit(&u, numbers + n);
				if (!opt.near)
					u.w.code = NULL;
				if (u.w.code != NULL) {
					table_similar(t, &u.w, 0.7, &m);
					if (opt.near)
						table_containing(t, &u.w, &m);
				}
				errno = 0;
				if (table_add(t, &u.w, &at) != 0)
					break;
				assert_true(table_memory(t) <= opt.limit);
				assert_false(table_full(t));
			}
			assert_int_equal(errno, ENOMEM);
			assert_true(table_full(t));
			assert_true(table_memory(t) <= opt.limit);
			if (table_memory(t) > most)
				most = table_memory(t);
			/* Nearly all of it is used. */
			if (opt.limit > 1000000)
				assert_true(table_memory(t) >
					    opt.limit * 8 / 10);
			for (size_t i = 0; i < n; i += 1 + n / 1000) {
				make_unit(&u, numbers + i);
				assert_int_equal(table_find(t, &u.w.fp, &m),
						 1);
			}
			for (size_t i = n; i < n + 50; i++) {
				struct place at = { 0, 0, 0 };
				int known;

				make_unit(&u, numbers + i);
				if (!opt.near)
					u.w.code = NULL;
				known = table_find(t, &u.w.fp, &m);
				assert_int_equal(table_add(t, &u.w, &at), -1);
				assert_int_equal(errno, ENOMEM);
				assert_int_equal(table_find(t, &u.w.fp, &m),
						 known);
				if (u.w.code != NULL)
					table_similar(t, &u.w, 0.7, &m);
			}
			assert_true(table_memory(t) <= opt.limit);
			full_at[again] = n;
			/* Nothing is left of what did not fit. */
			if (again == 0 && opt.limit < 4000000) {
				struct run run = { .documents = n };
				char why[SAVED_WHY] = "";
				struct saved *f;

				if (save(t, &opt, &run, path_of(0), why) != 0)
					fail_msg("%s", why);
				f = must_open(path_of(0));
				must_verify(f);
				saved_close(f);
			}
			table_clear(t);
			assert_false(table_full(t));
			if (opt.limit > 100000)
				add(t, &opt, 5, &(struct place){ 0, 0, 0 });
			table_fill(t);
			assert_true(table_full(t));
			table_free(t);
		}
		assert_int_equal(full_at[0], full_at[1]);
	}
	assert_true(most > ((size_t)19 << 20));
}

/* Every allocation that saving, opening and merging make fails in turn. */
static void
test_failed_allocations_leave_the_old_table(void **state)
{
	static struct run run;
	struct rng r = { 10 };
	int64_t live;
	size_t files;

	(void)state;
	random_run(&r, &run, 700, 1000);
	run.counts = 9;
	run.label = "run";
	save_run(&kinds[0], &run, path_of(0));
	save_run(&kinds[0], &run, path_of(1));
	files = files_in_directory();
	live = allocations.live;
	for (int on = 0; on < 2; on++)
		for (uint64_t n = 0;; n++) {
			struct saved *f[2] = { NULL, NULL };
			struct table *t = NULL;
			char why[SAVED_WHY] = "";
			int got;

			allocations_fail(n, on);
			errno = 0;
			got = saved_open(&f[0], path_of(0), why);
			if (got == 0)
				got = saved_open(&f[1], path_of(1), why);
			if (got == 0)
				got = saved_verify(f[0], why);
			if (got == 0) {
				t = table_new(&kinds[0], SECRET);
				got = t == NULL ? -1 : 0;
			}
			if (got == 0)
				got = table_attach(t, f[0], why);
			if (got == 0)
				got = table_attach(t, f[1], why);
			if (got == 0) {
				struct saved_options o =
					options_of(&kinds[0]);
				struct saved_run own = {
					.options = &o, .secret = secret,
				};

				got = table_save(t, path_of(1), &own, why);
			}
			if (got == 0)
				got = saved_merge(path_of(1), f, 2, 0, why);
			if (got != 0)
				assert_int_equal(errno, ENOMEM);
			if (got != 0 && t != NULL)
				assert_string_equal(why, strerror(ENOMEM));
			table_free(t);
			saved_close(f[0]);
			saved_close(f[1]);
			if (allocations_succeed() == 0) {
				assert_int_equal(got, 0);
				assert_true(n > 10);
				break;
			}
			assert_int_equal(allocations.live, live);
			assert_int_equal(files_in_directory(), files);
			saved_close(must_open(path_of(1)));
		}
	assert_int_equal(allocations.live, live);
}

static int
set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (unsigned char)mix(i);
	return mkdtemp(directory) == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PATHS; i++)
		unlink(path_of(i));
	return rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attached_tables_are_as_one),
		cmocka_unit_test(test_merging_is_associative),
		cmocka_unit_test(test_saving_is_merging),
		cmocka_unit_test(test_labels_and_counts_add_up),
		cmocka_unit_test(test_documents_that_are_claimed_take_no_room),
		cmocka_unit_test(test_every_bit_flipped_is_refused),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_refusals_say_why),
		cmocka_unit_test(test_records_beyond_32_gigabytes_are_found),
		cmocka_unit_test(test_hostile_tables_do_no_harm),
		cmocka_unit_test(test_what_was_undone_is_not_saved),
		cmocka_unit_test(test_what_verification_refuses_is_not_opened),
		cmocka_unit_test(test_a_look_up_reads_a_bound_of_slots),
		cmocka_unit_test(test_verification_sees_what_checksums_do_not),
		cmocka_unit_test(test_full_disk_leaves_the_old_table),
		cmocka_unit_test(test_a_table_is_never_open_to_others),
		cmocka_unit_test(test_links_to_a_table_are_followed),
		cmocka_unit_test(test_a_table_is_locked_once),
		cmocka_unit_test(
			test_damage_in_a_large_table_is_met_when_it_matters),
		cmocka_unit_test(test_sections_larger_than_a_buffer_come_back),
		cmocka_unit_test(test_limit_holds_a_prefix),
		cmocka_unit_test(test_failed_allocations_leave_the_old_table),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
