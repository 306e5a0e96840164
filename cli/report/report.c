/* Gathers what a report shows, while the run goes. */
#include "report.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "page.h"
#include "source_name.h"

#define TEXTS 2048	/* repeated texts that are counted at a time */
#define SOURCES 8192

static const struct sink_ops sink_of_report;

struct report *
report_new(const struct options *opt, const struct provenance *provenance)
{
	struct report *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->sink.ops = &sink_of_report;
	r->opt = opt;
	r->provenance = provenance;
	company_begin(&r->company, opt, provenance);
	if (frequent_init(&r->texts, TEXTS, sizeof(struct repeated)) == 0 &&
	    frequent_init(&r->sources, SOURCES,
			  sizeof(struct report_source)) == 0 &&
	    samples_init(&r->samples) == 0)
		return r;
	report_free(r);
	return NULL;
}

void
report_free(struct report *r)
{
	if (r == NULL)
		return;
	frequent_free(&r->texts);
	frequent_free(&r->sources);
	samples_free(&r->samples);
	company_free(&r->company);
	free(r);
}

bool
report_may_replace(const char *path)
{
	static const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char head[sizeof(PAGE_HEAD) - 1];
	struct stat st;
	ssize_t len;
	int fd;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return true;
	fd = open(path, flags);
	if (fd < 0)
		return false;
	len = file_read_at(fd, head, sizeof(head), 0);
	close(fd);
	return len == (ssize_t)sizeof(head) &&
	       memcmp(head, PAGE_HEAD, sizeof(head)) == 0;
}

int
report_write(struct report *r, const struct dedup_stats *stats,
	     const struct tally *tally, struct writer *w)
{
	samples_sort(&r->samples);
	return page_write(r, stats, tally, w);
}

/* The sink. */

static struct report *
report_of(struct sink *s)
{
	return (struct report *)s;
}

static int
begin(struct sink *s)
{
	struct report *r = report_of(s);

	r->len = 0;
	losses_begin(&r->losses, s->document->number);
	return 0;
}

static int
decided(struct sink *s, const struct range *text)
{
	struct report *r = report_of(s);

	r->decided = *text;
	r->len = text->off + text->len;
	company_remember(&r->company, s->document->number, text);
	return 0;
}

static uint64_t
key_of(const struct dedup_place *at)
{
	uint64_t key = at->document * UINT64_C(0x9e3779b97f4a7c15);

	key = (key ^ key >> 29 ^ at->table) * UINT64_C(0xbf58476d1ce4e5b9);
	return (key ^ key >> 32) + at->offset;
}

static void
begin_text(struct repeated *t, const struct dedup_removal *removal)
{
	t->place = removal->witness;
	t->copies = t->documents = t->bytes = t->last = 0;
	t->nat = t->len = 0;
}

/* A copy of the text at its witness. */
static void
count_text(struct report *r, const struct dedup_removal *removal,
	   const struct range *unit, uint64_t document)
{
	bool fresh;
	struct repeated *t = frequent_add(&r->texts, key_of(&removal->witness),
					  1, &fresh);

	if (fresh)
		begin_text(t, removal);
	/* Once there are too many, most come but once, and are never shown. */
	if (t->len == 0 && (t->copies > 0 || r->texts.dropped == 0)) {
		t->len = unit->len < REPORT_HEAD ? unit->len : REPORT_HEAD;
		memcpy(t->head, unit->text, t->len);
	}
	t->copies++;
	t->bytes += unit->len;
	t->told = removal->documents;
	if (t->last == document + 1)
		return;
	t->last = document + 1;
	t->documents++;
	if (t->nat < REPORT_PLACES) {
		t->at[t->nat].document = document;
		t->at[t->nat++].line = removal->line;
	}
}

static int
removed(struct sink *s, const struct removed *gone)
{
	struct report *r = report_of(s);
	const struct dedup_removal *removal = gone->removal;
	const struct range *unit = &gone->range[gone->unit];
	struct report_reason *reason = &r->reason[removal->reason];
	uint64_t document = s->document->number;
	uint64_t len = removal->end - removal->begin;
	size_t bin = (size_t)(REPORT_BINS * removal->resemblance);

	reason->units++;
	reason->bytes += len;
	if (reason->last != document + 1)
		reason->documents++;
	reason->last = document + 1;
	if (removal->reason != DEDUP_EXACT)
		r->similarity[bin < REPORT_BINS ? bin : REPORT_BINS - 1]++;
	losses_removed(&r->losses, removal->begin, len);
	count_text(r, removal, unit, document);
	samples_add(&r->samples, document, removal, unit, &r->decided);
	return 0;
}

static uint64_t
hash_name(const char *s, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)	/* FNV-1a */
		h = (h ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
	return h;
}

static void
count_source(struct report *r, const struct origin *o)
{
	const struct loss *one = &r->losses.open;
	struct report_source *source;
	size_t len;
	const char *name = source_name(o, &len);
	bool fresh;

	if (one->bytes == 0)
		return;
	source = frequent_add(&r->sources, hash_name(name, len), one->bytes,
			      &fresh);
	if (fresh) {
		source->documents = source->bytes = 0;
		source->gone = source->units = 0;
		source->len = len < REPORT_NAME ? len : REPORT_NAME;
		memcpy(source->name, name, source->len);
	}
	source->documents++;
	source->bytes += one->bytes;
	source->gone += one->gone;
	source->units += one->units;
}

static int
end(struct sink *s)
{
	struct report *r = report_of(s);

	losses_end(&r->losses, r->len);
	count_source(r, &r->provenance->origin[s->document->number]);
	return 0;
}

static const struct sink_ops sink_of_report = {
	.begin = begin, .decided = decided, .removed = removed, .end = end,
};
