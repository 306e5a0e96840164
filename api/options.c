/*
 * The options of the library, each once: its name, values, default and help,
 * and its field of struct dedup_options.  Of this table are made
 * dedup_options_init(), dedup_options_set(), the check of dedup_new(), the
 * command's --help and Python's keywords.  CONTRIBUTING says how to add one.
 */
#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "value.h"

_Static_assert(DEDUP_WHY == VALUE_WHY, "messages are handed through");

enum kind {
	FLAG,			/* a bool becomes true */
	WORD,			/* an unsigned: its place in 'words' */
	COUNT,			/* an unsigned, from 'least' to 'most' */
	LENGTH,			/* the same; 0: off */
	SHARE,			/* a double over 0, up to 1; 0: off */
	SIZE,			/* a uint64_t: bytes, from a size */
	SEED,			/* seed, and 'seeded' */
	BOILERPLATE,		/* boilerplate, or boilerplate_share */
	REASONS,		/* an unsigned: bits, from a list of reasons */
};

#define AT(field) offsetof(struct dedup_options, field)

static const struct entry {
	struct dedup_option option;
	enum kind kind;
	size_t at;		/* of its field */
	bool open;		/* the field may be more than 'most' */
} table[] = {
	{
		{
			.name = "unit", .letter = 'u', .arg = "UNIT",
			.words = "auto line paragraph document",
			.value = "auto",
			.help = "what is judged: auto, line, paragraph or "
				"document",
		}, WORD, AT(unit), false,
	}, {
		{
			.name = "min-words", .letter = 'm', .arg = "N",
			.least = 1, .most = 1000000, .value = "5",
			.help = "compare a shorter unit only with the one "
				"before it",
		}, COUNT, AT(min_words), true,
	}, {
		{
			.name = "exact", .letter = 'x', .value = "",
			.help = "remove exact copies only, no near-duplicates",
		}, FLAG, AT(exact), false,
	}, {
		{
			.name = "threshold", .letter = 't', .arg = "R",
			.value = "",
			.help = "also remove units at least this similar "
				"(to 1; try 0.8)",
		}, SHARE, AT(threshold), false,
	}, {
		{
			.name = "ngram", .letter = 'n', .arg = "N",
			.least = 1, .most = SHINGLE_NGRAM_MAX, .value = "3",
			.help = "words in a shingle of threshold and "
				"contained, to 32",
		}, COUNT, AT(ngram), false,
	}, {
		{
			.name = "fold-digits", .value = "",
			.help = "treat all numbers as equal",
		}, FLAG, AT(fold_digits), false,
	}, {
		{
			.name = "contained", .value = "",
			.help = "also remove text that is part of a longer "
				"unit",
		}, FLAG, AT(contained), false,
	}, {
		{
			.name = "scope", .arg = "SCOPE",
			.words = "all document", .value = "all",
			.help = "look for copies in all documents or within "
				"each",
		}, WORD, AT(scope), false,
	}, {
		{
			.name = "keep", .arg = "WHICH",
			.words = "first none last", .value = "first",
			.help = "which copy stays: first, none or last",
		}, WORD, AT(keep), false,
	}, {
		{
			.name = "boilerplate", .letter = 'b', .arg = "N|P%",
			.value = "",
			.help = "remove what is in N documents, or P% of "
				"them, from all",
		}, BOILERPLATE, AT(boilerplate), false,
	}, {
		{
			.name = "only", .arg = "REASON,...",
			.value = "",
			.help = "remove for these reasons alone: exact, near, "
				"...",
		}, REASONS, AT(only), false,
	}, {
		{
			.name = "against-ngram", .arg = "N",
			.least = 5, .most = 100, .value = "",
			.help = "also remove what has N words in a row with "
				"a reference",
		}, LENGTH, AT(against_ngram), false,
	}, {
		{
			.name = "seed", .arg = "N", .most = UINT64_MAX,
			.value = "",
			.help = "derive the fingerprints' secret from N",
		}, SEED, AT(seed), false,
	}, {
		{
			.name = "counts-only", .value = "",
			.help = "only count, for boilerplate, into the table "
				"to be saved",
		}, FLAG, AT(counts_only), false,
	}, {
		{
			.name = "threads", .letter = 'T', .arg = "N",
			.most = 256, .value = "1",
			.help = "use N threads; 0: one a core",
		}, COUNT, AT(threads), true,
	}, {
		{
			.name = "memory", .letter = 'M', .arg = "SIZE",
			.value = "",
			.help = "for what is known: bytes, K, M, G, T or % of "
				"RAM",
		}, SIZE, AT(memory), false,
	},
};

#define NENTRIES (sizeof(table) / sizeof(table[0]))

const struct dedup_option *
dedup_option_at(size_t i)
{
	return i < NENTRIES ? &table[i].option : NULL;
}

/* Where its field ends, or the last of its fields. */
static size_t
end_of(const struct entry *e)
{
	switch (e->kind) {
	case FLAG:
		return e->at + sizeof(bool);
	case WORD:
	case COUNT:
	case LENGTH:
	case REASONS:
		return e->at + sizeof(unsigned);
	case BOILERPLATE:
		return AT(boilerplate_share) + sizeof(double);
	case SHARE:
	case SIZE:
	case SEED:
		break;
	}
	return e->at + sizeof(uint64_t);
}

/* N documents, or P% of them. */
static bool
set_boilerplate(struct dedup_options *opt, const char *value, char *why)
{
	uint64_t n = 0;
	double share = 0;

	if (!value_percent(value, &share) &&
	    !value_number(value, 2, UINT32_MAX, &n, why)) {
		snprintf(why, DEDUP_WHY, "not a number of documents from 2, "
			 "nor a share up to 100%%");
		return false;
	}
	opt->boilerplate = n;
	opt->boilerplate_share = share;
	return true;
}

static void
refuse_reasons(char *why)
{
	int n = snprintf(why, DEDUP_WHY, "not a list of");

	for (unsigned i = 0; i < DEDUP_NREASONS && n < DEDUP_WHY; i++)
		n += snprintf(why + n, (size_t)(DEDUP_WHY - n), "%s %s",
			      i == 0 ? "" :
			      i + 1 == DEDUP_NREASONS ? " and" : ",",
			      dedup_reason_name(i));
}

/* Their names, with a comma or a space between two. */
static bool
set_reasons(unsigned *to, const char *value, char *why)
{
	unsigned bits = 0, i;
	size_t len;

	for (;; value += len + 1) {
		len = strcspn(value, ", ");
		for (i = 0; i < DEDUP_NREASONS; i++) {
			const char *name = dedup_reason_name(i);

			if (strlen(name) == len &&
			    memcmp(name, value, len) == 0)
				break;
		}
		if (i == DEDUP_NREASONS) {
			refuse_reasons(why);
			return false;
		}
		bits |= 1U << i;
		if (value[len] == '\0')
			break;
	}
	/* What heads a text goes with it. */
	if ((bits & (1U << DEDUP_EXACT | 1U << DEDUP_NEAR)) != 0)
		bits |= 1U << DEDUP_HEADING;
	*to = bits;
	return true;
}

static bool
set(const struct entry *e, struct dedup_options *opt, const char *value,
    char *why)
{
	void *field = (char *)opt + e->at;
	uint64_t n;
	bool ok = true;

	switch (e->kind) {
	case FLAG:
		*(bool *)field = true;
		break;
	case WORD:
		ok = value_word(value, e->option.words, field, why);
		break;
	case COUNT:
	case LENGTH:
		ok = value_number(value, e->option.least, e->option.most, &n,
				  why);
		if (ok)
			*(unsigned *)field = (unsigned)n;
		break;
	case SHARE:
		ok = value_share(value, true, field, why);
		break;
	case SIZE:
		ok = value_size(value, field, why);
		break;
	case SEED:
		ok = value_number(value, 0, UINT64_MAX, field, why);
		opt->seeded |= ok;
		break;
	case BOILERPLATE:
		ok = set_boilerplate(opt, value, why);
		break;
	case REASONS:
		ok = set_reasons(field, value, why);
		break;
	}
	return ok;
}

bool
dedup_options_set(struct dedup_options *opt, const char *name,
		  const char *value, char why[DEDUP_WHY])
{
	const struct entry *e = table;

	*why = '\0';
	while (e < table + NENTRIES && strcmp(e->option.name, name) != 0)
		e++;
	/* A program of an older version has no field for a newer option. */
	if (e == table + NENTRIES || end_of(e) > opt->size) {
		snprintf(why, DEDUP_WHY, "no such option");
		return false;
	}
	if ((e->option.arg != NULL) != (value != NULL)) {
		snprintf(why, DEDUP_WHY, "%s", e->option.arg != NULL ?
			 "it needs a value" : "it takes no value");
		return false;
	}
	return set(e, opt, value, why);
}

static void
set_defaults(struct dedup_options *opt)
{
	char why[DEDUP_WHY];

	*opt = (struct dedup_options){ .size = sizeof(*opt), .places = true };
	for (size_t i = 0; i < NENTRIES; i++) {
		const char *value = table[i].option.value;

		if (*value != '\0' && !set(&table[i], opt, value, why))
			assert(!"a default of the table is out of range");
	}
}

void
dedup_options_fill(struct dedup_options *opt, size_t size)
{
	struct dedup_options defaults;

	set_defaults(&defaults);
	api_fill(opt, size, &defaults, sizeof(defaults));
}

/* Has its field a value that is in range? */
static bool
is_valid(const struct entry *e, const struct dedup_options *opt)
{
	const void *field = (const char *)opt + e->at;
	unsigned n;
	double share;
	const char *word;

	switch (e->kind) {
	case WORD:
		memcpy(&n, field, sizeof(n));
		return value_word_at(e->option.words, n, &word) > 0;
	case COUNT:
		n = *(const unsigned *)field;
		return n >= e->option.least && (e->open || n <= e->option.most);
	case LENGTH:
		n = *(const unsigned *)field;
		return n == 0 || (n >= e->option.least && n <= e->option.most);
	case SHARE:
		share = *(const double *)field;
		return share >= 0 && share <= 1;
	case BOILERPLATE:
		return opt->boilerplate != 1 && opt->boilerplate_share >= 0 &&
		       opt->boilerplate_share <= 1;
	case REASONS:
		return opt->only >> DEDUP_NREASONS == 0;
	case FLAG:
	case SIZE:
	case SEED:
		break;
	}
	return true;
}

bool
options_take(struct dedup_options *to, const struct dedup_options *from)
{
	const unsigned char *p = (const unsigned char *)from;

	set_defaults(to);
	if (from->size < AT(memory) || from->size > 64 * sizeof(*to))
		return false;
	for (size_t i = sizeof(*to); i < from->size; i++)
		if (p[i] != 0)
			return false;
	memcpy(to, from, from->size < sizeof(*to) ? from->size : sizeof(*to));
	to->size = sizeof(*to);
	to->count |= to->counts_only;
	/* What was written can no longer be taken back. */
	if (to->keep == DEDUP_KEEP_LAST && to->can_forget)
		return false;
	for (size_t i = 0; i < NENTRIES; i++)
		if (!is_valid(&table[i], to))
			return false;
	return true;
}
