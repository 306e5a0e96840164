/* Saved tables, as the command's options name them. */
#include "table_modes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "message.h"
#include "visible.h"

bool
table_modes_used(const struct options *opt)
{
	return opt->loads.n > 0 || opt->save != NULL || opt->update != NULL ||
	       opt->against.n > 0;
}

bool
table_modes_bring_secret(const struct options *opt)
{
	bool brings = opt->loads.n > 0 ||
		      (opt->update != NULL && access(opt->update, F_OK) == 0);

	for (size_t i = 0; i < opt->against.n; i++)
		brings |= dedup_is_table(opt->against.name[i]);
	return brings;
}

static void
complain(struct pipeline *p, const char *path, const char *what,
	 enum dedup_status st, const char *why)
{
	pipeline_complain(p, path, what,
			  st == DEDUP_ETABLE ? why : dedup_strerror(st));
}

static int
load(struct pipeline *p, const char *path, enum dedup_load kind)
{
	struct dedup_table_info info = { .units = 0 };
	bool alone = p->opt->dedup.scope == DEDUP_SCOPE_DOCUMENT &&
		     !p->opt->dedup.counts_only && kind == DEDUP_LOAD_KNOWN;
	char why[DEDUP_WHY];
	enum dedup_status st;

	/* If it cannot be read, loading it says so. */
	if (alone && dedup_table_info(path, &info, why) == DEDUP_OK &&
	    info.units > 0) {
		pipeline_complain(p, path, "cannot load", "it knows units, "
				  "and --scope=document asks for none: only a "
				  "table of counts goes with it");
		return -1;
	}
	st = dedup_load(p->d, path, kind, why);
	if (st != DEDUP_OK) {
		complain(p, path, "cannot load", st, why);
		return -1;
	}
	if (provenance_add_table(&p->provenance, path) != 0) {
		complain(p, path, "cannot load", DEDUP_ENOMEM, why);
		return -1;
	}
	if (!p->opt->quiet &&
	    dedup_table_info(path, &info, why) == DEDUP_OK &&
	    info.units == 0 && info.counts == 0)
		message("%s: the table is empty", path);
	return 0;
}

/* --update: what is there, if it is there. */
static int
load_old(struct pipeline *p, const char *path)
{
	if (access(path, F_OK) == 0 || errno != ENOENT)
		return load(p, path, DEDUP_LOAD_KNOWN);
	if (!p->opt->quiet)
		message("%s: there is no table yet: it begins here", path);
	return 0;
}

static int
lock(struct pipeline *p, const char *path, int *fd)
{
	char why[DEDUP_WHY];
	enum dedup_status st;

	if (path == NULL)
		return 0;
	st = dedup_table_lock(path, fd, why);
	if (st == DEDUP_OK)
		return 0;
	complain(p, path, "cannot write", st, why);
	return -1;
}

/* Read a reference text with these options; it is not written. */
static int
read_reference(struct pipeline *p, const char *path,
	       const struct options *opt)
{
	const struct options *own = p->opt;
	struct files *files = p->files, text = { .n = 0 };
	struct dedup_stats stats;
	char *name = (char *)path;	/* not written to */
	enum dedup_status st = dedup_reference(p->d, true);
	int got;

	if (st != DEDUP_OK || files_take(&text, &name, 1) != 0) {
		complain(p, path, "cannot read", DEDUP_ENOMEM, "");
		return -1;
	}
	p->files = &text;
	p->opt = opt;
	p->pass.silent = p->pass.reference = true;
	got = pipeline_run(p);
	p->files = files;
	p->opt = own;
	p->pass.silent = p->pass.reference = false;
	p->references = p->pass.documents;
	dedup_reference(p->d, false);
	dedup_get_stats(p->d, &stats);
	if (got == 0 && stats.full) {
		pipeline_complain(p, path, "cannot read", "memory is full: "
				  "see --memory");
		got = -1;
	}
	files_free(&text);
	/* What could not be read of it would stay in silence. */
	return got == 0 && !p->trouble ? 0 : -1;
}

/* --against: tables first, which may not come after a text. */
static int
load_against(struct pipeline *p)
{
	const struct names *a = &p->opt->against;
	struct options opt = *p->opt;

	for (size_t i = 0; i < a->n; i++)
		if (dedup_is_table(a->name[i]) &&
		    load(p, a->name[i], DEDUP_LOAD_LISTED) != 0)
			return -1;
	for (size_t i = 0; i < a->n; i++) {
		const char *field = opt.against_fields.name[i];

		if (field == NULL)
			field = p->opt->against_field;
		opt.text_field = field != NULL ? field : p->opt->text_field;
		if (!dedup_is_table(a->name[i]) &&
		    read_reference(p, a->name[i], &opt) != 0)
			return -1;
	}
	return 0;
}

/* Why no table may be written there, or NULL. */
static const char *
must_stay(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	       !dedup_is_table(path) ? "there is a file that is no table" :
	       NULL;
}

static int
check_path(struct pipeline *p, const char *path)
{
	const char *why = path != NULL ? must_stay(path) : NULL;

	if (why == NULL)
		return 0;
	pipeline_complain(p, path, "cannot write", why);
	return -1;
}

int
table_modes_begin(struct pipeline *p)
{
	const struct options *opt = p->opt;

	p->lock.save = p->lock.update = -1;
	if (check_path(p, opt->save) != 0 || check_path(p, opt->update) != 0)
		return -1;
	if (lock(p, opt->save, &p->lock.save) != 0 ||
	    lock(p, opt->update, &p->lock.update) != 0)
		return -1;
	for (size_t i = 0; i < opt->loads.n; i++)
		if (load(p, opt->loads.name[i], DEDUP_LOAD_KNOWN) != 0)
			return -1;
	if (opt->update != NULL && load_old(p, opt->update) != 0)
		return -1;
	return load_against(p);
}

static int
save(struct pipeline *p, const char *path)
{
	char why[DEDUP_WHY];
	enum dedup_status st;

	if (path == NULL)
		return 0;
	st = dedup_save(p->d, path, provenance_label, &p->provenance, why);
	if (st == DEDUP_OK)
		return 0;
	complain(p, path, "cannot save", st, why);
	return -1;
}

int
table_modes_end(struct pipeline *p, bool wanted)
{
	const struct options *opt = p->opt;
	int got = 0;

	if (wanted && (save(p, opt->save) != 0 || save(p, opt->update) != 0))
		got = -1;
	if (p->lock.save >= 0)
		dedup_table_unlock(opt->save, p->lock.save);
	if (p->lock.update >= 0)
		dedup_table_unlock(opt->update, p->lock.update);
	return got;
}

/* Tables alone. */

static int
merge(const struct options *opt)
{
	char why[DEDUP_WHY];
	size_t bad;
	int fd;
	enum dedup_status st = dedup_table_lock(opt->output, &fd, why);

	if (st != DEDUP_OK) {
		message("%s: cannot write: %s", opt->output,
			st == DEDUP_ETABLE ? why : dedup_strerror(st));
		return 2;
	}
	if (must_stay(opt->output) != NULL) {
		message("%s: cannot write: %s", opt->output,
			must_stay(opt->output));
		dedup_table_unlock(opt->output, fd);
		return 2;
	}
	st = dedup_table_merge(opt->output, opt->files, opt->nfiles,
			       opt->min_count, &bad, why);
	dedup_table_unlock(opt->output, fd);
	if (st == DEDUP_OK)
		return 0;
	message("%s: cannot merge: %s",
		bad < opt->nfiles ? opt->files[bad] : opt->output,
		st == DEDUP_ETABLE ? why : dedup_strerror(st));
	return 2;
}

/* A path, as JSON or for people. */
static void
print_name(const char *path, bool json)
{
	size_t len = strlen(path);
	char *text = malloc(6 * len + 1);

	if (text == NULL)
		return;
	if (json)
		printf("{\"table\":\"%.*s\",",
		       (int)json_escape(path, len, text), text);
	else
		printf("%.*s", (int)visible_copy(text, path, len, false), text);
	free(text);
}

static void
list_one(const struct options *opt, const char *path,
	 const struct dedup_table_info *i)
{
	static const char *const units[] = {
		"auto", "line", "paragraph", "document",
	};
	const char *unit = i->unit <= DEDUP_UNIT_DOCUMENT ? units[i->unit] : "?";

	print_name(path, opt->json);
	if (opt->json) {
		printf("\"version\":%u,\"bytes\":%" PRIu64 ",\"secret\":"
		       "\"%016" PRIx64 "\",\"unit\":\"%s\",\"min_words\":%u,"
		       "\"ngram\":%u,\"exact\":%s,\"fold_digits\":%s,"
		       "\"contained\":%s,\"documents\":%" PRIu64 ",\"units\":%"
		       PRIu64 ",\"shingles\":%" PRIu64 ",\"records_bytes\":%"
		       PRIu64 ",\"counted\":%" PRIu64 ",\"counts\":%" PRIu64
		       ",\"places\":%s,\"labels\":%s,\"unicode\":\"%s\"}\n",
		       i->version, i->bytes, i->secret_id, unit, i->min_words,
		       i->ngram, i->exact ? "true" : "false",
		       i->fold_digits ? "true" : "false",
		       i->contained ? "true" : "false", i->documents,
		       i->units, i->shingles, i->records_bytes, i->counted,
		       i->counts, i->places ? "true" : "false",
		       i->labels ? "true" : "false", i->unicode);
		return;
	}
	printf("\n  format     %u\n  bytes      %" PRIu64 "\n  options    "
	       "--unit=%s --min-words=%u", i->version, i->bytes, unit,
	       i->min_words);
	if (i->exact)
		printf(" --exact");
	else
		printf(" --ngram=%u", i->ngram);
	printf("%s%s\n  Unicode    %s\n  secret     %016" PRIx64 "\n  documents  %" PRIu64
	       "\n  units      %" PRIu64 "\n",
	       i->fold_digits ? " --fold-digits" : "",
	       i->contained ? " --contained" : "", i->unicode,
	       i->secret_id, i->documents, i->units);
	if (i->counted > 0)
		printf("  counts     %" PRIu64 " texts of %" PRIu64
		       " documents\n", i->counts, i->counted);
}

/* --list and --test. */
static int
look_at_all(const struct options *opt)
{
	int status = 0;

	for (size_t i = 0; i < opt->nfiles; i++) {
		const char *path = opt->files[i];
		struct dedup_table_info info;
		char why[DEDUP_WHY];
		enum dedup_status st = opt->mode == MODE_TEST ?
			dedup_table_test(path, why) :
			dedup_table_info(path, &info, why);

		if (st != DEDUP_OK) {
			message("%s: %s: %s", path,
				opt->mode == MODE_TEST ? "bad table" :
				"cannot list", st == DEDUP_ETABLE ? why :
				dedup_strerror(st));
			status = 2;
		} else if (opt->mode == MODE_LIST) {
			list_one(opt, path, &info);
		}
	}
	if (fflush(stdout) == 0 && fclose(stdout) == 0)
		return status;
	message("standard output: cannot write: %s",
		strerror(errno));
	return 2;
}

int
table_modes_run(const struct options *opt)
{
	return opt->mode == MODE_MERGE ? merge(opt) : look_at_all(opt);
}
