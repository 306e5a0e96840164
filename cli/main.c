/* dedup, the command: what the options ask for, and the exit status. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dedup.h"
#include "machine.h"
#include "message.h"
#include "options.h"
#include "open_output.h"
#include "pipeline.h"
#include "report_page.h"
#include "same_file.h"
#include "signals.h"
#include "table_modes.h"
#include "top.h"

#define SMALL_INPUT ((uint64_t)2 << 20)	/* bytes not worth a second thread */

enum { DONE = 0, FOUND = 1, TROUBLE = 2 };

static bool
is_stdin(const char *path)
{
	return strcmp(path, "-") == 0;
}

/* Where the text goes; nothing is open yet. */
static void
prepare_outputs(struct pipeline *p)
{
	const struct options *opt = p->opt;

	p->destinations.opt = opt;
	p->destinations.files = p->files;
	p->destinations.each = opt->output_dir != NULL || opt->in_place;
	p->destinations.to.fd = -1;
	p->out.to = &p->destinations.to;
	p->files->stamps = opt->in_place || opt->resume;
}

/* -o or standard output; outputs of single files are opened in their turn. */
static int
open_text(struct pipeline *p)
{
	const struct options *opt = p->opt;
	struct compression c = opt->compress;

	if (p->destinations.each)
		return 0;
	if (opt->show == SHOW_NOTHING)
		c.kind = COMPRESSION_NONE;
	else if (!opt->compress_given && opt->output != NULL)
		c = compression_of_suffix(opt->output);
	if (open_output(p, &p->destinations.to, opt->output, &c, true) != 0)
		return -1;
	p->out.diff.terminal = isatty(p->destinations.to.fd);
	return 0;
}

/* Once all is in order: what the outputs held before goes. */
static int
begin_output(struct pipeline *p, struct writer *w, const char *path)
{
	if (w->temporary != NULL || writer_truncate(w) == 0)
		return 0;
	pipeline_complain(p, path, "cannot truncate", strerror(errno));
	return -1;
}

/* How many threads the run is worth, where nobody said. */
static unsigned
threads_for(struct pipeline *p)
{
	if (p->opt->dedup.threads > 0)
		return p->opt->dedup.threads;
	if (!p->opt->threads_given &&
	    (!p->files->sized || p->files->size < SMALL_INPUT))
		return 1;
	return machine_processors();
}

/* Keep what can be read but once for the second pass. */
static int
spool(struct pipeline *p)
{
	struct files *f = p->files;

	f->spooled = calloc(f->n, sizeof(*f->spooled));
	if (f->spooled == NULL) {
		message("out of memory");
		return -1;
	}
	for (size_t i = 0; i < f->n; i++)
		f->spooled[i].fd = -1;
	for (size_t i = 0; i < f->n && !f->stamps; i++) {
		struct source s;

		if (source_open(&s, f->file[i].path) != 0) {
			pipeline_complain(p, f->file[i].path, "cannot open",
					  strerror(errno));
			f->file[i].skip = true;
			continue;
		}
		if (!s.live && !is_stdin(f->file[i].path)) {
			source_close(&s);
			continue;
		}
		if (source_spool(&s) != 0) {
			pipeline_complain(p, f->file[i].path, "cannot copy to "
					  "$TMPDIR", strerror(errno));
			source_close(&s);
			return -1;
		}
		f->spooled[i] = s;
	}
	return 0;
}

/* Readings that find what is frequent, or has copies; then one that removes. */
static int
read_again(struct pipeline *p)
{
	if (spool(p) != 0)
		return -1;
	p->pass.silent = true;
	while (dedup_passes_left(p->d) > 0) {
		if (pipeline_run(p) != 0)
			return -1;
		progress_again(&p->progress);
		dedup_again(p->d);
		p->pass.documents = p->references;
	}
	p->pass.silent = false;
	return pipeline_run(p);
}

/* --top: a pass that counts, and one for examples. */
static int
list_top(struct pipeline *p)
{
	if (spool(p) != 0)
		return -1;
	p->pass.silent = true;
	if (pipeline_run(p) != 0)
		return -1;
	progress_again(&p->progress);
	return top_run(p);
}

static int
read_all(struct pipeline *p)
{
	unsigned more = p->opt->top > 0 ? 1 : dedup_passes_left(p->d);
	int got;

	progress_begin(&p->progress, p->opt,
		       p->files->sized ? p->files->size : 0, 1 + more);
	if (p->opt->top > 0)
		got = list_top(p);
	else
		got = more > 0 ? read_again(p)
			       : pipeline_run(p);
	progress_clear();
	p->tally.short_documents = p->out.short_documents.documents;
	p->tally.short_bytes = p->out.short_documents.bytes;
	return got;
}

/* Standard input can be read but once: is it wanted twice?  Then say so. */
static int
keep_input(struct pipeline *p)
{
	const struct options *opt = p->opt;
	size_t n = 0;

	for (size_t i = 0; i < opt->lists.n; i++)
		n += is_stdin(opt->lists.name[i]);
	for (size_t i = 0; i < opt->against.n; i++)
		n += is_stdin(opt->against.name[i]);
	for (size_t i = 0; i < p->files->n && n == 1; i++)
		n += is_stdin(p->files->file[i].path);
	if (n < 2)
		return 0;
	pipeline_complain(p, "-", "cannot read", "it is wanted twice");
	return -1;
}

/* An operand: a file, or with -r the files in a folder. */
static int
take_operand(struct pipeline *p, char *path)
{
	struct stat st;
	bool folder = !is_stdin(path) && stat(path, &st) == 0 &&
		      S_ISDIR(st.st_mode);
	int got = 0;

	if (folder && !p->opt->recursive)
		pipeline_complain(p, path, "cannot open", "Is a directory; "
				  "-r reads the files in it");
	else if (folder)
		got = files_take_folder(p->files, path);
	else
		got = files_take(p->files, &path, 1);
	if (got != 0)
		pipeline_complain(p, path, "cannot read", strerror(errno));
	return got;
}

/* Operands and lists. */
static int
take_files(struct pipeline *p)
{
	const struct options *opt = p->opt;

	for (size_t i = 0; i < opt->nfiles; i++)
		if (take_operand(p, opt->files[i]) != 0)
			return -1;
	for (size_t i = 0; i < opt->lists.n; i++) {
		const char *list = opt->lists.name[i];

		if (files_read_list(p->files, list) == 0)
			continue;
		pipeline_complain(p, list, "cannot read", strerror(errno));
		return -1;
	}
	return keep_input(p);
}

static bool
wants_color(const struct options *opt)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (opt->color != COLOR_AUTO)
		return opt->color == COLOR_ALWAYS;
	return opt->output == NULL && isatty(STDOUT_FILENO) &&
	       (no == NULL || *no == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

static bool
found_any(const struct pipeline *p, const struct dedup_stats *s)
{
	return s->removed_bytes > 0 || p->tally.short_documents > 0;
}

/* The share of the text that is removed, with documents that go whole. */
static double
removed_share(const struct pipeline *p, const struct dedup_stats *s)
{
	return s->bytes == 0 ? 0 : (double)(s->removed_bytes +
		p->out.short_documents.text_bytes) / (double)s->bytes;
}

/* --max-removed: may it go? */
static bool
is_within(struct pipeline *p, const struct dedup_stats *s)
{
	const struct options *opt = p->opt;
	double share = removed_share(p, s);

	if (!opt->guarded || share <= opt->max_removed)
		return true;
	message("%.2f %% of the text would be removed: more than "
		"--max-removed=%g allows%s", 100 * share, opt->max_removed,
		p->destinations.each || p->destinations.to.temporary != NULL ?
		"; nothing was replaced" : "");
	p->trouble = true;
	return false;
}

/*
 * What comes of a damaged file is not to look as if it were whole, nor does
 * nothing at all take the place of a file.
 */
static bool
is_undamaged(const struct pipeline *p)
{
	bool none = p->unread > 0 && p->unread == p->files->n;

	if ((!p->damaged && !none) || p->destinations.to.temporary == NULL)
		return true;
	message("%s: not written, since %s", p->opt->output,
		none ? "no input can be read" : "an input is damaged");
	return false;
}

static void
warn(const struct pipeline *p, const struct dedup_stats *s)
{
	double share = removed_share(p, s);
	unsigned long long too_long = s->oversize;

	too_long += p->tally.long_records;
	if (p->opt->quiet)
		return;
	if (s->unrecorded > 0)
		message("memory is full: %llu units were kept but not "
			"remembered",
			(unsigned long long)s->unrecorded);
	else if (s->full)
		message("memory is full: not all texts were counted");
	if (too_long > 0)
		message("units, lines or records that were too long and stay "
			"unjudged: %llu", too_long);
	if (p->out.short_documents.undropped > 0)
		message("documents that are listed, but too long to be "
			"dropped: %" PRIu64, p->out.short_documents.undropped);
	if (p->out.diff.cache.no_memory)
		message("memory is full: not all words that differ are "
			"marked");
	if (p->mostly_gone > FILES_TOLD)
		message("%llu more files of which more than 90 %% was removed",
			(unsigned long long)(p->mostly_gone - FILES_TOLD));
	if (share > 0.9 && !p->opt->guarded && p->opt->top == 0)
		message("%.1f %% of the text was removed", 100 * share);
}

/* --resume: what could not be opened then is left out again. */
static void
leave_out_lost(struct pipeline *p)
{
	for (size_t i = 0; i < p->files->n && p->opt->resume; i++) {
		if (resume_state(&p->destinations.resume, i) != RESUME_LOST)
			continue;
		pipeline_complain(p, p->files->file[i].path, "left out",
				  "it could not be opened when this run began");
		p->files->file[i].skip = true;
	}
}

/*
 * Before anything is opened for writing, see that no two files that are to be
 * two are one: 0, or -1 and it was said.
 */
static int
keep_apart(struct pipeline *p, char *const *places)
{
	struct clash c;

	if (same_file_check(p->opt, p->files, places, &c) == 0)
		return 0;
	pipeline_complain(p, c.path, c.what, c.why);
	return -1;
}

/* Text and records would be in one output, as the names of files show? */
static int
keep_formats_apart(struct pipeline *p)
{
	const char *why, *path = format_check_names(p->opt, p->files, &why);

	if (path == NULL)
		return 0;
	pipeline_complain(p, path, "cannot go on", why);
	return -1;
}

static int
open_log(struct pipeline *p, struct writer *log)
{
	struct compression c;

	if (p->opt->log == NULL)
		return 0;
	if (!open_output_exists(p->opt->log) && !log_may_replace(p->opt->log)) {
		pipeline_complain(p, p->opt->log, "cannot write",
				  "there is a file that is no log; --log takes "
				  "the next argument for its file");
		return -1;
	}
	c = compression_of_suffix(p->opt->log);
	if (open_output(p, log, options_is_stdout(p->opt->log) ? NULL :
			p->opt->log, &c, false) != 0)
		return -1;
	p->out.log.to = log;
	return 0;
}

static int
open_groups(struct pipeline *p, struct writer *groups)
{
	if (p->opt->groups == NULL)
		return 0;
	if (open_output(p, groups, p->opt->groups, NULL, true) != 0)
		return -1;
	p->out.groups.to = groups;
	return 0;
}

/* All that is written is open, or as much as can be: 0, or -1. */
static int
open_all(struct pipeline *p, struct writer *log, struct writer *groups,
	 struct report_page *page)
{
	char **places;
	int got = -1;

	prepare_outputs(p);
	if (pipeline_take_result(p, destinations_find_places(&p->destinations,
						    &places)) == 0 &&
	    keep_apart(p, places) == 0 &&
	    keep_formats_apart(p) == 0 && open_text(p) == 0 &&
	    open_log(p, log) == 0 && open_groups(p, groups) == 0 &&
	    report_page_open(page, p) == 0 &&
	    pipeline_take_result(p, destinations_resume(&p->destinations,
					       places)) == 0) {
		leave_out_lost(p);
		got = 0;
	}
	destinations_free_places(&p->destinations, places);
	return got;
}

static bool
saves_table(const struct options *opt)
{
	return opt->save != NULL || opt->update != NULL;
}

/*
 * The one output is whole, and takes its place: 0, or -1 with errno.  What a
 * table stands for is to be on the disk before the table is, or a crash would
 * leave texts known that nobody has.
 */
static int
end_one(struct writer *w, bool durable)
{
	if (w->temporary != NULL)
		return writer_commit(w, durable);
	if (durable && writer_sync(w) != 0) {
		int error = errno;

		writer_abort(w);
		errno = error;
		return -1;
	}
	return writer_close(w);
}

/* What was written takes its place, if all is well: 0, or -1. */
static int
end_text(struct pipeline *p, bool whole, bool keep)
{
	struct writer *w = &p->destinations.to;
	enum destination_result got;

	do {
		got = destinations_finish(&p->destinations, whole, keep);
		pipeline_take_result(p, got);
	} while (got == DESTINATION_REFUSED);
	if (p->destinations.each)
		return got == DESTINATION_OK ? 0 : -1;
	/* What is not whole does not look as if it were. */
	if (!whole || (w->temporary != NULL && !keep)) {
		writer_break_off(w);
		return 0;
	}
	if (end_one(w, saves_table(p->opt)) == 0)
		return 0;
	pipeline_complain(p, p->opt->output, "cannot write", strerror(errno));
	return -1;
}

/* The same of the files of --output-dir, all at once. */
static int
sync_directory(struct pipeline *p)
{
	const char *path = p->opt->output_dir;
	int fd, got;

	if (!saves_table(p->opt) || path == NULL)
		return 0;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)	/* one may write to it, and yet not read it */
		return 0;
	got = syncfs(fd);
	if (got != 0)
		pipeline_complain(p, path, "cannot write", strerror(errno));
	close(fd);
	return got;
}

/* The log is whole: 0, or -1 and it was said. */
static int
end_log(struct pipeline *p)
{
	struct writer *log = p->out.log.to;
	int got;

	if (log == NULL)
		return 0;
	p->out.log.to = NULL;
	got = saves_table(p->opt) ? writer_sync(log) : 0;
	if (writer_close(log) != 0)
		got = -1;
	if (got != 0 && !p->out.log.failed)
		pipeline_complain(p, p->opt->log, "cannot write",
				  strerror(errno));
	return got;
}

/* --groups: written, if all went well: 0, or -1 and it was said. */
static int
end_groups(struct pipeline *p, bool keep)
{
	struct writer *w = p->out.groups.to;

	if (w == NULL)
		return 0;
	if (!keep && w->temporary != NULL) {
		writer_break_off(w);
		return 0;
	}
	if (groups_write(&p->out.groups, &p->provenance) != 0)
		writer_abort(w);
	else if (end_one(w, false) == 0)
		return 0;
	pipeline_complain(p, p->opt->groups, "cannot write", strerror(errno));
	return -1;
}

/*
 * The texts that a table stands for are on the disk, where they belong.  Is it
 * to be saved?  After trouble who runs this may throw the output away; then
 * the next run would remove what nobody has.
 */
static bool
may_save(struct pipeline *p)
{
	const struct options *opt = p->opt;

	if (!p->trouble || opt->on_error == ON_ERROR_SAVE)
		return true;
	if (opt->save != NULL)
		message("%s: not saved, after what was told above: see "
			"--on-error", opt->save);
	if (opt->update != NULL)
		message("%s: not saved, after what was told above: see "
			"--on-error", opt->update);
	return false;
}

/* Read, write, and save what is to be saved.  What came of it is in *stats. */
static int
filter(struct pipeline *p, struct report_page *page, struct dedup_stats *stats)
{
	bool whole, keep;
	int got;

	progress_begin(&p->progress, p->opt, 0, 1);	/* of references */
	whole = table_modes_begin(p) == 0 &&
		(p->out.log.to == NULL ||
		 begin_output(p, p->out.log.to, p->opt->log) == 0) &&
		begin_output(p, &p->destinations.to, p->opt->output) == 0 &&
		read_all(p) == 0;
	progress_clear();
	p->trouble |= !whole;
	dedup_get_stats(p->d, stats);
	keep = whole && is_within(p, stats) && is_undamaged(p);
	p->tally.bytes_out = p->destinations.each ? p->destinations.bytes :
			     p->destinations.to.total;
	got = end_text(p, whole, keep);
	keep = whole && keep && got == 0;
	if (keep && sync_directory(p) != 0)
		got = -1;
	if (end_log(p) != 0 || end_groups(p, keep) != 0)
		got = -1;
	if (report_page_end(page, p, whole && got == 0) != 0)
		got = -1;
	if (table_modes_end(p, keep && got == 0 && saves_table(p->opt) &&
			    may_save(p)) != 0)
		got = -1;
	return whole && got == 0 ? 0 : -1;
}

/* Are texts to be known by the file and the document that they are in? */
static bool
names_documents(const struct options *opt)
{
	return opt->log != NULL || opt->groups != NULL ||
	       opt->report != NULL || opt->show == SHOW_DIFF ||
	       opt->annotate != ANNOTATE_NONE ||
	       (saves_table(opt) && !opt->dedup.counts_only) ||
	       (opt->top > 0 && opt->json);
}

/* What the command needs of the library, beside what the user asked for. */
static struct dedup_options
library_options(const struct pipeline *p)
{
	const struct options *opt = p->opt;
	struct dedup_options library = opt->dedup;

	library.places = p->provenance.on || opt->top > 0 ||
			 table_modes_used(opt);
	library.can_forget = options_drop(opt);
	/* A table takes the counts along. */
	library.count = saves_table(opt) && (library.boilerplate > 0 ||
					     library.boilerplate_share > 0);
	if (opt->top > 0) {
		/* For a first pass, which counts; there is no other. */
		library.boilerplate = 2;
		library.boilerplate_share = 0;
	}
	/* Runs that go on with one another are one: they have one secret. */
	if (opt->resume && !table_modes_bring_secret(opt)) {
		library.seeded = true;
		library.seed = p->destinations.resume.seed;
	}
	library.threads = p->threads;
	return library;
}

/* Outputs and the library: 0, or -1 with a message printed. */
static int
begin(struct pipeline *p, struct writer *log, struct writer *groups,
      struct report_page *page)
{
	const struct options *opt = p->opt;
	bool files = opt->output != NULL || opt->output_dir != NULL ||
		     opt->in_place;
	struct dedup_options library;
	enum dedup_status st;

	p->provenance.on = names_documents(opt);
	p->out.diff.color = wants_color(opt);
	p->out.log.provenance = &p->provenance;
	/* Before there is any temporary file. */
	signals_begin(files || saves_table(opt) || opt->report != NULL, files);
	if (open_all(p, log, groups, page) != 0)
		return -1;
	files_measure(p->files);
	p->threads = threads_for(p);
	library = library_options(p);
	st = dedup_new(&library, &p->d);
	if (st != DEDUP_OK)
		return pipeline_failed(p, NULL, st);
	p->provenance.d = p->d;
	return 0;
}

static int
run(const struct options *opt)
{
	struct files files = { .n = 0 };
	struct pipeline p = { .opt = opt, .files = &files };
	struct dedup_stats stats = { .documents = 0 };
	struct report_page page = { .report = NULL };
	struct writer log, groups;
	bool found;

	if (take_files(&p) != 0) {
		files_free(&files);
		return TROUBLE;
	}
	if (begin(&p, &log, &groups, &page) != 0) {
		end_log(&p);
		end_groups(&p, false);
		report_page_end(&page, &p, false);
		end_text(&p, false, false);
	} else {
		if (filter(&p, &page, &stats) == 0)
			warn(&p, &stats);
		if (opt->stats)
			stats_print(&stats, &p.tally, opt->json);
	}
	signals_end();
	found = found_any(&p, &stats);
	pipeline_free(&p);
	files_free(&files);
	dedup_free(p.d);
	if (p.trouble)
		return TROUBLE;
	return opt->show == SHOW_NOTHING && found ? FOUND : DONE;
}

/*
 * A standard descriptor that is closed would be taken by the next file that is
 * opened, and the text written there.  Keep its place, unusable.  False: that
 * cannot be, and nobody can be told.
 */
static bool
guard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY
							 : O_RDONLY) != fd)
			return false;
	return true;
}

int
main(int argc, char **argv)
{
	static char name[] = "dedup";
	struct options opt;
	enum action action;
	int status = TROUBLE;

	if (!guard_descriptors())
		return TROUBLE;
	argv[0] = name;		/* as getopt's messages begin */
	action = options_parse(&opt, argc, argv);
	if (action == ACTION_FILTER)
		action = option_check(&opt);
	switch (action) {
	case ACTION_FILTER:
		status = opt.mode != MODE_FILTER ? table_modes_run(&opt) :
						   run(&opt);
		break;
	case ACTION_DONE:
		if (fflush(stdout) == 0 && fclose(stdout) == 0)
			status = DONE;
		else
			message("standard output: cannot write: %s",
				strerror(errno));
		break;
	case ACTION_WRONG:
		break;
	}
	options_free(&opt);
	return status;
}
