/*
 * The public functions for saved tables: what saved.h has, in terms of the
 * library's options and documents.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "array.h"
#include "saved.h"

_Static_assert(DEDUP_WHY == SAVED_WHY, "messages are handed through");
_Static_assert(DEDUP_UNICODE == SAVED_UNICODE, "versions are handed through");

static struct saved_options
options_of(const struct dedup *d)
{
	const struct dedup_options *o = &d->opt;
	struct saved_options s = {
		.ngram = o->ngram, .min_words = o->min_words, .unit = o->unit,
		.window = split_window(o), .words = SHINGLE_VERSION,
		.fold_digits = o->fold_digits, .near = !o->exact,
		.places = d->known.places, .sketch = o->threshold > 0,
	};

	/* What does not fit would be refused by all: no version is so long. */
	snprintf(s.unicode, sizeof(s.unicode), "%s", words_unicode());
	return s;
}

/* What a call of saved.h or table.h failed with: errno. */
static enum dedup_status
failure(void)
{
	return errno == ENOMEM ? DEDUP_ENOMEM : DEDUP_ETABLE;
}

enum dedup_status
api_adopt_secret(struct dedup *d, const unsigned char *secret, bool places)
{
	struct split own;
	struct table_options options = {
		.near = !d->opt.exact, .places = places,
	};
	struct table *t;

	if (split_init(&own, &d->opt, secret) != 0) {
		split_free(&own);
		return DEDUP_ENOMEM;
	}
	t = table_new(&options, shingler_secret(own.shingler));
	if (t == NULL) {
		split_free(&own);
		return DEDUP_ENOMEM;
	}
	split_free(&d->own);
	table_free(d->known.table);
	d->own = own;
	d->known.table = t;
	d->known.places = places;
	api_share_memory(d);
	return DEDUP_OK;
}

static enum dedup_status
attach(struct dedup *d, struct saved *f, enum dedup_load kind, char *why)
{
	const unsigned char *secret = saved_secret(f);
	bool same = memcmp(secret, shingler_secret_bytes(d->own.shingler),
			   SHINGLE_SECRET) == 0;
	struct saved_options want;
	struct saved_info info;
	struct table **t = kind == DEDUP_LOAD_KNOWN ? &d->known.table :
						      &d->known.listed;

	saved_get_info(f, &info);
	want = options_of(d);
	/* The first one says whether records have places, if nobody else. */
	if (d->known.nloaded == 0 && !d->opt.places &&
	    d->opt.keep != DEDUP_KEEP_NONE)
		want.places = info.options.places;
	if (saved_check(f, &want, why) != 0)
		return DEDUP_ETABLE;
	if (!same && (d->known.nloaded > 0 || d->opt.seeded ||
		      d->known.listed != NULL)) {
		snprintf(why, DEDUP_WHY, "made with another secret%s",
			 d->opt.seeded ? " than that of the seed" : "");
		return DEDUP_ETABLE;
	}
	if (d->known.nloaded == 0 && d->known.listed == NULL) {
		enum dedup_status st = api_adopt_secret(d, secret, want.places);

		if (st != DEDUP_OK)
			return st;
	}
	if (*t == NULL) {
		*t = api_new_table(d);
		if (*t == NULL)
			return DEDUP_ENOMEM;
	}
	if (table_attach(*t, f, why) != 0)
		return failure();
	return DEDUP_OK;
}

/* Counts of boilerplate that come with tables spare a pass. */
static void
take_counts(struct dedup *d)
{
	uint64_t counted = 0;

	for (unsigned i = 0; i < d->known.nloaded; i++) {
		struct saved_info info;

		saved_get_info(d->known.loaded[i].file, &info);
		if (d->known.loaded[i].kind == DEDUP_LOAD_KNOWN)
			counted += info.counted;
	}
	if (counted == 0 || d->opt.counts_only)
		return;
	d->counting.from_tables = true;
	d->pass.judges = true;
	d->counting.on = d->opt.count;
	d->counting.least = boilerplate_least(d, counted);
	api_share_memory(d);
}

enum dedup_status
dedup_load(struct dedup *d, const char *path, enum dedup_load kind,
	   char why[DEDUP_WHY])
{
	struct saved *f;
	enum dedup_status st;

	*why = '\0';
	if (d->stats.documents > 0 || d->input.open || d->broken ||
	    d->pass.last || d->threads.workers != NULL)
		return DEDUP_ESTATE;
	if (array_resize(&d->known.loaded, (size_t)d->known.nloaded + 1,
			 sizeof(*d->known.loaded)) != 0)
		return DEDUP_ENOMEM;
	if (saved_open(&f, path, why) != 0)
		return failure();
	st = attach(d, f, kind, why);
	if (st != DEDUP_OK) {
		saved_close(f);
		return st;
	}
	d->known.loaded[d->known.nloaded++] = (struct loaded){ f, kind };
	take_counts(d);
	return DEDUP_OK;
}

enum dedup_status
dedup_save(const struct dedup *d, const char *path,
	   int (*label)(void *arg, uint64_t document, const char **p,
			size_t *len),
	   void *arg, char why[DEDUP_WHY])
{
	struct saved_options options = options_of(d);
	struct saved_run run = {
		.options = &options,
		.secret = shingler_secret_bytes(d->own.shingler),
		.documents = d->stats.documents,
		/* No record tells of its documents. */
		.label = d->opt.counts_only ? NULL : label, .arg = arg,
	};

	*why = '\0';
	if (d->input.open || d->broken)
		return DEDUP_ESTATE;
	run.counted = d->counting.documents;
	if (d->counting.counts.set.n > 0)
		run.counts = &d->counting.counts.set;
	return table_save(d->known.table, path, &run, why) == 0 ? DEDUP_OK
							  : failure();
}

enum dedup_status
dedup_get_label(const struct dedup *d, unsigned table, uint64_t document,
		const char **p, size_t *len)
{
	if (table == 0 || table > d->known.nloaded)
		return DEDUP_EINVAL;
	if (saved_label(d->known.loaded[table - 1].file, document, p, len) != 0)
		return errno == EINVAL ? DEDUP_EINVAL : failure();
	return DEDUP_OK;
}

bool
dedup_is_table(const char *path)
{
	return saved_is(path);
}

enum dedup_status
dedup_table_info_fill(const char *path, struct dedup_table_info *to,
		      size_t size, char why[DEDUP_WHY])
{
	struct dedup_table_info info;
	struct saved_info i;
	struct saved *f;

	*why = '\0';
	if (saved_open(&f, path, why) != 0)
		return failure();
	saved_get_info(f, &i);
	saved_close(f);
	info = (struct dedup_table_info){
		.size = sizeof(info),
		.version = i.version, .secret_id = i.secret_id,
		.unit = i.options.unit,
		.min_words = i.options.min_words, .ngram = i.options.ngram,
		.exact = !i.options.near,
		.fold_digits = i.options.fold_digits,
		.contained = i.options.window > 0,
		.places = i.options.places,
		.bytes = i.length, .units = i.entries[SAVED_EXACT],
		.shingles = i.entries[SAVED_INDEX],
		.records_bytes = i.bytes[SAVED_ARENA],
		.documents = i.documents, .counted = i.counted,
		.counts = i.entries[SAVED_COUNTS],
		.labels = i.labels > 0,
	};
	memcpy(info.unicode, i.options.unicode, sizeof(info.unicode));
	api_fill(to, size, &info, sizeof(info));
	return DEDUP_OK;
}

enum dedup_status
dedup_table_test(const char *path, char why[DEDUP_WHY])
{
	struct saved *f;
	enum dedup_status st;

	*why = '\0';
	if (saved_open(&f, path, why) != 0)
		return failure();
	st = saved_verify(f, why) == 0 ? DEDUP_OK : failure();
	saved_close(f);
	return st;
}

enum dedup_status
dedup_table_merge(const char *path, char *const *tables, size_t n,
		  uint64_t least, size_t *bad, char why[DEDUP_WHY])
{
	struct saved **f = calloc(n + 1, sizeof(struct saved *));
	enum dedup_status st = DEDUP_OK;
	size_t open = 0;

	*why = '\0';
	*bad = n;
	if (f == NULL)
		return DEDUP_ENOMEM;
	for (; open < n; open++)
		if (saved_open(&f[open], tables[open], why) != 0) {
			*bad = open;
			st = failure();
			goto out;
		}
	for (size_t i = 0; i < n; i++) {
		struct saved_options want = saved_options_of(f, n);

		if (saved_check(f[i], &want, why) != 0) {
			*bad = i;
			st = DEDUP_ETABLE;
			goto out;
		}
		if (memcmp(saved_secret(f[0]), saved_secret(f[i]),
			   SAVED_SECRET) != 0) {
			snprintf(why, DEDUP_WHY, "made with another secret "
				 "than the first");
			*bad = i;
			st = DEDUP_ETABLE;
			goto out;
		}
	}
	if (saved_merge(path, f, n, least, why) != 0)
		st = failure();
out:
	while (open-- > 0)
		saved_close(f[open]);
	free(f);
	return st;
}

enum dedup_status
dedup_table_lock(const char *path, int *lock, char why[DEDUP_WHY])
{
	*why = '\0';
	*lock = saved_lock(path, why);
	return *lock >= 0 ? DEDUP_OK : failure();
}

void
dedup_table_unlock(const char *path, int lock)
{
	saved_unlock(path, lock);
}
