/* Options by name: what dedup_options_set() takes, and what it says. */
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dedup.h"
#include "machine.h"
#include "random.h"

static char why[DEDUP_WHY];

static struct dedup_options
made(void)
{
	struct dedup_options o;

	memset(&o, 0, sizeof(o));	/* what is between the fields, too */
	dedup_options_init(&o);
	return o;
}

/* With this option set, all else as it is by default. */
static struct dedup_options
with(const char *name, const char *value)
{
	struct dedup_options o = made();

	strcpy(why, "as it was");
	if (!dedup_options_set(&o, name, value, why))
		fail_msg("%s=%s: %s", name, value, why);
	assert_string_equal(why, "");
	return o;
}

static void
assert_same(const struct dedup_options *a, const struct dedup_options *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

#define SETS(name, value, field, want)					\
	do {								\
		struct dedup_options as_set = with(name, value);	\
		struct dedup_options expected = made();			\
									\
		expected.field = want;					\
		assert_same(&as_set, &expected);			\
	} while (0)

static void
test_each_option_sets_its_field_and_no_other(void **state)
{
	struct dedup_options got, want;

	(void)state;
	SETS("unit", "auto", unit, DEDUP_UNIT_AUTO);
	SETS("unit", "line", unit, DEDUP_UNIT_LINE);
	SETS("unit", "paragraph", unit, DEDUP_UNIT_PARAGRAPH);
	SETS("unit", "document", unit, DEDUP_UNIT_DOCUMENT);
	SETS("scope", "all", scope, DEDUP_SCOPE_ALL);
	SETS("scope", "document", scope, DEDUP_SCOPE_DOCUMENT);
	SETS("keep", "first", keep, DEDUP_KEEP_FIRST);
	SETS("keep", "none", keep, DEDUP_KEEP_NONE);
	SETS("keep", "last", keep, DEDUP_KEEP_LAST);
	SETS("only", "exact", only, 1U << DEDUP_EXACT | 1U << DEDUP_HEADING);
	SETS("only", "listed,lead", only,
	     1U << DEDUP_LISTED | 1U << DEDUP_LEAD);
	SETS("against-ngram", "13", against_ngram, 13);
	SETS("min-words", "1", min_words, 1);
	SETS("min-words", "1000000", min_words, 1000000);
	SETS("ngram", "1", ngram, 1);
	SETS("ngram", "32", ngram, 32);
	SETS("threshold", "1", threshold, 1);
	SETS("threshold", "0.8", threshold, 0.8);
	SETS("threshold", ".5", threshold, 0.5);
	SETS("threshold", "1e-300", threshold, 1e-300);
	SETS("exact", NULL, exact, true);
	SETS("fold-digits", NULL, fold_digits, true);
	SETS("contained", NULL, contained, true);
	SETS("counts-only", NULL, counts_only, true);
	SETS("boilerplate", "2", boilerplate, 2);
	SETS("boilerplate", "4294967295", boilerplate, UINT32_MAX);
	SETS("boilerplate", "100%", boilerplate_share, 1);
	SETS("boilerplate", "7%", boilerplate_share, 0.07);
	SETS("boilerplate", ".5%", boilerplate_share, 0.005);
	SETS("threads", "0", threads, 0);
	SETS("threads", "256", threads, 256);
	SETS("memory", "1", memory, 1);
	SETS("memory", "500", memory, 500);
	SETS("memory", "2K", memory, 2048);
	SETS("memory", "2k", memory, 2048);
	SETS("memory", "3M", memory, 3 << 20);
	SETS("memory", "1G", memory, 1 << 30);
	SETS("memory", "2T", memory, UINT64_C(2) << 40);
	SETS("memory", "1GB", memory, 1 << 30);
	SETS("memory", "1GiB", memory, 1 << 30);
	SETS("memory", "100%", memory, machine_memory());
	SETS("memory", "12.5%", memory, machine_memory() / 8);
	SETS("memory", "5MB", memory, (uint64_t)5 << 20);
	SETS("memory", "2GiB", memory, (uint64_t)2 << 30);
	SETS("threshold", "80%", threshold, 0.8);

	got = with("seed", "18446744073709551615");
	want = made();
	want.seeded = true;
	want.seed = UINT64_MAX;
	assert_same(&got, &want);
	got = with("seed", "0");
	want.seed = 0;
	assert_same(&got, &want);

	/* Of the two fields of boilerplate the last one given holds. */
	assert_true(dedup_options_set(&got, "boilerplate", "5%", why));
	assert_true(dedup_options_set(&got, "boilerplate", "9", why));
	assert_true(got.boilerplate == 9 && got.boilerplate_share == 0);
	assert_true(dedup_options_set(&got, "boilerplate", "5%", why));
	assert_true(got.boilerplate == 0 && got.boilerplate_share == 0.05);
}

#define WHOLE(from, to) "not a whole number from " from " to " to
#define SHARE "not a number over 0, up to 1"
#define DOCUMENTS							\
	"not a number of documents from 2, nor a share up to 100%"
#define SIZE "not a size such as 500M, 2G or 30%"

/* Values that are wrong, with spaces between; "''" is an empty one. */
static const struct wrong {
	const char *name, *values, *why;
} wrong[] = {
	{ "unit", "word '' Line lines aut auto,line 0",
	  "not auto, line, paragraph or document" },
	{ "scope", "page '' al documents", "not all or document" },
	{ "keep", "latest '' firstnone", "not first, none or last" },
	{ "only", "'' exact,, other exactnear", "not a list of exact, near, "
	  "similar, repeat, lead, contained, boilerplate, listed and "
	  "heading" },
	{ "against-ngram", "'' 4 101 x", "not a whole number from 5 to 100" },
	{ "min-words", "0 1000001 -1 +1 '' x 1x 1.0 1e3 0x10 "
	  "99999999999999999999", WHOLE("1", "1000000") },
	{ "ngram", "0 33 '' 3x", WHOLE("1", "32") },
	{ "threshold", "0 0.0 1.0000001 -0.5 +0.5 '' x 0.8x nan inf 0x1p-1 "
	  "0,8 1e-999 e 1e .", SHARE },
	{ "boilerplate", "0 1 4294967296 -2 '' % 0% 100.1% 5%% 5% x%x 1e1% "
	  "0.5 1.5.5% 00000000000000000000000000000005%", DOCUMENTS },
	{ "seed", "-1 '' x 1x 18446744073709551616",
	  "not a whole number below 2^64" },
	{ "threads", "257 -1 '' x 4294967296", "not a whole number up to 256" },
	{ "memory", "0 0K 0% 101% -1 '' x K 5X 5KK 5MX 5MBB 1.5G 99999999999T "
	  "18446744073709551616", SIZE },
	{ "min_words", "5", "no such option" },
	{ "--unit", "line", "no such option" },
	{ "places", "true", "no such option" },
	{ "", "x", "no such option" },
	{ "exact", "1 true '' exact", "it takes no value" },
	{ "fold-digits", "1", "it takes no value" },
	{ "contained", "1", "it takes no value" },
	{ "counts-only", "1", "it takes no value" },
};

static void
assert_refused(const char *name, const char *value, const char *want)
{
	struct dedup_options before = with("boilerplate", "3"), o;

	before.min_words = 77;
	before.threshold = 0.25;
	o = before;
	if (dedup_options_set(&o, name, value, why))
		fail_msg("%s=%s is taken", name, value);
	if (strcmp(why, want) != 0)
		fail_msg("%s=%s: %s", name, value, why);
	assert_same(&o, &before);
}

static void
test_a_wrong_value_changes_nothing_and_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char values[256], *rest = values, *value;

		strcpy(values, wrong[i].values);
		while ((value = strsep(&rest, " ")) != NULL) {
			/* "5%" is right, "5% " is not. */
			if (strcmp(value, "5%") == 0)
				value = "5% ";
			assert_refused(wrong[i].name, strcmp(value, "''") == 0 ?
				       "" : value, wrong[i].why);
		}
	}
	assert_refused("min-words", " 5", WHOLE("1", "1000000"));
	assert_refused("threshold", " 0.5", SHARE);
	assert_refused("unit", "auto line", "not auto, line, paragraph or "
		       "document");
}

static void
test_an_option_without_its_value_is_refused(void **state)
{
	const struct dedup_option *o;

	(void)state;
	for (size_t i = 0; (o = dedup_option_at(i)) != NULL; i++)
		if (o->arg != NULL)
			assert_refused(o->name, NULL, "it needs a value");
	assert_refused("no-such-thing", NULL, "no such option");
}

/* Names, letters and fields that stand in the table twice would hide one. */
static void
test_the_list_has_each_option_once(void **state)
{
	static const char names[] = "unit min-words exact threshold ngram "
		"fold-digits contained scope keep boilerplate only "
		"against-ngram seed counts-only "
		"threads memory ", letters[] = "umxtnbTM";
	char got[256] = "", short_ones[32] = "";
	const struct dedup_option *o;
	size_t i;

	(void)state;
	for (i = 0; (o = dedup_option_at(i)) != NULL; i++) {
		strcat(strcat(got, o->name), " ");
		strncat(short_ones, &o->letter, 1);
		assert_non_null(o->help);
		assert_true(strlen(o->help) > 10 && strlen(o->help) <= 58);
		assert_true(o->arg != NULL ||
			    (o->words == NULL && o->most == 0));
	}
	assert_string_equal(got, names);
	assert_string_equal(short_ones, letters);
	assert_null(dedup_option_at(i + 1));
	assert_null(dedup_option_at(SIZE_MAX));
}

static void
test_the_list_tells_the_defaults(void **state)
{
	const struct dedup_option *o;
	struct dedup_options opt = made();

	(void)state;
	assert_int_equal(opt.min_words, 5);
	assert_int_equal(opt.ngram, 3);
	assert_int_equal(opt.threads, 1);
	assert_true(opt.places);
	for (size_t i = 0; (o = dedup_option_at(i)) != NULL; i++)
		if (*o->value != '\0') {
			struct dedup_options got = with(o->name, o->value);

			assert_same(&got, &opt);
		}
}

/* Ranges and words of the list are those that are taken. */
static void
test_the_list_tells_what_is_taken(void **state)
{
	const struct dedup_option *o;
	char text[64];

	(void)state;
	for (size_t i = 0; (o = dedup_option_at(i)) != NULL; i++) {
		struct dedup_options opt = made();

		if (o->words != NULL) {
			char words[256], *rest = words, *word;

			strcpy(words, o->words);
			while ((word = strsep(&rest, " ")) != NULL)
				with(o->name, word);
		}
		if (o->most == 0)
			continue;
		snprintf(text, sizeof(text), "%" PRIu64, o->most);
		with(o->name, text);
		snprintf(text, sizeof(text), "%" PRIu64, o->least);
		with(o->name, text);
		if (o->least > 0) {
			snprintf(text, sizeof(text), "%" PRIu64, o->least - 1);
			assert_false(dedup_options_set(&opt, o->name, text,
						       why));
		}
		if (o->most < UINT64_MAX) {
			snprintf(text, sizeof(text), "%" PRIu64, o->most + 1);
			assert_false(dedup_options_set(&opt, o->name, text,
						       why));
		}
	}
}

/* What is taken by name, dedup_new() takes. */
static void
test_what_is_set_by_name_is_in_range(void **state)
{
	static const char signs[] = "0123456789.%eKMx-";
	const struct dedup_option *o;
	struct rng r = { 1 };
	size_t taken = 0;

	(void)state;
	for (size_t i = 0; (o = dedup_option_at(i)) != NULL; i++)
		for (int round = 0; round < 1000 && o->arg != NULL; round++) {
			struct dedup_options opt = made();
			char value[8];
			size_t n = rng_below(&r, sizeof(value));
			struct dedup *d;

			value[n] = '\0';
			while (n-- > 0)
				value[n] = signs[rng_below(&r, strlen(signs))];
			if (!dedup_options_set(&opt, o->name, value, why))
				continue;
			taken++;
			assert_int_equal(dedup_new(&opt, &d), DEDUP_OK);
			dedup_free(d);
		}
	assert_true(taken > 100);
}

/* It has no room for 'threads', and who knows what stands there. */
static void
test_a_program_for_an_older_version_keeps_its_memory(void **state)
{
	struct dedup_options o = made(), before;

	(void)state;
	o.size = offsetof(struct dedup_options, memory);
	o.memory = 12345;
	before = o;
	assert_false(dedup_options_set(&o, "memory", "2", why));
	assert_string_equal(why, "no such option");
	assert_same(&o, &before);
	assert_true(dedup_options_set(&o, "threads", "1", why));
	o.size = offsetof(struct dedup_options, boilerplate_share);
	assert_false(dedup_options_set(&o, "boilerplate", "2", why));
	assert_true(dedup_options_set(&o, "seed", "2", why));
}

/* A locale in which the point is a comma, made if there is none. */
static bool
set_comma(void)
{
	static const char *const commas[] = {
		"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8",
	};
	static char folder[] = "/tmp/test_options.XXXXXX";
	char command[200];
	bool made;

	for (size_t i = 0; i < ARRAY_LEN(commas); i++)
		if (setlocale(LC_NUMERIC, commas[i]) != NULL)
			return true;
	if (mkdtemp(folder) == NULL)
		return false;
	snprintf(command, sizeof(command), "exec 2>&1; localedef -i de_DE "
		 "-f UTF-8 %s/de_DE.UTF-8 >/dev/null", folder);
	setenv("LOCPATH", folder, 1);
	made = system(command) == 0 && setlocale(LC_NUMERIC, commas[0]) != NULL;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) == 0 && made;
}

static void
test_the_locale_makes_no_difference(void **state)
{
	(void)state;
	if (!set_comma()) {
		puts("there is no locale with a comma");
		skip();
	}
	assert_true(strtod("0.5", NULL) == 0);
	SETS("threshold", "0.5", threshold, 0.5);
	SETS("boilerplate", "12.5%", boilerplate_share, 0.125);
	assert_refused("threshold", "0,5", SHARE);
	setlocale(LC_NUMERIC, "C");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_option_sets_its_field_and_no_other),
		cmocka_unit_test(
			test_a_wrong_value_changes_nothing_and_says_why),
		cmocka_unit_test(test_an_option_without_its_value_is_refused),
		cmocka_unit_test(test_the_list_has_each_option_once),
		cmocka_unit_test(test_the_list_tells_the_defaults),
		cmocka_unit_test(test_the_list_tells_what_is_taken),
		cmocka_unit_test(test_what_is_set_by_name_is_in_range),
		cmocka_unit_test(
			test_a_program_for_an_older_version_keeps_its_memory),
		cmocka_unit_test(test_the_locale_makes_no_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
